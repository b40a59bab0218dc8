"""Alignment: a map made anew begins at the old one and is turned onto it, so that what stays is found where it was."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexes.records import Projection

KNOWN_AT_LEAST = 0.1
"""Where the old map was made from a smaller share of the passages, there is too little to begin at.

Measured on four sets, a fifth or a tenth of them mapped and the rest placed on it: a map that begins there has as many
true neighbours as one from scratch, and clusters of .01 more or less AMI with the gold labels.
"""


@dataclass(frozen=True, slots=True)
class Alignment:
    """A turn or mirroring `matrix` (2, 2), orthogonal, then a `scale`, then a `shift` (2,)."""

    matrix: NDArray[np.float64]
    scale: float
    shift: NDArray[np.float64]

    def moved(self, xy: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return points xy (n, 2) moved by it."""
        return (xy.astype(np.float64) @ self.matrix * self.scale + self.shift).astype(np.float32)


def align(
    new_xy: NDArray[np.float32], old_xy: NDArray[np.float32], weights: NDArray[np.float64] | None = None
) -> Alignment:
    """Return what brings points new_xy (n, 2) nearest to old_xy (n, 2), by the mean of weighted squared distances.

    Orthogonal Procrustes with one scale, mirroring allowed (Schönemann & Carroll 1970; Gower 1975). Points that lie
    all on one another give only a shift.
    """
    if not len(new_xy):
        return Alignment(np.eye(2), 1.0, np.zeros(2))
    share = np.ones(len(new_xy)) if weights is None else weights.astype(np.float64)
    share = share / share.sum()
    new, old = new_xy.astype(np.float64), old_xy.astype(np.float64)
    from_middle, to_middle = share @ new, share @ old
    new, old = new - from_middle, old - to_middle
    left, sizes, right = np.linalg.svd((new * share[:, None]).T @ old)
    size = float(share @ (new**2).sum(axis=1))
    known = size > 0 and sizes[0] > 0
    matrix = left @ right if known else np.eye(2)
    scale = float(sizes.sum()) / size if known else 1.0
    return Alignment(matrix, scale, to_middle - from_middle @ matrix * scale)


def start_from(old: Projection, passage_ids: NDArray[np.int64], seed: int = 0) -> NDArray[np.float32] | None:
    """Return where the layout of passages (n,) begins, xy (n, 2): where they lie on the old map.

    What came since shall be placed on it before (`placing.place_new`); a passage that is not on it begins at a point
    drawn by chance. None when the old map knows too few of them, or is no more than their principal axes.
    """
    last = int(old.parameters.get("last_passage", old.passage_ids.max(initial=-1)))
    known = np.isin(passage_ids, old.passage_ids[old.passage_ids <= last])
    if old.parameters.get("layout") == "pca" or not known.any() or known.mean() < KNOWN_AT_LEAST:
        return None
    rows = np.searchsorted(old.passage_ids, passage_ids)
    rows = np.minimum(rows, len(old.passage_ids) - 1)
    missing = old.passage_ids[rows] != passage_ids
    rows[missing] = np.random.default_rng(seed).integers(len(old.passage_ids), size=int(missing.sum()))
    return old.xy[rows]
