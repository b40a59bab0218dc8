"""The line above the map that says what is to be known about it, and offers to make it anew when that would help."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from engine.map.records import MapData
from gui.panel import ActionButton
from gui.theme import GAP

MAKING = "The map is being made again. The one on show stays until then."


class MapNotice(QFrame):
    """One sentence, and the button of the action that makes the map anew; hidden when there is nothing to say."""

    def __init__(self, make: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self.setProperty("kind", "note")
        self.setAccessibleName("About this map")
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.button = ActionButton(make)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GAP, GAP // 2, GAP, GAP // 2)
        row.addWidget(self.sentence, 1)
        row.addWidget(self.button)
        self.hide()

    def show_for(self, data: MapData, being_made: bool) -> None:
        """Say what is to be known about a map."""
        sentence = MAKING if being_made else said_of(data)
        self.sentence.setText(sentence)
        self.button.setVisible(not being_made and is_behind(data))
        self.setVisible(bool(sentence))


def said_of(data: MapData) -> str:
    """Return what is to be known about a map: its note, that it has fallen behind, what is not on it."""
    missing = ""
    if data.unmapped:
        are = "passage is" if data.unmapped == 1 else "passages are"
        missing = f"{data.unmapped:,} {are} not on the map yet."
    return " ".join(filter(None, (data.note, data.drift.said, missing)))


def is_behind(data: MapData) -> bool:
    """Say whether the map should be made anew."""
    return bool(data.unmapped or data.drift.said)
