"""The pooling lab: measures against ones worked out by hand, and files that are no gold sets."""

import json
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.encoding.calls import EncodingCalls
from engine.encoding.encoder import Encoder
from engine.encoding.gold_sets import Collection, own_collection, read_collection, read_pairs
from engine.encoding.pooling import POOLINGS
from engine.encoding.pooling_measures import measure_poolings, rank_by_best_passage, similarity
from engine.indexing import index_corpus
from engine.progress import finish
from indexes.errors import SourceError, TooSmall
from indexes.records import Source
from tests.tiny_models import tiny_sbert

PAIRS = [
    ("the river was slow", "a slow river", 5.0),
    ("a red train", "bread", 0.0),
    ("two schools", "a school", 3.5),
]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    return Encoder.open(tiny_sbert(tmp_path_factory.mktemp("encoder") / "tiny"), "cpu")


@pytest.fixture
def workspace(tmp_path: Path, encoder: Encoder) -> Iterator[EncodingCalls]:
    with EncodingCalls(tmp_path / "library", device="cpu", encoder=str(encoder.folder)) as opened:
        yield opened


def write_lines(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def beir(folder: Path) -> Path:
    """Write a collection of three documents, the second of two passages, and two judged queries."""
    folder.mkdir()
    long = "\n\n".join(f"{'the garden of the school and the bread ' * 3}." for _ in range(2))
    write_lines(
        folder / "corpus.jsonl",
        [
            {"_id": "d1", "title": "slow river", "text": "the river was slow"},
            {"_id": "d2", "title": "", "text": long},
            {"_id": "d3", "title": "", "text": "a fast red train"},
        ],
    )
    write_lines(
        folder / "queries.jsonl", [{"_id": "q1", "text": "river"}, {"_id": "q2", "text": "a red train"}]
    )
    (folder / "qrels_test.tsv").write_text("query-id\tcorpus-id\tscore\nq2\td3\t2\nq1\td1\t1\nq1\tgone\t1\n")
    return folder


def test_similarity_is_the_correlation_of_ranks_worked_out_by_hand() -> None:
    cosines = np.array([0.9, 0.1, 0.3, 0.7])
    first = np.tile(np.float32([1, 0]), (4, 1))
    second = np.stack([cosines, np.sqrt(1 - cosines**2)], axis=1).astype(np.float32)
    grades = [5.0, 2.0, 1.0, 4.0]  # ranks 4 2 1 3 against the cosines' 4 1 2 3: Σd² = 2

    assert similarity(first, second, grades) == pytest.approx(1 - 6 * 2 / (4 * (16 - 1)))
    assert similarity(first, second, [3.0] * 4) == 0.0


def test_documents_rank_by_their_best_passage() -> None:
    passages = np.float32([[1, 0], [0, 1], [0.6, 0.8], [0.8, 0.6]])
    queries = np.float32([[1, 0], [0, 1]])

    assert rank_by_best_passage(passages, [4, 4, 7, 9], queries) == [[4, 9, 7], [4, 7, 9]]
    assert rank_by_best_passage(passages[:0], [], queries) == [[], []]


def test_each_pooling_is_measured_by_its_own_embeddings(encoder: Encoder) -> None:
    collection = Collection(
        ("the river was slow", "bread", "bread in the garden", "a train"),
        (0, 1, 1, 2),
        (("the river", {0: 1}), ("bread in the school", {1: 1, 2: 2})),
    )
    measured = finish(measure_poolings(encoder, PAIRS, collection))

    assert [one.pooling for one in measured] == list(POOLINGS)
    for one in measured:
        pooled = encoder.with_pooling(one.pooling)
        first, second = (pooled.encode([pair[side] for pair in PAIRS]) for side in (0, 1))
        assert one.similarity == pytest.approx(similarity(first, second, [5.0, 0.0, 3.5]), abs=1e-6)
        passages = pooled.encode(collection.passages)
        reciprocal, gains = [], []
        for text, grades in collection.queries:
            cosines = passages @ pooled.encode([text])[0]
            best = [max(cosines[0], -9), max(cosines[1:3]), cosines[3]]
            order = sorted(range(3), key=lambda number: -best[number])
            reciprocal.append(1 / (1 + next(place for place, d in enumerate(order) if grades.get(d))))
            gain = sum(grades.get(d, 0) / math.log2(place + 2) for place, d in enumerate(order))
            ideal = sum(g / math.log2(p + 2) for p, g in enumerate(sorted(grades.values(), reverse=True)))
            gains.append(gain / ideal)
        assert one.mrr == pytest.approx(np.mean(reciprocal))
        assert one.ndcg == pytest.approx(np.mean(gains))
        assert (one.pairs, one.queries, one.own_ndcg) == (3, 2, None)


def test_pairs_are_read_with_their_scores(tmp_path: Path) -> None:
    table = write_lines(
        tmp_path / "stsb.jsonl", [{"s1": one, "s2": two, "score": score} for one, two, score in PAIRS]
    )

    assert finish(read_pairs(table)) == PAIRS


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"s1": "a", "s2": "b", "score": "high"}, "“high” is not a number"),
        ({"text": "a", "score": 1.0}, "no pairs of texts"),
    ],
)
def test_a_table_that_holds_no_graded_pairs_is_refused_with_a_sentence(
    tmp_path: Path, row: dict[str, object], why: str
) -> None:
    with pytest.raises(SourceError, match=why):
        finish(read_pairs(write_lines(tmp_path / "stsb.jsonl", [row])))


