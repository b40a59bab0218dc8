"""Marks of meaning on the map: where the query would lie, and lines to the true neighbours of the current passage."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from gui.map.drawing.geometry import View
from gui.theme import Tones

DIAMOND = 8.0
"""Pixels from the middle of the query's mark to its corners."""
MOST_LINES = 5
EDGE = 14.0
"""Pixels from the border of the window at which a line to something outside ends, in an arrow."""
ARROW = 9.0


@dataclass(frozen=True, eq=False)
class QueryMark:
    """Where a query would lie, in map units, and its nearest few neighbours (n, 2); `sure` when the place means it."""

    x: float
    y: float
    neighbours: NDArray[np.float32]
    sure: bool

    def paint(self, painter: QPainter, view: View, tones: Tones) -> None:
        """Paint a diamond with thin lines to the neighbours; hollow and dashed where nothing is near."""
        spot = QPointF(*view.to_window(self.x, self.y))
        painter.save()
        painter.setOpacity(1.0 if self.sure else 0.75)
        style = Qt.PenStyle.SolidLine if self.sure else Qt.PenStyle.DashLine
        ends = [QPointF(x, y) for x, y in view.all_to_window(self.neighbours[:MOST_LINES]).tolist()]
        for end in ends:
            _line(painter, _from_rim(spot, end, DIAMOND), end, 1.1, style, tones.text, tones)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(tones.surface), 5.0))
        diamond = QPolygonF([spot + QPointF(*turn) * DIAMOND for turn in ((0, -1), (1, 0), (0, 1), (-1, 0))])
        painter.drawPolygon(diamond)
        pen = QPen(QColor(tones.text), 2.0, style)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        if not self.sure:
            pen.setDashPattern([1.6, 1.2])
        painter.setPen(pen)
        painter.setBrush(QColor(tones.mark if self.sure else tones.surface))
        painter.drawPolygon(diamond)
        if self.sure:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tones.text))
            painter.drawEllipse(spot, 1.8, 1.8)
        painter.restore()


@dataclass(frozen=True, eq=False)
class Links:
    """A place (2,) and the places (n, 2) of its true neighbours, the nearest first, in map units."""

    start: NDArray[np.float32]
    ends: NDArray[np.float32]

    def paint(self, painter: QPainter, view: View, radius: float, tones: Tones) -> None:
        """Paint a line to each neighbour, thinner for farther ones; an arrow at the border to those outside."""
        spot = QPointF(*view.to_window(*self.start.tolist()))
        window = QRectF(0, 0, view.width, view.height)
        inside = window.adjusted(EDGE, EDGE, -EDGE, -EDGE)
        rim = max(radius, 3.0) + 5
        painter.save()
        places = view.all_to_window(self.ends).tolist()
        for rank in reversed(range(len(places))):
            end = QPointF(*places[rank])
            if math.hypot(end.x() - spot.x(), end.y() - spot.y()) <= rim + 1:
                continue
            start, width = _from_rim(spot, end, rim), 1.9 - 0.9 * rank / max(len(places), 1)
            if window.contains(end):
                _line(painter, start, end, width, Qt.PenStyle.SolidLine, tones.accent, tones)
                _ring(painter, end, max(radius, 2.5) + 1.5, tones)
            elif window.contains(spot):
                tip = _leaving(start, end, inside)
                _line(painter, start, tip, width, Qt.PenStyle.DashLine, tones.accent, tones)
                _arrow(painter, start, tip, tones)
        painter.restore()


def _line(
    painter: QPainter,
    start: QPointF,
    end: QPointF,
    width: float,
    style: Qt.PenStyle,
    colour: str,
    tones: Tones,
) -> None:
    ground = QColor(tones.surface)
    ground.setAlphaF(0.7)
    painter.setPen(QPen(ground, width + 2.2))
    painter.drawLine(start, end)
    painter.setPen(QPen(QColor(colour), width, style))
    painter.drawLine(start, end)


def _ring(painter: QPainter, spot: QPointF, radius: float, tones: Tones) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(tones.surface), 3.4))
    painter.drawEllipse(spot, radius, radius)
    painter.setPen(QPen(QColor(tones.accent), 1.6))
    painter.drawEllipse(spot, radius, radius)


def _arrow(painter: QPainter, start: QPointF, tip: QPointF, tones: Tones) -> None:
    turn = math.atan2(tip.y() - start.y(), tip.x() - start.x())
    corners = [
        tip + QPointF(math.cos(turn + aside), math.sin(turn + aside)) * length
        for aside, length in ((0.0, ARROW * 0.6), (2.5, ARROW), (-2.5, ARROW))
    ]
    painter.setPen(QPen(QColor(tones.surface), 1.4))
    painter.setBrush(QColor(tones.accent))
    painter.drawPolygon(QPolygonF(corners))


def _from_rim(spot: QPointF, end: QPointF, rim: float) -> QPointF:
    """Return where a line from `spot` to `end` leaves a circle round `spot`; the end when that is nearer."""
    away = end - spot
    length = math.hypot(away.x(), away.y())
    return end if length <= rim else spot + away * (rim / length)


def _leaving(start: QPointF, end: QPointF, window: QRectF) -> QPointF:
    """Return the place where the line from `start` to `end`, which lies outside, leaves a window."""
    shares = [1.0]
    for here, there, low, high in (
        (start.x(), end.x(), window.left(), window.right()),
        (start.y(), end.y(), window.top(), window.bottom()),
    ):
        border = high if there > here else low
        if there != here:
            shares.append(max((border - here) / (there - here), 0.0))
    return start + (end - start) * min(shares)
