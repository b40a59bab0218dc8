"""Levels above and below the clusters of a map, from the same tree: branches hold clusters, parts lie inside them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.map.tree import Tree, condense, label, most_lasting, owners
from indexes.records import Branch

NEARLY = 2 / 3
"""A branch that holds a larger share of the one it lies in tells a reader nothing new, and is left out."""

PART_SHARE = 0.5
"""A cluster whose parts hold less of it than this is better seen as one."""


def find_branches(tree: Tree, cluster_nodes: Sequence[int], sizes: Sequence[int]) -> tuple[Branch, ...]:
    """Return the branches of clusters; cluster i is node `cluster_nodes[i]` of `tree`, with `sizes[i]` passages.

    A cluster with the node -1 is in no branch. Ids count by falling size, so that a branch comes before what it holds.
    """
    below: dict[int, list[int]] = {}
    for cluster, node in enumerate(cluster_nodes):
        while node > 0:
            node = int(tree.parents[node])
            below.setdefault(node, []).append(cluster)
    found: list[
        tuple[int, int, tuple[int, ...]]
    ] = []  # the size, the branch above as its place here, the clusters
    place_of: dict[int, int] = {}
    for node in sorted(below):  # a node after its parent
        clusters = below[node]
        parent = int(tree.parents[node])
        place = place_of.get(parent, -1)
        size = sum(sizes[cluster] for cluster in clusters)
        whole = found[place][0] if place >= 0 else sum(sizes)
        if len(clusters) > 1 and size <= NEARLY * whole:
            place_of[node] = len(found)
            found.append((size, place, tuple(clusters)))
        else:
            place_of[node] = place
    order = sorted(range(len(found)), key=lambda place: (-found[place][0], place))
    id_of = {place: branch for branch, place in enumerate(order)} | {-1: -1}
    return tuple(
        Branch(id_of[place], id_of[found[place][1]], found[place][0], found[place][2]) for place in order
    )


def find_parts(
    grown: Tree, tree: Tree, chosen: NDArray[np.bool_], min_size: int, giant: int
) -> NDArray[np.int64]:
    """Return in which part of its cluster each point is (n,), -1 in none; `tree` is `grown`, condensed.

    `chosen` (k,) are the nodes of `tree` that are clusters; `min_size`, smaller than theirs, is that of parts. A
    cluster larger than `giant` shows its parts however little they hold: else it would tell a reader nothing.
    """
    finer = condense(grown, min_size)
    is_cluster = np.isin(finer.origins, tree.origins[chosen])
    cluster_of = owners(finer, is_cluster)
    parts = most_lasting(finer, allowed=(cluster_of >= 0) & ~is_cluster)
    part_ids, _ = label(finer, parts)
    k = len(finer.parents)
    members = cluster_of[finer.nodes]
    of_clusters = np.bincount(members[members >= 0], minlength=k)
    in_parts = np.bincount(members[part_ids >= 0], minlength=k)
    worth = (in_parts >= PART_SHARE * np.maximum(of_clusters, 1)) | (of_clusters > giant)
    return np.where((part_ids >= 0) & worth[members], part_ids, -1)
