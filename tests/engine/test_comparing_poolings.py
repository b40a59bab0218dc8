"""The neighbours of a text under each pooling, against a plain ranking of all passages."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.corpus import Corpus
from engine.encoding.encoder import Encoder
from engine.inspecting.pooled import compare_poolings
from engine.progress import finish
from indexes.catalogue import Catalogue
from indexes.errors import CorpusError, ModelError
from tests.indexes.making import put_texts
from tests.tiny_models import tiny_sbert

TEXTS = (
    "the river was slow",
    "a fast train and a slow bird",
    "we heard music in the garden",
    "the doctor was happy with the bread",
    "two red stars on a blue storm",
)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    return Encoder.open(tiny_sbert(tmp_path_factory.mktemp("sbert") / "tiny"), device="cpu")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[Corpus]:
    folder = tmp_path_factory.mktemp("corpus")
    with Catalogue.create(folder / "catalogue.db", "Notes") as catalogue:
        put_texts(catalogue, **{f"note {number}": text for number, text in enumerate(TEXTS)})
        missing = catalogue.missing_embeddings(encoder.id, 100)
        vectors = encoder.encode([text for _, text in missing])
        catalogue.add_embeddings(encoder.id, [text_hash for text_hash, _ in missing], vectors)
    with Corpus.open(folder) as opened:
        yield opened


def test_each_pooling_ranks_by_its_own_cosines(corpus: Corpus, encoder: Encoder) -> None:
    asked = "the slow garden"
    found = finish(compare_poolings(corpus, encoder, asked, k=3))

    assert [one.pooling for one in found] == list(encoder.poolings)
    for one in found:
        other = encoder.with_pooling(one.pooling)
        cosines = other.encode(TEXTS) @ other.encode([asked])[0]
        best = np.argsort(-cosines)[:3]
        assert [hit.passage.text for hit in one.hits] == [TEXTS[row] for row in best]
        assert [hit.score for hit in one.hits] == pytest.approx(cosines[best].tolist(), abs=1e-4)
        assert [hit.rank for hit in one.hits] == [1, 2, 3]
        same = {hit.passage.id for hit in one.hits} & {hit.passage.id for hit in found[0].hits}
        assert one.shared == len(same)


def test_a_passage_is_not_its_own_neighbour(corpus: Corpus, encoder: Encoder) -> None:
    own = corpus.catalogue.passages(corpus.catalogue.passage_table().passage_ids.tolist())[0]
    found = finish(compare_poolings(corpus, encoder, "", own.id, k=10))

    for one in found:
        assert len(one.hits) == len(TEXTS) - 1
        assert own.id not in {hit.passage.id for hit in one.hits}


def test_a_passage_that_is_gone_and_a_foreign_encoder_are_said(
    corpus: Corpus, encoder: Encoder, tmp_path: Path
) -> None:
    with pytest.raises(CorpusError, match="no longer"):
        finish(compare_poolings(corpus, encoder, "", 999))
    with pytest.raises(ModelError, match="embedded by"):
        finish(compare_poolings(corpus, encoder.with_pooling("max"), "star"))
