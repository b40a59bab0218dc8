"""Clusters of a map: HDBSCAN groups numbered by size, and the passages most typical of each."""

import math
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.neighbours import Vectors

MIN_SAMPLES = 5

N_EXEMPLARS = 5
EXEMPLAR_CANDIDATES = 50
NEAR_DUPLICATE = 0.95
"""Two exemplars with a higher cosine would tell a reader the same thing twice."""

Labels = NDArray[np.int32]
Strengths = NDArray[np.float32]


def find_clusters(points: NDArray[np.float32], min_cluster_size: int) -> tuple[Labels, Strengths]:
    """Return (cluster ids (n,) int32 by falling size, -1 noise; strengths (n,) float32) of points (n, d)."""
    import hdbscan

    model = hdbscan.HDBSCAN(min_cluster_size=min_cluster_size, min_samples=MIN_SAMPLES, core_dist_n_jobs=1)
    model.fit(points.astype(np.float64))
    return number_by_size(model.labels_), np.asarray(model.probabilities_, dtype=np.float32)


def default_min_cluster_size(n: int) -> int:
    """Return how many of `n` passages make a cluster: growing slowly, for a map shows tens of clusters."""
    return max(5, round(0.4 * math.sqrt(n)))


def parameters(min_cluster_size: int) -> dict[str, Any]:
    """Return how clusters are found, as JSON types."""
    return {
        "min_cluster_size": min_cluster_size,
        "min_samples": MIN_SAMPLES,
        "cluster_selection_method": "eom",
    }


def number_by_size(labels: NDArray[np.integer[Any]]) -> Labels:
    """Renumber labels (n,) from 0 by falling size, the earlier first row first among equals; -1 stays."""
    present, first, sizes = np.unique(labels[labels >= 0], return_index=True, return_counts=True)
    order = np.lexsort((first, -sizes))
    # One place more than there are labels: -1 finds the last, which says noise.
    numbers = np.full(int(labels.max(initial=-1)) + 2, -1, dtype=np.int32)
    numbers[present[order]] = np.arange(len(present), dtype=np.int32)
    return np.asarray(numbers[labels], dtype=np.int32)


def spread_to_copies(
    labels: Labels, strengths: Strengths, copy_of: NDArray[np.int64], min_cluster_size: int
) -> tuple[Labels, Strengths]:
    """Give copies the cluster of their original; a noise text with enough copies is a cluster of its own.

    labels and strengths are of the distinct rows, copy_of (n,) leads from every row to its distinct one;
    returns both for all rows, numbered by size.
    """
    counts = np.bincount(copy_of, minlength=len(labels))
    crowds = np.flatnonzero((labels < 0) & (counts >= min_cluster_size))
    labels, strengths = labels.copy(), strengths.copy()
    labels[crowds] = int(labels.max(initial=-1)) + 1 + np.arange(len(crowds), dtype=np.int32)
    strengths[crowds] = 1.0
    return number_by_size(labels[copy_of]), strengths[copy_of]


def find_exemplars(
    vectors: Vectors, cluster_ids: Labels, strengths: Strengths
) -> tuple[tuple[int, ...], ...]:
    """Return each cluster's most typical rows: strong, nearest its centre, no two nearly the same."""
    order = np.argsort(cluster_ids, kind="stable")
    borders = np.searchsorted(cluster_ids[order], np.arange(int(cluster_ids.max(initial=-1)) + 2))
    return tuple(_exemplars_of(vectors, order[start:end], strengths) for start, end in pairwise(borders))


def _exemplars_of(vectors: Vectors, rows: NDArray[np.intp], strengths: Strengths) -> tuple[int, ...]:
    strong = rows[strengths[rows] >= np.median(strengths[rows])]
    members = np.asarray(vectors[strong], dtype=np.float32)
    nearness = members @ members.mean(axis=0)
    chosen: list[int] = []
    for candidate in np.argsort(-nearness, kind="stable")[:EXEMPLAR_CANDIDATES]:
        if all(members[candidate] @ members[other] < NEAR_DUPLICATE for other in chosen):
            chosen.append(int(candidate))
        if len(chosen) == N_EXEMPLARS:
            break
    return tuple(int(strong[row]) for row in chosen)
