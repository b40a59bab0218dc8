"""The colours of data: clusters, formats, labels, noise; one set for light grounds, one for dark ones.

The eight cluster colours were searched for so that the two closest of them stay apart for every kind of colour
vision (simulated protanopia, deuteranopia, tritanopia; tests/gui/test_palette.py checks it), and differ in lightness
as well as in hue. Both sets keep roughly the same hue at the same place.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.map.records import MapData

CLUSTERS_LIGHT = ("#ef7078", "#7e5f1d", "#cab20e", "#549900", "#137295", "#18b7f4", "#4f34b7", "#a058e7")
CLUSTERS_DARK = ("#f4b89c", "#a86001", "#cef035", "#8cac04", "#0c96a3", "#4febfb", "#8a4acd", "#ce8cff")
NOISE_LIGHT, NOISE_DARK = "#a9aeb6", "#636b76"
UNTOLD_LIGHT, UNTOLD_DARK = "#d3d6db", "#464c56"
PLAIN_LIGHT, PLAIN_DARK = "#3d66b8", "#8fb3ff"
"""For points of a map that has no clusters at all."""
LABELS_LIGHT = {"negative": "#c2410c", "neutral": "#8a8577", "positive": "#1d6fb8"}
LABELS_DARK = {"negative": "#ff8f5e", "neutral": "#b3ad9c", "positive": "#5cb3ff"}
GLOW_LIGHT, GLOW_DARK = "#f59e0b", "#ffd166"
"""The light round a hit."""


def cluster_colours(dark: bool) -> tuple[str, ...]:
    """Return the colours that clusters share, as #rrggbb."""
    return CLUSTERS_DARK if dark else CLUSTERS_LIGHT


def noise_colour(dark: bool) -> str:
    """Return the colour of passages that belong to no cluster."""
    return NOISE_DARK if dark else NOISE_LIGHT


def untold_colour(dark: bool) -> str:
    """Return the colour of points of which nothing is known, paler than any that means something."""
    return UNTOLD_DARK if dark else UNTOLD_LIGHT


def plain_colour(dark: bool) -> str:
    """Return the colour of points on a map without clusters."""
    return PLAIN_DARK if dark else PLAIN_LIGHT


def glow_colour(dark: bool) -> str:
    """Return the colour in which hits light up."""
    return GLOW_DARK if dark else GLOW_LIGHT


def label_colours(labels: Sequence[str], dark: bool) -> tuple[str, ...]:
    """Return a colour for each label of a tagger: fixed ones for sentiment, else those of clusters in turn."""
    known = LABELS_DARK if dark else LABELS_LIGHT
    if all(label.lower() in known for label in labels):
        return tuple(known[label.lower()] for label in labels)
    return in_turn(len(labels), dark)


def in_turn(number: int, dark: bool) -> tuple[str, ...]:
    """Return so many colours, the far apart ones first; they repeat after eight."""
    colours = cluster_colours(dark)
    return tuple(colours[(4, 0, 3, 6, 2, 5, 1, 7)[place % 8]] for place in range(number))


def cluster_places(map_data: MapData) -> NDArray[np.uint8]:
    """Return (n_clusters,) which of the cluster colours each cluster has; the same for map and list.

    Larger clusters choose first, each the colour whose nearest cluster is farthest away, so neighbours differ.
    """
    n_clusters = len(map_data.clusters)
    members = map_data.cluster_ids[map_data.cluster_ids >= 0]
    centres = np.zeros((n_clusters, 2))
    if len(members):
        sizes = np.bincount(members, minlength=n_clusters)
        for axis in (0, 1):
            sums = np.bincount(members, map_data.xy[map_data.cluster_ids >= 0, axis], minlength=n_clusters)
            centres[:, axis] = (sums / np.maximum(sizes, 1))[:n_clusters]
    return spread_colours(centres, len(CLUSTERS_LIGHT))


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


def rgb(colours: Sequence[str]) -> NDArray[np.float32]:
    """Return (n, 3) float32 in [0, 255] of #rrggbb colours."""
    numbers = [[int(colour[start : start + 2], 16) for start in (1, 3, 5)] for colour in colours]
    return np.array(numbers, dtype=np.float32).reshape(-1, 3)
