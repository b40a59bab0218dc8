"""Tags, as rows: what taggers said, what their lessons made of it, and the labels that the user gave.

Every function works inside the caller's transaction. A tagger is named together with its weights (sentiment@0a1b2c);
labels are given for its name alone, and so outlast the weights.
"""

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from indexes import documents, given_labels, lessons
from indexes.records import NONE, Tags

HOLDS = 0.5
"""The probability from which on a label holds, of a tagger that gives several."""

_TAUGHT = "FROM tags t LEFT JOIN taught_tags l ON l.tagger_id = t.tagger_id AND l.passage_id = t.passage_id "


def add(
    db: sqlite3.Connection,
    tagger: str,
    labels: Sequence[str],
    passage_ids: NDArray[np.int64],
    label_ids: NDArray[np.int32],
    probabilities: NDArray[np.float32],
    *,
    multi_label: bool = False,
) -> None:
    """Store one tag a passage, in place of an older one of this tagger; passages that are gone are left out.

    passage_ids (n,); label_ids (n,); probabilities (n, n_labels). A tagger that comes with other labels or weights
    than before is another one: its older tags and lessons go. If it has a lesson, that is put on the new tags.
    """
    if probabilities.shape != (len(passage_ids), len(labels)) or len(label_ids) != len(passage_ids):
        raise ValueError(
            f"{len(passage_ids)} passages and {len(labels)} labels do not fit {len(label_ids)} label ids "
            f"and probabilities of shape {probabilities.shape}"
        )
    tagger_id = _tagger_id(db, tagger, json.dumps(list(labels)), multi_label)
    rows = np.ascontiguousarray(probabilities, dtype="<f4")
    db.executemany(
        "INSERT OR REPLACE INTO tags (tagger_id, passage_id, label_id, probabilities) "
        "SELECT ?1, ?2, ?3, ?4 WHERE EXISTS (SELECT 1 FROM passages WHERE id = ?2)",
        (
            (tagger_id, passage_id, label_id, row.tobytes())
            for passage_id, label_id, row in zip(passage_ids.tolist(), label_ids.tolist(), rows, strict=True)
        ),
    )
    if lessons.newest(db, tagger):
        lessons.apply(db, tagger, passage_ids)


def tags(
    db: sqlite3.Connection,
    tagger: str,
    labels: Sequence[str] = (),
    *,
    multi_label: bool = False,
    passage_ids: Sequence[int] | None = None,
) -> Tags:
    """Return the tags of a tagger and the labels given for it, passage ids rising; empty when it was never used.

    All of them, or those of `passage_ids`. `labels` and `multi_label` are the tagger's, if it has not tagged yet. A
    passage that was given a label and not tagged has zeros for probabilities; a given label that is none of the
    tagger's any more is left out.
    """
    found = told(db, tagger, labels, multi_label=multi_label, with_lesson=True, passage_ids=passage_ids)
    given = given_labels.given_labels(db, given_labels.tagger_name(tagger))
    if passage_ids is not None:
        given = {passage_id: given[passage_id] for passage_id in passage_ids if passage_id in given}
    if not found.labels:
        named = dict.fromkeys(label for row in given.values() for label in row if label != NONE)
        found = replace(found, labels=tuple(named))
        found = replace(found, probabilities=np.zeros((0, len(found.labels)), np.float32))
    sayable = {*found.labels, NONE} if found.multi_label else {*found.labels}
    known = {passage_id: row for passage_id, row in given.items() if sayable.intersection(row)}
    return _with_given(found, known) if known else found


def told(
    db: sqlite3.Connection,
    tagger: str,
    labels: Sequence[str] = (),
    *,
    multi_label: bool = False,
    with_lesson: bool = False,
    passage_ids: Sequence[int] | None = None,
) -> Tags:
    """Return the tags of a tagger, all or those of `passage_ids`, as it told them itself or its newest lesson has."""
    row = db.execute("SELECT id, labels, multi_label FROM taggers WHERE name = ?", (tagger,)).fetchone()
    tagger_id, names, several = row or (0, json.dumps(list(labels)), multi_label)
    labels = tuple(json.loads(names))
    columns = (
        f"COALESCE(l.label_id, t.label_id), COALESCE(l.probabilities, t.probabilities) {_TAUGHT}"
        if with_lesson
        else "t.label_id, t.probabilities FROM tags t"
    )
    some, asked = "", [tagger_id]
    if passage_ids is not None:
        some = "AND t.passage_id IN (SELECT value FROM json_each(?)) "
        asked.append(json.dumps([int(one) for one in passage_ids]))
    rows = db.execute(
        f"SELECT t.passage_id, {columns} WHERE t.tagger_id = ? {some}ORDER BY t.passage_id", asked
    ).fetchall()
    return Tags(
        tagger=tagger,
        labels=labels,
        passage_ids=np.array([row[0] for row in rows], np.int64),
        label_ids=np.array([row[1] for row in rows], np.int32),
        probabilities=np.frombuffer(b"".join(row[2] for row in rows), "<f4")
        .astype(np.float32, copy=False)
        .reshape(len(rows), len(labels)),
        multi_label=bool(several),
        lesson=with_lesson and lessons.newest(db, tagger) is not None,
    )


