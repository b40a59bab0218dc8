"""Passages: a text cut at its headings, paragraphs and sentences into spans that an encoder can take whole."""

import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from indexes.records import Locator, Span

if TYPE_CHECKING:
    from engine.reading.readers import Mark, RawDocument

_CHARACTERS_PER_TOKEN = 16
"""The longest a token may be on average; three to six characters are usual.

A word the tokenizer does not know is one token, however long, so a passage of such words would fit any count."""

_SMALL_SECTION = 200
"""Characters below which a section shares its passage with the next: a heading alone is no passage."""


def text_hash(text: str) -> bytes:
    """Return the first 16 bytes of the SHA-256 of a text, by which equal passages are embedded once."""
    return hashlib.sha256(text.encode()).digest()[:16]


class Splitter:
    """Cuts documents into passages of at most `max_tokens` of a tokenizer's tokens, special tokens included."""

    def __init__(self, tokenizer_file: Path, max_tokens: int) -> None:
        from semantic_text_splitter import TextSplitter
        from tokenizers import Tokenizer

        self.max_tokens = max_tokens
        self._tokenizer = Tokenizer.from_file(str(tokenizer_file))
        self._tokenizer.no_truncation()  # many models' files carry a truncation, which would cap every count
        self._tokenizer.no_padding()
        self._capacity = max_tokens - self._tokenizer.num_special_tokens_to_add(False)
        self._longest = _CHARACTERS_PER_TOKEN * max_tokens
        self._by_tokens = TextSplitter.from_huggingface_tokenizer(self._tokenizer, self._capacity)
        self._by_quarter = TextSplitter.from_huggingface_tokenizer(self._tokenizer, self._capacity // 4)
        self._by_characters = TextSplitter(self._longest)

    def split(self, raw: "RawDocument") -> tuple[Span, ...]:
        """Return a document's passages: in order, not overlapping, nothing left out but white space."""
        spans = (
            span for start, end in sections(raw.text, raw.marks) for span in self._cut(raw.text, start, end)
        )
        offsets = [offset for offset, _ in raw.marks]
        return tuple(
            Span(start, end, _locator(raw.marks, offsets, start), text_hash(raw.text[start:end]))
            for start, end in spans
        )

    def _cut(self, text: str, start: int, end: int) -> list[tuple[int, int]]:
        """Return the passages of `text[start:end]`, each within the limits."""
        pieces = [
            (start + offset + inner, start + offset + inner + len(part))
            for offset, piece in self._by_tokens.chunk_indices(text[start:end])
            for inner, part in (
                self._by_characters.chunk_indices(piece) if len(piece) > self._longest else [(0, piece)]
            )
        ]
        pieces = self._without_scraps(text, pieces)
        return [fitting for piece in pieces for fitting in self._fitting(text, *piece)]

    def _without_scraps(self, text: str, pieces: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Share out each small piece anew with its neighbour: a title above a long paragraph, a few last words."""
        kept: list[tuple[int, int]] = []
        for piece in pieces:
            if kept and min(_length(kept[-1]), _length(piece)) < _SMALL_SECTION:
                kept += self._in_halves(text, kept.pop()[0], piece[1])
            else:
                kept.append(piece)
        return kept

    def _in_halves(self, text: str, start: int, end: int) -> list[tuple[int, int]]:
        """Cut a text near its middle, at the border of a sentence or paragraph; whole where it has none inside."""
        parts = [
            (start + offset, start + offset + len(part))
            for offset, part in self._by_quarter.chunk_indices(text[start:end])
        ]
        cut = min(range(1, len(parts)), key=lambda place: abs(parts[place][0] - (start + end) / 2), default=0)
        return [(start, parts[cut - 1][1]), (parts[cut][0], end)] if cut else [(start, end)]

    def _fitting(self, text: str, start: int, end: int) -> list[tuple[int, int]]:
        """Return a passage, halved until each part fits: a splitter counts parts, and their sum may differ."""
        if len(self._tokenizer.encode(text[start:end], add_special_tokens=False)) <= self._capacity:
            return [(start, end)]
        middle = text.rfind(" ", start, (start + end) // 2 + 1)
        middle = middle if middle > start else (start + end) // 2
        left, right = text[start:middle].rstrip(), text[middle:end].lstrip()
        return self._fitting(text, start, start + len(left)) + self._fitting(text, end - len(right), end)


def sections(text: str, marks: "Sequence[Mark]") -> list[tuple[int, int]]:
    """Return the parts of a text between its headings, the small ones joined to what follows them.

    A heading belongs to the text below it. Together the parts are the whole text.
    """
    starts = sorted({0, *(offset for offset, locator in marks if locator.kind == "heading")})
    parts: list[tuple[int, int]] = []
    begin = 0
    for end in [*starts[1:], len(text)]:
        if len(text[begin:end].strip()) >= _SMALL_SECTION:
            parts.append((begin, end))
            begin = end
    if begin < len(text):
        if parts and len(text[begin:].strip()) < _SMALL_SECTION:
            begin = parts.pop()[0]
        parts.append((begin, len(text)))
    return parts


def _length(piece: tuple[int, int]) -> int:
    return piece[1] - piece[0]


def _locator(marks: "Sequence[Mark]", offsets: list[int], start: int) -> Locator:
    place = bisect_right(offsets, start)
    return marks[place - 1][1] if place else Locator()
