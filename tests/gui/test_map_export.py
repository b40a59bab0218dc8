"""Saving the map: where to is asked, the engine writes tables and pages, pictures are the view."""

from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from gui.map.export import PICTURES, TABLES, with_ending
from tests.gui.map_desk import Desk, open_desk
from tests.gui.map_samples import a_map


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    desk = open_desk(qtbot)
    desk.show(a_map([(0.0, 0.0), (10.0, 0.0), (5.0, 5.0)], [0, 0, 0], ["letters"]))
    return desk


@pytest.fixture
def said(desk: Desk) -> list[str]:
    """What the panel noted and the link failed with."""
    sentences: list[str] = []
    desk.panel.noted.connect(sentences.append)
    desk.link.failed.connect(sentences.append)
    return sentences


def answer_dialog(monkeypatch: pytest.MonkeyPatch, path: object, kind: str) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(path), kind))


def test_a_picture_has_twice_the_pixels_of_the_window(
    desk: Desk, said: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    answer_dialog(monkeypatch, tmp_path / "my map", PICTURES[0][0])
    desk.actions["save_picture"].trigger()
    picture = QImage(str(tmp_path / "my map.png"))
    assert (picture.width(), picture.height()) == (2 * desk.panel.view.width(), 2 * desk.panel.view.height())
    spot = desk.spot(10, 0)
    assert picture.pixelColor(2 * spot.x(), 2 * spot.y()) != picture.pixelColor(3, 3)
    assert said == [f"Saved “my map.png” in {tmp_path}."]


def test_a_drawing_holds_the_names_as_text(
    desk: Desk, said: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    answer_dialog(monkeypatch, tmp_path / "map.svg", PICTURES[1][0])
    desk.actions["save_picture"].trigger()
    assert "letters" in (tmp_path / "map.svg").read_text(encoding="utf-8")
    assert said == [f"Saved “map.svg” in {tmp_path}."]


def test_a_picture_that_cannot_be_written_says_so(
    desk: Desk, said: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    answer_dialog(monkeypatch, tmp_path / "gone" / "map.png", PICTURES[0][0])
    desk.actions["save_picture"].trigger()
    assert said == ["“map.png” could not be written: No such file or directory."]


def test_points_are_saved_by_the_engine_and_it_says_when(
    desk: Desk, said: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    answer_dialog(monkeypatch, tmp_path / "points", TABLES[1][0])
    desk.actions["save_points"].trigger()
    assert desk.asked("export_points")[-1][0] == ("Letters", tmp_path / "points.parquet")
    assert said == []
    desk.answer("export_points", None)
    assert said == [f"Saved “points.parquet” in {tmp_path}."]


def test_a_page_is_a_job_and_follows_the_colours_of_the_window(
    desk: Desk, said: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    answer_dialog(monkeypatch, tmp_path / "map.html", "")
    desk.actions["save_page"].trigger()
    job = desk.link.jobs[-1]
    assert (job.request.method, job.request.args) == ("export_page", ("Letters", tmp_path / "map.html"))
    assert job.dark is False
    desk.link.finish(tmp_path / "map.html")
    assert said == [f"Saved “map.html” in {tmp_path}."]


def test_a_dialog_left_without_a_choice_saves_nothing(
    desk: Desk, said: list[str], monkeypatch: pytest.MonkeyPatch
):
    answer_dialog(monkeypatch, "", "")
    for name in ("save_picture", "save_points", "save_page"):
        desk.actions[name].trigger()
    assert (said, desk.asked("export_points"), desk.link.jobs) == ([], [], [])


def test_an_ending_of_ones_own_goes_before_the_chosen_kind():
    assert with_ending("/a/b.svg", PICTURES[0][0], PICTURES) == Path("/a/b.svg")
    assert with_ending("/a/b.PNG", PICTURES[1][0], PICTURES) == Path("/a/b.PNG")
    assert with_ending("/a/version 1.2", PICTURES[1][0], PICTURES) == Path("/a/version 1.2.svg")
