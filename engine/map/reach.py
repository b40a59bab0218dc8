"""The reach of clusters over noise: which passages a cluster takes in, changed without finding clusters again."""

import numpy as np
from numpy.typing import NDArray


def with_reach(
    nearest_ids: NDArray[np.int32],
    nearness: NDArray[np.float32],
    strengths: NDArray[np.float32],
    reach: float,
) -> NDArray[np.int32]:
    """Return cluster ids (n,), -1 noise, when clusters reach `reach` in [-1, 1] beyond their members.

    0 leaves HDBSCAN's own noise. A positive reach is the share of the noise that goes to its nearest cluster, the
    nearest noise first; a negative one turns members weaker than -reach into noise. nearest_ids, nearness and
    strengths (n,) are as in Projection, and stay what they are: the reach can be taken back.
    """
    members = nearness >= 1.0
    if reach < 0:
        return np.where(members & (strengths >= -reach), nearest_ids, -1).astype(np.int32)
    taken = members | (nearness >= 1.0 - reach) if reach > 0 else members
    return np.where(taken, nearest_ids, -1).astype(np.int32)


def find_nearest(
    xy: NDArray[np.float32], cluster_ids: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return (nearest_ids (n,) int32, nearness (n,) float32) of points xy (n, 2): see Projection.

    The nearness of noise says only its order: 1 - r of the noise lies no farther from its nearest cluster than a
    point of nearness r. So it spreads evenly below 1 on every map, and equally far points have the same.
    """
    members = cluster_ids >= 0
    nearest, nearness = cluster_ids.astype(np.int32), members.astype(np.float32)
    if members.any() and not members.all():
        from scipy.spatial import cKDTree

        distances, rows = cKDTree(xy[members]).query(xy[~members])
        nearest[~members] = cluster_ids[members][rows]
        # How many are as near or nearer: 1 is the nearest, all the farthest.
        as_near = np.searchsorted(np.sort(distances), distances, side="right")
        nearness[~members] = 1.0 - as_near / len(distances)
    return nearest, nearness
