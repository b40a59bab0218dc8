"""How a row of a list is drawn: a text that gives way, and beside it, quieter, what counts of it."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui.tables import RECORD_ROLE
from gui.theme import GAP, scaled, tones

Index = QModelIndex | QPersistentModelIndex


class RowDelegate(QStyledItemDelegate):
    """Draws a record's text, and at the right what `aside` says of the record."""

    indent = 2 * GAP
    """Pixels before the text."""

    def __init__(self, parent: QObject, aside: Callable[[Any], str]) -> None:
        super().__init__(parent)
        self._aside = aside

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a row."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _paint_ground(painter, option)
        colours = tones(option.palette)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(scaled(option.font, 0.95))
        aside = self._aside(index.data(RECORD_ROLE))
        room = self.room(option.rect, painter.fontMetrics().horizontalAdvance(aside) + GAP)
        painter.setPen(QColor(colours.muted))
        painter.drawText(option.rect.adjusted(0, 0, -2 * GAP, 0), middle | Qt.AlignmentFlag.AlignRight, aside)
        painter.setFont(option.font)
        painter.setPen(QColor(colours.muted if self.is_quiet(index) else colours.text))
        text = painter.fontMetrics().elidedText(
            str(index.data()), Qt.TextElideMode.ElideRight, max(room.width(), 0)
        )
        painter.drawText(room, middle | Qt.AlignmentFlag.AlignLeft, text)
        self.paint_sign(painter, option, index)
        painter.restore()

    def paint_sign(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw something before the text; nothing by default."""

    def is_quiet(self, _index: Index) -> bool:
        """Say whether the text is in the quieter colour too."""
        return False

    def room(self, row: QRect, taken: int) -> QRect:
        """Return where the text stands when `taken` pixels at the right are not its own."""
        return row.adjusted(self.indent, 0, -2 * GAP - taken, 0)

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Return one comfortable line."""
        return QSize(140, option.fontMetrics.height() + 10)


def _paint_ground(painter: QPainter, option: QStyleOptionViewItem) -> None:
    colours = tones(option.palette)
    chosen = bool(option.state & QStyle.StateFlag.State_Selected)
    if chosen or option.state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(option.rect, QColor(colours.accent_soft if chosen else colours.hover))
    if option.state & QStyle.StateFlag.State_HasFocus:
        painter.setPen(QPen(QColor(colours.accent), 1))
        painter.drawRect(option.rect.adjusted(0, 0, -1, -1))
