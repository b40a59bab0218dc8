"""The whole path in the real window with the real engine, encoder and tagger: load, search, lasso, tag, read.

With `--pictures` the window is drawn for README.md into tests/pictures.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QSettings, Qt

from gui.app import open_window
from gui.engine_link import EngineLink
from gui.main_window import MainWindow

QUERY = "something to do with children on a rainy day"
PICTURES = Path(__file__).parents[1] / "pictures"
SLOW = 300_000
"""Milliseconds: the first map on a machine compiles for half a minute, on a busy one for minutes."""


@pytest.fixture
def open_real(qapp, tmp_path: Path) -> Iterator[Callable[[], MainWindow]]:
    """Open real windows on one library, each with an engine of its own; they close at the end."""
    windows: list[MainWindow] = []

    def open_one() -> MainWindow:
        library = tmp_path / "library"
        library.mkdir(exist_ok=True)
        settings = QSettings(str(library / "window.ini"), QSettings.Format.IniFormat)
        settings.setValue("theme", "light")
        window = open_window(qapp, EngineLink(library, device="cpu"), settings)
        windows.append(window)
        window.resize(1440, 900)
        window.show()
        window.link.open()
        window.start()
        return window

    yield open_one
    for window in windows:
        if window.link.state != "stopped":
            close(window)


def close(window: MainWindow) -> None:
    window.close()
    window.link.close()
    window.theme.deleteLater()
    window.deleteLater()


def draw_loop(qtbot, window: MainWindow, corners: list[tuple[float, float]]) -> None:
    """Drag the mouse over the map through corners given as shares of its width and height."""
    view = window.map_panel.view
    points = [QPoint(round(x * view.width()), round(y * view.height())) for x, y in corners]
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=points[0])
    for start, end in pairwise(points):
        for share in (0.25, 0.5, 0.75, 1.0):
            qtbot.mouseMove(view, start + (end - start) * share)
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=points[-1])


def test_load_search_lasso_tag_read_and_open_again(open_real, qtbot, request: pytest.FixtureRequest) -> None:
    window = open_real()
    session = window.session

    def wait(condition: Callable[[], Any]) -> None:
        qtbot.waitUntil(lambda: bool(condition()), timeout=SLOW)

    # load: the welcome's first button; the map follows by itself
    wait(lambda: window.link.state in ("loading", "ready"))
    qtbot.mouseClick(window.welcome.sample, Qt.MouseButton.LeftButton)
    wait(lambda: session.map is not None)
    assert session.corpus is not None
    assert session.corpus.documents == len(session.map.passage_ids) - 3  # three texts are two passages long
    assert len(session.map.clusters) >= 5
    assert float((session.map.cluster_ids == -1).mean()) <= 0.45

    # search: by meaning, typed
    qtbot.keyClicks(window.search_panel.query, QUERY)
    qtbot.keyClick(window.search_panel.query, Qt.Key.Key_Return)
    wait(lambda: session.result and session.result.query == QUERY)
    best = session.result.documents[0].hits[0]
    assert "science" in best.passage.text
    assert "rain" not in best.passage.text
    assert session.hit_scores[best.passage.id] == best.score

    # lasso: a loop around the middle half of the map
    window.map_panel.view.setFocus()
    qtbot.keyClick(window.map_panel.view, Qt.Key.Key_L)
    draw_loop(qtbot, window, [(0.2, 0.15), (0.8, 0.15), (0.8, 0.85), (0.2, 0.85), (0.2, 0.15)])
    assert session.selection_origin == "lasso"
    assert 10 < len(session.selection) < len(session.map.passage_ids)

    # tag: what is selected
    window.actions_table["tag_selection"].trigger()
    wait(lambda: session.tags is not None and len(session.tags.passage_ids))
    assert set(session.tags.passage_ids.tolist()) == set(session.selection)
    np.testing.assert_allclose(session.tags.probabilities.sum(1), 1, atol=1e-4)
    assert session.tags.labels == ("negative", "neutral", "positive")

    # read: the best hit
    session.set_current(best.passage.id)
    wait(
        lambda: window.reader_panel.passage is not None and window.reader_panel.passage.id == best.passage.id
    )
    assert best.passage.text[:40] in window.reader_panel.text.toPlainText()

    if request.config.getoption("--pictures"):
        take_picture(window, "light", qtbot)

    # open again: the map and the tags are stored, nothing is computed
    map_before, tags_before = session.map, session.tags
    close(window)
    again = open_real()
    wait(lambda: again.session.map is not None and again.session.tags is not None)
    np.testing.assert_array_equal(again.session.map.xy, map_before.xy)
    np.testing.assert_array_equal(again.session.tags.passage_ids, tags_before.passage_ids)
    assert not again.link.jobs


def take_picture(window: MainWindow, name: str, qtbot) -> None:
    """Draw the window as it stands, for README.md."""
    window.map_panel.view.finish_drawing()
    qtbot.wait(400)
    PICTURES.mkdir(exist_ok=True)
    assert window.grab().save(str(PICTURES / f"window-{name}.png"))
