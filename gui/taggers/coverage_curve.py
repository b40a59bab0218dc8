"""Accuracy against coverage: how often a tagger is right when it may keep silent on what it is least sure of."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import GAP, Tones, scaled, tones
from gui.wording import percent


class CoverageCurve(QWidget):
    """Draws (share of texts tagged, accuracy on them); the hand reads a point off."""

    def __init__(self, points: Sequence[tuple[float, float]]) -> None:
        super().__init__()
        self.points = tuple(sorted(points))
        self._pointed = -1
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Accuracy against coverage")
        self.setAccessibleDescription(said(self.points))

    def sizeHint(self) -> QSize:
        """Return a small chart."""
        return QSize(360, self.fontMetrics().height() * 9)

    def minimumSizeHint(self) -> QSize:
        """Return the same at a small width."""
        return QSize(220, self.fontMetrics().height() * 9)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at the nearest coverage."""
        box = self._box()
        share = (event.position().x() - box.left()) / max(box.width(), 1)
        away = [abs(coverage - share) for coverage, _accuracy in self.points]
        self._pointed = away.index(min(away)) if away else -1
        self.update()

    def leaveEvent(self, _event: object) -> None:
        """Point at nothing."""
        self._pointed = -1
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw axes, the line, and the point under the hand."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(scaled(self.font(), 0.9))
        now = tones(self.palette())
        low = self._low()
        self._paint_axes(painter, low, now)
        spots = [self._spot(coverage, accuracy, low) for coverage, accuracy in self.points]
        painter.setPen(QPen(QColor(now.accent), 2))
        painter.drawPolyline(QPolygonF(spots))
        if 0 <= self._pointed < len(spots):
            self._paint_pointed(painter, spots[self._pointed], now)

    def _low(self) -> float:
        """Return where the axis of accuracy begins: at the tenth below the least, so that differences show."""
        return max(0.0, min(int(min(accuracy for _coverage, accuracy in self.points) * 10 - 1e-9) / 10, 0.9))

    def _box(self) -> QRectF:
        metrics = self.fontMetrics()
        left = metrics.horizontalAdvance("100 %") + GAP
        right = metrics.horizontalAdvance("100 %") / 2
        return QRectF(left, metrics.height() / 2 + 1, self.width() - left - right, metrics.height() * 6)

    def _spot(self, coverage: float, accuracy: float, low: float) -> QPointF:
        box = self._box()
        height = box.height() * (accuracy - low) / (1 - low)
        return QPointF(box.left() + box.width() * coverage, box.bottom() - height)

    def _paint_axes(self, painter: QPainter, low: float, now: Tones) -> None:
        box, height = self._box(), painter.fontMetrics().height()
        for value in (low, (1 + low) / 2, 1.0):
            y = self._spot(0, value, low).y()
            painter.setPen(QPen(QColor(now.border), 1))
            painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
            painter.setPen(QColor(now.muted))
            place = QRectF(0, y - height / 2, box.left() - GAP, height)
            painter.drawText(
                place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, percent(value)
            )
        for share in (0.0, 0.5, 1.0):
            place = QRectF(box.left() + share * box.width() - 40, box.bottom() + 4, 80, height)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, percent(share))
        place = QRectF(box.left(), box.bottom() + 4 + height, box.width(), height)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, "Share of texts tagged, the surest first")

    def _paint_pointed(self, painter: QPainter, spot: QPointF, now: Tones) -> None:
        coverage, accuracy = self.points[self._pointed]
        text = f"{percent(accuracy)} right on the surest {percent(coverage)}"
        metrics, box = painter.fontMetrics(), self._box()
        wide = metrics.horizontalAdvance(text) + 2 * GAP
        left = min(max(spot.x() - wide / 2, box.left()), box.right() - wide)
        top = (
            spot.y() + 8
            if spot.y() + 8 + metrics.height() < box.bottom()
            else spot.y() - 8 - metrics.height()
        )
        ground = QColor(now.surface)
        ground.setAlphaF(0.9)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(left, top, wide, metrics.height()), 3, 3)
        painter.setBrush(QColor(now.accent))
        painter.drawEllipse(spot, 4, 4)
        painter.setPen(QColor(now.text))
        painter.drawText(QRectF(left, top, wide, metrics.height()), Qt.AlignmentFlag.AlignCenter, text)


def said(points: Sequence[tuple[float, float]]) -> str:
    """Return what leaving out the less sure half would gain, in a sentence."""
    if not points:
        return ""
    whole = max(points)[1]
    coverage, accuracy = min(points, key=lambda point: abs(point[0] - 0.5))
    return f"Of all texts it tags {percent(whole)} rightly; of the surest {percent(coverage)}, {percent(accuracy)}."
