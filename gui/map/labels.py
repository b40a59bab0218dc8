"""Cluster names on the map: where a cluster is densest, and which names fit without touching one another."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gui.map.geometry import bounds_of, is_finite

CELLS = 24
"""Cells across and up, in which a cluster's densest spot is looked for."""
TYPICAL = 1.6
"""Times the mean distance from the centre: with normally spread points, nine in ten are nearer."""
GAP = 5.0
"""Pixels kept free between two names."""

Box = tuple[float, float, float, float]
"""left, top, right, bottom in pixels."""


def dense_centres(
    xy: NDArray[np.float32], cluster_ids: NDArray[np.integer], n_clusters: int
) -> NDArray[np.float32]:
    """Return (n_clusters, 2): the mean of the points round the densest cell of each cluster; NaN for an empty one.

    The mean of a whole cluster may lie outside it (a crescent, two islands); this place never does.
    """
    centres = np.full((n_clusters, 2), np.nan, dtype=np.float32)
    if n_clusters < 1 << 15:
        cluster_ids = cluster_ids.astype(np.int16)  # sorted by radix, many times as fast
    order = np.argsort(cluster_ids, kind="stable")
    ends = np.searchsorted(cluster_ids[order], np.arange(n_clusters + 1))
    for cluster in range(n_clusters):
        members = xy[order[ends[cluster] : ends[cluster + 1]]]
        members = members[is_finite(members)]
        if len(members):
            centres[cluster] = _densest(members)
    return centres


def spreads(
    xy: NDArray[np.float32], cluster_ids: NDArray[np.integer], centres: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return (n_clusters,): how far up or down from its centre a cluster's points typically go, in map units."""
    members = np.flatnonzero((cluster_ids >= 0) & is_finite(xy))
    ids = cluster_ids[members]
    away = np.abs(xy[members, 1] - centres[ids, 1])
    totals = np.bincount(ids, away, minlength=len(centres))
    return totals / np.maximum(np.bincount(ids, minlength=len(centres)), 1) * TYPICAL


def _densest(members: NDArray[np.float32]) -> NDArray[np.float32]:
    left, bottom, right, top = bounds_of(members)
    columns = _cells(members[:, 0], left, right)
    rows = _cells(members[:, 1], bottom, top)
    counts = np.zeros((CELLS + 2, CELLS + 2), dtype=np.int64)
    counts[1:-1, 1:-1] = np.bincount(rows * CELLS + columns, minlength=CELLS**2).reshape(CELLS, CELLS)
    around = sum(
        counts[1 + up : CELLS + 1 + up, 1 + by : CELLS + 1 + by] for up in (-1, 0, 1) for by in (-1, 0, 1)
    )
    row, column = np.unravel_index(np.argmax(around), (CELLS, CELLS))
    near = (np.abs(columns - column) <= 1) & (np.abs(rows - row) <= 1)
    centre: NDArray[np.float32] = members[near].mean(axis=0, dtype=np.float64).astype(np.float32)
    return centre


def _cells(values: NDArray[np.float32], low: float, high: float) -> NDArray[np.int32]:
    scale = CELLS / (high - low) if high > low else 0.0
    return np.minimum((values - np.float32(low)) * np.float32(scale), CELLS - 1).astype(np.int32)


def place_labels(
    anchors: NDArray[np.float64], sizes: Sequence[tuple[float, float]], reaches: Sequence[float]
) -> list[Box | None]:
    """Return a box for each label, None where it has no room; labels come in order of importance.

    anchors (n, 2) pixels, NaN for none; sizes (width, height) and reaches, how far its points go from the anchor,
    in pixels. A label stands on its anchor where the points go beyond it, else above them, so that it does not
    hide them; where that is taken it gives way a little to any side. Boxes keep GAP apart. What is placed depends
    on the zoom alone, not on where the window stands, so names do not come and go while the map is pushed about.
    """
    taken = np.empty((len(sizes), 4))
    n_taken = 0
    placed: list[Box | None] = []
    for (x, y), (width, height), reach in zip(anchors.tolist(), sizes, reaches, strict=True):
        box = None
        for aside, middle in _middles(width, height, reach):
            left, top = x + aside - width / 2, y + middle - height / 2
            tried = left, top, left + width, top + height
            if x == x and y == y and not _touches(tried, taken[:n_taken]):
                box = tried
                taken[n_taken] = tried
                n_taken += 1
                break
        placed.append(box)
    return placed


def _middles(width: float, height: float, reach: float) -> tuple[tuple[float, float], ...]:
    """Return how far right of and below its anchor a label's middle may stand, in order of preference."""
    aside, outside = 0.4 * width, reach + height / 2 + 2
    if reach < 1.6 * height:
        above = (0.0, -outside), (-aside, -outside), (aside, -outside)
        return *above, (0.0, outside), (-aside, outside), (aside, outside), (0.0, 0.0)
    return (0.0, 0.0), (0.0, -0.75 * height), (0.0, 0.75 * height)


def _touches(box: Box, others: NDArray[np.float64]) -> bool:
    left, top, right, bottom = box
    apart = (
        (others[:, 2] + GAP <= left)
        | (others[:, 0] - GAP >= right)
        | (others[:, 3] + GAP <= top)
        | (others[:, 1] - GAP >= bottom)
    )
    return not apart.all()


def two_lines(name: str, most: int = 16) -> list[str]:
    """Return a name on one line, or on two about as long as each other when it is longer than `most` characters."""
    words = name.split()
    if len(name) <= most or len(words) < 2:
        return [name]
    cuts = range(1, len(words))
    halves = [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in cuts]
    return list(min(halves, key=lambda pair: max(len(pair[0]), len(pair[1]))))
