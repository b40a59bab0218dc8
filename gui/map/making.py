"""What the map panel shows while the first map of a corpus is being made."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLabel, QProgressBar, QVBoxLayout, QWidget

from engine.progress import Progress
from gui.icons import pixmap
from gui.theme import GAP, scaled, tones


class Making(QWidget):
    """The step under way, and how far it is; the job bar has Cancel."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("The map is being made")
        self._sign = QLabel()
        self._sign.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._title = QLabel("Making the map")
        self._title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.step = QLabel()
        self.step.setProperty("role", "muted")
        self.step.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(240)
        self.bar.setAccessibleName("Progress of the map")
        column = QVBoxLayout(self)
        column.setSpacing(GAP)
        column.addStretch(2)
        column.addWidget(self._sign)
        column.addWidget(self._title)
        column.addWidget(self.step)
        column.addSpacing(GAP)
        column.addWidget(self.bar, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        self._dress()

    def show_progress(self, progress: Progress) -> None:
        """Show a step; a bar that only moves when it cannot be counted."""
        counted = (
            f" · {progress.done:,} of {progress.total:,} {progress.unit}".rstrip() if progress.total else " …"
        )
        self.step.setText(progress.step + counted)
        self.bar.setRange(0, progress.total)
        self.bar.setValue(min(progress.done, progress.total))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.PaletteChange):
            self._dress()

    def _dress(self) -> None:
        self._sign.setPixmap(pixmap("map", tones(self.palette()).muted, 28, self.devicePixelRatioF()))
        font = scaled(self.font(), 1.05, QFont.Weight.DemiBold)
        if self._title.font() != font:
            self._title.setFont(font)
