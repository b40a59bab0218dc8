"""Searching: dense and keyword candidates, fused before the cut, grouped by document.

Fusion is a convex combination of scores (Bruch, Gai and Ingber, TOIS 2023, https://arxiv.org/abs/2210.11934), over
documents: its best cosine, and its best BM25 as a share of the query's best. On SciFact's train and Cranfield's
judgements it was above reciprocal rank fusion by .015 and .006 nDCG@10, and it does not let a document that merely
holds the query's commonest word stand beside the ones that are near in meaning.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.corpus import Corpus
from engine.encoder import Encoder
from engine.progress import Progress, Steps
from engine.records import DocumentHits, Filters, Hit, Mode, SearchResult
from engine.snippets import make_snippet
from indexes.records import Passage
from indexes.vector_index import VectorIndex

DENSE_WEIGHT = 0.6
"""The share of the cosine in a fused score; .5 to .7 do about as well."""
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
    cosines: dict[int, float] = {}
    bm25: dict[int, float] = {}
    if mode != "dense":
        bm25 = dict(corpus.keywords().search(query, wanted, allowed))
    if mode != "keyword" and encoder is not None and vector is not None:
        index = corpus.vectors(encoder.id)
        ids, scores = index.search(vector[None], wanted, allowed)
        cosines = {int(i): float(s) for i, s in zip(ids[0], scores[0], strict=True) if i >= 0}
        cosines |= _cosines(index, vector, [passage_id for passage_id in bm25 if passage_id not in cosines])
    scores_of = fuse(cosines, bm25)
    return group(scores_of, corpus.catalogue.document_ids_of(sorted(scores_of)))[:k]


def fuse(cosines: Mapping[int, float], bm25: Mapping[int, float]) -> dict[int, float]:
    """Return one score a passage. With both kinds given BM25 is scaled to the cosines; one alone stays as it is."""
    if not bm25 or not cosines:
        return dict(cosines or bm25)
    scale = (1 - DENSE_WEIGHT) * max(max(cosines.values()), 0.1) / max(bm25.values())
    return {
        passage_id: DENSE_WEIGHT * cosines.get(passage_id, 0.0) + scale * bm25.get(passage_id, 0.0)
        for passage_id in cosines.keys() | bm25.keys()
    }


def group(scores: Mapping[int, float], owner: Mapping[int, int]) -> list[RankedDocument]:
    """Group passages by document, each document with the score of its best passage; equal scores by id."""
    documents: dict[int, list[int]] = {}
    for passage_id in sorted(scores, key=lambda passage: (-scores[passage], passage)):
        if passage_id in owner:  # else it has just been deleted
            documents.setdefault(owner[passage_id], []).append(passage_id)
    return [RankedDocument(document, scores[own[0]], tuple(own)) for document, own in documents.items()]


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


def _cosines(index: VectorIndex, vector: NDArray[np.float32], passage_ids: Sequence[int]) -> dict[int, float]:
    """Return the cosines with `vector`, (dim,) float32 unit length, of those of some passages that are embedded."""
    known = [passage_id for passage_id in passage_ids if passage_id in index]
    if not known:
        return {}
    return dict(zip(known, (index.vectors(known) @ vector).tolist(), strict=True))


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
        cosines = _cosines(corpus.vectors(encoder.id), vector, ids)
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
