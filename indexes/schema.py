"""The tables of a catalogue, as ordered migrations: version n of a file is what the first n of them make."""

import sqlite3
from collections.abc import Sequence

from indexes.errors import CorpusError

APPLICATION_ID = 0x41535452
"""Marks an SQLite file as a catalogue of Asterism ("ASTR")."""

_FIRST = """
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- text: raised by each change of passages.
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO counters VALUES ('text', 0);

CREATE TABLE sources (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    path NOT NULL,
    columns TEXT NOT NULL,
    UNIQUE (kind, path)
);

-- pass: how often the file was begun; documents of an earlier pass are gone from the file when it is finished.
CREATE TABLE files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source_id INTEGER NOT NULL REFERENCES sources ON DELETE CASCADE,
    key NOT NULL,
    path NOT NULL,
    format TEXT NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    content_hash BLOB NOT NULL,
    skipped TEXT NOT NULL,
    pass INTEGER NOT NULL DEFAULT 0,
    UNIQUE (source_id, key)
);

-- Keys may repeat inside a file: nothing keeps a table from holding one id twice.
CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    file_id INTEGER NOT NULL REFERENCES files ON DELETE CASCADE,
    key NOT NULL,
    title TEXT NOT NULL,
    format TEXT NOT NULL,
    path,
    metadata TEXT NOT NULL,
    text_hash BLOB NOT NULL,
    seen INTEGER NOT NULL
);
CREATE INDEX documents_by_key ON documents (file_id, key);

-- A document's text in parts of a fixed number of characters, so that a passage of a huge one is read quickly.
CREATE TABLE texts (
    id INTEGER PRIMARY KEY,
    document_id INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    part INTEGER NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (document_id, part)
);

-- AUTOINCREMENT: an id never comes back for another text, so caches and tags may rely on it.
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    start INTEGER NOT NULL,
    stop INTEGER NOT NULL,
    locator_kind TEXT NOT NULL,
    locator_value TEXT NOT NULL,
    text_hash BLOB NOT NULL
);
CREATE INDEX passages_by_document ON passages (document_id, ordinal);
CREATE INDEX passages_by_hash ON passages (text_hash);

-- What derived indexes have to forget, in the order it went; old rows are dropped, see documents.py.
CREATE TABLE removed (id INTEGER PRIMARY KEY AUTOINCREMENT, passage_id INTEGER NOT NULL);
CREATE TRIGGER passage_removed AFTER DELETE ON passages BEGIN
    INSERT INTO removed (passage_id) VALUES (old.id);
END;

-- complete_to: every passage up to this id has an embedding by this encoder.
CREATE TABLE encoders (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    dim INTEGER NOT NULL,
    complete_to INTEGER NOT NULL DEFAULT 0
);

-- vector: dim float16 numbers, little-endian.
CREATE TABLE embeddings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    encoder_id INTEGER NOT NULL REFERENCES encoders ON DELETE CASCADE,
    text_hash BLOB NOT NULL,
    vector BLOB NOT NULL,
    UNIQUE (encoder_id, text_hash)
);

CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    model TEXT NOT NULL,
    parameters TEXT NOT NULL,
    seed INTEGER,
    versions TEXT NOT NULL,
    counts TEXT NOT NULL,
    made_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
);

-- The arrays of a projection, each as raw little-endian numbers.
CREATE TABLE maps (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id INTEGER NOT NULL UNIQUE REFERENCES runs ON DELETE CASCADE,
    parameters TEXT NOT NULL,
    passage_ids BLOB NOT NULL,
    xy BLOB NOT NULL,
    cluster_ids BLOB NOT NULL,
    strengths BLOB NOT NULL
);

CREATE TABLE clusters (
    map_id INTEGER NOT NULL REFERENCES maps ON DELETE CASCADE,
    id INTEGER NOT NULL,
    size INTEGER NOT NULL,
    keywords TEXT NOT NULL,
    name TEXT NOT NULL,
    user_name TEXT,
    exemplars TEXT NOT NULL,
    PRIMARY KEY (map_id, id)
) WITHOUT ROWID;

CREATE TABLE taggers (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, labels TEXT NOT NULL);

-- probabilities: one float32 a label, little-endian.
CREATE TABLE tags (
    tagger_id INTEGER NOT NULL REFERENCES taggers ON DELETE CASCADE,
    passage_id INTEGER NOT NULL REFERENCES passages ON DELETE CASCADE,
    label_id INTEGER NOT NULL,
    probabilities BLOB NOT NULL,
    PRIMARY KEY (tagger_id, passage_id)
) WITHOUT ROWID;
CREATE INDEX tags_by_passage ON tags (passage_id);
"""

_SECOND = """
-- grade: 1 good, 0 not. Not tied to the passage's row: a judgement is found again by text and document.
CREATE TABLE judgements (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    query TEXT NOT NULL,
    passage_id INTEGER NOT NULL,
    document_key NOT NULL,
    text_hash BLOB NOT NULL,
    grade INTEGER NOT NULL,
    made_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    UNIQUE (query, passage_id)
);
"""

