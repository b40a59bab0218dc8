"""The encoder against computations by hand, and against sentence-transformers."""

import json
import threading
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.encoding import encoder as encoder_module
from engine.encoding.encoder import BUNDLED, Encoder, bundled_model, check_folder, own_pooling
from engine.encoding.packed import PackedBert, can_pack
from engine.encoding.pooling import POOLINGS
from engine.encoding.records import EncoderId
from engine.progress import finish
from indexes.errors import ModelError
from tests.tiny_models import SIZES, tiny_sbert

TEXTS = [
    "The heron stood in the reeds until the tide turned.",
    "Fares go up in March.",
    "",
    "A mean over tokens, then unit length; " * 30,
    "Überraschung 日本語 🙂",
]


@pytest.fixture(scope="module")
def bundled() -> Encoder:
    return Encoder.open(device="cpu")


@pytest.fixture
def tiny(tmp_path: Path) -> Encoder:
    encoder = Encoder.open(tiny_sbert(tmp_path / "tiny"), device="cpu")
    encoder.load()
    return encoder


def test_embedding_equals_the_mean_of_the_last_hidden_state_worked_out_by_hand(tiny: Encoder) -> None:
    text = "the river was slow"
    ids = tiny.tokenizer(text)["input_ids"]
    with torch.no_grad():
        hidden = tiny.model(input_ids=torch.tensor([ids])).last_hidden_state[0].numpy()
    mean = sum(hidden[i] for i in range(len(ids))) / len(ids)
    expected = mean / np.sqrt((mean**2).sum())

    padded_beside_a_longer_one = tiny.encode([text, "the garden and the school in the storm and the water"])[
        0
    ]

    np.testing.assert_allclose(padded_beside_a_longer_one, expected, atol=1e-6)


def test_bundled_encoder_agrees_with_sentence_transformers(bundled: Encoder) -> None:
    from sentence_transformers import SentenceTransformer

    peer = SentenceTransformer(str(bundled_model()), device="cpu", local_files_only=True)
    expected = peer.encode(TEXTS, normalize_embeddings=True, show_progress_bar=False)

    np.testing.assert_allclose(bundled.encode(TEXTS), expected, atol=1e-5)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"num_attention_heads": 1, "num_hidden_layers": 1},
        {"hidden_act": "relu", "layer_norm_eps": 1e-5},
        {"hidden_act": "gelu_new", "hidden_size": 24, "num_attention_heads": 3, "intermediate_size": 20},
    ],
)
def test_packing_gives_the_token_embeddings_of_the_models_own_forward(settings: dict[str, object]) -> None:
    model = random_bert(**settings)
    texts = [[1, 5, 9, 2], [1, 2], [1, 7, 7, 2], [1, *range(3, 40), 2], [3]]
    with torch.inference_mode():
        expected = [model(input_ids=torch.tensor([ids])).last_hidden_state[0].numpy() for ids in texts]
        packed = PackedBert.of(model)(texts).split([len(ids) for ids in texts])
        afterwards = model(input_ids=torch.tensor([texts[0]])).last_hidden_state[0].numpy()

    for states, wanted in zip(packed, expected, strict=True):
        np.testing.assert_allclose(states.numpy(), wanted, atol=1e-5)
    np.testing.assert_allclose(afterwards, expected[0], atol=1e-5)


def test_packing_shares_the_weights_of_the_model() -> None:
    model = random_bert()
    PackedBert.of(model)
    first = model.encoder.layer[0]
    attention = first.attention.self

    assert attention.query.weight.untyped_storage().data_ptr() == (
        attention.value.weight.untyped_storage().data_ptr()
    )
    assert not first.output.dense.weight.is_contiguous()


