"""The shares of labels in a row of a table, as a stacked bar."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QRectF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from engine.tagging.records import TagTotal
from gui.tables import RECORD_ROLE, Index
from gui.tagging.label_looks import Look
from gui.tagging.shares_bar import THICK, draw_shares
from gui.theme import GAP, tones


class TotalsDelegate(QStyledItemDelegate):
    """Draws a TagTotal's counts over the ground that every cell has."""

    def __init__(self, looks: Sequence[Look], parent: QObject) -> None:
        super().__init__(parent)
        self._looks = tuple(looks)

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Return room for a bar."""
        return QSize(160, option.fontMetrics.height() + 10)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the bar."""
        super().paint(painter, option, index)
        total: TagTotal = index.data(RECORD_ROLE)
        colours = tones(option.palette)
        room = QRectF(option.rect).adjusted(GAP, 0, -GAP, 0)
        bar = QRectF(room.left(), room.center().y() - THICK / 2, room.width(), THICK)
        draw_shares(
            painter, bar, total.counts, [look.colour(colours.dark) for look in self._looks], colours.border
        )
