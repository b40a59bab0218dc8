"""Embeddings belong to texts, not to passages: one for each text and encoder, kept when the passage goes."""

import numpy as np
import pytest

from indexes.catalogue import Catalogue
from indexes.errors import ModelError
from indexes.records import Mark
from tests.indexes.making import document, put, put_texts, text_hash

DIM = 4


def embed_missing(catalogue: Catalogue, encoder: str = "e", limit: int = 100) -> list[str]:
    """Embed one batch: each text as its length in every dimension; return the texts."""
    missing = catalogue.missing_embeddings(encoder, limit)
    vectors = np.array([[len(text)] * DIM for _, text in missing], np.float32).reshape(-1, DIM)
    catalogue.add_embeddings(encoder, [key for key, _ in missing], vectors)
    return [text for _, text in missing]


def test_each_text_is_missing_once_and_comes_in_reading_order(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="Two. One. Two.", b="One. Three.")
    assert catalogue.missing_embeddings("e", 10) == [(text_hash(t), t) for t in ("Two.", "One.", "Three.")]
    assert (catalogue.count_missing("e"), catalogue.count_missing_passages("e")) == (3, 5)


def test_embedding_in_batches_comes_to_an_end_with_every_text_embedded_once(catalogue: Catalogue) -> None:
    sentences = [f"Number {n}." for n in range(25)]
    put_texts(catalogue, a=" ".join(sentences), b=" ".join(reversed(sentences)))
    embedded: list[str] = []
    while batch := embed_missing(catalogue, limit=4):
        embedded += batch
    assert embedded == sentences
    assert (catalogue.count_missing("e"), catalogue.count_missing_passages("e")) == (0, 0)


def test_a_batch_that_was_asked_for_and_not_embedded_is_asked_for_again(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One. Two. Three.")
    first = catalogue.missing_embeddings("e", 2)
    assert catalogue.missing_embeddings("e", 2) == first
    catalogue.add_embeddings("e", [first[1][0]], np.ones((1, DIM), np.float32))
    assert [text for _, text in catalogue.missing_embeddings("e", 2)] == ["One.", "Three."]


def test_text_that_comes_back_is_not_embedded_again(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One. Two.")
    embed_missing(catalogue)
    catalogue.remove_source(1)
    put_texts(catalogue, b="Two. Three.")
    assert embed_missing(catalogue) == ["Three."]
    ids, vectors = catalogue.embeddings("e")
    assert ids.tolist() == [3, 4]
    assert vectors.tolist() == [[4.0] * DIM, [6.0] * DIM]


def test_each_encoder_has_its_own_embeddings(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One.")
    assert catalogue.latest_encoder() == ""
    embed_missing(catalogue, "first")
    assert catalogue.count_missing("second") == 1
    catalogue.add_embeddings("second", [text_hash("One.")], np.ones((1, 7), np.float32))
    assert catalogue.embeddings("second")[1].shape == (1, 7)
    assert (catalogue.embedding_dim("first"), catalogue.embedding_dim("none")) == (DIM, 0)
    assert catalogue.latest_encoder() == "second"


def test_stored_vectors_are_the_nearest_half_precision_numbers(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One.")
    vector = np.array([[1 / 3, -1e-4, 1.0, 0.0]], np.float32)
    catalogue.add_embeddings("e", [text_hash("One.")], vector)
    _, stored = catalogue.embeddings("e")
    assert stored.dtype == np.float16
    assert stored.tolist() == [[0.333251953125, -0.00010001659393310547, 1.0, 0.0]]


def test_embeddings_of_some_passages_come_in_the_order_asked(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One. Three. Eleven. Not yet.")
    for text in ("One.", "Three.", "Eleven."):
        catalogue.add_embeddings("e", [text_hash(text)], np.full((1, DIM), len(text), np.float32))
    ids, vectors = catalogue.embeddings_of("e", [3, 4, 1, 99])
    assert (ids.tolist(), vectors[:, 0].tolist()) == ([3, 1], [7.0, 4.0])
    assert catalogue.embeddings_of("unknown", [1])[1].shape == (0, 0)


def test_only_what_was_embedded_since_a_mark_is_given(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One. Two. Three.")
    catalogue.add_embeddings("e", [text_hash("Two.")], np.ones((1, DIM), np.float32))
    mark = catalogue.mark

    def since(mark: Mark) -> list[int]:
        return sorted(i for ids, _ in catalogue.embeddings_since("e", mark) for i in ids.tolist())

    assert (since(Mark()), since(mark)) == ([2], [])
    put_texts(catalogue, b="Two. Three. Four.")
    assert since(mark) == [4], "a new passage of a text that is embedded already"
    embed_missing(catalogue)
    assert since(mark) == [1, 3, 4, 5, 6]
    assert since(Mark()) == [1, 2, 3, 4, 5, 6]


def test_every_change_of_passages_or_embeddings_moves_the_mark(catalogue: Catalogue) -> None:
    seen = [catalogue.mark]
    put_texts(catalogue, a="One. Two.")
    seen.append(catalogue.mark)
    embed_missing(catalogue)
    assert catalogue.mark.text == seen[-1].text
    seen.append(catalogue.mark)
    put_texts(catalogue, a="Two.")
    assert catalogue.mark.text > seen[-1].text
    seen.append(catalogue.mark)
    catalogue.remove_files([1])
    seen.append(catalogue.mark)
    assert len(set(seen)) == len(seen)
    catalogue.set_setting("a", 1)
    assert catalogue.mark == seen[-1]


def test_removed_passages_are_remembered_since_a_mark(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_texts(catalogue, a="One. Two. Three.")
    mark = catalogue.mark
    put_texts(catalogue, a="Two.")
    gone = catalogue.removed_since(mark)
    assert gone is not None
    assert sorted(gone.tolist()) == [1, 3]
    monkeypatch.setattr("indexes.documents.REMEMBERED", 1)
    put_texts(catalogue, b="Four.")
    assert catalogue.removed_since(mark) is None, "one of the two is forgotten: the index has to be made anew"


def test_another_dimension_is_refused_in_a_sentence(catalogue: Catalogue) -> None:
    put_texts(catalogue, a="One. Two.")
    catalogue.add_embeddings("e", [text_hash("One.")], np.ones((1, 4), np.float32))
    with pytest.raises(ModelError, match="gave 5 numbers a passage, but 4"):
        catalogue.add_embeddings("e", [text_hash("Two.")], np.ones((1, 5), np.float32))
    with pytest.raises(ValueError, match="finite"):
        catalogue.add_embeddings("e", [text_hash("Two.")], np.full((1, 4), np.nan, np.float32))


def test_unused_embeddings_go_only_when_asked(catalogue: Catalogue) -> None:
    put(catalogue, "a", document("a", "One. Two."))
    embed_missing(catalogue)
    put(catalogue, "a", document("a", "Two."))
    assert catalogue.drop_unused_embeddings() == 1
    assert catalogue.embeddings("e")[0].tolist() == [2]
    assert catalogue.count_missing("e") == 0
