"""Counts of labels as one stacked bar, each part in its label's colour."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.tagging.label_looks import Look
from gui.theme import tones
from gui.wording import percent

THICK = 10
SEEN = 3
"""Pixels from which a share keeps a gap to its neighbour."""


class SharesBar(QWidget):
    """Shows how passages share out over labels."""

    def __init__(self) -> None:
        super().__init__()
        self._looks: tuple[Look, ...] = ()
        self.counts: tuple[int, ...] = ()
        self.setFixedHeight(THICK)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Shares of the labels")

    def show_counts(self, labels: Sequence[str], looks: Sequence[Look], counts: Sequence[int]) -> None:
        """Show how many passages have each label."""
        self._looks, self.counts = tuple(looks), tuple(counts)
        told = in_words(labels, counts)
        self.setAccessibleDescription(", ".join(told))
        self.setToolTip("\n".join(told))
        self.update()

    def sizeHint(self) -> QSize:
        """Return a comfortable width and the height of the bar."""
        return QSize(200, THICK)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the bar."""
        painter = QPainter(self)
        colours = tones(self.palette())
        inks = [look.colour(colours.dark) for look in self._looks]
        draw_shares(painter, QRectF(self.rect()), self.counts, inks, colours.hover)


def draw_shares(
    painter: QPainter, bar: QRectF, counts: Sequence[int], inks: Sequence[str], ground: str
) -> None:
    """Draw counts as parts of a bar, one after the other."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    outline = QPainterPath()
    outline.addRoundedRect(bar, 3, 3)
    painter.setClipPath(outline)
    painter.fillRect(bar, QColor(ground))
    left, total = bar.left(), sum(counts)
    for ink, part in zip(inks, counts, strict=True):
        wide = bar.width() * part / total if total else 0.0
        gap = 1.0 if wide > SEEN else 0.0
        painter.fillRect(QRectF(left, bar.top(), wide - gap, bar.height()), QColor(ink))
        left += wide
    painter.restore()


def in_words(labels: Sequence[str], counts: Sequence[int], most: int = 12) -> list[str]:
    """Return "negative 2 · 25 %" for each label that something has, the commonest first; of many only the first."""
    total = sum(counts) or 1
    having = sorted(
        ((part, place) for place, part in enumerate(counts) if part), key=lambda one: (-one[0], one[1])
    )
    told = [f"{labels[place]} {part:,} · {percent(part / total)}" for part, place in having[:most]]
    return [*told, f"and {len(having) - most} more"] if len(having) > most else told
