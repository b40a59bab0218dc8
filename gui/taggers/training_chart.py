"""A training as it goes on: loss by batch with its running mean, and what was measured on held-out texts."""

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.palette import in_turn
from gui.taggers.training_curve import TrainingCurve
from gui.theme import GAP, Tones, scaled, tones

WAITING = "The first numbers come with the first batch"
DOT = 3.5
KEY = 18
"""Pixels of a line or dot in the legend."""
FINEST = 2.0
"""Pixels between two batches that are drawn apart; of more batches, some are left out of the faint line."""

FAINT = {False: 0.38, True: 0.55}
"""How much of the line through single batches is seen, on a light ground and on a dark one."""

MEAN, BATCHES, OUT_LOSS, OUT_F1 = (
    "Loss, running mean",
    "each batch",
    "held-out loss",
    "held-out macro-F1 (right)",
)


class TrainingChart(QWidget):
    """Draws a curve: losses by the scale on the left, macro-F1 by that on the right; rings what is kept."""

    def __init__(self) -> None:
        super().__init__()
        self.curve = TrainingCurve()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Loss and macro-F1 during training")

    def show_curve(self, curve: TrainingCurve) -> None:
        """Show a curve, or the same one again with more numbers."""
        self.curve = curve
        self.setAccessibleDescription(told(curve))
        self.setToolTip(told(curve))
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for axes and lines."""
        return QSize(580, 300)

    def minimumSizeHint(self) -> QSize:
        """Return the least at which the lines can be read."""
        return QSize(280, 200)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw frame, legend, axes and lines; a sentence while there is nothing to draw."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(scaled(self.font(), 0.9))
        now = tones(self.palette())
        painter.setPen(QPen(QColor(now.border), 1))
        painter.setBrush(QColor(now.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        if not self.curve.losses and not self.curve.scores:
            painter.setPen(QColor(now.muted))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, WAITING)
            return
        top = self._paint_legend(painter, now)
        box = self._box(painter, top)
        most = ceiling(self._highest())
        self._paint_axes(painter, box, most, now)
        painter.setClipRect(box.adjusted(-DOT - 2, -DOT - 2, DOT + 2, DOT + 2))
        self._paint_losses(painter, box, most, now)
        self._paint_scores(painter, box, now)

    # the legend

    def _paint_legend(self, painter: QPainter, now: Tones) -> float:
        """Write what the lines are, in as many lines as it takes; return where the legend ends."""
        metrics = painter.fontMetrics()
        left, top, height = 2.0 * GAP, 0.75 * GAP, metrics.height() + 4
        loss, out_loss, out_f1 = in_turn(3, now.dark)
        for text, colour, kind in (
            (MEAN, loss, "line"),
            (BATCHES, loss, "faint"),
            (OUT_LOSS, out_loss, "dot"),
            (OUT_F1, out_f1, "square"),
        ):
            wide = KEY + 6 + metrics.horizontalAdvance(text)
            if left > 2 * GAP and left + wide > self.width() - GAP:
                left, top = 2.0 * GAP, top + height
            middle = top + height / 2
            self._paint_key(painter, QPointF(left, middle), colour, kind, now)
            painter.setPen(QColor(now.text))
            place = QRectF(left + KEY + 6, top, wide, height)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
            left += wide + 2 * GAP
        return top + height

    def _paint_key(self, painter: QPainter, at: QPointF, colour: str, kind: str, now: Tones) -> None:
        ink = QColor(colour)
        if kind == "faint":
            ink.setAlphaF(FAINT[now.dark])
        painter.setPen(QPen(ink, 1 if kind != "line" else 2))
        painter.drawLine(at, at + QPointF(KEY, 0))
        if kind in ("dot", "square"):
            self._paint_mark(painter, at + QPointF(KEY / 2, 0), colour, kind, now)

    # axes

    def _box(self, painter: QPainter, top: float) -> QRectF:
        """Return where the lines are drawn: inside the numbers of the axes."""
        metrics = painter.fontMetrics()
        side = metrics.horizontalAdvance("0.88") + 2 * GAP
        foot = 2 * metrics.height() + GAP
        return QRectF(side, top + GAP, self.width() - 2 * side, self.height() - top - GAP - foot)

    def _highest(self) -> float:
        """Return the loss that has to fit: a few odd batches may stand out over the top."""
        losses = [loss for _x, loss in self.curve.losses]
        highest = float(np.quantile(losses, 0.95)) if losses else 0.0
        held_out = max((loss for _x, loss in self.curve.held_out_losses), default=0.0)
        mean = self.curve.running_mean()
        return max(highest, held_out, float(mean[:, 1].max()) if len(mean) else 0.0, 1e-3)

    def _paint_axes(self, painter: QPainter, box: QRectF, most: float, now: Tones) -> None:
        height = painter.fontMetrics().height()
        for share in (0.0, 0.5, 1.0):
            y = box.bottom() - share * box.height()
            painter.setPen(QPen(QColor(now.border), 1))
            painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
            painter.setPen(QColor(now.muted))
            middle = Qt.AlignmentFlag.AlignVCenter
            left = QRectF(0, y - height / 2, box.left() - GAP, height)
            painter.drawText(left, middle | Qt.AlignmentFlag.AlignRight, f"{share * most:.3g}")
            right = QRectF(box.right() + GAP, y - height / 2, self.width() - box.right() - GAP, height)
            painter.drawText(right, middle | Qt.AlignmentFlag.AlignLeft, f"{share:g}")
        self._paint_foot(painter, box)

    def _paint_foot(self, painter: QPainter, box: QRectF) -> None:
        """Write a few round numbers under the chart, and what they count."""
        metrics = painter.fontMetrics()
        ends = -math.inf
        for x in ticks(self.curve.end):
            text = f"{x:,.0f}"
            wide = metrics.horizontalAdvance(text) + 2
            middle = self._x(box, x)
            if middle - wide / 2 > ends + GAP:
                place = QRectF(middle - wide / 2, box.bottom() + 4, wide, metrics.height())
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
                ends = middle + wide / 2
        place = QRectF(box.left(), box.bottom() + 4 + metrics.height(), box.width(), metrics.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, self.curve.unit.capitalize())

    def _x(self, box: QRectF, x: float) -> float:
        return box.left() + box.width() * x / self.curve.end

    # lines

    def _paint_losses(self, painter: QPainter, box: QRectF, most: float, now: Tones) -> None:
        loss, out_loss, _out_f1 = in_turn(3, now.dark)
        mean = self.curve.running_mean()
        every = max(1, round(len(mean) * FINEST / max(box.width() * self.curve.last / self.curve.end, 1)))
        faint = QColor(loss)
        faint.setAlphaF(FAINT[now.dark])
        batches = [self._spot(box, x, y / most) for x, y in self.curve.losses[::every]]
        painter.setPen(QPen(faint, 1))
        painter.drawPolyline(QPolygonF(batches))
        painter.setPen(QPen(QColor(loss), 2))
        smooth = [*mean[::every].tolist(), *mean[-1:].tolist()]
        painter.drawPolyline(QPolygonF([self._spot(box, x, y / most) for x, y in smooth]))
        held_out = [self._spot(box, x, y / most) for x, y in self.curve.held_out_losses]
        self._paint_points(painter, held_out, out_loss, "dot", now)

    def _paint_scores(self, painter: QPainter, box: QRectF, now: Tones) -> None:
        ink = in_turn(3, now.dark)[2]
        self._paint_points(
            painter, [self._spot(box, x, score) for x, score in self.curve.scores], ink, "square", now
        )
        if self.curve.best is None:
            return
        x, score = self.curve.best
        spot = self._spot(box, x, score)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(ink), 1.5))
        painter.drawEllipse(spot, DOT + 4, DOT + 4)
        self._paint_kept(painter, box, spot, f"{score:.3f} kept", now)

    def _paint_kept(self, painter: QPainter, box: QRectF, spot: QPointF, text: str, now: Tones) -> None:
        """Write the best score beside its ring, on a side where there is room."""
        metrics = painter.fontMetrics()
        wide, high = metrics.horizontalAdvance(text) + 6, metrics.height()
        left = spot.x() + DOT + 7 if spot.x() + DOT + 7 + wide < box.right() else spot.x() - DOT - 7 - wide
        top = spot.y() + 6 if spot.y() + 6 + high < box.bottom() else spot.y() - 6 - high
        place = QRectF(left, top, wide, high)
        ground = QColor(now.surface)
        ground.setAlphaF(0.85)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(place, 3, 3)
        painter.setPen(QColor(now.text))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_points(
        self, painter: QPainter, spots: Sequence[QPointF], colour: str, kind: str, now: Tones
    ) -> None:
        painter.setPen(QPen(QColor(colour), 1.2))
        painter.drawPolyline(QPolygonF(list(spots)))
        for spot in spots:
            self._paint_mark(painter, spot, colour, kind, now)

    def _paint_mark(self, painter: QPainter, spot: QPointF, colour: str, kind: str, now: Tones) -> None:
        painter.setPen(QPen(QColor(now.surface), 1))
        painter.setBrush(QColor(colour))
        if kind == "dot":
            painter.drawEllipse(spot, DOT, DOT)
        else:
            painter.drawRect(QRectF(spot.x() - DOT, spot.y() - DOT, 2 * DOT, 2 * DOT))

    def _spot(self, box: QRectF, x: float, share: float) -> QPointF:
        return QPointF(self._x(box, x), box.bottom() - share * box.height())


def told(curve: TrainingCurve) -> str:
    """Return the latest numbers in words, "" before there are any."""
    parts = []
    mean = curve.running_mean()
    if len(mean):
        parts.append(f"loss {mean[-1, 1]:.3f} (mean of the last batches)")
    if curve.held_out_losses:
        parts.append(f"held-out loss {curve.held_out_losses[-1][1]:.3f}")
    if curve.best is not None:
        parts.append(f"held-out macro-F1 {curve.scores[-1][1]:.3f}, best {curve.best[1]:.3f}")
    return ", ".join(parts)


def ceiling(number: float) -> float:
    """Return the next number upwards that is round enough to stand on an axis, its half too."""
    step = 10.0 ** math.floor(math.log10(number))
    return next(factor * step for factor in (1, 2, 4, 6, 8, 10) if number <= factor * step * (1 + 1e-9))


def ticks(end: float) -> tuple[float, ...]:
    """Return 0 and up to five round numbers, evenly apart, up to the end of an axis."""
    wish = end / 5
    step = 10.0 ** math.floor(math.log10(wish))
    step = max(next(factor * step for factor in (1, 2, 5, 10) if wish <= factor * step * (1 + 1e-9)), 1.0)
    return tuple(step * number for number in range(math.floor(end / step + 1e-9) + 1))
