"""The open SQLite file: one connection, its transactions, and SQLite's errors as sentences."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexes import schema
from indexes.errors import AsterismError, CorpusBusy, CorpusError


class Database:
    """A connection in autocommit mode; every read and write goes through `reading` or `writing`."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    @classmethod
    def create(cls, path: Path) -> "Database":
        """Make a new file. Raises CorpusError when there is one, or the folder cannot be written."""
        if path.exists() and path.stat().st_size:
            raise CorpusError(f"There is already a corpus in “{path.parent}”. Choose another name.")
        with _sentences(path):
            database = cls(_connect(path, "rwc"), path)
            with database._closed_on_failure():
                schema.migrate(database._connection)
        return database

    @classmethod
    def open(cls, path: Path, *, write: bool) -> "Database":
        """Open an existing file, bringing an older one up to date. Raises CorpusError with the reason."""
        if not path.is_file() or not path.stat().st_size:
            raise CorpusError(f"There is no corpus in “{path.parent}”, or it was never finished.")
        with _sentences(path):
            database = cls(_connect(path, "rw" if write else "ro"), path)
            with database._closed_on_failure():
                outdated = schema.check(database._connection, str(path)) < len(schema.MIGRATIONS)
                if outdated and write:
                    schema.migrate(database._connection)
            if outdated and not write:
                database.close()
                cls.open(path, write=True).close()
                return cls.open(path, write=False)
        return database

    def close(self) -> None:
        """Close the connection; twice is harmless."""
        self._connection.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """All that is read inside is one state of the file; may be nested, also inside `writing`."""
        with _sentences(self._path):
            if self._connection.in_transaction:
                yield self._connection
                return
            self._connection.execute("BEGIN")
            try:
                yield self._connection
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("COMMIT")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """All that is written inside is committed at its end, or nothing of it when anything is raised."""
        with _sentences(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    @contextmanager
    def _closed_on_failure(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, AsterismError):
            self._connection.close()
            raise


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=10
    )
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("PRAGMA cache_size = -65536")  # 64 MiB
        if mode != "ro":
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(
                "PRAGMA synchronous = NORMAL"
            )  # in WAL mode: loses no more than the last batch
            connection.execute(f"PRAGMA journal_size_limit = {64 << 20}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


@contextmanager
def _sentences(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        sentence = _sentence(error, path)
        if sentence is None:
            raise
        raise sentence from error


def _sentence(error: sqlite3.Error, path: Path) -> CorpusError | None:
    """What an error of SQLite means to a person; None when it is our mistake and not the world's."""
    # The low byte is the kind of error; the bytes above it only say where it was met. Text that is no UTF-8 has none.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT if "decode" in str(error) else -1)
    kind = code & 0xFF if code >= 0 else code
    if kind == sqlite3.SQLITE_FULL:
        return CorpusError(
            f"The disk is full: “{path}” could not grow. Everything saved before is kept; make room and try again."
        )
    if kind in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return CorpusError(
            f"The catalogue “{path}” is damaged ({error}). "
            "Restore it from a backup, or remove the corpus and index its sources again."
        )
    if kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return CorpusBusy(f"Another program is writing “{path}”. Wait until it is done, then try again.")
    if kind in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM):
        return CorpusError(
            f"“{path}” cannot be read or written ({error}). Check the disk and the folder's permissions."
        )
    return None
