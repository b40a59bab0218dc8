"""Given labels: what the user called passages, for a tagger to be corrected by or to learn from, as rows.

Every function works inside the caller's transaction. A label is given for the tagger's name, whatever weights it has
by now. The passage is named by id, and by text and document as well, as in judgements.py: when the id is gone, the
labels hold for the passage that has the text now. Nothing is removed with a passage: its text may come back.
The one label NONE says that none of the tagger's holds; no row, that nothing was said.
"""

import json
import sqlite3
from collections.abc import Sequence

_FOUND = (
    "SELECT g.id, g.tagger, g.passage_id, COALESCE(p.id, "
    "(SELECT min(q.id) FROM passages q JOIN documents d ON d.id = q.document_id "
    "WHERE q.text_hash = g.text_hash AND d.key = g.document_key), "
    "(SELECT min(q.id) FROM passages q WHERE q.text_hash = g.text_hash)) AS found, g.labels "
    "FROM given_labels g LEFT JOIN passages p ON p.id = g.passage_id "
)


def tagger_name(tagger: str) -> str:
    """Return the name of a tagger that is named together with its weights: sentiment of sentiment@0a1b2c."""
    return tagger.rpartition("@")[0] or tagger


def give(db: sqlite3.Connection, tagger: str, passage_ids: Sequence[int], labels: Sequence[str]) -> int:
    """Give passages these labels in place of older ones, () takes them back; return how many of them are there."""
    asked = {int(passage_id) for passage_id in passage_ids}
    older = [(row[0],) for row in db.execute(_FOUND + "WHERE g.tagger = ?", (tagger,)) if asked & {*row[2:4]}]
    db.executemany("DELETE FROM given_labels WHERE id = ?", older)
    ids = json.dumps(sorted(asked))
    if not labels:
        there = "SELECT count(*) FROM passages WHERE id IN (SELECT value FROM json_each(?))"
        return int(db.execute(there, (ids,)).fetchone()[0])
    return db.execute(
        "INSERT INTO given_labels (tagger, passage_id, document_key, text_hash, labels) "
        "SELECT ?, p.id, d.key, p.text_hash, ? FROM passages p JOIN documents d ON d.id = p.document_id "
        "WHERE p.id IN (SELECT value FROM json_each(?)) ORDER BY p.id",
        (tagger, json.dumps(list(labels)), ids),
    ).rowcount


def given_labels(db: sqlite3.Connection, tagger: str) -> dict[int, tuple[str, ...]]:
    """Return passage id → labels of a tagger's name, oldest first, without the passages that are gone."""
    rows = db.execute(_FOUND + "WHERE g.tagger = ? AND found IS NOT NULL ORDER BY g.id", (tagger,))
    return {row[3]: tuple(json.loads(row[4])) for row in rows}


def taggers_given(db: sqlite3.Connection) -> list[str]:
    """Return the names of the taggers that any label was given for, sorted."""
    return [row[0] for row in db.execute("SELECT DISTINCT tagger FROM given_labels ORDER BY tagger")]


def rename(db: sqlite3.Connection, tagger: str, label: str, new: str) -> None:
    """Call a label another name wherever it was given for a tagger."""
    rows = db.execute("SELECT id, labels FROM given_labels WHERE tagger = ?", (tagger,)).fetchall()
    renamed = [(number, json.loads(labels)) for number, labels in rows]
    db.executemany(
        "UPDATE given_labels SET labels = ? WHERE id = ?",
        [
            (json.dumps([new if one == label else one for one in labels]), number)
            for number, labels in renamed
            if label in labels
        ],
    )
