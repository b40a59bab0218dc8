"""A passage in a list, in two lines: where it stands, and what it says."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui.tables import RECORD_ROLE, Index
from gui.theme import GAP, scaled, tones
from indexes.records import Passage


class TwoLines(QStyledItemDelegate):
    """Draws a record in two lines. `says` returns the upper line, the quieter lower one, and a number at the right."""

    def __init__(
        self, says: Callable[[Any], tuple[str, str, str]], parent: QObject, margin: int = GAP
    ) -> None:
        super().__init__(parent)
        self._says = says
        self._margin = margin

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Return two comfortable lines."""
        return QSize(120, row_height(option.fontMetrics))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a row."""
        above, below, number = self._says(index.data(RECORD_ROLE))
        colours = tones(option.palette)
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(colours.accent_soft))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(option.rect, QColor(colours.hover))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(colours.accent), 1))
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))
        room = option.rect.adjusted(self._margin, 4, -self._margin, -4)
        upper = QRect(room.left(), room.top(), room.width(), option.fontMetrics.height())
        if number:
            painter.setPen(QColor(colours.muted))
            painter.drawText(upper, Qt.AlignmentFlag.AlignRight, number)
            upper.setRight(upper.right() - option.fontMetrics.horizontalAdvance(number) - GAP)
        painter.setPen(QColor(colours.text))
        _draw_elided(painter, upper, above, Qt.TextElideMode.ElideMiddle)
        painter.setFont(scaled(option.font, 0.95))
        painter.setPen(QColor(colours.muted))
        lower = QRect(room.left(), upper.bottom() + 1, room.width(), painter.fontMetrics().height() + 2)
        _draw_elided(painter, lower, below, Qt.TextElideMode.ElideRight)
        painter.restore()


def row_height(metrics: QFontMetrics) -> int:
    """Return the height of two lines."""
    return 2 * metrics.height() + 10


def place_of(passage: Passage) -> str:
    """Return a passage's document, and where in it."""
    title = passage.title or passage.document_key
    return "  ·  ".join(part for part in (title, str(passage.locator)) if part)


def on_one_line(text: str, passage: Passage) -> str:
    """Return what a passage, or the snippet of one, says, without the title that some begin with."""
    return " ".join(text.removeprefix(passage.title).split())


def _draw_elided(painter: QPainter, room: QRect, text: str, mode: Qt.TextElideMode) -> None:
    shown = painter.fontMetrics().elidedText(text, mode, room.width())
    painter.drawText(room, Qt.AlignmentFlag.AlignLeft, shown)
