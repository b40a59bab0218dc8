"""Bars of how many passages each piece of time has, and a range of time chosen on them by hand or keys."""

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.map.calendar import Periods
from gui.theme import GAP, Tones, scaled, tones
from gui.wording import count

MOST_PERIODS = 90
GRIP = 6.0
"""Pixels from the end of a range within which a drag moves that end."""
BARS = 26
"""Pixels the highest bar has."""
TICK_ROOM = 14
"""Pixels between two texts under the bars, at least."""
NO_DAYS = np.zeros(0, np.float64)

Range = tuple[int, int]
"""The first period, and the one after the last."""


class TimeStrip(QWidget):
    """A drag chooses a range, moves one, or moves an end of one; a click chooses one period."""

    changed = Signal()
    """Another range is chosen, or none."""
    select_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Time")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.periods = Periods.over(NO_DAYS, MOST_PERIODS)
        self.chosen: Range | None = None
        self._places = np.zeros(0, np.int16)
        self._counts = np.zeros(0, np.int64)
        self._undated = 0
        self._held = ""
        """What a drag does: "" nothing, "new", "move", "first" or "last"."""
        self._from = 0.0
        self._before: Range = (0, 0)
        self._tell()

    def show_days(self, days: NDArray[np.float64]) -> None:
        """Show other days (n,); no range is chosen."""
        self.periods = Periods.over(days, MOST_PERIODS)
        self._places = self.periods.places(days)
        self._counts = np.bincount(self._places[self._places >= 0], minlength=len(self.periods))
        self._undated = int(np.count_nonzero(self._places < 0))
        self.chosen, self._held = None, ""
        self._tell()
        self.update()

    def rows(self) -> NDArray[np.int32] | None:
        """Return the rows whose day lies in the chosen range, None when none is chosen."""
        if self.chosen is None:
            return None
        first, after = self.chosen
        return np.flatnonzero((self._places >= first) & (self._places < after)).astype(np.int32)

    def said(self) -> str:
        """Return the chosen range in words, "" for none."""
        return self.periods.said(*self.chosen) if self.chosen else ""

    def choose(self, chosen: Range | None) -> None:
        """Choose a range, cut to what there is; None for all times."""
        if not len(self.periods):
            chosen = None
        if chosen is not None:
            first = min(max(chosen[0], 0), len(self.periods) - 1)
            chosen = first, min(max(chosen[1], first + 1), len(self.periods))
        if chosen != self.chosen:
            self.chosen = chosen
            self._tell()
            self.update()
            self.changed.emit()

    def clear(self) -> None:
        """Show all times."""
        self.choose(None)

    # the hand

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the range, of one of its ends, or begin another."""
        if event.button() != Qt.MouseButton.LeftButton or not len(self.periods):
            return
        at = event.position().x()
        self._held, self._from = self._under(at), at
        if self._held == "new":
            place = self._place(at)
            self._before = place, place + 1
        else:
            self._before = self.chosen or (0, 0)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Change the range with the hand."""
        at = event.position().x()
        if self._held:
            self._drag(at)
        else:
            shape = Qt.CursorShape
            shapes = {"move": shape.SizeAllCursor, "new": shape.IBeamCursor}
            self.setCursor(shapes.get(self._under(at), shape.SizeHorCursor))
            self._tip(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go; what was clicked without a drag is chosen alone."""
        if not self._held:
            return
        at = event.position().x()
        if abs(at - self._from) < 4:
            place = self._place(at)
            if self._held in ("new", "move"):
                self.choose((place, place + 1))
        else:
            self._drag(at)
        self._held = ""

    def _under(self, at: float) -> str:
        if self.chosen is None:
            return "new"
        left, right = self._x(self.chosen[0]), self._x(self.chosen[1])
        if abs(at - left) <= GRIP and abs(at - left) <= abs(at - right):
            return "first"
        if abs(at - right) <= GRIP:
            return "last"
        return "move" if left < at < right else "new"

    def _drag(self, at: float) -> None:
        first, after = self._before
        if self._held == "new":
            place = self._place(at)
            self.choose((min(first, place), max(after, place + 1)))
        elif self._held == "first":
            self.choose((min(self._nearest_edge(at), after - 1), after))
        elif self._held == "last":
            self.choose((first, max(self._nearest_edge(at), first + 1)))
        else:
            self._move_by(round((at - self._from) / self._step()))

    def _move_by(self, periods: int) -> None:
        first, after = self._before
        by = min(max(periods, -first), len(self.periods) - after)
        self.choose((first + by, after + by))

    # keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the range by arrows, its end with Shift; Home and End go there, Enter selects, Esc shows all times."""
        key, last = event.key(), len(self.periods)
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Home: -last, Qt.Key.Key_End: last}
        if key in steps and last:
            self._walk(steps[Qt.Key(key)], bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.chosen:
            self.select_wanted.emit()
        elif key == Qt.Key.Key_Escape and self.chosen:
            self.clear()
        else:
            super().keyPressEvent(event)

    def _walk(self, by: int, only_end: bool) -> None:
        last = len(self.periods)
        if self.chosen is None:
            self.choose((0, 1) if by > 0 else (last - 1, last))
        elif only_end:
            self.choose((self.chosen[0], max(self.chosen[1] + by, self.chosen[0] + 1)))
        else:
            self._before = self.chosen
            self._move_by(by)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the focus."""
        super().focusOutEvent(event)
        self.update()

    # where things stand

    def _step(self) -> float:
        return max(self.width() - 2 * GAP, 1) / max(len(self.periods), 1)

    def _x(self, edge: int) -> float:
        return GAP + edge * self._step()

    def _place(self, at: float) -> int:
        return min(max(int((at - GAP) // self._step()), 0), len(self.periods) - 1)

    def _nearest_edge(self, at: float) -> int:
        return min(max(round((at - GAP) / self._step()), 0), len(self.periods))

    # saying

    def _tell(self) -> None:
        if not len(self.periods):
            self.setAccessibleDescription("No dates are known.")
            return
        first, after = self.chosen or (0, len(self.periods))
        inside = count(int(self._counts[first:after].sum()), "passage")
        undated = (
            f"; {count(self._undated, 'passage')} without a date hidden"
            if self.chosen and self._undated
            else ""
        )
        self.setAccessibleDescription(
            f"{self.periods.said(first, after)}: {inside}{undated}. Arrow keys move the range, with Shift its end, "
            "Enter selects its passages, Escape shows all times."
        )

    def _tip(self, at: float) -> None:
        if len(self.periods):
            place = self._place(at)
            said = count(int(self._counts[place]), "passage")
            undated = f"\n{count(self._undated, 'passage')} without a date" if self._undated else ""
            self.setToolTip(f"{self.periods.said(place, place + 1)}: {said}{undated}")

    # painting

    def sizeHint(self) -> QSize:
        """Return room for the bars and a line of text."""
        return QSize(300, BARS + self.fontMetrics().height() + 10)

    def minimumSizeHint(self) -> QSize:
        """Return the same at a small width."""
        return QSize(120, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the bars, the range and what the times are called."""
        if not len(self.periods):
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = tones(self.palette())
        self._paint_range(painter, colours)
        self._paint_bars(painter, colours)
        self._paint_texts(painter, colours)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5), 5, 5)

    def _paint_range(self, painter: QPainter, colours: Tones) -> None:
        if self.chosen is None:
            return
        left, right = self._x(self.chosen[0]), self._x(self.chosen[1])
        painter.fillRect(QRectF(left, 3, right - left, BARS + 2), QColor(colours.accent_soft))
        painter.setPen(QPen(QColor(colours.accent), 1.5))
        for edge in (left, right):
            painter.drawLine(QPointF(edge, 3), QPointF(edge, BARS + 5))

    def _paint_bars(self, painter: QPainter, colours: Tones) -> None:
        most, step = int(self._counts.max()), self._step()
        between = 1.0 if step > 4 else 0.0
        first, after = self.chosen or (0, len(self.periods))
        painter.setPen(Qt.PenStyle.NoPen)
        for place, number in enumerate(self._counts.tolist()):
            if number:
                height = max(BARS * math.sqrt(number / most), 2.0)  # roots, so that few beside many are seen
                inside = first <= place < after
                painter.setBrush(QColor(colours.accent if inside else colours.control))
                painter.drawRect(QRectF(self._x(place), BARS + 4 - height, max(step - between, 1), height))
        painter.setPen(QPen(QColor(colours.border), 1))
        painter.drawLine(QPointF(GAP, BARS + 4.5), QPointF(self.width() - GAP, BARS + 4.5))

    def _paint_texts(self, painter: QPainter, colours: Tones) -> None:
        painter.setFont(scaled(self.font(), 0.85))
        metrics = painter.fontMetrics()
        top, height = BARS + 6.0, float(metrics.height())
        taken: list[tuple[float, float]] = []

        def write(middle: float, text: str, colour: str) -> None:
            width = metrics.horizontalAdvance(text)
            left = min(max(middle - width / 2, GAP / 2), self.width() - width - GAP / 2)
            if all(left > right + TICK_ROOM or left + width < other - TICK_ROOM for other, right in taken):
                taken.append((left, left + width))
                painter.setPen(QColor(colour))
                painter.drawText(QRectF(left, top, width + 1, height), Qt.AlignmentFlag.AlignLeft, text)

        if self.chosen:
            first, after = self.chosen
            inside = f"{self.said()} · {int(self._counts[first:after].sum()):,}"
            write((self._x(first) + self._x(after)) / 2, inside, colours.text)
        for edge, text in self.periods.ticks():
            write(self._x(edge) + metrics.horizontalAdvance(text) / 2, text, colours.muted)
