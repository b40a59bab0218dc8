"""Searching in the window: when a search is asked for, what its answer shows, and what a hit does."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QFileDialog, QStyleOptionViewItem

from engine.records import Query
from gui.search.hit_delegate import Part
from gui.search.measures_dialog import MeasuresDialog, verdict
from gui.search.search_panel import SearchPanel
from tests.gui import fakes


def search(window, query: str) -> SearchPanel:
    window.search_panel.query.setText(query)
    window.search_panel.search()
    return window.search_panel


@pytest.fixture
def knowing(link):
    """Let the engine answer with relevance, a line of chance, passages alike and more."""
    link.answers["search"] = lambda _name, query, **_: fakes.calibrated(query)
    return link


def kinds(panel: SearchPanel) -> list[str]:
    return [row.kind for row in panel.results.list.rows.rows]


def row_at(panel: SearchPanel, kind: str) -> int:
    return kinds(panel).index(kind)


def place_of(panel: SearchPanel, number: int, part: Part) -> QPoint:
    """Find a pixel of a hit's row that belongs to a part of it."""
    option = QStyleOptionViewItem()
    option.rect = panel.results.list.visualRect(panel.results.list.rows.index(number, 0))
    option.font = panel.results.list.font()
    row = panel.results.list.rows.rows[number]
    rect = option.rect
    points = [
        QPoint(x, y) for y in range(rect.top(), rect.bottom(), 2) for x in range(rect.left(), rect.right(), 2)
    ]
    found = [point for point in points if panel.results.list.delegate.part_at(option, row, point) == part]
    assert found, part
    return found[len(found) // 2]


def click(qtbot, panel: SearchPanel, point: QPoint) -> None:
    qtbot.mouseClick(panel.results.list.viewport(), Qt.MouseButton.LeftButton, pos=point)


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


def test_an_answer_that_comes_late_never_takes_the_place_of_a_newer_one(window, link):
    waiting = []
    link.answers.pop("search")
    link.call = lambda method, *args, on_done=None, **_: (
        waiting.append((args, on_done)) if method == "search" else None
    )
    search(window, "old")
    search(window, "new")
    (_, old), (_, new) = waiting
    new(fakes.result("new"))
    old(fakes.result("old"))
    assert window.session.result.query == "new"
    search(window, "")
    new(fakes.result("new"))
    assert window.session.result is None


def test_a_mode_is_asked_of_the_engine_and_searches_again(window, link):
    search(window, "tides")
    window.actions_table["mode_keyword"].trigger()
    assert [kwargs["mode"] for _, kwargs in link.asked("search")] == ["hybrid", "keyword"]


def test_clicking_a_hit_makes_its_passage_the_current_one(qtbot, window):
    panel = search(window, "warm")
    click(qtbot, panel, panel.results.list.visualRect(panel.results.list.rows.index(1, 0)).center())
    assert window.session.current == 1
    assert window.reader_panel.passage.id == 1


def test_down_goes_from_the_query_into_the_hits_and_up_comes_back(qtbot, window):
    panel = search(window, "warm")
    panel.query.setFocus()
    qtbot.keyClick(panel.query, Qt.Key.Key_Down)
    assert panel.results.list.currentIndex().row() == 0
    assert window.session.current == 4
    qtbot.keyClick(panel.results.list, Qt.Key.Key_Up)
    assert window.focusWidget() is panel.query


def test_select_hits_makes_them_the_selection(window):
    search(window, "warm")
    window.actions_table["select_hits"].trigger()
    assert window.session.selection == {4, 1, 2, 6, 5}
    assert window.session.selection_origin == "hits of “warm”"


def test_hits_that_are_no_better_than_chance_do_not_light_up_and_are_not_selected(window, knowing):
    search(window, "warm")
    assert window.session.hit_scores == {4: 0.71, 1: 0.52, 2: 0.31, 6: 0.44}
    window.actions_table["select_hits"].trigger()
    assert window.session.selection == {4, 1, 2, 6}


def test_next_and_previous_hit_go_round_and_pass_over_what_is_no_hit(window, knowing):
    panel = search(window, "warm")
    assert kinds(panel) == ["hit", "alike", "hit", "hit", "more", "hit", "chance", "hit"]
    seen = []
    for _ in range(6):
        window.actions_table["next_hit"].trigger()
        seen.append(window.session.current)
    assert seen == [4, 1, 2, 6, 5, 4]
    window.actions_table["previous_hit"].trigger()
    assert window.session.current == 5


def test_a_point_chosen_elsewhere_is_shown_among_the_hits(window):
    panel = search(window, "warm")
    window.session.set_current(2)
    assert panel.results.list.currentIndex().row() == 2
    window.session.set_current(8)
    assert not panel.results.list.currentIndex().isValid()
    assert window.session.current == 8


def test_no_hits_and_notes_are_said(window, link):
    link.answers["search"] = lambda *_args, **_kwargs: replace(
        fakes.result(), documents=(), note="Only words are searched while the model is loading."
    )
    panel = search(window, "zzz")
    assert panel.results.none.isVisible()
    assert panel.results.info.text() == "Only words are searched while the model is loading."


def test_a_corpus_that_is_partly_embedded_says_how_much_of_it_is_searched(window):
    window.session.set_corpus(fakes.corpus(embedded=4000, passages=8000))
    search(window, "warm")
    assert "50 % of the corpus" in window.search_panel.results.info.text()


def test_an_empty_query_takes_the_result_away(window):
    panel = search(window, "warm")
    panel.query.clear()
    assert window.session.result is None
    assert panel.results.hint.isVisible()


def test_what_could_not_be_understood_is_said_quietly_and_no_longer_while_it_is_mended(qtbot, window, link):
    link.answers["search"] = lambda _name, query, **_: replace(
        fakes.result(query), asked=Query(query, problem="“like:” names nothing.")
    )
    panel = search(window, "like: storm")
    assert panel.box.problem.isVisible()
    assert panel.box.problem.text() == "“like:” names nothing."
    qtbot.keyClicks(panel.query, "s")
    assert not panel.box.problem.isVisible()


def test_when_nothing_is_near_that_is_said_and_the_nearest_are_folded_away(qtbot, window, link):
    link.answers["search"] = lambda _name, query, **_: fakes.calibrated(query, above_chance=0)
    panel = search(window, "zzz")
    assert kinds(panel) == ["nothing", "nearest"]
    window.session.toggle_explaining()
    assert panel.results.info.text() == ""  # nothing is shaded
    window.session.toggle_explaining()
    assert panel.results.list.rows.rows[0].text == "Nothing here is near your query"
    assert panel.results.info.text() == ""
    click(qtbot, panel, panel.results.list.visualRect(panel.results.list.rows.index(1, 0)).center())
    assert [row.passage_id for row in panel.results.list.rows.rows if row.kind == "hit"] == [4, 1, 2, 6, 5]
    assert all(row.faint for row in panel.results.list.rows.rows if row.kind == "hit")
    qtbot.keyClick(panel.results.list, Qt.Key.Key_Return)
    assert kinds(panel) == ["nothing", "nearest"]
    search(window, "zzz again")
    assert kinds(panel) == ["nothing", "nearest"]


def test_passages_alike_unfold_in_place_and_can_be_read(qtbot, window, knowing):
    panel = search(window, "warm")
    number = row_at(panel, "alike")
    assert panel.results.list.rows.rows[number].text == "and 2 like it"
    panel.results.list.setCurrentIndex(panel.results.list.rows.index(number, 0))
    qtbot.keyClick(panel.results.list, Qt.Key.Key_Return)
    assert knowing.asked("passages")[-1][0] == ("Town papers", [3, 7])
    assert kinds(panel)[:4] == ["hit", "alike", "like", "like"]
    assert panel.results.list.currentIndex().row() == number
    qtbot.keyClick(panel.results.list, Qt.Key.Key_Down)
    assert window.session.current == 3
    click(qtbot, panel, panel.results.list.visualRect(panel.results.list.rows.index(number, 0)).center())
    assert kinds(panel)[:3] == ["hit", "alike", "hit"]


def test_more_of_a_document_leads_into_the_reader(qtbot, window, knowing):
    panel = search(window, "warm")
    number = row_at(panel, "more")
    assert panel.results.list.rows.rows[number].text == "and 4 more in this document"
    click(qtbot, panel, panel.results.list.visualRect(panel.results.list.rows.index(number, 0)).center())
    assert window.session.current == 1
    assert window.focusWidget() is window.reader_panel.text


def test_plus_marks_a_hit_the_query_is_searched_again_and_the_mark_shows(qtbot, window, link):
    link.answers["search"] = lambda _name, query, **_: replace(
        fakes.result(query), judged=tuple(marks.items()), followed=bool(marks)
    )
    marks: dict[int, int] = {}

    def judge(_name, _query, passage_id, grade):
        marks.pop(passage_id, None)
        if grade is not None:
            marks[passage_id] = grade
        return dict(marks)

    link.answers["judge"] = judge
    panel = search(window, "warm")
    window.session.set_current(1)
    panel.results.list.setFocus()
    qtbot.keyClick(panel.results.list, Qt.Key.Key_Plus)
    assert link.asked("judge") == [(("Town papers", "warm", 1, 1), {})]
    assert len(link.asked("search")) == 2
    assert {row.passage_id: row.grade for row in panel.results.list.rows.rows} == {
        4: None,
        1: 1,
        2: None,
        6: None,
        5: None,
    }
    assert panel.results.marks.said.text() == "Follows 1 good"
    window.session.set_current(6)
    qtbot.keyClick(panel.results.list, Qt.Key.Key_B)
    assert panel.results.marks.said.text() == "Follows 1 good, 1 not"
    qtbot.mouseClick(panel.results.marks.undo, Qt.MouseButton.LeftButton)
    assert marks == {1: 1}
    window.session.set_current(1)
    qtbot.keyClick(panel.results.list, Qt.Key.Key_G)
    assert marks == {}
    assert not panel.results.marks.isVisible()


def test_undo_gives_back_the_grade_that_a_hit_had_before(window, link):
    panel = search(window, "warm")
    panel.results.judging.mark(1, 1)
    link.answers["search"] = lambda _name, query, **_: replace(fakes.result(query), judged=((1, 1),))
    panel.search()
    panel.results.judging.mark(1, 0)
    panel.results.judging.undo()
    assert [args[2:] for args, _ in link.asked("judge")] == [(1, 1), (1, 0), (1, 1)]


def test_clicking_the_icons_of_a_hit_marks_it_without_reading_it(qtbot, window, link):
    panel = search(window, "warm")
    click(qtbot, panel, place_of(panel, 1, "good"))
    click(qtbot, panel, place_of(panel, 3, "not_good"))
    assert [args[2:] for args, _ in link.asked("judge")] == [(1, 1), (6, 0)]
    assert window.session.current == 0


def test_clear_takes_all_marks_back_and_searches_again(qtbot, window, link):
    link.answers["search"] = lambda _name, query, **_: replace(fakes.result(query), judged=((1, 1), (6, 0)))
    panel = search(window, "warm")
    assert panel.results.marks.said.text() == "Marked 1 good, 1 not"
    link.answers["search"] = lambda _name, query, **_: fakes.result(query)
    qtbot.mouseClick(panel.results.marks.clear, Qt.MouseButton.LeftButton)
    assert link.asked("clear_judgements") == [(("Town papers", "warm"), {})]
    assert len(link.asked("search")) == 2
    assert not panel.results.marks.isVisible()


def test_a_mark_that_the_engine_refuses_is_taken_off_again(window, link):
    panel = search(window, "warm")
    link.answers.pop("judge")
    call = link.call

    def refuse(method, *args, on_error=None, **kwargs):
        if method == "judge":
            on_error("The disk is full.")
        else:
            call(method, *args, on_error=on_error, **kwargs)

    link.call = refuse
    panel.results.judging.mark(1, 1)
    assert panel.results.judging.grades == {}
    assert window.notices.sentence == "The disk is full."


def test_why_is_asked_for_the_hits_in_view_once_and_shades_them(qtbot, window, link):
    panel = search(window, "warm")
    window.actions_table["explain"].trigger()
    assert window.session.explaining
    assert window.actions_table["explain"].isChecked()
    assert link.asked("explain") == [(("Town papers", "warm", panel.results.list.in_view()), {})]
    assert set(panel.results.list.delegate.attributions) == set(panel.results.list.in_view())
    panel.results.explaining.ask()
    assert len(link.asked("explain")) == 1
    search(window, "tea")
    qtbot.waitUntil(lambda: len(link.asked("explain")) == 2)
    assert link.asked("explain")[1][0][1] == "tea"
    window.actions_table["explain"].trigger()
    assert panel.results.list.delegate.attributions == {}


def test_the_tip_of_a_bar_adds_up_to_the_cosine(window, knowing):
    panel = search(window, "warm")
    window.actions_table["explain"].trigger()
    said = panel.results.list.delegate.why(panel.results.list.rows.rows[0])
    assert said.startswith("Relevance 97 %;")
    assert "Cosine with the query: 0.710" in said
    assert "All words +0.550, the model’s own tokens +0.050: together 0.600" in said


def test_a_search_by_words_is_not_explained_by_a_cosine(window, link):
    window.search_panel.use_keyword()
    panel = search(window, "warm")
    window.actions_table["explain"].trigger()
    assert link.asked("explain") == []
    assert "Words rank here" in panel.results.info.text()


def test_only_what_is_selected_is_searched_while_that_is_wanted(qtbot, window, link):
    panel = search(window, "warm")
    assert not panel.box.inside_button.isVisible()
    window.session.set_selection({5, 2}, "lasso")
    assert panel.box.inside_button.said == "Only the 2 selected"
    qtbot.mouseClick(panel.box.inside_button, Qt.MouseButton.LeftButton)
    assert link.asked("search")[-1][1]["inside"] == [2, 5]
    window.session.set_selection((), "")
    qtbot.waitUntil(lambda: len(link.asked("search")) == 3)
    assert "inside" not in link.asked("search")[-1][1]
    assert not panel.box.inside_button.isChecked()


def test_reranking_needs_a_cross_encoder_and_puts_its_order_in_place_of_the_old(window, link, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "/models/cross")
    panel = search(window, "warm")
    link.answers["use_reranker"] = "cross"
    window.actions_table["rerank"].trigger()
    assert link.asked("use_reranker") == [(("/models/cross",), {})]
    assert link.jobs[-1].title == "Reranking by cross"
    turned = replace(fakes.result("warm"), documents=fakes.result().documents[::-1])
    link.end(turned)
    assert [row.passage_id for row in panel.results.list.rows.rows] == [5, 6, 1, 2, 4]


def test_my_marks_are_evaluated_into_a_table_or_what_is_missing_is_said(window, link):
    window.actions_table["evaluate_search"].trigger()
    link.end(fakes.measures())
    dialog = window.search_panel.findChildren(MeasuresDialog)[-1]
    assert dialog.verdict.text() == "“Both” finds your marked hits best"
    words = dialog.rows.rows[0]
    assert [column.text(words) for column in dialog.rows.columns] == ["Words", "0.512", "0.601", "0.744"]
    assert "7 queries" in dialog.note.text()
    assert "say little yet" in dialog.note.text()
    dialog.close()
    window.actions_table["evaluate_search"].trigger()
    link.end(error="Mark hits of three more queries.")
    dialog = window.search_panel.findChildren(MeasuresDialog)[-1]
    assert dialog.note.text() == "Mark hits of three more queries."
    dialog.close()


def test_words_and_meaning_are_weighed_by_my_marks_and_the_search_is_done_again(qtbot, window, link):
    search(window, "warm")
    window.actions_table["evaluate_search"].trigger()
    link.end(fakes.measures())
    dialog = window.search_panel.findChildren(MeasuresDialog)[-1]
    dialog.fit.click()
    assert link.jobs[-1].request.method == "fit_search"
    link.end("Meaning counts 0.7 from now on.")
    assert dialog.note.text() == "Meaning counts 0.7 from now on."
    assert len(link.asked("search")) == 2
    dialog.close()


def test_ways_of_searching_that_are_as_good_are_named_together():
    keyword, dense, hybrid = fakes.measures()
    assert (
        verdict((keyword, replace(dense, ndcg=0.632), hybrid))
        == "“Meaning” and “Both” find your marked hits best"
    )


def test_the_model_of_hits_is_a_sound_item_model(window, knowing):
    QAbstractItemModelTester(
        window.search_panel.results.list.rows, QAbstractItemModelTester.FailureReportingMode.Fatal
    )
    search(window, "warm")
    search(window, "")
