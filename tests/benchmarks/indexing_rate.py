"""Passages embedded a second: `Encoder` against plain `SentenceTransformer.encode` on the same texts.

Run it with `python -m tests.benchmarks.indexing_rate`; the two take turns, so that a change of the machine's speed
meets both.
"""

import time

import torch

from engine.encoder import Encoder, bundled_model
from tests.benchmarks.report import median, print_table
from tests.benchmarks.texts import passages

PASSAGES = 192
ROUNDS = 3


def main() -> None:
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(torch.get_num_threads())
    ours = Encoder.open(device="cpu")
    peer = SentenceTransformer(str(bundled_model()), device="cpu", local_files_only=True)
    taken: dict[str, list[float]] = {"ours": [], "peer": []}
    for number in range(ROUNDS):
        texts = passages(PASSAGES, seed=number)
        for name, encode in (
            ("ours", lambda texts: ours.encode(texts)),
            ("peer", lambda texts: peer.encode(texts, normalize_embeddings=True, show_progress_bar=False)),
        ):
            started = time.perf_counter()
            encode(texts)
            taken[name].append(time.perf_counter() - started)
    rates = {name: PASSAGES / median(seconds) for name, seconds in taken.items()}
    print_table(
        f"Embedding {PASSAGES} passages of 20–150 words, median of {ROUNDS}",
        ("way", "passages/s", "ratio"),
        (
            ("SentenceTransformer.encode", f"{rates['peer']:.1f}", "1.00"),
            ("Asterism", f"{rates['ours']:.1f}", f"{rates['ours'] / rates['peer']:.2f}"),
        ),
    )


if __name__ == "__main__":
    main()
