"""The cluster list beside the map: colour, name and size; selects a cluster's passages and renames it."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from PySide6.QtCore import QModelIndex, QPoint, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QMenu

from gui.engine_link import EngineLink
from gui.map.cluster_list import ClusterList, ClusterModel
from gui.map.division_dialog import DivisionDialog
from gui.palette import cluster_places
from gui.panel import EmptyState, Panel
from gui.session import Session
from gui.tables import RECORD_ROLE
from gui.theme import GAP
from indexes.records import Cluster

MANY = 12
"""Clusters from which a line to filter them is worth its room."""
NOISE = -1


class ClusterPanel(Panel):
    """Lists the clusters of the session's map, largest first, and noise last."""

    show_asked = Signal(int)
    """A cluster id: the map should zoom to it."""
    chosen_changed = Signal()
    """Other rows are chosen."""

    def __init__(self, link: EngineLink, session: Session) -> None:
        super().__init__("Clusters")
        self._link = link
        self._session = session
        self.model = ClusterModel(self)
        self._filtered = QSortFilterProxyModel(self)
        self._filtered.setSourceModel(self.model)
        self._filtered.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.list = ClusterList()
        self.list.setModel(self._filtered)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter clusters")
        self.filter.setAccessibleName("Filter clusters")
        self.filter.setClearButtonEnabled(True)
        self.filter.setContentsMargins(GAP, 0, GAP, GAP)
        self.content.addWidget(self.filter)
        self.content.addWidget(self.list, 1)
        self.empty = EmptyState("palette", "No clusters yet", "They appear here when the map is made.")
        self.add_state(self.empty)
        self.setFocusProxy(self.list)
        self._make_actions()
        self._connect()
        self._show()

    def select(self, clusters: Sequence[Cluster]) -> None:
        """Make the passages of some clusters the selection."""
        data = self._session.map
        if data is None or not clusters:
            return
        wanted = np.isin(data.cluster_ids, np.array([cluster.id for cluster in clusters], dtype=np.int32))
        origin = f"{len(clusters)} clusters" if len(clusters) > 1 else _origin(clusters[0])
        self._session.set_selection(frozenset(data.passage_ids[wanted].tolist()), origin)

    def chosen(self) -> list[Cluster]:
        """Return the clusters whose rows are chosen in the list."""
        return [index.data(RECORD_ROLE) for index in self.list.selectionModel().selectedRows()]

    def select_one(self, cluster: Cluster) -> None:
        """Make the passages of a cluster the selection."""
        self.select([cluster])

    @property
    def pair(self) -> tuple[Cluster, ...]:
        """Return the two clusters that are chosen, () when it is not two, or one of them is the noise."""
        chosen = [cluster for cluster in self.chosen() if cluster.id != NOISE]
        return tuple(chosen) if len(chosen) == len(self.chosen()) == 2 else ()

    def divide_chosen(self) -> None:
        """Show what divides the two clusters that are chosen."""
        if self.pair:
            DivisionDialog(self._link, self._session, *self.pair, parent=self.window()).show()

    def _make_actions(self) -> None:
        self.select_action = QAction("Select passages", self)
        self.show_action = QAction("Show on the map", self)
        self.rename_action = QAction("Rename…", self)
        self.rename_action.setToolTip("Give the cluster a name of your own (F2)")
        self.divide_action = QAction("What divides them", self)
        self.divide_action.setToolTip("Choose two clusters to see which words tell them apart")
        self.menu = QMenu(self)
        self.menu.setToolTipsVisible(True)
        self.menu.addActions([self.select_action, self.show_action, self.rename_action, self.divide_action])

    def _connect(self) -> None:
        self.list.chosen.connect(self._select_chosen)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._open_menu)
        self.select_action.triggered.connect(self._select_chosen)
        self.show_action.triggered.connect(self._show_on_map)
        self.rename_action.triggered.connect(self.list.edit_current)
        self.divide_action.triggered.connect(self.divide_chosen)
        self.list.selectionModel().selectionChanged.connect(self.chosen_changed)
        self._filtered.modelReset.connect(self.chosen_changed)
        self.filter.textChanged.connect(self._filtered.setFilterFixedString)
        self.model.rename_asked.connect(self._rename)
        self._session.map_changed.connect(self._show)

    def _show(self) -> None:
        data = self._session.map
        if data is None or not data.clusters:
            self.model.show([], [])
            text = "They appear here when the map is made."
            if data is not None and len(data.passage_ids):
                text = data.note or "These passages form no clusters."
            self.empty.say("No clusters yet", text)
            self.show_state(self.empty)
            return
        noise = int(np.count_nonzero(data.cluster_ids == NOISE))
        rows = [*data.clusters]
        if noise:
            rows.append(Cluster(NOISE, noise, (), "Noise", ()))
        self.model.show(rows, cluster_places(data).tolist())
        self.filter.setVisible(len(data.clusters) >= MANY)
        if len(data.clusters) < MANY:
            self.filter.clear()
        self.show_state(None)

    def _select_chosen(self) -> None:
        self.select(self.chosen())

    def _show_on_map(self) -> None:
        index = self.list.currentIndex()
        if index.isValid():
            self.show_asked.emit(index.data(RECORD_ROLE).id)

    def _open_menu(self, at: QPoint) -> None:
        index: QModelIndex = self.list.indexAt(at)
        if index.isValid():
            self.rename_action.setEnabled(index.data(RECORD_ROLE).id != NOISE)
            self.divide_action.setEnabled(bool(self.pair))
            self.menu.popup(self.list.viewport().mapToGlobal(at))

    def _rename(self, cluster_id: int, name: str) -> None:
        corpus = self._session.corpus_name
        if corpus:
            self._link.call(
                "rename_cluster", corpus, cluster_id, name, on_done=partial(self._on_renamed, corpus)
            )

    def _on_renamed(self, corpus: str, clusters: tuple[Cluster, ...]) -> None:
        data = self._session.map
        if data is not None and corpus == self._session.corpus_name:
            self._session.set_map(replace(data, clusters=tuple(clusters)))


def _origin(cluster: Cluster) -> str:
    return "noise" if cluster.id == NOISE else f"cluster {cluster.name}"
