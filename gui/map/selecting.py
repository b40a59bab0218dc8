"""Selecting on the map: what the hand goes round, what is in view, a cluster, what is new, all but the selection."""

import numpy as np
from PySide6.QtCore import QObject

from gui.map.drawing.figure import Rows
from gui.map.drawing.names import Name
from gui.map.drawing.surface import NO_ROWS
from gui.map.named import rows_of_name
from gui.map.view import MapView
from gui.session import Session


class Selecting(QObject):
    """Writes the session's selection and shows it; a million points pass without a step of Python for each."""

    def __init__(self, session: Session, view: MapView) -> None:
        super().__init__(view)
        self._session = session
        self._view = view
        self._chosen: tuple[frozenset[int], Rows] = (frozenset(), NO_ROWS)
        view.rows_selected.connect(self.select)
        view.cluster_selected.connect(self.select_cluster)
        view.name_selected.connect(self.select_name)
        view.clear_wanted.connect(self.clear)
        session.selection_changed.connect(self.show)

    def select(self, rows: Rows, origin: str, intent: str = "replace") -> None:
        """Change the one selection by rows of the map; `intent` is "replace", "add" or "remove"."""
        if self._view.figure is None:
            return
        chosen = frozenset(self._view.figure.data.passage_ids[rows].tolist())
        if intent == "replace":
            self._chosen = (chosen, rows)
        elif intent == "add":
            chosen = self._session.selection | chosen
        else:
            chosen = self._session.selection - chosen
        self._session.set_selection(chosen, origin)

    def select_cluster(self, cluster_id: int, intent: str = "replace") -> None:
        """Select a cluster's passages; those of no cluster for -1."""
        data = self._session.map
        if data is None or cluster_id >= len(data.clusters):
            return
        name = data.clusters[cluster_id].name if cluster_id >= 0 else ""
        rows = np.flatnonzero(data.cluster_ids == cluster_id).astype(np.int32)
        self.select(rows, f"cluster {name}" if name else "noise", intent)

    def select_name(self, name: Name, intent: str = "replace") -> None:
        """Select what a name on the map stands for."""
        if self._view.figure is not None:
            kind = ("branch", "cluster", "part")[name.level]
            self.select(rows_of_name(self._view.figure, name), f"{kind} {name.text}", intent)

    def cluster_here(self) -> None:
        """Select the cluster of the point that keys have walked to, else of the passage being read."""
        row = self._view.place_of_keys()
        if row >= 0 and self._session.map is not None:
            self.select_cluster(int(self._session.map.cluster_ids[row]))

    def in_view(self) -> None:
        """Select what is in the window now."""
        if self._view.figure is not None:
            self.select(self._view.figure.rows_in_rectangle(self._view.view.bounds), "in view")

    def new(self) -> None:
        """Select what was added since the map was made."""
        data = self._session.map
        if data is not None:
            self.select(np.flatnonzero(data.is_new).astype(np.int32), "new on the map")

    def invert(self) -> None:
        """Select everything on the map that is not selected."""
        if self._view.figure is not None:
            others = np.ones(len(self._view.figure.data.passage_ids), dtype=np.bool_)
            others[self._rows()] = False
            self.select(np.flatnonzero(others).astype(np.int32), "all others")

    def clear(self) -> None:
        """Select nothing."""
        self._session.set_selection((), "")

    def show(self) -> None:
        """Light up the selection, whichever panel made it."""
        if self._view.figure is not None:
            self._view.select(self._rows())

    def forget(self) -> None:
        """Forget rows of a map that has gone."""
        self._chosen = (frozenset(), NO_ROWS)

    def _rows(self) -> Rows:
        selection, (known, rows) = self._session.selection, self._chosen
        if selection is known or self._view.figure is None:
            return rows
        return self._view.figure.rows_of(selection)
