"""What colours the points: clusters, columns and trust, and the scales of numbers and dates."""

from dataclasses import replace

import numpy as np
import pytest

from engine.map.records import MapColumn, MapTrust
from gui import palette
from gui.map.drawing.colouring import STEPS, by_cluster, by_column, by_format, by_label, by_trust
from gui.map.drawing.drawn import layers_of
from gui.map.drawing.figure import Figure
from gui.map.drawing.scales import date_ticks, number_ticks, scale_of
from gui.map.drawing.stamps import RING
from indexes.records import Tags
from tests.gui.map_samples import a_map

XY = [(0.0, 0.0), (0.0, 1.0), (5.0, 5.0), (5.0, 6.0), (9.0, 9.0)]


def a_figure(**changes) -> Figure:
    return Figure.of(a_map(XY, [0, 0, 1, 1, -1], ["one", "two"], **changes))


def days(*dates: str) -> np.ndarray:
    return np.array(dates, dtype="datetime64[D]").astype(float)


def test_the_colour_that_the_user_gave_a_cluster_wins() -> None:
    data = a_map(XY, [0, 0, 1, 1, -1], ["one", "two"])
    first, second = data.clusters
    figure = Figure.of(replace(data, clusters=(first, replace(second, colour="#123456"))))
    for dark in (False, True):
        colouring = by_cluster(figure)
        shown = colouring.table(dark)[colouring.ids]
        assert shown[2].tolist() == [0x12, 0x34, 0x56]
        assert (
            shown[0].tolist() == palette.rgb([palette.colours_of_clusters(figure.data, dark)[0]])[0].tolist()
        )
        assert shown[4].tolist() == palette.rgb([palette.noise_colour(dark)])[0].tolist()
        assert palette.colours_of_clusters(figure.data, dark)[1] == "#123456"


def test_a_colour_chosen_from_the_palette_is_the_one_for_the_ground_it_stands_on() -> None:
    data = a_map(XY, [0, 0, 1, 1, -1], ["one", "two"])
    first, second = data.clusters
    chosen = palette.cluster_colours(False)[6]
    figure = Figure.of(replace(data, clusters=(first, replace(second, colour=chosen))))
    for dark in (False, True):
        colouring = by_cluster(figure)
        wanted = palette.cluster_colours(dark)[6]
        assert colouring.table(dark)[colouring.ids][2].tolist() == palette.rgb([wanted])[0].tolist()
        assert palette.colours_of_clusters(figure.data, dark)[1] == wanted


def test_labels_and_formats_have_shapes_too_where_they_are_wanted() -> None:
    figure = a_figure(formats=("md", "pdf"), format_ids=np.array([0, 1, 0, 1, 0], dtype=np.int32))
    tags = Tags(
        "mood",
        ("bad", "so so", "good"),
        figure.data.passage_ids[:2],
        np.array([2, 0], np.int32),
        np.full((2, 3), 1 / 3, np.float32),
    )
    assert by_format(figure).shapes == by_label(figure, tags).shapes == ()
    assert len(set(by_format(figure, shapes=True).shapes)) == 2
    assert len(set(by_label(figure, tags, shapes=True).shapes)) == 3


def test_noise_put_into_a_cluster_is_drawn_hollow_in_its_colour() -> None:
    changes = {
        "strengths": np.array([1, 0, 1, 1, 0], dtype=np.float32),
        "nearness": np.array([1, 0.7, 1, 1, 0.2], dtype=np.float32),
        "nearest_ids": np.array([0, 0, 1, 1, 1], dtype=np.int32),
    }
    figure = a_figure(**changes)
    assert figure.attached.tolist() == [False, True, False, False, False]
    _noise, hollow, full = layers_of(figure, by_cluster(figure), dark=False)
    assert hollow.tiles.rows.tolist() == [1]
    assert (hollow.shapes == RING).all()
    assert hollow.opacity < full.opacity
    assert sorted(full.tiles.rows.tolist()) == [0, 2, 3]


def test_a_member_without_strength_is_no_attached_noise() -> None:
    whole = {"strengths": np.zeros(5, np.float32), "nearness": np.array([1, 1, 1, 1, 0.5], np.float32)}
    assert not len(a_figure(**whole).attached)
    assert not len(a_figure().attached)


def test_new_points_have_a_ring_round_them() -> None:
    figure = a_figure(is_new=np.array([False, True, False, False, True]))
    rings = layers_of(figure, by_cluster(figure), dark=False)[2:]
    assert sorted(row for layer in rings for row in layer.tiles.rows.tolist()) == [1, 4]


