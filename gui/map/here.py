"""What lies here: the passages whose points lie on one another at a place of the map, as a list to choose from."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QVBoxLayout, QWidget

from gui.panel import Heading
from gui.popover import Popover
from gui.tables import RECORD_ROLE, Column, Records
from gui.theme import GAP
from gui.two_lines import TwoLines, on_one_line, place_of
from gui.wording import count
from indexes.records import Passage

FIRST = 60
"""Passages listed; a place with more is looked at closer, or selected."""
WIDTH, ROWS = 340, 6
PAD = 4


class HereList(Popover):
    """Pops up at a place; a click or Enter reads a passage, Escape leaves all as it was."""

    chosen = Signal(int)
    """A passage id."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "What lies here")
        self.title = Heading("")
        self.title.setContentsMargins(GAP, 0, GAP, 0)
        self.rows: Records[Passage] = Records((Column("Passage", said, tip=_tip),), self)
        self.list = QListView()
        self.list.setModel(self.rows)
        self.list.setItemDelegate(TwoLines(_lines, self.list))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setAccessibleName("Passages here")
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.clicked.connect(self._on_chosen)
        column = QVBoxLayout(self)
        column.setContentsMargins(PAD, GAP, PAD, PAD)
        column.setSpacing(GAP // 2)
        column.addWidget(self.title)
        column.addWidget(self.list, 1)

    def open_at(self, corner: QPoint, passages: Sequence[Passage], total: int, current: int) -> None:
        """Pop up beside a place on the screen; `total` lie there, `current` is the passage being read."""
        more = f"The first {len(passages):,} of {total:,} passages here" if total > len(passages) else ""
        self.title.setText(more or f"{count(total, 'passage')} here")
        self.setAccessibleDescription(self.title.text())
        self.rows.show(passages)
        ids = [passage.id for passage in passages]
        row = ids.index(current) if current in ids else 0
        self.list.setCurrentIndex(self.rows.index(row, 0))
        height = self.list.sizeHintForRow(0) * min(len(passages), ROWS) + 2
        around = self.title.sizeHint().height() + GAP + GAP // 2 + PAD
        screen = self.parentWidget().screen().availableGeometry().adjusted(GAP, GAP, -GAP, -GAP)
        self.resize(min(WIDTH, screen.width()), min(height + around, screen.height()))
        left = min(max(corner.x() + GAP, screen.left()), screen.right() - self.width())
        top = min(max(corner.y() + GAP, screen.top()), screen.bottom() - self.height())
        self.move(left, top)
        self.show()
        self.list.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Read the current row by Enter."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_chosen(self.list.currentIndex())
        else:
            super().keyPressEvent(event)

    def _on_chosen(self, index: QModelIndex) -> None:
        if index.isValid():
            passage: Passage = index.data(RECORD_ROLE)
            self.close()
            self.chosen.emit(passage.id)


def text_of(passage: Passage) -> str:
    """Return what a passage says, on one line, without the title that some begin with."""
    return on_one_line(passage.text, passage)


def said(passage: Passage) -> str:
    """Return a passage in one line, as a screen reader says it."""
    return f"{place_of(passage)}: {text_of(passage)}"


def _lines(passage: Passage) -> tuple[str, str, str]:
    return place_of(passage), text_of(passage), ""


def _tip(passage: Passage) -> str:
    return f"{place_of(passage)}\n{passage.text}"
