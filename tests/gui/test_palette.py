"""The colours of data can be told apart by everybody, on light and on dark."""

from dataclasses import replace

import numpy as np
import pytest

from engine.map.colours import cluster_places, spread_colours
from gui import palette
from tests.gui.map_samples import a_map

VISION = {
    "full": np.eye(3),
    # Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB
    "no red cones": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "no green cones": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "no blue cones": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
GROUNDS = {False: "#ffffff", True: "#1e2126"}


def linear(colours: tuple[str, ...]) -> np.ndarray:
    values = palette.rgb(colours).astype(float) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def oklab(values: np.ndarray) -> np.ndarray:
    """Ottosson's OKLab, in which distance is about what the eye sees."""
    cones = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    opponents = np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )
    return np.cbrt(np.clip(values, 0, None) @ cones.T) @ opponents.T


def smallest_distance(colours: tuple[str, ...], vision: str) -> float:
    seen = oklab(np.clip(linear(colours) @ VISION[vision].T, 0, 1))
    distances = np.linalg.norm(seen[:, None] - seen[None], axis=-1)
    return float(distances[~np.eye(len(colours), dtype=bool)].min())


def contrast(one: str, other: str) -> float:
    weights = np.array([0.2126, 0.7152, 0.0722])
    high, low = sorted(
        (float(linear((colour,))[0] @ weights) + 0.05 for colour in (one, other)), reverse=True
    )
    return high / low


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(
    ("vision", "least"),
    [("full", 0.15), ("no red cones", 0.1), ("no green cones", 0.1), ("no blue cones", 0.08)],
)
def test_cluster_colours_are_told_apart_by_every_kind_of_eye(dark: bool, vision: str, least: float) -> None:
    assert smallest_distance(palette.cluster_colours(dark), vision) >= least


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("vision", list(VISION))
def test_sentiment_colours_are_told_apart_by_every_kind_of_eye(dark: bool, vision: str) -> None:
    colours = palette.label_colours(("negative", "neutral", "positive"), dark)
    assert smallest_distance((*colours, palette.untold_colour(dark)), vision) >= 0.08


@pytest.mark.parametrize("dark", [False, True])
def test_colours_stand_out_from_the_ground_and_noise_less_so(dark: bool) -> None:
    ground = GROUNDS[dark]
    strong = [*palette.cluster_colours(dark), *palette.label_colours(("negative", "positive"), dark)]
    assert min(contrast(colour, ground) for colour in strong) >= 2
    assert (
        1.4 < contrast(palette.untold_colour(dark), ground) < contrast(palette.noise_colour(dark), ground) < 4
    )


def test_neighbouring_clusters_have_different_colours() -> None:
    random = np.random.default_rng(5)
    centres = random.uniform(0, 10, (60, 2))
    chosen = spread_colours(centres, 8)
    distances = np.hypot(*(centres[:, None] - centres[None]).transpose(2, 0, 1))
    np.fill_diagonal(distances, np.inf)
    assert set(chosen[:8].tolist()) == set(range(8))
    assert np.mean(chosen == chosen[distances.argmin(axis=1)]) < 0.02


def test_clusters_keep_their_colour_when_renamed() -> None:
    xy = [(0, 0), (0, 1), (5, 5), (5, 6), (9, 9)]
    before = cluster_places(a_map(xy, [0, 0, 1, 1, -1], ["one", "two"]))
    after = cluster_places(a_map(xy, [0, 0, 1, 1, -1], ["one", "renamed"]))
    assert before.tolist() == after.tolist()
    assert before[0] != before[1]


def test_what_follows_and_what_contradicts_have_the_colours_of_yes_and_no():
    pair = palette.label_colours(("entailment", "neutral", "contradiction"), False)
    assert pair == palette.label_colours(("positive", "neutral", "negative"), False)


def test_labels_of_other_taggers_get_colours_in_turn() -> None:
    colours = palette.label_colours(("sport", "politics", "negative"), False)
    assert len(set(colours)) == 3
    assert len(palette.in_turn(11, True)) == 11


def test_colours_become_numbers() -> None:
    assert palette.rgb(("#ff0080", "#00010a")).tolist() == [[255, 0, 128], [0, 1, 10]]
    assert palette.rgb(()).shape == (0, 3)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("vision", list(VISION))
def test_a_scale_rises_evenly_for_every_kind_of_eye(dark: bool, vision: str) -> None:
    seen = oklab(np.clip(linear(palette.scale_colours(17, dark)) @ VISION[vision].T, 0, 1))
    steps = np.linalg.norm(np.diff(seen, axis=0), axis=1)
    if vision == "full":
        assert steps.max() < 1.2 * steps.min()
    assert steps.max() < 2.5 * steps.min()
    lightness = np.diff(seen[:, 0])
    assert (lightness > 0).all() if dark else (lightness < 0).all()


@pytest.mark.parametrize("dark", [False, True])
def test_more_stands_out_more_from_the_ground(dark: bool) -> None:
    contrasts = [contrast(colour, GROUNDS[dark]) for colour in palette.scale_colours(9, dark)]
    assert contrasts == sorted(contrasts)
    assert contrasts[0] > 1.3
    assert contrasts[-1] > 7


def test_the_users_colours_stand_beside_those_of_the_palette() -> None:
    data = a_map([(0, 0), (0, 1), (5, 5)], [0, 0, 1], ["one", "two"])
    one, two = data.clusters
    coloured = replace(data, clusters=(one, replace(two, colour="#0a0b0c")))
    assert palette.colours_of_clusters(coloured, False)[1] == "#0a0b0c"
    assert palette.colours_of_clusters(coloured, True)[0] == palette.colours_of_clusters(data, True)[0]
