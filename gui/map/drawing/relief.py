"""Shapes that lie under and over the points: shaded contours of density, the outline of a cluster."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QTransform

from gui.map.drawing.density import Density
from gui.map.drawing.geometry import View
from gui.map.drawing.picture import moved
from gui.theme import Tones

SHARES = (0.97, 0.85, 0.65, 0.45, 0.25, 0.1)
"""Each contour holds this share of all points, where they are densest."""
SHADE_LIGHT, SHADE_DARK = 0.05, 0.055
"""Opacity of one step of the shading; steps lie over one another."""
LINE = 0.16
COARSE = 0.5
"""Pixels to a window pixel of the picture while the map moves."""


@dataclass(frozen=True, eq=False)
class Relief:
    """Contours of density as paths in map units, the lowest first."""

    paths: tuple[QPainterPath, ...]

    @classmethod
    def of(cls, density: Density) -> "Relief":
        """Return the contours of a density."""
        return cls(tuple(rounded(density.rings(share)) for share in SHARES))

    def paint(self, painter: QPainter, view: View, tones: Tones) -> None:
        """Paint the steps in shades of the text's colour."""
        shade, line = QColor(tones.text), QColor(tones.text)
        shade.setAlphaF(SHADE_DARK if tones.dark else SHADE_LIGHT)
        line.setAlphaF(LINE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setTransform(transform_of(view), True)
        painter.setPen(_cosmetic(line, 1.0))
        painter.setBrush(shade)
        for path in self.paths:
            painter.drawPath(path)
        painter.restore()


class Shading:
    """Owns a relief as a picture, which moves with the hand; it is drawn anew, coarsely, when it no longer suffices."""

    def __init__(self, relief: Relief) -> None:
        self.relief = relief
        self._image: QImage | None = None
        self._view: View | None = None
        self._tones: Tones | None = None
        self._ratio = 0.0

    def paint(self, painter: QPainter, view: View, tones: Tones, moving: bool) -> None:
        """Paint the relief; sharp when nothing moves."""
        if self._image is None or self._view is None or tones is not self._tones:
            self._draw(view, tones, COARSE if moving else 1.0)
        elif moving and not moved(self._view, view).contains(QRectF(0, 0, view.width, view.height)):
            self._draw(view, tones, COARSE)
        elif not moving and (view, 1.0) != (self._view, self._ratio):
            self._draw(view, tones, 1.0)
        if self._image is not None and self._view is not None:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(moved(self._view, view), self._image)
            painter.restore()

    def _draw(self, view: View, tones: Tones, ratio: float) -> None:
        width, height = max(round(view.width * ratio), 1), max(round(view.height * ratio), 1)
        image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        painter.scale(ratio, ratio)
        self.relief.paint(painter, view, tones)
        painter.end()
        self._image, self._view, self._tones, self._ratio = image, view, tones, ratio


@dataclass(frozen=True, eq=False)
class Hull:
    """An outline in map units, and the colours of what it goes round on both grounds ("" for the text's)."""

    path: QPainterPath
    light: str = ""
    dark: str = ""

    def colour(self, tones: Tones) -> str:
        """Return its colour on a ground."""
        return (self.dark if tones.dark else self.light) or tones.text

    def paint(self, painter: QPainter, view: View, tones: Tones) -> None:
        """Paint the outline over the points, its inside a little tinted."""
        colour = QColor(self.colour(tones))
        inside, edge = QColor(colour), QColor(tones.surface)
        inside.setAlphaF(0.09)
        edge.setAlphaF(0.75)
        painter.save()
        painter.setTransform(transform_of(view), True)
        painter.fillPath(self.path, inside)
        painter.strokePath(self.path, _cosmetic(edge, 4.0))
        painter.strokePath(self.path, _cosmetic(colour, 1.8))
        painter.restore()


def transform_of(view: View) -> QTransform:
    """Return what turns map units into pixels of the window."""
    middle = QTransform.fromTranslate(view.width / 2, view.height / 2)
    return QTransform.fromTranslate(-view.x, -view.y) * QTransform.fromScale(view.scale, -view.scale) * middle


def rounded(rings: Iterable[NDArray[np.float64]]) -> QPainterPath:
    """Return closed lines as one path without corners: curves through the middles of their sides."""
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.OddEvenFill)
    for ring in rings:
        middles = (ring + np.roll(ring, -1, axis=0)) / 2
        corners: Sequence[QPointF] = [QPointF(x, y) for x, y in ring.tolist()]
        ends = [QPointF(x, y) for x, y in middles.tolist()]
        path.moveTo(ends[-1])
        for corner, end in zip(corners, ends, strict=True):
            path.quadTo(corner, end)
        path.closeSubpath()
    return path


def _cosmetic(colour: QColor, width: float) -> QPen:
    pen = QPen(colour, width)
    pen.setCosmetic(True)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen
