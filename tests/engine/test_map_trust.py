"""Trust: where the picture lies about the embeddings, counted one neighbour at a time."""

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.manifold import trustworthiness

from engine.map import trust
from engine.map.mapping import make_map
from engine.map.trust import measure_trust
from engine.progress import Progress
from tests.engine.test_mapping import topics

Floats = NDArray[np.float32]


def scene(n: int = 300, dim: int = 20) -> tuple[Floats, Floats, NDArray[np.int32]]:
    """Return random unit vectors, a picture of them that lies a good deal, and clusters that mean nothing."""
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(n, dim))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    xy = vectors[:, :2] + 0.1 * rng.normal(size=(n, 2))
    return vectors.astype(np.float32), xy.astype(np.float32), rng.integers(-1, 4, n).astype(np.int32)


def ranks_of(distances: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the rank of every point from every point, 0 its own, by sorting each row."""
    np.fill_diagonal(distances, -1.0)
    ranks = np.empty(distances.shape, np.int64)
    for row, order in enumerate(np.argsort(distances, axis=1)):
        ranks[row, order] = np.arange(len(order))
    return ranks


def both_ranks(vectors: Floats, xy: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the ranks by meaning and on the map."""
    v, p = vectors.astype(np.float64), xy.astype(np.float64)
    return ranks_of(1.0 - v @ v.T), ranks_of(np.linalg.norm(p[:, None] - p[None], axis=2))


@pytest.mark.parametrize("k", [1, 5, 15])
def test_both_measures_are_those_of_scikit_learn(k: int) -> None:
    vectors, xy, clusters = scene()
    found = measure_trust(vectors, xy, clusters, k=k)
    v, p = vectors.astype(np.float64), xy.astype(np.float64)
    assert found.trustworthiness == pytest.approx(trustworthiness(v, p, n_neighbors=k), abs=1e-6)
    assert found.continuity == pytest.approx(trustworthiness(p, v, n_neighbors=k), abs=1e-6)
    assert (found.k, found.ranked, found.distinct) == (k, 300, 300)


def test_false_and_missing_neighbours_are_those_that_a_slow_count_finds() -> None:
    vectors, xy, clusters = scene()
    by_meaning, on_map = both_ranks(vectors, xy)
    k = 10
    found = measure_trust(vectors, xy, clusters, k=k)
    for point, (false, missing) in enumerate(zip(found.false, found.missing, strict=True)):
        others = [other for other in range(300) if other != point]
        lies = [by_meaning[point, o] > 5 * k for o in others if on_map[point, o] <= k]
        gaps = [on_map[point, o] > 5 * k for o in others if by_meaning[point, o] <= k]
        assert false == pytest.approx(sum(lies) / k)
        assert missing == pytest.approx(sum(gaps) / k)


def test_the_measures_of_a_cluster_are_the_means_over_its_members() -> None:
    vectors, xy, clusters = scene()
    by_meaning, on_map = both_ranks(vectors, xy)
    found = measure_trust(vectors, xy, clusters, k=5)
    worst = 5 * (2 * 300 - 3 * 5 - 1) / 2
    for cluster, (trusted, continuous) in enumerate(found.by_cluster):
        lies, gaps = [], []
        for point in np.flatnonzero(clusters == cluster):
            near, shown = by_meaning[point], on_map[point]
            lies.append(sum(near[o] - 5 for o in range(300) if 0 < shown[o] <= 5 < near[o]))
            gaps.append(sum(shown[o] - 5 for o in range(300) if 0 < near[o] <= 5 < shown[o]))
        assert trusted == pytest.approx(1 - np.mean(lies) / worst, abs=1e-5)
        assert continuous == pytest.approx(1 - np.mean(gaps) / worst, abs=1e-5)


def test_a_faithful_picture_has_no_lies() -> None:
    angles = np.sort(np.random.default_rng(1).uniform(0, np.pi, 400))
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    found = measure_trust(circle, 10 * circle, np.zeros(400, np.int32))
    assert not found.false.any()
    assert not found.missing.any()
    assert found.trustworthiness == pytest.approx(1.0, abs=1e-4)
    assert found.continuity == pytest.approx(1.0, abs=1e-4)


def test_two_groups_drawn_on_one_place_are_false_neighbours() -> None:
    """About half of what lies around a point is then of the other group, beside what was false before."""
    vectors, group = topics(400, 2)
    xy = make_map(vectors).xy.copy()
    apart = measure_trust(vectors, xy, group.astype(np.int32))
    for which in (0, 1):
        xy[group == which] -= xy[group == which].mean(axis=0)
    together = measure_trust(vectors, xy, group.astype(np.int32))
    assert together.false.mean() > apart.false.mean() + 0.2
    assert together.trustworthiness < 0.6 < 0.8 < apart.trustworthiness


def test_a_group_torn_in_two_is_missing_neighbours() -> None:
    vectors, group = topics(400, 2)
    xy = make_map(vectors).xy.copy()
    torn = np.flatnonzero(group == 0)[::2]
    before = measure_trust(vectors, xy, group.astype(np.int32))
    xy[torn] += 100.0
    after = measure_trust(vectors, xy, group.astype(np.int32))
    assert after.missing[group == 0].mean() > before.missing[group == 0].mean() + 0.15
    assert after.by_cluster[0][1] < before.by_cluster[0][1] - 0.1
    assert after.by_cluster[1][1] == pytest.approx(before.by_cluster[1][1], abs=0.02)


def test_copies_are_one_point_and_have_what_is_found_for_it() -> None:
    vectors, xy, clusters = scene()
    again = np.concatenate([np.arange(300), np.full(500, 7), np.full(40, 9)])
    once, often = (measure_trust(vectors[rows], xy[rows], clusters[rows]) for rows in (np.arange(300), again))
    assert often.false.tolist() == once.false[again].tolist()
    assert often.missing.tolist() == once.missing[again].tolist()
    assert often.trustworthiness == once.trustworthiness
    assert (often.ranked, often.distinct) == (300, 300)


def test_different_texts_on_one_place_are_no_error() -> None:
    vectors, _, clusters = scene()
    found = measure_trust(vectors, np.zeros((300, 2), np.float32), clusters)
    assert not found.missing.any()
    assert found.continuity == 1.0
    assert found.false.mean() > 0.5


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_of_too_few_passages_there_is_nothing_to_say(n: int) -> None:
    vectors, xy, _ = scene(n)
    found = measure_trust(vectors, xy, np.zeros(n, np.int32))
    assert found.false.tolist() == [0.0] * n
    assert found.trustworthiness == found.continuity == 1.0
    assert found.k == 0


@pytest.mark.parametrize(("n", "k"), [(4, 1), (5, 1), (30, 2), (150, 14), (151, 15)])
def test_small_maps_have_fewer_neighbours(n: int, k: int) -> None:
    vectors, xy, _ = scene(n)
    found = measure_trust(vectors, xy, np.full(n, -1, np.int32))
    assert found.k == k
    assert found.by_cluster == ()
    v, p = vectors.astype(np.float64), xy.astype(np.float64)
    assert found.trustworthiness == pytest.approx(trustworthiness(v, p, n_neighbors=k), abs=1e-5)


def test_a_cluster_without_passages_has_no_number() -> None:
    vectors, xy, clusters = scene()
    found = measure_trust(vectors, xy, np.where(clusters == 1, -1, clusters).astype(np.int32))
    assert [bool(np.isnan(both).any()) for both in found.by_cluster] == [False, True, False, False]


@pytest.fixture
def few_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let 2,000 passages be too many to compare all pairs."""
    monkeypatch.setattr(trust, "PAIRS", 600_000)


def test_a_sample_tells_nearly_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, group = topics(2_000, 8, dim=24)
    xy = make_map(vectors).xy
    whole = measure_trust(vectors, xy, group.astype(np.int32))
    monkeypatch.setattr(trust, "PAIRS", 600_000)
    part = measure_trust(vectors, xy, group.astype(np.int32))
    assert (whole.ranked, part.ranked) == (2_000, pytest.approx(300, abs=8))
    assert part.trustworthiness == pytest.approx(whole.trustworthiness, abs=0.01)
    assert part.continuity == pytest.approx(whole.continuity, abs=0.01)
    assert np.allclose(part.by_cluster, whole.by_cluster, atol=0.03)
    assert part.false.tolist() == whole.false.tolist()


@pytest.mark.usefixtures("few_pairs")
def test_a_small_cluster_is_in_the_sample_too() -> None:
    vectors, _ = topics(2_000, 8, dim=24)
    clusters = np.zeros(2_000, np.int32)
    clusters[:14], clusters[14] = 1, 2
    found = measure_trust(vectors, vectors[:, :2].copy(), clusters)
    assert found.ranked == 298 + 12 + 1
    assert not np.isnan(found.by_cluster).any()


@pytest.mark.usefixtures("few_pairs")
def test_the_same_seed_takes_the_same_sample() -> None:
    vectors, _ = topics(2_000, 8, dim=24)
    clusters = np.zeros(2_000, np.int32)
    first, second, other = (
        measure_trust(vectors, vectors[:, :2].copy(), clusters, seed=s) for s in (1, 1, 2)
    )
    assert first.trustworthiness == second.trustworthiness != other.trustworthiness


def test_progress_tells_each_step_to_its_end() -> None:
    vectors, xy, clusters = scene()
    told: list[Progress] = []
    measure_trust(vectors, xy, clusters, report=told.append)
    steps = list(dict.fromkeys(progress.step for progress in told))
    assert steps == [
        "Finding neighbours",
        "Comparing neighbours",
        "Counting ranks",
        "Counting ranks on the map",
    ]
    for step in steps:
        last = [progress for progress in told if progress.step == step][-1]
        assert (last.done, last.total, last.unit) == (300, 300, "passages")
