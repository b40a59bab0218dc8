"""A thin strip beside the text: where in the whole document its hits are."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from gui.palette import glow_colour
from gui.theme import tones
from gui.wording import count
from indexes.records import Passage

WIDTH = 10
LEAST = 4
"""Pixels of height below which a mark could not be seen or hit."""


class HitStrip(QWidget):
    """Draws a mark a hit, from the document's beginning to its end; a click goes to the nearest."""

    chosen = Signal(int)
    """A passage id."""

    def __init__(self) -> None:
        super().__init__()
        self._hits: tuple[Passage, ...] = ()
        self._length = 1
        self._current = 0
        self.setFixedWidth(WIDTH)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Hits in this document")

    def show_hits(self, hits: Sequence[Passage], length: int, current: int) -> None:
        """Show passages of a document of `length` characters; `current` is the id of the one being read."""
        self._hits, self._length, self._current = tuple(hits), max(1, length), current
        self.setAccessibleDescription(count(len(hits), "hit"))
        self.update()

    def places(self) -> list[QRectF]:
        """Return where the marks stand."""
        room = self.height() - LEAST
        return [
            QRectF(
                2,
                hit.start / self._length * room,
                self.width() - 4,
                max(LEAST, (hit.end - hit.start) / self._length * room),
            )
            for hit in self._hits
        ]

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the marks, that of the passage being read last."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        colours = tones(self.palette())
        painter.setBrush(QColor(colours.hover))
        painter.drawRoundedRect(QRectF(2, 0, self.width() - 4, self.height()), 3, 3)
        marks = sorted(
            zip(self._hits, self.places(), strict=True), key=lambda pair: pair[0].id == self._current
        )
        for hit, place in marks:
            painter.setBrush(QColor(colours.accent if hit.id == self._current else glow_colour(colours.dark)))
            painter.drawRoundedRect(place, 2, 2)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the hit that is nearest to where it was clicked."""
        if event.button() == Qt.MouseButton.LeftButton and self._hits:
            y = event.position().y()
            pairs = zip(self._hits, self.places(), strict=True)
            self.chosen.emit(min(pairs, key=lambda pair: abs(pair[1].center().y() - y))[0].id)

    def event(self, event: QEvent) -> bool:
        """Say what the strip shows."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            said = f"{count(len(self._hits), 'hit')} in this document"
            if len(self._hits) > 1:
                said += "; in the text, Shift+N and Shift+P go from one to the next"
            QToolTip.showText(event.globalPos(), said, self)
            return True
        return super().event(event)
