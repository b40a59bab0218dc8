"""What the engine answers about the map, as frozen records; light to import, so the window uses them too."""

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from indexes.records import Branch, Cluster, Part
from indexes.records import MapView as MapView


@dataclass(frozen=True, slots=True)
class Drift:
    """How far a map has fallen behind its corpus: passages `placed` since it was made, and `gone` from it.

    `strangers` in [0, 1] is the share of the placed ones that are farther from their neighbours than 95 % of the
    map's own passages were: what the map has no place for. `said` is a sentence when it should be made anew, else "".
    """

    placed: int = 0
    gone: int = 0
    strangers: float = 0.0
    said: str = ""


@dataclass(frozen=True, slots=True)
class MapData:
    """A map ready to draw. Row i of every array is one passage (a point).

    passage_ids (n,) int64 rising; document_ids (n,) int64; xy (n, 2) float32; cluster_ids (n,) int32, -1 noise;
    strengths (n,) float32 in [0, 1]; format_ids (n,) int32 into `formats`. part_ids, nearest_ids and nearness (n,) as
    in Projection, or all empty. is_new (n,) bool: placed since the map was made; empty when none was. `unmapped`
    counts passages of the corpus that are not on the map.
    """

    passage_ids: NDArray[np.int64]
    document_ids: NDArray[np.int64]
    xy: NDArray[np.float32]
    cluster_ids: NDArray[np.int32]
    strengths: NDArray[np.float32]
    format_ids: NDArray[np.int32]
    formats: tuple[str, ...]
    clusters: tuple[Cluster, ...]
    unmapped: int
    parameters: dict[str, Any]
    note: str = ""
    part_ids: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    nearest_ids: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    nearness: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    is_new: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    branches: tuple[Branch, ...] = ()
    parts: tuple[Part, ...] = ()
    drift: Drift = Drift()


@dataclass(frozen=True, slots=True)
class ClusterPreview:
    """What clusters there would be with another smallest size, from the tree of the map as it is.

    `noise` and `largest` are the shares, in [0, 1], of passages in no cluster and in the largest one.
    """

    min_cluster_size: int
    clusters: int
    noise: float
    largest: float


ChangeKind = Literal["kept", "renamed", "grew", "shrank", "split", "merged", "new", "gone"]


@dataclass(frozen=True, slots=True)
class ClusterChange:
    """What became what when clusters were found again: names before and after, and how many passages they share."""

    kind: ChangeKind
    before: tuple[str, ...]
    after: tuple[str, ...]
    shared: int


@dataclass(frozen=True, slots=True)
class ChangeLog:
    """One entry of a map's history: when (ISO 8601, UTC), why ("map made anew", "“Tide” merged into …"), and what."""

    made_at: str
    reason: str
    changes: tuple[ClusterChange, ...]


ColumnKind = Literal["category", "number", "date"]


@dataclass(frozen=True, slots=True)
class MapColumn:
    """What every passage is in one column (folder, type, date, label, or a metadata column).

    passage_ids (n,) int64 rising. A category: ids (n,) int32 into `names`, the commonest first, -1 unknown; the rarer
    values beyond the last name are one, "other". A number or date: values (n,) float64, NaN unknown; a date is in
    days since 1970-01-01. What does not apply is empty.
    """

    column: str
    kind: ColumnKind
    passage_ids: NDArray[np.int64]
    ids: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    names: tuple[str, ...] = ()
    values: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0, np.float64))


@dataclass(frozen=True, slots=True)
class MapTrust:
    """Where the picture lies, with k neighbours. passage_ids (n,) int64 rising.

    false (n,) float32: the share of a point's neighbours on the map that are none by meaning; missing (n,) float32:
    the share of its neighbours by meaning that are far from it on the map; both in [0, 1]. trustworthiness and
    continuity in [0, 1] (Venna & Kaski 2001), 1 is faithful; `by_cluster` holds both for each cluster.
    """

    k: int
    passage_ids: NDArray[np.int64]
    false: NDArray[np.float32]
    missing: NDArray[np.float32]
    trustworthiness: float
    continuity: float
    by_cluster: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class QueryPlace:
    """Where a query would lie on the map, among its `neighbours` (passage ids, the nearest first).

    `near` is False when nothing in the corpus is near it: the place then means nothing. `spread` in map units is how
    far its neighbours lie from the place; large when they are scattered over the map.
    """

    x: float
    y: float
    near: bool
    spread: float
    neighbours: tuple[int, ...]
