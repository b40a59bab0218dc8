"""The vector index: the nearest passages to an embedding, made from the catalogue and kept in a folder beside it.

Every answer is scored by inner products of the stored float16 rows, which of unit vectors are cosines. Up to some
30,000 rows all are scored; beyond that a quantiser picks those that are worth it. Rows it has not coded yet are all
scored, so adding is cheap. Dead rows are passed over until they are a quarter of all.
"""

import os
import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import astuple, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexes import vector_files as files
from indexes.catalogue import Catalogue
from indexes.embeddings import BLOCK
from indexes.errors import AsterismError, ModelError
from indexes.lock import write_lock
from indexes.records import Mark
from indexes.vector_codes import RETRAIN_GROWTH, TRAINING_ROWS, Codes
from indexes.vector_files import Header
from indexes.vector_rows import Rows, faiss_threads

EXACT_UP_TO = 30_000
"""Rows that are all scored; some 2 ms on one core."""
UNCODED_UP_TO = 16_384
"""Rows behind the coded ones before they are coded too; until then they are all scored."""
OVERFETCH = 8
MIN_CANDIDATES = 1024
"""The quantiser proposes OVERFETCH times what is asked, and no fewer than this, to be scored exactly."""
SPARE = 1.25
"""Of what the quantiser proposes some may not be found; so much more is asked, should it be those more than others."""
FEW = 4096
"""So few allowed passages are fetched one by one; more are found in a scan over the rows."""
SCAN_SHARE = 1 / 16
"""So small a share of the rows is all scored: that is no slower than to ask the quantiser."""
DEAD_SHARE = 0.25
DEAD_AT_LEAST = 4096
"""When more rows than both are dead, the living ones move to new files."""
_BLOCK = 8192
_TIES = 32
"""Rows fetched beyond those asked for, so that of equal ones at the end the lowest ids are taken."""


