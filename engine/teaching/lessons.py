"""Lessons: what a tagger that can tag already learns in a second from labels that the user gave in a corpus.

A lesson corrects the tagger's logits by what is stored: scale · logit + weights · embedding + bias, held to (1, 0, 0)
by a ridge. How strongly, texts left out decide, and doing nothing is one of the choices: with few labels, or none that
tell anything new, the tagger stays as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.progress import Steps
from engine.tagging.records import TagReport
from engine.tagging.tagger_measures import report
from engine.teaching.heads import repeats
from engine.teaching.held_out import chosen, cross, joined
from engine.teaching.logistic import Fitted, Ridge, Texts, fit
from indexes.lessons import logits

NOTHING = Ridge(np.inf, np.inf)
RIDGES = (
    NOTHING,
    Ridge(np.inf, 1.0, 4.0),
    *(Ridge(strength, 1.0, 4.0) for strength in (10.0, 3.0, 1.0, 0.3)),
)
"""What a lesson is chosen from, the simplest first: none, scale and bias only, then weights held less and less."""
BETTER = 1.0
"""Standard errors by which a lesson must beat doing nothing."""
ANCHORS = 300
"""Passages without a label of the user's that a lesson is asked to leave as they are."""
ANCHOR_SHARE = 0.5
"""What all of them weigh at least, by what the given labels weigh."""
SUREST = 0.95
"""A tagger is not taken to be right more often than that."""
ONE_SIDED = 0.9
"""When more of the given labels than that say otherwise than the tagger, they are corrections only."""

NOTHING_NEW = "These labels teach nothing that would be better beyond chance; the tags stay as they are."


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """Passages as a tagger told them: probabilities (n, n_labels) and embeddings (n, dim)."""

    probabilities: NDArray[np.float32]
    embeddings: NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """A fitted lesson, None when nothing was better; and how the given labels were told without it and with it."""

    fitted: Fitted | None
    ridge: Ridge
    before: TagReport
    after: TagReport


def learn_lesson(
    given: Told, targets: NDArray[Any], others: Told, labels: Sequence[str], multi_label: bool = False
) -> Steps[Learned]:
    """Learn from targets (n, n_labels) of 0 and 1 of passages; `others` are passages that were given no label.

    The others keep a lesson from spreading: where nothing was said, what the tagger says holds.
    """
    texts = _texts(given, targets.astype(np.float64), multi_label, np.ones(len(targets)))
    weight = _anchor_weight(given, targets, others, multi_label) / max(1, len(others.embeddings))
    anchors = _texts(
        others, others.probabilities.astype(np.float64), multi_label, np.full(len(others.embeddings), weight)
    )
    crossed = yield from cross(joined(texts, anchors), RIDGES, repeats(len(targets)))
    gold = (targets if multi_label else targets.argmax(1)).astype(np.int64)
    before = report(given.probabilities, gold, labels, multi_label=multi_label)
    before = replace(before, caution=_one_sided(given, targets, multi_label) or before.caution)
    told = crossed.probabilities(BETTER)[: len(targets)]
    after = report(told, gold, labels, multi_label=multi_label)
    after = replace(after, caution=before.caution)
    choice = chosen(crossed.losses(), BETTER, crossed.texts.weights)
    if choice == 0 or after.accuracy < before.accuracy:
        return Learned(None, NOTHING, before, replace(before, caution=NOTHING_NEW))
    return Learned(fit(joined(texts, anchors), RIDGES[choice]), RIDGES[choice], before, after)


def drawn(n: int, seed: int = 0) -> NDArray[np.int64]:
    """Return which of n passages without a label of the user's a lesson looks at, rising."""
    return np.sort(np.random.default_rng(seed).permutation(n)[:ANCHORS])


def _texts(
    told: Told, targets: NDArray[np.float64], multi_label: bool, weights: NDArray[np.float64]
) -> Texts:
    offsets = logits(told.probabilities, multi_label)
    if not multi_label:
        offsets = offsets - offsets.mean(1, keepdims=True)
    return Texts(told.embeddings.astype(np.float64), targets, weights, multi_label, offsets)


def _anchor_weight(given: Told, targets: NDArray[Any], others: Told, multi_label: bool) -> float:
    """Return what the passages without a label weigh together.

    People correct what is wrong and pass over what is right. So for each correction there stand as many right tags as
    the tagger's own sureness lets expect; what is missing of them among the given labels, the others make up for.
    """
    least = ANCHOR_SHARE * len(targets)
    if multi_label or not len(others.probabilities):
        return least
    right = min(float(others.probabilities.max(1).mean()), SUREST)
    wrong = int((targets[np.arange(len(targets)), given.probabilities.argmax(1)] == 0).sum())
    return least + max(0.0, wrong * right / (1 - right) - (len(targets) - wrong))


def _one_sided(given: Told, targets: NDArray[Any], multi_label: bool) -> str:
    """Return a sentence when nearly all given labels are corrections, else ""."""
    if multi_label or len(targets) < 8:
        return ""
    wrong = targets[np.arange(len(targets)), given.probabilities.argmax(1)] == 0
    if wrong.mean() <= ONE_SIDED:
        return ""
    return "Nearly all of these labels are corrections: confirm some right tags too, to measure it fairly."
