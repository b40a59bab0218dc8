"""Sentiment: what the tagger says of the selection, of the whole corpus, or of a text typed in."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QModelIndex, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from engine.tagging.records import TextTag
from gui.actions import Actions
from gui.bars import ProbabilityBars, TotalsBar
from gui.engine_link import EngineLink
from gui.palette import label_colours
from gui.panel import ActionButton, Elided, EmptyState, Panel, muted
from gui.session import Session
from gui.tables import Column, Records
from gui.theme import GAP, tones
from gui.wording import count, percent
from indexes.records import Passage, Tags

PAUSE = 400
PAGE = 200
"""Passages fetched at a time for the table."""

UNSURE = 0.5
"""Below this top probability the tagger is said to be not sure."""


UNSELECTED = (
    "No tags yet",
    "Select passages, and tag them as negative, neutral or positive.",
)
SELECTED = ("Not tagged yet", "Tag the selection to see which passages are negative, neutral or positive.")

ROOMY = 420
"""Pixels of height from which everything fits; below, the answer to a typed text takes the totals' place."""


@dataclass(frozen=True, slots=True)
class TagRow:
    """A tagged passage in the table."""

    passage: Passage
    label: str
    probability: float
    colour: str


class SentimentPanel(Panel):
    """Shows the stored tags of the selection, or of the corpus when nothing is selected."""

    def __init__(self, link: EngineLink, session: Session, actions: Actions) -> None:
        super().__init__("Sentiment")
        self._link = link
        self._session = session
        self._order: NDArray[np.int64] = np.zeros(0, np.int64)
        self._ascending = False
        self._pause = QTimer(self, interval=PAUSE, singleShot=True)
        self._pause.timeout.connect(self.tag_text)
        self._build(actions)
        for changed in (session.tags_changed, session.selection_changed, session.corpus_changed):
            changed.connect(self._show)
        session.corpus_info_changed.connect(self._show)
        self._show()

    def tag_text(self) -> None:
        """Tag the text that was typed in."""
        self._pause.stop()
        text = self.typed.text().strip()
        self.answer.setVisible(bool(text))
        self._make_room()
        if text:
            self.verdict.setText("Asking the tagger …")
            self._link.call(
                "tag_text", text, on_done=self._on_text_tag, on_error=self._on_text_error, replaces="tag_text"
            )

    def focus_typed(self) -> None:
        """Go to the line for a text of one's own."""
        self.typed.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _build(self, actions: Actions) -> None:
        self.typed = QLineEdit(placeholderText="Try a sentence of your own")
        self.typed.setClearButtonEnabled(True)
        self.typed.setAccessibleName("Text to tag")
        self.typed.setToolTip("What the tagger says of a text you type; nothing is stored")
        self.typed.textChanged.connect(self._on_typed)
        self.typed.returnPressed.connect(self.tag_text)
        self.answer = QWidget()
        inside = QVBoxLayout(self.answer)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(4)
        self.verdict = muted()
        self.bars = ProbabilityBars()
        inside.addWidget(self.bars)
        inside.addWidget(self.verdict)
        self.answer.hide()
        top = QWidget()
        column = QVBoxLayout(top)
        column.setContentsMargins(2 * GAP, 0, 2 * GAP, GAP)
        column.setSpacing(GAP)
        column.addWidget(self.typed)
        column.addWidget(self.answer)
        self.scope = Elided()
        self.totals = TotalsBar()
        self.unsure = muted()
        self.tag_all = ActionButton(actions["tag_corpus"], link=True)
        column.addWidget(self.scope)
        column.addWidget(self.totals)
        column.addWidget(self.unsure)
        row = QHBoxLayout()
        self.tag_selected = ActionButton(actions["tag_selection"], primary=True)
        row.addWidget(self.tag_selected)
        row.addWidget(self.tag_all)
        row.addStretch(1)
        column.addLayout(row)
        self.content.addWidget(top)
        self.content.addWidget(self._make_table(), 1)
        self.hint = EmptyState("tag", *UNSELECTED)
        self.content.addWidget(self.hint, 1)

    def _make_table(self) -> QTableView:
        self.rows: Records[TagRow] = Records(_COLUMNS, self)
        self.rows.more = self._fetch
        self.table = QTableView()
        self.table.setModel(self.rows)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.verticalHeader().hide()
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setTabKeyNavigation(False)
        self.table.setAccessibleName("Tagged passages")
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionsClickable(True)
        header.setHighlightSections(False)
        header.setSortIndicatorShown(True)
        header.setSortIndicator(1, Qt.SortOrder.DescendingOrder)
        header.sectionClicked.connect(self._on_header)
        self.table.clicked.connect(self._on_row)
        self.table.activated.connect(self._on_row)
        return self.table

    def _show(self) -> None:
        """Show the tags of what is selected; of everything that is tagged when nothing is."""
        tags, selection = self._session.tags, self._session.selection
        rows = rows_in(tags, selection)
        tagged = len(rows)
        self.scope.setText(self._scope(tagged))
        self.scope.setVisible(bool(self.scope.text()))
        self.tag_selected.setVisible(bool(selection) and tagged < len(selection))
        corpus = self._session.corpus
        whole = bool(tags is not None and corpus and len(tags.passage_ids) >= corpus.passages)
        self.tag_all.setVisible(bool(corpus and corpus.passages) and not whole)
        self.table.setVisible(tagged > 0)
        self.hint.setVisible(tagged == 0)
        self.hint.say(*(SELECTED if selection else UNSELECTED))
        self.unsure.clear()
        self._order = np.zeros(0, np.int64)
        if tags is not None and tagged:
            counts = np.bincount(tags.label_ids[rows], minlength=len(tags.labels))
            self.totals.show_counts(tags.labels, counts.tolist())
            best = tags.probabilities[rows].max(1)
            self._say_unsure(int((best < UNSURE).sum()))
            order = np.argsort(best if self._ascending else -best, kind="stable")
            self._order = rows[order]
        self.rows.show(())
        self._fetch(0)
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show less where there is little room."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        roomy, answering = self.height() >= ROOMY, not self.answer.isHidden()
        self.totals.setVisible(len(self._order) > 0 and (roomy or not answering))
        self.unsure.setVisible(bool(self.unsure.text()) and roomy)

    def _scope(self, tagged: int) -> str:
        selection = self._session.selection
        if selection:
            origin = self._session.selection_origin
            chosen = f"{count(len(selection), 'passage')} selected" + (f" ({origin})" if origin else "")
            return chosen if tagged == len(selection) else f"{tagged:,} tagged of {chosen}"
        corpus = self._session.corpus
        if corpus is None or not tagged:
            return ""
        return f"{tagged:,} of {count(corpus.passages, 'passage')} tagged"

    def _say_unsure(self, number: int) -> None:
        if number:
            self.unsure.setText(
                f"Of {count(number, 'passage')} the tagger is not sure (below {percent(UNSURE)})."
            )

    def _fetch(self, offset: int) -> None:
        """Ask for the texts of the next page of the table."""
        tags = self._session.tags
        if tags is None or offset >= len(self._order):
            return
        ids = tags.passage_ids[self._order[offset : offset + PAGE]].tolist()
        self._link.call(
            "passages", self._session.corpus_name, ids, on_done=self._on_passages, replaces="tagged passages"
        )

    def _on_passages(self, passages: list[Passage]) -> None:
        tags = self._session.tags
        if tags is None:
            return
        inks = label_colours(tags.labels, tones(self.palette()).dark)
        places = tags.passage_ids.searchsorted([passage.id for passage in passages])
        self.rows.append(
            [
                TagRow(
                    passage,
                    tags.labels[int(tags.label_ids[place])],
                    float(tags.probabilities[place].max()),
                    inks[int(tags.label_ids[place])],
                )
                for passage, place in zip(passages, places, strict=True)
                if place < len(tags.passage_ids)
            ]
        )

    def _on_header(self, column: int) -> None:
        """Sort by probability, the other way at each click; other columns do not sort."""
        if column == 1:
            self._ascending = not self._ascending
            order = Qt.SortOrder.AscendingOrder if self._ascending else Qt.SortOrder.DescendingOrder
            self.table.horizontalHeader().setSortIndicator(1, order)
            self._show()

    def _on_row(self, index: QModelIndex) -> None:
        self._session.set_current(self.rows.rows[index.row()].passage.id)

    def _on_typed(self, text: str) -> None:
        if text.strip():
            self._pause.start()
        else:
            self.tag_text()

    def _on_text_tag(self, tag: TextTag) -> None:
        self.bars.show_shares(tag.labels, tag.probabilities)
        sure = tag.probability >= UNSURE
        self.verdict.setText("" if sure else f"Not sure: even “{tag.label}” is below {percent(UNSURE)}.")
        self.verdict.setVisible(not sure)

    def _on_text_error(self, sentence: str) -> None:
        self.verdict.setText(sentence)
        self.verdict.show()


def rows_in(tags: Tags | None, selection: frozenset[int]) -> NDArray[np.int64]:
    """Return the rows of `tags` whose passages are selected; all rows when nothing is selected."""
    if tags is None:
        return np.zeros(0, np.int64)
    if not selection:
        return np.arange(len(tags.passage_ids))
    chosen = np.fromiter(selection, np.int64, len(selection))
    return np.flatnonzero(np.isin(tags.passage_ids, chosen))


_COLUMNS = (
    Column[TagRow](
        "Passage",
        lambda row: " ".join(row.passage.text.split())[:200],
        tip=lambda row: row.passage.text[:600],
    ),
    Column[TagRow](
        "Tag",
        lambda row: f"{row.label} {percent(row.probability)}",
        lambda row: row.probability,
        tip=lambda row: f"{row.label}, probability {row.probability:.3f}",
        colour=lambda row: row.colour,
    ),
)
