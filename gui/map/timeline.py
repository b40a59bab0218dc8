"""The time brush below the map: the passages over time, a range of it to show alone, and to select."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from gui.icons import icon
from gui.map.time_strip import TimeStrip
from gui.theme import GAP, tones


class Timeline(QWidget):
    """A strip of bars with the two things that can be done with a range of it."""

    range_changed = Signal()
    select_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Time brush")
        self.strip = TimeStrip()
        self.select = _button("Select the passages of this time", "Enter")
        self.clear = _button("Show all times", "Esc")
        row = QHBoxLayout(self)
        row.setContentsMargins(GAP // 2, 0, GAP // 2, 0)
        row.setSpacing(0)
        row.addWidget(self.strip, 1)
        row.addWidget(self.select)
        row.addWidget(self.clear)
        self.strip.changed.connect(self._on_changed)
        self.strip.select_wanted.connect(self.select_wanted)
        self.select.clicked.connect(self.select_wanted)
        self.clear.clicked.connect(self.strip.clear)
        self._offer()
        self._dress()

    def show_days(self, days: NDArray[np.float64]) -> None:
        """Show days since 1970-01-01 (n,), one a row of the map, NaN where unknown; a chosen range goes."""
        self.strip.show_days(days)
        self._offer()

    @property
    def has_dates(self) -> bool:
        """Return whether there is more than one time to choose from."""
        return len(self.strip.periods) > 1

    def rows(self) -> NDArray[np.int32] | None:
        """Return the rows of the chosen range, None when all times are shown."""
        return self.strip.rows()

    def said(self) -> str:
        """Return the chosen range in words, "" for none."""
        return self.strip.said()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "clear"):
            self._dress()

    def _on_changed(self) -> None:
        self._offer()
        self.range_changed.emit()

    def _offer(self) -> None:
        for button in (self.select, self.clear):
            button.setEnabled(self.strip.chosen is not None)

    def _dress(self) -> None:
        colours = tones(self.palette())
        self.select.setIcon(icon("select", colours))
        self.clear.setIcon(icon("close", colours))


def _button(text: str, key: str) -> QToolButton:
    button = QToolButton()
    button.setIconSize(QSize(16, 16))
    button.setToolTip(f"{text} ({key})")
    button.setAccessibleName(text)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
