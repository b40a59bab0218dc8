"""Pooling: the ways from token embeddings to one vector for a text.

Every function takes states (b, t, dim) float and mask (b, t), 1 for real tokens and 0 for padding on either side, and
returns (b, dim); [CLS] and [SEP] are real tokens. A row without any real token gives zeros. Nothing is scaled to unit
length here.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Linear

POOLINGS = ("mean", "max", "cls", "pooler", "weighted mean", "last token", "last four layers")
"""What they are called, the usual one first."""
LAYERS = 4
"""Layers that “last four layers” takes the mean of."""


def pool(pooling: str, layers: "Sequence[Tensor]", mask: "Tensor", dense: "Linear | None" = None) -> "Tensor":
    """Pool in one of POOLINGS. `layers` are the hidden states, the embeddings' first and the last layer's last.

    `dense` is the model's own layer over [CLS], which only “pooler” looks at (`pooler_of`); the earlier hidden states
    are looked at by “last four layers” only, so one that has none may be given the last alone.
    """
    states = layers[-1]
    match pooling:
        case "mean":
            return mean_pool(states, mask)
        case "max":
            return max_pool(states, mask)
        case "cls":
            return cls_pool(states, mask)
        case "pooler":
            if dense is None:
                raise ValueError("pooling by the pooler needs the model's dense layer over [CLS]")
            return pooler_pool(states, mask, dense)
        case "weighted mean":
            return weighted_mean_pool(states, mask)
        case "last token":
            return last_token_pool(states, mask)
        case "last four layers":
            return last_layers_pool(layers, mask)
    raise ValueError(f"no pooling is called {pooling!r}; there are {', '.join(POOLINGS)}")


def mean_pool(states: "Tensor", mask: "Tensor") -> "Tensor":
    """Return the mean over real tokens: what sentence encoders are mostly trained with.

    Reimers and Gurevych, Sentence-BERT (2019), https://arxiv.org/abs/1908.10084, section 3.
    """
    weights = mask.unsqueeze(-1).to(states.dtype)
    return (states * weights).sum(1) / weights.sum(1).clamp(min=1e-9)


def max_pool(states: "Tensor", mask: "Tensor") -> "Tensor":
    """Return the largest value of each dimension over real tokens (Sentence-BERT's MAX strategy, as above)."""
    real = mask.bool().unsqueeze(-1)
    highest = states.masked_fill(~real, float("-inf")).max(1).values
    return highest.masked_fill(~real.any(1), 0.0)


def cls_pool(states: "Tensor", mask: "Tensor") -> "Tensor":
    """Return the state of the first real token, BERT's [CLS].

    Devlin et al., BERT (2018), https://arxiv.org/abs/1810.04805, section 3.
    """
    return _at(states, mask, mask.bool().long().argmax(1))


def pooler_pool(states: "Tensor", mask: "Tensor", dense: "Linear") -> "Tensor":
    """Return tanh(W·h + b) with h the state of [CLS]: BERT's `pooler_output`, trained for next-sentence prediction.

    Devlin et al. (2018), as above; the tanh is in their published code, modeling.py.
    """
    import torch

    pooled = torch.tanh(dense(cls_pool(states, mask)))
    return pooled * mask.any(1, keepdim=True).to(pooled.dtype)


def weighted_mean_pool(states: "Tensor", mask: "Tensor") -> "Tensor":
    """Return Σ wᵢhᵢ with wᵢ = i / Σ i over real tokens i = 1 … n: later ones, which a GPT lets see more, count more.

    Muennighoff, SGPT (2022), https://arxiv.org/abs/2202.08904, equation 2.
    """
    places = mask.long().cumsum(1) * mask
    weights = places.unsqueeze(-1).to(states.dtype)
    return (states * weights).sum(1) / weights.sum(1).clamp(min=1e-9)


def last_token_pool(states: "Tensor", mask: "Tensor") -> "Tensor":
    """Return the state of the last real token: [SEP] in a BERT, in a GPT the one token that has seen all others.

    Muennighoff (2022), as above, section 3.1.
    """
    last = mask.shape[1] - 1 - mask.bool().long().flip(1).argmax(1)
    return _at(states, mask, last)


def last_layers_pool(layers: "Sequence[Tensor]", mask: "Tensor") -> "Tensor":
    """Return the mean over real tokens of the mean of the last four layers, or of all where there are fewer.

    Devlin et al. (2018), as above, section 5.3, where their sum (in direction the same as the mean) and their
    concatenation are the best features of a frozen BERT. `layers` begin with the embeddings, which are no layer.
    """
    last = list(layers[1:] or layers)[-LAYERS:]
    mean = last[0]
    for states in last[1:]:
        mean = mean + states
    return mean_pool(mean / len(last), mask)


def pooler_of(model: object) -> "Linear | None":
    """Return the dense layer over [CLS] of a transformers model, None when it has none."""
    dense = getattr(getattr(model, "pooler", None), "dense", None)
    return dense if getattr(dense, "weight", None) is not None else None


def _at(states: "Tensor", mask: "Tensor", places: "Tensor") -> "Tensor":
    """Return row i's state at places[i], zeros where there is no real token."""
    import torch

    chosen = states[torch.arange(len(states), device=states.device), places]
    return chosen * mask.any(1, keepdim=True).to(states.dtype)
