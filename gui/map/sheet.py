"""A small sheet that stands over the map beside a place, and never takes the mouse."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from gui.theme import GAP, tones

WIDTH = 330


class Sheet(QWidget):
    """Fill `column`; `stand_beside` finds its place in the parent."""

    def __init__(self, parent: QWidget, name: str) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(name)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(2 * GAP - 4, GAP + 2, 2 * GAP - 4, GAP + 4)
        self.column.setSpacing(3)
        self.hide()

    def stand_beside(self, place: QRectF) -> None:
        """Show it at the right of a place in the parent, else at its left, below or above it; inside the parent."""
        room = self.parentWidget().rect()
        self.setFixedWidth(min(WIDTH, max(room.width() - 2 * GAP, 80)))
        self.setFixedHeight(self.column.heightForWidth(self.width()))
        lowest = max(room.height() - self.height() - GAP, 0)
        top = min(max(place.center().y() - 18, GAP), lowest)
        if place.right() + self.width() <= room.width() - GAP:
            left = place.right()
        elif place.left() - self.width() >= GAP:
            left = place.left() - self.width()
        else:
            left = min(
                max(place.center().x() - self.width() / 2, GAP), max(room.width() - self.width() - GAP, 0)
            )
            below = place.bottom() + self.height() <= room.height() - GAP
            top = place.bottom() if below else max(place.top() - self.height(), 0)
        self.move(round(left), round(top))
        self.show()
        self.raise_()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the sheet."""
        colours = tones(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours.control), 1))
        painter.setBrush(QColor(colours.surface))
        painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)


def sheet_label() -> QLabel:
    """Return a label that wraps and takes its text as it is."""
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label


def paint_chip(sheet: QWidget, beside: QLabel, colour: str) -> None:
    """Draw a cluster's colour into the margin of a label."""
    painter = QPainter(sheet)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    place = beside.geometry()
    line = place.top() + beside.fontMetrics().height() / 2
    painter.drawEllipse(QPointF(place.left() + 5, line + 0.5), 4.5, 4.5)


def cut(text: str, most: int) -> str:
    """Return a text on one line, cut to so many characters."""
    whole = " ".join(text.split())
    return whole if len(whole) <= most else whole[: most - 1].rstrip() + "…"


def quieten(label: QLabel, colour: str) -> None:
    """Write a label in a quieter colour."""
    shades = label.palette()
    shades.setColor(label.foregroundRole(), QColor(colour))
    label.setPalette(shades)
