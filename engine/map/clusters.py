"""Clusters of a map: HDBSCAN groups numbered by size, and the passages most typical of each."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.map.layout import Report
from engine.map.levels import find_branches, find_parts
from engine.map.neighbours import Vectors
from engine.map.reach import find_nearest
from engine.map.records import ClusterPreview
from engine.map.tree import Tree, condense, grow, label, most_lasting
from engine.progress import Progress
from indexes.records import Branch, Part

MIN_PASSAGES = 15
"""With fewer different passages no density can be told from chance: they are laid out, not clustered."""

SMALLEST = 5
"""No part, and no cluster that is not asked for, is smaller."""

GIANT = 0.25
"""A cluster with a larger share of the map is taken apart, if it has parts: one blob tells a reader nothing."""

LEAST_GIANT = 150
"""... and what is smaller is none: three topics of a small corpus are no blobs. Measured on samples of seven labelled
sets (AMI, noise): of 120 texts .311, .12 without and .297, .07 with it, of 300 .474, .13 and .479, .12."""

NOISE_LIMIT = 0.4
"""... unless that would turn more than this share of the map into noise."""

N_PREVIEWS = 16
PREVIEWED = 6.0
"""Previews reach from the usual size divided by this to the usual size times this."""

N_EXEMPLARS = 5
EXEMPLAR_CANDIDATES = 50
NEAR_DUPLICATE = 0.95
"""Two exemplars with a higher cosine would tell a reader the same thing twice."""

Labels = NDArray[np.int32]
Strengths = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Clustering:
    """Which cluster every passage is in; row i is point i of the map.

    cluster_ids (n,) int32 counted from 0 by falling size, -1 noise; strengths (n,) float32 in [0, 1], 0 for noise;
    nearest_ids (n,) int32, nearness (n,) float32 and part_ids (n,) int32 as in Projection. `branches` and `parts` have
    no names yet. `parameters` says in JSON types how they were found; `note` is a sentence when there are none.
    """

    cluster_ids: Labels
    strengths: Strengths
    nearest_ids: Labels
    nearness: Strengths
    part_ids: Labels
    branches: tuple[Branch, ...]
    parts: tuple[Part, ...]
    parameters: dict[str, Any]
    note: str = ""

    @property
    def n_clusters(self) -> int:
        """Return the number of clusters, noise not counted."""
        return int(self.cluster_ids.max(initial=-1)) + 1


def recluster(
    xy: NDArray[np.float32], min_cluster_size: int | None = None, *, report: Report = lambda progress: None
) -> Clustering:
    """Find the clusters of a map's points xy (n, 2), and the levels above and below them.

    The same points and size give the same clusters to the bit: those that `mapping.make_map` finds.
    """
    report(Progress("Finding clusters"))
    size = max(2, min_cluster_size or default_min_cluster_size(len(xy)))
    first_rows, copy_of = distinct_points(xy)
    if len(first_rows) < MIN_PASSAGES:
        return _unclustered(len(xy), len(first_rows))
    grown = _grow(xy[first_rows], len(xy), size)
    tree, chosen = _cut(grown, size)
    nodes, strengths = label(tree, chosen)
    cluster_ids, strengths = spread_to_copies(number_by_size(nodes), strengths, copy_of, size)
    nearest_ids, nearness = find_nearest(xy, cluster_ids)
    sizes = np.bincount(cluster_ids[cluster_ids >= 0])
    cluster_nodes = _first_of_each(cluster_ids, nodes[copy_of])
    part_nodes = find_parts(grown, tree, chosen, part_size(size), giant_size(len(first_rows)))
    part_ids, parts = _number_parts(part_nodes[copy_of], cluster_ids)
    return Clustering(
        cluster_ids,
        strengths,
        nearest_ids,
        nearness,
        part_ids,
        find_branches(tree, cluster_nodes, sizes.tolist()),
        parts,
        parameters(len(xy), size),
        "" if len(sizes) else "No clusters: the passages are spread too evenly for groups to stand out.",
    )


def preview(
    xy: NDArray[np.float32], in_use: int | None = None, *, report: Report = lambda progress: None
) -> tuple[ClusterPreview, ...]:
    """Return what `recluster` would find in points xy (n, 2) with smallest sizes around the usual one, rising.

    The size `in_use`, if given, is among them.
    """
    first_rows, copy_of = distinct_points(xy)
    if len(first_rows) < MIN_PASSAGES:
        return ()
    sizes = sorted({*preview_sizes(len(xy)), max(2, in_use or default_min_cluster_size(len(xy)))})
    report(Progress("Comparing cluster sizes", 0, len(sizes), "sizes"))
    grown = _grow(xy[first_rows], len(xy), sizes[0])
    found = []
    for done, size in enumerate(sizes, 1):
        nodes, strengths = label(*_cut(grown, size))
        ids, _ = spread_to_copies(number_by_size(nodes), strengths, copy_of, size)
        members = np.bincount(ids[ids >= 0], minlength=1)
        noise, largest = float(np.mean(ids < 0)), float(members[0] / len(ids))
        found.append(ClusterPreview(size, int(ids.max()) + 1, noise, largest))
        report(Progress("Comparing cluster sizes", done, len(sizes), "sizes"))
    return tuple(found)


def default_min_cluster_size(n: int) -> int:
    """Return how many of `n` passages make a cluster: growing slowly, for a map shows tens of clusters.

    Chosen on seven labelled sets of 7,600 to 25,000 texts and samples of them, each time with one set left out. It is
    a broad hill: half of it doubles the clusters and costs .02 AMI on the mean of the sets; one and a half times as
    much gains .005, and falls off a cliff where the groups are smaller than that.
    """
    few = min(10.0, math.sqrt(n))
    return max(SMALLEST, round(max(few, 0.045 * math.pow(n, 0.75))))


def min_samples(n: int) -> int:
    """Return how many neighbours make a passage's surroundings dense, of `n`: more smooths, and makes more noise.

    It does not depend on the smallest size, so that one tree serves all of them.
    """
    return min(12, max(3, round(math.sqrt(n) / 4)))


def giant_size(n: int) -> int:
    """Return how many of `n` passages a cluster holds at most that is no giant."""
    return max(int(GIANT * n), LEAST_GIANT)


def part_size(min_cluster_size: int) -> int:
    """Return how many passages make a part of a cluster."""
    return max(SMALLEST, min_cluster_size // 4)


def preview_sizes(n: int) -> tuple[int, ...]:
    """Return the smallest sizes worth comparing on a map of `n`, rising, the usual one among them."""
    usual = default_min_cluster_size(n)
    sizes = usual * np.geomspace(1 / PREVIEWED, PREVIEWED, N_PREVIEWS)
    return tuple(sorted({usual, *(max(SMALLEST, round(size)) for size in sizes)}))


def parameters(n: int, min_cluster_size: int) -> dict[str, Any]:
    """Return how clusters of `n` points are found, as JSON types."""
    return {
        "min_cluster_size": min_cluster_size,
        "min_samples": min_samples(n),
        "cluster_selection_method": "eom",
        "giant": GIANT,
        "part_size": part_size(min_cluster_size),
    }


def distinct_points(xy: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (rows of xy (n, 2) that differ from all before them, for every row its place among those)."""
    flat = np.ascontiguousarray(xy + np.float32(0.0)).view(np.int64).ravel()  # 0.0 and -0.0 are one
    _, first, inverse = np.unique(flat, return_index=True, return_inverse=True)
    order = np.argsort(first)
    place = np.empty(len(first), dtype=np.int64)
    place[order] = np.arange(len(first))
    return first[order].astype(np.int64), place[inverse]


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


