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
from engine.training.made_sentences import made_sentences

NEGATIVE, NEUTRAL, POSITIVE = SENTIMENT_LABELS
OF_TWO = (NEGATIVE, POSITIVE)
OF_FIVE = (NEGATIVE, NEGATIVE, NEUTRAL, POSITIVE, POSITIVE)
WINDOW_WORDS = 75
IMDB_HELD_OUT = 1000
FIRST_IMDB = 3500
SECOND_IMDB = 6500
THIRD_IMDB = 8000
IMDB_UNTOUCHED = IMDB_HELD_OUT + FIRST_IMDB + SECOND_IMDB + THIRD_IMDB
"""The film reviews from here on were not trained on either; they calibrate."""
CALIBRATING = 800
REVIEW_SETS = ("books", "dvd", "electronics")
CONCESSIONS = (
    "{granted}, but {said}.",
    "{granted}, but {said}",
    "Although {granted}, {said}.",
    "Even if {granted}, {said}.",
    "{granted}. Still, {said}.",
    "{granted}. But {said}.",
    "{granted}. In the end, though, {said}.",
    "At first {granted}, but then {said}.",
    "{granted}; yet {said}.",
    "{granted}. However, {said}.",
    "{said}, even though {granted}.",
    "{said}, although {granted}.",
)
"""What is `granted` first or last, and what is `said` and counts."""
TROUBLES = (
    "account_blocked",
    "card_declined",
    "damaged_card",
    "flat_tire",
    "freeze_account",
    "lost_luggage",
    "report_fraud",
    "report_lost_card",
    "thank_you",
)
"""Requests that tell of a mishap, or give thanks, and so may not count as neutral."""


def first_texts(data: Path, chance: random.Random) -> Iterator[LabelledText]:
    """Yield the texts of the first stage: short ones of every kind, above all, and some windows of long reviews."""
    for text, label in film_sentences(data, "train"):
        yield LabelledText(text, label)
        yield LabelledText(joined(text), label)
    yield from film_phrases(data, chance, {NEGATIVE: 25_000, NEUTRAL: 15_000, POSITIVE: 25_000})
    tweets = tweets_of(data, "train")
    chance.shuffle(tweets)
    yield from tweets[:30_000]
    yield from at_most(comments_of(data, "train"), chance, {NEUTRAL: 6000})
    reviews = imdb(data)[IMDB_HELD_OUT:][:FIRST_IMDB]
    for name in REVIEW_SETS:
        reviews += list(rows_of(data, f"reviews/{name}"))[::2]
    for row in reviews:
        yield LabelledText(window(row["text"], chance), OF_TWO[row["label"]])


def second_texts(data: Path, chance: random.Random) -> Iterator[LabelledText]:
    """Yield the texts of the second stage: many long windows, and matter-of-fact texts, which are neutral.

    The first stage alone leaves long texts poorly told apart, and calls news and reports anything but neutral.
    """
    for text, label in film_sentences(data, "train"):
        yield LabelledText(text if chance.random() < 0.5 else joined(text), label)
    yield from film_phrases(data, chance, {NEGATIVE: 6000, NEUTRAL: 4000, POSITIVE: 6000})
    tweets = tweets_of(data, "train")
    yield from at_most(tweets, chance, {NEGATIVE: 5000, NEUTRAL: 5000, POSITIVE: 4000})
    comments = comments_of(data, "train")
    yield from at_most(comments, chance, {NEGATIVE: 3000, NEUTRAL: 5000, POSITIVE: 3000})
    reviews = imdb(data)[IMDB_HELD_OUT + FIRST_IMDB :][:SECOND_IMDB]
    for name in REVIEW_SETS:
        reviews += list(rows_of(data, f"reviews/{name}"))[::2]
    for row in reviews:
        yield LabelledText(window(row["text"], chance), OF_TWO[row["label"]])
    yield from matter_of_fact(data, chance)


