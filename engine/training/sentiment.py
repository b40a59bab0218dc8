"""How the sentiment tagger that comes with Asterism is made: `python -m engine.training.sentiment DATA [OUT]`.

DATA is the folder of the public data sets named in its model card; sentiment_texts.py says where each lies. Three
stages, each going on from the one before with other texts and smaller steps, of which the last two are averaged; then a
fourth, taught by a specialist of film sentences that was made for it. About five hours of one processor core.
"""

import random
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.commands.terminal import Terminal
from engine.encoding.encoder import BUNDLED, BUNDLED_SHA256
from engine.progress import Steps
from engine.tagging.tagger import SENTIMENT, SENTIMENT_LABELS, Tagger, shipped_tagger
from engine.tagging.tagger_files import (
    ADAPTER_FILE,
    find_base,
    read_description,
    write_description,
    write_tensors,
)
from engine.tagging.tagger_measures import LabelledText, evaluate, fit_temperature
from engine.training import long_texts
from engine.training import sentiment_texts as texts
from engine.training.blending import blend
from engine.training.fitting import Settings
from engine.training.recipes import measured_on, train_stage
from engine.training.training import train_model

FIRST = Settings(
    epochs=1, learning_rate=1.2e-3, top_layers=4, max_tokens=100, token_budget=1400, evaluations=6, patience=6
)
SECOND = Settings(
    epochs=1,
    learning_rate=6e-4,
    top_layers=4,
    max_tokens=128,
    token_budget=1400,
    accumulate=4,
    evaluations=6,
    patience=6,
)
THIRD = Settings(
    epochs=1.5,
    learning_rate=5e-4,
    label_smoothing=0.03,
    rank=64,
    alpha=128,
    top_layers=4,
    max_tokens=128,
    token_budget=1400,
    accumulate=2,
    average=0.998,
    evaluations=8,
    patience=8,
)
SPECIALIST = Settings(
    epochs=1,
    learning_rate=4e-5,
    warm_up=0.06,
    label_smoothing=0.0,
    max_tokens=96,
    token_budget=700,
    average=0.999,
    evaluations=4,
    patience=4,
)
FOURTH = Settings(
    epochs=1,
    learning_rate=4e-4,
    warm_up=0.06,
    label_smoothing=0.0,
    rank=80,
    alpha=160,
    top_layers=4,
    max_tokens=128,
    token_budget=1400,
    accumulate=2,
    average=0.998,
    evaluations=8,
    patience=8,
)
TOLD_BY_SPECIALIST = 0.7
"""How much of whether a film phrase is positive the specialist says; its grade says the rest."""
TOLD_BEFORE = 0.5
"""How much of what other texts are the tagger before says; their label says the rest."""
THIRD_SHARE = 0.6
"""What the third stage's weights count in the tagger; the second stage's count the rest."""
NEUTRAL_LOGIT = 0.27
"""Added to the neutral logit, as makes the dev labels of sentences, tweets and comments all likeliest."""
MEASURES = ("accuracy", "macro-recall", "ECE", "ECE without temperature")
CHOSEN_BY_THESE = (
    "Film sentences, tweets and comments that had a say in what was shipped: expect a little less elsewhere."
)


def main(data: Path, out: Path) -> None:
    """Train the tagger, measure it, and write both into its folder."""
    terminal = Terminal()
    terminal.follow(make(data, out))
    long_texts.main(data, out)
    terminal.follow(record_measures(data, out))
    for name, value in read_description(out)["measured"].items():
        terminal.print(f"{name}: {value}")


