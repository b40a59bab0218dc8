"""The text of a document around a passage; of a long one only a part, so that nothing freezes."""

import re
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QTimer, QUrl
from PySide6.QtGui import (
    QColor,
    QFont,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QTextBrowser, QTextEdit

from gui.text_offsets import qt_offset, shown, window
from gui.theme import GAP, scaled, tones

REACH = 20_000
"""Characters shown on either side of the passage."""

LINE_HEIGHT = 145.0


class Reading(QTextBrowser):
    """Shows a text read-only with one passage marked; links at its ends bring more of a long text."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("reading")
        self.setAccessibleName("Text of the document")
        self.setOpenLinks(False)
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(2 * GAP)
        self.anchorClicked.connect(self._on_more)
        self._text = ""
        self._passage = (0, 0)
        self._shown = (0, 0)
        self._words: tuple[str, ...] = ()
        self._head = 0
        self._settle = QTimer(self, interval=0, singleShot=True)
        self._settle.timeout.connect(self._scroll)

    def show_passage(self, text: str, start: int, end: int, words: Sequence[str] = ()) -> None:
        """Show `text` with characters `start` to `end` marked and in view; `words` are marked within them."""
        self._words = tuple(words)
        left, right = self._shown
        inside = text == self._text and left <= start and end <= right
        self._text, self._passage = text, (start, end)
        if not inside:
            self._fill(*window(text, start, end, REACH))
        self._mark()
        self._settle.start()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_shown") and self._text:
            self._fill(*self._shown)
            self._mark()

    def _fill(self, left: int, right: int) -> None:
        """Write the characters `left` to `right`, with a link where more goes on."""
        self._shown = (left, right)
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
        cursor.insertText(shown(self._text[left:right]), plain)
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

    def _cursor(self, start: int, end: int) -> QTextCursor:
        """Return a cursor over characters of the whole text, as Python counts them."""
        part = self._text[self._shown[0] :]
        cursor = QTextCursor(self.document())
        cursor.setPosition(self._head + qt_offset(part, start - self._shown[0]))
        cursor.setPosition(
            self._head + qt_offset(part, end - self._shown[0]), QTextCursor.MoveMode.KeepAnchor
        )
        return cursor

    def _mark(self) -> None:
        colours = tones(self.palette())
        start, end = self._passage
        marks = [_selection(self._cursor(start, end), colours.mark_soft, False)]
        for word in self._words:
            if word.strip():
                for found in re.finditer(re.escape(word), self._text[start:end], re.IGNORECASE):
                    cursor = self._cursor(start + found.start(), start + found.end())
                    marks.append(_selection(cursor, colours.mark, True))
        self.setExtraSelections(marks)

    def _scroll(self) -> None:
        """Bring the passage's first line to the upper third."""
        top = self.cursorRect(self._cursor(self._passage[0], self._passage[0])).top()
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + top - self.viewport().height() // 5)
        self.horizontalScrollBar().setValue(0)


def _selection(cursor: QTextCursor, colour: str, strong: bool) -> QTextEdit.ExtraSelection:
    selection = QTextEdit.ExtraSelection()
    selection.cursor = cursor
    selection.format.setBackground(QColor(colour))
    if strong:
        selection.format.setFontWeight(QFont.Weight.DemiBold)
    return selection
