"""Which of the colours that clusters share each cluster has, so that neighbours on the map differ."""

import numpy as np
from numpy.typing import NDArray

from engine.map.records import MapData

N_COLOURS = 8


def cluster_places(map_data: MapData) -> NDArray[np.uint8]:
    """Return (n_clusters,) which of the cluster colours each has; the same for map, outline and page.

    Larger clusters choose first, each the colour whose nearest cluster is farthest away, so neighbours differ.
    """
    n_clusters = len(map_data.clusters)
    inside = map_data.cluster_ids >= 0
    ids = map_data.cluster_ids
    if len(
        map_data.nearest_ids
    ):  # those that are members however far clusters reach: colours stay when that changes
        inside, ids = map_data.nearness >= 1, map_data.nearest_ids
        inside = inside & (ids >= 0)
    members = ids[inside]
    centres = np.zeros((n_clusters, 2))
    if len(members):
        sizes = np.bincount(members, minlength=n_clusters)
        for axis in (0, 1):
            sums = np.bincount(members, map_data.xy[inside, axis], minlength=n_clusters)
            centres[:, axis] = (sums / np.maximum(sizes, 1))[:n_clusters]
    return spread_colours(centres, N_COLOURS)


def spread_colours(centres: NDArray[np.float64], n_colours: int) -> NDArray[np.uint8]:
    """Return (n,) colours 0 … n_colours - 1 for places (n, 2), equal colours as far apart as greed gets them."""
    chosen = np.zeros(len(centres), dtype=np.uint8)
    nearest = np.full((n_colours, len(centres)), np.inf)  # to each place, the nearest of each colour so far
    for place, centre in enumerate(centres):
        colour = int(np.argmax(nearest[:, place]))
        chosen[place] = colour
        away = np.hypot(*(centres - centre).T)
        nearest[colour] = np.minimum(nearest[colour], away)
    return chosen