def make(data: Path, out: Path) -> Steps[None]:
    """Train in four stages on everything but the dev splits, which choose and calibrate."""
    with tempfile.TemporaryDirectory() as scratch:
        names = ("first", "second", "third", "blended", "specialist")
        first, second, third, blended, teacher = (Path(scratch) / name for name in names)
        yield from first_stage(data, first)
        yield from second_stage(data, first, second)
        yield from third_stage(data, second, third)
        blend(second, third, THIRD_SHARE, blended, blend=THIRD_SHARE)
        favour_neutral(blended, NEUTRAL_LOGIT)
        yield from calibrate(data, blended)
        yield from specialist(data, blended, teacher)
        yield from fourth_stage(data, blended, teacher, out)
    yield from calibrate(data, out)


def first_stage(data: Path, out: Path) -> Steps[None]:
    """Train on short texts above all."""
    yield from _stage(data, out, texts.first_texts(data, random.Random(FIRST.seed)), FIRST)


def second_stage(data: Path, first: Path, out: Path) -> Steps[None]:
    """Go on from the first stage's tagger with many long windows."""
    yield from _stage(data, out, texts.second_texts(data, random.Random(SECOND.seed + 1)), SECOND, first)


def third_stage(data: Path, second: Path, out: Path) -> Steps[None]:
    """Go on from the second stage's tagger with wider adapters, and keep an average of the weights."""
    yield from _stage(data, out, texts.third_texts(data, random.Random(THIRD.seed + 2)), THIRD, second)


def specialist(data: Path, third: Path, out: Path) -> Steps[None]:
    """Go on from a tagger with all of its weights, on film sentences and phrases alone, negative or positive.

    By their grades. Far too large to ship and of no use for other texts, it knows these better, and teaches.
    """
    chance = random.Random(SPECIALIST.seed + 3)
    examples = [_polar(example) for example in texts.graded_texts(data, chance)]
    with tempfile.TemporaryDirectory() as scratch:
        write_polar(Tagger.open(third), Path(scratch))
        yield from train_model(
            out,
            Path(scratch),
            "cpu",
            examples,
            texts.polar_sentences(data),
            labels=texts.OF_TWO,
            settings=SPECIALIST,
            description={"name": "film sentences"},
        )


def write_polar(tagger: Tagger, folder: Path) -> None:
    """Write a tagger of three moods as a model folder that knows two: negative and positive, by the same logits."""
    import torch
    from transformers import BertForSequenceClassification

    model = BertForSequenceClassification.from_pretrained(find_base(BUNDLED, BUNDLED_SHA256), num_labels=2)
    model.bert.load_state_dict(tagger.model.bert.state_dict())
    rows = [SENTIMENT_LABELS.index(label) for label in texts.OF_TWO]
    with torch.no_grad():
        for name, tensor in model.classifier.named_parameters():
            tensor.copy_(tagger.model.classifier.get_parameter(name)[rows])
    model.config.id2label = dict(enumerate(texts.OF_TWO))
    model.save_pretrained(folder)
    tagger.tokenizer.save_pretrained(folder)


def fourth_stage(data: Path, third: Path, teacher: Path, out: Path) -> Steps[None]:
    """Go on from a tagger: film phrases as the specialist tells them, other texts partly as it did itself."""
    examples = list(texts.fourth_texts(data, random.Random(FOURTH.seed + 4)))
    polar = yield from Tagger.open(teacher).tag_steps(
        [example.text for example in examples if example.chances]
    )
    known = yield from Tagger.open(third).tag_steps(
        [example.text for example in examples if not example.chances]
    )
    taught = list(_taught(examples, iter(polar.tolist()), iter(known.tolist())))
    yield from _stage(data, out, iter(taught), FOURTH, third)


def favour_neutral(out: Path, logit: float) -> None:
    """Add to the head's bias for neutral, which polar texts, more numerous in training, have made too low."""
    from safetensors.torch import load_file

    tensors = load_file(out / ADAPTER_FILE)
    (bias,) = (name for name in tensors if name.endswith("classifier.bias"))
    tensors[bias][SENTIMENT_LABELS.index(texts.NEUTRAL)] += logit
    write_tensors(out, tensors)
    write_description(out, read_description(out) | {"neutral_logit": logit})


