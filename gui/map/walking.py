"""Walking over the map by keys: the next point in a direction, the next cluster, the point typical of a cluster."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexes.records import Cluster

ASIDE = 2.0
"""How much dearer a step aside is than one ahead, when two points are both in the direction."""


def next_point(
    xy: NDArray[np.float32], row: int, direction: tuple[int, int], beyond: float = 0.0
) -> int | None:
    """Return the row of the point that lies next in a direction, None when none does.

    xy (n, 2) in map units; `direction` is (1, 0) right, (-1, 0) left, (0, 1) up, (0, -1) down. What is less than 45°
    off counts as in that direction, so the four reach every point. Points no farther ahead than `beyond` map units are
    passed over: a step should be seen.
    """
    ahead_axis = 0 if direction[0] else 1
    sign = np.float32(direction[ahead_axis])
    ahead = (xy[:, ahead_axis] - xy[row, ahead_axis]) * sign
    aside = np.abs(xy[:, 1 - ahead_axis] - xy[row, 1 - ahead_axis])
    there = np.flatnonzero((ahead > beyond) & (aside <= ahead))
    if not len(there):
        return None
    far = ahead[there].astype(np.float64) ** 2 + (ASIDE * aside[there].astype(np.float64)) ** 2
    return int(there[np.argmin(far)])


def next_cluster(clusters: Sequence[Cluster], cluster_id: int, step: int) -> int:
    """Return the cluster `step` places on (1 or -1) when they stand by falling size, round and round.

    From no cluster (-1) the way goes to the largest, or back to the smallest; -1 when there are none.
    """
    order = [one.id for one in sorted(clusters, key=lambda one: (-one.size, one.id)) if one.size]
    if not order:
        return -1
    if cluster_id not in order:
        return order[0] if step > 0 else order[-1]
    return order[(order.index(cluster_id) + step) % len(order)]


def home_of(
    cluster_id: int,
    exemplar_rows: NDArray[np.int32],
    cluster_ids: NDArray[np.int32],
    strengths: NDArray[np.float32],
) -> int | None:
    """Return the row most typical of a cluster: its first exemplar, else its strongest member; None for neither."""
    if len(exemplar_rows):
        return int(exemplar_rows[0])
    members = np.flatnonzero(cluster_ids == cluster_id)
    return int(members[np.argmax(strengths[members])]) if len(members) else None
