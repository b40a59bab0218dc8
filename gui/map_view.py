"""The map widget: shows a figure, and turns hand and keys into views, choices and selections."""

import math

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGestureEvent, QPinchGesture, QWidget

from gui import palette
from gui.map_card import HoverCard
from gui.map_figure import Colouring, Figure, Rows, by_cluster
from gui.map_geometry import View
from gui.map_overlay import Hits, Names, paint_current, paint_focus, paint_hits, paint_marquee
from gui.map_picture import Drawing
from gui.theme import tones

REST = 80
"""Milliseconds without a move after which the full picture is drawn."""
DWELL = 90
"""Milliseconds the hand stays on a point before its text is asked for."""
REACH = 6.0
"""Pixels beyond a disc's edge within which a click still means it."""
STEP = 80
"""Pixels an arrow key moves the map."""
ZOOM_STEP = 1.35
DIMMED, DIMMED_BY_HITS = 0.28, 0.45
MOST_HITS = 400
"""Hits that get a light each."""
NO_ROWS: Rows = np.zeros(0, dtype=np.int32)


class MapView(QWidget):
    """Shows a figure. Rows in its signals and methods are rows of the figure's arrays."""

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
        self.setAccessibleName("Map")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.grabGesture(Qt.GestureType.PinchGesture)
        self.figure: Figure | None = None
        self.view = View(0, 0, 1, 1, 1)
        self.tool = "pan"
        self.names_shown = True
        self._marquee_tool = "lasso"
        self._colouring: Colouring | None = None
        self._names: Names | None = None
        self._selected: Rows = NO_ROWS
        self._hits: Hits | None = None
        self._current = -1
        self._hovered = -1
        self._fit_follows = True
        self._press: QPointF | None = None
        self._last = QPointF()
        self._dragged = False
        self._marquee: list[QPointF] = []
        self._space = False
        self._pushing = False
        self._focus_by_key = False
        self._drawing = Drawing(self)
        self._drawing.finished.connect(self.update)
        self._rest = _timer(self, REST, self._at_rest)
        self._dwell = _timer(self, DWELL, self._ask_for_text)
        self.card = HoverCard(self)

    # what is shown

    def show_figure(self, figure: Figure | None, colouring: Colouring | None = None) -> None:
        """Show another map, fitted; or none."""
        self.figure = figure
        self._colouring = colouring or (by_cluster(figure) if figure else None)
        self._selected, self._hits, self._current = NO_ROWS, None, -1
        self._leave_point()
        self._fit_follows = True
        self._describe()
        self._redraw()
        self.fit()

    def rename(self, figure: Figure) -> None:
        """Show the same points under other cluster names."""
        self.figure, self._names = figure, None
        self.update()

    def colour_by(self, colouring: Colouring) -> None:
        """Colour the points by something else."""
        self._colouring = colouring
        self._redraw()

    def select(self, rows: Rows) -> None:
        """Show these points as selected, the others dimmed."""
        self._selected = rows
        self._drawing.light(rows)
        self._aim()

    def light_hits(self, rows: Rows, scores: list[float]) -> None:
        """Light up the hits of a search by their scores, the others dimmed."""
        self._hits = None
        if len(rows) and self.figure and self._colouring:
            best = np.argsort(scores)[::-1][:MOST_HITS]
            colours = self._colouring.table(tones(self.palette()).dark)[self._colouring.ids[rows[best]]]
            values = np.asarray(scores, dtype=np.float64)[best]
            low, high = values.min(), values.max()
            bright = (values - low) / (high - low) if high > low else np.ones(len(values))
            names = ["#{:02x}{:02x}{:02x}".format(*colour) for colour in colours.astype(int).tolist()]
            self._hits = Hits(self.figure.data.xy[rows[best]], bright, names)
        self.update()

    def mark_current(self, row: int) -> None:
        """Mark the passage being read; -1 for none. It is brought into view when it is outside."""
        self._current = row
        if row >= 0 and self.figure:
            x, y = (float(value) for value in self.figure.data.xy[row])
            across, down = self.view.to_window(x, y)
            if not (0 <= across <= self.width() and 0 <= down <= self.height()):
                self._move(self.view.panned(self.width() / 2 - across, self.height() / 2 - down))
        self.update()

    def show_rows(self, rows: Rows) -> None:
        """Zoom to some points."""
        if self.figure and len(rows):
            view = View.fitted(self.figure.bounds_of_rows(rows), self.width(), self.height())
            closest = self._fitted_scale() * 40
            self._move(View(view.x, view.y, min(view.scale, closest), view.width, view.height))

    def show_names(self, shown: bool) -> None:
        """Show or hide the cluster names."""
        self.names_shown = shown
        self.update()

    def set_tool(self, tool: str) -> None:
        """Let a drag do something else: "pan", "lasso" or "rectangle"."""
        if tool != self.tool:
            self.tool = tool
            if tool != "pan":
                self._marquee_tool = tool
            self._point_cursor()
            self.tool_changed.emit(tool)

    def fit(self) -> None:
        """Show the whole map."""
        if self.figure:
            self._move(self.figure.fitted(self.width(), self.height()))
        self._fit_follows = True

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Come `factor` times closer to the place under `at`, the middle by default."""
        at = at or QPointF(self.width() / 2, self.height() / 2)
        self._move(self.view.zoomed(factor, at.x(), at.y(), self._fitted_scale()))

    def finish_drawing(self) -> None:
        """Draw the full picture now, without waiting for the hand to rest; for pictures of the window."""
        self._rest.stop()
        self._at_rest()
        self._drawing.finish()

    # moving

    def _move(self, view: View) -> None:
        if view == self.view or not self.figure:
            return
        self.view = view
        self._fit_follows = False
        self._hide_card()
        self._rest.start()
        self._aim(moving=True)
        self.update()

    def _at_rest(self) -> None:
        self._place_names()
        self._aim()
        self.update()

    def _aim(self, moving: bool = False) -> None:
        if self.figure and self.width() > 0 and self.height() > 0:
            self._drawing.aim(self.view, self._fitted_scale(), self.devicePixelRatioF(), moving)

    def _redraw(self) -> None:
        self._names = None
        self._drawing.show(self.figure, self._colouring, tones(self.palette()).dark)
        self._drawing.light(self._selected)
        self._aim()
        self.update()

    def _fitted_scale(self) -> float:
        return self.figure.fitted(self.width(), self.height()).scale if self.figure else 1.0

    def _place_names(self) -> None:
        if self.figure is None or not self.figure.data.clusters:
            return
        ratio, colours = self.devicePixelRatioF(), tones(self.palette())
        if self._names is None or (self._names.ratio, self._names.tones) != (ratio, colours):
            self._names = Names(self.figure, self.font(), colours, ratio)
        self._names.place(self.view, self._fitted_scale())

    # painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the newest picture where it now belongs, and what stands over it."""
        colours = tones(self.palette())
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(colours.surface))
        if self.figure is None:
            return
        if self._drawing.picture is None:
            self._aim(moving=True)
            self._drawing.finish()
            self._rest.start()
        self._drawing.paint(painter, self.view, self._dimming())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = self._drawing.radius(self.view)
        if self.names_shown:
            if self._names is None:
                self._place_names()
            if self._names:
                painter.setOpacity(0.6 if self._hits else 1.0)  # names step back where hits light up
                self._names.paint(painter, self.view)
                painter.setOpacity(1)
        if self._hits:
            paint_hits(painter, self.view, self._hits, radius, palette.glow_colour(colours.dark), colours)
        if self._current >= 0:
            paint_current(painter, self._spot(self._current), radius, colours)
        if self._hovered >= 0 and self._hovered != self._current:
            spot = self._spot(self._hovered)
            painter.setPen(QColor(colours.text))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(spot, max(radius, 3) + 2, max(radius, 3) + 2)
        paint_marquee(painter, self._marquee, self._marquee_tool == "lasso", colours)
        if self._focus_by_key:
            paint_focus(painter, self.width(), self.height(), colours)

    def _dimming(self) -> float:
        if len(self._selected):
            return DIMMED
        return DIMMED_BY_HITS if self._hits else 1.0

    def _spot(self, row: int) -> QPointF:
        x, y = self.figure.data.xy[row].tolist() if self.figure else (0.0, 0.0)
        return QPointF(*self.view.to_window(x, y))

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

    def show_card(self, row: int, title: str, place: str, text: str, cluster: str, colour: str) -> None:
        """Show a point's text beside it, if the hand is still there."""
        if row == self._hovered and self._press is None:
            self.card.show_at(
                self._spot(row), self._drawing.radius(self.view), title, place, text, cluster, colour
            )

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

    # the window round it

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(720, 520)

    def minimumSizeHint(self) -> QSize:
        """Return the size below which a map says nothing."""
        return QSize(340, 220)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep a fitted map fitted, and any other centred."""
        super().resizeEvent(event)
        if self.figure is None:
            return
        if self._fit_follows:
            self.fit()
        else:
            self._move(self.view.resized(self.width(), self.height()))
        self._at_rest()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme, the font and the screen."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._redraw()

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

    def _describe(self) -> None:
        if self.figure:
            data = self.figure.data
            self.setAccessibleDescription(
                f"{len(data.passage_ids):,} passages in {len(data.clusters)} clusters. Arrow keys move, + and − zoom, "
                "0 shows all, Enter reads the passage nearest to the middle."
            )


def _timer(parent: QWidget, milliseconds: int, slot: object) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.timeout.connect(slot)
    return timer


def _intent(event: QMouseEvent) -> str:
    """Return what a selection does to the one before, by the keys held."""
    if event.modifiers() & Qt.KeyboardModifier.AltModifier:
        return "remove"
    return "add" if event.modifiers() & Qt.KeyboardModifier.ControlModifier else "replace"
