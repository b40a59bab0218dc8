"""A form before a training that asks for nothing but a name: a few sentences, and the name of the tagger to be."""

from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from gui.panel import muted
from gui.taggers.words import LONGEST, suggested_name
from gui.theme import GAP


class NamedForm(QWidget):
    """Says what a training does; what is wanted, `request`, is for those that inherit it to say."""

    changed = Signal()

    def __init__(self, sentences: Iterable[str], name: str) -> None:
        super().__init__()
        self.problem = ""
        self.name = QLineEdit(suggested_name(name))
        self.name.setMaxLength(LONGEST)
        self.name.setAccessibleName("Name of the tagger")
        self.name.textChanged.connect(self.changed)
        label = QLabel("Name")
        label.setBuddy(self.name)
        row = QHBoxLayout()
        row.setSpacing(2 * GAP)
        row.addWidget(label)
        row.addWidget(self.name, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        for sentence in sentences:
            column.addWidget(muted(sentence))
        column.addSpacing(GAP)
        column.addLayout(row)

    @property
    def tagger(self) -> str:
        """Return the name of the tagger to be."""
        return " ".join(self.name.text().split())

    @property
    def missing(self) -> str:
        """Return what is still needed, "" when a training can start."""
        return "" if self.tagger else "a name"
