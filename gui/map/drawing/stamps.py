"""What a point covers: discs, and the shapes that tell points apart where colours cannot."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SINGLE_PIXEL = 0.85
"""Radius in pixels below which a point is one pixel."""
SHAPED = 2.2
"""Radius in pixels below which every shape is drawn as a disc: it would only look like a ragged one."""
PLACES = 8
"""Places, across and down, that a centre can have inside a pixel."""

DISC, SQUARE, TRIANGLE, CROSS, RING, HALO = range(6)
"""The first four tell categories apart; a ring is hollow, a halo goes round another point."""
FARTHEST = 1.36
"""Times the radius that the corners of a shape may stand out."""


@dataclass(frozen=True, eq=False)
class Stamps:
    """What a shape covers, for each of PLACES² places its centre can have inside a pixel.

    cover (PLACES², k) float32 in [0, 1]; across, down (k,) intp, the pixels covered, counted from the centre's;
    they go no further than `reach`. A point smaller than SINGLE_PIXEL covers its own pixel fully.
    """

    cover: NDArray[np.float32]
    across: NDArray[np.intp]
    down: NDArray[np.intp]
    reach: int

    @classmethod
    def of(cls, radius: float, shape: int = DISC) -> "Stamps":
        """Return the stamps of a shape with a soft edge one pixel wide."""
        if radius < SINGLE_PIXEL:
            here = np.zeros(1, dtype=np.intp)
            return cls(np.ones((PLACES**2, 1), dtype=np.float32), here, here, 0)
        reach = reach_of(radius, shape)
        down, across = np.mgrid[-reach : reach + 1, -reach : reach + 1].reshape(2, -1)
        centres = (np.arange(PLACES) + 0.5) / PLACES - 0.5
        up, left = (part.reshape(-1, 1) for part in np.meshgrid(centres, centres, indexing="ij"))
        outside = beyond(shape, across - left, down - up, radius)
        cover = np.clip(0.5 - outside, 0, 1).astype(np.float32)
        used = cover.any(axis=0)
        return cls(cover[:, used], across[used].astype(np.intp), down[used].astype(np.intp), reach)

    @property
    def size(self) -> int:
        """Pixels a point can cover."""
        return len(self.across)


def reach_of(radius: float, shape: int = DISC) -> int:
    """Return how many pixels from its centre's a shape can cover."""
    round_ones = shape in (DISC, RING, HALO)
    return math.ceil(radius * (1 if round_ones else FARTHEST) + 0.5)


def beyond(shape: int, x: NDArray[np.float64], y: NDArray[np.float64], radius: float) -> NDArray[np.float64]:
    """Return how far places, y going down, lie outside a shape round the origin; negative inside.

    The shapes cover about as much as a disc of `radius` does, so that none outweighs another.
    """
    far: NDArray[np.float64]
    if shape == SQUARE:
        far = np.maximum(np.abs(x), np.abs(y)) - 0.89 * radius
    elif shape == TRIANGLE:
        slope = np.abs(x) * math.sqrt(0.75) - y / 2
        far = np.maximum(slope, y) - 0.66 * radius
    elif shape == CROSS:
        long, short = 1.15 * radius, max(0.4 * radius, 0.75)
        far = np.minimum(
            np.maximum(np.abs(x) - long, np.abs(y) - short), np.maximum(np.abs(x) - short, np.abs(y) - long)
        )
    elif shape in (RING, HALO):
        thick = max(0.9, (0.4 if shape == RING else 0.2) * radius)
        far = np.abs(np.hypot(x, y) - (radius - thick / 2)) - thick / 2
    else:
        far = np.hypot(x, y) - radius
    return far
