"""The smallest size of a cluster: charts and table of what it changes, and what is asked for."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from engine.map.records import ClusterPreview
from gui.clusters.sizes_chart import said
from gui.clusters.sizes_dialog import SizesDialog, cliff, present, said_change, said_size
from gui.session import Session
from gui.theme import tones
from tests.gui.fakes import FakeLink, corpus
from tests.gui.map_samples import a_map

PREVIEWS = (
    ClusterPreview(40, 2, 0.05, 0.9),
    ClusterPreview(5, 30, 0.4, 0.1),
    ClusterPreview(10, 12, 0.3, 0.2),
    ClusterPreview(20, 7, 0.2, 0.35),
)


@pytest.fixture
def link() -> FakeLink:
    return FakeLink({})


@pytest.fixture
def dialog(qtbot: QtBot, link: FakeLink) -> SizesDialog:
    session = Session()
    session.set_corpus(corpus())
    ids = [0] * 5 + [1] * 3 + [-1] * 2
    session.set_map(
        a_map([(0.0, 0.0)] * 10, ids, ["space", "sea"], parameters={"hdbscan": {"min_cluster_size": 10}})
    )
    dialog = SizesDialog(link, session)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


@pytest.fixture
def filled(dialog: SizesDialog, link: FakeLink) -> SizesDialog:
    link.end(PREVIEWS)
    return dialog


def test_previews_are_asked_for_and_waiting_says_so(dialog: SizesDialog, link: FakeLink):
    assert link.asked("preview_clusters") == [(("Town papers",), {})]
    assert dialog.pages.currentWidget() is dialog.waiting
    assert not dialog.use.isEnabled()


def test_closing_while_waiting_cancels(dialog: SizesDialog, link: FakeLink):
    job = link.jobs[-1]
    dialog.reject()
    assert job.cancelled


def test_a_refusal_is_said_in_place_of_the_charts(dialog: SizesDialog, link: FakeLink):
    link.end(error="The map has to be made first.")
    assert dialog.waiting.text.text() == "The map has to be made first."
    assert not dialog.automatic.isEnabled()


def test_no_previews_are_said(dialog: SizesDialog, link: FakeLink):
    link.end(())
    assert dialog.waiting.title.text() == "No sizes to choose from"


def test_chart_and_table_show_the_same_by_rising_size(filled: SizesDialog):
    assert [preview.min_cluster_size for preview in filled.chart.previews] == [5, 10, 20, 40]
    assert filled.rows.rows == list(filled.chart.previews)
    model = filled.table.model()
    row = [model.index(3, column).data() for column in range(model.columnCount())]
    assert row == ["40", "2", "5 %", "90 %"]


def test_the_present_size_is_chosen_first_and_cannot_be_used_again(filled: SizesDialog):
    assert filled.preview == ClusterPreview(10, 12, 0.3, 0.2)
    assert filled.verdict.text() == "12 clusters of at least 10 passages, as it is now"
    assert not filled.use.isEnabled()


def test_before_and_after_are_both_as_found(filled: SizesDialog):
    filled.choose(0)
    assert filled.note.text().startswith("Clusters 12 → 30, noise 30 % → 40 %, largest cluster 20 % → 10 %.")


def test_keys_walk_over_the_chart_and_the_table_follows(filled: SizesDialog):
    QTest.keyClick(filled.chart, Qt.Key.Key_Right)
    assert filled.preview == ClusterPreview(20, 7, 0.2, 0.35)
    assert filled.table.currentIndex().row() == 2
    assert filled.chart.accessibleDescription() == "20: 7 clusters, 20 % noise, 35 % in the largest"
    assert filled.use.isEnabled()
    QTest.keyClick(filled.chart, Qt.Key.Key_End)
    assert filled.preview == ClusterPreview(40, 2, 0.05, 0.9)
    QTest.keyClick(filled.chart, Qt.Key.Key_Right)
    assert filled.chart.place == 3
    QTest.keyClick(filled.chart, Qt.Key.Key_Home)
    assert filled.chart.place == 0


def test_a_row_of_the_table_chooses_in_the_chart(filled: SizesDialog):
    filled.table.selectRow(3)
    assert filled.chart.place == 3
    assert "swallows 90 %" in filled.note.text()


def test_a_click_on_the_chart_chooses_the_nearest_size(filled: SizesDialog):
    right = QPoint(filled.chart.width() - 12, filled.chart.height() // 2)
    QTest.mouseClick(filled.chart, Qt.MouseButton.LeftButton, pos=right)
    assert filled.chart.place == 3


def test_sizes_stand_on_a_logarithmic_axis(filled: SizesDialog):
    places = [filled.chart._x(size) for size in (5, 10, 20, 40)]
    assert np.diff(places) == pytest.approx([np.diff(places)[0]] * 3)


def test_cliffs_are_shaded(filled: SizesDialog):
    picture = filled.chart.grab().toImage()
    box = filled.chart._boxes()[0]
    y = round(box.top() + box.height() / 4)  # between two lines of the grid
    danger = QColor(tones(filled.palette()).danger_soft).name()
    assert picture.pixelColor(round(box.right()) - 3, y).name() == danger
    assert picture.pixelColor(round(box.left()) + 3, y).name() != danger


def test_using_a_size_carries_it(qtbot: QtBot, filled: SizesDialog):
    filled.choose(2)
    with qtbot.waitSignal(filled.chosen) as chosen:
        filled.use.click()
    assert chosen.args == [20]


def test_the_automatic_size_is_none(qtbot: QtBot, filled: SizesDialog):
    with qtbot.waitSignal(filled.chosen) as chosen:
        filled.automatic.click()
    assert chosen.args == [None]


def test_one_preview_alone_stands_in_the_middle(dialog: SizesDialog, link: FakeLink):
    link.end(PREVIEWS[:1])
    box = dialog.chart._boxes()[0]
    assert dialog.chart._x(40) == pytest.approx(box.center().x())
    dialog.chart.grab()


def test_before_and_after_are_said_in_words():
    data = a_map([(0.0, 0.0)] * 4, [0, 0, 1, -1], ["a", "b"])
    now = present(data)
    assert now == ClusterPreview(0, 2, 0.25, 0.5)
    after = ClusterPreview(20, 1, 0.1, 0.9)
    assert said_size(now, after) == "1 cluster of at least 20 passages"
    assert said_change(now, after) == "Clusters 2 → 1, noise 25 % → 10 %, largest cluster 50 % → 90 %."
    same = replace(now, min_cluster_size=20)
    assert said_change(same, after) == "Noise 10 %, largest cluster 90 %."
    assert said(ClusterPreview(20, 0, 1.0, 0.0)) == "0 clusters, 100 % noise"
    assert present(None).clusters == 0
    assert cliff(ClusterPreview(20, 3, 0.1, 0.4)) == ""
