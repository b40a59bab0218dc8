"""Runs, maps, clusters and their names."""

from dataclasses import replace

import numpy as np
import pytest

from indexes.catalogue import Catalogue
from indexes.errors import CorpusError
from indexes.records import Cluster, Projection

SPACE = Cluster(0, 2, ("space", "orbit"), "space, orbit", (1, 2))
CATS = Cluster(1, 1, ("cat",), "cat", (3,))


def save(catalogue: Catalogue, seed: int = 0) -> Projection:
    run_id = catalogue.add_run("map", "e", {"n_neighbors": 15}, seed, {"umap-learn": "0.5"}, {"passages": 4})
    projection = Projection(
        run_id=run_id,
        passage_ids=np.array([1, 2, 3, 1 << 40], np.int64),
        xy=np.array([[0.1, -2.5], [1e-7, 3e7], [0, 0], [seed, seed]], np.float32),
        cluster_ids=np.array([0, 0, 1, -1], np.int32),
        strengths=np.array([1, 0.5, 0.25, 0], np.float32),
        parameters={"seed": seed, "min_dist": 0.1},
    )
    catalogue.save_map(projection, [SPACE, CATS])
    return projection


def test_a_map_comes_back_bit_for_bit(catalogue: Catalogue) -> None:
    assert catalogue.latest_map() is None
    assert not catalogue.has_map
    saved = save(catalogue)
    latest = catalogue.latest_map()
    assert latest is not None
    projection, clusters = latest
    assert catalogue.has_map
    assert clusters == [SPACE, CATS]
    assert (projection.run_id, projection.parameters) == (saved.run_id, saved.parameters)
    for name in ("passage_ids", "xy", "cluster_ids", "strengths"):
        stored, original = getattr(projection, name), getattr(saved, name)
        assert stored.dtype == original.dtype
        np.testing.assert_array_equal(stored, original)


def test_the_newest_three_maps_are_kept_with_every_run(catalogue: Catalogue) -> None:
    for seed in range(5):
        save(catalogue, seed)
    latest = catalogue.latest_map()
    assert latest is not None
    assert latest[0].parameters["seed"] == 4
    connection = catalogue._database._connection
    assert connection.execute("SELECT count(*) FROM maps").fetchone() == (3,)
    assert connection.execute("SELECT count(DISTINCT map_id) FROM clusters").fetchone() == (3,)
    runs = catalogue.runs("map")
    assert [run.seed for run in runs] == [4, 3, 2, 1, 0]
    assert (runs[0].parameters, runs[0].versions) == ({"n_neighbors": 15}, {"umap-learn": "0.5"})
    assert catalogue.runs("index") == []


def test_a_cluster_takes_the_users_name_and_can_have_its_own_back(catalogue: Catalogue) -> None:
    def clusters() -> list[Cluster]:
        latest = catalogue.latest_map()
        assert latest is not None
        return latest[1]

    save(catalogue)
    catalogue.rename_cluster(0, "  Weltraum  ")
    assert clusters() == [replace(SPACE, name="Weltraum", named_by_user=True), CATS]
    catalogue.rename_cluster(0, "")
    assert clusters() == [SPACE, CATS]
    with pytest.raises(CorpusError, match="no cluster 7"):
        catalogue.rename_cluster(7, "Nothing")
