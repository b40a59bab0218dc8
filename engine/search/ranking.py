"""Ranking: the documents of a scope that are nearest to what is looked for, each by its best passage.

Dense and keyword candidates are fused before the cut, every candidate with its exact cosine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan

import numpy as np
from numpy.typing import NDArray

from engine.corpus import Corpus
from engine.encoding.encoder import Encoder
from engine.progress import Progress, Steps
from engine.records import Mode
from engine.search.fusion import DENSE_WEIGHT, fuse, readable
from engine.search.scope import Allowed
from indexes.vector_index import VectorIndex

CANDIDATES_PER_DOCUMENT = 8
MIN_CANDIDATES = 200
MAX_CANDIDATES = 20_000

Run = dict[str, list[tuple[str, float]]]
"""For each query id the documents' keys with their scores, best first."""


@dataclass(frozen=True, slots=True)
class RankedDocument:
    """A document in its place: `score` orders documents, `passage_ids` are its candidates, best first."""

    document_id: int
    score: float
    passage_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Documents best first, and by passage the `cosines` and the `bm25` that they were ranked by."""

    documents: list[RankedDocument]
    cosines: Mapping[int, float]
    bm25: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Target:
    """What is looked for: `words` by keyword, `vector` (dim,) float32 unit length by meaning; "" and None for neither.

    `weight` in [0, 1] is the share of meaning when there are both.
    """

    words: str
    vector: NDArray[np.float32] | None
    weight: float = DENSE_WEIGHT


def rank_documents(
    corpus: Corpus, encoder: Encoder | None, target: Target, k: int, allowed: Allowed = None
) -> Ranking:
    """Rank the k best documents, each by its best passage."""
    wanted = max(MIN_CANDIDATES, CANDIDATES_PER_DOCUMENT * k)
    while True:
        ranking = _rank_passages(corpus, encoder, target, wanted, allowed)
        few = max(len(ranking.cosines), len(ranking.bm25)) < wanted
        if len(ranking.documents) >= k or few or wanted >= MAX_CANDIDATES:
            return replace(ranking, documents=ranking.documents[:k])
        wanted *= 4  # a few long documents have taken all places


def _rank_passages(
    corpus: Corpus, encoder: Encoder | None, target: Target, wanted: int, allowed: Allowed
) -> Ranking:
    """Rank the documents of the `wanted` best passages by meaning and as many by words."""
    bm25 = dict(corpus.keywords().search(target.words, wanted, allowed)) if target.words else {}
    cosines: dict[int, float] = {}
    if encoder is not None and target.vector is not None:
        index = corpus.vectors(encoder.id)
        ids, scores = index.search(target.vector[None], wanted, allowed)
        cosines = {int(i): float(s) for i, s in zip(ids[0], scores[0], strict=True) if i >= 0}
        cosines |= cosines_of(index, target.vector, [i for i in bm25 if i not in cosines])
    scores_of = fuse(cosines, bm25, target.weight)
    documents = group(scores_of, corpus.catalogue.document_ids_of(sorted(scores_of)))
    return Ranking(documents, cosines, bm25)


def group(scores: Mapping[int, float], owner: Mapping[int, int]) -> list[RankedDocument]:
    """Group passages by document, each document with the score of its best passage; equal scores by id."""
    documents: dict[int, list[int]] = {}
    for passage_id in sorted(scores, key=lambda passage: (-scores[passage], passage)):
        if passage_id in owner:  # else it has just been deleted
            documents.setdefault(owner[passage_id], []).append(passage_id)
    return [RankedDocument(document, scores[own[0]], tuple(own)) for document, own in documents.items()]


def in_order(corpus: Corpus, passage_ids: NDArray[np.int64], k: int) -> Ranking:
    """Return the first k documents of some passages as they were loaded: the answer to conditions without words."""
    first = passage_ids[: max(MIN_CANDIDATES, CANDIDATES_PER_DOCUMENT * k)].tolist()
    return Ranking(group(dict.fromkeys(first, 0.0), corpus.catalogue.document_ids_of(first))[:k], {}, {})


def rank_queries(
    corpus: Corpus, encoder: Encoder | None, queries: Sequence[tuple[str, str]], k: int, mode: Mode
) -> Steps[Run]:
    """Rank documents by key for many queries, (id, text) each, taken as plain text; they are embedded together."""
    run: Run = {}
    vectors: NDArray[np.float32] | None = None
    if encoder is not None and mode != "keyword":
        vectors = yield from encoder.encode_steps([text for _, text in queries])
    weight = dense_weight(corpus)
    for number, (query_id, text) in enumerate(queries):
        known = readable(encoder, text) if encoder and mode == "hybrid" else 1.0
        vector = vectors[number] if vectors is not None else None
        target = Target(text if mode != "dense" else "", vector, weight * known)
        ranked = rank_documents(corpus, encoder, target, k).documents if text.strip() else []
        keys = corpus.catalogue.document_keys(document.document_id for document in ranked)
        run[query_id] = [(keys[document.document_id], document.score) for document in ranked]
        yield Progress("Searching", number + 1, len(queries), "queries")
    return run


def dense_weight(corpus: Corpus) -> float:
    """Return the share of meaning in this corpus: as chosen on the user's own judgements, else the default."""
    chosen = corpus.catalogue.setting("dense_weight")
    return min(1.0, max(0.0, float(chosen))) if isinstance(chosen, int | float) else DENSE_WEIGHT


def cosines_of(
    index: VectorIndex, vector: NDArray[np.float32], passage_ids: Sequence[int]
) -> dict[int, float]:
    """Return the cosines with `vector`, (dim,) float32 unit length, of those of some passages that are embedded."""
    cosines = index.cosines(vector, passage_ids).tolist()
    return {i: cosine for i, cosine in zip(passage_ids, cosines, strict=True) if not isnan(cosine)}
