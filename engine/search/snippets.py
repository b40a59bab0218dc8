"""Snippets: the part of a passage that a list shows, chosen where the query's words stand closest together."""

from collections.abc import Sequence

from engine.records import Snippet

LENGTH = 260
"""Characters of a snippet, about three lines of a result list."""

LONGEST_WORD = 25
"""Characters within which the border of a word is looked for."""

_SPACE = {ord(space): " " for space in "\n\t\r\u2028\u2029"}


def make_snippet(text: str, spans: Sequence[tuple[int, int]], length: int = LENGTH) -> Snippet:
    """Return the stretch of `text` that holds most of `spans`, (start, end) characters in any order, cut at words.

    Line ends become spaces, so every character keeps its place; an ellipsis stands where something was cut off. Spans
    that overlap become one mark, and one that leaves the stretch is marked as far as it is in it.
    """
    text = text.translate(_SPACE).rstrip()
    spans = _apart(spans, len(text))
    start, end = _at_words(text, _best_start(spans, length), length)
    head = "… " if start else ""
    tail = " …" if end < len(text) else ""
    offset = start - len(head)
    marks = tuple(
        (max(left, start) - offset, min(right, end) - offset)
        for left, right in spans
        if left < end and right > start
    )
    return Snippet(head + text[start:end] + tail, marks, offset)


def _apart(spans: Sequence[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """Return what of the spans lies in a text of `length` characters, rising, those that overlap as one."""
    apart: list[tuple[int, int]] = []
    for left, right in sorted((max(0, left), min(length, right)) for left, right in spans):
        if left >= right:
            continue
        if apart and left < apart[-1][1]:
            apart[-1] = apart[-1][0], max(right, apart[-1][1])
        else:
            apart.append((left, right))
    return apart


def _best_start(spans: Sequence[tuple[int, int]], length: int) -> int:
    """Return where a window of `length` characters holds most marked characters; 0 when nothing is marked."""
    best, best_weight = 0, 0
    for index, (left, _) in enumerate(spans):
        window = [span for span in spans[index:] if span[1] <= left + length]
        if not window:  # a phrase that is longer than a snippet
            window = [(left, left + length)]
        weight = sum(right - begin for begin, right in window)
        if weight > best_weight:
            spare = length - (window[-1][1] - left)
            best, best_weight = max(0, left - spare // 3), weight
    return best


def _at_words(text: str, start: int, length: int) -> tuple[int, int]:
    """Return the ends of text[start:start + length], each moved back to the border of a word where one is near."""
    if start:
        border = text.rfind(" ", max(0, start - LONGEST_WORD), start)
        start = border + 1 if border >= 0 else start if start > LONGEST_WORD else 0
    while start < len(text) and text[start] == " ":
        start += 1
    end = min(len(text), start + length)
    if end < len(text) and text[end] != " ":
        space = text.rfind(" ", max(start, end - LONGEST_WORD), end)
        end = space if space > start else end
    return start, len(text[:end].rstrip())
