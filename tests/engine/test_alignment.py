"""Turning a new map onto an old one, and where a new layout begins."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.map.alignment import align, start_from
from indexes.records import Projection

Floats = NDArray[np.float32]

TRIANGLE = np.array([[0, 0], [4, 0], [0, 1]], np.float32)


def old_map(ids: list[int], xy: Floats, **parameters: object) -> Projection:
    n = len(ids)
    return Projection(
        1, np.array(ids, np.int64), xy, np.zeros(n, np.int32), np.ones(n, np.float32), dict(parameters)
    )


def test_a_turned_mirrored_scaled_and_shifted_map_comes_back() -> None:
    quarter_turn_and_mirror = np.array([[0, 1], [1, 0]])
    new = (TRIANGLE @ quarter_turn_and_mirror * 2 + (7, -3)).astype(np.float32)
    found = align(new, TRIANGLE)
    np.testing.assert_allclose(found.matrix, quarter_turn_and_mirror, atol=1e-6)
    assert found.scale == pytest.approx(0.5)
    np.testing.assert_allclose(found.moved(new), TRIANGLE, atol=1e-5)


def test_no_turn_and_scale_brings_the_points_nearer() -> None:
    rng = np.random.default_rng(0)
    old = rng.normal(size=(40, 2)).astype(np.float32)
    new = (old[:, ::-1] + 0.3 * rng.normal(size=(40, 2))).astype(np.float32)
    found = align(new, old)
    best = np.mean((found.moved(new) - old) ** 2)
    centred = new - new.mean(axis=0)
    for mirror in (1, -1):
        for angle in np.linspace(0, 2 * np.pi, 73):
            turn = np.array(
                [[np.cos(angle), np.sin(angle)], [-mirror * np.sin(angle), mirror * np.cos(angle)]]
            )
            for scale in (0.5, 0.8, 1.0, 1.2):
                tried = centred @ turn * scale + old.mean(axis=0)
                assert best <= np.mean((tried - old) ** 2) + 1e-6


def test_a_point_without_weight_has_no_say() -> None:
    old = np.vstack([TRIANGLE, [[100, 100]]]).astype(np.float32)
    new = np.vstack([TRIANGLE + 1, [[-500, 3]]]).astype(np.float32)
    found = align(new, old, np.array([1.0, 1.0, 1.0, 0.0]))
    np.testing.assert_allclose(found.moved(new)[:3], TRIANGLE, atol=1e-4)


def test_points_on_one_another_are_only_shifted() -> None:
    found = align(np.full((3, 2), 2, np.float32), np.full((3, 2), 5, np.float32))
    np.testing.assert_array_equal(found.matrix, np.eye(2))
    assert found.scale == 1.0
    np.testing.assert_allclose(found.shift, [3, 3])
    assert align(np.zeros((0, 2), np.float32), np.zeros((0, 2), np.float32)).scale == 1.0


def test_a_layout_begins_where_passages_lay() -> None:
    old = old_map([1, 2, 3], TRIANGLE, last_passage=3)
    start = start_from(old, np.array([2, 3, 5]))
    assert start is not None
    assert start.dtype == np.float32
    np.testing.assert_array_equal(start[:2], TRIANGLE[1:])
    assert start[2].tolist() in TRIANGLE.tolist()


def test_a_map_of_too_few_of_the_passages_or_of_axes_is_no_beginning() -> None:
    ids = np.arange(1, 22)  # 2 of them are less than a tenth
    assert start_from(old_map([1, 2, 3], TRIANGLE, last_passage=3), ids) is not None
    assert start_from(old_map([1, 2, 3], TRIANGLE, last_passage=2), ids) is None  # 3 was only placed on it
    assert start_from(old_map([1, 2, 3], TRIANGLE, layout="pca"), ids[:3]) is None
    assert start_from(old_map([], np.zeros((0, 2), np.float32)), ids) is None
    assert start_from(old_map([1, 2, 3], TRIANGLE), np.zeros(0, np.int64)) is None
