"""How many texts that say both are found to be mixed, and how many that do not: by probabilities, windows, sentences.

Run it with `python -m tests.benchmarks.mixed_texts [DATA]`; DATA is the folder of data sets, beside the checkout by
default. The texts are put together from film sentences that the tagger was not trained on, so that what they say is
known; of whole film reviews it is not, and their row tells only how often each way says so. Stored passages are told
by their probabilities, long texts by their windows, the passage being read by its sentences (engine/tagging/states.py).
"""

import argparse
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.progress import finish
from engine.tagging.sentences import sentences
from engine.tagging.states import MIXED, says_both, states
from engine.tagging.tagger import SENTIMENT_LABELS, Tagger, shipped_tagger
from engine.training import sentiment_texts as texts
from tests.benchmarks.report import print_table
from tests.conftest import SHARED_DATA

LEAST_WORDS = 6
"""In a sentence: shorter ones often say nothing by themselves."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, default=SHARED_DATA)
    parser.add_argument("--count", type=int, default=400)
    options = parser.parse_args()
    tagger = Tagger.open(shipped_tagger())
    rows = []
    for name, some in made_texts(options.data, options.count).items():
        shares = [f"{np.mean(way(tagger, some)):.2f}" for way in (by_probabilities, by_windows, by_sentences)]
        rows.append((name, f"{len(some):,}", *shares))
        print(*rows[-1], flush=True)
    print_table(
        "Texts that count as mixed",
        ("texts", "number", "by probabilities", "by windows", "by sentences"),
        rows,
    )


def made_texts(data: Path, count: int) -> dict[str, list[str]]:
    """Return texts of each kind: of sentences of both moods, or of one, half of them negative; and film reviews."""
    chance = random.Random(0)
    said = {
        label: [
            texts.joined(sentence.text)
            for sentence in texts.polar_sentences(data)
            if sentence.label == label and len(sentence.text.split()) >= LEAST_WORDS
        ]
        for label in texts.OF_TWO
    }

    def make(*numbers: int, shuffled: bool = True) -> str:
        """Return a text of so many sentences of one mood and so many of the other."""
        moods = chance.sample(texts.OF_TWO, 2)
        parts = [
            one
            for mood, number in zip(moods, numbers, strict=True)
            for one in chance.sample(said[mood], number)
        ]
        if shuffled:
            chance.shuffle(parts)
        return " ".join(parts)

    kinds: dict[str, Callable[[], str]] = {
        "two sentences of each mood": lambda: make(2, 2),
        "four of one mood": lambda: make(4, 0),
        "five of one mood, then five of the other": lambda: make(5, 5, shuffled=False),
        "eight of one mood, then two of the other": lambda: make(8, 2, shuffled=False),
        "ten of one mood": lambda: make(10, 0),
    }
    made = {name: [kind() for _ in range(count)] for name, kind in kinds.items()}
    reviews = texts.held_out_film_reviews(data, count)
    return made | {"whole film reviews": [review.text for review in reviews]}


def by_probabilities(tagger: Tagger, some: list[str]) -> list[bool]:
    """Say which texts are mixed by their probabilities alone."""
    found = states(tagger.probabilities(some), SENTIMENT_LABELS, tagger.unsure_below)
    return [bool(state == MIXED) for state in found]


def by_windows(tagger: Tagger, some: list[str]) -> list[bool]:
    """Say which texts are mixed by what their windows say."""
    reading = finish(tagger.read_steps(some))
    return _by_parts(reading.windows, reading.weights, reading.rows, len(some))


def by_sentences(tagger: Tagger, some: list[str]) -> list[bool]:
    """Say which texts are mixed by what their sentences say, each read alone."""
    parts = [(row, text[start:end]) for row, text in enumerate(some) for start, end in sentences(text)]
    read = tagger.probabilities([part for _, part in parts])
    lengths = np.array([len(part) for _, part in parts], np.float64)
    return _by_parts(read, lengths, np.array([row for row, _ in parts]), len(some))


def _by_parts(
    read: NDArray[np.float32], weights: NDArray[np.float64], rows: NDArray[np.int64], count: int
) -> list[bool]:
    return [says_both(read[rows == row], weights[rows == row], SENTIMENT_LABELS) for row in range(count)]


if __name__ == "__main__":
    main()
