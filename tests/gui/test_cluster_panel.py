"""The outline beside the map: what it selects, points at and asks of the engine; its rows are in test_outline.py."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from engine.map.records import MapData
from gui.clusters.colour_popover import ColourPopover
from gui.clusters.outline import Entry
from gui.clusters.outline_model import COLOUR_ROLE
from gui.clusters.panel import ClusterPanel
from gui.clusters.sizes_dialog import SizesDialog
from gui.palette import CLUSTERS_LIGHT
from gui.session import Session
from gui.tables import RECORD_ROLE
from gui.theme import DARK, palette_of, tones
from indexes.records import Branch, Part, Tags
from tests.gui.map_samples import FakeLink as QuietLink
from tests.gui.map_samples import a_corpus, a_map

PLACES = [(0.0, 0.0), (0.0, 1.0), (0.0, 2.0), (5.0, 5.0), (5.0, 6.0), (9.0, 9.0)]
CLUSTERS = [0, 0, 0, 1, 1, -1]


class FakeLink(QuietLink):
    """One that can say what went wrong."""

    failed = Signal(str)


def the_map() -> MapData:
    return a_map(PLACES, CLUSTERS, ["space, orbit", "hockey, team"])


@pytest.fixture
def session(qtbot: QtBot) -> Session:
    session = Session()
    session.set_corpus(a_corpus())
    return session


@pytest.fixture
def link(qtbot: QtBot) -> FakeLink:
    return FakeLink()


@pytest.fixture
def panel(qtbot: QtBot, link: FakeLink, session: Session) -> ClusterPanel:
    panel = ClusterPanel(link, session)
    qtbot.addWidget(panel)
    panel.resize(280, 400)
    panel.show()
    panel.activateWindow()
    session.set_map(the_map())
    return panel


def row(panel: ClusterPanel, number: int) -> QModelIndex:
    return panel.list.model().index(number, 0)


def said(panel: ClusterPanel) -> list[str]:
    model = panel.list.model()
    return [
        model.index(number, 0).data(Qt.ItemDataRole.AccessibleTextRole) for number in range(model.rowCount())
    ]


def test_clusters_are_listed_by_size_with_noise_last(panel: ClusterPanel) -> None:
    assert said(panel) == ["space, orbit, 3 passages", "hockey, team, 2 passages", "Noise, 1 passage"]
    assert panel.filter.isHidden()


def test_a_double_click_selects_the_passages_of_a_cluster(panel: ClusterPanel, session: Session) -> None:
    at = panel.list.visualRect(row(panel, 1)).center()
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    assert session.selection == frozenset()
    QTest.mouseDClick(panel.list.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    assert session.selection == {40, 50}
    assert session.selection_origin == "cluster hockey, team"


def test_enter_selects_several_clusters_at_once(panel: ClusterPanel, session: Session) -> None:
    panel.list.setCurrentIndex(row(panel, 1))
    QTest.keyClick(panel.list, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(panel.list, Qt.Key.Key_Return)
    assert session.selection == {40, 50, 60}
    assert session.selection_origin == "2 clusters"


def test_noise_can_be_selected_but_not_renamed(panel: ClusterPanel, session: Session, link: FakeLink) -> None:
    panel.list.setCurrentIndex(row(panel, 2))
    QTest.keyClick(panel.list, Qt.Key.Key_F2)
    assert panel.list.findChild(QLineEdit) is None
    QTest.keyClick(panel.list, Qt.Key.Key_Return)
    assert session.selection == {60}
    assert session.selection_origin == "noise"


def test_f2_renames_through_the_engine(panel: ClusterPanel, session: Session, link: FakeLink) -> None:
    panel.list.setCurrentIndex(row(panel, 1))
    QTest.keyClick(panel.list, Qt.Key.Key_F2)
    line = panel.list.findChild(QLineEdit)
    assert line.text() == "hockey, team"
    line.selectAll()
    QTest.keyClicks(line, "Winter sports")
    QTest.keyClick(line, Qt.Key.Key_Return)
    QApplication.processEvents()
    method, arguments, _ = link.calls[-1]
    assert (method, arguments) == ("rename_cluster", ("Letters", 1, "Winter sports"))
    assert said(panel)[1] == "hockey, team, 2 passages"  # the catalogue decides
    before = session.map
    assert before is not None
    link.answer((before.clusters[0], replace(before.clusters[1], name="Winter sports", named_by_user=True)))
    assert said(panel)[1] == "Winter sports, 2 passages"
    assert panel.list.currentIndex().row() == 1
    assert session.map is not None
    assert session.map.xy is before.xy


def test_an_empty_or_equal_name_asks_for_nothing(panel: ClusterPanel, link: FakeLink) -> None:
    assert not panel.model.setData(panel.model.index(0, 0), "   ")
    assert panel.model.setData(panel.model.index(0, 0), "space, orbit")
    assert link.calls == []


def test_an_empty_name_brings_the_automatic_one_back(
    panel: ClusterPanel, session: Session, link: FakeLink
) -> None:
    data = the_map()
    named = replace(data.clusters[0], name="Mine", named_by_user=True)
    session.set_map(replace(data, clusters=(named, data.clusters[1])))
    assert panel.model.setData(panel.model.index(0, 0), " ")
    assert link.calls[-1][:2] == ("rename_cluster", ("Letters", 0, ""))


def test_many_clusters_can_be_filtered(panel: ClusterPanel, session: Session) -> None:
    names = [f"letters {number}" for number in range(14)] + ["Ice hockey"]
    session.set_map(a_map([(float(number), 0.0) for number in range(15)], list(range(15)), names))
    assert panel.filter.isVisible()
    QTest.keyClicks(panel.filter, "hock")
    assert said(panel) == ["Ice hockey, 1 passage"]
    QTest.keyClick(panel.filter, Qt.Key.Key_Return)
    assert panel.list.hasFocus()
    panel.filter.setText("nothing like this")
    assert said(panel) == []
    panel.list.grab()
    session.set_map(the_map())
    assert len(said(panel)) == 3


def test_the_filter_takes_the_place_of_the_title_where_there_is_little_room(
    panel: ClusterPanel, session: Session
) -> None:
    assert panel.title.isVisible()
    session.set_map(
        a_map([(float(number), 0.0) for number in range(12)], list(range(12)), list("abcdefghijkl"))
    )
    assert not panel.title.isVisible()
    panel.resize(500, 300)
    assert panel.title.isVisible()
    assert panel.filter.isVisible()


def test_show_on_the_map_names_the_cluster(panel: ClusterPanel, qtbot: QtBot) -> None:
    panel.list.setCurrentIndex(row(panel, 1))
    with qtbot.waitSignal(panel.show_asked) as shown:
        panel.menu.show_there.trigger()
    assert shown.args == [1]


def test_without_a_map_or_clusters_the_panel_says_so(panel: ClusterPanel, session: Session) -> None:
    session.set_map(a_map(PLACES, note="Too few passages for clusters."))
    assert panel.state is panel.empty
    assert panel.empty.text.text() == "Too few passages for clusters."
    session.set_map(None)
    assert panel.empty.text.text() == "They appear here when the map is made."


def test_rows_are_drawn_in_the_colours_of_the_map(panel: ClusterPanel) -> None:
    QApplication.processEvents()
    picture = panel.list.viewport().grab().toImage()
    chips = [
        picture.pixelColor(21, panel.list.visualRect(row(panel, number)).center().y()) for number in range(3)
    ]
    assert len({chip.name() for chip in chips}) == 3
    assert all(chip.name() != picture.pixelColor(4, 4).name() for chip in chips)


def test_two_chosen_clusters_are_a_pair_but_not_with_the_noise(panel: ClusterPanel, qtbot: QtBot) -> None:
    model = panel.list.selectionModel()
    select = model.SelectionFlag.Select
    panel.list.setCurrentIndex(row(panel, 0))
    assert panel.pair == ()
    with qtbot.waitSignal(panel.chosen_changed):
        model.select(row(panel, 1), select)
    assert [cluster.id for cluster in panel.pair] == [0, 1]
    model.select(row(panel, 2), select)
    assert panel.pair == ()
    model.select(row(panel, 1), model.SelectionFlag.Deselect)
    assert panel.pair == ()


# the tree


def nested_map(**changes: Any) -> MapData:
    """Cluster 0 of two parts alone, clusters 1 and 2 in the branch “Sport”, 3 alone, and noise."""
    data = a_map(
        [(float(place), float(place % 3)) for place in range(9)],
        [0, 0, 0, 1, 1, 2, 2, 3, -1],
        ["space, orbit", "hockey, team", "baseball, pitcher", "doctor, disease"],
    )
    homes, exemplars = (-1, 5, 5, -1), ((20, 10), (40,), (), ())
    clusters = tuple(
        replace(cluster, branch=home, exemplars=typical)
        for cluster, home, typical in zip(data.clusters, homes, exemplars, strict=True)
    )
    facts: dict[str, Any] = {
        "clusters": clusters,
        "branches": (Branch(5, -1, 4, (1, 2), (), "Sport"),),
        "parts": (Part(0, 0, 2, (), "moon"), Part(1, 0, 1, (), "shuttle")),
        "part_ids": np.array([0, 0, 1, -1, -1, -1, -1, -1, -1], np.int32),
        "nearest_ids": np.array([0, 0, 0, 1, 1, 2, 2, 3, 3], np.int32),
        "nearness": np.array([1, 1, 1, 1, 1, 1, 1, 1, 0.5], np.float32),
        "strengths": np.array([1, 1, 0.3, 1, 1, 1, 1, 1, 0], np.float32),
    }
    return replace(data, **{**facts, **changes})


@pytest.fixture
def tree(panel: ClusterPanel, session: Session) -> ClusterPanel:
    """The panel over the nested map, with cluster 0 unfolded."""
    session.set_map(nested_map())
    panel.list.expand(panel.model.index_of(("cluster", 0)))
    return panel


def visible(panel: ClusterPanel) -> list[str]:
    """The names of the rows on show, from top to bottom."""
    index, found = panel.model.index(0, 0), []
    while index.isValid():
        found.append(index.data())
        index = panel.list.indexBelow(index)
    return found


def choose(panel: ClusterPanel, *keys: tuple[str, int]) -> None:
    panel.list.clearSelection()
    for key in keys:
        model = panel.list.selectionModel()
        model.setCurrentIndex(panel.model.index_of(key), model.SelectionFlag.Select)


def asked(link: FakeLink, method: str) -> list[tuple[Any, ...]]:
    jobs = [(job.request.method, job.request.args) for job in link.jobs]
    return [args for name, args in [*((one[0], one[1]) for one in link.calls), *jobs] if name == method]


def test_branches_stand_open_and_clusters_folded_at_first(panel: ClusterPanel, session: Session) -> None:
    session.set_map(nested_map())
    assert visible(panel) == [
        "Sport", "hockey, team", "baseball, pitcher", "space, orbit", "doctor, disease", "Noise",
    ]  # fmt: skip


def test_left_and_right_fold(tree: ClusterPanel) -> None:
    choose(tree, ("cluster", 0))
    QTest.keyClick(tree.list, Qt.Key.Key_Left)
    assert "moon" not in visible(tree)
    QTest.keyClick(tree.list, Qt.Key.Key_Right)
    assert "moon" in visible(tree)


def test_enter_on_branches_and_parts_selects_their_passages(tree: ClusterPanel, session: Session) -> None:
    choose(tree, ("branch", 5))
    QTest.keyClick(tree.list, Qt.Key.Key_Return)
    assert session.selection == {40, 50, 60, 70}
    assert session.selection_origin == "branch Sport"
    choose(tree, ("part", 1))
    QTest.keyClick(tree.list, Qt.Key.Key_Return)
    assert (session.selection, session.selection_origin) == ({30}, "part shuttle")


def test_typing_goes_to_a_row_and_delete_does_nothing(tree: ClusterPanel, link: FakeLink) -> None:
    tree.list.setFocus()
    choose(tree, ("branch", 5))
    QTest.keyClick(tree.list, Qt.Key.Key_Delete)
    assert link.calls == []
    QTest.keyClicks(tree.list, "doc")
    assert tree.list.currentIndex().data() == "doctor, disease"


def test_a_branch_is_renamed_through_the_engine(tree: ClusterPanel, session: Session, link: FakeLink) -> None:
    tree.model.setData(tree.model.index_of(("branch", 5)), "Ball games")
    assert link.calls[-1][:2] == ("rename_branch", ("Letters", 5, "Ball games"))
    link.answer((Branch(5, -1, 4, (1, 2), (), "Ball games", True),))
    assert visible(tree)[0] == "Ball games"
    assert "moon" in visible(tree)


def test_what_is_unfolded_and_chosen_stays_when_words_come_and_go(tree: ClusterPanel) -> None:
    choose(tree, ("cluster", 1))
    before = visible(tree)
    tree.filter.setText("hock")
    assert visible(tree) == ["Sport", "hockey, team"]
    assert [entry.key for entry in tree.chosen()] == [("cluster", 1)]
    tree.filter.setText("")
    assert visible(tree) == before
    assert tree.list.currentIndex().data() == "hockey, team"


def test_unfolded_rows_stay_so_when_clusters_are_found_anew(tree: ClusterPanel, session: Session) -> None:
    tree.list.collapse(tree.model.index_of(("branch", 5)))
    data = nested_map()
    session.set_map(
        replace(data, branches=(replace(data.branches[0], id=5),), parts=(*data.parts, Part(2, 3, 1)))
    )
    assert visible(tree) == ["Sport", "space, orbit", "moon", "shuttle", "doctor, disease", "Noise"]


def test_sorting_again_by_the_same_turns_it_round(tree: ClusterPanel) -> None:
    assert tree.orders.text() == "Size ▾"
    tree.orders.by_order["name"].trigger()
    assert [name for name in visible(tree) if "," not in name] == ["moon", "shuttle", "Sport", "Noise"]
    assert visible(tree)[0] == "doctor, disease"
    tree.orders.by_order["name"].trigger()
    assert visible(tree)[0] == "Sport"
    assert tree.orders.accessibleName() == "Sort by: Name, turned round"
    assert tree.orders.by_order["name"].isChecked()


# pointing


def test_the_row_under_the_hand_is_pointed_at_on_the_map(tree: ClusterPanel, session: Session) -> None:
    for key, cluster in ((("cluster", 2), 2), (("part", 1), 0), (("branch", 5), -1), (("noise", -1), -1)):
        at = tree.list.visualRect(tree.model.index_of(key)).center()
        QTest.mouseMove(tree.list.viewport(), at)
        assert session.hovered_cluster == cluster, key
    QTest.mouseMove(tree.list.viewport(), tree.list.visualRect(tree.model.index_of(("cluster", 3))).center())
    QApplication.sendEvent(tree.list, QEvent(QEvent.Type.Leave))
    assert session.hovered_cluster == -1


def test_the_keyboard_points_too_until_the_list_is_left(tree: ClusterPanel, session: Session) -> None:
    tree.list.setFocus()
    choose(tree, ("branch", 5))
    QTest.keyClick(tree.list, Qt.Key.Key_Down)
    assert session.hovered_cluster == 1
    tree.list.clearFocus()
    assert session.hovered_cluster == -1


def test_the_cluster_that_the_map_points_at_is_marked(tree: ClusterPanel, session: Session) -> None:
    def edge(key: tuple[str, int]) -> str:
        rect = tree.list.visualRect(tree.model.index_of(key))
        return str(tree.list.viewport().grab().toImage().pixelColor(1, rect.center().y()).name())

    accent = tones(tree.palette()).accent
    assert edge(("cluster", 1)) != accent
    session.set_hovered_cluster(1)
    assert edge(("cluster", 1)) == accent
    assert edge(("branch", 5)) != accent
    tree.list.collapse(tree.model.index_of(("branch", 5)))
    assert edge(("branch", 5)) == accent  # it hides the row


# what is asked of the engine


def test_merging_takes_the_clusters_of_a_branch(tree: ClusterPanel, link: FakeLink, session: Session) -> None:
    choose(tree, ("branch", 5), ("cluster", 0))
    tree.menu.fit(tree.chosen(), bool(tree.pair), tree.splittable)
    assert tree.menu.merge.text() == "Merge 3 clusters"
    tree.menu.merge.trigger()
    assert asked(link, "merge_clusters") == [("Letters", [1, 2, 0])]
    link.finish(the_map())
    assert len(visible(tree)) == 3


def test_the_points_keep_their_array_when_only_clusters_changed(
    tree: ClusterPanel, link: FakeLink, session: Session
) -> None:
    before = session.map
    assert before is not None
    choose(tree, ("cluster", 0))
    tree.menu.split.trigger()
    assert asked(link, "split_cluster") == [("Letters", 0)]
    link.finish(replace(nested_map(), clusters=before.clusters[:2], note="new"))
    assert session.map is not None
    assert session.map.note == "new"
    assert session.map.xy is before.xy
    tree.commands.undo()
    moved = replace(nested_map(), xy=before.xy + 1)
    link.finish(moved)
    assert session.map.xy is moved.xy


def test_an_answer_for_another_corpus_changes_nothing(
    tree: ClusterPanel, link: FakeLink, session: Session
) -> None:
    tree.commands.measure_stability()
    assert asked(link, "measure_stability") == [("Letters",)]
    session.set_corpus(a_corpus("Other"))
    link.finish(nested_map())
    assert session.map is None


def test_what_cannot_be_done_says_what_to_do_first(tree: ClusterPanel, qtbot: QtBot, link: FakeLink) -> None:
    tree.list.clearSelection()
    for does in (
        tree.merge_chosen,
        tree.split_chosen,
        tree.show_chosen,
        tree.next_exemplar,
        tree.colour_chosen,
    ):
        with qtbot.waitSignal(link.failed) as said:
            does()
        assert said.args[0].startswith("Choose ")
    choose(tree, ("noise", -1))
    for does in (tree.rename_chosen, tree.colour_chosen, tree.next_exemplar, tree.merge_chosen):
        with qtbot.waitSignal(link.failed):
            does()
    choose(tree, ("part", 0), ("cluster", 3))
    with qtbot.waitSignal(link.failed):
        tree.merge_chosen()
    assert link.calls == []
    assert link.jobs == []


def test_the_menu_offers_what_fits_the_chosen_rows(tree: ClusterPanel) -> None:
    def offered(*keys: tuple[str, int]) -> set[str]:
        choose(tree, *keys)
        tree.menu.fit(tree.chosen(), bool(tree.pair), tree.splittable)
        names = ("rename", "colour", "merge", "split", "divide", "exemplar")
        return {name for name in names if getattr(tree.menu, name).isEnabled()}

    assert offered(("cluster", 0)) == {"rename", "colour", "split", "exemplar"}
    assert offered(("cluster", 0), ("cluster", 1)) == {"colour", "merge", "divide", "exemplar"}
    assert offered(("cluster", 3)) == {"rename", "colour", "exemplar"}  # it has no parts
    assert offered(("branch", 5)) == {"rename", "colour", "merge", "exemplar"}
    assert offered(("part", 0)) == {"exemplar"}
    assert offered(("noise", -1)) == set()


def test_the_menu_opens_by_hand_and_by_key(tree: ClusterPanel) -> None:
    choose(tree, ("cluster", 3))
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(0, 0), QPoint(0, 0))
    QApplication.sendEvent(tree.list.viewport(), event)
    assert tree.menu.isVisible()
    tree.menu.close()


def test_exemplars_are_walked_through(tree: ClusterPanel, session: Session) -> None:
    choose(tree, ("cluster", 0), ("cluster", 1))
    walked = []
    for step in (tree.next_exemplar, tree.next_exemplar, tree.next_exemplar, tree.next_exemplar):
        step()
        walked.append(session.current)
    assert walked == [40, 20, 10, 40]  # from top to bottom
    tree.previous_exemplar()
    assert session.current == 10


def test_a_colour_is_chosen_for_all_chosen_clusters(tree: ClusterPanel, link: FakeLink) -> None:
    choose(tree, ("branch", 5))
    tree.colour_chosen()
    popover = tree.findChild(ColourPopover)
    popover.swatches[0].setFocus()
    QTest.keyClick(popover, Qt.Key.Key_Down)
    QTest.keyClick(popover, Qt.Key.Key_Right)
    QTest.keyClick(popover, Qt.Key.Key_Return)
    assert asked(link, "colour_cluster") == [
        ("Letters", 1, CLUSTERS_LIGHT[5]),
        ("Letters", 2, CLUSTERS_LIGHT[5]),
    ]
    assert not popover.isVisible()


def test_the_automatic_colour_takes_the_own_one_back(
    tree: ClusterPanel, link: FakeLink, session: Session
) -> None:
    choose(tree, ("cluster", 3))
    tree.colour_chosen()
    tree.findChild(ColourPopover).automatic.click()
    assert asked(link, "colour_cluster") == [("Letters", 3, "")]
    data = nested_map()
    link.answer((*data.clusters[:3], replace(data.clusters[3], colour="#123456")))
    assert tree.model.data(tree.model.index_of(("cluster", 3)), COLOUR_ROLE) == "#123456"


def test_show_on_the_map_names_all_clusters_of_a_branch(tree: ClusterPanel, qtbot: QtBot) -> None:
    choose(tree, ("branch", 5))
    with qtbot.waitSignal(tree.show_all_asked) as shown:
        tree.show_chosen()
    assert shown.args == [(1, 2)]
    choose(tree, ("part", 1))
    with qtbot.waitSignal(tree.show_asked) as one:
        tree.show_chosen()
    assert one.args == [0]


def test_sizes_are_chosen_in_a_dialog_and_clusters_found_anew(tree: ClusterPanel, link: FakeLink) -> None:
    tree.commands.show_sizes()
    dialog = tree.window().findChild(SizesDialog)
    assert asked(link, "preview_clusters") == [("Letters",)]
    dialog.chosen.emit(25)
    dialog.chosen.emit(None)
    assert asked(link, "recluster") == [("Letters", 25), ("Letters", None)]
    link.jobs.clear()


# the noise slider


def test_sliding_previews_at_once_and_keeps_the_place_through_the_engine(
    tree: ClusterPanel, session: Session, link: FakeLink
) -> None:
    before = session.map
    assert before is not None
    tree.reach.moved.emit(0.5)
    assert session.map is not None
    assert session.map.cluster_ids.tolist() == [0, 0, 0, 1, 1, 2, 2, 3, 3]
    assert session.map.xy is before.xy
    assert tree.reach.said.text() == "Noise: 0 % of passages"
    assert tree.reach.note.text().startswith("1 passage of the noise is shown")
    assert link.calls == []
    tree.reach.settled.emit(0.5)
    assert link.calls[-1][:2] == ("set_reach", ("Letters", 0.5))
    link.answer(replace(nested_map(), cluster_ids=session.map.cluster_ids, parameters={"reach": 0.5}))
    assert session.map.xy is before.xy
    assert tree.reach.reach == 0.5


def test_the_other_way_weak_members_become_noise(tree: ClusterPanel, session: Session) -> None:
    tree.reach.moved.emit(-0.4)
    assert session.map is not None
    assert session.map.cluster_ids.tolist() == [0, 0, -1, 1, 1, 2, 2, 3, -1]
    assert "2 passages" in tree.model.data(
        tree.model.index_of(("cluster", 0)), Qt.ItemDataRole.AccessibleTextRole
    )


def test_a_refused_place_brings_the_map_back(
    tree: ClusterPanel, session: Session, link: FakeLink, qtbot: QtBot
) -> None:
    before = session.map
    tree.reach.moved.emit(0.5)
    tree.reach.moved.emit(0.9)
    tree.reach.settled.emit(0.9)
    with qtbot.waitSignal(link.failed) as said:
        link.calls.pop()[2]["on_error"]("The corpus is being written by another Asterism.")
    assert said.args == ["The corpus is being written by another Asterism."]
    assert session.map is before
    assert tree.reach.reach == 0.0


def test_a_map_that_knows_no_nearest_clusters_has_no_slider(tree: ClusterPanel, session: Session) -> None:
    assert tree.reach.isVisible()
    session.set_map(the_map())
    assert tree.reach.isHidden()


def test_rows_follow_the_theme_and_the_tags(tree: ClusterPanel, session: Session) -> None:
    labels = np.array([0, 1], np.int32)
    session.set_tags(
        Tags("t", ("negative", "positive"), np.array([40, 50]), labels, np.zeros((2, 2), np.float32))
    )
    entry: Entry = tree.model.index_of(("cluster", 1)).data(RECORD_ROLE)
    assert entry.tally.labels == (1, 1)
    light = tree.model.data(tree.model.index_of(("cluster", 0)), COLOUR_ROLE)
    tree.setPalette(palette_of(DARK))
    assert tree.model.data(tree.model.index_of(("cluster", 0)), COLOUR_ROLE) != light
