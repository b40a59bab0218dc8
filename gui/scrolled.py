"""What may be longer than its window: a widget that scrolls, plain or on a panel's ground."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from gui.theme import GAP


def scrolled(widget: QWidget) -> QScrollArea:
    """Return a widget that scrolls on the ground of what it lies on."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidget(widget)
    widget.setAutoFillBackground(False)
    area.viewport().setAutoFillBackground(False)
    return area


def scrolled_panel(widget: QWidget) -> QScrollArea:
    """Return a widget that scrolls on a panel of its own."""
    ground = QWidget()
    ground.setObjectName("panel")
    ground.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    inside = QVBoxLayout(ground)
    inside.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
    inside.addWidget(widget)
    inside.addStretch(1)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidget(ground)
    return area
