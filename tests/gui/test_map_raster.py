"""The picture of the points against an obvious computation, pixel by pixel."""

import math
from dataclasses import replace

import numpy as np
import pytest

from gui.map.drawing.geometry import View
from gui.map.drawing.raster import Canvas, Layer, disc_radius, fitting_radius, most_cover, opacity_of
from gui.map.drawing.stamps import CROSS, DISC, HALO, RING, SQUARE, TRIANGLE, Stamps
from gui.map.drawing.tiles import Tiles

COLOURS = np.array([[200, 0, 0], [0, 120, 0], [30, 60, 250]], dtype=np.float32)


def layer_of(xy: list[tuple[float, float]], ids: list[int], **changes: float) -> Layer:
    tiles = Tiles.of(np.array(xy, dtype=np.float32).reshape(-1, 2))
    return Layer(tiles, np.array(ids, dtype=np.uint8)[tiles.rows], COLOURS, **changes)


def channels(picture: np.ndarray) -> np.ndarray:
    """(height, width, 4) alpha, red, green, blue."""
    return np.stack([(picture >> shift) & 0xFF for shift in (24, 16, 8, 0)], axis=-1).astype(float)


def slow_picture(layer: Layer, view: View, radius: float) -> np.ndarray:
    """Coverage of every pixel by every disc, one after another; centres on eighths of a pixel, as the stamps are."""
    height, width = int(view.height), int(view.width)
    result = np.zeros((height, width, 4))
    most = most_cover(layer, view, radius)
    for down in range(height):
        for across in range(width):
            covers, colours = [], []
            for x, y, colour in zip(layer.tiles.xs, layer.tiles.ys, layer.colour_ids, strict=True):
                spot = view.to_window(float(x), float(y))
                at = [(math.floor(value * 8) + 0.5) / 8 - 0.5 for value in spot]
                cover = min(max(radius + 0.5 - math.hypot(across - at[0], down - at[1]), 0), 1)
                covers.append(cover)
                colours.append(COLOURS[colour] * cover)
            total = sum(covers)
            if total > 0:
                opacity = float(opacity_of(np.array([total], dtype=np.float32), most)[0]) * layer.opacity
                result[down, across] = 255 * opacity, *(sum(colours) / total * opacity)
    return result


@pytest.mark.parametrize("radius", [1.0, 2.3, 4.0])
def test_discs_cover_the_pixels_that_an_obvious_computation_covers(radius: float) -> None:
    view = View(0, 0, 10, 40, 30)
    xy = [(0.0, 0.0), (0.31, 0.12), (-1.27, 0.83), (1.95, 1.4), (-2.03, -1.53), (9.0, 9.0)]
    layer = layer_of(xy, [0, 1, 2, 0, 1, 2])
    picture = channels(Canvas().draw([layer], view, radius))
    assert picture.shape == (30, 40, 4)
    assert np.abs(picture - slow_picture(layer, view, radius)).max() <= 1.01  # rounding to whole numbers


def test_small_points_are_the_pixel_they_lie_in() -> None:
    view = View(0, 0, 1, 8, 6)
    picture = Canvas().draw([layer_of([(0.5, 0.5), (-3.5, -2.5)], [0, 2])], view, 0.5)
    assert sorted(zip(*np.nonzero(picture), strict=True)) == [(2, 4), (5, 0)]
    assert channels(picture)[2, 4, 1] > 0
    assert channels(picture)[2, 4, 3] == 0
    assert channels(picture)[5, 0, 3] > 0


def test_a_crowd_is_more_opaque_than_one() -> None:
    view = View(0, 0, 1, 20, 20)
    crowd = [(5.5, 5.5)] * 30_000 + [(-5.5, -5.5)] + [(5.5, -5.5)] * 40
    alpha = channels(Canvas().draw([layer_of(crowd, [0] * len(crowd))], view, 0.5))[:, :, 0]
    assert 0 < alpha[15, 4] < alpha[15, 15] < alpha[4, 15]


def test_a_pixel_shared_by_two_colours_has_their_mean() -> None:
    view = View(0, 0, 1, 4, 4)
    _alpha, red, green, blue = channels(Canvas().draw([layer_of([(0.5, 0.5)] * 2, [0, 1])], view, 0.5))[1, 2]
    assert blue == 0
    assert red / green == pytest.approx(200 / 120, rel=0.05)


