"""Windows: a text cut into stretches of whole sentences that a tagger can read at once; nothing is left out."""

import copy
import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.tagging.sentences import sentences
from indexes.errors import ModelError


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a text that the model reads at once: token ids with special tokens, and its weight.

    `text` is the row of the text; `weight` counts the tokens that are not special, at least 1; `start` … `end` are
    characters of the text, of a pair's first. Of a pair, `segments` says of each token whether it belongs to the
    first (0) or second text (1), where the model tells them apart.
    """

    text: int
    ids: list[int]
    weight: int
    start: int = 0
    end: int = 0
    segments: list[int] | None = None


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some tokens of a text, without special ones, and the characters they come from."""

    ids: list[int]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Frame:
    """The special tokens before, between and after texts; `told`: the tokens of a second text are marked as such."""

    before: list[int]
    between: list[int]
    after: list[int]
    told: bool

    @property
    def size(self) -> int:
        """Return how many tokens the frame takes."""
        return len(self.before) + len(self.between) + len(self.after)


class WindowCutter:
    """Cuts texts, and pairs of texts, into windows of at most `max_tokens` tokens, special ones included."""

    def __init__(self, tokenizer: Any, max_tokens: int) -> None:
        backend = getattr(tokenizer, "backend_tokenizer", None)
        if backend is None:
            raise ModelError(
                "The tagger's tokenizer does not say where its tokens stand in a text. Save its model again, with a "
                "tokenizer.json."
            )
        self._max_tokens = max_tokens
        self._backend = copy.deepcopy(backend)  # whose truncation and padding others change
        self._backend.no_truncation()
        self._backend.no_padding()
        self._single = _frame(self._backend.encode("a"))
        self._pair = _frame(self._backend.encode("a", "a"))
        fillers = (tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id)
        self._filler = next((token for token in fillers if token is not None), 0)

    def windows(self, texts: Sequence[str]) -> list[Window]:
        """Return the windows of each text, in their order; together they hold every token of every text once."""
        room = self._max_tokens - self._single.size
        windows = []
        for row, encoding in enumerate(self._encodings(texts)):
            for piece in _pieces(texts[row], encoding, room):
                # a model without special tokens around a text gets one that stands for an empty text
                ids = [*self._single.before, *piece.ids, *self._single.after] or [self._filler]
                windows.append(Window(row, ids, max(1, len(piece.ids)), piece.start, piece.end))
        return windows

    def pair_windows(self, firsts: Sequence[str], seconds: Sequence[str]) -> list[Window]:
        """Return the windows of pairs: the whole of the shorter text with each window of the longer one.

        When both are longer than half of what is read at once, each window of the one meets each of the other.
        """
        room = self._max_tokens - self._pair.size
        windows = []
        encoded = zip(self._encodings(firsts), self._encodings(seconds), strict=True)
        for row, (first, second) in enumerate(encoded):
            shorter = min(len(first), len(second), room // 2)
            rooms = (room // 2, room - shorter) if len(first) <= len(second) else (room - shorter, room // 2)
            if len(first) + len(second) <= room:
                rooms = (room, room)
            rights = _pieces(seconds[row], second, rooms[1])
            windows += [
                self._together(row, left, right)
                for left in _pieces(firsts[row], first, rooms[0])
                for right in rights
            ]
        return windows

    def _together(self, row: int, left: _Piece, right: _Piece) -> Window:
        frame = self._pair
        head = [*frame.before, *left.ids, *frame.between]
        tail = [*right.ids, *frame.after]
        segments = [0] * len(head) + [1] * len(tail) if frame.told else None
        weight = max(1, len(left.ids) + len(right.ids))
        return Window(row, head + tail or [self._filler], weight, left.start, left.end, segments)

    def _encodings(self, texts: Sequence[str]) -> list[Any]:
        return list(self._backend.encode_batch(list(texts), add_special_tokens=False))


def _pieces(text: str, encoding: Any, room: int) -> list[_Piece]:
    """Cut a text's tokens into pieces of whole sentences, each as long as fits into `room` tokens."""
    if len(encoding) <= room:
        return [_Piece(encoding.ids, 0, len(text))]
    ids, offsets = encoding.ids, np.array(encoding.offsets, np.int64)
    cuts = _fill(_sentence_ends(text, offsets), room)
    return [
        _Piece(ids[left:right], int(offsets[left, 0]), int(offsets[right - 1, 1]))
        for left, right in pairwise(cuts)
    ]


def _sentence_ends(text: str, offsets: NDArray[np.int64]) -> list[int]:
    """Return after how many tokens each sentence ends, rising; offsets (n_tokens, 2) are characters."""
    ends = np.array([end for _, end in sentences(text)], np.int64)
    # by its last character, as some tokens begin with the blank before a word
    after = np.searchsorted(offsets[:, 1], ends, side="right")
    return sorted({*after.tolist(), len(offsets)} - {0})


def _fill(ends: Sequence[int], room: int) -> list[int]:
    """Return where to cut into pieces of whole sentences, as few as there can be and of like size.

    Of like size, since the end of a text often says what it comes to, and should not be read as three words alone. A
    sentence that is longer than `room` is cut where that is full.
    """
    cuts, total = [0], ends[-1]
    while (left := total - cuts[-1]) > room:
        start = cuts[-1]
        wanted = start + left / math.ceil(left / room)
        fitting = ends[bisect_right(ends, start) : bisect_right(ends, start + room)]
        cuts.append(min(fitting, key=lambda end: abs(end - wanted), default=start + room))
    return [*cuts, total]


def _frame(encoding: Any) -> _Frame:
    """Return the frame around one text or two, as a tokenizer encoded “a” or “a”, “a”."""
    origins = list(encoding.sequence_ids)
    ids, kinds = encoding.ids, encoding.type_ids
    first = origins.index(0)
    ends = [place for place, origin in enumerate(origins) if origin == 0]
    second = origins.index(1) if 1 in origins else ends[-1] + 1
    last = max(place for place, origin in enumerate(origins) if origin is not None)
    return _Frame(
        before=ids[:first],
        between=ids[ends[-1] + 1 : second],
        after=ids[last + 1 :],
        told=1 in kinds,
    )
