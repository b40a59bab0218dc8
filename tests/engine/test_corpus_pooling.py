"""A corpus is embedded by one pooling, is found again with it, and may be embedded anew by another."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.corpus import Corpus
from engine.encoding.encoder import Encoder
from engine.indexing import index_corpus
from engine.opened import Opened
from engine.progress import finish
from engine.search import searching
from engine.search.attribution import explain_query
from engine.workspace import Workspace
from indexes.errors import ModelError
from indexes.records import Source
from tests.tiny_models import tiny_sbert

TEXTS = {
    "river.txt": "the river was slow",
    "bread.txt": "good bread in the garden",
    "train.txt": "a fast train",
}


@pytest.fixture(scope="module")
def encoder_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_sbert(tmp_path_factory.mktemp("encoder") / "tiny")


@pytest.fixture
def opened(tmp_path: Path, encoder_folder: Path) -> Iterator[Opened]:
    with Opened(tmp_path / "library", device="cpu", encoder=str(encoder_folder)) as opened:
        opened.library.create("Notes")
        yield opened


@pytest.fixture
def source(tmp_path: Path) -> Source:
    folder = tmp_path / "notes"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text)
    return Source("folder", str(folder))


def corpus_of(opened: Opened) -> Corpus:
    return opened._corpus("Notes")


def load(opened: Opened, encoder: Encoder, *sources: Source) -> int:
    """Load a corpus and return how many of its passages went through the encoder."""
    return finish(index_corpus(corpus_of(opened), encoder, sources)).embedded


def stored(corpus: Corpus, encoder_id: str) -> dict[str, np.ndarray]:
    """Return the stored vectors of an encoder by passage text."""
    ids, vectors = corpus.catalogue.embeddings(encoder_id)
    passages = corpus.catalogue.passages(ids.tolist())
    return {passage.text: vector for passage, vector in zip(passages, vectors, strict=True)}


def test_a_corpus_is_opened_with_the_pooling_it_was_embedded_by(opened: Opened, source: Source) -> None:
    cls = opened.encoder().with_pooling("cls")
    load(opened, cls, source)

    assert opened.encoder().pooling == "mean"
    assert opened.encoder_of("Notes") is cls
    for text, vector in stored(corpus_of(opened), cls.id).items():
        np.testing.assert_allclose(vector, cls.encode([text])[0], atol=1e-3)


def test_a_query_is_pooled_as_the_passages_are_so_that_a_text_finds_itself(
    opened: Opened, source: Source
) -> None:
    load(opened, opened.encoder().with_pooling("max"), source)
    corpus, encoder = corpus_of(opened), opened.encoder_of("Notes")

    hit = searching.search(corpus, encoder, TEXTS["train.txt"], 1, "dense").documents[0].hits[0]

    assert hit.passage.text == TEXTS["train.txt"]
    assert hit.score == pytest.approx(1, abs=2e-3)


def test_another_pooling_embeds_all_anew_and_going_back_nothing(opened: Opened, source: Source) -> None:
    mean, last = opened.encoder(), opened.encoder().with_pooling("last four layers")

    assert load(opened, mean, source) == 3
    assert load(opened, last) == 3
    assert opened.encoder_of("Notes") is last
    assert load(opened, mean) == 0
    assert opened.encoder_of("Notes") is mean
    assert len(stored(corpus_of(opened), last.id)) == 3


def test_a_corpus_keeps_its_pooling_until_the_other_is_complete(opened: Opened, source: Source) -> None:
    mean, cls = opened.encoder(), opened.encoder().with_pooling("cls")
    load(opened, mean, source)
    steps = index_corpus(corpus_of(opened), cls, ())
    while next(steps).step != "Embedding":
        pass
    steps.close()

    assert len(stored(corpus_of(opened), cls.id)) == 3
    assert opened.encoder_of("Notes") is mean
    assert load(opened, cls) == 0
    assert opened.encoder_of("Notes") is cls


def test_the_run_says_which_pooling_it_was(opened: Opened, source: Source) -> None:
    load(opened, opened.encoder().with_pooling("weighted mean"), source)

    (run,) = corpus_of(opened).catalogue.runs("index")
    assert run.parameters["pooling"] == "weighted mean"


def test_a_new_corpus_and_one_of_another_model_open_with_the_usual_encoder(
    opened: Opened, source: Source, tmp_path: Path
) -> None:
    assert opened.encoder_of("Notes") is opened.encoder()
    load(opened, Encoder.open(tiny_sbert(tmp_path / "other"), "cpu", "cls"), source)

    assert opened.encoder_of("Notes") is opened.encoder()


def test_an_encoder_of_the_librarys_own_is_opened_by_name_and_found_again_by_its_corpus(
    tmp_path: Path, source: Source
) -> None:
    library = tmp_path / "library"
    with Opened(library, device="cpu") as opened:
        opened.library.create("Notes")
        tiny_sbert(opened.library.encoders_folder / "mine")
    with Opened(library, device="cpu", encoder="mine") as opened:
        load(opened, opened.encoder().with_pooling("max"), source)
    with Opened(library, device="cpu") as opened:
        found, usual = opened.encoder_of("Notes"), opened.encoder()

    assert (found.name, found.pooling, found.dim) == ("mine", "max", 16)
    assert usual.dim == 384


def test_no_word_is_said_to_have_a_share_where_an_embedding_is_no_mean(
    opened: Opened, source: Source
) -> None:
    load(opened, opened.encoder().with_pooling("max"), source)
    corpus, encoder = corpus_of(opened), opened.encoder_of("Notes")
    meaning = searching.meaning_of(corpus, encoder, "river")
    ids = corpus.catalogue.passage_ids().tolist()

    with pytest.raises(ModelError, match="embedded by “max” pooling"):
        explain_query(corpus, encoder, meaning, ids)


def test_the_workspace_embeds_and_searches_a_corpus_by_the_pooling_asked_for(
    tmp_path: Path, encoder_folder: Path, source: Source
) -> None:
    with Workspace(tmp_path / "library", device="cpu", encoder=str(encoder_folder)) as workspace:
        with pytest.raises(ModelError, match="No pooling is called “median”"):
            finish(workspace.index("Notes", [source], "median"))
        assert workspace.corpora() == []
        finish(workspace.index("Notes", [source], "cls"))
        again = finish(workspace.index("Notes"))
        hit = workspace.search("Notes", TEXTS["bread.txt"], 1, "dense").documents[0].hits[0]

        assert workspace.corpus("Notes").encoder.endswith("/cls")
        assert again.embedded == 0
        assert (hit.passage.text, round(hit.score, 2)) == (TEXTS["bread.txt"], 1.0)


def test_the_workspace_embeds_a_corpus_anew_with_an_encoder_of_its_own_and_back_again(
    tmp_path: Path, source: Source
) -> None:
    with Workspace(tmp_path / "library", device="cpu") as workspace:
        tiny_sbert(workspace.library.encoders_folder / "mine")
        finish(workspace.index("Notes", [source]))

        anew = finish(workspace.index("Notes", encoder="mine"))
        assert (anew.files_read, anew.embedded) == (0, 3)
        assert workspace.corpus("Notes").encoder.startswith("mine@")
        assert workspace.search("Notes", "river").documents[0].hits[0].passage.text == TEXTS["river.txt"]

        back = finish(workspace.index("Notes", encoder="all-MiniLM-L6-v2"))
        assert back.embedded == 0
        assert workspace.corpus("Notes").encoder.startswith("all-MiniLM-L6-v2@")


def test_an_encoder_that_there_is_not_leaves_no_empty_corpus(tmp_path: Path, source: Source) -> None:
    with Workspace(tmp_path / "library", device="cpu") as workspace:
        with pytest.raises(ModelError, match="There is no encoder “other”"):
            finish(workspace.index("Notes", [source], encoder="other"))
        assert workspace.corpora() == []