def test_a_later_layer_lies_over_an_earlier_one() -> None:
    view = View(0, 0, 10, 20, 20)
    below, above = layer_of([(0, 0)], [0]), layer_of([(0, 0)], [2])
    alpha, red, _green, blue = channels(Canvas().draw([below, above], view, 4))[10, 10]
    opacity = float(opacity_of(np.ones(1, dtype=np.float32), most_cover(above, view, 4))[0])
    assert blue == pytest.approx(250 * opacity, abs=1)
    assert red == pytest.approx(30 * opacity + 200 * opacity * (1 - opacity), abs=2)
    assert alpha == pytest.approx(255 * (1 - (1 - opacity) ** 2), abs=2)


def test_premultiplied_colours_never_exceed_their_opacity() -> None:
    random = np.random.default_rng(2)
    xy = [tuple(place) for place in random.normal(0, 1, (4000, 2)).tolist()]
    white = np.full((3, 3), 255, dtype=np.float32)
    layer = layer_of(xy, [0] * 4000)
    layer = Layer(layer.tiles, layer.colour_ids, white)
    picture = channels(Canvas().draw([layer, layer], View(0, 0, 40, 200, 200), 2.5))
    assert (picture[:, :, 1:] <= picture[:, :, :1] + 1).all()
    assert picture[100, 100, 0] > 200


def test_a_canvas_leaves_nothing_of_an_earlier_picture() -> None:
    canvas, view = Canvas(), View(0, 0, 10, 40, 40)
    layer = layer_of([(0.3, 0.2), (1, 1)], [0, 1])
    fresh = Canvas().draw([layer], view, 3)
    canvas.draw([layer_of([(-1, 0.5)], [2])], view, 3)
    abandoned = canvas.draw_steps([layer_of([(0, 1)], [2])], view, 3)
    next(abandoned)
    abandoned.close()
    assert (canvas.draw([layer], view, 3) == fresh).all()


def test_discs_that_stand_half_outside_are_drawn_half() -> None:
    view = View(0, 0, 10, 40, 40)
    picture = Canvas().draw([layer_of([(-2.0, 0.0), (0.0, 2.2), (2.4, 0.0)], [0, 0, 0])], view, 3)
    assert picture[20, 0] != 0  # a centre on the left border
    assert picture[0, 20] != 0  # two pixels above the upper border
    assert picture[20, 39] == 0  # four pixels beyond the right border


def test_a_sample_is_about_as_opaque_as_the_whole() -> None:
    random = np.random.default_rng(3)
    xy = [tuple(place) for place in random.normal(0, 1, (60_000, 2)).tolist()]
    layer, view = layer_of(xy, [0] * 60_000), View(0, 0, 12, 60, 60)
    whole = channels(Canvas().draw([layer], view, 0.5))[20:40, 20:40, 0].mean()
    sample = channels(Canvas().draw([layer.sample(4)], view, 0.5))[20:40, 20:40, 0].mean()
    assert sample == pytest.approx(whole, rel=0.05)


def test_discs_shrink_until_they_can_be_drawn_in_time() -> None:
    layer, view = layer_of([(0.0, 0.0)] * 1000, [0] * 1000), View(0, 0, 10, 40, 40)
    assert fitting_radius(layer, view, 6.0) == 6
    small = fitting_radius(layer, view, 6.0, budget=50_000)
    assert 2 < small < 3  # 50 pixels a disc: a square of about 7
    assert fitting_radius(layer, view, 6.0, budget=1000) < 0.85


def test_discs_grow_gently_and_are_smaller_where_there_are_more() -> None:
    view = View(0, 0, 10, 1200, 800)
    radii = [disc_radius(n, view, 10) for n in (12, 200, 8000, 100_000, 1_000_000)]
    assert radii == sorted(radii, reverse=True)
    assert radii[0] == radii[1] > 5
    closer = disc_radius(8000, View(0, 0, 160, 1200, 800), 10)
    assert radii[2] < closer < 3 * radii[2]
    assert disc_radius(8000, view, 10, ratio=2) == 2 * radii[2]


