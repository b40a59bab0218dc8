"""Documents and passages, as rows; every function works inside the caller's transaction."""

import hashlib
import json
import math
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexes.files import loaded_path, stored_path
from indexes.records import Document, Locator, Mark, Passage, PassageTable, Span

PART = 1 << 15
"""Characters in one part of a stored text."""

REMEMBERED = 1_000_000
"""How many removed passages are remembered; an index that is further behind is made anew."""

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_PASSAGE = (
    "SELECT p.id, p.document_id, d.key, d.title, COALESCE(d.path, f.path), d.format, p.start, p.stop, "
    "p.locator_kind, p.locator_value FROM passages p JOIN documents d ON d.id = p.document_id "
    "JOIN files f ON f.id = d.file_id "
)
_DOCUMENT = (
    "SELECT d.id, d.key, d.title, d.format, COALESCE(d.path, f.path), d.metadata "
    "FROM documents d JOIN files f ON f.id = d.file_id "
)


def add_documents(
    db: sqlite3.Connection, file_id: int, documents: Iterable[tuple[Document, Sequence[Span]]]
) -> bool:
    """Store documents of a file that was begun; return whether any passage came, went or moved.

    A document whose key was in the file before keeps its id, and each of its passages whose text is still in it keeps
    its own (under the same title: the keyword index knows a passage by both).
    """
    (pass_number,) = db.execute("SELECT pass FROM files WHERE id = ?", (file_id,)).fetchone()
    changed = False
    for document, spans in documents:
        changed |= _put_document(db, file_id, pass_number, document, spans)
    return changed


def remove_unseen(db: sqlite3.Connection, file_id: int) -> bool:
    """Remove the documents that the present pass over a file did not meet; return whether there were any."""
    return (
        db.execute(
            "DELETE FROM documents WHERE file_id = ?1 AND seen <> (SELECT pass FROM files WHERE id = ?1)",
            (file_id,),
        ).rowcount
        > 0
    )


def documents(db: sqlite3.Connection, ids: Sequence[int], *, with_text: bool = True) -> list[Document]:
    """Return documents in the order asked, without those that are gone; text "" when not wanted."""
    rows = db.execute(_DOCUMENT + "WHERE d.id IN (SELECT value FROM json_each(?))", (_json_ids(ids),))
    found = {row[0]: row for row in rows}
    return [
        Document(
            id=row[0],
            key=loaded_path(row[1]),
            title=row[2],
            text=_whole_text(db, row[0]) if with_text else "",
            format=row[3],
            path=loaded_path(row[4]),
            metadata=json.loads(row[5]),
        )
        for row in (found[i] for i in map(int, ids) if i in found)
    ]


def document_named(db: sqlite3.Connection, name: str) -> tuple[int, str] | None:
    """Return the id and title of the first document of this key, title, path or end of a path, in that order.

    ASCII letters match in any case, and either slash.
    """
    row = db.execute(
        "SELECT id, title, key, CASE WHEN key = ?1 COLLATE NOCASE THEN 0 WHEN title = ?1 COLLATE NOCASE THEN 1 "
        "WHEN path = ?1 COLLATE NOCASE THEN 2 "
        "WHEN substr(path, -length(?1) - 1) = '/' || ?1 COLLATE NOCASE THEN 3 END AS place "
        "FROM (SELECT d.id, d.title, replace(d.key, char(92), '/') AS key, "
        "replace(COALESCE(d.path, f.path), char(92), '/') AS path "
        "FROM documents d JOIN files f ON f.id = d.file_id) "
        "WHERE place IS NOT NULL ORDER BY place, id LIMIT 1",
        (name.replace("\\", "/"),),
    ).fetchone()
    return (row[0], row[1] or loaded_path(row[2])) if row else None


def document_ids(db: sqlite3.Connection) -> NDArray[np.int64]:
    """Return the ids of all documents, rising."""
    return np.array([row[0] for row in db.execute("SELECT id FROM documents ORDER BY id")], np.int64)


def passage_counts(db: sqlite3.Connection, ids: Sequence[int]) -> list[int]:
    """Return how many passages each of some documents has."""
    counts = dict(
        db.execute(
            "SELECT document_id, count(*) FROM passages WHERE document_id IN (SELECT value FROM json_each(?)) "
            "GROUP BY document_id",
            (_json_ids(ids),),
        )
    )
    return [counts.get(int(i), 0) for i in ids]


