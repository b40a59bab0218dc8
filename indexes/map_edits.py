"""What outlives a map: the user's edits of clusters, the history of changes, and views kept, as rows.

Every function works inside the caller's transaction.
"""

import json
import sqlite3
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from indexes.records import MapView

HISTORY = 50
"""Entries of the history that are kept."""

EditKind = Literal["merge", "split", "rename", "colour", "rename branch"]


@dataclass(frozen=True, slots=True)
class FoundClusters:
    """The clusters of a map as they were found, before the user merged or split any; row i is the map's row i.

    nearest_ids (n,) int32 and part_ids (n,) int32 as in Projection; a branch is (parent, all clusters below it).
    """

    nearest_ids: NDArray[np.int32]
    part_ids: NDArray[np.int32]
    branches: tuple[tuple[int, tuple[int, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class MapEdit:
    """What the user did to clusters, told by the passages it was done to, so that it can be done to another map.

    `groups` are rising int64 passage ids: the clusters that were merged, the parts that a cluster was split into, or
    the one cluster or branch that got the name or colour `value`. `known_to` is the highest passage id on the map
    then: of later passages nothing was said. `id` is 0 until stored.
    """

    kind: EditKind
    groups: tuple[NDArray[np.int64], ...]
    value: str = ""
    known_to: int = 0
    id: int = 0


@dataclass(frozen=True, slots=True)
class MapNote:
    """What is noted together with a change of a map: edits made, ids of edits taken back, and the history's entry.

    `changes` is what JSON can hold; without a `reason` there is no entry.
    """

    edits: tuple[MapEdit, ...] = ()
    undone: tuple[int, ...] = ()
    reason: str = ""
    changes: tuple[Any, ...] = ()


NOTHING = MapNote()


def take_note(db: sqlite3.Connection, note: MapNote) -> None:
    """Store a note; the history keeps its newest entries."""
    db.executemany("DELETE FROM map_edits WHERE id = ?", [(number,) for number in note.undone])
    for edit in note.edits:
        db.execute(
            "INSERT INTO map_edits (kind, value, passages, ends, known_to) VALUES (?, ?, ?, ?, ?)",
            (
                edit.kind,
                edit.value,
                np.concatenate(edit.groups).astype("<i8").tobytes(),
                json.dumps(np.cumsum([len(group) for group in edit.groups]).tolist()),
                edit.known_to,
            ),
        )
    if note.reason:
        db.execute(
            "INSERT INTO map_changes (reason, changes) VALUES (?, ?)", (note.reason, json.dumps(note.changes))
        )
        db.execute(
            "DELETE FROM map_changes WHERE id NOT IN (SELECT id FROM map_changes ORDER BY id DESC LIMIT ?)",
            (HISTORY,),
        )


def edits(db: sqlite3.Connection) -> list[MapEdit]:
    """Return all edits, oldest first."""
    rows = db.execute("SELECT kind, passages, ends, value, known_to, id FROM map_edits ORDER BY id")
    return [
        MapEdit(kind, _groups(passages, json.loads(ends)), value, known_to, number)
        for kind, passages, ends, value, known_to, number in rows
    ]


def changes(db: sqlite3.Connection) -> list[tuple[str, str, list[Any]]]:
    """Return (when, why, what) of the history, newest first."""
    rows = db.execute("SELECT made_at, reason, changes FROM map_changes ORDER BY id DESC")
    return [(made_at, reason, json.loads(what)) for made_at, reason, what in rows]


def views(db: sqlite3.Connection) -> tuple[MapView, ...]:
    """Return the kept views, oldest first."""
    return tuple(MapView(*row) for row in db.execute("SELECT name, x, y, scale FROM map_views ORDER BY id"))


def keep_view(db: sqlite3.Connection, view: MapView) -> None:
    """Store a view; one of the same name becomes this one."""
    db.execute(
        "INSERT INTO map_views (name, x, y, scale) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET x = excluded.x, y = excluded.y, scale = excluded.scale",
        (view.name, view.x, view.y, view.scale),
    )


def forget_view(db: sqlite3.Connection, name: str) -> None:
    """Remove a view, if there is one of this name."""
    db.execute("DELETE FROM map_views WHERE name = ?", (name,))


def _groups(passages: bytes, ends: list[int]) -> tuple[NDArray[np.int64], ...]:
    ids = np.frombuffer(passages, "<i8").astype(np.int64, copy=False)
    return tuple(ids[start:end] for start, end in pairwise([0, *ends]))
