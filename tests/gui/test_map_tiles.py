"""Points in tiles: nearest, rectangle and lasso against looking at every point."""

import numpy as np
import pytest

from gui.map.drawing.tiles import Tiles

RANDOM = np.random.default_rng(7)


def clouds() -> list[tuple[str, np.ndarray]]:
    even = RANDOM.uniform(-3, 5, (3000, 2)).astype(np.float32)
    clumps = (RANDOM.normal(0, 0.05, (2000, 2)) + RANDOM.integers(0, 4, (2000, 1))).astype(np.float32)
    line = np.stack([np.linspace(0, 1, 900), np.zeros(900)], axis=1).astype(np.float32)
    return [
        ("even", even),
        ("clumps", clumps),
        ("line", line),
        ("one", np.array([[2.0, 3.0]], dtype=np.float32)),
        ("same place", np.full((600, 2), 1.5, dtype=np.float32)),
        ("far from the origin", even[:800] + np.float32(4096)),
    ]


@pytest.fixture(params=clouds(), ids=lambda cloud: cloud[0])
def xy(request: pytest.FixtureRequest) -> np.ndarray:
    return request.param[1]


def middle_and_size(xy: np.ndarray) -> tuple[np.ndarray, float]:
    low, high = xy.min(axis=0).astype(float), xy.max(axis=0).astype(float)
    return (low + high) / 2, max(float((high - low).max()), 1.0)


def winding_number(x: float, y: float, corners: np.ndarray) -> int:
    """How often the closed line turns round a place: the sum of the angles it is seen under."""
    angles = np.arctan2(corners[:, 1] - y, corners[:, 0] - x)
    turns = np.diff(np.append(angles, angles[0]))
    return round(float(np.sum((turns + np.pi) % (2 * np.pi) - np.pi)) / (2 * np.pi))


def test_tiles_hold_every_point_once_in_its_own_tile(xy: np.ndarray) -> None:
    tiles = Tiles.of(xy)
    assert sorted(tiles.rows.tolist()) == list(range(len(xy)))
    assert (xy[tiles.rows, 0] == tiles.xs).all()
    assert (xy[tiles.rows, 1] == tiles.ys).all()
    assert tiles.starts[0] == 0
    assert tiles.starts[-1] == len(xy)


def test_nearest_is_the_one_found_by_looking_at_all(xy: np.ndarray) -> None:
    tiles = Tiles.of(xy)
    middle, size = middle_and_size(xy)
    for _ in range(40):
        x, y = middle + RANDOM.uniform(-0.7, 0.7, 2) * size
        radius = RANDOM.uniform(0.01, 0.3) * size
        distances = np.hypot(xy[:, 0].astype(float) - x, xy[:, 1].astype(float) - y)
        found = tiles.nearest(x, y, radius)
        if distances.min() > radius:
            assert found is None
        else:
            assert found is not None
            assert found[1] == pytest.approx(distances.min())
            assert distances[tiles.rows[found[0]]] == pytest.approx(distances.min())


def test_nearest_of_points_at_one_place_is_the_first() -> None:
    tiles = Tiles.of(np.full((500, 2), 1.5, dtype=np.float32))
    found = tiles.nearest(1.5, 1.5, 0.1)
    assert found is not None
    assert tiles.rows[found[0]] == 0


def test_rectangle_holds_the_points_between_its_borders(xy: np.ndarray) -> None:
    tiles = Tiles.of(xy)
    middle, size = middle_and_size(xy)
    for _ in range(40):
        (left, bottom), (right, top) = np.sort(middle + RANDOM.uniform(-0.7, 0.7, (2, 2)) * size, axis=0)
        inside = tiles.rows[tiles.in_rectangle(left, bottom, right, top)]
        wanted = (xy[:, 0] >= left) & (xy[:, 0] <= right) & (xy[:, 1] >= bottom) & (xy[:, 1] <= top)
        assert sorted(inside.tolist()) == np.flatnonzero(wanted).tolist()


def test_rectangle_keeps_points_on_its_border() -> None:
    xy = np.array([[0, 0], [1, 0], [1, 1], [2, 2]], dtype=np.float32)
    tiles = Tiles.of(xy)
    assert sorted(tiles.rows[tiles.in_rectangle(0, 0, 1, 1)].tolist()) == [0, 1, 2]


