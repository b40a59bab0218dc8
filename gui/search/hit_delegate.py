"""How the rows of a search result are drawn: title, where, marks, relevance, snippet; folds; the line of chance."""

from collections.abc import Mapping
from typing import Literal

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QToolTip

from engine.records import Attribution
from gui.icons import draw_icon
from gui.reader.shading import in_words
from gui.search.hit_rows import ResultRow, title_of
from gui.search.hit_snippet import lay_out
from gui.tables import RECORD_ROLE
from gui.theme import GAP, Tones, scaled, tones

PAD = 2 * GAP
BAR = 36
SIGN = 16
"""Pixels of an icon in a row."""

LINE = 4
"""Pixels from the top of a document's first row down to the line that divides it from the one above."""

Part = Literal["", "good", "not_good", "measure"]
"""What of a hit the mouse is at: a mark, or the bar with its number."""

NOTHING_SAID = "The nearest passages are no nearer than any would be by chance. Other words may find more."

MARK_TIPS: dict[Part, str] = {
    "good": "Good: the query moves towards hits like this (+)",
    "not_good": "Not good: the query moves away from hits like this (−)",
}


class HitDelegate(QStyledItemDelegate):
    """Draws result rows; heights follow the width of the view. `attributions` shade the snippets they belong to."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.attributions: Mapping[int, Attribution] = {}
        self.hot: tuple[int, Part] = (-1, "")
        self._heights: dict[tuple[object, ...], int] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """Return the height that the row needs at the present width."""
        row: ResultRow = index.data(RECORD_ROLE)
        width = option.widget.viewport().width() if option.widget else option.rect.width()
        key = (
            width,
            row.kind,
            row.passage_id,
            row.first,
            row.hit.snippet if row.hit else "",
            option.font.key(),
        )
        if key not in self._heights:
            if len(self._heights) > 2000:
                self._heights.clear()
            self._heights[key] = _height(row, width, option.font)
        return QSize(0, self._heights[key])

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Draw one row."""
        row: ResultRow = index.data(RECORD_ROLE)
        colours = tones(option.palette)
        painter.save()
        if row.kind == "chance":
            _draw_chance(painter, option, row, colours)
        else:
            _draw_ground(painter, option, colours)
            if row.first and _follows_a_hit(index):
                top = option.rect.topLeft() + QPoint(PAD, LINE)
                painter.fillRect(QRect(top, QSize(option.rect.width() - 2 * PAD, 1)), QColor(colours.border))
            if row.kind == "hit":
                self._draw_hit(painter, option, index.row(), row, colours)
            elif row.kind == "nothing":
                _draw_nothing(painter, option, row, colours)
            else:
                _draw_fold(painter, option, row, colours)
        painter.restore()

    def part_at(self, option: QStyleOptionViewItem, row: ResultRow, position: QPoint) -> Part:
        """Return what of a hit in `option.rect` is at a position of the view."""
        if row.kind != "hit":
            return ""
        line = _where_line(option.rect, row, option.font)
        places: dict[Part, QRectF] = {
            "good": _mark_place(line, option.font, 0),
            "not_good": _mark_place(line, option.font, 1),
        }
        for part, place in places.items():
            if place.adjusted(-3, -5, 3, 5).contains(QPointF(position)):
                return part
        measure = line.adjusted(line.width() - BAR - GAP - _number_width(option.font), 0, 0, 0)
        return "measure" if measure.contains(position) else ""

    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: QModelIndex
    ) -> bool:
        """Tell what a mark does, and what a bar means and why it is as full as it is."""
        row: ResultRow | None = index.data(RECORD_ROLE)
        if row is None or event.type() != QEvent.Type.ToolTip:
            return super().helpEvent(event, view, option, index)
        part = self.part_at(option, row, event.pos())
        said = self.why(row) if part == "measure" else MARK_TIPS.get(part, "")
        if not said:
            return super().helpEvent(event, view, option, index)
        QToolTip.showText(event.globalPos(), said, view)
        return True

    def why(self, row: ResultRow) -> str:
        """Return what the bar of a hit means and, when that is known, what its cosine is made of."""
        attribution = self.attributions.get(row.passage_id)
        if attribution is None or row.hit is None:
            return row.tip
        return f"{row.tip}\n\n{in_words(attribution, row.hit.passage.text)}"

    def _draw_hit(
        self, painter: QPainter, option: QStyleOptionViewItem, number: int, row: ResultRow, colours: Tones
    ) -> None:
        assert row.hit is not None
        line = _where_line(option.rect, row, option.font)
        if row.first:
            _draw_title(painter, option, row, colours)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        signs = self._signs(number, row, selected or hovered, colours)
        for part, colour in signs.items():
            draw_icon(painter, part, colour, _mark_place(line, option.font, 0 if part == "good" else 1))
        _draw_where(painter, option, row, line, bool(signs), colours)
        why = self.attributions.get(row.passage_id)
        layout = lay_out(row.hit.snippet, option.font, line.width(), colours, why)
        painter.setPen(QColor(colours.muted if row.faint and why is None else colours.text))
        layout.draw(painter, QPointF(line.left(), line.bottom() + 4))

    def _signs(self, number: int, row: ResultRow, near: bool, colours: Tones) -> dict[str, str]:
        """Return which marks are drawn, in which colours: both where one may choose, else the one that was given."""
        given = {1: "good", 0: "not_good"}.get(row.grade if row.grade is not None else -1, "")
        inks = {"good": colours.good, "not_good": colours.danger}
        signs = {sign: colours.muted for sign in inks if near}
        if near and self.hot[0] == number and self.hot[1] in inks:
            signs[self.hot[1]] = colours.text
        if given:
            signs[given] = inks[given]
        return signs


