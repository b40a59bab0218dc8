"""Adapting a tiny random encoder: what it learns, when it is kept, what is written, what is left behind."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.encoding import adapting
from engine.encoding.adapted_files import encoder_folder
from engine.encoding.adapting import AdaptSettings, adapt
from engine.encoding.adapting_measures import Gold, Measured, gold_of, in_halves, neighbour_agreement
from engine.encoding.calls import EncodingCalls
from engine.encoding.encoder import Encoder
from engine.encoding.gold_sets import Collection
from engine.encoding.records import AdaptReport
from engine.progress import finish
from indexes.catalogue import Catalogue
from indexes.errors import ModelError, TooSmall
from tests.indexes.making import document, put
from tests.tiny_models import WORDS, tiny_sbert

STILL = AdaptSettings(learning_rate=0.0, head_steps=1, head_rate=1e-2, token_budget=512)
"""Trains the head alone, so the encoder stays as it was."""


def sentences(count: int, seed: int) -> tuple[str, ...]:
    """Texts of one word four times, “and”, and the same again: halves belong together, and words tell each other."""
    chance = np.random.default_rng(seed)
    chosen = [WORDS[number] for number in chance.integers(0, len(WORDS), count)]
    return tuple(" ".join([word] * 4 + ["and"] + [word] * 4) for word in chosen)


GOLD = Gold(sentences(220, 1), tuple(dict.fromkeys(sentences(200, 2))))
OWN = Collection(
    GOLD.held_out,
    tuple(range(len(GOLD.held_out))),
    tuple((text[: len(text) // 2], {number: 1}) for number, text in enumerate(GOLD.held_out)),
)
"""Queries that are the first halves of texts."""


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    return Encoder.open(tiny_sbert(tmp_path_factory.mktemp("encoder") / "tiny"), "cpu")


@pytest.fixture(scope="module")
def adapted(
    tmp_path_factory: pytest.TempPathFactory, encoder: Encoder
) -> tuple[Path, AdaptReport, AdaptReport]:
    """A folder with an encoder that only got a head, and the reports of making it twice."""
    folder = tmp_path_factory.mktemp("encoders")
    reports = [finish(adapt(encoder, folder / name, GOLD, STILL)) for name in ("first", "second")]
    return folder, reports[0], reports[1]


def test_an_encoder_that_finds_as_much_as_before_is_kept(
    adapted: tuple[Path, AdaptReport, AdaptReport],
) -> None:
    folder, report, _ = adapted

    assert (report.kept, report.name, report.folder) == (True, "first", str(folder / "first"))
    assert (report.passages, report.held_out) == (220, len(GOLD.held_out))
    assert report.agreement[0] == report.agreement[1] > 0.5
    assert (report.agreement_by, report.ndcg, report.similarity) == ("halves", None, None)
    assert "--encoder “first”" in report.said
    assert json.loads((folder / "first" / "adapted.json").read_text())["agreement"] == list(report.agreement)


def test_the_same_seed_gives_the_same_weights_to_the_last_bit(
    adapted: tuple[Path, AdaptReport, AdaptReport],
) -> None:
    folder, first, second = adapted

    assert first.word_loss == second.word_loss
    assert (folder / "first" / "model.safetensors").read_bytes() == (
        folder / "second" / "model.safetensors"
    ).read_bytes()


def test_what_is_written_opens_as_an_encoder_with_its_pooler_and_guesses_words(
    adapted: tuple[Path, AdaptReport, AdaptReport], encoder: Encoder
) -> None:
    import torch
    from transformers import AutoModelForMaskedLM

    folder = adapted[0] / "first"
    opened = Encoder.open(folder, "cpu")
    model = AutoModelForMaskedLM.from_pretrained(folder).eval()
    opened.load()
    ids = opened.tokenizer("river river [MASK] river and river river river river", return_tensors="pt")
    with torch.no_grad():
        guess = int(model(**ids).logits[0, 3].argmax())

    assert (opened.name, opened.pooling, opened.max_tokens) == ("first", "mean", 32)
    assert opened.poolings == encoder.poolings
    np.testing.assert_allclose(opened.encode(GOLD.held_out), encoder.encode(GOLD.held_out), atol=1e-5)
    np.testing.assert_allclose(
        opened.with_pooling("pooler").encode(["bread"]),
        encoder.with_pooling("pooler").encode(["bread"]),
        atol=1e-5,
    )
    assert opened.tokenizer.convert_ids_to_tokens(guess) in (*WORDS, "and")


def test_the_words_of_a_corpus_are_learned(encoder: Encoder, tmp_path: Path) -> None:
    learning = replace(STILL, epochs=6, learning_rate=2e-3, nearness=1.0)
    report = finish(adapt(encoder, tmp_path / "mine", GOLD, learning))
    before, after = report.word_loss

    assert after < before < np.log(len(WORDS) + 64)


@pytest.mark.parametrize("judged", [False, True])
def test_an_encoder_that_finds_less_is_thrown_away_with_a_sentence_and_the_numbers(
    encoder: Encoder, tmp_path: Path, judged: bool
) -> None:
    ruinous = replace(STILL, learning_rate=3.0, nearness=0.0)
    report = finish(adapt(encoder, tmp_path / "mine", replace(GOLD, own=OWN) if judged else GOLD, ruinous))
    measure = report.ndcg if judged else report.agreement
    assert measure is not None
    named = "nDCG@10 on your judgements" if judged else "finding held-out texts (halves)"

    assert (report.kept, report.name, report.folder) == (False, "", "")
    assert measure[1] < measure[0]
    assert report.said == (
        f"The adapted encoder was thrown away: {named} fell from {measure[0]:.3f} to {measure[1]:.3f}."
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("similarity", "kept"), [((0.80, 0.796), True), ((0.80, 0.79), False), ((0.80, 0.82), True)]
)
def test_graded_pairs_may_lose_no_more_than_chance_makes_of_them(
    similarity: tuple[float, float], kept: bool
) -> None:
    before, after = (Measured(0.5, 0.4, value) for value in similarity)
    report = adapting._report(Path("mine"), GOLD, before, after)

    assert (report.kept, report.similarity) == (kept, similarity)
    assert ("the similarity of graded pairs fell from 0.800 to 0.790" in report.said) is not kept


@pytest.mark.parametrize(
    "step", ["Adapting to the words", "Restoring similarity", "Measuring the adapted encoder"]
)
def test_cancelling_leaves_nothing(encoder: Encoder, tmp_path: Path, step: str) -> None:
    steps = adapt(encoder, tmp_path / "mine", GOLD, STILL)
    while (progress := next(steps)).step != step:
        pass
    steps.close()

    assert progress.total > 0
    assert list(tmp_path.iterdir()) == []


def test_too_few_passages_are_refused(encoder: Encoder, tmp_path: Path) -> None:
    with pytest.raises(TooSmall, match="There are 3 passages"):
        finish(adapt(encoder, tmp_path / "mine", replace(GOLD, learned=("a", "b", "c"))))


def test_a_model_without_a_mask_is_refused(tmp_path: Path) -> None:
    folder = tiny_sbert(tmp_path / "tiny")
    file = folder / "tokenizer_config.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "mask_token": None}))

    with pytest.raises(ModelError, match=r"has no \[MASK\]"):
        finish(adapt(Encoder.open(folder, "cpu"), tmp_path / "mine", GOLD, STILL))


def test_names_that_are_taken_or_unusable_are_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()

    for name, why in (("mine", "already"), ("../x", "cannot be"), ("all-MiniLM-L6-v2", "already")):
        with pytest.raises(ModelError, match=why):
            encoder_folder(name, tmp_path)
    assert encoder_folder("yours", tmp_path) == tmp_path / "yours"


def test_neighbours_agree_as_often_as_counted_by_hand() -> None:
    vectors = np.float32([[1, 0], [0.8, 0.6], [0.6, 0.8], [0, 1], [-1, 0]])

    # nearest: 0→1, 1→2, 2→1, 3→2; the last is alone in its group and not asked
    assert neighbour_agreement(vectors, [0, 0, 1, 1, 2]) == pytest.approx(2 / 4)
    assert neighbour_agreement(vectors[:2], [0, 1]) == 0.0


@pytest.mark.parametrize(
    ("text", "halves"),
    [
        ("one two three four", ("one two", "three four")),
        ("a longer", ("a", "longer")),
        ("word", ("word", "word")),
    ],
)
def test_a_text_is_cut_in_halves_between_words(text: str, halves: tuple[str, str]) -> None:
    assert in_halves(text) == halves


def test_a_tenth_is_held_out_by_whole_documents(tmp_path: Path) -> None:
    with EncodingCalls(tmp_path / "library", device="cpu") as workspace:
        folder = workspace.library.create("Notes")
        with Catalogue.open(folder / "catalogue.db", write=True) as catalogue:
            for number in range(60):
                text = " ".join(f"text {number} part {part}." for part in range(4))
                put(catalogue, f"{number}.txt", document(f"{number}.txt", text))
        gold = gold_of(workspace._corpus("Notes"))

        def numbers(texts: tuple[str, ...]) -> set[str]:
            return {text.split()[1] for text in texts}

        assert numbers(gold.learned).isdisjoint(numbers(gold.held_out))
        assert len(gold.learned) + len(gold.held_out) == workspace._corpus("Notes").catalogue.passages_count
        assert (len(gold.held_out), gold.agreement_by, gold.own) == (52, "document", None)
        with pytest.raises(ModelError, match="already an encoder"):
            finish(workspace.adapt("Notes", "all-MiniLM-L6-v2"))
