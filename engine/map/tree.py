"""HDBSCAN's tree of a map: grown once from the points, then cut at any smallest size.

Campello, Moulavi & Sander 2013, "Density-based clustering based on hierarchical density estimates"; McInnes & Healy
2017, "Accelerated hierarchical density based clustering". The library finds the tree; it is cut here because the
library cuts only while it fits, and takes as long for every size as for the first.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEAF = 40


@dataclass(frozen=True, slots=True)
class Tree:
    """Groups of points that hang together; node 0 is all, a node comes after its parent and beside its sibling.

    parents (k,) int64, -1 for node 0; births (k,) float64, the density (1 / distance) from which on the node stands
    apart; sizes (k,) int64, its points then; origins (k,) int64, which node it is of the tree it was condensed from.
    nodes (n,) int64, the last node each point is in, and densities (n,) float64, where the point leaves it.
    """

    parents: NDArray[np.int64]
    births: NDArray[np.float64]
    sizes: NDArray[np.int64]
    origins: NDArray[np.int64]
    nodes: NDArray[np.int64]
    densities: NDArray[np.float64]


def grow(points: NDArray[np.floating[Any]], min_samples: int, min_size: int) -> Tree:
    """Return the tree of distinct points (n, d), n > min_samples, with all groups of at least `min_size` > 1.

    The steps of `hdbscan.HDBSCAN.fit`, but for how the nearest points are looked up: its way takes time with the
    square of n (200,000 points: 9 seconds instead of 2).
    """
    from hdbscan._hdbscan_boruvka import KDTreeBoruvkaAlgorithm
    from hdbscan._hdbscan_linkage import label as link
    from hdbscan._hdbscan_tree import condense_tree
    from sklearn.neighbors import KDTree

    class PointByPoint(KDTree):  # type: ignore[misc]
        """A tree that looks for each point by itself, whatever it is asked."""

        def query(self, points: Any, k: int, **_: Any) -> Any:
            return super().query(points, k)

    tree = PointByPoint(points.astype(np.float64), leaf_size=LEAF)
    boruvka = KDTreeBoruvkaAlgorithm(
        tree, min_samples, leaf_size=LEAF // 3, approx_min_span_tree=True, n_jobs=1
    )
    edges = boruvka.spanning_tree()
    rows = condense_tree(link(edges[np.argsort(edges[:, 2])]), min_size)
    return from_rows(rows, len(points))


def from_rows(rows: NDArray[Any], n: int) -> Tree:
    """Return the tree of the library's condensed tree over n points: rows of parent, child, lambda_val, child_size."""
    is_group = rows["child"] >= n
    groups, points = rows[is_group], rows[~is_group]
    k = len(groups) + 1
    tree = Tree(
        parents=np.full(k, -1, dtype=np.int64),
        births=np.zeros(k),
        sizes=np.full(k, n, dtype=np.int64),
        origins=np.arange(k, dtype=np.int64),
        nodes=np.empty(n, dtype=np.int64),
        densities=np.empty(n),
    )
    own = groups["child"] - n
    tree.parents[own] = groups["parent"] - n
    tree.births[own] = groups["lambda_val"]
    tree.sizes[own] = groups["child_size"]
    tree.nodes[points["child"]] = points["parent"] - n
    tree.densities[points["child"]] = points["lambda_val"]
    return tree


