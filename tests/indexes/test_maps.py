"""Runs, maps, clusters and their names, what the user did to them, and maps of an older Asterism."""

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from indexes import schema
from indexes.catalogue import Catalogue
from indexes.errors import CorpusError
from indexes.map_edits import FoundClusters, MapEdit, MapNote
from indexes.records import Branch, Cluster, MapView, Part, Projection
from tests.indexes import making

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


ARRAYS = ("passage_ids", "xy", "cluster_ids", "strengths", "part_ids", "nearest_ids", "nearness")


def full(run_id: int, **changed: Any) -> Projection:
    """Return a map of passages 10, 20, …, 60: clusters 0 (two parts) and 1 in one branch, the last is noise."""
    columns: dict[str, Any] = {
        "run_id": run_id,
        "passage_ids": np.arange(10, 70, 10, dtype=np.int64),
        "xy": np.arange(12, dtype=np.float32).reshape(6, 2),
        "cluster_ids": np.array([0, 0, 0, 1, 1, -1], np.int32),
        "strengths": np.array([1, 0.5, 1, 1, 0.25, 0], np.float32),
        "parameters": {"seed": 1, "last_passage": 60},
        "part_ids": np.array([0, 1, 1, -1, -1, -1], np.int32),
        "nearest_ids": np.array([0, 0, 0, 1, 1, 1], np.int32),
        "nearness": np.array([1, 1, 1, 1, 1, 0.75], np.float32),
        "branches": (Branch(0, -1, 5, (0, 1), ("space", "sea"), "Both", True),),
        "parts": (Part(0, 0, 1, ("moon",), "moon"), Part(1, 0, 2, ("sun",), "sun")),
    }
    return Projection(**(columns | changed))


CLUSTERS = [
    Cluster(0, 3, ("space",), "space", (10, 30), branch=0, colour="#aa0000", stability=0.5),
    Cluster(1, 2, ("sea",), "Sea", (40,), named_by_user=True, branch=0, made_by_user=True),
]


def save_full(catalogue: Catalogue, found: FoundClusters | None = None) -> Projection:
    projection = full(catalogue.add_run("map", "e", {}, 1, {}, {}))
    catalogue.save_map(projection, CLUSTERS, found)
    return projection


def latest(catalogue: Catalogue) -> tuple[Projection, list[Cluster]]:
    found = catalogue.latest_map()
    assert found is not None
    return found


def assert_same(stored: Projection, original: Projection) -> None:
    for name in ARRAYS:
        assert getattr(stored, name).dtype == getattr(original, name).dtype
        np.testing.assert_array_equal(getattr(stored, name), getattr(original, name), name)
    for name in ("run_id", "parameters", "branches", "parts"):
        assert getattr(stored, name) == getattr(original, name)


def test_parts_branches_nearness_and_colours_come_back(catalogue: Catalogue) -> None:
    saved = save_full(catalogue)
    stored, clusters = latest(catalogue)
    assert_same(stored, saved)
    assert clusters == CLUSTERS
    assert catalogue.found_clusters() is None


def test_new_passages_join_the_newest_map_in_their_order(catalogue: Catalogue) -> None:
    saved = save_full(catalogue)
    catalogue.extend_map(
        passage_ids=np.array([70, 20, 25], np.int64),
        xy=np.array([[70, 71], [-1, -1], [25, 26]], np.float32),
        cluster_ids=np.array([-1, 1, 0], np.int32),
        strengths=np.array([0, 1, 0.5], np.float32),
        part_ids=np.array([-1, -1, 1], np.int32),
        nearest_ids=np.array([1, 1, 0], np.int32),
        nearness=np.array([0.5, 1, 1], np.float32),
        parameters={"placed": 2},
    )
    stored, clusters = latest(catalogue)
    assert stored.passage_ids.tolist() == [10, 20, 25, 30, 40, 50, 60, 70]
    assert stored.xy[:, 0].tolist() == [0, 2, 25, 4, 6, 8, 10, 70]  # 20 was there and stays where it was
    assert stored.cluster_ids.tolist() == [0, 0, 0, 0, 1, 1, -1, -1]
    assert stored.part_ids.tolist() == [0, 1, 1, 1, -1, -1, -1, -1]
    assert stored.nearest_ids.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    assert stored.nearness.tolist() == [1, 1, 1, 1, 1, 1, 0.75, 0.5]
    assert stored.parameters == {"seed": 1, "last_passage": 60, "placed": 2}
    assert stored.run_id == saved.run_id
    assert [cluster.size for cluster in clusters] == [4, 2]
    assert [part.size for part in stored.parts] == [1, 3]


def test_a_map_without_nearness_is_extended_without_it(catalogue: Catalogue) -> None:
    save(catalogue)
    one = np.array([4], np.int64)
    ids, numbers = np.array([1], np.int32), np.array([0.5], np.float32)
    catalogue.extend_map(one, np.zeros((1, 2), np.float32), ids, numbers, ids, ids, numbers, {})
    stored, _ = latest(catalogue)
    assert stored.cluster_ids.tolist() == [0, 0, 1, 1, -1]
    assert (len(stored.part_ids), len(stored.nearest_ids), len(stored.nearness)) == (0, 0, 0)


