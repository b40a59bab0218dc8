"""The legend over the map: what colours and shapes mean, and how many points have each; a click selects them."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from gui.map.drawing.scales import Scale
from gui.map.drawing.shapes import paint_shape
from gui.map.drawing.stamps import DISC
from gui.theme import GAP, scaled, tones
from gui.wording import count

CHIP = 10
PAD = GAP - 2
GUTTER = 18
"""Pixels between a name and its count, at least."""
BAR = 10
"""Pixels a continuous scale is high."""
WIDEST = 262
MOST_OF_MAP = 0.45
"""Share of the map's height that the legend may take; the rest of its entries is scrolled to."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A colour, as #rrggbb, and a shape (stamps.py) with what they mean and how many points have them."""

    name: str
    count: int
    colour: str
    shape: int = DISC


class Legend(QWidget):
    """A small sheet in a corner of the map."""

    entry_chosen = Signal(int)
    """The place of the entry that was clicked."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Legend")
        self.title = QLabel(self)
        self.title.setProperty("role", "muted")
        self.title.setWordWrap(True)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.scale = ScaleBar(self)
        inside = QWidget()
        self._entries = QVBoxLayout(inside)
        self._entries.setContentsMargins(0, 0, 0, 0)
        self._entries.setSpacing(0)
        self._inside = inside
        self._scroll = QScrollArea(self)
        self._scroll.setWidget(inside)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for ground in (self._scroll, self._scroll.viewport(), inside):
            ground.setAutoFillBackground(False)
        self.entries: list[LegendEntry] = []
        self.hide()

    def show_entries(
        self,
        entries: Sequence[Entry],
        title: str = "",
        scale: tuple[Scale, Sequence[str]] | None = None,
    ) -> None:
        """Show entries under a title, over them the scale of a continuous colouring with its colours; or nothing."""
        for old in self.entries:
            self._entries.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.entries = [LegendEntry(place, entry, self._inside) for place, entry in enumerate(entries)]
        before = self.parentWidget()
        for entry in self.entries:
            self._entries.addWidget(entry)
            entry.show()
            entry.picked.connect(self.entry_chosen)
            QWidget.setTabOrder(before, entry)
            before = entry
        self.title.setText(title)
        self.title.setVisible(bool(title))
        self.setAccessibleDescription(title)
        self.scale.setVisible(scale is not None)
        if scale is not None:
            self.scale.show_scale(*scale)
        self._scroll.setVisible(bool(entries))
        self.setVisible(bool(entries) or scale is not None)
        self.stand()

    def stand(self) -> None:
        """Stand in the lower left corner of the map, no higher than its share of it."""
        room = self.parentWidget().size()
        sizes = [entry.sizeHint() for entry in self.entries]
        widest = max([size.width() for size in sizes], default=0)
        if not self.scale.isHidden():
            widest = max(widest, self.scale.sizeHint().width())
        entries = sum(size.height() for size in sizes)
        most = round(room.height() * MOST_OF_MAP)
        width = min(widest + 2 * PAD, WIDEST, max(room.width() - 2 * GAP - 8, 80))
        top = PAD
        for part, height in (
            (self.title, self._title_height(width - 2 * PAD)),
            (self.scale, self.scale.sizeHint().height()),
        ):
            if not part.isHidden():
                part.setGeometry(PAD, top, width - 2 * PAD, height)
                top += height + 4
        height = min(top + entries + PAD, max(most, top + PAD))
        if top + entries + PAD > height and self.entries:
            width += self._scroll.verticalScrollBar().sizeHint().width()
        self._scroll.setGeometry(PAD, top, width - 2 * PAD, height - top - PAD)
        self.setGeometry(GAP + 4, room.height() - height - GAP - 4, width, height)

    def _title_height(self, width: int) -> int:
        room = QRect(0, 0, width, 1000)
        return (
            self.title.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, self.title.text()).height()
            + 2
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the sheet."""
        colours = tones(self.palette())
        ground = QColor(colours.surface)
        ground.setAlphaF(0.92)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours.border), 1))
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)


class ScaleBar(QWidget):
    """A continuous scale: its colours from the least to the most, and round values under them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._scale = Scale(0.0, 0.0, ())
        self._colours: Sequence[str] = ()

    def show_scale(self, scale: Scale, colours: Sequence[str]) -> None:
        """Show another scale in its colours, the first for the least."""
        self._scale, self._colours = scale, colours
        ends = [text for _place, text in scale.ticks]
        self.setAccessibleName(f"Scale from {ends[0]} to {ends[-1]}" if ends else "Scale")
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for the colours and a line of values."""
        return QSize(200, BAR + self.fontMetrics().height() + 4)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the colours and the values that have room."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inks = tones(self.palette())
        room = QRectF(6, 1, self.width() - 12, BAR)
        colours = QLinearGradient(room.topLeft(), room.topRight())
        for place, colour in enumerate(self._colours):
            colours.setColorAt(place / max(len(self._colours) - 1, 1), QColor(colour))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours)
        painter.drawRoundedRect(room, 3, 3)
        painter.setFont(scaled(self.font(), 0.85))
        painter.setPen(QColor(inks.muted))
        metrics, taken = painter.fontMetrics(), list[tuple[float, float]]()
        ticks = self._scale.ticks
        for place, text in (*ticks[-1:], *ticks[:-1]):  # the most has its text, whatever else has room
            at, width = room.left() + place * room.width(), metrics.horizontalAdvance(text)
            left = min(max(at - width / 2, 0), self.width() - width)
            painter.drawLine(QPointF(at, BAR + 1), QPointF(at, BAR + 4))
            if all(left + width + GAP <= start or left >= end + GAP for start, end in taken):
                painter.drawText(QPointF(left, BAR + 4 + metrics.ascent()), text)
                taken.append((left, left + width))


class LegendEntry(QAbstractButton):
    """One colour and shape with its name and count."""

    picked = Signal(int)

    def __init__(self, place: int, entry: Entry, parent: QWidget) -> None:
        super().__init__(parent)
        self._place, self._entry = place, entry
        self.setText(entry.name)
        self.setFont(scaled(self.font(), 0.95))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setEnabled(entry.count > 0)
        self.setToolTip(f"{entry.name}\nSelect these {entry.count:,} passages")
        self.setAccessibleName(f"{entry.name}, {count(entry.count, 'passage')}")
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)  # a long name gives way
        self.clicked.connect(self._pick)

    def sizeHint(self) -> QSize:
        """Return the size of chip, name and count."""
        metrics = self.fontMetrics()
        width = metrics.horizontalAdvance(self.text()) + metrics.horizontalAdvance(f"{self._entry.count:,}")
        return QSize(width + CHIP + GUTTER + 3 * GAP, metrics.height() + 8)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the entry."""
        colours = tones(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours.accent), 1) if self.hasFocus() else Qt.PenStyle.NoPen)
        hovered = self.underMouse() and self.isEnabled()
        painter.setBrush(QColor(colours.hover) if hovered else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        spot = QPointF(GAP + CHIP / 2, self.height() / 2)
        paint_shape(painter, self._entry.shape, spot, CHIP / 2, QColor(self._entry.colour))
        inside = self.rect().adjusted(2 * GAP + CHIP, 0, -GAP, 0)
        number, metrics = f"{self._entry.count:,}", self.fontMetrics()
        painter.setPen(QColor(colours.muted))
        painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, number)
        painter.setPen(QColor(colours.text if self.isEnabled() else colours.muted))
        room = inside.width() - metrics.horizontalAdvance(number) - GAP
        name = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)

    def _pick(self) -> None:
        self.picked.emit(self._place)
