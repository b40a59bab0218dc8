"""The snippet of a hit as at most three lines: the query's words bold, shaded by what each word adds when asked why."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QFont, QFontMetrics, QTextCharFormat, QTextLayout, QTextOption

from engine.records import Attribution, Snippet
from gui.reader.shading import shades
from gui.text_offsets import qt_offset, shown
from gui.theme import Tones, scaled

LINES = 3

Span = tuple[int, int, QTextCharFormat]
"""Characters of the snippet, and how they look."""


def lay_out(
    snippet: Snippet,
    font: QFont,
    width: int,
    colours: Tones | None = None,
    attribution: Attribution | None = None,
) -> QTextLayout:
    """Set the snippet in at most three lines; what does not fit ends in …. Without colours only its size is right.

    With an attribution its shades take the place of the ground under the query's words.
    """
    text = shown(snippet.text).replace("\n", " ")
    spans = [(start, end, _bold(colours if attribution is None else None)) for start, end in snippet.marks]
    if attribution is not None and colours is not None:
        spans += _shaded(snippet, attribution, colours)
    layout, fits = _set_lines(text, font, width, spans)
    if not fits:
        kept = _that_fits(
            text, layout, scaled(font, 1.0, QFont.Weight.DemiBold) if snippet.marks else font, width
        )
        spans = [(start, min(end, len(kept)), look) for start, end, look in spans if start < len(kept)]
        layout, _ = _set_lines(f"{kept} …", font, width, spans)
    return layout


def in_snippet(snippet: Snippet, start: int, end: int) -> tuple[int, int]:
    """Return characters of the passage as characters of its snippet, cut to what it shows of the text."""
    first = 2 if snippet.text.startswith("… ") else 0
    last = len(snippet.text) - (2 if snippet.text.endswith(" …") else 0)
    return max(start - snippet.offset, first), min(end - snippet.offset, last)


def _shaded(snippet: Snippet, attribution: Attribution, colours: Tones) -> list[Span]:
    spans = []
    for start, end, colour in shades(attribution, colours):
        left, right = in_snippet(snippet, start, end)
        if left < right:
            look = QTextCharFormat()
            look.setBackground(colour)
            spans.append((left, right, look))
    return spans


def _that_fits(text: str, layout: QTextLayout, font: QFont, width: int) -> str:
    """Return the text up to where an ellipsis must stand for it to fit the last line."""
    line = layout.lineAt(LINES - 1)
    units = text.encode("utf-16-le")
    head = units[: 2 * line.textStart()].decode("utf-16-le")
    tail = (
        units[2 * line.textStart() : 2 * (line.textStart() + line.textLength())].decode("utf-16-le").rstrip()
    )
    metrics = QFontMetrics(font)
    while tail and metrics.horizontalAdvance(f"{tail} …") > width:
        tail = tail.rpartition(" ")[0] if " " in tail else tail[:-1]
    return head + tail


def _set_lines(text: str, font: QFont, width: int, spans: Sequence[Span]) -> tuple[QTextLayout, bool]:
    """Break a text into at most three lines; say whether all of it fits."""
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.setFormats([_range(text, *span) for span in spans])
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


def _range(text: str, start: int, end: int, look: QTextCharFormat) -> QTextLayout.FormatRange:
    made = QTextLayout.FormatRange()
    made.start = qt_offset(text, start)
    made.length = qt_offset(text, end) - made.start
    made.format = look
    return made


def _bold(colours: Tones | None) -> QTextCharFormat:
    look = QTextCharFormat()
    look.setFontWeight(QFont.Weight.DemiBold)
    if colours is not None:
        look.setBackground(QColor(colours.mark))
        look.setForeground(QColor(colours.text))
    return look
