"""Search: the query line, how to rank, and the hits by document."""

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QLineEdit, QListView, QVBoxLayout, QWidget

from engine.records import Mode, SearchResult
from gui.actions import Actions
from gui.engine_link import EngineLink
from gui.hit_delegate import HitDelegate, ResultRow
from gui.jobs import loading
from gui.panel import EmptyState, Panel, muted
from gui.segments import Segments
from gui.session import Session
from gui.tables import Column, Records
from gui.theme import GAP
from gui.wording import MODE_NAMES, count, percent

PAUSE = 250
"""Milliseconds without a key before the query is searched."""

HITS = 50

MODE_TIPS = {
    "hybrid": "Rank by meaning and words together (Alt+1)",
    "dense": "Rank by meaning: other words for the same thing count (Alt+2)",
    "keyword": "Rank by the words of the query (Alt+3)",
}


class SearchPanel(Panel):
    """Asks the engine for hits and shows them; a hit that is chosen becomes the current passage."""

    def __init__(self, link: EngineLink, session: Session, actions: Actions) -> None:
        super().__init__("Search")
        self._link = link
        self._session = session
        self.mode: Mode = "hybrid"
        self._asked = ""
        self._pause = QTimer(self, interval=PAUSE, singleShot=True)
        self._pause.timeout.connect(self.search)
        self._build(actions)
        self.setFocusProxy(self.query)
        session.result_changed.connect(self._on_result)
        session.corpus_changed.connect(self._on_corpus)
        session.corpus_info_changed.connect(self._on_corpus_info)
        session.current_changed.connect(self._on_current)
        link.state_changed.connect(self._on_state)
        link.job_changed.connect(self._on_job)
        self._on_corpus()

    def search(self) -> None:
        """Search for what stands in the query line now."""
        self._pause.stop()
        query = self.query.text().strip()
        self._asked = query
        if not query or not self._session.corpus_name:
            self._session.set_result(None)
            return
        self.info.setText("Searching …" if self._link.state == "ready" else "Waiting for the engine …")
        self._link.call(
            "search",
            self._session.corpus_name,
            query,
            k=HITS,
            mode=self.mode,
            on_done=self._on_done,
            on_error=self._on_error,
            replaces="search",
        )

    def focus_query(self) -> None:
        """Put the cursor into the query line, ready to type over it."""
        self.query.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.query.selectAll()

    def focus_results(self) -> None:
        """Go to the hits."""
        if self.rows.rows:
            self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)
            if not self.list.currentIndex().isValid():
                self.list.setCurrentIndex(self.rows.index(0, 0))

    def use_mode(self, mode: Mode) -> None:
        """Rank by meaning ("dense"), words ("keyword") or both ("hybrid")."""
        self.mode = mode
        self.modes.choose(mode)
        if self.query.text().strip():
            self.search()

    def use_hybrid(self) -> None:
        """Rank by both."""
        self.use_mode("hybrid")

    def use_dense(self) -> None:
        """Rank by meaning."""
        self.use_mode("dense")

    def use_keyword(self) -> None:
        """Rank by words."""
        self.use_mode("keyword")

    def next_hit(self) -> None:
        """Read the next hit."""
        self._step(1)

    def previous_hit(self) -> None:
        """Read the hit before."""
        self._step(-1)

    def select_hits(self) -> None:
        """Make the hits the selection."""
        hits = self._session.hit_scores
        self._session.set_selection(hits, f"hits of “{self._asked}”")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Down go from the query into the hits, and Up from the first hit back."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if watched is self.query and event.key() == Qt.Key.Key_Down:
                self.focus_results()
                return True
            first = self.list.currentIndex().row() <= 0
            if watched is self.list and event.key() == Qt.Key.Key_Up and first:
                self.query.setFocus()
                return True
        return super().eventFilter(watched, event)

    def _build(self, actions: Actions) -> None:
        self.add_tool(actions["previous_hit"])
        self.add_tool(actions["next_hit"])
        self.add_tool(actions["select_hits"])
        self.query = QLineEdit()
        self.query.setPlaceholderText("Ask in your own words")
        self.query.setClearButtonEnabled(True)
        self.query.setAccessibleName("Query")
        self.query.setToolTip("Enter searches at once, a short pause does too (Ctrl+F)")
        self.query.textEdited.connect(self._on_edited)
        self.query.textChanged.connect(self._on_changed)
        self.query.returnPressed.connect(self._on_enter)
        self.query.installEventFilter(self)
        self.modes = Segments(MODE_NAMES, MODE_TIPS, "Rank by")
        self.modes.chosen.connect(self.use_mode)
        self.info = muted()
        top = QWidget()
        column = QVBoxLayout(top)
        column.setContentsMargins(2 * GAP, 0, 2 * GAP, GAP)
        column.setSpacing(GAP)
        column.addWidget(self.query)
        row = QHBoxLayout()
        row.addWidget(self.modes)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.info)
        self.content.addWidget(top)
        self.rows: Records[ResultRow] = Records(
            (Column("Hit", lambda row: row.hit.snippet.text, tip=_tip),), self
        )
        self.list = QListView()
        self.list.setModel(self.rows)
        self.list.setItemDelegate(HitDelegate(self.list))
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setResizeMode(QListView.ResizeMode.Adjust)
        self.list.setMouseTracking(True)
        self.list.setAccessibleName("Hits")
        self.list.installEventFilter(self)
        self.list.selectionModel().currentChanged.connect(self._on_chosen)
        self.content.addWidget(self.list, 1)
        self.hint = EmptyState(
            "search",
            "Search by meaning",
            "Type a question or a few words. Passages that say the same in other words are found too.",
        )
        self.none = EmptyState("search", "No hits", "Try other words, or rank by meaning.")
        self.content.addWidget(self.hint, 1)
        self.content.addWidget(self.none, 1)
        self.no_corpus = EmptyState(
            "search",
            "Nothing to search yet",
            "Add a folder, and its documents can be searched.",
            [actions["add_folder"]],
        )
        self.loading = EmptyState(
            "search", "Reading the first documents", "They can be searched as soon as their text is in."
        )
        self.add_state(self.no_corpus)
        self.add_state(self.loading)

    def _on_edited(self, _text: str) -> None:
        self._pause.start()

    def _on_changed(self, text: str) -> None:
        if not text.strip():
            self.search()

    def _on_enter(self) -> None:
        if self._pause.isActive() or self.query.text().strip() != self._asked or not self.rows.rows:
            self.search()
        else:
            self.focus_results()

    def _on_done(self, result: SearchResult) -> None:
        self._session.set_result(result)

    def _on_error(self, sentence: str) -> None:
        self._session.set_result(None)
        self.info.setText(sentence)

    def _on_corpus(self) -> None:
        self._on_corpus_info()
        if self.query.text().strip() and self._session.corpus:
            self.search()

    def _on_corpus_info(self) -> None:
        empty = self._session.corpus is None or not self._session.corpus.passages
        waiting = self.loading if loading(self._link.jobs) else self.no_corpus
        self.show_state(waiting if empty else None)

    def _on_job(self, _job: object) -> None:
        self._on_corpus_info()

    def _on_state(self, state: str) -> None:
        if state == "ready" and self._asked and self._session.result and self._session.result.note:
            self.search()

    def _on_result(self) -> None:
        result = self._session.result
        self.rows.show(rows_of(result))
        self.list.setVisible(bool(self.rows.rows))
        self.none.setVisible(result is not None and not self.rows.rows)
        self.hint.setVisible(result is None)
        self.info.setText(self._said(result))
        self.info.setVisible(bool(self.info.text()))
        self.list.scrollToTop()
        self._on_current()

    def _said(self, result: SearchResult | None) -> str:
        if result is None or not result.documents:
            return result.note if result else ""
        hits = sum(len(document.hits) for document in result.documents)
        documents = count(len(result.documents), "document")
        said = f"{count(hits, 'hit')} in {documents}, {result.seconds:.2f}\N{NO-BREAK SPACE}s"
        corpus = self._session.corpus
        if result.note:
            said += f"\n{result.note}"
        elif corpus and corpus.coverage < 1 and result.mode != "keyword":
            said += f"\n{percent(corpus.coverage)} of the corpus can be searched by meaning so far."
        return said

    def _on_chosen(self, index: QModelIndex) -> None:
        if index.isValid():
            self._session.set_current(self.rows.rows[index.row()].hit.passage.id)

    def _on_current(self) -> None:
        """Show the current passage in the list if it is a hit, without choosing it again."""
        current = self._session.current
        row = next((row for row, shown in enumerate(self.rows.rows) if shown.hit.passage.id == current), -1)
        if row != self.list.currentIndex().row() or row < 0:
            flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
            model = self.list.selectionModel()
            model.blockSignals(True)
            model.setCurrentIndex(self.rows.index(row, 0), flag)
            model.blockSignals(False)
            self.list.viewport().update()
        if row >= 0:
            self.list.scrollTo(self.rows.index(row, 0))

    def _step(self, by: int) -> None:
        if self.rows.rows:
            row = self.list.currentIndex().row()
            self.list.setCurrentIndex(self.rows.index((row + by) % len(self.rows.rows) if row >= 0 else 0, 0))


def rows_of(result: SearchResult | None) -> list[ResultRow]:
    """Return a result as rows, documents in their order; a keyword score fills its bar relative to the best."""
    if result is None:
        return []
    best = max((hit.score for document in result.documents for hit in document.hits), default=0.0)
    scale = best if result.mode == "keyword" and best > 0 else 1.0
    return [
        ResultRow(hit, number == 0, result.mode, hit.score / scale)
        for document in result.documents
        for number, hit in enumerate(document.hits)
    ]


def _tip(row: ResultRow) -> str:
    passage = row.hit.passage
    kind = "BM25 score" if row.mode == "keyword" else "Cosine with the query"
    lines = [passage.title, passage.path, f"Rank {row.hit.rank}. {kind}: {row.hit.score:.3f}"]
    return "\n".join(line for line in lines if line)
