"""How good each pooling is: by graded pairs of texts, by a retrieval collection, and by the user's own judgements."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.encoding.encoder import Encoder
from engine.encoding.gold_sets import Collection, Pair
from engine.encoding.records import PoolingMeasures
from engine.progress import Progress, Steps
from engine.search.search_measures import TOP, measure_rankings

Vectors = NDArray[np.float32]


def measure_poolings(
    encoder: Encoder,
    pairs: Sequence[Pair] = (),
    collection: Collection | None = None,
    own: Collection | None = None,
) -> Steps[tuple[PoolingMeasures, ...]]:
    """Measure every pooling that the encoder's model can do on what is given; each text is read once for all."""
    measured = [PoolingMeasures(pooling) for pooling in encoder.poolings]
    if pairs:
        similarities = yield from _on_pairs(encoder, pairs)
        measured = [
            replace(one, similarity=similarity, pairs=len(pairs))
            for one, similarity in zip(measured, similarities, strict=True)
        ]
    if collection:
        found = yield from _on_collection(encoder, collection)
        measured = [
            replace(one, ndcg=ndcg, mrr=mrr, queries=queries)
            for one, (ndcg, mrr, queries) in zip(measured, found, strict=True)
        ]
    if own:
        found = yield from _on_collection(encoder, own)
        measured = [
            replace(one, own_ndcg=ndcg, own_mrr=mrr, own_queries=queries)
            for one, (ndcg, mrr, queries) in zip(measured, found, strict=True)
        ]
    return tuple(measured)


def similarity(first: Vectors, second: Vectors, grades: Sequence[float]) -> float:
    """Return the Spearman correlation of the cosines of rows, (n, dim) unit length each, with people's grades.

    As STS-B is measured (Cer et al. 2017, https://arxiv.org/abs/1708.00055; by ranks: Reimers, Beyer and Gurevych,
    COLING 2016). 0 where all cosines or all grades are one.
    """
    from scipy.stats import spearmanr

    cosines = np.einsum("nd,nd->n", first, second, dtype=np.float64)
    if np.ptp(cosines) == 0 or np.ptp(grades) == 0:
        return 0.0
    return float(spearmanr(cosines, grades).statistic)


def rank_by_best_passage(passages: Vectors, documents: Sequence[int], queries: Vectors) -> list[list[int]]:
    """Return for each query the numbers of the ten documents with the nearest passages, best first.

    passages (n, dim) and queries (q, dim), unit length; `documents` (n,) says whose a passage is, in rising order.
    """
    if not len(passages):
        return [[] for _ in queries]
    numbers, starts = np.unique(np.asarray(documents), return_index=True)
    rankings = []
    for query in queries:
        best = np.maximum.reduceat(passages @ query, starts)
        rankings.append(numbers[np.argsort(-best, kind="stable")[:TOP]].tolist())
    return rankings


def _on_pairs(encoder: Encoder, pairs: Sequence[Pair]) -> Steps[list[float]]:
    firsts, seconds, grades = zip(*pairs, strict=True)
    vectors = yield from _embed(encoder, [*firsts, *seconds])
    return [similarity(own[: len(pairs)], own[len(pairs) :], grades) for own in vectors]


def _on_collection(encoder: Encoder, collection: Collection) -> Steps[list[tuple[float, float, int]]]:
    """Return nDCG, MRR and the number of queries with a good document, for each pooling."""
    queries = yield from _embed(encoder, [text for text, _ in collection.queries])
    passages = yield from _embed(encoder, collection.passages)
    judged = dict(enumerate(grades for _, grades in collection.queries))
    found = []
    for number, (own, asked) in enumerate(zip(passages, queries, strict=True)):
        yield Progress("Searching", number, len(passages), "poolings")
        rankings = rank_by_best_passage(own, collection.documents, asked)
        measures = measure_rankings("dense", dict(enumerate(rankings)), judged)
        found.append((measures.ndcg, measures.mrr, measures.queries))
    return found


def _embed(encoder: Encoder, texts: Sequence[str]) -> Steps[Vectors]:
    """Return the embeddings by every pooling, (k, n, dim); a text that stands there twice is read once."""
    distinct = list(dict.fromkeys(texts))
    row = {text: number for number, text in enumerate(distinct)}
    vectors = yield from encoder.encode_poolings(distinct, encoder.poolings)
    return vectors[:, [row[text] for text in texts]]
