"""The noise slider: what it says, what it previews, and when it asks to keep its place."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.map.records import MapData
from gui.clusters.reach_slider import ReachSlider, by_choice
from tests.gui.map_samples import a_map


def the_map(clusters: tuple[int, ...] = (0, 0, 1, 1, -1, -1, -1, -1), **changes) -> MapData:
    """Four members, of which one is weak, and four of noise, of rising farness."""
    data = a_map([(0.0, 0.0)] * 8, clusters, ["space", "hockey"])
    facts = {
        "nearest_ids": np.array([0, 0, 1, 1, 0, 1, 0, 1], np.int32),
        "nearness": np.array([1, 1, 1, 1, 0.75, 0.5, 0.25, 0], np.float32),
        "strengths": np.array([1, 0.9, 0.2, 0.8, 0, 0, 0, 0], np.float32),
    }
    return replace(data, **{**facts, **changes})


@pytest.fixture
def slider(qtbot: QtBot) -> ReachSlider:
    slider = ReachSlider()
    qtbot.addWidget(slider)
    slider.resize(300, 100)
    slider.show()
    slider.show_map(the_map())
    return slider


@pytest.fixture
def settled(slider: ReachSlider) -> list[float]:
    places: list[float] = []
    slider.settled.connect(places.append)
    return places


def test_it_says_the_present_share_of_noise(slider: ReachSlider):
    assert slider.said.text() == "Noise: 50 % of passages"
    assert slider.note.isHidden()
    assert slider.back_button.isHidden()
    assert slider.slider.value() == 0


def test_what_is_shown_by_choice_is_said():
    assert by_choice(the_map()) == ""
    one_more = by_choice(the_map((0, 0, 1, 1, 0, -1, -1, -1)))
    assert one_more == "1 passage of the noise is shown with the nearest cluster, by your choice."
    two_more = by_choice(the_map((0, 0, 1, 1, 0, 1, -1, -1)))
    assert two_more == "2 passages of the noise are shown with the nearest cluster, by your choice."
    less = by_choice(the_map((0, 0, -1, 1, -1, -1, -1, -1)))
    assert less == "1 weak member of clusters is shown as noise, by your choice."


def test_a_map_that_was_slid_shows_where(slider: ReachSlider, settled: list[float]):
    slider.show_map(the_map((0, 0, 1, 1, 0, 1, -1, -1), parameters={"reach": 0.5}))
    assert slider.reach == 0.5
    assert slider.slider.value() == -50
    assert slider.said.text() == "Noise: 25 % of passages"
    assert slider.back_button.isVisible()
    assert not slider.is_moving
    assert settled == []


def test_dragging_previews_and_letting_go_settles(qtbot: QtBot, slider: ReachSlider, settled: list[float]):
    moved: list[float] = []
    slider.moved.connect(moved.append)
    handle = slider.slider
    middle = handle.rect().center()
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(handle, QPoint(handle.width() // 4, middle.y()))
    assert slider.is_moving
    slider.show_map(the_map())  # what is shown meanwhile does not pull the handle back
    assert slider.reach > 0.4
    with qtbot.waitSignal(slider.settled):
        QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=QPoint(handle.width() // 4, middle.y()))
    assert settled == [slider.reach]
    assert moved[-1] == slider.reach
    assert not slider.is_moving


def test_near_the_middle_the_hand_means_the_middle(slider: ReachSlider):
    handle = slider.slider
    at = handle.rect().center() + QPoint(3, 0)
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, pos=at)
    assert slider.reach == 0.0
    QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=at)


def test_keys_settle_after_a_pause(qtbot: QtBot, slider: ReachSlider, settled: list[float]):
    slider.slider.setFocus()
    with qtbot.waitSignal(slider.settled):
        QTest.keyClick(slider.slider, Qt.Key.Key_Left)
        QTest.keyClick(slider.slider, Qt.Key.Key_PageDown)
        assert settled == []
    assert settled == [pytest.approx(0.11)]


def test_back_and_a_double_click_return_to_what_was_found(slider: ReachSlider, settled: list[float]):
    slid = the_map((0, 0, 1, 1, 0, 1, -1, -1), parameters={"reach": 0.5})
    slider.show_map(slid)
    slider.back_button.click()
    assert settled == [0.0]
    slider.show_map(slid)
    QTest.mouseDClick(slider.slider, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert settled == [0.0, 0.0]
    slider.go_back()
    assert settled == [0.0, 0.0]


def test_a_click_that_moves_nothing_asks_for_nothing(slider: ReachSlider, settled: list[float]):
    middle = slider.slider.rect().center()
    QTest.mouseClick(slider.slider, Qt.MouseButton.LeftButton, pos=middle)
    assert settled == []


def test_words_and_slider_share_a_line_where_there_is_room(slider: ReachSlider):
    assert slider.slider.y() > slider.said.y()
    slider.resize(600, 100)
    QApplication.processEvents()
    assert slider.slider.geometry().center().y() == pytest.approx(slider.said.geometry().center().y(), abs=2)
    slider.resize(300, 100)
    QApplication.processEvents()
    assert slider.slider.y() > slider.said.geometry().bottom()


def test_a_screen_reader_hears_share_and_choice(slider: ReachSlider):
    slider.show_map(the_map((0, 0, 1, 1, 0, 1, -1, -1), parameters={"reach": 0.5}))
    assert slider.slider.accessibleName() == "Noise"
    assert slider.slider.accessibleDescription() == (
        "Noise: 25 % of passages 2 passages of the noise are shown with the nearest cluster, by your choice."
    )
