"""Does a head that chooses its tokens tell the mood of long texts better than one over [CLS] or the mean?

Run it with `python -m tests.benchmarks.attention_pooling DATA`. DATA holds sentiment/sst and sentiment/imdb, as the
shared data sets lie. Two tasks: texts made of two or three sentences of one mood and a last one that decides, and
beginnings of film reviews. First over the frozen encoder, the same token embeddings for every head; then, for the first
task, with adapters, as `asterism train --pooling` does. An hour of two cores; `--frozen 0` leaves the first part out.
"""

import argparse
import gzip
import json
import random
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.encoding.encoder import Encoder
from engine.progress import finish
from engine.tagging.records import HeadPooling
from engine.tagging.tagger_measures import LabelledText
from engine.training.training import adapter_settings, train_tagger
from tests.benchmarks.attention_heads import HEADS, HeadSettings, States, TokenHead, accuracy, train_head
from tests.benchmarks.report import print_table

SEEDS = (0, 1, 2)
TOGETHER = 32
UNUSED_REVIEWS = 19_000
"""Where the reviews begin that the tagger which comes with Asterism has not been trained on."""

LAST_DECIDES = "the last sentence decides"
EPOCHS = 3.0

Labelled = list[tuple[str, int]]


def main(data: Path, train: int, test: int, frozen: int, adapters: int) -> None:
    encoder = Encoder.open(device="cpu")
    sst, imdb = data / "sentiment" / "sst", data / "sentiment" / "imdb"
    reviews = [(row["text"].replace("<br />", " "), row["label"]) for row in _rows(imdb / "train.jsonl.gz")]
    reviews = random.Random(0).sample(reviews[UNUSED_REVIEWS:], train + test)
    tasks = {
        LAST_DECIDES: (
            last_decides(sst / "sst2_train.jsonl.gz", sst / "sst5_train.jsonl.gz", train),
            last_decides(sst / "sst2_dev.jsonl.gz", sst / "sst5_dev.jsonl.gz", test),
        ),
        "first 256 tokens of film reviews": (reviews[:train], reviews[train:]),
    }
    rows = []
    for name, (known, unseen) in tasks.items():
        if frozen:
            rows += over_frozen(encoder, name, known, unseen)
        for pooling in HeadPooling if adapters and name == LAST_DECIDES else ():
            found = np.array([adapted(encoder, known, unseen, pooling, seed) for seed in range(adapters)])
            rows.append((name, f"{pooling}, with adapters", *mean_and_spread(found)))
            print(rows[-1], flush=True)
    print_table(
        f"Heads over {encoder.name}, {train:,} texts to train on, {test:,} to measure on",
        ["task", "head over", "accuracy", "standard deviation", "seeds"],
        rows,
    )


def over_frozen(
    encoder: Encoder, name: str, known: Labelled, unseen: Labelled
) -> list[tuple[str, str, str, str, str]]:
    """Return a row for each head over the encoder as it is."""
    texts, gold = states_of(encoder, known), [label for _, label in known]
    unseen_texts, expected = states_of(encoder, unseen), [label for _, label in unseen]
    print(f"{name}: {np.mean([len(states) for states in texts]):.0f} tokens a text", flush=True)
    rows = []
    for kind in HEADS:
        heads = [finish(train_head(kind, texts, gold, HeadSettings(seed=seed))) for seed in SEEDS]
        found = np.array([accuracy(head, unseen_texts, expected) for head in heads])
        rows.append((name, f"{kind}, frozen", *mean_and_spread(found)))
        print(rows[-1], flush=True)
        if kind == "attention":
            print(where(heads[0], unseen_texts))
    return rows


def mean_and_spread(found: NDArray[np.float64]) -> tuple[str, str, str]:
    """Return the mean, the standard deviation where there is one, and over how many seeds."""
    spread = f"{found.std(ddof=1):.3f}" if len(found) > 1 else ""
    return f"{found.mean():.3f}", spread, str(len(found))


def last_decides(two: Path, five: Path, count: int) -> Labelled:
    """Make texts of two or three sentences of one mood, negative, neutral or positive, and a last one that decides.

    The earlier mood says nothing of the label, so a third of the texts are turned round by their last sentence.
    """
    chance = random.Random(count)
    decisive = [(row["text"], row["label"]) for row in _rows(two)]
    moods: dict[int, list[str]] = {-1: [], 0: [], 1: []}
    for row in _rows(five):
        moods[(row["label"] > 2) - (row["label"] < 2)].append(row["text"])
    made = []
    for text, label in chance.sample(decisive, count):
        before = chance.sample(moods[chance.choice((-1, 0, 1))], chance.randint(2, 3))
        made.append((" ".join([*before, text]), label))
    return made


def states_of(encoder: Encoder, texts: Labelled) -> list[States]:
    """Return the token embeddings of each text, float16."""
    states: list[States] = []
    for start in range(0, len(texts), TOGETHER):
        some = encoder.token_embeddings([text for text, _ in texts[start : start + TOGETHER]])
        states += [tokens.vectors.astype(np.float16) for tokens in some]
    return states


def adapted(encoder: Encoder, known: Labelled, unseen: Labelled, pooling: HeadPooling, seed: int) -> float:
    """Return the accuracy on `unseen` of adapters under a head, trained and chosen on `known`."""
    texts = [LabelledText(text, str(label)) for text, label in known]
    held = len(texts) // 10
    with tempfile.TemporaryDirectory() as scratch:
        measured = finish(
            train_tagger(
                Path(scratch) / "adapters",
                encoder,
                texts[held:],
                texts[:held],
                labels=("0", "1"),
                settings=replace(adapter_settings(len(texts) - held, EPOCHS, seed), pooling=pooling),
                description={"name": "adapters"},
                test=[LabelledText(text, str(label)) for text, label in unseen],
            )
        )
    return measured["held-out accuracy"]


def where(head: TokenHead, texts: Sequence[States]) -> str:
    """Say how much of its attention a head gives to the last quarter of a text's tokens, and over how many it goes."""
    weights = [head.weights(states) for states in texts]
    last = np.mean([own[-(len(own) // 4) :].sum() for own in weights])
    spread = np.mean([1 / np.square(own).sum() for own in weights])
    return f"  attention to the last quarter of the tokens {last:.2f}; spread over {spread:.0f} tokens"


def _rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--train", type=int, default=4000)
    parser.add_argument("--test", type=int, default=800)
    parser.add_argument("--frozen", type=int, default=1, help="0: only with adapters")
    parser.add_argument("--adapters", type=int, default=1, help="seeds of training with adapters, 0: none")
    options = parser.parse_args()
    main(options.data, options.train, options.test, options.frozen, options.adapters)
