"""Tables: every row of a csv, tsv, jsonl, json or parquet file becomes a document, streamed."""

import csv
import gzip
import io
import json
import math
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any, Literal

from engine.reading.decoding import clean, encoding_of, guess_encoding, is_utf8
from engine.reading.readers import RawDocument, Unreadable, read_string
from indexes.records import Locator, TableColumns

USUAL_NAMES = {
    "id": ("_id", "id", "doc_id", "docid", "document_id"),
    "title": ("title", "headline", "subject"),
    "text": (
        "text",
        "body",
        "content",
        "abstract",
        "review",
        "sentence",
        "passage",
        "document",
        "comment",
        "message",
    ),
    "label": ("label",),
}
"""What a column is for → the names by which it is recognised, the first that a table has; in any case."""

_SAMPLE_ROWS = 100
_SAMPLE_CHARACTERS = 200_000
_BLOCK = 1 << 20
_LONGEST_FIELD = 50_000_000
_TITLE_LENGTH = 80
_DELIMITERS = {"csv": ",;\t|", "tsv": "\t,;|"}

Row = Mapping[str, Any]
Quoting = Literal[0, 3]
"""csv.QUOTE_MINIMAL or csv.QUOTE_NONE."""


@dataclass(frozen=True, slots=True)
class Roles:
    """Which column of a table is what; "" when it has none for it. `text` may be the title's column."""

    id: str
    title: str
    text: str
    label: str


def read_table(path: Path, format: str, columns: TableColumns) -> Iterator[RawDocument]:
    """Yield a document for every row with text; raises Unreadable without a text column or a named one.

    Keys are the id column's values, made unique ("7", "7 (2)"), else row numbers from 0 that count every row of
    the file. The text begins with the title, where there is one. All other columns become metadata.
    """
    with closing(_ROWS[format](path)) as rows:
        sample = list(islice(rows, _SAMPLE_ROWS))
        if not sample:
            raise Unreadable("has no rows")
        roles = find_roles(sample, columns)
        keys = _UniqueKeys()
        found = False
        for number, row in enumerate(chain(sample, rows)):
            document = _document(row, number, roles, format, keys)
            if document:
                found = True
                yield document
        if not found:
            raise Unreadable(f"has no text in its column {roles.text}")


def find_roles(sample: list[Row], columns: TableColumns) -> Roles:
    """Find what each column is for: as named, else by its usual name; raises Unreadable saying which there are."""
    names = list(dict.fromkeys(name for row in sample for name in row))

    def role(kind: str, named: str | None) -> str:
        if named:
            if named in names:
                return named
            raise Unreadable(f"has no column named {named}: its columns are {_listed(names)}")
        folded = {name.strip().casefold(): name for name in reversed(names)}
        return next((folded[usual] for usual in USUAL_NAMES[kind] if usual in folded), "")

    roles = Roles(
        role("id", columns.id),
        role("title", columns.title),
        role("text", columns.text),
        role("label", columns.label),
    )
    text = (
        roles.text or roles.title or (names[0] if len(names) == 1 else "") or _longest_unnamed(sample, names)
    )
    if not text:
        raise Unreadable(
            f"has no column with a usual name for text: name one of its columns {_listed(names)}"
        )
    return Roles(roles.id, roles.title, text, roles.label)


def _longest_unnamed(sample: list[Row], names: list[str]) -> str:
    """Return, of a table without a header, the column with the longest texts; "" if it has one."""
    if not names or not all(name.startswith(_UNNAMED) for name in names):
        return ""
    return max(names, key=lambda name: sum(len(str(row.get(name) or "")) for row in sample))


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:20])
    return f"{shown} and {len(names) - 20} more" if len(names) > 20 else shown or "none"


def _document(row: Row, number: int, roles: Roles, format: str, keys: "_UniqueKeys") -> RawDocument | None:
    text = _text(row.get(roles.text))
    title = _text(row.get(roles.title)) if roles.title and roles.title != roles.text else ""
    whole = f"{title}\n\n{text}" if title and text else title or text
    if not whole:
        return None
    metadata = {
        name: value
        for name, raw in row.items()
        if name not in (roles.id, roles.title, roles.text, roles.label)
        and (value := json_safe(raw)) is not None
    }
    if roles.label and (label := json_safe(row.get(roles.label))) is not None:
        metadata["label"] = label
    key = keys.unique(_text(row.get(roles.id)) if roles.id else "", number)
    mark = (0, Locator("row", str(number)))
    return RawDocument(key, " ".join(title.split()) or first_words(text), whole, format, metadata, (mark,))


