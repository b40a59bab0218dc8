"""How a head that reads all tokens weighs them, by the model and by hand."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.inspecting.records import Weighed

if TYPE_CHECKING:
    from torch import Tensor


def weigh(model: Any, states: "Tensor") -> Weighed | None:
    """Return what a PooledClassifier's head reads of last hidden states (1, n_tokens, hidden); None of other models."""
    import torch

    from engine.tagging.pooled_classifier import AttentionPooling, PooledClassifier, weighted

    if not isinstance(model, PooledClassifier):
        return None
    with torch.inference_mode():
        weights = model.pooling(states, torch.ones_like(states[:, :, 0]))
        pooled = weighted(states, weights)[0].cpu().numpy()
    rows = states[0].cpu().numpy()
    expected, how = np.full(len(rows), 1 / len(rows)), "The mean: the same for every token."
    if isinstance(model.pooling, AttentionPooling):
        expected = weights_by_hand(
            rows, *(part.detach().cpu().numpy() for part in model.pooling.parameters())
        )
        how = "Attention pooling: the softmax over the tokens of v·tanh(W·h + b)."
    error = float(np.abs(expected @ rows.astype(np.float64) - pooled).max())
    return Weighed(
        np.asarray(weights[0].cpu().numpy(), np.float32), np.asarray(pooled, np.float32), error, how
    )


def weights_by_hand(
    states: NDArray[Any], weight: NDArray[Any], bias: NDArray[Any], direction: NDArray[Any]
) -> NDArray[np.float64]:
    """Return the weights of attention pooling, softmaxₜ(v · tanh(W hₜ + b)), (n_tokens,) float64.

    states (n_tokens, dim), weight W (hidden, dim), bias b (hidden,), direction v (1, hidden). Yang et al., Hierarchical
    attention networks (2016), https://aclanthology.org/N16-1174, equations 5 and 6.
    """
    seen = np.tanh(states.astype(np.float64) @ weight.astype(np.float64).T + bias)
    scores = seen @ direction[0].astype(np.float64)
    grown = np.exp(scores - scores.max())
    return np.asarray(grown / grown.sum(), np.float64)
