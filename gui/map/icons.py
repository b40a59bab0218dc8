"""Line icons of the map's tools on a grid of 24 units, in the theme's colours."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPainterPath

from gui.icons import LineIcon
from gui.theme import Tones


def map_icon(name: str, tones: Tones) -> QIcon:
    """Return an icon: text colour, accent when its tool is on, faint when disabled."""
    return QIcon(LineIcon(DRAWINGS[name], tones.text, tones.accent, tones.control))


def _line(painter: QPainter, *numbers: float) -> None:
    path = QPainterPath(QPointF(numbers[0], numbers[1]))
    for place in range(2, len(numbers), 2):
        path.lineTo(numbers[place], numbers[place + 1])
    painter.drawPath(path)


def _pan(painter: QPainter) -> None:
    _line(painter, 12, 3, 12, 21)
    _line(painter, 3, 12, 21, 12)
    for turn in range(4):
        painter.save()
        painter.translate(12, 12)
        painter.rotate(90 * turn)
        _line(painter, -2.6, -6.4, 0, -9, 2.6, -6.4)
        painter.restore()


def _lasso(painter: QPainter) -> None:
    path = QPainterPath(QPointF(8.2, 14.6))
    path.cubicTo(2.5, 13.2, 2, 8.2, 6, 5.6)
    path.cubicTo(10.5, 2.6, 19, 3.2, 20.8, 7.6)
    path.cubicTo(22.4, 11.8, 16, 15.6, 9.6, 14.9)
    painter.drawPath(path)
    painter.drawEllipse(QPointF(8, 16), 1.9, 1.9)
    tail = QPainterPath(QPointF(7.4, 17.8))
    tail.cubicTo(8.6, 19.4, 8, 21, 6, 21.4)
    painter.drawPath(tail)


def _rectangle(painter: QPainter) -> None:
    pen = painter.pen()
    pen.setDashPattern([1.9, 1.9])
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    painter.drawRect(QRectF(4, 5, 16, 14))


def _fit(painter: QPainter) -> None:
    for across, down in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        x, y = 12 + 8 * across, 12 + 8 * down
        _line(painter, x, y - 5 * down, x, y, x - 5 * across, y)
    painter.drawEllipse(QPointF(12, 12), 2.6, 2.6)


def _layers(painter: QPainter) -> None:
    _line(painter, 12, 3.5, 21, 8.5, 12, 13.5, 3, 8.5, 12, 3.5)
    _line(painter, 3, 12.5, 12, 17.5, 21, 12.5)
    _line(painter, 3, 16.5, 12, 21.5, 21, 16.5)


def _closer(painter: QPainter) -> None:
    _line(painter, 12, 5, 12, 19)
    _line(painter, 5, 12, 19, 12)


def _farther(painter: QPainter) -> None:
    _line(painter, 5, 12, 19, 12)


DRAWINGS: dict[str, Callable[[QPainter], None]] = {
    "pan": _pan,
    "lasso": _lasso,
    "rectangle": _rectangle,
    "fit": _fit,
    "layers": _layers,
    "closer": _closer,
    "farther": _farther,
}
