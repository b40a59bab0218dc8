"""Points into a picture: discs when few are in view, a density when many share a pixel. Numpy only, no Qt.

Every disc covers pixels softly (a share in [0, 1] by the distance of its true centre). What falls on a pixel is
added up, so the order of points does not matter; the colour is the mean by coverage, and the opacity grows
with the logarithm of the coverage, up to what the most crowded places of this map have at this zoom. So a
single point is seen among a million, and a crowd of a thousand still differs from one of a hundred.
"""

import math
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gui.map.geometry import Bounds, View
from gui.map.tiles import Tiles

PAIRS_A_SLICE = 1 << 16
"""Pixels written between two yields: a millisecond or two, and temporaries that fit a processor's cache."""
PAIRS_A_FRAME = 4_000_000
"""Pixels written in a frame; discs shrink until they fit."""
SINGLE_PIXEL = 0.85
"""Radius in pixels below which a point is one pixel."""
OPAQUE = 0.97
BLOCK = 1 << 14
"""Pixels composed at a time, few enough to stay in a processor's cache."""
PLACES = 8
"""Places, across and down, that a centre can have inside a pixel."""


@dataclass(frozen=True, eq=False)
class Layer:
    """Points drawn together. colour_ids (n,) uint8 into `colours` (≤ 256, 3) float32 in [0, 255], tile order.

    `size` scales the radius, `opacity` the whole layer; `weight` is how many points each stands for (a sample).
    """

    tiles: Tiles
    colour_ids: NDArray[np.uint8]
    colours: NDArray[np.float32]
    size: float = 1.0
    opacity: float = 1.0
    weight: float = 1.0

    def sample(self, every: int) -> "Layer":
        """Return each `every`-th point, standing for as many."""
        return Layer(
            self.tiles.sample(every),
            np.ascontiguousarray(self.colour_ids[::every]),
            self.colours,
            self.size,
            self.opacity,
            self.weight * every,
        )

    def subset(self, chosen: NDArray[np.bool_]) -> "Layer":
        """Return the points for which `chosen` (n,), in tile order, is true, at full opacity."""
        return Layer(self.tiles.subset(chosen), self.colour_ids[chosen], self.colours, self.size)


def disc_radius(n_points: int, view: View, fitted_scale: float, ratio: float = 1.0) -> float:
    """Return the radius of a disc in device pixels: by the room a point has, growing gently with the zoom."""
    room = math.sqrt(view.width * view.height / max(n_points, 1))
    closer = max(view.scale / fitted_scale, 0.1) ** 0.3
    return ratio * min(7.0, max(0.7, 0.45 + 0.26 * min(room, 22)) * closer)


