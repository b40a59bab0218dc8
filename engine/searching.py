"""Searching: dense and keyword candidates, fused by rank before the cut, grouped by document.

Fusion is reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009), over documents: each method ranks a
document by its best passage.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.corpus import Corpus
from engine.encoder import Encoder
from engine.progress import Progress, Steps
from engine.records import DocumentHits, Filters, Hit, Mode, SearchResult
from engine.snippets import make_snippet
from indexes.records import Passage

RRF_K = 60
"""The constant of reciprocal rank fusion: how little the very first places count more than the next ones."""
CANDIDATES_PER_DOCUMENT = 10
MIN_CANDIDATES = 300
HITS_PER_DOCUMENT = 3
MAX_QUERY_CHARACTERS = 20_000
NO_FILTERS = Filters()


Run = dict[str, list[tuple[str, float]]]
"""For each query id the documents' keys with their scores, best first."""


@dataclass(frozen=True, slots=True)
class RankedDocument:
    """A document in its place: `score` orders documents, `passage_ids` are its candidates, best first."""

    document_id: int
    score: float
    passage_ids: tuple[int, ...]


Allowed = NDArray[np.int64] | None
"""Passage ids that may be found, rising; None for all."""


def search(
    corpus: Corpus, encoder: Encoder | None, query: str, k: int, mode: Mode, filters: Filters = NO_FILTERS
) -> SearchResult:
    """Answer one query with at most k documents. Without an encoder only keywords can be searched."""
    started = time.perf_counter()
    query = " ".join(query[:MAX_QUERY_CHARACTERS].split())
    vector = encoder.encode([query])[0] if encoder and query and mode != "keyword" else None
    allowed = _allowed(corpus, filters)
    ranked = rank_documents(corpus, encoder, query, vector, k, mode, allowed) if query else []
    hits = _hits(corpus, encoder, ranked, query, vector)
    return SearchResult(query, mode, hits, time.perf_counter() - started)


def rank_documents(
    corpus: Corpus,
    encoder: Encoder | None,
    query: str,
    vector: NDArray[np.float32] | None,
    k: int,
    mode: Mode,
    allowed: Allowed = None,
) -> list[RankedDocument]:
    """Return the k best documents for a query whose embedding is `vector`, (dim,) float32 unit length."""
    wanted = max(MIN_CANDIDATES, CANDIDATES_PER_DOCUMENT * k)
    rankings: list[list[tuple[int, float]]] = []
    if mode != "keyword" and encoder is not None and vector is not None:
        ids, scores = corpus.vectors(encoder.id).search(vector[None], wanted, allowed)
        rankings.append([(int(i), float(s)) for i, s in zip(ids[0], scores[0], strict=True) if i >= 0])
    if mode != "dense":
        rankings.append(corpus.keywords().search(query, wanted, allowed))
    owner = _owners(corpus, (passage_id for ranking in rankings for passage_id, _ in ranking))
    return fuse([_by_document(ranking, owner) for ranking in rankings])[:k]


def rank_queries(
    corpus: Corpus, encoder: Encoder | None, queries: Sequence[tuple[str, str]], k: int, mode: Mode
) -> Steps[Run]:
    """Rank documents by key for many queries, (id, text) each; all queries are embedded together."""
    run: Run = {}
    vectors: NDArray[np.float32] | None = None
    if encoder is not None and mode != "keyword":
        vectors = yield from encoder.encode_steps([text for _, text in queries])
    for number, (query_id, text) in enumerate(queries):
        ranked = rank_documents(corpus, encoder, text, None if vectors is None else vectors[number], k, mode)
        keys = corpus.catalogue.document_keys(document.document_id for document in ranked)
        run[query_id] = [(keys[document.document_id], document.score) for document in ranked]
        yield Progress("Searching", number + 1, len(queries), "queries")
    return run


def with_note(result: SearchResult, note: str) -> SearchResult:
    """Return the same answer with a sentence about it."""
    return replace(result, note=note)


def fuse(rankings: Sequence[Sequence[RankedDocument]]) -> list[RankedDocument]:
    """Fuse document rankings by reciprocal rank; one ranking alone keeps its own scores."""
    if len(rankings) == 1:
        return list(rankings[0])
    scores: dict[int, float] = {}
    passages: dict[int, dict[int, float]] = {}
    for ranking in rankings:
        for rank, document in enumerate(ranking, start=1):
            gain = 1 / (RRF_K + rank)
            scores[document.document_id] = scores.get(document.document_id, 0.0) + gain
            own = passages.setdefault(document.document_id, {})
            for place, passage_id in enumerate(document.passage_ids, start=1):
                own[passage_id] = own.get(passage_id, 0.0) + 1 / (RRF_K + place)
    return [
        RankedDocument(document_id, score, tuple(sorted(own, key=lambda p: (-own[p], p))))
        for document_id, score in sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        for own in (passages[document_id],)
    ]


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


def _allowed(corpus: Corpus, filters: Filters) -> Allowed:
    if filters == NO_FILTERS:
        return None
    return corpus.catalogue.passage_ids_where(filters.formats, filters.path, filters.where)


def _owners(corpus: Corpus, passage_ids: Iterable[int]) -> dict[int, int]:
    return corpus.catalogue.document_ids_of(sorted(set(passage_ids)))


def _by_document(ranking: Sequence[tuple[int, float]], owner: dict[int, int]) -> list[RankedDocument]:
    """Group a passage ranking by document, each at the place and with the score of its best passage."""
    passages: dict[int, list[int]] = {}
    best: dict[int, float] = {}
    for passage_id, score in ranking:
        document_id = owner.get(passage_id)
        if document_id is not None:
            passages.setdefault(document_id, []).append(passage_id)
            best.setdefault(document_id, score)
    return [
        RankedDocument(document_id, best[document_id], tuple(own)) for document_id, own in passages.items()
    ]


def _hits(
    corpus: Corpus,
    encoder: Encoder | None,
    ranked: Sequence[RankedDocument],
    query: str,
    vector: NDArray[np.float32] | None,
) -> tuple[DocumentHits, ...]:
    """Fetch what a list shows. A hit's score is its cosine with the query, or its document's BM25."""
    shown = {document.document_id: document.passage_ids[:HITS_PER_DOCUMENT] for document in ranked}
    ids = [passage_id for own in shown.values() for passage_id in own]
    passages = {passage.id: passage for passage in corpus.catalogue.passages(ids)}
    cosines: dict[int, float] = {}
    if vector is not None and encoder is not None and ids:
        index = corpus.vectors(encoder.id)
        known = [passage_id for passage_id in ids if passage_id in index]
        cosines = dict(zip(known, (index.vectors(known) @ vector).tolist(), strict=True))
    keywords = corpus.keywords()
    rank = 0
    documents = []
    for place, document in enumerate(ranked, start=1):
        hits = []
        for passage_id in shown[document.document_id]:
            passage: Passage | None = passages.get(passage_id)
            if passage is None:
                continue
            rank += 1
            snippet = make_snippet(passage.text, keywords.match_spans(passage.text, query))
            score = cosines.get(passage_id, document.score if vector is None else 0.0)
            hits.append(Hit(rank, score, passage, snippet))
        if hits:
            documents.append(DocumentHits(place, document.score, tuple(hits)))
    return tuple(documents)
