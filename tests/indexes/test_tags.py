"""Tags: one a passage and tagger, gone with its passage."""

import numpy as np
import pytest

from indexes.catalogue import Catalogue
from tests.indexes.making import put_texts

LABELS = ("negative", "neutral", "positive")


def tag(
    catalogue: Catalogue, tags: dict[int, int], tagger: str = "sentiment", labels: tuple[str, ...] = LABELS
) -> None:
    """Give each passage its label, with certainty."""
    label_ids = np.array(list(tags.values()), np.int32)
    probabilities = np.eye(len(labels), dtype=np.float32)[label_ids]
    catalogue.add_tags(tagger, labels, np.array(list(tags), np.int64), label_ids, probabilities)


def stored(catalogue: Catalogue, tagger: str = "sentiment") -> dict[int, int]:
    tags = catalogue.tags(tagger)
    np.testing.assert_array_equal(tags.probabilities.argmax(axis=1), tags.label_ids)
    return dict(zip(tags.passage_ids.tolist(), tags.label_ids.tolist(), strict=True))


def test_tags_come_back_and_a_new_one_replaces_the_old(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One. Two. Three.")
    tag(catalogue, {3: 2, 1: 0})
    assert stored(catalogue) == {1: 0, 3: 2}
    tag(catalogue, {1: 1, 2: 2})
    assert stored(catalogue) == {1: 1, 2: 2, 3: 2}
    assert catalogue.tags("sentiment").labels == LABELS


def test_tags_of_some_passages_alone(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One. Two. Three.")
    tag(catalogue, {1: 0, 2: 1, 3: 2})
    catalogue.give_labels("sentiment", [3], ["negative"])

    some = catalogue.tags("sentiment", passage_ids=[3, 1, 99])

    assert (some.passage_ids.tolist(), some.given.tolist()) == ([1, 3], [[-1, -1, -1], [1, 0, 0]])
    assert len(catalogue.tags("sentiment", passage_ids=[2]).given) == 0
    assert catalogue.tags("sentiment", passage_ids=[]).passage_ids.tolist() == []


def test_a_label_taken_back_from_the_only_passage_that_had_one_leaves_nothing_given(
    catalogue: Catalogue,
) -> None:
    put_texts(catalogue, a="One. Two. Three.")
    tag(catalogue, {1: 0, 2: 1})
    none = catalogue.tags("sentiment")
    catalogue.give_labels("sentiment", [3], ["negative"])
    given = none.with_change([3], catalogue.tags("sentiment", passage_ids=[3]))
    assert (given.passage_ids.tolist(), given.label_ids.tolist()) == ([1, 2, 3], [0, 1, 0])
    catalogue.give_labels("sentiment", [3], [])
    back = given.with_change([3], catalogue.tags("sentiment", passage_ids=[3]))
    assert (back.passage_ids.tolist(), back.given.shape) == ([1, 2], (0, 0))


def test_a_tagger_never_used_has_no_tags(catalogue: Catalogue) -> None:
    tags = catalogue.tags("sentiment")
    assert (tags.labels, len(tags.passage_ids), tags.probabilities.shape) == ((), 0, (0, 0))
    assert catalogue.taggers_used() == []


def test_a_tag_goes_with_its_passage_and_stays_with_one_that_did_not_change(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One. Two.")
    tag(catalogue, {1: 0, 2: 2})
    put_texts(catalogue, a="Zero. Two.")
    assert stored(catalogue) == {2: 2}
    tag(catalogue, {1: 1, 2: 1})
    assert stored(catalogue) == {2: 1}, "passage 1 is gone and cannot be tagged"


def test_a_tagger_that_comes_with_other_labels_starts_anew(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One. Two.")
    tag(catalogue, {1: 2, 2: 2})
    tag(catalogue, {1: 1}, labels=("bad", "good"))
    assert stored(catalogue) == {1: 1}
    tag(catalogue, {2: 0}, tagger="emotion")
    assert (stored(catalogue, "emotion"), stored(catalogue)) == ({2: 0}, {1: 1})
    assert catalogue.taggers_used() == ["emotion", "sentiment"]


def test_arrays_that_do_not_fit_are_refused(catalogue: Catalogue) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        catalogue.add_tags("t", LABELS, np.array([1]), np.array([0], np.int32), np.ones((1, 2), np.float32))
