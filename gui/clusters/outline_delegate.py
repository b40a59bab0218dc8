"""How a row of the outline is drawn: chip, name, what is new, sentiment as a thin bar, stability, size."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath
from PySide6.QtWidgets import QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from gui.clusters.outline import Entry, Outline
from gui.clusters.outline_model import COLOUR_ROLE, Index
from gui.palette import label_colours, noise_colour
from gui.tables import RECORD_ROLE
from gui.theme import GAP, Tones, scaled, tones

CHIP = 5
"""Pixels from the middle of a cluster's chip to its edge; a part's is smaller."""
BAR, SHORT_BAR = 34, 18
BAR_HEIGHT = 5
SIGN = 10
NARROW, WIDE = 270, 340
"""Pixels of a list below which the bar is shorter, to leave room for names, and from which news are written out."""


class OutlineDelegate(QStyledItemDelegate):
    """Draws all that a row shows in places that stand under each other; edits the name where it stands."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._labels: tuple[str, ...] = ()
        self._widest = self._newest = ""
        self._tagged = self._measured = False

    def make_room(self, outline: Outline) -> None:
        """Learn what the rows have to show, so that each thing has one place in all of them."""
        self._labels = outline.labels
        self._widest = max((f"{entry.tally.size:,}" for entry in outline.entries), key=len, default="")
        new = max((entry.tally.new for entry in outline.entries), default=0)
        self._newest = f"+{new:,}" if new else ""
        self._tagged = any(entry.tally.tagged for entry in outline.entries)
        self._measured = any(entry.stability is not None for entry in outline.entries)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a row."""
        entry: Entry = index.data(RECORD_ROLE)
        colours = tones(option.palette)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_asides(painter, option, entry, colours)
        if entry.kind != "branch":
            _paint_chip(painter, option.rect, entry, index.data(COLOUR_ROLE) or noise_colour(colours.dark))
        painter.setFont(_name_font(option.font, entry))
        painter.setPen(QColor(colours.muted if entry.kind == "noise" else colours.text))
        room = self._name_room(option, entry)
        name = painter.fontMetrics().elidedText(entry.name, Qt.TextElideMode.ElideRight, max(room.width(), 0))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Return one comfortable line."""
        return QSize(140, option.fontMetrics.height() + 10)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """Let the name be typed where it stands, over the signs."""
        room = self._name_room(option, index.data(RECORD_ROLE))
        room.setRight(option.rect.right() - GAP)
        editor.setGeometry(room.adjusted(-4, 1, 0, -1))

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, index: Index) -> QWidget:
        """Return a line for the name."""
        line = QLineEdit(parent)
        line.setAccessibleName(f"New name of {index.data()}")
        line.setStyleSheet("QLineEdit { padding: 0 3px; border-radius: 3px; }")
        return line

    def _paint_asides(
        self, painter: QPainter, option: QStyleOptionViewItem, entry: Entry, colours: Tones
    ) -> None:
        """Draw what stands at the right: the size, before it stability, sentiment and news where they are known."""
        small = scaled(option.font, 0.95)
        painter.setFont(small)
        painter.setPen(QColor(colours.muted))
        row, align = option.rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        right, middle = row.right() - GAP, row.center().y() + 0.5
        painter.drawText(row.adjusted(0, 0, -GAP, 0), align, f"{entry.tally.size:,}")
        right -= _advance(small, self._widest) + GAP
        if self._measured:
            if entry.stability is not None:
                _paint_stability(painter, QPointF(right - SIGN / 2, middle), entry.stability, colours)
            right -= SIGN + GAP
        if self._tagged:
            wide = _bar_width(option)
            if entry.tally.tagged:
                bar = QRectF(right - wide, middle - BAR_HEIGHT / 2, wide, BAR_HEIGHT)
                _paint_shares(painter, bar, entry.tally.labels, label_colours(self._labels, colours.dark))
            right -= wide + GAP
        if entry.tally.new and _is_wide(option):
            painter.setPen(QColor(colours.good))
            painter.drawText(
                QRect(row.left(), row.top(), right - row.left(), row.height()), align, f"+{entry.tally.new:,}"
            )

    def _name_room(self, option: QStyleOptionViewItem, entry: Entry) -> QRect:
        """Return where the name stands: after the chip, which branches have none of."""
        small = scaled(option.font, 0.95)
        taken = GAP + _advance(small, self._widest) + GAP
        taken += (SIGN + GAP) * self._measured + (_bar_width(option) + GAP) * self._tagged
        if self._newest and _is_wide(option):
            taken += _advance(small, self._newest) + GAP
        before = 2 if entry.kind == "branch" else 2 * CHIP + GAP - 1
        return option.rect.adjusted(before, 0, -taken, 0)


def _advance(font: QFont, text: str) -> int:
    return QFontMetrics(font).horizontalAdvance(text)


def _is_wide(option: QStyleOptionViewItem) -> bool:
    return option.widget is None or option.widget.width() >= WIDE


def _bar_width(option: QStyleOptionViewItem) -> int:
    return BAR if option.widget is None or option.widget.width() >= NARROW else SHORT_BAR


def _name_font(font: QFont, entry: Entry) -> QFont:
    return scaled(font, 1.0, QFont.Weight.DemiBold) if entry.kind == "branch" else font


def _paint_chip(painter: QPainter, row: QRect, entry: Entry, colour: str) -> None:
    radius = 3 if entry.kind == "part" else CHIP
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawEllipse(QPointF(row.left() + CHIP, row.center().y() + 0.5), radius, radius)


def _paint_shares(painter: QPainter, bar: QRectF, counts: Sequence[int], inks: Sequence[str]) -> None:
    """Draw how the tagged passages share out over the labels."""
    outline = QPainterPath()
    outline.addRoundedRect(bar, 2, 2)
    painter.save()
    painter.setClipPath(outline)
    left, total = bar.left(), sum(counts)
    for ink, part in zip(inks, counts, strict=True):
        width = bar.width() * part / total
        painter.fillRect(QRectF(left, bar.top(), width, bar.height()), QColor(ink))
        left += width
    painter.restore()


def _paint_stability(painter: QPainter, centre: QPointF, stability: float, colours: Tones) -> None:
    """Draw a ring filled, like a clock, as far as the cluster is stable."""
    disc = QRectF(centre.x() - 4, centre.y() - 4, 8, 8)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.control))
    painter.drawEllipse(disc)
    painter.setBrush(QColor(colours.muted))
    painter.drawPie(disc, 90 * 16, -round(360 * 16 * stability))
