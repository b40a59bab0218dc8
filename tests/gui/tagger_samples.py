"""Taggers, reports and given labels for the tests of what shows them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.tagging.records import TaggerInfo, TaggerKind, TagReport
from indexes.records import Tags

LABELS = ("mystery", "history", "romance")


def report(**changes: Any) -> TagReport:
    """Return a report on 100 texts: 50 mystery, 30 history, 20 romance, of which 80 were tagged rightly."""
    facts = {
        "labels": LABELS, "texts": 100, "accuracy": 0.8, "macro_f1": 0.78, "majority": 0.5,
        "calibration_error": 0.034, "recalls": (0.9, 0.8, 0.55), "confusion": ((45, 5, 0), (4, 24, 2), (7, 2, 11)),
        "coverage": ((1.0, 0.8), (0.75, 0.88), (0.5, 0.94), (0.25, 1.0)),
    }  # fmt: skip
    return TagReport(**{**facts, **changes})


def tagger(name: str = "genre", **changes: Any) -> TaggerInfo:
    """Return a head of the user's own that can tag."""
    facts = {
        "labels": LABELS, "base": "all-MiniLM-L6-v2", "origin": "made here", "measured": {"accuracy": 0.8},
        "kind": TaggerKind.HEAD,
    }  # fmt: skip
    return TaggerInfo(name, **{**facts, **changes})


def sentiment() -> TaggerInfo:
    return TaggerInfo(
        "sentiment", ("negative", "neutral", "positive"), "all-MiniLM-L6-v2", "Asterism", {"accuracy": 0.91}
    )


def nli() -> TaggerInfo:
    return TaggerInfo(
        "nli", ("entailment", "neutral", "contradiction"), "all-MiniLM-L6-v2", "Asterism", {}, pair=True
    )


def given(counts: Sequence[int], labels: Sequence[str] = LABELS) -> Tags:
    """Return tags of a tagger that has not tagged: so many passages were given each label."""
    marks = np.zeros((sum(counts), len(labels)), np.int8)
    marks[np.arange(len(marks)), np.repeat(np.arange(len(labels)), counts)] = 1
    n = len(marks)
    return Tags(
        "genre", tuple(labels), np.arange(1, n + 1), marks.argmax(1).astype(np.int32) if n else np.zeros(0, np.int32),
        np.zeros((n, len(labels)), np.float32), marks,
    )  # fmt: skip