def test_without_a_map_there_is_nothing_to_extend(catalogue: Catalogue) -> None:
    none, numbers = np.zeros(0, np.int32), np.zeros(0, np.float32)
    with pytest.raises(CorpusError, match="no map yet"):
        catalogue.extend_map(
            np.zeros(0, np.int64), np.zeros((0, 2), np.float32), none, numbers, none, none, numbers, {}
        )


def test_new_passages_of_an_edited_map_go_to_the_found_cluster_most_of_their_neighbours_are_of(
    catalogue: Catalogue,
) -> None:
    # Found were 0, 1 and 2; the user merged 0 and 2 into what is now cluster 0.
    found = FoundClusters(
        np.array([2, 0, 0, 1, 1, 1], np.int32), np.full(6, -1, np.int32), ((-1, (0, 1)), (0, (1, 2)))
    )
    save_full(catalogue, found)
    ids = np.array([70, 80], np.int64)
    catalogue.extend_map(
        ids,
        np.zeros((2, 2), np.float32),
        np.array([0, -1], np.int32),
        np.ones(2, np.float32),
        np.array([1, -1], np.int32),
        np.array([0, 1], np.int32),
        np.ones(2, np.float32),
        {},
    )
    stored = catalogue.found_clusters()
    assert stored is not None
    assert stored.nearest_ids.tolist() == [2, 0, 0, 1, 1, 1, 0, 1]
    assert stored.part_ids.tolist() == [-1] * 8
    assert stored.branches == ((-1, (0, 1)), (0, (1, 2)))


def test_other_clusters_on_the_same_points(catalogue: Catalogue) -> None:
    saved = save_full(catalogue)
    found = FoundClusters(saved.nearest_ids, saved.part_ids)
    other = replace(
        saved,
        cluster_ids=np.zeros(6, np.int32),
        nearest_ids=np.zeros(6, np.int32),
        part_ids=np.full(6, -1, np.int32),
        parts=(),
        branches=(),
        parameters={"seed": 1, "merged": True},
    )
    one = Cluster(0, 6, ("all",), "all", (10,))
    catalogue.update_map(other, [one], found)
    stored, clusters = latest(catalogue)
    assert_same(stored, other)
    assert clusters == [one]
    assert catalogue.found_clusters() is not None
    catalogue.update_map(saved, CLUSTERS)
    assert_same(latest(catalogue)[0], saved)
    assert catalogue.found_clusters() is None


def test_a_map_that_was_replaced_or_has_grown_meanwhile_is_not_updated(catalogue: Catalogue) -> None:
    saved = save_full(catalogue)
    with pytest.raises(CorpusError, match="changed meanwhile"):
        catalogue.update_map(replace(saved, passage_ids=saved.passage_ids + 1), CLUSTERS)
    save(catalogue)
    with pytest.raises(CorpusError, match="changed meanwhile"):
        catalogue.update_map(saved, CLUSTERS)


def test_colours_branch_names_and_stabilities_are_kept(catalogue: Catalogue) -> None:
    save_full(catalogue)
    catalogue.colour_cluster(1, "#00ff00")
    catalogue.rename_branch(0, "Space and sea")
    catalogue.set_stabilities([None, 0.75])
    stored, clusters = latest(catalogue)
    assert [cluster.colour for cluster in clusters] == ["#aa0000", "#00ff00"]
    assert [cluster.stability for cluster in clusters] == [None, 0.75]
    assert [(branch.name, branch.named_by_user) for branch in stored.branches] == [("Space and sea", True)]
    catalogue.rename_branch(0, "", own_name="space, sea")
    assert latest(catalogue)[0].branches[0].name == "space, sea"
    for change in (
        lambda: catalogue.colour_cluster(2, "#000000"),
        lambda: catalogue.rename_branch(1, "Nothing"),
    ):
        with pytest.raises(CorpusError, match=r"no (cluster 2|branch 1) any more"):
            change()


def test_an_own_name_can_be_given_back_in_place_of_an_inherited_one(catalogue: Catalogue) -> None:
    save_full(catalogue)
    catalogue.rename_cluster(1, "", own_name="sea, tide")
    renamed = latest(catalogue)[1][1]
    assert (renamed.name, renamed.named_by_user) == ("sea, tide", False)


def test_edits_come_back_in_order_with_their_passages(catalogue: Catalogue) -> None:
    assert catalogue.map_edits() == []
    groups = np.array([1, 5, 1 << 40], np.int64), np.array([2], np.int64)
    catalogue.note_map(MapNote(edits=(MapEdit("merge", groups, known_to=9),)))
    catalogue.note_map(MapNote(edits=(MapEdit("rename", groups[1:], "Tide", 9),)))
    merge, rename = catalogue.map_edits()
    assert (merge.kind, merge.value, merge.known_to) == ("merge", "", 9)
    assert [group.tolist() for group in merge.groups] == [[1, 5, 1 << 40], [2]]
    assert (rename.kind, rename.value) == ("rename", "Tide")
    assert [group.tolist() for group in rename.groups] == [[2]]
    catalogue.note_map(MapNote(undone=(merge.id,)))
    assert [edit.id for edit in catalogue.map_edits()] == [rename.id]