def document_ids_of(db: sqlite3.Connection, ids: Sequence[int]) -> dict[int, int]:
    """Return passage id → document id, without the passages that are gone."""
    return dict(
        db.execute(
            "SELECT id, document_id FROM passages WHERE id IN (SELECT value FROM json_each(?))",
            (_json_ids(ids),),
        )
    )


def document_keys(db: sqlite3.Connection, ids: Sequence[int]) -> dict[int, str]:
    """Return document id → key."""
    rows = db.execute(
        "SELECT id, key FROM documents WHERE id IN (SELECT value FROM json_each(?))", (_json_ids(ids),)
    )
    return {document_id: loaded_path(key) for document_id, key in rows}


def format_counts(db: sqlite3.Connection) -> dict[str, int]:
    """Return how many documents there are of each format."""
    return dict(db.execute("SELECT format, count(*) FROM documents GROUP BY format ORDER BY format"))


def passages(db: sqlite3.Connection, ids: Sequence[int]) -> list[Passage]:
    """Return passages in the order asked, without those that are gone."""
    rows = db.execute(
        _PASSAGE + "WHERE p.id IN (SELECT value FROM json_each(?))", (_json_ids(ids),)
    ).fetchall()
    found = {passage.id: passage for passage in _passages(db, rows)}
    return [found[i] for i in map(int, ids) if i in found]


def passages_of(db: sqlite3.Connection, document_id: int) -> list[Passage]:
    """Return the passages of a document in reading order."""
    return _passages(
        db, db.execute(_PASSAGE + "WHERE p.document_id = ? ORDER BY p.ordinal", (document_id,)).fetchall()
    )


def passage_table(db: sqlite3.Connection) -> PassageTable:
    """Return all passages as columns."""
    ids = columns(db, "SELECT id, document_id FROM passages ORDER BY id")
    rows = db.execute("SELECT id, format FROM documents ORDER BY id").fetchall()
    names = tuple(sorted({row[1] for row in rows}))
    number = {name: i for i, name in enumerate(names)}
    known = np.array([row[0] for row in rows], np.int64)
    format_of = np.array([number[row[1]] for row in rows], np.int32)
    return PassageTable(
        passage_ids=ids[:, 0].copy(),
        document_ids=ids[:, 1].copy(),
        format_ids=format_of[np.searchsorted(known, ids[:, 1])],
        formats=names,
    )


def passage_ids(db: sqlite3.Connection) -> NDArray[np.int64]:
    """Return the ids of all passages, rising."""
    return columns(db, "SELECT id FROM passages ORDER BY id")[:, 0]


def mark(db: sqlite3.Connection) -> Mark:
    """Return how far the catalogue is."""
    given = dict(db.execute("SELECT name, seq FROM sqlite_sequence"))
    return Mark(
        text=db.execute("SELECT value FROM counters WHERE name = 'text'").fetchone()[0],
        removed=given.get("removed", 0),
        last_passage=given.get("passages", 0),
        last_embedding=given.get("embeddings", 0),
    )


def raise_text(db: sqlite3.Connection) -> None:
    """Note that passages changed, and drop what no index that is still in use has to forget."""
    db.execute("UPDATE counters SET value = value + 1 WHERE name = 'text'")
    db.execute("DELETE FROM removed WHERE id <= (SELECT max(id) FROM removed) - ?", (REMEMBERED,))


def raise_details(db: sqlite3.Connection) -> None:
    """Note that something else than passages changed that documents are told apart by: metadata, or a file's time."""
    db.execute(
        "INSERT INTO counters VALUES ('details', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1"
    )


def details_state(db: sqlite3.Connection) -> tuple[int, int]:
    """Return two numbers of which one rises with every change that `raise_text` or `raise_details` noted."""
    counters = dict(db.execute("SELECT name, value FROM counters"))
    return counters["text"], counters.get("details", 0)


