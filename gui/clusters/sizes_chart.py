"""How clusters and noise change with the smallest size of a cluster, as two small charts over one axis."""

import math
from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.map.records import ClusterPreview
from gui.palette import cluster_colours
from gui.theme import GAP, Tones, scaled, tones
from gui.wording import count, percent

CLIFF = 0.4
"""Share of all passages from which the largest cluster is said to swallow the others."""
LEFT = 58
HEAD = 28
AXIS = 34
"""Pixels left of the charts, over each, and below the lower one."""
BETWEEN = 14


class SizesChart(QWidget):
    """Draws previews, the smallest size first; the hand or the arrow keys choose one."""

    chosen = Signal(int)
    """The place of a preview."""

    def __init__(self) -> None:
        super().__init__()
        self.previews: tuple[ClusterPreview, ...] = ()
        self.present = 0
        self.place = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Clusters and noise by the smallest size of a cluster")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._hovered = -1

    def show_previews(self, previews: Sequence[ClusterPreview], present: int) -> None:
        """Show previews by rising size; `present` is the smallest size as it is, 0 when unknown."""
        self.previews, self.present = tuple(previews), present
        self.place = self._hovered = -1
        self.update()

    def choose(self, place: int) -> None:
        """Mark a preview as the chosen one."""
        self.place = place
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for both charts."""
        return QSize(560, 280)

    def minimumSizeHint(self) -> QSize:
        """Return the least at which the lines can be read."""
        return QSize(260, 200)

    # the hand and the keys

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at the nearest preview."""
        self._hovered = self._nearest(event.position().x())
        if event.buttons() & Qt.MouseButton.LeftButton and self._hovered >= 0:
            self.chosen.emit(self._hovered)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the nearest preview."""
        place = self._nearest(event.position().x())
        if event.button() == Qt.MouseButton.LeftButton and place >= 0:
            self.chosen.emit(place)

    def leaveEvent(self, event: object) -> None:
        """Point at nothing."""
        self._hovered = -1
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose the next or the previous, the first or the last preview."""
        last = len(self.previews) - 1
        places = {
            Qt.Key.Key_Left: max(self.place - 1, 0),
            Qt.Key.Key_Right: min(self.place + 1, last),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        place = places.get(Qt.Key(event.key()))
        if place is None or not self.previews:
            super().keyPressEvent(event)
        else:
            self.chosen.emit(place)

    # drawing

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the number of clusters above, shares of noise and of the largest cluster below."""
        if not self.previews:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(scaled(self.font(), 0.9))
        colours = tones(self.palette())
        inks = cluster_colours(colours.dark)
        upper, lower = self._boxes()
        painter.setPen(QPen(QColor(colours.accent if self.hasFocus() else colours.border), 1))
        painter.setBrush(QColor(colours.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        self._paint_cliffs(painter, lower.united(upper), colours)
        most = _ceiling(max(preview.clusters for preview in self.previews))
        self._paint_grid(painter, upper, ((0.0, "0"), (0.5, f"{most // 2:,}"), (1.0, f"{most:,}")), colours)
        self._paint_grid(painter, lower, ((0.0, "0 %"), (0.5, "50 %"), (1.0, "100 %")), colours)
        self._paint_line(painter, upper, lambda one: one.clusters / most, inks[4], False)
        self._paint_line(painter, lower, lambda one: one.noise, colours.muted, True)
        self._paint_line(painter, lower, lambda one: one.largest, inks[7], False)
        self._paint_heads(painter, upper, lower, colours, inks)
        self._paint_axis(painter, lower, colours)
        self._paint_places(painter, upper, lower, most, colours)

    def _boxes(self) -> tuple[QRectF, QRectF]:
        """Return where the two charts stand."""
        room = self.height() - 2 * HEAD - BETWEEN - AXIS
        width = self.width() - LEFT - 2 * GAP
        upper = QRectF(LEFT, HEAD, width, room / 2)
        return upper, QRectF(LEFT, upper.bottom() + BETWEEN + HEAD, width, room / 2)

    def _x(self, size: float) -> float:
        """Return where a smallest size stands on the axis, which is logarithmic."""
        low, high = math.log(self.previews[0].min_cluster_size), math.log(self.previews[-1].min_cluster_size)
        box = self._boxes()[0]
        share = (math.log(size) - low) / (high - low) if high > low else 0.5
        return box.left() + box.width() * min(max(share, 0.0), 1.0)

    def _nearest(self, x: float) -> int:
        away = [abs(self._x(preview.min_cluster_size) - x) for preview in self.previews]
        return away.index(min(away)) if away else -1

    def _paint_cliffs(self, painter: QPainter, box: QRectF, colours: Tones) -> None:
        """Shade where one cluster swallows the others: to halfway between what does so and what does not."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.danger_soft))
        for place, preview in enumerate(self.previews):
            if preview.largest > CLIFF:
                left, right = self._halfway(place - 1, place), self._halfway(place, place + 1)
                painter.drawRect(QRectF(left, box.top(), right - left, box.height()))

    def _halfway(self, one: int, other: int) -> float:
        last = len(self.previews) - 1
        xs = [self._x(self.previews[min(max(place, 0), last)].min_cluster_size) for place in (one, other)]
        return sum(xs) / 2

    def _paint_grid(
        self, painter: QPainter, box: QRectF, marks: Sequence[tuple[float, str]], colours: Tones
    ) -> None:
        for share, text in marks:
            y = box.bottom() - share * box.height()
            painter.setPen(QPen(QColor(colours.border), 1))
            painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
            painter.setPen(QColor(colours.muted))
            place = QRectF(0, y - 10, LEFT - GAP, 20)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_line(
        self,
        painter: QPainter,
        box: QRectF,
        share: Callable[[ClusterPreview], float],
        colour: str,
        dashed: bool,
    ) -> None:
        pen = QPen(QColor(colour), 2)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        if dashed:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF([self._spot(box, one, share(one)) for one in self.previews]))

    def _spot(self, box: QRectF, preview: ClusterPreview, share: float) -> QPointF:
        return QPointF(self._x(preview.min_cluster_size), box.bottom() - share * box.height())

    def _paint_heads(
        self, painter: QPainter, upper: QRectF, lower: QRectF, colours: Tones, inks: Sequence[str]
    ) -> None:
        """Write over each chart what its lines are, in their colours."""
        for box, words in (
            (upper, (("Clusters", inks[4], False),)),
            (lower, (("Noise", colours.muted, True), ("Largest cluster", inks[7], False))),
        ):
            left = box.left()
            for text, colour, dashed in words:
                pen = QPen(QColor(colour), 2, Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine)
                painter.setPen(pen)
                y = box.top() - HEAD / 2 - 2
                painter.drawLine(QPointF(left, y), QPointF(left + 16, y))
                painter.setPen(QColor(colours.text))
                width = painter.fontMetrics().horizontalAdvance(text)
                painter.drawText(
                    QRectF(left + 22, y - 10, width + 2, 20), Qt.AlignmentFlag.AlignVCenter, text
                )
                left += 22 + width + 2 * GAP

    def _paint_axis(self, painter: QPainter, box: QRectF, colours: Tones) -> None:
        """Write sizes under the charts where there is room, and what the axis is."""
        painter.setPen(QColor(colours.muted))
        end = -math.inf
        for preview in self.previews:
            text = f"{preview.min_cluster_size:,}"
            width = painter.fontMetrics().horizontalAdvance(text)
            x = self._x(preview.min_cluster_size)
            if x - width / 2 > end + GAP:
                place = QRectF(x - width / 2, box.bottom() + 2, width + 1, 16)
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
                end = x + width / 2
        place = QRectF(box.left(), box.bottom() + 17, box.width(), 16)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, "Passages a cluster has at least")

    def _paint_places(
        self,
        painter: QPainter,
        upper: QRectF,
        lower: QRectF,
        most: int,
        colours: Tones,
    ) -> None:
        """Draw a line at the present size, and one with dots where the hand or the choice is."""
        if self.present:
            painter.setPen(QPen(QColor(colours.muted), 1, Qt.PenStyle.DotLine))
            x = self._x(self.present)
            for box in (upper, lower):
                painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
            painter.drawText(QRectF(x - 30, upper.top() - 19, 60, 16), Qt.AlignmentFlag.AlignCenter, "now")
        for place, colour in ((self._hovered, colours.control), (self.place, colours.accent)):
            if place >= 0:
                self._paint_place(painter, (upper, lower), self.previews[place], most, colour)

    def _paint_place(
        self,
        painter: QPainter,
        boxes: tuple[QRectF, QRectF],
        preview: ClusterPreview,
        most: int,
        colour: str,
    ) -> None:
        """Draw a line through both charts at a preview, with its exact numbers."""
        colours = tones(self.palette())
        inks = cluster_colours(colours.dark)
        x = self._x(preview.min_cluster_size)
        shares = ((preview.noise, colours.muted), (preview.largest, inks[7]))
        marks = (((preview.clusters / most, inks[4], f"{preview.clusters:,}"),),
                 tuple((share, ink, percent(share)) for share, ink in sorted(shares)))  # fmt: skip
        for box, points in zip(boxes, marks, strict=True):
            painter.setPen(QPen(QColor(colour), 1.5))
            painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
            lowest = box.bottom() - 8.0
            for share, ink, text in points:
                spot = self._spot(box, preview, share)
                painter.setPen(QPen(QColor(colours.surface), 1.5))
                painter.setBrush(QColor(ink))
                painter.drawEllipse(spot, 4, 4)
                lowest = min(spot.y() - 10, lowest)
                self._paint_number(painter, QPointF(x, lowest), text, colours)
                lowest -= 17

    def _paint_number(self, painter: QPainter, at: QPointF, text: str, colours: Tones) -> None:
        """Write a number beside a line, on the side where there is room."""
        width = painter.fontMetrics().horizontalAdvance(text) + 6
        left = at.x() + 5 if at.x() + width + 8 < self.width() else at.x() - width - 5
        place = QRectF(left, at.y() - 8, width, 16)
        ground = QColor(colours.surface)
        ground.setAlphaF(0.85)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(place, 3, 3)
        painter.setPen(QColor(colours.text))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)


def said(preview: ClusterPreview) -> str:
    """Return a preview's numbers in words."""
    largest = f", {percent(preview.largest)} in the largest" if preview.clusters else ""
    return f"{count(preview.clusters, 'cluster')}, {percent(preview.noise)} noise{largest}"


def _ceiling(number: int) -> int:
    """Return the next even number that is round enough to stand on an axis."""
    step = 10 ** max(len(str(max(number, 1))) - 1, 0)
    for factor in (1, 2, 4, 6, 8, 10):
        if number <= factor * step:
            return max(factor * step, 2)
    return 10 * step
