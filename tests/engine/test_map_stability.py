"""Stability: what comes back when the map is made otherwise, and what was cut by chance."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.map import stability
from engine.map.mapping import make_map
from engine.map.stability import best_overlaps, measure_stability
from engine.map.verdicts import PATTERN, stability_said
from engine.progress import Progress
from tests.engine.test_mapping import topics

ROOT = Path(__file__).parents[2]


def ids(text: str) -> np.ndarray:
    """Return cluster ids, each a digit, "." noise."""
    return np.array([-1 if sign == "." else int(sign) for sign in text], np.int32)


@pytest.mark.parametrize(
    ("clusters", "others", "expected"),
    [
        ("0011", "1100", [1.0, 1.0]),
        ("0000", "0011", [0.5]),
        ("000111..", "0000....", [3 / 4, 1 / 6]),  # 0 has one of 1's three, among six in either
        ("0011", "....", [0.0, 0.0]),
        ("0022", "0011", [1.0, np.nan, 1.0]),
        ("00..", "..00", [0.0]),
        ("0000.", "00112", [0.5]),
    ],
)
def test_the_overlap_with_the_most_similar_cluster_is_counted_by_hand(
    clusters: str, others: str, expected: list[float]
) -> None:
    found = best_overlaps(ids(clusters), ids(others), len(expected))
    assert found.tolist() == pytest.approx(expected, nan_ok=True)


def test_well_separated_groups_are_highly_stable() -> None:
    vectors, group = topics(400, 6)
    found = measure_stability(vectors, group.astype(np.int32), rounds=2)
    assert found.shape == (6,)
    assert found.dtype == np.float32
    assert (found >= 0.9).all()


def test_an_arbitrary_cut_through_a_group_is_not_to_be_trusted() -> None:
    """The other groups are found again; of the two halves of the cut one only half covers what comes back."""
    vectors, group = topics(400, 5)
    cut = group.astype(np.int32)
    halved = np.flatnonzero(group == 0)
    cut[halved[::2]] = 5
    found = measure_stability(vectors, cut, rounds=2)
    assert found[0] < PATTERN
    assert found[5] < PATTERN
    assert (found[1:5] >= 0.9).all()


def test_the_same_seed_gives_the_same_numbers() -> None:
    vectors, _ = topics(200, 3)
    made = make_map(vectors)
    first, second = (measure_stability(vectors, made.cluster_ids, rounds=1, seed=4) for _ in range(2))
    assert first.tolist() == second.tolist()


def test_a_round_takes_its_share_and_no_more_than_it_can(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clusters of the same share of the passages are asked for, each round with a seed of its own."""
    asked: list[tuple[int, int, object]] = []

    def make(vectors: np.ndarray, *, seed: int, min_cluster_size: int | None, **rest: object) -> object:
        asked.append((len(vectors), seed, min_cluster_size))
        return make_map(vectors[:0])

    monkeypatch.setattr(stability, "make_map", make)
    vectors, group = topics(100, 2)
    for most in (1_000, 50):
        monkeypatch.setattr(stability, "MOST", most)
        measure_stability(vectors, group.astype(np.int32), 10, rounds=2, seed=7)
    assert asked == [(80, 8, 8), (80, 9, 8), (50, 8, 5), (50, 9, 5)]


@pytest.mark.parametrize("n", [0, 1, 10])
def test_a_map_without_clusters_has_no_stabilities(n: int) -> None:
    found = measure_stability(topics(n, 2)[0], np.full(n, -1, np.int32))
    assert found.shape == (0,)


def test_a_cluster_too_small_to_be_in_every_round_is_measured_in_those_it_is_in() -> None:
    vectors, _ = topics(40, 2)
    clusters = np.full(40, -1, np.int32)
    clusters[0] = 0
    clusters[1:] = 2
    found = measure_stability(vectors, clusters, rounds=3)
    assert np.isnan(found[1])
    assert 0.0 <= found[0] <= 1.0


def test_progress_rises_through_all_rounds() -> None:
    vectors, group = topics(100, 2)
    told: list[Progress] = []
    measure_stability(vectors, group.astype(np.int32), rounds=2, report=told.append)
    assert {(one.step, one.total, one.unit) for one in told} == {("Measuring stability", 160, "passages")}
    done = [one.done for one in told]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, 160)
    assert {one.note for one in told} == {"", "round 1 of 2", "round 2 of 2"}


@pytest.mark.parametrize(
    ("value", "begins"),
    [
        (1.0, "Highly stable: 100 %"),
        (0.85, "Highly stable: 85 %"),
        (0.849, "Stable: 85 %"),
        (0.75, "Stable: 75 %"),
        (0.6, "A pattern, but its edges are uncertain: 60 %"),
        (0.59, "Do not rely on it:"),
        (0.0, "Do not rely on it:"),
    ],
)
def test_a_stability_is_said_with_its_meaning(value: float, begins: str) -> None:
    assert stability_said(value).startswith(begins)


def test_its_words_can_be_had_without_anything_heavy() -> None:
    code = (
        "import sys; from engine.map.verdicts import stability_said; stability_said(0.8);"
        "print([name for name in ('faiss', 'hdbscan', 'numba', 'scipy', 'sklearn', 'sqlite3', 'torch', 'umap') "
        "if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
