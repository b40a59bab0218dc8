"""Drift: how far a map has fallen behind its corpus, and when it should be made anew."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.map.clusters import default_min_cluster_size
from engine.map.records import Drift

NEAREST = 5
"""Neighbours that say how far a passage lies from what is on the map."""

USUAL = 0.95
"""A passage farther off than this share of the map's own passages is a stranger to it."""

STRANGE = 0.15
"""So large a share of strangers is no accident. Measured on five sets: of more passages of the same kind 4 to 8 % are
strangers; of topics that the map has never seen 32 to 84 % on the average of a set, and no fewer than 12 %."""

GROWN = 0.5
"""A map that got so many new passages for each of its own is worth making anew. Measured on three sets: with one placed
for each mapped, a tenth fewer of the neighbours around the placed are true, and the clusters are .01 to .06 AMI worse;
with four for each, a quarter fewer."""

SHRUNK = 0.5
"""... and one that lost so large a share of its own shows what is no longer there."""

FEW = 10
"""Fewer passages, come or gone, are not worth a word."""


def farness(distances: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return how far passages (m,) are from their neighbours: the mean of the nearest few distances (m, k), rising.

    Where there are fewer, the distance is inf and does not count; inf when there is none.
    """
    nearest = distances[:, :NEAREST].astype(np.float64)
    there = np.isfinite(nearest)
    total = np.where(there, nearest, 0.0).sum(axis=1)
    counts = there.sum(axis=1)
    return np.where(counts > 0, total / np.maximum(counts, 1), np.inf)


@dataclass(frozen=True, slots=True)
class Growth:
    """What a map remembers of the passages `placed` on it: the `strangers` lay farther off than `stranger_at`."""

    stranger_at: float
    placed: int = 0
    strangers: int = 0

    @classmethod
    def of(cls, parameters: dict[str, Any]) -> "Growth | None":
        """Return what a map's parameters remember, None when nothing was placed on it yet."""
        kept = parameters.get("growth")
        return cls(**kept) if kept else None

    @classmethod
    def begin(cls, distances: NDArray[np.float32]) -> "Growth":
        """Learn from some of the map's own passages, distances (m, k) to their neighbours, what is usual on it."""
        far = farness(distances)
        far = far[np.isfinite(far)]
        return cls(float(np.quantile(far, USUAL)) if len(far) else 2.0)

    def grown(self, distances: NDArray[np.float32]) -> "Growth":
        """Return this with passages placed at distances (m, k) from their neighbours on the map."""
        strangers = int((farness(distances) > self.stranger_at).sum())
        return Growth(self.stranger_at, self.placed + len(distances), self.strangers + strangers)

    def as_parameters(self) -> dict[str, Any]:
        """Return what `of` reads, to be merged into the map's parameters."""
        return {"growth": asdict(self)}


def drift(parameters: dict[str, Any], placed: int, gone: int, mapped: int) -> Drift:
    """Say how far a map is behind, from its parameters and counts of passages; costs nothing.

    `placed` came since the map was made and lie on it, `gone` were on it and are in the corpus no more, `mapped` are
    still there of those that it was made from.
    """
    growth = Growth.of(parameters) or Growth(2.0)
    share = growth.strangers / growth.placed if growth.placed else 0.0
    return Drift(placed, gone, share, _said(parameters, growth, share, placed, gone, mapped))


def _said(
    parameters: dict[str, Any], growth: Growth, share: float, placed: int, gone: int, mapped: int
) -> str:
    unexpected = growth.strangers - round((1.0 - USUAL) * growth.placed)
    if share >= STRANGE and unexpected >= _cluster_size(parameters, mapped + placed):
        return (
            f"{growth.strangers:,} of the {growth.placed:,} passages added since the map was made are unlike anything "
            "on it. Make the map anew to give them a place of their own."
        )
    if placed >= max(FEW, GROWN * mapped):
        return (
            f"{placed:,} passages were added to a map of {mapped:,}. Make it anew, so that they have a say in where "
            "clusters are."
        )
    if gone >= max(FEW, SHRUNK * (mapped + gone)):
        return (
            f"{gone:,} passages that the map was made with are no longer in the corpus. Make it anew, so that it shows "
            "what is there now."
        )
    return ""


def _cluster_size(parameters: dict[str, Any], n: int) -> int:
    """Return how many passages make a cluster on this map: fewer strangers would be noise on a new one, too."""
    return int(parameters.get("hdbscan", {}).get("min_cluster_size", default_min_cluster_size(n)))
