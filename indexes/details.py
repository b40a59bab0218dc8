"""Details: what is known of each document besides its text, as columns in memory for conditions and facets."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexes import documents
from indexes.dates import day_of_file, days_of
from indexes.files import loaded_path
from indexes.records import Facets

DATE_COLUMNS = ("date", "published", "created", "timestamp", "year")
"""Metadata columns that date a document, the first of them that it has."""
ROWS = frozenset({"csv", "tsv", "jsonl", "json", "parquet", "xlsx", "xls", "ods"})
"""Formats of which each row is a document: the day on which the file was changed says nothing about a row."""
KEPT_COLUMNS = 8
_BLOCK = 65_536


@dataclass(frozen=True, slots=True)
class Column:
    """A metadata column: document i has `values[codes[i]]`, or nothing where that is -1.

    codes (n_documents,) int32; a value is a tuple of the elements of a list, or of the one thing that it is.
    """

    codes: NDArray[np.int32]
    values: tuple[tuple[Any, ...], ...]

    def where(self, test: Callable[[Any], bool]) -> NDArray[np.bool_]:
        """Return (n_documents,) whether any element of a document's value passes a test."""
        passed = np.array([any(map(test, elements)) for elements in self.values] + [False], np.bool_)
        return passed[self.codes]


@dataclass(frozen=True, slots=True)
class Place:
    """A file: its source's path, its key there, its path, format and time of change."""

    source: str
    key: str
    path: str
    format: str
    mtime_ns: int


class Details:
    """Columns of all documents, each read when it is first asked for and kept while no document changes.

    Every method works inside the caller's transaction, which begins with `follow`.
    """

    def __init__(self) -> None:
        self._state: tuple[int, int] | None = None
        self._names: set[str] = set()
        self._named_to = 0
        self._ids: NDArray[np.int64] | None = None
        self._files: NDArray[np.int64] | None = None
        self._places: dict[int, Place] | None = None
        self._columns: dict[str, Column | None] = {}
        self._days: NDArray[np.int32] | None = None
        self.facets: Facets | None = None

    def follow(self, db: sqlite3.Connection) -> None:
        """Forget what is no longer so."""
        state = documents.details_state(db)
        if self._state is None or state[1] != self._state[1]:
            self._names, self._named_to = set(), 0
        if state != self._state:
            self._forget()
        self._state = state

    def ids(self, db: sqlite3.Connection) -> NDArray[np.int64]:
        """Return the (n,) ids of all documents, rising."""
        if self._ids is None:
            found = documents.columns(db, "SELECT id, file_id FROM documents ORDER BY id")
            self._ids, self._files = found[:, 0].copy(), found[:, 1].copy()
        return self._ids

    def files(self, db: sqlite3.Connection) -> NDArray[np.int64]:
        """Return the (n,) id of each document's file."""
        self.ids(db)
        assert self._files is not None
        return self._files

    def places(self, db: sqlite3.Connection) -> dict[int, Place]:
        """Return all files by id."""
        if self._places is None:
            rows = db.execute(
                "SELECT f.id, s.path, f.key, f.path, f.format, f.mtime_ns "
                "FROM files f JOIN sources s ON s.id = f.source_id"
            )
            self._places = {
                number: Place(loaded_path(source), loaded_path(key), loaded_path(path), format, mtime_ns)
                for number, source, key, path, format, mtime_ns in rows
            }
        return self._places

    def names(self, db: sqlite3.Connection) -> tuple[str, ...]:
        """Return the names of all metadata columns, sorted; only documents that are new are looked at again."""
        (last,) = db.execute("SELECT COALESCE(max(id), 0) FROM documents").fetchone()
        if last > self._named_to:
            rows = db.execute(
                "SELECT DISTINCT e.key FROM documents d, json_each(d.metadata) e WHERE d.id > ?",
                (self._named_to,),
            )
            self._names |= {row[0] for row in rows}
            self._named_to = last
        return tuple(sorted(self._names))

    def column(self, db: sqlite3.Connection, name: str) -> Column | None:
        """Return a metadata column by its name in any case; None when there is none."""
        folded = name.casefold()
        if folded not in self._columns:
            named = [known for known in self.names(db) if known.casefold() == folded]
            if len(self._columns) >= KEPT_COLUMNS:
                del self._columns[next(iter(self._columns))]
            self._columns[folded] = _column(db, self.ids(db), named) if named else None
        return self._columns[folded]

    def days(self, db: sqlite3.Connection) -> NDArray[np.int32]:
        """Return the (n, 2) first and last day that each document may be of, as ordinals; 0 for no date.

        A date column has the word; a file that has none is of the day on which it was last changed.
        """
        if self._days is None:
            days = np.zeros((len(self.ids(db)), 2), np.int32)
            undated = np.ones(len(days), np.bool_)
            for name in DATE_COLUMNS:
                column = self.column(db, name)
                if column is not None:
                    here = undated & (column.codes >= 0)
                    of_value = [_days_of(elements) for elements in column.values] + [(0, 0)]
                    days[here] = np.array(of_value, np.int32)[column.codes[here]]
                    undated &= ~here
            self._days = np.where(undated[:, None], self._days_of_files(db), days)
        return self._days

    def _days_of_files(self, db: sqlite3.Connection) -> NDArray[np.int32]:
        places = self.places(db)
        ids = np.array(sorted(places), np.int64)
        days = [
            (0, 0) if places[i].format in ROWS else day_of_file(places[i].mtime_ns) or (0, 0)
            for i in ids.tolist()
        ]
        return np.array(days, np.int32).reshape(-1, 2)[np.searchsorted(ids, self.files(db))]

    def _forget(self) -> None:
        self._ids = self._files = self._places = self._days = self.facets = None
        self._columns = {}


def elements(kind: str, value: Any) -> tuple[Any, ...]:
    """Return what a value of `json_each` holds: the elements of a list, else the one thing; of null nothing."""
    if kind == "array":
        return tuple(_plain(element) for element in json.loads(value) if element is not None)
    if kind == "null":
        return ()
    return (kind == "true",) if kind in ("true", "false") else (value,)


def _plain(element: Any) -> Any:
    return json.dumps(element, ensure_ascii=False) if isinstance(element, list | dict) else element


def _days_of(elements: Sequence[Any]) -> tuple[int, int]:
    found = [days for days in map(days_of, elements) if days is not None]
    return found[0] if found else (0, 0)


def _column(db: sqlite3.Connection, ids: NDArray[np.int64], names: Sequence[str]) -> Column:
    cursor = db.execute(
        "SELECT d.id, e.type, e.value FROM documents d, json_each(d.metadata) e "
        "WHERE e.key IN (SELECT value FROM json_each(?)) AND e.type <> 'null'",
        (json.dumps(names),),
    )
    codes = np.full(len(ids), -1, np.int32)
    code_of: dict[tuple[str, Any], int] = {}
    while rows := cursor.fetchmany(_BLOCK):
        of_rows = [code_of.setdefault((kind, value), len(code_of)) for _, kind, value in rows]
        codes[np.searchsorted(ids, [row[0] for row in rows])] = of_rows
    return Column(codes, tuple(elements(kind, value) for kind, value in code_of))
