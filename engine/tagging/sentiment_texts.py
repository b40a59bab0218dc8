"""The texts that the sentiment tagger is trained on and chosen by, out of a folder of public data sets.

The folder holds `sentiment/` (sst, tweeteval, goemotions, imdb, reviews), `clusters/agnews` and
`scale/arxiv_abstracts_40k`; none of them is part of Asterism. Dev splits choose and measure and are never trained on.
"""

import gzip
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.tagging.tagger import SENTIMENT_LABELS
from engine.tagging.tagger_measures import LabelledText

NEGATIVE, NEUTRAL, POSITIVE = SENTIMENT_LABELS
OF_TWO = (NEGATIVE, POSITIVE)
OF_FIVE = (NEGATIVE, NEGATIVE, NEUTRAL, POSITIVE, POSITIVE)
WINDOW_WORDS = 75
IMDB_HELD_OUT = 1000
FIRST_IMDB = 3500
SECOND_IMDB = 6500
REVIEW_SETS = ("books", "dvd", "electronics")


def first_texts(data: Path, chance: random.Random) -> Iterator[LabelledText]:
    """Yield the texts of the first stage: short ones of every kind, above all, and some windows of long reviews."""
    for text, label in _five(data, "train"):
        yield LabelledText(text, label)
        yield LabelledText(joined(text), label)
    yield from _phrases(data, chance, {NEGATIVE: 25_000, NEUTRAL: 15_000, POSITIVE: 25_000})
    tweets = tweets_of(data, "train")
    chance.shuffle(tweets)
    yield from tweets[:30_000]
    yield from _at_most(comments_of(data, "train"), chance, {NEUTRAL: 6000})
    reviews = imdb(data)[IMDB_HELD_OUT:][:FIRST_IMDB]
    for name in REVIEW_SETS:
        reviews += list(_rows(data, f"reviews/{name}"))[::2]
    for row in reviews:
        yield LabelledText(window(row["text"], chance), OF_TWO[row["label"]])


def second_texts(data: Path, chance: random.Random) -> Iterator[LabelledText]:
    """Yield the texts of the second stage: many long windows, and matter-of-fact texts, which are neutral.

    The first stage alone leaves long texts poorly told apart, and calls news and reports anything but neutral.
    """
    for text, label in _five(data, "train"):
        yield LabelledText(text if chance.random() < 0.5 else joined(text), label)
    yield from _phrases(data, chance, {NEGATIVE: 6000, NEUTRAL: 4000, POSITIVE: 6000})
    tweets = tweets_of(data, "train")
    yield from _at_most(tweets, chance, {NEGATIVE: 5000, NEUTRAL: 5000, POSITIVE: 4000})
    comments = comments_of(data, "train")
    yield from _at_most(comments, chance, {NEGATIVE: 3000, NEUTRAL: 5000, POSITIVE: 3000})
    reviews = imdb(data)[IMDB_HELD_OUT + FIRST_IMDB :][:SECOND_IMDB]
    for name in REVIEW_SETS:
        reviews += list(_rows(data, f"reviews/{name}"))[::2]
    for row in reviews:
        yield LabelledText(window(row["text"], chance), OF_TWO[row["label"]])
    yield from _matter_of_fact(data, chance)


def dev_texts(data: Path) -> Iterator[LabelledText]:
    """Yield the texts that choose among checkpoints: half film sentences, half tweets and comments."""
    for text, label in _five(data, "dev"):
        yield LabelledText(text, label)
    yield from tweets_of(data, "dev")[:700]
    yield from comments_of(data, "dev")[:700]


def polar_sentences(data: Path) -> list[LabelledText]:
    """Return SST-2 dev."""
    return [LabelledText(row["text"], OF_TWO[row["label"]]) for row in _rows(data, "sst/sst2_dev")]


def tweets_of(data: Path, split: str) -> list[LabelledText]:
    """Return TweetEval's sentiment tweets."""
    return [
        LabelledText(row["text"], SENTIMENT_LABELS[row["label"]]) for row in _rows(data, f"tweeteval/{split}")
    ]


def comments_of(data: Path, split: str) -> list[LabelledText]:
    """Return GoEmotions' comments but those whose emotions are ambiguous."""
    rows = [row for row in _rows(data, f"goemotions/{split}") if row["label3"] is not None]
    return [LabelledText(row["text"], SENTIMENT_LABELS[row["label3"]]) for row in rows]


def held_out_film_reviews(data: Path, count: int) -> list[LabelledText]:
    """Return whole film reviews that are never trained on, at most IMDB_HELD_OUT of them."""
    return [
        LabelledText(row["text"], OF_TWO[row["label"]]) for row in imdb(data)[: min(count, IMDB_HELD_OUT)]
    ]


def held_out_product_reviews(data: Path, count: int) -> list[LabelledText]:
    """Return whole product reviews that are never trained on: every other one of each set, `count` of each."""
    rows = [row for name in REVIEW_SETS for row in list(_rows(data, f"reviews/{name}"))[1::2][:count]]
    return [LabelledText(row["text"], OF_TWO[row["label"]]) for row in rows]


def imdb(data: Path) -> list[dict[str, Any]]:
    """Return the film reviews in a fixed random order; the first 1,000 are never trained on."""
    rows = list(_rows(data, "imdb/train"))
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


def _five(data: Path, split: str) -> Iterator[tuple[str, str]]:
    for row in _rows(data, f"sst/sst5_{split}"):
        yield row["text"], OF_FIVE[row["label"]]


def _phrases(data: Path, chance: random.Random, left: dict[str, int]) -> Iterator[LabelledText]:
    """Yield phrases of the treebank: of three words and more, and of neutral ones four; at most `left` a label."""
    rows = list(_rows(data, "sst/sst_phrases_train"))
    chance.shuffle(rows)
    for row in rows:
        label = OF_FIVE[row["label5"]]
        if left[label] and len(row["text"].split()) >= 3 + (label == NEUTRAL):
            left[label] -= 1
            yield LabelledText(row["text"], label)


def _at_most(
    examples: list[LabelledText], chance: random.Random, left: dict[str, int]
) -> Iterator[LabelledText]:
    """Yield texts in a random order, at most `left` of each label named there."""
    chance.shuffle(examples)
    for example in examples:
        if example.label in left:
            left[example.label] -= 1
        if left.get(example.label, 0) >= 0:
            yield example


def _matter_of_fact(data: Path, chance: random.Random) -> Iterator[LabelledText]:
    """Yield texts that judge nothing, labelled by their kind and not one by one: abstracts and news in brief."""
    papers = list(_rows(data, "../scale/arxiv_abstracts_40k"))
    chance.shuffle(papers)
    for row in papers[:500]:
        yield LabelledText(row["title"], NEUTRAL)
    for row in papers[500:2000]:
        yield LabelledText(window(row["text"], chance), NEUTRAL)
    news = list(_rows(data, "../clusters/agnews/test"))
    chance.shuffle(news)
    for row in news[:1500]:
        yield LabelledText(f"{row['title']}. {row['text']}", NEUTRAL)


def _rows(data: Path, name: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a data set, named by its place under `sentiment/`."""
    with gzip.open(data / "sentiment" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
