"""Lines of equal height round the hills of a grid, by marching squares (Lorensen & Cline 1987, in two dimensions)."""

import numpy as np
from numpy.typing import NDArray

BOTTOM, RIGHT, TOP, LEFT = range(4)
TURNS: dict[int, tuple[tuple[int, int], ...]] = {
    1: ((BOTTOM, LEFT),),
    2: ((RIGHT, BOTTOM),),
    3: ((RIGHT, LEFT),),
    4: ((TOP, RIGHT),),
    6: ((TOP, BOTTOM),),
    7: ((TOP, LEFT),),
    8: ((LEFT, TOP),),
    9: ((BOTTOM, TOP),),
    11: ((RIGHT, TOP),),
    12: ((LEFT, RIGHT),),
    13: ((BOTTOM, RIGHT),),
    14: ((LEFT, BOTTOM),),
}
"""By which corners of a cell are high (1 bottom left, 2 bottom right, 4 top right, 8 top left): in at, out at."""
SADDLES: dict[tuple[int, bool], tuple[tuple[int, int], ...]] = {
    (5, False): ((BOTTOM, LEFT), (TOP, RIGHT)),
    (5, True): ((BOTTOM, RIGHT), (TOP, LEFT)),
    (10, False): ((RIGHT, BOTTOM), (LEFT, TOP)),
    (10, True): ((LEFT, BOTTOM), (RIGHT, TOP)),
}
"""The same where two opposite corners are high: by whether the middle of the cell is high too."""


def contours(heights: NDArray[np.float32], level: float) -> list[NDArray[np.float64]]:
    """Return the closed lines (m, 2) of (column, row) places where `heights` (rows, columns) crosses `level`.

    What is higher lies on the left of a line, so hills are gone round against the clock and hollows with it; outside
    the grid all is low. The first place is not repeated at the end.
    """
    grid = np.pad(heights.astype(np.float64), 1, constant_values=-np.inf)
    rows, columns = grid.shape
    following = np.full(2 * rows * columns, -1, dtype=np.int64)
    for came, went in _segments(grid, level):
        following[came] = went
    places = _crossings(grid, level)
    return [places[ring] for ring in _rings(following)]


def area(ring: NDArray[np.float64]) -> float:
    """Return what a closed line (m, 2) encloses; negative when it goes with the clock."""
    x, y = ring.T
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def _segments(grid: NDArray[np.float64], level: float) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return the edges at which lines come into cells and those at which they go out again."""
    rows, columns = grid.shape
    high = grid > level
    corners = high[:-1, :-1] + 2 * high[:-1, 1:] + 4 * high[1:, 1:] + 8 * high[1:, :-1].astype(np.int64)
    with np.errstate(invalid="ignore"):
        middle = (grid[:-1, :-1] + grid[:-1, 1:] + grid[1:, 1:] + grid[1:, :-1]) / 4 > level
    wanted = [(corners == case, turns) for case, turns in TURNS.items()]
    wanted += [((corners == case) & (middle == mid), turns) for (case, mid), turns in SADDLES.items()]
    segments = []
    for cells, turns in wanted:
        row, column = np.nonzero(cells)
        cell = row * columns + column
        upright = rows * columns
        edges = (cell, upright + cell + 1, cell + columns, upright + cell)
        segments += [(edges[came], edges[went]) for came, went in turns]
    return segments


def _crossings(grid: NDArray[np.float64], level: float) -> NDArray[np.float64]:
    """Return (2 · rows · columns, 2) where each edge is crossed: first the level edges, then the upright ones."""
    rows, columns = grid.shape
    row, column = np.mgrid[:rows, :columns].astype(np.float64)
    places = np.stack([np.stack([column, row], axis=2)] * 2)
    floor = np.where(
        np.isfinite(grid), grid, 2 * level - np.nanmax(grid)
    )  # outside: as low as the top is high
    for number, axis in ((0, 1), (1, 0)):
        ahead = np.roll(floor, -1, axis=axis)
        rise = np.where(ahead == floor, 1.0, ahead - floor)
        places[number, :, :, 0 if axis == 1 else 1] += np.clip((level - floor) / rise, 0, 1)
    return places.reshape(-1, 2) - 1  # without the border


def _rings(following: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Return the closed ways through edges, each of which is followed by one."""
    ways, ahead = [], following.tolist()
    for start in np.flatnonzero(following >= 0).tolist():
        way, edge = [], start
        while ahead[edge] >= 0:
            way.append(edge)
            ahead[edge], edge = -1, ahead[edge]
        if len(way) > 2:
            ways.append(np.array(way))
    return ways
