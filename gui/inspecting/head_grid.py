"""All heads of a model at a glance: a row a layer, a cell a head, the stronger the fewer tokens it looks at."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.theme import scaled, tones

CELL = 20
ALL = (-1, -1)
"""The choice of all heads together."""


class HeadGrid(QWidget):
    """Lets a person choose a head by hand or arrow keys; Home takes all of them together."""

    chosen = Signal(int, int)
    """Layer and head, from 0; both -1 for all."""

    def __init__(self) -> None:
        super().__init__()
        self._reach: NDArray[np.float32] = np.zeros((0, 0), np.float32)
        self._n_tokens = 1
        self.choice = ALL
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Heads by layer; arrow keys choose one, Home all")

    def show_attention(self, attention: NDArray[np.float32]) -> None:
        """Show other heads: attention (layers, heads, n_tokens) of one token, rows summing to 1."""
        self._reach = reach(attention)
        self._n_tokens = max(2, attention.shape[2])
        layers, heads = self._reach.shape
        if self.choice[0] >= layers or self.choice[1] >= heads:
            self.choice = ALL
        self._tell()
        self.updateGeometry()
        self.update()

    def choose(self, layer: int, head: int) -> None:
        """Choose a head, or all with -1, and say so."""
        layers, heads = self._reach.shape
        here = (layer, head) if 0 <= layer < layers and 0 <= head < heads else ALL
        if here != self.choice:
            self.choice = here
            self._tell()
            self.update()
            self.chosen.emit(*here)

    def sizeHint(self) -> QSize:
        """Return room for all cells and the numbers beside and above them."""
        layers, heads = self._reach.shape
        cell = self._cell()
        return QSize(round(self._left() + heads * cell + 2), round((layers + 1) * cell + 2))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to the next head in a direction, or take all."""
        moves = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }
        key = Qt.Key(event.key())
        layers, heads = self._reach.shape
        if key == Qt.Key.Key_Home:
            self.choose(*ALL)
        elif key in moves and layers:
            down, right = moves[key]
            layer, head = (0, 0) if self.choice == ALL else (self.choice[0] + down, self.choice[1] + right)
            self.choose(min(max(layer, 0), layers - 1), min(max(head, 0), heads - 1))
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the head under the hand; the chosen one again gives all."""
        here = self._at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and here:
            self.choose(*(ALL if here == self.choice else here))

    def event(self, event: QEvent) -> bool:
        """Tell how many tokens a head looks at."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            here = self._at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self.told(*here) if here else "", self)
            return True
        return super().event(event)

    def told(self, layer: int, head: int) -> str:
        """Return what a head does, as a sentence."""
        return f"Layer {layer + 1}, head {head + 1}: spread as if over {self._reach[layer, head]:.1f} tokens"

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the cells, then a frame round the chosen one."""
        painter = QPainter(self)
        painter.setFont(scaled(self.font(), 0.82))
        colours = tones(self.palette())
        layers, heads = self._reach.shape
        cell = self._cell()
        painter.setPen(QColor(colours.muted))
        for head in range(heads):
            place = QRectF(self._left() + head * cell, 0, cell, cell)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, str(head + 1))
        for layer in range(layers):
            place = QRectF(0, (layer + 1) * cell, self._left() - 6, cell)
            painter.drawText(
                place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(layer + 1)
            )
            for head in range(heads):
                colour = QColor(colours.accent)
                colour.setAlphaF(self._strength(layer, head))
                painter.fillRect(self._box(layer, head).adjusted(1, 1, -1, -1), QColor(colours.hover))
                painter.fillRect(self._box(layer, head).adjusted(1, 1, -1, -1), colour)
        if self.choice != ALL:
            painter.setPen(QPen(QColor(colours.text), 2))
            painter.drawRect(self._box(*self.choice).adjusted(1, 1, -1, -1))
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.accent), 1))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def _tell(self) -> None:
        self.setAccessibleDescription("All heads" if self.choice == ALL else self.told(*self.choice))

    def _strength(self, layer: int, head: int) -> float:
        """Return 1 for a head that looks at one token, 0.05 for one that looks at all alike."""
        spread = float(np.log(self._reach[layer, head]) / np.log(self._n_tokens))
        return 0.05 + 0.95 * min(1.0, max(0.0, 1 - spread))

    def _cell(self) -> float:
        return max(CELL, self.fontMetrics().height() + 3)

    def _left(self) -> float:
        return self.fontMetrics().horizontalAdvance("00") + 8

    def _box(self, layer: int, head: int) -> QRectF:
        cell = self._cell()
        return QRectF(self._left() + head * cell, (layer + 1) * cell, cell, cell)

    def _at(self, place: QPointF) -> tuple[int, int] | None:
        cell = self._cell()
        head, layer = int((place.x() - self._left()) // cell), int(place.y() // cell) - 1
        layers, heads = self._reach.shape
        return (layer, head) if 0 <= layer < layers and 0 <= head < heads else None


def reach(attention: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return over how many tokens each head spreads, e to the entropy: (layers, heads, n) → (layers, heads) in [1, n].

    The perplexity of a distribution (Jelinek et al. 1977, https://doi.org/10.1121/1.2016299).
    """
    weights = np.asarray(attention, np.float64)
    logs = np.log(np.where(weights > 0, weights, 1.0))
    return np.asarray(np.exp(-(weights * logs).sum(axis=2)), np.float32)
