"""Judging: what the user's own marks say about searching a corpus, and the weight of meaning they ask for."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.progress import Progress, Steps
from engine.records import Mode, SearchMeasures
from engine.search.search_measures import TOP, measure_rankings, ndcg
from indexes.catalogue import Catalogue
from indexes.errors import TooSmall

ENOUGH = 10
"""Queries with a good hit below which no weight is chosen."""
WEIGHTS = tuple(tenth / 10 for tenth in range(11))
CERTAIN = 0.05
"""How probable a gain like that of the best weight may be by chance, for the default to be left."""
FLIPS = 2000

Rank = Callable[[str, Mode, float | None], Sequence[int]]
"""(query line, mode, weight of meaning or None for the corpus' own) → the ids of the best 100 documents, best first.

It must not let the marks of the line move its embedding, or they would be measured by themselves.
"""

Grades = dict[str, dict[int, int]]
"""For each query line the grades of documents by id: 1 when a passage of it is marked good, else 0."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The weight of meaning that the judgements of `queries` ask for; None leaves the default. `said` tells why."""

    weight: float | None
    queries: int
    said: str


def judged_queries(catalogue: Catalogue) -> list[tuple[str, int, int]]:
    """Return (query line, hits marked good, hits marked not good), by line."""
    counts = Counter((query, grade) for query, _, grade in catalogue.all_judgements())
    return [(query, counts[query, 1], counts[query, 0]) for query in sorted({query for query, _ in counts})]


def document_grades(catalogue: Catalogue) -> Grades:
    """Return the judgements by document, of the queries that have a good one."""
    judged = catalogue.all_judgements()
    owner = catalogue.document_ids_of([passage_id for _, passage_id, _ in judged])
    grades: Grades = {}
    for query, passage_id, grade in judged:
        if passage_id in owner:  # else it has just been deleted
            of_query = grades.setdefault(query, {})
            of_query[owner[passage_id]] = max(grade, of_query.get(owner[passage_id], 0))
    return {query: of_query for query, of_query in grades.items() if any(of_query.values())}


def measure(
    catalogue: Catalogue, rank: Rank, modes: Sequence[Mode] = ("keyword", "dense", "hybrid")
) -> Steps[tuple[SearchMeasures, ...]]:
    """Measure each mode on the queries that the user judged; raises TooSmall when none has a good hit.

    What was never marked counts as not good, so a mode whose hits the user has not seen looks worse than it is.
    """
    grades = document_grades(catalogue)
    if not grades:
        raise TooSmall("No hit is marked as good yet. Search, mark hits as good or not, then measure.")
    measured: list[SearchMeasures] = []
    for mode in modes:
        rankings: dict[str, Sequence[int]] = {}
        for query in grades:
            yield Progress(
                "Measuring", len(measured) * len(grades) + len(rankings), len(modes) * len(grades), "queries"
            )
            rankings[query] = rank(query, mode, None)
        measured.append(measure_rankings(mode, rankings, grades))
    return tuple(measured)


def choose_weight(catalogue: Catalogue, rank: Rank, default: float) -> Steps[Choice]:
    """Choose the weight of meaning for this corpus on the user's judgements; the default stands when in doubt.

    Unmarked documents count as not good, and what was shown was found with the weight so far: the judgements lean
    towards it, and so does the choice.
    """
    grades = document_grades(catalogue)
    if len(grades) < ENOUGH:
        return Choice(None, len(grades), _too_few(ENOUGH - len(grades)))
    weights = sorted({*WEIGHTS, default})
    gains = np.zeros((len(grades), len(weights)))
    for row, (query, of_query) in enumerate(grades.items()):
        for column, weight in enumerate(weights):
            yield Progress("Trying weights", row * len(weights) + column, gains.size, "rankings")
            gains[row, column] = ndcg(rank(query, "hybrid", weight), of_query)
    base = weights.index(default)
    chosen = best_column(gains, base, np.abs(np.array(weights) - default))
    return _choice(weights, gains.mean(0), chosen, base, len(grades))


def keep(catalogue: Catalogue, choice: Choice) -> None:
    """Store a choice, which searching follows from then on; the catalogue must be open for writing."""
    catalogue.set_setting("dense_weight", choice.weight)


def best_column(scores: NDArray[np.float64], base: int, distance: NDArray[np.float64]) -> int:
    """Return the column of (n_queries, n_weights) scores to choose: `base` unless another is better beyond noise.

    Of the columns within one standard error of the best (Hastie, Tibshirani and Friedman, The Elements of Statistical
    Learning, 7.10) it is the nearest by `distance` (n_weights,).
    """
    gains = scores - scores[:, [base]]
    if _chance(gains) > CERTAIN:
        return base
    means = gains.mean(0)
    best = min(np.flatnonzero(means >= means.max() - 1e-9).tolist(), key=distance.__getitem__)
    behind = gains[:, [best]] - gains
    errors = behind.std(0, ddof=1) / np.sqrt(len(gains))
    near = np.flatnonzero(behind.mean(0) <= errors + 1e-9)
    return int(near[distance[near].argmin()])


def _chance(gains: NDArray[np.float64]) -> float:
    """Return how probable it is that chance alone lets one of (n_queries, n_weights) gains look as good as the best.

    A randomisation test, the same signs for all weights, so that having tried many is accounted for (Smucker, Allan
    and Carterette, CIKM 2007; Westfall and Young, Resampling-Based Multiple Testing, 1993).
    """
    scaled = gains / np.maximum(np.sqrt((gains**2).sum(0)), 1e-9)
    signs = np.random.default_rng(0).choice((-1.0, 1.0), (FLIPS, len(gains)))
    by_chance = (signs @ scaled).max(1)
    return float((1 + (by_chance >= scaled.sum(0).max() - 1e-9).sum()) / (1 + FLIPS))


def _choice(
    weights: Sequence[float], means: NDArray[np.float64], chosen: int, base: int, queries: int
) -> Choice:
    if chosen == base:
        return Choice(
            None,
            queries,
            f"Your judgements of {queries} queries do not ask for another weight: meaning counts "
            f"{weights[base]:.0%}, words {1 - weights[base]:.0%}.",
        )
    return Choice(
        weights[chosen],
        queries,
        f"Meaning counts {weights[chosen]:.0%} and words {1 - weights[chosen]:.0%} in this corpus from now on, as your "
        f"judgements of {queries} queries ask: nDCG@{TOP} {means[chosen]:.2f} instead of {means[base]:.2f}.",
    )


def _too_few(missing: int) -> str:
    queries = "one more query" if missing == 1 else f"{missing} more queries"
    return f"Mark good hits of {queries}, and Asterism can choose how much meaning and words count in this corpus."
