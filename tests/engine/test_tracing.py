"""A text's way through a model: attention, [CLS] by layer and the pooler, worked out from the weights."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModel

from engine.encoding.encoder import Encoder
from engine.inspecting.inspecting import inspect
from engine.inspecting.records import Trace
from engine.tagging.tagger import Tagger, shipped_tagger
from tests.tiny_models import SIZES, tiny_sbert
from tests.tiny_taggers import tiny_gpt_classifier

TEXT = "The river was slow."
IDS = 7


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_sbert(tmp_path_factory.mktemp("sbert") / "tiny")


@pytest.fixture(scope="module")
def encoder(folder: Path) -> Encoder:
    return Encoder.open(folder, device="cpu")


@pytest.fixture(scope="module")
def traced(encoder: Encoder) -> Trace:
    seen = inspect(TEXT, encoder, None)
    assert seen.encoder_trace is not None
    return seen.encoder_trace


@pytest.fixture(scope="module")
def weights(traced: Trace, encoder: Encoder) -> dict[str, Any]:
    return {name: tensor.double().numpy() for name, tensor in encoder.model.state_dict().items()}


def first_states(traced: Trace, weights: dict[str, Any]) -> Any:
    """Return what the embeddings' layer gives, (n, 16), from its tables."""
    words = weights["embeddings.word_embeddings.weight"][[token.id for token in traced.tokens]]
    summed = words + weights["embeddings.position_embeddings.weight"][:IDS]
    summed = summed + weights["embeddings.token_type_embeddings.weight"][0]
    centred = summed - summed.mean(axis=1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-12)


def test_attention_of_cls_is_the_softmax_of_query_times_key(traced: Trace, weights: dict[str, Any]) -> None:
    states = first_states(traced, weights)
    part = "encoder.layer.0.attention.self"
    query = weights[f"{part}.query.weight"] @ states[0] + weights[f"{part}.query.bias"]
    keys = states @ weights[f"{part}.key.weight"].T + weights[f"{part}.key.bias"]
    for head in range(2):
        own = slice(8 * head, 8 * head + 8)
        scores = np.exp(keys[:, own] @ query[own] / np.sqrt(8))
        np.testing.assert_allclose(traced.attention[0, head], scores / scores.sum(), atol=1e-6)


def test_attention_is_that_of_a_model_loaded_to_show_it(traced: Trace, folder: Path) -> None:
    eager = AutoModel.from_pretrained(folder, attn_implementation="eager")
    with torch.no_grad():
        ids = torch.tensor([[token.id for token in traced.tokens]])
        shown = eager(input_ids=ids, output_attentions=True).attentions

    assert traced.attention.shape == (2, 2, IDS)
    for layer, weights in enumerate(shown):
        np.testing.assert_allclose(traced.attention[layer], weights[0, :, 0], atol=1e-6)
    np.testing.assert_allclose(traced.attention.sum(axis=2), 1, atol=1e-6)


def test_the_model_goes_on_as_it_was(encoder: Encoder) -> None:
    encoder.load()
    before = encoder.model.config._attn_implementation
    inspect(TEXT, encoder, None)

    assert encoder.model.config._attn_implementation == before != "eager"
    assert not encoder.model.pooler._forward_hooks


def test_cls_is_followed_from_the_embeddings_to_the_last_layer(
    traced: Trace, weights: dict[str, Any]
) -> None:
    states = traced.states.astype(float)

    assert traced.states.shape == (3, 16)
    np.testing.assert_allclose(states[0], first_states(traced, weights)[0], atol=1e-5)
    assert traced.norms == pytest.approx([float((state**2).sum() ** 0.5) for state in states])
    cosines = [
        float(one @ two / np.sqrt(one @ one) / np.sqrt(two @ two))
        for one, two in ((states[0], states[1]), (states[1], states[2]), (states[0], states[2]))
    ]
    assert traced.step_cosines == pytest.approx(cosines[:2], abs=1e-5)
    assert traced.last_cosines == pytest.approx([cosines[2], cosines[1], 1], abs=1e-5)


