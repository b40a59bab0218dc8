"""The map's computation: layout, clusters, copies and tiny corpora."""

import json

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.map.clusters import (
    distinct_points,
    find_exemplars,
    number_by_size,
    recluster,
    spread_to_copies,
)
from engine.map.layout import principal_coordinates
from engine.map.mapping import find_copies, make_map
from engine.map.neighbours import Neighbours, find_neighbours
from engine.progress import Progress
from indexes.errors import ModelError

Floats = NDArray[np.float32]


def topics(n: int, groups: int, seed: int = 0, dim: int = 48) -> tuple[Floats, NDArray[np.int64]]:
    """Return unit vectors (n, dim) around random centres, and the centre of each."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(groups, dim))
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    group = rng.integers(groups, size=n)
    vectors = centres[group] + 0.06 * rng.normal(size=(n, dim))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), group


def test_clear_topics_become_one_cluster_each() -> None:
    vectors, group = topics(400, 6)
    result = make_map(vectors)
    assert result.n_clusters == 6
    for cluster in range(6):
        assert len(set(group[result.cluster_ids == cluster])) == 1
    assert (result.cluster_ids == -1).mean() < 0.1
    assert result.note == ""


def test_cluster_ids_count_by_falling_size() -> None:
    result = make_map(topics(400, 6)[0])
    sizes = np.bincount(result.cluster_ids[result.cluster_ids >= 0])
    assert sizes.tolist() == sorted(sizes.tolist(), reverse=True)


def test_the_same_seed_gives_the_same_map_to_the_bit() -> None:
    vectors, _ = topics(300, 5)
    first, second = make_map(vectors, seed=3), make_map(vectors, seed=3)
    assert first.xy.tobytes() == second.xy.tobytes()
    assert first.cluster_ids.tobytes() == second.cluster_ids.tobytes()
    assert first.strengths.tobytes() == second.strengths.tobytes()
    assert first.part_ids.tobytes() == second.part_ids.tobytes()
    assert first.nearest_ids.tobytes() == second.nearest_ids.tobytes()
    assert first.nearness.tobytes() == second.nearness.tobytes()
    assert (first.branches, first.parts) == (second.branches, second.parts)
    assert first.parameters == second.parameters


def test_clusters_found_again_are_those_the_map_shows() -> None:
    vectors, _ = topics(400, 8)
    vectors[350:] = vectors[3]
    result = make_map(vectors, min_cluster_size=12)
    again = recluster(result.xy, 12)
    assert again.n_clusters == result.n_clusters == 8
    for name in ("cluster_ids", "strengths", "nearest_ids", "nearness", "part_ids"):
        assert getattr(again, name).tobytes() == getattr(result, name).tobytes()
    assert (again.branches, again.parts) == (result.branches, result.parts)
    assert again.parameters == result.parameters["hdbscan"]


def test_a_map_goes_on_from_where_its_points_were() -> None:
    vectors, _ = topics(300, 5)
    old = make_map(vectors).xy
    start = old @ np.array([[0.6, 0.8], [0.8, -0.6]], dtype=np.float32)  # turned and mirrored
    made = make_map(vectors, seed=1, start=start)
    assert np.corrcoef(made.xy.ravel(), start.ravel())[0, 1] > 0.85
    np.testing.assert_array_equal(made.cluster_ids, recluster(made.xy).cluster_ids)
    assert abs(np.corrcoef(make_map(vectors, seed=1).xy.ravel(), start.ravel())[0, 1]) < 0.5


def test_a_start_without_any_order_is_as_good() -> None:
    vectors, _ = topics(300, 5)
    result = make_map(vectors, start=np.zeros((300, 2), dtype=np.float32))
    assert np.isfinite(result.xy).all()
    assert result.n_clusters >= 5


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_broken_encoder_is_named(value: float) -> None:
    vectors, _ = topics(60, 2)
    vectors[[3, 17]] = value
    with pytest.raises(ModelError, match=r"2 of 60 embeddings are no numbers"):
        make_map(vectors)


def test_three_topics_of_a_small_corpus_are_three_clusters() -> None:
    vectors, group = topics(120, 3)
    ids = make_map(vectors).cluster_ids
    assert {(int(one), int(found)) for one, found in zip(group, ids, strict=True) if found >= 0} == {
        (one, int(ids[group == one].max())) for one in range(3)
    }
    assert (ids < 0).mean() < 0.2


def test_two_tight_groups_are_two_clusters() -> None:
    vectors, group = topics(200, 2)
    vectors = vectors.astype(np.float64)
    centres = np.stack([vectors[group == g].mean(axis=0) for g in (0, 1)])
    tight = centres[group] + 1e-4 * (vectors - centres[group])
    result = make_map((tight / np.linalg.norm(tight, axis=1, keepdims=True)).astype(np.float32))
    assert np.isfinite(result.xy).all()
    assert result.n_clusters >= 2
    for cluster in range(result.n_clusters):
        assert len(set(group[result.cluster_ids == cluster].tolist())) == 1


def test_very_many_copies_of_few_texts_are_a_cluster_each() -> None:
    originals, _ = topics(20, 20, dim=16)
    copies = np.arange(100_000) % 20
    result = make_map(originals.astype(np.float16)[copies])
    assert result.n_clusters == 20
    assert (result.xy == result.xy[copies]).all()
    assert np.bincount(result.cluster_ids).tolist() == [5000] * 20
    few = make_map(originals.astype(np.float16)[copies % 5])
    assert few.note.startswith("Too few passages for clusters: 100000 passages, of which only 5 differ")


def test_empty_embeddings_do_no_harm() -> None:
    vectors, _ = topics(100, 3)
    vectors[20:23] = 0
    result = make_map(vectors)
    assert np.isfinite(result.xy).all()
    assert result.n_clusters >= 3


def test_distinct_points_are_told_in_order() -> None:
    xy = np.array([[1, 0], [0.5, 2], [1, -0.0], [0, 1], [0.5, 2]], dtype=np.float32)
    first_rows, copy_of = distinct_points(xy)
    assert first_rows.tolist() == [0, 1, 3]
    assert copy_of.tolist() == [0, 1, 0, 2, 1]


def test_another_seed_gives_another_layout() -> None:
    vectors, _ = topics(300, 5)
    assert make_map(vectors, seed=1).xy.tobytes() != make_map(vectors, seed=2).xy.tobytes()


def test_fast_finds_the_same_topics_on_several_threads() -> None:
    """Threads that race lay out a little differently each time: a topic may now and then fall in two, but never mix."""
    vectors, group = topics(400, 6)
    result = make_map(vectors, fast=True)
    found = [set(group[result.cluster_ids == cluster].tolist()) for cluster in range(result.n_clusters)]

    assert all(len(of_topics) == 1 for of_topics in found)
    assert set().union(*found) == set(range(6))
    assert 6 <= result.n_clusters <= 8
    assert result.parameters["fast"] is True


@pytest.mark.parametrize("n", [0, 1, 2, 3, 5, 14])
def test_too_few_passages_are_laid_out_and_not_clustered(n: int) -> None:
    result = make_map(topics(n, 2)[0])
    assert result.xy.shape == (n, 2)
    assert result.xy.dtype == np.float32
    assert np.isfinite(result.xy).all()
    assert result.cluster_ids.tolist() == [-1] * n
    assert result.strengths.tolist() == [0.0] * n
    assert result.exemplars == result.branches == result.parts == ()
    assert result.nearest_ids.tolist() == result.part_ids.tolist() == [-1] * n
    assert result.nearness.tolist() == [0.0] * n
    noun = "passage" if n == 1 else "passages"
    assert result.note.startswith(f"Too few passages for clusters: {n} {noun},")


def test_two_passages_lie_as_far_apart_as_their_vectors() -> None:
    vectors = np.array([[1, 0, 0], [0, 1, 0]], dtype=np.float32)
    xy = make_map(vectors).xy
    assert np.linalg.norm(xy[0] - xy[1]) == pytest.approx(np.sqrt(2), abs=1e-6)


@pytest.mark.parametrize("n", [15, 16, 50])
def test_few_passages_give_a_map(n: int) -> None:
    vectors, group = topics(n, 2)
    result = make_map(vectors)
    assert np.isfinite(result.xy).all()
    assert len(np.unique(result.xy, axis=0)) == n
    assert result.n_clusters > 0 or result.note.startswith("No clusters")
    if n == 50:
        assert result.n_clusters == 2
        assert set(group[result.cluster_ids == 0]).isdisjoint(group[result.cluster_ids == 1])


def test_copies_lie_on_their_original_and_share_its_cluster() -> None:
    vectors, _ = topics(300, 5)
    vectors[100:220] = vectors[7]
    result = make_map(vectors)
    assert (result.xy[100:220] == result.xy[7]).all()
    assert set(result.cluster_ids[100:220].tolist()) == {int(result.cluster_ids[7])}
    assert result.cluster_ids[7] >= 0


def test_a_corpus_of_copies_says_so() -> None:
    vectors, _ = topics(200, 1)
    vectors[:] = vectors[0]
    vectors[5] = -vectors[0]
    result = make_map(vectors)
    assert result.note == (
        "Too few passages for clusters: 200 passages, of which only 2 differ, "
        "and at least 15 different ones are needed."
    )
    assert np.isfinite(result.xy).all()


def test_float16_vectors_are_as_good() -> None:
    vectors, _ = topics(400, 6)
    result = make_map(vectors.astype(np.float16))
    assert result.n_clusters == 6
    assert result.xy.dtype == np.float32


def test_parameters_are_json_and_name_seed_and_versions() -> None:
    result = make_map(topics(60, 2)[0], seed=9, min_cluster_size=7)
    stored = json.loads(json.dumps(result.parameters))
    assert stored == result.parameters
    assert stored["seed"] == 9
    assert stored["hdbscan"]["min_cluster_size"] == 7
    assert set(stored["versions"]) == {"umap-learn", "hdbscan", "faiss-cpu", "numpy"}


def test_every_step_reports_and_ends() -> None:
    seen: list[Progress] = []
    make_map(topics(300, 5)[0], report=seen.append)
    steps = list(dict.fromkeys(progress.step for progress in seen))
    assert steps == ["Finding neighbours", "Laying out the map", "Finding clusters"]
    last = {progress.step: (progress.done, progress.total) for progress in seen}
    assert last["Finding neighbours"] == (300, 300)
    done, total = last["Laying out the map"]
    assert done == total > 0


def test_find_copies_numbers_distinct_rows_in_order() -> None:
    vectors = np.array([[1, 0], [0, 1], [1, 0], [-1, 0], [0, 1]], dtype=np.float32)
    first_rows, copy_of = find_copies(vectors)
    assert first_rows.tolist() == [0, 1, 3]
    assert copy_of.tolist() == [0, 1, 0, 2, 1]


def test_numbering_by_size_breaks_ties_by_first_row_and_keeps_noise() -> None:
    labels = np.array([4, -1, 2, 2, 0, 4, 2, 0])
    assert number_by_size(labels).tolist() == [1, -1, 0, 0, 2, 1, 0, 2]
    assert number_by_size(np.array([-1, -1])).tolist() == [-1, -1]


def test_a_noise_text_with_many_copies_is_a_cluster_of_its_own() -> None:
    # Three distinct texts: the first in a cluster, the others noise; the last has four copies.
    labels = np.array([0, -1, -1], dtype=np.int32)
    strengths = np.array([0.5, 0, 0], dtype=np.float32)
    copy_of = np.array([0, 0, 1, 2, 2, 2, 2])
    ids, spread = spread_to_copies(labels, strengths, copy_of, min_cluster_size=4)
    assert ids.tolist() == [1, 1, -1, 0, 0, 0, 0]
    assert spread.tolist() == [0.5, 0.5, 0, 1, 1, 1, 1]


def blobs(*centres: tuple[float, float]) -> Floats:
    rng = np.random.default_rng(0)
    return np.vstack([rng.normal(centre, 0.15, size=(200, 2)) for centre in centres]).astype(np.float32)


def test_a_giant_is_taken_apart() -> None:
    # Seen from the lonely group the three that touch are one; left at that, a map would show two clusters.
    points = blobs((0, 0), (0.6, 0), (0.3, 0.6), (50, 50))
    cluster_ids = recluster(points, 20).cluster_ids
    assert cluster_ids.max() == 3
    for group in range(4):
        ids = cluster_ids[200 * group : 200 * group + 200]
        assert np.bincount(ids[ids >= 0], minlength=4).max() >= 150
    assert set(cluster_ids[600:].tolist()) == {0}


def test_two_halves_without_parts_stay_two_clusters() -> None:
    cluster_ids = recluster(blobs((0, 0), (50, 50)), 40).cluster_ids
    assert cluster_ids[:200].tolist() == [0] * 200
    assert cluster_ids[200:].tolist() == [1] * 200


def test_exemplars_are_near_the_centre_and_not_the_same_twice() -> None:
    angles = np.deg2rad([0, 1, 30, -31, 80, 180])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    cluster_ids = np.array([0, 0, 0, 0, 0, -1], dtype=np.int32)
    strengths = np.array([1, 1, 1, 1, 1, 0], dtype=np.float32)
    # The mean direction is about 15.5 degrees: 1 and 30 stand nearest; 0 is nearly 1 (cosine .9998).
    assert find_exemplars(vectors, cluster_ids, strengths) == ((1, 2, 3, 4),)


def test_weak_members_are_no_exemplars() -> None:
    vectors = np.eye(4, dtype=np.float32)
    cluster_ids = np.zeros(4, dtype=np.int32)
    strengths = np.array([1.0, 0.9, 0.2, 0.1], dtype=np.float32)
    ((*rows,),) = find_exemplars(vectors, cluster_ids, strengths)
    assert sorted(rows) == [0, 1]


def test_principal_coordinates_keep_distances_of_flat_data() -> None:
    rng = np.random.default_rng(0)
    flat = rng.normal(size=(20, 2))
    axes = np.linalg.qr(rng.normal(size=(6, 2)))[0]
    coordinates = principal_coordinates((flat @ axes.T).astype(np.float32), 2)
    for i in range(20):
        for j in range(20):
            expected = np.linalg.norm(flat[i] - flat[j])
            assert np.linalg.norm(coordinates[i] - coordinates[j]) == pytest.approx(expected, abs=1e-4)


def neighbours_by_hand(vectors: Floats, row: int, k: int) -> set[int]:
    cosines = [float(np.dot(vectors[row], other)) if i != row else 2.0 for i, other in enumerate(vectors)]
    return set(np.argsort(cosines)[::-1][:k].tolist())


def check(neighbours: Neighbours, vectors: Floats) -> None:
    n, k = neighbours.ids.shape
    assert neighbours.ids[:, 0].tolist() == list(range(n))
    assert (neighbours.distances[:, 0] == 0).all()
    assert (np.diff(neighbours.distances, axis=1) >= 0).all()
    assert all(len(set(row)) == k for row in neighbours.ids.tolist())
    cosines = np.einsum("nd,nkd->nk", vectors, vectors[neighbours.ids])
    np.testing.assert_allclose(1 - cosines[:, 1:], neighbours.distances[:, 1:], atol=2e-3)


def test_neighbours_are_the_nearest_by_cosine() -> None:
    vectors, _ = topics(80, 4)
    neighbours = find_neighbours(vectors, 6)
    check(neighbours, vectors)
    for row in range(80):
        assert set(neighbours.ids[row].tolist()) == neighbours_by_hand(vectors, row, 6)


def test_a_passage_is_its_own_first_neighbour_among_copies() -> None:
    vectors, _ = topics(60, 3)
    vectors[10:50] = vectors[10]
    check(find_neighbours(vectors, 8), vectors)


def test_lists_find_nearly_all_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, _ = topics(3000, 40)
    exact = find_neighbours(vectors, 10)
    monkeypatch.setattr("engine.map.neighbours.EXACT_LIMIT", 100)
    lists = find_neighbours(vectors, 10)
    assert lists.parameters["method"] == "lists"
    check(lists, vectors)
    shared = [len(set(a) & set(b)) for a, b in zip(exact.ids.tolist(), lists.ids.tolist(), strict=True)]
    assert np.mean(shared) / 10 > 0.9


def test_lists_that_hold_too_few_are_answered_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, _ = topics(400, 40)
    exact = find_neighbours(vectors, 15)
    monkeypatch.setattr("engine.map.neighbours.EXACT_LIMIT", 100)
    monkeypatch.setattr("engine.map.neighbours.PROBES", 1)
    lists = find_neighbours(vectors, 15)
    check(lists, vectors)
    short = [row for row in range(400) if set(lists.ids[row]) == set(exact.ids[row])]
    assert len(short) > 100  # lists of ten passages on average leave most rows short of fifteen
