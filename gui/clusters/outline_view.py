"""The outline as it is seen and used: rows that fold, keys, what is under the hand, and the row the map points at."""

from collections.abc import Set

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QAbstractItemView, QStyleOptionViewItem, QTreeView

from gui.clusters.outline import Entry, EntryKind, Outline
from gui.clusters.outline_delegate import OutlineDelegate
from gui.clusters.outline_model import Key, OutlineModel
from gui.theme import GAP, tones

Fold = tuple[EntryKind, str]
"""A row that holds others, known by its name: ids change when clusters are found anew."""
Kept = tuple[tuple[Key, ...], Key | None]
"""Chosen rows and the current one."""

NOBODY = -1
NO_MATCH = "No cluster matches"
INDENT = 16
FEW = 40
"""Clusters up to which branches stand open at first."""


class OutlineView(QTreeView):
    """Enter or a double click chooses the selected rows; F2 renames; left and right fold."""

    chosen = Signal()
    hovered = Signal(int)
    """The cluster of the row under the hand or, by keyboard, of the current row; -1 for none."""
    menu_wanted = Signal(QPoint)
    """Where on the screen a menu over the chosen rows should open."""

    def __init__(self, model: OutlineModel) -> None:
        super().__init__()
        self.setAccessibleName("Clusters")
        self._marked = NOBODY
        self._under = QPersistentModelIndex()
        self._model = model
        self.setModel(model)
        self._delegate = OutlineDelegate(self)
        self.setItemDelegate(self._delegate)
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setIndentation(INDENT)
        self.setExpandsOnDoubleClick(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)  # Enter would edit on macOS
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.entered.connect(self._on_entered)
        self.viewportEntered.connect(self._on_left)

    def make_room(self, outline: Outline) -> None:
        """Learn what the rows are going to show."""
        self._delegate.make_room(outline)

    # what is chosen and unfolded

    def count(self) -> int:
        """Return how many rows are chosen."""
        return sum(rows.height() for rows in self.selectionModel().selection())

    def entries(self) -> list[Entry]:
        """Return what the chosen rows show, from top to bottom."""
        rows = [row for rows in self.selectionModel().selection() for row in rows.indexes()]
        return self._model.in_order(self._model.entry(row) for row in rows)

    def unfolded(self) -> set[Fold]:
        """Return the rows that show what they hold."""
        return {_fold(self._model.entry(row)) for row in self._model.holding() if self.isExpanded(row)}

    def unfold(self, folds: Set[Fold]) -> None:
        """Let rows show what they hold, and all others not."""
        self.collapseAll()
        for row in self._model.holding():
            if _fold(self._model.entry(row)) in folds:
                self.expand(row)

    def folds(self) -> set[Fold]:
        """Return the rows that can be folded."""
        return {_fold(self._model.entry(row)) for row in self._model.holding()}

    def keep(self) -> Kept:
        """Return what is chosen and current, for `choose`."""
        index = self.currentIndex()
        current = self._model.entry(index).key if index.isValid() else None
        return tuple(entry.key for entry in self.entries()), current

    def choose(self, kept: Kept) -> None:
        """Choose again what was chosen, as far as it is on show."""
        keys, current = kept
        selection = self.selectionModel()
        if current is not None:
            selection.setCurrentIndex(self._model.index_of(current), selection.SelectionFlag.NoUpdate)
        chosen = QItemSelection()
        for row in filter(QModelIndex.isValid, map(self._model.index_of, keys)):
            chosen.select(row, row)
        selection.select(chosen, selection.SelectionFlag.Select)

    def mark(self, cluster_id: int) -> None:
        """Mark the row of the cluster that is pointed at, or the folded row that hides it; -1 for none."""
        if cluster_id != self._marked:
            self._marked = cluster_id
            self.viewport().update()

    def edit_current(self) -> None:
        """Let the name of the current row be typed over."""
        index = self.currentIndex()
        if index.isValid() and index.flags() & Qt.ItemFlag.ItemIsEditable:
            self.scrollTo(index)
            self.edit(index)

    # the hand and the keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose by Enter, rename by F2."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit()
        elif event.key() == Qt.Key.Key_F2:
            self.edit_current()
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Choose by a double click; on the sign of a fold it is two clicks."""
        super().mouseDoubleClickEvent(event)
        at = event.position().toPoint()
        if event.button() == Qt.MouseButton.LeftButton and self.visualRect(self.indexAt(at)).contains(at):
            self.chosen.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for a menu: at the hand, or under the current row when the keyboard asks."""
        at = event.pos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            at = self.visualRect(self.currentIndex()).bottomLeft()
        if self.indexAt(at).isValid():
            self.menu_wanted.emit(self.viewport().mapToGlobal(at))

    def leaveEvent(self, event: QEvent) -> None:
        """Point at nothing."""
        super().leaveEvent(event)
        self._under = QPersistentModelIndex()
        self.viewport().update()
        self.hovered.emit(NOBODY)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Point at nothing."""
        super().focusOutEvent(event)
        self.hovered.emit(NOBODY)

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:
        """Point at the cluster that the keyboard has come to."""
        super().currentChanged(current, previous)
        if self.hasFocus():
            self._point_at(current)

    # drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows; say so when words leave none."""
        super().paintEvent(event)
        if self._model.words and not self._model.rowCount():
            painter = QPainter(self.viewport())
            painter.setPen(QColor(tones(self.palette()).muted))
            place = self.viewport().rect().adjusted(INDENT, GAP, -INDENT, 0)
            painter.drawText(place, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter, NO_MATCH)

    def drawRow(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Draw the ground of the whole row when it is pointed at, then the row."""
        row = QRect(0, option.rect.top(), self.viewport().width(), option.rect.height())
        colours = tones(self.palette())
        marked, current = self._stands_for_marked(index), index == self.currentIndex()
        if self.selectionModel().isSelected(index):
            painter.fillRect(row, QColor(colours.accent_soft))
        elif marked or index == self._under:
            painter.fillRect(row, QColor(colours.hover))
        super().drawRow(painter, option, index)
        if marked:
            painter.fillRect(QRect(0, row.top(), 3, row.height()), QColor(colours.accent))
        if current and self.hasFocus():
            painter.setPen(QPen(QColor(colours.accent), 1))
            painter.drawRect(row.adjusted(0, 0, -1, -1))

    def drawBranches(self, painter: QPainter, rect: QRect, index: QModelIndex) -> None:
        """Draw the sign of a fold."""
        if not self._model.hasChildren(index):
            return
        centre = QPointF(rect.right() - INDENT / 2 + 1, rect.center().y() + 0.5)
        corners = (
            ((-3, -1.5), (0, 1.5), (3, -1.5)) if self.isExpanded(index) else ((-1.5, -3), (1.5, 0), (-1.5, 3))
        )
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(QColor(tones(self.palette()).muted), 1.5)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.drawPolyline(QPolygonF([centre + QPointF(x, y) for x, y in corners]))
        painter.restore()

    def _stands_for_marked(self, index: QModelIndex) -> bool:
        if self._marked == NOBODY:
            return False
        entry = self._model.entry(index)
        if entry.kind == "branch":
            return self._marked in entry.clusters and not self.isExpanded(index)
        return entry.kind == "cluster" and entry.id == self._marked

    def _on_entered(self, index: QModelIndex) -> None:
        self._under = QPersistentModelIndex(index)
        self.viewport().update()
        self._point_at(index)

    def _on_left(self) -> None:
        self._on_entered(QModelIndex())

    def _point_at(self, index: QModelIndex) -> None:
        entry = self._model.entry(index) if index.isValid() else None
        one = entry is not None and entry.kind in ("cluster", "part")
        self.hovered.emit(entry.clusters[0] if entry is not None and one else NOBODY)


def open_at_first(outline: Outline) -> set[Fold]:
    """Return the branches, which show their clusters where that is not a long list."""
    few = sum(entry.kind == "cluster" for entry in outline.entries) <= FEW
    return {_fold(entry) for entry in outline.entries if few and entry.kind == "branch"}


def _fold(entry: Entry) -> Fold:
    return entry.kind, entry.name
