"""A lesson from corrections only: what was not corrected was right more often than not, and stays as it is."""

import numpy as np
from numpy.typing import NDArray

from engine.progress import finish
from engine.teaching.lessons import Told, learn_lesson
from indexes.lessons import StoredLesson, taught

LABELS = ("no", "yes")


def told(n: int, seed: int, axis: int) -> Told:
    """Say “no”, 0.8, to texts along an axis."""
    rows = np.eye(8)[np.full(n, axis)] + np.random.default_rng(seed).normal(0, 0.2, (n, 8))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return Told(np.tile(np.array([0.8, 0.2], np.float32), (n, 1)), rows)


def said(lesson: object, texts: Told) -> NDArray[np.int64]:
    fitted = lesson.fitted  # type: ignore[attr-defined]
    if fitted is None:
        return texts.probabilities.argmax(1)
    matrix = np.hstack([fitted.weights, fitted.bias[:, None]]).astype(np.float32)
    stored = StoredLesson("t@1", "e", 1, fitted.scale, matrix)
    return taught(stored, texts.probabilities, texts.embeddings.astype(np.float16), False).argmax(1)


def test_corrections_turn_what_is_like_them_and_not_all_the_rest() -> None:
    wrong, others = told(12, 0, axis=0), told(200, 1, axis=1)
    lesson = finish(learn_lesson(wrong, np.tile([0, 1], (12, 1)), others, LABELS))
    assert lesson.before.accuracy == 0
    assert lesson.after.accuracy == 1
    assert said(lesson, told(20, 2, axis=0)).mean() == 1, "like the corrected ones"
    assert said(lesson, told(100, 3, axis=1)).mean() < 0.05, "like those that were passed over"


def test_corrections_that_nothing_tells_from_the_rest_change_little() -> None:
    wrong, others = told(12, 0, axis=1), told(200, 1, axis=1)
    lesson = finish(learn_lesson(wrong, np.tile([0, 1], (12, 1)), others, LABELS))
    assert said(lesson, told(100, 3, axis=1)).mean() < 0.2
