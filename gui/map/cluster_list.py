"""The list of clusters: its model, how a row is drawn, and its keys."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPointF,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QListView,
    QStyleOptionViewItem,
    QWidget,
)

from gui.palette import cluster_colours, noise_colour
from gui.row_delegate import Index, RowDelegate
from gui.tables import RECORD_ROLE
from gui.theme import GAP, tones
from gui.wording import count
from indexes.records import Cluster

COLOUR_ROLE = RECORD_ROLE + 1
NOWHERE = QModelIndex()


class ClusterModel(QAbstractListModel):
    """Clusters, and the noise as a last row with id −1. A new name is asked for, not set: the catalogue has it."""

    rename_asked = Signal(int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Cluster] = []
        self._places: list[int] = []

    def show(self, rows: Sequence[Cluster], places: Sequence[int]) -> None:
        """Show clusters and which of the cluster colours each has; names change without losing the place."""
        same = [row.id for row in rows] == [row.id for row in self.rows]
        if same and rows:
            self.rows, self._places = list(rows), list(places)
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self.rows, self._places = list(rows), list(places)
        self.endResetModel()

    def rowCount(self, parent: Index = NOWHERE) -> int:
        """Return the number of rows."""
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return name, words for a screen reader, keywords as tool tip, the cluster, or its colour's place."""
        if not index.isValid():
            return None
        cluster = self.rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return cluster.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{cluster.name}, {count(cluster.size, 'passage')}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return ", ".join(cluster.keywords) or "Passages that belong to no cluster"
        if role == RECORD_ROLE:
            return cluster
        if role == COLOUR_ROLE:
            return self._places[index.row()] if cluster.id >= 0 else -1
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Clusters can be renamed, the noise cannot."""
        flags = super().flags(index)
        if index.isValid() and self.rows[index.row()].id >= 0:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Ask for a new name; an empty one changes nothing."""
        name = " ".join(str(value).split())
        if not index.isValid() or role != Qt.ItemDataRole.EditRole or not name:
            return False
        cluster = self.rows[index.row()]
        if name != cluster.name:
            self.rename_asked.emit(cluster.id, name)
        return True


class ClusterList(QListView):
    """Enter or a double click chooses the selected rows; F2 renames."""

    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Clusters")
        self.setItemDelegate(ClusterDelegate(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)  # Enter would edit on macOS
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def edit_current(self) -> None:
        """Let the name of the current row be typed over."""
        index = self.currentIndex()
        if index.isValid() and index.flags() & Qt.ItemFlag.ItemIsEditable:
            self.edit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose by Enter, rename by F2."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit()
        elif event.key() == Qt.Key.Key_F2:
            self.edit_current()
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Choose by a double click."""
        super().mouseDoubleClickEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and self.indexAt(event.position().toPoint()).isValid():
            self.chosen.emit()


class ClusterDelegate(RowDelegate):
    """Draws a chip in the cluster's colour before its name, and its size; edits the name where it stands."""

    indent = 3 * GAP + 10

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent, _size)

    def paint_sign(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the chip."""
        dark = tones(option.palette).dark
        place = index.data(COLOUR_ROLE)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(cluster_colours(dark)[place] if place >= 0 else noise_colour(dark)))
        painter.drawEllipse(QPointF(option.rect.left() + 2 * GAP + 5, option.rect.center().y() + 0.5), 5, 5)

    def is_quiet(self, index: Index) -> bool:
        """Say that noise is no cluster like the others."""
        return bool(index.data(RECORD_ROLE).id < 0)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, _index: Index) -> None:
        """Let the name be typed where it stands."""
        editor.setGeometry(self.room(option.rect, 0).adjusted(-4, 1, 0, -1))

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, index: Index) -> QWidget:
        """Return a line for the name."""
        line = QLineEdit(parent)
        line.setAccessibleName(f"New name of {index.data()}")
        line.setStyleSheet("QLineEdit { padding: 0 3px; border-radius: 3px; }")
        return line


def _size(cluster: Cluster) -> str:
    return f"{cluster.size:,}"
