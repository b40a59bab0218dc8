"""Paths that a person dropped or chose, as sources; and the columns of a table, for the choice of them."""

import csv
import gzip
import io
import json
from collections.abc import Iterable
from pathlib import Path

from indexes.records import Source, SourceKind

TABLE_SUFFIXES = {".csv", ".tsv", ".jsonl", ".parquet"}

HEAD_BYTES = 1 << 16


def sources_from(paths: Iterable[Path]) -> tuple[Source, ...]:
    """Return a source for every path that exists, each once, in the order given."""
    found = {}
    for path in paths:
        absolute = path.expanduser().absolute()
        if absolute.exists():
            found[str(absolute)] = Source(kind_of(absolute), str(absolute))
    return tuple(found.values())


def kind_of(path: Path) -> SourceKind:
    """Return what a path is to a corpus; a gzipped table is a table."""
    if path.is_dir():
        return "folder"
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    return "table" if suffixes and suffixes[-1] in TABLE_SUFFIXES else "file"


def column_names(path: Path) -> tuple[str, ...]:
    """Return a table's column names as its first line gives them; () when that line does not say.

    A parquet file keeps them where only its own library finds them, so they are typed in by name.
    """
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    try:
        with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except (OSError, EOFError):
        return ()
    first = head.decode("utf-8-sig", errors="replace")
    if ".jsonl" in suffixes:
        return _keys(first.partition("\n")[0])
    if ".tsv" in suffixes:
        return _header(first, "\t")
    if ".csv" in suffixes:
        return _header(first, max(",;\t|", key=first.partition("\n")[0].count))
    return ()


def _keys(text: str) -> tuple[str, ...]:
    try:
        record = json.loads(text)
    except json.JSONDecodeError:
        return ()
    return tuple(record) if isinstance(record, dict) else ()


def _header(text: str, delimiter: str) -> tuple[str, ...]:
    try:
        row = next(csv.reader(io.StringIO(text), delimiter=delimiter), [])
    except csv.Error:
        return ()
    return tuple(name.strip() for name in row if name.strip())
