"""Inspecting a text: every number against the model asked directly."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.commands.terminal import plain
from engine.encoding.encoder import Encoder
from engine.inspecting.inspecting import inspect
from engine.inspecting.lines import inspection_lines
from engine.tagging.head_tagger import HeadTagger
from engine.tagging.tagger import Manner, Tagger
from engine.teaching.heads import Head
from indexes.errors import ModelError
from tests.tiny_models import tiny_sbert
from tests.tiny_taggers import tiny_bert_classifier, tiny_gpt_classifier

TEXT = "The river was slow."
LONG = "The river was slow. The train was fast. The bird was happy and the star was red."


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    return Encoder.open(tiny_sbert(tmp_path_factory.mktemp("sbert") / "tiny", max_tokens=8), device="cpu")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_bert_classifier(tmp_path_factory.mktemp("classifier") / "bert")


@pytest.fixture
def tagger(folder: Path) -> Tagger:
    return Tagger.open(folder)


def test_tokens_stand_for_the_characters_they_say(encoder: Encoder) -> None:
    seen = inspect(TEXT, encoder, None)

    assert [token.token for token in seen.tokens] == ["[CLS]", "the", "river", "was", "slow", ".", "[SEP]"]
    assert [token.special for token in seen.tokens] == [True, *[False] * 5, True]
    words = [TEXT[token.start : token.end] for token in seen.tokens if not token.special]
    assert words == ["The", "river", "was", "slow", "."]
    assert all(token.start == token.end for token in seen.tokens if token.special)
    assert [token.position for token in seen.tokens] == [0, 1, 2, 3, 4, 5, 6]
    assert [token.word for token in seen.tokens] == [-1, 0, 1, 2, 3, 4, -1]
    assert {token.segment for token in seen.tokens} == {0}
    assert not seen.truncated


def test_places_count_characters_also_beyond_the_first_plane(encoder: Encoder) -> None:
    text = "👍🏽 river 日本"
    seen = inspect(text, encoder, None)

    own = [text[token.start : token.end] for token in seen.tokens if not token.special]
    assert own == ["👍🏽", "river", "日", "本"]


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


def test_a_text_longer_than_the_window_says_where_the_model_stops(encoder: Encoder) -> None:
    text = "the river was slow and the train was fast"
    seen = inspect(text, encoder, None)

    assert seen.truncated
    assert len(seen.tokens) == 8
    assert seen.encoder_trace is not None
    assert text[: seen.encoder_trace.read_to] == "the river was slow and the"
    assert seen.encoder_trace.left_out == 3


def test_an_empty_text_is_its_special_tokens(encoder: Encoder, tagger: Tagger) -> None:
    seen = inspect("", encoder, tagger)

    assert [token.token for token in seen.tokens] == ["[CLS]", "[SEP]"]
    assert seen.encoder_trace is not None
    assert (seen.encoder_trace.read_to, seen.encoder_trace.left_out) == (0, 0)
    assert seen.tagger_trace is not None
    assert [token.token for token in seen.tagger_trace.tokens] == ["[CLS]", "[SEP]"]


def test_poolings_are_compared_by_the_cosines_of_what_they_make(encoder: Encoder) -> None:
    seen = inspect(TEXT, encoder, None)
    ids = torch.tensor([[token.id for token in seen.tokens]])
    with torch.no_grad():
        hidden = encoder.model(input_ids=ids).last_hidden_state[0].numpy()
    by_hand = {
        "mean": hidden.mean(axis=0),
        "max": hidden.max(axis=0),
        "cls": hidden[0],
        "last token": hidden[-1],
        "weighted mean": sum((row + 1) * state for row, state in enumerate(hidden)) / 28,
    }

    assert seen.pooling_cosines is not None
    assert seen.pooling_cosines.shape == (7, 7)
    for one, left in by_hand.items():
        for two, right in by_hand.items():
            cosine = left @ right / np.linalg.norm(left) / np.linalg.norm(right)
            place = seen.poolings.index(one), seen.poolings.index(two)
            assert seen.pooling_cosines[place] == pytest.approx(float(cosine), abs=1e-5)


def test_the_words_shares_add_up_to_the_likeness_of_the_text_with_itself_or_another(encoder: Encoder) -> None:
    alone = inspect(TEXT, encoder, None).similarity
    other = inspect(TEXT, encoder, None, second="a happy bird").similarity
    one, two = encoder.encode([TEXT, "a happy bird"])

    assert alone is not None
    assert alone.score == pytest.approx(1, abs=1e-5)
    assert other is not None
    assert other.score == pytest.approx(float(one @ two), abs=1e-5)
    assert sum(share.share for share in other.shares) + other.special == pytest.approx(other.score)


def test_pooler_output_and_logits_are_those_of_the_tagger(encoder: Encoder, tagger: Tagger) -> None:
    seen = inspect(TEXT, encoder, tagger)
    weights = {name: tensor.numpy() for name, tensor in tagger.model.state_dict().items()}
    assert seen.pooler_output is not None
    logits = weights["classifier.weight"] @ seen.pooler_output + weights["classifier.bias"]

    assert seen.labels == ("negative", "neutral", "positive")
    np.testing.assert_allclose(seen.logits, logits[[1, 2, 0]], atol=1e-5)
    np.testing.assert_allclose(seen.probabilities, tagger.probabilities([TEXT])[0], atol=1e-5)
    assert seen.label == seen.labels[int(np.argmax(tagger.probabilities([TEXT])[0]))]


@pytest.mark.parametrize("multi_label", [False, True])
def test_probabilities_are_of_logits_divided_by_the_temperature(
    encoder: Encoder, tagger: Tagger, multi_label: bool
) -> None:
    tagger.manner = Manner(temperature=2.5, multi_label=multi_label)
    seen = inspect(TEXT, encoder, tagger)
    halved = np.exp(np.array(seen.logits) / 2.5)
    by_hand = halved / (1 + halved) if multi_label else halved / halved.sum()

    assert (seen.temperature, seen.multi_label) == (2.5, multi_label)
    np.testing.assert_allclose(seen.probabilities, by_hand, atol=1e-5)
    np.testing.assert_allclose(seen.probabilities, tagger.probabilities([TEXT])[0], atol=1e-5)


def test_of_a_long_text_the_taggers_windows_are_listed_and_the_first_is_shown(
    encoder: Encoder, tagger: Tagger
) -> None:
    seen = inspect(LONG, encoder, tagger)
    windows = tagger.windows([LONG])
    with torch.no_grad():
        first = tagger.model(input_ids=torch.tensor([windows[0].ids])).logits[0].numpy()[[1, 2, 0]]

    assert len(windows) > 1
    assert [(view.start, view.end, view.tokens) for view in seen.windows] == [
        (window.start, window.end, len(window.ids)) for window in windows
    ]
    np.testing.assert_allclose(seen.logits, first, atol=1e-5)
    assert seen.tagger_trace is not None
    shown = [LONG[token.start : token.end] for token in seen.tagger_trace.tokens if not token.special]
    assert " ".join(shown) == "The river was slow . The train was fast ."
    assert seen.tagger_trace.left_out == 10


def test_a_pair_taggers_tokens_say_which_text_they_come_from(encoder: Encoder, tagger: Tagger) -> None:
    tagger.manner = Manner(pair=True)
    first, second = "the slow train", "A bird."
    seen = inspect(first, encoder, tagger, second=second)

    assert seen.tagger_trace is not None
    tokens = seen.tagger_trace.tokens
    assert [token.token for token in tokens] == [
        "[CLS]", "the", "slow", "train", "[SEP]", "a", "bird", ".", "[SEP]",
    ]  # fmt: skip
    assert [token.segment for token in tokens] == [0] * 5 + [1] * 4
    assert [second[token.start : token.end] for token in tokens[5:8]] == ["A", "bird", "."]
    np.testing.assert_allclose(seen.probabilities, tagger.probabilities([first], [second])[0], atol=1e-5)
    with pytest.raises(ModelError, match="two texts"):
        inspect(first, encoder, tagger)


def test_a_gpt_like_tagger_has_no_pooler(encoder: Encoder, tmp_path: Path) -> None:
    tagger = Tagger.open(tiny_gpt_classifier(tmp_path / "gpt"))
    seen = inspect("the river was slow", encoder, tagger)
    empty = inspect("", encoder, tagger)

    assert seen.pooler_output is None
    assert sum(seen.probabilities) == pytest.approx(1)
    assert seen.tagger_trace is not None
    assert (seen.tagger_trace.followed, seen.tagger_trace.followed_name) == (3, "last token")
    np.testing.assert_allclose(seen.probabilities, tagger.probabilities(["the river was slow"])[0], atol=1e-5)
    assert empty.tagger_trace is not None
    assert [token.special for token in empty.tagger_trace.tokens] == [True]


def test_a_head_over_the_embedding_has_logits_and_no_tokens_of_its_own(encoder: Encoder) -> None:
    weights = np.arange(32, dtype=np.float32).reshape(2, 16) / 10
    bias = np.array([0.5, -0.25], np.float32)
    head = Head(("no", "yes"), encoder.id, weights, bias)
    tagger = HeadTagger("mine", ("no", "yes"), head, encoder, Manner())
    seen = inspect(TEXT, encoder, tagger)

    assert seen.tagger_trace is None
    assert seen.pooler_output is None
    np.testing.assert_allclose(seen.logits, weights @ seen.embedding + bias, atol=1e-4)
    np.testing.assert_allclose(seen.probabilities, tagger.probabilities([TEXT])[0], atol=1e-5)


def test_the_json_of_an_inspection_keeps_its_keys_and_is_plain(encoder: Encoder, tagger: Tagger) -> None:
    said = json.loads(json.dumps(plain(inspect(TEXT, encoder, tagger)), allow_nan=False))

    assert list(said)[:14] == [
        "text", "encoder", "tokens", "truncated", "token_embeddings_shape", "pooling", "embedding", "norm_before",
        "cls", "tagger", "labels", "pooler_output", "logits", "probabilities",
    ]  # fmt: skip
    assert list(said["tokens"][1])[:5] == ["token", "id", "start", "end", "special"]
    assert len(said["tagger_trace"]["attention"][1][1]) == 7
    assert sum(said["tagger_trace"]["attention"][1][1]) == pytest.approx(1)
    assert said["encoder_trace"]["flow"][0]["shape"] == [1, 7]


def test_an_inspection_can_be_printed(encoder: Encoder, tagger: Tagger) -> None:
    lines = inspection_lines(inspect(LONG, encoder, tagger))
    said = "\n".join(lines)

    assert "tokens            8  (cut after character 23: 14 more tokens are not read)" in lines
    assert "layer 2: last_hidden_state" in said
    assert "1×8×16" in said
    assert "off by" in said
    assert "2, of characters 0–39, 40–80; below is the first" in said
    assert sum("probability" in line for line in lines) == 3


def test_a_pooler_that_the_file_does_not_hold_is_not_shown(encoder: Encoder, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    bare = tiny_sbert(tmp_path / "bare")
    kept = {
        name: tensor for name, tensor in load_file(bare / "model.safetensors").items() if "pooler" not in name
    }
    save_file(kept, bare / "model.safetensors", {"format": "pt"})
    seen = inspect(TEXT, Encoder.open(bare, device="cpu"), None)

    assert "pooler" not in seen.poolings
    assert seen.encoder_trace is not None
    assert seen.encoder_trace.pooler_output is None
    assert all(step.name != "pooler_output" for step in seen.encoder_trace.flow)
    assert replace(seen).label == ""
