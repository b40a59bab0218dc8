"""What the map draws: the points of a `MapData` in tiles, and where names stand."""

import math
from collections.abc import Iterable, Sized
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.map.colours import cluster_places
from engine.map.records import MapData
from gui.map.drawing.geometry import Bounds, View, bounds_of
from gui.map.drawing.labels import dense_centres, spreads
from gui.map.drawing.tiles import Tiles
from indexes.records import Cluster

ENOUGH_FOR_NAMES = 250_000
"""Points by which it is told where names stand."""
Rows = NDArray[np.int32]
"""Rows of a map's arrays."""


@dataclass(frozen=True, eq=False)
class Figure:
    """A map ready to draw and to ask: noise and members in tiles, bounds, where names stand."""

    data: MapData
    noise: Tiles
    members: Tiles
    bounds: Bounds
    centres: NDArray[np.float32]
    spreads: NDArray[np.float64]
    cluster_places: NDArray[np.uint8]

    @classmethod
    def of(cls, data: MapData) -> "Figure":
        """Sort the points of a map; on a map without clusters every point is drawn as a member."""
        in_cluster = data.cluster_ids >= 0
        if not data.clusters:
            in_cluster = np.ones(len(data.cluster_ids), dtype=np.bool_)
        centres, reaches = _name_places(data)
        return cls(
            data,
            Tiles.of(data.xy, np.flatnonzero(~in_cluster).astype(np.int32)),
            Tiles.of(data.xy, np.flatnonzero(in_cluster).astype(np.int32)),
            bounds_of(data.xy),
            centres,
            reaches,
            cluster_places(data),
        )

    def with_clusters(self, data: MapData) -> "Figure":
        """Return the figure of the same points with other names or clusters."""
        before = self.data
        if len(data.clusters) == len(before.clusters) and np.array_equal(
            data.cluster_ids, before.cluster_ids
        ):
            return replace(self, data=data)
        return Figure.of(data)

    @cached_property
    def attached(self) -> NDArray[np.bool_]:
        """(n,) which points are noise by HDBSCAN that the user has put into the nearest cluster; empty when none is."""
        if not len(self.data.nearness):
            return np.zeros(0, dtype=np.bool_)
        attached = (self.data.cluster_ids >= 0) & (self.data.strengths == 0) & (self.data.nearness < 1)
        return attached if attached.any() else np.zeros(0, dtype=np.bool_)

    @cached_property
    def branch_tree(self) -> tuple[list[int], dict[int, list[int]]]:
        """What is named at the top, and what lies below each branch; branch b is number n_clusters + b."""
        n_clusters, branches = len(self.data.clusters), self.data.branches
        below: dict[int, list[int]] = {n_clusters + branch.id: [] for branch in branches}
        roots = [n_clusters + branch.id for branch in branches if branch.parent < 0]
        inmost: dict[int, int] = {}
        for branch in sorted(branches, key=lambda branch: -len(branch.clusters)):
            inmost |= dict.fromkeys(branch.clusters, branch.id)
            if branch.parent >= 0:
                below[n_clusters + branch.parent].append(n_clusters + branch.id)
        for cluster in range(n_clusters):
            if cluster in inmost:
                below[n_clusters + inmost[cluster]].append(cluster)
            else:
                roots.append(cluster)
        return roots, {number: numbers for number, numbers in below.items() if numbers}

    @cached_property
    def branch_places(self) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
        """Where the names of branches stand, (n, 2) in map units: amid their clusters; and how far those reach (n,)."""
        centres = np.full((len(self.data.branches), 2), np.nan, dtype=np.float32)
        reaches = np.zeros(len(self.data.branches))
        sizes = np.array([cluster.size for cluster in self.data.clusters], dtype=np.float64)
        for branch in self.data.branches:
            known = [cluster for cluster in branch.clusters if np.isfinite(self.centres[cluster]).all()]
            if known:
                weights = np.maximum(sizes[known], 1)
                centres[branch.id] = np.average(self.centres[known], axis=0, weights=weights)
                away = np.abs(self.centres[known, 1] - centres[branch.id, 1]) + self.spreads[known]
                reaches[branch.id] = np.average(away, weights=weights)
        return centres, reaches

    @cached_property
    def part_places(self) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
        """Where the names of parts stand, (n, 2) in map units, and how far their points reach (n,)."""
        parts = self.data.part_ids
        if not len(parts):
            return np.full((len(self.data.parts), 2), np.nan, dtype=np.float32), np.zeros(
                len(self.data.parts)
            )
        centres = dense_centres(self.data.xy, parts, len(self.data.parts))
        return centres, spreads(self.data.xy, parts, centres)

    def __len__(self) -> int:
        return len(self.noise) + len(self.members)

    @property
    def diagonal(self) -> float:
        """How far apart the corners of the map are, in map units."""
        left, bottom, right, top = self.bounds
        return math.hypot(right - left, top - bottom)

    def nearest(self, x: float, y: float, radius: float) -> int | None:
        """Return the row of the point nearest to a place on the map, within a radius; a member rather than noise."""
        found = [
            (distance, int(tiles.rows[place]))
            for tiles in (self.members, self.noise)
            for place, distance in [tiles.nearest(x, y, radius) or (-1, -1.0)]
            if place >= 0
        ]
        return min(found, key=lambda pair: pair[0])[1] if found else None

    def rows_in_rectangle(self, bounds: Bounds) -> Rows:
        """Return the rows of the points inside a rectangle of the map."""
        parts = [tiles.rows[tiles.in_rectangle(*bounds)] for tiles in (self.noise, self.members)]
        return np.concatenate(parts)

    def rows_in_polygon(self, corners: NDArray[np.float64]) -> Rows:
        """Return the rows of the points that a closed line (m, 2) goes round."""
        parts = [tiles.rows[tiles.in_polygon(corners)] for tiles in (self.noise, self.members)]
        return np.concatenate(parts)

    def rows_of(self, passage_ids: Iterable[int]) -> Rows:
        """Return the rows of passages, without those that are not on the map."""
        return rows_of(self.data.passage_ids, passage_ids)

    def rows_of_clusters(self, cluster_ids: Iterable[int]) -> Rows:
        """Return the rows of the points in any of these clusters, rising."""
        wanted = np.zeros(len(self.data.clusters) + 1, dtype=np.bool_)
        for cluster_id in cluster_ids:
            if 0 <= cluster_id < len(self.data.clusters):
                wanted[cluster_id] = True
        return np.flatnonzero(wanted[self.data.cluster_ids]).astype(
            np.int32
        )  # noise, -1, is the last and False

    def cluster_of(self, row: int) -> Cluster | None:
        """Return the cluster of a point, None for noise."""
        cluster_id = int(self.data.cluster_ids[row])
        return self.data.clusters[cluster_id] if 0 <= cluster_id < len(self.data.clusters) else None

    def rows_at(self, x: float, y: float, radius: float) -> Rows:
        """Return the rows of all points within `radius` map units of a place, the nearest first."""
        found = [
            (tiles.rows[places], squares)
            for tiles in (self.members, self.noise)
            for places, squares in [tiles.within(x, y, radius)]
        ]
        rows = np.concatenate([rows for rows, _ in found])
        squares = np.concatenate([squares for _, squares in found])
        return rows[np.lexsort((rows, squares))]

    def bounds_of_rows(self, rows: Rows) -> Bounds:
        """Return the rectangle round some points."""
        return bounds_of(self.data.xy[rows])

    def fitted(self, width: float, height: float) -> View:
        """Return the view that shows all of it."""
        return View.fitted(self.bounds, width, height)


def _name_places(data: MapData) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Return where the names of clusters stand and how far those reach; of a huge map a sample tells it as well."""
    every = max(1, len(data.xy) // ENOUGH_FOR_NAMES)
    xy, ids = data.xy[::every], data.cluster_ids[::every]
    centres = dense_centres(xy, ids, len(data.clusters))
    if every > 1 and np.isnan(centres).any():  # a cluster that the sample missed
        xy, ids = data.xy, data.cluster_ids
        centres = dense_centres(xy, ids, len(data.clusters))
    return centres, spreads(xy, ids, centres)


def rows_of(sorted_ids: NDArray[np.int64], passage_ids: Iterable[int]) -> Rows:
    """Return the places of passage ids in a rising array, without those that are not in it."""
    length = len(passage_ids) if isinstance(passage_ids, Sized) else -1
    wanted = np.fromiter(passage_ids, dtype=np.int64, count=length)
    if not len(sorted_ids) or not len(wanted):
        return np.zeros(0, dtype=np.int32)
    places = np.minimum(np.searchsorted(sorted_ids, wanted), len(sorted_ids) - 1)
    return places[sorted_ids[places] == wanted].astype(np.int32)
