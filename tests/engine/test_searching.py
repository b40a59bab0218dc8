"""Fusion, against ranks worked out by hand."""

import pytest

from engine.searching import RankedDocument, fuse


def ranking(*documents: tuple[int, tuple[int, ...]]) -> list[RankedDocument]:
    return [RankedDocument(document, 1.0, passages) for document, passages in documents]


def test_one_ranking_alone_keeps_its_order_and_scores() -> None:
    alone = [RankedDocument(5, 0.9, (50,)), RankedDocument(6, 0.8, (60,))]

    assert fuse([alone]) == alone


def test_fused_scores_are_sums_of_reciprocal_ranks() -> None:
    fused = fuse([ranking((1, (10,)), (2, (20,))), ranking((2, (20,)), (3, (30,)))])

    assert [document.document_id for document in fused] == [2, 1, 3]
    assert [document.score for document in fused] == pytest.approx([1 / 62 + 1 / 61, 1 / 61, 1 / 62])


def test_a_document_that_only_one_method_finds_is_not_lost() -> None:
    fused = fuse([ranking(*((n, (n * 10,)) for n in range(1, 40))), ranking((99, (990,)))])

    assert 99 in [document.document_id for document in fused[:3]]


def test_passages_of_a_document_are_merged_with_the_ones_both_methods_like_first() -> None:
    fused = fuse([ranking((1, (10, 11))), ranking((1, (12, 11)))])

    assert fused[0].passage_ids == (11, 10, 12)


def test_equal_scores_are_ordered_by_id_so_that_runs_repeat() -> None:
    fused = fuse([ranking((7, (70,))), ranking((3, (30,)))])

    assert [document.document_id for document in fused] == [3, 7]
