"""Choosing on the map: what lies on one another, names, clusters, and walking from point to point by keys."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from engine.map.records import MapData
from indexes.records import Branch
from tests.gui.map_desk import LEFT, NONE, Desk, a_passage, open_desk
from tests.gui.map_samples import a_map

CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
CROSS = [(0.0, 0.0), (4.0, 0.0), (-4.0, 0.0), (0.0, 4.0), (0.0, -4.0)]
"""Passages 10 in the middle, 20 right, 30 left, 40 above, 50 below."""


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    return open_desk(qtbot)


def two_clusters() -> MapData:
    places = [(0, 0), (0.3, 0), (0, 0.3), (9, 9), (9.3, 9), (5, 0)]
    return a_map(places, [0, 0, 0, 1, 1, -1], ["letters", "stamps"])


# what lies here


def test_a_click_on_points_that_lie_on_one_another_lists_them_all(desk: Desk):
    desk.show(a_map([(0, 0), (5, 5), (5, 5), (5, 5)]))
    desk.click(5, 5)
    assert desk.session.current == 0
    (corpus, ids), _ = desk.asked("passages")[-1]
    assert (corpus, ids) == ("Letters", [20, 30, 40])
    desk.answer("passages", [a_passage(one) for one in ids])
    here = desk.panel.hover.here
    assert here.isVisible()
    assert here.title.text() == "3 passages here"
    QTest.keyClick(here.list, Qt.Key.Key_Down)
    QTest.keyClick(here.list, Qt.Key.Key_Return)
    assert not here.isVisible()
    assert desk.session.current == 30


def test_of_very_many_points_on_one_another_the_first_are_listed_and_all_are_counted(desk: Desk):
    desk.show(a_map([(0, 0)] * 200))
    desk.click(0, 0)
    (_corpus, ids), _ = desk.asked("passages")[-1]
    assert ids == [10 * number for number in range(1, 61)]
    desk.answer("passages", [a_passage(one) for one in ids])
    assert desk.panel.hover.here.title.text() == "The first 60 of 200 passages here"
    desk.panel.hover.here.close()


def test_the_list_opens_at_the_passage_being_read_and_escape_changes_nothing(desk: Desk):
    desk.show(a_map([(5, 5), (5, 5)]))
    desk.session.set_current(20)
    desk.click(5, 5)
    desk.answer("passages", [a_passage(10), a_passage(20)])
    here = desk.panel.hover.here
    assert here.list.currentIndex().row() == 1
    QTest.keyClick(here.list, Qt.Key.Key_Escape)
    assert not here.isVisible()
    assert desk.session.current == 20


# names and clusters


def test_a_click_on_a_name_selects_and_control_and_alt_add_and_take_away(desk: Desk):
    desk.show(two_clusters())
    view = desk.panel.view
    QTest.mouseClick(view, LEFT, NONE, desk.name_at("letters"))
    assert desk.session.selection == {10, 20, 30}
    assert desk.session.selection_origin == "cluster letters"
    QTest.mouseClick(view, LEFT, CTRL, desk.name_at("stamps"))
    assert desk.session.selection == {10, 20, 30, 40, 50}
    QTest.mouseClick(view, LEFT, ALT, desk.name_at("letters"))
    assert desk.session.selection == {40, 50}
    assert desk.session.current == 0


def test_a_double_click_on_a_name_goes_to_its_cluster_and_on_a_point_selects_its_cluster(desk: Desk):
    desk.show(two_clusters())
    scale = desk.panel.view.view.scale
    QTest.mouseDClick(desk.panel.view, LEFT, NONE, desk.spot(9.3, 9))
    assert desk.session.selection == {40, 50}
    QTest.mouseDClick(desk.panel.view, LEFT, NONE, desk.spot(5, 0))
    assert (desk.session.selection, desk.session.selection_origin) == ({60}, "noise")
    QTest.mouseDClick(desk.panel.view, LEFT, NONE, desk.name_at("stamps"))
    assert desk.panel.view.view.scale > 5 * scale
    assert desk.panel.view.view.x == pytest.approx(9.15, abs=0.01)


def test_hovering_a_name_outlines_the_cluster_and_shows_what_it_is_about(desk: Desk, qtbot: QtBot):
    data = two_clusters()
    stamps = replace(data.clusters[1], exemplars=(50,), stability=0.81, keywords=("stamp", "album"))
    desk.show(replace(data, clusters=(data.clusters[0], stamps)))
    desk.move(desk.name_at("stamps"))
    assert desk.session.hovered_cluster == 1
    qtbot.waitUntil(lambda: bool(desk.asked("passages")))
    assert desk.asked("passages")[-1][0] == ("Letters", [50])
    desk.answer("passages", [a_passage(50)])
    card = desk.panel.view.name_card
    assert card.isVisible()
    assert [card.title.text(), card.facts.text(), card.keywords.text(), card.exemplars[0].text()] == [
        "stamps",
        "2 passages · stability 81 %",
        "stamp, album",
        "“Text 50.”",
    ]
    assert not card.geometry().contains(desk.name_at("stamps"))
    desk.move(desk.spot(4, 4))
    assert desk.session.hovered_cluster == -1
    assert not card.isVisible()


def test_a_branch_stands_for_all_its_clusters(desk: Desk):
    places = [(0, 0), (0.1, 0), (0, 0.1), (0.2, 0.2), (0.3, 0.2), (40, 40)]  # too near for two names
    data = a_map(places, [0, 0, 0, 1, 1, -1], ["letters from afar", "stamps of old"])
    desk.show(replace(data, branches=(Branch(0, -1, 5, (0, 1), ("post",), "post"),)))
    at, outlined = desk.name_at("post"), desk.spy("show_hull")
    desk.move(at)
    assert desk.session.hovered_cluster == -1
    assert outlined[-1] == ((0, 1),)
    QTest.mouseClick(desk.panel.view, LEFT, NONE, at)
    assert (desk.session.selection, desk.session.selection_origin) == ({10, 20, 30, 40, 50}, "branch post")


def test_what_the_outline_points_at_is_outlined_on_the_map(desk: Desk):
    desk.show(two_clusters())
    outlined = desk.spy("show_hull")
    desk.session.set_hovered_cluster(0)
    desk.session.set_hovered_cluster(-1)
    assert outlined == [([0],), ([],)]


# selecting by actions


def test_the_selection_can_be_turned_round_and_made_of_what_is_in_view_or_new(desk: Desk):
    is_new = np.array([False, True, False, False, True])
    desk.show(replace(a_map(CROSS), is_new=is_new))
    selecting = desk.panel.selecting
    selecting.new()
    assert desk.session.selection == {20, 50}
    selecting.invert()
    assert (desk.session.selection, desk.session.selection_origin) == ({10, 30, 40}, "all others")
    desk.panel.view.zoom(4)
    selecting.in_view()
    assert (desk.session.selection, desk.session.selection_origin) == ({10}, "in view")
    desk.session.set_selection((), "")
    selecting.invert()
    assert desk.session.selection == {10, 20, 30, 40, 50}


def test_the_cluster_of_the_passage_being_read_is_selected(desk: Desk):
    desk.show(two_clusters())
    desk.session.set_current(40)
    desk.panel.selecting.cluster_here()
    assert desk.session.selection == {40, 50}


def test_the_menu_of_a_point_reads_lists_and_selects_and_is_quiet_where_there_is_none(desk: Desk):
    desk.show(two_clusters())
    menu = desk.panel.menu
    menu.open_at(desk.panel.mapToGlobal(desk.spot(9, 9)), 3)
    assert not menu.here_action.isEnabled()
    menu.select_action.trigger()
    assert desk.session.selection == {40, 50}
    menu.read_action.trigger()
    assert desk.session.current == 40
    scale = desk.panel.view.view.scale
    menu.show_action.trigger()
    assert desk.panel.view.view.scale > 5 * scale
    menu.open_at(desk.panel.mapToGlobal(desk.spot(5, 5)), -1)
    assert not any(one.isEnabled() for one in (menu.read_action, menu.here_action, menu.show_action))
    menu.close()


def test_the_menu_lists_points_whose_discs_touch(desk: Desk):
    desk.show(a_map([(0, 0), (0.02, 0), (10, 10)]))
    assert desk.panel.view.rows_under(0).tolist() == [0, 1]
    desk.panel.menu.open_at(desk.panel.mapToGlobal(desk.spot(0, 0)), 0)
    assert desk.panel.menu.here_action.text() == "List the 2 passages here"
    desk.panel.menu.here_action.trigger()
    assert desk.asked("passages")[-1][0] == ("Letters", [10, 20])
    desk.panel.menu.close()


# walking


def test_control_and_arrows_walk_to_the_next_point_and_enter_reads_it(desk: Desk, qtbot: QtBot):
    desk.show(a_map(CROSS))
    desk.session.set_current(10)
    desk.key(Qt.Key.Key_Right, CTRL)
    assert desk.session.current == 10  # looked at, not yet read
    qtbot.waitUntil(lambda: bool(desk.asked("passages")))
    assert desk.asked("passages")[-1][0] == ("Letters", [20])
    desk.answer("passages", [a_passage(20)])
    assert desk.panel.view.card.isVisible()
    assert desk.panel.view.accessibleDescription() == "Title 20. Text 20."
    desk.key(Qt.Key.Key_Return)
    assert desk.session.current == 20
    desk.key(Qt.Key.Key_Left, CTRL)
    desk.key(Qt.Key.Key_Up, CTRL)
    desk.key(Qt.Key.Key_Return)
    assert desk.session.current == 40


def test_a_walk_to_what_is_outside_brings_it_into_the_window(desk: Desk):
    desk.show(a_map(CROSS))
    desk.session.set_current(10)
    desk.panel.view.zoom(6)
    desk.key(Qt.Key.Key_Up, CTRL)
    assert desk.panel.view.rect().contains(desk.spot(0, 4))


def test_n_walks_from_cluster_to_cluster_by_their_exemplars(desk: Desk):
    data = two_clusters()
    clusters = (replace(data.clusters[0], exemplars=(30,)), data.clusters[1])
    desk.show(replace(data, clusters=clusters))
    seen = []
    for keys in (NONE, NONE, NONE, SHIFT):
        desk.key(Qt.Key.Key_N, keys)
        seen.append(desk.panel.view.place_of_keys())
    assert seen == [2, 3, 2, 3]
    desk.session.set_current(10)
    desk.key(Qt.Key.Key_Escape)  # stops walking: the passage being read counts again
    desk.key(Qt.Key.Key_Home, CTRL)
    assert desk.panel.view.place_of_keys() == 2


def test_escape_first_ends_a_walk_then_clears_the_selection(desk: Desk):
    desk.show(a_map(CROSS))
    desk.session.set_selection({10}, "lasso")
    desk.key(Qt.Key.Key_Right, CTRL)
    desk.key(Qt.Key.Key_Escape)
    assert desk.session.selection == {10}
    desk.key(Qt.Key.Key_Escape)
    assert desk.session.selection == frozenset()