def condense(tree: Tree, min_size: int) -> Tree:
    """Return the tree without groups smaller than `min_size`: their points leave where the group became so small.

    The same as growing it with `min_size`, if that is no less than what it was grown with.
    """
    parents, sizes, births = tree.parents.tolist(), tree.sizes.tolist(), tree.births.tolist()
    ends = _ends(tree, min_size).tolist()
    becomes = [0] * len(parents)  # the new node in which a node goes on, or from which it fell off
    fallen = [False] * len(parents)
    last = ends.copy()  # the density at which the last of a node's points leave the new node
    kept = [0]
    for node in range(1, len(parents)):
        parent, sibling = parents[node], node + 1 if node % 2 else node - 1
        becomes[node] = becomes[parent]
        if fallen[parent] or sizes[node] < min_size:
            fallen[node] = True
            last[node] = last[parent] if fallen[parent] else min(last[parent], births[node])
        elif sizes[sibling] >= min_size:
            becomes[node] = len(kept)
            kept.append(node)
    new = np.array(becomes, dtype=np.int64)
    rows = np.array(kept, dtype=np.int64)
    return Tree(
        parents=np.where(rows > 0, new[tree.parents[rows]], -1),
        births=tree.births[rows],
        sizes=tree.sizes[rows],
        origins=tree.origins[rows],
        nodes=new[tree.nodes],
        densities=np.minimum(tree.densities, np.array(last)[tree.nodes]),
    )


def _ends(tree: Tree, min_size: int) -> NDArray[np.float64]:
    """Return the density (k,) at which fewer than `min_size` points remain in a node, infinite if it splits before."""
    order = np.lexsort((tree.densities, tree.nodes))
    counts = np.bincount(tree.nodes, minlength=len(tree.sizes))
    leaving = tree.sizes - min_size  # so many may leave one by one, not one more
    ends = np.full(len(counts), np.inf)
    shrinks = (leaving >= 0) & (leaving < counts)
    ends[shrinks] = tree.densities[order[(np.cumsum(counts) - counts + leaving)[shrinks]]]
    return ends


def most_lasting(
    tree: Tree, *, max_size: int | None = None, allowed: NDArray[np.bool_] | None = None
) -> NDArray[np.bool_]:
    """Return which nodes (k,) are clusters: the disjoint ones whose excess of mass is the largest together.

    The root is none, nor is a node larger than `max_size` or not in `allowed` (k,).
    """
    forbidden = np.zeros(len(tree.parents), dtype=np.bool_)
    forbidden[0] = True
    if max_size is not None:
        forbidden |= tree.sizes > max_size
    if allowed is not None:
        forbidden |= ~allowed
    mass = masses(tree)
    below = np.zeros(len(mass))
    chosen = np.zeros(len(mass), dtype=np.bool_)
    for node in range(len(mass) - 1, 0, -1):
        chosen[node] = not forbidden[node] and below[node] <= mass[node]
        below[tree.parents[node]] += mass[node] if chosen[node] else below[node]
    return np.asarray(chosen & (owners(tree, chosen) == np.arange(len(mass))))


def masses(tree: Tree) -> NDArray[np.float64]:
    """Return each node's excess of mass (k,): over all points, for how much of the density each stays in it."""
    k = len(tree.parents)
    mass = np.bincount(tree.nodes, tree.densities - tree.births[tree.nodes], k)
    parents = tree.parents[1:]
    stay = (tree.births[1:] - tree.births[parents]) * tree.sizes[1:]
    return np.asarray(mass + np.bincount(parents, stay, k), dtype=np.float64)


def owners(tree: Tree, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return for each node (k,) the uppermost chosen node that it is or lies in, -1 for none."""
    owner = [-1] * len(chosen)
    is_chosen = chosen.tolist()
    for node, parent in enumerate(tree.parents.tolist()):
        above = owner[parent] if node else -1
        owner[node] = above if above >= 0 else node if is_chosen[node] else -1
    return np.array(owner, dtype=np.int64)


def label(tree: Tree, chosen: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return (the chosen node that each point is in, -1 none; its membership strength in [0, 1]), both (n,)."""
    nodes = owners(tree, chosen)[tree.nodes]
    densest = np.zeros(len(chosen))
    np.maximum.at(densest, tree.nodes, tree.densities)
    np.maximum.at(densest, tree.parents[1:], tree.births[1:])
    strengths = np.minimum(tree.densities, densest[nodes]) / densest[nodes]
    return nodes, np.where(nodes < 0, 0.0, strengths).astype(np.float32)
