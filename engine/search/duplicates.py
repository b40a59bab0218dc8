"""Near-copies: passages that say nearly the same, shown once in a list of hits."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from indexes.records import Passage

NEAR = 0.95
"""Cosine from which two passages may be near-copies: it tells the same request about another product (.66) apart."""
SHARED = 0.8
"""Share of word triples in common (Jaccard) from which they are: reposts in newsgroups have .8 to 1, and below that
come replies that quote all and add their own.

Broder, On the resemblance and containment of documents (1997), https://doi.org/10.1109/SEQUEN.1997.666900.
"""
SHINGLE = 3

Shingle = tuple[str, ...]

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class _Wording:
    """What a passage is compared by: its word triples, and its numbers, sorted."""

    shingles: frozenset[Shingle]
    numbers: list[str]


def collapse(
    passages: Sequence[Passage], vectors: Mapping[int, NDArray[np.float32]]
) -> list[tuple[int, tuple[int, ...]]]:
    """Return the ids of passages that stand for themselves, in rank order, each with those that are near-copies of it.

    `passages` come best first; `vectors` (dim,) float32 unit length, without those not embedded. Equal texts always
    are near-copies. Others are when both meaning and wording are nearly the same and they have the same numbers, which
    is what letters and forms made from one template differ in. Passages of one document are near-copies only when
    equal.
    """
    words = [_WORD.findall(passage.text.casefold()) for passage in passages]
    near = _near(passages, vectors)
    wording_of = cache(lambda place: _Wording(_shingles(words[place]), _numbers(words[place])))
    copies: dict[int, list[int]] = {}
    first_with: dict[str, int] = {}
    for place, passage in enumerate(passages):
        wording = " ".join(words[place]) or passage.text
        first = first_with.get(wording)
        if first is None:
            some = [other for other in np.flatnonzero(near[place, :place]).tolist() if other in copies]
            first = next(
                (other for other in some if _say_the_same(wording_of(other), wording_of(place))), place
            )
            first_with[wording] = first
        if first == place:
            copies[place] = []
        else:
            copies[first].append(passage.id)
    return [(passages[place].id, tuple(ids)) for place, ids in copies.items()]


def resemblance(one: Sequence[str], other: Sequence[str]) -> float:
    """Return the share of word triples that two texts have in common, in [0, 1]; of shorter texts the whole counts."""
    return _jaccard(_shingles(one), _shingles(other))


def _say_the_same(one: _Wording, other: _Wording) -> bool:
    """Say whether two passages have the same numbers and nearly the same wording."""
    few, many = sorted((len(one.shingles), len(other.shingles)))
    if few < SHARED * many or one.numbers != other.numbers:
        return False
    return _jaccard(one.shingles, other.shingles) >= SHARED


def _jaccard(one: frozenset[Shingle], other: frozenset[Shingle]) -> float:
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


def _shingles(words: Sequence[str]) -> frozenset[Shingle]:
    starts = range(max(1, len(words) - SHINGLE + 1))
    return frozenset(tuple(words[start : start + SHINGLE]) for start in starts)


def _numbers(words: Sequence[str]) -> list[str]:
    return sorted(word for word in words if any(character.isdigit() for character in word))


def _near(passages: Sequence[Passage], vectors: Mapping[int, NDArray[np.float32]]) -> NDArray[np.bool_]:
    """Return (n, n) whether two passages of different documents have embeddings near enough; False without one."""
    near = np.zeros((len(passages), len(passages)), bool)
    known = [place for place, passage in enumerate(passages) if passage.id in vectors]
    if known:
        matrix = np.stack([vectors[passages[place].id] for place in known])
        near[np.ix_(known, known)] = matrix @ matrix.T >= NEAR
    documents = np.array([passage.document_id for passage in passages], np.int64)
    near[documents[:, None] == documents] = False
    return near
