"""A map panel on the screen with a session and a link that answers when the test says so."""

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.map.records import MapData
from gui.actions import Actions
from gui.map.panel import MapPanel
from gui.session import Session
from indexes.records import Locator, Passage
from tests.gui.map_samples import FakeLink, a_corpus

NONE = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton


class DeskWindow(QObject):
    """Stands for the window whose actions work the panel."""

    map_panel: MapPanel


@dataclass
class Desk:
    """What a test needs of a map panel."""

    panel: MapPanel
    session: Session
    link: FakeLink
    actions: Actions

    def show(self, data: MapData) -> None:
        self.session.set_corpus(a_corpus())
        self.session.set_map(data)
        QApplication.processEvents()
        self.panel.view.finish_drawing()
        self.panel.view.setFocus()

    def asked(self, method: str) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
        return [(args, handlers) for name, args, handlers in self.link.calls if name == method]

    def answer(self, method: str, result: Any) -> None:
        self.asked(method)[-1][1]["on_done"](result)

    def spy(self, method: str) -> list[tuple[Any, ...]]:
        """Note from now on what the map is told by one of its methods."""
        told: list[tuple[Any, ...]] = []
        original = getattr(self.panel.view, method)

        def noting(*arguments: Any) -> Any:
            told.append(arguments)
            return original(*arguments)

        setattr(self.panel.view, method, noting)
        return told

    def spot(self, x: float, y: float) -> QPoint:
        return QPointF(*self.panel.view.view.to_window(x, y)).toPoint()

    def click(self, x: float, y: float, keys: Qt.KeyboardModifier = NONE) -> None:
        QTest.mouseClick(self.panel.view, LEFT, keys, self.spot(x, y))

    def move(self, at: QPoint) -> None:
        QTest.mouseMove(self.panel.view, QPoint(1, 1))
        QTest.mouseMove(self.panel.view, at)

    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(self.panel.view, key, keys)

    def name_at(self, text: str) -> QPoint:
        """Return the middle of a name in the map's window."""
        names = self.panel.view._names
        left, top, right, bottom = next(
            box for name, box in names.boxes(self.panel.view.view) if name.text == text
        )
        return QPointF((left + right) / 2, (top + bottom) / 2).toPoint()


def open_desk(qtbot: QtBot) -> Desk:
    session, link, window = Session(), FakeLink(), DeskWindow()
    actions = Actions(window)
    panel = MapPanel(link, session, actions)
    window.map_panel = panel
    window.setParent(panel)
    qtbot.addWidget(panel)
    panel.resize(700, 600)
    panel.show()
    panel.activateWindow()
    return Desk(panel, session, link, actions)


def a_passage(passage_id: int) -> Passage:
    locator = Locator("page", "3")
    return Passage(
        passage_id, 1, "key", f"Title {passage_id}", "", "md", 0, 9, locator, f"Text {passage_id}."
    )
