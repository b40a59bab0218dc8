"""How far maps are to be trusted, what measuring that takes, and whether stability tells good clusters from bad.

Run it with `python -m tests.benchmarks.map_trust [N] [FILE.npz …]` (100,000 by default). N random vectors around
centres, with a picture of them that lies somewhat, tell the time at that size, and how far sampled measures are from
those over all pairs. A file holds `v` (n, dim), unit length, and gold labels `y` (n,), -1 unknown: of each, the map's
trust, and the stability of its clusters beside how they agree with the labels.
"""

import sys
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.map import trust
from engine.map.layout import keep_compiled
from engine.map.mapping import make_map
from engine.map.stability import best_overlaps, measure_stability
from engine.map.trust import Trust, measure_trust
from engine.map.verdicts import HIGHLY, PATTERN, STABLE
from tests.benchmarks.report import print_table

DIM = 384
GROUP = 500
COMPARED = 10_000
"""Passages of which all pairs can be compared, to tell the error of a sample."""
SAMPLES = 3


def main(count: int = 100_000, files: tuple[Path, ...] = ()) -> None:
    """Print the tables."""
    _print_times(count)
    _print_errors()
    if files:
        _print_maps(files)


def _print_times(count: int) -> None:
    rows = []
    for n in sorted({COMPARED, count}):
        vectors, xy, groups = _drawn(n)
        wall, cpu = time.perf_counter(), time.process_time()
        found = measure_trust(vectors, xy, groups, threads=2)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        rows.append((f"{n:,}", f"{wall:.0f}", f"{cpu:.0f}", f"{found.ranked:,}"))
    print_table("Measuring trust: seconds", ("passages", "wall", "CPU", "passages with ranks counted"), rows)


def _print_errors() -> None:
    """Compare samples with all."""
    vectors, xy, groups = _drawn(COMPARED)
    whole = measure_trust(vectors, xy, groups)
    rows = []
    pairs = trust.PAIRS
    for ranked in (4_000, 2_000, 500):
        trust.PAIRS = ranked * COMPARED
        found = [measure_trust(vectors, xy, groups, seed=seed) for seed in range(SAMPLES)]
        rows.append((f"{found[0].ranked:,} of {COMPARED:,}", *_errors(whole, found)))
    trust.PAIRS = pairs
    print_table(
        f"Sampled measures against all pairs (root mean square of {SAMPLES} seeds)",
        ("ranked", "trustworthiness", "continuity", "trustworthiness of a cluster", "its largest error"),
        rows,
    )


def _errors(whole: Trust, found: list[Trust]) -> tuple[str, ...]:
    overall = np.array([[one.trustworthiness, one.continuity] for one in found])
    of_clusters = np.array([one.by_cluster for one in found])[:, :, 0] - np.array(whole.by_cluster)[:, 0]
    both = np.sqrt(np.mean((overall - [whole.trustworthiness, whole.continuity]) ** 2, axis=0))
    numbers = (*both, np.sqrt(np.mean(of_clusters**2)), np.abs(of_clusters).max())
    return tuple(f"{number:.4f}" for number in numbers)


def _print_maps(files: tuple[Path, ...]) -> None:
    measured, purities, overlaps, stabilities = [], [], [], []
    for file in files:
        with np.load(file) as kept:
            vectors, gold = kept["v"], kept["y"]
        made = make_map(vectors)
        found = measure_trust(vectors, made.xy, made.cluster_ids)
        began = time.process_time()
        stability = measure_stability(
            vectors, made.cluster_ids, made.parameters["hdbscan"]["min_cluster_size"]
        )
        taken = time.process_time() - began
        purity = np.array([_purity(gold[made.cluster_ids == cluster]) for cluster in range(made.n_clusters)])
        purities.append(purity)
        overlaps.append(best_overlaps(made.cluster_ids, gold, made.n_clusters))
        stabilities.append(stability)
        measured.append(
            (
                file.stem,
                f"{found.trustworthiness:.3f}",
                f"{found.continuity:.3f}",
                f"{found.false.mean():.2f}",
                f"{found.missing.mean():.2f}",
                made.n_clusters,
                f"{np.median(stability):.2f}",
                f"{np.corrcoef(stability, overlaps[-1])[0, 1]:.2f}",
                f"{taken:.0f}",
            )
        )
    header = ("set", "trustworthiness", "continuity", "false", "missing", "clusters", "median stability")
    print_table(
        "Maps of labelled sets",
        (*header, "its correlation with gold", "CPU seconds for stability"),
        measured,
    )
    stability, purity, overlap = map(np.concatenate, (stabilities, purities, overlaps))
    bands = zip((0.0, PATTERN, STABLE, HIGHLY), (PATTERN, STABLE, HIGHLY, 1.01), strict=True)
    rows = []
    for low, high in bands:
        band = (stability >= low) & (stability < high)
        means = [f"{values[band].mean():.2f}" if band.any() else "" for values in (purity, overlap)]
        rows.append((f"{low:.2f} to {min(high, 1):.2f}", int(band.sum()), *means))
    print_table(
        "Clusters by their stability: purity, and the largest Jaccard index with a gold label",
        ("stability", "clusters", "purity", "Jaccard index"),
        rows,
    )


def _purity(gold: NDArray[np.int32]) -> float:
    """Return the share of the commonest label among those of a cluster."""
    return float(np.bincount(gold[gold >= 0], minlength=1).max() / len(gold))


def _drawn(n: int) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int32]]:
    """Return unit vectors (n, DIM) around one centre for every 500, a picture that lies somewhat, and the groups."""
    rng = np.random.default_rng(0)
    count = max(2, n // GROUP)
    centres = rng.normal(size=(count, DIM)).astype(np.float32)
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    groups = rng.integers(count, size=n).astype(np.int32)
    spread = rng.normal(size=(n, 8)).astype(np.float32)
    directions = rng.normal(size=(8, DIM)).astype(np.float32) / np.sqrt(DIM)
    vectors = centres[groups] + 0.3 * spread @ directions
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    middles = rng.uniform(0, 6 * np.sqrt(count), size=(count, 2))
    xy = middles[groups] + spread[:, :2]
    return vectors.astype(np.float32), xy.astype(np.float32), groups


if __name__ == "__main__":
    keep_compiled()
    numbers = [int(argument) for argument in sys.argv[1:] if argument.isdigit()]
    main(*numbers[:1], files=tuple(Path(argument) for argument in sys.argv[1:] if not argument.isdigit()))
