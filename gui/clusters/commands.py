"""What can be done to the clusters of a map: all work is asked of the engine, and the session told what it answers."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from engine.map.reach import with_reach
from engine.map.records import ChangeLog, MapData
from gui.engine_link import EngineLink
from gui.session import Session
from gui.wording import count
from indexes.records import Branch, Cluster


class ClusterCommands(QObject):
    """Carries out what changes clusters. A map's points keep their array, so that the view of the map stays."""

    def __init__(self, panel: QWidget, link: EngineLink, session: Session) -> None:
        super().__init__(panel)
        self._panel = panel
        self._link = link
        self._session = session
        self._before: MapData | None = None

    def rename_cluster(self, cluster_id: int, name: str) -> None:
        """Give a cluster a name of the user's."""
        self._call("rename_cluster", cluster_id, name, on_done=self._on_clusters)

    def rename_branch(self, branch_id: int, name: str) -> None:
        """Give a branch a name of the user's."""
        self._call("rename_branch", branch_id, name, on_done=self._on_branches)

    def colour(self, cluster_ids: Sequence[int], colour: str) -> None:
        """Give clusters a colour as #rrggbb, "" to take it back."""
        for cluster_id in cluster_ids:
            self._call("colour_cluster", cluster_id, colour, on_done=self._on_clusters)

    def merge(self, cluster_ids: Sequence[int]) -> None:
        """Make one cluster of several."""
        self._start(f"Merging {count(len(cluster_ids), 'cluster')}", "merge_clusters", list(cluster_ids))

    def split(self, cluster_id: int) -> None:
        """Make clusters of a cluster's parts."""
        self._start("Splitting a cluster", "split_cluster", cluster_id)

    def undo(self) -> None:
        """Take the last merge or split back."""
        self._start("Undoing the last merge or split", "undo_cluster_edit")

    def recluster(self, min_cluster_size: int | None) -> None:
        """Find clusters anew, none smaller than a size; None lets the engine choose it."""
        self._start("Finding clusters anew", "recluster", min_cluster_size)

    def measure_stability(self) -> None:
        """Measure how much of each cluster comes back when the map is made otherwise."""
        self._start("Measuring stability", "measure_stability")

    def preview_reach(self, reach: float) -> None:
        """Show the map with another share of the noise in clusters, without telling the engine."""
        data = self._session.map
        if data is not None and len(data.nearest_ids):
            self._before = self._before or data
            shown = with_reach(data.nearest_ids, data.nearness, data.strengths, reach)
            parameters = data.parameters | {"reach": reach}
            self._session.set_map(replace(data, cluster_ids=shown, parameters=parameters))

    def set_reach(self, reach: float) -> None:
        """Keep another share of the noise in clusters; the map as it was comes back when the engine refuses."""
        before, self._before = self._before, None
        self._call("set_reach", reach, on_done=self._on_map, on_error=partial(self._on_refused, before))

    def show_sizes(self) -> None:
        """Show what clusters there would be with other smallest sizes."""
        from gui.clusters.sizes_dialog import SizesDialog

        if self._session.map is not None:
            dialog = SizesDialog(self._link, self._session, self._panel.window())
            dialog.chosen.connect(self.recluster)
            dialog.open()

    def show_history(self) -> None:
        """Show what became of clusters whenever they were found anew."""
        self._call("map_history", on_done=self._on_history)

    def _call(self, method: str, *arguments: object, on_done: object, on_error: object = None) -> None:
        corpus = self._session.corpus_name
        if corpus:
            self._link.call(method, corpus, *arguments, on_done=partial(on_done, corpus), on_error=on_error)

    def _start(self, title: str, method: str, *arguments: object) -> None:
        corpus = self._session.corpus_name
        if corpus:
            self._link.start(title, method, corpus, *arguments, on_done=partial(self._on_map, corpus))

    def _on_clusters(self, corpus: str, clusters: tuple[Cluster, ...]) -> None:
        data = self._session.map
        if data is not None and corpus == self._session.corpus_name:
            self._session.set_map(replace(data, clusters=tuple(clusters)))

    def _on_branches(self, corpus: str, branches: tuple[Branch, ...]) -> None:
        data = self._session.map
        if data is not None and corpus == self._session.corpus_name:
            self._session.set_map(replace(data, branches=tuple(branches)))

    def _on_map(self, corpus: str, data: MapData | None) -> None:
        if data is not None and corpus == self._session.corpus_name:
            self._session.set_map(in_place(data, self._session.map))

    def _on_refused(self, before: MapData | None, sentence: str) -> None:
        if before is not None and self._session.map is not None and before.xy is self._session.map.xy:
            self._session.set_map(before)
        self._link.failed.emit(sentence)

    def _on_history(self, corpus: str, history: tuple[ChangeLog, ...]) -> None:
        from gui.clusters.history_dialog import HistoryDialog

        if corpus == self._session.corpus_name:
            HistoryDialog(history, self._panel.window()).open()


def in_place(new: MapData, old: MapData | None) -> MapData:
    """Return a map with the old one's own array of points when they are the same points at the same places."""
    if old is None or not np.array_equal(new.passage_ids, old.passage_ids):
        return new
    return replace(new, xy=old.xy) if np.array_equal(new.xy, old.xy) else new
