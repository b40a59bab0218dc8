"""Searching in the window: when a search is asked for, and what a hit does."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from gui.search_panel import rows_of
from tests.gui import fakes


def search(window, query: str) -> None:
    window.search_panel.query.setText(query)
    window.search_panel.search()


def test_typing_and_pausing_searches_once_with_the_newest_text(qtbot, window, link):
    qtbot.keyClicks(window.search_panel.query, "warm bread")
    assert link.asked("search") == []
    qtbot.waitUntil(lambda: len(link.asked("search")) > 0)
    assert [args for args, _ in link.asked("search")] == [("Town papers", "warm bread")]


def test_enter_searches_at_once_and_not_again_after_the_pause(qtbot, window, link):
    qtbot.keyClicks(window.search_panel.query, "tides")
    qtbot.keyClick(window.search_panel.query, Qt.Key.Key_Return)
    assert [args for args, _ in link.asked("search")] == [("Town papers", "tides")]
    assert not window.search_panel._pause.isActive()


def test_a_mode_is_asked_of_the_engine_and_searches_again(qtbot, window, link):
    search(window, "tides")
    window.actions_table["mode_keyword"].trigger()
    assert [kwargs["mode"] for _, kwargs in link.asked("search")] == ["hybrid", "keyword"]


def test_clicking_a_hit_makes_its_passage_the_current_one(qtbot, window):
    search(window, "warm")
    panel = window.search_panel
    place = panel.list.visualRect(panel.rows.index(1, 0)).center()
    qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window.session.current == 1
    assert window.reader_panel.passage.id == 1


def test_down_goes_from_the_query_into_the_hits_and_up_comes_back(qtbot, window):
    search(window, "warm")
    panel = window.search_panel
    panel.query.setFocus()
    qtbot.keyClick(panel.query, Qt.Key.Key_Down)
    assert panel.list.currentIndex().row() == 0
    assert window.session.current == 4
    qtbot.keyClick(panel.list, Qt.Key.Key_Up)
    assert window.focusWidget() is panel.query


def test_hits_are_rows_in_the_order_of_their_documents():
    rows = rows_of(fakes.result())
    assert [row.hit.passage.id for row in rows] == [4, 1, 2, 6, 5]
    assert [row.first for row in rows] == [True, True, False, True, True]


def test_the_bar_of_a_keyword_score_is_relative_to_the_best():
    by_words = replace(fakes.result(), mode="keyword")
    assert [row.share for row in rows_of(by_words)][:2] == [1.0, 0.52 / 0.71]
    assert [row.share for row in rows_of(fakes.result())][:2] == [0.71, 0.52]


def test_select_hits_makes_them_the_selection(window):
    search(window, "warm")
    window.actions_table["select_hits"].trigger()
    assert window.session.selection == {4, 1, 2, 6, 5}
    assert window.session.selection_origin == "hits of “warm”"


def test_next_and_previous_hit_go_round(window):
    search(window, "warm")
    window.actions_table["next_hit"].trigger()
    assert window.session.current == 4
    window.actions_table["previous_hit"].trigger()
    assert window.session.current == 5


def test_a_point_chosen_elsewhere_is_shown_among_the_hits(window):
    search(window, "warm")
    window.session.set_current(2)
    assert window.search_panel.list.currentIndex().row() == 2
    window.session.set_current(8)
    assert not window.search_panel.list.currentIndex().isValid()
    assert window.session.current == 8


def test_no_hits_and_notes_are_said(window, link):
    link.answers["search"] = lambda *_args, **_kwargs: replace(
        fakes.result(), documents=(), note="Only words are searched while the model is loading."
    )
    search(window, "zzz")
    assert window.search_panel.none.isVisible()
    assert window.search_panel.info.text() == "Only words are searched while the model is loading."


def test_a_corpus_that_is_partly_embedded_says_how_much_of_it_is_searched(window):
    window.session.set_corpus(fakes.corpus(embedded=4000, passages=8000))
    search(window, "warm")
    assert "50 % of the corpus" in window.search_panel.info.text()


def test_an_empty_query_takes_the_result_away(qtbot, window):
    search(window, "warm")
    window.search_panel.query.clear()
    assert window.session.result is None
    assert window.search_panel.hint.isVisible()


def test_the_model_of_hits_is_a_sound_item_model(window):
    QAbstractItemModelTester(window.search_panel.rows, QAbstractItemModelTester.FailureReportingMode.Fatal)
    search(window, "warm")
    search(window, "")
