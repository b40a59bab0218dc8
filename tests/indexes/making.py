"""Small corpora for the tests of storage."""

import hashlib
import re
from pathlib import Path

from indexes.catalogue import Catalogue
from indexes.records import Document, Locator, Source, SourceFile, Span


def spans_of(text: str) -> list[Span]:
    """Cut a text into its sentences; sentence n is on page n, from 1."""
    return [
        Span(m.start(), m.end(), Locator("page", str(n)), text_hash(m[0]))
        for n, m in enumerate(re.finditer(r"[^.。\s][^.。]*[.。]?", text), start=1)
    ]


def text_hash(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="replace")).digest()[:16]


def document(key: str, text: str, title: str = "", **rest: object) -> tuple[Document, list[Span]]:
    return Document(key, title, text, "txt", **rest), spans_of(text)  # type: ignore[arg-type]


def file(source: Source, key: str, **rest: object) -> SourceFile:
    columns = {"size": 10, "mtime_ns": 20, "content_hash": b"content", **rest}
    return SourceFile(source.id, key, f"{source.path}/{key}", "txt", **columns)  # type: ignore[arg-type]


def put(catalogue: Catalogue, key: str, *documents: tuple[Document, list[Span]]) -> None:
    """Make these the documents of the file `key` of the one source of the tests."""
    catalogue.replace_file(file(catalogue.add_source(Source("folder", "/notes")), key), documents)


def put_texts(catalogue: Catalogue, **texts: str) -> None:
    """Store each text as a file of its own, key and title its name."""
    for name, text in texts.items():
        put(catalogue, name, document(name, text, title=name))


def texts(catalogue: Catalogue) -> list[str]:
    """Return the texts of all passages by id."""
    return [p.text for p in catalogue.passages(catalogue.passage_ids().tolist())]


def new(folder: Path) -> Catalogue:
    return Catalogue.create(folder / "catalogue.db", "Notes")
