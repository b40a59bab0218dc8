"""Measures of a tagger, worked out on paper."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.progress import Progress, Steps, finish
from engine.tagging.tagger_measures import (
    LabelledText,
    as_measures,
    calibration_error,
    evaluate,
    fit_temperature,
    macro_f1,
    report,
)
from indexes.errors import SourceError


class Fixed:
    """A tagger that says of every text what its name says: three numbers, negative, neutral, positive."""

    name = "fixed"
    labels = ("negative", "neutral", "positive")

    def __init__(self, *, multi_label: bool = False, pair: bool = False) -> None:
        self.multi_label = multi_label
        self.pair = pair

    def tag_steps(
        self, texts: Sequence[str], seconds: Sequence[str] | None = None
    ) -> Steps[NDArray[np.float32]]:
        yield Progress("Tagging")
        texts = (
            [f"{first} {second}" for first, second in zip(texts, seconds, strict=True)] if seconds else texts
        )
        return np.array([[float(part) for part in text.split()] for text in texts], np.float32)


TEXTS = [
    LabelledText("0.2 0.5 0.3", "good"),  # neutral wins, but of the two meant positive does
    LabelledText("0.4 0.5 0.1", "bad"),
    LabelledText("0.3 0.1 0.6", "bad"),  # wrong
    LabelledText("0.0 0.2 0.8", "good"),
    LabelledText("1.0 0.0 0.0", "who knows"),
]
MEANINGS = {"good": "positive", "bad": "negative"}


def test_accuracy_and_recall_of_positive_against_negative() -> None:
    made = finish(evaluate(Fixed(), TEXTS, MEANINGS))  # type: ignore[arg-type]

    assert made.labels == ("negative", "positive")
    assert (made.texts, made.accuracy, made.majority) == (4, 0.75, 0.5)
    assert made.recalls == (0.5, 1.0)
    assert made.confusion == ((1, 1), (0, 2))
    assert made.macro_f1 == pytest.approx((2 / 3 + 4 / 5) / 2)


def test_a_report_gives_its_numbers_by_name() -> None:
    made = finish(evaluate(Fixed(), TEXTS, MEANINGS))  # type: ignore[arg-type]

    assert as_measures(made) == {
        "texts": 4.0,
        "accuracy": 0.75,
        "macro-F1": pytest.approx((2 / 3 + 4 / 5) / 2),
        "ECE": made.calibration_error,
        "recall negative": 0.5,
        "recall positive": 1.0,
    }


def test_labels_the_tagger_does_not_know_are_told_with_those_found() -> None:
    with pytest.raises(SourceError, match="found: bad, good, who knows"):
        finish(evaluate(Fixed(), TEXTS))  # type: ignore[arg-type]


def test_a_pair_tagger_is_measured_on_both_texts_and_asks_for_the_second() -> None:
    pairs = [LabelledText("0.7", "negative", "0.2 0.1"), LabelledText("0.1", "positive", "0.2 0.7")]

    assert finish(evaluate(Fixed(pair=True), pairs)).accuracy == 1.0  # type: ignore[arg-type]
    with pytest.raises(SourceError, match="reads pairs"):
        finish(evaluate(Fixed(pair=True), [LabelledText("0.7 0.2 0.1", "negative")]))  # type: ignore[arg-type]


def test_macro_f1_counts_rare_labels_as_much_as_common_ones() -> None:
    gold = np.array([0, 0, 0, 0, 1])
    always_the_common_one = np.zeros(5, np.int64)

    # label 0: tp 4, fp 1, fn 0 → 8/9; label 1: 0
    assert macro_f1(always_the_common_one, gold) == pytest.approx(4 / 9)


def test_calibration_error_is_the_mean_gap_between_confidence_and_accuracy() -> None:
    # two texts at .9 with one right (gap .4), two at .62 with both right (gap .38), one at .55 in its own bin, right
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.62, 0.38], [0.62, 0.38], [0.55, 0.45]], np.float32)
    gold = np.array([0, 1, 0, 0, 0])

    assert calibration_error(probabilities, gold) == pytest.approx((2 * 0.4 + 2 * 0.38 + 0.45) / 5)


def test_certainty_that_is_right_is_calibrated() -> None:
    assert calibration_error(np.eye(3, dtype=np.float32), np.arange(3)) == 0


def test_recall_is_named_only_for_labels_that_occur() -> None:
    named = as_measures(report(np.array([[0.7, 0.2, 0.1]], np.float32), np.array([0]), ("a", "b", "c")))

    assert {key for key in named if key.startswith("recall")} == {"recall a"}


def test_leaving_out_the_least_sure_raises_accuracy_here_from_six_tenths_to_all() -> None:
    # ten texts, surer and surer; the four least sure are wrong
    sureness = np.linspace(0.55, 1.0, 10)
    probabilities = np.stack([sureness, 1 - sureness], axis=1).astype(np.float32)
    gold = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0])

    coverage = dict(report(probabilities, gold, ("a", "b")).coverage)

    assert coverage == {
        1.0: pytest.approx(6 / 10),
        0.9: pytest.approx(6 / 9),
        0.8: pytest.approx(6 / 8),
        0.7: pytest.approx(6 / 7),
        0.6: 1.0,
        0.5: 1.0,
        0.4: 1.0,
        0.3: 1.0,
    }


def test_too_few_texts_and_rare_labels_are_said() -> None:
    few = report(np.tile(np.float32([0.9, 0.1]), (29, 1)), np.zeros(29, np.int64), ("a", "b"))
    rare = report(np.tile(np.float32([0.9, 0.1]), (40, 1)), np.array([0] * 36 + [1] * 4), ("a", "b"))
    enough = report(np.tile(np.float32([0.9, 0.1]), (40, 1)), np.array([0] * 35 + [1] * 5), ("a", "b"))

    assert few.caution == "Measured on 29 texts only: the numbers may be far off."
    assert rare.caution == "Too few texts to say much of: b (4)."
    assert enough.caution == ""


def test_of_several_labels_a_text_is_right_when_all_are() -> None:
    probabilities = np.array([[0.9, 0.6, 0.1], [0.8, 0.3, 0.4], [0.2, 0.1, 0.3]], np.float32)
    gold = np.array([[1, 1, 0], [1, 1, 0], [0, 0, 0]])

    made = report(probabilities, gold, ("a", "b", "c"), multi_label=True)

    assert made.accuracy == pytest.approx(2 / 3)  # the second text lacks b
    assert made.majority == pytest.approx(2 / 3)  # always a and b
    assert made.recalls == (1.0, 0.5, 0.0)
    assert made.macro_f1 == pytest.approx((1 + 2 / 3) / 2)  # c, which no text has, does not count
    assert made.confusion == ()


def test_a_tagger_of_several_labels_is_measured_on_texts_without_any_too() -> None:
    texts = [
        LabelledText("0.9 0.2 0.7", "negative", others=("positive",)),
        LabelledText("0.1 0.2 0.3", ""),
    ]

    made = finish(evaluate(Fixed(multi_label=True), texts))  # type: ignore[arg-type]

    assert (made.texts, made.accuracy) == (2, 1.0)


def test_the_temperature_that_logits_were_divided_by_is_found_again() -> None:
    # of 100 texts with odds 3:1 exactly 75 have the first label, of 100 with 9:1 exactly 90
    odds = np.array([np.log(3.0)] * 100 + [np.log(9.0)] * 100)
    gold = np.array([0] * 75 + [1] * 25 + [0] * 90 + [1] * 10)
    calibrated = np.stack([odds, np.zeros(200)], axis=1).astype(np.float32)

    assert fit_temperature(calibrated, gold) == pytest.approx(1.0, abs=0.01)
    assert fit_temperature(calibrated * 2.5, gold) == pytest.approx(2.5, abs=0.02)


def test_the_temperature_of_chances_of_their_own_is_found_as_well() -> None:
    # a chance of 3:1 for a label that 75 of 100 texts have, and of 1:9 for one that 10 have
    logits = np.tile(np.log([3.0, 1 / 9]), (100, 1)).astype(np.float32)
    gold = np.stack([np.arange(100) < 75, np.arange(100) < 10], axis=1).astype(np.int64)

    assert fit_temperature(logits * 2, gold) == pytest.approx(2.0, abs=0.02)
