"""Contours, density and outlines, against shapes whose size is known."""

import math

import numpy as np
import pytest

from gui.map.drawing.contours import area, contours
from gui.map.drawing.density import density_of
from gui.map.drawing.hulls import hull_of

RANDOM = np.random.default_rng(17)


def cone(radius: float) -> np.ndarray:
    down, across = np.mgrid[:60, :60]
    return (radius - np.hypot(across - 30, down - 30)).astype(np.float32)


def holds(rings: list[np.ndarray], x: float, y: float) -> bool:
    """Even and odd: how often a ray to the right crosses the lines."""
    crossed = 0
    for ring in rings:
        for (x0, y0), (x1, y1) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
            if (y0 > y) != (y1 > y) and x < x0 + (y - y0) / (y1 - y0) * (x1 - x0):
                crossed += 1
    return crossed % 2 == 1


def test_the_line_round_a_cone_is_a_circle() -> None:
    (ring,) = contours(cone(20), 0)
    assert np.hypot(ring[:, 0] - 30, ring[:, 1] - 30) == pytest.approx(20, abs=0.02)
    assert area(ring) == pytest.approx(math.pi * 400, rel=0.002)


def test_hills_are_gone_round_against_the_clock_and_hollows_with_it() -> None:
    wall = 5 - np.abs(np.hypot(*(np.mgrid[:60, :60] - 30)) - 15)
    rings = sorted(contours(wall.astype(np.float32), 0), key=area)
    assert [area(ring) / math.pi for ring in rings] == pytest.approx([-100, 400], rel=0.01)


def test_two_high_corners_are_joined_only_when_the_middle_is_high() -> None:
    low, high = [[3.0, 0.0], [0.0, 3.0]], [[3.0, 2.0], [2.0, 3.0]]
    assert len(contours(np.array(low, dtype=np.float32), 2.1)) == 2
    assert len(contours(np.array(high, dtype=np.float32), 2.1)) == 1


def test_what_reaches_the_border_is_closed_there() -> None:
    (ring,) = contours(np.ones((4, 6), dtype=np.float32), 0.5)
    assert ring.min() >= -1
    assert 15 < area(ring) < 24


def test_a_flat_plain_has_no_lines() -> None:
    assert contours(np.zeros((5, 5), dtype=np.float32), 0.5) == []
    assert contours(np.zeros((1, 1), dtype=np.float32), 0.5) == []


def test_half_of_normally_spread_points_lie_where_the_formula_says() -> None:
    density = density_of(RANDOM.normal((3, -2), 1, (150_000, 2)).astype(np.float32))
    assert density is not None
    (ring,) = [ring for ring in density.rings(0.5) if area(ring) > 1]
    assert area(ring) == pytest.approx(2 * math.pi * math.log(2), rel=0.05)  # a radius of sqrt(2 ln 2)
    assert ring.mean(axis=0) == pytest.approx([3, -2], abs=0.05)


def test_density_keeps_all_points_of_a_plain_cloud() -> None:
    density = density_of(RANDOM.uniform(0, 1, (4000, 2)).astype(np.float32))
    assert density is not None
    assert density.heights.sum() == pytest.approx(4000, rel=0.01)


@pytest.mark.parametrize("xy", [[(2.0, 3.0)], [(2.0, 3.0)] * 500, [(2.0, 3.0), (np.nan, 1.0)]])
def test_one_place_has_a_round_outline(xy: list[tuple[float, float]]) -> None:
    (ring,) = hull_of(np.array(xy, dtype=np.float32), 0.1)
    far = np.hypot(ring[:, 0] - 2, ring[:, 1] - 3)
    assert far.max() - far.min() < 0.05
    assert 0.1 < far.mean() < 0.4


def test_no_points_have_no_density_and_no_outline() -> None:
    assert density_of(np.zeros((0, 2), dtype=np.float32)) is None
    assert hull_of(np.full((3, 2), np.nan, dtype=np.float32), 0.1) == []


def test_an_outline_holds_the_crowd_and_leaves_the_stragglers() -> None:
    crowd = RANDOM.normal(0, 1, (2000, 2))
    stragglers = np.array([[40.0, 40.0], [-60.0, 10.0], [5.0, -70.0]])
    rings = hull_of(np.concatenate([crowd, stragglers]).astype(np.float32), 0.05)
    held = [holds(rings, x, y) for x, y in crowd[:300]]
    assert sum(held) > 270
    assert not any(holds(rings, x, y) for x, y in stragglers)
    assert sum(area(ring) for ring in rings) < 60


def test_an_outline_follows_a_crescent() -> None:
    turn = RANDOM.uniform(0, math.pi, 3000)
    arc = np.stack([np.cos(turn), np.sin(turn)], axis=1) * 10 + RANDOM.normal(0, 0.3, (3000, 2))
    rings = hull_of(arc.astype(np.float32), 0.05)
    assert not holds(rings, 0.0, 3.0)
    assert holds(rings, 0.0, 10.0)


def test_two_islands_have_an_outline_each() -> None:
    islands = np.concatenate([RANDOM.normal(0, 1, (500, 2)), RANDOM.normal(20, 1, (500, 2))])
    assert len(hull_of(islands.astype(np.float32), 0.05)) == 2
