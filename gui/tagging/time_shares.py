"""The shares of labels over time: a column a month, as tall as it has tags, parted by label."""

import re
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from engine.tagging.records import TagTotal
from gui.tagging.label_looks import Look
from gui.tagging.totals_rows import tip
from gui.theme import scaled, tones

HEIGHT = 84
LEAST = 2
"""Pixels of height of a month that has few tags."""
MONTH = re.compile(r"(\d{4})-(\d{2})")


class TimeShares(QWidget):
    """Draws months from the first to the last, those without tags too; `chosen` tells the group clicked."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.months: tuple[tuple[str, TagTotal | None], ...] = ()
        self._labels: tuple[str, ...] = ()
        self._looks: tuple[Look, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Tags over time")

    def show_totals(self, groups: Sequence[TagTotal], labels: Sequence[str], looks: Sequence[Look]) -> None:
        """Show the totals of months, whose groups are called as 2024-03."""
        self.months = tuple(months_of(groups))
        self._labels, self._looks = tuple(labels), tuple(looks)
        if self.months:
            self.setAccessibleDescription(f"From {self.months[0][0]} to {self.months[-1][0]}")
        self.update()

    def sizeHint(self) -> QSize:
        """Return a comfortable width and the height of the columns with their years."""
        return QSize(300, HEIGHT + self.fontMetrics().height())

    def columns(self) -> list[QRectF]:
        """Return where each month stands."""
        step = self.width() / max(len(self.months), 1)
        most = max((total.tagged for _month, total in self.months if total), default=1)
        floor = self.height() - self.fontMetrics().height() - 2
        places = []
        for place, (_month, total) in enumerate(self.months):
            tagged = total.tagged if total else 0
            tall = max(LEAST, (floor - 2) * tagged / most) if tagged else 0.0
            gap = 1.0 if step > 4 else 0.0
            places.append(QRectF(place * step, floor - tall, step - gap, tall))
        return places

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the columns, the ground, and the years below it."""
        painter = QPainter(self)
        colours = tones(self.palette())
        inks = [look.colour(colours.dark) for look in self._looks]
        places = self.columns()
        for (_month, total), place in zip(self.months, places, strict=True):
            if total is not None and total.tagged:
                _paint_column(painter, place, total.counts, inks)
        floor = self.height() - self.fontMetrics().height() - 2
        painter.fillRect(QRectF(0, floor, self.width(), 1), QColor(colours.control))
        painter.setFont(scaled(self.font(), 0.9))
        painter.setPen(QColor(colours.muted))
        metrics, free = painter.fontMetrics(), 0.0
        for place, year in years(self.months):
            left = min(places[place].left(), self.width() - metrics.horizontalAdvance(year))
            if left >= free:
                painter.drawText(QPointF(left, self.height() - 3), year)
                free = left + metrics.horizontalAdvance(year) + 8

    def event(self, event: QEvent) -> bool:
        """Say what a month has."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            month = self._month_at(event.pos().x())
            said = tip(self._labels, month[1]) if month and month[1] else f"{month[0]}: none" if month else ""
            QToolTip.showText(event.globalPos(), said, self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the month that was clicked."""
        month = self._month_at(event.position().x())
        if month is not None and month[1] is not None:
            self.chosen.emit(month[0])

    def _month_at(self, x: float) -> tuple[str, TagTotal | None] | None:
        place = int(x / max(self.width(), 1) * len(self.months))
        return self.months[place] if 0 <= place < len(self.months) else None


def months_of(groups: Sequence[TagTotal]) -> list[tuple[str, TagTotal | None]]:
    """Return all months from the first to the last, each with its total, None where there is none."""
    known = {group.group: group for group in groups if MONTH.fullmatch(group.group)}
    if not known:
        return []
    first, last = (_number(month) for month in (min(known), max(known)))
    names = [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in range(first, last + 1)]
    return [(month, known.get(month)) for month in names]


def years(months: Sequence[tuple[str, TagTotal | None]]) -> list[tuple[int, str]]:
    """Return the places at which a year is written: that of the first month, and each January."""
    return [
        (place, month[:4])
        for place, (month, _total) in enumerate(months)
        if place == 0 or month.endswith("-01")
    ]


def _number(month: str) -> int:
    year, number = month.split("-")
    return 12 * int(year) + int(number) - 1


def _paint_column(painter: QPainter, place: QRectF, counts: Sequence[int], inks: Sequence[str]) -> None:
    top, total = place.bottom(), sum(counts)
    for ink, part in zip(inks, counts, strict=True):
        tall = place.height() * part / total
        top -= tall
        painter.fillRect(QRectF(place.left(), top, place.width(), tall), QColor(ink))
