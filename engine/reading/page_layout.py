"""Page layout: the lines of a printed page put back into the paragraphs they were broken from."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

_ITEM = re.compile(r"([•‣◦▪■□●○–—*·]|\(?(\d{1,3}|[a-zA-Z]|[ivx]{1,4})[.)])\s")
_SENTENCE_END = re.compile(r"[.!?:;。！？：；…][\"'”’»)\]]*$")
_WIDE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]")
_DIGITS = re.compile(r"\d+")
_NEIGHBOURS = 8
_SHORTEST_PAGE = 6
"""Lines up to which a page is kept whole: what repeats on a slide is all it says."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line as printed; lengths are in points, bottoms count upwards, `size` is the height of its letters.

    `last_bottom` is where its last letter stands: a line may go on below itself, where words were hyphenated.
    `hyphenated` says that its last word goes on in the next line; the hyphen itself is not in `text`.
    """

    text: str
    left: float
    right: float
    bottom: float
    last_bottom: float
    size: float
    hyphenated: bool = False


def paragraphs(lines: Sequence[Line]) -> str:
    """Return lines as text: paragraphs on a line of their own, a blank line between two, other breaks kept."""
    lines = _whole_lines([line for line in lines if line.text.strip()])
    if not lines:
        return ""
    pitch = _usual_pitch(lines)
    parts = [lines[0].text]
    for place in range(1, len(lines)):
        before, line = lines[place - 1], lines[place]
        parts += [_gap(before, line, _edge(lines, place - 1), pitch), line.text]
    return "".join(parts)


def without_repeated_lines(pages: list[list[Line]]) -> list[list[Line]]:
    """Return pages without the lines that most of them begin or end with: running titles and page numbers."""
    long = [page for page in pages if len(page) > _SHORTEST_PAGE]
    if len(long) < 3:
        return pages
    seen = Counter(key for page in long for key in {_running(line) for line in _edges(page)})
    running = {key for key, count in seen.items() if count > len(long) / 2}
    return [
        [line for line in page if not (_running(line) in running and line in _edges(page))]
        if len(page) > _SHORTEST_PAGE
        else page
        for page in pages
    ]


def _edges(page: list[Line]) -> list[Line]:
    return page[:2] + page[-2:]


def _running(line: Line) -> str:
    return _DIGITS.sub("#", line.text.strip())


def _whole_lines(lines: Sequence[Line]) -> list[Line]:
    """Join pieces that stand beside each other on one line, such as a footnote's number after its word."""
    whole: list[Line] = []
    for line in lines:
        before = whole[-1] if whole else None
        if before and _beside(before, line):
            between = " " if line.left - before.right > 0.1 * before.size else ""
            text = before.text.rstrip() + between + line.text
            whole[-1] = replace(before, text=text, right=line.right, hyphenated=line.hyphenated)
        else:
            whole.append(line)
    return whole


def _beside(before: Line, line: Line) -> bool:
    shared = min(before.last_bottom + before.size, line.bottom + line.size) - max(
        before.last_bottom, line.bottom
    )
    near = -0.3 * before.size <= line.left - before.right <= 2 * before.size
    return near and shared > 0.3 * min(before.size, line.size)


def _usual_pitch(lines: list[Line]) -> float:
    """Return the usual distance from a line to the next, in points."""
    steps = [a.last_bottom - b.bottom for a, b in pairwise(lines)]
    steps = [step for step in steps if step > 0]
    sizes = median(line.size for line in lines)
    return min(median(steps), 2.5 * sizes) if steps else 1.2 * sizes


def _edge(lines: list[Line], place: int) -> float:
    """Return how far right the lines above, at and below one reach."""
    line = lines[place]
    around = lines[max(0, place - _NEIGHBOURS) : place + _NEIGHBOURS + 1]
    beside = [other for other in around if other.left < line.left + 3 * line.size and other.right > line.left]
    rights = sorted((other.right for other in beside or [line]), reverse=True)
    return rights[min(2, len(rights) // 3)]  # not the widest, which may be a heading over two columns


def _gap(before: Line, line: Line, edge: float, pitch: float) -> str:
    """Return what stands between two lines: nothing or a blank inside a paragraph, a line's or a paragraph's end."""
    if before.hyphenated:
        return ""
    step = before.last_bottom - line.bottom
    apart = step > 1.45 * max(pitch, min(before.size, line.size))
    if apart or not 0.8 < line.size / before.size < 1.25:
        return "\n\n"
    if _ITEM.match(line.text) or _is_figures(line.text) or _is_figures(before.text):
        return "\n"
    ends = _SENTENCE_END.search(before.text.rstrip())
    if step <= 0:  # the next column, or a box somewhere else
        return "\n\n" if ends or not line.text[:1].islower() else " "
    if before.right + _first_word(line) < edge - 0.5 * before.size:
        return "\n\n" if ends and line.text[:1].isupper() else "\n"
    if ends and line.left > before.left + 0.8 * line.size and not _ITEM.match(before.text):
        return "\n\n"
    wide = _WIDE.match(before.text.rstrip()[-1:]) and _WIDE.match(line.text[:1])
    return "" if wide or before.text.endswith((" ", "-")) else " "


def _is_figures(text: str) -> bool:
    """Say whether a line is a row of a table: more figures and signs than letters."""
    return sum(map(str.isalpha, text)) < 0.5 * len(text.replace(" ", ""))


def _first_word(line: Line) -> float:
    """Return about how wide a line's first word is with a blank: had it fitted above, it would stand there."""
    word = line.text.split(maxsplit=1)[0]
    return (len(word) + 1) * (line.right - line.left) / max(1, len(line.text))
