"""What the user's marks say: measures by hand, and a weight that is chosen only when it is better beyond noise."""

from collections.abc import Iterator, Sequence
from math import log2
from pathlib import Path

import numpy as np
import pytest

from engine.progress import finish
from engine.records import Mode
from engine.search.judging import (
    ENOUGH,
    Choice,
    best_column,
    choose_weight,
    document_grades,
    judged_queries,
    keep,
    measure,
)
from indexes.catalogue import Catalogue
from indexes.errors import TooSmall
from tests.indexes.making import new, put_texts

DISTANCE = np.array([0.5, 0.0, 0.1, 0.2])
"""How far four weights are from the default, which is the second."""


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    """Three documents; passages 1 and 2 are of document 1, 3 of document 2, 4 of document 3."""
    with new(tmp_path) as opened:
        put_texts(opened, a="One. Two.", b="Three.", c="Four.")
        yield opened


def judge_many(catalogue: Catalogue, queries: int) -> None:
    """Mark document 2 as good for each of some queries."""
    for number in range(queries):
        catalogue.judge(f"query {number}", 3, 1)


def test_marks_are_counted_by_query(catalogue: Catalogue) -> None:
    catalogue.judge("b", 1, 1)
    catalogue.judge("b", 3, 0)
    catalogue.judge("b", 4, 0)
    catalogue.judge("a", 1, 0)

    assert judged_queries(catalogue) == [("a", 0, 1), ("b", 1, 2)]


def test_a_document_is_good_when_one_of_its_passages_is(catalogue: Catalogue) -> None:
    catalogue.judge("q", 1, 1)
    catalogue.judge("q", 2, 0)
    catalogue.judge("q", 3, 0)
    catalogue.judge("nothing good", 3, 0)

    assert document_grades(catalogue) == {"q": {1: 1, 2: 0}}


def test_each_mode_is_measured_on_what_the_user_marked(catalogue: Catalogue) -> None:
    catalogue.judge("one", 1, 1)
    catalogue.judge("three", 3, 1)
    catalogue.judge("three", 4, 1)
    catalogue.judge("nothing good", 3, 0)
    orders: dict[tuple[str, str], list[int]] = {
        ("one", "keyword"): [1, 2, 3],
        ("three", "keyword"): [1],
        ("one", "dense"): [2, 3, 1],
        ("three", "dense"): [3, 2],
        ("one", "hybrid"): [1],
        ("three", "hybrid"): [2, 1, 3],
    }

    def rank(query: str, mode: Mode, weight: float | None) -> Sequence[int]:
        assert weight is None
        return orders[query, mode]

    keyword, dense, hybrid = finish(measure(catalogue, rank))

    assert [keyword.mode, dense.mode, hybrid.mode] == ["keyword", "dense", "hybrid"]
    assert [keyword.queries, dense.queries, hybrid.queries] == [2, 2, 2]
    both = 1 + 1 / log2(3)
    assert keyword.ndcg == pytest.approx((1 + 0) / 2)
    assert dense.ndcg == pytest.approx((1 / log2(4) + 1) / 2)
    assert hybrid.ndcg == pytest.approx((1 + (1 + 1 / log2(4)) / both) / 2)
    assert [keyword.mrr, dense.mrr, hybrid.mrr] == pytest.approx([1 / 2, (1 / 3 + 1) / 2, 1])
    assert [keyword.recall, dense.recall, hybrid.recall] == [0.5, 1, 1]


def test_without_a_good_hit_there_is_nothing_to_measure(catalogue: Catalogue) -> None:
    catalogue.judge("q", 1, 0)

    with pytest.raises(TooSmall, match="No hit is marked as good"):
        finish(measure(catalogue, lambda query, mode, weight: []))


def test_measuring_says_how_far_it_is_and_can_be_closed(catalogue: Catalogue) -> None:
    judge_many(catalogue, 2)
    asked: list[str] = []

    def rank(query: str, mode: Mode, weight: float | None) -> Sequence[int]:
        asked.append(query)
        return [2]

    steps = measure(catalogue, rank)
    assert [(step.done, step.total) for step in (next(steps), next(steps), next(steps))] == [
        (0, 6),
        (1, 6),
        (2, 6),
    ]
    steps.close()
    assert asked == ["query 0", "query 1"]


