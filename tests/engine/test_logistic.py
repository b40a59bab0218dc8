"""Logistic regression with offsets: against scikit-learn, by hand, and held out as it says."""

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from engine.progress import finish
from engine.teaching.held_out import Crossed, chosen, cross, stratified
from engine.teaching.logistic import Ridge, Texts, fit, mean_losses, narrowed


def cloud(n: int, dim: int, labels: int, seed: int = 0) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    chance = np.random.default_rng(seed)
    gold = chance.integers(0, labels, n)
    rows = 0.6 * np.eye(labels, dim)[gold] + chance.normal(0, 0.5, (n, dim))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True), gold


def texts(rows: NDArray[np.float64], gold: NDArray[np.int64], labels: int = 3, **more: object) -> Texts:
    return Texts(rows, np.eye(labels)[gold], np.ones(len(rows)), **more)  # type: ignore[arg-type]


def test_one_label_of_several_is_fitted_as_scikit_learn_fits_it() -> None:
    rows, gold = cloud(120, 6, 3)
    fitted = fit(texts(rows, gold), Ridge(0.5, 1e-9))
    other = LogisticRegression(C=2.0, tol=1e-8, max_iter=1000).fit(rows, gold)
    ours, theirs = (
        np.exp(x - x.max(1, keepdims=True))
        for x in (fitted.logits(texts(rows, gold)), other.decision_function(rows))
    )
    np.testing.assert_allclose(
        ours / ours.sum(1, keepdims=True), theirs / theirs.sum(1, keepdims=True), atol=5e-3
    )


def test_fewer_texts_than_dimensions_give_the_same_as_all_dimensions() -> None:
    rows, gold = cloud(20, 50, 3)
    few = fit(texts(rows, gold), Ridge(0.3))
    assert narrowed(texts(rows, gold))[1] is not None
    padded = texts(np.vstack([rows, np.zeros((60, 50))]), np.zeros(80, np.int64))
    padded.targets[:20] = np.eye(3)[gold]
    padded.weights[20:] = 0
    many = fit(padded, Ridge(0.3))
    np.testing.assert_allclose(few.weights, many.weights, atol=0.02)


def test_each_of_several_labels_is_a_regression_of_its_own() -> None:
    rows, gold = cloud(200, 4, 2)
    targets = np.stack([gold, 1 - gold], axis=1).astype(float)
    fitted = fit(Texts(rows, targets, np.ones(200), multi_label=True), Ridge(1.0, 1e-9))
    other = LogisticRegression(C=1.0, tol=1e-8).fit(rows, gold)
    np.testing.assert_allclose(fitted.weights[0], other.coef_[0], atol=0.03)
    np.testing.assert_allclose(fitted.weights[1], -other.coef_[0], atol=0.03)


def test_the_bias_alone_moves_the_mean_to_the_given_labels() -> None:
    offsets = np.zeros((40, 2))
    gold = np.array([0] * 30 + [1] * 10)
    fitted = fit(texts(np.ones((40, 3)), gold, 2, offsets=offsets), Ridge(np.inf, 1e-6))
    assert fitted.bias[0] - fitted.bias[1] == pytest.approx(np.log(3), abs=0.01)
    assert not fitted.weights.any()


def test_a_scale_that_is_too_sure_comes_down() -> None:
    offsets = np.tile([4.0, 0.0], (100, 1))
    gold = np.array([0] * 75 + [1] * 25)
    fitted = fit(texts(np.ones((100, 1)), gold, 2, offsets=offsets), Ridge(np.inf, 1e9, 1e-6))
    assert fitted.scale == pytest.approx(np.log(3) / 4, abs=0.01), "odds of 3 for logits 4 apart"


def test_an_endless_ridge_leaves_things_as_they_are() -> None:
    rows, gold = cloud(20, 4, 3)
    fitted = fit(texts(rows, gold, offsets=np.ones((20, 3))), Ridge(np.inf, np.inf))
    assert (fitted.scale, fitted.weights.any(), fitted.bias.any()) == (1.0, False, False)


def test_losses_by_hand() -> None:
    one = mean_losses(np.array([[np.log(3), 0.0]]), np.array([[1.0, 0.0]]), False)
    assert one[0] == pytest.approx(-np.log(0.75))
    several = mean_losses(np.array([[np.log(3), 0.0]]), np.array([[1.0, 0.0]]), True)
    assert several[0] == pytest.approx((-np.log(0.75) - np.log(0.5)) / 2)


def test_the_folds_spread_each_label_evenly() -> None:
    gold = np.array([0] * 50 + [1] * 10 + [2] * 5)
    folds = stratified(np.eye(3)[gold], 5, seed=0)
    assert [np.bincount(folds[gold == label], minlength=5).tolist() for label in range(3)] == [
        [10] * 5,
        [2] * 5,
        [1] * 5,
    ]
    assert (folds != stratified(np.eye(3)[gold], 5, seed=1)).any()
    assert sorted(stratified(np.eye(2)[[0, 1, 1]], 5, 0).tolist()) == [0, 1, 2]


def test_no_text_is_told_by_a_fit_that_saw_it() -> None:
    """Labels at random: told by what saw them they would all be right, left out they are a guess."""
    chance = np.random.default_rng(1)
    rows, gold = cloud(60, 200, 2)
    gold = chance.permutation(gold)
    crossed = finish(cross(texts(rows, gold, 2), [Ridge(0.01)], repeats=2))
    assert crossed.logits.shape == (1, 2, 60, 2)
    right = (crossed.probabilities().argmax(1) == gold).mean()
    assert 0.2 < right < 0.75


def test_only_some_are_fitted_to() -> None:
    rows, gold = cloud(60, 5, 3)
    known = gold < 2
    crossed = finish(cross(texts(rows, gold), [Ridge(0.1)], repeats=1, only=known))
    assert 2 not in crossed.probabilities().argmax(1)


def test_the_simplest_is_chosen_unless_another_is_better_by_more_than_chance() -> None:
    same = np.array([1.0, 1, 1, 1])
    better = np.array([[1.0, 1, 1, 1], [0.5, 0.6, 0.5, 0.6], [0.9, 0.9, 0.9, 0.9]])
    hardly = np.array([[1.0, 1, 1, 1], [0.1, 1.5, 0.9, 1.4]])
    assert chosen(better, 1.0) == 1
    assert chosen(hardly, 1.0) == 0
    assert chosen(hardly) == 1, "without that demand the least mean"
    assert chosen(np.stack([same, same]), 1.0) == 0
    assert chosen(np.zeros((3, 0))) == 0
    assert chosen(np.array([[1.0], [0.0]]), 1.0) == 0, "one text shows nothing"
    two = np.array([[1.0, 1.0], [0.0, 1.5]])
    assert (chosen(two), chosen(two, weights=np.array([1.0, 3.0]))) == (1, 0)


def test_the_choice_is_made_without_the_texts_it_is_measured_on() -> None:
    """Two choices: the second is right on the first fold only, so that the other folds never choose it for that."""
    logits = np.zeros((2, 1, 4, 2))
    logits[0, 0, :, 0] = [-1, -1, 1, 1]
    logits[1, 0, :, 0] = [9, 9, -9, -9]
    crossed = Crossed(logits, np.array([[0, 0, 1, 1]]), texts(np.ones((4, 1)), np.zeros(4, np.int64), 2))
    assert crossed.probabilities().argmax(1).tolist() == [1, 1, 1, 1]
