"""The text of a document around a passage; of a long one only a part, so that nothing freezes."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from PySide6.QtCore import QEvent, QRectF, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QHelpEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QTextBrowser, QTextEdit, QToolTip

from gui.palette import glow_colour
from gui.text_offsets import shown, window
from gui.theme import GAP, scaled, tones

REACH = 20_000
"""Characters shown on either side of the passage."""

LINE_HEIGHT = 145.0

SOFT = 0.5
"""How much of the passage's ground the other hits of the document have."""

MOST = 400
"""Words marked at once, those of the passage first: more could not be drawn while a hand scrolls."""

UNPARTED = "\u0e00"
"""From Thai on, many scripts have no spaces between words."""

BAR = 3
"""Pixels of the bar beside the passage and the other hits."""


@dataclass(frozen=True, slots=True)
class Shade:
    """Characters `start` to `end` of a document, the colour to lay under them, and what to say of them.

    With a `line` they are underlined so, in the colour `ink`.
    """

    start: int
    end: int
    colour: QColor
    tip: str
    line: QTextCharFormat.UnderlineStyle = QTextCharFormat.UnderlineStyle.NoUnderline
    ink: str = ""


class Reading(QTextBrowser):
    """Shows a text read-only with one passage marked; links at its ends bring more of a long text."""

    hit_asked = Signal(int)
    """1: the next hit, -1: the one before."""
    hit_here_asked = Signal(int)
    """The same within this document."""
    escaped = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("reading")
        self.setAccessibleName("Text of the document")
        self.setOpenLinks(False)
        self.setTabChangesFocus(True)
        self.setMinimumHeight(3 * self.fontMetrics().lineSpacing() + 4 * GAP)
        self.document().setDocumentMargin(2 * GAP)
        self.anchorClicked.connect(self._on_more)
        self._text = ""
        self._passage = (0, 0)
        self._others: tuple[tuple[int, int], ...] = ()
        self._shown = (0, 0)
        self._wide: list[int] = []
        self._words: tuple[str, ...] = ()
        self._shades: tuple[Shade, ...] = ()
        self._head = 0
        self._rest = -1
        self._settle = QTimer(self, interval=0, singleShot=True)
        self._settle.timeout.connect(self._scroll)

    def show_passage(
        self,
        text: str,
        start: int,
        end: int,
        words: Sequence[str] = (),
        others: Iterable[tuple[int, int]] = (),
    ) -> None:
        """Show `text` with characters `start` to `end` marked and in view.

        `others` are the spans of the document's other hits, marked more softly; `words` are marked within all of them.
        """
        left, right = self._shown
        inside = text == self._text and left <= start and end <= right
        self._text, self._passage = text, (start, end)
        self._shades = ()
        if not inside:
            self._fill(*window(text, start, end, REACH))
        self.mark(words, others)
        self._settle.start()

    def mark(self, words: Sequence[str], others: Iterable[tuple[int, int]]) -> None:
        """Mark other words and other hits, where the text stands."""
        self._words, self._others = tuple(words), tuple(span for span in others if span != self._passage)
        self._mark()

    def shade(self, shades: Iterable[Shade]) -> None:
        """Lay colours under words of the passage, in place of its own ground; none brings the ground back."""
        self._shades = tuple(shades)
        self._mark()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_shown") and self._text:
            self._fill(*self._shown)
            self._mark()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the passage where it was shown, unless somebody has scrolled on."""
        stays = self._rest == self.verticalScrollBar().value()
        super().resizeEvent(event)
        if stays:
            self._settle.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk from hit to hit by n and p, with Shift within this document."""
        steps = {Qt.Key.Key_N: 1, Qt.Key.Key_P: -1}
        plain, shift = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
        if event.key() in steps and event.modifiers() in (plain, shift):
            asked = self.hit_here_asked if event.modifiers() == shift else self.hit_asked
            asked.emit(steps[Qt.Key(event.key())])
        elif event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        else:
            super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """Say what a shaded word adds, when the mouse rests on it."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self._shades:
            tip = self.tip_at(self.cursorForPosition(event.pos()).position())
            QToolTip.showText(event.globalPos(), tip, self.viewport())
            return True
        return super().viewportEvent(event)

    def tip_at(self, position: int) -> str:
        """Return what is to be said of the word at a position, as Qt counts it; "" for none."""
        told = (shade for shade in self._shades if self._at(shade.start) <= position <= self._at(shade.end))
        return next((shade.tip for shade in told), "")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the text, and beside the passage and the other hits a bar."""
        super().paintEvent(event)
        if not self._text:
            return
        colours = tones(self.palette())
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for span in self._others:
            self._paint_bar(painter, span, glow_colour(colours.dark))
        self._paint_bar(painter, self._passage, colours.accent)

    def _paint_bar(self, painter: QPainter, span: tuple[int, int], colour: str) -> None:
        left, right = self._shown
        start, end = max(span[0], left), min(span[1], right)
        if start >= end:
            return
        top = self.cursorRect(self._cursor(start, start)).top()
        bottom = self.cursorRect(self._cursor(end, end)).bottom()
        if bottom >= 0 and top <= self.viewport().height():
            painter.setBrush(QColor(colour))
            painter.drawRoundedRect(QRectF(GAP // 2 + 1, top, BAR, bottom - top), BAR / 2, BAR / 2)

    def _fill(self, left: int, right: int) -> None:
        """Write the characters `left` to `right`, with a link where more goes on."""
        self._shown = (left, right)
        part = self._text[left:right]
        self._wide = [place for place, char in enumerate(part) if char > "\uffff"]
        self.clear()
        cursor = QTextCursor(self.document())
        spacing = QTextBlockFormat()
        spacing.setLineHeight(LINE_HEIGHT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        plain = QTextCharFormat()
        plain.setFont(scaled(self.font(), 1.05))
        plain.setForeground(QColor(tones(self.palette()).text))
        cursor.beginEditBlock()
        cursor.setBlockFormat(spacing)
        if left:
            cursor.insertText(f"{left:,} characters before", self._link("before"))
            cursor.insertBlock(spacing, plain)
        self._head = cursor.position()
        cursor.insertText(shown(part), plain)
        if right < len(self._text):
            cursor.insertBlock(spacing, plain)
            cursor.insertText(f"{len(self._text) - right:,} characters after", self._link("after"))
        cursor.endEditBlock()

    def _link(self, where: str) -> QTextCharFormat:
        look = QTextCharFormat()
        look.setAnchor(True)
        look.setAnchorHref(where)
        look.setForeground(QColor(tones(self.palette()).accent))
        look.setFontUnderline(True)
        look.setToolTip(f"Show more of the text {where}")
        return look

    def _on_more(self, url: QUrl) -> None:
        left, right = self._shown
        if url.toString() == "before":
            at = left
            left, _ = window(self._text, left, left, 2 * REACH)
        else:
            at = right
            _, right = window(self._text, right, right, 2 * REACH)
        self._fill(left, right)
        self._mark()
        self.setTextCursor(self._cursor(at, at))
        self.ensureCursorVisible()

    def _at(self, index: int) -> int:
        """Return the position of a character of the whole text as Qt counts: those beyond the first plane twice."""
        place = min(max(index, self._shown[0]), self._shown[1]) - self._shown[0]
        return self._head + place + bisect_left(self._wide, place)

    def _cursor(self, start: int, end: int) -> QTextCursor:
        """Return a cursor over characters of the whole text, as Python counts them."""
        cursor = QTextCursor(self.document())
        cursor.setPosition(self._at(start))
        cursor.setPosition(self._at(end), QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def _mark(self) -> None:
        colours = tones(self.palette())
        ground, soft = QColor(colours.mark_soft), QColor(colours.mark_soft)
        soft.setAlphaF(SOFT)
        if self._shades:
            ground = QColor(Qt.GlobalColor.transparent)
        marks = [_selection(self._cursor(*self._passage), ground)]
        marks += [_selection(self._cursor(*span), soft) for span in self._others]
        found = ((span, place) for span in (self._passage, *self._others) for place in self._found(span))
        for span, (start, end) in islice(found, MOST):
            marks.append(_selection(self._cursor(start, end), QColor(colours.mark), strong=True))
            if self._shades and span == self._passage:
                marks[-1].format.setBackground(Qt.GlobalColor.transparent)
                marks[-1].format.setFontUnderline(True)
        marks += [shaded(self._cursor(one.start, one.end), one) for one in self._shades]
        self.setExtraSelections(marks)

    def _found(self, span: tuple[int, int]) -> list[tuple[int, int]]:
        """Return where the words stand in a part of the text; as whole words in scripts that part words."""
        words = sorted((word for word in self._words if word.strip()), key=len, reverse=True)
        if not words:
            return []
        either = "|".join(
            rf"(?<!\w){re.escape(word)}(?!\w)" if word[0] < UNPARTED else re.escape(word) for word in words
        )
        start, end = span
        places = re.finditer(either, self._text[start:end], re.IGNORECASE)
        return [(start + found.start(), start + found.end()) for found in places]

    def _scroll(self) -> None:
        """Bring the passage's first line to the upper part of the view."""
        top = self.cursorRect(self._cursor(self._passage[0], self._passage[0])).top()
        bar = self.verticalScrollBar()
        above = min(self.viewport().height() // 5, 3 * self.fontMetrics().lineSpacing())
        bar.setValue(bar.value() + top - above)
        self.horizontalScrollBar().setValue(0)
        self._rest = bar.value()


def shaded(cursor: QTextCursor, shade: Shade) -> QTextEdit.ExtraSelection:
    """Return how the text under a cursor looks with a shade."""
    selection = _selection(cursor, shade.colour)
    if shade.ink:
        selection.format.setUnderlineStyle(shade.line)
        selection.format.setUnderlineColor(QColor(shade.ink))
    return selection


def _selection(cursor: QTextCursor, colour: QColor, strong: bool = False) -> QTextEdit.ExtraSelection:
    selection = QTextEdit.ExtraSelection()
    selection.cursor = cursor
    selection.format.setBackground(colour)
    if strong:
        selection.format.setFontWeight(QFont.Weight.DemiBold)
    return selection