class VectorIndex:
    """An open index of one encoder's embeddings."""

    def __init__(self, folder: Path, encoder_id: str, threads: int = 1) -> None:
        self._folder = folder / "vectors"
        self._encoder_id = encoder_id
        self._threads = threads
        self._uid = ""
        self._mark = Mark()
        self._updating = False
        self._header: Header | None = None
        self._broken: Header | None = None
        self._order: NDArray[np.int32] | None = None
        self._unsaved_dead: list[NDArray[np.intp]] = []
        self._codes: Codes | None = None
        self._begin_anew(0)

    @classmethod
    def open(
        cls, folder: Path, catalogue: Catalogue, encoder_id: str, *, threads: int | None = None
    ) -> "VectorIndex":
        """Open the index of the corpus in `folder` and bring it up to date; a missing or damaged one is made anew.

        `threads`: how many may work on making it; as it is, it leaves a core to the window.
        """
        vectors = cls.load(folder, catalogue, encoder_id, threads=threads)
        vectors.update(catalogue)
        vectors.save()
        return vectors

    @classmethod
    def load(
        cls, folder: Path, catalogue: Catalogue, encoder_id: str, *, threads: int | None = None
    ) -> "VectorIndex":
        """Open the index as it was saved, empty when it is missing or damaged; `update_steps` makes it whole."""
        vectors = cls(folder, encoder_id, threads or max(1, (os.cpu_count() or 2) - 1))
        vectors._load(catalogue.uid)
        return vectors

    def close(self) -> None:
        """Let go of the files, without saving; nothing can be asked any more."""
        self._discard()

    @property
    def dim(self) -> int:
        """The dimension of the vectors, 0 while there are none."""
        return self._rows.dim if len(self) else 0

    @property
    def ids(self) -> NDArray[np.int64]:
        """The (n,) ids of the passages in the index, rising."""
        return np.sort(self._ids[~self._dead])

    def __len__(self) -> int:
        """Return how many passages are in the index."""
        return len(self._ids) - self._dead_count

    def __contains__(self, passage_id: int) -> bool:
        """Say whether a passage is in the index."""
        return bool(self._find([passage_id])[0] >= 0)

    def has(self, ids: Sequence[int] | NDArray[np.int64]) -> NDArray[np.bool_]:
        """Say of each of some passages whether it is in the index, (n,)."""
        return self._find(ids) >= 0

    def search(
        self,
        queries: NDArray[np.float32],
        k: int,
        allowed: NDArray[np.int64] | Sequence[int] | None = None,
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the ids (q, k) int64 of the nearest passages and their cosines (q, k) float32, best first.

        queries (q, dim) float32, unit length. `allowed`: only these passages. Where there are fewer than k, the id is
        -1 and the cosine -inf. Raises ModelError when the queries come from an encoder of another dimension.
        """
        queries = np.ascontiguousarray(queries, dtype=np.float32)
        if queries.ndim != 2:
            raise ValueError(f"queries must be an array of (queries, dim), not {queries.shape}")
        ids = np.full((len(queries), k), -1, np.int64)
        scores = np.full((len(queries), k), -np.inf, np.float32)
        if k < 1 or not len(self) or not len(queries):
            return ids, scores
        self._check_dim(queries.shape[1])
        few, among = self._admitted(allowed)
        for place, query in enumerate(queries):
            if few is None:
                rows = self._candidates(query, k + _TIES, among)
            else:
                rows = self._rows.best_of(few, query, k + _TIES)
            found, cosines = self._ids[rows], self._cosines(rows, query)
            best = np.lexsort((found, -cosines))[:k]
            ids[place, : len(best)], scores[place, : len(best)] = found[best], cosines[best]
        return ids, scores

    def cosines(
        self, vector: NDArray[np.float32], ids: Sequence[int] | NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Return the (n,) float32 cosines of passages with a vector, (dim,) float32 unit length.

        NaN for a passage that is not in the index. Raises ModelError when the vector has another dimension.
        """
        rows = self._find(ids)
        cosines = np.full(len(rows), np.nan, np.float32)
        known = rows >= 0
        if known.any():
            self._check_dim(len(vector))
            cosines[known] = self._cosines(rows[known], np.asarray(vector, np.float32))
        return cosines

    def vectors(self, ids: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the (n, dim) float32 vectors of those of the passages that are in the index, in the order asked."""
        rows = self._find(ids)
        return self._rows.take(rows[rows >= 0]).astype(np.float32)

    def sample(self, n: int, seed: int) -> NDArray[np.float32]:
        """Return the (m, dim) float32 vectors of n passages drawn by chance, all where there are fewer."""
        ids = self.ids
        drawn = np.random.default_rng(seed).choice(len(ids), min(n, len(ids)), replace=False)
        return self.vectors(ids[np.sort(drawn)])

    def update(self, catalogue: Catalogue) -> bool:
        """Follow the catalogue: forget the passages that went, add those that came. Return whether it had changed.

        What is already saved stays as it is on disk: see `save`.
        """
        changed = not self._updating and not self._is_at(catalogue)
        for _ in self.update_steps(catalogue):
            pass
        return changed

    def update_steps(self, catalogue: Catalogue) -> Iterator[tuple[int, int]]:
        """Update, and yield now and then how many rows are done of how many; may be closed at any yield.

        Closed while it reads, the index is as it was before, or empty if it was to be made anew; closed while it
        codes, it is complete and only slower. Searching between two yields finds what is in so far.
        """
        if self._updating:
            return  # a search between two yields
        self._updating = True
        try:
            if not self._is_at(catalogue):
                yield from self._follow(catalogue)
            if self._dead_count > max(DEAD_SHARE * len(self._ids), DEAD_AT_LEAST):
                yield from self._compact()
            yield from self._code()
            if self._rows.is_heavy:
                self.save()
        finally:
            self._updating = False

    def save(self) -> bool:
        """Write to the folder what is not there yet; return False when the disk would not have it.

        That costs no more than making it anew at the next start, so it is no error. Nothing is written where another
        process has saved the index meanwhile and is as far.
        """
        if not len(self._ids) or self._is_saved():
            return True
        try:
            self._folder.mkdir(exist_ok=True)
            with write_lock(self._folder):
                there = files.read_header(self._folder)
                if there not in (None, self._header, self._broken) and self._is_overtaken_by(there):
                    return True
                if there != self._header and self._header is not None:
                    for _ in self._compact():  # the files are another's now
                        pass
                self._write()
        except (OSError, AsterismError):
            return False
        return True

    def _check_dim(self, dim: int) -> None:
        if dim != self.dim:
            raise ModelError(
                f"This corpus was embedded by “{self._encoder_id}” with {self.dim} numbers a passage, but the query "
                f"has {dim}. Search with the encoder that indexed it, or index it again."
            )

    # Finding

    def _find(self, ids: Sequence[int] | NDArray[np.int64]) -> NDArray[np.intp]:
        """Return the rows (n,) of passages, -1 where one is not in the index."""
        wanted = np.asarray(ids, np.int64).reshape(-1)
        if not len(self._ids):
            return np.full(len(wanted), -1, np.intp)
        if self._order is None and not self._rising:
            self._order = np.argsort(self._ids, kind="stable").astype(np.int32)
        place = np.minimum(np.searchsorted(self._ids, wanted, sorter=self._order), len(self._ids) - 1)
        rows = place if self._order is None else self._order[place].astype(np.intp)
        return np.where((self._ids[rows] == wanted) & ~self._dead[rows], rows, -1)

    def _admitted(
        self, allowed: NDArray[np.int64] | Sequence[int] | None
    ) -> tuple[NDArray[np.intp] | None, NDArray[np.bool_] | None]:
        """Return either all rows that may be found, when they are few, or (n,) True for those; None, None: any may."""
        if allowed is None:
            return None, ~self._dead if self._dead_count else None
        ids = np.asarray(allowed, np.int64)
        if len(ids) <= FEW:
            rows = self._find(ids)
            return np.unique(rows[rows >= 0]), None
        highest = self._ids.max()
        wanted = np.zeros(highest + 1, bool)
        wanted[ids[(ids >= 0) & (ids <= highest)]] = True
        return None, wanted[self._ids] & ~self._dead

    def _candidates(
        self, query: NDArray[np.float32], k: int, among: NDArray[np.bool_] | None
    ) -> NDArray[np.intp]:
        """Return the nearest k rows of those that may be found, in no order."""
        wanted = max(OVERFETCH * k, MIN_CANDIDATES)
        total = len(self._ids)
        count = total if among is None else int(among.sum())
        if not self._codes or count <= max(SCAN_SHARE * total, 2 * wanted):
            return self._rows.nearest(query, k, among)
        fetched = wanted if among is None else int(SPARE * wanted * total / count)
        rows = self._codes.nearest(query, fetched)
        if among is not None:
            rows = rows[among[rows]]
            if len(rows) < wanted:  # what is allowed lies elsewhere
                return self._rows.nearest(query, k, among)
        rest = self._rows.nearest(query, k, among, start=self._coded)
        return np.concatenate([self._rows.best_of(rows[:wanted], query, k), rest])

    def _cosines(self, rows: NDArray[np.intp], query: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the (n,) inner products of rows with a query; equal rows get equal ones, as BLAS does not promise."""
        return np.asarray(np.einsum("ij,j->i", self._rows.take(rows).astype(np.float32), query), np.float32)

    # Following the catalogue

    def _is_at(self, catalogue: Catalogue) -> bool:
        return (self._uid, self._mark) == (catalogue.uid, catalogue.mark)

    def _is_saved(self) -> bool:
        header = self._header
        return header is not None and (header.uid, header.mark, header.rows, header.coded) == (
            self._uid,
            self._mark,
            len(self._ids),
            self._coded,
        )

    def _is_overtaken_by(self, header: Header) -> bool:
        """Whether another process has saved this very index and is as far."""
        ours, theirs = (self._uid, self._encoder_id), (header.uid, header.encoder_id)
        return ours == theirs and astuple(header.mark) >= astuple(self._mark)

    @property
    def _coded(self) -> int:
        return len(self._codes) if self._codes is not None else 0

    def _begin_anew(self, dim: int) -> None:
        """Forget everything; what comes goes to files that no header knows yet."""
        self._uid, self._mark = "", Mark()
        self._header = None
        self._rows = self._new_rows(dim)
        self._ids = np.empty(0, np.int64)
        self._rising = True
        self._order = None
        self._dead = np.empty(0, bool)
        self._dead_count = 0
        self._unsaved_dead = []
        self._codes = None

    def _new_rows(self, dim: int) -> Rows:
        return Rows(files.rows_path(self._folder, uuid.uuid4().hex[:8]), dim)

    def _follow(self, catalogue: Catalogue) -> Iterator[tuple[int, int]]:
        """Take over what the catalogue has changed, all of it or nothing."""
        with catalogue.snapshot():
            gone = catalogue.removed_since(self._mark) if self._uid == catalogue.uid else None
            if gone is None or not len(self._ids):
                self._discard()
                self._begin_anew(catalogue.embedding_dim(self._encoder_id))
            before, done, total = len(self._ids), 0, 0
            try:
                for ids, vectors in catalogue.embeddings_since(self._encoder_id, self._mark):
                    self._add(ids, vectors)
                    if not before:
                        _spill(self._rows)
                    done += len(ids)
                    if len(ids) == BLOCK and not total:  # there is more, and it is worth counting
                        total = catalogue.passages_count - before
                    yield done, max(done, total)
            except BaseException:
                self._undo(before)
                raise
            if gone is not None:
                self._remove(gone[gone <= self._mark.last_passage])
            self._uid, self._mark = catalogue.uid, catalogue.mark

    def _add(self, ids: NDArray[np.int64], vectors: NDArray[np.float16]) -> None:
        self._rows.append(vectors)
        last = self._ids[-1:]
        self._rising = self._rising and bool((np.diff(np.concatenate([last, ids])) > 0).all())
        self._order = None
        self._ids = np.concatenate([self._ids, ids])
        self._dead = np.concatenate([self._dead, np.zeros(len(ids), bool)])

    def _undo(self, count: int) -> None:
        """Forget the rows from number `count` on."""
        if not count:
            self._discard()
            self._begin_anew(0)
            return
        self._rows.cut(count)
        self._ids, self._dead, self._order = self._ids[:count], self._dead[:count], None

    def _remove(self, ids: NDArray[np.int64]) -> None:
        rows = self._find(ids)
        rows = np.unique(rows[rows >= 0])
        if len(rows):
            self._dead[rows] = True
            self._dead_count += len(rows)
            self._unsaved_dead.append(rows)

    def _compact(self) -> Iterator[tuple[int, int]]:
        """Move the living rows to files of their own, in their order."""
        living, rows = np.flatnonzero(~self._dead), self._new_rows(self._rows.dim)
        try:
            for start in range(0, len(living), _BLOCK):
                rows.append(self._rows.take(living[start : start + _BLOCK]))
                _spill(rows)
                yield len(rows), len(living)
        except BaseException:
            rows.discard()
            raise
        if self._codes:
            self._codes.keep(~self._dead[: len(self._codes)])
        self._discard()
        self._header, self._rows = None, rows
        self._ids, self._order = self._ids[living], None
        self._dead, self._dead_count, self._unsaved_dead = np.zeros(len(living), bool), 0, []

    def _discard(self) -> None:
        """Let go of the rows, and of their file when no header speaks of it."""
        if self._header is None:
            self._rows.discard()
        else:
            self._rows.close()

    def _code(self) -> Iterator[tuple[int, int]]:
        """Code the rows that are not coded yet, when they are so many that scoring all of them takes long."""
        total = len(self._ids)
        if total <= EXACT_UP_TO or total - self._coded <= UNCODED_UP_TO:
            return
        if self._codes is None or total >= RETRAIN_GROWTH * self._codes.trained_on:
            with faiss_threads(self._threads):
                self._codes = Codes.trained(self._training_rows(), total)
        while len(self._codes) < total:
            rows = np.arange(len(self._codes), min(len(self._codes) + _BLOCK, total))
            with faiss_threads(self._threads):
                self._codes.add(self._rows.take(rows).astype(np.float32))
            yield len(self._codes), total

    def _training_rows(self) -> NDArray[np.float32]:
        """Return some rows drawn by chance, always the same ones."""
        living = np.flatnonzero(~self._dead)
        drawn = np.random.default_rng(0).choice(living, min(TRAINING_ROWS, len(living)), replace=False)
        return self._rows.take(np.sort(drawn)).astype(np.float32)

    # Files

    def _load(self, uid: str) -> None:
        """Take over the saved index when it is whole and of this corpus and encoder; else stay empty."""
        header = files.read_header(self._folder)
        while header and (header.uid, header.encoder_id) == (uid, self._encoder_id):
            try:
                self._take_over(header)
                return
            except (OSError, ValueError, RuntimeError):  # damaged, or another process has just moved it
                self._broken, header = header, files.read_header(self._folder)
                if header == self._broken:
                    return

    def _take_over(self, header: Header) -> None:
        folder, token = self._folder, header.token
        log = np.frombuffer(
            files.read_checked(files.log_path(folder, token), 8 * header.log, header.log_crc32), "<i8"
        )
        ids, dead = log[log >= 0].astype(np.int64), ~log[log < 0].astype(np.intp)
        if len(ids) != header.rows or (dead >= header.rows).any():
            raise ValueError(f"{folder / token}: rows and log disagree")
        codes = None
        if header.coded:
            path = files.codes_path(folder, token, header.coded)
            data = files.read_checked(path, header.codes_bytes, header.codes_crc32)
            codes = Codes.from_bytes(data, header.trained_on)
        self._rows = Rows.open(files.rows_path(folder, token), header.dim, header.rows, header.rows_crc32)
        self._uid, self._mark, self._header = header.uid, header.mark, header
        self._ids, self._rising = ids, bool((np.diff(ids) > 0).all())
        self._dead, self._dead_count = np.zeros(len(ids), bool), len(dead)
        self._dead[dead] = True
        self._codes = codes

    def _write(self) -> None:
        """Write what is new behind what is there, then the header that vouches for it."""
        self._rows.write()
        token = self._rows.path.stem
        old = self._header or Header(self._uid, self._encoder_id, self._mark, token, self._rows.dim, 0, 0)
        entries = np.concatenate([*(~rows for rows in self._unsaved_dead), self._ids[old.rows :]])
        header = replace(
            old,
            mark=self._mark,
            rows=len(self._rows),
            rows_crc32=self._rows.crc32,
            log=old.log + len(entries),
            log_crc32=files.append(
                files.log_path(self._folder, token),
                8 * old.log,
                entries.astype("<i8").tobytes(),
                old.log_crc32,
            ),
        )
        if self._codes and len(self._codes) != old.coded:
            data = self._codes.to_bytes()
            header = replace(
                header,
                coded=len(self._codes),
                codes_bytes=len(data),
                codes_crc32=files.append(files.codes_path(self._folder, token, len(self._codes)), 0, data, 0),
                trained_on=self._codes.trained_on,
            )
        files.write_header(self._folder, header)
        files.tidy(self._folder, header)
        self._header, self._unsaved_dead = header, []


def _spill(rows: Rows) -> None:
    """Write rows of which no header speaks yet, when many wait; where the disk is full they stay in memory."""
    if rows.is_heavy:
        with suppress(OSError):
            rows.path.parent.mkdir(exist_ok=True)
            rows.write()
