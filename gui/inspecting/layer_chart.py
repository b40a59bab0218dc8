"""A number by layer as a small line chart, with the numbers at its points."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import GAP, scaled, tones

HEIGHT = 7
"""Lines of text that a chart is high."""


class LayerChart(QWidget):
    """Draws one line over the layers, the embeddings' output first; it begins later where there are fewer numbers."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._values: tuple[float, ...] = ()
        self._places: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)

    def show_values(self, places: Sequence[str], values: Sequence[float]) -> None:
        """Show a number for each place on the way, or for the last ones of them."""
        self._places, self._values = tuple(places), tuple(values)
        own = places[len(places) - len(values) :]
        told = ", ".join(f"{place} {value:.2f}" for place, value in zip(own, values, strict=True))
        self.setAccessibleDescription(told)
        self.setToolTip(told.replace(", ", "\n"))
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for the title, the line and the names of the layers."""
        return QSize(320, HEIGHT * self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        """Return the same at a small width."""
        return QSize(200, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the title, the line with its points, and the names below."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = tones(self.palette())
        line = self.fontMetrics().height()
        painter.setPen(QColor(colours.text))
        painter.setFont(scaled(self.font(), 1.0, QFont.Weight.DemiBold))
        painter.drawText(QRectF(0, 0, self.width(), line), Qt.AlignmentFlag.AlignLeft, self._name)
        if len(self._values) < 2:
            return
        points = self._points()
        bottom = self.height() - line - GAP / 2
        painter.setPen(QPen(QColor(colours.border), 1))
        painter.drawLine(QPointF(0, bottom), QPointF(self.width(), bottom))
        painter.setPen(QPen(QColor(colours.accent), 2))
        painter.drawPolyline(QPolygonF(points))
        painter.setFont(scaled(self.font(), 0.88))
        step = points[1].x() - points[0].x()
        written = painter.fontMetrics().horizontalAdvance("−0.00") + 6 <= step
        for number, point in enumerate(points):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.accent))
            painter.drawEllipse(point, 3, 3)
            if not written and number not in (0, len(points) - 1):
                continue
            column = QRectF(point.x() - step, point.y() - line - 2, 2 * step, line)
            painter.setPen(QColor(colours.text))
            painter.drawText(column, Qt.AlignmentFlag.AlignCenter, self._number(number))
            painter.setPen(QColor(colours.muted))
            column.moveTop(bottom + 2)
            place = self._places[number + len(self._places) - len(self._values)]
            painter.drawText(column, Qt.AlignmentFlag.AlignCenter, place)

    def _number(self, place: int) -> str:
        return f"{self._values[place]:.2f}".replace("-", "−")

    def _points(self) -> list[QPointF]:
        line = self.fontMetrics().height()
        top, bottom = 2.6 * line, self.height() - line - 2 * GAP
        low, high = min(self._values), max(self._values)
        rise = (high - low) or 1.0
        widest = max(self.fontMetrics().horizontalAdvance(place) for place in (*self._places, "−00.00"))
        left, right = widest / 2, self.width() - widest / 2
        step = (right - left) / (len(self._places) - 1)
        left += (len(self._places) - len(self._values)) * step
        return [
            QPointF(left + number * step, bottom - (value - low) / rise * (bottom - top))
            for number, value in enumerate(self._values)
        ]
