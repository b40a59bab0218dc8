"""Embeddings by text hash and encoder, as rows; every function works inside the caller's transaction."""

import sqlite3
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from indexes import documents
from indexes.errors import ModelError
from indexes.records import Mark

Block = tuple[NDArray[np.int64], NDArray[np.float16]]
"""(n,) passage ids and their (n, dim) vectors."""

BLOCK = 4096
"""Rows read at a time."""

_OF = "FROM passages p CROSS JOIN embeddings e ON e.encoder_id = ? AND e.text_hash = p.text_hash "
_MISSING = (
    "FROM passages p WHERE p.id > ? AND NOT EXISTS "
    "(SELECT 1 FROM embeddings e WHERE e.encoder_id = ? AND e.text_hash = p.text_hash) "
)


def missing(db: sqlite3.Connection, encoder: str, limit: int, after: int) -> list[tuple[int, bytes, str]]:
    """Return (first passage id, hash, text) of up to `limit` texts without an embedding, in passage order."""
    rows = db.execute(
        f"SELECT p.id, p.text_hash, p.document_id, p.start, p.stop {_MISSING} ORDER BY p.id LIMIT ?",
        (max(after, _complete_to(db, encoder)), _number(db, encoder), limit),
    ).fetchall()
    first = {row[1]: row for row in reversed(rows)}
    chosen = sorted(first.values())
    texts = documents.slices(db, [row[2:5] for row in chosen])
    return [(row[0], row[1], text) for row, text in zip(chosen, texts, strict=True)]


def count_missing(db: sqlite3.Connection, encoder: str) -> int:
    """Return how many distinct texts have no embedding."""
    parameters = (_complete_to(db, encoder), _number(db, encoder))
    return int(db.execute(f"SELECT count(DISTINCT p.text_hash) {_MISSING}", parameters).fetchone()[0])


def count_missing_passages(db: sqlite3.Connection, encoder: str) -> int:
    """Return how many passages have no embedding."""
    parameters = (_complete_to(db, encoder), _number(db, encoder))
    return int(db.execute(f"SELECT count(*) {_MISSING}", parameters).fetchone()[0])


def latest_encoder(db: sqlite3.Connection) -> str:
    """Return the encoder that embedded last, "" when none did."""
    row = db.execute(
        "SELECT n.name FROM embeddings e JOIN encoders n ON n.id = e.encoder_id ORDER BY e.id DESC LIMIT 1"
    ).fetchone()
    return str(row[0]) if row else ""


def complete_to(db: sqlite3.Connection, encoder: str, passage_id: int) -> None:
    """Note that every passage up to this id has an embedding, so that it need not be looked at again."""
    db.execute("UPDATE encoders SET complete_to = max(complete_to, ?) WHERE name = ?", (passage_id, encoder))


def add(db: sqlite3.Connection, encoder: str, hashes: Sequence[bytes], vectors: NDArray[np.float32]) -> None:
    """Store (n, dim) vectors as float16; raise ModelError when the encoder's stored ones have another dim."""
    if vectors.ndim != 2 or len(vectors) != len(hashes):
        raise ValueError(
            f"{len(hashes)} hashes need as many rows of vectors, not an array of shape {vectors.shape}"
        )
    if not np.isfinite(vectors).all():
        raise ValueError("embeddings must be finite numbers")
    dim = vectors.shape[1]
    db.execute("INSERT OR IGNORE INTO encoders (name, dim) VALUES (?, ?)", (encoder, dim))
    number, known_dim = db.execute("SELECT id, dim FROM encoders WHERE name = ?", (encoder,)).fetchone()
    if known_dim != dim:
        raise ModelError(
            f"The encoder “{encoder}” gave {dim} numbers a passage, but {known_dim} when this corpus was embedded. "
            "Use the encoder of then, or index into a new corpus."
        )
    halves = np.ascontiguousarray(vectors, dtype="<f2")
    db.executemany(
        "INSERT OR IGNORE INTO embeddings (encoder_id, text_hash, vector) VALUES (?, ?, ?)",
        ((number, text_hash, row.tobytes()) for text_hash, row in zip(hashes, halves, strict=True)),
    )


