"""Logistic regression of a text's labels on its embedding: one of several labels by softmax, or several by sigmoids.

logits = scale · offsets + weights · embedding + bias. Offsets are what is known before: nothing for a tagger of its
own, a tagger's logits for a lesson that corrects it. Fitted by L-BFGS on the penalised likelihood (Byrd et al. 1995).
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BIAS_STRENGTH = 0.01
"""Holds back the bias of a label without texts, which would fall for ever."""
ITERATIONS = 200
TOLERANCE = 1e-4
"""The greatest slope at the end, shared among the texts."""


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """What to fit to: embeddings (n, dim), targets (n, n_labels) in [0, 1], weights (n,) of the texts.

    Of one label the targets of a text sum to 1. offsets (n, n_labels) are logits, None for zeros; then the scale is not
    fitted either.
    """

    embeddings: Floats
    targets: Floats
    weights: Floats
    multi_label: bool = False
    offsets: Floats | None = None

    def rows(self, chosen: NDArray[np.bool_]) -> "Texts":
        """Return the texts where (n,) `chosen` holds."""
        return replace(
            self,
            embeddings=self.embeddings[chosen],
            targets=self.targets[chosen],
            weights=self.weights[chosen],
            offsets=None if self.offsets is None else self.offsets[chosen],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """What was fitted: scale of the offsets, weights (n_labels, dim), bias (n_labels,)."""

    scale: float
    weights: Floats
    bias: Floats

    def logits(self, texts: Texts) -> Floats:
        """Return (n, n_labels) logits."""
        known = 0 if texts.offsets is None else self.scale * texts.offsets
        return np.asarray(known + texts.embeddings @ self.weights.T + self.bias, np.float64)


@dataclass(frozen=True, slots=True)
class Ridge:
    """How strongly each part is held to where it starts: the weights and the bias to 0, the scale to 1.

    Strengths are those of a penalty of ½ · strength · (distance)², against a loss in nats by text; `weights` inf keeps
    the weights at 0, `bias` inf all that is fitted.
    """

    weights: float
    bias: float = BIAS_STRENGTH
    scale: float = 1.0


def fit(texts: Texts, ridge: Ridge, start: Fitted | None = None) -> Fitted:
    """Fit to texts; the same texts give the same numbers. `start` saves steps and changes nothing else."""
    labels, dim = texts.targets.shape[1], texts.embeddings.shape[1]
    nothing = Fitted(1.0, np.zeros((labels, dim)), np.zeros(labels))
    if np.isinf(ridge.bias) or not len(texts.targets):
        return nothing
    if np.isinf(ridge.weights):
        bare = replace(texts, embeddings=np.zeros((len(texts.targets), 0)))
        fitted = _minimum(bare, ridge, None)
        return Fitted(fitted.scale, nothing.weights, fitted.bias)
    narrow, axes = narrowed(texts)
    if axes is None:
        return _minimum(texts, ridge, start)
    fitted = _minimum(narrow, ridge, None)
    return Fitted(fitted.scale, fitted.weights @ axes, fitted.bias)


def narrowed(texts: Texts) -> tuple[Texts, Floats | None]:
    """Return texts with embeddings along axes of their own, and the axes (k, dim); as they are, None, if they are many.

    The weights that a ridge finds lie in the span of the embeddings: with fewer texts than dimensions that is smaller.
    """
    n, dim = texts.embeddings.shape
    if n * 3 > dim * 2:
        return texts, None
    axes = np.linalg.svd(texts.embeddings, full_matrices=False)[2]
    return replace(texts, embeddings=texts.embeddings @ axes.T), axes


def mean_losses(logits: Floats, targets: Floats, multi_label: bool) -> Floats:
    """Return (n,) losses in nats: cross-entropy of the label, or its mean over labels of which several may hold."""
    if multi_label:
        return np.asarray((np.logaddexp(0, logits) - targets * logits).mean(1))
    return np.asarray(_log_sum(logits) - (targets * logits).sum(1))


def _minimum(texts: Texts, ridge: Ridge, start: Fitted | None) -> Fitted:
    from scipy.optimize import minimize

    labels, dim = texts.targets.shape[1], texts.embeddings.shape[1]
    inputs = np.hstack([texts.embeddings, np.ones((len(texts.targets), 1))])
    penalty = np.full((labels, dim + 1), ridge.weights)
    penalty[:, -1] = ridge.bias

    def loss(flat: Floats) -> tuple[float, Floats]:
        matrix = flat[1:].reshape(labels, dim + 1)
        moved = inputs @ matrix.T
        logits = moved if texts.offsets is None else moved + flat[0] * texts.offsets
        errors = _errors(logits, texts) * texts.weights[:, None]
        values = _losses(logits, texts) @ texts.weights
        held = penalty * matrix
        value = values + 0.5 * float((held * matrix).sum()) + 0.5 * ridge.scale * (flat[0] - 1) ** 2
        slope = np.empty_like(flat)
        slope[0] = (
            0 if texts.offsets is None else ridge.scale * (flat[0] - 1) + (errors * texts.offsets).sum()
        )
        slope[1:] = (errors.T @ inputs + held).ravel()
        return value, slope

    first = np.zeros(1 + labels * (dim + 1))
    first[0] = 1
    if start is not None:
        first[0] = start.scale
        first[1:] = np.hstack([start.weights, start.bias[:, None]]).ravel()
    options = {"maxiter": ITERATIONS, "gtol": TOLERANCE * max(1.0, float(texts.weights.sum())), "maxcor": 20}
    found = minimize(loss, first, jac=True, method="L-BFGS-B", options=options).x
    matrix = found[1:].reshape(labels, dim + 1)
    return Fitted(float(found[0]), matrix[:, :-1].copy(), matrix[:, -1].copy())


def _losses(logits: Floats, texts: Texts) -> Floats:
    """Return (n,) losses summed over labels, which is what is fitted."""
    losses = mean_losses(logits, texts.targets, texts.multi_label)
    return losses * logits.shape[1] if texts.multi_label else losses


def _errors(logits: Floats, texts: Texts) -> Floats:
    """Return the slope of the loss by each logit, (n, n_labels): probability - target."""
    if texts.multi_label:
        return np.asarray(0.5 * (1 + np.tanh(logits / 2)) - texts.targets)
    shifted = np.exp(logits - logits.max(1, keepdims=True))
    return np.asarray(shifted / shifted.sum(1, keepdims=True) - texts.targets)


def _log_sum(logits: Floats) -> Floats:
    top = logits.max(1)
    return np.asarray(top + np.log(np.exp(logits - top[:, None]).sum(1)))
