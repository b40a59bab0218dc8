"""Near-copies, by what a reader would call the same passage."""

import numpy as np

from engine.search.duplicates import collapse, resemblance
from indexes.records import Locator, Passage

NOTICE = (
    "The harbour office is closed on Friday because of the storm. Boats that lie at the outer pier must be moved to "
    "the inner basin before the evening tide, and their owners are asked to tell the harbour master when that is done."
)


def passage(number: int, text: str, document: int = 0) -> Passage:
    return Passage(number, document or number, "", "", "", "text", 0, len(text), Locator(), text)


def along(angle: float) -> np.ndarray:
    """A unit vector (2,) at so many degrees."""
    return np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))], np.float32)


def test_equal_texts_are_shown_once_even_without_embeddings() -> None:
    some = [passage(5, NOTICE), passage(2, "Another."), passage(9, NOTICE.replace(" ", "\n").upper())]

    assert collapse(some, {}) == [(5, (9,)), (2, ())]


def test_a_reworded_end_is_a_near_copy_when_the_meaning_is_near_too() -> None:
    some = [passage(1, NOTICE), passage(2, NOTICE + " Thank you.")]

    assert collapse(some, {1: along(0), 2: along(5)}) == [(1, (2,))]
    assert collapse(some, {1: along(0), 2: along(40)}) == [(1, ()), (2, ())]
    assert collapse(some, {1: along(0)}) == [(1, ()), (2, ())]


def test_near_meaning_in_other_words_is_no_copy() -> None:
    some = [
        passage(1, NOTICE),
        passage(2, "On Friday the storm keeps the office shut; move your boat inside."),
    ]

    assert collapse(some, {1: along(0), 2: along(1)}) == [(1, ()), (2, ())]


def test_one_number_that_differs_keeps_both() -> None:
    some = [passage(1, f"{NOTICE} Fee: 40 euros."), passage(2, f"{NOTICE} Fee: 90 euros.")]

    assert collapse(some, {1: along(0), 2: along(1)}) == [(1, ()), (2, ())]


def test_overlapping_passages_of_one_document_are_no_copies() -> None:
    some = [passage(1, NOTICE, 7), passage(2, NOTICE + " Thank you.", 7)]

    assert collapse(some, {1: along(0), 2: along(1)}) == [(1, ()), (2, ())]


def test_copies_gather_under_the_best_and_order_is_kept() -> None:
    some = [passage(4, "One."), passage(3, NOTICE), passage(8, "one"), passage(1, NOTICE), passage(6, NOTICE)]

    assert collapse(some, {}) == [(4, (8,)), (3, (1, 6))]
    assert collapse([], {}) == []


def test_passages_without_words_are_told_apart_by_their_characters() -> None:
    assert collapse([passage(1, "🎉"), passage(2, "🎊"), passage(3, "🎉")], {}) == [(1, (3,)), (2, ())]


def test_resemblance_is_the_share_of_word_triples() -> None:
    assert resemblance("a b c d".split(), "a b c e".split()) == 1 / 3
    assert resemblance("a b".split(), "a b".split()) == 1
    assert resemblance([], ["a"]) == 0
