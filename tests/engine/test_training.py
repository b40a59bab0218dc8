"""Training: it learns, it repeats itself, it stops cleanly, and it splits and orders as it says."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from transformers import BertConfig, BertModel

from engine.encoding.encoder import Encoder
from engine.progress import Progress, finish
from engine.tagging import training
from engine.tagging.tagger import Tagger
from engine.tagging.tagger_files import ADAPTER_FILE, DESCRIPTION_FILE, read_description
from engine.tagging.tagger_measures import LabelledText
from engine.tagging.training import Settings, hold_out, label_order, read_examples, train_tagger
from indexes.errors import ModelError, SourceError, TooSmall
from indexes.records import Source
from tests.tiny_models import tiny_sbert

NOUNS = ("bread", "train", "school", "doctor", "garden", "music", "storm", "river", "star", "bird")
SUBJECTS = [f"{which} {noun}" for which in ("the", "a", "this", "one", "we and the") for noun in NOUNS]
GLAD = [LabelledText(f"{who} was {word}", "glad") for who in SUBJECTS for word in ("good", "happy")]
SORRY = [LabelledText(f"{who} was {word}", "sorry") for who in SUBJECTS for word in ("bad", "sad")]
QUICK = Settings(seed=5, epochs=10, learning_rate=8e-3, rank=4, alpha=8, token_budget=128, evaluations=4)


@pytest.fixture
def encoder(tmp_path: Path) -> Encoder:
    folder = tiny_sbert(tmp_path / "base")
    config = BertConfig.from_pretrained(folder, initializer_range=0.3, hidden_dropout_prob=0.0)
    torch.manual_seed(7)
    BertModel(config).save_pretrained(folder)  # words far enough apart to be told apart within seconds
    return Encoder.open(folder, device="cpu")


def steps(folder: Path, encoder: Encoder, settings: Settings = QUICK, **description: Any) -> Any:
    train, dev = hold_out([*GLAD, *SORRY], settings.seed)
    return train_tagger(
        folder, encoder, train, dev, labels=("glad", "sorry"), settings=settings, description=description
    )


def test_training_learns_what_two_words_tell_apart(encoder: Encoder, tmp_path: Path) -> None:
    measured = finish(steps(tmp_path / "moods", encoder, name="moods"))
    tagger = Tagger.open(tmp_path / "moods")
    unseen = tagger.probabilities(["water was good", "water was bad"])

    assert measured["held-out accuracy"] == 1
    assert tagger.name == "moods"
    assert [tagger.labels[row.argmax()] for row in unseen] == ["glad", "sorry"]


def test_a_tagger_is_two_files_and_says_how_it_was_made(encoder: Encoder, tmp_path: Path) -> None:
    finish(steps(tmp_path / "moods", encoder, origin="a test"))
    said = read_description(tmp_path / "moods")

    assert {path.name for path in (tmp_path / "moods").iterdir()} == {ADAPTER_FILE, DESCRIPTION_FILE}
    assert said["labels"] == ["glad", "sorry"]
    assert said["origin"] == "a test"
    assert said["settings"]["seed"] == 5
    assert said["texts"] == {"glad": 90, "sorry": 90}  # 100 each, a tenth held out
    assert said["measured"]["held-out texts"] == 20
    assert set(said["versions"]) == {"torch", "transformers", "peft"}


def test_the_same_seed_gives_the_same_weights_and_another_does_not(encoder: Encoder, tmp_path: Path) -> None:
    for name, seed in (("one", 5), ("two", 5), ("other", 6)):
        finish(steps(tmp_path / name, encoder, Settings(seed=seed, epochs=1, rank=4, token_budget=128)))
    one, two, other = ((tmp_path / name / ADAPTER_FILE).read_bytes() for name in ("one", "two", "other"))

    assert one == two
    assert one != other


def test_training_can_go_on_from_a_tagger(encoder: Encoder, tmp_path: Path) -> None:
    finish(steps(tmp_path / "first", encoder))
    train, dev = hold_out([*GLAD, *SORRY], 5)
    still = Settings(epochs=0.1, learning_rate=0.0, rank=4, alpha=8, token_budget=128)
    finish(
        train_tagger(
            tmp_path / "second",
            encoder,
            train,
            dev,
            labels=("glad", "sorry"),
            settings=still,
            description={},
            start=tmp_path / "first",
        )
    )

    assert (tmp_path / "second" / ADAPTER_FILE).read_bytes() == (
        tmp_path / "first" / ADAPTER_FILE
    ).read_bytes()


def test_a_step_over_two_batches_is_the_step_over_both_at_once(encoder: Encoder, tmp_path: Path) -> None:
    texts = [*GLAD[:4], *SORRY[:4]]  # six tokens each: one batch of eight, or two of four
    weights = {}
    for name, budget, accumulate in (("one", 48, 1), ("two", 24, 2), ("apart", 24, 1)):
        settings = Settings(
            epochs=1, learning_rate=1.0, token_budget=budget, accumulate=accumulate, evaluations=1
        )
        folder = tmp_path / name
        finish(
            train_tagger(
                folder, encoder, texts, texts, labels=("glad", "sorry"), settings=settings, description={}
            )
        )
        weights[name] = load_file(folder / ADAPTER_FILE)["base_model.model.classifier.weight"].numpy()

    np.testing.assert_allclose(weights["two"], weights["one"], atol=1e-3)
    assert abs(weights["apart"] - weights["one"]).max() > 0.1


@pytest.mark.parametrize("stop", ["Training", "Measuring", "Tagging"])
def test_cancelling_leaves_nothing_behind(encoder: Encoder, tmp_path: Path, stop: str) -> None:
    (tmp_path / "taggers").mkdir()
    running = steps(tmp_path / "taggers" / "moods", encoder)
    while next(running).step != stop:
        pass
    running.close()

    assert list((tmp_path / "taggers").iterdir()) == []


def test_cancelling_keeps_the_tagger_there_was(encoder: Encoder, tmp_path: Path) -> None:
    folder = tmp_path / "moods"
    finish(steps(folder, encoder))
    before = (folder / ADAPTER_FILE).read_bytes()
    running = steps(folder, encoder, Settings(seed=9, epochs=1, token_budget=128))
    while next(running).step != "Tagging":
        pass
    running.close()

    assert (folder / ADAPTER_FILE).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if "moods" in path.name] == ["moods"]


def test_training_again_replaces_the_tagger_and_keeps_its_card(encoder: Encoder, tmp_path: Path) -> None:
    folder = tmp_path / "moods"
    finish(steps(folder, encoder))
    (folder / "README.md").write_text("what it is")
    finish(steps(folder, encoder, origin="again"))

    assert read_description(folder)["origin"] == "again"
    assert (folder / "README.md").read_text() == "what it is"


def test_progress_counts_batches_and_tells_the_loss(encoder: Encoder, tmp_path: Path) -> None:
    seen = [progress for progress in steps(tmp_path / "moods", encoder) if progress.step == "Training"]

    assert [progress.done for progress in seen] == list(range(1, len(seen) + 1))
    first, last = (float(progress.note.removeprefix("loss ")) for progress in (seen[0], seen[-1]))
    assert first == pytest.approx(0.693, abs=0.05)  # ln 2: it knows nothing yet
    assert last < first / 2


def test_training_stops_when_it_no_longer_gets_better(encoder: Encoder, tmp_path: Path) -> None:
    patient = Settings(seed=5, epochs=60, learning_rate=0.0, token_budget=128, evaluations=30, patience=2)
    seen = [p for p in steps(tmp_path / "moods", encoder, patient) if p.step == "Training"]

    assert seen[-1].done == round(seen[-1].total * 3 / 30)  # the first score, and two that are no better


def test_an_encoder_that_is_no_bert_is_refused(tmp_path: Path) -> None:
    encoder = Encoder.open(tiny_sbert(tmp_path / "base"), device="cpu")
    config = json.loads((tmp_path / "base" / "config.json").read_text())
    (tmp_path / "base" / "config.json").write_text(json.dumps(config | {"model_type": "mpnet"}))
    encoder.load = lambda: None  # type: ignore[method-assign]

    with pytest.raises(ModelError, match="of the kind “mpnet”"):
        finish(steps(tmp_path / "moods", encoder))


def test_every_text_is_in_one_batch_an_epoch_and_no_batch_is_over_budget() -> None:
    lengths = [3, 40, 7, 7, 12, 5, 30, 3, 9, 21]
    batches = list(training._schedule(lengths, Settings(seed=1, epochs=2, token_budget=45)))

    assert Counter(row for batch in batches for row in batch) == dict.fromkeys(range(10), 2)
    assert all(len(batch) * max(lengths[row] for row in batch) <= 45 for batch in batches)


def test_half_an_epoch_sees_half_of_the_texts() -> None:
    batches = list(training._schedule([4] * 20, Settings(epochs=1.5, token_budget=16)))

    assert sum(map(len, batches)) == 30


def test_the_rate_rises_falls_and_never_ends() -> None:
    rates = [training._rate(share / 100, 0.1) for share in range(1, 101)]

    assert rates[0] == pytest.approx(0.1)
    assert max(rates) == rates[9] == pytest.approx(1)
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[-1] == pytest.approx(0.02)


def test_a_tenth_of_each_label_is_held_out_and_nothing_is_in_both() -> None:
    examples = [LabelledText(str(n), "a" if n < 60 else "b") for n in range(100)]
    train, dev = hold_out(examples, seed=3)

    assert Counter(example.label for example in dev) == {"a": 6, "b": 4}
    assert sorted(example.text for example in [*train, *dev]) == sorted(map(str, range(100)))
    assert (train, dev) == hold_out(examples, seed=3)


def test_too_few_texts_are_told_with_the_labels_they_lack_for() -> None:
    with pytest.raises(TooSmall, match="Too few texts for: rare"):
        hold_out([*GLAD, LabelledText("the storm", "rare")], seed=0)
    with pytest.raises(TooSmall, match="Found: glad"):
        hold_out(GLAD, seed=0)


@pytest.mark.parametrize(
    ("labels", "order"),
    [
        (("positive", "negative", "neutral"), ("negative", "neutral", "positive")),
        (("10", "2", "-1"), ("-1", "2", "10")),
        (("world", "business"), ("business", "world")),
    ],
)
def test_labels_stand_in_an_order_a_person_expects(labels: tuple[str, ...], order: tuple[str, ...]) -> None:
    assert label_order([LabelledText("text", label) for label in labels]) == order


def test_examples_are_the_rows_of_a_table_that_have_a_label(tmp_path: Path) -> None:
    table = tmp_path / "moods.csv"
    table.write_text("text,label\nthe bread was good,glad\nthe river,\nthe storm was bad,sorry\n")
    running = read_examples(Source("table", str(table)))
    seen: list[Progress] = []
    while True:
        try:
            seen.append(next(running))
        except StopIteration as stop:
            examples = stop.value
            break

    assert examples == [
        LabelledText("the bread was good", "glad"),
        LabelledText("the storm was bad", "sorry"),
    ]
    assert seen[-1].unit == "texts"


def test_a_table_without_labels_is_told_in_a_sentence(tmp_path: Path) -> None:
    table = tmp_path / "plain.csv"
    table.write_text("text\nthe bread was good\n")

    with pytest.raises(SourceError, match=r"No row of .* has a label"):
        finish(read_examples(Source("table", str(table))))
