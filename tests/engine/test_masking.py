"""Masking: the shares of the paper, counted over many texts, and one text exactly."""

import numpy as np
import pytest

from engine.encoding.masking import Vocabulary, mask_tokens

PAD, CLS, SEP, MASK = 0, 101, 102, 103
WORDS = Vocabulary(MASK, frozenset({PAD, CLS, SEP, MASK}), 1000)


def text(length: int) -> np.ndarray:
    """[CLS], `length` words, [SEP]."""
    return np.array([CLS, *range(200, 200 + length), SEP])


def test_fifteen_in_a_hundred_are_guessed_and_of_them_eighty_ten_and_ten() -> None:
    chance = np.random.default_rng(0)
    ids = text(100)
    counts = {"masked": 0, "other": 0, "kept": 0}
    for _ in range(2000):
        shown, guessed = mask_tokens(ids, WORDS, chance)
        assert guessed.sum() == 15
        np.testing.assert_array_equal(shown[~guessed], ids[~guessed])
        masked, kept = shown[guessed] == MASK, shown[guessed] == ids[guessed]
        counts["masked"] += int(masked.sum())
        counts["kept"] += int(kept.sum())
        counts["other"] += int((~masked & ~kept).sum())

    # 30,000 are guessed: the standard deviation of a share of 80 % is 0.0023, of 10 % 0.0017
    assert counts["masked"] / 30_000 == pytest.approx(0.8, abs=0.01)
    assert counts["other"] / 30_000 == pytest.approx(0.1, abs=0.008)
    assert counts["kept"] / 30_000 == pytest.approx(0.1, abs=0.008)


def test_each_word_is_as_likely_to_be_guessed_as_any_other() -> None:
    chance = np.random.default_rng(1)
    times = sum(mask_tokens(text(20), WORDS, chance)[1].astype(int) for _ in range(4000))

    assert times[[0, -1]].tolist() == [0, 0]
    np.testing.assert_allclose(times[1:-1] / 4000, 3 / 20, atol=0.025)


def test_special_tokens_are_never_guessed_and_never_drawn() -> None:
    small = Vocabulary(MASK, frozenset(range(104)) - {50}, 104)
    chance = np.random.default_rng(2)
    drawn = set()
    for _ in range(300):
        shown, guessed = mask_tokens(np.array([CLS, 50, 50, 50, SEP, PAD, PAD]), small, chance)
        assert not guessed[[0, 4, 5, 6]].any()
        drawn.update(shown[1:4].tolist())

    assert drawn == {50, MASK}


def test_a_short_text_has_one_word_guessed_and_one_without_words_none() -> None:
    chance = np.random.default_rng(3)
    alone, nothing = text(1), text(0)

    assert mask_tokens(alone, WORDS, chance)[1].tolist() == [False, True, False]
    shown, guessed = mask_tokens(nothing, WORDS, chance)
    assert (shown.tolist(), guessed.any()) == ([CLS, SEP], np.False_)


def test_the_same_seed_masks_the_same_and_the_text_itself_stays() -> None:
    ids = text(40)
    first, again = (mask_tokens(ids, WORDS, np.random.default_rng(7)) for _ in range(2))

    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(ids, text(40))
    assert first[1].sum() == 6


def test_which_word_is_masked_drawn_or_kept_is_told_by_the_numbers_that_chance_gives() -> None:
    class Fixed(np.random.Generator):
        """Chooses the last words, and gives them 0.79, 0.89 and 0.9."""

        def permutation(self, values: np.ndarray) -> np.ndarray:
            return values[::-1]

        def random(self, size: int) -> np.ndarray:
            return np.array([0.79, 0.89, 0.9])[:size]

        def choice(self, values: np.ndarray, size: int) -> np.ndarray:
            return values[-size:]

    shown, guessed = mask_tokens(text(20), WORDS, Fixed(np.random.PCG64(0)))

    assert shown[-4:].tolist() == [217, 999, MASK, SEP]
    assert np.flatnonzero(guessed).tolist() == [18, 19, 20]
