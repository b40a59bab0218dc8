"""What colours the points: columns and trust are asked for when they are chosen, and the legend says what they mean."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from engine.map.records import MapColumn, MapTrust
from tests.gui.map_desk import LEFT, Desk, open_desk
from tests.gui.map_samples import a_map

PLACES = [(0.0, 0.0), (4.0, 0.0), (8.0, 0.0), (12.0, 0.0)]
IDS = np.array([10, 20, 30, 40], dtype=np.int64)
COLUMNS = (
    ("folder", "category"), ("type", "category"), ("date", "date"), ("label", "category"), ("author", "category"),
    ("Rating", "number"),
)  # fmt: skip


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    desk = open_desk(qtbot)
    desk.show(a_map(PLACES))
    desk.answer("map_columns", COLUMNS)
    return desk


def legend(desk: Desk) -> list[str]:
    return [entry.accessibleName() for entry in desk.panel.legend.entries]


def authors() -> MapColumn:
    return MapColumn("author", "category", IDS, np.array([0, 1, 0, -1], np.int32), ("Ada", "Grace"))


def test_the_box_offers_what_the_corpus_knows_and_what_has_an_entry_of_its_own_once(desk: Desk):
    box = desk.panel.tools.colouring
    texts = [box.itemText(place) for place in range(box.count()) if box.itemText(place)]
    assert texts == [
        "By cluster", "By tag", "By type", "By folder", "By date", "By label", "By Rating", "By author",
        "By false neighbours", "By missing neighbours",
    ]  # fmt: skip
    assert all(box.itemText(place) for place in range(box.count()) if box.itemData(place))


def test_a_column_is_asked_for_when_it_is_chosen_and_its_names_select(desk: Desk):
    desk.panel.tools.colour_by("column:author")
    job = desk.link.jobs[-1]
    assert (job.request.method, job.request.args) == ("map_column", ("Letters", "author"))
    assert desk.panel.colours.colouring.kind == "cluster"  # until it is known
    desk.link.finish(authors())
    assert desk.session.column.column == "author"
    assert legend(desk) == ["Ada, 2 passages", "Grace, 1 passage", "Other or unknown, 1 passage"]
    assert desk.panel.legend.title.text() == "Author"
    QTest.mouseClick(desk.panel.legend.entries[0], LEFT)
    assert (desk.session.selection, desk.session.selection_origin) == ({10, 30}, "Ada")
    QTest.mouseClick(desk.panel.legend.entries[2], LEFT)
    assert desk.session.selection == {40}


def test_numbers_get_a_scale_with_round_values(desk: Desk):
    desk.panel.tools.colour_by("column:Rating")
    values = np.array([0.0, 5.0, 10.0, np.nan])
    desk.link.finish(MapColumn("Rating", "number", IDS, values=values))
    assert not desk.panel.legend.scale.isHidden()
    assert desk.panel.legend.scale.accessibleName().startswith("Scale from ")
    assert legend(desk) == ["Unknown, 1 passage"]
    ids = desk.panel.colours.colouring.ids
    assert 0 == ids[3] < ids[0] < ids[1] < ids[2]


def test_trust_is_measured_when_it_is_asked_for_and_explained(desk: Desk):
    desk.panel.colours.measure_trust()
    assert desk.link.jobs[-1].request.method == "measure_trust"
    false, missing = np.array([0, 0.2, 0.9, 1], np.float32), np.array([1, 0, 0, 0], np.float32)
    desk.link.finish(MapTrust(15, IDS, false, missing, 0.934, 0.951, ()))
    assert desk.panel.legend.title.text() == (
        "False neighbours: how many of the 15 points nearest on the map are not near in meaning. "
        "Trustworthiness 0.93 of 1."
    )
    assert desk.panel.legend.rect().contains(desk.panel.legend.title.geometry())
    assert not desk.panel.legend.title.geometry().intersects(desk.panel.legend.scale.geometry())
    desk.panel.tools.colour_by("missing")  # known by now: nothing is asked
    assert desk.link.jobs == []
    assert desk.panel.colours.colouring.kind == "missing"


def test_what_is_cancelled_leaves_the_clusters_as_colours(desk: Desk, qtbot: QtBot):
    desk.panel.tools.colour_by("column:author")
    desk.link.jobs.pop()
    desk.link.job_changed.emit(None)
    qtbot.waitUntil(lambda: desk.panel.tools.kind == "cluster")
    assert desk.panel.colours.colouring.kind == "cluster"


def test_a_map_that_grew_asks_again_for_the_column_and_another_corpus_has_other_columns(desk: Desk):
    desk.panel.tools.colour_by("column:author")
    desk.link.finish(authors())
    desk.session.set_map(a_map([*PLACES, (3.0, 3.0)]))
    assert desk.panel.colours.colouring.kind == "category"  # what is known of the others stays
    desk.answer("map_columns", COLUMNS)
    assert desk.link.jobs[-1].request.args == ("Letters", "author")
    desk.session.set_map(a_map([(1.0, 1.0), (2.0, 2.0)]))
    desk.answer("map_columns", (("folder", "category"),))
    assert desk.panel.tools.kind == "cluster"


def test_trust_goes_with_the_layout_it_was_measured_on(desk: Desk):
    desk.panel.colours.measure_trust()
    shares = np.zeros(4, np.float32)
    desk.link.finish(MapTrust(15, IDS, shares, shares, 0.9, 0.9, ()))
    desk.session.set_map(a_map([(y, x + 1) for x, y in PLACES]))
    desk.answer("map_columns", COLUMNS)
    assert desk.panel.tools.kind == "cluster"
    assert desk.link.jobs == []


def test_shapes_tell_more_names_apart_than_colours(desk: Desk):
    desk.panel.tools.colour_by("column:author")
    many = MapColumn("author", "category", IDS, np.array([0, 1, 9, 10], np.int32), tuple("abcdefghijk"))
    desk.link.finish(many)
    assert len(legend(desk)) == 9  # eight names, and the others
    desk.actions["map_shapes"].trigger()
    assert len(legend(desk)) == 11
    assert len(set(desk.panel.colours.colouring.shapes)) > 1


def test_what_is_new_stands_in_the_legend_and_can_be_selected(desk: Desk):
    desk.session.set_map(replace(a_map(PLACES), is_new=np.array([False, True, True, False])))
    assert legend(desk) == ["New on this map, 2 passages"]
    QTest.mouseClick(desk.panel.legend.entries[0], LEFT)
    assert (desk.session.selection, desk.session.selection_origin) == ({20, 30}, "new on the map")


def test_a_long_legend_stays_on_the_map_and_is_scrolled(desk: Desk):
    names = tuple(f"A folder with a long name, number {number}" for number in range(30))
    ids = np.arange(1, 301, dtype=np.int64) * 10
    desk.session.set_map(a_map([(float(number % 20), float(number // 20)) for number in range(300)]))
    desk.actions["map_shapes"].trigger()
    desk.panel.tools.colour_by("column:author")
    desk.link.finish(MapColumn("author", "category", ids, (ids // 10 % 30).astype(np.int32), names))
    assert len(desk.panel.legend.entries) == 30
    assert desk.panel.view.rect().contains(desk.panel.legend.geometry())
    assert desk.panel.legend.height() <= 0.46 * desk.panel.view.height()
