"""The engine's state in the status bar: a dot and a word."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gui.engine_link import EngineLink
from gui.theme import tones

STATES = {
    "stopped": "Engine not running",
    "starting": "Engine starting …",
    "loading": "Loading the models …",
    "ready": "Ready",
    "lost": "Engine stopped; starting it again …",
}


class EngineStatus(QWidget):
    """Shows what the engine is doing."""

    def __init__(self, link: EngineLink) -> None:
        super().__init__()
        self.text = ""
        self.setToolTip(
            "The engine reads, embeds and searches in a process of its own, so the window stays live"
        )
        link.state_changed.connect(self.show_state)
        self.show_state(link.state)

    def show_state(self, state: str) -> None:
        """Show another state."""
        self._state = state
        self.text = STATES.get(state, state)
        self.setAccessibleName(self.text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for the longest of the words."""
        metrics = self.fontMetrics()
        return QSize(
            max(metrics.horizontalAdvance(text) for text in STATES.values()) + 26, metrics.height() + 6
        )

    def minimumSizeHint(self) -> QSize:
        """Return the same: it is never cut."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the dot and the word."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = tones(self.palette())
        painter.setPen(QColor(colours.muted))
        painter.drawText(self.rect().adjusted(22, 0, 0, 0), 0x0080, self.text)
        dot = {"ready": colours.good, "lost": colours.danger}.get(self._state, colours.accent)
        painter.setBrush(QColor(dot))
        painter.setPen(QColor(dot))
        painter.drawEllipse(10, self.height() // 2 - 3, 6, 6)
