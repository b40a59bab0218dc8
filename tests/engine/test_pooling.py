"""Poolings against sums worked out by hand, with padding on either side."""

import math

import pytest
import torch

from engine.encoding.pooling import (
    POOLINGS,
    cls_pool,
    last_layers_pool,
    last_token_pool,
    max_pool,
    mean_pool,
    pool,
    pooler_of,
    pooler_pool,
    weighted_mean_pool,
)

TOKENS = torch.tensor([[1.0, -10.0], [3.0, -30.0], [8.0, -20.0]])
PADDING = torch.full((2, 2), 99.0)
SIDES = ["left", "right"]


def padded(side: str, tokens: torch.Tensor = TOKENS) -> tuple[torch.Tensor, torch.Tensor]:
    """Return three tokens and two of padding as (1, 5, 2) states and their (1, 5) mask."""
    parts = [tokens, PADDING] if side == "right" else [PADDING, tokens]
    real = [1, 1, 1, 0, 0] if side == "right" else [0, 0, 1, 1, 1]
    return torch.cat(parts)[None], torch.tensor([real])


def half_turn() -> torch.nn.Linear:
    """Return W = [[0, 0.1], [1, 0]], b = [0.5, 0]."""
    dense = torch.nn.Linear(2, 2)
    with torch.no_grad():
        dense.weight.copy_(torch.tensor([[0.0, 0.1], [1.0, 0.0]]))
        dense.bias.copy_(torch.tensor([0.5, 0.0]))
    return dense.requires_grad_(False)


@pytest.mark.parametrize("side", SIDES)
def test_mean_pooling_counts_real_tokens_only_whichever_side_is_padded(side: str) -> None:
    assert mean_pool(*padded(side)).tolist() == [[4.0, -20.0]]


@pytest.mark.parametrize("side", SIDES)
def test_max_pooling_takes_the_largest_of_each_dimension_never_the_padding(side: str) -> None:
    assert max_pool(*padded(side)).tolist() == [[8.0, -10.0]]


@pytest.mark.parametrize("side", SIDES)
def test_cls_is_the_first_real_token_and_the_last_token_the_last_real_one(side: str) -> None:
    assert cls_pool(*padded(side)).tolist() == [[1.0, -10.0]]
    assert last_token_pool(*padded(side)).tolist() == [[8.0, -20.0]]


@pytest.mark.parametrize("side", SIDES)
def test_the_pooler_is_the_tanh_of_a_dense_layer_over_cls(side: str) -> None:
    ((first, second),) = pooler_pool(*padded(side), half_turn()).tolist()

    assert first == pytest.approx(math.tanh(0.1 * -10 + 0.5), abs=1e-6)
    assert second == pytest.approx(math.tanh(1.0), abs=1e-6)


@pytest.mark.parametrize("side", SIDES)
def test_the_weighted_mean_gives_the_third_token_three_times_the_weight_of_the_first(side: str) -> None:
    expected = [(1 * 1 + 2 * 3 + 3 * 8) / 6, (1 * -10 + 2 * -30 + 3 * -20) / 6]

    assert weighted_mean_pool(*padded(side))[0].tolist() == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("side", SIDES)
def test_the_last_four_layers_are_averaged_over_layers_and_tokens_without_the_embeddings(side: str) -> None:
    layers = [padded(side, TOKENS * number)[0] for number in (1000, 500, 1, 2, 3, 6)]
    mask = padded(side)[1]

    assert last_layers_pool(layers, mask)[0].tolist() == pytest.approx([3 * 4.0, 3 * -20.0], abs=1e-4)


def test_a_model_of_fewer_than_four_layers_gives_the_mean_of_those_it_has() -> None:
    layers = [padded("right", TOKENS * number)[0] for number in (1000, 1, 3)]

    assert last_layers_pool(layers, padded("right")[1])[0].tolist() == pytest.approx([8.0, -40.0], abs=1e-5)


@pytest.mark.parametrize("pooling", POOLINGS)
def test_a_text_of_padding_alone_pools_to_zeros_beside_one_that_does_not(pooling: str) -> None:
    states = torch.stack([torch.ones(3, 2), TOKENS])
    mask = torch.tensor([[0, 0, 0], [1, 1, 1]])
    empty, whole = pool(pooling, [states, states], mask, half_turn())

    assert empty.tolist() == [0.0, 0.0]
    assert whole.abs().min() > 0.4


@pytest.mark.parametrize("pooling", POOLINGS)
def test_each_pooling_goes_by_its_name(pooling: str) -> None:
    before, (states, mask) = padded("left", -TOKENS)[0], padded("left")
    named = {
        "mean": mean_pool(states, mask),
        "max": max_pool(states, mask),
        "cls": cls_pool(states, mask),
        "pooler": pooler_pool(states, mask, half_turn()),
        "weighted mean": weighted_mean_pool(states, mask),
        "last token": last_token_pool(states, mask),
        "last four layers": last_layers_pool([before, before, states], mask),
    }

    assert pool(pooling, [before, before, states], mask, half_turn()).tolist() == named[pooling].tolist()


def test_a_pooling_that_is_not_there_and_a_pooler_without_its_layer_are_mistakes() -> None:
    states, mask = padded("right")

    with pytest.raises(ValueError, match="median"):
        pool("median", [states], mask)
    with pytest.raises(ValueError, match="dense layer"):
        pool("pooler", [states], mask)


def test_the_pooler_of_a_bert_gives_its_own_pooler_output() -> None:
    from transformers import BertConfig, BertModel

    torch.manual_seed(3)
    sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    model = BertModel(BertConfig(vocab_size=40, **sizes)).eval()
    ids, mask = torch.tensor([[1, 5, 9, 2], [1, 7, 2, 0]]), torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]])
    with torch.no_grad():
        output = model(input_ids=ids, attention_mask=mask)
        dense = pooler_of(model)
        assert dense is not None
        pooled = pooler_pool(output.last_hidden_state, mask, dense)

    torch.testing.assert_close(pooled, output.pooler_output, atol=1e-6, rtol=0)
    assert pooler_of(BertModel(BertConfig(vocab_size=40, **sizes), add_pooling_layer=False)) is None
