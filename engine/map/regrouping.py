"""Clusters as the user wants them: the found ones, with all merges and splits done to them again, by overlap."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexes.map_edits import FoundClusters, MapEdit
from indexes.records import Branch, Part

Ids = NDArray[np.int32]
Rows = NDArray[np.intp]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Regrouped:
    """Clusters 0, 1, … of a map by falling size, still without names; row i is the map's row i.

    nearest_ids (n,) int32: the own cluster, or for noise the nearest, -1 when there is none; part_ids (n,) int32, -1
    in no part. `branch_of` and `made_by_user` are by cluster. `done` are the ids of edits that changed something,
    `placeless` of those that found no place; what the rest are for is so already.
    """

    nearest_ids: Ids
    part_ids: Ids
    branches: tuple[Branch, ...]
    parts: tuple[Part, ...]
    branch_of: tuple[int, ...]
    made_by_user: tuple[bool, ...]
    done: tuple[int, ...] = ()
    placeless: tuple[int, ...] = ()


def regroup(
    passage_ids: NDArray[np.int64],
    xy: NDArray[np.float32],
    found: FoundClusters,
    members: Mask,
    edits: Sequence[MapEdit] = (),
) -> Regrouped:
    """Do the merges and splits among `edits` to found clusters, in their order.

    passage_ids (n,) rising; xy (n, 2); members (n,) bool: in a cluster, all else is noise. A merge joins the
    clusters of which more than half lies among its passages; a split divides the cluster that holds more than half
    of each of several of its groups and little else. One that does not fit leaves all as it is.
    """
    labels = found.nearest_ids.astype(np.int64)
    made: set[int] = set()
    effects: list[tuple[int, bool | None]] = []
    for edit in edits:
        if edit.kind in ("merge", "split"):
            groups = [rows_of(passage_ids, group) for group in edit.groups]
            inside = members.copy()
            inside[known_rows(passage_ids, edit.known_to) :] = False
            do = _merge if edit.kind == "merge" else _split
            new = do(labels, xy, groups, inside)
            made |= set(new or ())
            effects.append((edit.id, None if new is None else bool(new)))
    order = np.unique(labels[members], return_index=True, return_counts=True)
    of_label = _numbers(labels, *order)
    nearest_ids = np.asarray(of_label[labels], np.int32)
    n_clusters = len(order[0])
    origins = _origins(nearest_ids, found.nearest_ids, members, n_clusters)
    part_ids, parts = _parts(nearest_ids, found, members, origins)
    sizes = np.bincount(nearest_ids[members], minlength=n_clusters)
    branches, branch_of = _branches(found.branches, origins, sizes.tolist())
    by_user = {int(of_label[label]) for label in made if label < len(of_label) - 1}
    return Regrouped(
        nearest_ids,
        part_ids,
        branches,
        parts,
        branch_of,
        tuple(number in by_user for number in range(n_clusters)),
        tuple(number for number, effect in effects if effect),
        tuple(number for number, effect in effects if effect is None),
    )


def rows_of(passage_ids: NDArray[np.int64], wanted: NDArray[np.int64]) -> Rows:
    """Return the rows of those wanted passages that are there; passage_ids (n,) rise."""
    if not len(passage_ids):
        return np.zeros(0, np.intp)
    rows = np.minimum(np.searchsorted(passage_ids, wanted), len(passage_ids) - 1)
    return np.asarray(rows[passage_ids[rows] == wanted], np.intp)


def known_rows(passage_ids: NDArray[np.int64], known_to: int) -> int:
    """Return how many rows, from the first, are of passages that an edit knew of; 0 stands for all."""
    return int(np.searchsorted(passage_ids, known_to, "right")) if known_to else len(passage_ids)


def same_groups(before: Ids, after: Ids, n_after: int) -> list[int]:
    """Return for each group of `after` that of `before` with exactly the same rows, -1 without one; -1 is no group."""
    n_before = int(before.max(initial=-1)) + 1
    sizes_before = np.bincount(before[before >= 0], minlength=n_before)
    sizes_after = np.bincount(after[after >= 0], minlength=n_after)
    same = [-1] * n_after
    for old, new, shared in zip(*shared_rows(before, after), strict=True):
        if shared == sizes_before[old] == sizes_after[new]:
            same[new] = int(old)
    return same


def shared_rows(before: Ids, after: Ids) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return (group before, group after, rows in both) of all pairs that share rows; -1 is no group."""
    both = (before >= 0) & (after >= 0)
    span = int(after.max(initial=-1)) + 1
    pairs = before[both].astype(np.int64) * span + after[both]
    found, counts = np.unique(pairs, return_counts=True)
    return found // max(span, 1), found % max(span, 1), counts