def test_categories_have_colours_and_the_rest_is_grey() -> None:
    names = (*(f"name {place}" for place in range(10)), "other")
    column = MapColumn(
        "folder", "category", np.array([10, 20, 30, 50]), np.array([0, 9, 10, -1], np.int32), names
    )
    colouring = by_column(a_figure(), column)
    assert colouring.ids.tolist() == [1, 0, 0, 0, 0]
    assert colouring.names == names[:8]
    assert colouring.counts() == (1, 0, 0, 0, 0, 0, 0, 0, 4)
    assert colouring.shapes == ()


def test_shapes_and_colours_tell_32_categories_apart() -> None:
    names = tuple(f"name {place}" for place in range(40))
    column = MapColumn("folder", "category", np.array([10]), np.array([31], np.int32), names)
    colouring = by_column(a_figure(), column, shapes=True)
    assert colouring.ids[0] == 32
    assert len(set(zip(colouring.light, colouring.shapes, strict=True))) == 32
    assert len({*zip(colouring.shapes[:4], strict=True)}) == 4


def test_passages_that_are_not_on_the_map_are_passed_over() -> None:
    column = MapColumn(
        "folder", "category", np.array([5, 10, 999]), np.array([1, 1, 0], np.int32), ("a", "b")
    )
    assert by_column(a_figure(), column).ids.tolist() == [2, 0, 0, 0, 0]


def test_numbers_lie_on_a_scale_and_unknown_ones_are_grey() -> None:
    column = MapColumn(
        "stars", "number", np.array([10, 20, 30, 40]), values=np.array([0.0, 5.0, 10.0, np.nan])
    )
    colouring = by_column(a_figure(), column)
    assert colouring.scale is not None
    assert colouring.ids.tolist() == [1, 65, STEPS, 0, 0]  # the middle of 128 colours, from 1
    assert colouring.names == ()


def test_trust_is_coloured_from_none_to_all() -> None:
    trust = MapTrust(
        15, np.array([10, 50]), np.array([0.0, 1.0], np.float32), np.array([1.0, 0.0], np.float32), 1, 1, ()
    )
    assert by_trust(a_figure(), trust, "false").ids.tolist() == [1, 0, 0, 0, STEPS]
    assert by_trust(a_figure(), trust, "missing").ids.tolist() == [STEPS, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("low", "high", "texts"),
    [
        (0, 10, ["0", "2", "4", "6", "8", "10"]),
        (0.12, 0.47, ["0.2", "0.3", "0.4"]),
        (-3, 17, ["0", "5", "10", "15"]),
        (1200, 41_000, ["10,000", "20,000", "30,000", "40,000"]),
        (7, 7, ["7"]),
    ],
)
def test_ticks_are_round_numbers(low: float, high: float, texts: list[str]) -> None:
    assert [text for _, text in number_ticks(low, high)] == texts


@pytest.mark.parametrize(
    ("first", "last", "texts"),
    [
        ("2015-03-01", "2021-06-01", ["2016", "2018", "2020"]),
        ("2021-01-01", "2021-12-31", ["2021-01", "2021-04", "2021-07", "2021-10"]),
        (
            "2021-02-27",
            "2021-03-04",
            ["2021-02-27", "2021-02-28", "2021-03-01", "2021-03-02", "2021-03-03", "2021-03-04"],
        ),
        ("2021-02-27", "2021-02-27", ["2021-02-27"]),
        ("0850-01-01", "2000-01-01", ["900", "1000", "1100"]),
    ],
)
def test_ticks_of_dates_are_years_months_or_days(first: str, last: str, texts: list[str]) -> None:
    found = date_ticks(*days(first, last))
    assert [text for _, text in found][: len(texts)] == texts
    low, high = days(first, last)
    assert all(low <= day <= high for day, _ in found)


def test_a_few_strange_values_do_not_grey_all_others() -> None:
    values = np.concatenate([np.linspace(0, 1, 1000), [1e9, -1e9]])
    scale = scale_of(values, "number")
    assert -0.1 < scale.low < 0.05
    assert 0.95 < scale.high < 1.1
    assert scale.places(np.array([1e9, -1e9])).tolist() == [1, 0]


def test_a_column_of_one_value_or_of_none_is_no_trouble() -> None:
    same = scale_of(np.full(9, 3.5), "number")
    assert same.places(np.array([3.5])).tolist() == [0.5]
    assert same.ticks == ((0.5, "3.5"),)
    assert scale_of(np.full(4, np.nan), "date").ticks == ()