_THIRD = """
-- As long as passage_ids, or empty in a map that knows nothing of them.
ALTER TABLE maps ADD COLUMN part_ids BLOB NOT NULL DEFAULT x'';
ALTER TABLE maps ADD COLUMN nearest_ids BLOB NOT NULL DEFAULT x'';
ALTER TABLE maps ADD COLUMN nearness BLOB NOT NULL DEFAULT x'';

-- The clusters as they were found, before the user merged or split any: int32 each, a row a passage. Without a row
-- here a map is as it was found. branches: [[parent, [clusters]], …].
CREATE TABLE found_clusters (
    map_id INTEGER PRIMARY KEY REFERENCES maps ON DELETE CASCADE,
    nearest_ids BLOB NOT NULL,
    part_ids BLOB NOT NULL,
    branches TEXT NOT NULL
);

ALTER TABLE clusters ADD COLUMN branch INTEGER NOT NULL DEFAULT -1;
ALTER TABLE clusters ADD COLUMN colour TEXT NOT NULL DEFAULT '';
ALTER TABLE clusters ADD COLUMN stability REAL;
ALTER TABLE clusters ADD COLUMN made_by_user INTEGER NOT NULL DEFAULT 0;

CREATE TABLE branches (
    map_id INTEGER NOT NULL REFERENCES maps ON DELETE CASCADE,
    id INTEGER NOT NULL,
    parent INTEGER NOT NULL,
    size INTEGER NOT NULL,
    clusters TEXT NOT NULL,
    keywords TEXT NOT NULL,
    name TEXT NOT NULL,
    user_name TEXT,
    PRIMARY KEY (map_id, id)
) WITHOUT ROWID;

CREATE TABLE parts (
    map_id INTEGER NOT NULL REFERENCES maps ON DELETE CASCADE,
    id INTEGER NOT NULL,
    cluster INTEGER NOT NULL,
    size INTEGER NOT NULL,
    keywords TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (map_id, id)
) WITHOUT ROWID;

-- What the user did to clusters, not tied to a map: it is done again to the next one. passages: int64 ids, the groups
-- one after another; ends: where each group ends; known_to: the highest passage id on the map then.
CREATE TABLE map_edits (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    passages BLOB NOT NULL,
    ends TEXT NOT NULL,
    known_to INTEGER NOT NULL,
    made_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
);

CREATE TABLE map_changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    reason TEXT NOT NULL,
    changes TEXT NOT NULL,
    made_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
);

CREATE TABLE map_views (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    x REAL NOT NULL,
    y REAL NOT NULL,
    scale REAL NOT NULL
);
"""

_FOURTH = """
ALTER TABLE taggers ADD COLUMN multi_label INTEGER NOT NULL DEFAULT 0;

-- What the user called passages, by the tagger's name without its weights; labels: JSON. Not tied to the passage's row:
-- it is found again by text and document.
CREATE TABLE given_labels (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tagger TEXT NOT NULL,
    passage_id INTEGER NOT NULL,
    document_key NOT NULL,
    text_hash BLOB NOT NULL,
    labels TEXT NOT NULL,
    made_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    UNIQUE (tagger, passage_id)
);

-- tagger: with its weights, as in taggers. weights: (n_labels, dim + 1) float32, little-endian, see lessons.py.
CREATE TABLE lessons (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tagger TEXT NOT NULL,
    encoder TEXT NOT NULL,
    given INTEGER NOT NULL,
    scale REAL NOT NULL,
    weights BLOB NOT NULL,
    n_labels INTEGER NOT NULL,
    dim INTEGER NOT NULL,
    parameters TEXT NOT NULL,
    measured TEXT NOT NULL,
    made_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
);
CREATE INDEX lessons_by_tagger ON lessons (tagger, id);

-- What the newest lesson makes of a tag; where there is none, the tag holds as the tagger said it.
CREATE TABLE taught_tags (
    tagger_id INTEGER NOT NULL,
    passage_id INTEGER NOT NULL,
    label_id INTEGER NOT NULL,
    probabilities BLOB NOT NULL,
    PRIMARY KEY (tagger_id, passage_id),
    FOREIGN KEY (tagger_id, passage_id) REFERENCES tags ON DELETE CASCADE
) WITHOUT ROWID;
"""

MIGRATIONS: tuple[str, ...] = (_FIRST, _SECOND, _THIRD, _FOURTH)


def check(connection: sqlite3.Connection, name: str) -> int:
    """Return the file's version; raise CorpusError when it is no catalogue, or of a newer Asterism."""
    version = _pragma(connection, "user_version")
    if _pragma(connection, "application_id") != APPLICATION_ID:
        raise CorpusError(
            f"“{name}” is not a catalogue of Asterism. Remove the corpus and index its sources again."
        )
    if version > len(MIGRATIONS):
        raise CorpusError(
            f"“{name}” was written by a newer Asterism (version {version} of the file; "
            f"this one reads up to {len(MIGRATIONS)}). Update Asterism to open it; nothing was changed."
        )
    return version


def migrate(connection: sqlite3.Connection, migrations: Sequence[str] = MIGRATIONS) -> None:
    """Bring a file to the newest version, each migration in one transaction together with its number.

    One that another process has made meanwhile fails here on what it finds, and is taken as done.
    """
    for number in range(_pragma(connection, "user_version") + 1, len(migrations) + 1):
        try:
            connection.executescript(
                f"BEGIN IMMEDIATE; {migrations[number - 1]}; PRAGMA application_id = {APPLICATION_ID}; "
                f"PRAGMA user_version = {number}; COMMIT;"
            )
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if _pragma(connection, "user_version") < number:
                raise


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])