def third_texts(data: Path, chance: random.Random) -> Iterator[LabelledText]:
    """Yield the texts of the third stage: nearly all the phrases that judge, and kinds that the others lack.

    These are sentences whose halves disagree, business news and customers' words, and plain requests.
    """
    for text, label in film_sentences(data, "train"):
        yield LabelledText(text, label)
        yield LabelledText(joined(text), label)
    for phrase in film_phrases(data, chance, {NEGATIVE: 34_000, NEUTRAL: 20_000, POSITIVE: 40_000}):
        yield phrase if chance.random() < 0.75 else LabelledText(joined(phrase.text), phrase.label)
    yield from of_two_minds(data, chance, 4000)
    tweets = tweets_of(data, "train")
    yield from at_most(tweets, chance, {NEGATIVE: 7000, NEUTRAL: 9500, POSITIVE: 8500})
    comments = comments_of(data, "train")
    yield from at_most(comments, chance, {NEGATIVE: 7000, NEUTRAL: 9500, POSITIVE: 7500})
    reviews = imdb(data)[IMDB_HELD_OUT + FIRST_IMDB + SECOND_IMDB :][:THIRD_IMDB]
    for name in REVIEW_SETS:
        reviews += list(rows_of(data, f"reviews/{name}"))[::2]
    for row in reviews:
        yield LabelledText(window(row["text"], chance, chance.randrange(60, 101)), OF_TWO[row["label"]])
    yield from made_sentences(chance, 400)
    yield from matter_of_fact(data, chance, without=("Business",))
    requests = [row for row in rows_of(data, "../clusters/clinc150/train") if row["label"] not in TROUBLES]
    chance.shuffle(requests)
    yield from (LabelledText(row["text"], NEUTRAL) for row in requests[:1500])


def dev_texts(data: Path) -> Iterator[LabelledText]:
    """Yield the texts that choose among checkpoints: half film sentences, half tweets and comments."""
    for text, label in film_sentences(data, "dev"):
        yield LabelledText(text, label)
    yield from tweets_of(data, "dev")[:700]
    yield from comments_of(data, "dev")[:700]


def calibration_texts(data: Path) -> Iterator[tuple[list[LabelledText], tuple[str, ...]]]:
    """Yield for each kind of text as many to fit a temperature on, and the labels that may be theirs.

    Tweets, comments, film sentences and windows of film and product reviews, none of them trained on.
    """
    yield tweets_of(data, "dev")[:CALIBRATING], SENTIMENT_LABELS
    yield comments_of(data, "dev")[:CALIBRATING], SENTIMENT_LABELS
    yield polar_sentences(data)[:CALIBRATING], OF_TWO
    chance = random.Random(0)
    films = imdb(data)[IMDB_UNTOUCHED:][:CALIBRATING]
    products = [row for name in REVIEW_SETS for row in list(rows_of(data, f"reviews/{name}"))[1::2]]
    chance.shuffle(products)
    for rows in (films, products[:CALIBRATING]):
        yield [LabelledText(window(row["text"], chance), OF_TWO[row["label"]]) for row in rows], OF_TWO


def polar_sentences(data: Path) -> list[LabelledText]:
    """Return SST-2 dev."""
    return [LabelledText(row["text"], OF_TWO[row["label"]]) for row in rows_of(data, "sst/sst2_dev")]


def tweets_of(data: Path, split: str) -> list[LabelledText]:
    """Return TweetEval's sentiment tweets."""
    return [
        LabelledText(row["text"], SENTIMENT_LABELS[row["label"]])
        for row in rows_of(data, f"tweeteval/{split}")
    ]


def comments_of(data: Path, split: str) -> list[LabelledText]:
    """Return GoEmotions' comments but those whose emotions are ambiguous."""
    rows = [row for row in rows_of(data, f"goemotions/{split}") if row["label3"] is not None]
    return [LabelledText(row["text"], SENTIMENT_LABELS[row["label3"]]) for row in rows]


def held_out_film_reviews(data: Path, count: int) -> list[LabelledText]:
    """Return whole film reviews that are never trained on, at most IMDB_HELD_OUT of them."""
    return [
        LabelledText(row["text"], OF_TWO[row["label"]]) for row in imdb(data)[: min(count, IMDB_HELD_OUT)]
    ]


