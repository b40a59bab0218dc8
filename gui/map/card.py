"""The hover card: what a point says, beside it."""

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QPaintEvent
from PySide6.QtWidgets import QWidget

from gui.map.sheet import Sheet, cut, paint_chip, quieten, sheet_label
from gui.theme import scaled, tones

MOST_CHARACTERS = 260
"""Of a passage's text; more is read in the reader."""
OFF = 14.0
"""Pixels from a disc to its card."""


class HoverCard(Sheet):
    """A passage: its title, where it stands, what it says, its cluster."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "Passage under the pointer")
        self._colour = ""
        self.title, self.place, self.text, self.cluster = (sheet_label() for _ in range(4))
        self.column.addWidget(self.title)
        self.column.addWidget(self.place)
        self.column.addSpacing(3)
        self.column.addWidget(self.text)
        self.column.addSpacing(3)
        self.column.addWidget(self.cluster)
        self.cluster.setContentsMargins(16, 0, 0, 0)

    def show_at(
        self, spot: QPointF, radius: float, title: str, place: str, text: str, cluster: str, colour: str
    ) -> None:
        """Show a passage beside a place in the parent."""
        self._colour = colour
        self.title.setText(cut(title, 90) or "Untitled")
        self.place.setText(cut(place, 90))
        self.place.setVisible(bool(place))
        self.text.setText(cut(text, MOST_CHARACTERS))
        self.cluster.setText(cut(cluster, 60))
        self.cluster.setVisible(bool(cluster))
        self._dress()
        off = radius + OFF
        self.stand_beside(QRectF(spot.x() - off, spot.y() - off, 2 * off, 2 * off))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the sheet and the cluster's colour."""
        super().paintEvent(event)
        if self.cluster.isVisibleTo(self):
            paint_chip(self, self.cluster, self._colour)

    def _dress(self) -> None:
        self.title.setFont(scaled(self.font(), 1.0, QFont.Weight.DemiBold))
        for label in (self.place, self.cluster):
            label.setFont(scaled(self.font(), 0.92))
            quieten(label, tones(self.palette()).muted)
