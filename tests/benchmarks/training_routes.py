"""A head on frozen embeddings against adapters: accuracy, macro-F1 and seconds, by how many texts each label has.

Run it with `python -m tests.benchmarks.training_routes [DATA] [--sets trec6 emotion] [--sizes 8 32 128 all]`; DATA is
the folder of labelled sets, beside the checkout by default. Both are measured on the same held-out split, and made as
`Workspace.train` makes them. All of it takes some ten minutes of an idle machine with two cores; without `all`, three.
"""

import argparse
import gzip
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from engine.encoding.encoder import Encoder
from engine.progress import Steps, finish
from engine.tagging.tagger_measures import LabelledText
from engine.training.examples import label_order, parts
from engine.training.head_training import train_head
from engine.training.training import adapter_settings, train_tagger
from tests.benchmarks.report import print_table
from tests.conftest import SHARED_DATA

SETS = {"trec6": "test", "emotion": "dev"}
"""Set → the split to measure on."""
EPOCHS = 3.0

Measures = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, default=SHARED_DATA)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--sizes", nargs="+", default=["8", "32", "128", "all"])
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    encoder = Encoder.open(device="cpu")
    encoder.load()
    rows = []
    for name in options.sets:
        train, held = (texts_of(options.data, name, split) for split in ("train", SETS[name]))
        for size in options.sizes:
            chosen = sample(train, size, options.seed)
            for route, measured, seconds in _routes(encoder, chosen, held, options.seed):
                rows.append(
                    (
                        name,
                        size,
                        len(chosen),
                        route,
                        f"{measured['held-out accuracy']:.3f}",
                        f"{measured['held-out macro-F1']:.3f}",
                        f"{seconds:.0f}",
                    )
                )
                print(*rows[-1], flush=True)
    print_table(
        "Routes to a tagger: trained on so many texts a label, measured on the held-out split",
        ("set", "texts a label", "texts", "route", "accuracy", "macro-F1", "seconds"),
        rows,
    )


def texts_of(data: Path, name: str, split: str) -> list[LabelledText]:
    """Return the labelled texts of one split of a set."""
    with gzip.open(data / "labels" / name / f"{split}.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return [LabelledText(row["text"], str(row["label"])) for row in rows]


def sample(texts: list[LabelledText], size: str, seed: int) -> list[LabelledText]:
    """Return `size` texts of each label, or as many as there are, in a random order; all of them for "all"."""
    shuffled = list(texts)
    random.Random(seed).shuffle(shuffled)
    if size == "all":
        return shuffled
    taken: Counter[str] = Counter()
    chosen = []
    for text in shuffled:
        if taken[text.label] < int(size):
            taken[text.label] += 1
            chosen.append(text)
    return chosen


def _routes(
    encoder: Encoder, texts: list[LabelledText], held: list[LabelledText], seed: int
) -> list[tuple[str, Measures, float]]:
    labels = label_order(texts)

    def head(folder: Path) -> Steps[Measures]:
        return train_head(folder, encoder, texts, held, labels=labels, description={})

    def adapter(folder: Path) -> Steps[Measures]:
        train, dev, test = parts(texts, held, seed)
        settings = adapter_settings(len(train), EPOCHS, seed)
        return train_tagger(
            folder, encoder, train, dev, labels=labels, settings=settings, description={}, test=test
        )

    return [(name, *_timed(route)) for name, route in (("head", head), ("adapter", adapter))]


def _timed(route: Callable[[Path], Steps[Measures]]) -> tuple[Measures, float]:
    with tempfile.TemporaryDirectory() as scratch:
        started = time.perf_counter()
        measured = finish(route(Path(scratch) / "tagger"))
        return measured, time.perf_counter() - started


if __name__ == "__main__":
    main()
