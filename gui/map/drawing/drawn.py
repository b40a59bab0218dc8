"""What is drawn of a figure in some colours, the lowest first."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gui import palette
from gui.map.drawing.colouring import Colouring
from gui.map.drawing.figure import Figure
from gui.map.drawing.raster import Layer
from gui.map.drawing.stamps import HALO, RING


def layers_of(figure: Figure, colouring: Colouring, dark: bool) -> list[Layer]:
    """Return noise, smaller and paler; what the user attached to a cluster, hollow; members; rings round new points."""
    table = colouring.table(dark)
    of_clusters = colouring.kind == "cluster"
    if of_clusters and not figure.data.clusters:
        table[0] = palette.rgb((palette.plain_colour(dark),))[0]
    size = 1.0 if of_clusters else 0.75  # colours that lie mixed blend less in smaller discs
    opacity = 0.55 if of_clusters else 0.85
    shapes = np.array((0, *colouring.shapes), dtype=np.uint8) if colouring.shapes else None
    noise = Layer(figure.noise, colouring.ids[figure.noise.rows], table, 0.75 * size, opacity, shapes=shapes)
    members = Layer(figure.members, colouring.ids[figure.members.rows], table, size, shapes=shapes)
    hollow = colouring.hollow
    below = [noise] if of_clusters else _hollow_apart(noise, hollow)
    return [*below, *_hollow_apart(members, hollow), *_rings(figure, size, dark)]


def _hollow_apart(layer: Layer, hollow: NDArray[np.bool_]) -> list[Layer]:
    """Return the layer, or two of it: the hollow points, paler, and over them the others."""
    if not hollow.any():
        return [layer]
    of_tiles = hollow[layer.tiles.rows]
    rings = np.full(len(layer.colours), RING, dtype=np.uint8)
    paler = replace(layer.subset(of_tiles), opacity=0.55, shapes=rings)
    return [paler, layer.subset(~of_tiles)]


def _rings(figure: Figure, size: float, dark: bool) -> list[Layer]:
    """Return the rings round points that were placed since the map was made."""
    if not figure.data.is_new.any():
        return []
    ink, halo = palette.rgb((palette.new_colour(dark),)), np.full(1, HALO, dtype=np.uint8)
    rings = []
    for tiles in (figure.noise, figure.members):
        new = tiles.subset(figure.data.is_new[tiles.rows])
        rings.append(Layer(new, np.zeros(len(new), dtype=np.uint8), ink, 1.55 * size, 0.9, shapes=halo))
    return rings
