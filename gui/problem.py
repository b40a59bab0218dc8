"""A sentence that says what went wrong, where it went wrong."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel


class Problem(QLabel):
    """Takes no room while nothing is wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "error")
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.hide()

    def say(self, sentence: str) -> None:
        """Say what is wrong."""
        self.setText(sentence)
        self.setAccessibleName(sentence)
        self.setVisible(bool(sentence))

    def clear(self) -> None:
        """Say nothing."""
        self.say("")
