"""Where the sentiment tagger fails: kinds of sentences it has not read, neutral texts, news, late turns of long texts.

Run it with `python -m tests.benchmarks.hard_texts [DATA] [--tagger FOLDER]`; DATA is the folder of data sets, beside
the checkout by default. Its model card quotes the table. Sentences of our own are in tests/own_sentences.py; a late
turn is a film review of one mood after which two sentences of the other are put. Some minutes of two cores.
"""

import argparse
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.tagging.tagger import SENTIMENT_LABELS, Tagger, shipped_tagger
from engine.tagging.tagger_measures import LabelledText
from engine.training import sentiment_texts as texts
from tests.benchmarks.report import print_table
from tests.conftest import SHARED_DATA
from tests.own_sentences import AIRLINES, BUSINESS, REMARKS

ARTICLES = 60
TURNS = 100
FIRST_WORDS = 20

Row = tuple[str, str, str, str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, default=SHARED_DATA)
    parser.add_argument("--tagger", type=Path, default=shipped_tagger())
    options = parser.parse_args()
    tagger = Tagger.open(options.tagger)
    rows = []
    for row in (*own(tagger), *neutral(tagger, options.data), *news(tagger, options.data)):
        rows.append(row)
        print(*row, flush=True)
    rows.append(late_turns(tagger, options.data))
    print_table("Texts that are hard for the tagger", ("texts", "number", "right", "it says"), rows)


def own(tagger: Tagger) -> Iterator[Row]:
    """Yield a row for each kind of sentence of our own."""
    kinds = {"business news": BUSINESS, "to airlines": AIRLINES, "short remarks": REMARKS}
    for name, sentences in kinds.items():
        yield told(tagger, f"our own: {name}", [LabelledText(text, label) for label, text in sentences])


def neutral(tagger: Tagger, data: Path) -> Iterator[Row]:
    """Yield a row for the neutral texts of each held-out set."""
    films = [LabelledText(text, label) for text, label in texts.film_sentences(data, "dev")]
    sets = {
        "film sentences": films,
        "tweets": texts.tweets_of(data, "dev"),
        "comments": texts.comments_of(data, "dev"),
    }
    for name, examples in sets.items():
        yield told(tagger, f"neutral {name}", [one for one in examples if one.label == texts.NEUTRAL])


def news(tagger: Tagger, data: Path) -> Iterator[Row]:
    """Yield a row for whole news articles and for their beginnings; neutral by their kind, not one by one."""
    rows = list(texts.rows_of(data, "../clusters/bbc_news/all"))
    articles = [row["text"] for row in random.Random(0).sample(rows, ARTICLES)]
    beginnings = [" ".join(text.split()[:FIRST_WORDS]) for text in articles]
    for name, some in (("news articles", articles), ("their beginnings", beginnings)):
        yield told(tagger, name, [LabelledText(text, texts.NEUTRAL) for text in some])


def late_turns(tagger: Tagger, data: Path) -> Row:
    """Return a row for reviews that two sentences of the other mood follow, which have the last word."""
    chance = random.Random(0)
    said: dict[str, list[str]] = {label: [] for label in texts.OF_TWO}
    for sentence in texts.polar_sentences(data):
        said[sentence.label].append(texts.joined(sentence.text))
    made = []
    for review in texts.held_out_film_reviews(data, TURNS):
        other = texts.OF_TWO[review.label == texts.NEGATIVE]
        made.append(LabelledText(" ".join([review.text, *chance.sample(said[other], 2)]), other))
    return told(tagger, "late turns of long reviews", made)


def told(tagger: Tagger, name: str, examples: Sequence[LabelledText]) -> Row:
    """Return how many of the texts got their label, and what they got."""
    best = tagger.probabilities([example.text for example in examples]).argmax(1)
    labels = [SENTIMENT_LABELS[row] for row in best]
    right = sum(label == example.label for label, example in zip(labels, examples, strict=True))
    counts = Counter(labels)
    said = ", ".join(f"{label} {counts[label]}" for label in SENTIMENT_LABELS)
    return name, f"{len(examples):,}", f"{right / len(examples):.2f}", said


if __name__ == "__main__":
    main()
