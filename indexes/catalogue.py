"""The catalogue: the SQLite file that is the truth about a corpus; everything else can be made from it again."""

import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexes import (
    documents,
    embeddings,
    facets,
    files,
    filters,
    judgements,
    map_columns,
)
from indexes.catalogue_maps import CatalogueMaps
from indexes.catalogue_tags import CatalogueTags
from indexes.database import Database
from indexes.details import Details
from indexes.errors import CorpusError
from indexes.map_columns import Kind, PassageColumn
from indexes.records import (
    Condition,
    Document,
    Facets,
    Mark,
    Passage,
    PassageTable,
    Source,
    SourceFile,
    Span,
)

FileDocuments = Sequence[tuple[Document, Sequence[Span]]]


class Catalogue(CatalogueMaps, CatalogueTags):
    """One open catalogue. Each method is one transaction, committed when it returns, and nothing of it if it raises.

    Any method may raise CorpusError (damaged file, full disk, no permission) or CorpusBusy, with a sentence. Text may
    hold any Unicode; NUL and lone surrogates become U+FFFD, one for one, so that spans still hold; paths and keys keep
    them.
    """

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._uid = ""
        self._scanned: dict[str, int] = {}
        self._table: tuple[int, PassageTable] | None = None
        self._details = Details()

    @classmethod
    def create(cls, path: Path, name: str) -> "Catalogue":
        """Make the catalogue of a new corpus and open it for writing; CorpusError when there is one."""
        catalogue = cls(Database.create(path))
        catalogue.set_setting("name", name)
        catalogue.set_setting("uid", uuid.uuid4().hex)
        return catalogue

    @classmethod
    def open(cls, path: Path, *, write: bool = False) -> "Catalogue":
        """Open a catalogue; CorpusError when there is none, or it is damaged or of a newer Asterism."""
        return cls(Database.open(path, write=write))

    def close(self) -> None:
        """Let go of the file; twice is harmless."""
        self._database.close()

    def __enter__(self) -> "Catalogue":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # What the corpus is

    @property
    def name(self) -> str:
        """The name the user gave the corpus."""
        return str(self.setting("name") or "")

    @property
    def uid(self) -> str:
        """What tells this corpus from any other, also from one of the same name that was there before."""
        if not self._uid:
            self._uid = str(self.setting("uid") or "")
        return self._uid

    def setting(self, key: str) -> Any:
        """Return what was set, None when nothing was."""
        with self._database.reading() as db:
            row = db.execute("SELECT value FROM settings WHERE key = ?", (key,)).fetchone()
        return json.loads(row[0]) if row else None

    def set_setting(self, key: str, value: Any) -> None:
        """Keep a value that JSON can hold."""
        with self._database.writing() as db:
            db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (key, json.dumps(value)))

    @property
    def mark(self) -> Mark:
        """How far the catalogue is, for derived indexes."""
        with self._database.reading() as db:
            return documents.mark(db)

    def snapshot(self) -> AbstractContextManager[object]:
        """Return a context in which all methods that read see one state, whatever another connection commits."""
        return self._database.reading()

    # Sources and files

    def sources(self) -> list[Source]:
        """Return all sources, oldest first."""
        with self._database.reading() as db:
            return files.sources(db)

    def add_source(self, source: Source) -> Source:
        """Store a source, or new columns of one of the same kind and path, and return it with its id."""
        with self._database.writing() as db:
            return files.add_source(db, source)

    def remove_source(self, source_id: int) -> None:
        """Remove a source with its files, documents and passages; embeddings stay, should the text come back."""
        with self._database.writing() as db:
            files.remove_source(db, source_id)
            documents.raise_text(db)

    def files(self, source_id: int) -> dict[str, SourceFile]:
        """Return the files of a source by key. One that was begun and not finished has size and time -1."""
        with self._database.reading() as db:
            return files.files(db, source_id)

    def skipped_files(self) -> list[SourceFile]:
        """Return the files of all sources that could not be read."""
        with self._database.reading() as db:
            return files.skipped_files(db)

    @property
    def files_count(self) -> int:
        """How many files the sources have."""
        return self._count("files")

    def replace_file(self, file: SourceFile, contents: FileDocuments) -> None:
        """Make these the documents of a file, in one transaction; what did not change keeps its id."""
        with self._database.writing() as db:
            file_id = files.begin_file(db, file)
            changed = documents.add_documents(db, file_id, contents)
            if documents.remove_unseen(db, file_id) or changed:
                documents.raise_text(db)
            files.finish_file(db, file_id, file)

    def begin_file(self, file: SourceFile) -> int:
        """Begin to read a file in batches and return its id; until it is finished it counts as unread."""
        with self._database.writing() as db:
            return files.begin_file(db, file)

    def add_documents(self, file_id: int, contents: FileDocuments) -> None:
        """Store a batch of a file that was begun. Documents come with the spans of their passages.

        A document whose key was in the file before keeps its id, and so does each of its passages whose text is still
        in it, unless the title changed.
        """
        with self._database.writing() as db:
            if documents.add_documents(db, file_id, contents):
                documents.raise_text(db)

    def finish_file(self, file_id: int, file: SourceFile) -> None:
        """Mark a file as read; its documents that did not come again since it was begun are removed."""
        with self._database.writing() as db:
            if documents.remove_unseen(db, file_id):
                documents.raise_text(db)
            files.finish_file(db, file_id, file)

    def touch_file(self, file: SourceFile) -> None:
        """Note a new time of a file whose content is the same."""
        with self._database.writing() as db:
            files.touch_file(db, file)
            documents.raise_details(db)

    def remove_files(self, ids: Iterable[int]) -> None:
        """Remove files with their documents and passages."""
        ids = list(ids)
        if ids:
            with self._database.writing() as db:
                files.remove_files(db, ids)
                documents.raise_text(db)

    # Documents and passages

    @property
    def documents_count(self) -> int:
        """How many documents there are."""
        return self._count("documents")

    @property
    def passages_count(self) -> int:
        """How many passages there are."""
        return self._count("passages")

    def document_ids(self) -> NDArray[np.int64]:
        """Return the ids of all documents, rising."""
        with self._database.reading() as db:
            return documents.document_ids(db)

    def document_ids_of(self, passage_ids: Sequence[int]) -> dict[int, int]:
        """Return which document each of these passages is of; those that are gone are left out."""
        with self._database.reading() as db:
            return documents.document_ids_of(db, passage_ids)

    def document_keys(self, ids: Iterable[int]) -> dict[int, str]:
        """Return the keys of these documents by id."""
        with self._database.reading() as db:
            return documents.document_keys(db, list(ids))

    def documents(self, ids: Sequence[int], *, with_text: bool = True) -> list[Document]:
        """Return documents in the order asked, without those that are gone; text "" when not wanted."""
        with self._database.reading() as db:
            return documents.documents(db, ids, with_text=with_text)

    def document(self, document_id: int) -> Document:
        """Return a document; CorpusError when it is gone."""
        found = self.documents([document_id])
        if not found:
            raise CorpusError(
                "This document is no longer in the corpus. Search again to see what is there now."
            )
        return found[0]

    def document_named(self, name: str) -> tuple[int, str] | None:
        """Return the id and title of the first document of this key, title, path or end of a path; None without one."""
        with self._database.reading() as db:
            return documents.document_named(db, name)

    def passage_counts(self, ids: Sequence[int]) -> list[int]:
        """Return how many passages each of these documents has."""
        with self._database.reading() as db:
            return documents.passage_counts(db, ids)

    def format_counts(self) -> dict[str, int]:
        """Return how many documents there are of each format."""
        with self._database.reading() as db:
            return documents.format_counts(db)

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """Return passages in the order asked, without those that are gone."""
        with self._database.reading() as db:
            return documents.passages(db, ids)

    def passages_of(self, document_id: int) -> list[Passage]:
        """Return the passages of a document in reading order."""
        with self._database.reading() as db:
            return documents.passages_of(db, document_id)

    def passage_ids(self) -> NDArray[np.int64]:
        """Return the ids of all passages, rising."""
        with self._database.reading() as db:
            return documents.passage_ids(db)

    def passage_ids_where(self, conditions: Sequence[Condition]) -> NDArray[np.int64]:
        """Return the ids, rising, of passages that are as the conditions say; QueryError when one makes no sense."""
        with self._database.reading() as db:
            self._details.follow(db)
            return filters.passage_ids_where(db, self._details, self.passage_table(), conditions)

    def known_fields(self) -> tuple[str, ...]:
        """Return the names of the metadata columns that documents have, sorted."""
        with self._database.reading() as db:
            self._details.follow(db)
            return self._details.names(db)

    def facets(self) -> Facets:
        """Return what the documents can be told apart by."""
        with self._database.reading() as db:
            self._details.follow(db)
            return facets.facets(db, self._details, self.passage_table())

    def map_columns(self) -> tuple[tuple[str, Kind], ...]:
        """Return the columns that tell documents apart on a map, with their kinds."""
        with self._database.reading() as db:
            return map_columns.map_columns(db)

    def map_column(self, name: str) -> PassageColumn:
        """Return what every passage is in a column; QueryError when no document has one of this name."""
        with self._database.reading() as db:
            self._details.follow(db)
            return map_columns.map_column(db, self._details, self.passage_table(), name)

    def passage_table(self) -> PassageTable:
        """Return all passages as columns; kept until passages change."""
        with self._database.reading() as db:
            generation = documents.mark(db).text
            if self._table is None or self._table[0] != generation:
                self._table = generation, documents.passage_table(db)
        return self._table[1]

    def iterate_passages(self, after_id: int = 0, batch: int = 2000) -> Iterator[list[tuple[int, str, str]]]:
        """Yield (passage id, title, text) in batches, ids rising; each batch is a transaction of its own."""
        while True:
            with self._database.reading() as db:
                rows = documents.passage_texts(db, after_id, batch)
            if not rows:
                return
            yield rows
            after_id = rows[-1][0]

    def iterate_texts(self, ids: NDArray[np.int64], batch: int = 2000) -> Iterator[list[tuple[int, str]]]:
        """Yield (passage id, text) of passages, ids rising, in batches; each batch is a transaction of its own."""
        for start in range(0, len(ids), batch):
            with self._database.reading() as db:
                rows = documents.texts_of(db, ids[start : start + batch].tolist())
            yield rows

    def removed_since(self, since: Mark) -> NDArray[np.int64] | None:
        """Return the ids of passages that went after a mark; None when too much went to be remembered."""
        with self._database.reading() as db:
            return documents.removed_since(db, since)

    # Embeddings

    def missing_embeddings(self, encoder_id: str, limit: int) -> list[tuple[bytes, str]]:
        """Return (text hash, text) of at most `limit` distinct texts without an embedding; none when all are there."""
        with self._database.reading() as db:
            last = documents.mark(db).last_passage
            found = embeddings.missing(db, encoder_id, limit, self._scanned.get(encoder_id, 0))
        self._scanned[encoder_id] = found[0][0] - 1 if found else last
        return [(text_hash, text) for _, text_hash, text in found]

    def count_missing(self, encoder_id: str) -> int:
        """Return how many distinct texts have no embedding."""
        with self._database.reading() as db:
            return embeddings.count_missing(db, encoder_id)

    def count_missing_passages(self, encoder_id: str) -> int:
        """Return how many passages have no embedding."""
        with self._database.reading() as db:
            return embeddings.count_missing_passages(db, encoder_id)

    def latest_encoder(self) -> str:
        """Return the id of the encoder in use, else of the one that embedded last; "" when none did."""
        in_use = self.setting("encoder")
        if in_use:
            return str(in_use)
        with self._database.reading() as db:
            return embeddings.latest_encoder(db)

    def use_encoder(self, encoder_id: str) -> None:
        """Note whose embeddings are in use from now on; those of other encoders stay."""
        self.set_setting("encoder", encoder_id)

    def add_embeddings(self, encoder_id: str, hashes: Sequence[bytes], vectors: NDArray[np.float32]) -> None:
        """Store (n, dim) vectors as float16, row i for text hash i; ModelError when the encoder's dim was another."""
        with self._database.writing() as db:
            embeddings.add(db, encoder_id, hashes, vectors)
            embeddings.complete_to(db, encoder_id, self._scanned.get(encoder_id, 0))

    def embeddings(self, encoder_id: str) -> tuple[NDArray[np.int64], NDArray[np.float16]]:
        """Return (n,) ids of all embedded passages, rising, and their (n, dim) vectors."""
        with self._database.reading() as db:
            return embeddings.all_of(db, encoder_id)

    def embeddings_of(
        self, encoder_id: str, passage_ids: Sequence[int]
    ) -> tuple[NDArray[np.int64], NDArray[np.float16]]:
        """Return (n,) ids of the embedded ones of some passages, in the order asked, and their (n, dim) vectors."""
        with self._database.reading() as db:
            return embeddings.of_passages(db, encoder_id, passage_ids)

    def embeddings_since(
        self, encoder_id: str, since: Mark
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float16]]]:
        """Yield blocks of the passages embedded after a mark, in one transaction; all of them after `Mark()`."""
        with self._database.reading() as db:
            yield from embeddings.blocks_since(db, encoder_id, since)

    def embedding_dim(self, encoder_id: str) -> int:
        """Return the dimension of an encoder's vectors, 0 when there are none."""
        with self._database.reading() as db:
            return embeddings.dim(db, encoder_id)

    def drop_unused_embeddings(self) -> int:
        """Remove embeddings of texts that are in no passage any more and return how many; never done unasked."""
        with self._database.writing() as db:
            return embeddings.drop_unused(db)

    # Judgements

    def judge(self, query: str, passage_id: int, grade: int | None) -> None:
        """Note that a passage is a good answer to a query (1) or not (0), or take that back (None).

        A query is its line; white space does not tell two apart. CorpusError when the passage is gone.
        """
        with self._database.writing() as db:
            if not judgements.judge(db, query, passage_id, grade):
                raise CorpusError(
                    "This passage is no longer in the corpus. Search again to see what is there now."
                )

    def judgements(self, query: str) -> dict[int, int]:
        """Return the grades of a query's judged passages by id, oldest first; those that are gone are left out."""
        with self._database.reading() as db:
            return judgements.judgements(db, query)

    def all_judgements(self) -> list[tuple[str, int, int]]:
        """Return (query, passage id, grade) of all queries, sorted; passages that are gone are left out."""
        with self._database.reading() as db:
            return judgements.all_judgements(db)

    def clear_judgements(self, query: str) -> None:
        """Take back all judgements of a query."""
        with self._database.writing() as db:
            judgements.clear(db, query)

    def _count(self, table: str) -> int:
        with self._database.reading() as db:
            return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
