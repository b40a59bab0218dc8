"""The outline of a map: which rows there are and what is in them, in which order, and what they say."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from pytestqt.modeltest import ModelTester

from engine.map.records import MapData
from gui.clusters.outline import Entry, Outline, Tally, outline_of, passages_in
from gui.clusters.outline_model import OutlineModel
from gui.clusters.outline_words import spoken, tip
from indexes.records import Branch, Part, Tags
from tests.gui.map_samples import a_map

LABELS = ("negative", "neutral", "positive")


def clusters_of(homes: list[int], each: int = 1, **changes) -> MapData:
    """A map of clusters with `each` passages, the cluster i in the branch homes[i]."""
    ids = np.repeat(np.arange(len(homes)), each)
    data = a_map(
        [(float(one), 0.0) for one in ids], ids.tolist(), [f"name {one}" for one in range(len(homes))]
    )
    clusters = tuple(
        replace(cluster, branch=home) for cluster, home in zip(data.clusters, homes, strict=True)
    )
    return replace(data, clusters=clusters, **changes)


def sample() -> MapData:
    """Passages 10 … 80: cluster 0 in two parts, 1 and 2 in a branch, 3 alone, and one passage of noise."""
    data = a_map(
        [(float(place), 0.0) for place in range(9)],
        [0, 0, 0, 1, 1, 2, 2, 3, -1],
        ["space, orbit", "hockey, team", "baseball, pitcher", "doctor, disease"],
    )
    clusters = tuple(
        replace(cluster, branch=5 if cluster.id in (1, 2) else -1, keywords=tuple(cluster.name.split(", ")))
        for cluster in data.clusters
    )
    return replace(
        data,
        clusters=clusters,
        branches=(Branch(5, -1, 4, (1, 2), ("player", "season"), "Sport"),),
        part_ids=np.array([0, 0, 1, -1, -1, -1, -1, -1, -1], np.int32),
        parts=(Part(0, 0, 2, ("moon",), "moon"), Part(1, 0, 1, ("shuttle",), "shuttle")),
        is_new=np.array([0, 0, 1, 0, 0, 0, 0, 0, 0], np.bool_),
    )


def tags() -> Tags:
    """Passages 10 negative, 30 positive, 40 and 50 positive, 60 negative; the others have none."""
    ids = np.array([10, 30, 40, 50, 60, 999], np.int64)
    labels = np.array([0, 2, 2, 2, 0, 1], np.int32)
    return Tags("sentiment", LABELS, ids, labels, np.zeros((6, 3), np.float32))


def names(outline: Outline) -> list[tuple[str, str, str]]:
    """Kind, name, and the name of what it lies in."""
    return [
        (entry.kind, entry.name, outline.entries[entry.above].name if entry.above >= 0 else "")
        for entry in outline.entries
    ]


def shown(model: OutlineModel, parent: QModelIndex | None = None, depth: int = 0) -> list[str]:
    """The rows of a model from top to bottom, each with a dot for every row it lies in."""
    parent = parent or QModelIndex()
    rows = []
    for number in range(model.rowCount(parent)):
        index = model.index(number, 0, parent)
        rows += ["." * depth + model.data(index), *shown(model, index, depth + 1)]
    return rows


def test_branches_hold_clusters_and_clusters_hold_parts_with_the_noise_last():
    assert names(outline_of(sample())) == [
        ("branch", "Sport", ""),
        ("cluster", "space, orbit", ""),
        ("cluster", "hockey, team", "Sport"),
        ("cluster", "baseball, pitcher", "Sport"),
        ("cluster", "doctor, disease", ""),
        ("part", "moon", "space, orbit"),
        ("part", "shuttle", "space, orbit"),
        ("noise", "Noise", ""),
    ]


def test_sizes_labels_and_new_passages_are_counted_for_every_row():
    outline = outline_of(sample(), tags())
    assert {entry.name: entry.tally for entry in outline.entries} == {
        "Sport": Tally(4, (1, 0, 2)),
        "space, orbit": Tally(3, (1, 0, 1), 1),
        "hockey, team": Tally(2, (0, 0, 2)),
        "baseball, pitcher": Tally(2, (1, 0, 0)),
        "doctor, disease": Tally(1),
        "moon": Tally(2, (1, 0, 0)),
        "shuttle": Tally(1, (0, 0, 1), 1),
        "Noise": Tally(1),
    }


def test_tags_of_all_passages_are_counted_too():
    data = clusters_of([-1, -1], each=2)
    told = Tags("t", LABELS, data.passage_ids, np.array([0, 1, 1, 2], np.int32), np.zeros((4, 3), np.float32))
    assert [entry.tally.labels for entry in outline_of(data, told).entries] == [(1, 1, 0), (0, 1, 1)]


def test_what_the_slider_made_noise_is_in_no_part():
    data = replace(sample(), cluster_ids=np.array([0, -1, 0, 1, 1, 2, 2, 3, -1], np.int32))
    sizes = {entry.name: entry.tally.size for entry in outline_of(data).entries}
    assert (sizes["moon"], sizes["shuttle"], sizes["space, orbit"], sizes["Noise"]) == (1, 1, 2, 2)


def test_a_single_part_is_no_row():
    data = replace(sample(), parts=(Part(0, 0, 2, (), "moon"),))
    assert "part" not in {entry.kind for entry in outline_of(data).entries}


def test_a_branch_of_nearly_everything_or_of_one_cluster_is_no_row():
    nearly_all = clusters_of([0, 0, 0, -1], branches=(Branch(0, -1, 3, (0, 1, 2), name="all but one"),))
    assert {entry.kind for entry in outline_of(nearly_all).entries} == {"cluster"}
    single = clusters_of([0, -1, -1, -1], branches=(Branch(0, -1, 1, (0,), name="one"),))
    assert {entry.kind for entry in outline_of(single).entries} == {"cluster"}


def test_a_branch_that_the_user_named_always_has_a_row():
    branch = Branch(0, -1, 3, (0, 1, 2), name="mine", named_by_user=True)
    entries = outline_of(clusters_of([0, 0, 0, -1], branches=(branch,))).entries
    assert (entries[0].kind, entries[0].clusters) == ("branch", (0, 1, 2))


def test_branches_nest_only_where_there_are_many_clusters():
    branches = (Branch(0, -1, 6, (0, 1, 2, 3, 4, 5), name="outer"), Branch(1, 0, 3, (0, 1, 2), name="inner"))
    few = clusters_of([1, 1, 1, 0, 0, 0, -1, -1], branches=branches)
    assert [entry.name for entry in outline_of(few).entries if entry.kind == "branch"] == ["outer"]
    many = clusters_of([1, 1, 1, 0, 0, 0, *[-1] * 8], branches=branches)
    outline = outline_of(many)
    assert names(outline)[:3] == [
        ("branch", "outer", ""),
        ("branch", "inner", "outer"),
        ("cluster", "name 0", "inner"),
    ]
    assert outline.entries[0].tally.size == 6


def test_branches_nest_once_however_often_the_tree_splits():
    """20 clusters: all but 4 in one branch of 16, in it one of 13, in it one of 8, in it one of 4."""
    sizes = (16, 13, 8, 4)
    branches = tuple(
        Branch(number, number - 1, held, tuple(range(held)), name=f"of {held}")
        for number, held in enumerate(sizes)
    )
    homes = [sum(place < held for held in sizes) - 1 for place in range(20)]
    outline = outline_of(clusters_of(homes, branches=branches))
    found = {entry.name: outline.entries[entry.above].name for entry in outline.entries if entry.above >= 0}
    assert [entry.name for entry in outline.entries if entry.kind == "branch"] == ["of 16", "of 8"]
    assert (found["of 8"], found["name 0"], found["name 7"], found["name 12"]) == (
        "of 16",
        "of 8",
        "of 8",
        "of 16",
    )


def test_the_clusters_of_a_branch_without_a_row_stand_in_the_one_around_it():
    branches = (
        Branch(0, -1, 6, (0, 1, 2, 3, 4, 5), name="outer"),
        Branch(1, 0, 5, (0, 1, 2, 3, 4), name="inner"),
    )
    outline = outline_of(clusters_of([1, 1, 1, 1, 1, 0, *[-1] * 8], branches=branches))
    assert names(outline)[1] == ("cluster", "name 0", "outer")


def test_noise_has_a_row_as_long_as_the_slider_hides_it():
    data = clusters_of([-1, -1])
    assert "noise" not in {entry.kind for entry in outline_of(data).entries}
    slid = replace(data, parameters={"reach": 1.0})
    assert outline_of(slid).entries[-1].tally.size == 0


def test_rows_stand_for_their_passages():
    data = sample()
    by_name = {entry.name: entry for entry in outline_of(data).entries}

    def ids(*wanted: str) -> list[int]:
        return data.passage_ids[passages_in(data, [by_name[name] for name in wanted])].tolist()

    assert ids("Sport") == [40, 50, 60, 70]
    assert ids("shuttle") == [30]
    assert ids("Noise") == [90]
    assert ids("moon", "doctor, disease", "Noise") == [10, 20, 80, 90]


# the model


@pytest.fixture
def model() -> OutlineModel:
    data = sample()
    stabilities = {0: 0.4, 3: 0.9}
    clusters = tuple(replace(one, stability=stabilities.get(one.id)) for one in data.clusters)
    model = OutlineModel()
    model.show(outline_of(replace(data, clusters=clusters), tags()), ("#111111",) * 4)
    return model


def test_the_model_behaves_as_qt_wants(qtmodeltester: ModelTester, model: OutlineModel):
    qtmodeltester.check(model)
    model.filter_by("orbit")
    qtmodeltester.check(model)


def test_the_larger_comes_first_in_each_branch_and_noise_is_last(model: OutlineModel):
    assert shown(model) == [
        "Sport", ".hockey, team", ".baseball, pitcher", "space, orbit", ".moon", ".shuttle", "doctor, disease", "Noise",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("order", "backwards", "expected"),
    [
        ("name", False, ["doctor, disease", "space, orbit", "Sport", "Noise"]),
        ("name", True, ["Sport", "space, orbit", "doctor, disease", "Noise"]),
        ("size", True, ["doctor, disease", "space, orbit", "Sport", "Noise"]),
        ("sentiment", False, ["space, orbit", "Sport", "doctor, disease", "Noise"]),
        ("sentiment", True, ["Sport", "space, orbit", "doctor, disease", "Noise"]),
        ("stability", False, ["doctor, disease", "space, orbit", "Sport", "Noise"]),
        ("new", False, ["space, orbit", "Sport", "doctor, disease", "Noise"]),
    ],
)
def test_rows_are_sorted_and_what_is_unknown_comes_after(
    model: OutlineModel, order: str, backwards: bool, expected: list[str]
):
    model.sort_by(order, backwards)
    assert [row for row in shown(model) if not row.startswith(".")] == expected


def test_sorting_keeps_hold_of_rows(model: OutlineModel):
    held = QPersistentModelIndex(model.index_of(("cluster", 2)))
    assert held.row() == 1
    model.sort_by("name")
    assert (held.row(), held.data()) == (0, "baseball, pitcher")


def test_words_leave_what_matches_with_what_holds_it_and_what_it_holds(model: OutlineModel):
    model.filter_by("HOCK")
    assert shown(model) == ["Sport", ".hockey, team"]
    model.filter_by("season")
    assert shown(model) == ["Sport", ".hockey, team", ".baseball, pitcher"]
    model.filter_by("shutt")
    assert shown(model) == ["space, orbit", ".shuttle"]
    model.filter_by("nothing of this")
    assert shown(model) == []
    model.filter_by(" ")
    assert len(shown(model)) == 8


def test_the_same_rows_with_other_names_and_sizes_stay_in_place(model: OutlineModel):
    resets: list[bool] = []
    model.modelReset.connect(lambda: resets.append(True))
    data = sample()
    moved = replace(
        data,
        cluster_ids=np.array([0, -1, -1, 1, 1, 2, 2, 3, 3], np.int32),
        parameters={"reach": 0.5},
        clusters=(replace(data.clusters[0], name="Space"), *data.clusters[1:]),
    )
    outline = outline_of(moved)
    assert model.is_like(outline)
    model.update(outline, ("#222222",) * 4, sort=False)
    assert shown(model)[3] == "Space"
    model.update(outline, ("#222222",) * 4)
    assert shown(model)[3] == "doctor, disease"
    assert resets == []
    assert not model.is_like(outline_of(clusters_of([-1, -1])))


def test_clusters_and_branches_can_be_renamed_and_nothing_else(qtbot, model: OutlineModel):
    editable = {
        entry.name: bool(model.flags(model.index_of(entry.key)) & Qt.ItemFlag.ItemIsEditable)
        for entry in model.outline.entries
    }
    assert [name for name, can in editable.items() if not can] == ["moon", "shuttle", "Noise"]
    with qtbot.waitSignal(model.rename_asked) as asked:
        model.setData(model.index_of(("branch", 5)), "  Ball   games ")
    assert asked.args == ["branch", 5, "Ball games"]


# words


def test_a_row_says_all_that_its_signs_show(model: OutlineModel):
    said = model.data(model.index_of(("cluster", 0)), Qt.ItemDataRole.AccessibleTextRole)
    assert said == "space, orbit, 3 passages, 2 parts, negative 50 %, positive 50 %, stability 40 %, 1 new"
    said = model.data(model.index_of(("branch", 5)), Qt.ItemDataRole.AccessibleTextRole)
    assert said == "Sport, branch of 2 clusters, 4 passages, negative 33 %, positive 67 %"
    said = model.data(model.index_of(("part", 1)), Qt.ItemDataRole.AccessibleTextRole)
    assert said == "shuttle, part, 1 passage, positive 100 %, 1 new"


def test_a_tool_tip_has_keywords_and_what_the_signs_mean():
    tally = Tally(10, (2, 0, 2), 3)
    entry = Entry("cluster", 0, -1, "Harbour", ("ferry", "tide"), tally, (0,), 0.9)
    assert tip(entry, LABELS).splitlines() == [
        "Harbour",
        "ferry, tide",
        "Tags: negative 50 %, positive 50 % (of 4 tagged)",
        "Highly stable: 90 % of it comes back when the map is made from other passages.",
        "3 passages placed since the map was made",
    ]
    assert tip(Entry("noise", -1, -1, "Noise", (), Tally(1)), ()) == "Passages that belong to no cluster"
    made = Entry("cluster", 0, -1, "ferry, tide", ("ferry", "tide"), Tally(2), (0,))
    assert tip(made, ()) == "ferry, tide"
    assert spoken(made, (), 0) == "ferry, tide, 2 passages"


def test_a_thousand_clusters_in_hundreds_of_branches_are_all_there():
    homes = [number % 300 for number in range(1000)]
    branches = tuple(
        Branch(number, -1, 3, tuple(range(number, 1000, 300)), name=f"branch {number}")
        for number in range(300)
    )
    model = OutlineModel()
    model.show(outline_of(clusters_of(homes, branches=branches)), ())
    assert model.rowCount() == 300
    assert len(shown(model)) == 1300


def test_clusters_of_unknown_branches_stand_at_the_top():
    data = clusters_of([7, -1])
    assert names(outline_of(data)) == [("cluster", "name 0", ""), ("cluster", "name 1", "")]
