"""Attention pooling: a head that learns which tokens of a text to look at, beside heads over [CLS] and the mean.

Over the frozen token embeddings h₁ … hₙ of a text the weights are softmaxₜ(v · tanh(W hₜ + b)), and the head reads the
weighted sum (Lin et al. 2017, A structured self-attentive sentence embedding, https://arxiv.org/abs/1703.03130; Yang
et al. 2016, Hierarchical attention networks, https://aclanthology.org/N16-1174). All heads are trained in the same way.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.progress import Progress, Steps

if TYPE_CHECKING:
    from torch import Tensor

HEADS = ("cls", "pooler", "mean", "attention")
"""A linear layer over: [CLS]; tanh(W·h_CLS + b), trained with it; the mean; the weighted sum."""

States = NDArray[np.floating]
"""The token embeddings of a text, (n_tokens, dim), [CLS] first."""


@dataclass(frozen=True, slots=True)
class HeadSettings:
    """How to train a head. `hidden` is the width of tanh(W hₜ + b); `dropout` is of what the linear layer reads."""

    seed: int = 0
    epochs: int = 20
    learning_rate: float = 2e-3
    weight_decay: float = 0.01
    dropout: float = 0.1
    hidden: int = 64
    batch: int = 32


@dataclass(frozen=True, slots=True)
class TokenHead:
    """A trained head: `tensors` by name, float32; see `weights` and `logits` for what they are."""

    kind: str
    tensors: Mapping[str, NDArray[np.float32]]

    def weights(self, states: States) -> NDArray[np.float64]:
        """Return how much the head looks at each token, (n_tokens,), together 1."""
        count = len(states)
        if self.kind == "mean":
            return np.full(count, 1 / count, np.float64)
        if self.kind != "attention":
            first: NDArray[np.float64] = np.eye(1, count, dtype=np.float64)[0]
            return first
        hidden = np.tanh(self._linear("score", np.asarray(states, np.float64)))
        scores = hidden @ self.tensors["direction"].astype(np.float64)
        grown = np.exp(scores - scores.max())
        share: NDArray[np.float64] = grown / grown.sum()
        return share

    def logits(self, states: States) -> NDArray[np.float64]:
        """Return the scores of the labels, (n_labels,), before the softmax."""
        pooled = self.weights(states) @ np.asarray(states, np.float64)
        if self.kind == "pooler":
            pooled = np.tanh(self._linear("dense", pooled))
        return self._linear("classifier", pooled)

    def _linear(self, name: str, values: NDArray[np.float64]) -> NDArray[np.float64]:
        weight, bias = self.tensors[f"{name}.weight"], self.tensors[f"{name}.bias"]
        result: NDArray[np.float64] = values @ weight.astype(np.float64).T + bias
        return result


def accuracy(head: TokenHead, texts: Sequence[States], gold: Sequence[int]) -> float:
    """Return the share of texts whose best label is the gold one."""
    return float(
        np.mean([head.logits(states).argmax() == label for states, label in zip(texts, gold, strict=True)])
    )


def train_head(
    kind: str, texts: Sequence[States], gold: Sequence[int], settings: HeadSettings | None = None
) -> Steps[TokenHead]:
    """Train one of HEADS on the token embeddings of texts and their labels, numbered from 0.

    AdamW for a fixed number of epochs, the rate falling to 0; nothing is chosen on held-out texts. The same input,
    settings and versions give the same head on one machine. Attention begins as the mean, since v begins as 0.
    """
    import torch
    from torch.nn import functional

    settings = settings or HeadSettings()
    torch.manual_seed(settings.seed)
    chance = random.Random(settings.seed)
    parameters = _begin(kind, texts[0].shape[1], max(gold) + 1, settings.hidden)
    optimiser = torch.optim.AdamW(
        parameters.values(), lr=settings.learning_rate, weight_decay=settings.weight_decay
    )
    steps = settings.epochs * -(-len(texts) // settings.batch)
    falling = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.01, steps)
    for epoch in range(settings.epochs):
        for rows in _batches(texts, settings.batch, chance):
            pooled = _pooled(kind, parameters, *_padded([texts[row] for row in rows]))
            read = functional.dropout(pooled, settings.dropout)
            logits = functional.linear(read, parameters["classifier.weight"], parameters["classifier.bias"])
            loss = functional.cross_entropy(logits, torch.tensor([gold[row] for row in rows]))
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            falling.step()
        yield Progress("Training", epoch + 1, settings.epochs, "epochs", f"loss {float(loss.detach()):.3f}")
    return TokenHead(kind, {name: tensor.detach().numpy() for name, tensor in parameters.items()})


def _begin(kind: str, dim: int, labels: int, hidden: int) -> "dict[str, Tensor]":
    import torch

    def linear(name: str, wide: int, narrow: int) -> "dict[str, Tensor]":
        layer = torch.nn.Linear(wide, narrow)
        return {f"{name}.weight": layer.weight, f"{name}.bias": layer.bias}

    parameters = linear("classifier", dim, labels)
    if kind == "pooler":
        parameters |= linear("dense", dim, dim)
    if kind == "attention":
        parameters |= linear("score", dim, hidden)
        parameters["direction"] = torch.nn.Parameter(torch.zeros(hidden))
    return parameters


def _pooled(kind: str, parameters: "Mapping[str, Tensor]", states: "Tensor", mask: "Tensor") -> "Tensor":
    """Return what the linear layer reads: states (b, t, dim), mask (b, t) bool → (b, dim)."""
    import torch
    from torch.nn import functional

    if kind == "mean":
        return states.sum(1) / mask.sum(1, keepdim=True)
    if kind == "cls":
        return states[:, 0]
    if kind == "pooler":
        return torch.tanh(
            functional.linear(states[:, 0], parameters["dense.weight"], parameters["dense.bias"])
        )
    hidden = torch.tanh(functional.linear(states, parameters["score.weight"], parameters["score.bias"]))
    scores = (hidden @ parameters["direction"]).masked_fill(~mask, float("-inf"))
    return (torch.softmax(scores, dim=1).unsqueeze(1) @ states).squeeze(1)


def _padded(texts: Sequence[States]) -> "tuple[Tensor, Tensor]":
    """Return texts as (b, t, dim) float32, zeros after their ends, and (b, t) bool where they are."""
    import torch

    lengths = torch.tensor([len(states) for states in texts])
    rows = [torch.from_numpy(np.asarray(states, np.float32)) for states in texts]
    padded = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)
    return padded, torch.arange(padded.shape[1])[None] < lengths[:, None]


def _batches(texts: Sequence[States], size: int, chance: random.Random) -> Iterator[list[int]]:
    """Yield rows of texts of like length, in a random order."""
    order = sorted(range(len(texts)), key=lambda row: (len(texts[row]), chance.random()))
    batches = [order[start : start + size] for start in range(0, len(order), size)]
    chance.shuffle(batches)
    yield from batches
