"""The panel of tags: shares, filters, the list, the threshold, and a text typed in."""

from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt

from engine.tagging.records import SentenceTag, TaggerInfo, TagReport, TagState, TextTag
from gui.tagging.filter_chips import label_key
from gui.tagging.tag_rows import TagRow
from gui.tagging.tags_panel import PAGE, rows_in
from indexes.records import Tags
from tests.gui import fakes


def shown(panel) -> list[int]:
    return [row.passage.id for row in panel.list.rows.rows]


def chips(panel) -> dict[str, str]:
    """Return the filters that have room, with their counts."""
    return {chip.said: chip.count for chip in panel.filter.chips if chip.wanted}


def press(panel, said: str) -> None:
    next(chip for chip in panel.filter.chips if chip.said == said).click()


def info(**changes) -> TaggerInfo:
    facts = {"name": "sentiment", "labels": fakes.LABELS, "base": "b", "origin": "", "measured": {}}
    return TaggerInfo(**{**facts, **changes})


def themes(labels: int = 30) -> Tags:
    """Eight passages tagged with one of many labels each, whose names are long."""
    names = tuple(f"{number}: {'a name that goes on and on ' * 3}"[:60] for number in range(labels))
    probabilities = np.full((8, labels), 0.01, np.float32)
    probabilities[np.arange(8), np.arange(8) * 3] = 0.7
    return Tags("themes", names, np.arange(1, 9), (np.arange(8) * 3).astype(np.int32), probabilities)


def test_stored_tags_are_shown_when_a_corpus_opens(window):
    panel = window.tags_panel
    assert panel.scope.text() == "8 of 8,311 tagged"
    assert panel.totals.counts == (2, 3, 3)
    assert chips(panel) == {"negative": "2", "neutral": "3", "positive": "3", "? unsure": "1"}
    assert panel.hint.isHidden()


def test_shares_and_list_are_those_of_the_selection(window):
    window.session.set_selection({1, 3, 4}, "lasso")
    panel = window.tags_panel
    assert panel.totals.counts == (1, 0, 2)
    assert panel.scope.text() == "3 passages selected (lasso)"
    assert sorted(shown(panel)) == [1, 3, 4]


def test_the_list_begins_with_the_surest_or_as_it_is_wished(window):
    panel = window.tags_panel
    assert shown(panel)[-1] == 2
    panel.order.by_order["least sure"].trigger()
    assert shown(panel)[0] == 2
    panel.order.by_order["text"].trigger()
    assert shown(panel) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_a_filter_leaves_what_it_says_and_goes_when_it_is_pressed_again(window):
    panel = window.tags_panel
    press(panel, "negative")
    assert sorted(shown(panel)) == [3, 7]
    press(panel, "? unsure")
    assert shown(panel) == [2]
    press(panel, "? unsure")
    assert len(shown(panel)) == 8


def test_another_selection_is_shown_without_the_filter(window):
    panel = window.tags_panel
    press(panel, "negative")
    window.session.set_selection({1, 3}, "lasso")
    assert sorted(shown(panel)) == [1, 3]


def test_moving_the_threshold_makes_other_passages_unsure(qtbot, window):
    window.session.set_taggers([info(report=report(((1.0, 0.8), (0.5, 0.9))))])
    panel = window.tags_panel
    assert panel.threshold.said.text() == "Sure: 88 % of passages; measured accuracy there 82 %"
    panel.threshold.slider.setValue(95)
    assert window.session.unsure_below == 0.95
    assert panel.threshold.number.text() == "95 %"
    qtbot.waitUntil(lambda: chips(panel).get("? unsure") == "8")
    assert panel.threshold.said.text() == "Sure: 0 % of passages"


def report(coverage: tuple[tuple[float, float], ...]) -> TagReport:
    return TagReport(fakes.LABELS, 500, 0.8, 0.79, 0.4, 0.02, (0.8, 0.8, 0.8), coverage=coverage)


def test_tag_selection_asks_for_just_the_selection_and_shows_what_comes(window, link):
    window.session.set_selection({9, 3}, "2 hits")
    window.actions_table["tag_selection"].trigger()
    assert link.asked("tag_passages") == [(("Town papers", [3, 9]), {"tagger": "sentiment"})]
    link.end(fakes.tags())
    assert window.session.tags.tagger == "sentiment"


