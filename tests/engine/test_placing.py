"""Placing what is new on a map as it is, worked out by hand, and stored beside a small corpus with a real index."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.corpus import Corpus
from engine.map.mapping import make_map
from engine.map.placing import Placed, grain_of, memberships, place, place_new, place_query
from engine.progress import finish
from indexes.catalogue import Catalogue
from indexes.errors import CorpusBusy
from indexes.records import Cluster, Projection
from tests.engine.test_mapping import topics
from tests.indexes.making import document, put

Floats = NDArray[np.float32]

ID = "e"
DIM = 8

TWO_ISLANDS = Projection(
    run_id=1,
    passage_ids=np.array([1, 2, 3, 4, 5, 6], np.int64),
    xy=np.array([[0, 0], [1, 0], [0, 1], [100, 0], [101, 0], [50, 80]], np.float32),
    cluster_ids=np.array([0, 0, 0, 1, 1, -1], np.int32),
    strengths=np.array([1, 0.5, 0.75, 1, 1, 0], np.float32),
    parameters={},
    part_ids=np.array([-1, 0, 0, 1, 1, -1], np.int32),
    nearest_ids=np.array([0, 0, 0, 1, 1, 1], np.int32),
    nearness=np.array([1, 1, 1, 1, 1, 0.25], np.float32),
)
"""Three points and two points that are clusters, far apart, and one point of noise."""


def placed(rows: Sequence[int], distances: Sequence[float], ground: Projection = TWO_ISLANDS) -> Placed:
    return place(ground, np.array([rows]), np.array([distances], np.float32), 2.0)


def test_memberships_fall_from_the_nearest_and_add_up_to_the_logarithm_of_their_number() -> None:
    distances = np.array([[0.1, 0.2, 0.3, 0.5, 0.9, 1, 1, 1.2], [0.4, 0.41, 0.42, 0.43, 0.5, 0.6, 0.7, 0.8]])
    weights = memberships(distances.astype(np.float32))
    np.testing.assert_allclose(weights.sum(axis=1), [3, 3], atol=1e-4)  # log2 of 8
    np.testing.assert_array_equal(weights[:, 0], [1, 1])
    assert (np.diff(weights, axis=1) <= 0).all()
    # Falling as exp(-(d - nearest) / scale): the logarithms are in proportion to the distances.
    logs = np.log(weights[0, 1:]) / (distances[0, 1:] - distances[0, 0])
    np.testing.assert_allclose(logs, logs[0], rtol=1e-3)


def test_a_neighbour_that_is_not_there_does_not_count() -> None:
    weights = memberships(np.array([[0.1, 0.3, np.inf]], np.float32))
    assert weights[0, 2] == 0
    assert np.isfinite(weights).all()


def test_a_passage_between_two_islands_lies_on_the_one_that_more_of_it_is_like() -> None:
    there = placed(
        [3, 0, 1, 2], [0.30, 0.31, 0.31, 0.31]
    )  # the mean of these lies at (25, 0), in empty water
    x, y = there.xy[0]
    assert 0 <= x <= 1
    assert 0 <= y <= 1
    assert there.cluster_ids.tolist() == [0]
    assert there.nearest_ids.tolist() == [0]
    assert there.nearness.tolist() == [1]
    assert there.part_ids.tolist() == [0]  # two of the three are in it


def test_strength_is_the_mean_of_the_neighbours_that_count() -> None:
    there = placed([1, 2], [0.3, 0.3])  # as near: of equal weight, and as close to the densest as grain says
    close = np.exp(-(1**2 + 1**2) / (2 * 2.0**2))
    assert there.strengths[0] == pytest.approx((0.5 + 0.75 * close) / (1 + close))
    assert there.xy[0].tolist() == pytest.approx([1 / (1 + close), close / (1 + close)])


def test_a_copy_lies_where_the_original_lies() -> None:
    there = placed([1, 3, 4, 0], [0.0, 0.01, 0.01, 0.01])
    assert there.xy.tolist() == [[1, 0]]
    assert there.cluster_ids.tolist() == [0]
    assert there.strengths.tolist() == [0.5]
    assert there.part_ids.tolist() == [0]


def test_among_noise_it_is_noise_that_is_near_to_what_that_noise_is_near_to() -> None:
    there = placed([5, 3], [0.1, 0.6])
    assert there.xy.tolist() == [[50, 80]]
    assert there.cluster_ids.tolist() == [-1]
    assert there.strengths.tolist() == [0]
    assert there.part_ids.tolist() == [-1]
    assert there.nearest_ids.tolist() == [1]
    assert there.nearness.tolist() == [0.25]


def test_clusters_that_reach_farther_take_new_noise_in_and_weak_members_out() -> None:
    wide = replace(
        TWO_ISLANDS, cluster_ids=np.array([0, 0, 0, 1, 1, 1], np.int32), parameters={"reach": 0.75}
    )
    there = placed([5, 3], [0.1, 0.6], wide)
    assert (there.cluster_ids.tolist(), there.strengths.tolist()) == ([1], [0])
    assert (there.nearest_ids.tolist(), there.nearness.tolist()) == ([1], [0.25])
    narrow = replace(TWO_ISLANDS, cluster_ids=np.full(6, -1, np.int32), parameters={"reach": -0.6})
    assert placed([1, 2], [0.0, 0.3], narrow).cluster_ids.tolist() == [-1]
    assert placed([2, 1], [0.0, 0.3], narrow).cluster_ids.tolist() == [0]


def test_a_map_that_knows_nothing_of_parts_gives_none() -> None:
    none: NDArray[np.int32] = np.zeros(0, np.int32)
    plain = replace(TWO_ISLANDS, part_ids=none, nearest_ids=none, nearness=np.zeros(0, np.float32))
    there = placed([0, 1], [0.2, 0.3], plain)
    assert there.cluster_ids.tolist() == [0]
    assert (len(there.part_ids), len(there.nearest_ids), len(there.nearness)) == (0, 0, 0)


def test_the_grain_is_the_distance_of_the_fifteenth_point() -> None:
    lattice = np.stack(np.meshgrid(np.arange(50), np.arange(50)), axis=-1).reshape(-1, 2)
    # Around a point of a lattice lie 4 at 1, 4 at √2, 4 at 2 and 8 at √5.
    assert grain_of(lattice.astype(np.float32)) == pytest.approx(np.sqrt(5))
    copies = np.vstack([lattice, np.tile(lattice[:1], (2_400, 1))]).astype(np.float32)
    assert grain_of(copies) == pytest.approx(np.sqrt(5))
    assert grain_of(np.zeros((40, 2), np.float32)) > 0


def test_the_grain_of_a_large_map_is_told_from_some_of_its_points() -> None:
    rng = np.random.default_rng(0)
    xy = rng.uniform(0, 300, size=(90_000, 2)).astype(np.float32)  # one point a unit of area
    assert grain_of(xy) == pytest.approx(np.sqrt(15 / np.pi), rel=0.1)  # a circle that holds 15


def test_a_query_lies_among_its_neighbours_on_the_map() -> None:
    ids = np.array([4, 99, 5, 1], np.int64)
    found = place_query(TWO_ISLANDS, ids, np.array([0.8, 0.79, 0.7, 0.1], np.float32), near=True)
    assert found is not None
    assert 100 <= found.x <= 101
    assert found.y == 0
    assert found.near
    assert found.neighbours == (4, 5, 1)  # 99 is not on the map
    alone = place_query(TWO_ISLANDS, np.array([2]), np.array([0.5], np.float32), near=False)
    assert alone is not None
    assert (alone.x, alone.y, alone.near, alone.spread) == (1, 0, False, 0)


def test_the_spread_of_a_query_is_large_when_its_neighbours_are_scattered() -> None:
    cosines = np.array([0.5, 0.5], np.float32)
    together = place_query(TWO_ISLANDS, np.array([1, 2]), cosines, near=True)
    scattered = place_query(TWO_ISLANDS, np.array([1, 4]), cosines, near=True)
    assert together is not None
    assert scattered is not None
    assert together.spread < 1
    assert scattered.spread == pytest.approx(50)  # at one of two, of equal weight and 100 apart


def test_a_query_with_no_neighbour_on_the_map_has_no_place() -> None:
    assert place_query(TWO_ISLANDS, np.array([77]), np.array([0.9], np.float32), near=True) is None


def test_held_out_passages_fall_into_the_cluster_of_their_topic() -> None:
    vectors, topic = topics(440, 6)
    made = make_map(vectors[:400])
    ground = Projection(
        0,
        np.arange(400),
        made.xy,
        made.cluster_ids,
        made.strengths,
        {},
        made.part_ids,
        made.nearest_ids,
        made.nearness,
    )
    distances = 1 - vectors[400:] @ vectors[:400].T
    rows = np.argsort(distances, axis=1)[:, :15]
    found = place(ground, rows, np.take_along_axis(distances, rows, axis=1), grain_of(made.xy))
    commonest = [np.bincount(topic[:400][made.cluster_ids == cluster]).argmax() for cluster in range(6)]
    members = found.cluster_ids >= 0
    assert members.mean() > 0.9
    np.testing.assert_array_equal(np.array(commonest)[found.cluster_ids[members]], topic[400:][members])
    apart = np.linalg.norm(found.xy[:, None] - made.xy, axis=2).min(axis=1)
    assert apart.max() < 2 * grain_of(made.xy)


# Beside a corpus


def topic_vector(number: int) -> Floats:
    """Return the unit vector (DIM,) of text `number`: near the axis of its topic, the number's last digit below 4."""
    vector = 0.2 * np.random.default_rng(number).normal(size=DIM)
    vector[number % 4] += 1
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def add(catalogue: Catalogue, numbers: Sequence[int]) -> None:
    """Store and embed a file for each number, its one passage `Text <number>.`."""
    for number in numbers:
        put(catalogue, f"{number}.txt", document(f"{number}.txt", f"Text {number}."))
    missing = catalogue.missing_embeddings(ID, 1_000)
    vectors = np.stack([topic_vector(int(text.strip(".").split()[1])) for _, text in missing])
    catalogue.add_embeddings(ID, [text_hash for text_hash, _ in missing], vectors)


