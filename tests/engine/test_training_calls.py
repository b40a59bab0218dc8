"""What the window and the command line ask: taggers from tables by each route, from given labels, from sentences."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.encoding.encoder import Encoder
from engine.progress import finish
from engine.tagging.known_taggers import all_infos
from engine.tagging.records import HeadPooling, TaggerInfo, TaggerKind
from engine.tagging.tagger_measures import LabelledText
from engine.training import next_sentences, tables
from engine.training.calls import TrainingCalls
from engine.training.next_sentences import NEXT, NextSentences, told_by_cosine
from engine.training.routes import POOLINGS, ROUTES
from indexes.catalogue import Catalogue
from indexes.errors import ModelError, SourceError, TooSmall
from indexes.records import Source
from tests.engine.reading_here import ReaderHere
from tests.indexes import making
from tests.tiny_models import tiny_sbert

MOODS = {"glad": ("good", "happy"), "sorry": ("bad", "sad")}
NOUNS = ("bread", "train", "school", "doctor", "garden", "music", "storm", "river", "star", "bird")
ROWS = [
    {"text": f"the {noun} was {word}", "label": label}
    for noun in NOUNS
    for label, words in MOODS.items()
    for word in words
]


@pytest.fixture(scope="module")
def encoder_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_sbert(tmp_path_factory.mktemp("encoder") / "tiny")


@pytest.fixture
def calls(tmp_path: Path, encoder_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TrainingCalls]:
    monkeypatch.setattr(tables, "Reader", ReaderHere)
    with TrainingCalls(tmp_path / "library", "cpu", str(encoder_folder)) as opened:
        yield opened


def source(folder: Path, rows: list[dict[str, Any]], name: str = "moods.jsonl") -> Source:
    (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return Source("table", str(folder / name))


def infos(calls: TrainingCalls) -> dict[str, TaggerInfo]:
    return {info.name: info for info in all_infos(calls.library.taggers_folder)}


@pytest.mark.parametrize(
    ("route", "rows", "advised"),
    [
        (TaggerKind.HEAD, ROWS[:36], False),
        (TaggerKind.MODEL, ROWS[:36], False),
        (TaggerKind.ADAPTER, ROWS[:36], True),  # 18 a label
        (TaggerKind.ADAPTER, ROWS, False),
    ],
)
def test_each_route_makes_a_tagger_that_is_listed_and_tags(
    calls: TrainingCalls, tmp_path: Path, route: TaggerKind, rows: list[dict[str, Any]], advised: bool
) -> None:
    info = finish(calls.train(source(tmp_path, rows), "moods", route=route, epochs=1))
    told = calls.tagger("moods").probabilities(["the bird was good", "a star"])

    assert infos(calls)["moods"] == info
    assert (info.kind, info.labels, info.taught) == (route, ("glad", "sorry"), True)
    assert info.origin == "trained on moods.jsonl"
    assert info.report is not None
    assert info.report.majority == 0.5
    assert ("a head often does better" in info.report.caution) == advised
    assert told.shape == (2, 2)
    np.testing.assert_allclose(told.sum(1), 1, atol=1e-5)


def test_a_head_is_measured_on_every_text_and_replaces_another_kind_of_tagger(
    calls: TrainingCalls, tmp_path: Path
) -> None:
    own = calls.library.taggers_folder / "moods"
    own.mkdir()
    (own / "tagger.json").write_text(json.dumps({"name": "moods", "labels": ["a", "b"]}))
    (own / "adapter.safetensors").write_bytes(b"")
    steps = {
        progress.step: progress.unit
        for progress in calls.train(source(tmp_path, ROWS), "moods", route="head")
    }
    info = infos(calls)["moods"]

    assert steps["Embedding"] == "texts"
    assert info.report is not None
    assert info.report.texts == len(ROWS)  # each left out once
    assert {path.name for path in own.iterdir()} == {"tagger.json", "head.safetensors", "taught"}


def test_several_labels_are_learned_by_a_head(calls: TrainingCalls, tmp_path: Path) -> None:
    rows = [
        {"text": row["text"], "labels": f"{row['label']}; all" if n % 2 else []} for n, row in enumerate(ROWS)
    ]
    info = finish(calls.train(source(tmp_path, rows), "moods", route="head", multi_label=True))

    assert info.multi_label
    assert info.labels == ("all", "glad", "sorry")


def test_a_table_to_measure_on_only_measures(calls: TrainingCalls, tmp_path: Path) -> None:
    dev = source(tmp_path, ROWS[:6], "dev.jsonl")
    info = finish(calls.train(source(tmp_path, ROWS), "moods", dev=dev, route="head"))
    assert info.report is not None
    assert info.report.texts == 6

    strange = source(tmp_path, [{"text": "a star", "label": "angry"}], "strange.jsonl")
    with pytest.raises(SourceError, match=r"strange.jsonl has labels .*: angry"):
        finish(calls.train(source(tmp_path, ROWS), "moods", dev=strange, route="head"))


@pytest.mark.parametrize(
    ("wish", "error", "said"),
    [
        ({"name": "sentiment"}, ModelError, "comes with Asterism"),
        ({"route": "magic"}, ModelError, r"no route “magic” to train by\. There is: head, adapter, model"),
        ({"base": "somewhere"}, ModelError, "by the route “model” only"),
        ({"base": "no such folder", "route": "model"}, ModelError, "There is no model in"),
        ({"pooling": "magic"}, ModelError, r"no pooling “magic” .*: cls, mean, attention"),
        ({"pooling": "attention", "route": "head"}, ModelError, "with the route “adapter” only"),
    ],
)  # fmt: skip
def test_wishes_that_cannot_be_are_told_and_leave_nothing(
    calls: TrainingCalls, tmp_path: Path, wish: dict[str, Any], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        finish(calls.train(source(tmp_path, ROWS), **({"name": "moods"} | wish)))
    assert list(calls.library.taggers_folder.iterdir()) == []


def test_tables_that_nothing_can_be_learned_from_are_told(calls: TrainingCalls, tmp_path: Path) -> None:
    one = [{"text": row["text"], "label": "glad"} for row in ROWS]
    with pytest.raises(TooSmall, match=r"All 40 texts of moods.jsonl have the label “glad”"):
        finish(calls.train(source(tmp_path, one), "moods"))
    pairs = [{"premise": row["text"], "hypothesis": "a star", "label": row["label"]} for row in ROWS]
    with pytest.raises(ModelError, match="these are pairs"):
        finish(calls.train(source(tmp_path, pairs), "moods", route="head"))


def test_every_route_and_every_pooling_is_explained() -> None:
    assert set(ROUTES) == set(TaggerKind)
    assert set(POOLINGS) == set(HeadPooling)


def corpus(calls: TrainingCalls, **texts: str) -> Catalogue:
    """Make a corpus “notes” of these documents and return its catalogue to write to."""
    catalogue = Catalogue.open(calls.library.create("notes") / "catalogue.db", write=True)
    making.put_texts(catalogue, **texts)
    return catalogue


def test_a_tagger_learns_from_the_labels_given_in_a_corpus(calls: TrainingCalls) -> None:
    with corpus(calls, **{f"d{n}": row["text"] for n, row in enumerate(ROWS)}) as catalogue:
        for passage in catalogue.passages(catalogue.passage_ids().tolist())[:30]:
            catalogue.give_labels("moods", [passage.id], ("glad" if "good" in passage.text else "sorry",))
    own = calls.library.taggers_folder / "moods"
    own.mkdir()
    (own / "tagger.json").write_text(
        json.dumps({"name": "moods", "kind": "head", "labels": ["glad", "sorry"]})
    )
    info = finish(calls.train_on_given("notes", "moods", route="head"))

    assert (info.name, info.kind, info.taught) == ("moods", TaggerKind.HEAD, True)
    assert info.origin == "trained on 30 labels given in “notes”"
    with pytest.raises(TooSmall, match="given no passage of “notes” a label of “sentiment”"):
        finish(calls.train_on_given("notes", "sentiment"))


def test_an_adapter_goes_on_from_what_it_knows_and_is_measured_before_and_after(
    calls: TrainingCalls, tmp_path: Path
) -> None:
    finish(calls.train(source(tmp_path, ROWS), "moods", epochs=1))
    with corpus(calls, **{f"d{n}": row["text"] for n, row in enumerate(ROWS)}) as catalogue:
        for passage in catalogue.passages(catalogue.passage_ids().tolist())[:20]:
            catalogue.give_labels("moods", [passage.id], ("glad" if "good" in passage.text else "sorry",))
    info = finish(calls.train_on_given("notes", "moods", "mine"))

    assert (info.name, info.labels, info.kind) == ("mine", ("glad", "sorry"), TaggerKind.ADAPTER)
    assert info.origin == "trained on 20 labels given in “notes”, from “moods” on"
    assert {"held-out accuracy", "held-out accuracy before"} <= set(info.measured)
    assert list(infos(calls))[-2:] == ["mine", "moods"]  # the one it comes from stays


def test_a_head_reads_as_was_wished_and_training_goes_on_with_the_same_reading_only(
    calls: TrainingCalls, tmp_path: Path
) -> None:
    info = finish(calls.train(source(tmp_path, ROWS), "moods", epochs=1, pooling="attention"))
    assert info.pooling is HeadPooling.ATTENTION
    assert calls.tagger("moods").probabilities(["a star"]).shape == (1, 2)
    with corpus(calls, **{f"d{n}": row["text"] for n, row in enumerate(ROWS)}) as catalogue:
        for passage in catalogue.passages(catalogue.passage_ids().tolist())[:20]:
            catalogue.give_labels("moods", [passage.id], ("glad" if "good" in passage.text else "sorry",))
    on = finish(calls.train_on_given("notes", "moods", "mine"))
    other = finish(calls.train_on_given("notes", "moods", "other", pooling="mean"))

    assert (on.pooling, on.origin) == (
        HeadPooling.ATTENTION,
        "trained on 20 labels given in “notes”, from “moods” on",
    )
    assert (other.pooling, other.origin) == (HeadPooling.MEAN, "trained on 20 labels given in “notes”")


def story(number: int) -> str:
    nouns = [NOUNS[(number + step) % 10] for step in range(14)]
    return " ".join(
        f"The {noun} number {number} was number {place} in it." for place, noun in enumerate(nouns)
    )


def test_pairs_of_sentences_follow_each_other_or_do_not(calls: TrainingCalls) -> None:
    documents = {f"d{n}": story(n) for n in range(10)}
    with corpus(calls, **documents) as catalogue:
        made = finish(next_sentences.pairs(catalogue, seed=0))
        again = finish(next_sentences.pairs(catalogue, seed=0))
    both = [*made.train, *made.held]
    whole = " ".join(documents.values())
    followed = [f"{pair.text} {pair.second}" in whole for pair in both]

    assert (made.train, made.held) == (again.train, again.held)
    assert [pair.label == NEXT for pair in both] == followed
    assert sum(followed) * 2 == len(both) == 10 * 13 * 2
    held = {pair.text.split()[3] for pair in made.held}  # the numbers of the documents
    assert len(held) == 2
    assert not held & {pair.text.split()[3] for pair in made.train}
    elsewhere = [pair.text.split()[3] != pair.second.split()[3] for pair in made.train if pair.label != NEXT]
    assert 0.4 < np.mean(elsewhere) < 0.6


def test_too_few_sentences_are_told(calls: TrainingCalls) -> None:
    with (
        corpus(calls, one="A bird sang in the garden. It was happy there all day.") as catalogue,
        pytest.raises(TooSmall, match=r"too few sentences that another one follows \(1\)"),
    ):
        finish(next_sentences.pairs(catalogue, seed=0))


class Embedded(Encoder):
    """Embeds a text as the direction, in quarters of a right angle, that it names."""

    def __init__(self) -> None:
        pass

    def encode_steps(self, texts: Any) -> Any:
        angles = np.array([float(text) for text in texts]) * np.pi / 8
        return np.stack([np.cos(angles), np.sin(angles)], 1).astype(np.float32)
        yield


def test_what_cosine_alone_tells_is_the_best_threshold_of_the_training_pairs() -> None:
    def pair(angle: int, follows: bool) -> LabelledText:
        return LabelledText("0", NEXT if follows else "not next", str(angle))

    train = [
        pair(0, True),
        pair(1, True),
        pair(2, False),
        pair(3, False),
    ]  # up to 1/8 of a right angle follows
    held = [pair(1, True), pair(2, False), pair(2, True), pair(0, True)]

    assert finish(told_by_cosine(NextSentences(train, held), Embedded())) == 0.75


def test_next_sentences_become_a_pair_tagger_with_the_cosines_measure(calls: TrainingCalls) -> None:
    with corpus(calls, **{f"d{n}": story(n) for n in range(10)}):
        pass
    info = finish(calls.train_next_sentence("notes", "follows"))

    assert info.pair
    assert info.labels == (NEXT, "not next")
    assert info.report is not None
    assert info.report.texts == 2 * 13 * 2
    assert 0.4 <= info.measured["held-out accuracy by cosine alone"] <= 1