def test_the_whole_corpus_can_be_tagged(window, link):
    window.session.set_tags(None)
    window.actions_table["tag_corpus"].trigger()
    assert link.asked("tag_all") == [(("Town papers",), {"tagger": "sentiment"})]
    assert window.tags_panel.hint.title.text() == "Tagging …"


def test_clicking_a_row_makes_its_passage_the_current_one(qtbot, window):
    panel = window.tags_panel
    place = panel.list.visualRect(panel.list.rows.index(0, 0)).center()
    qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window.session.current == shown(panel)[0]


def test_the_passage_being_read_is_the_current_row(window):
    window.session.set_current(4)
    panel = window.tags_panel
    assert panel.list.rows.rows[panel.list.currentIndex().row()].passage.id == 4
    window.session.set_current(99)
    assert panel.list.currentIndex().row() == -1


def test_new_tags_leave_the_list_where_it_is_and_ask_for_no_passage_again(window, link):
    panel = window.tags_panel
    window.session.set_current(2)
    asked = len(link.asked("passages"))
    before = shown(panel)
    given = np.full((8, 3), -1, np.int8)
    given[0] = (1, 0, 0)
    window.session.set_tags(replace(fakes.tags(), given=given))
    assert len(link.asked("passages")) == asked
    assert shown(panel) == before
    assert panel.list.rows.rows[before.index(1)].tag.names == ("negative",)
    assert panel.list.rows.rows[panel.list.currentIndex().row()].passage.id == 2


def test_many_passages_are_listed_a_page_at_a_time(window, link):
    ids = np.arange(1, 451)
    probabilities = np.tile(np.array([0.9, 0.05, 0.05], np.float32), (450, 1))
    passage = fakes.passages()[0]
    link.answers["passages"] = lambda _name, ids: [replace(passage, id=one) for one in ids]
    window.session.set_tags(Tags("sentiment", fakes.LABELS, ids, np.zeros(450, np.int32), probabilities))
    panel = window.tags_panel
    assert len(shown(panel)) == PAGE
    panel.list.rows.fetchMore()
    assert len(shown(panel)) == 2 * PAGE
    panel.list.rows.fetchMore()
    assert shown(panel)[-1] == 450


def test_a_text_typed_in_is_tagged_after_a_pause(qtbot, window, link):
    panel = window.tags_panel
    qtbot.keyClicks(panel.typed.line, "lovely")
    qtbot.waitUntil(lambda: len(link.asked("tag_text")) > 0)
    assert link.asked("tag_text") == [(("lovely", "sentiment"), {})]
    assert panel.typed.bars._shares == (0.03, 0.11, 0.86)
    assert panel.typed.verdict.isHidden()
    assert panel.typed.sentences.isHidden()


def test_a_typed_text_of_several_sentences_is_shaded_sentence_by_sentence(window, link):
    text = "Dull at first. The end is moving."
    sentences = (
        SentenceTag(0, 14, "negative", (0.8, 0.1, 0.1)),
        SentenceTag(15, 33, "positive", (0.1, 0.1, 0.8)),
    )
    link.answers["tag_text"] = TextTag("positive", fakes.LABELS, (0.4, 0.05, 0.55), TagState.MIXED, sentences)
    typed = window.tags_panel.typed
    typed.line.setText(text)
    typed.ask()
    assert typed.sentences.isVisible()
    shades = [one.cursor.selectedText() for one in typed.sentences.extraSelections()]
    assert shades == ["Dull at first.", "The end is moving."]
    assert typed.sentences.tip_at(20) == "positive, 80 %"
    assert typed.verdict.text() == "± Mixed: the text says both."


def test_a_text_of_which_the_tagger_is_not_sure_is_said_to_be_so(window, link):
    link.answers["tag_text"] = TextTag("neutral", fakes.LABELS, (0.3, 0.4, 0.3))
    typed = window.tags_panel.typed
    typed.line.setText("well")
    typed.ask()
    assert typed.verdict.text() == "? Unsure: even “neutral” is below 50 %."
    window.session.set_unsure_below(0.4)
    assert typed.verdict.text() == ""


