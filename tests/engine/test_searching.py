"""Fusion and grouping, against scores worked out by hand."""

import pytest

from engine.searching import DENSE_WEIGHT, RankedDocument, fuse, group


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


def test_best_by_both_methods_is_best_of_all() -> None:
    fused = fuse({1: 0.7, 2: 0.6, 3: 0.1}, {1: 4.0, 3: 3.0})

    assert max(fused, key=fused.__getitem__) == 1


def test_a_passage_that_only_one_method_finds_is_not_lost() -> None:
    assert set(fuse(dict.fromkeys(range(40), 0.5), {99: 3.0})) == {*range(40), 99}


def test_cosines_below_zero_do_not_turn_the_words_around() -> None:
    fused = fuse({1: -0.2, 2: -0.2}, {1: 5.0, 2: 1.0})

    assert fused[1] > fused[2]


def test_documents_stand_where_their_best_passage_does_with_the_others_below_it() -> None:
    scores = {10: 0.2, 11: 0.9, 20: 0.5, 30: 0.4}
    owner = {10: 1, 11: 1, 20: 2, 30: 3}

    assert group(scores, owner) == [
        RankedDocument(1, 0.9, (11, 10)),
        RankedDocument(2, 0.5, (20,)),
        RankedDocument(3, 0.4, (30,)),
    ]


def test_equal_scores_are_ordered_by_id_so_that_runs_repeat() -> None:
    assert [document.document_id for document in group({8: 0.5, 7: 0.5}, {8: 2, 7: 1})] == [1, 2]


def test_a_passage_deleted_meanwhile_is_left_out() -> None:
    assert group({1: 0.5, 2: 0.4}, {2: 20}) == [RankedDocument(20, 0.4, (2,))]
