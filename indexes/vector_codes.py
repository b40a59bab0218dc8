"""The quantiser of a vector index: 4 bits for every 4 numbers of a row pick the rows that are worth an exact score.

The codes of 32 rows are compared at once in registers: André, Kermarrec and Le Scouarnec, "Quicker ADC" (2018),
https://arxiv.org/abs/1812.09162. On embeddings it beat HNSW and IVF in time to build, memory and recall, and it takes
new rows as they come (tests/benchmarks/vector_search.py).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexes.vector_rows import faiss_module, faiss_threads

TRAINING_ROWS = 4096
TRAINING_ROUNDS = 10
"""Four times as many rows and 25 rounds found no more (.001 of recall) in three times the time."""
MIN_CODES = 64
"""Rows of few numbers get 4 bits for every 2, or for each."""
RETRAIN_GROWTH = 8
"""A quantiser is outgrown by so many times as many rows as there were when it was trained."""


class Codes:
    """The codes of rows 0 to n, in their order. `trained_on`: how many rows there were when it was trained."""

    def __init__(self, index: Any, trained_on: int) -> None:
        self._index = index
        self.trained_on = trained_on

    @classmethod
    def trained(cls, sample: NDArray[np.float32], trained_on: int) -> "Codes":
        """Learn from (m, dim) rows what to tell apart; the same rows give the same codes. None is coded yet."""
        faiss, dim = faiss_module(), sample.shape[1]
        sizes = (size for size in (4, 2) if dim % size == 0 and dim // size >= MIN_CODES)
        numbers = next(sizes, 1)
        index = faiss.IndexPQFastScan(dim, dim // numbers, 4, faiss.METRIC_INNER_PRODUCT)
        index.pq.cp.niter = TRAINING_ROUNDS
        index.train(sample)
        return cls(index, trained_on)

    @classmethod
    def from_bytes(cls, data: bytes, trained_on: int) -> "Codes":
        """Return what `to_bytes` was called on; RuntimeError when FAISS cannot read it."""
        return cls(faiss_module().deserialize_index(np.frombuffer(data, np.uint8)), trained_on)

    def to_bytes(self) -> bytes:
        """Return all of it as FAISS writes it."""
        return bytes(faiss_module().serialize_index(self._index))

    def __len__(self) -> int:
        """Return how many rows are coded."""
        return int(self._index.ntotal)

    def add(self, vectors: NDArray[np.float32]) -> None:
        """Code the next (m, dim) rows."""
        self._index.add(vectors)

    def keep(self, living: NDArray[np.bool_]) -> None:
        """Keep only the rows for which the (n,) array says True; they move up. Of the last ones some 30 may go too.

        FAISS 1.15 does not clear the rest of its last block of rows when it removes some, and what is added there
        later becomes a mixture of both; so whole blocks are kept.
        """
        kept = np.flatnonzero(living)
        dead = np.ones(len(living), bool)
        dead[kept[: len(kept) - len(kept) % self._index.bbs]] = False
        self._index.remove_ids(faiss_module().IDSelectorBitmap(np.packbits(dead, bitorder="little")))

    def nearest(self, query: NDArray[np.float32], k: int) -> NDArray[np.intp]:
        """Return the numbers of about the k rows with the highest inner products, the highest first."""
        with faiss_threads(1):
            rows = self._index.search(query[None], min(k, len(self)))[1][0]
        return np.asarray(rows, np.intp)
