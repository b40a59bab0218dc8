"""Inspecting a text: every number against the model asked directly."""

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.encoding.encoder import Encoder
from engine.tagging.inspecting import inspect
from engine.tagging.tagger import Tagger
from tests.tiny_models import tiny_sbert
from tests.tiny_taggers import tiny_bert_classifier, tiny_gpt_classifier

TEXT = "The river was slow."


@pytest.fixture
def encoder(tmp_path: Path) -> Encoder:
    return Encoder.open(tiny_sbert(tmp_path / "tiny", max_tokens=8), device="cpu")


def test_tokens_stand_for_the_characters_they_say(encoder: Encoder) -> None:
    seen = inspect(TEXT, encoder, None)

    assert [token.token for token in seen.tokens] == ["[CLS]", "the", "river", "was", "slow", ".", "[SEP]"]
    assert [token.special for token in seen.tokens] == [True, *[False] * 5, True]
    words = [TEXT[token.start : token.end] for token in seen.tokens if not token.special]
    assert words == ["The", "river", "was", "slow", "."]
    assert all(token.start == token.end for token in seen.tokens if token.special)
    assert not seen.truncated


def test_the_embedding_is_the_mean_of_the_token_embeddings_at_length_one(encoder: Encoder) -> None:
    seen = inspect(TEXT, encoder, None)
    ids = torch.tensor([[token.id for token in seen.tokens]])
    with torch.no_grad():
        hidden = encoder.model(input_ids=ids).last_hidden_state[0].numpy()
    mean = sum(hidden) / len(hidden)

    assert seen.token_embeddings_shape == hidden.shape == (7, 16)
    assert seen.norm_before == pytest.approx(float((mean**2).sum() ** 0.5), rel=1e-5)
    np.testing.assert_allclose(seen.embedding * seen.norm_before, mean, atol=1e-5)
    np.testing.assert_allclose(seen.cls, hidden[0], atol=1e-6)
    np.testing.assert_allclose(seen.embedding, encoder.encode([TEXT])[0], atol=1e-5)


def test_a_text_longer_than_the_window_is_said_to_be_truncated(encoder: Encoder) -> None:
    seen = inspect("the river was slow and the train was fast", encoder, None)

    assert seen.truncated
    assert len(seen.tokens) == 8


def test_an_empty_text_is_its_special_tokens(encoder: Encoder) -> None:
    assert [token.token for token in inspect("", encoder, None).tokens] == ["[CLS]", "[SEP]"]


def test_pooler_output_and_logits_are_those_of_the_tagger(encoder: Encoder, tmp_path: Path) -> None:
    tagger = Tagger.open(tiny_bert_classifier(tmp_path / "bert"))
    seen = inspect(TEXT, encoder, tagger)
    weights = {name: tensor.numpy() for name, tensor in tagger.model.state_dict().items()}
    assert seen.pooler_output is not None
    logits = weights["classifier.weight"] @ seen.pooler_output + weights["classifier.bias"]

    assert seen.labels == ("negative", "neutral", "positive")
    np.testing.assert_allclose(seen.logits, logits[[1, 2, 0]], atol=1e-5)
    np.testing.assert_allclose(seen.probabilities, tagger.probabilities([TEXT])[0], atol=1e-5)


def test_a_gpt_like_tagger_has_no_pooler(encoder: Encoder, tmp_path: Path) -> None:
    seen = inspect(TEXT, encoder, Tagger.open(tiny_gpt_classifier(tmp_path / "gpt")))

    assert seen.pooler_output is None
    assert sum(seen.probabilities) == pytest.approx(1)