def _text(value: Any) -> str:
    """Return a cell as clean text: numbers as they are written (7, not 7.0), lists a line each."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
    if isinstance(value, list):
        return "\n".join(filter(None, map(_text, value)))
    if isinstance(value, dict):
        value = json.dumps(json_safe(value), ensure_ascii=False)
    return clean(str(value)).strip()


def json_safe(value: Any) -> Any:
    """Return a cell as JSON types; None when there is nothing in it (None, NaN, an empty text)."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list | tuple):
        return [json_safe(item) for item in value]
    if isinstance(value, dict):
        return {clean(str(name)): json_safe(item) for name, item in value.items()}
    return _text(value if isinstance(value, bytes) else str(value)) or None


def first_words(text: str) -> str:
    """Return the beginning of a text's first line, cut at a word, to be shown as its title."""
    line = " ".join(text.split("\n", 1)[0].split())
    if len(line) <= _TITLE_LENGTH:
        return line
    return line[: _TITLE_LENGTH + 1].rsplit(" ", 1)[0][:_TITLE_LENGTH] + "…"


class _UniqueKeys:
    """Gives every row a key of its own; remembers only a hash of each, so that a million rows cost little."""

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def unique(self, value: str, number: int) -> str:
        if not value:
            value = str(number)
        key, count = value, 1
        while hash(key) in self._seen:
            count += 1
            key = f"{value} ({count})"
        self._seen.add(hash(key))
        return key


# Rows of each format.

_UNNAMED = "column "
"""What the columns of a table without a header are called, with their number from 1."""


def _csv_rows(path: Path) -> Generator[Row]:
    return _separated_rows(path, "csv")


def _tsv_rows(path: Path) -> Generator[Row]:
    return _separated_rows(path, "tsv")


def _separated_rows(path: Path, format: str) -> Generator[Row]:
    csv.field_size_limit(_LONGEST_FIELD)
    encoding = _stream_encoding(path)
    with _open(path) as raw, io.TextIOWrapper(raw, encoding, errors="replace", newline="") as file:
        sample = _lines(file.read(_SAMPLE_CHARACTERS) + file.readline())
        delimiter, quoting = dialect_of(sample, _DELIMITERS[format])
        reader = csv.reader(chain(sample, file), delimiter=delimiter, quoting=quoting)
        try:
            yield from _named(filter(None, reader), delimiter)
        except csv.Error as error:
            reason = f"has a field without end before line {reader.line_num}: a quotation mark is not closed"
            raise Unreadable(reason) from error


def _lines(text: str) -> list[str]:
    return io.StringIO(text, newline="").readlines()


def _named(rows: Iterator[list[str]], delimiter: str) -> Iterator[Row]:
    first = next(rows, None)
    if first is None:
        return
    if is_header(first):
        names = _unique_names(first)
    else:
        names = [f"{_UNNAMED}{place}" for place in range(1, len(first) + 1)]
        rows = chain([first], rows)
    width = len(names)
    for row in rows:
        if len(row) > width:  # an unquoted delimiter in the last column, nearly always the text
            row = [*row[: width - 1], delimiter.join(row[width - 1 :])]
        yield dict(zip(names, row, strict=False))


def is_header(first: list[str]) -> bool:
    """Say whether a first row holds names: a usual one among them, or only short words, none a number or twice."""
    cells = [clean(cell).strip().casefold() for cell in first]
    if any(cell in names for cell in cells for names in USUAL_NAMES.values()):
        return True
    named = [cell for cell in cells if cell]
    return (
        len(named) >= len(cells) - 1  # a table written with its row numbers has no name above them
        and len(set(named)) == len(named) > 0
        and not any(_is_number(cell) or len(cell) > 40 or len(cell.split()) > 5 for cell in named)
    )


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return True


