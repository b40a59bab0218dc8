"""Clusters against gold labels: Asterism's map beside BERTopic's default pipeline, on the same embeddings.

Run it with `python -m tests.benchmarks.cluster_quality DATA [--library LIBRARY] [--only NAME …] [--seeds N]`. DATA
holds a folder a labelled set, with one or more .jsonl.gz of "text" and "label"; the label "oos" is the gold's own
noise. LIBRARY has sets indexed as corpora of the same names; the others are indexed into it first (into a passing one
when none is given). The peer is what BERTopic 0.17 does before it names topics: UMAP to five dimensions and HDBSCAN
with at least ten. Both get the same passages and take turns in this process, which has compiled them before; a passage
has its document's label. AMI and ARI count noise as a group of its own; the third AMI is of clustered passages only.
"""

import argparse
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.library import Library
from engine.map.layout import keep_compiled
from engine.map.mapping import make_map
from engine.map.neighbours import Vectors
from engine.progress import finish
from engine.workspace import Workspace
from indexes.catalogue import Catalogue
from indexes.records import Source
from tests.benchmarks.report import print_table

NOT_KNOWN = "oos"
COMPILING = 5_000
"""From 4,096 on UMAP searches neighbours in another way, which compiles for half a minute; not to be counted."""

BERTOPIC_SEED = 42
READ_TOGETHER = 5_000

Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Found:
    """What one way found, on the average of its runs."""

    seconds: float
    ami: float
    ari: float
    ami_of_clustered: float
    noise: float
    clusters: float


def main(data: Path, library: Path, only: Sequence[str], seeds: int) -> None:
    names = sorted(folder.name for folder in data.iterdir() if any(folder.glob("*.jsonl.gz")))
    _index(data, library, [name for name in names if not only or name in only])
    rows, ours, plain = [], [], []
    compiled = False
    for name in names:
        if only and name not in only:
            continue
        vectors, gold = _labelled(Library(library).folder_of(name))
        if not compiled:
            _ours(vectors[:COMPILING], 0)
            _plain(vectors[:COMPILING], 0)
            compiled = True
        ours.append(_measure(_ours, vectors, gold, range(seeds)))
        plain.append(_measure(_plain, vectors, gold, [BERTOPIC_SEED]))
        rows.append(_row(name, f"{len(gold):,}", ours[-1], plain[-1]))
        print(" ".join(rows[-1]), flush=True)
    if len(rows) > 1:
        rows.append(_row("mean", "", _mean(ours), _mean(plain)))
    print_table(
        f"Clusters and gold labels: Asterism (mean of {seeds} seeds) / BERTopic's defaults; CPU seconds",
        ("set", "passages", "seconds", "ratio", "AMI", "ARI", "AMI of clustered", "noise", "clusters"),
        rows,
    )


def _index(data: Path, library: Path, names: Sequence[str]) -> None:
    with Workspace(library) as workspace:
        present = {info.name for info in workspace.corpora()}
        for name in names:
            if name not in present:
                (source,) = sorted((data / name).glob("*.jsonl.gz"))[-1:]
                finish(workspace.index(name, [Source("table", str(source.resolve()))]))


def _labelled(corpus: Path) -> tuple[Vectors, Labels]:
    """Return the embeddings of a corpus' passages and the number of each one's gold label."""
    with Catalogue.open(corpus / "catalogue.db") as catalogue:
        passage_ids, vectors = catalogue.embeddings(catalogue.latest_encoder())
        table = catalogue.passage_table()
        document_ids = table.document_ids[np.searchsorted(table.passage_ids, passage_ids)]
        documents, of_passages = np.unique(document_ids, return_inverse=True)
        labels: list[str] = []
        for start in range(0, len(documents), READ_TOGETHER):
            some = catalogue.documents(documents[start : start + READ_TOGETHER].tolist(), with_text=False)
            labels += [str(document.metadata["label"]) for document in some]
    names, numbers = np.unique(labels, return_inverse=True)
    numbers[names[numbers] == NOT_KNOWN] = -1
    return vectors, numbers[of_passages].astype(np.int64)


def _ours(vectors: Vectors, seed: int) -> Labels:
    return make_map(vectors, seed=seed).cluster_ids.astype(np.int64)


def _plain(vectors: Vectors, seed: int) -> Labels:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns that a seed means one thread, which is what is compared
        import hdbscan
        import umap

        reduced = umap.UMAP(
            n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=seed
        ).fit_transform(vectors.astype(np.float32))
        model = hdbscan.HDBSCAN(
            min_cluster_size=10, metric="euclidean", cluster_selection_method="eom", prediction_data=True
        )
        labels: Labels = model.fit_predict(reduced).astype(np.int64)
    return labels


def _measure(
    way: Callable[[Vectors, int], Labels], vectors: Vectors, gold: Labels, seeds: Sequence[int]
) -> Found:
    return _mean([_once(way, vectors, gold, seed) for seed in seeds])


def _once(way: Callable[[Vectors, int], Labels], vectors: Vectors, gold: Labels, seed: int) -> Found:
    from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

    started = time.process_time()
    labels = way(vectors, seed)
    seconds = time.process_time() - started
    clustered = labels >= 0
    return Found(
        seconds,
        adjusted_mutual_info_score(gold, labels),
        adjusted_rand_score(gold, labels),
        adjusted_mutual_info_score(gold[clustered], labels[clustered]) if clustered.any() else 0.0,
        float(1 - clustered.mean()),
        float(labels.max() + 1),
    )


def _mean(found: Sequence[Found]) -> Found:
    columns = zip(
        *((f.seconds, f.ami, f.ari, f.ami_of_clustered, f.noise, f.clusters) for f in found), strict=True
    )
    return Found(*(float(np.mean(column)) for column in columns))


def _row(name: str, passages: str, ours: Found, plain: Found) -> tuple[str, ...]:
    return (
        name,
        passages,
        f"{ours.seconds:.1f} / {plain.seconds:.1f}",
        f"{ours.seconds / plain.seconds:.2f}",
        f"{ours.ami:.3f} / {plain.ami:.3f}",
        f"{ours.ari:.3f} / {plain.ari:.3f}",
        f"{ours.ami_of_clustered:.3f} / {plain.ami_of_clustered:.3f}",
        f"{ours.noise:.2f} / {plain.noise:.2f}",
        f"{ours.clusters:.0f} / {plain.clusters:.0f}",
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--library", type=Path)
    parser.add_argument("--only", nargs="*", default=())
    parser.add_argument("--seeds", type=int, default=1)
    given = parser.parse_args()
    keep_compiled()
    with tempfile.TemporaryDirectory() as passing:
        main(given.data, given.library or Path(passing), given.only, given.seeds)
