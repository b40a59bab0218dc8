"""What each pooling of the encoder is worth: STS-B by people's grades, and retrieval by meaning alone.

Run it with `python -m tests.benchmarks.pooling DATA [--encoder FOLDER] [--retrieval NAME]`. DATA holds pairs/stsb and
retrieval, as the shared data sets lie. Documents are cut into passages as a corpus' are, and rank by their best one.
"""

import argparse
from pathlib import Path

from engine.encoding import gold_sets
from engine.encoding.encoder import Encoder
from engine.encoding.pooling_measures import measure_poolings
from engine.progress import finish
from tests.benchmarks.report import print_table


def main(data: Path, folder: Path | None, name: str) -> None:
    encoder = Encoder.open(folder, "cpu")
    pairs = finish(gold_sets.read_pairs(data / "pairs" / "stsb" / "en_dev.jsonl.gz"))
    collection = finish(gold_sets.read_collection(data / "retrieval" / name, encoder))
    measured = finish(measure_poolings(encoder, pairs, collection))
    print_table(
        f"{encoder.name}: {len(pairs)} pairs of STS-B's English dev split; {name}, "
        f"{len(collection.passages):,} passages, {measured[0].queries} queries",
        ["pooling", "STS-B Spearman", f"{name} nDCG@10", "MRR@10"],
        [(one.pooling, f"{one.similarity:.3f}", f"{one.ndcg:.3f}", f"{one.mrr:.3f}") for one in measured],
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--encoder", type=Path)
    parser.add_argument("--retrieval", default="cranfield")
    options = parser.parse_args()
    main(options.data, options.encoder, options.retrieval)
