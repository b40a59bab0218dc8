"""The outline of a cluster: round where its points are dense, so that a few far ones do not blow it up."""

import numpy as np
from numpy.typing import NDArray

from gui.map.drawing.contours import area
from gui.map.drawing.density import density_of

SHARE = 0.95
"""Share of the points, blurred, that an outline holds."""
CELLS = 72
LEAST_ISLAND = 0.04
"""Islands and holes smaller than this share of the largest island are left out."""


def hull_of(xy: NDArray[np.float32], blur: float) -> list[NDArray[np.float64]]:
    """Return closed lines (m, 2) round points (n, 2), in map units: islands against the clock, holes with it.

    `blur` in map units is how round a single point's outline is, at least.
    """
    density = density_of(xy, blur, CELLS)
    rings = density.rings(SHARE) if density else []
    areas = [area(ring) for ring in rings]
    least = LEAST_ISLAND * max(areas, default=0.0)
    return [ring for ring, covered in zip(rings, areas, strict=True) if abs(covered) >= least]
