"""How many examples of one label were given: its key, its name, and how far it is from enough."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.icons import draw_icon
from gui.theme import GAP, tones

ENOUGH = 8
"""Examples of each label that a tagger should have."""

KEYS = 9
"""Labels that have a key."""

WIDEST = 220
PAD = 7
SIGN = 12


class ExampleCount(QWidget):
    """A chip that fills up: "1 mystery 3 of 8"."""

    def __init__(self, label: str, number: int) -> None:
        super().__init__()
        self.label = label
        self._key = str(number + 1) if number < KEYS else ""
        self.given = 0
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.show_given(0)

    @property
    def said(self) -> str:
        """Return how many of how many, or how many when there are enough."""
        return f"{self.given} of {ENOUGH}" if self.given < ENOUGH else f"{self.given:,}"

    def show_given(self, given: int) -> None:
        """Show how many examples there are."""
        self.given = given
        key = f", key {self._key}" if self._key else ""
        self.setToolTip(f"{self.label}: {self.said} examples{key}")
        self.setAccessibleName(f"{self.label} {self.said}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for key, label and count, within reason."""
        metrics = self.fontMetrics()
        label = min(metrics.horizontalAdvance(self.label), WIDEST)
        wide = self._before() + label + GAP + metrics.horizontalAdvance(self.said) + self._after() + 2
        return QSize(wide, metrics.height() + 7)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the ground, filled as far as there are examples, then the words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = tones(self.palette())
        self._paint_ground(painter, colours.hover, colours.accent_soft)
        metrics = self.fontMetrics()
        middle = Qt.AlignmentFlag.AlignVCenter
        if self._key:
            painter.setPen(QColor(colours.muted))
            painter.drawText(QRectF(PAD, 0, self._before(), self.height()), middle, self._key)
        number = metrics.horizontalAdvance(self.said)
        right = self.width() - self._after() - number
        painter.setPen(QColor(colours.muted))
        painter.drawText(QRectF(right, 0, number + 2, self.height()), middle, self.said)
        painter.setPen(QColor(colours.text))
        room = right - GAP - self._before()
        label = metrics.elidedText(self.label, Qt.TextElideMode.ElideRight, int(room) + 1)
        painter.drawText(QRectF(self._before(), 0, room + 2, self.height()), middle, label)
        if self.given >= ENOUGH:
            place = QRectF(self.width() - PAD - SIGN, (self.height() - SIGN) / 2, SIGN, SIGN)
            draw_icon(painter, "check", colours.good, place)

    def _paint_ground(self, painter: QPainter, ground: str, filled: str) -> None:
        box = QRectF(self.rect())
        outline = QPainterPath()
        outline.addRoundedRect(box, 4, 4)
        painter.save()
        painter.setClipPath(outline)
        painter.fillRect(box, QColor(ground))
        box.setWidth(box.width() * min(self.given / ENOUGH, 1.0))
        painter.fillRect(box, QColor(filled))
        painter.restore()

    def _before(self) -> int:
        return PAD + (self.fontMetrics().horizontalAdvance(self._key) + 6 if self._key else 0)

    def _after(self) -> int:
        return PAD + (SIGN + 4 if self.given >= ENOUGH else 0)
