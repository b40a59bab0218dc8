"""The smallest size of a cluster, chosen with its consequences in view: how many clusters, how much noise."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from engine.map.records import ClusterPreview, MapData
from gui.clusters.sizes_chart import CLIFF, SizesChart, said
from gui.engine_link import EngineLink
from gui.panel import EmptyState, Heading, muted
from gui.session import Session
from gui.tables import Column, Records
from gui.theme import GAP
from gui.wording import count, percent

KEPT = "Names, colours and merges of yours stay with the clusters that have most of their passages."
NOTHING = "There are no other sizes to choose from: the map has too few passages."


class SizesDialog(QDialog):
    """Asks for previews and shows them as charts and as a table of the same numbers; `chosen` carries the size."""

    chosen = Signal(object)
    """The smallest size; None lets the engine choose."""

    def __init__(self, link: EngineLink, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Cluster size")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(640, 620)
        self._present = present(session.map)
        self._build()
        self.waiting.say("Looking at other sizes …", "All of them are in the tree of the map as it is.")
        self._job = link.start(
            "Looking at cluster sizes",
            "preview_clusters",
            session.corpus_name,
            on_done=self._on_done,
            on_error=self._on_error,
        )
        self.finished.connect(self._on_finished)

    @property
    def preview(self) -> ClusterPreview | None:
        """Return the preview that is chosen."""
        place = self.chart.place
        return self.chart.previews[place] if 0 <= place < len(self.chart.previews) else None

    def choose(self, place: int) -> None:
        """Choose a preview, in chart and table, and say what it would change."""
        if place == self.chart.place or not 0 <= place < len(self.chart.previews):
            return
        self.chart.choose(place)
        if self.table.currentIndex().row() != place:
            self.table.selectRow(place)
        preview = self.chart.previews[place]
        self.verdict.setText(said_size(self._present, preview))
        self.note.setText("\n".join((said_change(self._present, preview), cliff(preview) or KEPT)))
        self.chart.setAccessibleDescription(f"{preview.min_cluster_size:,}: {said(preview)}")
        self.use.setEnabled(preview.min_cluster_size != self._present.min_cluster_size)

    def _build(self) -> None:
        self.verdict = Heading("")
        self.verdict.setWordWrap(True)
        self.note = muted()
        self.chart = SizesChart()
        self.chart.chosen.connect(self.choose)
        self.rows: Records[ClusterPreview] = Records(_COLUMNS, self)
        self.table = self._make_table()
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.verdict)
        column.addWidget(self.note)
        column.addWidget(self.chart, 3)
        column.addWidget(self.table, 2)
        self.waiting = EmptyState("map", "", "")
        self.pages = QStackedWidget()
        self.pages.addWidget(self.waiting)
        self.pages.addWidget(inside)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.use = buttons.addButton("Find clusters", QDialogButtonBox.ButtonRole.AcceptRole)
        self.use.setProperty("primary", True)
        self.use.setEnabled(False)
        self.automatic = buttons.addButton("Automatic size", QDialogButtonBox.ButtonRole.ResetRole)
        self.automatic.setToolTip("Let Asterism choose the size by the number of passages")
        self.automatic.clicked.connect(self._on_automatic)
        buttons.accepted.connect(self._on_use)
        buttons.rejected.connect(self.reject)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
        whole.setSpacing(GAP)
        whole.addWidget(self.pages, 1)
        whole.addWidget(buttons)

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.rows)
        table.setShowGrid(False)
        table.verticalHeader().hide()
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setTabKeyNavigation(False)
        table.setAccessibleName("Cluster sizes")
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        table.selectionModel().currentChanged.connect(self._on_row)
        return table

    def _on_done(self, previews: tuple[ClusterPreview, ...]) -> None:
        if not previews:
            self._on_error(NOTHING)
            return
        rising = sorted(previews, key=lambda one: one.min_cluster_size)
        alike = [one for one in rising if one.min_cluster_size == self._present.min_cluster_size]
        if alike:  # then both are as found, without merges and the noise slider
            self._present = alike[0]
        self.rows.show(rising)
        self.chart.show_previews(rising, self._present.min_cluster_size)
        self.pages.setCurrentIndex(1)
        self.choose(_nearest(rising, self._present.min_cluster_size))
        self.chart.setFocus()

    def _on_error(self, sentence: str) -> None:
        self.waiting.say("No sizes to choose from", sentence)
        self.automatic.setEnabled(False)

    def _on_row(self, index: QModelIndex, _before: QModelIndex) -> None:
        self.choose(index.row())

    def _on_use(self) -> None:
        if self.preview is not None:
            self.chosen.emit(self.preview.min_cluster_size)
        self.accept()

    def _on_automatic(self) -> None:
        self.chosen.emit(None)
        self.accept()

    def _on_finished(self, _code: int) -> None:
        self._job.cancel()


def present(data: MapData | None) -> ClusterPreview:
    """Return a map's own numbers; a smallest size of 0 when it is not known."""
    if data is None or not len(data.cluster_ids):
        return ClusterPreview(0, 0, 0.0, 0.0)
    counts = np.bincount(data.cluster_ids.astype(np.int64) + 1, minlength=2) / len(data.cluster_ids)
    found = data.parameters.get("hdbscan", data.parameters)
    size = int(found.get("min_cluster_size") or 0)
    return ClusterPreview(size, len(data.clusters), float(counts[0]), float(counts[1:].max()))


def said_size(before: ClusterPreview, after: ClusterPreview) -> str:
    """Return what is chosen: "12 clusters of at least 85 passages"."""
    now = ", as it is now" if after.min_cluster_size == before.min_cluster_size else ""
    return f"{count(after.clusters, 'cluster')} of at least {count(after.min_cluster_size, 'passage')}{now}"


def said_change(before: ClusterPreview, after: ClusterPreview) -> str:
    """Return the numbers there are now, and those there would be."""
    if after.min_cluster_size == before.min_cluster_size:
        return f"Noise {percent(after.noise)}, largest cluster {percent(after.largest)}."
    return (
        f"Clusters {before.clusters:,} → {after.clusters:,}, noise {percent(before.noise)} → {percent(after.noise)}, "
        f"largest cluster {percent(before.largest)} → {percent(after.largest)}."
    )


def cliff(preview: ClusterPreview) -> str:
    """Return a warning where one cluster swallows the others, "" where none does."""
    if preview.largest <= CLIFF:
        return ""
    return f"At this size one cluster swallows {percent(preview.largest)} of all passages (shaded)."


def _nearest(previews: Sequence[ClusterPreview], size: int) -> int:
    away = [abs(preview.min_cluster_size - size) for preview in previews]
    return away.index(min(away)) if size else 0


_COLUMNS = (
    Column[ClusterPreview]("At least", lambda row: f"{row.min_cluster_size:,}", right=True),
    Column[ClusterPreview]("Clusters", lambda row: f"{row.clusters:,}", right=True),
    Column[ClusterPreview]("Noise", lambda row: percent(row.noise), right=True),
    Column[ClusterPreview]("Largest cluster", lambda row: percent(row.largest), right=True),
)
