"""Heads over frozen tokens: what each reads, and attention on texts where one token says it all."""

import math

import numpy as np
import pytest
import torch

from engine.progress import finish
from tests.benchmarks.attention_heads import HEADS, HeadSettings, TokenHead, accuracy, train_head


def marked(count: int, seed: int) -> tuple[list[np.ndarray], list[int]]:
    """Texts of 6 to 12 tokens of which one, marked in the second dimension, tells the label in the first.

    All others say something else there, louder; [CLS] says nothing.
    """
    chance = np.random.default_rng(seed)
    texts, gold = [], []
    for _ in range(count):
        states = np.zeros((int(chance.integers(6, 13)), 4))
        states[1:, 0] = chance.normal(0, 2, len(states) - 1)
        label, place = int(chance.integers(2)), int(chance.integers(1, len(states)))
        states[place, :2] = 2 * label - 1, 3
        texts.append(states)
        gold.append(label)
    return texts, gold


def test_the_pooler_is_tanh_of_a_dense_layer_over_the_first_token() -> None:
    head = TokenHead("pooler", 2, 2)
    assert head.dense
    with torch.no_grad():
        head.dense.weight.copy_(torch.tensor([[0.0, 1.0], [1.0, 0.0]]))
        head.dense.bias.copy_(torch.tensor([0.25, 0.0]))
        head.classifier.weight.copy_(torch.eye(2))
        head.classifier.bias.copy_(torch.tensor([0.0, 0.5]))
        scores = head(torch.tensor([[[1.0, 0.0], [0.0, 2.0]]]), torch.ones(1, 2))

    assert head.weights(np.eye(3, 2)).tolist() == [1, 0, 0]
    assert scores[0].tolist() == pytest.approx([math.tanh(0.25), math.tanh(1) + 0.5])


def test_attention_learns_which_token_to_look_at_where_the_mean_and_cls_cannot_tell() -> None:
    texts, gold = marked(200, seed=1)
    unseen, expected = marked(200, seed=2)
    settings = HeadSettings(epochs=20, learning_rate=2e-2)
    kinds = ("cls", "mean", "attention")
    heads = {kind: finish(train_head(kind, texts, gold, settings)) for kind in kinds}
    found = {kind: accuracy(head, unseen, expected) for kind, head in heads.items()}

    assert found["attention"] > 0.97
    assert found["cls"] < 0.6
    assert found["mean"] < 0.8
    looked_at = {}
    for label in (0, 1):
        looked_at[label] = np.mean(
            [
                heads["attention"].weights(states).argmax() == states[:, 1].argmax()
                for states, own in zip(unseen, expected, strict=True)
                if own == label
            ]
        )
    assert (
        max(looked_at.values()) > 0.95
    )  # one label's mark is enough: where it is not, the text has the other


@pytest.mark.parametrize("kind", HEADS)
def test_a_head_says_of_each_text_alone_what_it_learned_in_padded_batches(kind: str) -> None:
    texts = [np.tile([[sign, 1.0]], (length, 1)) for length in (2, 5, 9) for sign in (-1.0, 1.0)]
    gold = [0, 1] * 3
    settings = HeadSettings(epochs=20, learning_rate=5e-2, dropout=0.0)
    first, again = (finish(train_head(kind, texts, gold, settings)) for _ in range(2))

    assert accuracy(first, texts, gold) == 1.0
    for name, tensor in first.state_dict().items():
        torch.testing.assert_close(tensor, again.state_dict()[name], rtol=0, atol=0)
