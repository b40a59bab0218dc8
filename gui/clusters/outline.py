"""The outline of a map: branches, the clusters in them, the clusters' parts and the noise, each with its counts."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.map.records import MapData
from indexes.records import Branch, Cluster, Tags

NOISE = -1
MANY = 12
"""Clusters from which branches inside branches help more than they hide; so many are read at a glance."""
FEW = 3
"""Clusters from which a branch inside another is worth a row of its own."""

EntryKind = Literal["branch", "cluster", "part", "noise"]


@dataclass(frozen=True, slots=True)
class Tally:
    """Passages in one place: how many, how many of each label, how many placed since the map was made."""

    size: int
    labels: tuple[int, ...] = ()
    new: int = 0

    @property
    def tagged(self) -> int:
        """Return how many have a label."""
        return sum(self.labels)


@dataclass(frozen=True, slots=True)
class Entry:
    """One row. `above` is the place of the entry it lies in, -1 at the top; `clusters` are those it stands for.

    `stability` in [0, 1] is None when unknown; `colour` the user's as #rrggbb, "" for the palette's; `named` when the
    name is the user's.
    """

    kind: EntryKind
    id: int
    above: int
    name: str
    keywords: tuple[str, ...]
    tally: Tally
    clusters: tuple[int, ...] = ()
    stability: float | None = None
    colour: str = ""
    named: bool = False

    @property
    def key(self) -> tuple[EntryKind, int]:
        """Return what it is known by when other rows come and go."""
        return self.kind, self.id


@dataclass(frozen=True, slots=True)
class Outline:
    """All rows, each after the one it lies in, the noise last; and the names of the labels that are counted."""

    entries: tuple[Entry, ...] = ()
    labels: tuple[str, ...] = ()


def outline_of(data: MapData, tags: Tags | None = None) -> Outline:
    """Return the outline of a map. Sizes are counted from the points, so they follow the noise slider."""
    labels = tags.labels if tags is not None else ()
    told = _label_ids(data.passage_ids, tags)
    noise, *sizes = _tallies(data.cluster_ids, len(data.clusters), told, len(labels), data.is_new)
    members = _members(data)
    above = _branches_above(data, members)
    entries: list[Entry] = []
    places: dict[tuple[EntryKind, int], int] = {}

    def add(entry: Entry) -> None:
        places[entry.key] = len(entries)
        entries.append(entry)

    branches = {branch.id: branch for branch in data.branches}
    for branch_id, outer in above.items():
        branch, ids = branches[branch_id], members[branch_id]
        total = _together([sizes[cluster_id] for cluster_id in ids])
        place = places.get(("branch", outer), -1)
        named = branch.named_by_user
        add(Entry("branch", branch_id, place, branch.name, branch.keywords, total, ids, named=named))
    for cluster in data.clusters:
        home = next((one for one in _chain(cluster.branch, branches) if one in above), -1)
        add(_cluster_entry(cluster, places.get(("branch", home), -1), sizes[cluster.id]))
    for part in _part_entries(data, places, told, len(labels)):
        add(part)
    if noise.size or data.parameters.get("reach"):
        add(Entry("noise", NOISE, -1, "Noise", (), noise))
    return Outline(tuple(entries), labels)


def passages_in(data: MapData, entries: Iterable[Entry]) -> NDArray[np.bool_]:
    """Return (n,) which points of a map the rows stand for."""
    clusters: set[int] = set()
    parts: set[int] = set()
    for entry in entries:
        if entry.kind == "part":
            parts.add(entry.id)
        else:
            clusters.update(entry.clusters or (NOISE,))
    inside = np.isin(data.cluster_ids, np.array(sorted(clusters), dtype=np.int32))
    if parts:
        inside |= np.isin(_part_ids(data), np.array(sorted(parts), dtype=np.int32))
    return inside


def _cluster_entry(cluster: Cluster, above: int, tally: Tally) -> Entry:
    return Entry(
        "cluster", cluster.id, above, cluster.name, cluster.keywords, tally, (cluster.id,), cluster.stability,
        cluster.colour, cluster.named_by_user,
    )  # fmt: skip


def _part_entries(
    data: MapData, places: Mapping[tuple[EntryKind, int], int], told: NDArray[np.int32], n_labels: int
) -> Iterator[Entry]:
    """Return the parts of the clusters that have more than one."""
    if not data.parts or not len(data.part_ids):
        return
    in_cluster = np.bincount([part.cluster for part in data.parts], minlength=len(data.clusters))
    _, *sizes = _tallies(_part_ids(data), len(data.parts), told, n_labels, data.is_new)
    for part in data.parts:
        place = places.get(("cluster", part.cluster), -1)
        if place >= 0 and in_cluster[part.cluster] > 1:
            colour = data.clusters[part.cluster].colour
            yield Entry(
                "part",
                part.id,
                place,
                part.name,
                part.keywords,
                sizes[part.id],
                (part.cluster,),
                None,
                colour,
            )


def _part_ids(data: MapData) -> NDArray[np.int32]:
    """Return (n,) the part of each point; one that the slider made noise is in none."""
    return np.where(data.cluster_ids >= 0, data.part_ids, np.int32(NOISE))


# which branches are worth a row


def _branches_above(data: MapData, members: Mapping[int, Sequence[int]]) -> dict[int, int]:
    """Return for each branch that gets a row the one above it that does, -1 at the top; outer ones first.

    HDBSCAN's tree splits in two again and again, which nobody wants to unfold: of the branches inside one at the top,
    only those have rows that are the first ones small enough to be read at a glance. The user's own always have one.
    """
    branches = {branch.id: branch for branch in data.branches}
    above: dict[int, int] = {}
    depths = {branch.id: len(tuple(_chain(branch.id, branches))) for branch in data.branches}
    for branch in sorted(data.branches, key=lambda one: (depths[one.id], -one.size, one.id)):
        outer = next((one for one in _chain(branch.parent, branches) if one in above), -1)
        around = len(members[outer]) if outer >= 0 else len(data.clusters)
        held = len(members[branch.id])
        if outer < 0:
            worth = 2 <= held <= around - 2
        else:
            glance = max(MANY, math.isqrt(around))
            many = len(data.clusters) >= MANY and above[outer] < 0
            worth = many and FEW <= held <= min(glance, around - 2)
        if held and (worth or branch.named_by_user):
            above[branch.id] = outer
    return above


def _members(data: MapData) -> dict[int, tuple[int, ...]]:
    """Return the clusters below each branch, by falling size."""
    branches = {branch.id: branch for branch in data.branches}
    found: dict[int, list[int]] = {branch.id: [] for branch in data.branches}
    for cluster in data.clusters:
        for branch_id in _chain(cluster.branch, branches):
            found[branch_id].append(cluster.id)
    return {branch_id: tuple(ids) for branch_id, ids in found.items()}


def _chain(branch_id: int, branches: Mapping[int, Branch]) -> Iterator[int]:
    """Return a branch and those it lies in, the innermost first."""
    while branch_id in branches:
        yield branch_id
        branch_id = branches[branch_id].parent


# counting


def _tallies(
    groups: NDArray[np.int32],
    n_groups: int,
    told: NDArray[np.int32],
    n_labels: int,
    is_new: NDArray[np.bool_],
) -> list[Tally]:
    """Count points by group -1 … n_groups - 1; each also by label."""
    places = groups.astype(np.int64) + 1
    sizes = np.bincount(places, minlength=n_groups + 1).tolist()
    new = np.bincount(places[is_new], minlength=n_groups + 1).tolist() if len(is_new) else [0] * len(sizes)
    labels: list[list[int]] = [[] for _ in sizes]
    if n_labels:
        wide = n_labels + 1
        cells = np.bincount(places * wide + told + 1, minlength=(n_groups + 1) * wide)
        labels = cells.reshape(-1, wide)[:, 1:].tolist()
    return [
        Tally(size, tuple(counted) if sum(counted) else (), placed)
        for size, counted, placed in zip(sizes, labels, new, strict=True)
    ]


def _together(tallies: Sequence[Tally]) -> Tally:
    labels = [tally.labels for tally in tallies if tally.labels]
    return Tally(
        sum(tally.size for tally in tallies),
        tuple(map(sum, zip(*labels, strict=True))),
        sum(tally.new for tally in tallies),
    )


def _label_ids(passage_ids: NDArray[np.int64], tags: Tags | None) -> NDArray[np.int32]:
    """Return (n,) the label of each passage, -1 for those without a tag; both id arrays rise."""
    told = np.full(len(passage_ids), -1, np.int32)
    if tags is None or not len(tags.passage_ids) or not len(passage_ids):
        return told
    if np.array_equal(passage_ids, tags.passage_ids):
        return tags.label_ids
    places = np.minimum(passage_ids.searchsorted(tags.passage_ids), len(passage_ids) - 1)
    here = passage_ids[places] == tags.passage_ids
    told[places[here]] = tags.label_ids[here]
    return told