def nearest_group(xy: NDArray[np.float32], rows: Rows, groups: Sequence[Rows]) -> NDArray[np.int64]:
    """Return for each row its group, and for those in none that of the nearest row on the map that is in one."""
    from scipy.spatial import cKDTree

    of_row = np.full(len(xy), -1, np.int64)
    for number, group in enumerate(groups):
        of_row[group] = number
    without = rows[of_row[rows] < 0]
    if len(without):
        grouped = np.concatenate(groups)
        _, nearest = cKDTree(xy[grouped]).query(xy[without])
        of_row[without] = of_row[grouped[nearest]]
    return of_row[rows]


def _merge(
    labels: NDArray[np.int64], xy: NDArray[np.float32], groups: Sequence[Rows], members: Mask
) -> list[int] | None:
    """Join clusters and return the new one, [] when they are one already, None when there are none such."""
    rows = np.concatenate(groups)
    total = np.bincount(labels[members])
    shared = np.bincount(labels[rows[members[rows]]], minlength=len(total))
    joining = np.flatnonzero(2 * shared > total)
    if len(joining) < 2:
        return [] if len(joining) else None
    new = int(labels.max()) + 1
    labels[np.isin(labels, joining)] = new
    return [new]


def _split(
    labels: NDArray[np.int64], xy: NDArray[np.float32], groups: Sequence[Rows], members: Mask
) -> list[int] | None:
    """Divide a cluster and return the new ones, [] when it is divided already, None when there is none such."""
    total = np.bincount(labels[members])
    hosts: dict[int, list[Rows]] = {}
    for group in groups:
        inside = group[members[group]]
        shared = np.bincount(labels[inside])
        if len(inside) and 2 * shared.max() > len(
            group
        ):  # more than half of all, also of those that are noise now
            hosts.setdefault(int(shared.argmax()), []).append(inside)
    new: list[int] = []
    for host, held in hosts.items():
        held = [group[labels[group] == host] for group in held]
        if len(held) > 1 and 2 * sum(map(len, held)) > total[host]:
            whole = np.flatnonzero(labels == host)
            labels[whole] = int(labels.max()) + 1 + nearest_group(xy, whole, held)
            new += np.unique(labels[whole]).tolist()
    return new if new or len(hosts) > 1 else None


def _numbers(
    labels: NDArray[np.int64], present: NDArray[np.int64], first: Rows, sizes: NDArray[np.intp]
) -> NDArray[np.int64]:
    """Return the number of each label, by falling size, the earlier first row first; its last place is noise's."""
    numbers = np.full(int(labels.max(initial=-1)) + 2, -1, np.int64)
    numbers[present[np.lexsort((first, -sizes))]] = np.arange(len(present))
    return numbers


def _origins(nearest_ids: Ids, found_ids: Ids, members: Mask, n_clusters: int) -> list[list[int]]:
    """Return for each cluster the found ones that its members come from."""
    origins: list[list[int]] = [[] for _ in range(n_clusters)]
    clusters, found, _ = shared_rows(np.where(members, nearest_ids, -1), np.where(members, found_ids, -1))
    for cluster, origin in zip(clusters.tolist(), found.tolist(), strict=True):
        origins[cluster].append(origin)
    return origins


