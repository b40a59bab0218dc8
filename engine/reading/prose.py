"""Prose: a document's text being put together from blocks, with what stands where."""

import re

from engine.reading.readers import Mark
from indexes.records import Locator

_LONGEST_HEADING = 120


class Prose:
    """Collects blocks of text, a blank line between two, and the offsets of headings and pages."""

    def __init__(self) -> None:
        self.title = ""
        self._parts: list[str] = []
        self._length = 0
        self._marks: list[Mark] = []

    def add(self, block: str, gap: str = "\n\n") -> None:
        """Append a block, unless it is white space; `gap` stands between it and the one before."""
        block = block.strip("\n")
        if not block.strip():
            return
        if self._parts:
            self._append(gap)
        self._append(block)

    def add_heading(self, heading: str) -> None:
        """Append a heading, under which the text from here on stands; the first is the title unless there is one."""
        heading = " ".join(heading.split())
        if not heading:
            return
        self.title = self.title or heading
        self.mark(Locator("heading", shortened(heading)))
        self.add(heading)

    def mark(self, locator: Locator, gap: str = "\n\n") -> None:
        """Let a locator hold from the next block on, which follows after `gap`."""
        self._marks.append((self._length + len(gap) if self._parts else 0, locator))

    @property
    def text(self) -> str:
        """Return all blocks as one text."""
        return "".join(self._parts)

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Return the offsets of headings and pages in `text`, rising; none beyond its end."""
        return tuple(mark for mark in self._marks if mark[0] < self._length)

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)


def shortened(heading: str) -> str:
    """Return a heading short enough for a locator."""
    return heading if len(heading) <= _LONGEST_HEADING else heading[: _LONGEST_HEADING - 1] + "…"


def joined_lines(text: str) -> str:
    """Return text with every run of white space as one blank, no-break spaces too."""
    return re.sub(r"\s+", " ", text).strip()