def test_only_plain_float32_bert_encoders_are_packed() -> None:
    from transformers import RobertaConfig, RobertaModel

    sizes = {"vocab_size": 50, "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}

    assert can_pack(random_bert())
    assert not can_pack(random_bert().half())
    assert not can_pack(random_bert(is_decoder=True))
    assert not can_pack(RobertaModel(RobertaConfig(**sizes, intermediate_size=32)))


def test_weights_stored_as_float16_are_computed_with_as_float32_on_the_cpu(tmp_path: Path) -> None:
    from transformers import AutoModel

    folder = tiny_sbert(tmp_path / "tiny")
    AutoModel.from_pretrained(folder).half().save_pretrained(folder, safe_serialization=True)
    encoder = Encoder.open(folder, device="cpu")
    encoder.load()

    assert {weight.dtype for weight in encoder.model.parameters()} == {torch.float32}
    assert encoder._transformer.packed is not None


def test_packed_and_padded_give_the_same_embeddings(
    bundled: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed, tokens = bundled.encode(TEXTS), bundled.token_embeddings(TEXTS)
    assert bundled._transformer.packed is not None
    monkeypatch.setattr(bundled._transformer, "packed", None)

    np.testing.assert_allclose(bundled.encode(TEXTS), packed, atol=1e-5)
    for padded, own in zip(bundled.token_embeddings(TEXTS), tokens, strict=True):
        np.testing.assert_allclose(padded.vectors, own.vectors, atol=1e-4)


def test_the_same_texts_give_the_same_embeddings_to_the_last_bit(bundled: Encoder) -> None:
    np.testing.assert_array_equal(bundled.encode(TEXTS), bundled.encode(TEXTS))


def test_token_embeddings_have_the_embedding_as_their_mean(bundled: Encoder) -> None:
    for text, tokens in zip(TEXTS, bundled.token_embeddings(TEXTS), strict=True):
        mean = tokens.vectors.mean(axis=0)

        np.testing.assert_allclose(mean / np.linalg.norm(mean), bundled.encode([text])[0], atol=1e-5)
        assert len(tokens.vectors) <= bundled.max_tokens


def test_token_embeddings_say_which_characters_and_which_word_a_token_is(bundled: Encoder) -> None:
    text = "An osprey, élite"
    (tokens,) = bundled.token_embeddings([text])

    assert [text[start:end] for start, end in tokens.spans] == ["", "An", "os", "pre", "y", ",", "élite", ""]
    assert tokens.words.tolist() == [-1, 0, 1, 1, 1, 2, 3, -1]


def test_a_text_too_long_for_the_model_is_cut_by_both_in_the_same_place(tiny: Encoder) -> None:
    text = "the river " * 100
    (tokens,) = tiny.token_embeddings([text])

    assert tokens.vectors.shape == (32, 16)
    np.testing.assert_array_equal(tiny.encode([text]), tiny.encode(["the river " * 15]))


def test_what_others_do_with_the_tokenizer_changes_no_embedding(tiny: Encoder) -> None:
    text = "the river was slow and the bird was happy"
    before = tiny.encode([text])
    tiny.tokenizer(text, truncation=True, max_length=4, padding="max_length")

    np.testing.assert_array_equal(tiny.encode([text]), before)


def test_batches_go_side_by_side_each_on_one_thread_and_give_the_same(
    tiny: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [f"the river was {word} " * n for n in range(1, 6) for word in ("slow", "fast", "blue")]
    expected = tiny.encode(texts), [tokens.vectors for tokens in tiny.token_embeddings(texts)]
    forward, seen = tiny._forward, []

    def watched(token_ids: list[list[int]]) -> object:
        seen.append((threading.current_thread().name, torch.get_num_threads()))
        return forward(token_ids)

    monkeypatch.setattr(tiny, "_forward", watched)
    monkeypatch.setattr(encoder_module, "TOKEN_BUDGET", 30)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        together = tiny.encode(texts)
        tokens = [tokens.vectors for tokens in tiny.token_embeddings(texts)]
        after = torch.get_num_threads()
    finally:
        torch.set_num_threads(before)

    np.testing.assert_allclose(together, expected[0], atol=1e-6)
    for states, wanted in zip(tokens, expected[1], strict=True):
        np.testing.assert_allclose(states, wanted, atol=1e-6)
    assert {used for _, used in seen} == {1}
    assert threading.current_thread().name not in {name for name, _ in seen}
    assert after == 2


def test_one_query_is_one_threads_work_and_the_others_come_back(
    tiny: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    forward, used = tiny._forward, []
    monkeypatch.setattr(tiny, "_forward", lambda ids: used.append(torch.get_num_threads()) or forward(ids))
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        tiny.encode(["the bird"])
        after = torch.get_num_threads()
    finally:
        torch.set_num_threads(before)

    assert (used, after) == ([1], 2)


def test_embeddings_are_unit_length_and_keep_the_order_of_the_texts(bundled: Encoder) -> None:
    together = bundled.encode(TEXTS)
    alone = np.concatenate([bundled.encode([text]) for text in TEXTS])

    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_the_bundled_encoder_is_named_with_its_weights_and_pooling(bundled: Encoder) -> None:
    assert bundled.id == f"{BUNDLED}@53aa51172d14/mean"
    assert (bundled.dim, bundled.max_tokens) == (384, 256)


def test_token_ids_are_embedded_as_their_text_is(tiny: Encoder) -> None:
    texts = ["the bird", "bread and water in the garden"]

    np.testing.assert_allclose(
        tiny.encode_ids(tiny.tokenizer(texts)["input_ids"]), tiny.encode(texts), atol=1e-6
    )


def test_no_texts_give_no_embeddings(tiny: Encoder) -> None:
    assert tiny.encode([]).shape == (0, 16)


def test_batches_hold_the_token_budget_and_cover_each_text_once(
    tiny: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder_module, "TOKEN_BUDGET", 24)
    texts = ["the river " * n for n in (1, 5, 2, 9, 3, 3, 1)]
    batches = [rows.tolist() for rows, _ in tiny.encode_batches(texts)]
    lengths = {row: len(tiny.tokenizer(texts[row])["input_ids"]) for row in range(len(texts))}

    assert sorted(row for batch in batches for row in batch) == list(range(len(texts)))
    assert all(len(batch) == 1 or len(batch) * max(lengths[row] for row in batch) <= 24 for batch in batches)


def test_out_of_memory_halves_the_batch_and_falls_back_to_the_cpu(
    tiny: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = tiny.encode(["the bird", "bread and water", "one star"])
    forward, sizes = tiny._forward, []

    def starved(token_ids: list[list[int]]) -> np.ndarray:
        sizes.append(len(token_ids))
        if len(token_ids) > 1:
            raise torch.OutOfMemoryError("no room")
        return forward(token_ids)

    monkeypatch.setattr(tiny, "_forward", starved)

    np.testing.assert_allclose(tiny.encode(["the bird", "bread and water", "one star"]), expected, atol=1e-6)
    assert sizes[0] == 3
    assert sizes.count(1) == 3


def test_a_text_too_large_for_the_gpu_alone_is_embedded_on_the_cpu(
    tiny: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = tiny.encode(["the bird"])
    forward = tiny._forward

    def starved(token_ids: list[list[int]]) -> np.ndarray:
        if tiny.device == "cuda":
            raise torch.OutOfMemoryError("no room")
        return forward(token_ids)

    monkeypatch.setattr(tiny, "_forward", starved)
    tiny._transformer.device = "cuda"

    np.testing.assert_array_equal(tiny.encode(["the bird"]), expected)
    assert tiny.device == "cpu"


def test_memory_that_runs_out_on_the_cpu_too_is_not_tried_for_ever(
    tiny: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def starved(token_ids: list[list[int]]) -> np.ndarray:
        raise torch.OutOfMemoryError("no room")

    monkeypatch.setattr(tiny, "_forward", starved)

    with pytest.raises(torch.OutOfMemoryError):
        tiny.encode(["the bird"])


def test_steps_count_up_to_the_number_of_texts(tiny: Encoder) -> None:
    steps = tiny.encode_steps(["the bird", "the river is slow and red"])
    done = [progress.done for progress in steps]

    assert done[-1] == 2
    np.testing.assert_array_equal(finish(tiny.encode_steps(["the bird"])), tiny.encode(["the bird"]))


def test_a_folder_without_a_model_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"has no config\.json"):
        check_folder(tmp_path)


def test_a_model_pools_as_its_folder_says_unless_it_is_told_otherwise(tmp_path: Path) -> None:
    folder = tiny_sbert(tmp_path / "cls", pooling="pooling_mode_cls_token")

    assert Encoder.open(folder).id.endswith("/cls")
    assert Encoder.open(folder, pooling="max").id.endswith("/max")


@pytest.mark.parametrize(
    ("said", "pooling"),
    [
        ({}, "mean"),
        ({"pooling_mode_mean_tokens": False, "pooling_mode_max_tokens": True}, "max"),
        ({"pooling_mode_mean_sqrt_len_tokens": True}, "mean"),
        ({"pooling_mode_weightedmean_tokens": True, "include_prompt": True}, "weighted mean"),
        ({"pooling_mode": "lasttoken"}, "last token"),
    ],
)
def test_sentence_transformers_poolings_are_known_by_their_names(
    tmp_path: Path, said: dict[str, object], pooling: str
) -> None:
    (tmp_path / "1_Pooling").mkdir()
    (tmp_path / "1_Pooling" / "config.json").write_text(json.dumps(said))

    assert own_pooling(tmp_path) == pooling


@pytest.mark.parametrize(
    "said",
    [{"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": True}, {"pooling_mode": "attention"}],
)
def test_poolings_side_by_side_or_unknown_are_refused(tmp_path: Path, said: dict[str, object]) -> None:
    folder = tiny_sbert(tmp_path / "tiny")
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(said))

    with pytest.raises(ModelError, match="does not know, or in several"):
        Encoder.open(folder)


def test_a_pooling_that_is_not_there_is_refused_with_those_there_are(tiny: Encoder) -> None:
    with pytest.raises(
        ModelError, match=r"No pooling is called “median”\. There are: mean, max, cls, pooler,"
    ):
        tiny.with_pooling("median")


def test_a_model_saved_without_a_pooler_is_not_given_a_random_one(tmp_path: Path) -> None:
    from transformers import BertConfig, BertModel

    folder = tiny_sbert(tmp_path / "tiny")
    config = BertConfig(**SIZES, max_position_embeddings=64)
    BertModel(config, add_pooling_layer=False).save_pretrained(folder, safe_serialization=True)
    encoder = Encoder.open(folder)

    assert encoder.poolings == tuple(pooling for pooling in POOLINGS if pooling != "pooler")
    with pytest.raises(ModelError, match="has no pooler, since it was saved without"):
        encoder.with_pooling("pooler")


@pytest.mark.parametrize("packed", [True, False])
def test_each_pooling_gives_what_the_models_own_hidden_states_give_text_by_text(
    tiny: Encoder, monkeypatch: pytest.MonkeyPatch, packed: bool
) -> None:
    texts = ["the river was slow", "bread", "the garden and the school in the storm and the water", ""]
    if not packed:
        monkeypatch.setattr(tiny._transformer, "packed", None)
    together = finish(tiny.encode_poolings(texts))

    for number, text in enumerate(texts):
        with torch.no_grad():
            output = tiny.model(**tiny.tokenizer(text, return_tensors="pt"), output_hidden_states=True)
        first, second = (states[0].numpy() for states in output.hidden_states[1:])
        weights = np.arange(1, len(second) + 1)[:, None]
        by_hand = {
            "mean": second.mean(0),
            "max": second.max(0),
            "cls": second[0],
            "pooler": output.pooler_output[0].numpy(),
            "weighted mean": (second * weights).sum(0) / weights.sum(),
            "last token": second[-1],
            "last four layers": (first + second).mean(0) / 2,
        }
        for pooling, vectors in zip(POOLINGS, together, strict=True):
            expected = by_hand[pooling] / np.linalg.norm(by_hand[pooling])
            np.testing.assert_allclose(vectors[number], expected, atol=1e-5)
            np.testing.assert_allclose(tiny.with_pooling(pooling).encode([text])[0], expected, atol=1e-5)


def test_encoders_that_pool_differently_share_the_model_and_its_move_to_another_device(
    tmp_path: Path,
) -> None:
    first = Encoder.open(tiny_sbert(tmp_path / "tiny"), device="cpu")
    second = first.with_pooling("max")
    second.load()

    assert first.model is second.model
    assert first.device == "cpu"
    assert second.with_pooling("mean") is first
    assert first.with_pooling("max") is second


def test_an_encoder_is_found_again_by_the_id_that_embeddings_are_stored_under(tiny: Encoder) -> None:
    cls = tiny.with_pooling("last four layers")

    assert tiny.as_in(cls.id) is cls
    assert cls.as_in(tiny.id) is tiny
    assert cls.as_in("another@0123456789ab/mean") is cls
    assert cls.as_in("") is cls


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("minilm@53aa/last token", ("minilm", "53aa", "last token")),
        ("post@work@53aa/mean", ("post@work", "53aa", "mean")),
        ("minilm@53aa", ("minilm", "53aa", "")),
        ("minilm", ("minilm", "", "")),
        ("", ("", "", "")),
    ],
)
def test_an_id_is_taken_apart_as_it_was_put_together(written: str, parts: tuple[str, str, str]) -> None:
    assert EncoderId.of(written) == EncoderId(*parts)
    if all(parts):
        assert str(EncoderId(*parts)) == written


def test_weights_other_than_safetensors_are_refused(tmp_path: Path) -> None:
    folder = tiny_sbert(tmp_path / "tiny")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")

    with pytest.raises(ModelError, match="no other weights"):
        Encoder.open(folder)


def test_a_device_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    if torch.backends.mps.is_available():
        pytest.skip("this machine has the device")
    with pytest.raises(ModelError, match="“mps” is not on this machine"):
        Encoder.open(tiny_sbert(tmp_path / "tiny"), device="mps").load()


def random_bert(**settings: object) -> torch.nn.Module:
    from transformers import BertConfig, BertModel

    torch.manual_seed(3)
    sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    config = BertConfig(vocab_size=50, max_position_embeddings=64, **(sizes | settings))
    return BertModel(config).eval().requires_grad_(False)
