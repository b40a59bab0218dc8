"""Heads that read all tokens by their weights: against computations by hand, stored, opened, trained and inspected."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from peft import get_peft_model_state_dict

from engine.encoding.encoder import Encoder
from engine.inspecting.inspecting import inspect
from engine.inspecting.label_attribution import attribute_label
from engine.inspecting.lines import inspection_lines
from engine.inspecting.weighing import weights_by_hand
from engine.progress import finish
from engine.tagging import eight_bit
from engine.tagging.eight_bit import in_eight_bits
from engine.tagging.known_taggers import tagger_info
from engine.tagging.packed_tagger import PackedTagger
from engine.tagging.records import HeadPooling
from engine.tagging.tagger import Tagger
from engine.tagging.tagger_files import (
    classification_model,
    read_description,
    weights_digest,
    whole_or_nothing,
    with_adapters,
    write_description,
    write_tensors,
)
from engine.tagging.tagger_measures import LabelledText
from engine.training.fitting import Settings
from engine.training.training import train_tagger
from indexes.errors import ModelError
from tests.tiny_models import tiny_sbert

WEIGHING = (HeadPooling.MEAN, HeadPooling.ATTENTION)
LABELS = ("glad", "sorry", "neither")
TEXTS = [
    "the bread was good",
    "river",
    "we was in the school by the blue water",
    "",
    "the bread was bad",
    "the train was slow by the river and the bird was a happy star",
]


def stored(folder: Path, pooling: HeadPooling) -> tuple[Any, Path]:
    """Write an adapter tagger of random weights; return its model with the adapters apart, and its folder."""
    base = tiny_sbert(folder / "base")
    torch.manual_seed(3)
    model = with_adapters(classification_model(base, 3, pooling), rank=4, alpha=8, top_layers=1)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.copy_(parameter.normal_(std=0.5).half())  # so that storing as float16 loses nothing
    with whole_or_nothing(folder / "own") as part:
        write_tensors(part, get_peft_model_state_dict(model))
        said = {"base": str(base), "base_sha256": weights_digest(base), "rank": 4, "alpha": 8}
        more = {"labels": list(LABELS), "top_layers": 1, "max_tokens": 32, "pooling": pooling}
        write_description(part, said | more)
    return model.eval(), folder / "own"


@pytest.fixture(params=WEIGHING)
def tagger(request: pytest.FixtureRequest, tmp_path: Path) -> Tagger:
    return Tagger.open(stored(tmp_path, request.param)[1])


def ids_of(tagger: Tagger, texts: list[str]) -> list[list[int]]:
    return [window.ids for window in tagger.windows(texts)]


def by_hand(tagger: Tagger, ids: list[int]) -> NDArray[np.float64]:
    """Return the logits of one text: W·Σ wₜhₜ + b."""
    with torch.no_grad():
        states = tagger.model.bert(input_ids=torch.tensor([ids])).last_hidden_state[0].double().numpy()
    known = {name: tensor.double().numpy() for name, tensor in tagger.model.state_dict().items()}
    weights = np.full(len(ids), 1 / len(ids))
    if "pooling.direction.weight" in known:
        hidden = np.tanh(states @ known["pooling.project.weight"].T + known["pooling.project.bias"])
        powers = np.exp(hidden @ known["pooling.direction.weight"][0])
        weights = powers / powers.sum()
    logits: NDArray[np.float64] = known["classifier.weight"] @ (weights @ states) + known["classifier.bias"]
    return logits


def test_the_logits_are_those_of_the_weighted_sum_of_all_tokens(tagger: Tagger) -> None:
    ids = ids_of(tagger, TEXTS)
    expected = np.stack([by_hand(tagger, own) for own in ids])
    assert np.ptp(expected, axis=0).min() > 0.05  # they tell texts apart at all

    np.testing.assert_allclose(tagger.logits(ids), expected, atol=1e-5)


def test_padding_changes_nothing(tagger: Tagger) -> None:
    ids = ids_of(tagger, TEXTS)
    with torch.inference_mode():
        padded = tagger._padded(ids, [])

    assert tagger._packed
    np.testing.assert_allclose(tagger.logits(ids), padded.numpy(), atol=1e-5)


def test_two_segments_are_read_as_the_model_does(tagger: Tagger) -> None:
    ids = tagger.tokenizer("a star", "the river was slow")["input_ids"]
    segments = [0] * 4 + [1] * (len(ids) - 4)
    with torch.inference_mode():
        whole = tagger.model(input_ids=torch.tensor([ids]), token_type_ids=torch.tensor([segments])).logits

    np.testing.assert_allclose(tagger.logits([ids], [segments]), whole.numpy(), atol=1e-5)


@pytest.mark.parametrize("pooling", WEIGHING)
def test_a_stored_tagger_says_the_same_when_it_is_opened(tmp_path: Path, pooling: HeadPooling) -> None:
    model, folder = stored(tmp_path, pooling)
    tagger = Tagger.open(folder)
    batch = tagger.tokenizer(TEXTS, padding=True, return_tensors="pt")
    with torch.inference_mode():
        expected = model(**batch).logits.softmax(1).numpy()

    np.testing.assert_allclose(tagger.probabilities(TEXTS), expected, atol=1e-5)
    assert tagger_info(folder).pooling is pooling


def test_attention_begins_as_the_mean(tmp_path: Path) -> None:
    base = tiny_sbert(tmp_path / "base")
    mean, attention = (classification_model(base, 2, pooling).eval() for pooling in WEIGHING)
    attention.classifier.load_state_dict(mean.classifier.state_dict())
    batch = {"input_ids": torch.tensor([[1, 5, 7, 2, 0, 0], [1, 5, 7, 9, 4, 2]])}
    batch["attention_mask"] = torch.tensor([[1, 1, 1, 1, 0, 0], [1] * 6])
    with torch.inference_mode():
        torch.testing.assert_close(attention(**batch).logits, mean(**batch).logits)


def test_a_description_that_names_another_pooling_is_told_in_a_sentence(tmp_path: Path) -> None:
    folder = stored(tmp_path, HeadPooling.ATTENTION)[1]
    said = read_description(folder)
    write_description(folder, said | {"pooling": "mean"})
    with pytest.raises(ModelError, match=r"do not fit its tagger\.json"):
        Tagger.open(folder)
    write_description(folder, said | {"pooling": "magic"})
    with pytest.raises(ModelError, match=r"is not as Asterism writes it"):
        Tagger.open(folder)
    with pytest.raises(ModelError, match=r"is not as Asterism writes it"):
        tagger_info(folder)


def test_eight_bits_say_nearly_the_same(tagger: Tagger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eight_bit, "FAST_ENOUGH", 1e9)
    packed, ids = PackedTagger.of(tagger.model), ids_of(tagger, TEXTS)
    assert packed
    quick = in_eight_bits(packed, ids)
    if not quick:
        pytest.skip("this torch has no products of 8-bit integers here")
    with torch.inference_mode():
        apart = (quick(ids).softmax(1) - packed(ids).softmax(1)).abs()
    assert 0 < float(apart.mean()) < 0.02


def test_attention_learns_to_look_at_the_word_that_tells(tmp_path: Path) -> None:
    folder = tiny_sbert(tmp_path / "base")
    nouns = ("bread", "train", "school", "doctor", "garden", "music", "storm", "river", "star", "bird")
    told = (("good", "glad"), ("bad", "sorry"))
    texts = [
        LabelledText(f"{a} {word} the {b} was by the {c}", label)
        for word, label in told
        for a, b, c in zip(nouns, nouns[1:], nouns[2:], strict=False)
    ]
    held = [LabelledText(f"the {word} water was blue", label) for word, label in told]
    settings = Settings(
        seed=5, epochs=60, learning_rate=2e-2, rank=4, alpha=8, evaluations=4, pooling=HeadPooling.ATTENTION
    )
    encoder = Encoder.open(folder, device="cpu")
    finish(
        train_tagger(
            tmp_path / "moods",
            encoder,
            texts,
            held,
            labels=("glad", "sorry"),
            settings=settings,
            description={},
        )
    )
    tagger = Tagger.open(tmp_path / "moods")
    assert [
        tagger.labels[row.argmax()] for row in tagger.probabilities(["a good doctor", "a bad doctor"])
    ] == [
        "glad",
        "sorry",
    ]
    trace = inspect("music good the star was by the river", encoder, tagger).tagger_trace
    assert trace is not None
    assert trace.weighed is not None
    own = [row for row, token in enumerate(trace.tokens) if not token.special]
    assert max(own, key=lambda row: trace.weighed.weights[row]) == 2  # “good”, after [CLS] and “music”
    assert trace.weighed.weights[2] > 1.5 / len(trace.tokens)


def test_the_inspector_shows_the_weights_and_what_they_make(tagger: Tagger, tmp_path: Path) -> None:
    encoder = Encoder.open(tmp_path / "base", device="cpu")
    seen = inspect(TEXTS[0], encoder, tagger)
    trace = seen.tagger_trace
    assert trace is not None
    assert trace.weighed is not None
    known = {name: tensor.numpy() for name, tensor in tagger.model.state_dict().items()}
    logits = known["classifier.weight"] @ trace.weighed.pooled + known["classifier.bias"]

    assert trace.attention.shape == (2, 2, len(trace.tokens))
    assert trace.weighed.weights.shape == (len(trace.tokens),)
    assert trace.weighed.weights.sum() == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose(seen.logits, logits, atol=1e-5)
    assert trace.weighed.error < 1e-5
    assert trace.pooler_output is None
    assert [step.name for step in trace.flow[-4:]] == ["weights", "pooled", "logits", "probabilities"]
    assert any(line.startswith("the head reads") for line in inspection_lines(seen))


def test_the_weights_of_three_tokens_by_hand() -> None:
    states = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0]])
    weight, bias, direction = np.eye(2), np.zeros(2), np.array([[0.0, 1.0]])
    power = np.exp(np.tanh(2.0))

    expected = np.array([1, 1, power]) / (2 + power)
    np.testing.assert_allclose(weights_by_hand(states, weight, bias, direction), expected)


def test_what_drives_the_label_adds_up(tagger: Tagger) -> None:
    found = finish(attribute_label(TEXTS[2], tagger))
    assert abs(found.completeness_error) <= max(0.002, 0.01 * abs(found.change))