def removed_since(db: sqlite3.Connection, since: Mark) -> NDArray[np.int64] | None:
    """Return the ids of passages that went after a mark; None when that is longer ago than is remembered."""
    (oldest,) = db.execute("SELECT min(id) FROM removed").fetchone()
    if oldest is not None and oldest > since.removed + 1:
        return None
    return columns(db, f"SELECT passage_id FROM removed WHERE id > {since.removed:d}")[:, 0]


def passage_texts(db: sqlite3.Connection, after_id: int, limit: int) -> list[tuple[int, str, str]]:
    """Return (passage id, title, text) of the next passages after an id."""
    rows = db.execute(
        "SELECT p.id, p.document_id, p.start, p.stop, d.title FROM passages p JOIN documents d ON d.id = p.document_id "
        "WHERE p.id > ? ORDER BY p.id LIMIT ?",
        (after_id, limit),
    ).fetchall()
    texts = slices(db, [row[1:4] for row in rows])
    return [(row[0], row[4], text) for row, text in zip(rows, texts, strict=True)]


def texts_of(db: sqlite3.Connection, ids: Sequence[int]) -> list[tuple[int, str]]:
    """Return (passage id, text) of passages by rising id, without those that are gone."""
    rows = db.execute(
        f"SELECT p.id, substr(t.text, p.start - t.part * {PART} + 1, p.stop - p.start), p.document_id, p.start, p.stop "
        "FROM passages p JOIN texts t ON t.document_id = p.document_id "
        f"AND t.part = p.start / {PART} WHERE p.id IN (SELECT value FROM json_each(?)) ORDER BY p.id",
        (_json_ids(ids),),
    ).fetchall()
    parted = {row[0]: row[2:] for row in rows if row[3] // PART != (row[4] - 1) // PART}
    whole = dict(zip(parted, slices(db, list(parted.values())), strict=True))
    return [(row[0], whole.get(row[0], row[1])) for row in rows]


def slices(db: sqlite3.Connection, spans: Sequence[tuple[int, int, int]]) -> list[str]:
    """Return the text of each (document id, start, stop), reading only the parts of the texts that are needed."""
    wanted = sorted(
        {(document_id, part) for document_id, start, stop in spans for part in _parts(start, stop)}
    )
    parts = {
        (document_id, part): text
        for document_id, part, text in db.execute(
            "SELECT t.document_id, t.part, t.text FROM json_each(?) j CROSS JOIN texts t "
            "ON t.document_id = json_extract(j.value, '$[0]') AND t.part = json_extract(j.value, '$[1]')",
            (json.dumps(wanted),),
        )
    }
    return [_slice(parts, *span) for span in spans]


def columns(db: sqlite3.Connection, query: str, values: Sequence[str | int] = ()) -> NDArray[np.int64]:
    """Return a query's integer columns as an (n, columns) array, without a Python list of all of them."""
    cursor = db.execute(query, values)
    blocks = [np.empty((0, len(cursor.description)), np.int64)]
    while rows := cursor.fetchmany(65_536):
        blocks.append(np.array(rows, np.int64))
    return np.concatenate(blocks)


def _put_document(
    db: sqlite3.Connection, file_id: int, pass_number: int, document: Document, spans: Sequence[Span]
) -> bool:
    text, title, key = _storable(document.text), _storable(document.title), stored_path(document.key)
    text_hash = hashlib.sha256(text.encode()).digest()[:16]
    columns = (
        title,
        document.format,
        stored_path(document.path) if document.path else None,
        _json_metadata(document.metadata),
        text_hash,
        pass_number,
    )
    old = db.execute(
        "SELECT id, text_hash, title, format, metadata FROM documents WHERE file_id = ? AND key = ? AND seen <> ? "
        "ORDER BY text_hash <> ?, id LIMIT 1",
        (file_id, key, pass_number, text_hash),
    ).fetchone()
    if old is None:
        document_id = _insert_document(db, file_id, key, columns)
        _put_text(db, document_id, text)
        if not spans:
            raise_details(db)
        return _put_passages(db, document_id, spans, keep=False)
    document_id, old_hash, old_title, *old_details = old
    db.execute(
        "UPDATE documents SET title = ?, format = ?, path = ?, metadata = ?, text_hash = ?, seen = ? WHERE id = ?",
        (*columns, document_id),
    )
    if old_hash != text_hash:
        db.execute("DELETE FROM texts WHERE document_id = ?", (document_id,))
        _put_text(db, document_id, text)
    if old_details != [columns[1], columns[3]]:
        raise_details(db)
    return _put_passages(db, document_id, spans, keep=title == old_title)


def _insert_document(db: sqlite3.Connection, file_id: int, key: str | bytes, columns: tuple[Any, ...]) -> int:
    inserted = db.execute(
        "INSERT INTO documents (file_id, key, title, format, path, metadata, text_hash, seen) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (file_id, key, *columns),
    )
    assert inserted.lastrowid is not None
    return inserted.lastrowid


def _put_text(db: sqlite3.Connection, document_id: int, text: str) -> None:
    db.executemany(
        "INSERT INTO texts (document_id, part, text) VALUES (?, ?, ?)",
        ((document_id, start // PART, text[start : start + PART]) for start in range(0, len(text), PART)),
    )


def _put_passages(db: sqlite3.Connection, document_id: int, spans: Sequence[Span], *, keep: bool) -> bool:
    """Make these spans the passages of a document; `keep`: same text keeps its id. Return whether any changed."""
    new = [
        (i, span.start, span.end, span.locator.kind, _storable(span.locator.value), span.text_hash)
        for i, span in enumerate(spans)
    ]
    old = db.execute(
        "SELECT id, ordinal, start, stop, locator_kind, locator_value, text_hash FROM passages "
        "WHERE document_id = ? ORDER BY ordinal",
        (document_id,),
    ).fetchall()
    if keep and [row[1:] for row in old] == new:
        return False
    free: dict[bytes, list[int]] = defaultdict(list)
    for row in reversed(old):
        free[row[6]].append(row[0])
    for row in new:
        if keep and free[row[5]]:
            db.execute(
                "UPDATE passages SET ordinal = ?, start = ?, stop = ?, locator_kind = ?, locator_value = ? "
                "WHERE id = ?",
                (*row[:5], free[row[5]].pop()),
            )
        else:
            db.execute(
                "INSERT INTO passages (document_id, ordinal, start, stop, locator_kind, locator_value, text_hash) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (document_id, *row),
            )
    db.executemany("DELETE FROM passages WHERE id = ?", ((i,) for ids in free.values() for i in ids))
    return bool(old or new)


def _passages(db: sqlite3.Connection, rows: Sequence[tuple[Any, ...]]) -> list[Passage]:
    texts = slices(db, [(row[1], row[6], row[7]) for row in rows])
    return [
        Passage(
            id=row[0],
            document_id=row[1],
            document_key=loaded_path(row[2]),
            title=row[3],
            path=loaded_path(row[4]),
            format=row[5],
            start=row[6],
            end=row[7],
            locator=Locator(row[8], row[9]),
            text=text,
        )
        for row, text in zip(rows, texts, strict=True)
    ]


def _parts(start: int, stop: int) -> range:
    return range(start // PART, (max(stop, start + 1) - 1) // PART + 1)


def _slice(parts: dict[tuple[int, int], str], document_id: int, start: int, stop: int) -> str:
    numbers = _parts(start, stop)
    text = "".join(parts.get((document_id, part), "") for part in numbers)
    skip = numbers[0] * PART
    return text[start - skip : stop - skip]


def _whole_text(db: sqlite3.Connection, document_id: int) -> str:
    rows = db.execute("SELECT text FROM texts WHERE document_id = ? ORDER BY part", (document_id,))
    return "".join(row[0] for row in rows)


def _storable(text: str) -> str:
    """Replace what UTF-8 cannot hold (lone surrogates) or C strings end at (NUL), one for one: spans still hold."""
    return _UNSTORABLE.sub("\ufffd", text)


def _json_metadata(metadata: dict[str, Any]) -> str:
    """Return metadata as JSON; what JSON has no word for (dates, decimals) becomes text, NaN becomes null."""
    try:
        return json.dumps(metadata, default=str, allow_nan=False)
    except ValueError:
        numbers = {
            k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in metadata.items()
        }
        return json.dumps(json.loads(json.dumps(numbers, default=str), parse_constant=lambda _: None))


def _json_ids(ids: Sequence[int]) -> str:
    return json.dumps([int(i) for i in ids])
