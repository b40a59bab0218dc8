"""The line that says that the query follows marks, and takes them back."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from gui.panel import Elided
from gui.theme import GAP, scaled


class MarksBar(QWidget):
    """Says “Follows 2 good, 1 not”, with Undo and Clear."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("marks")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.said = Elided()
        self.said.setFont(scaled(self.font(), 0.92))
        self.undo = _link("Undo", "Take the last mark back")
        self.clear = _link("Clear", "Take all marks of this query back")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(self.said, 1)
        row.addWidget(self.undo)
        row.addWidget(self.clear)
        self.hide()

    def say(self, marks: str, followed: bool, by_words: bool) -> None:
        """Say what is marked, "" for nothing, and whether the query follows it."""
        self.setVisible(bool(marks))
        if followed:
            text = f"Follows {marks}"
        elif by_words:
            text = f"Marked {marks}; a search by words does not follow"
        else:
            text = f"Marked {marks}"
        self.said.setText(text)


def _link(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("link", True)
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    return button
