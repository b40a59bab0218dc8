"""Held out: how well texts are told that are left out of what is fitted, and the strength of ridge they ask for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.progress import Progress, Steps
from engine.teaching.logistic import Fitted, Floats, Ridge, Texts, fit, mean_losses, narrowed
from indexes.lessons import probabilities_of

FOLDS = 5
FOLDS_OF_MANY = 3
HOLDS = 0.5
MANY = 400
"""Texts from which on fewer folds do, and cost less."""


@dataclass(frozen=True, slots=True, eq=False)
class Crossed:
    """What each choice of ridge says of each text left out: logits (n_choices, n_repeats, n, n_labels)."""

    logits: Floats
    folds: NDArray[np.int64]
    texts: Texts

    def losses(self) -> Floats:
        """Return (n_choices, n) losses in nats, each the mean over the repeats."""
        choices, repeats, n, labels = self.logits.shape
        targets = np.broadcast_to(self.texts.targets, (choices, repeats, n, labels)).reshape(-1, labels)
        flat = mean_losses(self.logits.reshape(-1, labels), targets, self.texts.multi_label)
        return np.asarray(flat.reshape(choices, repeats, n).mean(1), np.float64)

    def probabilities(self, better: float = 0.0) -> NDArray[np.float32]:
        """Return (n, n_labels) probabilities of texts left out, the ridge chosen without them too.

        For each fold the choice is made by the other folds, and the repeats are averaged: so the measure does not
        profit from the choice.
        """
        losses = self.losses()
        _, repeats, n, labels = self.logits.shape
        told = np.zeros((n, labels))
        for repeat in range(repeats):
            for fold in range(int(self.folds[repeat].max()) + 1):
                here = self.folds[repeat] == fold
                choice = chosen(losses[:, ~here], better, self.texts.weights[~here])
                told[here] += probabilities_of(self.logits[choice, repeat, here], self.texts.multi_label)
        return np.asarray(told / repeats, np.float32)


def chosen(losses: Floats, better: float = 0.0, weights: Floats | None = None) -> int:
    """Return which of (n_choices, n) losses, the simplest choice first, is the one to take.

    The one of the least mean, weighted by (n,) `weights`; but the first one unless that is better than it by more than
    `better` standard errors.
    """
    if not losses.shape[1]:
        return 0
    share = np.ones(losses.shape[1]) if weights is None else weights
    share = share / share.sum()
    best = int((losses @ share).argmin())
    gain = losses[0] - losses[best]
    mean = float(gain @ share)
    error = float(np.sqrt((share**2 * (gain - mean) ** 2).sum())) if len(gain) > 1 else np.inf
    return best if better == 0 or mean > better * error else 0


def cross(
    texts: Texts,
    choices: Sequence[Ridge],
    repeats: int,
    seed: int = 0,
    only: NDArray[np.bool_] | None = None,
    step: str = "Learning",
) -> Steps[Crossed]:
    """Leave each text out in turn, `repeats` times in folds of its own, for each choice of ridge.

    `only`: where (n,) it does not hold, a text is told and never fitted to.
    """
    texts = narrowed(texts)[0]
    n, labels = texts.targets.shape
    logits = np.zeros((len(choices), repeats, n, labels))
    count = FOLDS if n < MANY else FOLDS_OF_MANY
    folds = np.stack([stratified(texts.targets, count, seed + repeat) for repeat in range(repeats)])
    total = repeats * (int(folds.max()) + 1)
    for repeat in range(repeats):
        for fold in range(int(folds[repeat].max()) + 1):
            here = folds[repeat] == fold
            fitted_to, left = texts.rows(~here if only is None else ~here & only), texts.rows(here)
            fitted: Fitted | None = None
            for number, ridge in enumerate(choices):
                fitted = fit(fitted_to, ridge, fitted)
                logits[number, repeat, here] = fitted.logits(left)
            yield Progress(step, repeat * (int(folds.max()) + 1) + fold + 1, total, "rounds")
    return Crossed(logits, folds, texts)


def stratified(targets: Floats, folds: int, seed: int) -> NDArray[np.int64]:
    """Return the fold of each text (n,), each label spread evenly over the folds, at random by the seed.

    Of several labels the rarest of a text is the one that is spread; a label holds from a target of ½ on.
    """
    chance = np.random.default_rng(seed)
    holds = targets >= HOLDS
    rarity = np.where(holds, holds.sum(0), np.inf)
    first = np.where(np.isfinite(rarity).any(1), rarity.argmin(1), targets.shape[1])
    numbers = np.zeros(len(targets), np.int64)
    shuffled = chance.permutation(len(targets))
    order = shuffled[np.argsort(first[shuffled], kind="stable")]
    numbers[order] = np.arange(len(targets)) % min(folds, max(2, len(targets)))
    return numbers


def joined(texts: Texts, others: Texts) -> Texts:
    """Return two lots of texts as one."""
    offsets = None
    if texts.offsets is not None and others.offsets is not None:
        offsets = np.concatenate([texts.offsets, others.offsets])
    return Texts(
        np.concatenate([texts.embeddings, others.embeddings]),
        np.concatenate([texts.targets, others.targets]),
        np.concatenate([texts.weights, others.weights]),
        texts.multi_label,
        offsets,
    )
