"""Corpora: the list, what the open one is made of, its documents, and what was skipped."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QListView, QVBoxLayout, QWidget

from engine.records import CorpusInfo
from gui.actions import Actions
from gui.corpus.document_list import DocumentList
from gui.corpus.pooling_choice import unusual_pooling
from gui.engine_link import EngineLink
from gui.panel import ActionButton, EmptyState, Heading, Panel, line, muted, tool_button
from gui.session import Session
from gui.tables import Column, Records
from gui.theme import GAP
from gui.wording import count, percent, place, size
from indexes.records import Source

if TYPE_CHECKING:
    from gui.corpus.adapt_dialog import AdaptDialog

MOST_CORPORA, MOST_SOURCES = 5, 3
"""Rows shown before a list scrolls; the documents have the rest of the column."""


class CorpusPanel(Panel):
    """Lists corpora and sources; a corpus that is chosen is opened."""

    open_asked = Signal(str)
    embed_asked = Signal(str, str)
    remove_source_asked = Signal(object)
    source_changed = Signal()

    def __init__(self, link: EngineLink, session: Session, actions: Actions) -> None:
        super().__init__("Corpora")
        self._link = link
        self._session = session
        self._adapting: AdaptDialog | None = None
        self._build(actions)
        session.corpora_changed.connect(self._show_corpora)
        link.job_changed.connect(self._show_welcome)
        session.corpus_changed.connect(self._show_corpus)
        session.corpus_info_changed.connect(self._show_corpus)
        self._show_corpora()
        self._show_corpus()

    @property
    def source(self) -> Source | None:
        """Return the chosen source."""
        index = self.sources.currentIndex()
        return self.source_rows.rows[index.row()] if index.isValid() else None

    def show_skipped(self) -> None:
        """List the files that could not be read, and why."""
        from gui.corpus.skipped_dialog import SkippedDialog

        if self._session.corpus and self._session.corpus.skipped:
            SkippedDialog(self._session.corpus, self.window()).open()

    def adapt_encoder(self) -> None:
        """Say what adapting the encoder to the open corpus means, or show the adapting under way."""
        from gui.corpus.adapt_dialog import AdaptDialog

        if self._adapting is None or not self._adapting.running:
            if self._adapting is not None:
                self._adapting.deleteLater()
            self._adapting = AdaptDialog(self._link, self._session.corpus_name, self.window())
            self._adapting.embed_asked.connect(self.embed_asked)
        self._adapting.show()
        self._adapting.raise_()
        self._adapting.activateWindow()

    def remove_source(self) -> None:
        """Ask for the chosen source to be taken out."""
        if self.source:
            self.remove_source_asked.emit(self.source)

    def focus_list(self) -> None:
        """Go to the list of corpora."""
        self.corpora.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _build(self, actions: Actions) -> None:
        self.add_tool(actions["new_corpus"])
        self.corpus_rows: Records[CorpusInfo] = Records(
            (Column("Corpus", lambda one: one.name, tip=_told),), self
        )
        self.corpora = _list("Corpora", self.corpus_rows)
        self.corpora.selectionModel().currentChanged.connect(self._on_corpus)
        self.content.addWidget(self.corpora)
        self.detail = QWidget()
        column = QVBoxLayout(self.detail)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        facts = QVBoxLayout()
        facts.setContentsMargins(2 * GAP, GAP, 2 * GAP, GAP)
        self.facts = muted()
        facts.addWidget(self.facts)
        self.skipped = ActionButton(actions["show_skipped"], link=True)
        skipped = QHBoxLayout()
        skipped.setContentsMargins(2 * GAP - 1, 0, GAP, GAP)
        skipped.addWidget(self.skipped)
        skipped.addStretch(1)
        column.addWidget(line())
        column.addLayout(facts)
        column.addLayout(skipped)
        column.addWidget(line())
        column.addWidget(_caption("Sources", actions, ("add_folder", "add_files")))
        self.source_rows: Records[Source] = Records(
            (Column("Source", _source, tip=lambda one: one.path),), self
        )
        self.sources = _list("Sources", self.source_rows)
        self.sources.selectionModel().currentChanged.connect(self.source_changed)
        self.sources.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.sources.addAction(actions["remove_source"])
        column.addWidget(self.sources)
        column.addWidget(self._make_documents(actions), 1)
        column.addStretch(0)
        self.content.addWidget(self.detail, 1)
        self.welcome = EmptyState(
            "folder",
            "No corpus yet",
            "A corpus is a set of folders, files and tables.",
            [actions["add_folder"]],
        )
        self.coming = EmptyState("folder", "Loading …", "The corpus appears here in a moment.")
        self.add_state(self.welcome)
        self.add_state(self.coming)

    def _make_documents(self, actions: Actions) -> QWidget:
        self.documents = DocumentList(self._link, self._session, actions)
        self.documents.setMinimumHeight(60)
        self._documents_part = QWidget()
        column = QVBoxLayout(self._documents_part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(line())
        column.addWidget(_caption("Documents", actions, ("select_documents",)))
        column.addWidget(self.documents, 1)
        return self._documents_part

    def _show_corpora(self) -> None:
        self._show_welcome(None)
        self.corpus_rows.show(self._session.corpora)
        _fit(self.corpora, len(self._session.corpora), MOST_CORPORA)
        self._mark_open()

    def _show_welcome(self, _job: object) -> None:
        """Without a corpus, say what one is; while the first is on its way, say that."""
        if self._link.jobs and not self._session.corpora:
            self.show_state(self.coming)
        else:
            self.show_state(None if self._session.corpora else self.welcome)

    def _mark_open(self) -> None:
        """Show which corpus is open, without opening it again."""
        name = self._session.corpus_name
        row = next((row for row, one in enumerate(self._session.corpora) if one.name == name), -1)
        model = self.corpora.selectionModel()
        model.blockSignals(True)
        model.setCurrentIndex(
            self.corpus_rows.index(row, 0), QItemSelectionModel.SelectionFlag.ClearAndSelect
        )
        model.blockSignals(False)

    def _show_corpus(self) -> None:
        corpus = self._session.corpus
        self.detail.setVisible(corpus is not None)
        self._mark_open()
        if corpus is None:
            self.source_rows.show(())
            return
        self.facts.setText(told(corpus))
        self.skipped.setText(f"{count(len(corpus.skipped), 'file')} skipped…")
        self.skipped.setVisible(bool(corpus.skipped))
        self._documents_part.setVisible(corpus.documents > 0)
        if list(corpus.sources) != self.source_rows.rows:
            self.source_rows.show(corpus.sources)
            self.source_changed.emit()
        _fit(self.sources, len(corpus.sources), MOST_SOURCES)

    def _on_corpus(self, index: QModelIndex) -> None:
        if index.isValid():
            self.open_asked.emit(self.corpus_rows.rows[index.row()].name)


def told(corpus: CorpusInfo) -> str:
    """Return a corpus in a few lines: documents, passages, what is embedded if not all, disk, formats, pooling."""
    if not corpus.passages and not corpus.files:
        return "Empty. Add a folder, files or a table."
    embedded = f"{percent(corpus.coverage)} embedded, " if corpus.coverage < 1 else ""
    lines = [
        count(corpus.documents, "document"),
        count(corpus.passages, "passage"),
        f"{embedded}{size(corpus.bytes_on_disk)}",
    ]
    if corpus.formats:
        most = sorted(corpus.formats.items(), key=lambda item: -item[1])
        shown = ", ".join(f"{name}\N{NO-BREAK SPACE}{number:,}" for name, number in most[:4])
        lines.append(shown + (" …" if len(most) > 4 else ""))
    pooling = unusual_pooling(corpus.encoder)
    if pooling:
        lines.append(f"Pooling: {pooling}")
    return "\n".join(lines)


def _told(corpus: CorpusInfo) -> str:
    return f"{corpus.name}\n{told(corpus)}"


def _source(source: Source) -> str:
    return place(source.path)


def _caption(text: str, actions: Actions, tools: tuple[str, ...]) -> QWidget:
    widget = QWidget()
    row = QHBoxLayout(widget)
    row.setContentsMargins(2 * GAP, GAP // 2, GAP, 0)
    row.setSpacing(2)
    row.addWidget(Heading(text), 1)
    for name in tools:
        row.addWidget(tool_button(actions[name]))
    return widget


def _list(name: str, model: Records) -> QListView:
    view = QListView()
    view.setModel(model)
    view.setAccessibleName(name)
    view.setUniformItemSizes(True)
    view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    return view


def _fit(view: QListView, rows: int, most: int) -> None:
    """Make a list as high as its rows, at most `most` of them."""
    height = max(view.sizeHintForRow(0), 24) if rows else 0
    view.setFixedHeight(min(rows, most) * height + 4)
