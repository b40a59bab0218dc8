"""Line icons on a grid of 24 units, drawn in the colours of the theme, sharp at every scale."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPen, QPixmap, QPolygonF

if TYPE_CHECKING:
    from gui.theme import Tones

Stroke = tuple[str, tuple[float, ...]]

SHAPES: dict[str, tuple[Stroke, ...]] = {
    "search": (("ellipse", (4, 4, 12, 12)), ("line", (14.5, 14.5, 20, 20))),
    "folder": (("line", (3, 18.5, 3, 6, 9, 6, 11.5, 8.5, 21, 8.5, 21, 18.5, 3, 18.5)),),
    "folder_add": (
        ("line", (12, 18.5, 3, 18.5, 3, 6, 9, 6, 11.5, 8.5, 21, 8.5, 21, 12)),
        ("line", (18, 15, 18, 21)),
        ("line", (15, 18, 21, 18)),
    ),
    "file_add": (
        ("line", (12, 20.5, 5, 20.5, 5, 3.5, 13, 3.5, 18, 8.5, 18, 12)),
        ("line", (13, 3.5, 13, 8.5, 18, 8.5)),
        ("line", (18, 15, 18, 21)),
        ("line", (15, 18, 21, 18)),
    ),
    "file": (
        ("line", (5, 20.5, 5, 3.5, 13, 3.5, 19, 9.5, 19, 20.5, 5, 20.5)),
        ("line", (13, 3.5, 13, 9.5, 19, 9.5)),
    ),
    "table": (
        ("rect", (3.5, 5, 17, 14)),
        ("line", (3.5, 10, 20.5, 10)),
        ("line", (3.5, 14.5, 20.5, 14.5)),
        ("line", (10, 5, 10, 19)),
    ),
    "update": (
        ("arc", (5, 5, 14, 14, 40, 280)),
        ("line", (13.2, 7.6, 17.6, 7.4, 17.8, 3.2)),
    ),
    "remove": (
        ("line", (4, 6.5, 20, 6.5)),
        ("line", (9, 6.5, 9, 3.5, 15, 3.5, 15, 6.5)),
        ("line", (6, 6.5, 7, 20.5, 17, 20.5, 18, 6.5)),
    ),
    "map": (
        ("dot", (7, 8, 2)),
        ("dot", (11, 6, 1.4)),
        ("dot", (9, 12, 1.4)),
        ("dot", (17, 15, 2)),
        ("dot", (14, 18, 1.4)),
        ("dot", (18.5, 10, 1.4)),
        ("dot", (5, 17, 1.4)),
    ),
    "tag": (
        ("line", (3.5, 11.5, 3.5, 4, 11, 4, 20.5, 13.5, 13, 21, 3.5, 11.5)),
        ("dot", (7.6, 8, 1.3)),
    ),
    "inspect": (
        ("line", (5, 19, 5, 12)),
        ("line", (10, 19, 10, 5)),
        ("line", (15, 19, 15, 9)),
        ("line", (20, 19, 20, 14)),
    ),
    "add": (("line", (12, 5, 12, 19)), ("line", (5, 12, 19, 12))),
    "close": (("line", (6, 6, 18, 18)), ("line", (18, 6, 6, 18))),
    "up": (("line", (6, 14.5, 12, 8.5, 18, 14.5)),),
    "down": (("line", (6, 9.5, 12, 15.5, 18, 9.5)),),
    "left": (("line", (14.5, 6, 8.5, 12, 14.5, 18)),),
    "right": (("line", (9.5, 6, 15.5, 12, 9.5, 18)),),
    "open": (
        ("line", (10, 5, 5, 5, 5, 19, 19, 19, 19, 14)),
        ("line", (13.5, 4.5, 19.5, 4.5, 19.5, 10.5)),
        ("line", (19.5, 4.5, 11, 13)),
    ),
    "select": (
        ("line", (4, 8, 4, 4, 8, 4)),
        ("line", (16, 4, 20, 4, 20, 8)),
        ("line", (20, 16, 20, 20, 16, 20)),
        ("line", (8, 20, 4, 20, 4, 16)),
        ("dot", (12, 12, 2)),
    ),
    "warning": (
        ("line", (12, 4, 21, 19.5, 3, 19.5, 12, 4)),
        ("line", (12, 10, 12, 14.5)),
        ("dot", (12, 17, 0.9)),
    ),
    "info": (("ellipse", (3.5, 3.5, 17, 17)), ("line", (12, 11, 12, 16.5)), ("dot", (12, 7.8, 1))),
    "palette": (("line", (5, 7, 19, 7)), ("line", (5, 12, 19, 12)), ("line", (5, 17, 13, 17))),
    "filter": (("line", (3.5, 5, 20.5, 5, 14, 13, 14, 17.5, 10, 20, 10, 13, 3.5, 5)),),
    "help": (
        ("ellipse", (3.5, 3.5, 17, 17)),
        ("arc", (9, 7, 6, 6, 180, -225)),
        ("line", (14.1, 12.1, 12, 13.6, 12, 14.2)),
        ("dot", (12, 17, 1)),
    ),
    "why": (
        ("line", (4, 6, 20, 6)),
        ("rect", (4, 9.5, 9, 5)),
        ("line", (16.5, 12, 20, 12)),
        ("line", (4, 18, 15, 18)),
    ),
    "good": (
        (
            "line",
            (7.5, 11, 11.4, 3.6, 13.8, 4.6, 13.2, 9.6, 19.4, 9.6, 20.4, 11, 18.6, 19, 17.4, 20, 7.5, 20),
        ),
        ("line", (3.8, 11, 7.5, 11, 7.5, 20, 3.8, 20)),
    ),
    "not_good": (
        (
            "line",
            (7.5, 13, 11.4, 20.4, 13.8, 19.4, 13.2, 14.4, 19.4, 14.4, 20.4, 13, 18.6, 5, 17.4, 4, 7.5, 4),
        ),
        ("line", (3.8, 13, 7.5, 13, 7.5, 4, 3.8, 4)),
    ),
    "pen": (
        ("line", (4, 20, 5.2, 15.4, 16, 4.6, 19.4, 8, 8.6, 18.8, 4, 20)),
        ("line", (13.4, 7.2, 16.8, 10.6)),
    ),
    "check": (("line", (5, 12.5, 10, 17.5, 19.5, 7)),),
    "minus": (("line", (5, 12, 19, 12)),),
    "more": (("dot", (6, 12, 1.5)), ("dot", (12, 12, 1.5)), ("dot", (18, 12, 1.5))),
    "star": (
        (
            "line",
            (12, 2.5, 13.6, 10.4, 21.5, 12, 13.6, 13.6, 12, 21.5, 10.4, 13.6, 2.5, 12, 10.4, 10.4, 12, 2.5),
        ),
    ),
}
"""Name → strokes: polylines (x, y, …), ellipses and rectangles (x, y, w, h), arcs (…, start, sweep), dots (x, y, r)."""


class LineIcon(QIconEngine):
    """Draws itself when it is shown: sharp on every screen, and free until then."""

    def __init__(self, draw: Callable[[QPainter], None], text: str, on: str, disabled: str) -> None:
        super().__init__()
        self._draw = draw
        self._colours = (text, on, disabled)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Draw the icon into the middle of a rectangle."""
        text, on, disabled = self._colours
        colour = disabled if mode == QIcon.Mode.Disabled else on if state == QIcon.State.On else text
        side = min(rect.width(), rect.height())
        painter.save()
        painter.translate(QRectF(rect).center() - QPointF(side / 2, side / 2))
        stroke(painter, self._draw, colour, side)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """Return the icon as a picture of `size` pixels."""
        picture = QPixmap(size)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return picture

    def clone(self) -> QIconEngine:
        """Return another that draws the same."""
        return LineIcon(self._draw, *self._colours)


