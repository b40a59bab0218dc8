"""How good a tagger is: accuracy, macro-F1, calibration, and what is gained by leaving out what it is unsure of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.progress import Steps
from engine.tagging.records import TagReport
from indexes.errors import SourceError

if TYPE_CHECKING:
    from engine.tagging.tagger import Tagger

BINS = 15
"""Bins of equal width over the top probability, for the calibration error."""
COVERAGES = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3)
FEW_TEXTS = 30
FEW_OF_A_LABEL = 5
HOLDS = 0.5
"""Probability from which a label of several holds."""


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A text, or a pair of texts (`second`), and the label a person gave it; `others` where it has several.

    The label "" says that none holds, which only taggers that give several labels can learn.
    """

    text: str
    label: str
    second: str = ""
    others: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """Return all labels; none when no label holds."""
        return (self.label, *self.others) if self.label else ()


def evaluate(
    tagger: "Tagger", examples: Sequence[LabelledText], meanings: Mapping[str, str] | None = None
) -> Steps[TagReport]:
    """Measure a tagger on texts with their labels, as `report` does.

    `meanings` says which of the tagger's labels a label of the texts means; texts with other labels are left out,
    and the tagger chooses among the labels meant only (positive against negative, say). Raises SourceError when no
    text has a label that the tagger knows, or a pair tagger gets single texts.
    """
    names = dict(meanings) if meanings else {label: label for label in tagger.labels}
    kept = [
        example
        for example in examples
        if (example.labels or tagger.multi_label) and all(label in names for label in example.labels)
    ]
    chosen = [label for label in tagger.labels if label in names.values()]
    if not kept or not chosen:
        found = ", ".join(sorted({example.label for example in examples})[:12])
        raise SourceError(
            f"No text has a label that the tagger “{tagger.name}” knows ({', '.join(tagger.labels)}); "
            f"found: {found}. Say what they mean with --map-labels."
        )
    if tagger.pair and not all(example.second for example in kept):
        raise SourceError(f"The tagger “{tagger.name}” reads pairs. Name the column of the second text.")
    seconds = [example.second for example in kept] if tagger.pair else None
    probabilities = yield from tagger.tag_steps([example.text for example in kept], seconds)
    narrowed = probabilities[:, [tagger.labels.index(label) for label in chosen]]
    if tagger.multi_label:
        meant = [{names[label] for label in example.labels} for example in kept]
        several = np.array([[int(label in labels) for label in chosen] for labels in meant], np.int64)
        return report(narrowed, several, chosen, multi_label=True)
    narrowed = narrowed / np.maximum(narrowed.sum(1, keepdims=True), np.finfo(np.float32).tiny)
    gold = np.array([chosen.index(names[example.label]) for example in kept])
    return report(narrowed, gold, chosen)


def report(
    probabilities: NDArray[np.float32],
    gold: NDArray[np.int64],
    labels: Sequence[str],
    multi_label: bool = False,
) -> TagReport:
    """Return the measures of (n, n_labels) probabilities against (n,) gold label numbers, n at least 1.

    Of a tagger that gives several labels gold is (n, n_labels) of 0 and 1; a label is given from HOLDS on, accuracy
    counts texts with exactly the right labels, a label's recall those of its texts that got it, and the calibration
    error is that of all single chances.
    """
    if multi_label:
        return _report_of_several(probabilities, gold, labels)
    predicted = probabilities.argmax(1)
    right = predicted == gold
    counts = np.bincount(gold, minlength=len(labels))
    confusion = np.zeros((len(labels), len(labels)), np.int64)
    np.add.at(confusion, (gold, predicted), 1)
    return TagReport(
        labels=tuple(labels),
        texts=len(gold),
        accuracy=float(right.mean()),
        macro_f1=macro_f1(predicted, gold),
        majority=float(counts.max() / len(gold)),
        calibration_error=calibration_error(probabilities, gold),
        recalls=tuple((confusion.diagonal() / np.maximum(counts, 1)).tolist()),
        confusion=tuple(tuple(row) for row in confusion.tolist()),
        coverage=_coverage(probabilities.max(1), right),
        caution=_caution(labels, counts, len(gold)),
    )


def as_measures(made: TagReport) -> dict[str, float]:
    """Return a report as numbers by name: texts, accuracy, macro-F1, ECE, and the recall of each label that occurs."""
    of_label = [sum(row) for row in made.confusion] or [1] * len(made.labels)
    return {
        "texts": float(made.texts),
        "accuracy": made.accuracy,
        "macro-F1": made.macro_f1,
        "ECE": made.calibration_error,
    } | {
        f"recall {label}": recall
        for label, recall, count in zip(made.labels, made.recalls, of_label, strict=True)
        if count
    }


