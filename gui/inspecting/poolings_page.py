"""Step 7: one text, pooled in several ways, and what each finds near it."""

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from engine.inspecting.records import Inspection, PoolingNeighbours, Trace
from engine.records import Hit
from gui.engine_link import EngineLink, Job
from gui.inspecting.asking import Asking
from gui.inspecting.cosine_matrix import CosineMatrix
from gui.inspecting.page import Page
from gui.panel import Heading, muted
from gui.session import Session
from gui.tables import Column, Records
from gui.theme import GAP

K = 5
"""Neighbours shown of each pooling."""


class PoolingsPage(Page):
    """Shows how alike the poolings' vectors are, and asks for the neighbours under each."""

    def __init__(self, link: EngineLink, session: Session | None) -> None:
        super().__init__(
            "Poolings",
            "There are several ways from a table of tokens to one vector. These are the cosines between what they make "
            "of this text: 1 is the same direction, 0 nothing in common.",
        )
        self._link = link
        self._session = session
        self._seen: Inspection | None = None
        self.passage_id = 0
        self.matrix = CosineMatrix("Cosines between poolings")
        self.asking = Asking(
            link, "Find neighbours under each", "Order the nearest passages anew by each pooling"
        )
        self.asking.asks(self._ask)
        self.note = muted()
        self.rows: Records[PoolingNeighbours] = Records(_COLUMNS, self)
        self.table = self._make_table(self.rows, "Poolings and their nearest passage")
        self.table.selectionModel().currentRowChanged.connect(self._on_row)
        self.hits: Records[Hit] = Records(_HIT_COLUMNS, self)
        self.hits_title = Heading("")
        self.hit_table = self._make_table(self.hits, "Neighbours")
        for widget in (self.matrix, self.asking, self.note, self.table, self.hits_title, self.hit_table):
            self.column.addSpacing(GAP // 2)
            self.column.addWidget(widget)
        self.column.addStretch(1)

    def show_text(self, seen: Inspection, trace: Trace | None) -> None:
        """Show the cosines for another text; neighbours have to be asked for."""
        if seen is self._seen:
            return
        self.asking.stop()
        self._seen = seen
        there = seen.pooling_cosines is not None
        self.matrix.setVisible(there)
        if seen.pooling_cosines is not None:
            self.matrix.show_cosines(seen.poolings, seen.pooling_cosines)
        corpus = self._session.corpus_name if self._session else ""
        self.asking.setEnabled(bool(corpus))
        self._hide_found()
        self.note.setText(
            "The 60 passages nearest by the corpus' own embeddings are embedded anew under each pooling and put in its "
            "own order. What a pooling would find beyond them is not seen."
            if corpus
            else "Open a corpus to see which passages each pooling finds near this text."
        )

    def show_found(self, found: tuple[PoolingNeighbours, ...]) -> None:
        """Show the neighbours under each pooling."""
        self.rows.show(found)
        for widget in (self.table, self.hits_title, self.hit_table):
            widget.show()
        self._fit(self.table, len(found))
        if found:
            self.table.selectRow(0)
            self._show_hits(found[0])

    def _hide_found(self) -> None:
        for widget in (self.table, self.hits_title, self.hit_table):
            widget.hide()

    def _show_hits(self, one: PoolingNeighbours) -> None:
        self.hits_title.setText(f"Nearest by “{one.pooling}”")
        self.hits.show(one.hits)
        self._fit(self.hit_table, len(one.hits))

    def _ask(self) -> Job | None:
        seen, session = self._seen, self._session
        if seen is None or session is None or not session.corpus_name:
            return None
        return self._link.start(
            "Comparing poolings",
            "compare_poolings",
            session.corpus_name,
            seen.text,
            self.passage_id,
            K,
            on_done=self._on_done,
            on_error=self.note.setText,
        )

    def _on_done(self, found: tuple[PoolingNeighbours, ...]) -> None:
        self.show_found(found)

    def _on_row(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid():
            self._show_hits(self.rows.rows[current.row()])

    def _make_table(self, rows: Records, name: str) -> QTableView:
        table = QTableView()
        table.setModel(rows)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.verticalHeader().hide()
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setTabKeyNavigation(False)
        table.setAccessibleName(name)
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        header.setHighlightSections(False)
        return table

    def _fit(self, table: QTableView, count: int) -> None:
        """Make a table as high as its rows, so that only the page scrolls."""
        row = self.fontMetrics().height() + 10
        table.verticalHeader().setDefaultSectionSize(row)
        table.setFixedHeight(table.horizontalHeader().sizeHint().height() + row * count + 4)


_COLUMNS = (
    Column[PoolingNeighbours]("Pooling", lambda one: one.pooling),
    Column[PoolingNeighbours]("Shared with mean", lambda one: f"{one.shared} of {len(one.hits)}"),
    Column[PoolingNeighbours](
        "Nearest", lambda one: " ".join(one.hits[0].snippet.text.split()) if one.hits else ""
    ),
)
_HIT_COLUMNS = (
    Column[Hit]("Cosine", lambda hit: f"{hit.score:.3f}", right=True),
    Column[Hit]("Document", lambda hit: hit.passage.title),
    Column[Hit]("Passage", lambda hit: " ".join(hit.snippet.text.split())),
)
