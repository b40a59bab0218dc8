"""Passages embedded a second, and one query's time: `Encoder` against plain `SentenceTransformer.encode`.

Run it with `python -m tests.benchmarks.indexing_rate`; the two take turns on the same texts, so that a change of the
machine's speed meets both.
"""

import time
from collections.abc import Callable, Sequence

import torch

from engine.encoding.encoder import Encoder, bundled_model
from tests.benchmarks.report import median, percentile, print_table
from tests.benchmarks.texts import passages

PASSAGES = 192
ROUNDS = 3
QUERIES = 40
QUERY = "how do the birds on the mudflats know when the tide turns"

Encode = Callable[[Sequence[str]], object]


def main() -> None:
    from sentence_transformers import SentenceTransformer

    ours = Encoder.open(device="cpu")
    peer = SentenceTransformer(str(bundled_model()), device="cpu", local_files_only=True)
    ways: dict[str, Encode] = {
        "SentenceTransformer.encode": lambda texts: peer.encode(
            list(texts), normalize_embeddings=True, show_progress_bar=False
        ),
        "Asterism": ours.encode,
    }
    indexing = _in_turns(ways, [passages(PASSAGES, seed=number) for number in range(ROUNDS)])
    asking = _in_turns(ways, [[QUERY]] * QUERIES)
    plain = median(indexing["SentenceTransformer.encode"])
    print_table(
        f"Embedding {PASSAGES} passages of 20–150 words, median of {ROUNDS}, and one query; "
        f"{torch.get_num_threads()} threads",
        ("way", "passages/s", "ratio", "a query ms p50", "p95"),
        [
            (
                way,
                f"{PASSAGES / median(indexing[way]):.1f}",
                f"{plain / median(indexing[way]):.2f}",
                f"{1000 * median(asking[way]):.1f}",
                f"{1000 * percentile(asking[way], 0.95):.1f}",
            )
            for way in ways
        ],
    )


def _in_turns(ways: dict[str, Encode], rounds: Sequence[Sequence[str]]) -> dict[str, list[float]]:
    """Return the seconds that each way took for each round, after one round that does not count."""
    taken: dict[str, list[float]] = {way: [] for way in ways}
    for texts in [rounds[0][:8], *rounds]:
        for way, encode in ways.items():
            started = time.perf_counter()
            encode(texts)
            taken[way].append(time.perf_counter() - started)
    return {way: seconds[1:] for way, seconds in taken.items()}


if __name__ == "__main__":
    main()
