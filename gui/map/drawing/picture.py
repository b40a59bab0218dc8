"""The map's picture in the making: drawn in slices between two events, moved with the hand meanwhile."""

import time
from collections.abc import Generator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QRectF, QTimer, Signal
from PySide6.QtGui import QImage, QPainter

from gui.map.drawing.colouring import Colouring
from gui.map.drawing.drawn import layers_of
from gui.map.drawing.figure import Figure, Rows
from gui.map.drawing.geometry import View
from gui.map.drawing.raster import Canvas, Layer, disc_radius, pixels_of

MOST_WHILE_MOVING = 60_000
"""Points in view above which a sample is drawn while the hand moves."""
PIXELS_WHILE_MOVING = 600_000
"""Pixels that the discs of that sample may cover."""
SLICE_SECONDS = 0.006
"""How long drawing may keep events waiting."""

BACK = 0.1
"""Opacity of points that step back behind those that are kept."""


@dataclass(frozen=True, eq=False)
class Picture:
    """What was drawn for `view`: all points, and those that are lit (None when nothing is)."""

    view: View
    base: QImage
    lit: QImage | None
    sampled: bool

    def paint(self, painter: QPainter, view: View, dimmed: float) -> None:
        """Paint it where `view` wants it; all points at `dimmed` opacity, the lit ones in full."""
        target = moved(self.view, view)
        painter.setOpacity(dimmed)
        painter.drawImage(target, self.base)
        painter.setOpacity(1)
        if self.lit is not None:
            painter.drawImage(target, self.lit)


