"""The vector index finds what a plain matrix product finds, and follows its catalogue."""

import shutil
from pathlib import Path

import faiss
import numpy as np
import pytest
from numpy.typing import NDArray

from indexes.catalogue import Catalogue
from indexes.errors import ModelError
from indexes.vector_codes import Codes
from indexes.vector_index import VectorIndex
from indexes.vector_rows import Rows
from tests.indexes import making

DIM = 16


def unit_vectors(count: int, seed: int) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).normal(size=(count, DIM)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def fill(catalogue: Catalogue, file: str, count: int, seed: int) -> None:
    """Store `count` passages in one file and embed them at random."""
    making.put(catalogue, file, *(making.document(f"{n}", f"{file} {n}.") for n in range(count)))
    hashes = [making.text_hash(f"{file} {n}.") for n in range(count)]
    catalogue.add_embeddings("e", hashes, unit_vectors(count, seed))


def clustered(count: int, seed: int) -> NDArray[np.float32]:
    """Return unit vectors around 20 centres, the same ones for every seed."""
    centres = unit_vectors(20, seed=77)
    chance = np.random.default_rng(seed)
    vectors = centres[chance.integers(20, size=count)] + 0.15 * chance.normal(size=(count, DIM))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def put(catalogue: Catalogue, file: str, vectors: NDArray[np.float32]) -> None:
    """Make these the vectors of the passages of a file."""
    texts = [f"{file} {len(vectors)} {n}." for n in range(len(vectors))]
    making.put(catalogue, file, *(making.document(f"{n}", text) for n, text in enumerate(texts)))
    if texts:
        catalogue.add_embeddings("e", [making.text_hash(text) for text in texts], vectors)


def coded(index: VectorIndex) -> Codes:
    """Return the quantiser of an index that has one."""
    assert index._codes is not None
    return index._codes


def full_disk(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the index quantise, code and move as early as a test can fill it."""
    for name, value in {
        "EXACT_UP_TO": 100,
        "UNCODED_UP_TO": 50,
        "MIN_CANDIDATES": 64,
        "FEW": 50,
        "DEAD_AT_LEAST": 10,
        "_BLOCK": 64,
    }.items():
        monkeypatch.setattr(f"indexes.vector_index.{name}", value)


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the list of the passages that any index is given, in their order."""
    ids: list[int] = []
    add = VectorIndex._add
    monkeypatch.setattr(
        VectorIndex, "_add", lambda self, some, v: (ids.extend(some.tolist()), add(self, some, v))
    )
    return ids


def expected(
    catalogue: Catalogue, query: NDArray[np.float32], k: int, allowed: set[int] | None = None
) -> list[int]:
    """Return the nearest passages by the plain way."""
    ids, vectors = catalogue.embeddings("e")
    cosines = vectors.astype(np.float32) @ query
    ranked = sorted(zip(-cosines, ids.tolist(), strict=True))
    return [i for _, i in ranked if allowed is None or i in allowed][:k]


def check(index: VectorIndex, catalogue: Catalogue) -> None:
    """Compare with the plain way, and the set of ids with the catalogue's."""
    assert index.ids.tolist() == catalogue.embeddings("e")[0].tolist()
    queries = unit_vectors(25, seed=99)  # over 20 queries FAISS takes another way through the data
    for some in (queries, queries[:1]):
        ids, scores = index.search(some, 5)
        for query, row, row_scores in zip(some, ids, scores, strict=True):
            assert row.tolist() == expected(catalogue, query, 5)
            np.testing.assert_allclose(index.vectors(row) @ query, row_scores, atol=1e-6)


def test_the_nearest_passages_are_those_of_the_plain_way(catalogue: Catalogue, tmp_path: Path) -> None:
    fill(catalogue, "a", 300, seed=1)
    check(VectorIndex.open(tmp_path, catalogue, "e"), catalogue)


def test_a_vectors_cosine_with_itself_is_one(catalogue: Catalogue, tmp_path: Path) -> None:
    fill(catalogue, "a", 10, seed=1)
    index = VectorIndex.open(tmp_path, catalogue, "e")
    ids, scores = index.search(index.vectors([7]), 1)
    assert ids.tolist() == [[7]]
    assert scores[0, 0] == pytest.approx(1, abs=2e-3)  # float16 keeps three digits


def test_only_allowed_passages_are_found(catalogue: Catalogue, tmp_path: Path) -> None:
    fill(catalogue, "a", 200, seed=1)
    index = VectorIndex.open(tmp_path, catalogue, "e")
    queries = unit_vectors(25, seed=5)
    allowed = {3, 50, 51, 52, 120, 199, 100_000}
    ids, scores = index.search(queries, 8, np.array(sorted(allowed)))
    for query, row, row_scores in zip(queries, ids, scores, strict=True):
        assert row[:6].tolist() == expected(catalogue, query, 8, allowed)
        assert row[6:].tolist() == [-1, -1]
        assert np.isneginf(row_scores[6:]).all()
    assert (index.search(queries, 3, [])[0] == -1).all()


def test_an_empty_index_finds_nothing_and_asking_for_more_than_there_is_gives_what_there_is(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    index = VectorIndex.open(tmp_path, catalogue, "e")
    assert (len(index), index.vectors([1]).shape, index.save()) == (0, (0, 0), True)
    assert index.search(unit_vectors(1, 0), 3)[0].tolist() == [[-1, -1, -1]]
    fill(catalogue, "a", 2, seed=1)
    index.update(catalogue)
    ids, scores = index.search(unit_vectors(1, 0), 3)
    assert sorted(ids[0].tolist()) == [-1, 1, 2]
    assert scores[0, 2] == -np.inf


def test_equal_passages_come_in_the_order_of_their_ids(catalogue: Catalogue, tmp_path: Path) -> None:
    making.put(catalogue, "a", *(making.document(f"{n}", "Same.") for n in range(6)))
    catalogue.add_embeddings("e", [making.text_hash("Same.")], unit_vectors(1, 0))
    index = VectorIndex.open(tmp_path, catalogue, "e")
    assert index.search(unit_vectors(1, 0), 6)[0].tolist() == [[1, 2, 3, 4, 5, 6]]


def test_vectors_come_in_the_order_asked_without_those_that_are_not_there(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    fill(catalogue, "a", 5, seed=1)
    index = VectorIndex.open(tmp_path, catalogue, "e")
    stored = unit_vectors(5, 1).astype(np.float16).astype(np.float32)
    np.testing.assert_array_equal(index.vectors([5, 99, 1, 5]), stored[[4, 0, 4]])
    assert 5 in index
    assert 6 not in index
    assert 0 not in index


def test_an_open_index_follows_files_that_come_change_and_go(catalogue: Catalogue, tmp_path: Path) -> None:
    fill(catalogue, "a", 50, seed=1)
    index = VectorIndex.open(tmp_path, catalogue, "e")
    assert not index.update(catalogue)
    fill(catalogue, "b", 60, seed=2)
    assert index.update(catalogue)
    check(index, catalogue)
    making.put(catalogue, "a", *(making.document(f"{n}", f"a {n}.") for n in range(10, 40)))
    index.update(catalogue)
    assert len(index) == 90
    check(index, catalogue)
    catalogue.remove_source(1)
    index.update(catalogue)
    assert len(index) == 0


def test_passages_embedded_after_younger_ones_are_found(catalogue: Catalogue, tmp_path: Path) -> None:
    making.put(catalogue, "a", *(making.document(f"{n}", f"a {n}.") for n in range(30)))
    index = VectorIndex.open(tmp_path, catalogue, "e")
    vectors = unit_vectors(30, 3)
    for start in (20, 0, 10):
        hashes = [making.text_hash(f"a {n}.") for n in range(start, start + 10)]
        catalogue.add_embeddings("e", hashes, vectors[start : start + 10])
        index.update(catalogue)
    check(index, catalogue)


def test_a_saved_index_is_loaded_and_brought_up_to_date(
    catalogue: Catalogue, tmp_path: Path, added: list[int]
) -> None:
    fill(catalogue, "a", 40, seed=1)
    VectorIndex.open(tmp_path, catalogue, "e")
    fill(catalogue, "b", 3, seed=2)
    added.clear()
    index = VectorIndex.open(tmp_path, catalogue, "e")
    assert added == [41, 42, 43], "the other forty came from the file"
    check(index, catalogue)
    assert sorted(path.suffix for path in (tmp_path / "vectors").iterdir()) == ["", ".json", ".log", ".rows"]


@pytest.mark.parametrize("name", ["header.json", "*.rows", "*.log", "*.codes"])
@pytest.mark.parametrize("damage", ["gone", "empty", "cut", "flipped", "noise"])
def test_a_damaged_file_is_made_anew(
    catalogue: Catalogue, tmp_path: Path, small: None, added: list[int], name: str, damage: str
) -> None:
    fill(catalogue, "a", 200, seed=1)
    VectorIndex.open(tmp_path, catalogue, "e")
    (path,) = (tmp_path / "vectors").glob(name)
    data = path.read_bytes()
    middle = len(data) // 2
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(
            {
                "empty": b"",
                "cut": data[:middle],
                "flipped": data[:middle] + bytes([data[middle] ^ 0x55]) + data[middle + 1 :],
                "noise": bytes(range(256)) * 10,
            }[damage]
        )
    check(VectorIndex.open(tmp_path, catalogue, "e"), catalogue)
    added.clear()
    check(VectorIndex.open(tmp_path, catalogue, "e"), catalogue)
    assert added == [], "it was written again"


def test_the_files_of_an_older_asterism_are_cleared_away(catalogue: Catalogue, tmp_path: Path) -> None:
    for name in ("vectors.faiss", "vectors.json"):
        (tmp_path / name).write_bytes(b"format 1")
    fill(catalogue, "a", 20, seed=1)
    VectorIndex.open(tmp_path, catalogue, "e")
    assert list(tmp_path.glob("vectors.*")) == []


def test_what_was_never_finished_behind_the_saved_part_is_ignored_and_written_over(
    catalogue: Catalogue, tmp_path: Path, small: None, added: list[int]
) -> None:
    fill(catalogue, "a", 200, seed=1)
    VectorIndex.open(tmp_path, catalogue, "e")
    for path in [*(tmp_path / "vectors").glob("*.rows"), *(tmp_path / "vectors").glob("*.log")]:
        path.write_bytes(path.read_bytes() + b"torn" * 100)
    added.clear()
    check(VectorIndex.open(tmp_path, catalogue, "e"), catalogue)
    fill(catalogue, "b", 20, seed=2)
    check(VectorIndex.open(tmp_path, catalogue, "e"), catalogue)
    check(VectorIndex.open(tmp_path, catalogue, "e"), catalogue)
    assert added == list(range(201, 221))


def test_a_save_that_dies_before_its_header_leaves_what_was_saved_before(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, added: list[int]
) -> None:
    fill(catalogue, "a", 40, seed=1)
    VectorIndex.open(tmp_path, catalogue, "e")
    fill(catalogue, "b", 20, seed=2)
    making.put(catalogue, "a", *(making.document(f"{n}", f"a {n}.") for n in range(30)))
    with monkeypatch.context() as patched:
        patched.setattr("indexes.vector_files.write_header", full_disk)
        index = VectorIndex.open(tmp_path, catalogue, "e")
        check(index, catalogue)
        assert index.save() is False
    added.clear()
    check(VectorIndex.open(tmp_path, catalogue, "e"), catalogue)
    assert added == list(range(41, 61))
    assert index.save() is True, "another has saved it meanwhile"
    check(index, catalogue)


def test_a_file_of_another_corpus_or_encoder_is_not_used(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    for seed, folder in enumerate(folders):
        folder.mkdir()
        with making.new(folder) as catalogue:
            fill(catalogue, "a", 20, seed)
            VectorIndex.open(folder, catalogue, "e")
    shutil.rmtree(folders[1] / "vectors")
    shutil.copytree(folders[0] / "vectors", folders[1] / "vectors")
    with Catalogue.open(folders[1] / "catalogue.db") as catalogue:
        check(VectorIndex.open(folders[1], catalogue, "e"), catalogue)
        assert len(VectorIndex.open(folders[1], catalogue, "another encoder")) == 0


@pytest.mark.parametrize(
    "call", ["os.replace", "indexes.vector_rows.append", "indexes.vector_files.append", "pathlib.Path.mkdir"]
)
def test_an_index_that_cannot_be_written_still_searches(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: None, call: str
) -> None:
    fill(catalogue, "a", 200, seed=1)
    monkeypatch.setattr(call, full_disk)
    monkeypatch.setattr("indexes.vector_rows.SPILL_BYTES", 1000)
    index = VectorIndex.open(tmp_path, catalogue, "e")
    fill(catalogue, "b", 20, seed=2)
    index.update(catalogue)
    check(index, catalogue)
    assert index.save() is False
    index.close()
    assert list(tmp_path.glob("vectors/*.rows")) == []


def test_many_vectors_are_found_by_the_quantiser_and_scored_exactly(
    catalogue: Catalogue, tmp_path: Path, small: None
) -> None:
    vectors = clustered(2000, seed=1)
    put(catalogue, "a", vectors)
    index = VectorIndex.open(tmp_path, catalogue, "e")
    assert len(coded(index)) == 2000
    queries = clustered(50, seed=2)
    ids, scores = index.search(queries, 10)
    right = [set(expected(catalogue, query, 10)) for query in queries]
    found = [len(set(row.tolist()) & truth) for row, truth in zip(ids, right, strict=True)]
    assert sum(found) >= 0.98 * 500
    stored = vectors.astype(np.float16).astype(np.float64)
    for query, row, row_scores in zip(queries, ids, scores, strict=True):
        np.testing.assert_allclose(row_scores, stored[row - 1] @ query.astype(np.float64), atol=1e-6)
        assert (np.diff(row_scores) <= 0).all()


def test_few_and_many_allowed_passages_are_found_wherever_they_lie(
    catalogue: Catalogue, tmp_path: Path, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexes.vector_index.FEW", 20)
    put(catalogue, "a", clustered(2000, seed=1))
    index = VectorIndex.open(tmp_path, catalogue, "e")
    queries = clustered(20, seed=2)
    everything = np.arange(1, 2001)
    chance = np.random.default_rng(4)
    for count in (1, 20, 21, 100, 500, 1500, 2000):
        allowed = chance.choice(everything, count, replace=False)
        ids, _ = index.search(queries, 10, allowed)
        right = [expected(catalogue, query, 10, set(allowed.tolist())) for query in queries]
        found = sum(len(set(row.tolist()) & set(truth)) for row, truth in zip(ids, right, strict=True))
        assert found >= 0.98 * sum(map(len, right)), count
        assert set(ids.ravel().tolist()) <= {*allowed.tolist(), -1}
        assert ((ids >= 0).sum(axis=1) == min(10, count)).all()
    for query in queries:  # none of the nearest two thirds is allowed
        far = expected(catalogue, query, 2000)[1400:]
        assert index.search(query[None], 10, far)[0][0].tolist() == far[:10]


def test_a_rare_passage_is_found_among_those_allowed_though_nothing_is_further(
    catalogue: Catalogue, tmp_path: Path, small: None
) -> None:
    put(catalogue, "a", clustered(2000, seed=1))
    index = VectorIndex.open(tmp_path, catalogue, "e")
    query = clustered(1, seed=2)[0]
    last = expected(catalogue, query, 2000)[-1]
    assert index.search(query[None], 3, [last])[0][0].tolist() == [last, -1, -1]
    assert index.search(query[None], 2000)[0][0, -1] == last


def test_equal_passages_come_in_the_order_of_their_ids_also_from_the_quantiser(
    catalogue: Catalogue, tmp_path: Path, small: None
) -> None:
    vectors = clustered(600, seed=1)
    vectors[100:140] = vectors[100]
    put(catalogue, "a", vectors)
    index = VectorIndex.open(tmp_path, catalogue, "e")
    assert index.search(vectors[[100]], 25)[0][0].tolist() == list(range(101, 126))


def test_added_passages_are_found_before_and_after_they_are_coded(
    catalogue: Catalogue, tmp_path: Path, small: None
) -> None:
    put(catalogue, "a", clustered(500, seed=1))
    index = VectorIndex.open(tmp_path, catalogue, "e")
    first = coded(index)
    (rows,) = (tmp_path / "vectors").glob("*.rows")
    before = rows.read_bytes()
    for number, count in enumerate((40, 40, 200), start=2):
        put(catalogue, f"{number}", clustered(count, seed=number))
        index.update(catalogue)
        check(index, catalogue)
        assert index.save()
    assert coded(index) is first, "it was not trained again"
    assert (first.trained_on, len(first), len(index)) == (500, 780, 780)
    assert rows.read_bytes()[: len(before)] == before, "what was written stayed"
    check(VectorIndex.open(tmp_path, catalogue, "e"), catalogue)
    put(catalogue, "many", clustered(3300, seed=9))
    index.update(catalogue)
    assert coded(index).trained_on == 4080, "eight times as many: trained anew"
    check(index, catalogue)


def test_deleted_passages_are_gone_at_once_and_from_the_file_when_they_are_many(
    catalogue: Catalogue, tmp_path: Path, small: None
) -> None:
    for number in range(8):
        put(catalogue, f"{number}", clustered(100, seed=number))
    index = VectorIndex.open(tmp_path, catalogue, "e")
    (rows,) = (tmp_path / "vectors").glob("*.rows")
    size = rows.stat().st_size
    for number in (1, 2):
        put(catalogue, f"{number}", clustered(0, seed=0))
        index.update(catalogue)
        index.save()
        check(index, catalogue)
        check(VectorIndex.open(tmp_path, catalogue, "e"), catalogue)
    assert rows.stat().st_size == size, "they are only passed over"
    trained = coded(index)
    put(catalogue, "5", clustered(0, seed=0))
    index.update(catalogue)
    index.save()
    check(index, catalogue)
    (rows,) = (tmp_path / "vectors").glob("*.rows")
    assert rows.stat().st_size == 500 * DIM * 2
    assert coded(index) is trained
    assert len(trained) == 480, "whole blocks of 32"
    check(VectorIndex.open(tmp_path, catalogue, "e"), catalogue)


def test_a_reader_is_not_disturbed_by_a_writer_that_adds_and_moves_the_rows(
    catalogue: Catalogue, tmp_path: Path, small: None
) -> None:
    for number in range(4):
        put(catalogue, f"{number}", clustered(100, seed=number))
    writer = VectorIndex.open(tmp_path, catalogue, "e")
    reader = VectorIndex.open(tmp_path, catalogue, "e")
    query = clustered(1, seed=7)
    before = reader.search(query, 20)
    for number in (1, 2):
        put(catalogue, f"{number}", clustered(30, seed=10 + number))
    writer.update(catalogue)
    writer.save()
    np.testing.assert_array_equal(reader.search(query, 20), before)
    reader.update(catalogue)
    assert reader.save()
    check(reader, catalogue)
    check(writer, catalogue)
    put(catalogue, "5", clustered(50, seed=5))
    reader.update(catalogue)
    assert reader.save(), "the files are the other's, so it writes its own"
    check(VectorIndex.open(tmp_path, catalogue, "e"), catalogue)
    put(catalogue, "6", clustered(50, seed=6))
    writer.update(catalogue)
    assert writer.save()
    check(writer, catalogue)
    check(VectorIndex.open(tmp_path, catalogue, "e"), catalogue)
    assert len(list((tmp_path / "vectors").glob("*.rows"))) == 1


def test_an_update_that_is_broken_off_changes_nothing_and_can_be_done_again(
    catalogue: Catalogue, tmp_path: Path, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexes.embeddings.BLOCK", 50)
    monkeypatch.setattr("indexes.vector_index.BLOCK", 50)
    monkeypatch.setattr("indexes.vector_rows.SPILL_BYTES", 1000)
    put(catalogue, "a", clustered(400, seed=1))
    index = VectorIndex.load(tmp_path, catalogue, "e")
    assert len(index) == 0
    steps = index.update_steps(catalogue)
    assert [next(steps) for _ in range(3)] == [(50, 400), (100, 400), (150, 400)]
    assert not index.update(catalogue), "it is being updated"
    assert (index.search(clustered(1, 1), 5)[0] > 0).all()
    steps.close()
    assert len(index) == 0
    index.update(catalogue)
    check(index, catalogue)
    index.save()
    put(catalogue, "b", clustered(120, seed=2))
    put(catalogue, "a", clustered(0, seed=1))
    for stop in range(1, 6):
        steps = index.update_steps(catalogue)
        for _ in range(stop):
            next(steps, None)
        steps.close()
    index.update(catalogue)
    check(index, catalogue)
    assert index.save()
    check(VectorIndex.open(tmp_path, catalogue, "e"), catalogue)


def test_the_same_passages_give_the_same_index(tmp_path: Path, small: None) -> None:
    answers, codes = [], []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        with making.new(tmp_path / name) as catalogue:
            put(catalogue, "a", clustered(1000, seed=1))
            index = VectorIndex.open(tmp_path / name, catalogue, "e")
            answers.append(index.search(clustered(30, seed=2), 10))
            codes.append(coded(index).to_bytes())
    np.testing.assert_array_equal(answers[0], answers[1])
    assert codes[0] == codes[1]


@pytest.mark.parametrize("dim", [30, 130, 256])
def test_embeddings_of_any_dimension_can_be_quantised(
    catalogue: Catalogue, tmp_path: Path, small: None, dim: int
) -> None:
    vectors = np.random.default_rng(1).normal(size=(500, dim)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    put(catalogue, "a", vectors)
    index = VectorIndex.open(tmp_path, catalogue, "e")
    assert len(coded(index)) == 500
    ids = index.search(vectors[:50], 1)[0][:, 0]
    assert (ids == np.arange(1, 51)).mean() >= 0.98


def test_the_threads_of_openmp_which_torch_shares_are_as_before(
    catalogue: Catalogue, tmp_path: Path, small: None
) -> None:
    before = faiss.omp_get_max_threads()
    try:
        faiss.omp_set_num_threads(3)
        put(catalogue, "a", clustered(300, seed=1))
        index = VectorIndex.open(tmp_path, catalogue, "e", threads=2)
        index.search(clustered(1, seed=2), 5)
        assert faiss.omp_get_max_threads() == 3
    finally:
        faiss.omp_set_num_threads(before)


def test_it_is_said_of_each_passage_whether_it_is_there(
    catalogue: Catalogue, tmp_path: Path, small: None
) -> None:
    put(catalogue, "a", clustered(30, seed=1))
    index = VectorIndex.open(tmp_path, catalogue, "e")

    assert index.has([5, 31, 7, -1]).tolist() == [5 in index, 31 in index, 7 in index, -1 in index]
    assert index.has([5, 31]).tolist() == [True, False]
    assert index.has([]).tolist() == []


def test_cosines_are_those_of_a_search_and_missing_for_passages_that_are_not_there(
    catalogue: Catalogue, tmp_path: Path, small: None
) -> None:
    put(catalogue, "a", clustered(300, seed=1))
    index = VectorIndex.open(tmp_path, catalogue, "e")
    query = clustered(1, seed=2)
    ids, scores = index.search(query, 20)
    assert index.cosines(query[0], ids[0]).tolist() == scores[0].tolist()
    assert np.isnan(index.cosines(query[0], [5, 301, 7, -1])).tolist() == [False, True, False, True]
    assert index.cosines(query[0], []).shape == (0,)
    with pytest.raises(ModelError):
        index.cosines(np.ones(3, np.float32), [5])


def test_a_sample_is_some_of_the_vectors_and_always_the_same(catalogue: Catalogue, tmp_path: Path) -> None:
    vectors = clustered(300, seed=1)
    put(catalogue, "a", vectors)
    index = VectorIndex.open(tmp_path, catalogue, "e")
    sample = index.sample(50, seed=3)
    np.testing.assert_array_equal(sample, VectorIndex.open(tmp_path, catalogue, "e").sample(50, seed=3))
    stored = {row.tobytes() for row in vectors.astype(np.float16).astype(np.float32)}
    assert {row.tobytes() for row in sample} <= stored
    assert len({row.tobytes() for row in sample}) == 50
    assert sample.dtype == np.float32
    assert index.sample(1000, seed=3).shape == (300, DIM)
    assert not np.array_equal(sample, index.sample(50, seed=4))


def test_scanning_rows_where_they_lie_gives_what_a_copy_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = Rows(tmp_path / "x.rows", DIM)
    rows.append(clustered(70, seed=1).astype(np.float16))
    rows.write()
    rows.append(clustered(30, seed=2).astype(np.float16))
    query = clustered(1, seed=3)[0]
    among = np.arange(100) % 3 > 0
    views = [sorted(rows.nearest(query, 20, chosen, start)) for chosen in (None, among) for start in (0, 75)]
    exact = rows.take(np.arange(100)).astype(np.float32) @ query
    by_hand = []
    for chosen in (np.ones(100, bool), among):
        for start in (0, 75):
            admitted = chosen & (np.arange(100) >= start)
            by_hand.append(sorted(np.argsort(np.where(admitted, -exact, 9))[: min(20, admitted.sum())]))
    assert views == by_hand
    monkeypatch.setattr("indexes.vector_rows._viewable", lambda codes: False)
    copies = [sorted(rows.nearest(query, 20, chosen, start)) for chosen in (None, among) for start in (0, 75)]
    assert copies == by_hand


def test_a_query_of_another_dimension_is_refused_in_a_sentence(catalogue: Catalogue, tmp_path: Path) -> None:
    fill(catalogue, "a", 2, seed=1)
    index = VectorIndex.open(tmp_path, catalogue, "e")
    with pytest.raises(ModelError, match="with 16 numbers a passage, but the query has 3"):
        index.search(np.ones((1, 3), np.float32), 1)
    with pytest.raises(ValueError, match=r"\(queries, dim\)"):
        index.search(np.ones(16, np.float32), 1)
