"""How far long work is, inside a dialog: a line that says it, a bar, and Stop."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from gui.panel import Elided
from gui.theme import GAP


class ProgressView(QWidget):
    """Shows what it is told; it follows no job by itself."""

    stop_asked = Signal()

    def __init__(self, stops: str) -> None:
        """`stops` says what stopping leads to."""
        super().__init__()
        self.said = Elided()
        self.said.muted = True
        self.bar = QProgressBar(textVisible=False)
        self.stop = QPushButton("Stop")
        self.stop.setToolTip(stops)
        self.stop.setAutoDefault(False)
        self.stop.clicked.connect(self.stop_asked)
        row = QHBoxLayout()
        row.setSpacing(2 * GAP)
        row.addWidget(self.bar, 1)
        row.addWidget(self.stop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.said)
        column.addLayout(row)

    def tell(self, said: str, done: int, total: int) -> None:
        """Show a line, and `done` of `total` in the bar; of 0 in all it only says that something goes on."""
        self.said.setText(said)
        self.bar.setMaximum(total)
        self.bar.setValue(done)
