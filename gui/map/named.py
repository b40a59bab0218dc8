"""What stands behind a name on the map: its clusters, its points, its keywords and most typical passages."""

import numpy as np

from engine.map.records import MapData
from gui.map.drawing.figure import Figure, Rows
from gui.map.drawing.names import BRANCH, CLUSTER, Name
from gui.wording import count, percent

EXEMPLARS = 3
"""Shown of a cluster."""


def clusters_of(data: MapData, name: Name) -> tuple[int, ...]:
    """Return the clusters that a name has to do with: those of a branch, or the one it is or is in."""
    if name.level == BRANCH:
        return data.branches[name.id].clusters
    return (name.id,) if name.level == CLUSTER else (data.parts[name.id].cluster,)


def rows_of_name(figure: Figure, name: Name) -> Rows:
    """Return the rows of the points that a name stands for."""
    if name.level in (BRANCH, CLUSTER):
        return figure.rows_of_clusters(clusters_of(figure.data, name))
    return np.flatnonzero(figure.data.part_ids == name.id).astype(np.int32)


def facts_of(data: MapData, name: Name) -> str:
    """Return what is known of what a name stands for: its size, what it is part of, how much of it survives."""
    facts = [count(name.size, "passage")]
    if name.level == BRANCH:
        facts.append(f"in {count(len(data.branches[name.id].clusters), 'cluster')}")
    elif name.level == CLUSTER:
        stability = data.clusters[name.id].stability
        facts.append("" if stability is None else f"stability {percent(stability)}")
    else:
        facts.append(f"a part of “{data.clusters[data.parts[name.id].cluster].name}”")
    return " · ".join(filter(None, facts))


def keywords_of(data: MapData, name: Name) -> str:
    """Return the words that tell what a name stands for from the rest; "" when the name says them already."""
    one = (data.clusters, data.branches, data.parts)[(1, 0, 2)[name.level]][name.id]
    words = ", ".join(one.keywords)
    return "" if words == name.text else words


def exemplars_of(data: MapData, name: Name) -> tuple[int, ...]:
    """Return the passages most typical of a cluster; none of a branch or a part."""
    return data.clusters[name.id].exemplars[:EXEMPLARS] if name.level == CLUSTER else ()
