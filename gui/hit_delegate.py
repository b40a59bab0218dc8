"""How a hit is drawn in the result list: title, where, score, and the snippet with the query's words marked."""

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QObject, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from engine.records import Hit, Mode
from gui.tables import RECORD_ROLE
from gui.text_offsets import qt_offset, shown
from gui.theme import GAP, Tones, scaled, tones
from gui.wording import format_name, place

PAD = 2 * GAP
LINES = 3
BAR = 36


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A hit in the list; the first of a document carries the document's title. `share` in [0, 1] fills the bar."""

    hit: Hit
    first: bool
    mode: Mode
    share: float

    @property
    def where(self) -> str:
        """Return the locator and, for a document's first hit, its file."""
        passage = self.hit.passage
        parts = [str(passage.locator)]
        if self.first:
            name = place(passage.path) if passage.path else ""
            parts.append(name if name and name != passage.title else format_name(passage.format))
        return "  ·  ".join(part for part in parts if part) or "further on"


class HitDelegate(QStyledItemDelegate):
    """Draws result rows; heights follow the width of the view."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._heights: dict[tuple[int, int, bool, str], int] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """Return the height that the snippet needs at the present width."""
        row: ResultRow = index.data(RECORD_ROLE)
        width = option.widget.viewport().width() if option.widget else option.rect.width()
        key = (width, row.hit.passage.id, row.first, row.hit.snippet.text)
        if key not in self._heights:
            if len(self._heights) > 2000:
                self._heights.clear()
            self._heights[key] = self._height(row, width, option.font)
        return QSize(0, self._heights[key])

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Draw one hit."""
        row: ResultRow = index.data(RECORD_ROLE)
        colours = tones(option.palette)
        painter.save()
        self._draw_ground(painter, option, row, colours)
        rect = option.rect.adjusted(PAD, _above(row), -PAD, 0)
        top = rect.top()
        if row.first:
            top = self._draw_title(painter, option, row, rect, colours)
        top = self._draw_where(painter, option, row, QRect(rect.left(), top, rect.width(), 0), colours)
        layout = _lay_out(row, option.font, rect.width(), colours)
        painter.setPen(QColor(colours.text))
        layout.draw(painter, QPointF(rect.left(), top))
        painter.restore()

    def _height(self, row: ResultRow, width: int, font: QFont) -> int:
        layout = _lay_out(row, font, width - 2 * PAD, None)
        height = _above(row) + round(layout.boundingRect().height()) + GAP
        height += QFontMetrics(_small(font)).height() + 3
        if row.first:
            height += QFontMetrics(_bold(font)).height() + 2
        return height

    def _draw_ground(
        self, painter: QPainter, option: QStyleOptionViewItem, row: ResultRow, colours: Tones
    ) -> None:
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(option.rect, QColor(colours.accent_soft))
            painter.fillRect(
                QRect(option.rect.left(), option.rect.top(), 3, option.rect.height()), QColor(colours.accent)
            )
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(option.rect, QColor(colours.hover))
        if row.first and row.hit.rank > 1:
            painter.fillRect(
                QRect(option.rect.left() + PAD, option.rect.top(), option.rect.width() - 2 * PAD, 1),
                QColor(colours.border),
            )

    def _draw_title(
        self, painter: QPainter, option: QStyleOptionViewItem, row: ResultRow, rect: QRect, colours: Tones
    ) -> int:
        font = _bold(option.font)
        metrics = QFontMetrics(font)
        painter.setFont(font)
        painter.setPen(QColor(colours.text))
        passage = row.hit.passage
        title = metrics.elidedText(
            passage.title or passage.document_key, Qt.TextElideMode.ElideRight, rect.width()
        )
        painter.drawText(
            QRect(rect.left(), rect.top(), rect.width(), metrics.height()), Qt.AlignmentFlag.AlignLeft, title
        )
        return rect.top() + metrics.height() + 2

    def _draw_where(
        self, painter: QPainter, option: QStyleOptionViewItem, row: ResultRow, rect: QRect, colours: Tones
    ) -> int:
        font = _small(option.font)
        metrics = QFontMetrics(font)
        painter.setFont(font)
        painter.setPen(QColor(colours.muted))
        score = f"{row.hit.score:.2f}"
        taken = metrics.horizontalAdvance("−0.00") + BAR + 2 * GAP
        line = QRect(rect.left(), rect.top(), rect.width(), metrics.height())
        where = metrics.elidedText(row.where, Qt.TextElideMode.ElideMiddle, rect.width() - taken)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, where)
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, score)
        left = rect.right() + 1 - metrics.horizontalAdvance(score) - GAP - BAR
        self._draw_bar(painter, QRectF(left, line.center().y() - 1, BAR, 4), row.share, colours)
        return line.bottom() + 4

    def _draw_bar(self, painter: QPainter, rect: QRectF, share: float, colours: Tones) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.border))
        painter.drawRoundedRect(rect, 2, 2)
        rect.setWidth(max(3.0, rect.width() * min(1.0, max(0.0, share))))
        painter.setBrush(QColor(colours.accent))
        painter.drawRoundedRect(rect, 2, 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _above(row: ResultRow) -> int:
    return GAP + 3 if row.first else 3


def _bold(font: QFont) -> QFont:
    return scaled(font, 1.0, QFont.Weight.DemiBold)


def _small(font: QFont) -> QFont:
    return scaled(font, 0.9)


def _lay_out(row: ResultRow, font: QFont, width: int, colours: Tones | None) -> QTextLayout:
    """Set the snippet in at most three lines, the query's words marked; what does not fit ends in …."""
    snippet = row.hit.snippet
    text = shown(snippet.text).replace("\n", " ")
    layout, fits = _set_lines(text, font, width, snippet.marks, colours)
    if not fits:
        line = layout.lineAt(LINES - 1)
        start = line.textStart()
        units = text.encode("utf-16-le")
        head = units[: 2 * start].decode("utf-16-le")
        tail = units[2 * start : 2 * (start + line.textLength())].decode("utf-16-le").rstrip()
        metrics = QFontMetrics(_bold(font) if snippet.marks else font)
        while tail and metrics.horizontalAdvance(f"{tail} …") > width:
            tail = tail.rpartition(" ")[0] if " " in tail else tail[:-1]
        marks = tuple(mark for mark in snippet.marks if mark[1] <= len(head) + len(tail))
        layout, _ = _set_lines(f"{head}{tail} …", font, width, marks, colours)
    return layout


def _set_lines(
    text: str, font: QFont, width: int, marks: tuple[tuple[int, int], ...], colours: Tones | None
) -> tuple[QTextLayout, bool]:
    """Break a text into at most three lines; say whether all of it fits."""
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.setFormats([_mark(text, start, end, colours) for start, end in marks])
    height, fits = 0.0, False
    layout.beginLayout()
    for _ in range(LINES):
        line = layout.createLine()
        if not line.isValid():
            fits = True
            break
        line.setLineWidth(width)
        line.setPosition(QPointF(0, height))
        height += line.height() + 1
    else:
        last = layout.lineAt(LINES - 1)
        fits = last.textStart() + last.textLength() >= qt_offset(text, len(text))
    layout.endLayout()
    return layout, fits


def _mark(text: str, start: int, end: int, colours: Tones | None) -> QTextLayout.FormatRange:
    mark = QTextLayout.FormatRange()
    mark.start = qt_offset(text, start)
    mark.length = qt_offset(text, end) - mark.start
    look = QTextCharFormat()
    if colours is not None:
        look.setBackground(QColor(colours.mark))
        look.setForeground(QColor(colours.text))
    look.setFontWeight(QFont.Weight.DemiBold)
    mark.format = look
    return mark
