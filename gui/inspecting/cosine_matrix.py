"""Cosines between a few vectors, as a square of numbers on colours."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.reader.shading import against_colour, for_colour
from gui.signed_bars import hundredths
from gui.theme import GAP, scaled, tones

STRONGEST = 0.42


class CosineMatrix(QWidget):
    """Names stand before the rows with a number each, and the numbers over the columns."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._names: tuple[str, ...] = ()
        self._cosines: NDArray[np.float32] = np.zeros((0, 0), np.float32)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)

    def show_cosines(self, names: Sequence[str], cosines: NDArray[np.float32]) -> None:
        """Show (n, n) cosines of n vectors."""
        self._names, self._cosines = tuple(names), np.asarray(cosines)
        told = [
            f"{self._names[row]} and {self._names[column]} {hundredths(float(self._cosines[row, column]))}"
            for row in range(len(names))
            for column in range(row)
        ]
        self.setAccessibleDescription(", ".join(told))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for all cells and names."""
        cell = self._cell()
        count = len(self._names)
        return QSize(round(self._left() + count * cell.width()), round((count + 1) * cell.height()))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw names, then cells."""
        painter = QPainter(self)
        colours = tones(self.palette())
        cell, left = self._cell(), self._left()
        for row, name in enumerate(self._names):
            top = (row + 1) * cell.height()
            painter.setPen(QColor(colours.muted))
            place = QRectF(left + row * cell.width(), 0, cell.width(), cell.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, str(row + 1))
            painter.setPen(QColor(colours.text))
            painter.drawText(
                QRectF(0, top, left, cell.height()), Qt.AlignmentFlag.AlignVCenter, f"{row + 1}  {name}"
            )
        painter.setFont(scaled(self.font(), 0.92))
        for row in range(len(self._names)):
            for column in range(len(self._names)):
                value = float(self._cosines[row, column])
                box = self._box(row, column).adjusted(1, 1, -1, -1)
                colour = QColor(for_colour(colours) if value > 0 else against_colour(colours))
                colour.setAlphaF(STRONGEST * min(1.0, abs(value)))
                painter.fillRect(box, QColor(colours.hover))
                painter.fillRect(box, colour)
                painter.setPen(QColor(colours.text))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, hundredths(value))

    def event(self, event: QEvent) -> bool:
        """Tell which two a cell compares."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.told_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def told_at(self, place: QPointF) -> str:
        """Return what the cell at a place says, "" outside."""
        for row in range(len(self._names)):
            for column in range(len(self._names)):
                if self._box(row, column).contains(place):
                    value = float(self._cosines[row, column])
                    return f"{self._names[row]} and {self._names[column]}: cosine {value:.3f}"
        return ""

    def _box(self, row: int, column: int) -> QRectF:
        cell = self._cell()
        return QRectF(
            self._left() + column * cell.width(), (row + 1) * cell.height(), cell.width(), cell.height()
        )

    def _cell(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance("−0.00") + GAP + 2, metrics.height() + GAP)

    def _left(self) -> float:
        metrics = self.fontMetrics()
        widest = max((metrics.horizontalAdvance(f"0  {name}") for name in self._names), default=0)
        return widest + 2 * GAP
