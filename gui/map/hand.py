"""The map under the hand: mouse, wheel and pinch become views, choices and selections."""

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QEnterEvent, QMouseEvent, QNativeGestureEvent, QWheelEvent
from PySide6.QtWidgets import QGestureEvent, QPinchGesture, QWidget

from gui.map.card import HoverCard
from gui.map.cluster_card import ClusterCard
from gui.map.drawing.colouring import Colouring
from gui.map.drawing.figure import Figure, Rows
from gui.map.drawing.geometry import View
from gui.map.drawing.names import Name
from gui.map.drawing.surface import NO_ROWS, MapSurface
from gui.map.named import rows_of_name

DWELL = 90
"""Milliseconds the hand stays on a point or a name before its text is asked for."""
REACH = 6.0
"""Pixels beyond a disc's edge within which a click still means it."""
SAME_PLACE = 2.0
"""Pixels within which nobody can tell two points apart: a click there lists them all."""
ZOOM_STEP = 1.35


class HandledMap(MapSurface):
    """A map to move and to choose on. Rows in its signals are rows of the figure's arrays."""

    point_chosen = Signal(int)
    """A row was clicked, to be read."""
    here_wanted = Signal(object)
    """Rows int32 that lie on one another where was clicked, the nearest first."""
    rows_selected = Signal(object, str, str)
    """Rows int32, how ("lasso"), and what to do: "replace", "add" or "remove"."""
    cluster_selected = Signal(int, str)
    """The cluster of a point that was clicked twice, -1 for noise, and what to do."""
    name_selected = Signal(object, str)
    """A name that was clicked, and what to do."""
    hover_wanted = Signal(int)
    """The row under the hand, -1 when it left."""
    name_hovered = Signal(object)
    """The name under the hand, None when it left."""
    name_card_wanted = Signal(object)
    """The hand stays on a name."""
    menu_wanted = Signal(QPoint, int)
    """A place on the screen, and the row there, -1 for none."""
    tool_changed = Signal(str)
    moved = Signal()
    """Another part of the map is in the window."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.grabGesture(Qt.GestureType.PinchGesture)
        self.tool = "pan"
        self._press: QPointF | None = None
        self._last = QPointF()
        self._dragged = False
        self._space = False
        self._pushing = False
        self._hovered_name: Name | None = None
        self._dwell = QTimer(self, interval=DWELL, singleShot=True)
        self._dwell.timeout.connect(self._ask_for_text)
        self.card = HoverCard(self)
        self.name_card = ClusterCard(self)

    def show_figure(self, figure: Figure | None, colouring: Colouring | None = None) -> None:
        """Show another map, fitted; or none."""
        self._leave()
        super().show_figure(figure, colouring)
        self.moved.emit()

    def set_tool(self, tool: str) -> None:
        """Let a drag do something else: "pan", "lasso" or "rectangle"."""
        if tool != self.tool:
            self.tool = tool
            if tool != "pan":
                self._marquee_tool = tool
            self._point_cursor()
            self.tool_changed.emit(tool)

    def show_card(self, row: int, title: str, place: str, text: str, cluster: str, colour: str) -> None:
        """Show a point's text beside it, if the hand is still there."""
        if row == self._hovered and self._press is None:
            spot, radius = self.spot(row), self._drawing.radius(self.view)
            self.card.show_at(spot, radius, title, place, text, cluster, colour)

    def show_name_card(self, name: Name, facts: str, keywords: str, texts: list[str], colour: str) -> None:
        """Show what a name stands for beside it, if the hand is still there."""
        box = dict(self._names.boxes(self.view)).get(name) if self._names else None
        if name == self._hovered_name and self._press is None and box is not None:
            left, top, right, bottom = box
            written = QRectF(left, top, right - left, bottom - top)
            self.name_card.show_at(written, name.text, facts, keywords, texts, colour)

    def spot(self, row: int) -> QPointF:
        """Return where a point lies in the window."""
        return self._spot(row)

    def rows_under(self, row: int) -> Rows:
        """Return the rows whose points touch the middle of a point's disc, itself first."""
        if self.figure is None:
            return NO_ROWS
        x, y = self.figure.data.xy[row].tolist()
        return self.figure.rows_at(x, y, max(self._drawing.radius(self.view), SAME_PLACE) / self.view.scale)

    def _move(self, view: View) -> None:
        self._hide_cards()
        super()._move(view)
        self.moved.emit()

    # the hand

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click, a push or a selection."""
        if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton) or not self.figure:
            super().mousePressEvent(event)
            return
        self._press = self._last = event.position()
        self._dragged = False
        self._pushing = event.button() == Qt.MouseButton.MiddleButton or not self._wants_marquee(event)
        self._leave()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Push the map, draw the lasso, or see what is under the hand."""
        at = event.position()
        if self._press is None:
            self._last = at
            self._hover(at)
            return
        if not self._dragged and (at - self._press).manhattanLength() < 4:
            return
        if not self._dragged:
            self._dragged = True
            self._marquee = [] if self._pushing else [self._press]
            self._point_cursor()
        if self._pushing:
            self._move(self.view.panned(at.x() - self._last.x(), at.y() - self._last.y()))
        else:
            self._marquee.append(at)
            self.update()
        self._last = at

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a push, select what the lasso holds, or choose what was clicked."""
        if self._press is None:
            return
        press, corners = self._press, self._marquee
        self._press, self._marquee = None, []
        self._point_cursor()
        if corners:
            self._select_inside([*corners, event.position()], _intent(event))
        elif not self._dragged and event.button() == Qt.MouseButton.LeftButton:
            self._click(press, _intent(event))
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Go to a cluster by its name, select a point's cluster, or show the whole map when nothing was meant."""
        if event.button() != Qt.MouseButton.LeftButton or self.figure is None:
            return
        name, row = self._name_at(event.position()), self._row_at(event.position())
        if name is not None:
            self.show_rows(rows_of_name(self.figure, name))
        elif row < 0:
            self.fit()
        else:
            self.cluster_selected.emit(int(self.figure.data.cluster_ids[row]), _intent(event))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done at this place."""
        if self.figure is not None:
            self.menu_wanted.emit(event.globalPos(), self._row_at(event.pos().toPointF()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom where the hand is."""
        turned = event.angleDelta().y() or event.angleDelta().x()
        self.zoom(ZOOM_STEP ** (turned / 120), event.position())
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Zoom by a pinch, on a trackpad or a touch screen; be sharp again on another screen."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._at_rest()
        if (
            isinstance(event, QNativeGestureEvent)
            and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture
        ):
            self.zoom(max(0.2, 1 + event.value()), event.position())
            return True
        if isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture):
                self.zoom(pinch.scaleFactor(), QPointF(self.mapFromGlobal(pinch.centerPoint().toPoint())))
                return True
        return super().event(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show what a drag would do."""
        self._point_cursor()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Forget what was under the hand."""
        self._leave()
        super().leaveEvent(event)

    def _wants_marquee(self, event: QMouseEvent) -> bool:
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        return not self._space and (shifted or self.tool != "pan")

    def _select_inside(self, corners: list[QPointF], intent: str) -> None:
        if self.figure is None:
            return
        if self._marquee_tool == "lasso":
            line = np.array([[corner.x(), corner.y()] for corner in corners])
            rows = self.figure.rows_in_polygon(self.view.all_to_map(line))
        else:
            box = QRectF(corners[0], corners[-1]).normalized()
            left, top = self.view.to_map(box.left(), box.top())
            right, bottom = self.view.to_map(box.right(), box.bottom())
            rows = self.figure.rows_in_rectangle((left, bottom, right, top))
        self.rows_selected.emit(rows, self._marquee_tool, intent)

    def _click(self, at: QPointF, intent: str) -> None:
        name, row = self._name_at(at), self._row_at(at)
        if name is not None:
            self.name_selected.emit(name, intent)
        elif row >= 0 and intent == "replace":
            self._choose(row)
        elif row >= 0:
            self.rows_selected.emit(np.array([row], dtype=np.int32), "clicks", intent)

    def _choose(self, row: int) -> None:
        """Read a point, or list all that lie on it."""
        if self.figure is not None:
            x, y = self.figure.data.xy[row].tolist()
            rows = self.figure.rows_at(x, y, SAME_PLACE / self.view.scale)
            if len(rows) > 1:
                self.here_wanted.emit(rows)
            else:
                self.point_chosen.emit(row)

    def _row_at(self, at: QPointF) -> int:
        if self.figure is None:
            return -1
        x, y = self.view.to_map(at.x(), at.y())
        row = self.figure.nearest(x, y, (self._drawing.radius(self.view) + REACH) / self.view.scale)
        return -1 if row is None else row

    def _name_at(self, at: QPointF) -> Name | None:
        """Return the name that stands at a place in the window, None for none."""
        if self._names is None or not self.names_shown:
            return None
        for name, (left, top, right, bottom) in self._names.boxes(self.view):
            if left <= at.x() <= right and top <= at.y() <= bottom:
                return name
        return None

    # hovering

    def _hover(self, at: QPointF) -> None:
        name = self._name_at(at)
        row = -1 if name is not None else self._row_at(at)
        if (name, row) == (self._hovered_name, self._hovered):
            return
        self._hide_cards()
        self._point_at_name(name)
        self._hovered = row
        self._point_cursor()
        self.update()
        if row >= 0 or name is not None:
            self._dwell.start()

    def _ask_for_text(self) -> None:
        if self._hovered_name is not None:
            self.name_card_wanted.emit(self._hovered_name)
        elif self._hovered >= 0:
            self.hover_wanted.emit(self._hovered)

    def _point_at_name(self, name: Name | None) -> None:
        if name != self._hovered_name:
            self._hovered_name = name
            self.name_hovered.emit(name)

    def _leave(self) -> None:
        self._point_at_name(None)
        if self._hovered >= 0:
            self._hovered = -1
            self.hover_wanted.emit(-1)
            self.update()
        self._hide_cards()

    def _hide_cards(self) -> None:
        self._dwell.stop()
        self.card.hide()
        self.name_card.hide()

    def _point_cursor(self) -> None:
        shape = Qt.CursorShape
        if self._press is not None and self._dragged and self._pushing:
            self.setCursor(shape.ClosedHandCursor)
        elif self._hovered >= 0 or self._hovered_name is not None:
            self.setCursor(shape.PointingHandCursor)
        elif self.tool == "pan" or self._space:
            self.setCursor(shape.OpenHandCursor)
        else:
            self.setCursor(shape.CrossCursor)


def _intent(event: QMouseEvent) -> str:
    """Return what a selection does to the one before, by the keys held."""
    if event.modifiers() & Qt.KeyboardModifier.AltModifier:
        return "remove"
    return "add" if event.modifiers() & Qt.KeyboardModifier.ControlModifier else "replace"
