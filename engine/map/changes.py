"""What became what when clusters were found again, and the history of a map."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from engine.corpus import Corpus
from engine.map.records import ChangeKind, ChangeLog, ClusterChange
from engine.map.regrouping import shared_rows
from indexes.records import Cluster, Projection

CHANGED = 0.1
"""A cluster that became larger or smaller by more than this share of itself grew or shrank."""

_ORDER: tuple[ChangeKind, ...] = ("merged", "split", "new", "gone", "grew", "shrank", "renamed", "kept")
assert set(_ORDER) == set(get_args(ChangeKind))


@dataclass(frozen=True, slots=True)
class Grouped:
    """Passages in named clusters: passage_ids (n,) int64 rising, cluster_ids (n,) int32, -1 noise."""

    passage_ids: NDArray[np.int64]
    cluster_ids: NDArray[np.int32]
    names: tuple[str, ...]

    @classmethod
    def of(cls, projection: Projection, clusters: Sequence[Cluster]) -> "Grouped":
        """Return what a stored map has of it."""
        names = tuple(cluster.name for cluster in clusters)
        return cls(projection.passage_ids, projection.cluster_ids, names)


def what_became(before: Grouped, after: Grouped) -> tuple[ClusterChange, ...]:
    """Say which clusters became which, told by the passages that both know; the most telling first.

    A cluster came from another when more than half of the one's passages are of the other, whichever of the two that
    is. All that stayed as they were are one change, the last.
    """
    _, rows_before, rows_after = np.intersect1d(
        before.passage_ids, after.passage_ids, assume_unique=True, return_indices=True
    )
    ids_before, ids_after = before.cluster_ids[rows_before], after.cluster_ids[rows_after]
    sizes_before = np.bincount(ids_before[ids_before >= 0], minlength=len(before.names))
    sizes_after = np.bincount(ids_after[ids_after >= 0], minlength=len(after.names))
    came: dict[int, dict[int, int]] = {number: {} for number in range(len(after.names))}
    went: dict[int, dict[int, int]] = {number: {} for number in range(len(before.names))}
    triples = (values.tolist() for values in shared_rows(ids_before, ids_after))
    for old, new, shared in zip(*triples, strict=True):
        if 2 * shared > sizes_before[old] or 2 * shared > sizes_after[new]:
            came[new][old] = went[old][new] = shared
    whole_before = np.bincount(before.cluster_ids[before.cluster_ids >= 0], minlength=len(before.names))
    whole_after = np.bincount(after.cluster_ids[after.cluster_ids >= 0], minlength=len(after.names))
    changes: list[ClusterChange] = []
    for new, sources in came.items():
        if len(sources) > 1:
            changes.append(_change("merged", _names(before, sources), (after.names[new],), sources))
        elif not sources:
            changes.append(ClusterChange("new", (), (after.names[new],), 0))
    for old, targets in went.items():
        if len(targets) > 1:
            changes.append(_change("split", (before.names[old],), _names(after, targets), targets))
        elif not targets:
            changes.append(ClusterChange("gone", (before.names[old],), (), 0))
        else:
            ((new, shared),) = targets.items()
            if len(came[new]) == 1:
                was, is_now = before.names[old], after.names[new]
                kind = _kind(was, is_now, int(whole_before[old]), int(whole_after[new]))
                changes.append(ClusterChange(kind, (was,), (is_now,), shared))
    kept = [change for change in changes if change.kind == "kept"]
    told = [change for change in changes if change.kind != "kept"]
    told.sort(key=lambda change: (_ORDER.index(change.kind), -change.shared))
    if kept:
        kept.sort(key=lambda change: -change.shared)
        names = tuple(change.before[0] for change in kept)
        told.append(ClusterChange("kept", names, names, sum(change.shared for change in kept)))
    return tuple(told)


def map_history(corpus: Corpus) -> tuple[ChangeLog, ...]:
    """Return what happened to the clusters of a corpus, newest first."""
    return tuple(
        ChangeLog(
            made_at,
            reason,
            tuple(
                ClusterChange(kind, tuple(before), tuple(after), shared)
                for kind, before, after, shared in changes
            ),
        )
        for made_at, reason, changes in corpus.catalogue.map_changes()
    )


def as_json(changes: Sequence[ClusterChange]) -> list[list[object]]:
    """Return changes as the catalogue keeps them."""
    return [[change.kind, change.before, change.after, change.shared] for change in changes]


def _change(
    kind: ChangeKind, before: tuple[str, ...], after: tuple[str, ...], shared: dict[int, int]
) -> ClusterChange:
    return ClusterChange(kind, before, after, sum(shared.values()))


def _names(grouped: Grouped, shared: dict[int, int]) -> tuple[str, ...]:
    """Return the names of clusters, those that share most first."""
    return tuple(grouped.names[number] for number in sorted(shared, key=lambda number: -shared[number]))


def _kind(before: str, after: str, size_before: int, size_after: int) -> ChangeKind:
    if before != after:
        return "renamed"
    if size_after > (1 + CHANGED) * size_before:
        return "grew"
    return "shrank" if size_after < (1 - CHANGED) * size_before else "kept"
