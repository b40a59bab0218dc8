"""The rows of a vector index: embeddings as float16, the saved ones in a mapped file, the newer ones in memory.

The file only ever grows, and what once counted in it is never written again: other processes may have it mapped.
"""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexes.vector_files import append

SPILL_BYTES = 64 << 20
"""So much may wait in memory before it is worth a write."""

_CHUNK = 1 << 24

Halves = NDArray[np.float16]


class Rows:
    """(n, dim) float16 rows, numbered from 0. `written` of them are in the file, which is made by the first write."""

    def __init__(self, path: Path, dim: int) -> None:
        self.path = path
        self.dim = dim
        self.crc32 = 0
        self._mapped: Halves = np.empty((0, dim), np.float16)
        self._memory: Halves = np.empty((0, dim), np.float16)
        self._waiting = 0

    @classmethod
    def open(cls, path: Path, dim: int, count: int, crc32: int) -> "Rows":
        """Map the first `count` rows of a file; OSError or ValueError when they are not what was written."""
        rows = cls(path, dim)
        rows._mapped, rows.crc32 = _map(path, dim, count), crc32
        if _crc32(rows._mapped) != crc32:
            raise ValueError(f"{path} is damaged")
        return rows

    def close(self) -> None:
        """Let go of the file, which no one may delete on Windows while it is mapped; the rows are gone."""
        self._mapped = self._memory = np.empty((0, self.dim), np.float16)
        self._waiting = 0

    def discard(self) -> None:
        """Let go of the file and remove it: for rows that no one else knows of."""
        self.close()
        with suppress(OSError):
            self.path.unlink(missing_ok=True)

    def __len__(self) -> int:
        """Return how many rows there are, written or not."""
        return len(self._mapped) + self._waiting

    @property
    def written(self) -> int:
        """How many rows are in the file."""
        return len(self._mapped)

    @property
    def is_heavy(self) -> bool:
        """Whether so much waits in memory that it should be written."""
        return self._waiting * self.dim * 2 > SPILL_BYTES

    def append(self, vectors: Halves) -> None:
        """Add (m, dim) rows, in memory."""
        wanted = self._waiting + len(vectors)
        if wanted > len(self._memory):
            grown = np.empty((max(wanted, 2 * len(self._memory)), self.dim), np.float16)
            grown[: self._waiting] = self._memory[: self._waiting]
            self._memory = grown
        self._memory[self._waiting : wanted] = vectors
        self._waiting = wanted

    def cut(self, count: int) -> None:
        """Forget the rows from number `count` on; only rows that are not written can be forgotten."""
        if count < self.written:
            raise ValueError(f"{self.written} rows are written, they cannot be cut to {count}")
        self._waiting = count - self.written

    def write(self) -> None:
        """Append to the file what is not in it yet. OSError when it does not get there; then nothing has changed."""
        waiting = self._memory[: self._waiting]
        if not len(waiting):
            return
        data = waiting.reshape(-1).view(np.uint8).data
        crc32 = append(self.path, self.written * self.dim * 2, data, self.crc32)
        self._mapped, self.crc32 = _map(self.path, self.dim, len(self)), crc32
        self._memory, self._waiting = np.empty((0, self.dim), np.float16), 0

    def take(self, rows: NDArray[np.intp]) -> Halves:
        """Return rows by number, (m, dim)."""
        mapped = rows < self.written
        if mapped.all():
            return self._mapped[rows]
        taken = np.empty((len(rows), self.dim), np.float16)
        taken[mapped] = self._mapped[rows[mapped]]
        taken[~mapped] = self._memory[rows[~mapped] - self.written]
        return taken

    def best_of(self, rows: NDArray[np.intp], query: NDArray[np.float32], k: int) -> NDArray[np.intp]:
        """Return, in no order, those k of some rows with the highest inner product with a query, (dim,) float32."""
        return rows if len(rows) <= k else rows[_scan(self.take(rows), query, k, None)[1]]

    def nearest(
        self, query: NDArray[np.float32], k: int, among: NDArray[np.bool_] | None = None, start: int = 0
    ) -> NDArray[np.intp]:
        """Return, in no order, the numbers of the k rows from `start` on with the highest inner product; all are tried.

        query (dim,) float32. `among`: (n,) True for the rows that may be found.
        """
        found = [np.empty(0, np.intp)]
        scores = [np.empty(0, np.float32)]
        for first, part in ((0, self._mapped), (self.written, self._memory[: self._waiting])):
            skipped = max(0, start - first)
            if skipped >= len(part):
                continue
            first += skipped
            admitted = None if among is None else among[first : first + len(part) - skipped]
            part_scores, part_rows = _scan(part[skipped:], query, k, admitted)
            scores.append(part_scores)
            found.append(part_rows + first)
        rows, values = np.concatenate(found), np.concatenate(scores)
        return rows if len(rows) <= k else rows[np.argpartition(-values, k - 1)[:k]]


def faiss_module() -> Any:
    """Return FAISS without the types it claims: its stubs know neither keyword arguments nor half of its classes."""
    import faiss

    return faiss


@contextmanager
def faiss_threads(count: int) -> Iterator[None]:
    """Have FAISS use so many threads inside. OpenMP's count is torch's too, which it must find again as it was.

    Left at 1, it made torch believe that it had one thread while its matrix products had two: a query took 190 ms.
    """
    faiss = faiss_module()
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(count)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def _map(path: Path, dim: int, count: int) -> Halves:
    if not count:
        return np.empty((0, dim), np.float16)
    return np.asarray(np.memmap(path, np.dtype("<f2"), "r", shape=(count, dim)))


def _crc32(rows: Halves) -> int:
    data, crc32 = rows.reshape(-1).view(np.uint8), 0
    for start in range(0, len(data), _CHUNK):
        crc32 = zlib.crc32(data[start : start + _CHUNK].data, crc32)
    return crc32


def _scan(
    rows: Halves, query: NDArray[np.float32], k: int, among: NDArray[np.bool_] | None
) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Return the scores and numbers of the best k rows; fewer where there are fewer."""
    faiss = faiss_module()
    parameters = None
    if among is not None:
        selector = faiss.IDSelectorBitmap(np.packbits(among, bitorder="little"))
        parameters = faiss.SearchParameters(sel=selector)
    index = _over(rows)
    with faiss_threads(1):
        scores, found = index.search(query[None], min(k, len(rows)), params=parameters)
    there = found[0] >= 0
    return scores[0][there], found[0][there].astype(np.intp)


def _over(rows: Halves) -> Any:
    """Return a FAISS index whose codes are these rows where they lie: to scan them then costs no memory."""
    index = _no_rows(rows.shape[1])
    codes = index.codes
    if _viewable(codes):
        # FAISS views files that it maps itself in this way, and has no call for memory that is there already.
        codes.is_owned = False
        codes.view_data = codes.c_ptr = faiss_module().swig_ptr(rows.view(np.uint8))
        codes.view_size = codes.c_size = rows.nbytes
        if codes.size() == rows.nbytes and int(codes.data()) == rows.ctypes.data:
            index.ntotal = len(rows)
            return index
        index = _no_rows(rows.shape[1])
    index.add_sa_codes(rows.view(np.uint8))  # before FAISS 1.11: a copy
    return index


def _viewable(codes: Any) -> bool:
    return hasattr(codes, "view_data")


def _no_rows(dim: int) -> Any:
    faiss = faiss_module()
    return faiss.IndexScalarQuantizer(dim, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
