"""Sentences of a text, by the marks that end them; good enough to cut at, in any script that uses such marks."""

import re

_END = re.compile(
    r"[.!?…]+[\"'”’»)\]]*(?=\s)"  # a full stop and what closes after it, before white space
    r"|[。！？｡]+[”’」』）]*"  # scripts that put no blank after it
    r"|\n"
)
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof st jr sr vs etc e.g i.e eg ie cf al fig figs no vol ed eds pp approx dept est inc ltd co corp "
    "jan feb mar apr jun jul aug sep sept oct nov dec gen col sgt capt rev hon z.b d.h u.a bzw".split()
)
_LAST_WORD = re.compile(r"[^\W_][\w.]*\Z")
_ITEM = re.compile(r"\s*(?:[-*•–]\s|\d+[.)]\s|[\"'“‘(]?[^\W\d_a-z])")
_SHORT_LINE = 60
"""Characters of a line that was ended on purpose: lines of wrapped prose are longer."""


def sentences(text: str) -> list[tuple[int, int]]:
    """Return (start, end) characters of each sentence: rising, not overlapping, only white space left out."""
    spans: list[tuple[int, int]] = []
    start = 0
    for mark in _END.finditer(text):
        if _ends(text, start, mark):
            _add(spans, text, start, mark.end())
            start = mark.end()
    _add(spans, text, start, len(text))
    return spans


def _ends(text: str, start: int, mark: re.Match[str]) -> bool:
    """Say whether a sentence ends at a mark: not after “Dr.” or “J.”, nor where a line was only wrapped."""
    said, following = mark.group(), text[mark.end() : mark.end() + 80]
    if said == "\n":
        line_start = text.rfind("\n", 0, mark.start()) + 1
        blank = not following.split("\n", 1)[0].strip()
        short = mark.start() - line_start < _SHORT_LINE
        return blank or (short and bool(_ITEM.match(following)))
    lower = following.lstrip()[:1].islower()
    if said == ".":
        word = _LAST_WORD.search(text, max(start, mark.start() - 30), mark.start())
        last = word.group() if word else ""
        initial = len(last) == 1 and last.isupper() and last != "I"
        return not (initial or last.lower() in _ABBREVIATIONS)
    # “What?” she said; well ... perhaps
    return not (lower and (said[-1] not in ".!?" or said.startswith(("..", "…"))))


def _add(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    """Add a sentence without the white space around it; one without a letter or digit goes to the one before."""
    inner = text[start:end]
    start, end = start + len(inner) - len(inner.lstrip()), start + len(inner.rstrip())
    if start >= end:
        return
    if spans and not any(character.isalnum() for character in text[start:end]):
        spans[-1] = spans[-1][0], end
    else:
        spans.append((start, end))
