"""Heads over the frozen token embeddings of texts: one that learns which tokens to look at, beside [CLS] and the mean.

The weighing ones are those of engine/tagging/pooled_classifier.py. All heads are trained in the same way.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from engine.progress import Progress, Steps
from engine.tagging.pooled_classifier import AttentionPooling, MeanPooling, weighted

HEADS = ("cls", "pooler", "mean", "attention")
"""A linear layer over: [CLS]; tanh(W·h_CLS + b), trained with it; the mean; the weighted sum."""

States = NDArray[np.floating]
"""The token embeddings of a text, (n_tokens, dim), [CLS] first."""


@dataclass(frozen=True, slots=True)
class HeadSettings:
    """How to train a head; `dropout` is of what the linear layer reads."""

    seed: int = 0
    epochs: int = 20
    learning_rate: float = 2e-3
    weight_decay: float = 0.01
    dropout: float = 0.1
    batch: int = 32


class TokenHead(nn.Module):
    """One of HEADS, from token embeddings to the scores of labels."""

    def __init__(self, kind: str, dim: int, labels: int) -> None:
        super().__init__()
        self.dense = nn.Linear(dim, dim) if kind == "pooler" else None
        self.pooling = {"mean": MeanPooling, "attention": lambda: AttentionPooling(dim)}.get(kind, First)()
        if isinstance(self.pooling, AttentionPooling):
            self.pooling.begin_as_mean()
        self.classifier = nn.Linear(dim, labels)

    def forward(self, states: Tensor, mask: Tensor, dropout: float = 0.0) -> Tensor:
        """Return (b, n_labels) of states (b, t, dim) and mask (b, t)."""
        pooled = weighted(states, self.pooling(states, mask))
        if self.dense:
            pooled = torch.tanh(self.dense(pooled))
        scores: Tensor = self.classifier(functional.dropout(pooled, dropout))
        return scores

    def weights(self, text: States) -> NDArray[np.float32]:
        """Return how much the head looks at each token of a text, (n_tokens,), together 1."""
        with torch.inference_mode():
            found: NDArray[np.float32] = self.pooling(*_padded([text]))[0].numpy()
        return found


class First(nn.Module):
    """Looks at [CLS] alone."""

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """Return the weights (b, t), 1 for the first token and 0 for all others."""
        weights = torch.zeros_like(mask)
        weights[:, 0] = 1
        return weights


def accuracy(head: TokenHead, texts: Sequence[States], gold: Sequence[int]) -> float:
    """Return the share of texts whose best label is the gold one."""
    with torch.inference_mode():
        told = [int(head(*_padded([text])).argmax()) for text in texts]
    return float(np.mean(np.array(told) == np.array(gold)))


def train_head(
    kind: str, texts: Sequence[States], gold: Sequence[int], settings: HeadSettings | None = None
) -> Steps[TokenHead]:
    """Train one of HEADS on the token embeddings of texts and their labels, numbered from 0.

    AdamW for a fixed number of epochs, the rate falling to 0; nothing is chosen on held-out texts. The same input,
    settings and versions give the same head on one machine.
    """
    settings = settings or HeadSettings()
    torch.manual_seed(settings.seed)
    chance = random.Random(settings.seed)
    head = TokenHead(kind, texts[0].shape[1], max(gold) + 1)
    optimiser = torch.optim.AdamW(
        head.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
    )
    steps = settings.epochs * -(-len(texts) // settings.batch)
    falling = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.01, steps)
    for epoch in range(settings.epochs):
        for rows in _batches(texts, settings.batch, chance):
            scores = head(*_padded([texts[row] for row in rows]), dropout=settings.dropout)
            loss = functional.cross_entropy(scores, torch.tensor([gold[row] for row in rows]))
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            falling.step()
        yield Progress("Training", epoch + 1, settings.epochs, "epochs", f"loss {float(loss.detach()):.3f}")
    return head


def _padded(texts: Sequence[States]) -> tuple[Tensor, Tensor]:
    """Return texts as (b, t, dim) float32, zeros after their ends, and (b, t) float32, 1 where they are."""
    lengths = torch.tensor([len(states) for states in texts])
    rows = [torch.from_numpy(np.asarray(states, np.float32)) for states in texts]
    padded = nn.utils.rnn.pad_sequence(rows, batch_first=True)
    return padded, (torch.arange(padded.shape[1])[None] < lengths[:, None]).float()


def _batches(texts: Sequence[States], size: int, chance: random.Random) -> Iterator[list[int]]:
    """Yield rows of texts of like length, in a random order."""
    order = sorted(range(len(texts)), key=lambda row: (len(texts[row]), chance.random()))
    batches = [order[start : start + size] for start in range(0, len(order), size)]
    chance.shuffle(batches)
    yield from batches
