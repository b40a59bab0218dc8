"""The reach of clusters: noise goes to its nearest cluster and comes back."""

import numpy as np

from engine.map.reach import find_nearest, with_reach

# Two clusters of two points on a line, and noise 1, 2, 3 and 50 units from the nearest member.
XY = np.array([[0, 0], [1, 0], [10, 0], [11, 0], [2, 0], [13, 0], [7, 0], [61, 0]], dtype=np.float32)
CLUSTERS = np.array([0, 0, 1, 1, -1, -1, -1, -1], dtype=np.int32)
STRENGTHS = np.array([1, 0.2, 0.6, 1, 0, 0, 0, 0], dtype=np.float32)


def reached(reach: float) -> list[int]:
    nearest, nearness = find_nearest(XY, CLUSTERS)
    return with_reach(nearest, nearness, STRENGTHS, reach).tolist()


def test_noise_knows_its_nearest_cluster_and_its_place_among_the_noise() -> None:
    nearest, nearness = find_nearest(XY, CLUSTERS)
    assert nearest.tolist() == [0, 0, 1, 1, 0, 1, 1, 1]
    assert nearness.tolist() == [1, 1, 1, 1, 0.75, 0.5, 0.25, 0]


def test_equally_far_noise_is_equally_near() -> None:
    xy = np.array([[0, 0], [0, 1], [3, 0], [3, 0], [0, 4], [9, 9]], dtype=np.float32)
    _, nearness = find_nearest(xy, np.array([0, 0, -1, -1, -1, -1], dtype=np.int32))
    assert nearness.tolist() == [1, 1, 0.25, 0.25, 0.25, 0]


def test_no_reach_leaves_the_noise_as_found() -> None:
    assert reached(0) == CLUSTERS.tolist()


def test_the_reach_is_the_share_of_noise_that_is_taken_in() -> None:
    assert reached(0.25) == [0, 0, 1, 1, 0, -1, -1, -1]
    assert reached(0.5) == [0, 0, 1, 1, 0, 1, -1, -1]
    assert reached(0.6) == [0, 0, 1, 1, 0, 1, -1, -1]
    assert reached(1) == [0, 0, 1, 1, 0, 1, 1, 1]


def test_a_negative_reach_lets_weak_members_go() -> None:
    assert reached(-0.2) == [0, 0, 1, 1, -1, -1, -1, -1]
    assert reached(-0.5) == [0, -1, 1, 1, -1, -1, -1, -1]
    assert reached(-0.7) == [0, -1, -1, 1, -1, -1, -1, -1]
    assert reached(-1) == [0, -1, -1, 1, -1, -1, -1, -1]


def test_without_clusters_there_is_nothing_to_reach() -> None:
    nobody = np.full(8, -1, dtype=np.int32)
    nearest, nearness = find_nearest(XY, nobody)
    assert nearest.tolist() == [-1] * 8
    assert nearness.tolist() == [0] * 8
    assert with_reach(nearest, nearness, STRENGTHS * 0, 1).tolist() == [-1] * 8


def test_without_noise_everything_is_as_near_as_can_be() -> None:
    nearest, nearness = find_nearest(XY[:4], CLUSTERS[:4])
    assert nearest.tolist() == [0, 0, 1, 1]
    assert nearness.tolist() == [1] * 4
