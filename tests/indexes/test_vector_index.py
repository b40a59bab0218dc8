"""The vector index finds what a plain matrix product finds, and follows its catalogue."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from indexes.catalogue import Catalogue
from indexes.errors import ModelError
from indexes.vector_index import VectorIndex
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
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(catalogue, "a", 40, seed=1)
    VectorIndex.open(tmp_path, catalogue, "e")
    fill(catalogue, "b", 3, seed=2)
    added: list[int] = []
    add = VectorIndex._add
    monkeypatch.setattr(
        VectorIndex, "_add", lambda self, ids, v: (added.extend(ids.tolist()), add(self, ids, v))
    )
    index = VectorIndex.open(tmp_path, catalogue, "e")
    assert added == [41, 42, 43], "the other forty came from the file"
    check(index, catalogue)
    assert [path.name for path in tmp_path.glob("vectors*")] in (
        ["vectors.json", "vectors.faiss"],
        ["vectors.faiss", "vectors.json"],
    )


@pytest.mark.parametrize("name", ["vectors.faiss", "vectors.json"])
@pytest.mark.parametrize("damage", ["gone", "empty", "cut", "flipped", "noise"])
def test_a_damaged_file_is_made_anew(catalogue: Catalogue, tmp_path: Path, name: str, damage: str) -> None:
    fill(catalogue, "a", 40, seed=1)
    VectorIndex.open(tmp_path, catalogue, "e")
    path = tmp_path / name
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
    assert path.read_bytes() == data, "and written again"


def test_a_file_of_another_corpus_or_encoder_is_not_used(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    for seed, folder in enumerate(folders):
        folder.mkdir()
        with making.new(folder) as catalogue:
            fill(catalogue, "a", 20, seed)
            VectorIndex.open(folder, catalogue, "e")
    for name in ("vectors.faiss", "vectors.json"):
        (folders[1] / name).write_bytes((folders[0] / name).read_bytes())
    with Catalogue.open(folders[1] / "catalogue.db") as catalogue:
        check(VectorIndex.open(folders[1], catalogue, "e"), catalogue)
        assert len(VectorIndex.open(folders[1], catalogue, "another encoder")) == 0


def test_an_index_that_cannot_be_written_still_searches(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    fill(catalogue, "a", 20, seed=1)
    monkeypatch.setattr("os.replace", full)
    index = VectorIndex.open(tmp_path, catalogue, "e")
    check(index, catalogue)
    assert index.save() is False
    assert list(tmp_path.glob("vectors*")) == []


def test_a_query_of_another_dimension_is_refused_in_a_sentence(catalogue: Catalogue, tmp_path: Path) -> None:
    fill(catalogue, "a", 2, seed=1)
    index = VectorIndex.open(tmp_path, catalogue, "e")
    with pytest.raises(ModelError, match="with 16 numbers a passage, but the query has 3"):
        index.search(np.ones((1, 3), np.float32), 1)
    with pytest.raises(ValueError, match=r"\(queries, dim\)"):
        index.search(np.ones(16, np.float32), 1)
