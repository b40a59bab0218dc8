"""Reading: the right document, the passage in view, and long texts without a freeze."""

from PySide6.QtGui import QColor

from gui.reading import REACH, Reading
from gui.text_offsets import qt_offset, shown, window


def marked(reading: Reading) -> list[str]:
    return [selection.cursor.selectedText() for selection in reading.extraSelections()]


def ground_of_mark(reading: Reading) -> QColor:
    selection = reading.extraSelections()[0]
    return QColor(selection.format.background().color())


def test_the_current_passage_is_marked_in_its_document(window):
    window.session.set_current(2)
    panel = window.reader_panel
    assert panel.heading.text() == "Harbour notes.md"
    assert panel.where.text() == "§ Storms · passage 2 of 2"
    assert marked(panel.text)[0].startswith("When the wind turns")
    assert panel.text.toPlainText().startswith("The first ferry leaves")


def test_the_words_of_the_query_are_marked_too(window):
    window.search_panel.query.setText("warm")
    window.search_panel.search()
    window.session.set_current(1)
    assert marked(window.reader_panel.text)[1:] == ["warm"]


def test_next_passage_reads_on_and_stops_at_the_end(window, link):
    window.session.set_current(1)
    window.actions_table["next_passage"].trigger()
    assert window.session.current == 2
    window.actions_table["next_passage"].trigger()
    assert window.session.current == 2
    assert len(link.asked("document")) == 1


def test_cluster_and_tag_of_the_passage_are_named(window):
    window.session.set_current(3)
    names = {cluster.name for cluster in window.session.map.clusters} | {"No cluster"}
    assert window.reader_panel.cluster.text() in names
    assert window.reader_panel.tag.text() == "negative, 90 %"


def test_nearest_passages_are_asked_for_when_they_are_wanted(window, link):
    window.session.set_current(3)
    assert link.asked("neighbours") == []
    window.reader_panel.fold.setChecked(True)
    assert link.asked("neighbours") == [(("Town papers", 3), {"k": 8})]
    assert window.reader_panel.neighbours.rowCount() == 7


def test_opening_an_original_that_is_gone_is_an_error_in_the_bar(window):
    window.session.set_current(3)
    window.actions_table["open_original"].trigger()
    assert window.notices.sentence.startswith(
        "The file /home/ada/Documents/town/Bakery letters.docx is no longer"
    )


def test_without_a_current_passage_the_panel_says_what_to_do(window):
    assert window.reader_panel.state is window.reader_panel.empty
    window.session.set_current(3)
    assert window.reader_panel.state is None
    window.session.set_current(0)
    assert window.reader_panel.state is window.reader_panel.empty


def test_marks_stand_right_after_characters_beyond_the_first_plane(qtbot):
    reading = Reading()
    qtbot.addWidget(reading)
    text = "😀😀 one\r\ntwo 😀 three\x00four"
    start = text.index("three")
    reading.show_passage(text, start, start + 5)
    assert marked(reading) == ["three"]


def test_of_a_long_document_only_a_part_is_laid_out_and_more_comes_on_request(qtbot):
    reading = Reading()
    qtbot.addWidget(reading)
    line = "0123456789 " * 9 + "\n"
    text = line * 20_000
    start = len(line) * 10_000
    reading.show_passage(text, start, start + 50)
    assert marked(reading) == [text[start : start + 50]]
    laid_out = len(reading.toPlainText())
    assert 2 * REACH - 4000 < laid_out < 2 * REACH + 500
    reading.anchorClicked.emit("after")
    assert len(reading.toPlainText()) > laid_out + REACH
    assert marked(reading) == [text[start : start + 50]]


def test_a_text_keeps_its_length_when_made_safe_to_show():
    text = "a\r\nb\rc\x00d\u2029e"
    assert shown(text) == "a \nb\nc d\ne"
    assert len(shown(text)) == len(text)


def test_offsets_count_characters_beyond_the_first_plane_twice():
    assert [qt_offset("a😀b", index) for index in range(4)] == [0, 1, 3, 4]


def test_the_window_over_a_text_is_cut_at_line_ends():
    text = "\n".join(f"line {number:04}" for number in range(1000))
    start = text.index("line 0500")
    left, right = window(text, start, start + 9, 95)
    assert text[left:right].splitlines()[0] == "line 0491"
    assert text[left:right].splitlines()[-1] == "line 0509"
    assert window("short", 1, 3, 100) == (0, 5)


def test_the_mark_follows_the_theme(window):
    window.session.set_current(3)
    light = ground_of_mark(window.reader_panel.text)
    window.theme.apply("dark")
    dark = ground_of_mark(window.reader_panel.text)
    window.theme.apply("light")
    assert light == QColor("#fff6d9")
    assert dark != light
