"""The keyword index: BM25 over all passages, made from the catalogue and kept in a folder beside it."""

import json
import shutil
import struct
import zlib
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexes import analysis
from indexes.catalogue import Catalogue
from indexes.records import Mark

FORMAT = 1
"""Raised whenever the analysis or the fields change: indexes of another format are made anew."""

HEAP_BYTES = 64 << 20
BATCH = 2000
_FOOTER_MAGIC = 1337
_STATE_ID = 0
"""The id of the one entry that is no passage: how far the index is. It is committed with what it speaks of."""


class KeywordIndex:
    """An open index. Searching never changes it; `update` brings it up to date with its catalogue."""

    def __init__(self, index: Any, schema: Any, reach: tuple[str, Mark]) -> None:
        self._index = index
        self._schema = schema
        self._reach = reach
        self._searcher = index.searcher()

    @classmethod
    def open(cls, folder: Path, catalogue: Catalogue) -> "KeywordIndex":
        """Open the index of the corpus in `folder` and bring it up to date; a missing or damaged one is made anew."""
        keywords = _opened(folder / "keywords")
        keywords.update(catalogue)
        return keywords

    def close(self) -> None:
        """Let go of the files."""
        self._searcher = self._index = None

    def update(self, catalogue: Catalogue) -> bool:
        """Follow the catalogue: forget the passages that went, add those that came. Return whether there were any.

        While another process is doing just that, or the disk is full, nothing is done: what is searched is then a
        little behind, and the next call tries again.
        """
        uid, mark = catalogue.uid, catalogue.mark
        if self._is_at(uid, mark):
            return False
        try:
            writer = self._index.writer(HEAP_BYTES, 1)
            try:
                self._reload()
                with catalogue.snapshot():
                    mark = catalogue.mark
                    if not self._is_at(uid, mark):
                        self._follow(writer, catalogue, uid, mark)
                writer.commit()
            finally:
                writer.wait_merging_threads()
        except ValueError as error:  # tantivy has no other
            if not any(trouble in str(error) for trouble in ("LockBusy", "IO error", "IoError")):
                raise
            return False
        self._reload()
        return True

    def search(
        self, query: str, k: int, allowed: NDArray[np.int64] | Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return at most k (passage id, BM25) of passages that hold any word of the query, best first.

        Any text is a query; words are joined by OR. `allowed`: only these passages.
        """
        terms = self._weighed(analysis.query_terms(query))
        if not terms or k < 1 or (allowed is not None and len(allowed) == 0):
            return []
        hits = self._searcher.search(self._query(terms, allowed), k, count=False).hits
        ids = self._searcher.fast_field_values("id", [address for _, address in hits])
        return sorted(
            ((int(passage_id), float(score)) for passage_id, (score, _) in zip(ids, hits, strict=True)),
            key=lambda hit: (-hit[1], hit[0]),
        )

    def terms(self, query: str) -> list[str]:
        """Return a query's words as the index knows them."""
        return list(analysis.query_terms(query))

    def match_spans(self, text: str, query: str) -> list[tuple[int, int]]:
        """Return the (start, end) characters of `text` that match a word of the query, for marking them."""
        return analysis.match_spans(text, query)

    def __len__(self) -> int:
        """Return how many passages are in the index."""
        return int(self._searcher.num_docs) - (self._reach[0] != "")

    def _is_at(self, uid: str, mark: Mark) -> bool:
        own_uid, own = self._reach
        return (own_uid, own.text, own.removed, own.last_passage) == (
            uid,
            mark.text,
            mark.removed,
            mark.last_passage,
        )

    def _follow(self, writer: Any, catalogue: Catalogue, uid: str, mark: Mark) -> None:
        own_uid, since = self._reach
        gone = catalogue.removed_since(since) if own_uid == uid else None
        if gone is None:
            since = Mark()
            writer.delete_all_documents()
        else:
            for passage_id in gone[gone <= since.last_passage].tolist():
                writer.delete_documents_by_term("id", passage_id)
        for batch in catalogue.iterate_passages(since.last_passage, BATCH):
            for passage_id, title, text in batch:
                writer.add_document(_entry(passage_id, text=analysis.searchable(f"{title}\n{text}")))
        writer.delete_documents_by_term("id", _STATE_ID)
        writer.add_document(_entry(_STATE_ID, state=json.dumps([FORMAT, uid, astuple(mark)])))

    def _reload(self) -> None:
        self._index.reload()
        self._searcher = self._index.searcher()
        self._reach = _read_reach(self._searcher, self._schema)

    def _weighed(self, terms: dict[str, int]) -> dict[str, int]:
        """Leave out the terms that no passage has, and of too many the most common ones."""
        frequencies = {term: self._searcher.doc_freq("text", term) for term in terms}
        known = sorted((term for term in terms if frequencies[term]), key=lambda term: frequencies[term])
        return {term: terms[term] for term in known[: analysis.MAX_TERMS]}

    def _query(self, terms: dict[str, int], allowed: NDArray[np.int64] | Sequence[int] | None) -> Any:
        from tantivy import Occur, Query

        words = [
            (
                Occur.Should,
                Query.boost_query(Query.term_query(self._schema, "text", term, "freq"), float(count)),
            )
            for term, count in terms.items()
        ]
        query = Query.boolean_query(words)
        if allowed is None:
            return query
        among = Query.term_set_query(self._schema, "id", [int(i) for i in allowed])
        return Query.boolean_query([(Occur.Must, query), (Occur.Must, Query.const_score_query(among, 0.0))])


def _opened(path: Path) -> KeywordIndex:
    """Open what is there; make it anew when it is missing, damaged or of another format; in memory if it must be."""
    schema = _schema()
    try:
        if all(map(_is_whole, path.glob("*.*"))):
            index = _index(schema, path)
            return KeywordIndex(index, schema, _read_reach(index.searcher(), schema))
    except (ValueError, OSError):
        pass
    shutil.rmtree(path, ignore_errors=True)
    try:
        index = _index(schema, path)
    except (ValueError, OSError):
        index = _index(schema, None)  # a disk that cannot be written is no reason not to search
    return KeywordIndex(index, schema, ("", Mark()))


def _is_whole(path: Path) -> bool:
    """Compare a file with the CRC-32 in its footer: tantivy writes one and, for speed, does not look at it again.

    The footer is JSON, its length and a magic number, each of the two 4 bytes; a file without it is left to tantivy.
    """
    try:
        data = memoryview(path.read_bytes())
    except FileNotFoundError:
        return True  # merged away by a writer just now
    length, magic = struct.unpack("<II", data[-8:]) if len(data) > 8 else (0, 0)
    if magic != _FOOTER_MAGIC or length > len(data) - 8:
        return True
    body, footer = data[: -8 - length], data[-8 - length : -8]
    return bool(zlib.crc32(body) == json.loads(bytes(footer)).get("crc"))


def _index(schema: Any, path: Path | None) -> Any:
    from tantivy import Index

    if path is None:
        index = Index(schema)
    else:
        path.mkdir(exist_ok=True)
        index = Index(schema, str(path))
    index.register_tokenizer("asterism", analysis.analyser())
    index.config_reader("manual")
    return index


def _schema() -> Any:
    from tantivy import SchemaBuilder

    builder = SchemaBuilder()
    builder.add_integer_field("id", indexed=True, fast=True)
    builder.add_text_field("text", tokenizer_name="asterism", index_option="freq")
    builder.add_text_field("state", stored=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


def _entry(number: int, **fields: str) -> Any:
    from tantivy import Document

    entry = Document()
    entry.add_integer("id", number)
    for name, value in fields.items():
        entry.add_text(name, value)
    return entry


def _read_reach(searcher: Any, schema: Any) -> tuple[str, Mark]:
    """The corpus an index was made from and how far it is; ("", Mark()) for a new one or one of another format."""
    from tantivy import Query

    hits = searcher.search(Query.term_query(schema, "id", _STATE_ID), 1, count=False).hits
    if not hits:
        return "", Mark()
    number, uid, mark = json.loads(searcher.doc(hits[0][1]).get_first("state"))
    return (uid, Mark(*mark)) if number == FORMAT else ("", Mark())
