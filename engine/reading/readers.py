"""Readers: from a file to the documents in it, one function a format."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.reading.decoding import clean, decode, encoding_of
from indexes.records import Locator, TableColumns

LARGEST_TEXT = 256 << 20
"""Bytes of a file that is read whole; tables are streamed and may be of any size."""

LONGEST_DOCUMENT = 50_000_000
"""Characters of one document, some 20,000 printed pages."""

_BLOCK = 1 << 20

Mark = tuple[int, Locator]
"""From this character on, until the next mark, the locator holds."""


class Unreadable(Exception):
    """One file that cannot be read; `reason` continues a sentence that begins with the file's name."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class RawDocument:
    """One document as its reader gives it.

    key: "" for the document that is a whole file, else the row's own key (see `sources.document_key`).
    text: clean, with \\n for line ends, no control characters; never only white space.
    metadata: JSON types only; "author" and "date" where the format has them.
    marks: (offset, locator), offsets in characters of `text`, rising.
    """

    key: str
    title: str
    text: str
    format: str
    metadata: dict[str, Any] = field(default_factory=dict)
    marks: tuple[Mark, ...] = ()


def read_file(path: str | Path, format: str, columns: TableColumns | None = None) -> Iterator[RawDocument]:
    """Yield the documents of a file: one, or of a table one a row, streamed.

    Raises Unreadable with a reason a person understands. A damaged file may also make the library that parses it
    raise whatever it likes, hang, or end the process: `process.Reader` is what stands that.
    """
    place = Path(path)
    try:
        if place.stat().st_size == 0:
            raise Unreadable("is empty")
        for document in READERS[format](place, columns or TableColumns()):
            yield _checked(document)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise Unreadable("is a damaged or incomplete gzip file") from error
    except FileNotFoundError as error:
        raise Unreadable("is not there any more") from error
    except PermissionError as error:
        raise Unreadable("may not be opened by you: its permissions forbid it") from error


def _checked(document: RawDocument) -> RawDocument:
    if not document.text.strip():
        raise Unreadable("has no text in it")
    if len(document.text) > LONGEST_DOCUMENT:
        raise Unreadable(f"is longer than {LONGEST_DOCUMENT // 1_000_000} million characters")
    return document


def file_title(path: Path) -> str:
    """Return a title made from a file's name, for documents that have no other."""
    name = path.name.removesuffix(".gz")
    return " ".join(Path(name).stem.replace("_", " ").split()) or name


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes, unpacked when it is gzipped; raises Unreadable when they are too many."""
    blocks: list[bytes] = []
    room = LARGEST_TEXT
    with gzip.open(path) if path.suffix.lower() == ".gz" else open(path, "rb") as file:
        while block := file.read(_BLOCK):
            room -= len(block)
            if room < 0:
                raise Unreadable(f"is larger than {LARGEST_TEXT >> 20} MB, the most that is read as one text")
            blocks.append(block)
    return b"".join(blocks)


def read_string(path: Path) -> tuple[str, dict[str, Any]]:
    """Return a file's clean text and, as metadata, its encoding when it is not UTF-8."""
    content = read_bytes(path)
    encoding = encoding_of(content)
    if not encoding:
        raise Unreadable("looks like a binary file, not text, or its encoding is unknown")
    return clean(decode(content, encoding)), {} if encoding == "utf-8" else {"encoding": encoding}


def _read_text(path: Path, columns: TableColumns) -> Iterator[RawDocument]:
    text, metadata = read_string(path)
    text = text.strip("\n")
    yield RawDocument("", _titling_line(text) or file_title(path), text, "txt", metadata)


def _titling_line(text: str) -> str:
    """Return a text's first line when it looks like a title: short, no sentence, a blank line below it."""
    line, _, rest = text.partition("\n")
    line = " ".join(line.split())
    short = 3 <= len(line) <= 80 and not line.endswith((".", ",", ";", ":")) and line[:1].isalpha()
    return line if short and rest.partition("\n")[0].strip() == "" and rest else ""


def _read_pdf(path: Path, columns: TableColumns) -> Iterator[RawDocument]:
    from engine.reading.pdf import read_pdf

    yield read_pdf(path)


def _read_docx(path: Path, columns: TableColumns) -> Iterator[RawDocument]:
    from engine.reading.word import read_docx

    yield read_docx(path)


def _read_html(path: Path, columns: TableColumns) -> Iterator[RawDocument]:
    from engine.reading.html import read_html

    yield read_html(path)


def _read_markdown(path: Path, columns: TableColumns) -> Iterator[RawDocument]:
    from engine.reading.markdown import read_markdown

    yield read_markdown(path)


def _read_rst(path: Path, columns: TableColumns) -> Iterator[RawDocument]:
    from engine.reading.rst import read_rst

    yield read_rst(path)


def _table_reader(format: str) -> Callable[[Path, TableColumns], Iterator[RawDocument]]:
    def read(path: Path, columns: TableColumns) -> Iterator[RawDocument]:
        from engine.reading.tables import read_table

        return read_table(path, format, columns)

    return read


READERS: dict[str, Callable[[Path, TableColumns], Iterator[RawDocument]]] = {
    "txt": _read_text,
    "md": _read_markdown,
    "rst": _read_rst,
    "html": _read_html,
    "pdf": _read_pdf,
    "docx": _read_docx,
    "csv": _table_reader("csv"),
    "tsv": _table_reader("tsv"),
    "jsonl": _table_reader("jsonl"),
    "json": _table_reader("json"),
    "parquet": _table_reader("parquet"),
}
"""Format → its reader; another format is one more row here and its suffixes in `sources.FORMATS`."""
