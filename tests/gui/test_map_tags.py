"""The map coloured by labels: the user's own, unsure ones hollow, many of them, several at once, none at all."""

from dataclasses import replace

import numpy as np

from gui.map.drawing.colouring import by_label
from gui.map.drawing.drawn import layers_of
from gui.map.drawing.figure import Figure
from gui.map.drawing.stamps import RING
from indexes.records import Tags
from tests.gui import fakes

LABELS = fakes.LABELS


def figure() -> Figure:
    return Figure.of(fakes.map_data(60))


def tags(labels: tuple[str, ...] = LABELS, n: int = 50) -> Tags:
    """The first passages tagged, each with the next label, the fifth of them unsurely."""
    ids = (np.arange(n) % len(labels)).astype(np.int32)
    probabilities = np.full((n, len(labels)), 0.001, np.float32)
    probabilities[np.arange(n), ids] = 0.9
    probabilities[4], probabilities[4, ids[4]] = 0.2, 0.45
    return Tags("t", labels, np.arange(1, n + 1), ids, probabilities)


def test_unsure_tags_are_hollow_and_untagged_points_grey():
    data = figure()
    colouring = by_label(data, tags(), unsure_below=0.5)
    rows = data.rows_of(range(1, 61))
    assert colouring.hollow[rows].nonzero()[0].tolist() == [4]
    assert colouring.ids[rows].tolist() == [1 + place % 3 for place in range(50)] + [0] * 10
    assert not by_label(data, tags(), unsure_below=0.3).hollow.any()


def test_a_label_that_the_user_gave_is_never_hollow():
    given = np.full((50, 3), -1, np.int8)
    given[4] = (1, 0, 0)
    own = replace(tags(), given=given, label_ids=np.zeros(50, np.int32))
    colouring = by_label(figure(), own, unsure_below=0.5)
    assert not colouring.hollow.any()


def test_thirty_labels_differ_in_colour_or_shape():
    labels = tuple(f"label {number}" for number in range(30))
    colouring = by_label(figure(), tags(labels))
    assert len(set(zip(colouring.light, colouring.shapes, strict=True))) == 30
    assert by_label(figure(), tags()).shapes == ()


def test_of_several_labels_a_point_has_the_likeliest():
    several = replace(tags(), multi_label=True)
    data = figure()
    assert by_label(data, several).ids[data.rows_of([1, 2, 3])].tolist() == [1, 2, 3]


def test_hollow_points_are_drawn_as_paler_rings_and_none_is_lost():
    data = figure()
    colouring = by_label(data, tags(), unsure_below=0.95)
    layers = layers_of(data, colouring, dark=False)
    rings = [layer for layer in layers if layer.shapes is not None and (layer.shapes == RING).all()]
    assert sum(len(layer.colour_ids) for layer in rings) == 50
    assert sum(len(layer.colour_ids) for layer in layers) == 60
    assert all(layer.opacity < 0.85 for layer in rings)


def test_the_legend_says_what_hollow_means_and_selects_it(window):
    window.map_panel.tools.colouring.choose("label")
    entries = window.map_panel.legend.entries
    names = [entry.text() for entry in entries]
    assert names == ["Negative", "Neutral", "Positive", "Not tagged", "Unsure or mixed"]
    entries[4].click()
    assert window.session.selection == {2}