def _unique_names(header: list[str]) -> list[str]:
    names: list[str] = []
    for place, cell in enumerate(header, 1):
        name = " ".join(clean(cell).split()) or f"{_UNNAMED}{place}"
        while name in names:
            name += "'"
        names.append(name)
    return names


def dialect_of(lines: list[str], delimiters: str) -> tuple[str, Quoting]:
    """Return the delimiter and the csv quoting under which most rows of a sample are as wide as the first.

    Of equally good ones the first of `delimiters` is taken. Between tabs a quotation mark is mostly just that, so
    there quoting must do better than none.
    """
    best: tuple[float, str, Quoting] = (-1.0, delimiters[0], csv.QUOTE_MINIMAL)
    for delimiter in delimiters:
        quotings: tuple[Quoting, ...] = (
            (csv.QUOTE_NONE, csv.QUOTE_MINIMAL) if delimiter == "\t" else (csv.QUOTE_MINIMAL,)
        )
        for quoting in quotings:
            score = _regularity(lines, delimiter, quoting)
            if score > best[0] + 1e-9:
                best = (score, delimiter, quoting)
    return best[1], best[2]


def _regularity(lines: list[str], delimiter: str, quoting: Quoting) -> float:
    """Return the share of rows that are as wide as the first, 0 when that has but one field."""
    widths: list[int] = []
    with suppress(csv.Error):  # an open quotation mark; what comes before it tells enough
        widths.extend(len(row) for row in csv.reader(lines, delimiter=delimiter, quoting=quoting) if row)
    if not widths or widths[0] < 2:
        return 0.0
    if quoting == csv.QUOTE_NONE and lines[0].startswith('"'):
        return 0.0
    return widths.count(widths[0]) / len(widths)


def _jsonl_rows(path: Path) -> Generator[Row]:
    encoding = _stream_encoding(path)
    found = broken = 0
    with _open(path) as raw, io.TextIOWrapper(raw, encoding, errors="replace", newline="\n") as file:
        for line in file:
            if not line.strip("\ufeff \t\r\n"):
                continue
            row = _parsed(line)
            if isinstance(row, dict):
                found += 1
                yield row
            else:
                broken += 1
                yield {}  # keeps the row numbers of the others
                if not found and broken == _SAMPLE_ROWS:
                    break
    if broken and not found:
        raise Unreadable("has no line that is a JSON object, so it is not JSON lines")


def _parsed(line: str) -> Any:
    try:
        return json.loads(line.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return None


def _json_rows(path: Path) -> Generator[Row]:
    text, _ = read_string(path)
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable("is not valid JSON") from error
    if not isinstance(content, list):
        raise Unreadable("is JSON, but not a list of objects that could be read as a table")
    rows = [row if isinstance(row, dict) else {} for row in content]
    if not any(rows):
        raise Unreadable("is JSON, but not a list of objects that could be read as a table")
    yield from rows


def _parquet_rows(path: Path) -> Generator[Row]:
    import pyarrow
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(path, memory_map=False) as file:
            for batch in file.iter_batches(batch_size=500, use_threads=False):
                yield from batch.to_pylist()
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise Unreadable("is not a valid Parquet file, or is damaged") from error


_ROWS: dict[str, Callable[[Path], Generator[Row]]] = {
    "csv": _csv_rows,
    "tsv": _tsv_rows,
    "jsonl": _jsonl_rows,
    "json": _json_rows,
    "parquet": _parquet_rows,
}


def _open(path: Path) -> IO[bytes]:
    return gzip.open(path) if path.suffix.lower() == ".gz" else open(path, "rb")  # type: ignore[return-value]


def _stream_encoding(path: Path) -> str:
    """Return a table's encoding: UTF-8 when the whole of it is (it is read once to know), else a guess."""
    with _open(path) as file:
        head = file.read(_BLOCK)
        encoding = encoding_of(head)
        if not encoding:
            raise Unreadable("looks like a binary file, not a table, or its encoding is unknown")
        if encoding != "utf-8":
            return encoding
        if is_utf8(chain([head], _blocks(file))):
            return "utf-8-sig"
        file.seek(0)
        return guess_encoding(next(block for block in _blocks(file) if not is_utf8([block])))


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: file.read(_BLOCK), b"")
