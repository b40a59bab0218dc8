"""How densely points lie: a blurred count on a grid, and the lines inside which a share of them lies."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gui.map.drawing.contours import contours
from gui.map.drawing.geometry import Bounds, is_finite

CELLS = 160
"""Cells along the longer side of what is counted."""
TAIL = 0.5
"""Percent of the points, at each border, that may lie outside the grid: a few far away do not make it coarse."""
PAD = 3.0
"""Blurs of room left free round the points."""
SAMPLE = 200_000
"""Points enough for a density that the eye reads."""


@dataclass(frozen=True, eq=False)
class Density:
    """heights (rows, columns) float32, rows from the bottom up: points a cell. (left, bottom): middle of the first."""

    heights: NDArray[np.float32]
    left: float
    bottom: float
    cell: float

    def level(self, share: float) -> float:
        """Return the height above which this share of the points lies, where they are densest."""
        falling = np.sort(self.heights, axis=None)[::-1].astype(np.float64)
        sums = np.cumsum(falling)
        return float(falling[min(int(np.searchsorted(sums, share * sums[-1])), len(falling) - 1)])

    def rings(self, share: float) -> list[NDArray[np.float64]]:
        """Return closed lines (m, 2), in map units, inside which this share of the points lies."""
        origin = np.array([self.left, self.bottom])
        return [ring * self.cell + origin for ring in contours(self.heights, self.level(share))]


def density_of(xy: NDArray[np.float32], blur: float = 0.0, cells: int = CELLS) -> Density | None:
    """Return the density of points (n, 2), None without any, on a grid of `cells` along its longer side.

    Each point is blurred by as much as their number asks for, and by `blur` map units at least.
    """
    xy = xy[:: max(1, len(xy) // SAMPLE)]
    xy = xy[is_finite(xy)]
    if not len(xy):
        return None
    left, bottom, right, top = _most(xy)
    extent = max(right - left, top - bottom, 2 * blur)
    cell = extent / cells if extent > 0 else 1.0 / cells
    blurred = max(float(np.clip(12 * len(xy) ** (-1 / 6), 1.6, 5)), blur / cell)
    margin = int(np.ceil(PAD * blurred)) + 1
    columns = int((right - left) / cell) + 1 + 2 * margin
    rows = int((top - bottom) / cell) + 1 + 2 * margin
    left, bottom = left - margin * cell, bottom - margin * cell
    across = np.floor((xy[:, 0] - left) / cell).astype(np.int64)
    up = np.floor((xy[:, 1] - bottom) / cell).astype(np.int64)
    inside = (across >= 0) & (across < columns) & (up >= 0) & (up < rows)
    counts = np.bincount(up[inside] * columns + across[inside], minlength=rows * columns)
    heights = _kernel(rows, blurred) @ counts.reshape(rows, columns) @ _kernel(columns, blurred)
    return Density(heights.astype(np.float32), left + cell / 2, bottom + cell / 2, cell)


def _most(xy: NDArray[np.float32]) -> Bounds:
    """Return the rectangle of almost all points."""
    (left, right), (bottom, top) = (np.percentile(xy[:, axis], (TAIL, 100 - TAIL)) for axis in (0, 1))
    return float(left), float(bottom), float(right), float(top)


def _kernel(length: int, blur: float) -> NDArray[np.float64]:
    """Return the matrix (length, length) that blurs a line of cells by a normal curve."""
    places = np.arange(length)
    kernel: NDArray[np.float64] = np.exp(-(((places[:, None] - places) / blur) ** 2) / 2)
    return kernel / (blur * np.sqrt(2 * np.pi))
