"""How good a tagger is: accuracy, macro-F1 and calibration on labelled texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.progress import Steps
from engine.tagging.tagger import Tagger
from indexes.errors import SourceError

BINS = 15
"""Bins of equal width over the top probability, for the calibration error."""


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A text and the label a person gave it."""

    text: str
    label: str


def evaluate(
    tagger: Tagger, examples: Sequence[LabelledText], meanings: Mapping[str, str] | None = None
) -> Steps[dict[str, float]]:
    """Measure a tagger: texts, accuracy, macro-F1, ECE and the recall of each label, all in [0, 1] but the count.

    `meanings` says which of the tagger's labels a label of the texts means; texts with other labels are left out,
    and the tagger chooses among the labels meant only (positive against negative, say). Raises SourceError when no
    text has a label that the tagger knows.
    """
    names = dict(meanings) if meanings else {label: label for label in tagger.labels}
    kept = [example for example in examples if example.label in names]
    chosen = [label for label in tagger.labels if label in names.values()]
    if not kept or not chosen:
        found = ", ".join(sorted({example.label for example in examples})[:12])
        raise SourceError(
            f"No text has a label that the tagger “{tagger.name}” knows ({', '.join(tagger.labels)}); "
            f"found: {found}. Say what they mean with --map-labels."
        )
    probabilities = yield from tagger.tag_steps([example.text for example in kept])
    columns = [tagger.labels.index(label) for label in chosen]
    narrowed = probabilities[:, columns]
    narrowed = narrowed / narrowed.sum(1, keepdims=True)
    gold = np.array([chosen.index(names[example.label]) for example in kept])
    return measure(narrowed, gold, chosen)


def measure(
    probabilities: NDArray[np.float32], gold: NDArray[np.int64], labels: Sequence[str]
) -> dict[str, float]:
    """Return the measures of (n, n_labels) probabilities against (n,) gold label numbers."""
    predicted = probabilities.argmax(1)
    recalls = {
        f"recall {label}": float((predicted[gold == number] == number).mean())
        for number, label in enumerate(labels)
        if (gold == number).any()
    }
    return {
        "texts": float(len(gold)),
        "accuracy": float((predicted == gold).mean()),
        "macro-F1": macro_f1(predicted, gold),
        "ECE": calibration_error(probabilities, gold),
    } | recalls


def macro_f1(predicted: NDArray[np.int64], gold: NDArray[np.int64]) -> float:
    """Return the mean over the labels in `gold` of F1 = 2 tp / (2 tp + fp + fn)."""
    scores = []
    for label in np.unique(gold):
        hits = int(((predicted == label) & (gold == label)).sum())
        wrong = int(((predicted == label) != (gold == label)).sum())
        scores.append(2 * hits / (2 * hits + wrong))
    return float(np.mean(scores))


def calibration_error(probabilities: NDArray[np.float32], gold: NDArray[np.int64]) -> float:
    """Return the expected calibration error: the mean gap between top probability and accuracy, over bins.

    Naeini, Cooper and Hauskrecht, AAAI 2015; bins of equal width, each weighted by how many texts fall into it.
    """
    top = probabilities.max(1)
    right = probabilities.argmax(1) == gold
    bins = np.minimum((top * BINS).astype(int), BINS - 1)
    gaps = [
        (bins == number).mean() * abs(right[bins == number].mean() - top[bins == number].mean())
        for number in np.unique(bins)
    ]
    return float(sum(gaps))