def dim(db: sqlite3.Connection, encoder: str) -> int:
    """Return the dimension of an encoder's stored vectors, 0 when there are none."""
    row = db.execute("SELECT dim FROM encoders WHERE name = ?", (encoder,)).fetchone()
    return int(row[0]) if row else 0


def blocks(db: sqlite3.Connection, encoder: str) -> Iterator[Block]:
    """Yield all embedded passages, ids rising."""
    return _blocks(db, encoder, f"SELECT p.id, e.vector {_OF} ORDER BY p.id", (_number(db, encoder),))


def all_of(db: sqlite3.Connection, encoder: str) -> Block:
    """Return all embedded passages, ids rising, in arrays that are allocated once."""
    number = _number(db, encoder)
    (count,) = db.execute(f"SELECT count(*) {_OF}", (number,)).fetchone()
    ids, vectors = np.empty(count, np.int64), np.empty((count, dim(db, encoder)), np.float16)
    row = 0
    for some_ids, some_vectors in blocks(db, encoder):
        ids[row : row + len(some_ids)], vectors[row : row + len(some_ids)] = some_ids, some_vectors
        row += len(some_ids)
    return ids, vectors


def of_passages(db: sqlite3.Connection, encoder: str, passage_ids: Sequence[int]) -> Block:
    """Return the embedded ones of some passages, in the order asked."""
    wanted = [int(i) for i in passage_ids]
    found: dict[int, NDArray[np.float16]] = {}
    query = f"SELECT p.id, e.vector {_OF} WHERE p.id IN (SELECT value FROM json_each(?))"
    for ids, vectors in _blocks(db, encoder, query, (_number(db, encoder), str(wanted))):
        found.update(zip(ids.tolist(), vectors, strict=True))
    present = [i for i in wanted if i in found]
    rows = np.array([found[i] for i in present], np.float16).reshape(len(present), dim(db, encoder))
    return np.array(present, np.int64), rows


def blocks_since(db: sqlite3.Connection, encoder: str, since: Mark) -> Iterator[Block]:
    """Yield the passages that got an embedding after a mark: new texts, and old texts embedded since."""
    number = _number(db, encoder)
    yield from _blocks(
        db, encoder, f"SELECT p.id, e.vector {_OF} WHERE p.id > ? ORDER BY p.id", (number, since.last_passage)
    )
    yield from _blocks(
        db,
        encoder,
        "SELECT p.id, e.vector FROM embeddings e CROSS JOIN passages p ON p.text_hash = e.text_hash "
        "WHERE e.encoder_id = ? AND e.id > ? AND p.id <= ? ORDER BY p.id",
        (number, since.last_embedding, since.last_passage),
    )


def drop_unused(db: sqlite3.Connection) -> int:
    """Remove embeddings of texts that are in no passage; return how many."""
    return db.execute(
        "DELETE FROM embeddings WHERE NOT EXISTS (SELECT 1 FROM passages p WHERE p.text_hash = embeddings.text_hash)"
    ).rowcount


def _blocks(
    db: sqlite3.Connection, encoder: str, query: str, parameters: tuple[object, ...]
) -> Iterator[Block]:
    size = dim(db, encoder)
    cursor = db.execute(query, parameters)
    while rows := cursor.fetchmany(BLOCK):
        vectors = np.frombuffer(b"".join(row[1] for row in rows), "<f2").reshape(len(rows), size)
        yield np.array([row[0] for row in rows], np.int64), vectors.astype(np.float16, copy=False)


def _number(db: sqlite3.Connection, encoder: str) -> int:
    """The encoder's row id, 0 when nothing of it is stored."""
    row = db.execute("SELECT id FROM encoders WHERE name = ?", (encoder,)).fetchone()
    return int(row[0]) if row else 0


def _complete_to(db: sqlite3.Connection, encoder: str) -> int:
    row = db.execute("SELECT complete_to FROM encoders WHERE name = ?", (encoder,)).fetchone()
    return int(row[0]) if row else 0