@pytest.mark.parametrize("n", [1, 2, 5, 3000])
def test_points_at_one_place_give_one_clean_disc(n: int) -> None:
    view = View.fitted((1, 1, 1, 1), 60, 60)
    with np.errstate(all="raise"):
        picture = channels(Canvas().draw([layer_of([(1, 1)] * n, [1] * n)], view, 4))
    assert picture[30, 30, 0] > 150
    assert picture[30, 30, 2] == pytest.approx(picture[30, 30, 0] * 120 / 255, abs=1)
    assert np.count_nonzero(picture[:, :, 0]) < 110


def test_nothing_to_draw_is_a_transparent_picture() -> None:
    empty = layer_of([], [])
    assert not Canvas().draw([empty], View(0, 0, 1, 7, 5), 2).any()
    assert Canvas().draw([], View(0, 0, 1, 7, 5), 2).shape == (5, 7)


@pytest.mark.parametrize("radius", [3.0, 5.0, 9.0])
def test_shapes_cover_about_as_much_as_a_disc_and_differ_from_one_another(radius: float) -> None:
    def stamp(shape: int) -> np.ndarray:
        grid, stamps = np.zeros((41, 41)), Stamps.of(radius, shape)
        grid[stamps.down + 20, stamps.across + 20] = stamps.cover[4 * 8 + 4]  # the middle of a pixel
        return grid

    shapes = [stamp(shape) for shape in (DISC, SQUARE, TRIANGLE, CROSS)]
    for one in shapes[1:]:
        assert 0.6 < one.sum() / shapes[0].sum() < 1.25
    for number, one in enumerate(shapes):
        for other in shapes[number + 1 :]:
            assert np.abs(one - other).sum() > 0.18 * shapes[0].sum()


def test_rings_are_hollow_and_halos_thinner() -> None:
    ring, halo = Stamps.of(6.0, RING), Stamps.of(6.0, HALO)
    for stamps in (ring, halo):
        assert not ((stamps.down == 0) & (stamps.across == 0)).any()
    assert halo.cover.sum() < 0.75 * ring.cover.sum() < 0.75 * Stamps.of(6.0).cover.sum()


def test_each_colour_is_drawn_in_its_own_shape() -> None:
    view = View(0, 0, 10, 60, 40)
    xy = [(-1.5, 0.0), (1.5, 0.0)]
    plain = layer_of(xy, [0, 1])
    shaped = replace(plain, shapes=np.array([DISC, SQUARE, DISC], dtype=np.uint8))
    discs, both = Canvas().draw([plain], view, 6), Canvas().draw([shaped], view, 6)
    assert (discs[:, :30] == both[:, :30]).all()
    corner = channels(both)[15:25, 40:50, 0]
    assert corner[0, 0] > 0.5 * corner[5, 5] > 50  # a square is full where a disc is empty
    assert channels(discs)[15, 40, 0] < 0.1 * corner[5, 5]


def test_small_shapes_are_discs() -> None:
    view = View(0, 0, 10, 40, 40)
    layer = layer_of([(0, 0), (1, 1)], [0, 1])
    shaped = replace(layer, shapes=np.array([TRIANGLE, CROSS, DISC], dtype=np.uint8))
    assert (Canvas().draw([shaped], view, 1.5) == Canvas().draw([layer], view, 1.5)).all()


def test_shapes_at_the_border_leave_no_trace_on_the_other_side() -> None:
    view = View(0, 0, 10, 40, 40)
    layer = layer_of([(2.4, 0.0), (-2.4, 1.0), (0.0, 2.3), (0.5, -2.4)], [0, 0, 0, 0])
    picture = Canvas().draw([replace(layer, shapes=np.full(3, TRIANGLE, dtype=np.uint8))], view, 5)
    assert picture[20, 39] != 0
    assert picture[15:25, 5:30].max() == 0


def test_a_sample_keeps_its_shapes() -> None:
    shapes = np.array([RING, DISC, CROSS], dtype=np.uint8)
    layer = replace(layer_of([(0, 0)] * 8, [0] * 8), shapes=shapes)
    assert layer.sample(4).shapes is shapes
    assert layer.sample(4).weight == 4