def macro_f1(predicted: NDArray[np.int64], gold: NDArray[np.int64]) -> float:
    """Return the mean over the labels in `gold` of F1 = 2 tp / (2 tp + fp + fn)."""
    return float(np.mean([_f1(predicted == label, gold == label) for label in np.unique(gold)]))


def calibration_error(probabilities: NDArray[np.float32], gold: NDArray[np.int64]) -> float:
    """Return the expected calibration error: the mean gap between top probability and accuracy, over bins.

    Naeini, Cooper and Hauskrecht, AAAI 2015; bins of equal width, each weighted by how many texts fall into it.
    """
    return _gap(probabilities.max(1), probabilities.argmax(1) == gold)


def fit_temperature(logits: NDArray[np.float32], gold: NDArray[np.int64]) -> float:
    """Return the temperature that makes the gold labels likeliest, in [0.2, 5].

    logits (n, n_labels); gold (n,) label numbers, or (n, n_labels) of 0 and 1 where each label is a chance of its own.
    Guo et al., On Calibration of Modern Neural Networks (2017), https://arxiv.org/abs/1706.04599.
    """
    from scipy.optimize import minimize_scalar

    scores = logits.astype(np.float64)

    def loss(log_temperature: float) -> float:
        scaled = scores / np.exp(log_temperature)
        if gold.ndim == 2:
            return float((np.logaddexp(0, scaled) - gold * scaled).mean())
        highest = scaled.max(1)
        normaliser = highest + np.log(np.exp(scaled - highest[:, None]).sum(1))
        return float((normaliser - scaled[np.arange(len(gold)), gold]).mean())

    found = minimize_scalar(loss, bounds=(np.log(0.2), np.log(5.0)), method="bounded")
    return float(np.exp(found.x))


def _report_of_several(
    probabilities: NDArray[np.float32], gold: NDArray[np.int64], labels: Sequence[str]
) -> TagReport:
    given, held = probabilities >= HOLDS, gold.astype(bool)
    right = (given == held).all(1)
    counts = held.sum(0)
    _, same = np.unique(held, axis=0, return_counts=True)
    sureness = np.maximum(probabilities, 1 - probabilities)
    return TagReport(
        labels=tuple(labels),
        texts=len(gold),
        accuracy=float(right.mean()),
        macro_f1=float(np.mean([_f1(given[:, n], held[:, n]) for n in np.flatnonzero(counts)] or [0.0])),
        majority=float(same.max() / len(gold)),
        calibration_error=_gap(probabilities.ravel(), held.ravel()),
        recalls=tuple(((given & held).sum(0) / np.maximum(counts, 1)).tolist()),
        coverage=_coverage(sureness.min(1), right),
        caution=_caution(labels, counts, len(gold)),
    )


def _f1(predicted: NDArray[np.bool_], gold: NDArray[np.bool_]) -> float:
    hits = int((predicted & gold).sum())
    wrong = int((predicted != gold).sum())
    return 2 * hits / (2 * hits + wrong) if hits or wrong else 0.0


def _gap(sureness: NDArray[np.float32], right: NDArray[np.bool_]) -> float:
    """Return the mean gap, over bins, between how sure something was said and how often it was right."""
    bins = np.minimum((sureness * BINS).astype(int), BINS - 1)
    return float(
        sum(
            (bins == number).mean() * abs(right[bins == number].mean() - sureness[bins == number].mean())
            for number in np.unique(bins)
        )
    )


def _coverage(sureness: NDArray[np.float32], right: NDArray[np.bool_]) -> tuple[tuple[float, float], ...]:
    """Return (share of texts tagged, accuracy on them) as the least sure are left out; shares that leave none go."""
    surest_first = right[np.argsort(-sureness, kind="stable")]
    kept = [(share, round(share * len(right))) for share in COVERAGES]
    return tuple((share, float(surest_first[:count].mean())) for share, count in kept if count)


def _caution(labels: Sequence[str], counts: NDArray[np.int64], texts: int) -> str:
    """Return a sentence when there are too few texts to trust the numbers, else ""."""
    rare = [
        f"{label} ({count})" for label, count in zip(labels, counts, strict=True) if count < FEW_OF_A_LABEL
    ]
    if texts < FEW_TEXTS:
        return f"Measured on {texts} texts only: the numbers may be far off."
    if rare:
        return f"Too few texts to say much of: {', '.join(rare[:6])}{' …' if len(rare) > 6 else ''}."
    return ""
