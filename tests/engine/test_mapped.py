"""Measures and columns of a stored map: what is read for them, and which passages they are of."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.corpus import Corpus
from engine.map.columns import map_column, map_columns
from engine.map.mapped import read_mapped
from engine.map.mapping import MapResult, make_map
from engine.map.stability import stability_of
from engine.map.trust import measure_trust, trust_of
from engine.map.worker import MapWorker
from engine.progress import Progress, Steps, finish
from indexes.catalogue import Catalogue
from indexes.errors import QueryError, TooSmall
from indexes.records import Cluster, Projection, Source
from tests.engine.test_mapping import topics
from tests.indexes import making

N = 120
GROUPS = 3


class Here(MapWorker):
    """Does its work in this process, which spares starting another; closed in the middle it is not."""

    def run(self, task: Callable[..., Any], *arguments: Any, **settings: Any) -> Steps[Any]:
        told: list[Progress] = []
        result = task(*arguments, **settings, report=told.append)
        yield from told
        return result


@pytest.fixture
def worker(tmp_path: Path) -> MapWorker:
    return Here(tmp_path)


@pytest.fixture(scope="module")
def made() -> tuple[np.ndarray, MapResult]:
    """Return vectors around three centres, as the catalogue keeps them, and their map."""
    vectors = topics(N, GROUPS)[0].astype(np.float16)
    return vectors, make_map(vectors)


@pytest.fixture
def corpus(tmp_path: Path, made: tuple[np.ndarray, MapResult]) -> Iterator[Corpus]:
    """A map of 120 passages made with one encoder; another one has embedded some of them since."""
    vectors, result = made
    with making.new(tmp_path) as catalogue:
        for number in range(N):
            zone = {"zone": "ab"[number % 2]}
            making.put(
                catalogue, f"{number:03}", making.document(f"{number:03}", f"Text {number}.", metadata=zone)
            )
        hashes = [making.text_hash(f"Text {number}.") for number in range(N)]
        catalogue.add_embeddings("first", hashes, vectors.astype(np.float32))
        run_id = catalogue.add_run("map", "first", {}, 0, {}, {})
        sizes = np.bincount(result.cluster_ids[result.cluster_ids >= 0])
        projection = Projection(
            run_id,
            catalogue.passage_ids(),
            result.xy,
            result.cluster_ids,
            result.strengths,
            result.parameters,
            result.part_ids,
            result.nearest_ids,
            result.nearness,
        )
        catalogue.save_map(
            projection, [Cluster(n, int(size), (), f"C{n}", ()) for n, size in enumerate(sizes)]
        )
        catalogue.add_embeddings("second", hashes[:5], np.ones((5, 3), np.float32))
    with Corpus.open(tmp_path) as corpus:
        yield corpus


def test_trust_is_measured_against_what_the_map_was_made_from(
    corpus: Corpus, worker: MapWorker, made: tuple[np.ndarray, MapResult]
) -> None:
    vectors, result = made
    found = finish(trust_of(corpus, worker, 5))
    expected = measure_trust(vectors, result.xy, result.cluster_ids, k=5)
    assert found.passage_ids.tolist() == corpus.catalogue.passage_ids().tolist()
    assert found.k == 5
    assert found.false.tolist() == expected.false.tolist()
    assert found.missing.tolist() == expected.missing.tolist()
    assert found.trustworthiness == pytest.approx(expected.trustworthiness, abs=1e-6)
    assert found.continuity == pytest.approx(expected.continuity, abs=1e-6)
    assert len(found.by_cluster) == GROUPS


def test_passages_that_are_gone_are_left_out(corpus: Corpus, worker: MapWorker) -> None:
    """With them goes one whole cluster, which stays in its place without a number."""
    projection = read_mapped(corpus).projection
    last = projection.cluster_ids == GROUPS - 1
    with corpus.writing() as catalogue:
        for number in np.flatnonzero(last):
            making.put(catalogue, f"{number:03}")
    found = finish(trust_of(corpus, worker, 5))
    assert found.passage_ids.tolist() == projection.passage_ids[~last].tolist()
    assert len(found.false) == np.count_nonzero(~last)
    assert np.isnan(found.by_cluster).any(axis=1).tolist() == [False, False, True]
    assert np.isnan(finish(stability_of(corpus, worker, rounds=1))).tolist() == [False, False, True]


def test_stability_is_measured_without_what_the_reach_takes_in(corpus: Corpus, worker: MapWorker) -> None:
    """The noise that a reach gives to the first cluster does not make it less stable."""
    before = finish(stability_of(corpus, worker, rounds=1))
    assert len(before) == GROUPS
    assert min(before) > 0.9
    projection = read_mapped(corpus).projection
    noise = projection.cluster_ids < 0
    taken = np.where(noise, 0, projection.cluster_ids).astype(np.int32)
    with corpus.writing() as catalogue:
        _, clusters = catalogue.latest_map() or (None, [])
        catalogue.update_map(
            Projection(
                projection.run_id,
                projection.passage_ids,
                projection.xy,
                taken,
                projection.strengths,
                projection.parameters,
                projection.part_ids,
                projection.nearest_ids,
                projection.nearness,
            ),
            clusters,
        )
    assert finish(stability_of(corpus, worker, rounds=1)) == before


def test_without_a_map_there_is_nothing_to_measure(tmp_path: Path, worker: MapWorker) -> None:
    making.new(tmp_path).close()
    with Corpus.open(tmp_path) as corpus:
        for steps in (trust_of(corpus, worker), stability_of(corpus, worker)):
            with pytest.raises(TooSmall, match="“Notes” has no map yet"):
                finish(steps)


def test_cancelling_a_measure_ends_the_worker_and_the_next_one_works(
    corpus: Corpus, pytestconfig: pytest.Config
) -> None:
    assert pytestconfig.cache is not None
    worker = MapWorker(pytestconfig.cache.mkdir("numba"))
    try:
        steps = stability_of(corpus, worker, rounds=50)
        for progress in steps:
            if progress.step == "Measuring stability" and progress.done:
                break
        steps.close()
        assert worker.pid is None
        assert len(finish(trust_of(corpus, worker)).by_cluster) == GROUPS
    finally:
        worker.close()


def test_a_column_is_of_all_passages_by_rising_id(corpus: Corpus) -> None:
    assert map_columns(corpus.catalogue) == (("zone", "category"),)
    column = finish(map_column(corpus.folder / "catalogue.db", "zone"))
    assert (column.column, column.kind, column.names) == ("zone", "category", ("a", "b"))
    assert column.passage_ids.tolist() == corpus.catalogue.passage_ids().tolist()
    assert column.ids.tolist() == [0, 1] * (N // 2)
    assert len(column.values) == 0


def test_an_unknown_column_is_a_sentence_also_from_beside(corpus: Corpus) -> None:
    with pytest.raises(QueryError, match="No document of this corpus has a column"):
        finish(map_column(corpus.folder / "catalogue.db", "colour"))


def test_a_date_column_has_days(tmp_path: Path) -> None:
    with making.new(tmp_path) as catalogue:
        catalogue.add_source(Source("folder", "/notes"))
        for key, day in (("a", "1970-01-02"), ("b", "1970-02-01")):
            making.put(catalogue, key, making.document(key, "One. Two.", metadata={"date": day}))
    with Catalogue.open(tmp_path / "catalogue.db") as catalogue:
        assert map_columns(catalogue) == (("date", "date"),)
    assert finish(map_column(tmp_path / "catalogue.db", "date")).values.tolist() == [1.0, 1.0, 31.0, 31.0]
