"""The view: places to pixels and back, zoom that keeps a place, fit."""

import numpy as np
import pytest

from gui.map.drawing.geometry import View, bounds_of

VIEW = View(x=2.0, y=-1.0, scale=50.0, width=800, height=600)


def test_the_middle_of_the_window_shows_the_middle_of_the_view() -> None:
    assert VIEW.to_window(2.0, -1.0) == (400, 300)
    assert VIEW.to_window(3.0, 1.0) == (450, 200)  # y goes up
    assert VIEW.to_map(450, 200) == (3.0, 1.0)


def test_many_places_go_as_one_does() -> None:
    xy = np.array([[3.0, 1.0], [-1.5, 0.25]], dtype=np.float32)
    assert VIEW.all_to_window(xy).tolist() == [list(VIEW.to_window(x, y)) for x, y in xy.tolist()]
    assert VIEW.all_to_map(VIEW.all_to_window(xy)) == pytest.approx(xy)


@pytest.mark.parametrize("factor", [0.5, 1.3, 7.0])
@pytest.mark.parametrize("at", [(0, 0), (123, 456), (799, 1)])
def test_zoom_keeps_the_place_under_the_pointer(factor: float, at: tuple[int, int]) -> None:
    before = VIEW.to_map(*at)
    zoomed = VIEW.zoomed(factor, *at, fitted_scale=50)
    assert zoomed.scale == pytest.approx(50 * factor)
    assert zoomed.to_window(*before) == pytest.approx(at)


def test_zoom_has_ends() -> None:
    assert VIEW.zoomed(1e9, 10, 10, fitted_scale=50).scale == 50 * 600
    assert VIEW.zoomed(1e-9, 10, 10, fitted_scale=50).scale == 50 * 0.4
    at_end = VIEW.zoomed(1e9, 10, 10, fitted_scale=50)
    assert at_end.zoomed(2, 10, 10, fitted_scale=50).to_map(10, 10) == pytest.approx(VIEW.to_map(10, 10))


def test_a_push_moves_the_map_with_the_hand() -> None:
    place = VIEW.to_map(100, 100)
    assert VIEW.panned(30, -20).to_window(*place) == pytest.approx((130, 80))


def test_fit_shows_everything_in_the_middle() -> None:
    view = View.fitted((-2, 0, 6, 2), 800, 600)
    left, bottom, right, top = view.bounds
    assert left < -2 < 6 < right
    assert bottom < 0 < 2 < top
    assert view.to_window(2, 1) == pytest.approx((400, 300))
    assert view.scale == pytest.approx((800 - 2 * 56) / 8)


def test_fit_leaves_room_for_names_and_half_of_a_tiny_window_for_points() -> None:
    assert View.fitted((0, 0, 10, 1), 500, 500).scale == pytest.approx((500 - 2 * 56) / 10)
    assert View.fitted((0, 0, 10, 1), 2000, 500).scale == pytest.approx(2000 * 0.88 / 10)
    assert View.fitted((0, 0, 10, 1), 100, 100).scale == pytest.approx(5)


@pytest.mark.parametrize("bounds", [(1, 1, 1, 1), (0, 1, 4, 1), (1, 0, 1, 4)])
def test_fit_of_a_point_or_a_line_is_finite(bounds: tuple[float, float, float, float]) -> None:
    view = View.fitted(bounds, 800, 600)
    assert np.isfinite(view.scale)
    assert view.scale > 0
    assert 0 < view.to_window(bounds[0], bounds[1])[0] < 800


def test_bounds_are_those_of_points_that_have_a_place() -> None:
    xy = np.array([[0, 5], [np.nan, 99], [-3, 1]], dtype=np.float32)
    assert bounds_of(xy) == (-3, 1, 0, 5)
    assert bounds_of(xy[1:2]) == (-0.5, -0.5, 0.5, 0.5)


def test_device_pixels_are_counted_by_the_ratio() -> None:
    fine = VIEW.at_ratio(2)
    assert (fine.scale, fine.width, fine.height) == (100, 1600, 1200)
    assert fine.to_window(3, 1) == (900, 400)
