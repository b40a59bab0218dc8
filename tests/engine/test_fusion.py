"""Fusion against scores worked out by hand, and what an encoder can read."""

from pathlib import Path

import pytest

from engine.encoding.encoder import Encoder
from engine.search.fusion import DENSE_WEIGHT, fuse, readable
from tests.tiny_models import tiny_sbert


def test_one_method_alone_keeps_its_own_scores() -> None:
    assert fuse({1: 0.9, 2: 0.8}, {}) == {1: 0.9, 2: 0.8}
    assert fuse({}, {1: 7.5}) == {1: 7.5}
    assert fuse({}, {}) == {}


def test_fused_scores_weigh_the_cosine_and_the_share_of_the_best_bm25() -> None:
    fused = fuse({1: 0.5, 2: 0.4}, {2: 10.0, 3: 5.0})

    assert fused == pytest.approx(
        {
            1: DENSE_WEIGHT * 0.5,
            2: DENSE_WEIGHT * 0.4 + (1 - DENSE_WEIGHT) * 0.5,
            3: (1 - DENSE_WEIGHT) * 0.5 * 0.5,
        }
    )


def test_a_weight_of_one_ranks_by_meaning_and_of_none_by_words() -> None:
    cosines, bm25 = {1: 0.5, 2: 0.4, 3: 0.1}, {2: 1.0, 3: 5.0}

    assert sorted(cosines, key=lambda i: -fuse(cosines, bm25, 1.0)[i]) == [1, 2, 3]
    assert sorted(cosines, key=lambda i: -fuse(cosines, bm25, 0.0)[i]) == [3, 2, 1]


def test_best_by_both_methods_is_best_of_all() -> None:
    fused = fuse({1: 0.7, 2: 0.6, 3: 0.1}, {1: 4.0, 3: 3.0})

    assert max(fused, key=fused.__getitem__) == 1


def test_a_passage_that_only_one_method_finds_is_not_lost() -> None:
    assert set(fuse(dict.fromkeys(range(40), 0.5), {99: 3.0})) == {*range(40), 99}


def test_cosines_below_zero_do_not_turn_the_words_around() -> None:
    fused = fuse({1: -0.2, 2: -0.2}, {1: 5.0, 2: 1.0})

    assert fused[1] > fused[2]


def test_letters_without_a_word_in_the_vocabulary_are_not_readable(tmp_path: Path) -> None:
    """The tiny vocabulary has these words, every Latin letter, and no other script."""
    encoder = Encoder.open(tiny_sbert(tmp_path / "tiny"), device="cpu")

    assert readable(encoder, "the slow river") == 1
    assert readable(encoder, "the 河水") == pytest.approx(3 / 5)
    assert readable(encoder, "river zq") == pytest.approx(5 / 7)  # z and ##q: spelt letter by letter
    assert readable(encoder, "") == readable(encoder, "12 + 3!") == 1
