"""What stands beside the points: switches that are remembered, the overview, kept views, the query, true neighbours."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog
from pytestqt.qtbot import QtBot

from engine.map.records import MapColumn, QueryPlace
from engine.records import DocumentHits, Hit, SearchResult, Snippet
from indexes.records import MapView as KeptView
from tests.gui.map_desk import LEFT, NONE, Desk, a_passage, open_desk
from tests.gui.map_samples import a_map

CORNERS = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0), (5.0, 5.0)]


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    desk = open_desk(qtbot)
    desk.show(a_map(CORNERS))
    return desk


def a_result(mode: str = "dense", relevances: tuple[float, ...] = (0.9, 0.4)) -> SearchResult:
    hits = [
        Hit(rank, 0.5, a_passage(10 * rank), Snippet("", ()), relevance)
        for rank, relevance in enumerate(relevances, 1)
    ]
    return SearchResult("storm", mode, tuple(DocumentHits(hit.rank, 0.5, (hit,)) for hit in hits), 0.0)


# what is shown


def test_what_is_shown_is_remembered_between_two_starts(desk: Desk, qtbot: QtBot, tmp_path: Path):
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    assert desk.panel.view.names_shown
    shaded = desk.spy("show_density")
    for name in ("map_names", "map_density"):
        desk.actions[name].trigger()
    assert not desk.panel.view.names_shown
    assert shaded == [(True,)]
    desk.panel.save(settings)
    other = open_desk(qtbot)
    shaded = other.spy("show_density")
    other.panel.restore(settings)
    assert not other.panel.view.names_shown
    assert shaded == [(True,)]
    assert other.actions["map_density"].isChecked()
    assert other.panel.switches.shown("map_overview")  # as it was


def test_the_view_menu_holds_every_switch_and_every_way_to_select_and_save(desk: Desk):
    menu = desk.panel.tools.shown.menu()
    texts = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert texts == [
        "Cluster names", "Density", "Shapes", "Overview", "Time brush", "True neighbours", "Where the picture lies",
        "Kept views", "Select", "Save",
    ]  # fmt: skip


# the overview


def test_the_overview_appears_while_something_is_outside_and_goes_where_was_clicked(desk: Desk):
    minimap, view = desk.panel.minimap, desk.panel.view
    assert minimap.isHidden()
    view.zoom(4)
    assert minimap.isVisible()
    assert view.rect().contains(minimap.geometry())
    at = QPoint(*(round(value) for value in minimap.own_view.to_window(10, 10)))
    QTest.mouseClick(minimap, LEFT, NONE, at)
    assert (view.view.x, view.view.y) == pytest.approx((10, 10), abs=0.1)
    desk.actions["map_overview"].trigger()
    assert minimap.isHidden()
    desk.actions["map_overview"].trigger()
    assert minimap.isVisible()
    view.fit()
    assert minimap.isHidden()


def test_the_frame_of_the_overview_is_what_is_in_the_window(desk: Desk):
    desk.panel.view.zoom(2)
    left, bottom, right, top = desk.panel.view.view.bounds
    own, frame = desk.panel.minimap.own_view, desk.panel.minimap.frame
    assert own.to_map(frame.left(), frame.top()) == pytest.approx((left, top))
    assert own.to_map(frame.right(), frame.bottom()) == pytest.approx((right, bottom))


# kept views


def test_a_view_is_kept_listed_and_come_back_to(desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch):
    view = desk.panel.view
    view.zoom(5)
    view.centre_on(10, 0)
    there = view.view
    monkeypatch.setattr(QInputDialog, "getText", lambda *_args, **_kwargs: (" Corner ", True))
    desk.actions["keep_view"].trigger()
    (corpus, kept), _ = desk.asked("keep_map_view")[-1]
    assert corpus == "Letters"
    assert kept == KeptView("Corner", there.x, there.y, there.scale)
    desk.answer("keep_map_view", (kept,))
    view.fit()
    menu = desk.panel.views_menu
    menu.fill()
    entries = {action.text(): action for action in menu.actions() if action.text()}
    assert list(entries) == ["Keep this view…", "Corner", "Forget"]
    entries["Corner"].trigger()
    qtbot.waitUntil(lambda: view.view.scale == pytest.approx(there.scale))
    assert (view.view.x, view.view.y) == pytest.approx((there.x, there.y))
    menu.forget.actions()[0].trigger()
    assert desk.asked("forget_map_view")[-1][0] == ("Letters", "Corner")
    desk.answer("forget_map_view", ())
    assert desk.session.map_views == ()


def test_the_kept_views_of_a_corpus_are_asked_for_with_its_map(desk: Desk):
    kept = (KeptView("All", 0, 0, 9),)
    desk.answer("map_views", kept)
    assert desk.session.map_views == kept


# the query


def test_the_query_of_a_result_is_placed_and_marked(desk: Desk):
    desk.session.set_result(a_result())
    assert desk.asked("place_query")[-1][0] == ("Letters", "storm")
    assert desk.asked("place_query")[-1][1]["replaces"] == "place_query"
    place, marked = QueryPlace(5, 5, True, 0.1, (10, 50)), desk.spy("mark_query")
    desk.answer("place_query", place)
    desk.session.set_result(None)
    assert marked == [(place,), (None,)]


def test_words_alone_have_no_place_and_a_late_answer_is_not_taken_for_another_query(desk: Desk):
    desk.session.set_result(a_result("keyword"))
    assert desk.asked("place_query") == []
    desk.session.set_result(a_result())
    desk.session.set_result(a_result("keyword"))
    desk.answer("place_query", QueryPlace(5, 5, True, 0.1, ()))
    assert desk.session.query_place is None


def test_hits_glow_by_their_relevance_and_by_score_where_none_is_known(desk: Desk):
    lit = desk.spy("light_hits")
    desk.session.set_result(a_result())
    assert (lit[-1][0].tolist(), lit[-1][1]) == ([0, 1], [0.9, 0.4])
    plain = a_result(relevances=(1.0, 1.0))
    first = replace(plain.documents[0].hits[0], score=0.2)
    desk.session.set_result(replace(plain, documents=(DocumentHits(1, 0.2, (first,)), *plain.documents[1:])))
    assert (lit[-1][0].tolist(), lit[-1][1]) == ([0, 1], [0.2, 0.5])


# true neighbours


def test_true_neighbours_are_asked_for_while_they_are_shown(desk: Desk):
    drawn = desk.spy("draw_links")
    desk.session.set_current(10)
    assert desk.asked("neighbours") == []
    desk.actions["map_neighbours"].trigger()
    assert desk.asked("neighbours")[-1][0] == ("Letters", 10, 10)
    hits = tuple(Hit(rank, 0.5, a_passage(one), Snippet("", ())) for rank, one in enumerate((50, 777, 20), 1))
    desk.answer("neighbours", hits)
    assert desk.session.neighbours == (50, 777, 20)
    assert (drawn[-1][0], drawn[-1][1].tolist()) == (0, [4, 1])  # 777 is not on the map
    desk.session.set_current(20)
    assert drawn[-1][1].tolist() == []
    desk.answer("neighbours", hits)
    assert drawn[-1][0] == 1
    desk.actions["map_neighbours"].trigger()
    assert drawn[-1][0] == -1


def test_neighbours_that_come_too_late_are_not_drawn(desk: Desk):
    desk.actions["map_neighbours"].trigger()
    desk.session.set_current(10)
    late = desk.asked("neighbours")[-1][1]["on_done"]
    desk.session.set_current(40)
    late((Hit(1, 0.5, a_passage(50), Snippet("", ())),))
    assert desk.session.neighbours == ()


# by keys


def test_tab_goes_from_the_tools_over_the_map_to_its_legend_and_the_time(desk: Desk):
    dates = np.array([17_000.0, 18_000.0])
    desk.answer("map_columns", (("date", "date"),))
    desk.answer("map_column", MapColumn("date", "date", np.array([10, 20], np.int64), values=dates))
    desk.panel.tools.colour_by("format")
    desk.panel.timeline.strip.choose((0, 1))
    order, widget = [], desk.panel.tools.buttons[-1]
    for _ in range(60):
        widget = widget.nextInFocusChain()
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not widget.focusProxy():
            order.append(widget)
    timeline = desk.panel.timeline
    assert order[:5] == [
        desk.panel.view, desk.panel.legend.entries[0], timeline.strip, timeline.select, timeline.clear,
    ]  # fmt: skip
    assert all(one.accessibleName() for one in order)


def test_a_walk_ends_with_the_description_of_the_whole_map(desk: Desk):
    desk.key(Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    desk.panel.view.announce(desk.panel.view.place_of_keys(), "Title 20. Text.")
    desk.key(Qt.Key.Key_Escape)
    assert desk.panel.view.accessibleDescription().startswith("5 passages in 0 clusters. Arrow keys move")
