"""How each label of a tagger looks: a colour, and beside it a shape for marks and a line under sentences.

Colours repeat after eight, shapes and lines in between, so that no two of the first 32 labels look alike, and none of
the first four is told by its colour alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QTextCharFormat

from gui.map.drawing.stamps import CROSS, DISC, SQUARE, TRIANGLE
from gui.palette import label_colours

N_COLOURS = 8
SHAPES = (DISC, SQUARE, TRIANGLE, CROSS)
LINES = (
    QTextCharFormat.UnderlineStyle.SingleUnderline,
    QTextCharFormat.UnderlineStyle.DotLine,
    QTextCharFormat.UnderlineStyle.DashUnderline,
    QTextCharFormat.UnderlineStyle.DashDotLine,
)
PENS = {
    QTextCharFormat.UnderlineStyle.SingleUnderline: Qt.PenStyle.SolidLine,
    QTextCharFormat.UnderlineStyle.DotLine: Qt.PenStyle.DotLine,
    QTextCharFormat.UnderlineStyle.DashUnderline: Qt.PenStyle.DashLine,
    QTextCharFormat.UnderlineStyle.DashDotLine: Qt.PenStyle.DashDotLine,
}


@dataclass(frozen=True, slots=True)
class Look:
    """The colour of a label on a light ground and on a dark one, its shape, and the line under its sentences."""

    light: str
    dark: str
    shape: int
    line: QTextCharFormat.UnderlineStyle

    def colour(self, dark: bool) -> str:
        """Return the colour as #rrggbb."""
        return self.dark if dark else self.light


def looks(labels: Sequence[str]) -> tuple[Look, ...]:
    """Return the look of each label of a tagger."""
    light, dark = label_colours(labels, False), label_colours(labels, True)
    return tuple(
        Look(light[place], dark[place], shape_of(place), LINES[_turn(place)]) for place in range(len(labels))
    )


def shape_of(place: int) -> int:
    """Return the shape (map/drawing/stamps.py) of the label at a place."""
    return SHAPES[_turn(place)]


def draw_underline(painter: QPainter, look: Look, left: float, y: float, width: float, dark: bool) -> None:
    """Draw a label's line, as it stands under its sentences."""
    pen = QPen(QColor(look.colour(dark)), 1.6, PENS[look.line])
    painter.save()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pen)
    path = QPainterPath(QPointF(left, y))
    path.lineTo(left + width, y)
    painter.drawPath(path)
    painter.restore()


def _turn(place: int) -> int:
    return (place + place // N_COLOURS) % len(SHAPES)
