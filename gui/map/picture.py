"""The map's picture in the making: drawn in slices between two events, moved with the hand meanwhile."""

import time
from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QRectF, QTimer, Signal
from PySide6.QtGui import QImage, QPainter

from gui.map.figure import Colouring, Figure, Rows
from gui.map.geometry import View
from gui.map.raster import Canvas, Layer, disc_radius

MOST_WHILE_MOVING = 60_000
"""Points in view above which a sample is drawn while the hand moves."""
SLICE_SECONDS = 0.006
"""How long drawing may keep events waiting."""


@dataclass(frozen=True, eq=False)
class Picture:
    """What was drawn for `view`: all points, and those that are lit (None when nothing is)."""

    view: View
    base: QImage
    lit: QImage | None
    sampled: bool


class Drawing(QObject):
    """Owns the picture of a figure. `aim` says what should be shown; `finished` when a newer picture is there."""

    finished = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.picture: Picture | None = None
        self._canvas = Canvas()
        self._layers: list[Layer] = []
        self._lit: list[Layer] = []
        self._samples: dict[int, list[Layer]] = {}
        self._n_points = 0
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
        self._layers = figure.layers(colouring, dark) if figure and colouring else []
        self._n_points = len(figure) if figure else 0

    def light(self, rows: Rows) -> None:
        """Lay these points, in full colour, over the picture of all; an empty array for none. Needs a new aim."""
        self._abandon()
        self._lit = []
        if len(rows) and self._layers:
            chosen = np.zeros(
                1 + max(int(layer.tiles.rows.max(initial=0)) for layer in self._layers), dtype=np.bool_
            )
            chosen[rows] = True
            self._lit = [layer.subset(chosen[layer.tiles.rows]) for layer in self._layers]

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

    def radius(self, view: View) -> float:
        """Return the radius of a disc in window pixels."""
        return disc_radius(self._n_points, view, self._fitted_scale)

    def paint(self, painter: QPainter, view: View, dimmed: float) -> None:
        """Paint the newest picture where `view` wants it; all points at `dimmed` opacity, the lit ones in full."""
        if self.picture is None:
            return
        target = _moved(self.picture.view, view)
        painter.setOpacity(dimmed)
        painter.drawImage(target, self.picture.base)
        painter.setOpacity(1)
        if self.picture.lit is not None:
            painter.drawImage(target, self.picture.lit)

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
        every = self._every(view) if moving else 1
        fine = view.at_ratio(ratio)
        radius = disc_radius(self._n_points, view, self._fitted_scale, ratio)
        base = yield from self._canvas.draw_steps(self._thinned(every), fine, radius)
        lit = None
        if self._lit:
            above = yield from self._canvas.draw_steps(self._lit, fine, radius * 1.1)
            lit = _image(above)
        return Picture(view, _image(base), lit, every > 1)

    def _every(self, view: View) -> int:
        """Return 1, or the power of two that thins what is in view to what can be drawn while moving."""
        in_view = sum(layer.tiles.count_in(*view.bounds) for layer in self._layers)
        every = 1
        while in_view / every > MOST_WHILE_MOVING:
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


def _moved(drawn: View, view: View) -> QRectF:
    """Return where a picture drawn for one view stands in another."""
    left, top = view.to_window(*drawn.to_map(0, 0))
    grown = view.scale / drawn.scale
    if abs(grown - 1) < 1e-9:  # whole pixels, so that nothing blurs
        left, top, grown = round(left), round(top), 1.0
    return QRectF(left, top, drawn.width * grown, drawn.height * grown)


def _image(pixels: NDArray[np.uint32]) -> QImage:
    """Return a picture (height, width) as an image; it keeps the pixels, no copy is made."""
    height, width = pixels.shape
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    image.pixels = pixels  # type: ignore[attr-defined]
    return image
