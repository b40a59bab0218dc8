"""The map's tools in the head of its panel: what colours the points, what a drag does, names, zoom."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QToolButton, QWidget

from gui.map.icons import map_icon
from gui.map.view import ZOOM_STEP, MapView
from gui.panel import tool_button
from gui.theme import GAP, tones

DRAGS = (
    ("pan", "Move the map", "H", "Drag to move the map; hold Shift to select"),
    ("lasso", "Lasso", "L", "Draw round passages to select them; Ctrl adds, Alt removes"),
    ("rectangle", "Rectangle", "R", "Drag over passages to select them; Ctrl adds, Alt removes"),
)
COLOURINGS = (
    ("cluster", "By cluster"),
    ("format", "By type"),
    ("label", "By sentiment"),
)
COLOURING_WIDTH = 112
NARROW, NARROWEST = 480, 350
"""Pixels below which the head gives up what wheel and keys do, then what menus and keys do."""


class MapTools(QWidget):
    """Works a map; `make` is the action that makes it anew."""

    colouring_chosen = Signal()

    def __init__(self, view: MapView, make: QAction) -> None:
        super().__init__()
        self._view = view
        self._make_actions()
        self.colouring = QComboBox()
        self.colouring.setAccessibleName("Colour by")
        self.colouring.setToolTip(
            "Colour the points by their cluster, the type of their document, or sentiment"
        )
        for kind, name in COLOURINGS:
            self.colouring.addItem(name, kind)
        self.colouring.setMinimumWidth(COLOURING_WIDTH)
        self.colouring.currentIndexChanged.connect(self.colouring_chosen)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.colouring)
        row.addSpacing(GAP)
        actions = (*self.drags.actions(), self.names, self.farther, self.closer, self.fit, make)
        self.buttons: list[QToolButton] = [tool_button(action) for action in actions]
        for button in self.buttons:
            row.addWidget(button)
        self._spared_first = (self.closer, self.farther, self.names)
        self._spared_last = (*self._spared_first, self.fit, make)
        self._dress()

    @property
    def kind(self) -> str:
        """Return what colours the points: "cluster", "format" (document type) or "label" (sentiment)."""
        return str(self.colouring.currentData())

    def colour_by(self, kind: str) -> None:
        """Colour the points by something else."""
        self.colouring.setCurrentIndex([key for key, _ in COLOURINGS].index(kind))

    def show_in(self, width: int) -> None:
        """Show the tools that one cannot do without, and the others where the panel is wide enough."""
        spared = () if width >= NARROW else self._spared_first if width >= NARROWEST else self._spared_last
        for button in self.buttons:
            button.setVisible(button.defaultAction() not in spared)

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
        self.names = self._action("Cluster names", "N", "Show or hide the cluster names")
        self.names.setCheckable(True)
        self.names.setChecked(True)
        self.drags.triggered.connect(self._on_drag)
        self.fit.triggered.connect(self._view.fit)
        self.closer.triggered.connect(self._zoom_in)
        self.farther.triggered.connect(self._zoom_out)
        self.names.toggled.connect(self._view.show_names)

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
        pictured |= {self.fit: "fit", self.closer: "closer", self.farther: "farther", self.names: "names"}
        for action, name in pictured.items():
            action.setIcon(map_icon(name, colours))

    def _on_drag(self, action: QAction) -> None:
        self._view.set_tool(str(action.data()))

    def _zoom_in(self) -> None:
        self._view.zoom(ZOOM_STEP)

    def _zoom_out(self) -> None:
        self._view.zoom(1 / ZOOM_STEP)
