"""The map by keys, and its ways from place to place: push, zoom, walk from point to point and cluster to cluster."""

import math

import numpy as np
from PySide6.QtCore import QEasingCurve, QPointF, Qt, QVariantAnimation, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
)
from PySide6.QtWidgets import QWidget

from gui.map.drawing.colouring import Colouring
from gui.map.drawing.figure import Figure
from gui.map.drawing.geometry import View
from gui.map.hand import ZOOM_STEP, HandledMap
from gui.map.walking import home_of, next_cluster, next_point
from gui.wording import count

STEP = 80
"""Pixels an arrow key moves the map."""
KEYS = (
    "Arrow keys move, Ctrl and arrows walk from point to point, N and Shift N from cluster to cluster, Ctrl Home to "
    "what is typical of a cluster. Enter reads, plus and minus zoom, 0 shows all."
)
GLIDE = 280
"""Milliseconds that it takes to come to another view."""
RIM = 12
"""Pixels from the window's rim within which a point that keys come to is brought into the middle."""
WAYS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}


class MapView(HandledMap):
    """A map that needs no mouse. Where keys have walked to is hovered, as if the hand were there."""

    clear_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._walked = -1
        self._from = self._to = self.view
        self._gliding = QVariantAnimation(self)
        self._gliding.setStartValue(0.0)
        self._gliding.setEndValue(1.0)
        self._gliding.setDuration(GLIDE)
        self._gliding.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._gliding.valueChanged.connect(self._on_glided)

    def show_figure(self, figure: Figure | None, colouring: Colouring | None = None) -> None:
        """Show another map, fitted; or none."""
        self._gliding.stop()
        self._walked = -1
        super().show_figure(figure, colouring)

    def show_grown(self, figure: Figure, colouring: Colouring | None) -> None:
        """Show a map on which more points lie, in the view that is on show."""
        before, fitted = self.view, self._fit_follows
        self.show_figure(figure, colouring)
        if not fitted:
            self._move(before)

    def centre_on(self, x: float, y: float) -> None:
        """Bring a place of the map into the middle of the window."""
        self._gliding.stop()
        self._move(View(x, y, self.view.scale, self.view.width, self.view.height))

    def glide(self, x: float, y: float, scale: float) -> None:
        """Come to another view, in a moment that shows the way; at once where nothing moves on this desktop."""
        self._gliding.stop()
        self._from = self.view
        self._to = View(x, y, scale, self.view.width, self.view.height)
        if self._animates():
            self._gliding.start()
        else:
            self._move(self._to)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done at this place; by the menu key, where keys have walked to."""
        row = self.place_of_keys()
        if event.reason() != QContextMenuEvent.Reason.Keyboard or self.figure is None:
            super().contextMenuEvent(event)
        else:
            at = self.spot(row).toPoint() if row >= 0 else self.rect().center()
            self.menu_wanted.emit(self.mapToGlobal(at), row)

    def place_of_keys(self) -> int:
        """Return the row that keys or the hand are on, else that of the passage being read; -1 for none."""
        return self._hovered if self._hovered >= 0 else self._current

    def announce(self, row: int, text: str) -> None:
        """Let a screen reader say what the point is that keys have come to."""
        if row == self._walked:
            self.setAccessibleDescription(text)
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))

    def _on_glided(self, share: float) -> None:
        before, after = self._from, self._to
        scale = before.scale * (after.scale / before.scale) ** share
        # what is seen moves evenly when the middle goes as fast as the scale lets it
        done = share if after.scale == before.scale else _evenly(before.scale, after.scale, scale)
        x, y = before.x + (after.x - before.x) * done, before.y + (after.y - before.y) * done
        self._move(View(x, y, scale, self.width(), self.height()))

    # keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Push by arrows, walk by Ctrl and arrows, N for clusters, + and − zoom, 0 fits, Enter reads, Esc clears."""
        key, held = event.key(), event.modifiers()
        ctrl = bool(held & Qt.KeyboardModifier.ControlModifier)
        if event.matches(QKeySequence.StandardKey.SelectAll):
            self._select_all()
        elif key in WAYS and ctrl:
            self._walk(WAYS[Qt.Key(key)])
        elif key in WAYS:
            across, up = WAYS[Qt.Key(key)]
            self._move(self.view.panned(-across * STEP, up * STEP))
        elif key == Qt.Key.Key_N and not ctrl:
            self._walk_to_cluster(-1 if held & Qt.KeyboardModifier.ShiftModifier else 1)
        elif key == Qt.Key.Key_Home and ctrl:
            self._walk_to_cluster(0)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(ZOOM_STEP)
        elif key in (Qt.Key.Key_Minus, Qt.Key.Key_Underscore):
            self.zoom(1 / ZOOM_STEP)
        elif key in (Qt.Key.Key_0, Qt.Key.Key_Home):
            self.fit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose_here()
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
        """Hide the focus, and forget a held Space and where keys had walked to."""
        super().focusOutEvent(event)
        self._space = self._focus_by_key = False
        if self._walked >= 0 and event.reason() != Qt.FocusReason.PopupFocusReason:
            self._leave()
        self.update()

    def _walk(self, way: tuple[int, int]) -> None:
        """Go to the next point in a direction."""
        start = self._start()
        if self.figure is None or start < 0:
            return
        seen = self._drawing.radius(self.view) / self.view.scale
        row = next_point(self.figure.data.xy, start, way, seen)
        if row is not None:
            self._stand_on(row)

    def _walk_to_cluster(self, step: int) -> None:
        """Go to the next cluster, the one before (-1), or home in this one (0)."""
        if self.figure is None or not self.figure.data.clusters:
            return
        data, here = self.figure.data, self.place_of_keys()
        cluster_id = int(data.cluster_ids[here]) if here >= 0 else -1
        wanted = next_cluster(data.clusters, cluster_id, step) if step else cluster_id
        if wanted >= 0:
            exemplars = self.figure.rows_of(data.clusters[wanted].exemplars)
            row = home_of(wanted, exemplars, data.cluster_ids, data.strengths)
            if row is not None:
                self._stand_on(row)

    def _stand_on(self, row: int) -> None:
        """Hover a point as if the hand were there, and bring it into the window."""
        across, down = self.view.to_window(*self.figure.data.xy[row].tolist()) if self.figure else (0.0, 0.0)
        if not (RIM < across < self.width() - RIM and RIM < down < self.height() - RIM):
            self._move(self.view.panned(self.width() / 2 - across, self.height() / 2 - down))
        self._hide_cards()
        self._point_at_name(None)
        self._walked = self._hovered = row
        self._dwell.start()
        self.update()

    def _start(self) -> int:
        """Return where a walk begins: where keys or the hand are, the passage being read, else the middle."""
        row = self.place_of_keys()
        return row if row >= 0 else self._middle()

    def _hover(self, at: QPointF) -> None:
        self._walked = -1
        super()._hover(at)

    def _leave(self) -> None:
        if self._walked >= 0:
            self._describe()
        self._walked = -1
        super()._leave()

    def _describe(self) -> None:
        if self.figure is not None:
            data = self.figure.data
            self.setAccessibleDescription(
                f"{count(len(data.passage_ids), 'passage')} in {count(len(data.clusters), 'cluster')}. {KEYS}"
            )

    def _select_all(self) -> None:
        if self.figure:
            rows = np.concatenate((self.figure.noise.rows, self.figure.members.rows))
            self.rows_selected.emit(rows, "whole map", "replace")

    def _choose_here(self) -> None:
        """Read the point that keys have walked to, else the one nearest to the middle."""
        row = self._walked if self._walked >= 0 else self._middle()
        if row >= 0:
            self._choose(row)

    def _middle(self) -> int:
        """Return the row of the point nearest to the middle of the window, -1 for none."""
        if self.figure is None:
            return -1
        half = math.hypot(self.width(), self.height()) / 2
        found = self.figure.nearest(self.view.x, self.view.y, half / self.view.scale)
        return -1 if found is None else found

    def _escape(self) -> None:
        if self._marquee:
            self._press, self._marquee = None, []
            self.update()
        elif self._walked >= 0:
            self._leave()
        else:
            self.clear_wanted.emit()


def _evenly(before: float, after: float, now: float) -> float:
    """Return how much of the way the middle has gone at a scale, so that what is seen moves at an even speed."""
    return (1 / before - 1 / now) / (1 / before - 1 / after)
