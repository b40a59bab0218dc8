"""Attributions against products worked out by hand, and against the embeddings that a corpus stores."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.corpus import Corpus
from engine.encoding.encoder import Encoder, TokenEmbeddings
from engine.progress import finish
from engine.records import Attribution, Part, Query
from engine.search.attribution import divide_clusters, explain_cluster, explain_query, made_of
from engine.search.query_embedding import BAD, GOOD, QueryEmbedding, Summand, embed_query
from engine.search.word_shares import WordShares, word_shares
from indexes.catalogue import Catalogue
from indexes.errors import CorpusError, ModelError
from indexes.records import Cluster, Projection
from tests.indexes.making import document, put
from tests.tiny_models import tiny_sbert

BIRDS = (
    "Curlews and oystercatchers fed on the mudflats until the tide turned.",
    "A state-of-the-art bird hide was opened beside the reeds; herons don't mind it.",
    "We counted 1,250 curlews, forty herons and one osprey from the hide.",
    "The heron stood in the shallows; curlews called from the mudflats.",
)
TRAINS = (
    "The late train was cancelled and passengers waited on the platform.",
    "Tickets for the sleeper train go up in March, the railway said.",
    "A signal failure held the train outside the station for an hour.",
    "Passengers must show tickets on the platform before the train leaves.",
)
QUERIES = ("wading birds on the shore", "why was my train late", "price of bread")


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder.open(device="cpu")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[Corpus]:
    folder = tmp_path_factory.mktemp("corpus")
    fill(folder, encoder)
    with Corpus.open(folder) as opened:
        yield opened


def fill(folder: Path, encoder: Encoder | None) -> None:
    """Make a corpus with a map of two clusters, birds and trains, embedded where there is an encoder."""
    with Catalogue.create(folder / "catalogue.db", "Notes") as catalogue:
        for number, text in enumerate((*BIRDS, *TRAINS)):
            put(catalogue, f"{number}.txt", one_passage(f"{number}.txt", text))
        if encoder is None:
            return
        missing = catalogue.missing_embeddings(encoder.id, 100)
        vectors = encoder.encode([text for _, text in missing])
        catalogue.add_embeddings(encoder.id, [text_hash for text_hash, _ in missing], vectors)
        ids = catalogue.passage_ids()
        run = catalogue.add_run("map", encoder.id, {}, 0, {}, {})
        clusters = np.array([0, 0, 0, 0, 1, 1, 1, 1], np.int32)
        strengths = np.ones(8, np.float32)
        projection = Projection(run, ids, np.zeros((8, 2), np.float32), clusters, strengths, {})
        named = [
            Cluster(0, 4, ("heron",), "birds", (int(ids[3]),)),
            Cluster(1, 4, ("train",), "trains", (int(ids[4]),)),
        ]
        catalogue.save_map(projection, named)


def one_passage(key: str, text: str) -> Any:
    """A document whose one passage is its whole text."""
    made, spans = document(key, text)
    return made, [type(spans[0])(0, len(text), spans[0].locator, spans[0].text_hash)]


def stored(corpus: Corpus, encoder: Encoder) -> tuple[list[int], np.ndarray]:
    """Return the ids of all passages and their stored float16 embeddings as float64."""
    ids, vectors = corpus.catalogue.embeddings(encoder.id)
    return ids.tolist(), vectors.astype(np.float64)


def asking(vector: np.ndarray) -> QueryEmbedding:
    return QueryEmbedding(vector, (Summand("a text", 1.0, vector),), 1.0)


def total(attribution: Attribution) -> float:
    return sum(share.share for share in attribution.shares) + attribution.special


def words(text: str, attribution: Attribution | WordShares) -> list[str]:
    if isinstance(attribution, WordShares):
        return [text[start:end] for start, end in attribution.spans]
    return [text[share.start : share.end] for share in attribution.shares]


class Told:
    """An encoder whose token embeddings are given: [CLS], then two pieces of one word."""

    def token_embeddings(self, texts: list[str]) -> list[TokenEmbeddings]:
        vectors = np.array([[1, 0], [3, 0], [0, 4]], np.float32)
        return [TokenEmbeddings(vectors, np.array([[0, 0], [0, 3], [3, 7]]), np.array([-1, 0, 0]))]


def test_the_share_of_a_word_is_that_of_its_pieces_worked_out_by_hand() -> None:
    (found,) = word_shares(Told(), ["seaside"], np.array([[1.0, 0.0], [0.0, 1.0]]))  # type: ignore[arg-type]
    # mean (4/3, 4/3), so n‖m‖ = 3 · √(32/9) = √32
    assert found.spans.tolist() == [[0, 7]]
    np.testing.assert_allclose(found.shares, [[3 / 32**0.5, 4 / 32**0.5]])
    np.testing.assert_allclose(found.special, [1 / 32**0.5, 0])
    np.testing.assert_allclose(found.products, [0.5**0.5, 0.5**0.5])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It's state-of-the-art; don’t wait.", ["It's", "state-of-the-art", ";", "don’t", "wait", "."]),
        ("Pay 1,000.50, at 12:30!", ["Pay", "1,000.50", ",", "at", "12:30", "!"]),
        ("(über)  foo_bar", ["(", "über", ")", "foo_bar"]),
        ("海边 port", ["海", "边", "port"]),
        ("A–B 🙂", ["A", "–", "B", "🙂"]),
        ("", []),
    ],
)
def test_word_pieces_are_joined_as_people_read_words(
    encoder: Encoder, text: str, expected: list[str]
) -> None:
    (found,) = word_shares(encoder, [text], encoder.encode([QUERIES[0]]))

    assert words(text, found) == expected


@pytest.mark.parametrize("query", QUERIES)
def test_the_shares_add_up_to_the_cosine_with_the_stored_embedding(
    corpus: Corpus, encoder: Encoder, query: str
) -> None:
    ids, vectors = stored(corpus, encoder)
    vector = encoder.encode([query])[0]
    found = explain_query(corpus, encoder, asking(vector), ids)

    assert [attribution.passage_id for attribution in found] == ids
    np.testing.assert_allclose([total(attribution) for attribution in found], vectors @ vector, atol=1e-4)
    np.testing.assert_allclose(
        [total(attribution) for attribution in found],
        [attribution.score for attribution in found],
        atol=1e-12,
    )
    assert all(attribution.parts == () for attribution in found)


def test_the_words_that_answer_a_query_add_most(corpus: Corpus, encoder: Encoder) -> None:
    ids, _ = stored(corpus, encoder)
    (found,) = explain_query(corpus, encoder, asking(encoder.encode(["trains"])[0]), ids[4:5])
    strongest = max(found.shares, key=lambda share: share.share)

    assert TRAINS[0][strongest.start : strongest.end] == "train"


def test_parts_split_the_score_by_what_the_query_was_made_of(corpus: Corpus, encoder: Encoder) -> None:
    ids, vectors = stored(corpus, encoder)
    storm, sea = encoder.encode(["storm", "sea"]).astype(np.float64)
    length = np.linalg.norm(1.5 * storm - 0.5 * sea)
    query = Query("1.5 storm - 0.5 sea", (Part(1.5, "storm"), Part(-0.5, "sea")))
    found = explain_query(corpus, encoder, embed_query(query, encoder, corpus), ids)

    for attribution, vector in zip(found, vectors, strict=True):
        assert [said for said, _ in attribution.parts] == ["storm", "− sea"]
        assert sum(share for _, share in attribution.parts) == pytest.approx(attribution.score, abs=1e-6)
        assert attribution.parts[0][1] == pytest.approx(1.5 * float(vector @ storm) / length, abs=1e-4)
        assert attribution.parts[1][1] == pytest.approx(-0.5 * float(vector @ sea) / length, abs=1e-4)


def test_passages_that_are_gone_are_left_out_as_long_as_one_is_there(
    corpus: Corpus, encoder: Encoder
) -> None:
    vector = encoder.encode([QUERIES[0]])[0]
    first = stored(corpus, encoder)[0][0]

    found = explain_query(corpus, encoder, asking(vector), [9999, first])
    assert [attribution.passage_id for attribution in found] == [first]
    with pytest.raises(CorpusError, match="no longer in the corpus"):
        explain_query(corpus, encoder, asking(vector), [9999])


def test_a_query_of_conditions_alone_has_nothing_to_explain(corpus: Corpus, encoder: Encoder) -> None:
    assert explain_query(corpus, encoder, QueryEmbedding(None), [1]) == ()


def test_a_cluster_is_explained_by_the_cosine_with_its_centre(corpus: Corpus, encoder: Encoder) -> None:
    ids, vectors = stored(corpus, encoder)
    centre = vectors[:4].mean(axis=0)
    found = explain_cluster(corpus, encoder, ids[0], 0)

    assert total(found) == pytest.approx(float(vectors[0] @ centre / np.linalg.norm(centre)), abs=1e-4)
    assert found.parts == ()


def test_against_another_cluster_the_score_is_the_difference_of_the_cosines(
    corpus: Corpus, encoder: Encoder
) -> None:
    ids, vectors = stored(corpus, encoder)
    one, other = (
        block.mean(axis=0) / np.linalg.norm(block.mean(axis=0)) for block in (vectors[:4], vectors[4:])
    )
    found = explain_cluster(corpus, encoder, ids[5], 0, against=1)

    assert found.score == total(found) == pytest.approx(float(vectors[5] @ (one - other)), abs=1e-4)
    assert found.score < 0
    assert [said for said, _ in found.parts] == ["birds", "trains"]
    np.testing.assert_allclose(
        [share for _, share in found.parts], [vectors[5] @ one, -(vectors[5] @ other)], atol=1e-4
    )


def test_the_words_that_divide_two_clusters_pull_towards_their_own(corpus: Corpus, encoder: Encoder) -> None:
    steps = divide_clusters(corpus, encoder, 0, 1)
    progress = []
    while True:
        try:
            progress.append(next(steps))
        except StopIteration as stop:
            birds, trains = stop.value
            break

    assert birds[0][0] == "curlews"
    assert trains[0][0] == "train"
    assert {"herons", "mudflats", "hide"} >= {word for word, _ in birds[1:]}
    assert {"passengers", "platform", "tickets"} >= {word for word, _ in trains[1:]}
    assert all(share > 0 for _, share in birds + trains)
    assert (progress[-1].done, progress[-1].total) == (8, 8)


def test_what_divides_two_clusters_is_the_mean_share_of_a_word_in_each(
    corpus: Corpus, encoder: Encoder
) -> None:
    ids, _ = stored(corpus, encoder)
    _, trains = finish(divide_clusters(corpus, encoder, 0, 1))
    by_hand = 0.0
    for passage_id, text in zip(ids[4:], TRAINS, strict=True):
        found = explain_cluster(corpus, encoder, passage_id, 1, against=0)
        by_hand += sum(share.share for share in found.shares if text[share.start : share.end] == "train") / 4

    assert dict(trains)["train"] == pytest.approx(by_hand, abs=1e-9)


def test_the_other_way_round_the_same_words_divide(corpus: Corpus, encoder: Encoder) -> None:
    birds, trains = finish(divide_clusters(corpus, encoder, 0, 1))

    assert finish(divide_clusters(corpus, encoder, 1, 0)) == (trains, birds)


def test_what_likes_and_dislikes_give_to_a_hit_adds_up(corpus: Corpus, encoder: Encoder) -> None:
    ids, vectors = stored(corpus, encoder)
    good, bad, hit = [ids[0], ids[1]], [ids[4]], ids[3]
    query = Query("birds", (Part(1.0, "birds"),))
    meaning = embed_query(query, encoder, corpus, good, bad)
    found = made_of(corpus, encoder, meaning, hit)
    (whole,) = explain_query(corpus, encoder, meaning, [hit])

    assert [attribution.passage_id for attribution in found] == [*good, *bad]
    assert sum(map(total, found[:2])) == pytest.approx(dict(whole.parts)["hits marked good"], abs=1e-4)
    assert total(found[2]) == pytest.approx(dict(whole.parts)["hits marked not good"], abs=1e-4)
    weights = np.array([GOOD / 2, GOOD / 2, -BAD]) / meaning.norm
    np.testing.assert_allclose(
        [attribution.score for attribution in found], weights * (vectors[[0, 1, 4]] @ vectors[3]), atol=1e-4
    )


def test_a_corpus_of_another_encoder_is_not_explained(
    corpus: Corpus, encoder: Encoder, tmp_path: Path
) -> None:
    other = Encoder.open(tiny_sbert(tmp_path / "tiny"), device="cpu")
    with pytest.raises(
        ModelError, match=f"embedded by “{encoder.id}”, and the encoder in use is “{other.id}”"
    ):
        explain_cluster(corpus, other, 1, 0)


def test_passages_clusters_and_maps_that_are_not_there_are_said_to_be_missing(
    corpus: Corpus, encoder: Encoder, tmp_path: Path
) -> None:
    first = stored(corpus, encoder)[0][0]
    with pytest.raises(CorpusError, match="no longer in the corpus"):
        explain_cluster(corpus, encoder, 9999, 0)
    with pytest.raises(CorpusError, match="has no cluster 7 any more"):
        explain_cluster(corpus, encoder, first, 7)
    with pytest.raises(CorpusError, match="has no cluster 7 any more"):
        finish(divide_clusters(corpus, encoder, 0, 7))
    fill(tmp_path, None)
    with Corpus.open(tmp_path) as unembedded:
        with pytest.raises(CorpusError, match="not embedded yet"):
            explain_cluster(unembedded, encoder, 1, 0)
        with pytest.raises(CorpusError, match="has no map yet"):
            finish(divide_clusters(unembedded, encoder, 0, 1))


def test_a_cluster_whose_passages_are_all_gone_is_said_to_be_empty(tmp_path: Path, encoder: Encoder) -> None:
    fill(tmp_path, encoder)
    with Catalogue.open(tmp_path / "catalogue.db", write=True) as catalogue:
        (source,) = catalogue.sources()
        files = catalogue.files(source.id)
        catalogue.remove_files([files[f"{number}.txt"].id for number in range(4, 8)])
    with (
        Corpus.open(tmp_path) as halved,
        pytest.raises(CorpusError, match="None of this cluster's passages is in the corpus any more"),
    ):
        explain_cluster(halved, encoder, stored(halved, encoder)[0][0], 1)
