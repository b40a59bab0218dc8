"""Where the map stands in its window: map units to pixels and back, zoom that keeps a place, fit."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

FIT_MARGIN = 0.06
"""Share of the window left free on each side when the map is fitted."""
NAME_MARGIN = 56
"""Pixels left free at least, in any but a tiny window: the names of the outer clusters stand there."""
ZOOM_OUT_LIMIT, ZOOM_IN_LIMIT = 0.4, 600.0
"""How far one can zoom, against the fitted scale; float32 coordinates are exact enough for the latter."""

Bounds = tuple[float, float, float, float]
"""left, bottom, right, top in map units."""


@dataclass(frozen=True, slots=True)
class View:
    """(x, y) map units at the middle of a window of width × height pixels; `scale` pixels a map unit; y goes up."""

    x: float
    y: float
    scale: float
    width: float
    height: float

    @classmethod
    def fitted(cls, bounds: Bounds, width: float, height: float) -> "View":
        """Return the view that shows `bounds` with a margin; bounds without extent become a unit wide."""
        left, bottom, right, top = bounds
        across, up = right - left, top - bottom
        if across <= 0 and up <= 0:
            across = up = 1.0
        scale = min(
            _within_margins(width) / across if across > 0 else np.inf,
            _within_margins(height) / up if up > 0 else np.inf,
        )
        return cls((left + right) / 2, (bottom + top) / 2, float(scale), width, height)

    @property
    def bounds(self) -> Bounds:
        """The rectangle of the map that is in the window."""
        across, up = self.width / self.scale / 2, self.height / self.scale / 2
        return self.x - across, self.y - up, self.x + across, self.y + up

    def to_window(self, x: float, y: float) -> tuple[float, float]:
        """Return the pixel of a place on the map."""
        return (x - self.x) * self.scale + self.width / 2, self.height / 2 - (y - self.y) * self.scale

    def to_map(self, across: float, down: float) -> tuple[float, float]:
        """Return the place on the map under a pixel."""
        return self.x + (across - self.width / 2) / self.scale, self.y + (self.height / 2 - down) / self.scale

    def all_to_window(self, xy: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the pixels (n, 2) of places (n, 2)."""
        middle = np.array([self.width / 2, self.height / 2])
        pixels: NDArray[np.float64] = (xy - np.array([self.x, self.y])) * np.array(
            [self.scale, -self.scale]
        ) + middle
        return pixels

    def all_to_map(self, pixels: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the places (n, 2) under pixels (n, 2)."""
        middle = np.array([self.width / 2, self.height / 2])
        places: NDArray[np.float64] = (pixels - middle) / np.array([self.scale, -self.scale])
        return places + np.array([self.x, self.y])

    def panned(self, across: float, down: float) -> "View":
        """Return the view after the map was pushed by so many pixels."""
        return replace(self, x=self.x - across / self.scale, y=self.y + down / self.scale)

    def zoomed(self, factor: float, across: float, down: float, fitted_scale: float) -> "View":
        """Return the view `factor` times closer, the place under pixel (across, down) staying where it is."""
        scale = float(
            np.clip(self.scale * factor, fitted_scale * ZOOM_OUT_LIMIT, fitted_scale * ZOOM_IN_LIMIT)
        )
        x, y = self.to_map(across, down)
        moved = replace(self, scale=scale)
        x_now, y_now = moved.to_map(across, down)
        return replace(moved, x=self.x + x - x_now, y=self.y + y - y_now)

    def resized(self, width: float, height: float) -> "View":
        """Return the view in a window of another size, the middle staying in the middle."""
        return replace(self, width=width, height=height)

    def at_ratio(self, ratio: float) -> "View":
        """Return the same view counted in device pixels, `ratio` of them to a window pixel."""
        return View(self.x, self.y, self.scale * ratio, round(self.width * ratio), round(self.height * ratio))


def _within_margins(length: float) -> float:
    margin = max(FIT_MARGIN * length, NAME_MARGIN)
    return max(length - 2 * margin, length / 2, 1)


def bounds_of(xy: NDArray[np.float32]) -> Bounds:
    """Return the rectangle around all finite points (n, 2); a unit square round the origin when there is none."""
    finite = is_finite(xy)
    if not finite.any():
        return -0.5, -0.5, 0.5, 0.5
    xs, ys = xy[finite, 0], xy[finite, 1]
    return float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max())


def is_finite(xy: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return (n,) which points (n, 2) have a place; column by column, as a reduction over pairs is slow."""
    return np.isfinite(xy[:, 0]) & np.isfinite(xy[:, 1])
