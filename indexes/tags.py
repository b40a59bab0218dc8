"""Tags, as rows; every function works inside the caller's transaction."""

import json
import sqlite3
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexes.records import Tags


def add(
    db: sqlite3.Connection,
    tagger: str,
    labels: Sequence[str],
    passage_ids: NDArray[np.int64],
    label_ids: NDArray[np.int32],
    probabilities: NDArray[np.float32],
) -> None:
    """Store one tag a passage, in place of an older one of this tagger; passages that are gone are left out.

    passage_ids (n,); label_ids (n,); probabilities (n, n_labels). A tagger that comes with other labels than before
    is another one: its older tags go.
    """
    if probabilities.shape != (len(passage_ids), len(labels)) or len(label_ids) != len(passage_ids):
        raise ValueError(
            f"{len(passage_ids)} passages and {len(labels)} labels do not fit {len(label_ids)} label ids "
            f"and probabilities of shape {probabilities.shape}"
        )
    tagger_id = _tagger_id(db, tagger, json.dumps(list(labels)))
    rows = np.ascontiguousarray(probabilities, dtype="<f4")
    db.executemany(
        "INSERT OR REPLACE INTO tags (tagger_id, passage_id, label_id, probabilities) "
        "SELECT ?1, ?2, ?3, ?4 WHERE EXISTS (SELECT 1 FROM passages WHERE id = ?2)",
        (
            (tagger_id, passage_id, label_id, row.tobytes())
            for passage_id, label_id, row in zip(passage_ids.tolist(), label_ids.tolist(), rows, strict=True)
        ),
    )


def tags(db: sqlite3.Connection, tagger: str) -> Tags:
    """Return all tags of a tagger, passage ids rising; empty when it was never used."""
    tagger_row = db.execute("SELECT id, labels FROM taggers WHERE name = ?", (tagger,)).fetchone()
    tagger_id, labels = (tagger_row[0], tuple(json.loads(tagger_row[1]))) if tagger_row else (0, ())
    rows = db.execute(
        "SELECT passage_id, label_id, probabilities FROM tags WHERE tagger_id = ? ORDER BY passage_id",
        (tagger_id,),
    ).fetchall()
    return Tags(
        tagger=tagger,
        labels=labels,
        passage_ids=np.array([row[0] for row in rows], np.int64),
        label_ids=np.array([row[1] for row in rows], np.int32),
        probabilities=np.frombuffer(b"".join(row[2] for row in rows), "<f4")
        .astype(np.float32, copy=False)
        .reshape(len(rows), len(labels)),
    )


def taggers_used(db: sqlite3.Connection) -> list[str]:
    """Return the names of taggers that have tags, sorted."""
    rows = db.execute("SELECT name FROM taggers WHERE id IN (SELECT tagger_id FROM tags) ORDER BY name")
    return [row[0] for row in rows]


def _tagger_id(db: sqlite3.Connection, name: str, labels: str) -> int:
    db.execute("DELETE FROM taggers WHERE name = ? AND labels <> ?", (name, labels))
    db.execute("INSERT OR IGNORE INTO taggers (name, labels) VALUES (?, ?)", (name, labels))
    return int(db.execute("SELECT id FROM taggers WHERE name = ?", (name,)).fetchone()[0])