def _height(row: ResultRow, width: int, font: QFont) -> int:
    small = QFontMetrics(_small(font)).height()
    if row.kind == "chance":
        return small + 3 * GAP
    if row.kind == "nothing":
        said = _wrapped(QRect(0, 0, width, 0), _bold(font), row.text).height()
        return said + 2 * GAP + 4 + _wrapped(QRect(0, 0, width, 0), _small(font), NOTHING_SAID).height()
    if row.hit is None:
        return small + GAP
    layout = lay_out(row.hit.snippet, font, width - 2 * PAD)
    height = _above(row) + small + 3 + round(layout.boundingRect().height()) + GAP
    return height + (QFontMetrics(_bold(font)).height() + 2 if row.first else 0)


def _where_line(rect: QRect, row: ResultRow, font: QFont) -> QRect:
    """Return the line of a hit that holds where it is from, its marks and its bar."""
    top = rect.top() + _above(row) + (QFontMetrics(_bold(font)).height() + 2 if row.first else 0)
    return QRect(rect.left() + PAD, top, rect.width() - 2 * PAD, QFontMetrics(_small(font)).height())


def _number_width(font: QFont) -> int:
    return QFontMetrics(_small(font)).horizontalAdvance("100 %")


def _mark_place(line: QRect, font: QFont, number: int) -> QRectF:
    """Return where the icon of good (0) or not good (1) stands: left of the bar."""
    left = line.right() + 1 - _number_width(font) - BAR - 3 * GAP - (2 - number) * SIGN - (0 if number else 5)
    return QRectF(left, line.center().y() - SIGN / 2, SIGN, SIGN)


def _draw_ground(painter: QPainter, option: QStyleOptionViewItem, colours: Tones) -> None:
    if option.state & QStyle.StateFlag.State_Selected:
        painter.fillRect(option.rect, QColor(colours.accent_soft))
        edge = QRect(option.rect.left(), option.rect.top(), 3, option.rect.height())
        painter.fillRect(edge, QColor(colours.accent))
    elif option.state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(option.rect, QColor(colours.hover))


def _draw_title(painter: QPainter, option: QStyleOptionViewItem, row: ResultRow, colours: Tones) -> None:
    assert row.hit is not None
    painter.setFont(_bold(option.font))
    painter.setPen(QColor(colours.muted if row.faint else colours.text))
    metrics = painter.fontMetrics()
    rect = option.rect.adjusted(PAD, _above(row), -PAD, 0)
    title = metrics.elidedText(title_of(row.hit.passage), Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, title)


