"""Grouping by document, worked out by hand."""

from engine.search.ranking import RankedDocument, group


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
