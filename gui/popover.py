"""A small window that opens under what was pressed, and closes at a click elsewhere or with Esc."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QWidget

from gui.theme import GAP, tones


class Popover(QDialog):
    """Draws its own rim; `open_below` finds its place on the screen."""

    def __init__(self, parent: QWidget, name: str) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAccessibleName(name)

    def open_below(self, anchor: QWidget, width: int, height: int) -> None:
        """Open under a widget, moved and cut to what the screen has room for."""
        screen = anchor.screen().availableGeometry().adjusted(GAP, GAP, -GAP, -GAP)
        self.resize(min(width, screen.width()), min(height, screen.height()))
        corner = anchor.mapToGlobal(QPoint(0, anchor.height() + 3))
        left = max(screen.left(), min(corner.x(), screen.right() - self.width()))
        top = max(screen.top(), min(corner.y(), screen.bottom() - self.height()))
        self.move(left, top)
        self.show()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw ground and rim."""
        painter = QPainter(self)
        colours = tones(self.palette())
        painter.setPen(QColor(colours.control))
        painter.setBrush(QColor(colours.surface))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
