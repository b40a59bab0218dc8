"""Stability: how much of each cluster comes back when the map is made from other passages with another seed."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from engine.corpus import Corpus
from engine.map.layout import Report
from engine.map.mapped import read_mapped
from engine.map.mapping import make_map
from engine.map.neighbours import Vectors
from engine.map.reach import with_reach
from engine.map.worker import THREADS, MapWorker
from engine.progress import Progress, Steps

ROUNDS = 6

SHARE = 0.8
"""Of the passages, that many are in the map of a round."""

MOST = 20_000
"""A round lays out no more passages than this."""

LAYOUT = "Laying out the map"
STEP = "Measuring stability"


def stability_of(corpus: Corpus, worker: MapWorker, *, rounds: int = ROUNDS) -> Steps[tuple[float, ...]]:
    """Measure the clusters of the newest map, in the order of their ids; TooSmall when there is no map.

    A cluster is measured without the noise that its reach takes in; NaN when none of its passages is there any more.
    """
    yield Progress("Reading embeddings")
    mapped = read_mapped(corpus)
    projection = mapped.projection
    cluster_ids = projection.cluster_ids
    if len(projection.nearest_ids):
        cluster_ids = with_reach(projection.nearest_ids, projection.nearness, projection.strengths, 0.0)
    found = yield from worker.run(
        measure_stability,
        mapped.vectors,
        cluster_ids[mapped.rows],
        projection.parameters.get("hdbscan", {}).get("min_cluster_size"),
        rounds=rounds,
        threads=THREADS,
    )
    missing = (float("nan"),) * (mapped.n_clusters - len(found))
    return (*found.tolist(), *missing)


def measure_stability(
    vectors: Vectors,
    cluster_ids: NDArray[np.int32],
    min_cluster_size: int | None = None,
    *,
    rounds: int = ROUNDS,
    seed: int = 0,
    threads: int = 1,
    report: Report = lambda progress: None,
) -> NDArray[np.float32]:
    """Return (n_clusters,) float32 in [0, 1]: how much of each cluster survives reseeding and leaving out passages.

    Each round makes a map of a random 80 % of `vectors` (n, dim), at most 20,000, with another seed, and clusters of
    the same share of the passages as `min_cluster_size` is of all. A cluster's part of them is compared with the most
    similar cluster there by Jaccard's index, the passages in both of those in either; its stability is the mean over
    the rounds (Hennig 2007, "Cluster-wise assessment of cluster stability", Computational Statistics & Data Analysis
    52). NaN for one without passages. The same input and seed give the same numbers.
    """
    n = len(vectors)
    size = min(MOST, round(SHARE * n))
    n_clusters = int(cluster_ids.max(initial=-1)) + 1
    rng = np.random.default_rng(seed)
    sums, counts = np.zeros(n_clusters), np.zeros(n_clusters)
    report(Progress(STEP, 0, rounds * size, "passages"))
    for number in range(rounds if n_clusters else 0):
        rows = np.sort(rng.choice(n, size=size, replace=False))
        made = make_map(
            vectors[rows],
            seed=seed + 1 + number,
            min_cluster_size=min_cluster_size and max(2, round(min_cluster_size * size / n)),
            threads=threads,
            report=_reporter(number, rounds, size, report),
        )
        survived = best_overlaps(cluster_ids[rows], made.cluster_ids, n_clusters)
        there = ~np.isnan(survived)
        sums[there] += survived[there]
        counts[there] += 1
    report(Progress(STEP, rounds * size, rounds * size, "passages"))
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan).astype(np.float32)


def best_overlaps(
    cluster_ids: NDArray[np.int32], others: NDArray[np.int32], n_clusters: int
) -> NDArray[np.float64]:
    """Return (n_clusters,) the largest Jaccard index of each cluster with one of `others`, both (n,), -1 noise.

    0 when no other has a passage of it; NaN for a cluster without passages.
    """
    n_others = int(others.max(initial=-1)) + 1
    sizes = np.bincount(cluster_ids + 1, minlength=n_clusters + 1)[1:]
    if not n_others:
        return np.where(sizes > 0, 0.0, np.nan)
    of_others = np.bincount(others + 1, minlength=n_others + 1)[1:]
    both = (cluster_ids >= 0) & (others >= 0)
    pairs, shared = np.unique(
        cluster_ids[both].astype(np.int64) * n_others + others[both], return_counts=True
    )
    mine, theirs = np.divmod(pairs, n_others)
    found = np.zeros(n_clusters)
    np.maximum.at(found, mine, shared / (sizes[mine] + of_others[theirs] - shared))
    return np.where(sizes > 0, found, np.nan)


def _reporter(number: int, rounds: int, size: int, report: Report) -> Callable[[Progress], None]:
    """Turn the progress of one map's layout, which takes most of the time, into that of all rounds, in passages."""
    note = f"round {number + 1} of {rounds}"

    def tell(progress: Progress) -> None:
        if progress.step == LAYOUT and progress.total:
            part = progress.done / progress.total
            report(Progress(STEP, round((number + part) * size), rounds * size, "passages", note))

    return tell
