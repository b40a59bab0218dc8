"""Passages as examples of something: a click or Enter reads one."""

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QListView

from gui.tables import Column, Records
from gui.two_lines import TwoLines, on_one_line, place_of
from indexes.records import Passage

SHOWN = 300
"""Characters of a passage that a row can show."""


class ExampleList(QListView):
    """Shows where each passage is from, and what it says."""

    chosen = Signal(int)
    """A passage to read."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: Records[Passage] = Records((Column("Passage", said, tip=said),), self)
        self.setModel(self.rows)
        self.setItemDelegate(TwoLines(_lines, self, 12))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setAccessibleName("Examples")
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(self._on_chosen)
        self.activated.connect(self._on_chosen)

    def _on_chosen(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(self.rows.rows[index.row()].id)


def said(passage: Passage) -> str:
    """Return a passage's place and text."""
    return f"{place_of(passage)}\n{passage.text[:600]}"


def _lines(passage: Passage) -> tuple[str, str, str]:
    return place_of(passage), on_one_line(passage.text, passage)[:SHOWN], ""