def map_it(catalogue: Catalogue, numbers: Sequence[int]) -> None:
    """Store a map of the corpus: topic t is cluster t, around (10 t, 0)."""
    ids, _ = catalogue.embeddings(ID)
    topics = np.array(numbers) % 4
    noise = np.random.default_rng(0).normal(size=(len(ids), 2))
    xy = (np.stack([10 * topics, 0 * topics], axis=1) + noise).astype(np.float32)
    run_id = catalogue.add_run("map", ID, {}, 0, {}, {})
    whole = np.ones(len(ids), np.float32)
    labels = topics.astype(np.int32)
    parts = np.full(len(ids), -1, np.int32)
    catalogue.save_map(
        Projection(run_id, ids, xy, labels, whole, {"last_passage": int(ids.max())}, parts, labels, whole),
        [Cluster(topic, 10, ("t",), "t", ()) for topic in range(4)],
    )


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    """40 texts of four topics on a map, and 12 that came since."""
    with Catalogue.create(tmp_path / "catalogue.db", "Notes") as catalogue:
        add(catalogue, range(40))
        map_it(catalogue, range(40))
        add(catalogue, range(40, 52))
    with Corpus.open(tmp_path) as opened:
        yield opened


def stored(corpus: Corpus) -> Projection:
    latest = corpus.catalogue.latest_map()
    assert latest is not None
    return latest[0]


