"""The map as it is drawn: marks over the points, what steps back, the way between two maps, pictures to keep."""

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QProxyStyle, QStyle

from engine.map.records import MapData, QueryPlace
from gui.map.drawing.colouring import by_cluster
from gui.map.drawing.figure import Figure
from gui.map.drawing.morph import Morph
from gui.map.drawing.surface import NO_ROWS, MapSurface
from gui.map.drawing.thumbnail import thumbnail, thumbnail_view
from gui.theme import LIGHT
from tests.gui.map_samples import a_map

RANDOM = np.random.default_rng(29)
SVG = "{http://www.w3.org/2000/svg}"


def rows(*numbers: int) -> np.ndarray:
    return np.array(numbers, dtype=np.int32)


def two_towns(n: int = 400) -> MapData:
    ids = np.arange(n) % 2
    xy = np.array([(0.0, 0.0), (10.0, 4.0)])[ids] + RANDOM.normal(0, 0.7, (n, 2))
    return a_map(xy.tolist(), ids.tolist(), ["ferries & <tides>", "bread"])


@pytest.fixture
def surface(qtbot) -> MapSurface:
    surface = MapSurface()
    qtbot.addWidget(surface)
    surface.resize(500, 400)
    surface.show_figure(Figure.of(two_towns()))
    surface.show()
    return surface


def grabbed(surface: MapSurface) -> np.ndarray:
    """(height, width, 3) what is on the screen."""
    surface.finish_drawing()
    return pixels(surface.grab().toImage())


def pixels(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    values = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.width(), 4)
    return values[:, :, 2::-1].astype(int)