class Drawing(QObject):
    """Owns the picture of a figure. `aim` says what should be shown; `finished` when a newer picture is there."""

    finished = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.picture: Picture | None = None
        self._canvas = Canvas()
        self._all: list[Layer] = []
        self._layers: list[Layer] = []
        self._lit: list[Layer] = []
        self._samples: dict[int, list[Layer]] = {}
        self._n_points = self._n_rows = 0
        self._fitted_scale = 1.0
        self._wanted: tuple[View, float, bool] | None = None
        self._under_way: Generator[None, None, Picture] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._go_on)

    @property
    def busy(self) -> bool:
        """Return whether a picture is being drawn."""
        return self._timer.isActive()

    def show(self, figure: Figure | None, colouring: Colouring | None, dark: bool) -> None:
        """Draw another figure or in other colours from now on; the old picture goes."""
        self._stop()
        self.picture = None
        self._samples.clear()
        self._lit = []
        self._all = self._layers = layers_of(figure, colouring, dark) if figure and colouring else []
        self._n_points = len(figure) if figure else 0
        self._n_rows = len(figure.data.xy) if figure else 0

    def keep(self, rows: Rows | None) -> None:
        """Let all points but these step far back, None for all alike. Needs a new `light` and a new aim."""
        self._abandon()
        self._samples.clear()
        self._layers = self._all
        if rows is not None and self._all:
            kept = self._rows_chosen(rows)
            back = [replace(layer, opacity=BACK) for layer in self._all]
            self._layers = back + [layer.subset(kept[layer.tiles.rows]) for layer in self._all]

    def light(self, rows: Rows) -> None:
        """Lay these points, in full colour, over the picture of all; an empty array for none. Needs a new aim."""
        self._abandon()
        self._lit = []
        if len(rows) and self._all:
            chosen = self._rows_chosen(rows)
            self._lit = [replace(layer.subset(chosen[layer.tiles.rows]), opacity=1.0) for layer in self._all]

    def aim(self, view: View, fitted_scale: float, ratio: float, moving: bool) -> None:
        """Ask for a picture of `view` on a screen of `ratio` device pixels; what is under way is finished first."""
        self._fitted_scale = fitted_scale
        self._wanted = view, ratio, moving
        self._timer.start()

    def finish(self) -> None:
        """Draw what is wanted now, without waiting for idle time."""
        while self._wanted or self._under_way:
            self._step()
        self._timer.stop()

    def draw(self, view: View, fitted_scale: float, ratio: float) -> Picture:
        """Return a picture of `view` at any ratio, drawn now and apart from what is on the screen."""
        other = Drawing()
        other._layers, other._lit, other._n_points = self._layers, self._lit, self._n_points
        other.aim(view, fitted_scale, ratio, moving=False)
        other.finish()
        assert other.picture is not None
        return other.picture

    def layers(self, dimmed: float) -> list[Layer]:
        """Return what is drawn: all points, at `dimmed` opacity while some are lit, and those in full."""
        return [*(replace(layer, opacity=layer.opacity * dimmed) for layer in self._layers), *self._lit]

    def radius(self, view: View) -> float:
        """Return the radius of a disc in window pixels."""
        return disc_radius(self._n_points, view, self._fitted_scale)

    def paint(self, painter: QPainter, view: View, dimmed: float) -> None:
        """Paint the newest picture where `view` wants it; all points at `dimmed` opacity, the lit ones in full."""
        if self.picture is not None:
            self.picture.paint(painter, view, dimmed)

    def _rows_chosen(self, rows: Rows) -> NDArray[np.bool_]:
        chosen = np.zeros(self._n_rows, dtype=np.bool_)
        chosen[rows] = True
        return chosen

    def _go_on(self) -> None:
        end = time.perf_counter() + SLICE_SECONDS
        while time.perf_counter() < end:
            if not self._step():
                self._timer.stop()
                return

    def _step(self) -> bool:
        """Draw one slice; return whether there is more to do."""
        if self._under_way is None:
            if self._wanted is None:
                return False
            view, ratio, moving = self._wanted
            self._wanted = None
            self._under_way = self._draw(view, ratio, moving)
        try:
            next(self._under_way)
        except StopIteration as done:
            self._under_way = None
            self.picture = done.value
            self.finished.emit()
        return self._under_way is not None or self._wanted is not None

    def _draw(self, view: View, ratio: float, moving: bool) -> Generator[None, None, Picture]:
        fine = view.at_ratio(ratio)
        radius = disc_radius(self._n_points, view, self._fitted_scale, ratio)
        every = self._every(view, radius) if moving else 1
        base = yield from self._canvas.draw_steps(self._thinned(every), fine, radius)
        lit = None
        if self._lit:
            above = yield from self._canvas.draw_steps(self._lit, fine, radius * 1.1)
            lit = image_of(above)
        return Picture(view, image_of(base), lit, every > 1)

    def _every(self, view: View, radius: float) -> int:
        """Return 1, or the power of two that thins what is in view to what can be drawn while moving."""
        in_view = sum(layer.tiles.count_in(*view.bounds) for layer in self._layers)
        every, most = 1, most_moving(radius)
        while in_view / every > most:
            every *= 2
        return every

    def _thinned(self, every: int) -> list[Layer]:
        if every == 1:
            return self._layers
        if every not in self._samples:
            self._samples[every] = [layer.sample(every) for layer in self._layers]
        return self._samples[every]

    def _stop(self) -> None:
        self._timer.stop()
        self._wanted = None
        self._abandon()

    def _abandon(self) -> None:
        """Give up the picture under way, so that the canvas is clean for the next."""
        if self._under_way is not None:
            self._under_way.close()
            self._under_way = None


def most_moving(radius: float) -> int:
    """Return how many discs of a radius, in device pixels, can be drawn a frame while they move."""
    return min(MOST_WHILE_MOVING, int(PIXELS_WHILE_MOVING / pixels_of(radius)))


def moved(drawn: View, view: View) -> QRectF:
    """Return where a picture drawn for one view stands in another."""
    left, top = view.to_window(*drawn.to_map(0, 0))
    grown = view.scale / drawn.scale
    if abs(grown - 1) < 1e-9:  # whole pixels, so that nothing blurs
        left, top, grown = round(left), round(top), 1.0
    return QRectF(left, top, drawn.width * grown, drawn.height * grown)


def image_of(pixels: NDArray[np.uint32]) -> QImage:
    """Return a picture (height, width) as an image; it keeps the pixels, no copy is made."""
    height, width = pixels.shape
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    image.pixels = pixels  # type: ignore[attr-defined]
    return image
