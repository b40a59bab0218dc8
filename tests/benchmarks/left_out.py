"""How the recipe of the sentiment tagger carries over to texts of a kind that it was not trained on.

Run it with `python -m tests.benchmarks.left_out DATA KIND [SHARE]`, where KIND is "tweets", "products", "films" or
"nothing": the upper four blocks are trained whole, once through a share (0.6) of the third stage's texts without that
kind, and measured on held-out texts of every kind. 40 minutes of one core at 0.6.
"""

import random
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from engine.encoding.encoder import Encoder
from engine.progress import finish
from engine.tagging.tagger import SENTIMENT_LABELS
from engine.tagging.tagger_files import classification_model
from engine.tagging.tagger_measures import LabelledText
from engine.training import sentiment_texts as texts
from engine.training.fitting import Best, Learner, Settings, fit, logits_of, read_inputs
from engine.training.made_sentences import made_sentences
from engine.training.sentiment_texts import NEGATIVE, NEUTRAL, OF_TWO, POSITIVE
from tests.benchmarks.report import print_table

BLOCKS = 4
SETTINGS = Settings(
    epochs=1,
    learning_rate=1e-4,
    warm_up=0.06,
    label_smoothing=0.03,
    max_tokens=128,
    token_budget=1400,
    average=0.998,
    evaluations=1,
)


def main(data: Path, left_out: str, share: float) -> None:
    kinds = training_texts(data, share, random.Random(2))
    if left_out != "nothing" and left_out not in kinds:
        sys.exit(f"There is no kind “{left_out}”. There are: {', '.join(kinds)}, nothing.")
    examples = [example for kind, some in kinds.items() if kind != left_out for example in some]
    learner = _trained(examples)
    rows = [
        (name + (" (left out)" if name == left_out else ""), str(len(some)), f"{_measure(learner, some):.3f}")
        for name, some in held_out_texts(data).items()
    ]
    print_table(
        f"Trained on {len(examples):,} texts without {left_out}",
        ("measured on", "texts", "accuracy of two, or macro-recall of three"),
        rows,
    )


def training_texts(data: Path, share: float, chance: random.Random) -> dict[str, list[LabelledText]]:
    """Return the texts to train on by kind; of products all that there are, of others a share."""

    def some(count: int) -> int:
        return round(share * count)

    def windows(rows: Sequence[dict[str, str]]) -> list[LabelledText]:
        return [_window(row, chance, chance.randrange(50, 101)) for row in rows]

    phrases = {NEGATIVE: some(34_000), NEUTRAL: some(20_000), POSITIVE: some(40_000)}
    tweets = {NEGATIVE: some(7000), NEUTRAL: some(9500), POSITIVE: some(8500)}
    comments = {NEGATIVE: some(7000), NEUTRAL: some(9500), POSITIVE: some(7500)}
    products = [
        row for name in texts.REVIEW_SETS for row in list(texts.rows_of(data, f"reviews/{name}"))[::2]
    ]
    reviews = texts.imdb(data)[texts.IMDB_HELD_OUT : texts.IMDB_UNTOUCHED]
    return {
        "film sentences": [
            LabelledText(way(text), label)
            for text, label in texts.film_sentences(data, "train")
            for way in (str, texts.joined)
        ],
        "phrases": list(texts.film_phrases(data, chance, phrases)),
        "of two minds": list(texts.of_two_minds(data, chance, some(4000))),
        "tweets": list(texts.at_most(texts.tweets_of(data, "train"), chance, tweets)),
        "comments": list(texts.at_most(texts.comments_of(data, "train"), chance, comments)),
        "films": windows(chance.sample(reviews, some(6000))),
        "products": windows(products),
        "matter of fact": list(texts.matter_of_fact(data, chance, without=("Business",)))[: some(3500)],
        "made": list(made_sentences(chance, 400)),
    }


def held_out_texts(data: Path) -> dict[str, list[LabelledText]]:
    """Return held-out texts by kind, of reviews a window each."""
    chance = random.Random(9)
    held = [row for name in texts.REVIEW_SETS for row in list(texts.rows_of(data, f"reviews/{name}"))[1::2]]
    products = chance.sample(held, 600)  # they lie sorted by label
    films = texts.imdb(data)[texts.IMDB_UNTOUCHED :][:500]
    return {
        "film sentences": texts.polar_sentences(data),
        "tweets": texts.tweets_of(data, "dev"),
        "comments": texts.comments_of(data, "dev")[:1500],
        "films": [_window(row, chance, texts.WINDOW_WORDS) for row in films],
        "products": [_window(row, chance, texts.WINDOW_WORDS) for row in products],
    }


def _window(row: dict[str, str], chance: random.Random, words: int) -> LabelledText:
    return LabelledText(texts.window(row["text"], chance, words), OF_TWO[int(row["label"])])


def _trained(examples: Sequence[LabelledText]) -> Learner:
    encoder = Encoder.open(device="cpu")
    encoder.load()
    torch.manual_seed(0)
    model = classification_model(encoder.folder, len(SENTIMENT_LABELS), attention_probs_dropout_prob=0.0)
    layers = model.config.num_hidden_layers
    upper = tuple(f"encoder.layer.{number}." for number in range(layers - BLOCKS, layers))
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(any(part in name for part in (*upper, "pooler", "classifier")))
    learner = Learner(model, encoder.tokenizer, "cpu", encoder.max_tokens, lambda one: one.state_dict())
    best = Best()
    finish(fit(learner, examples, examples[:64], SENTIMENT_LABELS, SETTINGS, best))
    model.load_state_dict(best.weights)
    return learner


def _measure(learner: Learner, examples: Sequence[LabelledText]) -> float:
    """Return the accuracy of positive against negative, or the mean recall where there are neutral texts too."""
    learner.model.eval()
    inputs = read_inputs(learner, examples, SETTINGS.max_tokens)
    with torch.inference_mode():
        logits = np.concatenate(
            [logits_of(learner, inputs[start : start + 32]).numpy() for start in range(0, len(inputs), 32)]
        )
    gold = np.array([SENTIMENT_LABELS.index(example.label) for example in examples])
    present = np.unique(gold)
    said = present[logits[:, present].argmax(1)]
    if len(present) == len(OF_TWO):
        return float((said == gold).mean())
    return float(np.mean([(said[gold == label] == label).mean() for label in present]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]) if len(sys.argv) > 3 else 0.6)
