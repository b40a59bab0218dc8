"""Names on the map: where a cluster is densest, and which names fit without touching one another."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gui.map.drawing.geometry import bounds_of, is_finite

CELLS = 24
"""Cells across and up, in which a cluster's densest spot is looked for."""
TYPICAL = 1.6
"""Times the mean distance from the centre: with normally spread points, nine in ten are nearer."""
GAP = 5.0
"""Pixels kept free between two names."""

OPENED = 0.6
"""Share of the names below a branch that must find room before they stand in its place."""
LINE, LONGEST = 16, 24
"""Letters beyond which a name is written on two lines, and beyond which a line is cut."""

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
            if x == x and y == y and not touches(tried, taken[:n_taken]):
                box = tried
                taken[n_taken] = tried
                n_taken += 1
                break
        placed.append(box)
    return placed


def _middles(width: float, height: float, reach: float) -> tuple[tuple[float, float], ...]:
    """Return how far right of and below its anchor a label's middle may stand, in order of preference."""
    aside, outside = 0.4 * width, reach + height / 2 + 2
    if reach < 1.1 * height:
        above = (0.0, -outside), (-aside, -outside), (aside, -outside)
        return *above, (0.0, outside), (-aside, outside), (aside, outside), (0.0, 0.0)
    return (0.0, 0.0), (0.0, -0.75 * height), (0.0, 0.75 * height)


def touches(box: Box, others: NDArray[np.float64]) -> bool:
    """Return whether a box comes nearer than GAP to any of others (n, 4)."""
    left, top, right, bottom = box
    apart = (
        (others[:, 2] + GAP <= left)
        | (others[:, 0] - GAP >= right)
        | (others[:, 3] + GAP <= top)
        | (others[:, 1] - GAP >= bottom)
    )
    return not apart.all()


def choose_names(
    roots: Sequence[int],
    below: Mapping[int, Sequence[int]],
    sizes: Sequence[int],
    boxes_of: Callable[[Sequence[int]], list[Box | None]],
) -> list[int]:
    """Return which of the names in a tree to show, the largest first: the lowest for which there is room.

    `below` holds the names below a branch; `boxes_of` places names by falling importance. A branch gives way to what
    lies below it when most of that finds room, and always when that is a single name.
    """
    chosen, closed = list(roots), set[int]()
    while any(number in below and number not in closed for number in chosen):
        children = {number: below.get(number, ()) if number not in closed else () for number in chosen}
        tried = [name for number in chosen for name in (children[number] or (number,))]
        tried.sort(key=lambda number: -sizes[number])
        found = {number for number, box in zip(tried, boxes_of(tried), strict=True) if box is not None}
        chosen = []
        for number, names in children.items():
            if len(names) == 1 or (names and len(found.intersection(names)) >= OPENED * len(names)):
                chosen += names
            else:
                chosen.append(number)
                closed.add(number)
    return sorted(chosen, key=lambda number: -sizes[number])


def pushed_inside(box: Box, width: float, height: float, border: float) -> Box:
    """Return a name's box, moved wholly into a window of width × height."""
    left, top, right, bottom = box
    aside = max(border - left, 0.0) or min(width - border - right, 0.0)
    down = max(border - top, 0.0) or min(height - border - bottom, 0.0)
    return left + aside, top + down, right + aside, bottom + down


def lines_of(name: str) -> list[str]:
    """Return a name on one line, or on two about as long as each other; what is too long is cut."""
    return [_cut(line, LONGEST) for line in two_lines(_cut(name, 2 * LONGEST - 6), LINE)]


def two_lines(name: str, most: int = LINE) -> list[str]:
    """Return a name on one line, or on two about as long as each other when it is longer than `most` letters.

    It is divided between words; in scripts that write none apart, between any two letters.
    """
    words = name.split()
    if _length(name) <= most or not words:
        return [name]
    if len(words) > 1:
        pairs = [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words))]
    elif _length(name) > 1.5 * len(name):
        pairs = [(name[:cut], name[cut:]) for cut in range(1, len(name))]
    else:
        return [name]
    return list(min(pairs, key=lambda pair: max(_length(pair[0]), _length(pair[1]))))


def _cut(text: str, most: int) -> str:
    """Return a text, cut between words if it can be when it is longer than `most` letters."""
    if _length(text) <= most:
        return text
    end = len(text)
    while _length(text[:end]) > most - 1:
        end -= 1
    between = text.rfind(" ", 0, end + 1)
    return text[: between if between > end / 2 else end].rstrip(" ,;") + "…"


def _length(text: str) -> int:
    """Return how wide a text is in letters; Chinese, Japanese and Korean ones are as wide as two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
