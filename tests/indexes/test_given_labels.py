"""Labels that the user gives: apart from what taggers said, found again after re-indexing, counted and filtered by."""

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from indexes import schema
from indexes.catalogue import Catalogue
from indexes.errors import CorpusError
from indexes.given_labels import tagger_name
from indexes.lock import write_lock
from indexes.records import NONE, Condition
from tests.indexes.making import document, new, put, put_texts
from tests.indexes.test_tags import tag


def where(catalogue: Catalogue, label: str) -> list[int]:
    return [int(i) for i in catalogue.passage_ids_where([Condition("label", label)])]


def test_a_given_label_is_the_label_and_what_the_tagger_said_stays(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One. Two. Three.")
    tag(catalogue, {1: 0, 2: 2, 3: 1}, tagger="sentiment@a1")
    catalogue.give_labels("sentiment", [2], ["negative"])
    tags = catalogue.tags("sentiment@a1")
    assert tags.label_ids.tolist() == [0, 0, 1]
    assert tags.probabilities.tolist() == [[1, 0, 0], [0, 0, 1], [0, 1, 0]]
    assert tags.given.tolist() == [[-1, -1, -1], [1, 0, 0], [-1, -1, -1]]
    assert not tags.lesson


def test_without_given_labels_there_is_no_array_of_them(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One.")
    tag(catalogue, {1: 0})
    assert catalogue.tags("sentiment").given.shape == (0, 0)


def test_a_passage_that_was_not_tagged_has_its_given_label_and_zeros(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One. Two. Three.")
    tag(catalogue, {2: 2}, tagger="sentiment@a1")
    catalogue.give_labels("sentiment", [3, 1], ["neutral"])
    tags = catalogue.tags("sentiment@a1")
    assert tags.passage_ids.tolist() == [1, 2, 3]
    assert tags.label_ids.tolist() == [1, 2, 1]
    assert tags.probabilities.tolist() == [[0, 0, 0], [0, 0, 1], [0, 0, 0]]
    assert tags.given.tolist() == [[0, 1, 0], [-1, -1, -1], [0, 1, 0]]


def test_that_no_label_holds_is_given_like_a_label_and_is_none(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One. Two. Three.")
    chances = np.array([[0.2, 0.9, 0.8], [0.1, 0.2, 0.6]], np.float32)
    ids = np.array([1, 2])
    catalogue.add_tags("topics@a1", ("x", "y", "z"), ids, chances.argmax(1), chances, multi_label=True)
    catalogue.give_labels("topics", [2, 3], [NONE])
    tags = catalogue.tags("topics@a1")
    assert tags.passage_ids.tolist() == [1, 2, 3]
    assert tags.given.tolist() == [[-1, -1, -1], [0, 0, 0], [0, 0, 0]]
    assert tags.label_ids.tolist() == [1, 2, 0], "the tagger's likeliest, else the first"
    assert [where(catalogue, label) for label in ("y", "z", "", "*")] == [[1], [1], [], [1]]
    assert catalogue.facets().labels == (("y", 1), ("z", 1))
    catalogue.give_labels("topics", [2], ())
    assert catalogue.given_labels("topics") == {3: (NONE,)}
    assert where(catalogue, "z") == [1, 2]


def test_none_left_from_when_a_tagger_gave_several_labels_says_nothing_to_one_that_gives_one(
    catalogue: Catalogue,
) -> None:
    put_texts(catalogue, a="One. Two.")
    catalogue.give_labels("sentiment", [1], [NONE])
    tag(catalogue, {1: 0, 2: 2}, tagger="sentiment@b2")
    assert catalogue.tags("sentiment@b2").given.shape == (0, 0)
    assert catalogue.tags("unheard").labels == ()


def test_labels_given_for_a_tagger_outlast_its_weights(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One. Two.")
    tag(catalogue, {1: 0, 2: 0}, tagger="mine@a1")
    catalogue.give_labels("mine", [1], ["positive"])
    tag(catalogue, {1: 1, 2: 1}, tagger="mine@b2")
    assert catalogue.tags("mine@b2").label_ids.tolist() == [2, 1]
    assert catalogue.taggers_used() == ["mine@b2"], "tags of other weights of the same tagger go"
    assert [tagger_name(name) for name in ("mine@b2", "mine", "a@b@c")] == ["mine", "mine", "a@b"]


def test_labels_are_known_before_anything_is_tagged(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One. Two.")
    catalogue.give_labels("mine", [2], ["wide"])
    catalogue.give_labels("mine", [1], ["narrow"])
    assert catalogue.tags("mine@untaught").labels == ("wide", "narrow"), "as they came"
    tags = catalogue.tags("mine@untaught", ("deep", "narrow", "wide"))
    assert tags.labels == ("deep", "narrow", "wide")
    assert tags.label_ids.tolist() == [1, 2]
    assert tags.given.tolist() == [[0, 1, 0], [0, 0, 1]]
    assert catalogue.tags("other", ("x", "y")).labels == ("x", "y")


def test_a_given_label_that_the_tagger_does_not_know_is_left_out(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One. Two.")
    tag(catalogue, {1: 0, 2: 0})
    catalogue.give_labels("sentiment", [1], ["glad"])
    tags = catalogue.tags("sentiment")
    assert (tags.label_ids.tolist(), tags.given.shape) == ([0, 0], (0, 0))
    catalogue.rename_given_label("sentiment", "glad", "positive")
    assert catalogue.tags("sentiment").label_ids.tolist() == [2, 0]


def test_of_several_given_labels_the_likeliest_leads(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One. Two.")
    chances = np.array([[0.9, 0.2, 0.7], [0.1, 0.2, 0.3]], np.float32)
    catalogue.add_tags(
        "topics@1",
        ["sea", "air", "land"],
        np.array([1, 2]),
        np.array([0, 2], np.int32),
        chances,
        multi_label=True,
    )
    catalogue.give_labels("topics", [1], ["air", "land"])
    tags = catalogue.tags("topics@1")
    assert tags.multi_label
    assert tags.label_ids.tolist() == [2, 2]
    assert tags.given.tolist() == [[0, 1, 1], [-1, -1, -1]]


def test_labels_are_replaced_taken_back_and_kept_by_tagger(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One. Two. Three.")
    catalogue.give_labels("sentiment", [3, 1, 2], ["positive"])
    catalogue.give_labels("sentiment", [1], ["negative"])
    catalogue.give_labels("mine", [1], ["x", "y"])
    assert catalogue.given_labels("sentiment") == {2: ("positive",), 3: ("positive",), 1: ("negative",)}
    assert list(catalogue.given_labels("sentiment")) == [2, 3, 1], "oldest first"
    catalogue.give_labels("sentiment", [1, 2], [])
    assert catalogue.given_labels("sentiment") == {3: ("positive",)}
    assert catalogue.given_labels("mine") == {1: ("x", "y")}


def test_labels_for_passages_that_are_gone_are_refused_and_none_is_kept(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One. Two.")
    catalogue.give_labels("mine", [1], ["old"])
    with pytest.raises(CorpusError, match=r"2 of these 3 passages are no longer in the corpus"):
        catalogue.give_labels("mine", [1, 17, 18], ["new"])
    with pytest.raises(CorpusError, match=r"This passage is no longer"):
        catalogue.give_labels("mine", [17], [])
    assert catalogue.given_labels("mine") == {1: ("old",)}
    catalogue.give_labels("mine", [], ["new"])
    assert catalogue.given_labels("mine") == {1: ("old",)}


def test_a_given_label_finds_its_text_again_in_the_same_document(catalogue: Catalogue) -> None:
    put(catalogue, "a", document("other", "Two."), document("mine", "One. Two."))
    catalogue.give_labels("t", [3], ["x"])
    put(catalogue, "a", document("other", "Two."), document("mine", "One. Two.", title="New"))
    assert catalogue.passage_ids().tolist() == [1, 4, 5]
    assert catalogue.given_labels("t") == {5: ("x",)}
    catalogue.give_labels("t", [5], ["y"])
    assert catalogue.given_labels("t") == {5: ("y",)}
    catalogue.give_labels("t", [5], [])
    assert catalogue.given_labels("t") == {}


def test_a_given_label_vanishes_with_its_text_and_comes_back_with_it(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One. Two.")
    tag(catalogue, {1: 0, 2: 0})
    catalogue.give_labels("sentiment", [2], ["positive"])
    put_texts(catalogue, a="One.")
    assert catalogue.tags("sentiment").label_ids.tolist() == [0]
    assert catalogue.given_labels("sentiment") == {}
    put_texts(catalogue, a="One. Two.")
    assert catalogue.given_labels("sentiment") == {3: ("positive",)}
    assert catalogue.tags("sentiment").passage_ids.tolist() == [1, 3]


@pytest.mark.parametrize("label", ["a\0b", "🐦", "كتاب", '["x"]', "word " * 1000])
def test_any_label_can_be_given(catalogue: Catalogue, label: str) -> None:
    put_texts(catalogue, a="One.")
    catalogue.give_labels("t", [1], [label])
    assert catalogue.given_labels("t") == {1: (label,)}


def test_given_labels_count_in_facets_and_filters_in_place_of_tags(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One. Two.", b="Three. Four.")
    tag(catalogue, {1: 0, 2: 0, 3: 2, 4: 2}, tagger="sentiment@a1")
    catalogue.give_labels("sentiment", [3, 4], ["negative"])
    catalogue.give_labels("mine", [2], ["urgent"])
    assert where(catalogue, "negative") == [1, 2, 3, 4]
    assert where(catalogue, "positive") == []
    assert where(catalogue, "Urgent") == [2]
    assert catalogue.facets().labels == (("negative", 2), ("urgent", 1))
    catalogue.give_labels("sentiment", [3, 4], [])
    assert catalogue.facets().labels == (("negative", 1), ("positive", 1), ("urgent", 1))


def test_a_tagger_of_several_labels_counts_all_that_hold(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One.", b="Two.", c="Three.")
    chances = np.array([[0.9, 0.5], [0.49, 0.1], [0.2, 0.8]], np.float32)
    ids, label_ids = np.array([1, 2, 3]), np.array([0, 0, 1], np.int32)
    catalogue.add_tags("topics@1", ["sea", "air"], ids, label_ids, chances, multi_label=True)
    assert (where(catalogue, "sea"), where(catalogue, "air")) == ([1], [1, 3])
    catalogue.give_labels("topics", [2], ["sea", "air"])
    assert (where(catalogue, "sea"), where(catalogue, "air")) == ([1, 2], [1, 2, 3])


def test_removing_a_tagger_keeps_the_labels_given_for_it(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One. Two.")
    tag(catalogue, {1: 0, 2: 0}, tagger="mine@a1")
    tag(catalogue, {1: 1, 2: 1}, tagger="mine too@a1")
    catalogue.give_labels("mine", [1], ["positive"])
    catalogue.remove_tags("mine")
    assert catalogue.taggers_used() == ["mine too@a1"]
    assert catalogue.given_labels("mine") == {1: ("positive",)}


def test_labels_can_be_given_while_a_job_holds_the_corpus_for_writing(tmp_path: Path) -> None:
    with new(tmp_path) as indexing, write_lock(tmp_path):
        put_texts(indexing, a="One.")
        with Catalogue.open(tmp_path / "catalogue.db", write=True) as labelling:
            labelling.give_labels("t", [1], ["x"])
        assert indexing.given_labels("t") == {1: ("x",)}


def test_a_catalogue_of_version_3_keeps_its_tags_and_takes_labels(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.db"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    schema.migrate(connection, schema.MIGRATIONS[:3])
    connection.execute("INSERT INTO settings VALUES ('name', '\"Old\"')")
    connection.execute("INSERT INTO taggers (name, labels) VALUES ('sentiment@a1', ?)", ('["bad", "good"]',))
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("INSERT INTO sources (kind, path, columns) VALUES ('folder', '/n', '{}')")
    connection.execute("INSERT INTO files VALUES (1, 1, 'a', '/n/a', 'txt', 1, 1, x'', '', 0)")
    connection.execute("INSERT INTO documents VALUES (1, 1, 'a', 'a', 'txt', NULL, '{}', x'', 0)")
    connection.execute("INSERT INTO passages VALUES (1, 1, 0, 0, 3, '', '', x'01')")
    row = np.array([0.25, 0.75], "<f4").tobytes()
    connection.execute("INSERT INTO tags VALUES (1, 1, 1, ?)", (row,))
    connection.close()

    with Catalogue.open(path, write=True) as catalogue:
        tags = catalogue.tags("sentiment@a1")
        assert (tags.label_ids.tolist(), tags.probabilities.tolist()) == ([1], [[0.25, 0.75]])
        assert (tags.multi_label, tags.lesson) == (False, False)
        catalogue.give_labels("sentiment", [1], ["bad"])
        assert catalogue.tags("sentiment@a1").label_ids.tolist() == [0]
