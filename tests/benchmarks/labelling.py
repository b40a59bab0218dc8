"""How long a label takes that the user gives to one passage, by the size of the corpus: what a key waits for.

Run it with `python -m tests.benchmarks.labelling [N ...]`. It is the engine's own call, on tagged passages of no
meaning; beside it stands reading all tags of the corpus, which is what a window needs once, when it opens.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from engine.tagging.tagger import SENTIMENT, SENTIMENT_LABELS
from engine.teaching.calls import TeachingCalls
from tests.benchmarks.report import median, print_table
from tests.indexes.making import put_texts

SIZES = (10_000, 200_000)
IN_A_DOCUMENT = 5_000
ROUNDS = 5


def main(sizes: tuple[int, ...] = SIZES) -> None:
    rows = []
    for size in sizes:
        label, everything = _measured(size)
        rows.append(
            (f"{size:,}", f"{1000 * label:.1f}", f"{1000 * everything:.0f}", f"{label / everything:.3f}")
        )
    print_table(
        f"A label for one passage, median of {ROUNDS}",
        ("passages", "label, ms", "reading all tags, ms", "ratio"),
        rows,
    )


def _measured(size: int) -> tuple[float, float]:
    """Return the seconds of a label in a corpus of so many passages, and of reading all its tags."""
    with tempfile.TemporaryDirectory() as folder, TeachingCalls(Path(folder)) as calls:
        ids = _tagged(calls, size)
        label = _seconds(lambda row: calls.label_passages("Notes", [ids[row]], ["positive"]))
        return median(label), median(_seconds(lambda _row: calls.tags("Notes")))


def _tagged(calls: TeachingCalls, size: int) -> list[int]:
    """Make the corpus Notes with so many passages, all tagged, and return their ids."""
    calls.library.create("Notes")
    with calls._corpus("Notes").writing() as catalogue:
        for first in range(0, size, IN_A_DOCUMENT):
            put_texts(
                catalogue, **{f"d{first}": " ".join(f"w{first + one}." for one in range(IN_A_DOCUMENT))}
            )
        ids = np.asarray(catalogue.passage_ids())
        chances = np.random.default_rng(0).dirichlet((1, 1, 1), len(ids)).astype(np.float32)
        labels = chances.argmax(1).astype(np.int32)
        catalogue.add_tags(calls._tagger_id(SENTIMENT), SENTIMENT_LABELS, ids, labels, chances)
    return [int(one) for one in ids]


def _seconds(call: Callable[[int], object]) -> list[float]:
    """Return the seconds of each of ROUNDS calls, after one that does not count."""
    taken = []
    for row in range(ROUNDS + 1):
        started = time.perf_counter()
        call(row)
        taken.append(time.perf_counter() - started)
    return taken[1:]


if __name__ == "__main__":
    main(tuple(int(size) for size in sys.argv[1:]) or SIZES)
