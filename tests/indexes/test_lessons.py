"""Lessons: put on tags that were stored and that are stored later, and taken off one by one."""

import numpy as np
import pytest
from numpy.typing import NDArray

from indexes.catalogue import Catalogue
from indexes.lessons import KEPT, StoredLesson
from indexes.records import Condition
from tests.indexes.making import put_texts, text_hash

ENCODER = "tiny@1/mean"


@pytest.fixture
def tagged(catalogue: Catalogue) -> Catalogue:
    """Three passages, all tagged half and half; the first two embedded along one axis each."""
    put_texts(catalogue, a="One. Two. Three.")
    embed(catalogue, "One.", [1, 0])
    embed(catalogue, "Two.", [0, 1])
    say(catalogue, [1, 2, 3])
    return catalogue


def embed(catalogue: Catalogue, text: str, vector: list[float]) -> None:
    catalogue.add_embeddings(ENCODER, [text_hash(text)], np.array([vector], np.float32))


def say(catalogue: Catalogue, ids: list[int], p: float = 0.5, multi_label: bool = False) -> None:
    """Tag passages: the first label gets p, the second the rest."""
    rows = np.tile(np.array([p, 1 - p], np.float32), (len(ids), 1))
    label_ids = rows.argmax(1).astype(np.int32)
    catalogue.add_tags("mood@1", ["bad", "good"], np.array(ids), label_ids, rows, multi_label=multi_label)


def lesson(weights: list[list[float]], scale: float = 1.0, given: int = 4) -> StoredLesson:
    return StoredLesson("mood@1", ENCODER, given, scale, np.array(weights, np.float32), {"strength": 2.0})


def first(catalogue: Catalogue) -> NDArray[np.float32]:
    return catalogue.tags("mood@1").probabilities[:, 0].round(4)


TO_GOOD = [[0, 0, 0], [np.log(3), 0, 0]]
"""What lies along the first axis gets e^(log 3) = 3 times the odds of “good”."""


def test_a_lesson_moves_the_tags_of_passages_that_have_an_embedding(tagged: Catalogue) -> None:
    tagged.add_lesson(lesson(TO_GOOD))
    tags = tagged.tags("mood@1")
    assert tags.lesson
    np.testing.assert_allclose(tags.probabilities, [[0.25, 0.75], [0.5, 0.5], [0.5, 0.5]], atol=1e-3)
    assert tags.label_ids.tolist() == [1, 0, 0]
    assert [int(i) for i in tagged.passage_ids_where([Condition("label", "good")])] == [1]


def test_scale_and_bias_act_on_the_logits(tagged: Catalogue) -> None:
    say(tagged, [1, 2, 3], p=0.8)  # odds 4
    tagged.add_lesson(lesson([[0, 0, np.log(3)], [0, 0, 0]], scale=0.5))  # odds 4^½ · 3 = 6
    np.testing.assert_allclose(first(tagged), [6 / 7, 6 / 7, 0.8], atol=1e-4)


def test_each_label_of_several_is_moved_on_its_own(tagged: Catalogue) -> None:
    say(tagged, [1, 2, 3], p=0.8, multi_label=True)  # odds 4 and ¼
    tagged.add_lesson(lesson(TO_GOOD))
    np.testing.assert_allclose(tagged.tags("mood@1").probabilities[0], [0.8, 0.75 / 1.75], atol=1e-3)


def test_tags_that_come_after_a_lesson_get_it_too(tagged: Catalogue) -> None:
    tagged.add_lesson(lesson(TO_GOOD))
    say(tagged, [1], p=0.75)  # odds of good 1/3 · 3 = 1
    np.testing.assert_allclose(first(tagged), [0.5, 0.5, 0.5], atol=1e-3)
    put_texts(tagged, b="One.")
    say(tagged, [4])
    np.testing.assert_allclose(first(tagged), [0.5, 0.5, 0.5, 0.25], atol=1e-3)


def test_lessons_are_taken_off_one_by_one(tagged: Catalogue) -> None:
    tagged.add_lesson(lesson(TO_GOOD))
    tagged.add_lesson(lesson([[0, np.log(3), 0], [0, 0, 0]], given=9))
    np.testing.assert_allclose(first(tagged), [0.5, 0.75, 0.5], atol=1e-3)
    stored = tagged.lesson("mood@1")
    assert stored is not None
    assert (stored.given, stored.encoder, stored.scale, stored.parameters) == (
        9,
        ENCODER,
        1.0,
        {"strength": 2.0},
    )
    assert tagged.take_off_lesson("mood@1")
    np.testing.assert_allclose(first(tagged), [0.25, 0.5, 0.5], atol=1e-3)
    assert tagged.take_off_lesson("mood@1")
    assert first(tagged).tolist() == [0.5, 0.5, 0.5]
    assert not tagged.tags("mood@1").lesson
    assert not tagged.take_off_lesson("mood@1")


def test_so_many_lessons_are_kept(tagged: Catalogue) -> None:
    for number in range(KEPT + 3):
        tagged.add_lesson(lesson(TO_GOOD, given=number))
    assert sum(tagged.take_off_lesson("mood@1") for _ in range(KEPT + 3)) == KEPT


def test_a_lesson_is_of_one_tagger_with_its_weights(tagged: Catalogue) -> None:
    tagged.add_lesson(lesson(TO_GOOD))
    assert tagged.lesson("mood@2") is None
    rows = np.full((1, 2), 0.5, np.float32)
    tagged.add_tags("mood@2", ["bad", "good"], np.array([1]), np.array([0], np.int32), rows)
    assert tagged.tags("mood@2").probabilities.tolist() == [[0.5, 0.5]]
    assert tagged.lesson("mood@1") is None, "the older weights are gone, and their lesson with them"


def test_what_a_lesson_made_goes_with_its_passage(tagged: Catalogue) -> None:
    tagged.add_lesson(lesson(TO_GOOD))
    put_texts(tagged, a="Two. Three.")
    assert tagged.tags("mood@1").passage_ids.tolist() == [2, 3]


def test_a_given_label_stands_above_a_lesson(tagged: Catalogue) -> None:
    tagged.add_lesson(lesson(TO_GOOD))
    tagged.give_labels("mood", [1], ["bad"])
    tags = tagged.tags("mood@1")
    assert tags.label_ids.tolist() == [0, 0, 0]
    np.testing.assert_allclose(tags.probabilities[0], [0.25, 0.75], atol=1e-3)


def test_a_tag_of_no_chance_at_all_stays_finite_under_a_lesson(tagged: Catalogue) -> None:
    say(tagged, [1, 2, 3], p=0.0)
    tagged.add_lesson(lesson([[5, 0, 0], [0, 0, 0]], scale=2.0))
    assert np.isfinite(tagged.tags("mood@1").probabilities).all()


def test_weights_that_are_no_numbers_are_refused(tagged: Catalogue) -> None:
    with pytest.raises(ValueError, match="finite"):
        tagged.add_lesson(lesson([[np.nan, 0, 0], [0, 0, 0]]))
    assert tagged.lesson("mood@1") is None
