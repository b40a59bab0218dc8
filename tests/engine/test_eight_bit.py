"""Reading many texts with products of 8-bit integers: near to float32, the same labels, and only where it pays."""

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.tagging import eight_bit, tagger
from engine.tagging.eight_bit import SENTENCES, in_eight_bits
from engine.tagging.packed_tagger import PackedTagger
from engine.tagging.tagger import Tagger, shipped_tagger
from engine.training.made_sentences import made_sentences
from tests.tiny_taggers import tiny_bert_classifier

LONG = "The room was small and the street was loud all night. " * 20


@pytest.fixture(scope="module")
def shipped() -> Tagger:
    return Tagger.open(shipped_tagger())


@pytest.fixture(autouse=True)
def however_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eight_bit, "FAST_ENOUGH", 1e9)


def token_ids(reader: Tagger, texts: Sequence[str]) -> list[list[int]]:
    return [window.ids for window in reader.windows(texts)]


def packed(reader: Tagger) -> PackedTagger:
    made = PackedTagger.of(reader.model)
    assert made
    return made


def made_in_eight_bits(reader: Tagger) -> PackedTagger:
    made = in_eight_bits(packed(reader), token_ids(reader, SENTENCES))
    if not made:
        pytest.skip("this torch has no products of 8-bit integers here")
    return made


def apart(reader: Tagger, quick: PackedTagger, texts: Sequence[str]) -> float:
    """Return how far the probabilities are from float32's, on average."""
    ids = token_ids(reader, texts)
    with torch.inference_mode():
        return float((quick(ids).softmax(1) - packed(reader)(ids).softmax(1)).abs().mean())


def sentences(count: int) -> list[str]:
    return [example.text for example in made_sentences(random.Random(5), count)][:count]


def test_texts_that_gave_no_range_are_answered_nearly_as_in_float32(shipped: Tagger) -> None:
    assert apart(shipped, made_in_eight_bits(shipped), sentences(100)) < 0.012


def test_a_small_model_of_another_width_can_be_made_too(tmp_path: Path) -> None:
    tiny = Tagger.open(tiny_bert_classifier(tmp_path / "bert"))

    assert apart(tiny, made_in_eight_bits(tiny), ["the bread was good", "a sad storm"]) < 0.05


def test_the_furthest_channels_in_float32_bring_it_nearer(
    shipped: Tagger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(eight_bit, "CLOSE_ENOUGH", 1.0)
    with_them = made_in_eight_bits(shipped)
    monkeypatch.setattr(eight_bit, "PRECISE_CHANNELS", 0)
    without = made_in_eight_bits(shipped)

    texts = sentences(100)
    assert apart(shipped, with_them, texts) < 0.6 * apart(shipped, without, texts)


def test_many_texts_get_the_labels_that_float32_gives(
    shipped: Tagger, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_in_eight_bits(shipped)
    texts = [*sentences(280), LONG]
    quick = Tagger.open(shipped_tagger()).probabilities(texts)
    monkeypatch.setattr(tagger, "MANY_WINDOWS", 10_000)
    full = shipped.probabilities(texts)

    assert not np.array_equal(quick, full)
    assert (quick.argmax(1) == full.argmax(1)).mean() > 0.99


def test_what_is_close_is_read_again_in_full(shipped: Tagger, monkeypatch: pytest.MonkeyPatch) -> None:
    made_in_eight_bits(shipped)
    texts = [*sentences(260), LONG]
    monkeypatch.setattr(tagger, "CLOSE", 1.1)  # whatever the labels, they are closer than that
    again = Tagger.open(shipped_tagger()).probabilities(texts)
    monkeypatch.setattr(tagger, "MANY_WINDOWS", 10_000)

    np.testing.assert_allclose(again, shipped.probabilities(texts), atol=1e-5)


def test_a_single_text_is_read_in_full_though_many_were_not(shipped: Tagger) -> None:
    made_in_eight_bits(shipped)
    fresh = Tagger.open(shipped_tagger())
    before = fresh.probabilities([LONG])
    fresh.probabilities(sentences(270))

    assert np.array_equal(fresh.probabilities([LONG]), before)


@pytest.mark.parametrize("limit", ["FAST_ENOUGH", "CLOSE_ENOUGH"])
def test_what_is_slower_or_says_something_else_is_not_used(
    limit: str, shipped: Tagger, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_in_eight_bits(shipped)
    monkeypatch.setattr(eight_bit, limit, 0.0)

    assert in_eight_bits(packed(shipped), token_ids(shipped, SENTENCES)) is None


def test_a_torch_without_such_products_is_no_error(shipped: Tagger, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object) -> None:
        raise RuntimeError("could not create a primitive descriptor for the matmul primitive")

    monkeypatch.setattr(eight_bit._Product, "as_bytes", missing)

    assert in_eight_bits(packed(shipped), token_ids(shipped, SENTENCES)) is None


def test_pairs_are_always_read_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = Tagger.open(shipped_tagger("nli"))
    firsts = ["A man plays a guitar.", "It rains.", LONG]
    seconds = ["Someone makes music.", "The sun shines.", "The room was quiet."]
    full = pairs.probabilities(firsts, seconds)
    monkeypatch.setattr(tagger, "MANY_WINDOWS", 1)

    assert np.array_equal(pairs.probabilities(firsts, seconds), full)
