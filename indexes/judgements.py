"""Judgements: which passages the user called good answers to a query, or not, as rows.

Every function works inside the caller's transaction. A judgement names its passage by id, and by text and document
as well: when the id is gone (the document was renamed, or indexed anew) it holds for the passage that has the text
now, in the same document if there is one. Nothing is removed with a passage: its text may come back.
"""

import sqlite3

_FOUND = (
    "SELECT j.id, j.query, j.passage_id, COALESCE(p.id, "
    "(SELECT min(q.id) FROM passages q JOIN documents d ON d.id = q.document_id "
    "WHERE q.text_hash = j.text_hash AND d.key = j.document_key), "
    "(SELECT min(q.id) FROM passages q WHERE q.text_hash = j.text_hash)) AS found, j.grade "
    "FROM judgements j LEFT JOIN passages p ON p.id = j.passage_id "
)


def judge(db: sqlite3.Connection, query: str, passage_id: int, grade: int | None) -> bool:
    """Store a grade in place of an older one, None takes it back; return False when the passage is gone."""
    if grade not in (0, 1, None):
        raise ValueError(f"a grade is 1 (good), 0 (not) or None (taken back), not {grade}")
    rows = db.execute(_FOUND + "WHERE j.query = ?", (line(query),)).fetchall()
    older = [(row[0],) for row in rows if passage_id in (row[2], row[3])]
    db.executemany("DELETE FROM judgements WHERE id = ?", older)
    if grade is None:
        return True
    stored = db.execute(
        "INSERT INTO judgements (query, passage_id, document_key, text_hash, grade) "
        "SELECT ?, p.id, d.key, p.text_hash, ? FROM passages p JOIN documents d ON d.id = p.document_id WHERE p.id = ?",
        (line(query), grade, passage_id),
    )
    return stored.rowcount == 1


def judgements(db: sqlite3.Connection, query: str) -> dict[int, int]:
    """Return passage id → grade of a query, oldest first, without the passages that are gone."""
    rows = db.execute(_FOUND + "WHERE j.query = ? AND found IS NOT NULL ORDER BY j.id", (line(query),))
    return {row[3]: row[4] for row in rows}


def all_judgements(db: sqlite3.Connection) -> list[tuple[str, int, int]]:
    """Return (query, passage id, grade) of all queries, sorted, without the passages that are gone."""
    rows = db.execute(_FOUND + "WHERE found IS NOT NULL ORDER BY j.id")
    grades = {(row[1], row[3]): row[4] for row in rows}
    return sorted((query, passage_id, grade) for (query, passage_id), grade in grades.items())


def clear(db: sqlite3.Connection, query: str) -> None:
    """Remove all judgements of a query."""
    db.execute("DELETE FROM judgements WHERE query = ?", (line(query),))


def line(query: str) -> str:
    """Return the query line that judgements are kept under: without needless white space, and storable."""
    return " ".join(query.split()).encode(errors="replace").decode()
