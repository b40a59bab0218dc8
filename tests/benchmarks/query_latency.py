"""Time of one warm query, its own embedding included, and memory of the process, in corpora of N passages.

Run it with `python -m tests.benchmarks.query_latency [N ...] [--keep DIR]` (20,000 by default; to fill a corpus of a
million takes some minutes and 4 GB of disk). The embeddings are random unit vectors around a few hundred centres, since
what is measured is the search and not its quality; the peer is the plain way: `SentenceTransformer.encode` and a FAISS
flat index, no words, no snippets, no grouping; both with threads that wait asleep. With --keep the corpora stay in DIR,
and are found there the next time.
"""

import argparse
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.corpus import Corpus
from engine.encoding.encoder import Encoder, bundled_model
from engine.reading.passages import text_hash
from engine.records import Mode
from engine.search.searching import search
from engine.threads import calm_threads
from indexes.catalogue import Catalogue
from indexes.records import Document, Locator, Source, SourceFile, Span
from tests.benchmarks.report import median, milliseconds, percentile, print_table
from tests.benchmarks.texts import passages

QUERIES = (
    "birds on the mudflats in winter",
    "bus late again",
    "what did the committee decide about the roof",
    "bread",
    "how long is the waiting list for an allotment",
)
MODES: tuple[Mode, ...] = ("hybrid", "dense", "keyword")
REPEATS = 12
PART = 20_000


@dataclass(frozen=True, slots=True)
class Measured:
    """The milliseconds of each query by way, the seconds until the first answer, and what the process held then."""

    taken: dict[str, list[float]]
    first_answer: float
    memory: str


def main(counts: list[int], keep: Path | None) -> None:
    calm_threads()
    encoder = Encoder.open(device="cpu")
    for count in counts:
        with tempfile.TemporaryDirectory() as temporary:
            folder = (keep or Path(temporary)) / str(count)
            if not (folder / "catalogue.db").exists():
                folder.mkdir(parents=True)
                _fill(folder, encoder.id, count, encoder.dim)
                _in_own_process(_measure, folder)  # makes the indexes
            both = [_in_own_process(_measure, folder), _in_own_process(_measure_peer, (count, encoder.dim))]
        base = median(*both[1].taken.values())
        print_table(
            f"One query in {count:,} passages",
            ("way", "p50 ms", "p95 ms", "p50 against the plain way", "first answer s", "memory"),
            [
                (
                    name,
                    f"{median(times):.1f}",
                    f"{percentile(times, 0.95):.1f}",
                    f"{median(times) / base:.2f}",
                    f"{measured.first_answer:.1f}",
                    measured.memory,
                )
                for measured in both
                for name, times in measured.taken.items()
            ],
        )


def _in_own_process(work: Callable[..., None], argument: Any) -> Measured:
    """Run a measurement where nothing else has filled the memory."""
    context = multiprocessing.get_context("spawn")
    ours, its = context.Pipe()
    process = context.Process(target=work, args=(its, argument))
    process.start()
    measured: Measured = ours.recv()
    process.join()
    return measured


def _measure(connection: Any, folder: Path) -> None:
    encoder = Encoder.open(device="cpu")
    with Corpus.open(folder) as corpus:
        started = time.perf_counter()
        search(corpus, encoder, QUERIES[0], 20, "hybrid")
        first_answer = time.perf_counter() - started
        taken = {
            f"Asterism {mode}": _each(lambda query, mode=mode: search(corpus, encoder, query, 20, mode))
            for mode in MODES
        }
        connection.send(Measured(taken, first_answer, _memory()))


def _measure_peer(connection: Any, size: tuple[int, int]) -> None:
    import faiss
    from sentence_transformers import SentenceTransformer

    started = time.perf_counter()
    model = SentenceTransformer(str(bundled_model()), device="cpu", local_files_only=True)
    index = faiss.IndexFlatIP(size[1])
    for vectors in _vectors(*size):
        index.add(vectors)
    first_answer = time.perf_counter() - started
    taken = _each(lambda query: index.search(model.encode([query], show_progress_bar=False), 20))
    connection.send(Measured({"SentenceTransformer.encode + IndexFlatIP": taken}, first_answer, _memory()))


def _each(ask: Callable[[str], object]) -> list[float]:
    return [taken for query in QUERIES for taken in milliseconds(lambda query=query: ask(query), REPEATS)]


def _memory() -> str:
    """Return what this process holds, and how much of mapped files is in memory besides, where the system says so."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return "unknown"
    fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
    own, mapped = (int(fields[name].split()[0]) / 1024 for name in ("RssAnon", "RssFile"))
    return f"{own:,.0f} MB + {mapped:,.0f} MB of files"


def _vectors(count: int, dim: int) -> Iterator[NDArray[np.float32]]:
    """Yield parts of (count, dim) unit vectors."""
    chance = np.random.default_rng(0)
    centres = chance.standard_normal((300, dim), np.float32)
    for start in range(0, count, PART):
        size = min(PART, count - start)
        vectors = centres[chance.integers(300, size=size)] + 0.7 * chance.standard_normal(
            (size, dim), np.float32
        )
        yield np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def _fill(folder: Path, encoder_id: str, count: int, dim: int) -> None:
    with Catalogue.create(folder / "catalogue.db", "benchmark") as catalogue:
        source = catalogue.add_source(Source("table", str(folder / "texts.csv")))
        file = SourceFile(source.id, "texts.csv", str(folder / "texts.csv"), "csv", 1, 1, b"x")
        file_id = catalogue.begin_file(file)
        for part, vectors in enumerate(_vectors(count, dim)):
            texts = [
                f"{text} ({part}, {row})"
                for row, text in enumerate(passages(len(vectors), words=(15, 40), seed=part))
            ]
            hashes = [text_hash(text) for text in texts]
            documents = [
                (
                    Document(f"{part}-{row}", text[:40], text, "csv"),
                    (Span(0, len(text), Locator("row", str(part * PART + row)), hashes[row]),),
                )
                for row, text in enumerate(texts)
            ]
            catalogue.add_documents(file_id, documents)
            catalogue.add_embeddings(encoder_id, hashes, vectors)
        catalogue.finish_file(file_id, file)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("counts", nargs="*", type=int, default=[20_000])
    parser.add_argument("--keep", type=Path)
    arguments = parser.parse_args()
    main(arguments.counts, arguments.keep)
