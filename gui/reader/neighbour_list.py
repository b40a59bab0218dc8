"""The passages nearest in meaning to the one being read: title, place and cosine over what they say."""

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QSizePolicy

from engine.records import Hit
from gui.signed_bars import hundredths
from gui.tables import Column, Records
from gui.theme import GAP
from gui.two_lines import TwoLines, on_one_line, place_of, row_height

ROWS = 3.4
"""Rows in view; the part of one says that there are more."""


class NeighbourList(QListView):
    """A click or Enter reads a neighbour."""

    chosen = Signal(int)
    """A passage id."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: Records[Hit] = Records((Column("Neighbour", said, tip=_tip),), self)
        self.setModel(self.rows)
        self.setItemDelegate(TwoLines(_lines, self, 2 * GAP))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setAccessibleName("Nearest passages")
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.clicked.connect(self._on_chosen)

    def sizeHint(self) -> QSize:
        """Return room for a few rows."""
        return QSize(200, round(row_height(self.fontMetrics()) * ROWS))

    def minimumSizeHint(self) -> QSize:
        """Return room for a row."""
        return QSize(80, row_height(self.fontMetrics()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Read the current row by Enter."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_chosen(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _on_chosen(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(self.rows.rows[index.row()].passage.id)


def said(hit: Hit) -> str:
    """Return a neighbour in one line, as a screen reader says it."""
    above, below, cosine = _lines(hit)
    return f"{above}, cosine {cosine}: {below}"


def _lines(hit: Hit) -> tuple[str, str, str]:
    return place_of(hit.passage), on_one_line(hit.snippet.text, hit.passage), hundredths(hit.score)


def _tip(hit: Hit) -> str:
    return f"{place_of(hit.passage)}\n{hit.snippet.text}\nCosine with the passage being read: {hit.score:.3f}"
