"""How the sentiment tagger that comes with Asterism is made: `python -m engine.sentiment DATA_FOLDER`.

DATA_FOLDER holds the research data sets named in its model card, as `sst/`, `tweeteval/`, `goemotions/`, `imdb/` and
`reviews/`; they are not part of Asterism. Long reviews are cut to windows, so that their ends and middles are learnt
as well as their beginnings, and no set is large enough to drown the others.
"""

import gzip
import json
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.encoder import Encoder
from engine.evaluation import LabelledText, evaluate
from engine.progress import Steps
from engine.tagger import SENTIMENT, SENTIMENT_LABELS, Tagger, shipped_tagger
from engine.tagger_files import read_description, write_description
from engine.terminal import Terminal
from engine.training import Settings, train_tagger

NEGATIVE, NEUTRAL, POSITIVE = SENTIMENT_LABELS
OF_FIVE = (NEGATIVE, NEGATIVE, NEUTRAL, POSITIVE, POSITIVE)
WINDOW_WORDS = 75
IMDB_HELD_OUT = 1000
SETTINGS = Settings(
    epochs=1, learning_rate=1.2e-3, top_layers=4, max_tokens=100, token_budget=1400, evaluations=6, patience=6
)


def main(data: Path, out: Path) -> None:
    """Train the tagger, measure it, and write both into its folder."""
    terminal = Terminal()
    terminal.follow(make(data, out))
    for name, value in read_description(out)["measured"].items():
        terminal.print(f"{name}: {value}")


def make(data: Path, out: Path, settings: Settings = SETTINGS) -> Steps[None]:
    """Train on everything but the dev splits, choose by them, and record every measure in tagger.json."""
    chance = random.Random(settings.seed)
    examples = list(training_texts(data, chance))
    description = {
        "name": SENTIMENT,
        "origin": "comes with Asterism; see its README.md for the data sets and their terms",
    }
    yield from train_tagger(
        out,
        Encoder.open(device="cpu"),
        examples,
        list(dev_texts(data)),
        labels=SENTIMENT_LABELS,
        settings=settings,
        description=description,
    )
    yield from _record_measures(out, data)


def training_texts(data: Path, chance: random.Random) -> Iterator[LabelledText]:
    """Yield the texts to train on, each set in the share that was found to do well on all dev splits."""
    for row in _rows(data / "sst/sst5_train.jsonl.gz"):
        yield LabelledText(row["text"], OF_FIVE[row["label"]])
        yield LabelledText(joined(row["text"]), OF_FIVE[row["label"]])
    yield from _phrases(data, chance)
    tweets = list(_rows(data / "tweeteval/train.jsonl.gz"))
    chance.shuffle(tweets)
    for row in tweets[:30_000]:
        yield LabelledText(row["text"], SENTIMENT_LABELS[row["label"]])
    yield from _comments(data, chance)
    reviews = imdb(data)[IMDB_HELD_OUT:][:3500]
    for name in ("books", "dvd", "electronics"):
        reviews += list(_rows(data / f"reviews/{name}.jsonl.gz"))[::2]
    for row in reviews:
        yield LabelledText(window(row["text"], chance), _of_two(row["label"]))


def dev_texts(data: Path) -> Iterator[LabelledText]:
    """Yield the texts that choose among checkpoints: half film sentences, half tweets and comments."""
    for row in _rows(data / "sst/sst5_dev.jsonl.gz"):
        yield LabelledText(row["text"], OF_FIVE[row["label"]])
    for row in list(_rows(data / "tweeteval/dev.jsonl.gz"))[:700]:
        yield LabelledText(row["text"], SENTIMENT_LABELS[row["label"]])
    comments = [row for row in _rows(data / "goemotions/dev.jsonl.gz") if row["label3"] is not None]
    for row in comments[:700]:
        yield LabelledText(row["text"], SENTIMENT_LABELS[row["label3"]])