def test_a_collection_is_read_in_passages_with_the_judged_queries(tmp_path: Path, encoder: Encoder) -> None:
    collection = finish(read_collection(beir(tmp_path / "set"), encoder))

    assert collection.documents[0] == 0
    assert collection.documents[-1] == 2
    assert collection.documents.count(1) >= 2
    assert collection.passages[0] == "slow river\n\nthe river was slow"
    assert collection.queries == (("river", {0: 1}), ("a red train", {2: 2}))


def test_a_folder_without_judgements_is_refused_with_a_sentence(tmp_path: Path, encoder: Encoder) -> None:
    folder = beir(tmp_path / "set")
    (folder / "qrels_test.tsv").unlink()

    with pytest.raises(SourceError, match="has no qrels"):
        finish(read_collection(folder, encoder))


def test_the_users_own_judgements_are_measured_with_the_words_of_the_queries(
    tmp_path: Path, workspace: EncodingCalls
) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    for name, text in {"a": "the river was slow", "b": "bread in the garden", "c": "a red train"}.items():
        (folder / f"{name}.txt").write_text(text)
    workspace.library.create("Notes")
    corpus = workspace._corpus("Notes")
    finish(index_corpus(corpus, workspace.encoder(), [Source("folder", str(folder))]))
    with pytest.raises(TooSmall, match="nothing to measure poolings on"):
        finish(workspace.evaluate_poolings(corpus="Notes"))
    with corpus.noting() as catalogue:
        ids = {passage.text: passage.id for passage in catalogue.passages(catalogue.passage_ids().tolist())}
        catalogue.judge("type:txt a red train", ids["a red train"], 1)
        catalogue.judge("bread", ids["the river was slow"], 0)
    own = own_collection(corpus)
    assert own is not None
    measured = finish(workspace.evaluate_poolings(corpus="Notes"))

    assert [(text, [own.passages[number] for number in grades]) for text, grades in own.queries] == [
        ("a red train", ["a red train"])
    ]
    assert [(one.own_mrr, one.own_ndcg, one.own_queries) for one in measured] == [(1.0, 1.0, 1)] * len(
        POOLINGS
    )
    assert (workspace.poolings(), workspace.encoders()) == (POOLINGS, ("all-MiniLM-L6-v2",))
