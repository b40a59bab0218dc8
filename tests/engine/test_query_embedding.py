"""The embedding of a query, against sums worked out by hand of vectors that a stand-in for the encoder gives."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from engine.corpus import Corpus
from engine.encoding.encoder import Encoder
from engine.search.queries import parse
from engine.search.query_embedding import BAD, GOOD, QueryEmbedding, embed_query, shares
from indexes.catalogue import Catalogue
from tests.indexes.making import document, put

ID = "axes"
AXES = {
    "storm": (1, 0, 0, 0),
    "sea": (0, 1, 0, 0),
    "wind": (0, 0, 1, 0),
    "Harbour at dawn.": (0, 0, 0, 1),
    "Harbour at dusk.": (0, 1, 0, 0),
    "Bread and rye.": (0.6, 0.8, 0, 0),
    "Not embedded.": None,
}


class Axes:
    """Stands in for the encoder: each known text has a vector along an axis."""

    id = ID
    dim = 4

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.batches.append(list(texts))
        return np.array([AXES[text] for text in texts], np.float32).reshape(len(texts), self.dim)


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Catalogue.create(tmp_path / "catalogue.db", "Notes") as catalogue:
        put(
            catalogue,
            "letters/Harbour.md",
            document("letters/Harbour.md", "Harbour at dawn. Harbour at dusk.", title="At the harbour"),
        )
        put(catalogue, "bread.txt", document("bread.txt", "Bread and rye.", title="Bread"))
        put(catalogue, "late.txt", document("late.txt", "Not embedded.", title="Late"))
        missing = [pair for pair in catalogue.missing_embeddings(ID, 10) if AXES[pair[1]] is not None]
        vectors = np.array([AXES[text] for _, text in missing], np.float32)
        catalogue.add_embeddings(ID, [text_hash for text_hash, _ in missing], vectors)
    with Corpus.open(tmp_path) as opened:
        yield opened


def asked(line: str, corpus: Corpus, **marks: Any) -> QueryEmbedding:
    return embed_query(parse(line), cast(Encoder, Axes()), corpus, **marks)


def ids_of(corpus: Corpus) -> dict[str, int]:
    return {
        passage.text: passage.id
        for passage in corpus.catalogue.passages(corpus.catalogue.passage_ids().tolist())
    }


def test_a_plain_query_is_the_embedding_of_its_text(corpus: Corpus) -> None:
    meaning = asked("storm", corpus)

    assert meaning.vector is not None
    assert meaning.vector.tolist() == [1, 0, 0, 0]
    assert ([one.said for one in meaning.summands], meaning.norm, meaning.note) == (["storm"], 1.0, "")


def test_a_weighted_sum_is_scaled_to_unit_length(corpus: Corpus) -> None:
    meaning = asked("3 storm - 4 sea", corpus)

    assert meaning.vector is not None
    assert np.allclose(meaning.vector, [0.6, -0.8, 0, 0], atol=1e-7)
    assert meaning.norm == pytest.approx(5)
    assert [(one.said, one.weight) for one in meaning.summands] == [("storm", 3.0), ("− sea", -4.0)]


def test_all_texts_go_through_the_encoder_in_one_batch(corpus: Corpus) -> None:
    encoder = Axes()
    embed_query(parse("storm + sea - wind"), cast(Encoder, encoder), corpus)

    assert encoder.batches == [["storm", "sea", "wind"]]


def test_shares_add_up_to_the_cosine(corpus: Corpus) -> None:
    meaning = asked('3 storm - 4 sea + like:"bread.txt"', corpus, good=[ids_of(corpus)["Harbour at dawn."]])
    passage = np.array([0.5, 0.1, 0.7, 0.5], np.float32)
    passage /= np.linalg.norm(passage)

    assert meaning.vector is not None
    assert sum(share for _, share in shares(meaning, passage)) == pytest.approx(
        float(meaning.vector @ passage), abs=1e-6
    )
    assert np.allclose(sum(vector for _, vector in meaning.directions), meaning.vector, atol=1e-6)
    assert len(shares(meaning, passage)) == 4


@pytest.mark.parametrize(
    "name", ["letters/Harbour.md", "AT THE HARBOUR", "harbour.md", "/notes/letters/Harbour.md"]
)
def test_like_a_document_is_the_mean_of_its_passages(corpus: Corpus, name: str) -> None:
    meaning = asked(f'like:"{name}"', corpus)
    ids = ids_of(corpus)

    assert meaning.vector is not None
    assert np.allclose(meaning.vector, [0, 0.5**0.5, 0, 0.5**0.5], atol=1e-3)
    assert meaning.own == {ids["Harbour at dawn."], ids["Harbour at dusk."]}
    assert meaning.summands[0].said == "like At the harbour"


def test_like_a_passage_is_its_stored_embedding(corpus: Corpus) -> None:
    wanted = ids_of(corpus)["Bread and rye."]
    meaning = asked(f"like:{wanted}", corpus)

    assert meaning.vector is not None
    assert np.allclose(meaning.vector, [0.6, 0.8, 0, 0], atol=1e-3)
    assert meaning.own == {wanted}


def test_like_something_unknown_says_so_and_the_rest_counts(corpus: Corpus) -> None:
    meaning = asked("storm + like:nowhere", corpus)

    assert meaning.vector is not None
    assert meaning.vector.tolist() == [1, 0, 0, 0]
    assert meaning.note == "Nothing here is called “nowhere”, so like: has nothing to follow."
    assert asked("like:999999", corpus).vector is None
    assert "not embedded yet" in asked("like:late.txt", corpus).note


def test_a_sum_that_cancels_out_has_no_embedding(corpus: Corpus) -> None:
    meaning = asked("storm - storm", corpus)

    assert (meaning.vector, meaning.norm) == (None, 0.0)
    assert "cancels out" in meaning.note


def test_marks_move_the_query_as_rocchio_says(corpus: Corpus) -> None:
    ids = ids_of(corpus)
    meaning = asked("storm", corpus, good=[ids["Harbour at dawn."]], bad=[ids["Harbour at dusk."]])
    moved = np.array([1, -BAD, 0, GOOD])

    assert meaning.vector is not None
    assert np.allclose(meaning.vector, moved / np.linalg.norm(moved), atol=1e-6)
    assert [one.said for one in meaning.summands] == ["storm", "hits marked good", "hits marked not good"]


def test_marks_count_by_their_mean_and_by_the_length_of_the_query(corpus: Corpus) -> None:
    ids = ids_of(corpus)
    meaning = asked("4 storm + 3 wind", corpus, good=[ids["Harbour at dawn."], ids["Harbour at dusk."]])
    moved = np.array([4, 5 * GOOD / 2, 3, 5 * GOOD / 2])

    assert meaning.vector is not None
    assert np.allclose(meaning.vector, moved / np.linalg.norm(moved), atol=1e-6)


def test_marks_of_passages_that_are_gone_are_left_out_with_a_sentence(corpus: Corpus) -> None:
    meaning = asked("storm", corpus, good=[424242])

    assert meaning.vector is not None
    assert meaning.vector.tolist() == [1, 0, 0, 0]
    assert meaning.note == "One mark was not followed: the passage is gone or not embedded."


def test_nothing_asked_is_nothing_embedded(corpus: Corpus) -> None:
    assert asked("type:pdf -sea", corpus) == QueryEmbedding(None)
