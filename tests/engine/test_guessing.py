"""Guessing masked words: the chances that the head gives, and a sentence where there is no head."""

from pathlib import Path

import pytest
import torch

from engine.inspecting.guessing import guess_words
from indexes.errors import AsterismError, ModelError
from tests.tiny_models import SIZES, tiny_sbert, write_tokenizer

TEXT = "the [MASK] was slow and the [MASK] fast"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from transformers import BertConfig, BertForMaskedLM

    folder = tmp_path_factory.mktemp("masked")
    write_tokenizer(folder)
    torch.manual_seed(5)
    BertForMaskedLM(BertConfig(**SIZES, max_position_embeddings=32, initializer_range=0.5)).save_pretrained(
        folder
    )
    return folder


def test_guesses_are_the_likeliest_words_at_each_mask(folder: Path) -> None:
    from transformers import AutoTokenizer, BertForMaskedLM

    tokenizer = AutoTokenizer.from_pretrained(folder)
    ids = tokenizer(TEXT, return_tensors="pt")["input_ids"]
    with torch.no_grad():
        logits = BertForMaskedLM.from_pretrained(folder).eval()(input_ids=ids).logits[0]
    guesses = guess_words(TEXT, folder, max_tokens=32, most=3)

    assert [TEXT[guess.start : guess.end] for guess in guesses] == ["[MASK]", "[MASK]"]
    for guess, row in zip(guesses, (2, 7), strict=True):
        chances = torch.exp(logits[row]) / torch.exp(logits[row]).sum()
        best = sorted(range(len(chances)), key=lambda one: -float(chances[one]))[:3]
        assert [word for word, _ in guess.words] == tokenizer.convert_ids_to_tokens(best)
        assert [chance for _, chance in guess.words] == pytest.approx([float(chances[one]) for one in best])


def test_a_text_without_a_mask_is_told_where_to_put_one(folder: Path) -> None:
    with pytest.raises(AsterismError, match=r"\[MASK\]"):
        guess_words("the river was slow", folder, max_tokens=32)


def test_an_encoder_saved_without_the_head_says_so(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="without the head"):
        guess_words(TEXT, tiny_sbert(tmp_path / "bare"), max_tokens=32)
