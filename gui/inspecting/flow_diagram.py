"""The stages of a model as boxes below each other, each with a picture of its shape."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QHelpEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from engine.inspecting.records import FlowStep
from gui.theme import GAP, Tones, scaled, tones

PICTURE = 56
"""Pixels that the picture of a shape is wide at most."""
INSET = 28
"""Pixels by which what stands beside the way is set in."""
ARROW = 12


class FlowDiagram(QWidget):
    """Draws one box a stage and arrows between them; what stands beside the way is dashed and set in."""

    def __init__(self) -> None:
        super().__init__()
        self._steps: tuple[FlowStep, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Stages of the model")

    def show_steps(self, steps: Sequence[FlowStep]) -> None:
        """Show other stages."""
        self._steps = tuple(steps)
        told = (
            f"{'beside: ' if step.beside else ''}{step.name} {written(step.shape)}: {step.how}"
            for step in self._steps
        )
        self.setAccessibleDescription("; ".join(told))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for all boxes."""
        return QSize(360, round(len(self._steps) * (self._box() + ARROW)))

    def minimumSizeHint(self) -> QSize:
        """Return the same at a small width."""
        return QSize(220, self.sizeHint().height())

    def event(self, event: QEvent) -> bool:
        """Tell all that a box says, where it has no room for it."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            number = int(event.pos().y() // (self._box() + ARROW))
            step = self._steps[number] if 0 <= number < len(self._steps) else None
            told = f"{step.name}: {written(step.shape)}\n{step.how}" if step else ""
            QToolTip.showText(event.globalPos(), told, self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the boxes."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = tones(self.palette())
        height = self._box()
        for number, step in enumerate(self._steps):
            left = INSET if step.beside else 1
            box = QRectF(left, number * (height + ARROW) + 1, self.width() - left - 1, height - 2)
            self._draw_box(painter, box, step, colours)
            following = self._steps[number + 1] if number + 1 < len(self._steps) else None
            if following and not (following.beside and not step.beside):
                draw_arrow(painter, QPointF(left + 24, box.bottom()), ARROW, colours)

    def _box(self) -> float:
        return 2 * self.fontMetrics().height() + 2 * GAP

    def _draw_box(self, painter: QPainter, box: QRectF, step: FlowStep, colours: Tones) -> None:
        line = Qt.PenStyle.DashLine if step.beside else Qt.PenStyle.SolidLine
        painter.setPen(QPen(QColor(colours.control), 1, line))
        painter.setBrush(QColor(colours.surface if step.beside else colours.hover))
        painter.drawRoundedRect(box, 6, 6)
        picture = QRectF(box.left() + GAP, box.top(), PICTURE, box.height())
        draw_shape(painter, picture, step.shape, colours)
        room = box.adjusted(PICTURE + 3 * GAP, GAP - 2, -GAP, 2 - GAP)
        upper = QRectF(room.left(), room.top(), room.width(), room.height() / 2)
        lower = upper.translated(0, room.height() / 2)
        plain = painter.font()
        painter.setPen(QColor(colours.accent))
        shape = written(step.shape)
        painter.drawText(upper, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, shape)
        painter.setFont(scaled(plain, 1.0, QFont.Weight.DemiBold))
        painter.setPen(QColor(colours.text))
        space = round(upper.width() - painter.fontMetrics().horizontalAdvance(shape) - GAP)
        name = painter.fontMetrics().elidedText(step.name, Qt.TextElideMode.ElideRight, space)
        painter.drawText(upper, Qt.AlignmentFlag.AlignVCenter, name)
        painter.setFont(plain)
        painter.setPen(QColor(colours.muted))
        how = painter.fontMetrics().elidedText(step.how, Qt.TextElideMode.ElideRight, round(lower.width()))
        painter.drawText(lower, Qt.AlignmentFlag.AlignVCenter, how)


def written(shape: Sequence[int]) -> str:
    """Return a shape as people write it: 1 × 12 × 384."""
    return " × ".join(str(size) for size in shape)


def draw_shape(painter: QPainter, room: QRectF, shape: Sequence[int], colours: Tones) -> None:
    """Draw tokens as rows and their numbers as columns; more of either is larger, though not in proportion."""
    rows = shape[1] if len(shape) == 3 else 1
    wide = shape[-1]
    width = min(room.width(), 10 + 6.5 * wide**0.34) if len(shape) == 3 or wide < 2000 else room.width()
    height = min(room.height() - 2 * GAP, 3 + 3.2 * rows**0.5) if len(shape) == 3 else 6.0
    box = QRectF(room.left(), room.center().y() - height / 2, width, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.accent))
    painter.drawRoundedRect(box, 1.5, 1.5)
    painter.setPen(QPen(QColor(colours.surface), 0.7))
    for part in range(1, min(rows, 6)):
        y = box.top() + box.height() * part / min(rows, 6)
        painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
    for part in range(1, min(wide, 8)):
        x = box.left() + box.width() * part / min(wide, 8)
        painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))


def draw_arrow(painter: QPainter, top: QPointF, length: float, colours: Tones) -> None:
    """Draw a small arrow downwards."""
    end = QPointF(top.x(), top.y() + length)
    painter.setPen(QPen(QColor(colours.muted), 1.2))
    painter.drawLine(top, QPointF(end.x(), end.y() - 2))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.muted))
    painter.drawPolygon(
        QPolygonF([end, QPointF(end.x() - 3.5, end.y() - 5), QPointF(end.x() + 3.5, end.y() - 5)])
    )
