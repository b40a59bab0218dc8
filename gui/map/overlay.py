"""What stands over the points: cluster names, hits that light up, the current passage, the lasso being drawn."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QPolygonF,
    QRadialGradient,
)

from gui.map.figure import Figure
from gui.map.geometry import View
from gui.map.labels import Box, place_labels, two_lines
from gui.theme import Tones, scaled

MOST_CHARACTERS = 44
ROOM_FOR_NAMES = 0.3
"""Share of the map that names may cover."""
HALO = 3.0
FARTHEST = 60.0
"""Pixels that a name may stand from its anchor to clear the points."""


@dataclass(eq=False)
class Names:
    """Owns the cluster names of a figure as small pictures, and where they stand at a zoom."""

    figure: Figure
    font: QFont
    tones: Tones
    ratio: float
    _pictures: dict[int, QPixmap] = field(default_factory=dict)
    _sizes: list[tuple[float, float]] = field(default_factory=list)
    _shifts: list[tuple[float, float] | None] = field(default_factory=list)
    _scale: float = 0.0

    def place(self, view: View, fitted_scale: float) -> None:
        """Choose which names are shown at this zoom, and where from their anchors."""
        if self._scale == view.scale:
            return
        self._scale = view.scale
        if not self._sizes:
            self._sizes = [self._size(number) for number in range(len(self.figure.data.clusters))]
        anchors = view.all_to_window(self.figure.centres)
        room = ROOM_FOR_NAMES * view.width * view.height * (view.scale / fitted_scale) ** 2
        reaches = np.minimum(self.figure.spreads * view.scale, FARTHEST).tolist()
        areas = np.cumsum([width * height for width, height in self._sizes])
        shown = int(np.searchsorted(areas, room, side="right")) or 1
        boxes = place_labels(anchors[:shown], self._sizes[:shown], reaches[:shown])
        self._shifts = [
            None if box is None else (box[0] - x, box[1] - y)
            for box, (x, y) in zip(boxes, anchors.tolist(), strict=False)
        ]

    def boxes(self, view: View) -> list[tuple[int, Box]]:
        """Return (cluster id, box in the window) of the names that stand in the window, after `place`."""
        anchors = view.all_to_window(self.figure.centres[: len(self._shifts)]).tolist()
        shown = []
        for number, ((x, y), shift) in enumerate(zip(anchors, self._shifts, strict=True)):
            if shift is None:
                continue
            width, height = self._sizes[number]
            left, top = x + shift[0], y + shift[1]
            if left < view.width and top < view.height and left + width > 0 and top + height > 0:
                shown.append((number, (left, top, left + width, top + height)))
        return shown

    def paint(self, painter: QPainter, view: View) -> None:
        """Paint the names over the map."""
        for number, (left, top, _right, _bottom) in self.boxes(view):
            if number not in self._pictures:
                self._pictures[number] = self._picture(number)
            painter.drawPixmap(QPointF(left, top), self._pictures[number])

    def _font(self, number: int) -> QFont:
        """Return a larger font for larger clusters, in three sizes."""
        clusters = self.figure.data.clusters
        share = clusters[number].size / max(clusters[0].size, 1)
        factor = 1.06 if share > 0.5 else 0.96 if share > 0.15 else 0.88
        return scaled(self.font, factor, QFont.Weight.DemiBold)

    def _lines(self, number: int) -> list[str]:
        name = self.figure.data.clusters[number].name
        if len(name) > MOST_CHARACTERS:
            name = name[: MOST_CHARACTERS - 1].rstrip() + "…"
        return two_lines(name)

    def _size(self, number: int) -> tuple[float, float]:
        metrics = QFontMetricsF(self._font(number))
        lines = self._lines(number)
        width = max(metrics.horizontalAdvance(line) for line in lines)
        return width + 2 * HALO + 2, metrics.height() * 0.95 * len(lines) + 2 * HALO

    def _picture(self, number: int) -> QPixmap:
        width, height = self._sizes[number]
        size = QSizeF(width, height) * self.ratio
        picture = QPixmap(size.toSize().expandedTo(QSizeF(1, 1).toSize()))
        picture.setDevicePixelRatio(self.ratio)
        picture.fill(Qt.GlobalColor.transparent)
        font = self._font(number)
        metrics = QFontMetricsF(font)
        path = QPainterPath()
        for place, text in enumerate(self._lines(number)):
            left = (width - metrics.horizontalAdvance(text)) / 2
            path.addText(QPointF(left, HALO + metrics.ascent() + place * metrics.height() * 0.95), font, text)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        halo = QColor(self.tones.surface)
        halo.setAlphaF(0.8)
        pen = QPen(halo, 2 * HALO)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.strokePath(path, pen)
        painter.fillPath(path, QColor(self.tones.text))
        painter.end()
        return picture


@dataclass(frozen=True, eq=False)
class Hits:
    """Hits on the map: places (n, 2) float32 in map units, brightness (n,) in [0, 1], a colour each."""

    places: NDArray[np.float32]
    brightness: NDArray[np.float64]
    colours: Sequence[str]


def paint_hits(painter: QPainter, view: View, hits: Hits, radius: float, glow: str, tones: Tones) -> None:
    """Light up hits, the best last and brightest."""
    spots = [
        (bright, QPointF(x, y), colour)
        for bright, (x, y), colour in zip(
            hits.brightness.tolist(), view.all_to_window(hits.places).tolist(), hits.colours, strict=True
        )
        if -60 < x < view.width + 60 and -60 < y < view.height + 60
    ]
    spots.sort(key=lambda spot: spot[0])
    painter.setPen(Qt.PenStyle.NoPen)
    for bright, spot, _colour in spots:
        reach = radius + 9 + 15 * bright
        light = QRadialGradient(spot, reach)
        for stop, strength in ((0.0, 0.30 + 0.5 * bright), (0.45, 0.14 + 0.24 * bright), (1.0, 0.0)):
            colour = QColor(glow)
            colour.setAlphaF(strength)
            light.setColorAt(stop, colour)
        painter.setBrush(QBrush(light))
        painter.drawEllipse(spot, reach, reach)
    disc = max(radius, 3.0)
    for bright, spot, colour in spots:
        painter.setPen(QPen(QColor(tones.surface), 3.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(spot, disc + 1 + bright, disc + 1 + bright)
        painter.setPen(QPen(QColor(tones.text), 1.2 + 0.5 * bright))
        painter.setBrush(QColor(colour))
        painter.drawEllipse(spot, disc + 1 + bright, disc + 1 + bright)


def paint_current(painter: QPainter, spot: QPointF, radius: float, tones: Tones) -> None:
    """Mark the passage that is being read: a ring with four ticks, seen on any colour."""
    ring = max(radius, 3.0) + 5
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((tones.surface, 5.0), (tones.accent, 2.2)):
        painter.setPen(QPen(QColor(colour), width))
        painter.drawEllipse(spot, ring, ring)
        for across, down in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            start = QPointF(spot.x() + across * ring, spot.y() + down * ring)
            end = QPointF(spot.x() + across * (ring + 5), spot.y() + down * (ring + 5))
            painter.drawLine(start, end)


def paint_marquee(painter: QPainter, corners: Sequence[QPointF], lasso: bool, tones: Tones) -> None:
    """Draw the lasso or rectangle that the hand is drawing."""
    if len(corners) < 2:
        return
    shape = QPolygonF(list(corners)) if lasso else QPolygonF(QRectF(corners[0], corners[-1]).normalized())
    inside = QColor(tones.accent)
    inside.setAlphaF(0.12)
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    path.addPolygon(shape)
    path.closeSubpath()
    painter.fillPath(path, inside)
    painter.strokePath(path, QPen(QColor(tones.surface), 3.5))
    painter.strokePath(path, QPen(QColor(tones.accent), 1.6))


def paint_focus(painter: QPainter, width: float, height: float, tones: Tones) -> None:
    """Show that keys go to the map."""
    colour = QColor(tones.accent)
    painter.setPen(QPen(colour, 1.5))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(QRectF(0.75, 0.75, width - 1.5, height - 1.5))
