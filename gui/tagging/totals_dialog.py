"""Tags by cluster, folder, month or column: a row a group, to sort, select from, and contrast two of."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import QModelIndex, Qt, QTimer
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from engine.map.records import ColumnKind, MapColumn
from engine.tagging.records import TagTotal, TagTotals
from gui.engine_link import EngineLink, Job
from gui.panel import Elided, EmptyState, Panel, muted
from gui.session import Session
from gui.tables import Records
from gui.tagging.contrast_dialog import ContrastDialog
from gui.tagging.label_looks import looks
from gui.tagging.tag_commands import TagCommands
from gui.tagging.time_shares import TimeShares
from gui.tagging.totals_delegate import TotalsDelegate
from gui.tagging.totals_rows import columns, name, tip
from gui.theme import GAP
from gui.wording import count

ALWAYS = ("cluster", "folder", "month")
TOLD_OTHERWISE = ("folder", "type", "date")
"""Columns for which there is an entry of its own, or that are no groups."""
SHARES = 2
"""The column with the bar."""
MONTH = "month"
PAUSE = 300
"""Milliseconds after which the totals follow the threshold."""

NOT_SELECTABLE = "The passages of these groups cannot be selected from here: use a filter in the search."


class TotalsDialog(QDialog):
    """Asks for totals whenever something else is chosen, and when the tags change."""

    def __init__(
        self, link: EngineLink, session: Session, commands: TagCommands, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._link = link
        self._session = session
        self._commands = commands
        self._corpus, self._tagger = session.corpus_name, session.tagger
        self.totals: TagTotals | None = None
        self._column: MapColumn | None = None
        self._job: Job | None = None
        self.setWindowTitle("Tags in total")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(880, 560)
        self._build()
        self._pause = QTimer(self, interval=PAUSE, singleShot=True)
        self._pause.timeout.connect(self.ask)
        session.tags_changed.connect(self.ask)
        session.unsure_below_changed.connect(self._pause.start)
        session.corpus_changed.connect(self.close)
        session.tagger_changed.connect(self.close)
        link.call("map_columns", self._corpus, on_done=self._on_columns, replaces="totals columns")
        self.ask()

    @property
    def by(self) -> str:
        """Return what the groups are."""
        return str(self.choice.currentData())

    def ask(self) -> None:
        """Ask for the totals of what is chosen."""
        if self.totals is None:
            self._say("Counting …", "")
        self._link.call(
            "tag_totals",
            self._corpus,
            self.by,
            self._tagger,
            unsure_below=self._session.unsure_below,
            on_done=self._on_totals,
            on_error=partial(self._say, "No totals"),
            replaces="tag_totals",
        )

    # building

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
        column.setSpacing(GAP)
        self.choice = QComboBox()
        self.choice.setAccessibleName("Groups")
        self.choice.setMaximumWidth(260)
        for by in ALWAYS:
            self.choice.addItem(f"By {by}", by)
        self.choice.currentIndexChanged.connect(self._on_choice)
        self.whole = Elided()
        self.whole.muted = True
        top = QHBoxLayout()
        top.setSpacing(2 * GAP)
        top.addWidget(self.choice)
        top.addWidget(self.whole, 1)
        column.addLayout(top)
        self.body = Panel("Totals")
        self.body.title.parentWidget().hide()
        self.time = TimeShares()
        self.table = self._make_table()
        self._strip = QWidget()
        strip = QVBoxLayout(self._strip)
        strip.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 0)
        strip.addWidget(self.time)
        self.body.content.addWidget(self._strip)
        self.body.content.addWidget(self.table, 1)
        self.empty = EmptyState("tag", "", "")
        self.body.add_state(self.empty)
        column.addWidget(self.body, 1)
        self.note = muted()
        column.addWidget(self.note)
        self.note.hide()
        column.addLayout(self._make_buttons())

    def _make_table(self) -> QTableView:
        self.rows: Records[TagTotal] = Records((), self)
        table = QTableView()
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setTabKeyNavigation(False)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.verticalHeader().hide()
        table.setAccessibleName("Totals by group")
        table.clicked.connect(self._on_row)
        table.activated.connect(self._on_row)
        return table

    def _make_buttons(self) -> QHBoxLayout:
        self.contrast = QPushButton("Contrast two clusters")
        self.contrast.setToolTip("Choose two clusters (Ctrl and click) to see in which labels they differ")
        self.contrast.clicked.connect(self._on_contrast)
        self.save = QPushButton("Save tags…")
        self.save.setToolTip("Write every tag, with its passage and its cluster, as csv or parquet")
        self.save.clicked.connect(self._commands.save_tags)
        close = QPushButton("Close")
        close.clicked.connect(self.reject)
        for button in (self.contrast, self.save, close):
            button.setAutoDefault(False)
        row = QHBoxLayout()
        row.setSpacing(GAP)
        row.addWidget(self.contrast)
        row.addWidget(self.save)
        row.addStretch(1)
        row.addWidget(close)
        return row

    # showing

    def _note(self, sentence: str) -> None:
        self.note.setText(sentence)
        self.note.setVisible(bool(sentence))

    def _say(self, title: str, text: str) -> None:
        self.empty.say(title, text)
        self.body.show_state(self.empty)
        self._offer()

    def _on_columns(self, known: Sequence[tuple[str, ColumnKind]]) -> None:
        for column, kind in known:
            if kind != "date" and column not in TOLD_OTHERWISE:
                self.choice.addItem(f"By {column}", column)

    def _on_choice(self, _place: int) -> None:
        self.totals = None
        self._note("")
        self.ask()

    def _on_totals(self, totals: TagTotals) -> None:
        if totals.by != self.by:
            return
        again = self.totals is not None
        self.totals = totals
        if not totals.whole.tagged:
            self.whole.setText("")
            self._say("Nothing is tagged yet", "Tag the corpus, or a selection, to see its totals here.")
            return
        self.whole.setText(", ".join(tip(totals.labels, totals.whole).splitlines()[1:]))
        self._show_table(totals, again)
        known = looks(totals.labels)
        self.time.show_totals(totals.groups if totals.by == MONTH else (), totals.labels, known)
        self._strip.setVisible(len(self.time.months) > 1)
        self.body.show_state(None)
        self._offer()

    def _show_table(self, totals: TagTotals, again: bool) -> None:
        """Show the groups; the same ones with other counts stay sorted as they are."""
        header = self.table.horizontalHeader()
        sorted_by = (header.sortIndicatorSection(), header.sortIndicatorOrder()) if again else None
        self.rows = Records(columns(totals), self)
        self.rows.show(totals.groups)
        self.table.setModel(self.rows)
        self.table.setItemDelegateForColumn(SHARES, TotalsDelegate(looks(totals.labels), self.table))
        self.table.selectionModel().selectionChanged.connect(self._offer)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setHighlightSections(False)
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
        header.setStretchLastSection(False)
        for place in range(len(self.rows.columns)):
            self.table.setColumnWidth(place, 96)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.setColumnWidth(SHARES, 170)
        header.setSortIndicator(*(sorted_by or (-1, Qt.SortOrder.DescendingOrder)))
        self.table.setSortingEnabled(True)

    def _offer(self, *_: object) -> None:
        """Enable what can be done with the chosen rows."""
        self.contrast.setVisible(self.by == "cluster")
        self.contrast.setEnabled(len(self._clusters()) == 2)
        self.save.setEnabled(self.totals is not None and self.totals.whole.tagged > 0)

    # choosing

    def _chosen(self) -> list[TagTotal]:
        model = self.table.selectionModel()
        if model is None or self.totals is None:
            return []
        return [self.rows.rows[index.row()] for index in model.selectedRows()]

    def _clusters(self) -> list[int]:
        """Return the clusters that are chosen."""
        found = [one.cluster_id for one in self._chosen()]
        return [one for one in found if one is not None]

    def _on_row(self, _index: QModelIndex) -> None:
        """Select the passages of the chosen groups, where it is known which those are."""
        chosen, data = self._chosen(), self._session.map
        if not chosen:
            return
        clusters = self._clusters()
        if self.by == "cluster" and data is not None and len(clusters) == len(chosen):
            inside = np.isin(data.cluster_ids, np.array(clusters, dtype=np.int32))
            origin = _origin("cluster", chosen)
            self._session.set_selection(data.passage_ids[inside].tolist(), origin)
        elif self.by == MONTH:
            self._note(NOT_SELECTABLE)
        elif self._column is not None and self._column.column == self.by:
            self._select_of(self._column)
        elif self.by != "cluster" and self._job is None:
            self._job = self._link.start(
                f"Reading “{self.by}” of every passage",
                "map_column",
                self._corpus,
                self.by,
                on_done=self._on_column,
                on_error=self._on_no_column,
            )

    def _on_column(self, column: MapColumn) -> None:
        self._job, self._column = None, column
        if column.column == self.by:
            self._select_of(column)

    def _on_no_column(self, sentence: str) -> None:
        self._job = None
        self._note(sentence)

    def _select_of(self, column: MapColumn) -> None:
        """Select the passages that are in a column what the chosen groups are called."""
        chosen = self._chosen()
        places = [column.names.index(one.group) for one in chosen if one.group in column.names]
        ids = column.passage_ids[np.isin(column.ids, places)]
        if not len(ids) or len(places) < len(chosen):
            self._note(NOT_SELECTABLE)
            return
        self._note("")
        self._session.set_selection(ids.tolist(), _origin(self.by, chosen))

    def _on_contrast(self) -> None:
        one, other = self._clusters()
        ContrastDialog(self._link, self._session, one, other, self).show()


def _origin(by: str, chosen: Sequence[TagTotal]) -> str:
    return f"{by} {name(chosen[0])}" if len(chosen) == 1 else count(len(chosen), by)
