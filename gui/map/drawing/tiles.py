"""The points of a map sorted by tile, so that a zoomed-in view, a click or a lasso touches only what is near."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gui.map.drawing.geometry import Bounds, is_finite

POINTS_A_TILE = 250
MAX_SIDE = 128
DENSE_SHARE = 0.9
"""Crowding is measured where this share of the points has less crowded surroundings."""


@dataclass(frozen=True, eq=False)
class Tiles:
    """n points, tile by tile, tiles row by row from the bottom left; inside a tile in the caller's order.

    xs, ys (n,) float32 map units; rows (n,) int32, the caller's row of each; starts (side² + 1,) int32, where
    each tile begins; left, bottom, tile_width, tile_height in map units.
    """

    xs: NDArray[np.float32]
    ys: NDArray[np.float32]
    rows: NDArray[np.int32]
    starts: NDArray[np.int32]
    side: int
    left: float
    bottom: float
    tile_width: float
    tile_height: float

    @classmethod
    def of(cls, xy: NDArray[np.float32], rows: NDArray[np.int32] | None = None) -> "Tiles":
        """Sort points (n, 2) into tiles; `rows` (m,) takes only those. Points that are not finite are left out."""
        rows = np.arange(len(xy), dtype=np.int32) if rows is None else rows
        finite = is_finite(xy[rows])
        rows = rows if finite.all() else rows[finite]
        xs = np.ascontiguousarray(xy[rows, 0], dtype=np.float32)
        ys = np.ascontiguousarray(xy[rows, 1], dtype=np.float32)
        side = int(np.clip(math.sqrt(len(rows) / POINTS_A_TILE), 1, MAX_SIDE))
        left, width = _span(xs, side)
        bottom, height = _span(ys, side)
        tile = _place(ys, bottom, height, side) * np.uint16(side) + _place(xs, left, width, side)
        order = np.argsort(tile, kind="stable")  # a radix sort for 16 bits
        counts = np.bincount(tile, minlength=side * side)
        starts = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
        return cls(xs[order], ys[order], rows[order], starts, side, left, bottom, width, height)

    def __len__(self) -> int:
        return len(self.xs)

    @property
    def bounds(self) -> Bounds:
        """A rectangle that holds all points."""
        right, top = self.left + self.side * self.tile_width, self.bottom + self.side * self.tile_height
        return self.left, self.bottom, right, top

    @cached_property
    def crowding(self) -> float:
        """Points per square map unit in a well filled tile: how much discs will overlap there."""
        counts = np.sort(np.diff(self.starts))
        if not len(self):
            return 0.0
        dense = counts[np.searchsorted(np.cumsum(counts), DENSE_SHARE * len(self))]
        return float(dense) / (self.tile_width * self.tile_height)

    def sample(self, every: int) -> "Tiles":
        """Return each `every`-th point: evenly thinned everywhere, as tiles follow one another."""
        starts = (self.starts + np.int32(every - 1)) // np.int32(every)
        return self._of_same_grid(self.xs[::every], self.ys[::every], self.rows[::every], starts)

    def subset(self, chosen: NDArray[np.bool_]) -> "Tiles":
        """Return the points for which `chosen` (n,), in this object's order, is true."""
        before = np.concatenate(([0], np.cumsum(chosen, dtype=np.int32))).astype(np.int32)
        return self._of_same_grid(self.xs[chosen], self.ys[chosen], self.rows[chosen], before[self.starts])

    def slices(self, left: float, bottom: float, right: float, top: float) -> Iterator[slice]:
        """Yield, from the bottom up, slices of points that hold all those inside the rectangle (and more)."""
        first, last = self._columns(left, right)
        low, high = self._lines(bottom, top)
        if first == 0 and last == self.side - 1 and low <= high:
            start, stop = self.starts[low * self.side], self.starts[(high + 1) * self.side]
            if start < stop:
                yield slice(int(start), int(stop))
            return
        for line in range(low, high + 1):
            start, stop = self.starts[line * self.side + first], self.starts[line * self.side + last + 1]
            if start < stop:
                yield slice(int(start), int(stop))

    def count_in(self, left: float, bottom: float, right: float, top: float) -> int:
        """Return how many points the tiles that touch the rectangle hold."""
        return sum(part.stop - part.start for part in self.slices(left, bottom, right, top))

    def nearest(self, x: float, y: float, radius: float) -> tuple[int, float] | None:
        """Return (place in this object, distance) of the point nearest to (x, y) within `radius`, or None.

        Of points at the very same place the one with the lowest row is returned.
        """
        best: tuple[int, float] | None = None
        for part in self.slices(x - radius, y - radius, x + radius, y + radius):
            squares = (self.xs[part].astype(np.float64) - x) ** 2 + (
                self.ys[part].astype(np.float64) - y
            ) ** 2
            place = int(np.argmin(squares))
            distance = math.sqrt(squares[place])
            if distance <= radius and (best is None or distance < best[1]):
                best = part.start + place, distance
        return best

    def within(self, x: float, y: float, radius: float) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Return the places in this object of all points within `radius` of (x, y), and their squared distances."""
        places, squares = [np.zeros(0, dtype=np.intp)], [np.zeros(0)]
        for part in self.slices(x - radius, y - radius, x + radius, y + radius):
            away = (self.xs[part].astype(np.float64) - x) ** 2 + (self.ys[part].astype(np.float64) - y) ** 2
            near = np.flatnonzero(away <= radius**2)
            places.append(near + part.start)
            squares.append(away[near])
        return np.concatenate(places), np.concatenate(squares)

    def in_rectangle(self, left: float, bottom: float, right: float, top: float) -> NDArray[np.bool_]:
        """Return (n,) which points lie in the rectangle, borders included."""
        inside = np.zeros(len(self), dtype=np.bool_)
        for part in self.slices(left, bottom, right, top):
            xs, ys = self.xs[part], self.ys[part]
            inside[part] = (xs >= left) & (xs <= right) & (ys >= bottom) & (ys <= top)
        return inside

    def in_polygon(self, corners: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return (n,) which points the closed line through `corners` (m, 2) goes round (non-zero winding).

        Each edge looks only at the tile rows it crosses, so a long lasso costs little more than a short one.
        """
        winding = np.zeros(len(self), dtype=np.int16)
        if len(corners) < 3 or not len(self):
            return winding != 0
        for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            if y0 == y1:
                continue
            low, high, turn = (y0, y1, 1) if y0 < y1 else (y1, y0, -1)
            slope = (x1 - x0) / (y1 - y0)
            for part in self.slices(-math.inf, low, max(x0, x1), high):
                ys = self.ys[part]
                crossed = (
                    (ys >= low) & (ys < high) & (self.xs[part] < x0 + (ys.astype(np.float64) - y0) * slope)
                )
                winding[part] += crossed.astype(np.int16) * np.int16(turn)
        return winding != 0

    def _of_same_grid(
        self,
        xs: NDArray[np.float32],
        ys: NDArray[np.float32],
        rows: NDArray[np.int32],
        starts: NDArray[np.int32],
    ) -> "Tiles":
        grid = self.side, self.left, self.bottom, self.tile_width, self.tile_height
        return Tiles(np.ascontiguousarray(xs), np.ascontiguousarray(ys), rows, starts.astype(np.int32), *grid)

    def _columns(self, left: float, right: float) -> tuple[int, int]:
        return _between(left, right, self.left, self.tile_width, self.side)

    def _lines(self, bottom: float, top: float) -> tuple[int, int]:
        return _between(bottom, top, self.bottom, self.tile_height, self.side)


def _span(values: NDArray[np.float32], side: int) -> tuple[float, float]:
    """Return where the first tile begins and how wide one is; a unit wide where all values are the same."""
    if not len(values):
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    return low, (high - low) / side or 1.0


def _place(values: NDArray[np.float32], start: float, width: float, side: int) -> NDArray[np.uint16]:
    places = (values - np.float32(start)) / np.float32(width)
    return np.clip(places, 0, side - 1, out=places).astype(np.uint16)


def _between(low: float, high: float, start: float, width: float, side: int) -> tuple[int, int]:
    """Return the first and last tile between two values; one more on each side, as float32 rounds at borders."""
    first = (max(low, start - width) - start) / width - 1e-3
    last = (min(high, start + width * (side + 1)) - start) / width + 1e-3
    if last < 0 or first >= side + 1e-3:
        return 0, -1
    return max(0, min(side - 1, math.floor(first))), max(0, min(side - 1, math.floor(last)))