def _draw_where(
    painter: QPainter, option: QStyleOptionViewItem, row: ResultRow, line: QRect, signs: bool, colours: Tones
) -> None:
    painter.setFont(_small(option.font))
    painter.setPen(QColor(colours.muted))
    metrics = painter.fontMetrics()
    middle = Qt.AlignmentFlag.AlignVCenter
    number = _number_width(option.font)
    taken = number + BAR + 2 * GAP + (2 * SIGN + 5 + 2 * GAP if signs else 0)
    where = metrics.elidedText(row.where, Qt.TextElideMode.ElideRight, max(0, line.width() - taken))
    painter.drawText(line, Qt.AlignmentFlag.AlignLeft | middle, where)
    painter.drawText(line, Qt.AlignmentFlag.AlignRight | middle, row.number)
    left = line.right() + 1 - number - GAP - BAR
    _draw_bar(painter, QRectF(left, line.center().y() - 1, BAR, 4), row, colours)


def _draw_bar(painter: QPainter, rect: QRectF, row: ResultRow, colours: Tones) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.border))
    painter.drawRoundedRect(rect, 2, 2)
    rect.setWidth(max(3.0, rect.width() * min(1.0, max(0.0, row.share))))
    painter.setBrush(QColor(colours.muted if row.faint else colours.accent))
    painter.drawRoundedRect(rect, 2, 2)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _draw_chance(painter: QPainter, option: QStyleOptionViewItem, row: ResultRow, colours: Tones) -> None:
    """Draw the words with a hairline on either side."""
    painter.setFont(_small(option.font))
    painter.setPen(QColor(colours.muted))
    rect = option.rect.adjusted(PAD, 0, -PAD, 0)
    metrics = painter.fontMetrics()
    said = metrics.elidedText(row.text, Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, said)
    room = (rect.width() - metrics.horizontalAdvance(said)) // 2 - GAP
    if room > 0:
        middle = rect.center().y()
        painter.fillRect(QRect(rect.left(), middle, room, 1), QColor(colours.control))
        painter.fillRect(QRect(rect.right() + 1 - room, middle, room, 1), QColor(colours.control))


def _draw_nothing(painter: QPainter, option: QStyleOptionViewItem, row: ResultRow, colours: Tones) -> None:
    upper = _wrapped(option.rect.adjusted(0, GAP, 0, 0), _bold(option.font), row.text)
    painter.setFont(_bold(option.font))
    painter.setPen(QColor(colours.text))
    painter.drawText(upper, int(Qt.TextFlag.TextWordWrap), row.text)
    below = option.rect.adjusted(0, GAP + upper.height() + 4, 0, 0)
    painter.setFont(_small(option.font))
    painter.setPen(QColor(colours.muted))
    painter.drawText(
        _wrapped(below, _small(option.font), NOTHING_SAID), int(Qt.TextFlag.TextWordWrap), NOTHING_SAID
    )


def _wrapped(rect: QRect, font: QFont, text: str) -> QRect:
    """Return the place of a text that wraps, from the top of a row's rectangle."""
    room = QRect(rect.left() + PAD, rect.top(), rect.width() - 2 * PAD, 1000)
    return QFontMetrics(font).boundingRect(room, int(Qt.TextFlag.TextWordWrap), text)


def _draw_fold(painter: QPainter, option: QStyleOptionViewItem, row: ResultRow, colours: Tones) -> None:
    """Draw a quiet line that leads somewhere, or opens and closes what is below it."""
    painter.setFont(_small(option.font))
    metrics = painter.fontMetrics()
    rect = option.rect.adjusted(PAD, 0, -PAD, 0)
    ink = colours.text if row.kind == "like" else colours.accent
    hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
    if row.kind in ("alike", "nearest"):
        place = QRectF(rect.left() - 3, rect.center().y() - 6, 14, 14)
        draw_icon(painter, "right" if row.folded else "down", ink, place)
    rect.adjust(15, 0, 0, 0)
    if hovered and row.kind != "like":
        underlined = painter.font()
        underlined.setUnderline(True)
        painter.setFont(underlined)
    painter.setPen(QColor(ink))
    said = metrics.elidedText(row.text, Qt.TextElideMode.ElideMiddle, rect.width())
    painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, said)


def _follows_a_hit(index: QModelIndex) -> bool:
    """Say whether a document stands above, from which a line is to divide this one."""
    above: ResultRow | None = index.siblingAtRow(index.row() - 1).data(RECORD_ROLE) if index.row() else None
    return above is not None and above.kind not in ("chance", "nearest")


def _above(row: ResultRow) -> int:
    return GAP + LINE + 2 if row.first else 3


def _bold(font: QFont) -> QFont:
    return scaled(font, 1.0, QFont.Weight.DemiBold)


def _small(font: QFont) -> QFont:
    return scaled(font, 0.9)
