"""Measures in [0, 1] as bars below each other, the ones that matter in colour, the yardstick in grey."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import GAP, tones

BAR = 10


class MeasureBars(QWidget):
    """One line a measure: its name, a bar, the number. A line marks the last one, the yardstick, in all bars."""

    def __init__(self, measures: Sequence[tuple[str, float]]) -> None:
        super().__init__()
        self._measures = tuple(measures)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Measures")
        self.setAccessibleDescription(", ".join(f"{name} {value:.3f}" for name, value in measures))

    def sizeHint(self) -> QSize:
        """Return room for all lines."""
        return QSize(360, self._row() * len(self._measures))

    def minimumSizeHint(self) -> QSize:
        """Return room for all lines at a small width."""
        return QSize(220, self._row() * len(self._measures))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the bars."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        now = tones(self.palette())
        metrics = self.fontMetrics()
        name = max(metrics.horizontalAdvance(text) for text, _value in self._measures) + 2 * GAP
        number = metrics.horizontalAdvance("0.888") + GAP
        middle = Qt.AlignmentFlag.AlignVCenter
        yardstick = self._measures[-1][1]
        for row, (text, value) in enumerate(self._measures):
            top, last = row * self._row(), row == len(self._measures) - 1
            painter.setPen(QColor(now.muted if last else now.text))
            painter.drawText(QRectF(0, top, name, self._row()), middle, text)
            place = QRectF(self.width() - number, top, number, self._row())
            painter.drawText(place, middle | Qt.AlignmentFlag.AlignRight, f"{value:.3f}")
            room = QRectF(name, top + (self._row() - BAR) / 2, max(20, self.width() - name - number), BAR)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(now.hover))
            painter.drawRoundedRect(room, 3, 3)
            bar = QRectF(room)
            bar.setWidth(max(2.0, room.width() * min(max(value, 0.0), 1.0)))
            painter.setBrush(QColor(now.control if last else now.accent))
            painter.drawRoundedRect(bar, 3, 3)
            if not last:
                x = room.left() + room.width() * yardstick
                painter.setPen(QPen(QColor(now.text), 1.5))
                painter.drawLine(QPointF(x, room.top() - 3), QPointF(x, room.bottom() + 3))

    def _row(self) -> int:
        return self.fontMetrics().height() + 8
