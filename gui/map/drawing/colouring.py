"""What colours the points of a map: clusters, formats, labels, any column, or how far the picture is to be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.map.records import MapColumn, MapTrust
from engine.tagging.states import SURE
from gui import palette
from gui.map.drawing.figure import Figure
from gui.map.drawing.scales import Scale, scale_of
from gui.tagging.label_looks import shape_of
from gui.tagging.tagged import tagged
from indexes.records import Tags

N_COLOURS = 8
"""Colours that can be told apart; more categories need shapes."""
N_SHAPES = 4
OTHER = "other"
STEPS = 128
"""Colours of a continuous scale."""
MOST_OWN_COLOURS = 200
"""Colours of the user's that one map can show beside the palette's."""


@dataclass(frozen=True, eq=False)
class Colouring:
    """What colours the points: ids (n,) uint8 a row of the map, 0 for none, else 1 + a place in `colours`.

    `names` stand in the legend; clusters have none there, as they are named on the map and in their list, and a
    continuous colouring has a `scale` instead. `shapes` holds for each colour its shape (stamps.py), empty
    when all are discs. `hollow` (n,) bool: points that are in their cluster by the user's choice only, or whose label
    is not sure; empty for none.
    """

    kind: str
    ids: NDArray[np.uint8]
    names: tuple[str, ...]
    light: tuple[str, ...]
    dark: tuple[str, ...]
    shapes: tuple[int, ...] = ()
    hollow: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    scale: Scale | None = None

    def table(self, dark: bool) -> NDArray[np.float32]:
        """Return (1 + n_colours, 3) float32, the first for points that have none."""
        return palette.rgb((self.none_colour(dark), *self.colours(dark)))

    def colours(self, dark: bool) -> tuple[str, ...]:
        """Return the colours as #rrggbb, without the one for none."""
        return self.dark if dark else self.light

    def none_colour(self, dark: bool) -> str:
        """Return the colour of points that have none of `colours`."""
        return palette.noise_colour(dark) if self.kind == "cluster" else palette.untold_colour(dark)

    def counts(self) -> tuple[int, ...]:
        """Return how many points have each name, and last how many have none."""
        counts = np.bincount(self.ids, minlength=len(self.names) + 1).tolist()
        return (*counts[1:], counts[0])


def by_cluster(figure: Figure, shapes: bool = False) -> Colouring:
    """Colour points by their cluster: in the user's colour, else in the palette's; attached noise is hollow."""
    data = figure.data
    light, dark = (palette.cluster_colours(ground) for ground in (False, True))
    own = dict.fromkeys(cluster.colour for cluster in data.clusters if cluster.colour not in ("", *light))
    extra = {colour: N_COLOURS + place for place, colour in enumerate([*own][:MOST_OWN_COLOURS])}
    chosen = {
        colour: place for place, colour in enumerate(light)
    } | extra  # the palette's are kept as for light
    places = figure.cluster_places.astype(np.uint8)
    for cluster in data.clusters:
        if cluster.colour in chosen:
            places[cluster.id] = chosen[cluster.colour]
    known = np.minimum(data.cluster_ids, len(places) - 1)
    ids = np.concatenate(([0], places + 1)).astype(np.uint8)[known + 1]
    hollow = figure.attached
    shaped = tuple(place % N_SHAPES for place in range(N_COLOURS + len(extra))) if shapes else ()
    return Colouring("cluster", ids, (), (*light, *extra), (*dark, *extra), shaped, hollow)


def by_format(figure: Figure, shapes: bool = False) -> Colouring:
    """Colour points by the format of their document."""
    names = figure.data.formats
    ids = (figure.data.format_ids + 1).astype(np.uint8)
    return _in_turn("format", ids, names, shapes)


