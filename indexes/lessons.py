"""Lessons: what taggers learned from labels that the user gave in this corpus, and what they make of the tags.

Every function works inside the caller's transaction. The tags stay as the tagger said them; what the newest lesson
makes of them is kept beside them, so that reading tags costs no arithmetic, and taking a lesson off no model.
"""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

KEPT = 10
"""Lessons of a tagger that can be taken off again."""
BLOCK = 4096
SMALLEST = 1e-7
"""Probabilities are taken to be at least so far from 0 and 1: the logit of a stored 0 must be finite."""


@dataclass(frozen=True, slots=True, eq=False)
class StoredLesson:
    """A linear correction of a tagger's logits: scale · logit + weights · (embedding, 1).

    `tagger` is named with its weights, `encoder` by the id of its embeddings; weights (n_labels, dim + 1) float32, the
    bias in the last column; `given` labels taught it. `parameters` and `measured` hold JSON types.
    """

    tagger: str
    encoder: str
    given: int
    scale: float
    weights: NDArray[np.float32]
    parameters: dict[str, Any] = field(default_factory=dict)
    measured: dict[str, Any] = field(default_factory=dict)
    made_at: str = ""


def logits(probabilities: NDArray[np.float32], multi_label: bool) -> NDArray[np.float64]:
    """Return logits that give these (n, n_labels) probabilities: log p, or log p / (1 - p) of several labels."""
    p = np.clip(probabilities.astype(np.float64), SMALLEST, 1 - SMALLEST if multi_label else 1)
    return np.log(p) - np.log1p(-p) if multi_label else np.log(p)


def probabilities_of(values: NDArray[np.float64], multi_label: bool) -> NDArray[np.float32]:
    """Return the probabilities of (n, n_labels) logits: each row's softmax, or each one's sigmoid of several labels."""
    if multi_label:
        return (0.5 * (1 + np.tanh(values / 2))).astype(np.float32)
    shifted = np.exp(values - values.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True), np.float32)


def taught(
    lesson: StoredLesson,
    probabilities: NDArray[np.float32],
    embeddings: NDArray[np.float16],
    multi_label: bool,
) -> NDArray[np.float32]:
    """Return what a lesson makes of (n, n_labels) probabilities of passages with these (n, dim) embeddings."""
    moved = embeddings.astype(np.float32) @ lesson.weights[:, :-1].T + lesson.weights[:, -1]
    values = lesson.scale * logits(probabilities, multi_label) + moved.astype(np.float64)
    return probabilities_of(values, multi_label)


def add(db: sqlite3.Connection, lesson: StoredLesson) -> None:
    """Store a lesson and put it on all tags of its tagger; the newest ten are kept."""
    if lesson.weights.ndim != 2 or not np.isfinite(lesson.weights).all() or not np.isfinite(lesson.scale):
        raise ValueError(
            f"a lesson is a matrix of finite numbers, not one of shape {lesson.weights.shape} with others"
        )
    db.execute(
        "INSERT INTO lessons (tagger, encoder, given, scale, weights, n_labels, dim, parameters, measured) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            lesson.tagger,
            lesson.encoder,
            lesson.given,
            float(lesson.scale),
            np.ascontiguousarray(lesson.weights, "<f4").tobytes(),
            lesson.weights.shape[0],
            lesson.weights.shape[1] - 1,
            json.dumps(lesson.parameters),
            json.dumps(lesson.measured),
        ),
    )
    db.execute(
        "DELETE FROM lessons WHERE tagger = ?1 AND id NOT IN "
        "(SELECT id FROM lessons WHERE tagger = ?1 ORDER BY id DESC LIMIT ?2)",
        (lesson.tagger, KEPT),
    )
    apply(db, lesson.tagger)


def newest(db: sqlite3.Connection, tagger: str) -> StoredLesson | None:
    """Return the lesson that is on a tagger's tags, None without one."""
    row = db.execute(
        "SELECT encoder, given, scale, weights, n_labels, dim, parameters, measured, made_at FROM lessons "
        "WHERE tagger = ? ORDER BY id DESC LIMIT 1",
        (tagger,),
    ).fetchone()
    if row is None:
        return None
    encoder, given, scale, weights, n_labels, dim, parameters, measured, made_at = row
    matrix = np.frombuffer(weights, "<f4").astype(np.float32).reshape(n_labels, dim + 1)
    return StoredLesson(
        tagger, encoder, given, scale, matrix, json.loads(parameters), json.loads(measured), made_at
    )


def take_off(db: sqlite3.Connection, tagger: str) -> bool:
    """Remove the newest lesson of a tagger, so that the one before holds again; return whether there was one."""
    removed = db.execute(
        "DELETE FROM lessons WHERE id = (SELECT max(id) FROM lessons WHERE tagger = ?)", (tagger,)
    ).rowcount
    if removed:
        apply(db, tagger)
    return bool(removed)


def apply(db: sqlite3.Connection, tagger: str, passage_ids: NDArray[np.int64] | None = None) -> None:
    """Put the newest lesson of a tagger on its tags of these passages, of all without any; or none, without one.

    A passage without an embedding of the lesson's encoder keeps the tag as the tagger said it.
    """
    row = db.execute("SELECT id, labels, multi_label FROM taggers WHERE name = ?", (tagger,)).fetchone()
    if row is None:
        return
    tagger_id, n_labels, multi_label = int(row[0]), len(json.loads(row[1])), bool(row[2])
    if passage_ids is None:
        db.execute("DELETE FROM taught_tags WHERE tagger_id = ?", (tagger_id,))
    lesson = newest(db, tagger)
    if lesson is None or len(lesson.weights) != n_labels:
        return
    for ids, probabilities, embeddings in _told(db, tagger_id, lesson, passage_ids):
        rows = taught(lesson, probabilities, embeddings, multi_label)
        db.executemany(
            "INSERT OR REPLACE INTO taught_tags VALUES (?, ?, ?, ?)",
            (
                (tagger_id, passage_id, label_id, numbers.tobytes())
                for passage_id, label_id, numbers in zip(
                    ids, rows.argmax(1).tolist(), rows.astype("<f4"), strict=True
                )
            ),
        )


def _told(
    db: sqlite3.Connection, tagger_id: int, lesson: StoredLesson, passage_ids: NDArray[np.int64] | None
) -> Iterator[tuple[list[int], NDArray[np.float32], NDArray[np.float16]]]:
    """Yield blocks of tagged and embedded passages: ids, (n, n_labels) probabilities, (n, dim) embeddings."""
    n_labels, width = lesson.weights.shape
    some = "" if passage_ids is None else "AND t.passage_id IN (SELECT value FROM json_each(?3)) "
    asked = () if passage_ids is None else (json.dumps(passage_ids.tolist()),)
    rows = db.execute(
        "SELECT t.passage_id, t.probabilities, e.vector FROM tags t CROSS JOIN passages p ON p.id = t.passage_id "
        "CROSS JOIN embeddings e ON e.encoder_id = (SELECT id FROM encoders WHERE name = ?2) "
        f"AND e.text_hash = p.text_hash WHERE t.tagger_id = ?1 {some} ORDER BY t.passage_id",
        (tagger_id, lesson.encoder, *asked),
    ).fetchall()
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK]
        probabilities = np.frombuffer(b"".join(row[1] for row in block), "<f4").reshape(len(block), n_labels)
        vectors = np.frombuffer(b"".join(row[2] for row in block), "<f2").reshape(len(block), width - 1)
        yield [row[0] for row in block], probabilities, vectors
