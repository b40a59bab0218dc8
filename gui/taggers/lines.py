"""Widgets in lines, of which a few are shown at a time."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from gui.flow import Flow

GAP_BETWEEN = 4


class Lines(QScrollArea):
    """Takes the height of its lines, up to `most` of them; the others are reached by scrolling."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most
        self._widgets: list[QWidget] = []
        self._inside = QWidget()
        self._flow = Flow(self._inside, GAP_BETWEEN)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(self._inside)
        self._inside.setAutoFillBackground(False)  # the ground of what it lies on
        self.viewport().setAutoFillBackground(False)
        self._make_room()

    def add(self, widget: QWidget) -> None:
        """Put a widget behind the others."""
        self._widgets.append(widget)
        self._flow.addWidget(widget)
        widget.show()  # else the lines would be counted without it
        self._make_room()

    def remove(self, widget: QWidget) -> None:
        """Let a widget go for good."""
        self._widgets.remove(widget)
        self._flow.removeWidget(widget)
        widget.hide()
        widget.deleteLater()
        self._make_room()

    def fit(self) -> None:
        """Look again at how many lines there are, as a widget has another size."""
        self._flow.invalidate()
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take more lines where there is less room."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        self.setVisible(bool(self._widgets))
        if not self._widgets:
            return
        line = self._widgets[0].sizeHint().height() + GAP_BETWEEN
        bar = self.verticalScrollBar().sizeHint().width()
        needed = self._flow.heightForWidth(max(self.width() - bar, 60))
        self.setFixedHeight(min(needed, self._most * line))