def by_label(figure: Figure, tags: Tags | None, shapes: bool = False, unsure_below: float = 0.0) -> Colouring:
    """Colour points by their label, the user's before the tagger's; those without a tag stay grey.

    Tags that are unsure at a threshold, or mixed, are hollow. Of more than eight labels two share a colour, so they
    have shapes whether these are wanted or not, as far as there are shapes.
    """
    ids = np.zeros(len(figure.data.passage_ids), dtype=np.uint8)
    told = tagged(tags, unsure_below)
    if tags is None or told is None:
        return Colouring("label", ids, (), (), ())
    here, rows = _matched(figure, tags.passage_ids)
    ids[rows] = np.minimum(tags.label_ids[here] + 1, 255).astype(np.uint8)
    hollow = np.zeros(len(ids), dtype=np.bool_)
    hollow[rows] = told.states[here] != SURE
    light, dark = palette.label_colours(tags.labels, False), palette.label_colours(tags.labels, True)
    shaped = (
        tuple(shape_of(place) for place in range(len(tags.labels)))
        if shapes or len(tags.labels) > N_COLOURS
        else ()
    )
    return Colouring("label", ids, tags.labels, light, dark, shaped, hollow)


def by_column(figure: Figure, column: MapColumn, shapes: bool = False) -> Colouring:
    """Colour points by what they are in a column; those of which nothing is known stay grey.

    Of categories the first eight have a colour each; with `shapes` it is the first 32, and colours and shapes
    together tell them apart. The others are grey. Numbers and dates lie on a continuous scale.
    """
    here, rows = _matched(figure, column.passage_ids)
    if column.kind != "category":
        values = np.full(len(figure.data.passage_ids), np.nan)
        values[rows] = column.values[here]
        return _on_scale(column.kind, values, scale_of(values, column.kind))
    shown = _shown_names(column, N_COLOURS * N_SHAPES if shapes else N_COLOURS)
    places = np.zeros(len(column.names) + 1, dtype=np.uint8)
    places[:shown] = np.arange(1, shown + 1)
    ids = np.zeros(len(figure.data.passage_ids), dtype=np.uint8)
    ids[rows] = places[column.ids[here]]  # -1 is the last place, which stays 0
    return _in_turn("category", ids, column.names[:shown], shapes)


def by_trust(figure: Figure, trust: MapTrust, which: Literal["false", "missing"]) -> Colouring:
    """Colour points by how many of their neighbours on the map are none by meaning, or by meaning not on the map."""
    here, rows = _matched(figure, trust.passage_ids)
    values = np.full(len(figure.data.passage_ids), np.nan)
    values[rows] = (trust.false if which == "false" else trust.missing)[here]
    return _on_scale(
        which, values, Scale(0.0, 1.0, tuple((place / 4, f"{place * 25} %") for place in range(5)))
    )


def _shown_names(column: MapColumn, most: int) -> int:
    """Return how many names, the commonest first, get a colour: never the rest that is called "other"."""
    return min(len(column.names) - (column.names[-1:] == (OTHER,)), most)


def _in_turn(kind: str, ids: NDArray[np.uint8], names: Sequence[str], shapes: bool) -> Colouring:
    light, dark = palette.in_turn(len(names), False), palette.in_turn(len(names), True)
    shaped = tuple((place + place // N_COLOURS) % N_SHAPES for place in range(len(names))) if shapes else ()
    return Colouring(kind, ids, tuple(names), light, dark, shaped)


def _on_scale(kind: str, values: NDArray[np.float64], scale: Scale) -> Colouring:
    ids = np.zeros(len(values), dtype=np.uint8)
    known = np.isfinite(values)
    ids[known] = 1 + np.rint(scale.places(values[known]) * (STEPS - 1)).astype(np.uint8)
    light, dark = palette.scale_colours(STEPS, False), palette.scale_colours(STEPS, True)
    return Colouring(kind, ids, (), light, dark, scale=scale)


def _matched(figure: Figure, passage_ids: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Return which of rising passage ids are on the map, and the rows of those."""
    known = figure.data.passage_ids
    if not len(known):
        return np.zeros(len(passage_ids), dtype=np.bool_), np.zeros(0, dtype=np.intp)
    rows = np.minimum(np.searchsorted(known, passage_ids), len(known) - 1)
    here = known[rows] == passage_ids
    return here, rows[here]
