"""What can be done at a place of the map: read, list what lies here, select or go to the cluster."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from gui.map.selecting import Selecting
from gui.map.view import MapView
from gui.wording import count


class PointMenu(QMenu):
    """Opens by the right button or the menu key; what concerns a point is disabled where there is none."""

    def __init__(self, view: MapView, selecting: Selecting, always: Sequence[QAction]) -> None:
        super().__init__(view)
        self._view = view
        self._selecting = selecting
        self._row = -1
        self.setToolTipsVisible(True)
        self.read_action = self.addAction("Read this passage")
        self.here_action = self.addAction("")
        self.addSeparator()
        self.select_action = self.addAction("Select its cluster")
        self.show_action = self.addAction("Go to its cluster")
        self.addSeparator()
        self.addActions(list(always))
        self.read_action.triggered.connect(self._read)
        self.here_action.triggered.connect(self._list_here)
        self.select_action.triggered.connect(self._select)
        self.show_action.triggered.connect(self._show)
        view.menu_wanted.connect(self.open_at)

    def open_at(self, corner: QPoint, row: int) -> None:
        """Open at a place on the screen, over a row of the map, -1 for none."""
        self._row = row
        here = len(self._view.rows_under(row)) if row >= 0 else 0
        cluster_id = self._cluster_id()
        self.read_action.setEnabled(row >= 0)
        self.here_action.setText(
            f"List the {count(here, 'passage')} here" if here > 1 else "List what lies here"
        )
        self.here_action.setEnabled(here > 1)
        self.select_action.setText("Select its cluster" if cluster_id >= 0 or row < 0 else "Select all noise")
        self.select_action.setEnabled(row >= 0)
        self.show_action.setEnabled(cluster_id >= 0)
        self.popup(corner)

    def _cluster_id(self) -> int:
        figure = self._view.figure
        return int(figure.data.cluster_ids[self._row]) if figure is not None and self._row >= 0 else -1

    def _read(self) -> None:
        self._view.point_chosen.emit(self._row)

    def _list_here(self) -> None:
        self._view.here_wanted.emit(self._view.rows_under(self._row))

    def _select(self) -> None:
        self._selecting.select_cluster(self._cluster_id())

    def _show(self) -> None:
        if self._view.figure is not None:
            self._view.show_rows(self._view.figure.rows_of_clusters([self._cluster_id()]))
