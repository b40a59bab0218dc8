"""The cluster list: what it shows, what it selects, and that renaming goes through the engine."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from engine.map.records import MapData
from gui.map.cluster_list import ClusterModel
from gui.map.cluster_panel import ClusterPanel
from gui.session import Session
from tests.gui.map_samples import FakeLink, a_corpus, a_map

PLACES = [(0.0, 0.0), (0.0, 1.0), (0.0, 2.0), (5.0, 5.0), (5.0, 6.0), (9.0, 9.0)]
CLUSTERS = [0, 0, 0, 1, 1, -1]


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


def test_the_model_behaves_as_qt_wants(qtmodeltester: ModelTester) -> None:
    model = ClusterModel()
    model.show(the_map().clusters, [3, 5])
    qtmodeltester.check(model)


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
    assert not panel.model.setData(panel.model.index(0), "   ")
    assert panel.model.setData(panel.model.index(0), "space, orbit")
    assert link.calls == []


def test_many_clusters_can_be_filtered(panel: ClusterPanel, session: Session) -> None:
    names = [f"letters {number}" for number in range(14)] + ["Ice hockey"]
    session.set_map(a_map([(float(number), 0.0) for number in range(15)], list(range(15)), names))
    assert panel.filter.isVisible()
    QTest.keyClicks(panel.filter, "hock")
    assert said(panel) == ["Ice hockey, 1 passage"]
    session.set_map(the_map())
    assert len(said(panel)) == 3


def test_show_on_the_map_names_the_cluster(panel: ClusterPanel, qtbot: QtBot) -> None:
    panel.list.setCurrentIndex(row(panel, 1))
    with qtbot.waitSignal(panel.show_asked) as shown:
        panel.show_action.trigger()
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
