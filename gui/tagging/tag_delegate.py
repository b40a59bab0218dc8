"""How a tagged passage is drawn in a list: its label, how likely, its state and whose it is, over what it says."""

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from engine.tagging.records import TagState
from gui.icons import draw_icon
from gui.map.drawing.shapes import paint_shape
from gui.map.drawing.stamps import RING
from gui.tables import RECORD_ROLE, Index
from gui.tagging.label_looks import Look
from gui.tagging.tag_rows import TagRow
from gui.tagging.tagged import SIGNS, OneTag, listed
from gui.theme import GAP, Tones, scaled, tones
from gui.wording import percent

MARK = 10
SIGN = 12
MARGIN = 2 * GAP
LEAST_NAME = 40
NAME_SHARE = 0.6
"""Pixels and share of the room that a label keeps, whatever stands behind it."""


class TagDelegate(QStyledItemDelegate):
    """Draws a TagRow in two lines. What is unsure has a ring for its mark, a sign and a word; what is given, a pen."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.looks: tuple[Look, ...] = ()

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Return two comfortable lines."""
        return QSize(120, 2 * option.fontMetrics.height() + 10)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a row."""
        row: TagRow = index.data(RECORD_ROLE)
        colours = tones(option.palette)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _paint_ground(painter, option, colours)
        room = option.rect.adjusted(MARGIN, 4, -MARGIN, -4)
        upper = QRect(room.left(), room.top(), room.width(), option.fontMetrics.height())
        if row.tag is None:
            painter.setPen(QColor(colours.muted))
            painter.drawText(upper, Qt.AlignmentFlag.AlignLeft, "not tagged")
        else:
            self._paint_tag(painter, upper, option.font, row.tag, colours)
        painter.setFont(scaled(option.font, 0.95))
        painter.setPen(QColor(colours.muted))
        lower = QRect(room.left(), upper.bottom() + 2, room.width(), painter.fontMetrics().height() + 2)
        shown = painter.fontMetrics().elidedText(row.text, Qt.TextElideMode.ElideRight, lower.width())
        painter.drawText(lower, Qt.AlignmentFlag.AlignLeft, shown)
        painter.restore()

    def _paint_tag(self, painter: QPainter, room: QRect, font: QFont, tag: OneTag, colours: Tones) -> None:
        """Draw mark and name; at the right what is said of it, with the pen of a label that was given."""
        look = self.looks[tag.place] if tag.names and tag.place < len(self.looks) else None
        spot = QPointF(room.left() + MARK / 2, room.center().y() + 0.5)
        if look is not None:
            shape = look.shape if tag.state is TagState.SURE else RING
            paint_shape(painter, shape, spot, MARK / 2, QColor(look.colour(colours.dark)))
        left = room.left() + MARK + 6
        bold = QFont(font)
        bold.setWeight(QFont.Weight.DemiBold)
        name, metrics = listed(tag.names), QFontMetrics(bold)
        pen = SIGN + 5 if tag.mine else 0
        free = room.right() - left - pen - GAP
        kept = max(LEAST_NAME, min(metrics.horizontalAdvance(name), round(free * NAME_SHARE)))
        aside = _aside(tag, QFontMetrics(font), free - kept)
        painter.setPen(QColor(colours.muted))
        painter.setFont(font)
        painter.drawText(room, Qt.AlignmentFlag.AlignRight, aside)
        wide = room.right() - left - QFontMetrics(font).horizontalAdvance(aside) - GAP - pen
        shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, max(wide, LEAST_NAME))
        painter.setFont(bold)
        painter.setPen(QColor(colours.text))
        painter.drawText(QRect(left, room.top(), wide + 2, room.height()), Qt.AlignmentFlag.AlignLeft, shown)
        if tag.mine:
            after = left + metrics.horizontalAdvance(shown) + 6
            place = QRectF(after, room.center().y() - SIGN / 2 + 0.5, SIGN, SIGN)
            draw_icon(painter, "pen", colours.accent, place)


def _aside(tag: OneTag, metrics: QFontMetrics, room: int) -> str:
    """Return what stands behind a label: its probability and state; of one that was given what the tagger said.

    Of several ways to say it the longest that has room.
    """
    number = percent(tag.probability) if tag.told else ""
    if tag.mine:
        tagger = listed(tag.predicted)
        ways = (
            [f"tagger: {tagger} {number}", f"not {tagger}"] if tag.corrected else [f"tagger agrees {number}"]
        )
        ways = [*ways, "yours", ""] if tag.told else ["yours", ""]
    else:
        sign = SIGNS[tag.state]
        ways = [f"{sign} {tag.state}  {number}", f"{sign} {number}"] if sign else [number]
    return next((way for way in ways if metrics.horizontalAdvance(way) <= room), ways[-1])


def _paint_ground(painter: QPainter, option: QStyleOptionViewItem, colours: Tones) -> None:
    chosen = bool(option.state & QStyle.StateFlag.State_Selected)
    if chosen or option.state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(option.rect, QColor(colours.accent_soft if chosen else colours.hover))
    if option.state & QStyle.StateFlag.State_HasFocus:
        painter.setPen(QPen(QColor(colours.accent), 1))
        painter.drawRect(option.rect.adjusted(0, 0, -1, -1))
