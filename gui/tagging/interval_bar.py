"""A difference between two shares as a bar from the line of zero, with its interval as whiskers, and in words."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from gui.map.drawing.shapes import paint_shape
from gui.tagging.label_looks import Look
from gui.theme import GAP, tones

MARK = 10
NAME_SHARE, SAID_SHARE = 0.27, 0.27
"""Of the width: the name of a label at the left, the difference in words at the right."""
WHISKER = 4
UNCLEAR = "no clear difference"


class IntervalBar(QAbstractButton):
    """One label of a contrast; pressed, its examples are shown. The scale is from −`most` to `most`."""

    def __init__(
        self, label: str, look: Look, difference: float, low: float, high: float, most: float, tip: str
    ) -> None:
        super().__init__()
        self.label = label
        self._look = look
        self._values = (difference, low, high)
        self._most = most or 1.0
        self.said = said(difference, low, high)
        self.setCheckable(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(tip)
        self.setAccessibleName(f"{label}: {self.said}")
        self.setAccessibleDescription(tip)

    def sizeHint(self) -> QSize:
        """Return one comfortable line."""
        return QSize(420, self.fontMetrics().height() + 12)

    def minimumSizeHint(self) -> QSize:
        """Return the same at a small width."""
        return QSize(260, self.sizeHint().height())

    def place(self, value: float) -> float:
        """Return where a difference stands, in pixels from the left."""
        left, right = self._room()
        return left + (value / self._most + 1) / 2 * (right - left)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the name, the bar over the line of zero, the whiskers, and what they say."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = tones(self.palette())
        ground = colours.accent_soft if self.isChecked() else colours.hover if self.underMouse() else ""
        painter.setPen(QPen(QColor(colours.accent), 1) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ground) if ground else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        middle, difference = self.height() / 2, self._values[0]
        ink = QColor(self._look.colour(colours.dark))
        paint_shape(painter, self._look.shape, QPointF(GAP + MARK / 2, middle), MARK / 2, ink)
        left, right = self._room()
        self._write(
            painter, QRectF(2 * GAP + MARK, 0, left - 3 * GAP - MARK, self.height()), self.label, False
        )
        zero, end = self.place(0), self.place(difference)
        clear = self.said != UNCLEAR
        ink.setAlphaF(1.0 if clear else 0.45)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawRoundedRect(QRectF(min(zero, end), middle - 5, max(abs(end - zero), 1.0), 10), 2, 2)
        painter.setPen(QPen(QColor(colours.control), 1))
        painter.drawLine(QPointF(zero, 3), QPointF(zero, self.height() - 3))
        self._paint_whiskers(painter, middle, QColor(colours.text))
        words = QRectF(right + GAP, 0, self.width() - right - 2 * GAP, self.height())
        self._write(painter, words, self.said, not clear)

    def _room(self) -> tuple[float, float]:
        return self.width() * NAME_SHARE, self.width() * (1 - SAID_SHARE)

    def _paint_whiskers(self, painter: QPainter, middle: float, colour: QColor) -> None:
        low, high = self.place(self._values[1]), self.place(self._values[2])
        painter.setPen(QPen(colour, 1.3))
        painter.drawLine(QPointF(low, middle), QPointF(high, middle))
        for end in (low, high):
            painter.drawLine(QPointF(end, middle - WHISKER), QPointF(end, middle + WHISKER))

    def _write(self, painter: QPainter, room: QRectF, text: str, quiet: bool) -> None:
        colours = tones(self.palette())
        painter.setPen(QColor(colours.muted if quiet else colours.text))
        shown = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, round(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


class Zero(QWidget):
    """The names of the two sides over the bars: to which each direction points."""

    def __init__(self, less: str, more: str) -> None:
        super().__init__()
        self._less, self._more = less, more
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"To the left {less}, to the right {more}")

    def sizeHint(self) -> QSize:
        """Return one line."""
        return QSize(300, self.fontMetrics().height() + 4)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Write both sides, as far as they have room."""
        painter = QPainter(self)
        painter.setPen(QColor(tones(self.palette()).muted))
        left, right = self.width() * NAME_SHARE, self.width() * (1 - SAID_SHARE)
        half = (right - left) / 2 - GAP
        sides = (
            (QRectF(left, 0, half, self.height()), Qt.AlignmentFlag.AlignLeft, f"◂ {self._less}"),
            (QRectF(right - half, 0, half, self.height()), Qt.AlignmentFlag.AlignRight, f"{self._more} ▸"),
        )
        for room, side, text in sides:
            shown = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, round(half))
            painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, shown)


def said(difference: float, low: float, high: float) -> str:
    """Return a difference with its interval: "+12 points (+5.0 to +19)"; where that holds 0, that nothing is clear."""
    if low <= 0 <= high:
        return UNCLEAR
    return f"{points(difference)} points ({points(low)} to {points(high)})"


def points(share: float) -> str:
    """Return a difference of shares in percentage points: "+12", "−3"; small ones with a place behind the point."""
    value = 100 * share
    shown = f"{value:+.0f}" if abs(value) >= 10 else f"{value:+.1f}"
    return shown.replace("-", "−")
