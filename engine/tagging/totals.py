"""Tags in total: by cluster, folder, month or any column that tells documents apart."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.tagging.records import TagTotal, TagTotals
from engine.tagging.states import UNSURE, states
from indexes.catalogue import Catalogue
from indexes.errors import CorpusError
from indexes.records import Tags

UNKNOWN = ""
"""The group of passages that have no value in a column: no folder, no date."""
NO_CLUSTER = "in no cluster"
NOT_MAPPED = "not on the map"
FEW_NUMBERS = 12
"""Numbers up to which each is a group of its own."""
RANGES = 5
"""Groups of about one size that more numbers make."""
HOLDS = 0.5
"""Probability from which a label of several is counted."""


@dataclass(frozen=True, slots=True)
class Groups:
    """Which group each passage is in: passage_ids (n,) int64 rising, places (n,) into `names`.

    `cluster_ids` are those of the groups, where the groups are clusters; noise is -1.
    """

    passage_ids: NDArray[np.int64]
    places: NDArray[np.int64]
    names: tuple[str, ...]
    cluster_ids: tuple[int | None, ...] = ()


def tag_totals(catalogue: Catalogue, tags: Tags, by: str, unsure_below: float) -> TagTotals:
    """Return the tags by "cluster", "folder", "month" or a column, and all of them together; empty groups go.

    Clusters come by their ids and noise last, months and numbers rising, others the commonest first. Raises
    CorpusError when there is no map to have clusters, QueryError when there is no such column.
    """
    groups = groups_by(catalogue, by)
    places = np.full(len(tags.passage_ids), len(groups.names), np.int64)
    if len(groups.passage_ids):
        known = np.searchsorted(groups.passage_ids, tags.passage_ids)
        known = np.minimum(known, len(groups.passage_ids) - 1)
        there = groups.passage_ids[known] == tags.passage_ids
        places[there] = groups.places[known[there]]
    names = (*groups.names, NOT_MAPPED if by == "cluster" else UNKNOWN)
    numbers = (*(groups.cluster_ids or [None] * len(groups.names)), None)
    return TagTotals(
        tags.tagger,
        by,
        tags.labels,
        tuple(one for one in totals(tags, places, unsure_below, names, numbers) if one is not None),
        whole(tags, unsure_below),
    )


def whole(tags: Tags, unsure_below: float, group: str = "", cluster_id: int | None = None) -> TagTotal:
    """Return all tags as one group."""
    nowhere = np.zeros(len(tags.passage_ids), np.int64)
    (found,) = totals(tags, nowhere, unsure_below, (group,), (cluster_id,))
    nothing = (0,) * len(tags.labels)
    return found or TagTotal(group, nothing, tuple(map(float, nothing)), 0, cluster_id)


def totals(
    tags: Tags,
    places: NDArray[np.int64],
    unsure_below: float,
    names: Sequence[str],
    cluster_ids: Sequence[int | None],
) -> list[TagTotal | None]:
    """Return the total of each group, None where it is empty; places (n,) say which group each tag is in.

    What the user called a passage is sure, and counts as that.
    """
    probabilities, n_groups = tags.probabilities, len(names)
    found = states(probabilities, tags.labels, unsure_below, tags.multi_label)
    unsure = np.bincount(places, (found == UNSURE) & ~by_user(tags), n_groups)
    read = np.bincount(places, probabilities.any(1), n_groups)
    sizes = np.bincount(places, minlength=n_groups)
    having = labelled(tags)
    counts = np.zeros((n_groups, len(tags.labels)))
    means = np.zeros((n_groups, len(tags.labels)))
    for column in range(len(tags.labels)):
        counts[:, column] = np.bincount(places, having[:, column], n_groups)
        means[:, column] = np.bincount(places, probabilities[:, column], n_groups) / np.maximum(read, 1)
    return [
        TagTotal(
            names[place],
            tuple(int(count) for count in counts[place]),
            tuple(means[place].tolist()),
            int(unsure[place]),
            cluster_ids[place],
        )
        if sizes[place]
        else None
        for place in range(n_groups)
    ]


def by_user(tags: Tags) -> NDArray[np.bool_]:
    """Return which passages the user gave labels, (n,)."""
    if not len(tags.given):
        return np.zeros(len(tags.passage_ids), bool)
    return tags.given[:, 0] >= 0


def some(tags: Tags, rows: NDArray[np.bool_]) -> Tags:
    """Return some rows of tags."""
    return replace(
        tags,
        passage_ids=tags.passage_ids[rows],
        label_ids=tags.label_ids[rows],
        probabilities=tags.probabilities[rows],
        given=tags.given[rows] if len(tags.given) else tags.given,
    )


def labelled(tags: Tags) -> NDArray[np.bool_]:
    """Return (n, n_labels) bool: which labels each passage has, the user's where there are any."""
    if not tags.multi_label:
        return np.equal(tags.label_ids[:, None], np.arange(len(tags.labels)), dtype=bool)
    having = tags.probabilities >= HOLDS
    if len(tags.given):
        having = np.where(by_user(tags)[:, None], tags.given == 1, having)
    return having


