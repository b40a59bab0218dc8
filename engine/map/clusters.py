"""Clusters of a map: HDBSCAN groups numbered by size, and the passages most typical of each."""

import math
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.map.neighbours import Vectors

GIANT = 0.25
"""A cluster with a larger share of the map is taken apart, if it has parts: one blob tells a reader nothing."""

NOISE_LIMIT = 0.4
"""... unless that would turn more than this share of the map into noise."""

N_EXEMPLARS = 5
EXEMPLAR_CANDIDATES = 50
NEAR_DUPLICATE = 0.95
"""Two exemplars with a higher cosine would tell a reader the same thing twice."""

Labels = NDArray[np.int32]
Strengths = NDArray[np.float32]


def find_clusters(points: NDArray[np.float32], min_cluster_size: int) -> tuple[Labels, Strengths]:
    """Return (cluster ids (n,) int32 by falling size, -1 noise; strengths (n,) float32) of points (n, d).

    HDBSCAN prefers the most lasting groups, which on some maps are two that hold everything: where one is a
    giant, its parts are taken instead.
    """
    labels, strengths = _hdbscan(points, min_cluster_size)
    limit = int(GIANT * len(points))
    if np.bincount(labels[labels >= 0], minlength=1).max() > limit:
        parts, strengths_of_parts = _hdbscan(points, min_cluster_size, limit)
        if np.mean(parts < 0) <= NOISE_LIMIT:
            return number_by_size(parts), strengths_of_parts
    return number_by_size(labels), strengths


def _hdbscan(
    points: NDArray[np.float32], min_cluster_size: int, max_cluster_size: int = 0
) -> tuple[NDArray[np.int64], Strengths]:
    import hdbscan

    model = hdbscan.HDBSCAN(
        min_cluster_size=min_cluster_size,
        min_samples=min_samples(min_cluster_size),
        max_cluster_size=max_cluster_size,
        core_dist_n_jobs=1,
    )
    model.fit(points.astype(np.float64))
    return model.labels_, np.asarray(model.probabilities_, dtype=np.float32)


def default_min_cluster_size(n: int) -> int:
    """Return how many of `n` passages make a cluster: growing slowly, for a map shows tens of clusters.

    Measured on five sets of 2,000 to 20,000 texts: half of it doubles the clusters and costs 0.02 to 0.1 AMI.
    """
    return max(5, round(0.7 * math.sqrt(n)))


def min_samples(min_cluster_size: int) -> int:
    """Return how many neighbours make a passage's surroundings dense: more smooths, and makes more noise."""
    return min(10, max(3, min_cluster_size // 5))


def parameters(min_cluster_size: int) -> dict[str, Any]:
    """Return how clusters are found, as JSON types."""
    return {
        "min_cluster_size": min_cluster_size,
        "min_samples": min_samples(min_cluster_size),
        "cluster_selection_method": "eom",
        "giant": GIANT,
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
