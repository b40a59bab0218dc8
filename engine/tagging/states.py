"""How far tags can be relied on, from their probabilities alone; numpy only, so that the window uses it too."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.tagging.records import TagState

SURE, UNSURE, MIXED = 0, 1, 2
STATES = (TagState.SURE, TagState.UNSURE, TagState.MIXED)
"""TagState by number."""
POLES = ("negative", "positive")
BOTH_FROM = 0.3
"""Probability that both poles of a mixed text have at least, when only its probabilities are known.

Two film sentences of one mood and two of the other, read at once, come out mixed in 21 of 100 texts, and four of one
mood in 3 (tests/benchmarks/mixed_texts.py). Sentences tell far more: see SHARE_OF_LESSER.
"""
NEUTRAL_TO = 0.35
"""Probability that neutral has in a mixed text at most: what is neither says not both."""
DECIDED = 0.7
"""Probability from which a part of a text, a sentence or a window, says a pole."""
SHARE_OF_LESSER = 0.2
"""Share of the lesser pole, by length, in what the parts of a mixed text say.

By its sentences a text of two and two film sentences is found in 69 of 100 cases, with false alarms in 6. A longer one
is judged by its windows: one of ten sentences that are half and half is found in 85, one that turns with its last two
in 38, with false alarms in 4, and of whole film reviews 16 count as mixed; by their sentences it would be 32
(tests/benchmarks/mixed_texts.py).
"""


def states(
    probabilities: NDArray[np.float32],
    labels: Sequence[str],
    unsure_below: float,
    multi_label: bool = False,
) -> NDArray[np.int8]:
    """Return (n,) int8 of SURE, UNSURE and MIXED for probabilities (n, n_labels).

    Unsure: the likeliest label is less likely than `unsure_below`; of several labels, each a chance of its own, the
    least decided one is. Mixed, which only tags of sentiment can be: both poles are likely, and neutral is not.
    """
    if not len(probabilities):
        return np.zeros(0, np.int8)
    decided = np.maximum(probabilities, 1 - probabilities).min(1)  # of its labels the least so
    sureness = decided if multi_label else probabilities.max(1)
    found = np.where(sureness < unsure_below, UNSURE, SURE)
    poles = pole_columns(labels, multi_label)
    if poles is not None:
        negative, positive = probabilities[:, poles[0]], probabilities[:, poles[1]]
        both = (np.minimum(negative, positive) >= BOTH_FROM) & (1 - negative - positive <= NEUTRAL_TO)
        found = np.where(both, MIXED, found)
    return found.astype(np.int8)


def says_both(
    parts: NDArray[np.float32], weights: NDArray[np.float64], labels: Sequence[str], multi_label: bool = False
) -> bool:
    """Say whether the parts of a text, sentences or windows, are decidedly of opposite poles.

    parts (n, n_labels) probabilities, weights (n,) their lengths.
    """
    poles = pole_columns(labels, multi_label)
    if poles is None or len(parts) < 2:
        return False
    said = [float(weights[parts[:, pole] >= DECIDED].sum()) for pole in poles]
    return min(said) > 0 and min(said) / sum(said) >= SHARE_OF_LESSER


def pole_columns(labels: Sequence[str], multi_label: bool = False) -> tuple[int, int] | None:
    """Return the columns of negative and positive, of a tagger of sentiment; None of any other."""
    if multi_label or not set(POLES) <= set(labels) <= {*POLES, "neutral"}:
        return None
    return labels.index(POLES[0]), labels.index(POLES[1])
