"""The passages nearest in meaning to the one being read: title, place and cosine over what they say."""

from PySide6.QtCore import QModelIndex, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from engine.records import Hit
from gui.signed_bars import hundredths
from gui.tables import RECORD_ROLE, Column, Index, Records
from gui.theme import GAP, scaled, tones

ROWS = 3.4
"""Rows in view; the part of one says that there are more."""


class NeighbourList(QListView):
    """A click or Enter reads a neighbour."""

    chosen = Signal(int)
    """A passage id."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: Records[Hit] = Records((Column("Neighbour", said, tip=_tip),), self)
        self.setModel(self.rows)
        self.setItemDelegate(NeighbourDelegate(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setAccessibleName("Nearest passages")
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.clicked.connect(self._on_chosen)

    def sizeHint(self) -> QSize:
        """Return room for a few rows."""
        return QSize(200, round(row_height(self.fontMetrics()) * ROWS))

    def minimumSizeHint(self) -> QSize:
        """Return room for a row."""
        return QSize(80, row_height(self.fontMetrics()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Read the current row by Enter."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_chosen(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _on_chosen(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(self.rows.rows[index.row()].passage.id)


class NeighbourDelegate(QStyledItemDelegate):
    """Draws a neighbour in two lines."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Return two comfortable lines."""
        return QSize(120, row_height(option.fontMetrics))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw title, place and cosine, and below, quieter, what the passage says."""
        hit: Hit = index.data(RECORD_ROLE)
        colours = tones(option.palette)
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(colours.accent_soft))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(option.rect, QColor(colours.hover))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(colours.accent), 1))
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))
        room = option.rect.adjusted(2 * GAP, 4, -2 * GAP, -4)
        cosine = hundredths(hit.score)
        upper = QRect(room.left(), room.top(), room.width(), option.fontMetrics.height())
        painter.setPen(QColor(colours.muted))
        painter.drawText(upper, Qt.AlignmentFlag.AlignRight, cosine)
        upper.setRight(upper.right() - option.fontMetrics.horizontalAdvance(cosine) - GAP)
        painter.setPen(QColor(colours.text))
        _draw_elided(painter, upper, place_of(hit), Qt.TextElideMode.ElideMiddle)
        painter.setFont(scaled(option.font, 0.95))
        painter.setPen(QColor(colours.muted))
        lower = QRect(room.left(), upper.bottom() + 1, room.width(), painter.fontMetrics().height() + 2)
        _draw_elided(painter, lower, text_of(hit), Qt.TextElideMode.ElideRight)
        painter.restore()


def row_height(metrics: QFontMetrics) -> int:
    """Return the height of two lines."""
    return 2 * metrics.height() + 10


def place_of(hit: Hit) -> str:
    """Return the document of a neighbour, and where in it."""
    title = hit.passage.title or hit.passage.document_key
    return "  ·  ".join(part for part in (title, str(hit.passage.locator)) if part)


def text_of(hit: Hit) -> str:
    """Return what a neighbour says, on one line, without the title that some passages begin with."""
    return " ".join(hit.snippet.text.removeprefix(hit.passage.title).split())


def said(hit: Hit) -> str:
    """Return a neighbour in one line, as a screen reader says it."""
    return f"{place_of(hit)}, cosine {hundredths(hit.score)}: {text_of(hit)}"


def _tip(hit: Hit) -> str:
    return f"{place_of(hit)}\n{hit.snippet.text}\nCosine with the passage being read: {hit.score:.3f}"


def _draw_elided(painter: QPainter, room: QRect, text: str, mode: Qt.TextElideMode) -> None:
    painter.drawText(
        room, Qt.AlignmentFlag.AlignLeft, painter.fontMetrics().elidedText(text, mode, room.width())
    )