def test_the_weight_that_the_judgements_ask_for_is_chosen_and_told(catalogue: Catalogue) -> None:
    judge_many(catalogue, ENOUGH)

    def rank(query: str, mode: Mode, weight: float | None) -> Sequence[int]:
        """Find the good document first from a weight of .8, second below: nDCG 1 / log2(3) = .63."""
        assert weight is not None
        return [2, 1, 3] if weight >= 0.8 else [1, 2, 3]

    choice = finish(choose_weight(catalogue, rank, 0.55))

    assert (choice.weight, choice.queries) == (0.8, 10)
    assert choice.said == (
        "Meaning counts 80% and words 20% in this corpus from now on, as your judgements of 10 queries ask: "
        "nDCG@10 1.00 instead of 0.63."
    )
    keep(catalogue, choice)
    assert catalogue.setting("dense_weight") == 0.8


def test_judgements_that_ask_for_nothing_leave_the_default(catalogue: Catalogue) -> None:
    judge_many(catalogue, ENOUGH)
    catalogue.set_setting("dense_weight", 0.8)

    choice = finish(choose_weight(catalogue, lambda query, mode, weight: [2], 0.55))

    assert choice.weight is None
    assert "do not ask for another weight: meaning counts 55%, words 45%." in choice.said
    keep(catalogue, choice)
    assert catalogue.setting("dense_weight") is None


@pytest.mark.parametrize(("judged", "told"), [(0, "10 more queries"), (ENOUGH - 1, "one more query")])
def test_too_few_judgements_choose_nothing_and_ask_for_more(
    catalogue: Catalogue, judged: int, told: str
) -> None:
    judge_many(catalogue, judged)

    def rank(query: str, mode: Mode, weight: float | None) -> Sequence[int]:
        raise AssertionError("nothing needs to be searched")

    choice = finish(choose_weight(catalogue, rank, 0.55))

    assert choice == Choice(None, judged, choice.said)
    assert f"Mark good hits of {told}" in choice.said


def test_a_weight_that_is_better_on_every_query_is_chosen() -> None:
    scores = np.tile([0.5, 0.5, 0.5, 0.6], (10, 1))

    assert best_column(scores, 1, DISTANCE) == 3


def test_one_lucky_query_chooses_nothing() -> None:
    scores = np.full((10, 4), 0.3)
    scores[4, 3] = 1.0  # with the other sign, half of the time, it would be a loss

    assert best_column(scores, 1, DISTANCE) == 1


def test_gains_that_are_matched_by_losses_choose_nothing() -> None:
    scores = np.full((10, 4), 0.5)
    scores[:6, 3] += 0.3
    scores[6:, 3] -= 0.3  # six or more heads of ten coins come in 386 of 1,024 throws

    assert best_column(scores, 1, DISTANCE) == 1


def test_of_weights_that_noise_cannot_tell_apart_the_nearest_to_the_default_is_chosen() -> None:
    scores = np.full((10, 4), 0.5)
    scores[:, 3] += np.tile([0.3, 0.1], 5)  # mean .2
    scores[:, 2] += np.tile([0.1, 0.25], 5)  # behind by .025, standard error .058

    assert best_column(scores, 1, DISTANCE) == 2
    scores[:, 2] = 0.5 + np.tile([0.2, 0.0], 5)  # behind by .1 on every query
    assert best_column(scores, 1, DISTANCE) == 3


def test_pure_noise_hardly_ever_moves_the_weight() -> None:
    draw = np.random.default_rng(0)
    distance = np.abs(np.arange(12) / 11 - 0.5)
    base = int(distance.argmin())

    moved = sum(best_column(draw.random((15, 12)), base, distance) != base for _ in range(300))

    assert moved <= 23, "5 % of 300 are 15, with a standard deviation of 3.8"
