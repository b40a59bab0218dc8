"""What the map draws: the points of a `MapData` in tiles, and what colours them."""

from collections.abc import Iterable, Sized
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.map.records import MapData
from gui import palette
from gui.map.geometry import Bounds, View, bounds_of
from gui.map.labels import dense_centres, spreads
from gui.map.raster import Layer
from gui.map.tiles import Tiles
from indexes.records import Cluster, Tags

Rows = NDArray[np.int32]
"""Rows of a map's arrays."""


@dataclass(frozen=True, eq=False)
class Colouring:
    """What colours the points: ids (n,) uint8 a row of the map, 0 for none, else 1 + a place in `colours`.

    `names` stand in the legend; clusters have none there, as they are named on the map and in their list.
    """

    kind: str
    ids: NDArray[np.uint8]
    names: tuple[str, ...]
    light: tuple[str, ...]
    dark: tuple[str, ...]

    def table(self, dark: bool) -> NDArray[np.float32]:
        """Return (1 + n_colours, 3) float32, the first for points that have none."""
        return palette.rgb((self.none_colour(dark), *(self.dark if dark else self.light)))

    def none_colour(self, dark: bool) -> str:
        """Return the colour of points that have none of `colours`."""
        return palette.noise_colour(dark) if self.kind == "cluster" else palette.untold_colour(dark)

    def counts(self) -> tuple[int, ...]:
        """Return how many points have each name, and last how many have none."""
        counts = np.bincount(self.ids, minlength=len(self.names) + 1).tolist()
        return (*counts[1:], counts[0])


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
        centres = dense_centres(data.xy, data.cluster_ids, len(data.clusters))
        return cls(
            data,
            Tiles.of(data.xy, np.flatnonzero(~in_cluster).astype(np.int32)),
            Tiles.of(data.xy, np.flatnonzero(in_cluster).astype(np.int32)),
            bounds_of(data.xy),
            centres,
            spreads(data.xy, data.cluster_ids, centres),
            palette.cluster_places(data),
        )

    def with_clusters(self, data: MapData) -> "Figure":
        """Return the figure of the same points with other names."""
        return replace(self, data=data)

    def __len__(self) -> int:
        return len(self.noise) + len(self.members)

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

    def cluster_of(self, row: int) -> Cluster | None:
        """Return the cluster of a point, None for noise."""
        cluster_id = int(self.data.cluster_ids[row])
        return self.data.clusters[cluster_id] if 0 <= cluster_id < len(self.data.clusters) else None

    def layers(self, colouring: Colouring, dark: bool) -> list[Layer]:
        """Return what to draw: noise first, smaller and paler."""
        table = colouring.table(dark)
        if colouring.kind == "cluster" and not self.data.clusters:
            table[0] = palette.rgb((palette.plain_colour(dark),))[0]
        by_cluster = colouring.kind == "cluster"
        size = 1.0 if by_cluster else 0.75  # colours that lie mixed blend less in smaller discs
        opacity = 0.55 if by_cluster else 0.85
        noise = Layer(self.noise, colouring.ids[self.noise.rows], table, 0.75 * size, opacity)
        return [noise, Layer(self.members, colouring.ids[self.members.rows], table, size)]

    def bounds_of_rows(self, rows: Rows) -> Bounds:
        """Return the rectangle round some points."""
        return bounds_of(self.data.xy[rows])

    def fitted(self, width: float, height: float) -> View:
        """Return the view that shows all of it."""
        return View.fitted(self.bounds, width, height)


def rows_of(sorted_ids: NDArray[np.int64], passage_ids: Iterable[int]) -> Rows:
    """Return the places of passage ids in a rising array, without those that are not in it."""
    length = len(passage_ids) if isinstance(passage_ids, Sized) else -1
    wanted = np.fromiter(passage_ids, dtype=np.int64, count=length)
    if not len(sorted_ids) or not len(wanted):
        return np.zeros(0, dtype=np.int32)
    places = np.minimum(np.searchsorted(sorted_ids, wanted), len(sorted_ids) - 1)
    return places[sorted_ids[places] == wanted].astype(np.int32)


def by_cluster(figure: Figure) -> Colouring:
    """Colour points by their cluster."""
    places = np.concatenate(([0], figure.cluster_places + 1)).astype(np.uint8)
    known = np.minimum(figure.data.cluster_ids, len(figure.cluster_places) - 1)
    return Colouring(
        "cluster", places[known + 1], (), palette.cluster_colours(False), palette.cluster_colours(True)
    )


def by_format(figure: Figure) -> Colouring:
    """Colour points by the format of their document."""
    names = figure.data.formats
    ids = (figure.data.format_ids + 1).astype(np.uint8)
    return Colouring(
        "format", ids, names, palette.in_turn(len(names), False), palette.in_turn(len(names), True)
    )


def by_label(figure: Figure, tags: Tags | None) -> Colouring:
    """Colour points by the label a tagger gave them; those without a tag stay grey."""
    ids = np.zeros(len(figure.data.passage_ids), dtype=np.uint8)
    if tags is None:
        return Colouring("label", ids, (), (), ())
    tagged = np.searchsorted(figure.data.passage_ids, tags.passage_ids)
    tagged = np.minimum(tagged, max(len(ids) - 1, 0))
    here = figure.data.passage_ids[tagged] == tags.passage_ids if len(ids) else np.zeros(0, dtype=np.bool_)
    ids[tagged[here]] = (tags.label_ids[here] + 1).astype(np.uint8)
    light, dark = palette.label_colours(tags.labels, False), palette.label_colours(tags.labels, True)
    return Colouring("label", ids, tags.labels, light, dark)