def differs(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.abs(one - other).max(axis=2) > 12


def spot(surface: MapSurface, x: float, y: float) -> tuple[int, int]:
    across, down = surface.view.to_window(x, y)
    return round(across), round(down)


def drawing_of(surface: MapSurface) -> ElementTree.Element:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    surface.write_svg(buffer)
    return ElementTree.fromstring(bytes(buffer.data().data()))


# marks


def test_density_shades_the_ground_where_points_are_and_goes_again(surface: MapSurface) -> None:
    surface.names_shown = False
    plain = grabbed(surface)
    surface.show_density(True)
    shaded = np.abs(grabbed(surface) - plain).max(axis=2) > 3
    x, y = spot(surface, 0, 0)
    assert shaded[y - 60 : y + 60, x - 60 : x + 60].mean() > 0.25
    assert not shaded[:20, :20].any()
    surface.show_density(False)
    assert (grabbed(surface) == plain).all()


def test_an_outline_goes_round_the_cluster_that_is_pointed_at_only(surface: MapSurface) -> None:
    plain = grabbed(surface)
    surface.show_hull([1])
    changed = differs(grabbed(surface), plain)
    x, y = spot(surface, 10, 4)
    assert changed[y - 90 : y + 90, x - 90 : x + 90].sum() > 200
    assert not changed[:, :200].any()
    surface.show_hull([])
    assert (grabbed(surface) == plain).all()


def test_an_outline_of_a_cluster_that_is_not_there_is_none(surface: MapSurface) -> None:
    plain = grabbed(surface)
    surface.show_hull([7])
    assert (grabbed(surface) == plain).all()


@pytest.mark.parametrize(("near", "spread"), [(True, 0.5), (False, 0.5), (True, 9.0)])
def test_a_query_has_a_mark_of_its_own_paler_where_nothing_is_near(
    surface: MapSurface, near: bool, spread: float
) -> None:
    plain = grabbed(surface)
    surface.mark_query(QueryPlace(5.0, 2.0, near, spread, (10, 30, 50, 999)))
    marked = grabbed(surface)
    x, y = spot(surface, 5, 2)
    changed = differs(marked, plain)
    assert changed[y - 9 : y + 10, x - 9 : x + 10].sum() > 80
    assert changed.sum() > 150  # lines to the neighbours
    filled = QColor(LIGHT.mark)
    inside = np.abs(marked[y + 3, x - 2] - [filled.red(), filled.green(), filled.blue()]).max() < 12
    assert inside == (near and spread < 1)
    surface.mark_query(None)
    assert (grabbed(surface) == plain).all()


def test_a_query_without_a_place_has_no_mark(surface: MapSurface) -> None:
    plain = grabbed(surface)
    surface.mark_query(QueryPlace(float("nan"), 0.0, False, float("inf"), ()))
    assert (grabbed(surface) == plain).all()


def test_lines_lead_to_true_neighbours_and_to_the_border_when_they_are_outside(surface: MapSurface) -> None:
    surface.names_shown = False
    plain = grabbed(surface)
    surface.draw_links(0, rows(2, 1))
    (x0, y0), (x1, y1) = (spot(surface, *surface.figure.data.xy[row].tolist()) for row in (0, 1))
    assert differs(grabbed(surface), plain)[(y0 + y1) // 2 - 2 : (y0 + y1) // 2 + 3, (x0 + x1) // 2].any()
    surface.show_rows(np.flatnonzero(surface.figure.data.cluster_ids == 0).astype(np.int32))
    linked = grabbed(surface)
    surface.draw_links(-1, NO_ROWS)
    changed = differs(linked, grabbed(surface))
    down, across = np.nonzero(changed)
    assert across.max() > 500 - 20 or down.min() < 20
    assert across.max() <= 500
    assert changed.sum() > 150


def test_points_that_are_not_meant_step_back_but_stay(surface: MapSurface) -> None:
    surface.names_shown = False
    plain = grabbed(surface)
    members = np.flatnonzero(surface.figure.data.cluster_ids == 0).astype(np.int32)
    surface.show_only(members)
    faint = grabbed(surface)
    ground = np.array([255, 255, 255])
    kept, back = slice(0, 250), slice(250, 500)
    assert np.abs(faint - plain)[:, kept].mean() < 0.5
    seen = np.abs(plain - ground)[:, back].sum()
    assert 0.03 < np.abs(faint - ground)[:, back].sum() / seen < 0.3
    surface.show_only(None)
    assert (grabbed(surface) == plain).all()


def test_a_selection_lights_up_among_points_that_step_back(surface: MapSurface) -> None:
    surface.show_only(rows(0, 2, 4))
    surface.select(rows(1))
    x, y = spot(surface, *surface.figure.data.xy[1].tolist())
    assert np.abs(grabbed(surface)[y, x] - 255).max() > 100


def test_other_clusters_of_the_same_points_keep_view_selection_and_marks(surface: MapSurface) -> None:
    surface.zoom(3)
    surface.select(rows(1, 2))
    view = surface.view
    data = surface.figure.data
    swapped = replace(data, cluster_ids=(1 - data.cluster_ids).astype(np.int32))
    before = grabbed(surface)
    surface.update_figure(surface.figure.with_clusters(swapped))
    assert surface.view == view
    assert surface.figure.members.rows is not None
    assert differs(grabbed(surface), before).any()
    assert surface.figure.data is swapped


def test_other_names_of_the_same_clusters_sort_nothing_anew(surface: MapSurface) -> None:
    data = surface.figure.data
    renamed = replace(data, clusters=(replace(data.clusters[0], name="Tide"), data.clusters[1]))
    assert surface.figure.with_clusters(renamed).members is surface.figure.members


# what lies here


def test_all_points_under_a_place_are_found_the_nearest_first() -> None:
    xy = RANDOM.normal(0, 1, (3000, 2)).astype(np.float32)
    xy[100:105] = xy[50]
    figure = Figure.of(a_map(xy.tolist(), [-1 if row % 4 == 0 else 0 for row in range(3000)], ["all"]))
    x, y = figure.data.xy[50].astype(float).tolist()
    away = np.hypot(*(figure.data.xy.astype(float) - [x, y]).T)
    found = figure.rows_at(x, y, 0.2)
    assert sorted(found.tolist()) == np.flatnonzero(away <= 0.2).tolist()
    assert (np.diff(away[found]) >= 0).all()
    assert found[:6].tolist() == [50, 100, 101, 102, 103, 104]
    assert not len(figure.rows_at(50, 50, 0.2))


def test_rows_of_clusters_leave_noise_out() -> None:
    figure = Figure.of(a_map([(0, 0)] * 6, [0, 1, -1, 2, 1, 0], ["a", "b", "c"]))
    assert figure.rows_of_clusters([1, 2, 9, -1]).tolist() == [1, 3, 4]
    assert figure.rows_of_clusters([]).tolist() == []


def test_names_of_a_huge_map_stand_where_a_sample_is_densest_and_none_is_lost(monkeypatch) -> None:
    monkeypatch.setattr("gui.map.drawing.figure.ENOUGH_FOR_NAMES", 300)
    ids = np.zeros(1501, dtype=int)
    ids[7] = 1
    xy = RANDOM.normal(4, 0.5, (1501, 2))
    few = Figure.of(a_map(xy.tolist(), ids.tolist(), ["crowd", "one alone"]))
    assert few.centres[1].tolist() == pytest.approx(xy[7].tolist(), abs=1e-5)
    crowd = Figure.of(a_map(xy.tolist(), (ids * 0).tolist(), ["crowd"]))
    assert np.hypot(*(crowd.centres[0] - 4)) < 0.5


# from one map to another


class StillStyle(QProxyStyle):
    """A desktop on which nothing may move by itself."""

    def styleHint(self, hint, option=None, widget=None, returned=None) -> int:
        if hint == QStyle.StyleHint.SH_Widget_Animation_Duration:
            return 0
        return super().styleHint(hint, option, widget, returned)


def turned(data: MapData) -> MapData:
    return replace(data, xy=data.xy[:, ::-1].copy())


def test_after_the_way_the_map_is_as_if_shown_at_once(surface: MapSurface) -> None:
    data = surface.figure.data
    after = Figure.of(turned(data))
    surface.show_figure(after)
    wanted = grabbed(surface)
    surface.show_figure(Figure.of(data))
    grabbed(surface)
    surface.morph_to(after)
    assert surface.moving
    surface.finish_morph()
    assert not surface.moving
    assert (grabbed(surface) == wanted).all()


def test_the_way_ends_by_itself(surface: MapSurface, qtbot) -> None:
    surface.morph_to(Figure.of(turned(surface.figure.data)))
    qtbot.waitUntil(lambda: not surface.moving, timeout=5000)
    assert surface.figure is not None


def test_points_are_half_way_at_half_time() -> None:
    start = a_map([(0, 0), (4, 0), (9, 9)], [0, 0, 0], ["a"])
    end = replace(start, xy=np.array([(2, 0), (4, 8), (9, 9)], dtype=np.float32))
    old, new = Figure.of(start), Figure.of(end)
    morph = Morph(old, old.fitted(100, 100), new, by_cluster(new), dark=False)
    (layer,) = morph.layers(0.5)
    assert sorted(zip(layer.tiles.xs.tolist(), layer.tiles.ys.tolist(), strict=True)) == [
        (1, 0),
        (4, 4),
        (9, 9),
    ]


def test_points_match_by_passage_and_others_fade() -> None:
    start = a_map([(0, 0), (4, 0), (9, 9)], [0, 0, 0], ["a"])
    end = replace(
        start, passage_ids=np.array([20, 30, 40]), xy=np.array([(4, 2), (9, 9), (1, 1)], dtype=np.float32)
    )
    old, new = Figure.of(start), Figure.of(end)
    morph = Morph(old, old.fitted(100, 100), new, by_cluster(new), dark=False)
    glide, comes, goes = morph.layers(0.25)
    assert sorted(glide.tiles.ys.tolist()) == [0.5, 9]
    assert (comes.tiles.xs.tolist(), comes.opacity) == ([1], 0.25)
    assert (goes.tiles.xs.tolist(), goes.opacity) == ([0], 0.75)


def test_the_view_goes_evenly_from_the_old_one_to_the_new_one() -> None:
    figure = Figure.of(two_towns(20))
    seen = figure.fitted(100, 100)
    morph = Morph(figure, replace(seen, scale=seen.scale * 4, x=0.0), figure, by_cluster(figure), dark=False)
    middle = morph.view(0.5, replace(seen, x=8.0))
    assert (middle.x, middle.scale) == pytest.approx((4, seen.scale * 2))


def test_a_sample_moves_when_there_are_many(monkeypatch) -> None:
    monkeypatch.setattr("gui.map.drawing.morph.MOST_MOVING", 100)
    figure = Figure.of(two_towns(1000))
    morph = Morph(figure, figure.fitted(100, 100), figure, by_cluster(figure), dark=False)
    (layer,) = morph.layers(0.5)
    assert len(layer.tiles) == 100
    assert layer.weight == 10


def test_nothing_moves_where_the_desktop_forbids_it(surface: MapSurface) -> None:
    still = StillStyle("Fusion")
    surface.setStyle(still)
    surface.morph_to(Figure.of(turned(surface.figure.data)))
    assert not surface.moving
    surface.setStyle(None)


def test_a_first_map_and_a_hidden_one_come_at_once(qtbot) -> None:
    surface = MapSurface()
    qtbot.addWidget(surface)
    surface.morph_to(Figure.of(two_towns()))
    surface.morph_to(Figure.of(two_towns()))
    assert not surface.moving


def test_points_without_a_place_do_not_move() -> None:
    start = a_map([(0, 0), (4, 0), (np.nan, 9)], [0, 0, 0], ["a"])
    end = replace(start, xy=np.array([(np.nan, 0), (4, 8), (9, 9)], dtype=np.float32))
    old, new = Figure.of(start), Figure.of(end)
    layers = Morph(old, old.fitted(100, 100), new, by_cluster(new), dark=False).layers(0.5)
    assert sorted(place for layer in layers for place in layer.tiles.xs.tolist()) == [4, 9]


# pictures to keep


def test_a_picture_of_the_view_is_sharp_at_any_ratio(surface: MapSurface) -> None:
    surface.select(rows(0, 1))
    small, large = surface.view_image(1), surface.view_image(3)
    assert (large.width(), large.height()) == (1500, 1200)
    shown = grabbed(surface)
    assert np.abs(pixels(small) - shown).mean() < 0.5
    again = pixels(large.scaled(500, 400))
    assert np.abs(again - shown).mean() < 6


def test_a_picture_without_a_ground_is_transparent(surface: MapSurface) -> None:
    assert surface.view_image(1, ground=False).pixelColor(2, 2).alpha() == 0
    assert surface.view_image(1).pixelColor(2, 2) == QColor(LIGHT.surface)


def test_a_drawing_has_a_circle_a_point_and_names_as_text(surface: MapSurface) -> None:
    root = drawing_of(surface)
    circles = [element for group in root.iter(f"{SVG}g") for element in group.iter(f"{SVG}circle")]
    assert len(circles) == 400
    colours = {group.get("fill") for group in root.iter(f"{SVG}g")}
    assert len(colours) == 2
    assert {element.text for element in root.iter(f"{SVG}text")} == {"ferries", "& <tides>", "bread"}
    x, y = surface.view.to_window(*surface.figure.data.xy[0].tolist())
    assert any(
        float(circle.get("cx")) == pytest.approx(x, abs=0.01)
        and float(circle.get("cy")) == pytest.approx(y, abs=0.01)
        for circle in circles
    )


def test_a_drawing_shows_the_marks_too(surface: MapSurface) -> None:
    before = len(list(drawing_of(surface).iter()))
    surface.show_hull([0])
    surface.draw_links(0, rows(2, 4))
    surface.mark_query(QueryPlace(5.0, 2.0, True, 0.5, (10, 30, 50)))
    surface.light_hits(rows(1, 3), [0.4, 0.9])
    assert len(list(drawing_of(surface).iter())) == before + 1 + 2 + (3 + 1) + 2 * 2


def test_a_drawing_holds_only_what_is_in_the_window(surface: MapSurface) -> None:
    surface.show_rows(np.flatnonzero(surface.figure.data.cluster_ids == 1).astype(np.int32))
    groups = list(drawing_of(surface).iter(f"{SVG}g"))
    assert sum(len(list(group)) for group in groups) == 200


def test_a_drawing_of_many_points_holds_a_picture(surface: MapSurface, monkeypatch) -> None:
    monkeypatch.setattr("gui.map.drawing.svg.MOST_SHAPES", 100)
    root = drawing_of(surface)
    (image,) = root.iter(f"{SVG}image")
    assert image.get("href").startswith("data:image/png;base64,")
    assert not list(root.iter(f"{SVG}circle"))


def test_names_that_xml_cannot_hold_are_cleaned(surface: MapSurface) -> None:
    data = surface.figure.data
    odd = replace(data.clusters[0], name='a\x00b "q" & <c>\x1f')
    surface.rename(surface.figure.with_clusters(replace(data, clusters=(odd, data.clusters[1]))))
    words = " ".join(element.text or "" for element in drawing_of(surface).iter(f"{SVG}text"))
    assert 'ab "q"' in words


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_a_thumbnail_shows_the_whole_map_where_its_view_says(qapp, ratio: float) -> None:
    figure = Figure.of(two_towns())
    image = thumbnail(figure, by_cluster(figure), 120, 80, ratio, dark=False)
    assert (image.width(), image.height()) == (120 * ratio, 80 * ratio)
    view = thumbnail_view(figure, 120, 80)
    for x, y in figure.data.xy[:50].tolist():
        across, down = view.to_window(x, y)
        assert 4 <= across <= 116
        assert 4 <= down <= 76
        assert image.pixelColor(int(across * ratio), int(down * ratio)).alpha() > 0
    assert image.pixelColor(1, 1).alpha() == 0


@pytest.mark.parametrize("xy", [[(1, 1)], [(1, 1)] * 3, [(0, 0), (5, 0)], []])
def test_thumbnails_and_drawings_of_odd_maps_are_no_trouble(qtbot, xy: list[tuple[float, float]]) -> None:
    figure = Figure.of(a_map(xy))
    assert thumbnail(figure, by_cluster(figure), 60, 40).width() == 60
    surface = MapSurface()
    qtbot.addWidget(surface)
    surface.show_figure(figure)
    surface.show_density(True)
    assert drawing_of(surface).tag == f"{SVG}svg"
    assert surface.view_image(1).width() > 0
