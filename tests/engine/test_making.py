"""Making a map of a corpus, finding its clusters again, and loading it; whatever happens, the old map is kept."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.corpus import Corpus
from engine.map import edits
from engine.map.making import build_map, load_map, place_new, preview_clusters, recluster
from engine.map.records import MapData
from engine.map.worker import MapWorker
from engine.progress import finish
from indexes.errors import AsterismError, CorpusError, ModelError, TooSmall
from tests.engine.map_corpora import Told, add_passages, found, new_corpus, remove_passages, told

TOPICS = "0000000 111111 22222 3333 45"
FOUND = "0000000 111111 22222 3333 .."


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with new_corpus(tmp_path, TOPICS) as opened:
        yield opened


@pytest.fixture
def worker(pytestconfig: pytest.Config) -> Iterator[MapWorker]:
    assert pytestconfig.cache is not None
    worker = MapWorker(pytestconfig.cache.mkdir("numba"))
    yield worker
    worker.close()


def same_map(one: MapData | None, other: MapData | None) -> bool:
    """Say whether two maps are the same to the bit."""
    assert one is not None
    assert other is not None
    arrays = ("passage_ids", "xy", "cluster_ids", "strengths", "part_ids", "nearest_ids", "nearness")
    return all(getattr(one, name).tobytes() == getattr(other, name).tobytes() for name in arrays) and (
        one.clusters,
        one.branches,
        one.parts,
        one.parameters,
    ) == (other.clusters, other.branches, other.parts, other.parameters)


def test_a_map_is_stored_with_all_that_was_found(corpus: Corpus) -> None:
    assert load_map(corpus) is None
    clustering = found(
        FOUND,
        parts="0000111 ...... ..... .... ..",
        nearest="0000000 111111 22222 3333 31",
        branches=((-1, (0, 1)),),
    )
    data = finish(build_map(corpus, Told(clustering), seed=7))
    assert data.passage_ids.tolist() == list(range(1, 25))
    assert data.xy[:3].tolist() == [[0, 0], [1, 0], [2, 0]]
    assert told(data.cluster_ids) == FOUND.replace(" ", "")
    assert told(data.part_ids) == "0000111" + 17 * "."
    assert told(data.nearest_ids)[-2:] == "31"
    assert data.nearness.tolist()[-2:] == [0.5, 0]
    assert [cluster.size for cluster in data.clusters] == [7, 6, 5, 4]
    assert [cluster.exemplars for cluster in data.clusters] == [(1,), (8,), (14,), (19,)]
    assert [cluster.branch for cluster in data.clusters] == [0, 0, -1, -1]
    assert [(branch.size, branch.clusters) for branch in data.branches] == [(13, (0, 1))]
    assert [(part.cluster, part.size) for part in data.parts] == [(0, 4), (0, 3)]
    assert all(one.name for one in (*data.clusters, *data.branches, *data.parts))
    words = " ".join(data.clusters[0].keywords).split()
    assert words
    assert set(words) <= {"harbour", "tide", "boat", "anchor", "sail"}
    assert (data.parameters["seed"], data.parameters["last_passage"]) == (7, 24)
    assert (data.unmapped, data.is_new.tolist(), data.drift.placed) == (0, [], 0)
    run = corpus.catalogue.runs("map")[0]
    assert (run.seed, run.counts) == (7, {"passages": 24, "clusters": 4})


def test_passages_that_went_are_off_the_map_and_sizes_follow(corpus: Corpus) -> None:
    add_passages(corpus, "second", "000")
    branches = ((-1, (0, 1)),)
    parts = "0111111 ...... ..... .... .. 000"
    finish(build_map(corpus, Told(found(FOUND + "000", parts=parts, branches=branches))))
    remove_passages(corpus, "first")
    data = load_map(corpus)
    assert data is not None
    assert data.passage_ids.tolist() == [25, 26, 27]
    assert [cluster.size for cluster in data.clusters] == [3, 0, 0, 0]
    assert [cluster.exemplars for cluster in data.clusters] == [(25,), (), (), ()]
    assert [branch.size for branch in data.branches] == [3]
    assert [part.size for part in data.parts] == [0, 3]
    assert data.drift.gone == 24


def test_other_clusters_on_the_same_points(corpus: Corpus) -> None:
    worker = Told(found(FOUND), found("0000000 000000 11111 1111 22"))
    before = finish(build_map(corpus, worker))
    data = finish(recluster(corpus, worker, 2))
    assert data.xy.tobytes() == before.xy.tobytes()
    assert told(data.cluster_ids) == "0000000000000" + "111111111" + "22"
    assert (data.parameters["seed"], data.parameters["hdbscan"]) == (0, {"min_cluster_size": 2})
    assert len(corpus.catalogue.runs("map")) == 1
    assert all(cluster.keywords and cluster.exemplars for cluster in data.clusters)


def test_a_cluster_that_stayed_keeps_what_is_known_of_it(corpus: Corpus) -> None:
    worker = Told(found(FOUND), found("1111111 000000 00000 2222 .."))
    before = finish(build_map(corpus, worker))
    with corpus.noting() as catalogue:
        catalogue.set_stabilities([0.9, 0.8, 0.7, 0.6])
    data = finish(recluster(corpus, worker))
    assert [cluster.stability for cluster in data.clusters] == [None, 0.9, 0.6]
    assert [cluster.name for cluster in data.clusters[1:]] == [
        before.clusters[0].name,
        before.clusters[3].name,
    ]


def test_passages_that_went_stay_out_of_new_clusters(corpus: Corpus) -> None:
    add_passages(corpus, "second", "000111")
    finish(build_map(corpus, Told(found(FOUND + "000111"))))
    remove_passages(corpus, "first")
    worker = Told(found("000111"))
    data = finish(recluster(corpus, worker))
    assert (data.passage_ids.tolist(), told(data.cluster_ids)) == (list(range(25, 31)), "000111")
    assert [cluster.size for cluster in data.clusters] == [3, 3]


def test_new_passages_are_placed_and_marked_until_the_map_is_made_anew(corpus: Corpus) -> None:
    before = finish(build_map(corpus, Told(found(FOUND))))
    assert finish(place_new(corpus)) is not None
    add_passages(corpus, "second", "1120")
    data = finish(place_new(corpus))
    assert data is not None
    assert told(data.cluster_ids) == FOUND.replace(" ", "") + "1120"
    assert data.xy[:24].tobytes() == before.xy.tobytes()
    assert data.is_new.tolist() == [False] * 24 + [True] * 4
    assert (data.drift.placed, data.drift.gone, data.unmapped) == (4, 0, 0)
    assert [cluster.size for cluster in data.clusters] == [8, 8, 6, 4]
    again = finish(build_map(corpus, Told(found(FOUND + "1120"))))
    assert again.is_new.tolist() == []


def test_an_aligned_map_begins_where_the_old_one_is(corpus: Corpus) -> None:
    finish(build_map(corpus, Told(found(FOUND))))
    with corpus.writing() as catalogue:  # the old map stands upright
        latest = catalogue.latest_map()
        assert latest is not None
        catalogue._database._connection.execute(
            "UPDATE maps SET xy = ?", (latest[0].xy[:, ::-1].astype("<f4").tobytes(),)
        )
    old = load_map(corpus)
    assert old is not None
    worker = Told(found(FOUND))
    finish(build_map(corpus, worker, aligned=True))
    assert worker.asked[0]["start"].tolist() == old.xy.tolist()
    worker = Told(found(FOUND))
    data = finish(build_map(corpus, worker))
    assert worker.asked[0]["start"] is None
    assert data.xy[2].tolist() == [2, 0]


def test_a_size_that_was_asked_for_reaches_the_worker(corpus: Corpus) -> None:
    worker = Told(found(FOUND))
    finish(build_map(corpus, worker, seed=3, fast=True, min_cluster_size=4))
    asked = worker.asked[0]
    assert (asked["seed"], asked["fast"], asked["min_cluster_size"]) == (3, True, 4)


def test_a_name_given_while_the_map_is_made_is_on_the_new_one(corpus: Corpus) -> None:
    finish(build_map(corpus, Told(found(FOUND))))
    steps = build_map(corpus, Told(found(FOUND)))
    for progress in steps:
        if progress.step == "Naming clusters":
            edits.rename_cluster(corpus, 2, "Baking")
            edits.set_reach(corpus, 1)
            break
    data = finish(steps)
    assert (data.clusters[2].name, data.parameters["reach"]) == ("Baking", 1)
    assert told(data.cluster_ids)[-2:] == "00"


def test_closing_the_steps_anywhere_keeps_the_old_map(corpus: Corpus) -> None:
    before = finish(build_map(corpus, Told(found(FOUND))))
    other = "0000000 000000 11111 1111 .."
    count = sum(1 for _ in build_map(corpus, Told(found(other)))) - 1
    finish(build_map(corpus, Told(found(FOUND))))
    assert count > 2
    for stop in range(count):
        steps = build_map(corpus, Told(found(other)))
        for _ in range(stop + 1):
            next(steps)
        steps.close()
        assert same_map(load_map(corpus), before)


def test_a_map_that_is_replaced_meanwhile_is_not_overwritten(corpus: Corpus) -> None:
    finish(build_map(corpus, Told(found(FOUND))))
    steps = recluster(corpus, Told(found("0000000 000000 11111 1111 ..")))
    next(steps)
    newer = finish(build_map(corpus, Told(found(FOUND))))
    with pytest.raises(CorpusError, match="changed meanwhile"):
        finish(steps)
    assert same_map(load_map(corpus), newer)


def test_without_embeddings_there_is_a_sentence(tmp_path: Path) -> None:
    with new_corpus(tmp_path, "") as corpus:
        with pytest.raises(TooSmall, match="no embedded passages yet"):
            finish(build_map(corpus, Told()))
        assert finish(place_new(corpus)) is None
        with pytest.raises(CorpusError, match="no map yet"):
            finish(preview_clusters(corpus, Told()))


def test_a_broken_model_is_named_and_the_old_map_kept(corpus: Corpus, worker: MapWorker) -> None:
    before = finish(build_map(corpus, Told(found(FOUND))))
    add_passages(corpus, "second", "01")
    with corpus.writing() as catalogue:
        catalogue._database._connection.execute(
            "UPDATE embeddings SET vector = ? WHERE id = 25", (np.full(8, np.nan, "<f2").tobytes(),)
        )
    with pytest.raises(ModelError, match="1 of 26 embeddings are no numbers"):
        finish(build_map(corpus, worker))
    kept = load_map(corpus)
    assert kept is not None
    assert (kept.xy.tobytes(), kept.clusters, kept.unmapped) == (before.xy.tobytes(), before.clusters, 2)


def test_a_worker_that_dies_is_a_sentence_and_the_old_map_is_kept(corpus: Corpus, worker: MapWorker) -> None:
    before = finish(build_map(corpus, Told(found(FOUND))))
    for steps in (build_map(corpus, worker), recluster(corpus, worker)):
        for progress in steps:
            if worker.pid is not None and progress.step != "Reading embeddings":
                os.kill(worker.pid, signal.SIGTERM)
                break
        with pytest.raises(AsterismError, match="ended unexpectedly"):
            finish(steps)
        assert same_map(load_map(corpus), before)


def test_the_same_corpus_gives_the_same_map_and_the_same_clusters_again(
    tmp_path: Path, worker: MapWorker
) -> None:
    with new_corpus(tmp_path, 30 * "0123") as corpus:
        first = finish(build_map(corpus, worker, seed=5))
        assert len(first.clusters) == 4
        second = finish(build_map(corpus, worker, seed=5))
        assert same_map(first, second)
        again = finish(recluster(corpus, worker))
        assert told(again.cluster_ids) == told(first.cluster_ids)
        assert again.clusters == first.clusters
        previews = finish(preview_clusters(corpus, worker))
        usual = first.parameters["hdbscan"]["min_cluster_size"]
        assert [preview.clusters for preview in previews if preview.min_cluster_size == usual] == [4]
        fewer = finish(recluster(corpus, worker, 60))
        assert len(fewer.clusters) < 4
        assert fewer.parameters["hdbscan"]["min_cluster_size"] == 60


def test_what_the_user_did_survives_a_map_of_another_seed(tmp_path: Path, worker: MapWorker) -> None:
    with new_corpus(tmp_path, 30 * "0123") as corpus:
        data = finish(build_map(corpus, worker, seed=1))
        sea, space = (int(data.cluster_ids[row]) for row in (0, 1))
        finish(edits.merge_clusters(corpus, [sea, space]))
        edits.rename_cluster(corpus, 0, "Blue and black")
        edits.colour_cluster(corpus, 0, "#001133")
        data = finish(build_map(corpus, worker, seed=2))
        assert [cluster.made_by_user for cluster in data.clusters] == [True, False, False]
        assert (data.clusters[0].name, data.clusters[0].colour) == ("Blue and black", "#001133")
        in_merged = np.flatnonzero(data.cluster_ids == 0)
        assert len(in_merged) > 50
        assert set((in_merged % 4).tolist()) == {0, 1}
        data = finish(edits.undo_cluster_edit(corpus))
        assert len(data.clusters) == 4


@pytest.mark.parametrize("topics", ["0", "00", "01" * 7, "0" * 50])
def test_a_few_passages_make_a_map_with_a_note(tmp_path: Path, worker: MapWorker, topics: str) -> None:
    with new_corpus(tmp_path, topics) as corpus:
        data = finish(build_map(corpus, worker))
        assert data.passage_ids.tolist() == list(range(1, len(topics) + 1))
        assert np.isfinite(data.xy).all()
        assert data.clusters or data.note
        assert len(edits.set_reach(corpus, 1).passage_ids) == len(topics)
