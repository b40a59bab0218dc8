"""Time, memory and recall of the vector index against the kinds of index that FAISS has, by number of vectors.

Run it with `python -m tests.benchmarks.vector_search [N ...] [--vectors FILE] [--all]` (10,000 and 100,000 by default).
FILE holds embeddings to measure with: .npy, or raw float16 rows of 384 numbers; where there are fewer than N in it, and
without it, they are random around a centre for every 200. Queries are vectors that are not in the index. All times are
CPU times of one thread, so that whatever else the machine does matters little. HNSW and IVF are built for more than
100,000 vectors only with --all: that takes minutes.
"""

import argparse
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from indexes.catalogue import Catalogue
from indexes.records import Mark
from indexes.vector_index import VectorIndex
from tests.benchmarks.report import percentile, print_table

DIM = 384
QUERIES = 200
K = 10
PART = 1000
"""How many vectors are added and deleted."""

Found = NDArray[np.int64]
Row = tuple[str, ...]


def main(sizes: list[int], file: Path | None, slow: bool) -> None:
    import faiss

    faiss.omp_set_num_threads(1)
    for size in sizes:
        vectors, kind = _vectors(size + PART + QUERIES, file)
        queries = vectors[size + PART :].astype(np.float32)
        vectors = vectors[: size + PART]
        right = _exact(vectors[:size], queries)
        rows = [_measure_ours(vectors, queries, right)]
        for name, make in _peers(size, slow).items():
            rows.append(_measure_peer(name, make(), vectors, queries, right))
        print_table(
            f"{size:,} {kind} vectors of {DIM} numbers, CPU time of one thread, {QUERIES} queries, k = {K}",
            (
                "index",
                "build s",
                "memory MB",
                "p50 ms",
                "p95 ms",
                f"recall@{K}",
                "add 1,000 ms",
                "delete 1,000 ms",
            ),
            rows,
        )


class _Stored:
    """Stands in for a catalogue: row i is passage i + 1, the first `count` are there, `gone` of them went."""

    uid = "benchmark"

    def __init__(self, vectors: NDArray[np.float16], count: int) -> None:
        self._vectors = vectors
        self.gone = np.empty(0, np.int64)
        self.mark = Mark(1, 0, count, count)

    @property
    def passages_count(self) -> int:
        return self.mark.last_passage

    def add(self, count: int) -> None:
        last = self.mark.last_passage + count
        self.mark = replace(self.mark, text=self.mark.text + 1, last_passage=last, last_embedding=last)

    def remove(self, ids: NDArray[np.int64]) -> None:
        self.gone = ids
        self.mark = replace(self.mark, text=self.mark.text + 1, removed=len(ids))

    def snapshot(self) -> AbstractContextManager[object]:
        return nullcontext()

    def removed_since(self, since: Mark) -> NDArray[np.int64]:
        return self.gone[since.removed :]

    def embedding_dim(self, encoder_id: str) -> int:
        return DIM

    def embeddings_since(
        self, encoder_id: str, since: Mark
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float16]]]:
        for start in range(since.last_passage, self.mark.last_passage, 4096):
            stop = min(start + 4096, self.mark.last_passage)
            yield np.arange(start, stop) + 1, self._vectors[start:stop]


def _measure_ours(vectors: NDArray[np.float16], queries: NDArray[np.float32], right: Found) -> Row:
    stored = _Stored(vectors, len(vectors) - PART)
    catalogue = cast(Catalogue, stored)
    with tempfile.TemporaryDirectory() as folder:
        tracemalloc.start()  # knows what numpy holds; FAISS holds as much as its file
        started = time.process_time()
        index = VectorIndex.open(Path(folder), catalogue, "encoder", threads=1)
        built, used = time.process_time() - started, tracemalloc.get_traced_memory()[0] / 1e6
        tracemalloc.stop()
        used += _megabytes(Path(folder), "*.codes")
        on_disk = _megabytes(Path(folder), "*.*")
        taken, found = _ask(lambda query: index.search(query, K)[0], queries)
        stored.add(PART)
        added = _once(lambda: (index.update(catalogue), index.save()))
        stored.remove(_some_ids(len(vectors)))
        deleted = _once(lambda: (index.update(catalogue), index.save()))
        index.close()
    memory = f"{used:.0f} (+ {on_disk:.0f} on disk)"
    return _row("**Asterism**", built, memory, taken, _recall(found - 1, right), added, deleted)


def _measure_peer(
    name: str, index: Any, vectors: NDArray[np.float16], queries: NDArray[np.float32], right: Found
) -> Row:
    full = vectors.astype(np.float32)
    started = time.process_time()
    index.train(full[: len(full) - PART])
    index.add(full[: len(full) - PART])
    built = time.process_time() - started
    used = _held(index)
    taken, found = _ask(lambda query: index.search(query, K)[1], queries)
    added = _once(lambda: index.add(full[-PART:]))
    try:
        deleted: float | None = _once(lambda: index.remove_ids(_some_ids(len(full)) - 1))
    except RuntimeError:
        deleted = None
    return _row(name, built, f"{used:.0f}", taken, _recall(found, right), added, deleted)