def test_new_passages_come_onto_the_map_and_no_point_moves(corpus: Corpus) -> None:
    before = stored(corpus)
    assert finish(place_new(corpus)) == 12
    after = stored(corpus)
    assert after.passage_ids.tolist() == corpus.catalogue.passage_ids().tolist()
    np.testing.assert_array_equal(after.xy[:40], before.xy)
    np.testing.assert_array_equal(after.cluster_ids[:40], before.cluster_ids)
    assert after.cluster_ids[40:].tolist() == [number % 4 for number in range(40, 52)]
    np.testing.assert_allclose(after.xy[40:, 0], [10 * (number % 4) for number in range(40, 52)], atol=3)
    assert after.parameters["last_passage"] == before.passage_ids[-1]
    assert after.parameters["growth"]["placed"] == 12
    assert finish(place_new(corpus)) == 0


def test_passages_placed_one_by_one_lie_where_they_would_together(tmp_path: Path) -> None:
    maps = []
    for name, steps in (
        ("together", [range(40, 46)]),
        ("one by one", [[number] for number in range(40, 46)]),
    ):
        (tmp_path / name).mkdir()
        with Catalogue.create(tmp_path / name / "catalogue.db", name) as catalogue:
            add(catalogue, range(40))
            map_it(catalogue, range(40))
        with Corpus.open(tmp_path / name) as corpus:
            for numbers in steps:
                with corpus.writing() as catalogue:
                    add(catalogue, numbers)
                finish(place_new(corpus))
            maps.append(stored(corpus))
    for column in ("passage_ids", "cluster_ids", "nearest_ids", "nearness"):
        np.testing.assert_array_equal(getattr(maps[0], column), getattr(maps[1], column))
    np.testing.assert_allclose(
        maps[0].xy, maps[1].xy, atol=1e-3
    )  # sums of float32 are not always in one order
    np.testing.assert_allclose(maps[0].strengths, maps[1].strengths, atol=1e-3)
    assert maps[0].parameters["growth"]["placed"] == maps[1].parameters["growth"]["placed"] == 6


