"""Reading: the right document, the passage in view, and long texts without a freeze."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from engine.records import DocumentHits
from gui.chip import Chip
from gui.palette import glow_colour
from gui.reader.reading import MOST, REACH, Reading
from gui.text_offsets import qt_offset, shown, window
from gui.theme import LIGHT
from tests.gui import fakes


def marked(reading: Reading) -> list[str]:
    return [selection.cursor.selectedText() for selection in reading.extraSelections()]


def ground_of_mark(reading: Reading) -> QColor:
    selection = reading.extraSelections()[0]
    return QColor(selection.format.background().color())


def test_the_current_passage_is_marked_in_its_document(window):
    window.session.set_current(2)
    panel = window.reader_panel
    assert panel.heading.text() == "Harbour notes.md"
    assert panel.head.where.text() == "§ Storms · passage 2 of 2"
    assert marked(panel.text)[0].startswith("When the wind turns")
    assert panel.text.toPlainText().startswith("The first ferry leaves")


def test_the_words_of_the_query_and_the_other_hits_are_marked_too(window):
    window.session.set_result(fakes.result())
    window.session.set_current(1)
    first, other, *words = marked(window.reader_panel.text)
    assert first == fakes.TEXTS[0][4]
    assert other == fakes.TEXTS[1][4]
    assert words == ["warm"]


def test_another_search_marks_the_text_that_is_being_read_anew(window):
    window.session.set_current(1)
    assert len(marked(window.reader_panel.text)) == 1
    window.session.set_result(fakes.result())
    assert marked(window.reader_panel.text)[1:] == [fakes.TEXTS[1][4], "warm"]
    assert window.reader_panel.head.where.text().startswith("hit 2 of 5 · ")
    window.session.set_result(None)
    assert marked(window.reader_panel.text) == [fakes.TEXTS[0][4]]
    assert window.reader_panel.head.where.text() == "§ Ferries · passage 1 of 2"


def test_a_word_is_marked_as_a_whole_and_not_within_another(qtbot):
    reading = Reading()
    qtbot.addWidget(reading)
    reading.show_passage("A warm day, warmth, WARM.", 0, 25, ("warm",))
    assert marked(reading)[1:] == ["warm", "WARM"]


def test_in_a_script_without_spaces_words_are_marked_within_a_run(qtbot):
    reading = Reading()
    qtbot.addWidget(reading)
    reading.show_passage("第一班渡轮六点出发。", 0, 10, ("渡轮",))
    assert marked(reading)[1:] == ["渡轮"]


def test_n_and_p_walk_from_hit_to_hit_from_within_the_text(qtbot, window):
    window.session.set_result(fakes.result())
    window.session.set_current(4)
    text = window.reader_panel.text
    qtbot.keyClick(text, Qt.Key.Key_N)
    assert window.session.current == 1
    assert window.reader_panel.head.where.text() == "hit 2 of 5 · § Ferries · passage 1 of 2"
    qtbot.keyClick(text, Qt.Key.Key_N)
    qtbot.keyClick(text, Qt.Key.Key_N)
    assert window.session.current == 6
    qtbot.keyClick(text, Qt.Key.Key_P)
    assert window.session.current == 2


def test_with_shift_they_stay_in_the_document_and_come_round(qtbot, window):
    window.session.set_result(fakes.result())
    window.session.set_current(1)
    assert [hit.id for hit in window.reader_panel.hits_here] == [1, 2]
    text = window.reader_panel.text
    for expected in (2, 1, 2):
        qtbot.keyClick(text, Qt.Key.Key_N, Qt.KeyboardModifier.ShiftModifier)
        assert window.session.current == expected
    qtbot.keyClick(text, Qt.Key.Key_P, Qt.KeyboardModifier.ShiftModifier)
    assert window.session.current == 1


def test_the_actions_within_a_document_need_two_hits_in_it(window):
    window.session.set_result(fakes.result())
    window.session.set_current(4)
    assert not window.actions_table["next_hit_here"].isEnabled()
    window.session.set_current(1)
    assert window.actions_table["next_hit_here"].isEnabled()
    window.actions_table["next_hit_here"].trigger()
    assert window.session.current == 2


def test_from_a_passage_between_two_hits_the_next_one_is_found(window):
    only_second = replace(
        fakes.result(), documents=(DocumentHits(1, 0.3, (fakes.result().documents[1].hits[1],)),)
    )
    window.session.set_result(only_second)
    window.session.set_current(1)
    assert window.reader_panel.head.where.text() == "§ Ferries · passage 1 of 2"
    window.reader_panel.next_hit_here()
    assert window.session.current == 2
    window.reader_panel.next_hit_here()
    assert window.session.current == 2


def test_the_strip_shows_where_the_hits_are_and_a_click_reads_the_nearest(qtbot, window):
    window.session.set_result(fakes.result())
    window.session.set_current(1)
    strip = window.reader_panel.strip
    first, second = strip.places()
    text = window.reader_panel.view.document.text
    assert first.top() == 0
    assert second.top() == pytest.approx((strip.height() - 4) * text.index("When the wind") / len(text))
    qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(5, strip.height() - 2))
    assert window.session.current == 2
    window.session.set_result(None)
    assert strip.isHidden()


def test_bars_beside_the_text_tell_the_passage_from_the_other_hits(window):
    window.session.set_result(fakes.result())
    window.session.set_current(1)
    reading = window.reader_panel.text
    QApplication.processEvents()
    picture = reading.viewport().grab().toImage()
    column = [picture.pixelColor(6, y).name() for y in range(picture.height())]
    assert LIGHT.accent in column
    assert glow_colour(False) in column
    assert column.index(LIGHT.accent) < column.index(glow_colour(False))


def test_a_passage_that_has_gone_meanwhile_is_said_to_be_gone(window, link):
    window.session.set_current(1)
    window.session.set_current(99)
    panel = window.reader_panel
    assert panel.state is panel.gone
    assert panel.gone.title.text() == "This passage is no longer in the corpus"
    assert panel.passage is None
    window.session.set_current(2)
    assert panel.state is None


def test_a_document_that_was_split_anew_meanwhile_is_asked_for_again(window, link):
    window.session.set_current(1)
    link.answers["document"] = lambda _name, _id: replace(
        fakes.document_view(1), passages=fakes.passages()[:1]
    )
    window.session.corpus_info_changed.emit()
    window.session.set_current(2)
    assert window.reader_panel.state is window.reader_panel.gone


def test_an_answer_that_comes_too_late_is_not_shown(window, link):
    window.session.set_current(1)
    panel = window.reader_panel
    panel._on_passages(4, [fakes.passages()[3]])
    panel._on_document(4, fakes.document_view(3))
    assert panel.passage.id == 1


def test_an_empty_document_and_one_from_right_to_left_are_shown(qtbot):
    reading = Reading()
    qtbot.addWidget(reading)
    reading.show()
    reading.show_passage("", 0, 0, ("word",), [(0, 0)])
    assert reading.toPlainText() == ""
    text = "שלום עולם. זהו מסמך."
    reading.show_passage(text, 0, 10, ("עולם",))
    QApplication.processEvents()
    assert marked(reading) == [text[:10], "עולם"]


def test_words_stand_right_after_many_wide_characters_and_not_too_many_are_marked(qtbot):
    reading = Reading()
    qtbot.addWidget(reading)
    text = "😀 word " * 3000
    reading.show_passage(text, 0, len(text), ("word",))
    assert marked(reading)[1:] == ["word"] * MOST


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
    assert window.reader_panel.head.cluster_chip.said in names
    assert window.reader_panel.head.tag_chip.said == "negative, 90 %"


def test_nearest_passages_are_asked_for_when_they_are_wanted(window, link):
    window.session.set_current(3)
    assert link.asked("neighbours") == []
    window.reader_panel.neighbours.fold.setChecked(True)
    assert link.asked("neighbours") == [(("Town papers", 3), {"k": 8})]
    assert window.reader_panel.neighbours.list.rows.rowCount() == 7
    first = window.reader_panel.neighbours.list.rows.index(0, 0).data()
    assert first == f"Harbour notes.md  ·  § Ferries, cosine 0.80: {fakes.TEXTS[0][4]}"


def test_enter_and_a_click_read_a_neighbour(qtbot, window):
    window.session.set_current(3)
    window.reader_panel.neighbours.fold.setChecked(True)
    nearest = window.reader_panel.neighbours.list
    nearest.setCurrentIndex(window.reader_panel.neighbours.list.rows.index(1, 0))
    qtbot.keyClick(nearest, Qt.Key.Key_Return)
    assert window.session.current == 2
    place = nearest.visualRect(window.reader_panel.neighbours.list.rows.index(1, 0)).center()
    qtbot.mouseClick(nearest.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window.session.current == 3


def test_passages_like_this_are_searched_in_the_query_line(qtbot, window, link):
    window.session.set_current(3)
    window.reader_panel.neighbours.fold.setChecked(True)
    qtbot.mouseClick(window.reader_panel.neighbours.like, Qt.MouseButton.LeftButton)
    assert window.search_panel.query.text() == "like:3"
    assert link.asked("search")[-1][0] == ("Town papers", "like:3")


def test_the_menu_of_the_cluster_opens_from_its_chip_by_keyboard(qtbot, window):
    data = window.session.map
    ids = data.cluster_ids.copy()
    ids[3], ids[5] = 2, -1
    window.session.set_map(replace(data, cluster_ids=ids))
    window.session.set_current(4)
    panel = window.reader_panel
    qtbot.keyClick(panel.head.cluster_chip, Qt.Key.Key_Space)
    assert panel.head.menu.isVisible()
    assert panel.head.menu.cluster == data.clusters[2]
    panel.head.menu.close()
    window.session.set_current(6)
    qtbot.keyClick(panel.head.cluster_chip, Qt.Key.Key_Space)
    assert not panel.head.menu.isVisible()


def test_a_chip_gives_way_only_where_it_may(qtbot):
    long, short = Chip(gives_way=True), Chip()
    for chip in (long, short):
        qtbot.addWidget(chip)
        chip.say("interpolation of tide gauges & stations", "Cluster", "#ff0000")
    assert long.minimumSizeHint().width() < long.sizeHint().width() / 2
    assert short.minimumSizeHint() == short.sizeHint()
    assert long.shortcut().isEmpty()


def test_a_note_on_opening_stands_in_the_bar(window):
    window.reader_panel.noted.emit("Its program cannot be told the page: go to page 14 there.")
    assert window.notices.sentence == "Its program cannot be told the page: go to page 14 there."


def test_the_tip_of_opening_names_the_page(window):
    window.session.set_current(5)
    assert "page" in window.actions_table["open_original"].toolTip()
    assert window.actions_table["open_original"].toolTip().endswith("(Ctrl+E)")


def test_a_cluster_is_selected_from_its_chip(window):
    session, panel = window.session, window.reader_panel
    session.set_current(4)
    cluster = session.map.clusters[2]
    panel.head.menu.cluster = cluster
    panel.head.menu.select_action.trigger()
    assert len(session.selection) == cluster.size
    assert session.selection_origin == f"cluster {cluster.name}"


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


def test_the_passage_stays_in_view_when_the_text_gets_less_room_unless_somebody_scrolled(qtbot):
    reading = Reading()
    qtbot.addWidget(reading)
    reading.resize(500, 400)
    reading.show()
    text = "\n".join(
        f"{number} lorem ipsum dolor sit amet consectetur adipiscing elit" for number in range(300)
    )
    start = text.index("200 lorem")
    reading.show_passage(text, start, start + 9)

    def top() -> int:
        cursor = reading._cursor(start, start)
        return reading.cursorRect(cursor).top()

    qtbot.waitUntil(lambda: 0 < top() < 100)
    reading.resize(180, 200)
    qtbot.waitUntil(lambda: 0 < top() < 60)
    reading.verticalScrollBar().setValue(0)
    reading.resize(500, 400)
    QApplication.processEvents()
    assert top() > 400


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


def test_hits_are_counted_as_the_list_counts_them_without_those_below_chance(window):
    window.session.set_result(fakes.calibrated())  # three documents are above chance, with four hits
    window.session.set_current(6)
    assert window.reader_panel.head.where.text().startswith("hit 4 of 4 · ")
    window.session.set_current(5)
    assert window.reader_panel.head.where.text() == "page 14 · passage 1 of 1"
