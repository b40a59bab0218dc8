"""Sources: which files a folder, file or table holds, and of which format each is."""

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from indexes.errors import SourceError
from indexes.records import Source, SourceFile, TableColumns

FORMATS = {
    "": "txt",  # README, LICENSE, a mail of a newsgroup: the reader refuses what proves to be binary
    ".txt": "txt",
    ".text": "txt",
    ".log": "txt",
    ".md": "md",
    ".markdown": "md",
    ".mkd": "md",
    ".rst": "rst",
    ".rest": "rst",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".docm": "docx",
    ".dotx": "docx",
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".parquet": "parquet",
    ".pq": "parquet",
}
"""Suffix → format, a name of `engine.reading.readers.READERS`."""

TABLES = frozenset({"csv", "tsv", "jsonl", "json", "parquet"})
"""Formats of which each row is a document."""

GZIPPED = frozenset({"txt", "csv", "tsv", "jsonl", "json"})
"""Formats that are also read with `.gz` behind their suffix."""

LEFT_OUT = frozenset({"__pycache__", "node_modules", "CVS", "__MACOSX", "System Volume Information"})
"""Folders, besides hidden ones, that programs and version control keep for themselves."""

_READ_SIZE = 1 << 20


def source_from_path(path: str | Path, columns: TableColumns | None = None) -> Source:
    """Return the source that a path names: a folder, a table, or any other file.

    Raises SourceError when there is nothing at the path, or nothing that can be opened.
    """
    place = Path(path).expanduser().absolute()
    columns = columns or TableColumns()
    try:
        mode = place.stat().st_mode
    except FileNotFoundError:
        raise SourceError(f"There is no file or folder at {place}. Check the path.") from None
    except OSError as error:
        raise SourceError(f"{place} cannot be opened: {error.strerror or error}.") from error
    if stat.S_ISDIR(mode):
        return Source("folder", str(place), columns)
    if not stat.S_ISREG(mode):
        raise SourceError(f"{place} is neither a file nor a folder, so it cannot be a source.")
    return Source("table" if format_of(place.name) in TABLES else "file", str(place), columns)


def find_files(source: Source) -> Iterator[SourceFile]:
    """Yield the files of a source in the order of their keys' names, folder by folder.

    Hidden files and folders and those of version control are left out, and a folder reached twice through links
    is entered once. What can never be read comes with its reason in `skipped` already: a format not read yet, a
    folder that may not be opened, a link to nothing. Raises SourceError when the source itself is gone.
    """
    root = Path(source.path)
    if source.kind == "folder":
        if not root.is_dir():
            raise SourceError(f"The folder {root} is not there any more. Put it back or remove the source.")
        yield from _walk(source, str(root), "", set())
        return
    if not root.is_file():
        raise SourceError(f"The file {root} is not there any more. Put it back or remove the source.")
    yield _source_file(source, str(root), root.name)


def document_key(source: Source, file: SourceFile, row_key: str) -> str:
    """Return a document's key in the corpus from the key its reader gave it ("" unless it is a row).

    The rows of a table that is itself the source keep their own key; of a table inside a folder they are
    prefixed with the file's key (`reviews.csv#17`); every other document has its file's key.
    """
    if not row_key:
        return file.key
    return row_key if source.kind == "table" else f"{file.key}#{row_key}"


def suffix_of(name: str) -> str:
    """Return a file name's suffix in lower case, with the one before it when it is `.gz` (`.csv.gz`)."""
    stem, suffix = os.path.splitext(name)
    if suffix.lower() in (".gz", ".bz2", ".xz", ".zst"):
        return os.path.splitext(stem)[1].lower() + suffix.lower()
    return suffix.lower()


def format_of(name: str) -> str:
    """Return the format of a file by its name; "" when files of its kind are not read."""
    suffix = suffix_of(name)
    if suffix.endswith(".gz"):
        inner = FORMATS.get(suffix.removesuffix(".gz"), "") if suffix != ".gz" else ""
        return inner if inner in GZIPPED else ""
    return FORMATS.get(suffix, "")


def content_hash(path: str | Path) -> bytes:
    """Return the first 16 bytes of the SHA-256 of a file's bytes; raises OSError when it cannot be read."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(_READ_SIZE):
            digest.update(block)
    return digest.digest()[:16]


def _walk(source: Source, folder: str, prefix: str, seen: set[tuple[int, int]]) -> Iterator[SourceFile]:
    try:
        place = os.stat(folder)
        if (place.st_dev, place.st_ino) in seen:
            return
        seen.add((place.st_dev, place.st_ino))
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        reason = f"is a folder that cannot be opened: {(error.strerror or str(error)).lower()}"
        yield _skipped(source, folder, prefix.rstrip("/"), reason)
        return
    for entry in found:
        key = prefix + entry.name
        if entry.name.startswith((".", "~$")):  # "~$letter.docx" is Word's lock beside an open letter.docx
            continue
        if not _is_text(entry.name):
            yield _skipped(source, entry.path, key, "has a name that is not valid text: rename it")
        elif not entry.is_dir():
            yield _source_file(source, entry.path, key)
        elif entry.name not in LEFT_OUT:
            yield from _walk(source, entry.path, key + "/", seen)


def _source_file(source: Source, path: str, key: str) -> SourceFile:
    try:
        state = os.stat(path)
    except OSError as error:
        link = os.path.islink(path) and not os.path.exists(path)
        reason = "is a link to a file that is not there" if link else f"cannot be opened: {error.strerror}"
        return _skipped(source, path, key, reason)
    if not stat.S_ISREG(state.st_mode):
        return _skipped(source, path, key, "is not an ordinary file")
    format = format_of(key)
    skipped = "" if format else _not_read_yet(key)
    return SourceFile(source.id, key, path, format, state.st_size, state.st_mtime_ns, skipped=skipped)


def _not_read_yet(name: str) -> str:
    return f"{suffix_of(name)} files are not read yet"


def _skipped(source: Source, path: str, key: str, reason: str) -> SourceFile:
    return SourceFile(source.id, _as_text(key), _as_text(path), "", 0, 0, skipped=reason)


def _is_text(name: str) -> bool:
    """Say whether a name can be stored: on Linux it may hold bytes that are no text (here lone surrogates)."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _as_text(name: str) -> str:
    return name.encode(errors="surrogateescape").decode(errors="replace")
