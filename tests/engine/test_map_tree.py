"""HDBSCAN's tree: cut at another size it is what the library finds with that size."""

from dataclasses import replace

import hdbscan
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.map.clusters import number_by_size
from engine.map.tree import Tree, condense, grow, label, masses, most_lasting, owners


def tree_by_hand() -> Tree:
    """Return ten points: at density 1 six (node 1) part from four (node 2)."""
    return Tree(
        parents=np.array([-1, 0, 0]),
        births=np.array([0.0, 1, 1]),
        sizes=np.array([10, 6, 4]),
        origins=np.arange(3),
        nodes=np.array([1] * 6 + [2] * 4),
        densities=np.array([2, 2, 3, 3, 4, 4, 1.5, 1.5, 1.5, 1.5]),
    )


def groups(*sizes: int, seed: int = 0) -> NDArray[np.float64]:
    """Return points in the plane, in groups of such sizes, some of which touch."""
    rng = np.random.default_rng(seed)
    return np.vstack([rng.normal(rng.uniform(0, 6, size=2), 0.4, size=(size, 2)) for size in sizes])


def test_the_excess_of_mass_is_how_long_points_stay() -> None:
    # All ten stay in the root from 0 to 1; six stay in node 1 from 1 to 2, 3 or 4; four in node 2 from 1 to 1.5.
    assert masses(tree_by_hand()).tolist() == [10, 2 * 1 + 2 * 2 + 2 * 3, 4 * 0.5]


def test_strengths_are_shares_of_the_densest_members_density() -> None:
    tree = tree_by_hand()
    nodes, strengths = label(tree, most_lasting(tree))
    assert nodes.tolist() == [1] * 6 + [2] * 4
    assert strengths.tolist() == [0.5, 0.5, 0.75, 0.75, 1, 1, 1, 1, 1, 1]


def test_what_is_in_no_chosen_node_is_noise_of_no_strength() -> None:
    tree = tree_by_hand()
    nodes, strengths = label(tree, np.array([False, False, True]))
    assert nodes.tolist() == [-1] * 6 + [2] * 4
    assert strengths.tolist() == [0] * 6 + [1] * 4


def test_a_group_that_is_too_small_leaves_where_it_split_off() -> None:
    small = condense(tree_by_hand(), 5)
    assert small.parents.tolist() == [-1]
    # Node 1 goes on as the root; when the first of its six has left, at 2, a second makes it smaller than five.
    assert small.densities.tolist() == [2] * 6 + [1] * 4
    assert small.nodes.tolist() == [0] * 10


def test_a_lasting_node_hides_its_children_and_a_giant_does_not() -> None:
    # Node 1 stays from 1 to 9 and splits into 3 and 4, which last no longer than 10.
    tree = Tree(
        parents=np.array([-1, 0, 0, 1, 1]),
        births=np.array([0.0, 1, 1, 9, 9]),
        sizes=np.array([12, 8, 4, 4, 4]),
        origins=np.arange(5),
        nodes=np.array([2] * 4 + [3] * 4 + [4] * 4),
        densities=np.array([2.0] * 4 + [10.0] * 8),
    )
    assert np.flatnonzero(most_lasting(tree)).tolist() == [1, 2]
    assert np.flatnonzero(most_lasting(tree, max_size=7)).tolist() == [2, 3, 4]
    allowed = np.array([True, True, False, True, True])
    assert np.flatnonzero(most_lasting(tree, allowed=allowed)).tolist() == [1]
    assert owners(tree, np.array([False, True, False, True, False])).tolist() == [-1, 1, -1, 1, 1]
    lasting_less = replace(tree, densities=np.array([2.0] * 4 + [20.0] * 8))
    assert np.flatnonzero(most_lasting(lasting_less)).tolist() == [2, 3, 4]


@pytest.mark.parametrize("min_size", [5, 8, 20, 30])
@pytest.mark.parametrize("max_size", [None, 150])
def test_one_tree_gives_what_the_library_finds_with_every_size(min_size: int, max_size: int | None) -> None:
    points = groups(100, 80, 60, 60, 40, 30, 20, 10, 10, 5)
    tree = condense(grow(points, 6, 5), min_size)
    nodes, strengths = label(tree, most_lasting(tree, max_size=max_size))
    model = hdbscan.HDBSCAN(min_cluster_size=min_size, min_samples=6, max_cluster_size=max_size or 0)
    model.fit(points)
    assert model.labels_.max() > 0
    assert number_by_size(nodes).tolist() == number_by_size(model.labels_).tolist()
    np.testing.assert_allclose(strengths, model.probabilities_, atol=1e-6)


def test_nodes_come_after_their_parents_and_beside_their_siblings() -> None:
    grown = grow(groups(100, 80, 60, 60, 40, 30, 20, 10, 10, 5), 6, 5)
    for tree in (grown, condense(grown, 12)):
        assert (tree.parents[1:] < np.arange(1, len(tree.parents))).all()
        assert (tree.parents[1::2] == tree.parents[2::2]).all()
        assert tree.sizes.tolist() == [sizes_by_hand(tree, node) for node in range(len(tree.sizes))]


def sizes_by_hand(tree: Tree, node: int) -> int:
    below = {node} | {child for child in range(node + 1, len(tree.parents)) if is_below(tree, child, node)}
    return sum(int(home) in below for home in tree.nodes)


def is_below(tree: Tree, node: int, above: int) -> bool:
    while node > above:
        node = int(tree.parents[node])
    return node == above
