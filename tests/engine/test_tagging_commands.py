"""The commands that tag, teach and tell of taggers, as typed."""

import json
from pathlib import Path

import pytest

from engine.progress import finish
from engine.reading.sources import source_from_path
from engine.workspace import Workspace
from main import main
from tests.tiny_models import tiny_sbert

TEXTS = {
    "good/bird.txt": "The bird was happy.",
    "good/bread.txt": "Good bread in the school garden.",
    "bad/train.txt": "The red train was slow and the doctor was sad.",
    "bad/river.txt": "The river was slow and sad.",
}

Said = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def common(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What every command is given: a library with the corpus Notes of four passages, and its small encoder."""
    place = tmp_path_factory.mktemp("commands")
    for name, text in TEXTS.items():
        (place / "notes" / name).parent.mkdir(parents=True, exist_ok=True)
        (place / "notes" / name).write_text(text)
    encoder = str(tiny_sbert(place / "tiny"))
    with Workspace(place / "library", device="cpu", encoder=encoder) as workspace:
        finish(workspace.index("Notes", [source_from_path(place / "notes")]))
    options = ["--library", str(place / "library"), "--encoder", encoder, "--device", "cpu", "--quiet"]
    assert main(["taggers", "tone", "--make", "glad, sorry", *options]) == 0
    return options


def test_a_tagger_is_made_taught_and_undone(common: list[str], capsys: Said) -> None:
    of_notes = ["--corpus", "Notes", "--tagger", "tone", *common]
    assert main(["tag", "--least-sure", "--json", *of_notes]) == 0
    offered = json.loads(capsys.readouterr().out)
    assert sorted(passage["text"] for passage in offered) == sorted(TEXTS.values())

    glad = [passage["id"] for passage in offered if "slow" not in passage["text"]]
    sorry = [passage["id"] for passage in offered if "slow" in passage["text"]]
    assert main(["tag", "--give", *map(str, glad), "--label", "glad", *of_notes]) == 0
    assert main(["tag", "--give", *map(str, sorry), "--label", "sorry", "--json", *of_notes]) == 0
    given = json.loads(capsys.readouterr().out.partition("\n")[2])
    assert {one["passage_id"]: one["labels"] for one in given} == (
        {key: ["glad"] for key in glad} | {key: ["sorry"] for key in sorry}
    )

    assert main(["train", "--json", *of_notes]) == 0
    lesson = json.loads(capsys.readouterr().out)
    assert (lesson["given"], lesson["before"]) == (4, None)
    assert "4 texts only" in lesson["after"]["caution"]

    assert main(["tag", "--totals", "folder", "--json", *of_notes]) == 0
    totals = json.loads(capsys.readouterr().out)
    assert {group["group"]: group["counts"] for group in totals["groups"]} == {"good": [2, 0], "bad": [0, 2]}

    assert main(["train", "--undo", *of_notes]) == 0
    assert capsys.readouterr().out == "“tone” is as it was before its last lesson.\n"
    assert main(["taggers", "tone", "--json", *common]) == 0
    (info,) = json.loads(capsys.readouterr().out)
    assert info["taught"] is False


def test_a_label_is_added_and_renamed(common: list[str], capsys: Said) -> None:
    assert main(["taggers", "mood", "--make", "calm,wild", *common]) == 0
    assert main(["taggers", "mood", "--add-label", "odd", *common]) == 0
    assert main(["taggers", "mood", "--rename-label", "odd", "strange", "--json", *common]) == 0
    said = capsys.readouterr().out
    (info,) = json.loads(said[said.index("[") :])
    assert info["labels"] == ["calm", "wild", "strange"]


def test_a_tagger_says_by_which_pooling_its_head_reads(
    common: list[str], capsys: Said, tmp_path: Path
) -> None:
    rows = [f"the {noun} was {word},{word}" for noun in ("bird", "train", "star") for word in ("good", "bad")]
    table = tmp_path / "moods.csv"
    table.write_text("\n".join(["text,label", *rows * 4]))
    words = ["--epochs", "1", "--pooling", "attention", *common]
    assert main(["train", "--file", str(table), "--name", "moods", *words]) == 0
    assert ", attention pooling; trained on moods.csv" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["tag", "--corpus", "Notes"], 2, "tag --corpus needs one of"),
        (["tag", "--passages", "--corpus", "Notes"], 2, "tag --passages needs --out FILE."),
        (["train"], 2, "train needs --file FILE"),
        (["train", "--corpus", "Notes", "--name", "x"], 2, "--tagger NAME or --next-sentence"),
        (
            ["train", "--corpus", "Notes", "--name", "x", "--next-sentence", "--pooling", "mean"],
            2,
            "leave --pooling",
        ),
        (["taggers", "--make", "a,b"], 2, "taggers needs the NAME"),
        (["taggers", "one", "--make", "a"], 1, "two labels or more"),
        (["inspect", "bird", "--poolings"], 2, "inspect --poolings needs --corpus NAME."),
    ],
)
def test_what_is_missing_is_said(
    common: list[str], capsys: Said, words: list[str], status: int, sentence: str
) -> None:
    assert main([*words, *common]) == status
    assert sentence in capsys.readouterr().err
