"""Is an encoder that was adapted to a collection better for it, and worth keeping?

Run it with `python -m tests.benchmarks.adapting DATA [--titles N | --retrieval NAME]`. DATA holds pairs/stsb, and
clusters/stackoverflow (titles, each with its subject) or retrieval, as the shared data sets lie. Held-out titles count
as found when the nearest is of the same subject; a retrieval set's judged queries stand for a user's. Nothing is
learned from subjects or judgements. What is adapted goes to a folder that is thrown away.
"""

import argparse
import gzip
import json
import random
import tempfile
from dataclasses import replace
from pathlib import Path

from engine.encoding import gold_sets
from engine.encoding.adapting import AdaptSettings, adapt
from engine.encoding.adapting_measures import HELD_OUT, Gold
from engine.encoding.encoder import Encoder
from engine.progress import finish
from tests.benchmarks.report import print_table


def main(data: Path, retrieval: str, titles: int, settings: AdaptSettings) -> None:
    encoder = Encoder.open(device="cpu")
    pairs = finish(gold_sets.read_pairs(data / "pairs" / "stsb" / "en_dev.jsonl.gz"))
    gold = (
        of_collection(data / "retrieval" / retrieval, encoder, settings.seed)
        if retrieval
        else of_titles(data / "clusters" / "stackoverflow", titles, settings.seed)
    )
    with tempfile.TemporaryDirectory() as folder:
        report = finish(adapt(encoder, Path(folder) / "adapted", replace(gold, pairs=pairs), settings))
    rows = [
        ("cross-entropy of masked words, held out (lower is better)", report.word_loss),
        (f"held-out texts found, by {report.agreement_by}", report.agreement),
        ("nDCG@10", report.ndcg),
        ("STS-B Spearman", report.similarity),
    ]
    print_table(
        f"{encoder.name} adapted to {retrieval or 'StackOverflow titles'}: "
        f"{min(report.passages, settings.most):,} texts learned from, {report.held_out} held out, "
        f"{report.queries} queries, {report.seconds / 60:.1f} minutes",
        ["measure", "before", "after"],
        [(what, f"{pair[0]:.3f}", f"{pair[1]:.3f}") for what, pair in rows if pair],
    )
    print(report.said)


def of_titles(folder: Path, count: int, seed: int) -> Gold:
    """Return `count` titles to learn from and a fifth as many held out, in groups by subject."""
    file = next(folder.glob("*.jsonl.gz"))
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = random.Random(seed).sample([json.loads(line) for line in lines], count + count // 5)
    subjects = {label: number for number, label in enumerate(sorted({str(row["label"]) for row in rows}))}
    held_out = rows[count:]
    groups = tuple(subjects[str(row["label"])] for row in held_out)
    texts = tuple(row["text"] for row in rows)
    return Gold(texts[:count], texts[count:], groups, "subject")


def of_collection(folder: Path, encoder: Encoder, seed: int) -> Gold:
    """Return a collection's passages, those of a tenth of its documents held out, and its judged queries."""
    collection = finish(gold_sets.read_collection(folder, encoder))
    documents = sorted(set(collection.documents))
    kept_back = set(random.Random(seed).sample(documents, round(HELD_OUT * len(documents))))
    parts: tuple[list[str], list[str]] = ([], [])
    for text, document in zip(collection.passages, collection.documents, strict=True):
        parts[document in kept_back].append(text)
    return Gold(tuple(parts[0]), tuple(parts[1]), own=collection)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--retrieval", default="", metavar="NAME")
    parser.add_argument("--titles", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    main(options.data, options.retrieval, options.titles, AdaptSettings(seed=options.seed))