def test_passages_that_are_gone_place_nothing(corpus: Corpus) -> None:
    with corpus.writing() as catalogue:
        for number in range(0, 40, 4):  # the whole of topic 0
            put(catalogue, f"{number}.txt")
    finish(place_new(corpus))
    after = stored(corpus)
    new = np.isin(after.passage_ids, corpus.catalogue.passage_ids()[-12:])
    assert set(after.cluster_ids[new].tolist()) <= {1, 2, 3}


def test_a_changed_sentence_moves_no_other_of_its_file(corpus: Corpus) -> None:
    with corpus.writing() as catalogue:
        put(catalogue, "1.txt", document("1.txt", "Text 1. Text 61."))
        add(catalogue, [])
    assert finish(place_new(corpus)) == 13
    before = stored(corpus)
    with corpus.writing() as catalogue:
        put(catalogue, "1.txt", document("1.txt", "Text 1. Text 62."))
        add(catalogue, [])
    assert finish(place_new(corpus)) == 1
    after = stored(corpus)
    assert after.cluster_ids[-1] == 62 % 4
    kept = np.isin(after.passage_ids, before.passage_ids)
    np.testing.assert_array_equal(after.xy[kept], before.xy)


def test_without_a_map_nothing_is_placed(tmp_path: Path) -> None:
    with Catalogue.create(tmp_path / "catalogue.db", "Notes") as catalogue:
        add(catalogue, range(3))
    with Corpus.open(tmp_path) as corpus:
        assert finish(place_new(corpus)) == 0


def test_closing_it_leaves_the_map_whole_and_the_corpus_free(corpus: Corpus) -> None:
    before = stored(corpus)
    steps = place_new(corpus)
    next(steps)
    steps.close()
    np.testing.assert_array_equal(stored(corpus).passage_ids, before.passage_ids)
    assert finish(place_new(corpus)) == 12


def test_it_waits_for_no_other_writer(corpus: Corpus) -> None:
    with Corpus.open(corpus.folder) as other, other.writing(), pytest.raises(CorpusBusy):
        finish(place_new(corpus))
