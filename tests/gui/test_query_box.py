"""The query line with its chips, filters, completion, history and help: one thing in several forms."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from engine.records import Condition, Facets
from gui.search.facets import begun, columns, completions, groups
from gui.search.query_box import QueryBox
from gui.search.query_line import History
from gui.theme import GAP
from tests.gui import fakes


@pytest.fixture
def box(window) -> QueryBox:
    return window.search_panel.box


def chips(box: QueryBox) -> list[tuple[str, str]]:
    return [(chip.piece.kind, chip.said) for chip in box.chips.chips]


def names(box: QueryBox) -> list[str]:
    return [row.text for row in box.filters.rows.rows]


def choose(qtbot, box: QueryBox, text: str, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    number = names(box).index(text)
    box.filters.list.setCurrentIndex(box.filters.rows.index(number, 0))
    qtbot.keyClick(box.filters.line, Qt.Key.Key_Return, modifier)


def test_plain_words_need_no_chip_and_all_that_says_more_has_one(box):
    box.line.setText("warm bread")
    assert box.chips.isHidden()
    box.line.setText('warm "rye loaf" -burnt type:pdf')
    assert chips(box) == [("phrase", "“rye loaf”"), ("without", "burnt"), ("condition", "type: pdf")]
    assert box.chips.isVisible()
    box.line.setText("1.5 storm - sea")
    assert chips(box) == [("text", "1.5 × storm"), ("text", "− sea")]


def test_a_metadata_column_of_the_corpus_is_understood_as_a_filter(box):
    box.line.setText("bread author:Grace")
    assert chips(box) == [("condition", "author: Grace")]
    box.line.setText("bread colour:red")
    assert chips(box) == []


def test_a_passage_that_is_asked_for_by_its_number_is_shown_by_its_name(window, box, link):
    window.search_panel.ask("like:2")
    assert chips(box) == [("like", "like Harbour notes.md § Storms")]
    box.line.setText("like:2 -burnt")
    assert chips(box)[0] == ("like", "like Harbour notes.md § Storms")
    window.search_panel.search()
    assert [args[1] for args, _ in link.asked("passages")].count([2]) == 1


def test_delete_on_a_chip_takes_its_words_out_of_the_line_and_searches(qtbot, box, link):
    box.line.setText("warm type:pdf label:positive")
    box.chips.chips[0].setFocus()
    qtbot.keyClick(box.chips.chips[0], Qt.Key.Key_Delete)
    assert box.line.text() == "warm label:positive"
    assert link.asked("search")[-1][0] == ("Town papers", "warm label:positive")
    assert box.chips.chips[0].hasFocus()
    qtbot.keyClick(box.chips.chips[0], Qt.Key.Key_Backspace)
    assert box.line.text() == "warm"
    assert box.line.hasFocus()


def test_the_cross_of_a_chip_takes_it_out_and_its_words_select_themselves_in_the_line(qtbot, box):
    box.line.setText("warm type:pdf")
    chip = box.chips.chips[0]
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton, pos=QPoint(12, chip.height() // 2))
    assert box.line.selectedText() == "type:pdf"
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton, pos=QPoint(chip.width() - 12, chip.height() // 2))
    assert box.line.text() == "warm"


def test_arrows_go_from_chip_to_chip(qtbot, box):
    box.line.setText("warm type:pdf -burnt")
    box.chips.chips[0].setFocus()
    qtbot.keyClick(box.chips.chips[0], Qt.Key.Key_Right)
    assert box.chips.chips[1].hasFocus()
    qtbot.keyClick(box.chips.chips[1], Qt.Key.Key_Right)
    assert box.chips.chips[0].hasFocus()


def test_undo_in_the_line_brings_back_what_a_chip_took_out(qtbot, box):
    box.line.setText("warm type:pdf")
    qtbot.keyClick(box.chips.chips[0], Qt.Key.Key_Backspace)
    box.line.undo()
    assert box.line.text() == "warm type:pdf"


def test_a_filter_goes_into_the_line_as_words_and_out_again(qtbot, box, link):
    box.line.setText("warm")
    box.show_filters()
    choose(qtbot, box, "PDF (pdf)")
    assert box.line.text() == "warm type:pdf"
    assert link.asked("search")[-1][0] == ("Town papers", "warm type:pdf")
    assert [row.text for row in box.filters.rows.rows if row.state == "wanted"] == ["PDF (pdf)"]
    choose(qtbot, box, "negative", Qt.KeyboardModifier.ShiftModifier)
    assert box.line.text() == "warm type:pdf -label:negative"
    assert [row.text for row in box.filters.rows.rows if row.state == "excluded"] == ["negative"]
    choose(qtbot, box, "PDF (pdf)")
    choose(qtbot, box, "negative")
    assert box.line.text() == "warm"
    assert box.filters.isVisible()
    box.filters.close()


def test_the_filter_menu_shows_the_commonest_and_finds_the_rest(qtbot, box):
    box.show_filters()
    folders = names(box)[names(box).index("Folder") + 1 :]
    assert folders[:6] == [
        "letters", "letters/grandmother to her many grandchildren", "harbour", "town hall", "scans", "2 more",
    ]  # fmt: skip
    choose(qtbot, box, "2 more")
    assert "scans/2020" in names(box)
    qtbot.keyClicks(box.filters.line, "grandm")
    assert names(box) == ["Folder", "letters/grandmother to her many grandchildren"]
    qtbot.keyClick(box.filters.line, Qt.Key.Key_Return)
    assert box.understood.conditions == (
        Condition("folder", "letters/grandmother to her many grandchildren"),
    )
    box.filters.close()


def test_a_range_of_dates_stands_in_the_line_once(qtbot, box):
    box.line.setText("warm")
    box.show_filters()
    box.filters.first.setText("2020")
    box.filters.last.setText("2022-06")
    box.filters.last.editingFinished.emit()
    assert box.line.text() == "warm date:2020..2022-06"
    box.filters.last.setText("2021")
    box.filters.last.editingFinished.emit()
    assert box.line.text() == "warm date:2020..2021"
    box.filters.last.setText("20x1")
    box.filters.last.editingFinished.emit()
    assert "“20x1” is no date" in box.filters.hint.text()
    assert box.line.text() == "warm date:2020..2021"
    box.filters.last.setText("2019-05")
    box.filters.last.editingFinished.emit()
    assert box.line.text() == "warm date:2019-05..2020"
    box.filters.first.setText("2020")
    box.filters.last.clear()
    box.filters.last.editingFinished.emit()
    assert box.line.text() == "warm date:2020.."
    box.filters.first.clear()
    box.filters.last.clear()
    box.filters.last.editingFinished.emit()
    assert box.line.text() == "warm"
    box.filters.close()


def test_values_are_offered_after_a_field_and_taken_with_down_and_enter(qtbot, box, link):
    box.line.setFocus()
    qtbot.keyClicks(box.line, "warm -folder:lett")
    assert box.line.completing()
    popup = box.line._completer.popup()
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert box.line.text().strip() == 'warm -folder:"letters/grandmother to her many grandchildren"'
    assert not box.line.completing()


def test_enter_without_a_choice_searches_for_what_was_typed(qtbot, box, link):
    box.line.setFocus()
    qtbot.keyClicks(box.line, "warm folder:lett")
    assert box.line.completing()
    qtbot.keyClick(box.line._completer.popup(), Qt.Key.Key_Return)
    assert box.line.text() == "warm folder:lett"
    assert link.asked("search")[-1][0] == ("Town papers", "warm folder:lett")


def test_a_value_that_is_half_typed_is_not_searched_by_a_pause(qtbot, box, link):
    box.line.setFocus()
    qtbot.keyClicks(box.line, "warm folder:lett")
    qtbot.waitUntil(lambda: not box.window().search_panel._pause.isActive())
    assert link.asked("search") == []
    qtbot.keyClicks(box.line, "ers")
    qtbot.waitUntil(lambda: len(link.asked("search")) == 1)
    box.line._completer.popup().hide()


def test_what_is_begun_before_the_cursor():
    assert begun("warm folder:let").value == "let"
    word = begun('warm -author:"Ada L')
    assert (word.start, word.field, word.value, word.excluded) == (5, "author", "Ada L", True)
    assert begun('"written by":Ada').field == "written by"
    assert begun("warm folder:letters ") is None
    assert begun("warm bread") is None
    assert begun('author:"Ada"') is None


def test_choices_come_under_headings_and_complete_from_their_beginning_first():
    assert [heading for heading, _ in groups(fakes.facets())] == [
        "Type", "Folder", "Label", "Cluster", "author", "rating",
    ]  # fmt: skip
    assert groups(Facets()) == []
    assert columns(fakes.facets()) == ("author", "rating")
    found = completions(begun("folder:s"), fakes.facets())
    assert [choice.value for choice in found][:3] == ["scans", "scans/2019", "scans/2020"]
    assert "letters" in [choice.value for choice in found]
    assert [choice.value for choice in completions(begun("type:mark"), fakes.facets())] == ["md"]


def test_up_recalls_earlier_queries_and_escape_brings_back_what_was_being_typed(qtbot, box, link):
    for query in ("tides", "bread"):
        box.line.setText(query)
        qtbot.keyClick(box.line, Qt.Key.Key_Return)
    box.line.setText("half a thou")
    qtbot.keyClick(box.line, Qt.Key.Key_Up)
    assert box.line.text() == "bread"
    qtbot.keyClick(box.line, Qt.Key.Key_Up)
    assert box.line.text() == "tides"
    qtbot.keyClick(box.line, Qt.Key.Key_Up)
    assert box.line.text() == "tides"
    qtbot.waitUntil(lambda: link.asked("search")[-1][0] == ("Town papers", "tides"))
    qtbot.keyClick(box.line, Qt.Key.Key_Escape)
    assert box.line.text() == "half a thou"


def test_a_query_that_is_only_being_typed_out_is_not_recalled(window, box):
    for typed in ("w", "warm", "warm bread", "", "tides"):
        box.line.setText(typed)
        window.search_panel.search()
    assert box.line._history.lines == ["warm bread"]


def test_a_history_keeps_each_query_once_the_newest_last():
    history = History()
    for line in ("a", "b", " a ", "", "c"):
        history.add(line)
    assert history.lines == ["b", "a", "c"]
    assert [history.older("c"), history.older("a"), history.older("b")] == ["a", "b", None]


def test_what_is_searched_on_a_walk_through_the_history_does_not_change_its_order():
    history = History()
    for line in ("a", "b", "c"):
        history.add(line)
    assert history.older("draft") == "c"
    history.add("draft")
    history.add("c")
    assert history.older("c") == "b"
    history.add("c")
    assert history.older("b") == "a"
    assert history.draft() == "draft"
    assert history.lines == ["a", "b", "c", "draft"]


def test_an_example_of_the_help_is_tried_with_a_click(qtbot, window, box, link):
    box.line.setText("warm")
    window.search_panel.search()
    window.actions_table["query_help"].trigger()
    assert box.help.isVisible()
    example = box.help.examples[1]
    qtbot.mouseClick(example, Qt.MouseButton.LeftButton)
    assert not box.help.isVisible()
    assert box.line.text() == example.property("example")
    assert link.asked("search")[-1][0] == ("Town papers", box.line.text())
    assert box.line._history.lines[-1] == "warm"


def test_facets_are_asked_for_once_and_again_when_the_corpus_has_changed(qtbot, window, box, link):
    assert len(link.asked("facets")) == 1
    box.show_filters()
    box.filters.close()
    assert len(link.asked("facets")) == 1
    window.session.set_corpus(fakes.corpus(documents=1300))
    box.show_filters()
    box.filters.close()
    assert len(link.asked("facets")) == 2


def test_the_panel_fits_a_narrow_column_and_the_filter_button_gives_way_first(window, box):
    window.session.set_selection(range(1000), "lasso")
    box.line.setText('warm folder:"letters/grandmother to her many grandchildren"')
    assert window.search_panel.minimumSizeHint().width() <= 230
    box.filter_button.be_brief(False)
    row = box.modes.sizeHint().width() + GAP
    whole = box.filter_button.sizeHint().width()
    box.resize(row + whole, box.height())
    assert not box.filter_button.brief
    box.resize(row + whole - 1, box.height())
    assert box.filter_button.brief
    assert row + box.filter_button.sizeHint().width() <= box.width()


def test_everything_about_a_query_can_be_reached_by_tab(box):
    box.line.setText("warm type:pdf")
    QApplication.processEvents()
    for widget in (box.line, *box.chips.chips, box.filter_button):
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        assert widget.accessibleName()
