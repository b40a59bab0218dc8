"""From one map to another: points that both hold glide, the others fade; a sample stands for all meanwhile."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from gui.map.drawing.colouring import Colouring
from gui.map.drawing.drawn import layers_of
from gui.map.drawing.figure import Figure
from gui.map.drawing.geometry import View, bounds_of, is_finite
from gui.map.drawing.picture import image_of, most_moving
from gui.map.drawing.raster import Canvas, Layer, disc_radius
from gui.map.drawing.tiles import Tiles

DURATION = 700
"""Milliseconds from the old map to the new one; 0 shows the new one at once."""
MOST_MOVING = 30_000
"""Points drawn in a frame, at most."""


@dataclass(frozen=True, eq=False)
class Moving:
    """Points on their way: starts and ends (n, 2) float32 map units, drawn as `layer`; `comes` and `goes` fade."""

    layer: Layer
    starts: NDArray[np.float32]
    ends: NDArray[np.float32]
    comes: bool = False
    goes: bool = False

    def at(self, share: float) -> Layer:
        """Return what to draw when `share` of the way is done."""
        places = self.starts + (self.ends - self.starts) * np.float32(share)
        faded = share if self.comes else 1 - share if self.goes else 1.0
        return replace(self.layer, tiles=_flat(places), opacity=self.layer.opacity * faded)


class Morph:
    """Owns the frames from one figure, at a view, to another at its view."""

    def __init__(self, old: Figure, seen: View, new: Figure, colouring: Colouring, dark: bool) -> None:
        self._seen = seen
        self._n_points = len(new)
        self._canvas = Canvas()
        most = min(MOST_MOVING, most_moving(disc_radius(len(new), seen, seen.scale)) // 2)
        every = max(1, math.ceil(max(len(old), len(new)) / most))
        groups = [
            group
            for layer in layers_of(new, colouring, dark)
            for group in _arriving(_thinned(layer, every), old, new)
        ]
        groups += [_leaving(_thinned(layer, every), old, new) for layer in _grey(old, dark)]
        self._groups = [group for group in groups if len(group.starts)]

    def frame(self, share: float, view: View, fitted_scale: float) -> QImage:
        """Return the picture when `share` in [0, 1] of the way to `view` is done, a pixel to a window pixel."""
        between = self.view(share, view).at_ratio(1)
        radius = disc_radius(self._n_points, between, fitted_scale)
        return image_of(self._canvas.draw(self.layers(share), between, radius))

    def layers(self, share: float) -> list[Layer]:
        """Return what is drawn when `share` of the way is done."""
        return [layer for group in self._groups for layer in [group.at(share)] if layer.opacity > 0]

    def view(self, share: float, view: View) -> View:
        """Return where the window stands when `share` of the way to `view` is done."""
        seen = self._seen
        scale = seen.scale ** (1 - share) * view.scale**share
        return replace(
            view, x=seen.x + (view.x - seen.x) * share, y=seen.y + (view.y - seen.y) * share, scale=scale
        )


def _grey(old: Figure, dark: bool) -> list[Layer]:
    """Return the old figure's layers without colours: what goes has no cluster any more."""
    none = Colouring("cluster", np.zeros(len(old.data.xy), dtype=np.uint8), (), (), ())
    return layers_of(old, none, dark)[:2]


def _thinned(layer: Layer, every: int) -> Layer:
    return layer.sample(every) if every > 1 else layer


def _arriving(layer: Layer, old: Figure, new: Figure) -> list[Moving]:
    """Return a layer of the new figure as what glides to its places and what appears there."""
    rows = layer.tiles.rows
    before = _rows_in(old, new.data.passage_ids[rows])
    known = before >= 0
    known[known] = is_finite(old.data.xy[before[known]])
    ends = new.data.xy[rows]
    starts = np.where(known[:, None], old.data.xy[before], ends) if len(old.data.xy) else ends
    layer = replace(layer, crowding=layer.tiles.crowding)
    return [
        Moving(replace(layer, colour_ids=layer.colour_ids[known]), starts[known], ends[known]),
        Moving(replace(layer, colour_ids=layer.colour_ids[~known]), ends[~known], ends[~known], comes=True),
    ]


def _leaving(layer: Layer, old: Figure, new: Figure) -> Moving:
    """Return the points of a layer of the old figure that the new one does not hold."""
    rows = layer.tiles.rows
    gone = rows[_rows_in(new, old.data.passage_ids[rows]) < 0]
    places = old.data.xy[gone]
    ids = np.zeros(len(gone), dtype=np.uint8)
    return Moving(replace(layer, colour_ids=ids, crowding=layer.tiles.crowding), places, places, goes=True)


def _rows_in(figure: Figure, passage_ids: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return the row of each passage in a figure, -1 where it is not."""
    known = figure.data.passage_ids
    if not len(known):
        return np.full(len(passage_ids), -1, dtype=np.intp)
    rows = np.minimum(np.searchsorted(known, passage_ids), len(known) - 1)
    return np.where(known[rows] == passage_ids, rows, -1)


def _flat(places: NDArray[np.float32]) -> Tiles:
    """Return points as a single tile, which costs nothing to make."""
    left, bottom, right, top = bounds_of(places)
    rows = np.arange(len(places), dtype=np.int32)
    starts = np.array([0, len(places)], dtype=np.int32)
    xs, ys = np.ascontiguousarray(places[:, 0]), np.ascontiguousarray(places[:, 1])
    return Tiles(xs, ys, rows, starts, 1, left, bottom, (right - left) or 1.0, (top - bottom) or 1.0)
