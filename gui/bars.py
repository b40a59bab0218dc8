"""Probabilities as bars, in the labels' colours, with their numbers beside them."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.palette import label_colours
from gui.theme import GAP, tones
from gui.wording import percent

WIDEST_NAME = 0.46
"""Of the width: names end in … there."""


class ProbabilityBars(QWidget):
    """One line a label: its name, a bar, its probability."""

    ROW = 20

    def __init__(self) -> None:
        super().__init__()
        self._labels: tuple[str, ...] = ()
        self._shares: tuple[float, ...] = ()
        self._all: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Probabilities")

    def show_shares(self, labels: Sequence[str], shares: Sequence[float], of: Sequence[str] = ()) -> None:
        """Show probabilities in [0, 1] in the order of `labels`, which have the colours they have among all `of`."""
        self._labels, self._shares, self._all = tuple(labels), tuple(shares), tuple(of or labels)
        told = ", ".join(f"{label} {percent(share)}" for label, share in zip(labels, shares, strict=True))
        self.setAccessibleDescription(told)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for all labels."""
        return QSize(200, self._row() * len(self._labels))

    def minimumSizeHint(self) -> QSize:
        """Return room for all labels at a small width."""
        return QSize(120, self._row() * len(self._labels))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the bars."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = tones(self.palette())
        metrics = self.fontMetrics()
        widest = max((metrics.horizontalAdvance(label) for label in self._labels), default=0)
        name = min(widest, round(self.width() * WIDEST_NAME)) + GAP
        number = metrics.horizontalAdvance("100 %") + GAP
        inks = dict(zip(self._all, label_colours(self._all, colours.dark), strict=True))
        for row, (label, share) in enumerate(zip(self._labels, self._shares, strict=True)):
            top = row * self._row()
            best = share == max(self._shares)
            painter.setPen(QColor(colours.text if best else colours.muted))
            height = self._row()
            align = Qt.AlignmentFlag.AlignVCenter
            shown = metrics.elidedText(label, Qt.TextElideMode.ElideRight, name - GAP + 1)
            painter.drawText(QRectF(0, top, name, height), align | Qt.AlignmentFlag.AlignLeft, shown)
            place = QRectF(self.width() - number, top, number, height)
            painter.drawText(place, align | Qt.AlignmentFlag.AlignRight, percent(share))
            bar = QRectF(name, top + height / 2 - 4, max(10, self.width() - name - number), 8)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.hover))
            painter.drawRoundedRect(bar, 3, 3)
            bar.setWidth(max(2.0, bar.width() * share))
            painter.setBrush(QColor(inks[label]))
            painter.drawRoundedRect(bar, 3, 3)

    def _row(self) -> int:
        return max(self.ROW, self.fontMetrics().height() + 3)
