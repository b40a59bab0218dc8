"""The vector index: the nearest passages to an embedding, made from the catalogue and kept in a file beside it."""

import json
import os
import zlib
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexes.catalogue import Catalogue
from indexes.errors import ModelError
from indexes.records import Mark

FORMAT = 1
"""Raised whenever the kind of FAISS index changes: files of another format are made anew."""

_CHUNK = 1 << 20


class VectorIndex:
    """An open index of one encoder's embeddings: exact inner products, which of unit vectors are cosines."""

    def __init__(self, folder: Path, encoder_id: str) -> None:
        self._folder = folder
        self._encoder_id = encoder_id
        self._uid = ""
        self._mark = Mark()
        self._index: Any = None
        self._saved = (self._uid, self._mark)
        self._lookup: tuple[NDArray[np.int64], NDArray[np.intp]] | None = None

    @classmethod
    def open(
        cls, folder: Path, catalogue: Catalogue, encoder_id: str, *, threads: int | None = None
    ) -> "VectorIndex":
        """Open the index of the corpus in `folder` and bring it up to date; a missing or damaged one is made anew.

        `threads`: how many FAISS may use in this process; as it is, it leaves a core to the window.
        """
        faiss = _faiss()
        faiss.omp_set_num_threads(
            threads or max(1, min(faiss.omp_get_max_threads(), (os.cpu_count() or 2) - 1))
        )
        vectors = cls(folder, encoder_id)
        vectors._load(catalogue.uid)
        if vectors.update(catalogue):
            vectors.save()
        return vectors

    @property
    def dim(self) -> int:
        """The dimension of the vectors, 0 while there are none."""
        return int(self._index.d) if self._index is not None else 0

    @property
    def ids(self) -> NDArray[np.int64]:
        """The (n,) ids of the passages in the index, rising."""
        return self._sorted_ids()[0]

    def __len__(self) -> int:
        """Return how many passages are in the index."""
        return int(self._index.ntotal) if self._index is not None else 0

    def __contains__(self, passage_id: int) -> bool:
        """Say whether a passage is in the index."""
        return len(self._rows([passage_id])) == 1

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
        count = min(k, len(self))
        if not count or not len(queries):
            return ids, scores
        self._check_dim(queries.shape[1])
        found_scores, found = self._index.search(queries, count, params=_only(allowed))
        order = np.lexsort((found, -found_scores))  # equal scores by id: the same query gives the same list
        ids[:, :count] = np.take_along_axis(found, order, axis=1)
        scores[:, :count] = np.where(
            ids[:, :count] < 0, -np.inf, np.take_along_axis(found_scores, order, axis=1)
        )
        return ids, scores

    def vectors(self, ids: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the (n, dim) float32 vectors of those of the passages that are in the index, in the order asked."""
        rows = self._rows(ids)
        return self._index.index.reconstruct_batch(rows) if len(rows) else np.empty((0, self.dim), np.float32)

    def update(self, catalogue: Catalogue) -> bool:
        """Follow the catalogue: forget the passages that went, add those that came. Return whether it had changed.

        Nothing is written to disk: see `save`.
        """
        if (self._uid, self._mark) == (catalogue.uid, catalogue.mark):
            return False
        with catalogue.snapshot():
            gone = catalogue.removed_since(self._mark) if self._uid == catalogue.uid else None
            if gone is None:
                self._index, self._mark = None, Mark()
            else:
                self._remove(gone[gone <= self._mark.last_passage])
            for ids, vectors in catalogue.embeddings_since(self._encoder_id, self._mark):
                self._add(ids, vectors)
            self._uid, self._mark = catalogue.uid, catalogue.mark
        return True

    def save(self) -> bool:
        """Write the index to its folder, if it changed; return False when the disk would not have it.

        That costs no more than making it anew at the next start, so it is no error.
        """
        if self._saved == (self._uid, self._mark):
            return True
        try:
            if self._index is not None:
                self._write()
        except OSError:
            return False
        self._saved = (self._uid, self._mark)
        return True

    def _check_dim(self, dim: int) -> None:
        if dim != self.dim:
            raise ModelError(
                f"This corpus was embedded by “{self._encoder_id}” with {self.dim} numbers a passage, but the query "
                f"has {dim}. Search with the encoder that indexed it, or index it again."
            )

    def _sorted_ids(self) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
        """The ids rising, and in which row of the index each is."""
        faiss = _faiss()
        if self._lookup is None:
            ids = (
                faiss.vector_to_array(self._index.id_map)
                if self._index is not None
                else np.empty(0, np.int64)
            )
            order = np.argsort(ids, kind="stable")
            self._lookup = ids[order], order
        return self._lookup

    def _rows(self, ids: Sequence[int] | NDArray[np.int64]) -> NDArray[np.intp]:
        wanted = np.asarray(ids, np.int64)
        known, rows = self._sorted_ids()
        if not len(known):
            return np.empty(0, np.intp)
        place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
        found: NDArray[np.intp] = rows[place[known[place] == wanted]]
        return found

    def _add(self, ids: NDArray[np.int64], vectors: NDArray[np.float16]) -> None:
        faiss = _faiss()
        if self._index is None:
            self._index = faiss.IndexIDMap(faiss.IndexFlatIP(vectors.shape[1]))
        self._index.add_with_ids(vectors.astype(np.float32), ids)
        self._lookup = None

    def _remove(self, ids: NDArray[np.int64]) -> None:
        if self._index is not None and len(ids):
            self._index.remove_ids(ids)
            self._lookup = None

    def _load(self, uid: str) -> None:
        """Take over the saved index when it is whole and of this corpus and encoder; else stay empty."""
        faiss = _faiss()
        data, header = self._files()
        try:
            stored = json.loads(header.read_text())
            kind, stored_uid, encoder_id, mark, count, dim = stored["state"]
            if (kind, stored_uid, encoder_id) != (FORMAT, uid, self._encoder_id):
                return
            if _checksum(data) != (stored["bytes"], stored["crc32"]):
                return
            with data.open("rb") as file:
                index = faiss.read_index(faiss.PyCallbackIOReader(file.read, _CHUNK))
            if (index.ntotal, index.d) == (count, dim):
                self._index, self._uid, self._mark = index, uid, Mark(*mark)
                self._saved = (self._uid, self._mark)
        except (OSError, ValueError, KeyError, TypeError, RuntimeError):
            return  # missing or damaged, whichever way: it is made anew

    def _write(self) -> None:
        """Write the data, then the header that vouches for it: each whole under its name, or not there at all."""
        faiss = _faiss()
        data, header = self._files()
        part = data.with_suffix(f".{os.getpid()}.part")
        try:
            with part.open("wb") as file:
                faiss.write_index(self._index, faiss.PyCallbackIOWriter(file.write, _CHUNK))
            size, crc32 = _checksum(part)
            os.replace(part, data)
            state = [FORMAT, self._uid, self._encoder_id, astuple(self._mark), len(self), self.dim]
            part.write_text(json.dumps({"state": state, "bytes": size, "crc32": crc32}))
            os.replace(part, header)
        finally:
            part.unlink(missing_ok=True)

    def _files(self) -> tuple[Path, Path]:
        return self._folder / "vectors.faiss", self._folder / "vectors.json"


def _faiss() -> Any:
    """FAISS without the types it claims: its stubs know neither keyword arguments nor the Python callbacks."""
    import faiss

    return faiss


def _checksum(path: Path) -> tuple[int, int]:
    """Return a file's size and CRC-32."""
    size = crc32 = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            size, crc32 = size + len(chunk), zlib.crc32(chunk, crc32)
    return size, crc32


def _only(allowed: NDArray[np.int64] | Sequence[int] | None) -> Any:
    """Return the search parameters that admit only some passages, None for all."""
    faiss = _faiss()
    if allowed is None:
        return None
    ids = np.asarray(allowed, np.int64)
    bits = np.zeros(int(ids.max(initial=0)) + 1, bool)
    bits[ids] = True
    return faiss.SearchParameters(sel=faiss.IDSelectorBitmap(np.packbits(bits, bitorder="little")))
