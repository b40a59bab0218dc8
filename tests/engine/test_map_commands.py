"""The map through the command line and the Workspace, end to end: make, change, grow, measure, export."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.map.records import MapView
from engine.progress import finish
from engine.reading.sources import source_from_path
from engine.workspace import Workspace
from indexes.errors import CorpusError
from main import main
from tests.tiny_models import tiny_sbert

TOPICS = ("river water storm", "train fast school", "bread garden good")
EACH = 40
"""Documents of a topic, in a table: its three words in all orders and numbers, so that no two are equal."""


def texts(topic: str, first: int = 0, count: int = EACH) -> list[str]:
    """Return texts that say the words of a topic, each text more or less often."""
    words = topic.split()
    return [
        " ".join(
            words[place]
            for place, times in enumerate((1 + n % 4, 1 + n // 4 % 4, 1 + n // 16))
            for _ in range(times)
        )
        for n in range(first, first + count)
    ]


def write_table(path: Path, topics: tuple[str, ...] = TOPICS, first: int = 0, count: int = EACH) -> None:
    rows = [
        {
            "id": f"{topic.split()[0]}-{first + n}",
            "text": text,
            "label": topic.split()[0],
            "date": f"20{10 + n % 10}-05-01",
        }
        for topic in topics
        for n, text in enumerate(texts(topic, first, count))
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Path:
    """A folder with a library, the corpus Town in it, and its small encoder; what numba compiled is kept."""
    place = tmp_path_factory.mktemp("maps")
    encoder = tiny_sbert(place / "tiny", max_tokens=48)
    write_table(place / "town.jsonl")
    assert pytestconfig.cache is not None
    with Workspace(place / "library", device="cpu", encoder=str(encoder)) as workspace:
        workspace.library.numba_cache.rmdir()
        workspace.library.numba_cache.symlink_to(pytestconfig.cache.mkdir("numba"))
        finish(workspace.index("Town", [source_from_path(place / "town.jsonl")]))
    return place


@pytest.fixture(scope="module")
def options(place: Path) -> list[str]:
    """What every command is given."""
    return [
        "--library",
        str(place / "library"),
        "--encoder",
        str(place / "tiny"),
        "--device",
        "cpu",
        "--corpus",
        "Town",
    ]


@pytest.fixture
def workspace(place: Path) -> Iterator[Workspace]:
    with Workspace(place / "library", device="cpu", encoder=str(place / "tiny")) as opened:
        yield opened


def answer(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


def test_the_map_is_made_and_exported_and_the_same_seed_gives_the_same_points(
    options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = tmp_path / "one.csv", tmp_path / "other.csv"
    assert main(["map", *options, "--out", str(one), "--page", str(tmp_path / "map.html"), "--trust"]) == 0
    printed = answer(capsys).splitlines()
    assert printed[0].startswith("120 points, ")
    assert printed[1].startswith("trustworthiness 0.")
    assert main(["map", *options, "--out", str(other), "--quiet"]) == 0
    assert one.read_bytes() == other.read_bytes()

    rows = list(csv.DictReader(one.read_text().splitlines()))
    assert list(rows[0]) == ["document_id", "passage_id", "x", "y", "cluster_id", "strength", "cluster_name"]
    found = {
        (row["document_id"].split("-")[0], row["cluster_id"]) for row in rows if row["cluster_id"] != "-1"
    }
    assert {topic for topic, _ in found} == {"river", "train", "bread"}
    assert len(found) == len({cluster for _, cluster in found})  # no cluster holds two topics
    page = (tmp_path / "map.html").read_text()
    assert "river" in page
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_clusters_are_listed_merged_split_renamed_and_brought_back(
    options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["map", *options, "--json"]) == 0
    found = json.loads(answer(capsys))["clusters"]
    assert main(["clusters", *options, "--merge", "0", "1", "--json"]) == 0
    merged = json.loads(answer(capsys))
    assert [cluster["made_by_user"] for cluster in merged] == [True, *[False] * (len(found) - 2)]
    assert merged[0]["size"] == found[0]["size"] + found[1]["size"]
    assert main(["clusters", *options, "--rename", "0", "Town life"]) == 0
    assert "Town life" in answer(capsys)
    assert main(["clusters", *options, "--undo", "--json"]) == 0
    back = json.loads(answer(capsys))
    assert [cluster["size"] for cluster in back] == [cluster["size"] for cluster in found]
    assert main(["clusters", *options, "--history"]) == 0
    assert "merged" in answer(capsys)
    assert main(["clusters", *options, "--merge", "0", "7"]) == 1
    assert "no cluster 7" in capsys.readouterr().err


def test_clusters_can_be_previewed_found_again_and_reach_for_noise(
    options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["map", *options, "--quiet"]) == 0
    answer(capsys)
    assert main(["clusters", *options, "--preview", "--json"]) == 0
    previews = json.loads(answer(capsys))
    sizes = [preview["min_cluster_size"] for preview in previews]
    assert sizes == sorted(set(sizes))
    chosen = previews[-1]
    assert main(["clusters", *options, "--min-cluster-size", str(chosen["min_cluster_size"]), "--json"]) == 0
    assert len(json.loads(answer(capsys))) == chosen["clusters"]
    assert main(["clusters", *options, "--reach", "1"]) == 0
    assert answer(capsys).splitlines()[-1].split() in (["-1", "0", "noise"], ["-1", "120", "noise"])
    assert main(["clusters", *options, "--reach", "0", "--tree"]) == 0
    assert answer(capsys).splitlines()[-1].startswith("noise  (")


def test_what_is_added_is_placed_and_nothing_moves(workspace: Workspace, place: Path) -> None:
    before = finish(workspace.build_map("Town"))
    write_table(place / "more.jsonl", TOPICS[:1], first=EACH, count=6)
    try:
        finish(workspace.index("Town", [source_from_path(place / "more.jsonl")]))
        after = workspace.map("Town")
        assert after is not None
        assert after.unmapped == 0
        assert after.is_new.sum() == after.drift.placed == 6
        np.testing.assert_array_equal(after.xy[~after.is_new], before.xy)
        keys = workspace.document_keys("Town", after.document_ids.tolist())
        theirs = {int(cluster) for cluster in after.cluster_ids[after.is_new]} - {-1}
        topics = {
            key.split("-")[0]
            for key, cluster in zip(keys, after.cluster_ids, strict=True)
            if cluster in theirs
        }
        assert topics <= {"river"}
        anew = finish(workspace.build_map("Town", aligned=True))
        assert not len(anew.is_new)
        assert len(anew.passage_ids) == 126
    finally:
        source = next(one for one in workspace.corpus("Town").sources if one.path.endswith("more.jsonl"))
        workspace.remove_source("Town", source.id)


def test_a_query_gets_its_place_among_the_passages_nearest_to_it(workspace: Workspace) -> None:
    assert workspace.place_query("Town", "river") is not None
    data = finish(workspace.build_map("Town"))
    found = workspace.place_query("Town", "train fast school")
    assert found is not None
    rows = np.searchsorted(data.passage_ids, found.neighbours)
    nearest = data.xy[rows[:5]]
    assert np.linalg.norm(nearest - (found.x, found.y), axis=1).min() < np.ptp(data.xy, axis=0).max() / 10
    keys = workspace.document_keys("Town", data.document_ids[rows[:3]].tolist())
    assert {key.split("-")[0] for key in keys} == {"train"}


def test_columns_and_views_and_stability_come_with_the_map(workspace: Workspace) -> None:
    data = finish(workspace.build_map("Town"))
    assert {"label", "date"} <= {name for name, _ in workspace.map_columns("Town")}
    label = finish(workspace.map_column("Town", "label"))
    assert sorted(label.names) == ["bread", "river", "train"]
    np.testing.assert_array_equal(label.passage_ids, data.passage_ids)
    days = finish(workspace.map_column("Town", "date")).values
    assert days.min() == 14730  # 1 May 2010
    view = MapView("Harbour", 1.0, 2.0, 3.0)
    assert workspace.keep_map_view("Town", view) == workspace.map_views("Town") == (view,)
    assert workspace.forget_map_view("Town", "Harbour") == ()
    measured = finish(workspace.measure_stability("Town"))
    assert [0 <= (cluster.stability or -1) <= 1 for cluster in measured.clusters] == [True] * len(
        data.clusters
    )


def test_clusters_that_were_changed_meanwhile_do_not_get_the_stability_of_others(
    workspace: Workspace,
) -> None:
    finish(workspace.build_map("Town"))
    steps = workspace.measure_stability("Town")
    next(steps)
    finish(workspace.merge_clusters("Town", [0, 1]))
    with pytest.raises(CorpusError, match="changed while they were measured"):
        finish(steps)
    left = finish(workspace.undo_cluster_edit("Town"))
    assert all(cluster.stability is None for cluster in left.clusters)


def test_without_a_map_a_sentence_says_so(
    options: list[str], capsys: pytest.CaptureFixture[str], place: Path
) -> None:
    with Workspace(place / "library", device="cpu", encoder=str(place / "tiny")) as workspace:
        workspace.create("Empty")
    elsewhere = [*options[:-1], "Empty"]
    for command in (["clusters"], ["clusters", "--preview"], ["clusters", "--merge", "0", "1"]):
        assert main([*command, *elsewhere]) == 1
        assert "has no map yet" in capsys.readouterr().err
