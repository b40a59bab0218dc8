"""Windows combined into one answer, worked out on paper; and a fitted way of it."""

import numpy as np
import pytest

from engine.tagging.combining import PLAIN, Combiner, decidedness, fit_combiner

WINDOWS = np.array([[0.8, 0.2], [0.5, 0.5], [0.1, 0.9]], np.float32)
TOKENS = np.array([10.0, 30.0, 20.0])


def combine(combiner: Combiner, windows: np.ndarray = WINDOWS, tokens: np.ndarray = TOKENS) -> list[float]:
    return combiner(windows, tokens, np.zeros(len(windows), np.int64), 1)[0].tolist()  # type: ignore[no-any-return]


def test_plain_is_the_mean_weighted_by_tokens() -> None:
    assert combine(PLAIN) == pytest.approx([(8 + 15 + 2) / 60, (2 + 15 + 18) / 60])


def test_without_growth_logarithms_give_the_geometric_mean() -> None:
    negative = 0.8 ** (1 / 6) * 0.5 ** (3 / 6) * 0.1 ** (2 / 6)
    positive = 0.2 ** (1 / 6) * 0.5 ** (3 / 6) * 0.9 ** (2 / 6)

    assert combine(Combiner(growth=0.0)) == pytest.approx(
        [negative / (negative + positive), positive / (negative + positive)]
    )


def test_with_full_growth_equal_windows_multiply_as_independent_witnesses() -> None:
    twice = combine(Combiner(growth=1.0), np.array([[0.8, 0.2]] * 2, np.float32), np.array([10.0, 10.0]))

    assert twice == pytest.approx([0.64 / 0.68, 0.04 / 0.68])


def test_one_window_says_what_it_says_however_it_is_combined() -> None:
    odd = Combiner(first=1.0, last=2.0, turn=3.0, decided=0.5, tokens=0.3, growth=0.7)

    assert combine(odd, WINDOWS[:1], TOKENS[:1]) == pytest.approx([0.8, 0.2])


def test_first_and_last_windows_count_by_their_powers() -> None:
    # e^ln 2 = 2 times 10 tokens, 30, and e^ln 3 = 3 times 20
    weighted = combine(Combiner(first=np.log(2), last=np.log(3)))

    assert weighted == pytest.approx(
        [(20 * 0.8 + 30 * 0.5 + 60 * 0.1) / 110, (20 * 0.2 + 15 + 60 * 0.9) / 110]
    )


def test_a_decided_last_window_counts_more_and_an_even_one_no_more() -> None:
    turning = Combiner(turn=np.log(5))
    certain = np.array([[0.5, 0.5], [0.0, 1.0]], np.float32)
    even = np.array([[0.0, 1.0], [0.5, 0.5]], np.float32)
    tokens = np.array([10.0, 10.0])

    assert combine(turning, certain, tokens) == pytest.approx([(0.5 + 0) / 6, (0.5 + 5) / 6], abs=1e-4)
    assert combine(turning, even, tokens) == pytest.approx([0.25, 0.75])


def test_texts_do_not_mix_and_several_labels_take_the_likeliest_part() -> None:
    rows = np.array([0, 1, 1])

    assert PLAIN(WINDOWS, TOKENS, rows, 2).tolist() == [
        pytest.approx([0.8, 0.2]),
        pytest.approx([(15 + 2) / 50, (15 + 18) / 50]),
    ]
    several = PLAIN(WINDOWS, TOKENS, rows, 2, multi_label=True)
    assert several.tolist() == [pytest.approx([0.8, 0.2]), pytest.approx([0.5, 0.9])]


def test_no_texts_combine_to_no_rows() -> None:
    nothing = np.zeros((0, 3), np.float32), np.zeros(0), np.zeros(0, np.int64), 0

    assert PLAIN(*nothing).shape == (0, 3)
    assert Combiner(growth=0.5)(*nothing).shape == (0, 3)


def test_an_even_window_is_not_decided_and_a_certain_one_is() -> None:
    d = decidedness(np.array([[1 / 3, 1 / 3, 1 / 3], [1, 0, 0]], np.float32))

    assert d == pytest.approx([0, 1], abs=1e-3)


def test_fitting_finds_that_the_last_window_says_what_a_text_comes_to() -> None:
    chance = np.random.default_rng(3)
    gold = chance.integers(0, 2, 200)
    windows, rows = [], np.repeat(np.arange(200), 3)
    for label in gold:
        misleading = chance.uniform(0.05, 0.95, 2)
        windows += [[p, 1 - p] for p in misleading] + [[0.85, 0.15] if label == 0 else [0.15, 0.85]]
    readings = np.array(windows, np.float32), np.full(600, 100.0), rows

    fitted = fit_combiner(*readings, gold.tolist())
    likely = fitted(*readings, 200)[np.arange(200), gold]
    before = PLAIN(*readings, 200)[np.arange(200), gold]

    assert fitted.last + fitted.turn > 0
    assert -np.log(likely).mean() < -np.log(before).mean() - 0.2
    assert fitted == fit_combiner(*readings, gold.tolist())
