"""Labels typed in: each a chip that can be taken away, and a line for more."""

import re

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from gui.icons import draw_icon
from gui.pill import Pill
from gui.taggers.lines import Lines
from gui.theme import GAP, tones

CROSS = 12
MOST_LINES = 5
"""Lines of labels that are shown at a time."""

SEPARATORS = re.compile(r"[,;\n\t]")


class LabelEntry(QWidget):
    """Keeps labels in the order in which they came; `changed` when there are others."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.labels: tuple[str, ...] = ()
        self.chips: list[LabelChip] = []
        self.line = LabelLine()
        self.line.setPlaceholderText("Add a label, or paste several with commas")
        self.line.setAccessibleName("New label")
        self.line.entered.connect(self._on_entered)
        self.line.textChanged.connect(self._on_text)
        self.line.emptied.connect(self._on_emptied)
        self._lines = Lines(MOST_LINES)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self._lines)
        column.addWidget(self.line)

    def add(self, text: str) -> None:
        """Add labels, split at commas; one that is there already, in whatever case, is not added again."""
        known = {label.casefold() for label in self.labels}
        fresh = []
        for part in SEPARATORS.split(text):
            label = " ".join(part.split())
            if label and label.casefold() not in known:
                known.add(label.casefold())
                fresh.append(label)
        for label in fresh:
            chip = LabelChip(label)
            chip.removed.connect(self._on_removed)
            self.chips.append(chip)
            self._lines.add(chip)
        self._set((*self.labels, *fresh))

    def remove(self, label: str) -> None:
        """Take a label away."""
        for chip in [chip for chip in self.chips if chip.said == label]:
            self.chips.remove(chip)
            self._lines.remove(chip)
        self._set(tuple(one for one in self.labels if one != label))

    def flush(self) -> None:
        """Take what still stands in the line."""
        self._on_entered()

    def _set(self, labels: tuple[str, ...]) -> None:
        if labels != self.labels:
            self.labels = labels
            self.changed.emit()

    def _on_entered(self) -> None:
        text = self.line.text()
        self.line.clear()
        self.add(text)

    def _on_text(self, text: str) -> None:
        """Take what a comma ends, and a pasted list at once."""
        if SEPARATORS.search(text):
            self.line.clear()
            self.add(text)

    def _on_emptied(self) -> None:
        if self.labels:
            self.remove(self.labels[-1])

    def _on_removed(self, label: str) -> None:
        self.remove(label)
        self.line.setFocus()


class LabelLine(QLineEdit):
    """A line in which Enter takes the label, and Backspace in an empty line the last one back."""

    entered = Signal()
    emptied = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keep Enter from the dialog while there is something to take."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and self.text().strip():
            self.entered.emit()
        elif event.key() == Qt.Key.Key_Backspace and not self.text():
            self.emptied.emit()
        else:
            super().keyPressEvent(event)


class LabelChip(Pill):
    """A label with a cross; pressing it, or Delete, takes the label away."""

    removed = Signal(str)

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.setAccessibleName(f"Remove the label {label}")
        self.setToolTip(f"Remove “{label}”")
        self.clicked.connect(self._on_clicked)

    def room_after(self) -> int:
        """Return room for the cross."""
        return CROSS + 4

    def minimumSizeHint(self) -> QSize:
        """Return its whole size: the labels take more lines, none is cut."""
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Delete and Backspace take it away too."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the cross behind the label."""
        super().paintEvent(event)
        painter = QPainter(self)
        place = QRectF(self.width() - CROSS - 9, (self.height() - CROSS) / 2, CROSS, CROSS)
        draw_icon(painter, "close", tones(self.palette()).muted, place)

    def _on_clicked(self) -> None:
        self.removed.emit(self.said)