def labelled(db: sqlite3.Connection, wanted: Callable[[str], bool]) -> list[tuple[str, NDArray[np.int64]]]:
    """Return each wanted label of each tagger with the passages that have it (n,): given by the user, else tagged."""
    given = {name: given_labels.given_labels(db, name) for name in given_labels.taggers_given(db)}
    found: dict[tuple[str, str], list[NDArray[np.int64]]] = {}
    taggers = db.execute("SELECT id, name, labels, multi_label FROM taggers ORDER BY id").fetchall()
    for tagger_id, tagger, labels, multi_label in taggers:
        asked = [(number, label) for number, label in enumerate(json.loads(labels)) if wanted(label)]
        if asked:
            name = given_labels.tagger_name(tagger)
            corrected = np.fromiter(given.get(name, ()), np.int64)
            for label, ids in _tagged(db, tagger_id, asked, bool(multi_label)):
                kept = ids[~np.isin(ids, corrected)] if len(corrected) else ids
                found.setdefault((name, label), []).append(kept)
    for name, rows in given.items():
        for label in {label for row in rows.values() for label in row if label != NONE and wanted(label)}:
            ids = np.array([passage_id for passage_id, row in rows.items() if label in row], np.int64)
            found.setdefault((name, label), []).append(ids)
    return [(label, np.unique(np.concatenate(ids))) for (_, label), ids in found.items()]


def taggers_used(db: sqlite3.Connection) -> list[str]:
    """Return the names of taggers that have tags, sorted."""
    rows = db.execute("SELECT name FROM taggers WHERE id IN (SELECT tagger_id FROM tags) ORDER BY name")
    return [row[0] for row in rows]


def remove(db: sqlite3.Connection, name: str) -> None:
    """Remove the tags and lessons of a tagger's name, whatever its weights; the labels given for it stay."""
    _remove_others(db, name, "")


def _tagger_id(db: sqlite3.Connection, tagger: str, labels: str, multi_label: bool) -> int:
    row = db.execute("SELECT id, labels, multi_label FROM taggers WHERE name = ?", (tagger,)).fetchone()
    if row and row[1:] == (labels, multi_label):
        return int(row[0])
    _remove_others(db, given_labels.tagger_name(tagger), "" if row else tagger)
    db.execute(
        "INSERT INTO taggers (name, labels, multi_label) VALUES (?, ?, ?)", (tagger, labels, multi_label)
    )
    return int(db.execute("SELECT last_insert_rowid()").fetchone()[0])


def _remove_others(db: sqlite3.Connection, name: str, kept: str) -> None:
    """Remove what is stored of a tagger's name, but for the one of these weights."""
    for table, column in (("taggers", "name"), ("lessons", "tagger")):
        rows = db.execute(f"SELECT DISTINCT {column} FROM {table}").fetchall()
        gone = [row for row in rows if row[0] != kept and given_labels.tagger_name(row[0]) == name]
        db.executemany(f"DELETE FROM {table} WHERE {column} = ?", gone)


def _with_given(told: Tags, given: Mapping[int, tuple[str, ...]]) -> Tags:
    """Return tags with the labels that the user gave; of several or none the likeliest to the tagger leads."""
    ids = np.union1d(told.passage_ids, np.fromiter(given, np.int64))
    label_ids = np.zeros(len(ids), np.int32)
    probabilities = np.zeros((len(ids), len(told.labels)), np.float32)
    given_rows = np.full(probabilities.shape, -1, np.int8)
    rows = np.searchsorted(ids, told.passage_ids)
    label_ids[rows], probabilities[rows] = told.label_ids, told.probabilities
    for passage_id, names in given.items():
        row = int(np.searchsorted(ids, passage_id))
        given_rows[row] = [label in names for label in told.labels]
        if given_rows[row].any():
            label_ids[row] = np.where(given_rows[row], probabilities[row], -1).argmax()
    return replace(told, passage_ids=ids, label_ids=label_ids, probabilities=probabilities, given=given_rows)


def _tagged(
    db: sqlite3.Connection, tagger_id: int, asked: Sequence[tuple[int, str]], multi_label: bool
) -> list[tuple[str, NDArray[np.int64]]]:
    """Return labels, by number and name, each with the passages that were tagged so."""
    if not multi_label:
        rows = documents.columns(
            db,
            f"SELECT t.passage_id, COALESCE(l.label_id, t.label_id) {_TAUGHT} WHERE t.tagger_id = ?",
            (tagger_id,),
        )
        return [(label, rows[rows[:, 1] == number, 0]) for number, label in asked]
    chances = db.execute(
        f"SELECT t.passage_id, COALESCE(l.probabilities, t.probabilities) {_TAUGHT} WHERE t.tagger_id = ?",
        (tagger_id,),
    ).fetchall()
    ids = np.array([row[0] for row in chances], np.int64)
    holds = np.frombuffer(b"".join(row[1] for row in chances), "<f4").reshape(len(chances), -1) >= HOLDS
    return [(label, ids[holds[:, number]]) for number, label in asked if len(chances)]
