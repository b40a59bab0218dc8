"""Sources and their files, as rows; every function works inside the caller's transaction."""

import json
import os
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from indexes.records import Source, SourceFile, TableColumns

UNREAD = -1
"""Size and time of a file that was begun and not finished: no real file has them, so it is read again."""

_COLUMNS = "source_id, key, path, format, size, mtime_ns, content_hash, skipped, id"


def stored_path(path: str) -> str | bytes:
    """Return a path or key as it goes into the file: bytes for a name that is no Unicode, as Linux allows."""
    return path if path.isprintable() or _is_unicode(path) else os.fsencode(path)


def loaded_path(path: str | bytes) -> str:
    """Return what `stored_path` was given."""
    return os.fsdecode(path) if isinstance(path, bytes) else path


def sources(db: sqlite3.Connection) -> list[Source]:
    """Return all sources, oldest first."""
    rows = db.execute("SELECT kind, path, columns, id FROM sources ORDER BY id")
    return [_source(*row) for row in rows]


def add_source(db: sqlite3.Connection, source: Source) -> Source:
    """Store a source, or new columns of one of the same kind and path, and return it with its id.

    Files that were read with other columns count as unread.
    """
    columns = json.dumps(asdict(source.columns))
    db.execute(
        f"UPDATE files SET size = {UNREAD}, mtime_ns = {UNREAD}, content_hash = x'' WHERE source_id = "
        "(SELECT id FROM sources WHERE kind = ? AND path = ? AND columns <> ?)",
        (source.kind, stored_path(source.path), columns),
    )
    row = db.execute(
        "INSERT INTO sources (kind, path, columns) VALUES (?, ?, ?) "
        "ON CONFLICT (kind, path) DO UPDATE SET columns = excluded.columns RETURNING kind, path, columns, id",
        (source.kind, stored_path(source.path), columns),
    ).fetchone()
    return _source(*row)


def remove_source(db: sqlite3.Connection, source_id: int) -> None:
    """Remove a source with its files, documents and passages."""
    db.execute("DELETE FROM sources WHERE id = ?", (source_id,))


def files(db: sqlite3.Connection, source_id: int) -> dict[str, SourceFile]:
    """Return the files of a source by key."""
    rows = db.execute(f"SELECT {_COLUMNS} FROM files WHERE source_id = ? ORDER BY id", (source_id,))
    return {file.key: file for file in map(_file, rows)}


def skipped_files(db: sqlite3.Connection) -> list[SourceFile]:
    """Return the files that could not be read, of all sources, by path."""
    return [
        _file(row) for row in db.execute(f"SELECT {_COLUMNS} FROM files WHERE skipped <> '' ORDER BY path")
    ]


def begin_file(db: sqlite3.Connection, file: SourceFile) -> int:
    """Note that a file is being read, and return its id; until `finish_file` it counts as unread."""
    row = db.execute(
        "INSERT INTO files (source_id, key, path, format, size, mtime_ns, content_hash, skipped, pass) "
        f"VALUES (?, ?, ?, ?, {UNREAD}, {UNREAD}, x'', '', 1) ON CONFLICT (source_id, key) DO UPDATE SET "
        "path = excluded.path, format = excluded.format, size = excluded.size, mtime_ns = excluded.mtime_ns, "
        "content_hash = x'', skipped = '', pass = pass + 1 RETURNING id",
        (file.source_id, stored_path(file.key), stored_path(file.path), file.format),
    ).fetchone()
    return int(row[0])


def finish_file(db: sqlite3.Connection, file_id: int, file: SourceFile) -> None:
    """Note that a file was read to its end, or why it could not be."""
    db.execute(
        "UPDATE files SET format = ?, size = ?, mtime_ns = ?, content_hash = ?, skipped = ? WHERE id = ?",
        (file.format, file.size, file.mtime_ns, file.content_hash, file.skipped, file_id),
    )


def touch_file(db: sqlite3.Connection, file: SourceFile) -> None:
    """Note a new time (and place) of a file whose content is the same."""
    db.execute(
        "UPDATE files SET path = ?, size = ?, mtime_ns = ? WHERE source_id = ? AND key = ?",
        (stored_path(file.path), file.size, file.mtime_ns, file.source_id, stored_path(file.key)),
    )


def remove_files(db: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Remove files with their documents and passages."""
    db.executemany("DELETE FROM files WHERE id = ?", ((file_id,) for file_id in ids))


def _source(kind: Any, path: str | bytes, columns: str, source_id: int) -> Source:
    return Source(
        kind=kind, path=loaded_path(path), columns=TableColumns(**json.loads(columns)), id=source_id
    )


def _file(row: tuple[Any, ...]) -> SourceFile:
    source_id, key, path, *rest = row
    return SourceFile(source_id, loaded_path(key), loaded_path(path), *rest)


def _is_unicode(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
