"""The shapes that points have on the map, drawn by a painter, as the legend shows them."""

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from gui.map.drawing.stamps import CROSS, HALO, RING, SQUARE, TRIANGLE


def paint_shape(painter: QPainter, shape: int, spot: QPointF, radius: float, colour: QColor) -> None:
    """Draw a shape round a spot; each covers about as much as a disc of `radius` does."""
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    if shape == SQUARE:
        side = 0.89 * radius
        painter.drawRect(QRectF(spot.x() - side, spot.y() - side, 2 * side, 2 * side))
    elif shape == TRIANGLE:
        base = 0.66 * radius
        half = 3 * base / math.sqrt(3)
        corners = [QPointF(0, -2 * base), QPointF(half, base), QPointF(-half, base)]
        painter.drawPolygon(QPolygonF([spot + corner for corner in corners]))
    elif shape == CROSS:
        long, short = 1.15 * radius, max(0.4 * radius, 0.75)
        painter.drawRect(QRectF(spot.x() - long, spot.y() - short, 2 * long, 2 * short))
        painter.drawRect(QRectF(spot.x() - short, spot.y() - long, 2 * short, 2 * long))
    elif shape in (RING, HALO):
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, 1.6))
        painter.drawEllipse(spot, radius - 0.8, radius - 0.8)
    else:
        painter.drawEllipse(spot, radius, radius)
    painter.restore()