@pytest.mark.parametrize("n_corners", [3, 7, 60])
def test_lasso_holds_the_points_it_winds_round(xy: np.ndarray, n_corners: int) -> None:
    tiles = Tiles.of(xy)
    middle, size = middle_and_size(xy)
    corners = middle + RANDOM.uniform(-0.6, 0.6, (n_corners, 2)) * size  # crosses itself often
    inside = np.zeros(len(xy), dtype=bool)
    inside[tiles.rows[tiles.in_polygon(corners)]] = True
    for row in RANDOM.choice(len(xy), min(len(xy), 200), replace=False):
        x, y = xy[row].astype(float)
        assert inside[row] == (winding_number(x, y, corners) != 0)


def test_a_lasso_drawn_twice_round_has_no_hole() -> None:
    once = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]
    tiles = Tiles.of(np.zeros((3, 2), dtype=np.float32))
    assert tiles.in_polygon(np.array(once + once)).all()
    assert tiles.in_polygon(np.array(once[::-1])).all()


def test_a_line_is_no_lasso() -> None:
    tiles = Tiles.of(np.zeros((3, 2), dtype=np.float32))
    assert not tiles.in_polygon(np.array([[-1.0, -1.0], [1.0, 1.0]])).any()


def test_slices_hold_all_that_is_in_view(xy: np.ndarray) -> None:
    tiles = Tiles.of(xy)
    middle, size = middle_and_size(xy)
    for _ in range(40):
        (left, bottom), (right, top) = np.sort(middle + RANDOM.uniform(-0.7, 0.7, (2, 2)) * size, axis=0)
        parts = list(tiles.slices(left, bottom, right, top))
        seen = (
            np.concatenate([np.arange(part.start, part.stop) for part in parts])
            if parts
            else np.zeros(0, int)
        )
        assert len(np.unique(seen)) == len(seen)
        needed = np.flatnonzero(tiles.in_rectangle(left, bottom, right, top))
        assert np.isin(needed, seen).all()


def test_a_zoomed_view_touches_few_points() -> None:
    xy = RANDOM.uniform(0, 1, (40_000, 2)).astype(np.float32)
    assert (
        Tiles.of(xy).count_in(0.5, 0.5, 0.6, 0.6) < 40_000 * 0.08
    )  # a hundredth lies inside, and 12 × 12 tiles there are


def test_samples_are_even_and_findable() -> None:
    xy = RANDOM.uniform(0, 1, (40_000, 2)).astype(np.float32)
    sample = Tiles.of(xy).sample(8)
    assert len(sample) == 5000
    wanted = (xy[sample.rows] <= 0.5).all(axis=1)
    assert sorted(sample.rows[sample.in_rectangle(0, 0, 0.5, 0.5)].tolist()) == sorted(
        sample.rows[wanted].tolist()
    )
    assert 0.23 < wanted.mean() < 0.27


def test_subset_keeps_the_chosen_points_findable() -> None:
    xy = RANDOM.uniform(0, 1, (5000, 2)).astype(np.float32)
    tiles = Tiles.of(xy)
    chosen = RANDOM.random(5000) < 0.2
    subset = tiles.subset(chosen)
    assert (subset.rows == tiles.rows[chosen]).all()
    wanted = (xy[subset.rows] <= 0.3).all(axis=1)
    assert (subset.in_rectangle(0, 0, 0.3, 0.3) == wanted).all()


def test_points_without_a_place_are_left_out() -> None:
    xy = np.array([[0, 0], [np.nan, 1], [1, np.inf], [1, 1]], dtype=np.float32)
    assert sorted(Tiles.of(xy).rows.tolist()) == [0, 3]


def test_no_points_are_no_trouble() -> None:
    tiles = Tiles.of(np.zeros((0, 2), dtype=np.float32))
    assert tiles.nearest(0, 0, 1) is None
    assert tiles.in_rectangle(-1, -1, 1, 1).tolist() == []
    assert tiles.in_polygon(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])).tolist() == []
    assert tiles.crowding == 0
    assert len(tiles.sample(4)) == 0
