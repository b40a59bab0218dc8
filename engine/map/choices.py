"""Names and colours that the user chose, given to the clusters and branches that hold most of the same passages."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.map.regrouping import known_rows, rows_of
from indexes.map_edits import MapEdit
from indexes.records import Branch, Cluster, Projection


def with_choices(
    projection: Projection, clusters: Sequence[Cluster], edits: Sequence[MapEdit]
) -> tuple[list[Cluster], tuple[Branch, ...], list[MapEdit]]:
    """Return clusters and branches, so far with names and colours of their own, with those that the user chose.

    A choice goes to the one that shares more than half of the union with what it was made for; of several the last
    counts. Those that find none are returned, too.
    """
    clusters, branches, placeless = list(clusters), list(projection.branches), []
    for edit in edits:
        if edit.kind in ("merge", "split"):
            continue
        place = holder(projection, edit)
        if place < 0:
            placeless.append(edit)
        elif edit.kind == "rename branch":
            branches[place] = replace(branches[place], name=edit.value, named_by_user=True)
        elif edit.kind == "colour":
            clusters[place] = replace(clusters[place], colour=edit.value)
        else:
            clusters[place] = replace(clusters[place], name=edit.value, named_by_user=True)
    return clusters, tuple(branches), placeless


def holder(projection: Projection, edit: MapEdit) -> int:
    """Return the cluster, or the branch, that an edit is for: it shares more than half of the union; -1 for none.

    Passages that are not on the map do not count, nor those that came after the edit.
    """
    ids = member_ids(projection)
    n = int(ids.max(initial=-1)) + 1
    group = rows_of(projection.passage_ids, edit.groups[0])
    known = ids[: known_rows(projection.passage_ids, edit.known_to)]
    shared = np.bincount(ids[group][ids[group] >= 0], minlength=n)
    sizes = np.bincount(known[known >= 0], minlength=n)
    if edit.kind == "rename branch":
        of_branch = [list(branch.clusters) for branch in projection.branches]
        shared = np.array([shared[below].sum() for below in of_branch])
        sizes = np.array([sizes[below].sum() for below in of_branch])
    union = sizes + len(group) - shared
    holders = np.flatnonzero(2 * shared > union)
    return int(holders[0]) if len(holders) else -1


def member_ids(projection: Projection) -> NDArray[np.int32]:
    """Return cluster ids (n,) as HDBSCAN left them or the user's merges and splits made them, whatever their reach."""
    if not len(projection.nearness):
        return projection.cluster_ids
    return np.where(projection.nearness >= 1.0, projection.nearest_ids, -1).astype(np.int32)


def members_of(projection: Projection, clusters: Sequence[int]) -> NDArray[np.int64]:
    """Return the passage ids, rising, of the members of clusters."""
    return projection.passage_ids[np.isin(member_ids(projection), clusters)]


def known_to(projection: Projection) -> int:
    """Return the highest passage id on a map: what an edit that is made on it knows of."""
    return int(projection.passage_ids.max(initial=0))


def unnoted_names(
    projection: Projection, clusters: Sequence[Cluster], edits: Sequence[MapEdit]
) -> list[MapEdit]:
    """Return as edits the user's names of a map from before there were edits."""
    noted = {edit.value for edit in edits if edit.kind == "rename"}
    return [
        MapEdit("rename", (members_of(projection, [cluster.id]),), cluster.name, known_to(projection))
        for cluster in clusters
        if cluster.named_by_user and cluster.name not in noted
    ]


def in_words(edit: MapEdit) -> str:
    """Say what an edit is, as part of a sentence."""
    return {
        "merge": f"the merge of {edit.value}",
        "split": f"the split of {edit.value}",
        "rename": f"the name “{edit.value}”",
        "colour": f"the colour {edit.value}",
        "rename branch": f"the name “{edit.value}” of a branch",
    }[edit.kind]
