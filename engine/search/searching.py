"""Searching: a query line is understood, its scope settled, and what is in it ranked and shown, by document."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.corpus import Corpus
from engine.encoding.encoder import Encoder
from engine.records import Condition, Hit, Mode, Query, SearchResult
from engine.search import hits
from engine.search.fusion import readable
from engine.search.queries import parse
from engine.search.query_embedding import QueryEmbedding, embed_query
from engine.search.ranking import Target, dense_weight, in_order, rank_documents
from engine.search.scope import scope
from engine.search.search_measures import DEPTH
from engine.search.snippets import make_snippet

UNREADABLE = 0.5
"""Below this share of readable letters the answer says so."""

LETTERS_OF_A_CODE = 3

UNREAD = "The model for meaning hardly knows this language, so words count more here."


def search(
    corpus: Corpus,
    encoder: Encoder | None,
    line: str,
    k: int,
    mode: Mode,
    conditions: Sequence[Condition] = (),
    inside: Sequence[int] = (),
    follow: bool = True,
) -> SearchResult:
    """Answer a query line with at most k documents. Without an encoder only keywords can be searched.

    `conditions` are added to those in the line; `inside`: only these passages; `follow`: let the marks that the user
    gave to hits of this line move its embedding.
    """
    started = time.perf_counter()
    query = parse(line, corpus.catalogue.known_fields())
    judged = corpus.catalogue.judgements(line)
    meaning: QueryEmbedding | None = None
    if encoder is not None and mode != "keyword" and query.parts:
        meaning = _meaning(corpus, encoder, query, judged if follow else {})
    allowed, complaint = scope(corpus, query, conditions, inside, sorted(meaning.own) if meaning else ())
    target = _target(encoder, query, meaning, mode, dense_weight(corpus))
    ranked = rank_documents(corpus, encoder, target, round(hits.SPARE * k), allowed)
    if not ranked.documents and allowed is not None and (query.phrases or not query.parts):
        ranked = in_order(corpus, allowed, k)  # nothing to rank by: only conditions, or signs like "++"
    documents, above_chance = hits.show(corpus, encoder, ranked, query, target.vector, k)
    unread = UNREAD if _is_unread(target, dense_weight(corpus)) else ""
    notes = (query.problem, complaint, meaning.note if meaning else "", unread)
    return SearchResult(
        query=line,
        mode=mode,
        documents=documents,
        seconds=time.perf_counter() - started,
        note=" ".join(note for note in notes if note),
        asked=query,
        above_chance=above_chance,
        judged=tuple(judged.items()),
        followed=bool(follow and judged and meaning),
    )


def rank_line(
    corpus: Corpus, encoder: Encoder, line: str, mode: Mode, weight: float | None = None
) -> list[int]:
    """Return the ids of the best documents for a query line, none of its marks followed; `weight` of meaning."""
    query = parse(line, corpus.catalogue.known_fields())
    meaning = _meaning(corpus, encoder, query, {}) if mode != "keyword" and query.parts else None
    allowed, _ = scope(corpus, query)
    target = _target(encoder, query, meaning, mode, dense_weight(corpus) if weight is None else weight)
    return [
        document.document_id for document in rank_documents(corpus, encoder, target, DEPTH, allowed).documents
    ]


def meaning_of(corpus: Corpus, encoder: Encoder, line: str, follow: bool = True) -> QueryEmbedding:
    """Return the embedding that a query line is searched with, and what it is made of."""
    query = parse(line, corpus.catalogue.known_fields())
    return _meaning(corpus, encoder, query, corpus.catalogue.judgements(line) if follow else {})


def nearest_by_meaning(
    corpus: Corpus, encoder: Encoder, line: str, k: int
) -> tuple[NDArray[np.int64], NDArray[np.float32], bool]:
    """Return the ids and cosines (≤ k,), falling, of what is nearest to a query line, and whether any of it is near.

    All passages are asked, whatever the line's conditions; nothing for a line without a meaning.
    """
    vector = meaning_of(corpus, encoder, line).vector
    if vector is None:
        return np.zeros(0, np.int64), np.zeros(0, np.float32), False
    ids, cosines = (found[0] for found in corpus.vectors(encoder.id).search(vector[None], k))
    ids, cosines = ids[ids >= 0], cosines[ids >= 0]
    background = corpus.background(encoder)
    near = background is None or bool((background.relevance(vector, cosines) >= 0.5).any())
    return ids, cosines, near


def _meaning(corpus: Corpus, encoder: Encoder, query: Query, judged: Mapping[int, int]) -> QueryEmbedding:
    good, bad = ([i for i, grade in judged.items() if grade == wanted] for wanted in (1, 0))
    return embed_query(query, encoder, corpus, good, bad)


def _target(
    encoder: Encoder | None, query: Query, meaning: QueryEmbedding | None, mode: Mode, weight: float
) -> Target:
    """Return what is looked for; where the encoder cannot read the words, meaning counts as much less."""
    words = query.words if mode != "dense" else ""
    vector = meaning.vector if meaning else None
    if encoder is not None and vector is not None and words:
        weight *= readable(encoder, words)
    return Target(words, vector, weight)


def _is_unread(target: Target, weight: float) -> bool:
    """Say whether so much of the words is unknown to the encoder that people should know; a code like E0382 is not."""
    return target.weight < UNREADABLE * weight and sum(map(str.isalpha, target.words)) > LETTERS_OF_A_CODE


def with_note(result: SearchResult, note: str) -> SearchResult:
    """Return the same answer with one more sentence about it."""
    return replace(result, note=f"{result.note} {note}".strip())


def neighbours(corpus: Corpus, encoder_id: str, passage_id: int, k: int) -> tuple[Hit, ...]:
    """Return the k passages whose embeddings are nearest to a passage's, itself left out."""
    index = corpus.vectors(encoder_id)
    vectors = index.vectors([passage_id])
    if not len(vectors):
        return ()
    ids, scores = index.search(vectors, k + 1)
    near = {int(i): float(s) for i, s in zip(ids[0], scores[0], strict=True) if i >= 0 and i != passage_id}
    passages = corpus.catalogue.passages(list(near)[:k])
    return tuple(
        Hit(rank, near[passage.id], passage, make_snippet(passage.text, ()))
        for rank, passage in enumerate(passages, start=1)
    )