def imdb(data: Path) -> list[dict[str, Any]]:
    """Return the film reviews in a fixed random order; the first 1,000 are never trained on."""
    rows = list(_rows(data / "imdb/train.jsonl.gz"))
    random.Random(0).shuffle(rows)
    return rows


def joined(text: str) -> str:
    """Return a text that a treebank took apart as people write it: “ca n't” → “can't”, no space before “,”."""
    text = re.sub(r"\s+(n't|'s|'re|'ve|'ll|'d|'m)\b", r"\1", text)
    text = text.replace("`` ", "“").replace(" ''", "”").replace("-LRB- ", "(").replace(" -RRB-", ")")
    return re.sub(r"\s+([.,;:!?])", r"\1", text)


def window(text: str, chance: random.Random) -> str:
    """Return some 75 words of a long text: its beginning, its end or any stretch of it."""
    words = text.split()
    spare = len(words) - WINDOW_WORDS
    if spare <= 0:
        return text
    start = chance.choice((0, spare, chance.randrange(spare)))
    return " ".join(words[start : start + WINDOW_WORDS])


def _phrases(data: Path, chance: random.Random) -> Iterator[LabelledText]:
    """Yield phrases of the treebank: of three words and more, and of neutral ones only some."""
    rows = list(_rows(data / "sst/sst_phrases_train.jsonl.gz"))
    chance.shuffle(rows)
    left = {NEGATIVE: 25_000, NEUTRAL: 15_000, POSITIVE: 25_000}
    for row in rows:
        label = OF_FIVE[row["label5"]]
        if left[label] and len(row["text"].split()) >= 3 + (label == NEUTRAL):
            left[label] -= 1
            yield LabelledText(row["text"], label)


def _comments(data: Path, chance: random.Random) -> Iterator[LabelledText]:
    rows = [row for row in _rows(data / "goemotions/train.jsonl.gz") if row["label3"] is not None]
    chance.shuffle(rows)
    neutral_left = 6000
    for row in rows:
        label = SENTIMENT_LABELS[row["label3"]]
        if label == NEUTRAL:
            neutral_left -= 1
        if label != NEUTRAL or neutral_left >= 0:
            yield LabelledText(row["text"], label)


def _record_measures(out: Path, data: Path) -> Steps[None]:
    """Measure the written tagger on each dev split and on held-out long reviews, and note it in tagger.json."""
    tagger = Tagger.open(out)
    two = {NEGATIVE: NEGATIVE, POSITIVE: POSITIVE}
    sets: dict[str, tuple[list[LabelledText], dict[str, str] | None]] = {
        "SST-2 dev": (
            [
                LabelledText(row["text"], _of_two(row["label"]))
                for row in _rows(data / "sst/sst2_dev.jsonl.gz")
            ],
            two,
        ),
        "TweetEval dev": (
            [
                LabelledText(r["text"], SENTIMENT_LABELS[r["label"]])
                for r in _rows(data / "tweeteval/dev.jsonl.gz")
            ],
            None,
        ),
        "GoEmotions dev": (
            [
                LabelledText(row["text"], SENTIMENT_LABELS[row["label3"]])
                for row in _rows(data / "goemotions/dev.jsonl.gz")
                if row["label3"] is not None
            ],
            None,
        ),
        "IMDB held out": (
            [LabelledText(row["text"], _of_two(row["label"])) for row in imdb(data)[:400]],
            two,
        ),
    }
    description = read_description(out)
    measured: dict[str, float] = dict(description["measured"])
    for name, (examples, meanings) in sets.items():
        found = yield from evaluate(tagger, examples, meanings)
        recalls = [value for key, value in found.items() if key.startswith("recall ")]
        measured[f"{name} accuracy"] = round(found["accuracy"], 4)
        measured[f"{name} macro-recall"] = round(sum(recalls) / len(recalls), 4)
    write_description(out, description | {"measured": measured})


def _of_two(label: Any) -> str:
    return NEGATIVE if label in (0, "neg") else POSITIVE


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else shipped_tagger())
