"""How good searching is: nDCG, reciprocal rank and recall of rankings against judgements.

As trec_eval counts them (https://github.com/usnistgov/trec_eval): a document's gain is its grade, an unjudged one's
is 0, and rank r is discounted by log2(r + 1) (Järvelin and Kekäläinen, TOIS 2002).
"""

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

from engine.records import Mode, SearchMeasures

TOP = 10
"""Ranks that nDCG and the reciprocal rank look at."""
DEPTH = 100
"""Ranks that recall looks at."""

Query = TypeVar("Query", bound=Hashable)
Key = TypeVar("Key", bound=Hashable)


def measure_rankings(
    mode: Mode, rankings: Mapping[Query, Sequence[Key]], judged: Mapping[Query, Mapping[Key, int]]
) -> SearchMeasures:
    """Return the means over the judged queries of nDCG@10, MRR@10 and Recall@100.

    `rankings` are documents best first, `judged` the grades of documents, good from 1. A judged query without a
    ranking counts 0; one without a good document is left out, since no ranking of it is right.
    """
    known = [query for query, grades in judged.items() if any(grade > 0 for grade in grades.values())]
    rows = [
        (ndcg(ranking, grades), reciprocal_rank(ranking, grades), recall(ranking, grades))
        for ranking, grades in ((rankings.get(query, ()), judged[query]) for query in known)
    ]
    means = [sum(column) / len(rows) for column in zip(*rows, strict=True)] or [0.0, 0.0, 0.0]
    return SearchMeasures(mode, len(rows), *means)


def ndcg(ranking: Sequence[Key], grades: Mapping[Key, int], depth: int = TOP) -> float:
    """Return the discounted gain of the first `depth` documents as a share of the best order's, in [0, 1]."""
    best = _discounted(sorted(grades.values(), reverse=True)[:depth])
    return _discounted([grades.get(key, 0) for key in ranking[:depth]]) / best if best else 0.0


def reciprocal_rank(ranking: Sequence[Key], grades: Mapping[Key, int], depth: int = TOP) -> float:
    """Return 1 / rank of the first good document, 0 when none is among the first `depth`."""
    return next((1 / rank for rank, key in enumerate(ranking[:depth], 1) if grades.get(key, 0) > 0), 0.0)


def recall(ranking: Sequence[Key], grades: Mapping[Key, int], depth: int = DEPTH) -> float:
    """Return which share of the good documents is among the first `depth`; 0 when there is none to find."""
    good = {key for key, grade in grades.items() if grade > 0}
    return len(good.intersection(ranking[:depth])) / len(good) if good else 0.0


def _discounted(gains: Sequence[int]) -> float:
    return sum(max(gain, 0) / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))
