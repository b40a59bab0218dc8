"""Least sure: doubt by hand, and choices that are spread out."""

import numpy as np
import pytest

from engine.teaching.least_sure import candidates, margins, spread
from indexes.records import Tags


def test_the_margin_is_the_gap_between_the_two_likeliest() -> None:
    chances = np.array([[0.5, 0.3, 0.2], [0.4, 0.4, 0.2], [1, 0, 0]], np.float32)
    np.testing.assert_allclose(margins(chances), [0.2, 0, 1], atol=1e-6)


def test_the_doubt_of_several_labels_is_their_entropy() -> None:
    chances = np.array([[0.5, 0.5], [1, 0], [0.5, 1]], np.float32)
    np.testing.assert_allclose(margins(chances, multi_label=True), [0, 1, 0.5], atol=1e-5)


def test_the_least_sure_without_a_label_of_the_users_come_first() -> None:
    chances = np.array([[0.9, 0.1], [0.5, 0.5], [0.6, 0.4], [0, 0], [0.55, 0.45]], np.float32)
    given = np.full((5, 2), -1, np.int8)
    given[1] = [1, 0]
    ids = np.array([10, 20, 30, 40, 50])
    tags = Tags("t", ("a", "b"), ids, chances.argmax(1).astype(np.int32), chances, given)
    found, doubt = candidates(tags, 1)
    assert found.tolist() == [50, 30, 10], "40 was never tagged"
    np.testing.assert_allclose(doubt, [0.1, 0.2, 0.8], atol=1e-6)
    assert candidates(tags, 0)[0].tolist() == []


def crowd() -> np.ndarray:
    """Ninety near duplicates along one axis, five along a second, one along a third."""
    rows = np.repeat(np.eye(3), [90, 5, 1], axis=0) + np.random.default_rng(0).normal(0, 0.01, (96, 3))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_near_duplicates_are_offered_once() -> None:
    rows = spread(crowd(), 3, np.ones(96))
    assert [int(crowd()[row].argmax()) for row in rows] == [0, 1, 2], "the largest group first"
    assert rows == spread(crowd(), 3, np.ones(96))


def test_what_is_like_a_labelled_passage_comes_last() -> None:
    rows = spread(crowd(), 2, np.ones(96), known=np.eye(3)[[0]])
    assert [int(crowd()[row].argmax()) for row in rows] == [1, 2]


def test_the_less_sure_of_two_groups_comes_first() -> None:
    rows = np.repeat(np.eye(2), 5, axis=0)
    weights = np.array([0.1] * 5 + [0.9] * 5)
    assert [row // 5 for row in spread(rows, 2, weights)] == [1, 0]


@pytest.mark.parametrize(("n", "k", "expected"), [(0, 3, 0), (1, 3, 1), (5, 5, 5), (5, 0, 0)])
def test_so_many_are_offered_as_there_are(n: int, k: int, expected: int) -> None:
    rows = spread(np.ones((n, 4)) / 2, k, np.ones(n))
    assert len(set(rows)) == len(rows) == expected


def test_equal_passages_are_offered_as_often_as_asked() -> None:
    assert len(set(spread(np.ones((10, 4)) / 2, 4, np.ones(10)))) == 4
