"""What a query can say: the grammar as a small table; a click on an example tries it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QFrame, QGridLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from engine.search.queries import GRAMMAR
from gui.panel import Heading, muted
from gui.popover import Popover
from gui.theme import GAP

WIDTH, SCROLL_BAR = 600, 12


class QueryHelp(Popover):
    """Pops up under the query line; `tried` carries the example that was clicked."""

    tried = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "What a query can say")
        table = QWidget()
        table.setObjectName("panel")
        table.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        grid = QGridLayout(table)
        grid.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
        grid.setHorizontalSpacing(2 * GAP)
        grid.setVerticalSpacing(GAP // 2)
        grid.addWidget(Heading("What a query can say"), 0, 0, 1, 2)
        said = muted("Plain words are enough. These say more; click one to try it.")
        grid.addWidget(said, 1, 0, 1, 2)
        grid.setRowMinimumHeight(2, GAP // 2)
        self.examples: list[QPushButton] = []
        for row, (example, meaning) in enumerate(GRAMMAR, start=3):
            grid.addWidget(self._example(example), row, 0, Qt.AlignmentFlag.AlignTop)
            told = muted(meaning)
            told.setContentsMargins(0, 3, 0, 0)
            grid.addWidget(told, row, 1, Qt.AlignmentFlag.AlignTop)
        grid.setColumnStretch(1, 1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(table)
        scroll.viewport().setObjectName("panel")  # the ground beside the table too
        scroll.viewport().setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.addWidget(scroll)
        self._table = table

    def open_at(self, anchor: QWidget) -> None:
        """Pop up under the query line, as high as the table where the screen has room for it."""
        self._table.ensurePolished()
        width = min(WIDTH, anchor.screen().availableGeometry().width() - 2 * GAP)
        room = width - SCROLL_BAR - 2
        self._table.setFixedSize(room, self._table.layout().totalHeightForWidth(room))
        self.open_below(anchor, width, self._table.height() + 2)
        if self.examples:
            self.examples[0].setFocus()

    def _example(self, example: str) -> QPushButton:
        button = QPushButton(example.replace("&", "&&"))
        button.setProperty("link", True)
        button.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        button.setToolTip("Try it")
        button.setAccessibleName(f"Try {example}")
        button.setProperty("example", example)
        button.clicked.connect(self._on_clicked)
        self.examples.append(button)
        return button

    def _on_clicked(self) -> None:
        self.hide()
        self.tried.emit(str(self.sender().property("example")))