def test_without_tags_the_panel_says_what_to_do(window):
    window.session.set_tags(None)
    panel = window.tags_panel
    assert panel.hint.isVisible()
    assert panel.list.isHidden()
    assert panel.filter.isHidden()


def test_what_is_selected_and_not_tagged_is_listed_to_be_labelled_or_tagged(window):
    window.session.set_tags(None)
    window.session.set_selection({5, 3}, "lasso")
    panel = window.tags_panel
    assert panel.scope.text() == "0 tagged of 2 passages selected (lasso)"
    assert shown(panel) == [3, 5]
    assert [row.tag for row in panel.list.rows.rows] == [None, None]
    assert panel.tag_selected.isVisible()


def test_rows_of_a_selection_are_found_among_the_tags():
    assert rows_in(fakes.tags(), frozenset({2, 8, 99})).tolist() == [1, 7]
    assert rows_in(fakes.tags(), frozenset()).tolist() == list(range(8))
    assert rows_in(None, frozenset({1})).tolist() == []


def test_in_a_low_panel_the_list_keeps_room_and_the_rest_goes(window):
    window.session.set_taggers([info(report=report(((1.0, 0.8), (0.5, 0.9))))])
    panel = window.tags_panel
    panel.resize(300, 700)
    assert panel.threshold.isVisible()
    assert panel.filter.isVisible()
    panel.resize(300, 180)
    assert not panel.threshold.isVisible()
    assert not panel.filter.isVisible()
    assert panel.list.height() >= 2 * panel.list.visualRect(panel.list.rows.index(0, 0)).height()
    panel.resize(300, 700)
    assert panel.threshold.isVisible()


def test_thirty_long_labels_take_no_more_than_two_lines(window):
    window.session.set_tagger("themes")
    window.session.set_tags(themes())
    panel = window.tags_panel
    panel.resize(360, 700)
    line = panel.filter.chips[1].sizeHint().height()
    assert panel.filter.height() <= 2 * line + 4
    assert not panel.filter.more.isHidden()
    panel.filter.menu.aboutToShow.emit()
    hidden = [chip for chip in panel.filter.chips if chip.isHidden() and chip.wanted]
    assert len(panel.filter.menu.actions()) == len(hidden) > 0
    panel.filter.menu.actions()[-1].trigger()
    assert panel.filter.key == label_key(21)
    assert shown(panel) == [8]
    assert panel.filter.more.isChecked()
    assert not panel.grab().isNull()  # drawn with names that have no room, in every state


def test_a_tagger_that_cannot_tag_yet_has_its_teaching_in_place_of_the_line(window):
    window.session.set_taggers([info(), info(name="mine", labels=("good", "bad"), taught=False)])
    window.session.set_tagger("mine")
    panel = window.tags_panel
    assert panel.typed.isHidden()
    assert panel.teaching.isVisible()
    assert panel.hint.text.text() == "Read passages and label them with the keys 1 … 2."


def test_a_tagger_that_told_nothing_yet_has_no_threshold(window):
    panel = window.tags_panel
    panel.resize(400, 900)
    assert panel.threshold.isVisible()
    given = np.eye(3, dtype=np.int8)[np.zeros(8, int)]
    nothing = np.zeros((8, 3), np.float32)
    window.session.set_tags(replace(fakes.tags(), probabilities=nothing, given=given))
    assert not panel.threshold.isVisible()


def test_a_row_says_what_the_passage_says_even_where_that_is_its_title():
    passage = fakes.passages()[0]
    whole = replace(passage, title="How do I\tpay?", text="How do I\tpay?")
    titled = replace(passage, title="Paying", text="Paying\n\nHow do I pay?")
    assert [TagRow(one, None).text for one in (whole, titled)] == ["How do I pay?"] * 2


def test_what_is_offered_to_be_labelled_begins_with_the_least_sure(window, link):
    link.answers["least_sure"] = (2, 5)
    window.tag_commands.show_least_sure()
    assert window.tags_panel.order.order == "least sure"
    assert shown(window.tags_panel) == [2, 5]
