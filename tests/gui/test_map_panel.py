"""The map by hand and by keys: what is clicked, lassoed and hovered reaches the session, and what the panel says."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.map.records import Drift, MapData
from engine.progress import Progress
from engine.records import DocumentHits, Hit, SearchResult, Snippet
from gui.actions import Actions
from gui.map.panel import MapPanel
from gui.session import Session
from gui.theme import Theme
from indexes.records import Locator, Passage, Tags
from tests.gui.map_samples import FakeLink, a_corpus, a_map

CORNERS = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0), (5.0, 5.0)]
"""Passages 10, 20, 30, 40 in the corners and 50 in the middle."""
NONE = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def session(qtbot: QtBot) -> Session:
    return Session()


@pytest.fixture
def link(qtbot: QtBot) -> FakeLink:
    return FakeLink()


class Window(QObject):
    """Stands for the window whose command the panel's action is."""

    def __init__(self, link: FakeLink, session: Session) -> None:
        super().__init__()
        self._link, self._session = link, session
        self.commands = self
        self.actions = Actions(self)

    def build_map(self) -> None:
        self._link.start("Making", "build_map", self._session.corpus_name, on_done=self._session.set_map)


@pytest.fixture
def window(link: FakeLink, session: Session) -> Window:
    return Window(link, session)


@pytest.fixture
def panel(qtbot: QtBot, link: FakeLink, session: Session, window: Window) -> MapPanel:
    panel = MapPanel(link, session, window.actions)
    qtbot.addWidget(panel)
    panel.resize(700, 540)
    panel.show()
    panel.activateWindow()
    return panel


def show(panel: MapPanel, session: Session, data: MapData) -> None:
    session.set_corpus(a_corpus())
    session.set_map(data)
    QApplication.processEvents()
    panel.view.finish_drawing()
    panel.view.setFocus()
    panel._link.calls.clear()  # views and columns of the new map


def spot(panel: MapPanel, x: float, y: float) -> QPoint:
    return QPointF(*panel.view.view.to_window(x, y)).toPoint()


def drag(panel: MapPanel, places: list[tuple[float, float]], keys: Qt.KeyboardModifier = NONE) -> None:
    spots = [spot(panel, *place) for place in places]
    QTest.mousePress(panel.view, LEFT, keys, spots[0])
    for at in spots[1:]:
        QTest.mouseMove(panel.view, at)
    QTest.mouseRelease(panel.view, LEFT, keys, spots[-1])


def result_of(scores: dict[int, float]) -> SearchResult:
    hits = [
        Hit(rank, score, a_passage(passage_id), Snippet("", ()))
        for rank, (passage_id, score) in enumerate(scores.items(), 1)
    ]
    return SearchResult(
        "query", "dense", tuple(DocumentHits(hit.rank, hit.score, (hit,)) for hit in hits), 0.0
    )


def a_passage(passage_id: int) -> Passage:
    locator = Locator("page", "3")
    return Passage(passage_id, 1, "key", f"Title {passage_id}", "", "md", 0, 9, locator, "What it says.")


# choosing and selecting


def test_a_click_makes_the_nearest_point_current(panel: MapPanel, session: Session) -> None:
    show(panel, session, a_map(CORNERS))
    QTest.mouseClick(panel.view, LEFT, NONE, spot(panel, 10, 0) + QPoint(3, -2))
    assert session.current == 20
    QTest.mouseClick(panel.view, LEFT, NONE, spot(panel, 2.5, 7))  # empty ground changes nothing
    assert session.current == 20


def test_shift_and_drag_lassoes_passages(panel: MapPanel, session: Session) -> None:
    show(panel, session, a_map(CORNERS))
    drag(panel, [(-0.4, -0.4), (10.4, -0.4), (10.4, 1), (5, 6), (-0.4, 1)], Qt.KeyboardModifier.ShiftModifier)
    assert session.selection == {10, 20, 50}
    assert session.selection_origin == "lasso"