def _parts(
    nearest_ids: Ids, found: FoundClusters, members: Mask, origins: Sequence[Sequence[int]]
) -> tuple[Ids, tuple[Part, ...]]:
    """Return the part of each row and the parts: what was merged, else the found parts that lie in a cluster.

    A cluster that is as it was found keeps its parts; any other has several or none.
    """
    merged = np.array([len(of) > 1 for of in origins], np.bool_)
    # Noise, -1, finds the last place.
    in_merged = np.append(merged, False)[nearest_ids] & members
    offset = int(found.part_ids.max(initial=-1)) + 1
    labels = np.where(in_merged, found.nearest_ids + np.int64(offset), found.part_ids)
    labels = np.where(members, labels, -1)
    clusters, inside, sizes = shared_rows(nearest_ids, labels)
    whole = np.bincount(labels[labels >= 0], minlength=int(inside.max(initial=-1)) + 1)
    complete = (sizes == whole[inside]) | (inside >= offset)
    clusters, inside, sizes = clusters[complete], inside[complete], sizes[complete]
    several = np.bincount(clusters, minlength=len(origins))[clusters] > 1
    several |= _as_found(nearest_ids, found.nearest_ids, members, len(origins))[clusters]
    clusters, inside, sizes = clusters[several], inside[several], sizes[several]
    order = np.lexsort((inside, -sizes, clusters))
    part_ids = np.full(len(nearest_ids), -1, np.int32)
    # One found cluster may have given to several clusters, so a part is a pair.
    span = np.int64(int(labels.max(initial=-1)) + 1)
    keys = nearest_ids.astype(np.int64) * span + labels
    wanted = clusters[order] * span + inside[order]
    places = np.argsort(wanted)
    rows = np.flatnonzero(labels >= 0)
    if len(wanted) and len(rows):
        at = np.minimum(np.searchsorted(wanted[places], keys[rows]), len(wanted) - 1)
        hit = wanted[places][at] == keys[rows]
        part_ids[rows[hit]] = places[at[hit]]
    parts = zip(clusters[order].tolist(), sizes[order].tolist(), strict=True)
    return part_ids, tuple(Part(number, cluster, size) for number, (cluster, size) in enumerate(parts))


def _as_found(nearest_ids: Ids, found_ids: Ids, members: Mask, n_clusters: int) -> Mask:
    same = same_groups(np.where(members, found_ids, -1), np.where(members, nearest_ids, -1), n_clusters)
    return np.array(same, np.int64) >= 0


def _branches(
    found: Sequence[tuple[int, Sequence[int]]], origins: Sequence[Sequence[int]], sizes: Sequence[int]
) -> tuple[tuple[Branch, ...], tuple[int, ...]]:
    """Return the branches over clusters made of `origins`, and for each cluster the smallest it lies in, or -1.

    A cluster lies in a branch when all it was made of does; a branch that is left with one cluster, or with the
    same as the branch it lies in, is dropped.
    """
    below = [_within(origins, set(clusters)) for _, clusters in found]
    whole = [sum(sizes[cluster] for cluster in clusters) for clusters in below]
    kept = [number for number in range(len(found)) if _is_kept(number, found, below)]
    kept.sort(key=lambda number: (-whole[number], number))
    places = {number: place for place, number in enumerate(kept)}
    branches = tuple(
        Branch(place, _place_of_parent(number, found, places), whole[number], below[number])
        for place, number in enumerate(kept)
    )
    branch_of = [
        min(
            (branch for branch in branches if cluster in branch.clusters),
            key=lambda branch: len(branch.clusters),
            default=None,
        )
        for cluster in range(len(origins))
    ]
    return branches, tuple(-1 if branch is None else branch.id for branch in branch_of)


def _within(origins: Sequence[Iterable[int]], clusters: set[int]) -> tuple[int, ...]:
    return tuple(number for number, of in enumerate(origins) if of and clusters.issuperset(of))


def _is_kept(
    number: int, found: Sequence[tuple[int, Sequence[int]]], below: Sequence[tuple[int, ...]]
) -> bool:
    parent = found[number][0]
    return len(below[number]) > 1 and (parent < 0 or below[parent] != below[number])


def _place_of_parent(number: int, found: Sequence[tuple[int, Sequence[int]]], places: dict[int, int]) -> int:
    """Return the place of the nearest branch above that is kept, -1 when there is none."""
    parent = found[number][0]
    while parent >= 0 and parent not in places:
        parent = found[parent][0]
    return places.get(parent, -1)