def _peers(size: int, slow: bool) -> dict[str, Callable[[], Any]]:
    import faiss

    product = faiss.METRIC_INNER_PRODUCT
    peers: dict[str, Callable[[], Any]] = {
        "IndexFlatIP": lambda: faiss.IndexFlatIP(DIM),
        "scalar quantiser, fp16": lambda: faiss.index_factory(DIM, "SQfp16", product),
    }
    for numbers in (4, 3, 2):
        peers[f"PQ{DIM // numbers}x4fs, no exact scores"] = lambda numbers=numbers: faiss.index_factory(
            DIM, f"PQ{DIM // numbers}x4fs", product
        )
    if size <= 100_000 or slow:
        lists = 512 if size <= 100_000 else 2048
        peers["HNSW32, ef 128"] = _hnsw
        peers[f"IVF{lists},Flat, nprobe 64"] = lambda: _ivf(lists)
    return peers


def _hnsw() -> Any:
    import faiss

    index = faiss.IndexHNSWFlat(DIM, 32, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efSearch = 128
    return index


def _ivf(lists: int) -> Any:
    import faiss

    index: Any = faiss.index_factory(DIM, f"IVF{lists},Flat", faiss.METRIC_INNER_PRODUCT)
    index.nprobe = 64
    return index


def _row(
    name: str,
    built: float,
    memory: str,
    taken: list[float],
    recall: float,
    added: float,
    deleted: float | None,
) -> Row:
    return (
        name,
        f"{built:.1f}",
        memory,
        f"{percentile(taken, 0.5):.2f}",
        f"{percentile(taken, 0.95):.2f}",
        f"{recall:.4f}",
        f"{added:.1f}",
        "not possible" if deleted is None else f"{deleted:.1f}",
    )


def _ask(
    search: Callable[[NDArray[np.float32]], Found], queries: NDArray[np.float32]
) -> tuple[list[float], Found]:
    """Return the milliseconds of each query alone, and the (q, K) it found."""
    search(queries[:1])
    taken, found = [], []
    for query in queries:
        started = time.thread_time()
        found.append(search(query[None]))
        taken.append(1000 * (time.thread_time() - started))
    return taken, np.concatenate(found)


def _once(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return 1000 * (time.process_time() - started)


def _some_ids(count: int) -> NDArray[np.int64]:
    return np.sort(np.random.default_rng(1).choice(count, PART, replace=False)).astype(np.int64) + 1


def _recall(found: Found, right: Found) -> float:
    return float(
        np.mean([len(set(a) & set(b)) / K for a, b in zip(found.tolist(), right.tolist(), strict=True)])
    )


def _exact(vectors: NDArray[np.float16], queries: NDArray[np.float32]) -> Found:
    """Return the rows (q, K) of the nearest vectors by a plain matrix product."""
    best = np.empty((len(queries), 0), np.float32)
    rows = np.empty((len(queries), 0), np.int64)
    for start in range(0, len(vectors), 65_536):
        scores = queries @ vectors[start : start + 65_536].astype(np.float32).T
        best = np.hstack([best, scores])
        rows = np.hstack([rows, np.broadcast_to(np.arange(start, start + scores.shape[1]), scores.shape)])
        order = np.argsort(-best, axis=1, kind="stable")[:, :K]
        best, rows = np.take_along_axis(best, order, axis=1), np.take_along_axis(rows, order, axis=1)
    return rows


def _vectors(count: int, file: Path | None) -> tuple[NDArray[np.float16], str]:
    """Return (count, DIM) unit vectors, and what they are."""
    if file is not None:
        raw = np.load(file, mmap_mode="r") if file.suffix == ".npy" else np.memmap(file, np.float16, "r")
        real = np.asarray(raw[: len(raw) - len(raw) % DIM] if raw.ndim == 1 else raw, np.float16).reshape(
            -1, DIM
        )
        if len(real) >= count:
            return real[np.random.default_rng(0).permutation(len(real))[:count]], "real"
    chance = np.random.default_rng(0)
    centres = chance.standard_normal((max(2, count // 200), DIM), np.float32)
    vectors = np.empty((count, DIM), np.float16)
    for start in range(0, count, 65_536):
        size = min(65_536, count - start)
        block = centres[chance.integers(len(centres), size=size)]
        block = block + 0.7 * chance.standard_normal((size, DIM), np.float32)
        vectors[start : start + size] = block / np.linalg.norm(block, axis=1, keepdims=True)
    return vectors, "random"


def _megabytes(folder: Path, pattern: str) -> float:
    return sum(path.stat().st_size for path in folder.rglob(pattern)) / 1e6


def _held(index: Any) -> float:
    """Return the MB of an index, as many as FAISS would write."""
    import faiss

    sizes: list[int] = []
    faiss.write_index(
        index, faiss.PyCallbackIOWriter(lambda data: sizes.append(len(data)) or len(data), 1 << 20)
    )
    return sum(sizes) / 1e6


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", nargs="*", type=int, default=[10_000, 100_000])
    parser.add_argument("--vectors", type=Path)
    parser.add_argument("--all", action="store_true")
    arguments = parser.parse_args()
    main(arguments.sizes, arguments.vectors, arguments.all)