def test_rectangle_selects_adds_and_takes_away(panel: MapPanel, session: Session) -> None:
    show(panel, session, a_map(CORNERS))
    QTest.keyClick(panel.view, Qt.Key.Key_R)
    assert panel.view.tool == "rectangle"
    drag(panel, [(-0.4, -0.4), (10.4, 0.5)])
    assert session.selection == {10, 20}
    assert session.selection_origin == "rectangle"
    drag(panel, [(4, 6), (6, 4)], Qt.KeyboardModifier.ControlModifier)
    assert session.selection == {10, 20, 50}
    drag(panel, [(-0.4, 0.5), (0.5, -0.4)], Qt.KeyboardModifier.AltModifier)
    assert session.selection == {20, 50}
    drag(panel, [(9, 11), (10.4, 9)])
    assert session.selection == {30}


def test_control_click_adds_one_passage_and_escape_clears(panel: MapPanel, session: Session) -> None:
    show(panel, session, a_map(CORNERS))
    for place in ((0, 0), (5, 5)):
        QTest.mouseClick(panel.view, LEFT, Qt.KeyboardModifier.ControlModifier, spot(panel, *place))
    assert session.selection == {10, 50}
    assert session.current == 0
    QTest.keyClick(panel.view, Qt.Key.Key_Escape)
    assert session.selection == frozenset()


def test_escape_gives_up_a_lasso_and_keeps_the_selection(panel: MapPanel, session: Session) -> None:
    show(panel, session, a_map(CORNERS))
    session.set_selection({40}, "3 hits")
    QTest.mousePress(panel.view, LEFT, Qt.KeyboardModifier.ShiftModifier, spot(panel, 0, 0))
    QTest.mouseMove(panel.view, spot(panel, 5, 1))
    QTest.mouseMove(panel.view, spot(panel, 5, 5))
    QTest.keyClick(panel.view, Qt.Key.Key_Escape)
    QTest.mouseRelease(panel.view, LEFT, NONE, spot(panel, 5, 5))
    assert session.selection == {40}


