"""Measures of a tagger, worked out on paper."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.progress import Progress, Steps, finish
from engine.tagging.tagger_measures import LabelledText, calibration_error, evaluate, macro_f1, measure
from indexes.errors import SourceError


class Fixed:
    """A tagger that says of every text what its name says: three numbers, negative, neutral, positive."""

    name = "fixed"
    labels = ("negative", "neutral", "positive")

    def tag_steps(self, texts: Sequence[str]) -> Steps[NDArray[np.float32]]:
        yield Progress("Tagging")
        return np.array([[float(part) for part in text.split()] for text in texts], np.float32)


TEXTS = [
    LabelledText("0.2 0.5 0.3", "good"),  # neutral wins, but of the two meant positive does
    LabelledText("0.4 0.5 0.1", "bad"),
    LabelledText("0.3 0.1 0.6", "bad"),  # wrong
    LabelledText("0.0 0.2 0.8", "good"),
    LabelledText("1.0 0.0 0.0", "who knows"),
]


def test_accuracy_and_recall_of_positive_against_negative() -> None:
    measured = finish(evaluate(Fixed(), TEXTS, {"good": "positive", "bad": "negative"}))  # type: ignore[arg-type]

    assert measured["texts"] == 4
    assert measured["accuracy"] == 0.75
    assert measured["recall negative"] == 0.5
    assert measured["recall positive"] == 1.0
    assert measured["macro-F1"] == pytest.approx((2 / 3 + 4 / 5) / 2)


def test_labels_the_tagger_does_not_know_are_told_with_those_found() -> None:
    with pytest.raises(SourceError, match="found: bad, good, who knows"):
        finish(evaluate(Fixed(), TEXTS))  # type: ignore[arg-type]


def test_macro_f1_counts_rare_labels_as_much_as_common_ones() -> None:
    gold = np.array([0, 0, 0, 0, 1])
    always_the_common_one = np.zeros(5, np.int64)

    # label 0: tp 4, fp 1, fn 0 → 8/9; label 1: 0
    assert macro_f1(always_the_common_one, gold) == pytest.approx(4 / 9)


def test_calibration_error_is_the_mean_gap_between_confidence_and_accuracy() -> None:
    # two texts at .9 with one right (gap .4), two at .6 with both right (gap .4), one at .55 in its own bin, right
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.62, 0.38], [0.62, 0.38], [0.55, 0.45]], np.float32)
    gold = np.array([0, 1, 0, 0, 0])

    assert calibration_error(probabilities, gold) == pytest.approx((2 * 0.4 + 2 * 0.38 + 0.45) / 5)


def test_certainty_that_is_right_is_calibrated() -> None:
    assert calibration_error(np.eye(3, dtype=np.float32), np.arange(3)) == 0


def test_recall_is_given_only_for_labels_that_occur() -> None:
    measured = measure(np.array([[0.7, 0.2, 0.1]], np.float32), np.array([0]), ("a", "b", "c"))

    assert {key for key in measured if key.startswith("recall")} == {"recall a"}
