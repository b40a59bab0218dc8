"""The documents of the open corpus: read one, or make the passages of several the selection."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListView

from engine.map.records import MapData
from engine.records import CorpusInfo, DocumentRow, DocumentView
from gui.actions import Actions
from gui.engine_link import EngineLink
from gui.jobs import loading
from gui.row_delegate import RowDelegate
from gui.session import Session
from gui.tables import Column, Records
from gui.wording import count, format_name

PAGE = 200
"""Documents asked for at a time, as the list is scrolled."""


class DocumentList(QListView):
    """Shows the documents in the order they were loaded. Enter or a double click reads one."""

    chosen_changed = Signal()

    def __init__(self, link: EngineLink, session: Session, actions: Actions) -> None:
        super().__init__()
        self._link = link
        self._session = session
        self._shown: CorpusInfo | None = None
        self._wish = 0
        self.rows: Records[DocumentRow] = Records((Column("Document", _title, tip=_tip),), self)
        self.rows.more = self._fetch
        self.setModel(self.rows)
        self.setAccessibleName("Documents")
        self.setItemDelegate(RowDelegate(self, _aside))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.addAction(actions["select_documents"])
        self.doubleClicked.connect(self._read)
        self.selectionModel().selectionChanged.connect(self.chosen_changed)
        session.corpus_changed.connect(self._show)
        session.corpus_info_changed.connect(self._on_info)
        self._show()

    @property
    def any_chosen(self) -> bool:
        """Say whether a row is chosen."""
        return self.selectionModel().hasSelection()

    def chosen(self) -> list[DocumentRow]:
        """Return the documents whose rows are chosen."""
        places = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self.rows.rows[place] for place in places]

    def select_passages(self) -> None:
        """Make the passages of the chosen documents the selection; what the map does not tell is asked for."""
        rows = self.chosen()
        if not rows:
            return
        self._wish += 1
        found, unknown = on_map(rows, self._session.map)
        origin = count(len(rows), "document")
        gathering = _Gathering(found, {row.id for row in unknown}, origin, self._wish)
        if not unknown:
            self._session.set_selection(found, origin)
        for row in unknown:
            self._link.call(
                "document",
                self._session.corpus_name,
                row.id,
                on_done=partial(self._gather, gathering, row.id),
            )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Read by Enter."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._read(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _show(self) -> None:
        self._wish += 1  # whatever was being gathered belongs to another corpus
        self._shown = self._session.corpus
        self.rows.show(())
        if self._shown is not None and self._shown.documents:
            self.rows.fetchMore()
        self.chosen_changed.emit()

    def _on_info(self) -> None:
        """Show new documents: while they come in, those after the last; after a load, all anew."""
        if self._session.corpus == self._shown:
            return
        if loading(self._link.jobs) and self.rows.rows:
            self._shown = self._session.corpus
            self.rows.expect_more()
        else:
            self._show()

    def _fetch(self, offset: int) -> None:
        name = self._session.corpus_name
        if not name:  # the view asks for more rows by itself
            return
        on_done = partial(self._on_page, name)
        self._link.call("documents", name, offset, PAGE, on_done=on_done, replaces="documents")

    def _on_page(self, name: str, rows: list[DocumentRow]) -> None:
        if name == self._session.corpus_name:
            self.rows.append(rows)

    def _read(self, index: QModelIndex) -> None:
        if index.isValid():
            self._link.call(
                "document",
                self._session.corpus_name,
                self.rows.rows[index.row()].id,
                on_done=self._on_read,
                replaces="document to read",
            )

    def _on_read(self, view: DocumentView) -> None:
        if view.passages:
            self._session.set_current(view.passages[0].id)

    def _gather(self, gathering: "_Gathering", document_id: int, view: DocumentView) -> None:
        if gathering.wish != self._wish:
            return
        gathering.awaited.discard(document_id)
        gathering.found.update(passage.id for passage in view.passages)
        if not gathering.awaited:
            self._session.set_selection(gathering.found, gathering.origin)


@dataclass
class _Gathering:
    """The passages of a selection while the documents that hold the last of them are awaited."""

    found: set[int]
    awaited: set[int]
    origin: str
    wish: int


def on_map(rows: Sequence[DocumentRow], data: MapData | None) -> tuple[set[int], list[DocumentRow]]:
    """Return the passage ids of documents that are on the map as a whole, and the other documents."""
    if data is None:
        return set(), list(rows)
    of_these = np.isin(data.document_ids, np.array([row.id for row in rows], np.int64))
    ids, counts = np.unique(data.document_ids[of_these], return_counts=True)
    drawn = dict(zip(ids.tolist(), counts.tolist(), strict=True))
    unknown = [row for row in rows if drawn.get(row.id, 0) != row.passages]
    left_out = np.array([row.id for row in unknown], np.int64)
    whole = of_these & ~np.isin(data.document_ids, left_out)
    return set(data.passage_ids[whole].tolist()), unknown


def _title(row: DocumentRow) -> str:
    return row.title or row.key


def _aside(row: DocumentRow) -> str:
    return f"{row.format} · {row.passages:,}"


def _tip(row: DocumentRow) -> str:
    told = f"{format_name(row.format)}, {count(row.passages, 'passage')}"
    return "\n".join(line for line in (_title(row), row.path, told) if line)