def groups_by(catalogue: Catalogue, by: str) -> Groups:
    """Return the group of every passage of a corpus."""
    if by == "cluster":
        return _clusters(catalogue)
    column = catalogue.map_column("date" if by == "month" else by)
    passage_ids = catalogue.passage_table().passage_ids
    if column.kind == "category":
        unknown = len(column.names)
        return Groups(
            passage_ids,
            np.where(column.ids < 0, unknown, column.ids).astype(np.int64),
            (*column.names, UNKNOWN),
        )
    places, names = _months(column.values) if column.kind == "date" else _ranges(column.values)
    return Groups(passage_ids, places, names)


def _clusters(catalogue: Catalogue) -> Groups:
    latest = catalogue.latest_map()
    if latest is None:
        raise CorpusError(f"“{catalogue.name}” has no map yet, so it has no clusters. Make the map first.")
    projection, clusters = latest
    ids = [cluster.id for cluster in clusters]
    place_of = {cluster_id: place for place, cluster_id in enumerate(ids)}
    places = [place_of.get(cluster_id, len(ids)) for cluster_id in projection.cluster_ids.tolist()]
    names = (*(cluster.name for cluster in clusters), NO_CLUSTER)
    return Groups(projection.passage_ids, np.array(places, np.int64), names, (*ids, -1))


def _months(days: NDArray[np.float64]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return (places, names): the month of each day since 1970-01-01 as YYYY-MM, rising; unknown days last."""
    known = ~np.isnan(days)
    months = np.where(known, days, 0).astype("datetime64[D]").astype("datetime64[M]")
    names, places = np.unique(months[known], return_inverse=True)
    return _placed(known, places, [str(month) for month in names])


def _ranges(values: NDArray[np.float64]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return (places, names) of numbers, rising: each for itself, or many of them in ranges of like size."""
    known = ~np.isnan(values)
    distinct, places = np.unique(values[known], return_inverse=True)
    if len(distinct) <= FEW_NUMBERS:
        return _placed(known, places, [f"{value:g}" for value in distinct.tolist()])
    starts = np.unique(np.quantile(values[known], np.linspace(0, 1, RANGES + 1)[:-1], method="higher"))
    places = np.searchsorted(starts, values[known], side="right") - 1
    highest = [values[known][places == place].max() for place in range(len(starts))]
    return _placed(known, places, [f"{low:g} – {high:g}" for low, high in zip(starts, highest, strict=True)])


def _placed(
    known: NDArray[np.bool_], places: NDArray[np.int64], names: Sequence[str]
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    every = np.full(len(known), len(names), np.int64)
    every[known] = places
    return every, (*names, UNKNOWN)
