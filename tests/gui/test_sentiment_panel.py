"""Sentiment in the window: totals, the table, tagging, and a text typed in."""

from PySide6.QtCore import Qt

from engine.tagging.records import TextTag
from gui.tagging.sentiment_panel import rows_in
from tests.gui import fakes


def shown(panel) -> list[int]:
    return [row.passage.id for row in panel.rows.rows]


def test_stored_tags_are_shown_when_a_corpus_opens(window):
    panel = window.sentiment_panel
    assert panel.scope.text() == "8 of 8,311 passages tagged"
    assert panel.totals._counts == (2, 3, 3)
    assert panel.hint.isHidden()


def test_totals_and_table_are_those_of_the_selection(window):
    window.session.set_selection({1, 3, 4}, "lasso")
    panel = window.sentiment_panel
    assert panel.totals._counts == (1, 0, 2)
    assert panel.scope.text() == "3 passages selected (lasso)"
    assert sorted(shown(panel)) == [1, 3, 4]


def test_the_table_begins_with_the_surest_and_turns_round_at_a_click(window):
    panel = window.sentiment_panel
    assert shown(panel)[-1] == 2
    panel._on_header(1)
    assert shown(panel)[0] == 2


def test_it_says_of_how_many_the_tagger_is_not_sure(window):
    assert window.sentiment_panel.unsure.text() == "Of 1 passage the tagger is not sure (below 50 %)."


def test_tag_selection_asks_for_just_the_selection_and_shows_what_comes(window, link):
    window.session.set_selection({9, 3}, "2 hits")
    window.actions_table["tag_selection"].trigger()
    assert link.asked("tag_passages") == [(("Town papers", [3, 9]), {})]
    link.end(fakes.tags())
    assert window.session.tags.tagger == "sentiment"


def test_the_whole_corpus_can_be_tagged(window, link):
    window.actions_table["tag_corpus"].trigger()
    assert link.asked("tag_all") == [(("Town papers",), {})]


def test_clicking_a_row_makes_its_passage_the_current_one(qtbot, window):
    panel = window.sentiment_panel
    place = panel.table.visualRect(panel.rows.index(0, 0)).center()
    qtbot.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window.session.current == shown(panel)[0]


def test_a_text_typed_in_is_tagged_after_a_pause(qtbot, window, link):
    panel = window.sentiment_panel
    qtbot.keyClicks(panel.typed, "lovely")
    qtbot.waitUntil(lambda: len(link.asked("tag_text")) > 0)
    assert link.asked("tag_text") == [(("lovely",), {})]
    assert panel.bars._shares == (0.03, 0.11, 0.86)
    assert panel.verdict.isHidden()


def test_a_text_of_which_the_tagger_is_not_sure_is_said_to_be_so(window, link):
    link.answers["tag_text"] = TextTag("neutral", fakes.LABELS, (0.3, 0.4, 0.3))
    window.sentiment_panel.typed.setText("well")
    window.sentiment_panel.tag_text()
    assert window.sentiment_panel.verdict.text() == "Not sure: even “neutral” is below 50 %."


def test_without_tags_the_panel_says_what_to_do(window):
    window.session.set_tags(None)
    assert window.sentiment_panel.hint.isVisible()
    assert window.sentiment_panel.table.isHidden()


def test_rows_of_a_selection_are_found_among_the_tags():
    assert rows_in(fakes.tags(), frozenset({2, 8, 99})).tolist() == [1, 7]
    assert rows_in(fakes.tags(), frozenset()).tolist() == list(range(8))
    assert rows_in(None, frozenset({1})).tolist() == []


def test_in_a_low_panel_the_answer_to_a_typed_text_takes_the_place_of_the_totals(qtbot, window):
    panel = window.sentiment_panel
    assert panel.totals.isVisible()
    panel.typed.setText("lovely")
    panel.tag_text()
    panel.resize(panel.width(), 300)
    assert not panel.totals.isVisible()
    panel.typed.clear()
    assert panel.totals.isVisible()


def test_an_untagged_selection_is_told_what_to_do(window):
    window.session.set_selection({77}, "lasso")
    assert window.sentiment_panel.scope.text() == "0 tagged of 1 passage selected (lasso)"
    assert window.sentiment_panel.hint.title.text() == "Not tagged yet"
    assert window.sentiment_panel.tag_selected.isVisible()
