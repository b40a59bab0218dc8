"""Walking by keys: the next point in a direction, the next cluster, where a cluster is best seen."""

import math

import numpy as np
import pytest

from gui.map.walking import home_of, next_cluster, next_point
from indexes.records import Cluster

RIGHT, LEFT, UP, DOWN = (1, 0), (-1, 0), (0, 1), (0, -1)


def places(*xy: tuple[float, float]) -> np.ndarray:
    return np.array(xy, dtype=np.float32)


def test_each_direction_leads_to_the_point_that_lies_there():
    xy = places((0, 0), (2, 0.5), (-3, 0), (0.2, 4), (0, -1))
    assert [next_point(xy, 0, way) for way in (RIGHT, LEFT, UP, DOWN)] == [1, 2, 3, 4]


def test_what_lies_straight_ahead_goes_before_what_is_nearer_but_aside():
    xy = places((0, 0), (1, 0.9), (1.5, 0))
    assert next_point(xy, 0, RIGHT) == 2


def test_nothing_in_a_direction_is_no_step():
    xy = places((0, 0), (1, 3), (-5, 0))
    assert next_point(xy, 0, RIGHT) is None  # (1, 3) lies up, not right
    assert next_point(xy, 0, UP) == 1


def test_points_on_the_same_spot_and_those_without_a_place_are_passed_over():
    xy = places((0, 0), (0, 0), (math.nan, math.nan), (0.5, 0), (4, 0))
    assert next_point(xy, 0, RIGHT) == 3
    assert next_point(xy, 0, RIGHT, beyond=0.5) == 4


@pytest.mark.parametrize("seed", range(5))
def test_every_other_point_lies_in_some_direction(seed: int):
    xy = np.random.default_rng(seed).normal(0, 1, (40, 2)).astype(np.float32)
    for other in range(1, 40):
        pair = xy[[0, other]]
        assert [next_point(pair, 0, way) for way in (RIGHT, LEFT, UP, DOWN)].count(1) == 1


def cluster(number: int, size: int) -> Cluster:
    return Cluster(number, size, (), f"c{number}", ())


def test_clusters_follow_one_another_by_falling_size_and_round_again():
    clusters = [cluster(0, 50), cluster(1, 10), cluster(2, 30), cluster(3, 0)]
    assert [next_cluster(clusters, one, 1) for one in (-1, 0, 2, 1)] == [0, 2, 1, 0]
    assert [next_cluster(clusters, one, -1) for one in (-1, 0, 2, 1)] == [1, 1, 0, 2]
    assert next_cluster([], -1, 1) == -1


def test_a_cluster_is_best_seen_by_its_exemplar_else_by_its_strongest_member():
    cluster_ids = np.array([0, 1, 1, -1], dtype=np.int32)
    strengths = np.array([0.9, 0.4, 0.8, 0], dtype=np.float32)
    nothing = np.zeros(0, dtype=np.int32)
    assert home_of(1, np.array([1], dtype=np.int32), cluster_ids, strengths) == 1
    assert home_of(1, nothing, cluster_ids, strengths) == 2
    assert home_of(5, nothing, cluster_ids, strengths) is None