def test_the_pooler_is_tanh_of_a_matrix_times_cls(
    traced: Trace, weights: dict[str, Any], encoder: Encoder
) -> None:
    summed = weights["pooler.dense.weight"] @ traced.states[-1].astype(float) + weights["pooler.dense.bias"]
    with torch.no_grad():
        ids = torch.tensor([[token.id for token in traced.tokens]])
        models_own = encoder.model(input_ids=ids).pooler_output[0]

    assert traced.pooler_output is not None
    np.testing.assert_allclose(traced.pooler_output, np.tanh(summed), atol=1e-6)
    np.testing.assert_allclose(traced.pooler_output, models_own, atol=1e-5)
    assert traced.pooler_error is not None
    assert traced.pooler_error < 1e-6


def test_the_flow_has_the_shape_of_every_stage(traced: Trace) -> None:
    assert [(step.name, step.shape, step.beside) for step in traced.flow] == [
        ("ids", (1, IDS), False),
        ("embeddings", (1, IDS, 16), False),
        ("layer 1", (1, IDS, 16), False),
        ("layer 2: last_hidden_state", (1, IDS, 16), False),
        ("pooled", (1, 16), False),
        ("embedding", (1, 16), False),
        ("last_hidden_state[:, 0]", (1, 16), True),
        ("pooler_output", (1, 16), True),
    ]


def test_the_card_counts_what_the_model_is_made_of(traced: Trace) -> None:
    card, words = traced.card, SIZES["vocab_size"]
    tables = (words + 64 + 2) * 16 + 2 * 16
    layer = 4 * (16 * 16 + 16) + (16 * 32 + 32) + (32 * 16 + 16) + 4 * 16

    assert (card.kind, card.layers, card.heads, card.hidden, card.inner) == ("bert", 2, 2, 16, 32)
    assert (card.vocabulary, card.positions) == (words, 64)
    assert card.parameters == tables + 2 * layer + 16 * 16 + 16


def test_of_a_gpt_the_last_token_is_followed(encoder: Encoder, tmp_path: Path) -> None:
    tagger = Tagger.open(tiny_gpt_classifier(tmp_path / "gpt"))
    text = "the river was slow"
    trace = inspect(text, encoder, tagger).tagger_trace
    assert trace is not None
    with torch.no_grad():
        ids = torch.tensor([[token.id for token in trace.tokens]])
        last = tagger.model.transformer(input_ids=ids).last_hidden_state[0, -1]

    assert (trace.card.kind, trace.card.inner, trace.card.positions) == ("gpt2", 64, 10)
    assert trace.pooler_output is None
    assert trace.pooler_error is None
    np.testing.assert_allclose(trace.states[-1], last, atol=1e-5)
    np.testing.assert_allclose(trace.attention.sum(axis=2), 1, atol=1e-6)
    assert [step.name for step in trace.flow[-3:]] == ["last_hidden_state[:, 3]", "logits", "probabilities"]


def test_what_comes_with_asterism_is_what_it_says(encoder: Encoder) -> None:
    text = "The service was slow, but the food made up for it."
    seen = inspect(text, Encoder.open(device="cpu"), Tagger.open(shipped_tagger()))

    for trace in (seen.encoder_trace, seen.tagger_trace):
        assert trace is not None
        assert (trace.card.layers, trace.card.heads, trace.card.hidden) == (6, 12, 384)
        assert trace.attention.shape == (6, 12, 15)
        np.testing.assert_allclose(trace.attention.sum(axis=2), 1, atol=1e-5)
        assert trace.states.shape == (7, 384)
        assert trace.pooler_error is not None
        assert trace.pooler_error < 1e-5
    np.testing.assert_allclose(
        seen.probabilities, Tagger.open(shipped_tagger()).probabilities([text])[0], atol=1e-4
    )
