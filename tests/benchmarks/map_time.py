"""Time of a map, from embeddings to points and clusters, against UMAP and HDBSCAN as they come.

Run it with `python -m tests.benchmarks.map_time [N]` (20,000 by default). Both ways get the same vectors and a
seed, and run on one thread once everything is compiled; the last row is the first small map of a fresh process,
when the compiled code is already on disk. Vectors are random ones around centres, and texts of the shared data,
encoded first, where these are at hand.
"""

import gzip
import json
import multiprocessing
import sys
import tempfile
import time
import warnings
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.map.layout import keep_compiled
from engine.map.mapping import make_map
from engine.map.worker import MapWorker
from engine.progress import finish
from tests.benchmarks.report import print_table

REAL = Path(__file__).parents[3] / "shared" / "data" / "clusters" / "20newsgroups" / "train.jsonl.gz"
REAL_TEXTS = 3_000
DIM = 384
COMPILING = 5_000
"""From 4,096 on UMAP searches neighbours in another way, which compiles for half a minute; not to be counted."""


def main(count: int = 20_000) -> None:
    sets = {f"{n:,} synthetic": _synthetic(n) for n in sorted({2_000, count})}
    if REAL.is_file():
        sets[f"{REAL_TEXTS:,} real texts"] = _real()
    rows = [_compare(name, vectors) for name, vectors in sets.items()]
    rows.append(_compare_first(_synthetic(2_000)))
    print_table(
        "A map of N passages: CPU seconds, and clusters found with their share of noise",
        ("passages", "Asterism", "umap.UMAP + HDBSCAN", "times as fast", "Asterism found", "plain found"),
        rows,
    )


def _compare(name: str, vectors: NDArray[np.float32]) -> tuple[str, ...]:
    taken, found = {}, {}
    for way, work in (("ours", _ours), ("plain", _plain)):
        work(vectors[:COMPILING])
        started = time.process_time()
        labels = work(vectors)
        taken[way] = time.process_time() - started
        found[way] = f"{labels.max() + 1}, {np.mean(labels < 0):.2f}"
    return _row(name, taken["ours"], taken["plain"], found["ours"], found["plain"])


def _compare_first(vectors: NDArray[np.float32]) -> tuple[str, ...]:
    with tempfile.TemporaryDirectory() as folder:
        _first_ours(vectors, Path(folder))  # compiles, once for this machine
        ours = _first_ours(vectors, Path(folder))
    _first_plain(vectors)
    plain = _first_plain(vectors)
    return _row(f"{len(vectors):,} synthetic, fresh process (wall)", ours, plain, "", "")


def _row(name: str, ours: float, plain: float, *found: str) -> tuple[str, ...]:
    return (name, f"{ours:.1f}", f"{plain:.1f}", f"{plain / ours:.1f}", *found)


def _ours(vectors: NDArray[np.float32]) -> NDArray[np.int32]:
    return make_map(vectors).cluster_ids


def _plain(vectors: NDArray[np.float32]) -> NDArray[np.int64]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns that a seed means one thread, which is what is compared
        import hdbscan
        import umap

        xy = umap.UMAP(metric="cosine", random_state=0).fit_transform(vectors)
        labels: NDArray[np.int64] = hdbscan.HDBSCAN(core_dist_n_jobs=1).fit_predict(xy)
    return labels


def _first_ours(vectors: NDArray[np.float32], cache: Path) -> float:
    worker = MapWorker(cache)
    started = time.perf_counter()
    finish(worker.make(vectors))
    taken = time.perf_counter() - started
    worker.close()
    return taken


def _first_plain(vectors: NDArray[np.float32]) -> float:
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_plain_child, args=(theirs,))
    started = time.perf_counter()
    process.start()
    ours.send(vectors)
    ours.recv()
    taken = time.perf_counter() - started
    process.join()
    return taken


def _plain_child(connection: Connection) -> None:
    connection.send(_plain(connection.recv()))


def _synthetic(n: int) -> NDArray[np.float32]:
    """Return unit vectors (n, DIM) around one centre for every 200, as far apart as topics are."""
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(max(2, n // 200), DIM))
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    vectors = centres[rng.integers(len(centres), size=n)] + 0.06 * rng.normal(size=(n, DIM))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def _real() -> NDArray[np.float32]:
    from engine.encoding.encoder import Encoder

    with gzip.open(REAL, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line, _ in zip(lines, range(REAL_TEXTS), strict=False)]
    return Encoder.open(device="cpu").encode([text[:1000] for text in texts])


if __name__ == "__main__":
    keep_compiled()
    main(*map(int, sys.argv[1:2]))
