"""Paths that a person dropped or chose, as sources; and the columns of a table, for the choice of them."""

import csv
import gzip
import io
import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from engine.reading.sources import format_of, source_from_path
from indexes.errors import SourceError
from indexes.records import Source

HEAD_BYTES = 1 << 16


def sources_from(paths: Iterable[Path]) -> tuple[Source, ...]:
    """Return a source for every path that can be one, each once, in the order given."""
    found: dict[str, Source] = {}
    for path in paths:
        with suppress(SourceError):
            source = source_from_path(path)
            found.setdefault(source.path, source)
    return tuple(found.values())


def column_names(path: Path) -> tuple[str, ...]:
    """Return a table's column names as its first line gives them; () when that line does not say.

    A parquet file keeps them where only its own library finds them, so they are typed in by name.
    """
    try:
        with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except (OSError, EOFError):
        return ()
    text = head.decode("utf-8-sig", errors="replace")
    first = text.partition("\n")[0]
    match format_of(path.name):
        case "jsonl":
            return _keys(first)
        case "tsv":
            return _header(text, "\t")
        case "csv":
            return _header(text, max(",;\t|", key=first.count))
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
