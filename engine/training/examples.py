"""Labelled texts to train on: whether they will do, in which order their labels stand, and what is held out."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.tagging.tagger import SENTIMENT_LABELS
from engine.tagging.tagger_measures import LabelledText
from indexes.errors import SourceError, TooSmall

FEWEST = 5
"""Texts that a label needs, one of them to measure on."""

MOST_LABELS = 200
LONGEST_LABEL = 80
"""Characters of a label; what is longer is a text."""

LARGEST_DEV = 2000
DEV_SHARE = 0.1
FEW_DEV_SHARE = 0.2
FEW = 400
"""Texts below which a tenth would be too few to measure on, and a fifth is held out."""

TELLING = 200
"""Held-out texts from which on one half of them chooses the best state and the other half only measures."""


def check_labels(examples: Sequence[LabelledText], where: str, *, multi_label: bool = False) -> None:
    """Raise SourceError or TooSmall, in a sentence that names `where` they come from, when nothing can be learned.

    That is when there is one label only, one for nearly every text, labels as long as texts, numbers among words, or
    too few texts of a label.
    """
    counts = Counter(label for example in examples for label in example.labels)
    if not counts or (len(counts) == 1 and not multi_label):
        raise TooSmall(
            f"All {len(examples):,} texts of {where} have the label “{next(iter(counts), '')}”. "
            "A tagger needs two labels or more to tell apart."
        )
    if len(counts) > MOST_LABELS or len(counts) > max(2, len(examples) / 2):
        raise SourceError(
            f"The {len(examples):,} texts of {where} have {len(counts):,} different labels: that looks like a name or "
            f"number of each text. A tagger tells at most {MOST_LABELS} labels apart. Name the column of the labels."
        )
    longest = max(counts, key=len)
    if len(longest) > LONGEST_LABEL:
        raise SourceError(
            f"The labels of {where} are as long as texts (“{longest[:40]}…”). Name the column of the labels."
        )
    _check_kinds(sorted(counts), where)
    _check_counts(counts, examples, where, multi_label)


def label_order(examples: Iterable[LabelledText]) -> tuple[str, ...]:
    """Return the labels in the order of their columns: sentiment as we say it, numbers by size, else by name."""
    labels = {label for example in examples for label in example.labels}
    if labels <= set(SENTIMENT_LABELS):
        return tuple(label for label in SENTIMENT_LABELS if label in labels)
    if all(_is_number(label) for label in labels):
        return tuple(sorted(labels, key=float))
    return tuple(sorted(labels))


def hold_out(examples: Sequence[LabelledText], seed: int) -> tuple[list[LabelledText], list[LabelledText]]:
    """Split off a tenth of each label's texts (a fifth of fewer than 400), at most 2,000 in all: (train, held out).

    Equal texts, and pairs with the same first text, stay on one side. Several labels count as the rarest of them.
    """
    share = DEV_SHARE if len(examples) >= FEW else FEW_DEV_SHARE
    return split(examples, min(share, LARGEST_DEV / len(examples)), seed)


def parts(
    examples: Sequence[LabelledText], held: Sequence[LabelledText], seed: int
) -> tuple[list[LabelledText], list[LabelledText], list[LabelledText]]:
    """Return the texts to train on, those to choose the best state by, and those that only measure.

    The last are `held`, where there are any. Else they are half of what is held out, if that is 200 texts or more; of
    fewer none only measures.
    """
    train, dev = hold_out(examples, seed)
    if held:
        return train, dev, list(held)
    if len(dev) < TELLING:
        return train, dev, []
    choosing, measuring = split(dev, 0.5, seed)
    return train, choosing, measuring


def split(
    examples: Sequence[LabelledText], share: float, seed: int
) -> tuple[list[LabelledText], list[LabelledText]]:
    """Split off `share` of each label's texts, at least one of each: (those that stay, those split off)."""
    counts = Counter(label for example in examples for label in example.labels)
    kinds = [
        min(example.labels, key=lambda label: (counts[label], label), default="") for example in examples
    ]
    wanted = {kind: max(1, round(share * count)) for kind, count in Counter(kinds).items()}
    same: dict[str, list[int]] = {}
    for row, example in enumerate(examples):
        same.setdefault(example.text, []).append(row)
    groups = list(same.values())
    random.Random(seed).shuffle(groups)
    off: set[int] = set()
    for rows in groups:
        if all(wanted[kinds[row]] > 0 for row in rows):
            for row in rows:
                wanted[kinds[row]] -= 1
            off.update(rows)
    stay = [example for row, example in enumerate(examples) if row not in off]
    return stay, [examples[row] for row in sorted(off)]


def gold(
    examples: Sequence[LabelledText], labels: Sequence[str], *, multi_label: bool = False
) -> NDArray[np.int64]:
    """Return which label each text has, (n,) int64; with `multi_label` (n, n_labels), 1 for each that holds."""
    number = {label: place for place, label in enumerate(labels)}
    if not multi_label:
        return np.array([number[example.label] for example in examples], np.int64)
    held = np.zeros((len(examples), len(labels)), np.int64)
    for row, example in enumerate(examples):
        held[row, [number[label] for label in example.labels]] = 1
    return held


def check_known(examples: Iterable[LabelledText], labels: Sequence[str], where: str) -> None:
    """Raise SourceError when texts to measure on have labels that none of those trained on has."""
    strange = sorted({label for example in examples for label in example.labels} - set(labels))
    if strange:
        raise SourceError(
            f"{where} has labels that none of the texts to train on has: {', '.join(strange[:12])}. "
            f"Those have: {', '.join(labels[:12])}."
        )


def _check_kinds(labels: Sequence[str], where: str) -> None:
    numbers = [label for label in labels if _is_number(label)]
    words = [label for label in labels if not _is_number(label)]
    if numbers and words:
        raise SourceError(
            f"Some labels of {where} are numbers ({', '.join(numbers[:5])}) and others words "
            f"({', '.join(words[:5])}). Write them all in one way."
        )


def _check_counts(
    counts: Counter[str], examples: Sequence[LabelledText], where: str, multi_label: bool
) -> None:
    rare = [f"“{label}” has {count}" for label, count in sorted(counts.items()) if count < FEWEST]
    if rare:
        shown = ", ".join(rare[:8]) + (f" and {len(rare) - 8} more" if len(rare) > 8 else "")
        raise TooSmall(f"Every label needs at least {FEWEST} texts. Of {where} {shown}.")
    if multi_label:
        always = [label for label, count in counts.items() if len(examples) - count < FEWEST]
        if always:
            raise TooSmall(
                f"The label “{always[0]}” holds for nearly all texts of {where}: there must be at least {FEWEST} "
                "that it does not hold for."
            )


def _is_number(label: str) -> bool:
    try:
        float(label)
    except ValueError:
        return False
    return label.lower() not in ("nan", "inf", "infinity", "-inf")
