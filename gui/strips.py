"""A vector as a strip of colours, with its first numbers written out."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.palette import label_colours
from gui.theme import tones
from gui.wording import signed

HEIGHT = 18
WRITTEN = 6


class ValueStrip(QWidget):
    """Draws one cell a number: negative and positive in two colours, stronger when further from 0."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._values: NDArray[np.float32] = np.zeros(0, np.float32)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)

    def show_values(self, values: NDArray[np.float32]) -> None:
        """Show another vector, (n,) float."""
        self._values = np.asarray(values, np.float32)
        self.setAccessibleDescription(self._written())
        self.setToolTip(
            f"{self._name}: {len(values)} numbers, from {signed(values.min())} to {signed(values.max())}"
        )
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for the strip and a line of numbers."""
        return QSize(300, HEIGHT + self.fontMetrics().height() + 6)

    def minimumSizeHint(self) -> QSize:
        """Return the same at a small width."""
        return QSize(120, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the cells and the first numbers."""
        if not len(self._values):
            return
        painter = QPainter(self)
        colours = tones(self.palette())
        low, _, high = label_colours(("negative", "neutral", "positive"), colours.dark)
        most = float(np.abs(self._values).max()) or 1.0
        step = self.width() / len(self._values)
        painter.fillRect(QRectF(0, 0, self.width(), HEIGHT), QColor(colours.hover))
        for number, value in enumerate(self._values.tolist()):
            colour = QColor(low if value < 0 else high)
            colour.setAlphaF(abs(value) / most)
            painter.fillRect(QRectF(number * step, 0, step, HEIGHT), colour)
        painter.setPen(QColor(colours.muted))
        place = QRectF(0, HEIGHT + 2, self.width(), self.fontMetrics().height() + 2)
        shown = self.fontMetrics().elidedText(self._written(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)

    def _written(self) -> str:
        first = ", ".join(signed(value) for value in self._values[:WRITTEN].tolist())
        return f"{self._name}: {first}, … ({len(self._values)} numbers)"
