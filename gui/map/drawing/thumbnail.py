"""A small picture of the whole map, drawn once."""

from PySide6.QtGui import QImage

from gui.map.drawing.colouring import Colouring
from gui.map.drawing.drawn import layers_of
from gui.map.drawing.figure import Figure
from gui.map.drawing.geometry import View
from gui.map.drawing.picture import image_of
from gui.map.drawing.raster import Canvas

MARGIN = 5.0
"""Pixels left free on each side."""
MOST_POINTS = 100_000
RADIUS = 0.9
"""Pixels, at most: a small picture shows where points are, not each of them."""


def thumbnail_view(figure: Figure, width: float, height: float) -> View:
    """Return the view in which the whole map fills a small picture of width × height pixels."""
    left, bottom, right, top = figure.bounds
    across, up = max(right - left, 1e-9), max(top - bottom, 1e-9)
    if right <= left and top <= bottom:
        across = up = 1.0
    scale = min(max(width - 2 * MARGIN, 1) / across, max(height - 2 * MARGIN, 1) / up)
    return View((left + right) / 2, (bottom + top) / 2, scale, width, height)


def thumbnail(
    figure: Figure, colouring: Colouring, width: int, height: int, ratio: float = 1.0, dark: bool = False
) -> QImage:
    """Return the whole map in width × height pixels, transparent where there is nothing; see `thumbnail_view`."""
    view = thumbnail_view(figure, width, height).at_ratio(ratio)
    every = 1
    while len(figure) / every > MOST_POINTS:
        every *= 2
    layers = [layer.sample(every) if every > 1 else layer for layer in layers_of(figure, colouring, dark)]
    image = image_of(Canvas().draw(layers, view, RADIUS * ratio))
    image.setDevicePixelRatio(ratio)
    return image
