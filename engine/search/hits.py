"""Hits: what a list shows of ranked documents: their best passages, near-copies collapsed, and how relevant each is."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.corpus import Corpus
from engine.encoding.encoder import Encoder
from engine.records import DocumentHits, Hit, Query
from engine.search.duplicates import collapse
from engine.search.ranking import RankedDocument, Ranking
from engine.search.snippets import make_snippet
from indexes.records import Passage

HITS_PER_DOCUMENT = 3
SPARE = 1.5
"""Documents ranked for each one shown, since near-copies of better ones are not shown for themselves."""
LINE = 0.5
"""The relevance of a hit that is as near as chance would have it."""


def show(
    corpus: Corpus,
    encoder: Encoder | None,
    ranking: Ranking,
    query: Query,
    vector: NDArray[np.float32] | None,
    k: int,
) -> tuple[tuple[DocumentHits, ...], int | None]:
    """Return at most k documents with their hits, and how many of them lead down to the last that beats chance.

    A hit's score is its cosine with `vector`, (dim,) float32 unit length, or its BM25 without one. The number is None
    where chance is not known.
    """
    shown, alike = _without_copies(corpus, _best(ranking.documents))
    relevance = _relevance(corpus, encoder, ranking, query, vector, list(shown))
    scores = ranking.bm25 if vector is None else ranking.cosines
    keywords = corpus.keywords()
    documents: list[DocumentHits] = []
    rank = above = 0
    for document in ranking.documents:
        own = [shown[i] for i in _best([document]) if i in shown]
        if not own or len(documents) == k:
            continue
        hits = []
        for passage in own:
            rank += 1
            snippet = make_snippet(
                passage.text, keywords.match_spans(passage.text, query.words, query.phrases)
            )
            score, relevant = scores.get(passage.id, 0.0), relevance.get(passage.id, 1.0)
            hits.append(Hit(rank, score, passage, snippet, relevant, alike[passage.id]))
        more = len(document.passage_ids) - len(_best([document]))
        documents.append(DocumentHits(len(documents) + 1, document.score, tuple(hits), more))
        if query.phrases or any(
            hit.relevance >= LINE for hit in hits
        ):  # a word that had to be there is no chance
            above = len(documents)
    return tuple(documents), above if relevance else None


def _best(documents: Sequence[RankedDocument]) -> list[int]:
    return [passage_id for document in documents for passage_id in document.passage_ids[:HITS_PER_DOCUMENT]]


def _without_copies(
    corpus: Corpus, passage_ids: Sequence[int]
) -> tuple[dict[int, Passage], dict[int, tuple[int, ...]]]:
    """Fetch passages in rank order, but near-copies of better ones; these stand behind the one that is kept."""
    passages = corpus.catalogue.passages(passage_ids)
    index = corpus.vectors(corpus.catalogue.latest_encoder())
    found = {passage.id: passage for passage in passages}
    known = np.array(list(found), np.int64)
    known = known[index.has(known)]
    kept = collapse(passages, dict(zip(known.tolist(), index.vectors(known), strict=True)))
    return {passage_id: found[passage_id] for passage_id, _ in kept}, dict(kept)


def _relevance(
    corpus: Corpus,
    encoder: Encoder | None,
    ranking: Ranking,
    query: Query,
    vector: NDArray[np.float32] | None,
    passage_ids: Sequence[int],
) -> Mapping[int, float]:
    """Return the relevance of passages by id; nothing where it is not known."""
    background = corpus.background(encoder) if encoder is not None and vector is not None else None
    if background is None or vector is None or not len(passage_ids):
        return {}
    cosines = np.array([ranking.cosines.get(i, background.level) for i in passage_ids], np.float32)
    known = ranking.bm25 or dict(corpus.keywords().search(query.words, len(passage_ids), sorted(passage_ids)))
    bm25 = np.array([known.get(i, 0.0) for i in passage_ids], np.float32)
    found = background.relevance(vector, cosines, bm25, corpus.keywords().whole(query.words))
    return dict(zip(passage_ids, found.tolist(), strict=True))
