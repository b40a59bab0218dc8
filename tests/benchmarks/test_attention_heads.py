"""Attention pooling against sums worked out by hand, and on texts where one token says it all."""

import math

import numpy as np
import pytest

from engine.progress import finish
from tests.benchmarks.attention_heads import HEADS, HeadSettings, TokenHead, accuracy, train_head

STATES = np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 1.0]])
CLASSIFIER = {
    "classifier.weight": np.float32([[1, 0], [0, 1]]),
    "classifier.bias": np.float32([0, 0.5]),
}


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


def test_attention_weights_and_logits_are_those_worked_out_by_hand() -> None:
    head = TokenHead(
        "attention",
        CLASSIFIER
        | {
            "score.weight": np.float32([[0.5, 0], [0, 0.25]]),
            "score.bias": np.float32([0, 0.1]),
            "direction": np.float32([1, -2]),
        },
    )
    scores = [math.tanh(0.5 * x) - 2 * math.tanh(0.25 * y + 0.1) for x, y in STATES]
    total = sum(math.exp(score) for score in scores)
    weights = [math.exp(score) / total for score in scores]
    pooled = [sum(w * state[d] for w, state in zip(weights, STATES, strict=True)) for d in (0, 1)]

    assert head.weights(STATES).tolist() == pytest.approx(weights, abs=1e-6)
    assert head.logits(STATES).tolist() == pytest.approx([pooled[0], pooled[1] + 0.5], abs=1e-6)


def test_the_other_heads_look_at_cls_or_at_all_tokens_alike() -> None:
    dense = {"dense.weight": np.float32([[0, 1], [1, 0]]), "dense.bias": np.float32([0.25, 0])}

    assert TokenHead("mean", CLASSIFIER).weights(STATES).tolist() == pytest.approx([1 / 3] * 3)
    assert TokenHead("mean", CLASSIFIER).logits(STATES).tolist() == pytest.approx([4 / 3, 1.5])
    assert TokenHead("cls", CLASSIFIER).weights(STATES).tolist() == [1, 0, 0]
    assert TokenHead("pooler", CLASSIFIER | dense).logits(STATES).tolist() == pytest.approx(
        [math.tanh(0.25), math.tanh(1) + 0.5]
    )


def test_attention_learns_which_token_to_look_at_where_the_mean_and_cls_cannot_tell() -> None:
    texts, gold = marked(200, seed=1)
    unseen, expected = marked(200, seed=2)
    settings = HeadSettings(epochs=20, learning_rate=2e-2, hidden=16)
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
    settings = HeadSettings(epochs=20, learning_rate=5e-2, dropout=0.0, hidden=4)
    first, again = (finish(train_head(kind, texts, gold, settings)) for _ in range(2))

    assert accuracy(first, texts, gold) == 1.0
    for name, tensor in first.tensors.items():
        np.testing.assert_array_equal(tensor, again.tensors[name])


def test_attention_begins_as_the_mean() -> None:
    texts, gold = marked(4, seed=3)
    head = finish(train_head("attention", texts, gold, HeadSettings(epochs=0)))

    assert head.weights(STATES.repeat(2, axis=1)).tolist() == pytest.approx([1 / 3] * 3)