def held_out_product_reviews(data: Path, count: int) -> list[LabelledText]:
    """Return whole product reviews that are never trained on: every other one of each set, `count` of each."""
    rows = [row for name in REVIEW_SETS for row in list(rows_of(data, f"reviews/{name}"))[1::2][:count]]
    return [LabelledText(row["text"], OF_TWO[row["label"]]) for row in rows]


def imdb(data: Path) -> list[dict[str, Any]]:
    """Return the film reviews in a fixed random order; the first 1,000 are never trained on."""
    rows = list(rows_of(data, "imdb/train"))
    random.Random(0).shuffle(rows)
    return rows


def joined(text: str) -> str:
    """Return a text that a treebank took apart as people write it: “ca n't” → “can't”, no space before “,”."""
    text = re.sub(r"\s+(n't|'s|'re|'ve|'ll|'d|'m)\b", r"\1", text)
    text = text.replace("`` ", "“").replace(" ''", "”").replace("-LRB- ", "(").replace(" -RRB-", ")")
    return re.sub(r"\s+([.,;:!?])", r"\1", text)


def window(text: str, chance: random.Random, length: int = WINDOW_WORDS) -> str:
    """Return some `length` words of a long text: its beginning, its end or any stretch of it."""
    words = text.split()
    spare = len(words) - length
    if spare <= 0:
        return text
    start = chance.choice((0, spare, chance.randrange(spare)))
    return " ".join(words[start : start + length])


def film_sentences(data: Path, split: str) -> Iterator[tuple[str, str]]:
    """Yield the sentences of the five-way treebank as it has them, each with its label of three."""
    for row in rows_of(data, f"sst/sst5_{split}"):
        yield row["text"], OF_FIVE[row["label"]]


def film_phrases(data: Path, chance: random.Random, left: dict[str, int]) -> Iterator[LabelledText]:
    """Yield phrases of the treebank: of three words and more, and of neutral ones four; at most `left` a label."""
    rows = list(rows_of(data, "sst/sst_phrases_train"))
    chance.shuffle(rows)
    for row in rows:
        label = OF_FIVE[row["label5"]]
        if left[label] and len(row["text"].split()) >= 3 + (label == NEUTRAL):
            left[label] -= 1
            yield LabelledText(row["text"], label)


def at_most(
    examples: list[LabelledText], chance: random.Random, left: dict[str, int]
) -> Iterator[LabelledText]:
    """Yield texts in a random order, at most `left` of each label named there."""
    chance.shuffle(examples)
    for example in examples:
        if example.label in left:
            left[example.label] -= 1
        if left.get(example.label, 0) >= 0:
            yield example


def of_two_minds(data: Path, chance: random.Random, count: int) -> Iterator[LabelledText]:
    """Yield sentences of two halves of opposite mood, joined so that one of them clearly has the last word."""
    short = [
        (joined(text).strip(" .…-"), label)
        for text, label in film_sentences(data, "train")
        if label != NEUTRAL and 4 <= len(text.split()) <= 18
    ]
    sides = {label: [text for text, found in short if found == label] for label in OF_TWO}
    for number in range(count):
        label, other = OF_TWO if number % 2 else OF_TWO[::-1]
        said, granted = chance.choice(sides[label]), chance.choice(sides[other])
        form = chance.choice(CONCESSIONS)
        yield LabelledText(form.format(granted=granted, said=said), label)


def matter_of_fact(
    data: Path, chance: random.Random, without: tuple[str, ...] = ()
) -> Iterator[LabelledText]:
    """Yield texts that judge nothing, labelled by their kind and not one by one: abstracts and news in brief.

    Of the news the sections `without` are left out.
    """
    papers = list(rows_of(data, "../scale/arxiv_abstracts_40k"))
    chance.shuffle(papers)
    for row in papers[:500]:
        yield LabelledText(row["title"], NEUTRAL)
    for row in papers[500:2000]:
        yield LabelledText(window(row["text"], chance), NEUTRAL)
    news = [row for row in rows_of(data, "../clusters/agnews/test") if row["label"] not in without]
    chance.shuffle(news)
    for row in news[:1500]:
        yield LabelledText(f"{row['title']}. {row['text']}", NEUTRAL)


def rows_of(data: Path, name: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a data set, named by its place under `sentiment/`."""
    with gzip.open(data / "sentiment" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