def test_edits_outlive_maps(catalogue: Catalogue) -> None:
    catalogue.note_map(MapNote(edits=(MapEdit("colour", (np.array([1], np.int64),), "#ff0000"),)))
    for seed in range(5):
        save(catalogue, seed)
    assert len(catalogue.map_edits()) == 1


def test_an_edit_is_stored_with_the_map_it_changed_or_not_at_all(catalogue: Catalogue) -> None:
    saved = save_full(catalogue)
    note = MapNote(edits=(MapEdit("merge", (saved.passage_ids,)),), reason="Merged", changes=(1,))
    with pytest.raises(CorpusError, match="changed meanwhile"):
        catalogue.update_map(replace(saved, run_id=saved.run_id + 1), CLUSTERS, note=note)
    assert (catalogue.map_edits(), catalogue.map_changes()) == ([], [])
    catalogue.update_map(saved, CLUSTERS, note=note)
    assert (len(catalogue.map_edits()), catalogue.map_changes()[0][1:]) == (1, ("Merged", [1]))


def test_the_history_keeps_its_newest_fifty(catalogue: Catalogue) -> None:
    for number in range(53):
        catalogue.note_map(MapNote(reason=f"Change {number}", changes=(["kept", ["a"], ["b"], number],)))
    history = catalogue.map_changes()
    assert [reason for _, reason, _ in history] == [f"Change {number}" for number in range(52, 2, -1)]
    assert history[0][2] == [["kept", ["a"], ["b"], 52]]
    assert len(history[0][0]) == len("2026-01-01T00:00:00Z")


def test_views_are_kept_by_name(catalogue: Catalogue) -> None:
    assert catalogue.map_views() == ()
    catalogue.keep_map_view(MapView("Harbour", 1.5, -2, 40))
    catalogue.keep_map_view(MapView("Hills", 0, 0, 3))
    catalogue.keep_map_view(MapView("Harbour", 2, 2, 50))
    assert catalogue.map_views() == (MapView("Harbour", 2, 2, 50), MapView("Hills", 0, 0, 3))
    catalogue.forget_map_view("Harbour")
    catalogue.forget_map_view("nobody's")
    assert catalogue.map_views() == (MapView("Hills", 0, 0, 3),)


def raw(array: NDArray[Any], kind: str) -> bytes:
    return array.astype(kind).tobytes()


def test_a_map_of_version_2_is_read_and_takes_edits(tmp_path: Path) -> None:
    fresh_folder = tmp_path / "fresh"
    fresh_folder.mkdir()
    path = tmp_path / "catalogue.db"
    connection = sqlite3.connect(path, isolation_level=None)
    schema.migrate(connection, schema.MIGRATIONS[:2])
    connection.execute(
        "INSERT INTO runs (kind, model, parameters, seed, versions, counts) VALUES ('map', 'e', '{}', 0, '{}', '{}')"
    )
    connection.execute(
        "INSERT INTO maps (run_id, parameters, passage_ids, xy, cluster_ids, strengths) VALUES (1, '{}', ?, ?, ?, ?)",
        (
            raw(np.array([1, 2, 3]), "<i8"),
            raw(np.arange(6), "<f4"),
            raw(np.array([0, 0, -1]), "<i4"),
            raw(np.ones(3), "<f4"),
        ),
    )
    connection.execute("""INSERT INTO clusters VALUES (1, 0, 2, '["sea"]', 'sea', 'Meer', '[2]')""")
    connection.close()

    with Catalogue.open(path) as catalogue:
        stored, clusters = latest(catalogue)
        assert clusters == [Cluster(0, 2, ("sea",), "Meer", (2,), named_by_user=True)]
        assert stored.xy.tolist() == [[0, 1], [2, 3], [4, 5]]
        assert (stored.part_ids.tolist(), stored.nearest_ids.tolist(), stored.nearness.tolist()) == (
            [],
            [],
            [],
        )
        assert (stored.branches, stored.parts, catalogue.found_clusters()) == ((), (), None)
    with Catalogue.open(path, write=True) as catalogue:
        catalogue.colour_cluster(0, "#123456")
        catalogue.note_map(MapNote(edits=(MapEdit("rename", (np.array([1, 2]),), "Meer", 3),)))
        assert latest(catalogue)[1][0].colour == "#123456"
    with making.new(fresh_folder) as fresh:
        tables = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name"
        upgraded = sqlite3.connect(path)
        assert upgraded.execute(tables).fetchall() == fresh._database._connection.execute(tables).fetchall()
        upgraded.close()
