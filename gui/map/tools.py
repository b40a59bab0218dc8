"""The map's tools in the head of its panel: what colours the points, what a drag does, what is shown, zoom."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from gui.map.colour_box import ColourBox
from gui.map.hand import ZOOM_STEP
from gui.map.icons import map_icon
from gui.map.view import MapView
from gui.panel import tool_button
from gui.theme import GAP, tones

DRAGS = (
    ("pan", "Move the map", "H", "Drag to move the map; hold Shift to select"),
    ("lasso", "Lasso", "L", "Draw round passages to select them; Ctrl adds, Alt removes"),
    ("rectangle", "Rectangle", "R", "Drag over passages to select them; Ctrl adds, Alt removes"),
)
ROOMY, NARROW, NARROWEST = 540, 480, 350
"""Pixels below which the head gives up whole names of colourings, then what wheel and keys do, then what menus do."""


class MapTools(QWidget):
    """Works a map; `make` is the action that makes it anew, `shown` what the View menu holds, None for a line."""

    def __init__(self, view: MapView, make: QAction, shown: Sequence[QAction | QMenu | None]) -> None:
        super().__init__()
        self._view = view
        self._make_actions()
        self.colouring = ColourBox()
        self.shown = _menu_button(shown)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.colouring)
        row.addSpacing(GAP)
        before = [tool_button(action) for action in self.drags.actions()]
        after = [tool_button(action) for action in (self.farther, self.closer, self.fit, make)]
        self.buttons: list[QToolButton] = [*before, self.shown, *after]
        for button in self.buttons:
            row.addWidget(button)
        self._spared_first = (self.closer, self.farther)
        self._spared_last = (*self._spared_first, self.fit, make)
        self._dress()

    @property
    def kind(self) -> str:
        """Return what colours the points, as the box says it."""
        return self.colouring.kind

    def colour_by(self, kind: str) -> None:
        """Colour the points by something else."""
        self.colouring.choose(kind)

    def show_in(self, width: int) -> None:
        """Show the tools that one cannot do without, and the others where the panel is wide enough."""
        self.colouring.set_roomy(width >= ROOMY)
        spared = () if width >= NARROW else self._spared_first if width >= NARROWEST else self._spared_last
        for button in self.buttons:
            button.setVisible(button is self.shown or button.defaultAction() not in spared)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "buttons"):
            self._dress()

    def _make_actions(self) -> None:
        self.drags = QActionGroup(self)
        for name, text, key, tip in DRAGS:
            action = self._action(text, key, tip)
            action.setCheckable(True)
            action.setChecked(name == "pan")
            action.setData(name)
            self.drags.addAction(action)
        self.fit = self._action("Show all", "", "Show the whole map (0)")
        self.closer = self._action("Zoom in", "", "Zoom in (+)")
        self.farther = self._action("Zoom out", "", "Zoom out (−)")
        self.drags.triggered.connect(self._on_drag)
        self.fit.triggered.connect(self._view.fit)
        self.closer.triggered.connect(self._zoom_in)
        self.farther.triggered.connect(self._zoom_out)

    def _action(self, text: str, key: str, tip: str) -> QAction:
        action = QAction(text, self)
        action.setToolTip(f"{tip} ({key})" if key else tip)
        if key:
            action.setShortcut(QKeySequence(key))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            self._view.addAction(action)
        return action

    def _dress(self) -> None:
        colours = tones(self.palette())
        pictured = {action: str(action.data()) for action in self.drags.actions()}
        pictured |= {self.fit: "fit", self.closer: "closer", self.farther: "farther"}
        for action, name in pictured.items():
            action.setIcon(map_icon(name, colours))
        self.shown.setIcon(map_icon("layers", colours))

    def _on_drag(self, action: QAction) -> None:
        self._view.set_tool(str(action.data()))

    def _zoom_in(self) -> None:
        self._view.zoom(ZOOM_STEP)

    def _zoom_out(self) -> None:
        self._view.zoom(1 / ZOOM_STEP)


def _menu_button(shown: Sequence[QAction | QMenu | None]) -> QToolButton:
    button = QToolButton()
    button.setIconSize(QSize(18, 18))
    button.setAutoRaise(True)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setToolTip("What the map shows, kept views, selecting and saving")
    button.setAccessibleName("Show on the map")
    menu = QMenu(button)
    menu.setToolTipsVisible(True)
    for one in shown:
        if one is None:
            menu.addSeparator()
        elif isinstance(one, QMenu):
            menu.addMenu(one)
        else:
            menu.addAction(one)
    button.setMenu(menu)
    return button
