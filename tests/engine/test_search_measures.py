"""Measures of rankings, worked out on paper, and judgements read from tables."""

import gzip
from math import log2
from pathlib import Path

import pytest

from engine.search.search_measures import measure_rankings, ndcg, recall, reciprocal_rank
from engine.search.trec import read_judgements
from indexes.errors import SourceError

GRADES = {"a": 1, "b": 2, "c": 1, "d": 0, "e": -1}


def test_ndcg_takes_the_grade_as_gain_and_discounts_by_rank() -> None:
    gained = 1 / log2(2) + 2 / log2(4)  # a first, b third
    best = 2 / log2(2) + 1 / log2(3) + 1 / log2(4)  # b, a, c

    assert ndcg(["a", "unjudged", "b", "d"], GRADES) == pytest.approx(gained / best)
    assert ndcg(["a", "unjudged", "b", "d"], GRADES) == pytest.approx(0.638787, abs=1e-6)


def test_the_best_order_has_an_ndcg_of_one_and_a_bad_document_takes_nothing_off() -> None:
    assert ndcg(["b", "a", "c"], GRADES) == 1
    assert ndcg(["b", "c", "a", "e", "d"], GRADES) == 1
    assert ndcg(["e", "d"], GRADES) == 0


def test_ndcg_at_ten_knows_ten_ranks_only_in_the_ranking_and_in_the_best_order() -> None:
    fifteen = dict.fromkeys(range(15), 1)

    assert ndcg([*range(10)], fifteen) == 1
    assert ndcg([*"0123456789", 1], fifteen) == 0
    assert ndcg(["x", 1], fifteen, depth=2) == pytest.approx((1 / log2(3)) / (1 + 1 / log2(3)))


def test_the_reciprocal_rank_is_that_of_the_first_good_document() -> None:
    assert reciprocal_rank(["d", "x", "c", "b"], GRADES) == 1 / 3
    assert reciprocal_rank([*"0123456789", "a"], GRADES) == 0
    assert reciprocal_rank([], GRADES) == 0


def test_recall_is_the_share_of_good_documents_among_the_first_hundred() -> None:
    filler = [str(number) for number in range(98)]

    assert recall(["a", *filler, "b", "c"], GRADES) == 2 / 3
    assert recall(["a", "e", "d"], GRADES) == 1 / 3
    assert recall(["a"], {"a": 0}) == 0


def test_means_are_over_judged_queries_with_a_good_document() -> None:
    judged = {
        "first": {"a": 1},
        "second": {"a": 1, "b": 1},
        "without a ranking": {"a": 2},
        "without an answer": {"a": 0},
    }
    rankings = {"first": ["a"], "second": ["x", "b"], "without an answer": ["a"], "not judged": ["a"]}

    measured = measure_rankings("dense", rankings, judged)

    assert (measured.mode, measured.queries) == ("dense", 3)
    assert measured.ndcg == pytest.approx((1 + (1 / log2(3)) / (1 + 1 / log2(3)) + 0) / 3)
    assert measured.mrr == pytest.approx((1 + 1 / 2 + 0) / 3)
    assert measured.recall == pytest.approx((1 + 1 / 2 + 0) / 3)


def test_nothing_judged_measures_nothing() -> None:
    measured = measure_rankings("hybrid", {"q": ["a"]}, dict[str, dict[str, int]]())

    assert (measured.queries, measured.ndcg, measured.mrr, measured.recall) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    "text",
    [
        "query-id\tcorpus-id\tscore\nq1\tmy doc.md\t2\nq1\td2\t0\nq 2\td2\t-1\n",
        "q1\tmy doc.md\t2\r\nq1\td2\t0\r\n\r\nq 2\td2\t-1",
        "\ufeffq1\t0\tmy doc.md\t2\nq1\t0\td2\t0\nq 2\tQ0\td2\t-1\n",
    ],
    ids=["header", "no header", "four fields"],
)
def test_judgements_are_read_from_tables(tmp_path: Path, text: str) -> None:
    (tmp_path / "qrels.tsv").write_text(text, "utf-8")
    with gzip.open(tmp_path / "qrels.tsv.gz", "wt", encoding="utf-8") as file:
        file.write(text)

    expected = {"q1": {"my doc.md": 2, "d2": 0}, "q 2": {"d2": -1}}
    assert read_judgements(tmp_path / "qrels.tsv") == expected
    assert read_judgements(tmp_path / "qrels.tsv.gz") == expected


def test_judgements_as_trec_has_them_are_read_with_spaces_between(tmp_path: Path) -> None:
    (tmp_path / "qrels.txt").write_text("301 0 FR940202-2-00150  1\n302 0 CR93E-10279 0\n")

    assert read_judgements(tmp_path / "qrels.txt") == {
        "301": {"FR940202-2-00150": 1},
        "302": {"CR93E-10279": 0},
    }


def test_lines_that_are_no_judgements_are_named(tmp_path: Path) -> None:
    path = tmp_path / "qrels.tsv"
    path.write_text("q1\td1\t1\nq1\td2\tgood\n")
    with pytest.raises(SourceError, match=r"qrels\.tsv, line 2: the grade “good”"):
        read_judgements(path)
    path.write_text("q1 d1\n")
    with pytest.raises(SourceError, match="line 1: a judgement is"):
        read_judgements(path)
    with pytest.raises(SourceError, match="cannot be read"):
        read_judgements(tmp_path / "missing.tsv")
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SourceError, match="cannot be read"):
        read_judgements(path)
    (tmp_path / "cut.gz").write_bytes(gzip.compress(b"q1 d1 1\n" * 50)[:-9])
    with pytest.raises(SourceError, match="cannot be read"):
        read_judgements(tmp_path / "cut.gz")
