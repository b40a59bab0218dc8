"""Time of one warm query, its own embedding included, in a corpus of N passages.

Run it with `python -m tests.benchmarks.query_latency [N]` (20,000 by default). The embeddings are random unit
vectors around a few hundred centres, since what is measured is the search and not its quality; the peer is the plain
way: `SentenceTransformer.encode` and a FAISS flat index, no words, no snippets, no grouping.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.corpus import Corpus
from engine.encoder import Encoder, bundled_model
from engine.passages import text_hash
from engine.records import Mode
from engine.searching import search
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


def main(count: int = 20_000) -> None:
    encoder = Encoder.open(device="cpu")
    texts = [f"{text} ({number})" for number, text in enumerate(passages(count, words=(15, 40)))]
    vectors = _vectors(count, encoder.dim)
    with tempfile.TemporaryDirectory() as folder:
        _fill(Path(folder), encoder.id, texts, vectors)
        with Corpus.open(Path(folder)) as corpus:
            taken = {mode: _measure(corpus, encoder, mode) for mode in MODES}
    taken["peer"] = _measure_peer(vectors)
    base = median(taken["peer"])
    print_table(
        f"One query in {count:,} passages, ms",
        ("way", "p50", "p95", "p50 against the plain way"),
        [
            (
                f"Asterism {name}" if name != "peer" else "SentenceTransformer.encode + IndexFlatIP",
                f"{median(times):.1f}",
                f"{percentile(times, 0.95):.1f}",
                f"{median(times) / base:.2f}",
            )
            for name, times in taken.items()
        ],
    )


def _measure(corpus: Corpus, encoder: Encoder, mode: Mode) -> list[float]:
    return [
        taken
        for query in QUERIES
        for taken in milliseconds(lambda query=query: search(corpus, encoder, query, 20, mode), repeats=8)
    ]


def _measure_peer(vectors: NDArray[np.float32]) -> list[float]:
    import faiss
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(bundled_model()), device="cpu", local_files_only=True)
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    return [
        taken
        for query in QUERIES
        for taken in milliseconds(
            lambda query=query: index.search(model.encode([query], show_progress_bar=False), 20), repeats=8
        )
    ]


def _vectors(count: int, dim: int) -> NDArray[np.float32]:
    chance = np.random.default_rng(0)
    centres = chance.standard_normal((300, dim), np.float32)
    vectors = centres[chance.integers(300, size=count)] + 0.7 * chance.standard_normal(
        (count, dim), np.float32
    )
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def _fill(folder: Path, encoder_id: str, texts: list[str], vectors: NDArray[np.float32]) -> None:
    hashes = [text_hash(text) for text in texts]
    with Catalogue.create(folder / "catalogue.db", "benchmark") as catalogue:
        source = catalogue.add_source(Source("table", str(folder / "texts.csv")))
        file = SourceFile(source.id, "texts.csv", str(folder / "texts.csv"), "csv", 1, 1, b"x")
        file_id = catalogue.begin_file(file)
        for start in range(0, len(texts), 2000):
            catalogue.add_documents(
                file_id,
                [
                    (
                        Document(str(row), texts[row][:40], texts[row], "csv"),
                        (Span(0, len(texts[row]), Locator("row", str(row)), hashes[row]),),
                    )
                    for row in range(start, min(start + 2000, len(texts)))
                ],
            )
        catalogue.finish_file(file_id, file)
        for start in range(0, len(texts), 5000):
            catalogue.add_embeddings(encoder_id, hashes[start : start + 5000], vectors[start : start + 5000])


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
