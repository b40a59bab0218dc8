"""The map under the hand: mouse, pinch and keys become views, choices and selections."""

import math

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QNativeGestureEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGestureEvent, QPinchGesture, QWidget

from gui.map.card import HoverCard
from gui.map.figure import Colouring, Figure
from gui.map.geometry import View
from gui.map.surface import MapSurface

DWELL = 90
"""Milliseconds the hand stays on a point before its text is asked for."""
REACH = 6.0
"""Pixels beyond a disc's edge within which a click still means it."""
STEP = 80
"""Pixels an arrow key moves the map."""
ZOOM_STEP = 1.35


class MapView(MapSurface):
    """A map to move and to choose on. Rows in its signals are rows of the figure's arrays."""

    point_chosen = Signal(int)
    """A row was clicked, to be read."""
    rows_selected = Signal(object, str, str)
    """Rows int32, how ("lasso"), and what to do: "replace", "add" or "remove"."""
    clear_wanted = Signal()
    hover_wanted = Signal(int)
    """The row under the hand, -1 when it left."""
    tool_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.grabGesture(Qt.GestureType.PinchGesture)
        self.tool = "pan"
        self._press: QPointF | None = None
        self._last = QPointF()
        self._dragged = False
        self._space = False
        self._pushing = False
        self._dwell = QTimer(self, interval=DWELL, singleShot=True)
        self._dwell.timeout.connect(self._ask_for_text)
        self.card = HoverCard(self)

    def show_figure(self, figure: Figure | None, colouring: Colouring | None = None) -> None:
        """Show another map, fitted; or none."""
        self._leave_point()
        super().show_figure(figure, colouring)

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
            self.card.show_at(
                self._spot(row), self._drawing.radius(self.view), title, place, text, cluster, colour
            )

    def _move(self, view: View) -> None:
        self._hide_card()
        super()._move(view)

    # the hand

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click, a push or a selection."""
        if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton) or not self.figure:
            super().mousePressEvent(event)
            return
        self._press = self._last = event.position()
        self._dragged = False
        self._pushing = event.button() == Qt.MouseButton.MiddleButton or not self._wants_marquee(event)
        self._leave_point()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Push the map, draw the lasso, or see what is under the hand."""
        at = event.position()
        if self._press is None:
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
            self._click(press, event)
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the whole map when nothing was meant."""
        if event.button() == Qt.MouseButton.LeftButton and self._row_at(event.position()) < 0:
            self.fit()

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
        self._leave_point()
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

    def _click(self, at: QPointF, event: QMouseEvent) -> None:
        row = self._row_at(at)
        if row < 0:
            return
        intent = _intent(event)
        if intent == "replace":
            self.point_chosen.emit(self._next_at_same_place(row))
        else:
            self.rows_selected.emit(np.array([row], dtype=np.int32), "clicks", intent)

    def _row_at(self, at: QPointF) -> int:
        if self.figure is None:
            return -1
        x, y = self.view.to_map(at.x(), at.y())
        row = self.figure.nearest(x, y, (self._drawing.radius(self.view) + REACH) / self.view.scale)
        return -1 if row is None else row

    def _next_at_same_place(self, row: int) -> int:
        """Return the row, or the one after the current where several lie on one another: clicks go through them."""
        if self.figure is None or self._current < 0:
            return row
        xy = self.figure.data.xy
        if (xy[row] != xy[self._current]).any():
            return row
        x, y = xy[row].tolist()
        here = np.sort(self.figure.rows_in_rectangle((x, y, x, y)))
        return int(here[(np.searchsorted(here, self._current) + 1) % len(here)])

    # hovering

    def _hover(self, at: QPointF) -> None:
        row = self._row_at(at)
        if row == self._hovered:
            return
        self._hide_card()
        self._hovered = row
        self._point_cursor()
        self.update()
        if row >= 0:
            self._dwell.start()

    def _ask_for_text(self) -> None:
        if self._hovered >= 0:
            self.hover_wanted.emit(self._hovered)

    def _leave_point(self) -> None:
        if self._hovered >= 0:
            self._hovered = -1
            self.hover_wanted.emit(-1)
            self.update()
        self._hide_card()

    def _hide_card(self) -> None:
        self._dwell.stop()
        self.card.hide()

    def _point_cursor(self) -> None:
        shape = Qt.CursorShape
        if self._press is not None and self._dragged and self._pushing:
            self.setCursor(shape.ClosedHandCursor)
        elif self._hovered >= 0:
            self.setCursor(shape.PointingHandCursor)
        elif self.tool == "pan" or self._space:
            self.setCursor(shape.OpenHandCursor)
        else:
            self.setCursor(shape.CrossCursor)

    # keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Pan by arrows, zoom by + and −, fit by 0 or Home, read by Enter, clear by Esc, all by Ctrl+A."""
        key = event.key()
        pushes = {
            Qt.Key.Key_Left: (1, 0),
            Qt.Key.Key_Right: (-1, 0),
            Qt.Key.Key_Up: (0, 1),
            Qt.Key.Key_Down: (0, -1),
        }
        if event.matches(QKeySequence.StandardKey.SelectAll):
            self._select_all()
        elif key in pushes:
            across, down = pushes[Qt.Key(key)]
            self._move(self.view.panned(across * STEP, down * STEP))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(ZOOM_STEP)
        elif key in (Qt.Key.Key_Minus, Qt.Key.Key_Underscore):
            self.zoom(1 / ZOOM_STEP)
        elif key in (Qt.Key.Key_0, Qt.Key.Key_Home):
            self.fit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose_middle()
        elif key == Qt.Key.Key_Escape:
            self._escape()
        elif key == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = True
            self._point_cursor()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Let go of the hand that Space lent."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self._point_cursor()
        super().keyReleaseEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus, when keys brought it."""
        super().focusInEvent(event)
        reason = Qt.FocusReason
        self._focus_by_key = event.reason() in (
            reason.TabFocusReason,
            reason.BacktabFocusReason,
            reason.ShortcutFocusReason,
        )
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the focus, and forget a held Space."""
        super().focusOutEvent(event)
        self._space = self._focus_by_key = False
        self.update()

    def _select_all(self) -> None:
        if self.figure:
            rows = np.concatenate((self.figure.noise.rows, self.figure.members.rows))
            self.rows_selected.emit(rows, "whole map", "replace")

    def _choose_middle(self) -> None:
        """Choose the point nearest to the middle of the window, for those without a mouse."""
        if self.figure:
            row = self.figure.nearest(self.view.x, self.view.y, math.hypot(*self._half()) / self.view.scale)
            if row is not None:
                self.point_chosen.emit(self._next_at_same_place(row))

    def _half(self) -> tuple[float, float]:
        return self.width() / 2, self.height() / 2

    def _escape(self) -> None:
        if self._marquee:
            self._press, self._marquee = None, []
            self.update()
        else:
            self.clear_wanted.emit()


def _intent(event: QMouseEvent) -> str:
    """Return what a selection does to the one before, by the keys held."""
    if event.modifiers() & Qt.KeyboardModifier.AltModifier:
        return "remove"
    return "add" if event.modifiers() & Qt.KeyboardModifier.ControlModifier else "replace"
