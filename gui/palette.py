"""The colours of data: clusters, formats, labels, noise; one set for light grounds, one for dark ones.

The eight cluster colours were searched for so that the two closest of them stay apart for every kind of colour
vision (simulated protanopia, deuteranopia, tritanopia; tests/gui/test_palette.py checks it), and differ in lightness
as well as in hue. Both sets keep roughly the same hue at the same place.
"""

import math
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from engine.map.colours import cluster_places
from engine.map.records import MapData

CLUSTERS_LIGHT = ("#ef7078", "#7e5f1d", "#cab20e", "#549900", "#137295", "#18b7f4", "#4f34b7", "#a058e7")
CLUSTERS_DARK = ("#f4b89c", "#a86001", "#cef035", "#8cac04", "#0c96a3", "#4febfb", "#8a4acd", "#ce8cff")
NOISE_LIGHT, NOISE_DARK = "#a9aeb6", "#636b76"
UNTOLD_LIGHT, UNTOLD_DARK = "#d3d6db", "#464c56"
PLAIN_LIGHT, PLAIN_DARK = "#3d66b8", "#8fb3ff"
"""For points of a map that has no clusters at all."""
LABELS_LIGHT = {"negative": "#c2410c", "neutral": "#8a8577", "positive": "#1d6fb8"}
LABELS_DARK = {"negative": "#ff8f5e", "neutral": "#b3ad9c", "positive": "#5cb3ff"}
NEW_LIGHT, NEW_DARK = "#1f2329", "#e6e8eb"
"""The ring round a point that was placed since the map was made."""
GLOW_LIGHT, GLOW_DARK = "#f59e0b", "#ffd166"
"""The light round a hit."""
TO_CONES = np.array(
    [
        [1.0, 0.3963377774, 0.2158037573],
        [1.0, -0.1055613458, -0.0638541728],
        [1.0, -0.0894841775, -1.2914855480],
    ]
)
"""OKLab to the cube roots of what the eye's three kinds of cones receive."""
TO_LINEAR = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)
"""Those to linear sRGB."""
LIKE_SENTIMENT = {"entailment": "positive", "contradiction": "negative"}
"""What a text means for another has the colours of yes and no."""


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


def new_colour(dark: bool) -> str:
    """Return the colour of the ring round points that are new on the map."""
    return NEW_DARK if dark else NEW_LIGHT


def label_colours(labels: Sequence[str], dark: bool) -> tuple[str, ...]:
    """Return a colour for each label of a tagger: fixed ones for sentiment and its like, else clusters' in turn."""
    known = LABELS_DARK if dark else LABELS_LIGHT
    names = [LIKE_SENTIMENT.get(label.lower(), label.lower()) for label in labels]
    if all(name in known for name in names):
        return tuple(known[name] for name in names)
    return in_turn(len(labels), dark)


def in_turn(number: int, dark: bool) -> tuple[str, ...]:
    """Return so many colours, the far apart ones first; they repeat after eight."""
    colours = cluster_colours(dark)
    return tuple(colours[(4, 0, 3, 6, 2, 5, 1, 7)[place % 8]] for place in range(number))


@cache
def scale_colours(n: int, dark: bool) -> tuple[str, ...]:
    """Return n colours from the least to the most of something, as far apart as each other to the eye.

    The path goes through OKLab (Ottosson 2020, https://bottosson.github.io/posts/oklab/): lightness falls evenly on a
    light ground and rises on a dark one, which every kind of eye sees, while the hue turns from yellow over green and
    blue to violet; more of something always stands out more from the ground.
    """
    turn = np.linspace(0, 1, 2000)
    lightness = 0.47 + 0.49 * turn if dark else 0.90 - 0.57 * turn
    hue = np.radians(295 - 180 * turn) if dark else np.radians(105 + 190 * turn)
    chroma = 0.13 - 0.05 * turn if dark else 0.125 + 0.035 * np.cos(2 * math.pi * turn)
    path = np.stack([lightness, chroma * np.cos(hue), chroma * np.sin(hue)], axis=1)
    fitting = _shown(path)
    along = np.concatenate(([0.0], np.cumsum(np.linalg.norm(np.diff(fitting, axis=0), axis=1))))
    wanted = np.linspace(0, along[-1], n)
    even = np.stack([np.interp(wanted, along, fitting[:, axis]) for axis in range(3)], axis=1)
    numbers = np.rint(255 * _from_oklab(even)).astype(int)
    return tuple(f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in numbers.tolist())


def colours_of_clusters(map_data: MapData, dark: bool) -> tuple[str, ...]:
    """Return the colour of each cluster: the user's, else the palette's; the same for map, outline and reader."""
    colours = cluster_colours(dark)
    chosen = dict(zip(CLUSTERS_LIGHT, colours, strict=True))  # of the palette's, the one for this ground
    places = cluster_places(map_data).tolist()
    return tuple(
        chosen.get(cluster.colour, cluster.colour) or colours[place]
        for cluster, place in zip(map_data.clusters, places, strict=True)
    )


def rgb(colours: Sequence[str]) -> NDArray[np.float32]:
    """Return (n, 3) float32 in [0, 255] of #rrggbb colours."""
    numbers = [[int(colour[start : start + 2], 16) for start in (1, 3, 5)] for colour in colours]
    return np.array(numbers, dtype=np.float32).reshape(-1, 3)


def _shown(path: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return OKLab colours (n, 3), each made as much paler as it takes for a screen to show it."""
    least, most = np.zeros(len(path)), np.ones(len(path))
    for _ in range(20):
        share = (least + most) / 2
        linear = _linear_of(path * np.stack([np.ones(len(path)), share, share], axis=1))
        fits = ((linear >= 0) & (linear <= 1)).all(axis=1)
        least, most = np.where(fits, share, least), np.where(fits, most, share)
    return path * np.stack([np.ones(len(path)), least, least], axis=1)


def _from_oklab(colours: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return sRGB (n, 3) in [0, 1] of OKLab colours."""
    linear = np.clip(_linear_of(colours), 0, 1)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def _linear_of(colours: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return linear sRGB (n, 3) of OKLab colours, outside [0, 1] where a screen cannot show them."""
    cones = (colours @ TO_CONES.T) ** 3
    linear: NDArray[np.float64] = cones @ TO_LINEAR.T
    return linear
