"""The list of documents: pages as one scrolls, reading, and documents as the selection."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt

from engine.records import DocumentRow
from gui.corpus.document_list import PAGE, on_map
from tests.gui import fakes
from tests.gui.fakes import FakeLink


def many(n: int) -> list[DocumentRow]:
    return [DocumentRow(number, f"{number}.txt", "", "", "txt", 1) for number in range(1, n + 1)]


def choose(documents, *rows: int) -> None:
    for row in rows:
        flag = QItemSelectionModel.SelectionFlag.Select
        documents.selectionModel().select(documents.rows.index(row, 0), flag)


@pytest.fixture
def documents(window):
    return window.corpus_panel.documents


def test_the_documents_of_the_open_corpus_are_listed(qtmodeltester, documents):
    assert [row.title for row in documents.rows.rows[:2]] == ["Harbour notes.md", "Bakery letters.docx"]
    assert documents.rows.index(0, 0).data(Qt.ItemDataRole.ToolTipRole) == (
        "Harbour notes.md\n/home/ada/Documents/town/Harbour notes.md\nMarkdown, 2 passages"
    )
    qtmodeltester.check(documents.rows)


def test_a_long_list_comes_in_pages_as_it_is_scrolled(qtbot, opened, settings):
    link = FakeLink()
    rows = many(PAGE + 30)
    link.answers["documents"] = lambda _name, offset, limit: rows[offset : offset + limit]
    window = opened(link)
    window.show()
    window.start()
    documents = window.corpus_panel.documents
    assert len(documents.rows.rows) == PAGE
    documents.scrollToBottom()
    qtbot.waitUntil(lambda: len(documents.rows.rows) == PAGE + 30)
    documents.scrollToBottom()
    assert documents.rows.rows == rows


def test_without_a_corpus_no_documents_are_asked_for(window, link):
    link.answers["corpora"] = []
    window.commands.refresh()
    link.calls.clear()
    window.corpus_panel.documents.rows.expect_more()
    window.corpus_panel.documents.rows.fetchMore(QModelIndex())

    assert window.session.corpus is None
    assert link.asked("documents") == []


def test_enter_and_a_double_click_read_a_document_from_its_beginning(qtbot, window, documents):
    documents.setCurrentIndex(documents.rows.index(1, 0))
    qtbot.keyClick(documents, Qt.Key.Key_Return)
    assert window.session.current == 3
    place = documents.visualRect(documents.rows.index(0, 0)).center()
    qtbot.mouseClick(documents.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(documents.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window.session.current == 1
    assert window.reader_panel.heading.text() == "Harbour notes.md"


def test_chosen_documents_become_the_selection(window, documents):
    action = window.actions_table["select_documents"]
    assert not action.isEnabled()
    choose(documents, 0, 1)
    assert action.isEnabled()
    action.trigger()
    assert window.session.selection == {1, 2, 3, 4}
    assert window.session.selection_origin == "2 documents"


def test_what_is_on_the_map_as_a_whole_is_not_asked_for():
    data = replace(
        fakes.map_data(5),
        passage_ids=np.array([10, 11, 12, 13, 14]),
        document_ids=np.array([1, 1, 2, 3, 3]),
    )
    rows = [
        DocumentRow(1, "a", "", "", "txt", 2),
        DocumentRow(2, "b", "", "", "txt", 4),
        DocumentRow(3, "c", "", "", "txt", 2),
        DocumentRow(4, "d", "", "", "txt", 1),
    ]
    found, unknown = on_map(rows, data)
    assert found == {10, 11, 13, 14}
    assert unknown == [rows[1], rows[3]]
    assert on_map(rows, None) == (set(), rows)


def test_documents_asked_for_when_another_corpus_opens_select_nothing(window, link, documents):
    window.session.set_map(None)
    choose(documents, 0)
    del link.answers["document"]
    handlers = []
    link.call = lambda method, *_args, on_done=None, **_more: handlers.append((method, on_done))
    documents.select_passages()
    window.session.set_corpus(fakes.corpus("Recipes"))
    next(on_done for method, on_done in handlers if method == "document")(fakes.document_view(1))
    assert window.session.selection == frozenset()


def test_documents_that_come_in_during_a_load_are_added_below(window, link, documents):
    rows = documents.rows.rows
    window.actions_table["update_corpus"].trigger()
    link.answers["documents"] = lambda _name, offset, _limit: (rows + many(3))[offset:]
    before = list(rows)
    window.session.set_corpus(fakes.corpus(documents=1207))
    documents.rows.fetchMore()
    assert documents.rows.rows[: len(before)] == before
    assert len(documents.rows.rows) == len(before) + 3
