"""Which taggers there are: shipped and own, damaged ones too; their names, and how they go."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from engine.tagging.known_taggers import (
    all_infos,
    find_tagger,
    new_folder,
    remove_folder,
    shipped_folders,
    tagger_folders,
    tagger_id,
    tagger_info,
)
from engine.tagging.records import TaggerKind, TagReport
from indexes.errors import ModelError

REPORT = TagReport(
    labels=("glad", "sorry"),
    texts=4,
    accuracy=0.75,
    macro_f1=0.733,
    majority=0.5,
    calibration_error=0.1,
    recalls=(1.0, 0.5),
    confusion=((2, 0), (1, 1)),
    coverage=((1.0, 0.75), (0.5, 1.0)),
    caution="Only 4 texts.",
)


def write(own: Path, name: str, weights: str = "adapter.safetensors", **said: Any) -> Path:
    folder = own / name
    folder.mkdir()
    (folder / "tagger.json").write_text(json.dumps({"name": name, "labels": ["glad", "sorry"]} | said))
    if weights:
        (folder / weights).write_bytes(b"weights")
    return folder


def test_what_a_tagger_says_of_itself_comes_back(tmp_path: Path) -> None:
    said = {
        "format": 2,
        "kind": "model",
        "base": "a base",
        "origin": "a test",
        "multi_label": True,
        "pair": True,
        "unsure_below": 0.7,
        "measured": {"held-out accuracy": 0.75},
        "report": asdict(REPORT),
    }
    info = tagger_info(write(tmp_path, "moods", "model.safetensors", **said))

    assert (info.kind, info.multi_label, info.pair, info.unsure_below) == (TaggerKind.MODEL, True, True, 0.7)
    assert (info.base, info.origin, info.measured) == ("a base", "a test", {"held-out accuracy": 0.75})
    assert info.taught
    assert info.report == REPORT


def test_an_older_taggers_description_still_reads(tmp_path: Path) -> None:
    info = tagger_info(write(tmp_path, "old"))

    assert (info.kind, info.multi_label, info.pair, info.unsure_below) == (
        TaggerKind.ADAPTER,
        False,
        False,
        0.5,
    )
    assert info.report is None


def test_a_model_of_others_says_its_labels_in_its_config(tmp_path: Path) -> None:
    names = {"10": "k", **{str(number): "abcdefghij"[number] for number in range(10)}}
    config = {"id2label": names, "model_type": "gpt2", "problem_type": "multi_label_classification"}
    (tmp_path / "config.json").write_text(json.dumps(config))
    info = tagger_info(tmp_path)

    assert info.labels == tuple("abcdefghijk")  # by number, and 10 is after 9
    assert (info.kind, info.base, info.multi_label) == (TaggerKind.MODEL, "gpt2", True)
    (tmp_path / "config.json").write_text("[]")
    with pytest.raises(ModelError, match="cannot be read"):
        tagger_info(tmp_path)


def test_a_head_that_was_taught_nothing_has_an_id_and_is_not_taught(tmp_path: Path) -> None:
    folder = write(tmp_path, "moods", weights="", kind="head")

    assert tagger_id(folder) == "moods@untaught"
    assert not tagger_info(folder).taught
    with pytest.raises(ModelError, match=r"no \.safetensors weights"):
        tagger_id(write(tmp_path, "broken", weights=""))


def test_other_weights_are_another_id(tmp_path: Path) -> None:
    folder = write(tmp_path, "moods")
    before = tagger_id(folder)
    (folder / "adapter.safetensors").write_bytes(b"other weights")

    assert before.startswith("moods@")
    assert tagger_id(folder) != before


def test_shipped_taggers_come_first_and_sentiment_before_all(tmp_path: Path) -> None:
    write(tmp_path, "a")
    write(tmp_path, ".a.part")
    (tmp_path / "no tagger").mkdir()
    names = list(tagger_folders(tmp_path))

    assert names[0] == "sentiment"
    assert names == [*shipped_folders(), "a"]
    assert find_tagger("a", tmp_path) == tmp_path / "a"
    assert find_tagger(str(tmp_path / "a"), tmp_path) == tmp_path / "a"
    with pytest.raises(ModelError, match=r"There is no tagger “b”\. There is: sentiment, .*a; or give"):
        find_tagger("b", tmp_path)


@pytest.mark.parametrize(
    "damage", ["{", "[]", '{"kind": "lexicon"}', '{"measured": 3}', '{"report": {"labels": []}}']
)
def test_a_damaged_tagger_is_listed_as_such_and_hides_no_other(tmp_path: Path, damage: str) -> None:
    write(tmp_path, "a")
    (write(tmp_path, "b") / "tagger.json").write_text(damage)
    write(tmp_path, "c")
    infos = {info.name: info for info in all_infos(tmp_path)}

    assert [name for name in infos if name in "abc"] == ["a", "b", "c"]
    assert infos["b"].origin.startswith("damaged: ")
    assert (infos["b"].labels, infos["b"].taught) == ((), False)
    assert infos["c"].labels == ("glad", "sorry")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "cannot be a tagger's name"),
        ("../moods", "cannot be a tagger's name"),
        ("moods.", "cannot be a tagger's name"),
        ("m" * 62, "cannot be a tagger's name"),
        ("sentiment", "“sentiment” is the tagger that comes with Asterism"),
        ("Sentiment", "“sentiment” is the tagger that comes with Asterism"),
        ("MOODS", "There is a tagger “moods” already"),
    ],
)
def test_names_that_cannot_be_are_told(tmp_path: Path, name: str, said: str) -> None:
    write(tmp_path, "moods")

    with pytest.raises(ModelError, match=said):
        new_folder(name, tmp_path)
    assert new_folder("moods", tmp_path) == tmp_path / "moods"  # replaced


def test_a_tagger_of_the_users_is_removed_and_no_other(tmp_path: Path) -> None:
    write(tmp_path, "moods")
    write(tmp_path, "kept")
    remove_folder("moods", tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    with pytest.raises(ModelError, match="There is no tagger “moods” of your own"):
        remove_folder("moods", tmp_path)
    with pytest.raises(ModelError, match="There is no tagger"):
        remove_folder(str(tmp_path / "kept"), tmp_path)
    with pytest.raises(ModelError, match="comes with Asterism"):
        remove_folder("sentiment", tmp_path)


def test_a_tagger_set_aside_for_one_that_never_came_is_put_back(tmp_path: Path) -> None:
    """The program ended between the two renames that replace a tagger."""
    write(tmp_path, "moods", origin="the old one").rename(tmp_path / ".moods.old")
    write(tmp_path, ".kept.old")
    write(tmp_path, "kept", origin="the new one")
    origins = {info.name: info.origin for info in all_infos(tmp_path)}

    assert (origins["moods"], origins["kept"]) == ("the old one", "the new one")
