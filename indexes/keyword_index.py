"""The keyword index: BM25 and exact words over all passages, made from the catalogue and kept in a folder beside it."""

import json
import math
import shutil
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexes import analysis, phrases
from indexes.catalogue import Catalogue
from indexes.phrases import phrase_spans
from indexes.records import Mark

FORMAT = 2
"""Raised whenever the analysis or the fields change: indexes of another format are made anew."""

HEAP_BYTES = 64 << 20
BATCH = 2000
_FOOTER_MAGIC = 1337
TERM_SET_COST = 8
"""What asking the index for one allowed passage costs, in hits that are fetched and then left out."""
KEPT_ANSWERS = 16
"""So many sets of passages with some exact words are kept: a query being typed asks for the same ones again."""
_STATE_ID = 0
"""The id of the one entry that is no passage: how far the index is. It is committed with what it speaks of."""


class KeywordIndex:
    """An open index. Searching never changes it; `update` brings it up to date with its catalogue."""

    def __init__(self, index: Any, schema: Any, reach: tuple[str, Mark]) -> None:
        self._index = index
        self._schema = schema
        self._reach = reach
        self._searcher = index.searcher()
        self._catalogue: Catalogue | None = None
        self._answers: dict[tuple[str, str], NDArray[np.int64]] = {}

    @classmethod
    def open(cls, folder: Path, catalogue: Catalogue) -> "KeywordIndex":
        """Open the index of the corpus in `folder` and bring it up to date; a missing or damaged one is made anew."""
        keywords = _opened(folder / "keywords")
        keywords.update(catalogue)
        return keywords

    def close(self) -> None:
        """Let go of the files."""
        self._searcher = self._index = self._catalogue = None

    def update(self, catalogue: Catalogue) -> bool:
        """Follow the catalogue: forget the passages that went, add those that came. Return whether there were any.

        While another process is doing just that, or the disk is full, nothing is done: what is searched is then a
        little behind, and the next call tries again.
        """
        self._catalogue = catalogue
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
        asked = self._query(terms)
        if allowed is None:
            ids, scores = self._best(asked, k)
        else:
            ids, scores = self._best_among(asked, k, np.asarray(allowed, np.int64))
        return list(zip(ids.tolist(), scores.tolist(), strict=True))

    def passages_with(self, phrase: str) -> NDArray[np.int64]:
        """Return the ids, rising, of passages whose text holds these exact words in this order.

        Case, accents and the kind of white space, quotes and dashes do not matter, and between words anything may
        stand that is no word; other signs in the phrase must be there ("C++", "10.5 %", "don't"). No word is too
        common. Where the index cannot tell, the texts that may be it are read, some 100,000 a second. A phrase with
        nothing in it is held by none.
        """
        return self._answer("phrase", phrase, self._holding)

    def passages_with_word(self, word: str) -> NDArray[np.int64]:
        """Return the ids, rising, of passages that hold a word in any form, in their text or title.

        What is more than a plain word (a run of Chinese, "C++", "e-mail") is looked for as it stands, in the text.
        """
        return self._answer("word", word, self._holding_word)

    def terms(self, query: str) -> list[str]:
        """Return a query's words as the index knows them."""
        return list(analysis.query_terms(query))

    def whole(self, query: str) -> float:
        """Return the BM25 of a passage of middle length that holds each word of the query once."""
        passages = len(self)
        return sum(
            count * math.log1p((passages - frequency + 0.5) / (frequency + 0.5))
            for term, count in analysis.query_terms(query).items()
            for frequency in (min(passages, self._searcher.doc_freq("text", term)),)
        )

    def match_spans(self, text: str, query: str, phrases: Sequence[str] = ()) -> list[tuple[int, int]]:
        """Return the (start, end) characters of `text` that match a word of the query or a phrase, for marking them."""
        spans = analysis.match_spans(text, query)
        if not phrases:
            return spans
        return analysis.merged([*spans, *(span for phrase in phrases for span in phrase_spans(text, phrase))])

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
                writer.add_document(
                    _entry(
                        passage_id,
                        text=analysis.searchable(f"{title}\n{text}"),
                        exact=phrases.exact(text),
                        signs=" ".join(phrases.signs(text)),
                    )
                )
        writer.delete_documents_by_term("id", _STATE_ID)
        writer.add_document(_entry(_STATE_ID, state=json.dumps([FORMAT, uid, astuple(mark)])))

    def _reload(self) -> None:
        self._index.reload()
        self._searcher = self._index.searcher()
        self._reach = _read_reach(self._searcher, self._schema)
        self._answers.clear()

    def _weighed(self, terms: Mapping[str, int]) -> dict[str, int]:
        """Leave out the terms that no passage has, and of too many the most common ones."""
        frequencies = {term: self._searcher.doc_freq("text", term) for term in terms}
        known = sorted((term for term in terms if frequencies[term]), key=lambda term: frequencies[term])
        return {term: terms[term] for term in known[: analysis.MAX_TERMS]}

    def _query(self, terms: dict[str, int]) -> Any:
        from tantivy import Occur, Query

        words = [
            (
                Occur.Should,
                Query.boost_query(Query.term_query(self._schema, "text", term, "freq"), float(count)),
            )
            for term, count in terms.items()
        ]
        return Query.boolean_query(words)

    def _best(self, query: Any, k: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the (n,) ids and scores of the best k passages, best first and equal ones by id."""
        hits = self._searcher.search(query, k, count=False).hits
        found = self._searcher.fast_field_values("id", [address for _, address in hits])
        ids = np.array(found, np.int64)
        scores = np.fromiter((score for score, _ in hits), np.float64, len(hits))
        order = np.lexsort((ids, -scores))
        return ids[order], scores[order]

    def _best_among(
        self, query: Any, k: int, among: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the best k of some passages: the index is asked for more than k, or, of few, only for those."""
        total = int(self._searcher.num_docs)
        wanted = min(total, 2 * k * total // len(among) + k)
        if wanted > TERM_SET_COST * len(among):
            return self._best(self._only(query, among), k)
        while True:
            ids, scores = self._best(query, wanted)
            kept = np.flatnonzero(np.isin(ids, among, kind="table"))[:k]
            if len(kept) == k or len(ids) < wanted or wanted == total:
                return ids[kept], scores[kept]
            wanted = min(8 * wanted, total)

    def _only(self, query: Any, among: NDArray[np.int64]) -> Any:
        from tantivy import Occur, Query

        ids = Query.const_score_query(Query.term_set_query(self._schema, "id", among.tolist()), 0.0)
        return Query.boolean_query([(Occur.Must, query), (Occur.Must, ids)])

    def _answer(self, kind: str, asked: str, find: Callable[[str], NDArray[np.int64]]) -> NDArray[np.int64]:
        key = kind, asked
        if key not in self._answers:
            if len(self._answers) >= KEPT_ANSWERS:
                del self._answers[next(iter(self._answers))]
            found = find(asked)
            found.setflags(write=False)
            self._answers[key] = found
        return self._answers[key]

    def _holding(self, words: str) -> NDArray[np.int64]:
        phrase = phrases.phrase(words)
        if phrase is None:
            return np.empty(0, np.int64)
        ids = self._ids(self._phrase_query(phrase))
        if not phrase.checked or not len(ids):
            return ids
        assert self._catalogue is not None
        texts = self._catalogue.iterate_texts(ids)
        held = [i for batch in texts for i, text in batch if phrase.pattern.search(phrases.plain(text))]
        return np.array(held, np.int64)

    def _holding_word(self, word: str) -> NDArray[np.int64]:
        from tantivy import Query

        terms = analysis.query_terms(word)
        if len(terms) != 1 or not phrases.is_word(word):
            return self._answer("phrase", word, self._holding)
        return self._ids(Query.term_query(self._schema, "text", next(iter(terms)), "basic"))

    def _phrase_query(self, phrase: phrases.Phrase) -> Any:
        """Return the query for the passages that may hold a phrase: all that do, and no others if it is unchecked."""
        from tantivy import Occur, Query

        musts = [Query.term_query(self._schema, "signs", sign, "basic") for sign in phrase.signs]
        if phrase.whole and len(phrase.words) > 1:
            musts.append(Query.phrase_query(self._schema, "exact", list(phrase.words)))
        else:
            musts += [Query.term_query(self._schema, "exact", word, "basic") for word in phrase.words]
        return Query.boolean_query([(Occur.Must, must) for must in musts or [Query.all_query()]])

    def _ids(self, query: Any) -> NDArray[np.int64]:
        """Return the ids, rising, of all passages that a query finds; of a most common one, by those it does not."""
        from tantivy import Occur, Query

        count = int(self._searcher.search(query, 1, count=True).count)
        if 2 * count <= self._searcher.num_docs:
            return self._fetched(query, count)
        everything = self._answer("all", "", lambda _: self._everything())
        without = Query.boolean_query([(Occur.Must, Query.all_query()), (Occur.MustNot, query)])
        others = self._fetched(without, int(self._searcher.num_docs) - count)
        return np.setdiff1d(everything, others, assume_unique=True)

    def _everything(self) -> NDArray[np.int64]:
        from tantivy import Query

        ids = self._fetched(Query.all_query(), int(self._searcher.num_docs))
        kept: NDArray[np.int64] = ids[ids != _STATE_ID]
        return kept

    def _fetched(self, query: Any, count: int) -> NDArray[np.int64]:
        from tantivy import Order

        if count < 1:
            return np.empty(0, np.int64)
        hits = self._searcher.search(query, count, count=False, order_by_field="id", order=Order.Asc).hits
        return np.fromiter((passage_id for passage_id, _ in hits), np.int64, len(hits))


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
    index.register_tokenizer("exact", phrases.analyser())
    index.config_reader("manual")
    return index


def _schema() -> Any:
    from tantivy import SchemaBuilder

    builder = SchemaBuilder()
    builder.add_integer_field("id", indexed=True, fast=True)
    builder.add_text_field("text", tokenizer_name="asterism", index_option="freq")
    builder.add_text_field("exact", tokenizer_name="exact", index_option="position")
    builder.add_text_field("signs", tokenizer_name="whitespace", index_option="basic")
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
