"""Signed numbers as bars to either side of a line, with their names before them and the numbers behind."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.reader.shading import against_colour, for_colour
from gui.theme import GAP, Tones, tones

WIDEST_NAME = 0.46
"""Of the width: names end in … there."""

ROW = 20

Rows = Sequence[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Scale:
    """Where in a row its name ends, the line of zero stands and how many pixels one is; `digits` behind the point."""

    name_end: float
    zero: float
    one: float
    digits: int
    signed: bool


class SignedBars(QWidget):
    """One line a row. The bars share one scale; all rows positive, they start at the left."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._rows: tuple[tuple[str, float], ...] = ()
        self._colour = ""
        self._full = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)

    def show_rows(self, rows: Rows, colour: str = "", full: float = 0.0) -> None:
        """Show (name, number) in their order, in a colour of their own or those of what speaks for and against.

        `full` is the number that fills the room: with it, bars in widgets of one width can be compared.
        """
        self._rows, self._colour, self._full = tuple(rows), colour, full
        told = in_numbers(rows)
        self.setAccessibleDescription(", ".join(f"{name} {number}" for name, number in told))
        self.setToolTip("\n".join(f"{name}: {number}" for name, number in told))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for all rows."""
        return QSize(220, row_height(self.fontMetrics()) * len(self._rows))

    def minimumSizeHint(self) -> QSize:
        """Return room for all rows at a small width."""
        return QSize(120, row_height(self.fontMetrics()) * len(self._rows))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the rows."""
        painter = QPainter(self)
        scale = scale_of(self._rows, self.width(), self.fontMetrics(), self._full)
        height = row_height(self.fontMetrics())
        for number, (name, value) in enumerate(self._rows):
            room = QRectF(0, number * height, self.width(), height)
            draw_row(painter, room, name, value, scale, tones(self.palette()), self._colour)


def scale_of(rows: Rows, width: int, metrics: QFontMetrics, full: float = 0.0, before: int = 0) -> Scale:
    """Return the scale of rows of a width, of which the first `before` pixels are for something else."""
    digits = digits_for([value for _, value in rows])
    widest = 1 + max((metrics.horizontalAdvance(name) for name, _ in rows), default=0)  # it is rounded
    share = round(width * WIDEST_NAME)
    name_room = before + (share if full else min(widest, share)) + GAP
    number_room = metrics.horizontalAdvance(hundredths(-1.0, digits)) + GAP
    least = min([0.0, *(value for _, value in rows)])
    most = max([full, *(value for _, value in rows)])
    one = max(1, width - name_room - number_room) / ((most - least) or 1.0)
    return Scale(name_room - GAP, name_room - least * one, one, digits, least < 0)


def draw_row(
    painter: QPainter,
    room: QRectF,
    name: str,
    value: float,
    scale: Scale,
    colours: Tones,
    colour: str = "",
    before: int = 0,
) -> None:
    """Draw a row into its room; of the room of its name the first `before` pixels stay free."""
    middle = Qt.AlignmentFlag.AlignVCenter
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor(colours.text))
    text = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, round(scale.name_end) - before)
    painter.drawText(room.adjusted(before, 0, 0, 0), middle | Qt.AlignmentFlag.AlignLeft, text)
    painter.setPen(QColor(colours.muted))
    painter.drawText(room, middle | Qt.AlignmentFlag.AlignRight, hundredths(value, scale.digits))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour or (for_colour(colours) if value > 0 else against_colour(colours))))
    wide = max(2.0, abs(value * scale.one))
    left = scale.zero if value > 0 else scale.zero - wide
    painter.drawRoundedRect(QRectF(left, room.center().y() - 4, wide, 8), 3, 3)
    if scale.signed:
        painter.setPen(QPen(QColor(colours.control), 1))
        painter.drawLine(
            round(scale.zero), round(room.top()) + 1, round(scale.zero), round(room.bottom()) - 1
        )


def row_height(metrics: QFontMetrics) -> int:
    """Return the height of a row."""
    return max(ROW, metrics.height() + 3)


def in_numbers(rows: Rows) -> list[tuple[str, str]]:
    """Return the rows with their numbers as they are shown."""
    digits = digits_for([value for _, value in rows])
    return [(name, hundredths(value, digits)) for name, value in rows]


def digits_for(values: Sequence[float]) -> int:
    """Return how many places tell numbers apart of which the largest is small: two, three or four."""
    largest = max((abs(value) for value in values), default=1.0)
    return 2 if largest >= 0.1 else 3 if largest >= 0.01 else 4


def hundredths(value: float, digits: int = 2) -> str:
    """Return a number with two places, or so many, with a true minus and none before a zero."""
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")