class Canvas:
    """Owns the buffers that discs are added up in, so that a frame allocates little more than its picture."""

    def __init__(self) -> None:
        self._sums = np.zeros(
            (4, 0), dtype=np.float32
        )  # coverage, then it times red, green, blue; all 0 at rest
        self._shape = 0, 0

    def draw(self, layers: Sequence[Layer], view: View, radius: float) -> NDArray[np.uint32]:
        """Return the whole picture, as `draw_steps` does, in one go."""
        steps = self.draw_steps(layers, view, radius)
        while True:
            try:
                next(steps)
            except StopIteration as stop:
                return stop.value

    def draw_steps(
        self, layers: Sequence[Layer], view: View, radius: float, budget: int = PAIRS_A_FRAME
    ) -> Generator[None, None, NDArray[np.uint32]]:
        """Draw layers, the first lowest, yielding every few milliseconds; returns the picture.

        `view` and `radius` in device pixels. The picture is (height, width) uint32, premultiplied 0xAARRGGBB,
        transparent where there is nothing. A canvas draws one picture at a time; closing the generator is fine.
        """
        pad = 2 * (math.ceil(radius * max((layer.size for layer in layers), default=1) + 0.5) + 1)
        width, height = int(view.width) + 2 * pad, int(view.height) + 2 * pad
        if self._sums.shape[1] != width * height:
            self._sums = np.zeros((4, width * height), dtype=np.float32)
        self._shape = height, width
        picture = np.zeros(width * height, dtype=np.uint32)
        try:
            for layer in layers:
                fitting = fitting_radius(layer, view, radius * layer.size, budget)
                yield from self._add_up(layer, view, fitting, pad)
                yield from self._compose(picture, layer, most_cover(layer, view, fitting))
                yield
        except GeneratorExit:
            self._sums[:] = 0
            raise
        return np.ascontiguousarray(picture.reshape(height, width)[pad:-pad, pad:-pad])

    def _add_up(self, layer: Layer, view: View, radius: float, pad: int) -> Generator[None, None, None]:
        """Add a layer's coverage and colours to the sums."""
        height, width = self._shape
        stamps = Stamps.of(radius)
        middle_x, middle_y = np.float32(view.width / 2 + pad), np.float32(view.height / 2 + pad)
        scale, edge = np.float32(view.scale), stamps.reach
        whole = _holds(view.bounds, layer.tiles.bounds)
        for part in _slices(layer.tiles, _extent(view, radius), max(1, PAIRS_A_SLICE // stamps.size)):
            xs = (layer.tiles.xs[part] - np.float32(view.x)) * scale + middle_x
            ys = (np.float32(view.y) - layer.tiles.ys[part]) * scale + middle_y
            colour_ids = layer.colour_ids[part]
            if not whole:
                inside = (xs >= edge) & (xs < width - edge) & (ys >= edge) & (ys < height - edge)
                xs, ys, colour_ids = xs[inside], ys[inside], colour_ids[inside]
            if len(xs):
                self._add_discs(xs, ys, layer.colours[colour_ids], stamps)
            yield

    def _add_discs(
        self,
        xs: NDArray[np.float32],
        ys: NDArray[np.float32],
        colours: NDArray[np.float32],
        stamps: "Stamps",
    ) -> None:
        width = self._shape[1]
        across, down = xs.astype(np.intp), ys.astype(np.intp)
        if stamps.size == 1:
            pixels, cover = down * width + across, np.ones((len(xs), 1), dtype=np.float32)
        else:
            inner_x = ((xs - across.astype(np.float32)) * PLACES).astype(np.intp)
            inner_y = ((ys - down.astype(np.float32)) * PLACES).astype(np.intp)
            cover = stamps.cover[inner_y * PLACES + inner_x]
            pixels = ((down * width + across)[:, None] + (stamps.down * width + stamps.across)).ravel()
        np.add.at(self._sums[0], pixels, cover.ravel())
        for channel in range(3):
            np.add.at(self._sums[channel + 1], pixels, (cover * colours[:, channel, None]).ravel())

    def _compose(self, picture: NDArray[np.uint32], layer: Layer, most: float) -> Generator[None, None, None]:
        """Lay what was added up over the picture, block by block, and set the sums back to 0."""
        for number, start in enumerate(range(0, len(picture), BLOCK)):
            sums = self._sums[:, start : start + BLOCK]
            touched = np.flatnonzero(sums[0] != 0)  # of booleans: several times as fast
            if len(touched):
                below = picture[start : start + BLOCK]
                below[touched] = _over(sums[:, touched], below[touched], layer, most)
                sums[:] = 0
            if number % 16 == 15:
                yield


def _over(
    sums: NDArray[np.float32], below: NDArray[np.uint32], layer: Layer, most: float
) -> NDArray[np.uint32]:
    """Return the pixels of a layer, of which `sums` (4, n) hold coverage and colours, over those below."""
    opacity = opacity_of(sums[0] * np.float32(layer.weight), most) * np.float32(layer.opacity)
    share = opacity / sums[0]
    if not below.any():
        result = _rounded(opacity * np.float32(255)) << np.uint32(24)
        for channel, shift in enumerate((16, 8, 0)):
            result |= _rounded(sums[channel + 1] * share) << np.uint32(shift)
        return result
    kept = 1 - opacity
    result = _rounded(opacity * np.float32(255) + (below >> np.uint32(24)) * kept) << np.uint32(24)
    for channel, shift in enumerate((16, 8, 0)):
        under = (below >> np.uint32(shift)) & np.uint32(0xFF)
        result |= _rounded(sums[channel + 1] * share + under * kept) << np.uint32(shift)
    return result


@dataclass(frozen=True, eq=False)
class Stamps:
    """What a disc covers, for each of PLACES² places its centre can have inside a pixel.

    cover (PLACES², k) float32 in [0, 1]; across, down (k,) intp, the pixels covered, counted from the centre's;
    they go no further than `reach`. A point smaller than SINGLE_PIXEL covers its own pixel fully.
    """

    cover: NDArray[np.float32]
    across: NDArray[np.intp]
    down: NDArray[np.intp]
    reach: int

    @classmethod
    def of(cls, radius: float) -> "Stamps":
        """Return the stamps of a disc with a soft edge one pixel wide."""
        if radius < SINGLE_PIXEL:
            here = np.zeros(1, dtype=np.intp)
            return cls(np.ones((PLACES**2, 1), dtype=np.float32), here, here, 0)
        reach = math.ceil(radius + 0.5)
        down, across = np.mgrid[-reach : reach + 1, -reach : reach + 1].reshape(2, -1)
        centres = (np.arange(PLACES) + 0.5) / PLACES - 0.5
        up, left = (part.reshape(-1, 1) for part in np.meshgrid(centres, centres, indexing="ij"))
        cover = np.clip(radius + 0.5 - np.hypot(across - left, down - up), 0, 1).astype(np.float32)
        used = cover.any(axis=0)
        return cls(cover[:, used], across[used].astype(np.intp), down[used].astype(np.intp), reach)

    @property
    def size(self) -> int:
        """Pixels a disc can cover."""
        return len(self.across)


def fitting_radius(layer: Layer, view: View, radius: float, budget: int = PAIRS_A_FRAME) -> float:
    """Return the radius, or the smaller one with which the discs in view write no more than `budget` pixels."""
    if radius < SINGLE_PIXEL:
        return radius
    side = math.sqrt(budget / max(layer.tiles.count_in(*_extent(view, radius)), 1))
    return min(radius, (side - 2) / 2) if side >= 2 + 2 * SINGLE_PIXEL else SINGLE_PIXEL / 2


def _extent(view: View, radius: float) -> tuple[float, float, float, float]:
    """Return the rectangle of the map whose points can touch the picture."""
    left, bottom, right, top = view.bounds
    edge = (radius + 2) / view.scale
    return left - edge, bottom - edge, right + edge, top + edge


def _holds(outer: Bounds, inner: Bounds) -> bool:
    return outer[0] < inner[0] and outer[1] < inner[1] and outer[2] > inner[2] and outer[3] > inner[3]


def _slices(tiles: Tiles, extent: tuple[float, float, float, float], most: int) -> Iterator[slice]:
    """Yield slices of at most `most` points."""
    for part in tiles.slices(*extent):
        for start in range(part.start, part.stop, most):
            yield slice(start, min(start + most, part.stop))


def most_cover(layer: Layer, view: View, radius: float) -> float:
    """Return how many discs lie on a pixel in the crowded places of the layer, at this zoom."""
    return layer.tiles.crowding * layer.weight / view.scale**2 * max(math.pi * radius**2, 1.0)


def opacity_of(cover: NDArray[np.float32], most: float) -> NDArray[np.float32]:
    """Return the opacity [0, 1] of pixels by what covers them; `most` is where it is full."""
    alone = max(0.3, 0.8 - 0.11 * math.log(max(most, 1.0)))
    crowd = np.log(np.maximum(cover, 1)) / np.float32(math.log(max(most, 2.0)))
    return np.minimum(np.minimum(cover, 1) * alone + crowd * (OPAQUE - alone), OPAQUE).astype(np.float32)


def _rounded(values: NDArray[np.float32]) -> NDArray[np.uint32]:
    return np.minimum(values + np.float32(0.5), 255).astype(np.uint32)
