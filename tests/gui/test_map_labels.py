"""Cluster names: where a cluster is densest, and that names never touch."""

import numpy as np
import pytest

from gui.map.drawing.labels import GAP, dense_centres, place_labels, spreads, two_lines

RANDOM = np.random.default_rng(11)


def test_names_never_overlap_and_keep_apart() -> None:
    for _ in range(20):
        n = 120
        anchors = RANDOM.uniform(0, 600, (n, 2))
        sizes = [tuple(size) for size in RANDOM.uniform(10, 90, (n, 2)).tolist()]
        boxes = [box for box in place_labels(anchors, sizes, RANDOM.uniform(0, 200, n).tolist()) if box]
        for number, one in enumerate(boxes):
            for other in boxes[number + 1 :]:
                across = max(one[0], other[0]) - min(one[2], other[2])
                down = max(one[1], other[1]) - min(one[3], other[3])
                assert max(across, down) >= GAP - 1e-9


def test_the_first_name_wins() -> None:
    anchors = np.array([[100.0, 100.0]] * 5)
    boxes = place_labels(anchors, [(60, 20)] * 5, [200.0] * 5)
    assert boxes[0] == (70, 90, 130, 110)
    assert boxes[-1] is None


def test_a_name_stands_above_a_cluster_smaller_than_itself() -> None:
    (box,) = place_labels(np.array([[100.0, 100.0]]), [(60, 20)], [10.0])
    assert box is not None
    assert box[3] <= 100 - 10


def test_names_without_an_anchor_are_left_out() -> None:
    assert place_labels(np.array([[np.nan, np.nan]]), [(60, 20)], [10.0]) == [None]


def test_coming_closer_shows_more_names() -> None:
    anchors = RANDOM.uniform(0, 300, (60, 2))
    shown = [
        sum(box is not None for box in place_labels(anchors * scale, [(60, 20)] * 60, [5.0] * 60))
        for scale in (1, 4, 40)
    ]
    assert shown[0] < shown[1] < shown[2]
    assert shown[2] == 60


def test_the_centre_is_where_points_are_dense_not_between_two_islands() -> None:
    island = RANDOM.normal((0, 0), 0.05, (300, 2))
    other = RANDOM.normal((10, 0), 0.8, (200, 2))
    xy = np.concatenate([island, other]).astype(np.float32)
    centre = dense_centres(xy, np.zeros(500, dtype=np.int32), 1)[0]
    assert np.hypot(*centre) < 0.2  # the mean would be at (4, 0)


def test_centres_of_one_point_of_equal_points_and_of_none() -> None:
    xy = np.array([[1, 2], [5, 5], [5, 5], [0, 0]], dtype=np.float32)
    centres = dense_centres(xy, np.array([0, 1, 1, -1], dtype=np.int32), 3)
    assert centres[0].tolist() == [1, 2]
    assert centres[1].tolist() == [5, 5]
    assert np.isnan(centres[2]).all()


def test_spread_grows_with_the_height_of_a_cluster() -> None:
    xy = np.array([[0, 1], [0, -1], [9, 3], [9, -3]], dtype=np.float32)
    ids = np.array([0, 0, 1, 1], dtype=np.int32)
    low, high = spreads(xy, ids, np.array([[0, 0], [9, 0]], dtype=np.float32))
    assert high == pytest.approx(3 * low)


def test_long_names_are_cut_into_even_lines() -> None:
    assert two_lines("space, orbit") == ["space, orbit"]
    assert two_lines("encryption, clipper, key") == ["encryption,", "clipper, key"]
    assert two_lines("Donaudampfschifffahrtsgesellschaft") == ["Donaudampfschifffahrtsgesellschaft"]
