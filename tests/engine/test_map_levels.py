"""Levels of a map: branches hold clusters, parts lie inside them, everything nests."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.map.clusters import Clustering, preview, preview_sizes, recluster
from engine.map.levels import find_branches, find_parts
from engine.map.tree import Tree
from indexes.records import Branch


def tree_of(parents: list[int], sizes: list[int], nodes: list[int], **other: Any) -> Tree:
    k, n = len(parents), len(nodes)
    arrays = {
        "births": np.arange(k, dtype=np.float64),
        "origins": np.arange(k),
        "densities": np.full(n, k + 1.0),
    }
    return Tree(parents=np.array(parents), sizes=np.array(sizes), nodes=np.array(nodes), **(arrays | other))


# 0 ─┬─ 1 ─┬─ 3 ─┬─ 5
#    │     │     └─ 6
#    │     └─ 4
#    └─ 2
PARENTS = [-1, 0, 0, 1, 1, 3, 3]


def test_branches_hold_what_the_tree_holds_together() -> None:
    tree = tree_of(PARENTS, [100, 60, 40, 30, 30, 20, 10], [2])
    assert find_branches(tree, [2, 4, 5, 6], [40, 30, 20, 10]) == (
        Branch(id=0, parent=-1, size=60, clusters=(1, 2, 3)),
        Branch(id=1, parent=0, size=30, clusters=(2, 3)),
    )


def test_a_branch_of_nearly_all_is_left_out() -> None:
    tree = tree_of(PARENTS, [100, 90, 10, 40, 50, 20, 20], [2])
    assert find_branches(tree, [4, 5, 6, 2], [50, 20, 20, 10]) == (
        Branch(id=0, parent=-1, size=40, clusters=(1, 2)),
    )


def test_a_cluster_outside_the_tree_and_one_alone_have_no_branch() -> None:
    tree = tree_of([-1, 0, 0], [10, 5, 5], [1])
    assert find_branches(tree, [1, 2, -1], [5, 5, 4]) == ()
    assert find_branches(tree, [], []) == ()


def test_parts_lie_in_clusters_that_they_fill() -> None:
    # Cluster 1 has the parts 3 and 4 and two points of its own; cluster 2 has 5 and 6, and too many of its own.
    homes = [1] * 2 + [3] * 4 + [4] * 4 + [2] * 9 + [5] * 4 + [6] * 4
    tree = tree_of([-1, 0, 0, 1, 1, 2, 2], [27, 10, 17, 4, 4, 4, 4], homes)
    chosen = np.array([False, True, True, False, False, False, False])
    parts = find_parts(tree, tree, chosen, 4, giant=17)
    assert parts.tolist() == [-1] * 2 + [3] * 4 + [4] * 4 + [-1] * 17
    shown = find_parts(tree, tree, chosen, 4, giant=16)  # of a giant whatever there is
    assert shown.tolist() == [-1] * 2 + [3] * 4 + [4] * 4 + [-1] * 9 + [5] * 4 + [6] * 4


def nested(seed: int = 0) -> NDArray[np.float32]:
    """Return points in 3 × 3 × 2 groups: far, near, touching."""
    rng = np.random.default_rng(seed)
    far = np.array([[0, 0], [60, 0], [30, 50]])
    near = np.array([[0, 0], [8, 0], [4, 7]])
    touching = np.array([[0, 0], [2.2, 0.5]])
    centres = (far[:, None, None] + near[None, :, None] + touching[None, None, :]).reshape(-1, 2)
    return np.vstack([rng.normal(centre, 0.5, size=(60, 2)) for centre in centres]).astype(np.float32)


@pytest.fixture(scope="module")
def levels() -> Clustering:
    return recluster(nested(), 40)


def test_far_groups_become_branches_of_their_near_ones(levels: Clustering) -> None:
    groups = np.repeat(np.arange(3), 360)
    assert levels.n_clusters >= 9
    tops = [branch for branch in levels.branches if branch.parent == -1]
    found = [set(groups[np.isin(levels.cluster_ids, branch.clusters)].tolist()) for branch in tops]
    assert sorted(map(sorted, found)) in ([[0], [1], [2]], [[0], [1, 2]], [[0, 1], [2]], [[0, 2], [1]])


def test_branches_nest_and_count_their_passages(levels: Clustering) -> None:
    for branch in levels.branches:
        assert branch.size == np.isin(levels.cluster_ids, branch.clusters).sum()
        assert len(branch.clusters) > 1
        for other in levels.branches[: branch.id]:
            inside = set(branch.clusters) <= set(other.clusters)
            assert inside or not set(branch.clusters) & set(other.clusters)
        if branch.parent >= 0:
            assert set(branch.clusters) < set(levels.branches[branch.parent].clusters)
            assert branch.parent < branch.id


def test_parts_nest_and_count_their_passages(levels: Clustering) -> None:
    assert [part.id for part in levels.parts] == list(range(len(levels.parts)))
    for part in levels.parts:
        rows = levels.part_ids == part.id
        assert rows.sum() == part.size
        assert set(levels.cluster_ids[rows].tolist()) == {part.cluster}
    assert levels.part_ids.max() == len(levels.parts) - 1
    clusters = [part.cluster for part in levels.parts]
    assert clusters == sorted(clusters)
    assert min(clusters.count(cluster) for cluster in set(clusters)) > 1


def test_groups_that_touch_are_parts_of_one_cluster() -> None:
    found = recluster(nested(), 70)
    assert found.n_clusters == 9
    pairs = np.repeat(np.arange(9), 120)
    halves = np.repeat(np.arange(18), 60)
    for part in found.parts:
        assert len(set(pairs[found.part_ids == part.id].tolist())) == 1
    split = [part for part in found.parts if len(set(halves[found.part_ids == part.id].tolist())) == 1]
    assert len(split) >= 9


def test_the_preview_tells_what_finding_clusters_again_gives() -> None:
    xy = nested()
    previews = preview(xy)
    assert [each.min_cluster_size for each in previews] == list(preview_sizes(len(xy)))
    assert 12 <= len(previews) <= 20
    for each in previews:
        found = recluster(xy, each.min_cluster_size)
        assert each.clusters == found.n_clusters
        assert each.noise == pytest.approx(float(np.mean(found.cluster_ids < 0)))
        assert each.largest == pytest.approx(float(np.mean(found.cluster_ids == 0)))


def test_the_size_in_use_is_previewed_too() -> None:
    (ours,) = [each for each in preview(nested(), 37) if each.min_cluster_size == 37]
    found = recluster(nested(), 37)
    assert (ours.clusters, ours.noise) == (found.n_clusters, pytest.approx(np.mean(found.cluster_ids < 0)))
    assert preview(nested()[:10]) == ()


@pytest.mark.parametrize("n", [15, 50, 1000, 30_000, 1_000_000])
def test_previewed_sizes_rise_around_the_usual_one(n: int) -> None:
    sizes = preview_sizes(n)
    assert list(sizes) == sorted(set(sizes))
    assert sizes[0] >= 3
    assert len(sizes) <= 20