def test_control_a_selects_every_passage(panel: MapPanel, session: Session) -> None:
    show(panel, session, a_map(CORNERS, [0, 0, -1, 0, -1], ["letters"]))
    QTest.keyClick(panel.view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert session.selection == {10, 20, 30, 40, 50}
    assert session.selection_origin == "whole map"


def test_a_selection_made_elsewhere_is_lit(panel: MapPanel, session: Session) -> None:
    show(panel, session, a_map(CORNERS))
    before = colour_at(panel, 0, 0)
    session.set_selection({50, 999}, "rows")
    panel.view.finish_drawing()
    assert colour_at(panel, 5, 5) == pytest.approx(before, abs=12)
    assert min(colour_at(panel, 0, 0)) > min(before) + 60  # dimmed towards the light ground
    session.set_selection((), "")
    panel.view.finish_drawing()
    assert colour_at(panel, 0, 0) == before


def colour_at(panel: MapPanel, x: float, y: float) -> tuple[int, ...]:
    pixel = panel.view.grab().toImage().pixelColor(spot(panel, x, y))
    return pixel.red(), pixel.green(), pixel.blue()


def test_a_large_lasso_passes_whole(panel: MapPanel, session: Session) -> None:
    random = np.random.default_rng(1)
    xy = random.uniform(0, 1, (60_000, 2)).astype(np.float32)
    data = a_map([(0.0, 0.0)] * 60_000)
    show(panel, session, replace(data, xy=xy))
    drag(panel, [(0.25, -0.1), (0.75, -0.1), (0.75, 1.1), (0.25, 1.1)], Qt.KeyboardModifier.ShiftModifier)
    left, right = (panel.view.view.to_map(spot(panel, x, 0).x(), 0)[0] for x in (0.25, 0.75))
    inside = (xy[:, 0] > left) & (xy[:, 0] < right)
    assert session.selection == frozenset(data.passage_ids[inside].tolist())


# moving


def test_a_drag_moves_the_map_with_the_hand(panel: MapPanel, session: Session) -> None:
    show(panel, session, a_map(CORNERS))
    start = spot(panel, 3, 7)
    QTest.mousePress(panel.view, LEFT, NONE, start)
    QTest.mouseMove(panel.view, start + QPoint(20, 0))
    QTest.mouseMove(panel.view, start + QPoint(60, -25))
    QTest.mouseRelease(panel.view, LEFT, NONE, start + QPoint(60, -25))
    assert spot(panel, 3, 7) == start + QPoint(60, -25)
    assert session.selection == frozenset()


def test_the_wheel_zooms_where_the_pointer_is(panel: MapPanel, session: Session) -> None:
    show(panel, session, a_map(CORNERS))
    at = QPointF(spot(panel, 10, 10))
    place, scale = panel.view.view.to_map(at.x(), at.y()), panel.view.view.scale
    turn = QWheelEvent(
        at, panel.view.mapToGlobal(at), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, NONE,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(panel.view, turn)
    assert panel.view.view.scale == pytest.approx(1.35 * scale)
    assert panel.view.view.to_window(*place) == pytest.approx((at.x(), at.y()))


def test_keys_move_zoom_and_fit(panel: MapPanel, session: Session) -> None:
    show(panel, session, a_map(CORNERS))
    fitted = panel.view.view
    QTest.keyClick(panel.view, Qt.Key.Key_Plus)
    assert panel.view.view.scale == pytest.approx(1.35 * fitted.scale)
    QTest.keyClick(panel.view, Qt.Key.Key_Minus)
    assert panel.view.view.scale == pytest.approx(fitted.scale)
    QTest.keyClick(panel.view, Qt.Key.Key_Right)
    assert panel.view.view.x > fitted.x
    QTest.keyClick(panel.view, Qt.Key.Key_Down)
    assert panel.view.view.y < fitted.y
    QTest.keyClick(panel.view, Qt.Key.Key_0)
    assert panel.view.view == fitted
    QTest.keyClick(panel.view, Qt.Key.Key_Return)
    assert session.current == 50


def test_a_double_click_on_empty_ground_shows_all(panel: MapPanel, session: Session) -> None:
    show(panel, session, a_map(CORNERS))
    fitted = panel.view.view
    panel.view.zoom(1.5)
    QTest.mouseDClick(panel.view, LEFT, NONE, spot(panel, 3, 6))
    assert panel.view.view == fitted


def test_a_current_passage_outside_the_window_is_brought_in(panel: MapPanel, session: Session) -> None:
    show(panel, session, a_map(CORNERS))
    panel.view.zoom(20)
    session.set_current(10)
    assert panel.view.rect().contains(spot(panel, 0, 0))


def test_a_resized_window_still_shows_all(panel: MapPanel, session: Session) -> None:
    show(panel, session, a_map(CORNERS))
    panel.resize(400, 700)
    QApplication.processEvents()
    assert all(panel.view.rect().contains(spot(panel, *place)) for place in CORNERS)


# hovering


def hover(panel: MapPanel, x: float, y: float) -> None:
    QTest.mouseMove(panel.view, spot(panel, 2.5, 7))
    QTest.mouseMove(panel.view, spot(panel, x, y))


def test_hovering_asks_for_the_text_and_shows_it_when_it_comes(
    panel: MapPanel, session: Session, link: FakeLink, qtbot: QtBot
) -> None:
    show(panel, session, a_map(CORNERS, [0, 0, 0, 0, 0], ["letters, stamps"]))
    hover(panel, 5, 5)
    qtbot.waitUntil(lambda: bool(link.calls))
    method, arguments, handlers = link.calls[-1]
    assert (method, arguments, handlers["replaces"]) == ("passages", ("Letters", [50]), "hover")
    assert not panel.view.card.isVisible()
    link.answer([a_passage(50)])
    card = panel.view.card
    assert card.isVisible()
    assert (card.title.text(), card.place.text()) == ("Title 50", "Markdown · page 3")
    assert (card.text.text(), card.cluster.text()) == ("What it says.", "letters, stamps")
    assert panel.view.rect().contains(card.geometry())
    assert not card.geometry().contains(spot(panel, 5, 5))


def test_a_text_that_comes_too_late_is_not_shown(
    panel: MapPanel, session: Session, link: FakeLink, qtbot: QtBot
) -> None:
    show(panel, session, a_map(CORNERS))
    hover(panel, 5, 5)
    qtbot.waitUntil(lambda: bool(link.calls))
    QTest.mouseMove(panel.view, spot(panel, 2.5, 7))
    link.answer([a_passage(50)])
    assert not panel.view.card.isVisible()
    hover(panel, 5, 5)  # known by now: nothing is asked
    qtbot.waitUntil(panel.view.card.isVisible)
    assert link.calls == []


# hits and colours


def test_hits_light_up_and_others_dim(panel: MapPanel, session: Session) -> None:
    show(panel, session, a_map(CORNERS))
    before = colour_at(panel, 0, 0)
    ground = panel.view.grab().toImage().pixelColor(spot(panel, 5, 5) + QPoint(14, 0)).name()
    session.set_result(result_of({50: 0.9, 777: 0.8}))
    assert panel.view.grab().toImage().pixelColor(spot(panel, 5, 5) + QPoint(14, 0)).name() != ground
    assert colour_at(panel, 0, 0) != before
    session.set_result(None)
    assert colour_at(panel, 0, 0) == before


def test_colour_by_type_shows_a_legend_that_selects(panel: MapPanel, session: Session) -> None:
    formats = np.array([0, 1, 1, 0, 1], dtype=np.int32)
    show(panel, session, replace(a_map(CORNERS), formats=("pdf", "md"), format_ids=formats))
    assert panel.legend.isHidden()
    panel.tools.colour_by("format")
    assert [entry.accessibleName() for entry in panel.legend.entries] == [
        "PDF, 2 passages",
        "Markdown, 3 passages",
    ]
    assert panel.view.rect().contains(panel.legend.geometry())
    QTest.mouseClick(panel.legend.entries[1], LEFT)
    assert session.selection == {20, 30, 50}
    assert session.selection_origin == "Markdown"
    panel.tools.colour_by("cluster")
    assert panel.legend.isHidden()


def test_colour_by_sentiment_follows_the_tags(panel: MapPanel, session: Session) -> None:
    show(panel, session, a_map(CORNERS))
    panel.tools.colour_by("label")
    assert [entry.accessibleName() for entry in panel.legend.entries] == ["Not tagged, 5 passages"]
    ids = np.array([20, 50, 60], dtype=np.int64)  # 60 was added after the map was made
    label_ids = np.array([2, 0, 0], dtype=np.int32)
    probabilities = (0.1 + 0.7 * np.eye(3)[label_ids]).astype(np.float32)
    session.set_tags(Tags("sentiment", ("negative", "neutral", "positive"), ids, label_ids, probabilities))
    names = [entry.accessibleName() for entry in panel.legend.entries]
    assert names == [
        "Negative, 1 passage",
        "Neutral, 0 passages",
        "Positive, 1 passage",
        "Not tagged, 3 passages",
    ]
    QTest.mouseClick(panel.legend.entries[3], LEFT)
    assert session.selection == {10, 30, 40}
    panel.view.finish_drawing()
    session.set_selection((), "")
    panel.view.finish_drawing()
    red, _, blue = colour_at(panel, 5, 5)  # negative is warm
    assert red > blue + 50
    red, _, blue = colour_at(panel, 10, 0)  # positive is cool
    assert blue > red + 50


@pytest.mark.parametrize("n", [1, 2, 5])
@pytest.mark.parametrize("same_place", [False, True])
def test_few_points_are_drawn_and_can_be_clicked(
    panel: MapPanel, session: Session, n: int, same_place: bool
) -> None:
    places = [(0.0, 0.0)] * n if same_place else [(float(number), float(number % 2)) for number in range(n)]
    show(panel, session, a_map(places))
    picture = panel.view.grab().toImage()
    for number, place in enumerate(places[:1] if same_place else places):
        assert picture.pixelColor(spot(panel, *place)) != picture.pixelColor(2, 2)
        QTest.mouseClick(panel.view, LEFT, NONE, spot(panel, *place))
        if same_place and n > 1:
            assert panel._link.calls[-1][:2] == ("passages", ("Letters", [10, 20, 30, 40, 50][:n]))
        else:
            assert session.current == 10 * (number + 1)


# states


def test_without_a_corpus_the_panel_says_what_to_do(panel: MapPanel) -> None:
    assert panel.state is panel.empty
    assert panel.empty.text.text() == "Open or create a corpus to see it as a map."


def test_a_corpus_without_passages_or_embeddings_says_so(panel: MapPanel, session: Session) -> None:
    session.set_corpus(a_corpus(passages=0, embedded=0))
    assert panel.empty.title.text() == "Nothing to map yet"
    session.set_corpus(a_corpus(passages=7, embedded=0))
    assert panel.state is panel.empty
    assert "embedded first" in panel.empty.text.text()


def test_a_map_is_made_step_by_step_and_shown(panel: MapPanel, session: Session, link: FakeLink) -> None:
    session.set_corpus(a_corpus())
    assert panel.state is panel.offer
    assert panel.make.text() == "Make map"
    panel.make.trigger()
    assert (link.jobs[0].request.method, link.jobs[0].request.args) == ("build_map", ("Letters",))
    assert panel.state is panel.making
    link.progress(Progress("Laying out", 30, 200, "epochs"))
    assert panel.making.step.text() == "Laying out · 30 of 200 epochs"
    assert (panel.making.bar.value(), panel.making.bar.maximum()) == (30, 200)
    link.progress(Progress("Finding clusters"))
    assert panel.making.step.text() == "Finding clusters …"
    data = a_map(CORNERS)
    link.finish(data)
    assert session.map is data
    assert panel.state is None
    assert panel.make.text() == "Update map"


def test_a_map_under_way_for_another_corpus_is_not_waited_for(
    panel: MapPanel, session: Session, link: FakeLink
) -> None:
    session.set_corpus(a_corpus())
    panel.make.trigger()
    session.set_corpus(a_corpus("Recipes"))
    assert panel.state is panel.offer


def test_too_few_documents_show_the_note(panel: MapPanel, session: Session) -> None:
    session.set_corpus(a_corpus(passages=1, embedded=1))
    session.set_map(a_map([], note="One passage makes no map yet."))
    assert panel.state is panel.empty
    assert panel.empty.text.text() == "One passage makes no map yet."


def test_passages_without_a_place_are_said_and_the_map_can_be_made_anew(
    panel: MapPanel, session: Session, link: FakeLink
) -> None:
    show(panel, session, a_map(CORNERS, unmapped=37))
    assert panel.notice.isVisible()
    assert panel.notice.sentence.text() == "37 passages are not on the map yet."
    QTest.mouseClick(panel.notice.button, LEFT)
    assert link.jobs[0].request.method == "build_map"
    assert panel.notice.sentence.text() == "The map is being made again. The one on show stays until then."
    assert panel.state is None  # the old map stays until then
    link.finish(a_map(CORNERS))
    assert not panel.notice.isVisible()


def test_a_map_that_has_drifted_offers_to_be_made_anew(panel: MapPanel, session: Session) -> None:
    drift = Drift(placed=12, strangers=0.5, said="Half of the new passages are unlike anything on this map.")
    show(panel, session, a_map(CORNERS, drift=drift))
    assert panel.notice.sentence.text() == "Half of the new passages are unlike anything on this map."
    assert panel.notice.button.isVisible()
    session.set_map(a_map(CORNERS, drift=Drift(placed=3)))  # nothing worth saying
    assert not panel.notice.isVisible()


def test_a_map_that_grew_keeps_the_view_and_one_made_anew_is_fitted(
    panel: MapPanel, session: Session
) -> None:
    show(panel, session, a_map(CORNERS))
    panel.view.zoom(3)
    view = panel.view.view
    session.set_map(a_map([*CORNERS, (2.0, 3.0)]))
    assert panel.view.view == view
    assert len(panel.view.figure.data.passage_ids) == 6
    moved = [(x + 3, -y) for x, y in [*CORNERS, (2.0, 3.0)]]
    session.set_map(a_map(moved))
    panel.view.finish_drawing()
    assert panel.view.view == panel.view.figure.fitted(panel.view.width(), panel.view.height())


def test_clusters_found_again_on_the_same_points_keep_the_view(panel: MapPanel, session: Session) -> None:
    show(panel, session, a_map(CORNERS, [0] * 5, ["letters"]))
    panel.view.zoom(3)
    view = panel.view.view
    session.set_map(
        a_map(CORNERS, [0, 0, 1, 1, -1], ["post", "stamps"])
    )  # arrays of its own, as from the engine
    assert panel.view.view == view
    assert [cluster.name for cluster in panel.view.figure.data.clusters] == ["post", "stamps"]


def test_a_renamed_cluster_keeps_the_view(panel: MapPanel, session: Session) -> None:
    data = a_map(CORNERS, [0] * 5, ["letters"])
    show(panel, session, data)
    panel.view.zoom(3)
    view = panel.view.view
    session.set_map(replace(data, clusters=(replace(data.clusters[0], name="Post"),)))
    assert panel.view.view == view
    assert panel.view.figure is not None
    assert panel.view.figure.data.clusters[0].name == "Post"


def test_everything_has_a_name_to_be_read_out(panel: MapPanel, session: Session) -> None:
    show(panel, session, a_map(CORNERS))
    named = [panel, panel.view, panel.legend, panel.tools.colouring, *panel.tools.buttons]
    assert all(widget.accessibleName() for widget in named)
    assert "5 passages" in panel.view.accessibleDescription()


def test_the_map_follows_the_colours_of_the_window(
    qapp: QApplication, panel: MapPanel, session: Session
) -> None:
    theme = Theme(qapp, "light")
    theme.apply()
    show(panel, session, a_map(CORNERS))
    light = colour_at(panel, 2.5, 7)
    theme.apply("dark")
    QApplication.processEvents()
    panel.view.finish_drawing()
    dark = colour_at(panel, 2.5, 7)
    theme.apply("light")
    assert sum(dark) < 200 < 600 < sum(light)


# the picture in the making


def many(n: int) -> MapData:
    xy = np.random.default_rng(4).uniform(0, 1, (n, 2)).astype(np.float32)
    return replace(a_map([(0.0, 0.0)] * n), xy=xy)


def test_a_sample_stands_in_while_the_map_moves_and_the_whole_follows(
    panel: MapPanel, session: Session, qtbot: QtBot
) -> None:
    show(panel, session, many(150_000))
    drawing = panel.view._drawing
    assert drawing.picture is not None
    assert not drawing.picture.sampled
    panel.view.zoom(1.05)
    drawing.finish()
    assert drawing.picture.sampled
    assert drawing.picture.view == panel.view.view
    qtbot.waitUntil(lambda: not drawing.picture.sampled and not drawing.busy)
    assert drawing.picture.view == panel.view.view


def test_the_last_picture_moves_with_the_hand_at_once(panel: MapPanel, session: Session) -> None:
    show(panel, session, a_map(CORNERS))
    picture = panel.view._drawing.picture
    before = colour_at(panel, 5, 5)
    panel.view._move(panel.view.view.panned(33, -12))
    assert colour_at(panel, 5, 5) == before
    assert panel.view._drawing.picture is picture  # nothing was drawn anew


def test_a_new_selection_in_the_middle_of_drawing_leaves_no_trace(panel: MapPanel, session: Session) -> None:
    show(panel, session, many(30_000))
    clean = panel.view.grab().toImage()
    drawing = panel.view._drawing
    panel.view._at_rest()
    drawing._step()
    drawing._step()
    session.set_selection({10, 20}, "rows")
    session.set_selection((), "")
    panel.view.finish_drawing()
    assert panel.view.grab().toImage() == clean


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_a_picture_has_all_pixels_of_the_screen(panel: MapPanel, session: Session, ratio: float) -> None:
    show(panel, session, a_map(CORNERS))
    drawing, view = panel.view._drawing, panel.view.view
    drawing.aim(view, view.scale, ratio, moving=False)
    drawing.finish()
    assert drawing.picture is not None
    image = drawing.picture.base
    assert (image.width(), image.height()) == (round(view.width * ratio), round(view.height * ratio))
    for place in CORNERS:
        x, y = view.to_window(*place)
        assert image.pixelColor(int(x * ratio), int(y * ratio)).alpha() > 150


def test_a_narrow_panel_keeps_the_tools_that_have_no_other_way(panel: MapPanel, session: Session) -> None:
    show(panel, session, a_map(CORNERS))
    assert all(button.isVisible() for button in panel.tools.buttons)
    panel.setMinimumWidth(260)
    panel.resize(300, 500)
    QApplication.processEvents()
    shown = [button.accessibleName() for button in panel.tools.buttons if button.isVisible()]
    assert shown == ["Move the map", "Lasso", "Rectangle", "Show on the map"]
    assert panel.tools.colouring.isVisible()


def test_a_map_made_anew_glides_from_the_one_before(
    panel: MapPanel, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(panel, session, a_map(CORNERS))
    ways: list[tuple[str, int]] = []
    for name in ("show_grown", "morph_to"):
        monkeypatch.setattr(
            panel.view, name, lambda figure, _colouring, name=name: ways.append((name, len(figure)))
        )
    session.set_map(a_map([*CORNERS, (1.0, 1.0)]))  # nothing moved
    session.set_map(a_map([(y, x + 1) for x, y in CORNERS]))  # everything moved
    assert ways == [("show_grown", 6), ("morph_to", 5)]
