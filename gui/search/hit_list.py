"""The list of hits: what the mouse and the keys do in it."""

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyleOptionViewItem, QWidget

from gui.search.hit_delegate import HitDelegate, Part
from gui.search.hit_rows import ResultRow
from gui.tables import Column, Records

GRADE_KEYS = {
    Qt.Key.Key_Plus: 1,
    Qt.Key.Key_G: 1,
    Qt.Key.Key_Minus: 0,
    Qt.Key.Key_B: 0,
}
GRADES: dict[Part, int] = {"good": 1, "not_good": 0}


class HitList(QListView):
    """Shows result rows; a hit that is chosen is read, marked with its icons or + and −, folds open with Enter."""

    chosen = Signal(int)
    """A passage to read."""
    graded = Signal(int, int)
    """A passage, and the grade that was clicked: 1 good, 0 not; also when it has this grade already."""
    folded = Signal(object)
    """A row that folds others, or leads into its document, was pressed."""
    left_upwards = Signal()
    """Up in the first row."""
    viewed = Signal()
    """Other rows came into view."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: Records[ResultRow] = Records((Column("Hit", _said, tip=_tip),), self)
        self.delegate = HitDelegate(self)
        self.setModel(self.rows)
        self.setItemDelegate(self.delegate)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMouseTracking(True)
        self.setAccessibleName("Hits")
        self.setAccessibleDescription("Plus marks a hit as good, minus as not good")
        self.verticalScrollBar().valueChanged.connect(self.viewed)
        self.selectionModel().currentChanged.connect(self._on_current)

    def show_rows(self, rows: list[ResultRow], keep: bool = False) -> None:
        """Show other rows; with `keep` what is in view and the current row stay, as far as they are still there."""
        index, scrolled = self.currentIndex(), self.verticalScrollBar().value()
        before = self.rows.rows[index.row()] if index.isValid() else None
        self.delegate.hot = (-1, "")
        self.rows.show(rows)
        if keep and before is not None:
            same = [row.kind == before.kind and row.passage_id == before.passage_id for row in rows]
            self._make_current(same.index(True) if True in same else -1)
        if keep:
            self.doItemsLayout()
            self.verticalScrollBar().setValue(scrolled)

    def hits(self) -> list[int]:
        """Return the rows that are hits."""
        return [number for number, row in enumerate(self.rows.rows) if row.kind == "hit"]

    def show_current(self, passage_id: int) -> None:
        """Show the row of a passage as the current one, if there is one, without choosing it again."""
        number = self._row_of(passage_id)
        if number != self.currentIndex().row() or number < 0:
            self._make_current(number)
            self.viewport().update()
        if number >= 0:
            self.scrollTo(self.rows.index(number, 0))

    def bring_into_view(self, passage_id: int) -> None:
        """Scroll as little as it takes to see a hit."""
        number = self._row_of(passage_id)
        if number >= 0:
            self.scrollTo(self.rows.index(number, 0))

    def current_hit(self) -> ResultRow | None:
        """Return the hit that is the current row."""
        index = self.currentIndex()
        row = self.rows.rows[index.row()] if index.isValid() else None
        return row if row is not None and row.kind == "hit" else None

    def in_view(self) -> list[int]:
        """Return the passages of the hits that can be seen now, top down."""
        seen = self.viewport().rect()
        return [
            self.rows.rows[number].passage_id
            for number in self.hits()
            if self.visualRect(self.rows.index(number, 0)).intersects(seen)
        ]

    def step(self, by: int) -> None:
        """Make the next hit, or the one before, the current row; after the last comes the first."""
        hits = self.hits()
        if not hits:
            return
        now = self.currentIndex().row()
        if now < 0:
            number = hits[0]
        elif by > 0:
            number = next((hit for hit in hits if hit > now), hits[0])
        else:
            number = next((hit for hit in reversed(hits) if hit < now), hits[-1])
        self.setCurrentIndex(self.rows.index(number, 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Mark with + and −, open folds with Enter, leave upwards from the first row."""
        key = Qt.Key(event.key())
        row = self.currentIndex().row()
        if event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier):
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_Up and row <= 0:
            self.left_upwards.emit()
        elif key in GRADE_KEYS and (hit := self.current_hit()) is not None:
            self.graded.emit(hit.passage_id, GRADE_KEYS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and row >= 0:
            self._press(self.rows.rows[row])
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Mark a hit where its icons are; press folds; else choose the row."""
        index = self.indexAt(event.position().toPoint())
        row = self.rows.rows[index.row()] if index.isValid() else None
        part = self._part(index, event.position().toPoint())
        if (
            row is None
            or event.button() != Qt.MouseButton.LeftButton
            or (row.kind == "hit" and part not in GRADES)
        ):
            super().mousePressEvent(event)
        elif part in GRADES:
            self.graded.emit(row.passage_id, GRADES[part])
        else:
            super().mousePressEvent(event)
            self._press(row)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Light up the icon under the mouse."""
        super().mouseMoveEvent(event)
        position = event.position().toPoint()
        index = self.indexAt(position)
        part = self._part(index, position)
        hot: tuple[int, Part] = (index.row(), part if part in GRADES else "")
        if hot != self.delegate.hot:
            self.delegate.hot = hot
            self.viewport().update()
        leads = index.isValid() and self.rows.rows[index.row()].kind in ("more", "alike", "like", "nearest")
        shape = Qt.CursorShape.PointingHandCursor if leads or part in GRADES else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)

    def leaveEvent(self, event: QEvent) -> None:
        """Darken the icon that was under the mouse."""
        super().leaveEvent(event)
        self.delegate.hot = (-1, "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or fewer rows are in view."""
        super().resizeEvent(event)
        self.viewed.emit()

    def _row_of(self, passage_id: int) -> int:
        """Return the row of a hit or of a passage like one, -1 when it is not here."""
        rows = enumerate(self.rows.rows)
        found = (
            number for number, row in rows if row.kind in ("hit", "like") and row.passage_id == passage_id
        )
        return next(found, -1)

    def _make_current(self, number: int) -> None:
        """Make a row the current one without telling anybody; -1 for none."""
        model = self.selectionModel()
        model.blockSignals(True)
        model.setCurrentIndex(self.rows.index(number, 0), QItemSelectionModel.SelectionFlag.ClearAndSelect)
        model.blockSignals(False)

    def _part(self, index: QModelIndex, position: QPoint) -> Part:
        if not index.isValid():
            return ""
        option = QStyleOptionViewItem()
        option.rect = self.visualRect(index)
        option.font = self.font()
        return self.delegate.part_at(option, self.rows.rows[index.row()], position)

    def _press(self, row: ResultRow) -> None:
        if row.kind in ("more", "alike", "nearest"):
            self.folded.emit(row)

    def _on_current(self, index: QModelIndex) -> None:
        if index.isValid() and self.rows.rows[index.row()].kind in ("hit", "like"):
            self.chosen.emit(self.rows.rows[index.row()].passage_id)


def _said(row: ResultRow) -> str:
    return row.said


def _tip(row: ResultRow) -> str:
    if row.hit is None:
        return row.tip or row.text
    passage = row.hit.passage
    return "\n".join(line for line in (passage.title, passage.path, f"Rank {row.hit.rank}") if line)
