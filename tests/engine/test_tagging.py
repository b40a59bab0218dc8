"""Tagging stored passages, whole documents, single texts and pairs with small random models."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.corpus import Corpus
from engine.encoding.encoder import Encoder
from engine.progress import Progress, finish
from engine.reading.passages import text_hash
from engine.tagging import tagging
from engine.tagging.comparing import compare_texts
from engine.tagging.head_tagger import HeadTagger
from engine.tagging.records import TagState
from engine.tagging.tagger import Manner, Reading, Tagger
from engine.tagging.tagger_files import weights_digest, write_description
from engine.tagging.tagging import sentence_tags, tag_documents, tag_passages, tag_source, tag_text
from engine.teaching.heads import Head, write_head
from indexes.catalogue import Catalogue
from indexes.errors import ModelError
from indexes.records import Source
from tests.indexes.making import document, put
from tests.tiny_models import tiny_sbert
from tests.tiny_taggers import tiny_bert_classifier

LABELS = ("negative", "neutral", "positive")


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Tagger:
    return Tagger.open(tiny_bert_classifier(tmp_path_factory.mktemp("models") / "bert"))


@pytest.fixture(scope="module")
def sbert(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    return Encoder.open(tiny_sbert(tmp_path_factory.mktemp("models") / "sbert"), "cpu")


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    """Two documents of three and of two passages."""
    catalogue = Catalogue.create(tmp_path / "catalogue.db", "Notes")
    put(catalogue, "a", document("a", "the bird was happy. a sad storm. red bread.", "A"))
    put(catalogue, "b", document("b", "good music in the garden. slow train.", "B"))
    catalogue.close()
    with Corpus.open(tmp_path) as opened:
        yield opened


def head_tagger(encoder: Encoder, *, multi_label: bool = False) -> HeadTagger:
    weights = np.random.default_rng(0).normal(size=(2, encoder.dim)).astype(np.float32)
    head = Head(("tea", "ale"), encoder.id, weights, np.array([0.1, -0.1], np.float32), multi_label)
    return HeadTagger("drinks", ("tea", "ale"), head, encoder, Manner(multi_label=multi_label))


def test_passages_get_what_their_texts_get_and_are_not_tagged_twice(corpus: Corpus, bert: Tagger) -> None:
    ids = corpus.catalogue.passage_ids().tolist()
    texts = [passage.text for passage in corpus.catalogue.passages(ids)]
    finish(tag_passages(corpus, bert, "bert@1", ids[:2]))
    seen = []
    steps = tag_passages(corpus, bert, "bert@1", ids)
    while True:
        try:
            seen.append(next(steps))
        except StopIteration as stop:
            tags = stop.value
            break

    np.testing.assert_allclose(tags.probabilities, bert.probabilities(texts), atol=1e-6)
    assert tags.label_ids.tolist() == bert.probabilities(texts).argmax(1).tolist()
    assert (seen[-1].done, seen[-1].total, seen[-1].unit) == (3, 3, "passages")  # two were tagged before


def test_a_passage_that_was_only_given_a_label_is_still_to_be_tagged(corpus: Corpus, bert: Tagger) -> None:
    with corpus.writing() as catalogue:
        catalogue.give_labels("bert", [1], ["positive"])

    tags = finish(tag_passages(corpus, bert, "bert@1", [1, 2]))

    assert tags.probabilities.any(1).tolist() == [True, True]
    assert tags.given.tolist()[0] == [0, 0, 1]


def test_cancel_keeps_what_is_committed(
    corpus: Corpus, bert: Tagger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tagging, "BATCH", 2)
    steps = tag_passages(corpus, bert, "bert@1", [1, 2, 3, 4, 5])
    for progress in steps:
        if progress.done > 2:
            break
    steps.close()

    assert corpus.catalogue.tags("bert@1").passage_ids.tolist() == [1, 2]
    assert finish(tag_passages(corpus, bert, "bert@1", [1, 2, 3, 4, 5])).passage_ids.tolist() == [
        1,
        2,
        3,
        4,
        5,
    ]


def test_progress_never_falls_and_counts_passages(corpus: Corpus, bert: Tagger) -> None:
    seen = [progress.done for progress in tag_passages(corpus, bert, "bert@1", [1, 2, 3, 4, 5])]

    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0, 5)


def test_a_head_reads_stored_embeddings_and_encodes_only_what_has_none(
    corpus: Corpus, sbert: Encoder
) -> None:
    tagger = head_tagger(sbert)
    stored = np.zeros((2, sbert.dim), np.float32)
    stored[0, 3], stored[1, 5] = 1, 1  # other ones than the texts have, so that it shows where they come from
    passages = corpus.catalogue.passages([1, 2, 3])
    with corpus.writing() as catalogue:
        catalogue.add_embeddings(sbert.id, [text_hash(passage.text) for passage in passages[:2]], stored)

    tags = finish(tag_passages(corpus, tagger, "drinks@1", [1, 2, 3]))

    expected = np.concatenate([stored, sbert.encode([passages[2].text])]) @ tagger.head.weights.T
    odds = np.exp(expected + tagger.head.bias)
    np.testing.assert_allclose(tags.probabilities, odds / odds.sum(1, keepdims=True), atol=1e-5)


def test_a_head_of_several_labels_gives_each_a_chance_of_its_own(sbert: Encoder) -> None:
    tagger = head_tagger(sbert, multi_label=True)
    logits = sbert.encode(["slow train"]) @ tagger.head.weights.T + tagger.head.bias

    np.testing.assert_allclose(tagger.probabilities(["slow train"]), 1 / (1 + np.exp(-logits)), atol=1e-5)


def test_a_document_is_its_passages_weighted_by_their_lengths(corpus: Corpus, bert: Tagger) -> None:
    (tagged,) = finish(tag_documents(corpus, bert, "bert@1", [1]))

    rows = bert.probabilities(["the bird was happy.", "a sad storm.", "red bread."])
    assert (tagged.document_key, tagged.title) == ("a", "A")
    np.testing.assert_allclose(tagged.tag.probabilities, np.average(rows, 0, [19, 12, 10]), atol=1e-6)


def test_sentences_stand_where_they_stand_in_the_text(bert: Tagger) -> None:
    text = "  the bird was happy.\n\na sad storm. red bread"

    told = sentence_tags(bert, text)

    assert [text[one.start : one.end] for one in told] == ["the bird was happy.", "a sad storm.", "red bread"]
    rows = bert.probabilities(["the bird was happy.", "a sad storm.", "red bread"])
    np.testing.assert_allclose([one.probabilities for one in told], rows, atol=1e-6)
    assert [one.label for one in told] == [LABELS[place] for place in rows.argmax(1)]


class Moods(Tagger):
    """Says what stands in the sentence: happy is positive, sad is negative, everything else neutral."""

    def __init__(self) -> None:
        self.name, self.labels, self.manner = "moods", LABELS, Manner()

    def read_steps(self, texts, seconds=None):  # type: ignore[no-untyped-def]
        yield Progress("Tagging")
        rows = np.array([self._said(text) for text in texts], np.float32).reshape(-1, 3)
        return Reading(rows, rows, np.arange(len(texts)), np.ones(len(texts)))

    def _said(self, text: str) -> NDArray[np.float64]:
        counts = np.array([text.count("sad"), 0.25, text.count("happy")]) * 8
        return np.exp(counts) / np.exp(counts).sum()


def test_a_text_that_says_both_is_mixed() -> None:
    both = tag_text(Moods(), "we was happy in the garden. the storm was sad.")
    plain = tag_text(Moods(), "we was happy in the garden. the star was happy.")

    assert (both.state, [one.label for one in both.sentences]) == (TagState.MIXED, ["positive", "negative"])
    assert (plain.state, plain.label) == (TagState.SURE, "positive")


def test_a_pair_tagger_compares_and_tags_no_passages(corpus: Corpus, sbert: Encoder, tmp_path: Path) -> None:
    folder = tiny_bert_classifier(tmp_path / "pair", ("no", "yes"), window=20)
    write_description(folder, {"kind": "model", "name": "pair", "labels": ["no", "yes"], "pair": True})
    tagger = Tagger.open(folder)

    compared = compare_texts(sbert, tagger, "the bird", "a good star")
    one, other = sbert.encode(["the bird", "a good star"])

    assert compared.cosine == pytest.approx(float(one @ other), abs=1e-5)
    assert compared.forward is not None
    assert compared.backward is not None
    np.testing.assert_allclose(
        [compared.forward.probabilities, compared.backward.probabilities],
        tagger.probabilities(["the bird", "a good star"], ["a good star", "the bird"]),
        atol=1e-6,
    )
    with pytest.raises(ModelError, match="compares two texts"):
        finish(tag_passages(corpus, tagger, "pair@1", [1]))


def test_texts_are_compared_without_a_tagger_too_but_not_with_one_of_single_texts(
    sbert: Encoder, bert: Tagger
) -> None:
    assert compare_texts(sbert, None, "the bird", "the bird").cosine == pytest.approx(1, abs=1e-6)
    with pytest.raises(ModelError, match="reads one text"):
        compare_texts(sbert, bert, "the bird", "a star")


def test_a_head_of_another_encoder_is_told_in_a_sentence(sbert: Encoder, tmp_path: Path) -> None:
    folder = tmp_path / "drinks"
    description = {
        "format": 2,
        "kind": "head",
        "labels": ["tea", "ale"],
        "encoder": sbert.id,
        "base": str(sbert.folder),
        "base_sha256": weights_digest(sbert.folder),
    }
    write_head(folder, head_tagger(sbert).head, None, description)
    assert isinstance(Tagger.open(folder), HeadTagger)

    write_description(folder, description | {"encoder": "other@0123/mean"})

    with pytest.raises(ModelError, match="was taught on embeddings of other@0123/mean"):
        Tagger.open(folder, encoder=sbert)


@pytest.mark.parametrize("together", [2, 256])
def test_files_are_tagged_as_their_texts_are_however_many_are_read_together(
    together: int, bert: Tagger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tagging, "BATCH", together)
    texts = {
        "a.txt": "the bird was happy",
        "b.md": "a sad storm",
        "c.txt": "good music",
        "d.txt": "red bread",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "bad.json").write_text("{")

    seen: list[Progress] = []
    steps = tag_source(bert, Source("folder", str(tmp_path)))
    try:
        while True:
            seen.append(next(steps))
    except StopIteration as stop:
        tagged, skipped = stop.value

    assert {Path(one.document_key).name for one in tagged} == set(texts)
    for one in tagged:
        np.testing.assert_allclose(
            one.tag.probabilities, bert.probabilities([texts[Path(one.document_key).name]])[0], atol=1e-6
        )
    assert [Path(one.path).name for one in skipped] == ["bad.json"]
    assert [progress.done for progress in seen] == sorted(progress.done for progress in seen)
