"""The scope of a search: which passages may be found at all, settled before anything is ranked.

Exact words, exclusions and conditions act here, inside retrieval, so a rare literal is never cut away by meaning.
"""

from collections.abc import Sequence
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from engine.corpus import Corpus
from engine.records import Condition, Query
from indexes.errors import QueryError

Allowed = NDArray[np.int64] | None
"""Passage ids that may be found, rising; None for all."""


def scope(
    corpus: Corpus,
    query: Query,
    conditions: Sequence[Condition] = (),
    inside: Sequence[int] = (),
    hidden: Sequence[int] = (),
) -> tuple[Allowed, str]:
    """Return the passages that a query may find, and a sentence about a condition that could not be followed.

    `conditions` come on top of those in the query; `inside`: only these passages, in any order; `hidden`: never these.
    """
    keywords = corpus.keywords()
    wanted = [keywords.passages_with(phrase) for phrase in query.phrases]
    unwanted = [keywords.passages_with(phrase) for phrase in query.without_phrases]
    unwanted += [keywords.passages_with_word(word) for word in query.without]
    unwanted += [np.unique(np.asarray(hidden, np.int64))] if hidden else []
    asked, note = _sensible(corpus, (*query.conditions, *conditions))
    note = " ".join([*_missing(query.phrases, wanted), *filter(None, [note])])
    if inside:
        wanted.append(np.unique(np.asarray(inside, np.int64)))
    if asked:
        wanted.append(corpus.catalogue.passage_ids_where(asked))
    if unwanted and not wanted:
        wanted.append(corpus.catalogue.passage_ids())
    if not wanted:
        return None, note
    kept = reduce(lambda left, right: np.intersect1d(left, right, assume_unique=True), wanted)
    for ids in unwanted:
        kept = np.setdiff1d(kept, ids, assume_unique=True)
    return kept, note


def _missing(phrases: Sequence[str], found: Sequence[NDArray[np.int64]]) -> list[str]:
    """Say which exact words stand nowhere."""
    return [
        f"“{phrase}” stands in no passage."
        for phrase, ids in zip(phrases, found, strict=True)
        if not len(ids)
    ]


def _sensible(corpus: Corpus, conditions: Sequence[Condition]) -> tuple[list[Condition], str]:
    """Return the conditions that can be followed, and what is wrong with the others."""
    kept, notes = [], []
    for condition in conditions:
        try:
            corpus.catalogue.passage_ids_where([condition])
            kept.append(condition)
        except QueryError as error:
            notes.append(str(error))
    return kept, " ".join(notes)
