"""The encoder against computations by hand, and against sentence-transformers."""

from pathlib import Path

import numpy as np
import pytest
import torch

from engine import encoder as encoder_module
from engine.encoder import BUNDLED, Encoder, bundled_model, check_folder, mean_pool
from engine.progress import finish
from indexes.errors import ModelError
from tests.tiny_models import tiny_sbert

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


@pytest.mark.parametrize("side", ["left", "right"])
def test_mean_pooling_counts_real_tokens_only_whichever_side_is_padded(side: str) -> None:
    tokens = torch.tensor([[[1.0, 10.0], [3.0, 30.0], [99.0, 99.0]]])
    mask = torch.tensor([[1, 1, 0]])
    if side == "left":
        tokens, mask = tokens.flip(1), mask.flip(1)

    assert mean_pool(tokens, mask).tolist() == [[2.0, 20.0]]


def test_a_text_of_padding_alone_pools_to_zeros() -> None:
    assert mean_pool(torch.ones(1, 3, 2), torch.zeros(1, 3, dtype=torch.int64)).tolist() == [[0.0, 0.0]]


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


def test_embeddings_are_unit_length_and_keep_the_order_of_the_texts(bundled: Encoder) -> None:
    together = bundled.encode(TEXTS)
    alone = np.concatenate([bundled.encode([text]) for text in TEXTS])

    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_the_bundled_encoder_is_named_with_its_weights_and_pooling(bundled: Encoder) -> None:
    assert bundled.id == f"{BUNDLED}@53aa51172d14/mean"
    assert (bundled.dim, bundled.max_tokens) == (384, 256)


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


def test_steps_count_up_to_the_number_of_texts(tiny: Encoder) -> None:
    steps = tiny.encode_steps(["the bird", "the river is slow and red"])
    done = [progress.done for progress in steps]

    assert done[-1] == 2
    np.testing.assert_array_equal(finish(tiny.encode_steps(["the bird"])), tiny.encode(["the bird"]))


def test_a_folder_without_a_model_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"has no config\.json"):
        check_folder(tmp_path)


def test_a_model_that_pools_by_cls_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="does not pool by the mean"):
        Encoder.open(tiny_sbert(tmp_path / "cls", pooling="pooling_mode_cls_token"))


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
