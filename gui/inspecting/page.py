"""A page of the inspector: what happens in one step, said in a sentence or two, and shown below."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from engine.inspecting.records import Inspection, Trace
from gui.panel import Heading, muted
from gui.theme import GAP


class Page(QScrollArea):
    """Scrolls where there is no room; fill `column`."""

    def __init__(self, title: str, said: str = "") -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # arrow keys scroll
        self.setAccessibleName(title)
        self.inside = QWidget()
        self.inside.setObjectName("panel")
        self.inside.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.column = QVBoxLayout(self.inside)
        self.column.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
        self.column.setSpacing(GAP)
        self.heading = Heading(title)
        self.said = muted(said)
        self.column.addWidget(self.heading)
        self.column.addWidget(self.said)
        self.setWidget(self.inside)

    def show_text(self, seen: Inspection, trace: Trace | None) -> None:
        """Show another text; `trace` is its way through the model that is looked into, None when it has none."""
        raise NotImplementedError  # each page shows its own; Qt's metaclass does not mix with ABC's