def calibrate(data: Path, out: Path) -> Steps[None]:
    """Fit the temperature on short texts of every kind, as many of each, and note it in tagger.json."""
    description = read_description(out)
    write_description(out, description | {"temperature": 1.0})
    tagger = Tagger.open(out)
    scores, gold = [], []
    for examples, meant in texts.calibration_texts(data):
        chances = yield from tagger.tag_steps([example.text for example in examples])
        scores.append(_among(chances, meant))
        gold += [SENTIMENT_LABELS.index(example.label) for example in examples]
    temperature = fit_temperature(np.concatenate(scores), np.array(gold))
    write_description(out, description | {"temperature": round(temperature, 3)})


def record_measures(data: Path, out: Path) -> Steps[None]:
    """Measure the written tagger on texts that it was not trained on, and note it in tagger.json."""
    two = {label: label for label in texts.OF_TWO}
    sets: dict[str, tuple[list[LabelledText], dict[str, str] | None]] = {
        "SST-2 dev": (texts.polar_sentences(data), two),
        "TweetEval dev": (texts.tweets_of(data, "dev"), None),
        "GoEmotions dev": (texts.comments_of(data, "dev"), None),
        "IMDB held out": (texts.held_out_film_reviews(data, 1000), two),
        "Product reviews held out": (texts.held_out_product_reviews(data, 1000), two),
    }
    tagger = Tagger.open(out)
    description = read_description(out)
    measured: dict[str, float] = dict(description["measured"])
    for name, (examples, meanings) in sets.items():
        found = yield from measured_on(tagger, examples, meanings)
        recalls = [value for key, value in found.items() if key.startswith("recall ")]
        found["macro-recall"] = sum(recalls) / len(recalls)
        measured |= {f"{name} {key}": round(found[key], 4) for key in MEASURES}
    report = yield from evaluate(tagger, list(texts.dev_texts(data)))
    said = {"measured": measured, "report": asdict(replace(report, caution=CHOSEN_BY_THESE))}
    write_description(out, description | said)


def _polar(example: LabelledText) -> LabelledText:
    """Return a graded text as negative or positive only."""
    negative, _, positive = example.chances
    share = positive / (negative + positive)
    return LabelledText(example.text, texts.OF_TWO[share >= 0.5], chances=(1 - share, share))


def _taught(
    examples: list[LabelledText], polar: Iterator[list[float]], known: Iterator[list[float]]
) -> Iterator[LabelledText]:
    """Yield texts with chances: graded ones by the specialist's (negative, positive), others by the tagger's before."""
    chances: tuple[float, ...]
    for example in examples:
        if example.chances:
            negative, neutral, positive = example.chances
            graded = positive / (negative + positive)
            share = graded + TOLD_BY_SPECIALIST * (next(polar)[1] - graded)
            chances = ((1 - neutral) * (1 - share), neutral, (1 - neutral) * share)
        else:
            before = next(known)
            own = [float(label == example.label) for label in SENTIMENT_LABELS]
            chances = tuple(
                sure + TOLD_BEFORE * (chance - sure) for sure, chance in zip(own, before, strict=True)
            )
        yield replace(example, chances=chances)


def _stage(
    data: Path, out: Path, examples: Iterator[LabelledText], settings: Settings, start: Path | None = None
) -> Steps[None]:
    yield from train_stage(
        out, SENTIMENT, SENTIMENT_LABELS, list(examples), list(texts.dev_texts(data)), settings, start=start
    )


def _among(chances: NDArray[np.float32], meant: tuple[str, ...]) -> NDArray[np.float32]:
    """Return logits (n, 3) of probabilities, those of labels that are not `meant` far below all others."""
    scores = np.log(np.maximum(chances, np.finfo(np.float32).tiny))
    scores[:, [label not in meant for label in SENTIMENT_LABELS]] = -1e4
    return scores


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else shipped_tagger())
