"""The contrast of two clusters: in which labels their tags differ, and how surely."""

import math
from statistics import NormalDist

import numpy as np

from engine.tagging.records import TagContrast, TagTotal
from engine.tagging.totals import groups_by, labelled, some, whole
from indexes.catalogue import Catalogue
from indexes.errors import QueryError
from indexes.records import Tags

EXAMPLES = 5
"""Passages shown for each label."""
CONFIDENCE = 0.95


def tag_contrast(
    catalogue: Catalogue, tags: Tags, cluster_id: int, other: int, unsure_below: float
) -> TagContrast:
    """Return how the tags of two clusters of the map differ; -1 is what lies in no cluster.

    Raises CorpusError when there is no map, QueryError when a cluster is not there or has no tagged passage.
    """
    groups = groups_by(catalogue, "cluster")
    chosen = []
    for wanted in (cluster_id, other):
        if wanted not in groups.cluster_ids:
            raise QueryError(f"There is no cluster {wanted} on the map of “{catalogue.name}”.")
        place = groups.cluster_ids.index(wanted)
        inside = some(tags, np.isin(tags.passage_ids, groups.passage_ids[groups.places == place]))
        if not len(inside.passage_ids):
            raise QueryError(f"Nothing in “{groups.names[place]}” is tagged yet. Tag it first.")
        chosen.append((inside, whole(inside, unsure_below, groups.names[place], wanted)))
    (mine, first), (theirs, second) = chosen
    counts = zip(first.counts, second.counts, strict=True)
    sizes = len(mine.passage_ids), len(theirs.passage_ids)
    intervals = [difference_interval(a, sizes[0], b, sizes[1]) for a, b in counts]
    return TagContrast(
        labels=tags.labels,
        first=first,
        second=second,
        difference=_shares(first, sizes[0], second, sizes[1]),
        low=tuple(low for low, _ in intervals),
        high=tuple(high for _, high in intervals),
        first_examples=_examples(mine),
        second_examples=_examples(theirs),
    )


def difference_interval(
    hits: int, size: int, other_hits: int, other_size: int, confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """Return the interval of the difference of two shares, hits / size minus other_hits / other_size.

    Newcombe, Interval estimation for the difference between independent proportions, Statistics in Medicine 17
    (1998), method 10: Wilson's score interval of each share, joined as squares.
    """
    share, other_share = hits / size, other_hits / other_size
    low, high = score_interval(hits, size, confidence)
    other_low, other_high = score_interval(other_hits, other_size, confidence)
    difference = share - other_share
    return (
        difference - math.hypot(share - low, other_high - other_share),
        difference + math.hypot(high - share, other_share - other_low),
    )


def score_interval(hits: int, size: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return Wilson's score interval of a share: the shares p with |hits/size - p| ≤ z·√(p(1-p)/size)."""
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = hits / size
    middle = 2 * hits + z * z
    reach = z * math.sqrt(z * z + 4 * hits * (1 - share))
    return (middle - reach) / (2 * (size + z * z)), (middle + reach) / (2 * (size + z * z))


def _shares(first: TagTotal, size: int, second: TagTotal, other_size: int) -> tuple[float, ...]:
    return tuple(
        mine / size - theirs / other_size for mine, theirs in zip(first.counts, second.counts, strict=True)
    )


def _examples(tags: Tags) -> tuple[tuple[int, ...], ...]:
    """Return for each label the passages that have it and are the surest of it, the surest first."""
    having = labelled(tags)
    found = []
    for place in range(len(tags.labels)):
        there = np.flatnonzero(having[:, place])
        order = np.argsort(-tags.probabilities[there, place], kind="stable")[:EXAMPLES]
        found.append(tuple(tags.passage_ids[there[order]].tolist()))
    return tuple(found)
