"""Reranking by a cross-encoder: scores as the model gives them alone, the order it asks for, and folders that fail."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from math import sqrt, tanh
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.library import Library
from engine.progress import finish
from engine.records import DocumentHits, Hit, Part, Query, SearchResult, Snippet
from engine.search.reranking import MAX_BATCH, Reranker, rerank, rerank_steps
from indexes.errors import LibraryError, ModelError
from indexes.records import Locator, Passage
from tests.tiny_models import WORDS, counting_cross_encoder, tiny_cross_encoder, write_tokenizer
from tests.tiny_taggers import tiny_roberta_classifier


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random cross-encoder with one logit that reads 24 tokens."""
    return tiny_cross_encoder(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def river(tmp_path_factory: pytest.TempPathFactory) -> Reranker:
    """A cross-encoder made by hand that likes the word “river”."""
    return Reranker.open(counting_cross_encoder(tmp_path_factory.mktemp("models") / "river", "river"))


def score(reranker: Reranker, query: str, texts: list[str]) -> NDArray[np.float32]:
    return finish(reranker.score_steps(query, texts))


def alone(folder: Path, query: str, text: str) -> float:
    """Return the model's logit for one pair, without padding, as transformers' own documentation asks for it."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder)
    with torch.inference_mode():
        return float(model(**tokenizer(query, text, return_tensors="pt")).logits[0, 0])


def by_hand(share: float) -> float:
    """Return what the model made by hand says when this share of its tokens is the word: see tests/tiny_models.py."""
    length = sqrt(share**2 + (2 - share) ** 2)
    a, b = share / length, (2 - share) / length
    return 8 * (tanh(a + b) + tanh(a - b))


def test_scores_are_those_of_the_model_for_each_pair_alone(tiny: Path) -> None:
    texts = ["bird", "the slow train and the river", "bread star music water", ".", "a of to in it"]

    scores = score(Reranker.open(tiny), "the river", texts)

    assert scores.dtype == np.float32
    assert scores == pytest.approx([alone(tiny, "the river", text) for text in texts], abs=1e-5)
    assert np.ptp(scores) > 0.1


def test_query_and_passage_stand_between_the_models_own_tokens_and_are_told_apart(river: Reranker) -> None:
    river.load()
    (pair,) = river._pairs("the river", ["bird star music"])

    tokens = river.tokenizer.convert_ids_to_tokens(pair["input_ids"])
    assert tokens == ["[CLS]", "the", "river", "[SEP]", "bird", "star", "music", "[SEP]"]
    assert pair["token_type_ids"] == [0, 0, 0, 0, 1, 1, 1, 1]


def test_a_model_made_by_hand_gives_the_scores_worked_out_by_hand(river: Reranker) -> None:
    scores = score(river, "the star", ["bird the a", "river bird a", "river river river"])

    assert scores == pytest.approx([by_hand(0), by_hand(1 / 8), by_hand(3 / 8)], abs=1e-4)


def test_of_two_logits_the_probability_of_the_last_counts(tmp_path: Path) -> None:
    two = Reranker.open(counting_cross_encoder(tmp_path / "two", "river", labels=2))

    scores = score(two, "the star", ["bird the a", "river river river"])

    assert scores == pytest.approx([0.5, 1 / (1 + np.exp(-by_hand(3 / 8)))], abs=1e-4)


def test_only_the_passage_is_cut(tiny: Path) -> None:
    reranker = Reranker.open(tiny)
    query, words = "the slow blue river", "bird star " * 30

    (scored,) = score(reranker, query, [words])

    kept = 24 - 3 - 4  # tokens left beside three of the model's own and the query's
    assert reranker.max_tokens == 24
    assert scored == pytest.approx(alone(tiny, query, " ".join(words.split()[:kept])), abs=1e-5)


def test_a_query_of_any_length_leaves_half_to_the_passage(tiny: Path) -> None:
    reranker = Reranker.open(tiny)

    (scored,) = score(reranker, "storm " * 10_000, ["bird star " * 30])

    words = " ".join(["bird", "star"] * 5)[: -len(" star")]  # 24 - 3 - 12 = 9 words
    assert len(words.split()) == 9
    assert scored == pytest.approx(alone(tiny, "storm " * 12, words), abs=1e-5)


@pytest.mark.parametrize("query", ["", "🐦", "\0", "كتاب", "水"])
def test_odd_queries_get_a_score(tiny: Path, query: str) -> None:
    assert np.isfinite(score(Reranker.open(tiny), query, ["bird", ""])).all()


def test_a_model_without_token_types_is_not_given_any(tmp_path: Path) -> None:
    from transformers import DistilBertConfig, DistilBertForSequenceClassification

    folder = tmp_path / "distilled"
    folder.mkdir()
    write_tokenizer(folder)
    config = DistilBertConfig(
        vocab_size=len(WORDS) + 64, dim=16, n_layers=1, n_heads=2, hidden_dim=32, num_labels=1
    )
    DistilBertForSequenceClassification(config).save_pretrained(folder)

    assert np.isfinite(score(Reranker.open(folder), "the river", ["bird", "star music"])).all()


def test_a_model_that_keeps_positions_for_padding_reads_so_many_tokens_less(tmp_path: Path) -> None:
    reranker = Reranker.open(tiny_roberta_classifier(tmp_path / "roberta"))

    scores = score(reranker, "the river", ["bird star " * 20, "bird"])

    assert reranker.max_tokens == 10
    assert ((scores > 0) & (scores < 1)).all()


def test_no_passages_get_no_scores(tiny: Path) -> None:
    assert score(Reranker.open(tiny), "river", []).shape == (0,)


def test_scoring_can_be_closed_between_two_batches(river: Reranker) -> None:
    river.load()
    steps = river.score_steps("the river", ["bird"] * (2 * MAX_BATCH + 1))

    assert [(step.done, step.total) for step in (next(steps), next(steps))] == [(32, 65), (64, 65)]
    steps.close()


def hit(passage_id: int, document_id: int, text: str) -> Hit:
    passage = Passage(
        passage_id, document_id, f"d{document_id}", "", "", "txt", 0, len(text), Locator(), text
    )
    return Hit(passage_id, 0.9 - passage_id / 10, passage, Snippet(text, ()))


RESULT = SearchResult(
    "river",
    "hybrid",
    (
        DocumentHits(1, 0.8, (hit(1, 10, "bird the"), hit(2, 10, "the star")), more=4),
        DocumentHits(2, 0.7, (hit(3, 20, "a of"), hit(4, 20, "river river"))),
        DocumentHits(3, 0.6, (hit(5, 30, "the river"),)),
    ),
    0.01,
    note="Half the corpus is not embedded yet.",
    above_chance=2,
)


def test_documents_are_ordered_by_their_best_passage_and_numbered_anew(river: Reranker) -> None:
    reranked = finish(rerank_steps(river, "the", RESULT))

    assert [[hit.passage.id for hit in document.hits] for document in reranked.documents] == [
        [4, 3],
        [5],
        [1, 2],
    ]
    assert [document.rank for document in reranked.documents] == [1, 2, 3]
    assert [hit.rank for document in reranked.documents for hit in document.hits] == [1, 2, 3, 4, 5]
    scores = [by_hand(2 / 6), by_hand(1 / 6), by_hand(0)]  # of six tokens, two, one and none are the word
    assert [document.score for document in reranked.documents] == pytest.approx(scores, abs=1e-4)
    assert [document.more for document in reranked.documents] == [0, 0, 4]
    assert reranked.note == "Half the corpus is not embedded yet. Reranked by “river”."


def test_a_hit_keeps_the_cosine_that_can_be_explained() -> None:
    reranked = rerank(RESULT, {1: 0.0, 2: 0.0, 3: 0.0, 4: 9.0, 5: 1.0}, "any")

    before = {hit.passage.id: hit.score for document in RESULT.documents for hit in document.hits}
    assert {hit.passage.id: hit.score for document in reranked.documents for hit in document.hits} == before


def test_equal_scores_leave_the_order_as_it_was() -> None:
    reranked = rerank(RESULT, dict.fromkeys(range(1, 6), 0.0), "any")

    assert [hit.passage.id for document in reranked.documents for hit in document.hits] == [1, 2, 3, 4, 5]


def test_the_line_of_chance_stays_while_the_same_documents_are_above_it() -> None:
    swapped = {1: 1.0, 2: 0.0, 3: 2.0, 4: 0.0, 5: 0.0}  # 20, 10 | 30
    lifted = {1: 0.0, 2: 0.0, 3: 2.0, 4: 0.0, 5: 3.0}  # 30, 20, 10

    assert rerank(RESULT, swapped, "any").above_chance == 2
    assert rerank(RESULT, lifted, "any").above_chance is None
    assert rerank(replace(RESULT, above_chance=0), lifted, "any").above_chance == 0
    assert rerank(replace(RESULT, above_chance=None), lifted, "any").above_chance is None


def test_the_words_of_the_query_line_are_read_and_not_its_conditions(river: Reranker) -> None:
    asked: list[str] = []

    class Listening(Reranker):
        def score_steps(self, query, texts):  # type: ignore[no-untyped-def]
            asked.append(query)
            return river.score_steps(query, texts)

    listening = Listening(river.folder)
    line = Query('type:pdf "star"', parts=(Part(1.0, "star"),), phrases=("star",))
    finish(rerank_steps(listening, line.line, replace(RESULT, asked=line)))
    finish(rerank_steps(listening, "plain words", RESULT))

    assert asked == ["star", "plain words"]


def test_a_query_without_words_is_not_reranked_and_says_so(river: Reranker) -> None:
    line = Query("like:12")

    reranked = finish(rerank_steps(river, line.line, replace(RESULT, asked=line)))

    assert reranked.documents == RESULT.documents
    assert reranked.note.endswith("There are no words in this query to rerank by.")


def no_weights(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def no_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()


def no_config(folder: Path) -> None:
    (folder / "config.json").unlink()


def damaged_config(folder: Path) -> None:
    (folder / "config.json").write_text("{")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (shutil.rmtree, "There is no folder"),
        (no_weights, "no .safetensors weights"),
        (no_tokenizer, "no tokenizer.json"),
        (no_config, "no config.json"),
        (damaged_config, "cannot be read"),
    ],
)
def test_a_folder_that_is_no_reranker_is_refused_at_once(
    tiny: Path, tmp_path: Path, damage: Callable[[Path], None], said: str
) -> None:
    folder = shutil.copytree(tiny, tmp_path / "model")
    damage(folder)

    with pytest.raises(ModelError, match=said):
        Reranker.open(folder)


def test_a_model_of_many_labels_is_no_reranker(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="tells 3 labels apart"):
        Reranker.open(tiny_cross_encoder(tmp_path / "three", labels=3))


def test_damaged_weights_and_a_missing_head_are_told_when_it_is_used(tiny: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    damaged = shutil.copytree(tiny, tmp_path / "damaged")
    (damaged / "model.safetensors").write_bytes(b"\x10\0\0\0\0\0\0\0not a safetensors file")
    with pytest.raises(ModelError, match="cannot be loaded"):
        score(Reranker.open(damaged), "river", ["bird"])

    headless = shutil.copytree(tiny, tmp_path / "headless")
    weights = load_file(headless / "model.safetensors")
    kept = {name: tensor for name, tensor in weights.items() if not name.startswith("classifier")}
    save_file(kept, headless / "model.safetensors", {"format": "pt"})
    with pytest.raises(ModelError, match="no classification head"):
        score(Reranker.open(headless), "river", ["bird"])


def test_code_that_a_folder_brings_along_is_not_run(tiny: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny, tmp_path / "model")
    (folder / "own.py").write_text(f"open({str(tmp_path / 'was run')!r}, 'w')")
    config = json.loads((folder / "config.json").read_text())
    own = {"AutoConfig": "own.C", "AutoModelForSequenceClassification": "own.M"}
    (folder / "config.json").write_text(json.dumps(config | {"model_type": "own", "auto_map": own}))

    with pytest.raises(ModelError, match="cannot be loaded"):
        score(Reranker.open(folder), "river", ["bird"])
    assert not (tmp_path / "was run").exists()


def test_a_library_remembers_its_reranker(tmp_path: Path, tiny: Path) -> None:
    library = Library.open(tmp_path)
    assert library.reranker is None
    library.set_reranker(tiny)
    assert Library.open(tmp_path).reranker == tiny
    library.set_reranker(None)
    library.set_reranker(None)
    assert Library.open(tmp_path).reranker is None


@pytest.mark.parametrize("damage", ["", "{", "[]", "{}", '{"folder": 3}', "null", "\udc80"])
def test_a_damaged_note_of_the_reranker_counts_as_none(tmp_path: Path, damage: str) -> None:
    library = Library.open(tmp_path)
    (tmp_path / "reranker.json").write_bytes(damage.encode(errors="surrogateescape"))
    assert library.reranker is None


def test_a_library_that_cannot_be_written_says_so(tmp_path: Path, tiny: Path) -> None:
    library = Library.open(tmp_path)
    (tmp_path / "reranker.json").mkdir()
    with pytest.raises(LibraryError, match="cannot be written"):
        library.set_reranker(tiny)