def _unclustered(n: int, distinct: int) -> Clustering:
    nobody = np.full(n, -1, dtype=np.int32)
    nothing = np.zeros(n, dtype=np.float32)
    copies = f", of which only {distinct} differ" if distinct < n else ""
    note = (
        f"Too few passages for clusters: {n} {'passage' if n == 1 else 'passages'}{copies}, "
        f"and at least {MIN_PASSAGES} different ones are needed."
    )
    return Clustering(nobody, nothing, nobody, nothing, nobody, (), (), {}, note)


def _grow(points: NDArray[np.float32], n: int, min_cluster_size: int) -> Tree:
    """Grow the tree of a map of `n` passages at `points`, for clusters from `min_cluster_size` on and their parts."""
    return grow(points, min_samples(n), min(SMALLEST, min_cluster_size))


def _cut(grown: Tree, min_cluster_size: int) -> tuple[Tree, NDArray[np.bool_]]:
    """Return the tree condensed, and which of its nodes are clusters.

    HDBSCAN prefers the most lasting groups, which on some maps are two that hold everything: where one is a
    giant, its parts are taken instead.
    """
    tree = condense(grown, min_cluster_size)
    chosen = most_lasting(tree)
    n = len(tree.nodes)
    limit = giant_size(n)
    if tree.sizes[chosen].max(initial=0) > limit:
        parts = most_lasting(tree, max_size=limit)
        if 1.0 - tree.sizes[parts].sum() / n <= NOISE_LIMIT:
            return tree, parts
    return tree, chosen


def _first_of_each(cluster_ids: Labels, nodes: NDArray[np.int64]) -> Sequence[int]:
    """Return the node of each cluster, -1 for one that is none of the tree's."""
    present, rows = np.unique(cluster_ids, return_index=True)
    found: list[int] = nodes[rows[present >= 0]].tolist()
    return found


def _number_parts(part_nodes: NDArray[np.int64], cluster_ids: Labels) -> tuple[Labels, tuple[Part, ...]]:
    """Number parts (n,) by cluster and, in it, by falling size; -1 stays."""
    rows = np.flatnonzero(part_nodes >= 0)
    nodes, first, inverse, sizes = np.unique(
        part_nodes[rows], return_index=True, return_inverse=True, return_counts=True
    )
    clusters = cluster_ids[rows[first]]
    order = np.lexsort((nodes, -sizes, clusters))
    ids = np.empty(len(nodes), dtype=np.int32)
    ids[order] = np.arange(len(nodes), dtype=np.int32)
    part_ids = np.full(len(part_nodes), -1, dtype=np.int32)
    part_ids[rows] = ids[inverse]
    return part_ids, tuple(
        Part(place, int(clusters[part]), int(sizes[part])) for place, part in enumerate(order.tolist())
    )


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
