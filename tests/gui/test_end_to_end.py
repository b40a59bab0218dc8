"""The whole path in the real window with the real engine, encoder and tagger: load, search, lasso, tag, read.

With `--pictures` the window is drawn for README.md into tests/pictures. Do it with HOME set to the folder that the
checkout is in, so that paths read “~/…”: `HOME=$(dirname "$PWD") pytest tests/gui/test_end_to_end.py --pictures`.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtGui import QImage, qRgb

from engine.records import Hit
from gui.app import open_window
from gui.engine_link import EngineLink
from gui.main_window import MainWindow

QUERY = "something to do with children on a rainy day"
REQUIRING = 'birds on the water "tide" type:txt'
MEANINGS = "birds - 0.5 garden"
NONSENSE = "xyzzy plugh frobnicate"
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

    def ask(query: str) -> list[Hit]:
        window.actions_table["focus_search"].trigger()
        qtbot.keyClicks(window.search_panel.query, query)
        qtbot.keyClick(window.search_panel.query, Qt.Key.Key_Return)
        wait(lambda: session.result and session.result.query == query)
        return [hit for document in session.result.documents for hit in document.hits]

    # search: by meaning, typed
    best = ask(QUERY)[0]
    assert "science" in best.passage.text
    assert "rain" not in best.passage.text
    assert session.hit_scores[best.passage.id] == best.score

    # the map says where the question would lie: among the passages nearest to it
    wait(lambda: session.query_place is not None)
    assert session.query_place.near
    assert best.passage.id in session.query_place.neighbours

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
        take_picture(window, "window-light", qtbot)

    # clusters: two become one from the outline, the map's points stay, and it is undone
    places, sizes = session.map.xy, [cluster.size for cluster in session.map.clusters]
    window.cluster_panel.commands.merge([0, 1])
    wait(lambda: any(cluster.made_by_user for cluster in session.map.clusters))
    merged = next(cluster for cluster in session.map.clusters if cluster.made_by_user)
    assert merged.size == sizes[0] + sizes[1]
    np.testing.assert_array_equal(session.map.xy, places)
    window.actions_table["undo_cluster_edit"].trigger()
    wait(lambda: [cluster.size for cluster in session.map.clusters] == sizes)

    # search: a required phrase and a condition leave only what fits
    fitting = ask(REQUIRING)
    assert fitting
    assert all("tide" in hit.passage.text.lower() and hit.passage.format == "txt" for hit in fitting)

    # search: a query that nothing is near says so
    ask(NONSENSE)
    assert session.result.above_chance == 0
    assert [row.kind for row in window.search_panel.results.list.rows.rows] == ["nothing", "nearest"]

    # why: the shares of the words, the model's own tokens and the two meanings each add up to the score
    hits = ask(MEANINGS)
    session.set_current(hits[0].passage.id)
    window.actions_table["explain"].trigger()
    wait(lambda: hits[0].passage.id in session.attributions)
    why = session.attributions[hits[0].passage.id]
    assert sum(one.share for one in why.shares) + why.special == pytest.approx(hits[0].score, abs=1e-4)
    assert [said for said, _ in why.parts] == ["birds", "− garden"]
    assert sum(share for _, share in why.parts) == pytest.approx(hits[0].score, abs=1e-4)
    wait(lambda: len(window.reader_panel.why.parts.rows) == 2)
    if request.config.getoption("--pictures"):
        window.actions_table["clear_selection"].trigger()
        window.actions_table["theme_dark"].trigger()
        take_picture(window, "why-dark", qtbot)

    # marks: a hit marked good by the keyboard moves the result, says what it is made of, and is taken back
    window.actions_table["focus_results"].trigger()
    qtbot.keyClick(window.search_panel.results.list, Qt.Key.Key_G)
    wait(lambda: session.result.followed)
    assert session.result.judged == ((hits[0].passage.id, 1),)
    assert session.hit_scores[hits[0].passage.id] > hits[0].score + 0.1
    parts = window.reader_panel.why.parts
    wait(lambda: [row.name for row in parts.rows][2:] == ["hits marked good"])
    qtbot.mouseClick(parts.rows[2], Qt.MouseButton.LeftButton)
    wait(lambda: parts.listed is not None)
    ((_, _, share),) = parts.listed.lines
    assert share == pytest.approx(parts.rows[2].value, abs=1e-4)
    qtbot.mouseClick(window.search_panel.results.marks.clear, Qt.MouseButton.LeftButton)
    wait(lambda: not session.result.followed)
    assert session.result.judged == ()
    assert session.hit_scores[hits[0].passage.id] == hits[0].score

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
    window.notices.dismiss()
    window.search_panel.query.setCursorPosition(0)
    window.map_panel.view.finish_drawing()
    qtbot.wait(400)
    PICTURES.mkdir(exist_ok=True)
    assert in_256_colours(window.grab().toImage()).save(str(PICTURES / f"{name}.png"), quality=0)


def in_256_colours(image: QImage) -> QImage:
    """Return a picture in 256 of its colours, a third of the size: each is the one that was most wrong without it."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    width, height = image.width(), image.height()
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(-1, 4)[:, :3]  # blue, green, red
    colours, places, counts = np.unique(pixels, axis=0, return_inverse=True, return_counts=True)
    wanted = colours.astype(np.float64)
    wrong, nearest = np.full(len(wanted), np.inf), np.zeros(len(wanted), np.uint8)
    kept: list[int] = []
    while len(kept) < 256 and wrong.any():
        kept.append(int(np.argmax(wrong * np.sqrt(counts) if kept else counts)))
        away = np.square(wanted - wanted[kept[-1]]).sum(axis=1)
        nearest[away < wrong] = len(kept) - 1
        wrong = np.minimum(wrong, away)
    rows = nearest[places.ravel()]
    indexed = QImage(rows.tobytes(), width, height, width, QImage.Format.Format_Indexed8)
    indexed.setColorTable([qRgb(red, green, blue) for blue, green, red in colours[kept].tolist()])
    return indexed.copy()
