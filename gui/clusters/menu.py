"""What can be done with the cluster of the passage being read: select it, find it, and ask why."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QIcon, QPixmap
from PySide6.QtWidgets import QMenu, QWidget

from gui.palette import colours_of_clusters
from gui.search.why_box import short
from gui.session import Session
from gui.tables import swatch
from gui.theme import tones
from indexes.records import Cluster

MOST = 30
"""Clusters offered to be held against; the largest come first."""


class ClusterMenu(QMenu):
    """A menu over one cluster; the others are listed when it opens."""

    select_asked = Signal(object)
    show_asked = Signal(int)
    why_asked = Signal(object, object)
    """A cluster, and the one to hold it against or None."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self.cluster: Cluster | None = None
        self.select_action = self.addAction("Select its passages")
        self.show_action = self.addAction("Show it on the map")
        self.addSeparator()
        self.why_action = self.addAction("Why here?")
        self.against = self.addMenu("Why here and not in …")
        self.select_action.triggered.connect(self._on_select)
        self.show_action.triggered.connect(self._on_show)
        self.why_action.triggered.connect(self._on_why)
        self.against.triggered.connect(self._on_against)
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """List the other clusters."""
        self.against.clear()
        data = self._session.map
        others = [one for one in data.clusters if one != self.cluster] if data else []
        if data is not None:
            colours = colours_of_clusters(data, tones(self.palette()).dark)
            for other in others[:MOST]:
                picture = swatch(colours[other.id]) if other.id < len(colours) else QPixmap()
                action = self.against.addAction(QIcon(picture), short(other.name).replace("&", "&&"))
                action.setToolTip(", ".join(other.keywords))
                action.setData(other)
        self.against.setEnabled(bool(others))

    def _on_select(self) -> None:
        if self.cluster:
            self.select_asked.emit(self.cluster)

    def _on_show(self) -> None:
        if self.cluster:
            self.show_asked.emit(self.cluster.id)

    def _on_why(self) -> None:
        if self.cluster:
            self.why_asked.emit(self.cluster, None)

    def _on_against(self, action: QAction) -> None:
        if self.cluster:
            self.why_asked.emit(self.cluster, action.data())