def icon(name: str, tones: "Tones") -> QIcon:
    """Return a line icon in the theme's text colour, in its accent when switched on, faint when disabled."""
    return QIcon(LineIcon(partial(_draw, name), tones.text, tones.accent, tones.control))


def pixmap(name: str, colour: str, size: int, scale: float = 1) -> QPixmap:
    """Return an icon as a picture `size` units wide in one colour, for a screen of `scale` pixels a unit."""
    picture = QPixmap(round(size * scale), round(size * scale))
    picture.setDevicePixelRatio(scale)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    stroke(painter, partial(_draw, name), colour, size)
    painter.end()
    return picture


def draw_icon(painter: QPainter, name: str, colour: str, rect: QRectF) -> None:
    """Draw an icon into a square of something that paints itself."""
    painter.save()
    painter.translate(rect.topLeft())
    stroke(painter, partial(_draw, name), colour, rect.width())
    painter.restore()


def stroke(painter: QPainter, draw: Callable[[QPainter], None], colour: str, size: float) -> None:
    """Let `draw` draw on the grid of 24 units, in one colour, `size` units wide."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(size / 24, size / 24)
    pen = QPen(QColor(colour), 1.8)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    draw(painter)


def _draw(name: str, painter: QPainter) -> None:
    for kind, numbers in SHAPES[name]:
        if kind == "line":
            points = zip(numbers[::2], numbers[1::2], strict=True)
            painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in points]))
        elif kind == "ellipse":
            painter.drawEllipse(QRectF(*numbers))
        elif kind == "rect":
            painter.drawRoundedRect(QRectF(*numbers), 1.5, 1.5)
        elif kind == "arc":
            painter.drawArc(QRectF(*numbers[:4]), round(numbers[4] * 16), round(numbers[5] * 16))
        elif kind == "dot":
            _draw_dot(painter, *numbers)


def _draw_dot(painter: QPainter, x: float, y: float, radius: float) -> None:
    painter.save()
    painter.setBrush(painter.pen().color())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawEllipse(QPointF(x, y), radius, radius)
    painter.restore()
