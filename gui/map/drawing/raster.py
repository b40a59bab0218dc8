"""Points into a picture: discs when few are in view, a density when many share a pixel. Numpy only, no Qt.

Every disc covers pixels softly (a share in [0, 1] by the distance of its true centre). What falls on a pixel is
added up, so the order of points does not matter; the colour is the mean by coverage, and the opacity grows
with the logarithm of the coverage, up to what the most crowded places of this map have at this zoom. So a
single point is seen among a million, and a crowd of a thousand still differs from one of a hundred.
"""

import math
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gui.map.drawing.geometry import Bounds, View
from gui.map.drawing.stamps import DISC, FARTHEST, PLACES, SHAPED, SINGLE_PIXEL, Stamps
from gui.map.drawing.tiles import Tiles

PAIRS_A_SLICE = 1 << 16
"""Pixels written between two yields: a millisecond or two, and temporaries that fit a processor's cache."""
PAIRS_A_FRAME = 4_000_000
"""Pixels written in a frame; discs shrink until they fit."""
OPAQUE = 0.97
BLOCK = 1 << 17
"""Pixels of the picture that are composed between two yields."""
PIXELS_AT_ONCE = 1 << 14
"""Pixels composed by one call, few enough to stay in a processor's cache."""


@dataclass(frozen=True, eq=False)
class Layer:
    """Points drawn together. colour_ids (n,) uint8 into `colours` (≤ 256, 3) float32 in [0, 255], tile order.

    `size` scales the radius, `opacity` the whole layer; `weight` is how many points each stands for (a sample).
    `shapes` (256,) uint8 holds the shape of each colour, None when all are discs; `crowding` replaces the tiles'.
    """

    tiles: Tiles
    colour_ids: NDArray[np.uint8]
    colours: NDArray[np.float32]
    size: float = 1.0
    opacity: float = 1.0
    weight: float = 1.0
    shapes: NDArray[np.uint8] | None = None
    crowding: float | None = None

    def sample(self, every: int) -> "Layer":
        """Return each `every`-th point, standing for as many."""
        thinned = np.ascontiguousarray(self.colour_ids[::every])
        return replace(self, tiles=self.tiles.sample(every), colour_ids=thinned, weight=self.weight * every)

    def subset(self, chosen: NDArray[np.bool_]) -> "Layer":
        """Return the points for which `chosen` (n,), in tile order, is true."""
        return replace(self, tiles=self.tiles.subset(chosen), colour_ids=self.colour_ids[chosen])


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
        pad = 2 * (math.ceil(FARTHEST * radius * max((layer.size for layer in layers), default=1) + 0.5) + 1)
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
        stamps = _stamps_of(layer, radius)
        middle_x, middle_y = np.float32(view.width / 2 + pad), np.float32(view.height / 2 + pad)
        scale, edge = np.float32(view.scale), max(shape.reach for shape in stamps.values())
        whole = _holds(view.bounds, layer.tiles.bounds)
        most = max(1, PAIRS_A_SLICE // max(shape.size for shape in stamps.values()))
        for part in _slices(layer.tiles, _extent(view, radius), most):
            xs = (layer.tiles.xs[part] - np.float32(view.x)) * scale + middle_x
            ys = (np.float32(view.y) - layer.tiles.ys[part]) * scale + middle_y
            colour_ids = layer.colour_ids[part]
            if not whole:
                inside = (xs >= edge) & (xs < width - edge) & (ys >= edge) & (ys < height - edge)
                xs, ys, colour_ids = xs[inside], ys[inside], colour_ids[inside]
            if len(stamps) == 1:
                self._add_discs(xs, ys, layer.colours[colour_ids], *stamps.values())
            elif layer.shapes is not None:
                shapes = layer.shapes[colour_ids]
                for shape, stamp in stamps.items():
                    of_it = shapes == shape
                    self._add_discs(xs[of_it], ys[of_it], layer.colours[colour_ids[of_it]], stamp)
            yield

    def _add_discs(
        self,
        xs: NDArray[np.float32],
        ys: NDArray[np.float32],
        colours: NDArray[np.float32],
        stamps: Stamps,
    ) -> None:
        if not len(xs):
            return
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
        for start in range(0, len(picture), BLOCK):
            sums = self._sums[:, start : start + BLOCK]
            below = picture[start : start + BLOCK]
            touched = np.flatnonzero(sums[0] != 0)  # of booleans: several times as fast
            for first in range(0, len(touched), PIXELS_AT_ONCE):
                pixels = touched[first : first + PIXELS_AT_ONCE]
                below[pixels] = _over(sums.take(pixels, axis=1), below[pixels], layer, most)
            if len(touched) > len(below) / 8:
                sums[:] = 0
            else:
                sums[:, touched] = 0
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


def _stamps_of(layer: Layer, radius: float) -> dict[int, Stamps]:
    """Return the stamps that a layer's points need, by shape."""
    if layer.shapes is None or radius < SHAPED:
        return {DISC: Stamps.of(radius)}
    return {
        shape: Stamps.of(radius, shape) for shape in np.unique(layer.shapes[: len(layer.colours)]).tolist()
    }


def fitting_radius(layer: Layer, view: View, radius: float, budget: int = PAIRS_A_FRAME) -> float:
    """Return the radius, or the smaller one with which the discs in view write no more than `budget` pixels."""
    if radius < SINGLE_PIXEL:
        return radius
    side = math.sqrt(budget / max(layer.tiles.count_in(*_extent(view, radius)), 1))
    return min(radius, (side - 2) / 2) if side >= 2 + 2 * SINGLE_PIXEL else SINGLE_PIXEL / 2


def pixels_of(radius: float) -> float:
    """Return about how many pixels a disc of a radius touches."""
    return 1.0 if radius < SINGLE_PIXEL else 3.3 * (radius + 0.8) ** 2


def _extent(view: View, radius: float) -> tuple[float, float, float, float]:
    """Return the rectangle of the map whose points can touch the picture."""
    left, bottom, right, top = view.bounds
    edge = (FARTHEST * radius + 2) / view.scale
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
    crowding = layer.tiles.crowding if layer.crowding is None else layer.crowding
    return crowding * layer.weight / view.scale**2 * max(math.pi * radius**2, 1.0)


def opacity_of(cover: NDArray[np.float32], most: float) -> NDArray[np.float32]:
    """Return the opacity [0, 1] of pixels by what covers them; `most` is where it is full."""
    alone = max(0.3, 0.8 - 0.11 * math.log(max(most, 1.0)))
    crowd = np.log(np.maximum(cover, 1)) / np.float32(math.log(max(most, 2.0)))
    return np.minimum(np.minimum(cover, 1) * alone + crowd * (OPAQUE - alone), OPAQUE).astype(np.float32)


def _rounded(values: NDArray[np.float32]) -> NDArray[np.uint32]:
    return np.minimum(values + np.float32(0.5), 255).astype(np.uint32)
