"""A text as the tokenizer gives it to the model: ids, segments, and where in the text each token stands."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.inspecting.records import TokenView
from engine.tagging.windows import Window


@dataclass(frozen=True, slots=True)
class ReadText:
    """What of a text, or a pair of texts, goes into a model at once.

    `segments` are the model's token types, [] where they are all 0. The model stops at character `read_to` of the
    text; `left_out` tokens are not read.
    """

    ids: list[int]
    segments: list[int]
    tokens: tuple[TokenView, ...]
    read_to: int
    left_out: int

    def moved(self, by: int) -> "ReadText":
        """Return the same as a part of a longer text, in which it begins at character `by`."""
        tokens = (
            token if token.special else replace(token, start=token.start + by, end=token.end + by)
            for token in self.tokens
        )
        return replace(self, tokens=tuple(tokens), read_to=self.read_to + by)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a token comes from: characters of the first (0) or second text (1) of a pair, and a word of it."""

    start: int
    end: int
    word: int | None
    of_text: int


def read_text(tokenizer: Any, text: str, max_tokens: int) -> ReadText:
    """Tokenize as an encoder that reads `max_tokens` tokens does: cut where they end."""
    encoded = tokenizer(text, truncation=True, max_length=max_tokens, return_offsets_mapping=True)
    ids = encoded["input_ids"]
    whole = tokenizer(text, truncation=False, verbose=False)["input_ids"]
    places = [
        _Place(start, end, word, 0) if origin is not None else None
        for (start, end), word, origin in zip(
            encoded["offset_mapping"], encoded.word_ids(), encoded.sequence_ids(), strict=True
        )
    ]
    left_out = len(whole) - len(ids)
    read_to = max((place.end for place in places if place), default=0) if left_out else len(text)
    return ReadText(ids, [], _views(tokenizer, ids, places, [0] * len(ids)), read_to, left_out)


def read_window(tokenizer: Any, text: str, second: str, window: Window, before_it: int = 0) -> ReadText:
    """Tell of a tagger's window of a text, or of its first one of a pair, where each of its tokens comes from.

    It holds the tokens of the text after the first `before_it`, and the first ones of the second text, and around them
    the tokenizer's own.
    """
    first = _places(tokenizer, text, 0)[before_it:]
    other = _places(tokenizer, second, 1) if second else []
    pair = ("a", "a") if second else ("a",)
    frame = tokenizer(*pair).sequence_ids()
    before = frame.index(0)
    between = frame.index(1) - before - 1 if second else 0
    room = len(window.ids) - sum(origin is None for origin in frame)
    here = min(room, sum(place.end <= window.end for place in first))
    there = room - here if second else 0
    # around nothing at all stands one token in place of a text
    after = len(window.ids) - before - here - between - there
    places = [*[None] * before, *first[:here], *[None] * between, *other[:there], *[None] * after]
    segments = window.segments or [0] * len(window.ids)
    return ReadText(
        ids=window.ids,
        segments=segments if any(segments) else [],
        tokens=_views(tokenizer, window.ids, places, segments),
        read_to=window.end,
        left_out=len(first) - here + len(other) - there,
    )


def _places(tokenizer: Any, text: str, of_text: int) -> list[_Place]:
    """Return where each token of a whole text comes from, special ones left out."""
    encoded = tokenizer(
        text, add_special_tokens=False, truncation=False, return_offsets_mapping=True, verbose=False
    )
    return [
        _Place(start, end, word, of_text)
        for (start, end), word in zip(encoded["offset_mapping"], encoded.word_ids(), strict=True)
    ]


def _views(
    tokenizer: Any, ids: Sequence[int], places: Sequence[_Place | None], segments: Sequence[int]
) -> tuple[TokenView, ...]:
    names = tokenizer.convert_ids_to_tokens(ids)
    return tuple(
        TokenView(
            token=name,
            id=int(token_id),
            start=int(place.start) if place else 0,
            end=int(place.end) if place else 0,
            special=place is None,
            position=position,
            segment=place.of_text if place else segment,
            word=-1 if place is None or place.word is None else int(place.word),
        )
        for position, (name, token_id, place, segment) in enumerate(
            zip(names, ids, places, segments, strict=True)
        )
    )
