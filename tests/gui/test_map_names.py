"""Names by zoom: branches from afar, clusters, parts from near; never over one another, never cut by the window."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPainter

from gui.map.drawing.figure import Figure
from gui.map.drawing.labels import Box, choose_names, lines_of, pushed_inside
from gui.map.drawing.names import BORDER, BRANCH, CLUSTER, PART, Name, Names
from gui.theme import LIGHT
from indexes.records import Branch, Part
from tests.gui.map_samples import a_map

RANDOM = np.random.default_rng(23)
WIDTH, HEIGHT = 900, 600
pytestmark = pytest.mark.usefixtures("qapp")


def towns(names: list[str] | None = None) -> Figure:
    """Four towns far apart, each a branch of six clusters; the first cluster has two parts."""
    centres = [
        (40 * town_x + 6 * (place % 3), 30 * town_y + 6 * (place // 3))
        for town_x, town_y in ((0, 0), (1, 0), (0, 1), (1, 1))
        for place in range(6)
    ]
    ids = np.repeat(np.arange(24), 60)
    xy = np.array(centres)[ids] + RANDOM.normal(0, 0.5, (len(ids), 2))
    parts = np.where(ids == 0, (xy[:, 0] > 0).astype(int), -1).astype(np.int32)
    data = a_map(
        xy.tolist(),
        ids.tolist(),
        names or [f"cluster number {number}" for number in range(24)],
        part_ids=parts,
        parts=(Part(0, 0, 30, (), "west end"), Part(1, 0, 30, (), "east end")),
        branches=tuple(
            Branch(town, -1, 360, tuple(range(6 * town, 6 * town + 6)), (), f"town {town}")
            for town in range(4)
        ),
    )
    return Figure.of(data)


def names_at(
    figure: Figure, closer: float, x: float | None = None, y: float | None = None
) -> list[tuple[Name, Box]]:
    fitted = figure.fitted(WIDTH, HEIGHT)
    view = replace(fitted, scale=fitted.scale * closer)
    if x is not None and y is not None:
        view = replace(view, x=x, y=y)
    names = Names(figure, QFont(), LIGHT, 1.0)
    names.place(view, fitted.scale)
    return names.boxes(view)


def apart(one: Box, other: Box) -> bool:
    return one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def test_branches_are_named_from_afar_clusters_and_parts_from_near() -> None:
    figure = towns()
    far = {name.level for name, _ in names_at(figure, 0.3)}
    near = {name.level for name, _ in names_at(figure, 4, 6, 3)}
    nearest = {name.text for name, _ in names_at(figure, 40, 0, 0)}
    assert far == {BRANCH}
    assert near == {CLUSTER}
    assert nearest == {"cluster number 0", "west end", "east end"}


def test_a_branch_and_what_it_holds_are_never_named_together() -> None:
    figure = towns()
    for closer in (0.3, 0.4, 0.5, 0.7, 1, 1.3):
        shown = [name for name, _ in names_at(figure, closer)]
        open_towns = {name.id // 6 for name in shown if name.level == CLUSTER}
        assert not open_towns & {name.id for name in shown if name.level == BRANCH}
        assert shown


def test_names_lie_whole_in_the_window_and_apart() -> None:
    figure = towns([f"a rather long name, number {number}, for a cluster" for number in range(24)])
    for _ in range(40):
        x, y = RANDOM.uniform(-10, 60), RANDOM.uniform(-10, 50)
        boxes = [box for _, box in names_at(figure, float(RANDOM.uniform(0.4, 12)), x, y)]
        for left, top, right, bottom in boxes:
            assert BORDER - 1e-6 <= left < right <= WIDTH - BORDER + 1e-6
            assert BORDER - 1e-6 <= top < bottom <= HEIGHT - BORDER + 1e-6
        assert all(apart(one, other) for one, other in combinations(boxes, 2))


def test_a_branch_of_which_one_cluster_is_seen_gives_way_to_its_name() -> None:
    figure = towns()
    fitted = figure.fitted(WIDTH, HEIGHT)
    names = Names(figure, QFont(), LIGHT, 1.0)
    far = replace(fitted, scale=fitted.scale * 0.4)
    names.place(far, fitted.scale)
    corner = replace(far, width=40.0, height=40.0, x=-10 / far.scale, y=-10 / far.scale)
    assert [(name.level, name.id) for name, _ in names.boxes(corner)] == [(CLUSTER, 0)]


def test_what_is_not_in_the_window_is_not_named() -> None:
    assert names_at(towns(), 4, 1000, 1000) == []


def test_each_level_has_its_own_weight() -> None:
    names = Names(towns(), QFont(), LIGHT, 1.0)
    branch, cluster, part = (names.font_of(Name(level, 0, "x", 60)) for level in (BRANCH, CLUSTER, PART))
    assert branch.weight() > cluster.weight() > part.weight()
    assert branch.pointSizeF() > cluster.pointSizeF() > part.pointSizeF()


def test_a_map_of_branches_without_parts_or_places_is_no_trouble() -> None:
    data = towns().data
    bare = replace(data, part_ids=np.zeros(0, np.int32), xy=np.full_like(data.xy, np.nan))
    assert names_at(Figure.of(bare), 30) == []


def test_texts_of_a_drawing_stand_in_their_boxes() -> None:
    figure = towns()
    fitted = figure.fitted(WIDTH, HEIGHT)
    names = Names(figure, QFont(), LIGHT, 1.0)
    names.place(fitted, fitted.scale)
    texts, boxes = names.texts(fitted), names.boxes(fitted)
    assert [" ".join(line for _, _, line in text.lines) for text in texts] == [name.text for name, _ in boxes]
    for text, (_, (left, top, right, bottom)) in zip(texts, boxes, strict=True):
        for x, y, line in text.lines:
            half = QFontMetricsF(text.font).horizontalAdvance(line) / 2
            assert left <= x - half
            assert x + half <= right
            assert top < y < bottom


def test_a_single_name_below_always_stands_for_its_branch() -> None:
    assert choose_names([9], {9: [3]}, [1] * 10, lambda numbers: [None] * len(numbers)) == [3]


def test_a_branch_opens_when_most_of_it_finds_room() -> None:
    def room_for(most: int):
        return lambda numbers: [
            (0.0, 0.0, 1.0, 1.0) if place < most else None for place in range(len(numbers))
        ]

    sizes = [50, 40, 30, 20, 10, 150]
    assert choose_names([5], {5: [0, 1, 2, 3, 4]}, sizes, room_for(3)) == [0, 1, 2, 3, 4]
    assert choose_names([5], {5: [0, 1, 2, 3, 4]}, sizes, room_for(2)) == [5]


def test_branches_open_one_below_the_other() -> None:
    below = {4: [2, 5], 5: [0, 1]}
    sizes = [50, 40, 30, 0, 120, 90]
    everywhere = choose_names([4], below, sizes, lambda numbers: [(0.0, 0.0, 1.0, 1.0)] * len(numbers))
    assert everywhere == [0, 1, 2]
    tight = choose_names(
        [4], below, sizes, lambda numbers: [(0.0, 0.0, 1.0, 1.0)] * 2 + [None] * (len(numbers) - 2)
    )
    assert tight == [0, 1, 2]


def test_a_name_at_the_border_is_pushed_inside() -> None:
    assert pushed_inside((-20, 10, 30, 30), 100, 100, 5) == (5, 10, 55, 30)
    assert pushed_inside((80, 90, 120, 110), 100, 100, 5) == (55, 75, 95, 95)
    assert pushed_inside((20, 20, 60, 40), 100, 100, 5) == (20, 20, 60, 40)


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("space, orbit", ["space, orbit"]),
        ("encryption, clipper, key", ["encryption,", "clipper, key"]),
        ("数据库系统与查询优化方法", ["数据库系统与", "查询优化方法"]),
        ("经济 市场", ["经济 市场"]),
        ("Donaudampfschifffahrtsgesellschaft", ["Donaudampfschifffahrtsg…"]),
        (
            "a long name with rather many words that a user typed by hand, on and on",
            ["a long name with rather", "many words that a…"],
        ),
        ("", [""]),
    ],
)
def test_names_are_written_on_two_lines_and_cut_when_too_long(name: str, lines: list[str]) -> None:
    assert lines_of(name) == lines


def test_a_frame_draws_a_few_new_names_and_the_next_frames_the_others() -> None:
    figure = towns()
    fitted = figure.fitted(WIDTH, HEIGHT)
    names = Names(figure, QFont(), LIGHT, 1.0)
    names.place(fitted, fitted.scale)
    in_window = len(names.boxes(fitted))
    assert in_window > 10
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(image)
    whole = [names.paint(painter, fitted, most_new=in_window // 2 + 1) for _ in range(2)]
    painter.end()
    assert whole == [False, True]
