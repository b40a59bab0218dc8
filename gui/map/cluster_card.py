"""The cluster card: what a cluster, a branch or a part is about, beside its name on the map."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont, QPaintEvent
from PySide6.QtWidgets import QWidget

from gui.map.named import EXEMPLARS
from gui.map.sheet import Sheet, cut, paint_chip, quieten, sheet_label
from gui.theme import scaled, tones

OFF = 8.0
"""Pixels from a name to its card."""
MOST_CHARACTERS = 120
"""Of an exemplar."""


class ClusterCard(Sheet):
    """A name: how large it is and how stable, its keywords, and what its most typical passages say."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "Cluster under the pointer")
        self._colour = ""
        self.title, self.facts, self.keywords = (sheet_label() for _ in range(3))
        self.exemplars = [sheet_label() for _ in range(EXEMPLARS)]
        for label in (self.title, self.facts, self.keywords, *self.exemplars):
            self.column.addWidget(label)
        self.column.insertSpacing(3, 3)

    def show_at(
        self,
        box: QRectF,
        name: str,
        facts: str,
        keywords: str,
        texts: Sequence[str],
        colour: str,
    ) -> None:
        """Show it beside the box of the name; `texts` are of the first exemplars, `colour` "" for several clusters."""
        self._colour = colour
        self.title.setText(cut(name, 90))
        self.title.setContentsMargins(16 if colour else 0, 0, 0, 0)
        self.facts.setText(facts)
        self.keywords.setText(cut(keywords, 140))
        self.keywords.setVisible(bool(keywords))
        for place, label in enumerate(self.exemplars):
            label.setVisible(place < len(texts))
            label.setText(f"“{cut(texts[place], MOST_CHARACTERS)}”" if place < len(texts) else "")
        self._dress()
        self.stand_beside(box.adjusted(-OFF, -OFF, OFF, OFF))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the sheet and the cluster's colour."""
        super().paintEvent(event)
        if self._colour:
            paint_chip(self, self.title, self._colour)

    def _dress(self) -> None:
        self.title.setFont(scaled(self.font(), 1.0, QFont.Weight.DemiBold))
        for label in (self.facts, *self.exemplars):
            label.setFont(scaled(self.font(), 0.92))
            quieten(label, tones(self.palette()).muted)
