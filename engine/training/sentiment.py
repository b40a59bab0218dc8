"""How the sentiment tagger that comes with Asterism is made: `python -m engine.training.sentiment DATA [OUT]`.

DATA is the folder of the public data sets named in its model card; sentiment_texts.py says where each lies. Three
stages, each going on from the one before with other texts and smaller steps, of which the last two are averaged; about
three hours of one processor core.
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
from engine.progress import Steps
from engine.tagging.tagger import SENTIMENT, SENTIMENT_LABELS, Tagger, shipped_tagger
from engine.tagging.tagger_files import ADAPTER_FILE, read_description, write_description, write_tensors
from engine.tagging.tagger_measures import LabelledText, evaluate, fit_temperature
from engine.training import long_texts
from engine.training import sentiment_texts as texts
from engine.training.blending import blend
from engine.training.fitting import Settings
from engine.training.recipes import measured_on, train_stage

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
    """Train in three stages on everything but the dev splits, which choose and calibrate."""
    with tempfile.TemporaryDirectory() as scratch:
        yield from first_stage(data, Path(scratch) / "first")
        yield from second_stage(data, Path(scratch) / "first", Path(scratch) / "second")
        yield from third_stage(data, Path(scratch) / "second", Path(scratch) / "third")
        blend(Path(scratch) / "second", Path(scratch) / "third", THIRD_SHARE, out, blend=THIRD_SHARE)
    favour_neutral(out, NEUTRAL_LOGIT)
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
