"""The commands that search and measure searching, as typed."""

import json
from pathlib import Path

import pytest

from engine.progress import finish
from engine.reading.sources import source_from_path
from engine.workspace import Workspace
from main import main
from tests.tiny_models import tiny_sbert

TEXTS = {
    "river.txt": "The river was slow and the bird was happy.",
    "bread.txt": "Good bread in the school garden.",
    "train.txt": "The red train was fast and the doctor was sad.",
}


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What every command is given: a library with the corpus Notes, and its small encoder."""
    place = tmp_path_factory.mktemp("commands")
    (place / "notes").mkdir()
    for name, text in TEXTS.items():
        (place / "notes" / name).write_text(text)
    encoder = str(tiny_sbert(place / "tiny"))
    with Workspace(place / "library", device="cpu", encoder=encoder) as workspace:
        finish(workspace.index("Notes", [source_from_path(place / "notes")]))
    return ["--library", str(place / "library"), "--encoder", encoder, "--device", "cpu", "--corpus", "Notes"]


def test_why_says_what_each_word_adds(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", '"slow" bird', *options, "--why", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    (document,) = said["result"]["documents"]
    (why,) = said["why"]
    total = sum(share["share"] for share in why["shares"]) + why["special"]

    assert document["hits"][0]["passage"]["document_key"] == "river.txt"
    assert total == pytest.approx(document["hits"][0]["score"], abs=1e-4)


def test_hits_are_printed_with_where_they_are_and_the_words_that_stand_out(
    options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", "happy bird", *options, "--mode", "keyword"]) == 0
    printed = capsys.readouterr().out

    assert printed.splitlines()[0].endswith("river  [river.txt]")
    assert "the *bird* was *happy*" in printed


def test_marks_are_kept_measured_and_forgotten(
    options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", *options]) == 1
    assert "No hit is marked" in capsys.readouterr().err

    main(["search", "happy bird", *options, "--mode", "keyword", "--json"])
    hit = json.loads(capsys.readouterr().out)["documents"][0]["hits"][0]["passage"]["id"]
    assert main(["judge", "happy bird", *options, "--good", str(hit), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {str(hit): 1}

    assert main(["evaluate", *options, "--json", "--quiet"]) == 0
    measured = json.loads(capsys.readouterr().out)
    assert [(one["mode"], one["queries"]) for one in measured] == [
        ("keyword", 1),
        ("dense", 1),
        ("hybrid", 1),
    ]
    assert measured[0]["ndcg"] == measured[0]["mrr"] == 1

    assert main(["judge", "happy bird", *options, "--forget", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {}


def test_searching_is_measured_on_files_of_queries_and_judgements(
    options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    queries, judgements = tmp_path / "queries.jsonl", tmp_path / "qrels.tsv"
    queries.write_text('{"_id": "q1", "text": "good bread"}\n{"_id": "q2", "text": "nobody judged this"}\n')
    judgements.write_text("query-id\tcorpus-id\tscore\nq1\tbread.txt\t1\n")

    assert (
        main(["evaluate", *options, "--queries", str(queries), "--judgements", str(judgements), "--json"])
        == 0
    )
    measured = json.loads(capsys.readouterr().out)
    assert measured[0]["queries"] == 1
    assert measured[0]["ndcg"] == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["search"],
        ["judge", "--good", "1"],
        ["evaluate", "--queries", "q.jsonl"],
        ["search", "--queries", "q.jsonl"],
    ],
)
def test_what_is_missing_is_said(
    options: list[str], arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, *options]) == 2
    assert "needs" in capsys.readouterr().err


def test_no_cross_encoder_in_a_folder_is_said(
    options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", "bird", *options, "--reranker", str(tmp_path)]) == 1
    assert "config.json" in capsys.readouterr().err
