"""What is nearest in meaning to the passage being read: a fold, the list, and a way to search for more like it."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.engine_link import EngineLink
from gui.panel import ActionButton, line
from gui.reader.neighbour_list import NeighbourList
from gui.session import Session
from gui.theme import GAP
from indexes.records import Passage

MOST = 8


class Neighbours(QWidget):
    """Asks for neighbours only while they are unfolded."""

    like_asked = Signal(int)
    """A passage id: search for what is like it."""

    def __init__(self, link: EngineLink, session: Session, beside: QAction) -> None:
        super().__init__()
        self._link = link
        self._session = session
        self._passage: Passage | None = None
        self._build(beside)
        self.list.chosen.connect(session.set_current)
        self.fold.toggled.connect(self._unfolded.setVisible)
        self.fold.toggled.connect(self._ask)
        self.like.clicked.connect(self._on_like)

    def show_passage(self, passage: Passage | None) -> None:
        """Show the neighbours of another passage."""
        self._passage = passage
        self._ask()

    def _build(self, beside: QAction) -> None:
        self.fold = _link_button(
            "Nearest in meaning", "Show the passages that are nearest to this one in meaning"
        )
        self.fold.setCheckable(True)
        self.like = _link_button(
            "Search for passages like this", "Search the corpus for what is near this passage in meaning"
        )
        self.list = NeighbourList()
        self._unfolded = QWidget()
        inside = QVBoxLayout(self._unfolded)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        inside.addWidget(self.list)
        inside.addWidget(line())
        inside.addLayout(_row(self.like))
        self._unfolded.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(_row(self.fold, ActionButton(beside, link=True, short=True)))
        column.addWidget(self._unfolded)

    def _ask(self) -> None:
        self.list.rows.show(())
        if self._passage is not None and self.fold.isChecked():
            self._link.call(
                "neighbours",
                self._session.corpus_name,
                self._passage.id,
                k=MOST,
                on_done=self.list.rows.show,
                replaces="neighbours",
            )

    def _on_like(self) -> None:
        if self._passage is not None:
            self.like_asked.emit(self._passage.id)


def _link_button(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("link", True)
    button.setToolTip(tip)
    return button


def _row(left: QWidget, right: QWidget | None = None) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(2 * GAP - 1, 4, 2 * GAP - 1, 4)
    row.addWidget(left)
    row.addStretch(1)
    if right is not None:
        row.addWidget(right)
    return row
