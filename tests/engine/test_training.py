"""Training: it learns, it repeats itself, it stops cleanly, and it splits and orders as it says."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from transformers import BertConfig, BertModel

from engine.encoding.encoder import Encoder
from engine.progress import Progress, finish
from engine.tagging.known_taggers import tagger_info
from engine.tagging.tagger import Tagger
from engine.tagging.tagger_files import ADAPTER_FILE, DESCRIPTION_FILE, read_description
from engine.tagging.tagger_measures import LabelledText
from engine.training import fitting
from engine.training.examples import hold_out
from engine.training.fitting import Settings
from engine.training.training import adapter_settings, train_tagger
from indexes.errors import ModelError
from tests.tiny_models import tiny_sbert

NOUNS = ("bread", "train", "school", "doctor", "garden", "music", "storm", "river", "star", "bird")
SUBJECTS = [f"{which} {noun}" for which in ("the", "a", "this", "one", "we and the") for noun in NOUNS]
GLAD = [LabelledText(f"{who} was {word}", "glad") for who in SUBJECTS for word in ("good", "happy")]
SORRY = [LabelledText(f"{who} was {word}", "sorry") for who in SUBJECTS for word in ("bad", "sad")]
QUICK = Settings(seed=5, epochs=10, learning_rate=8e-3, rank=4, alpha=8, token_budget=128, evaluations=4)
BRIEF = replace(QUICK, epochs=1, evaluations=1)


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
    finish(steps(tmp_path / "moods", encoder, BRIEF, origin="a test"))
    said = read_description(tmp_path / "moods")

    assert {path.name for path in (tmp_path / "moods").iterdir()} == {ADAPTER_FILE, DESCRIPTION_FILE}
    assert said["labels"] == ["glad", "sorry"]
    assert said["origin"] == "a test"
    assert said["settings"]["seed"] == 5
    assert said["texts"] == {"glad": 80, "sorry": 80}  # 100 each, a fifth held out
    assert said["measured"]["held-out texts"] == 40
    assert set(said["versions"]) == {"torch", "transformers", "peft"}


def test_the_same_seed_gives_the_same_weights_and_another_does_not(encoder: Encoder, tmp_path: Path) -> None:
    for name, seed in (("one", 5), ("two", 5), ("other", 6)):
        finish(steps(tmp_path / name, encoder, Settings(seed=seed, epochs=0.5, rank=4, token_budget=128)))
    one, two, other = ((tmp_path / name / ADAPTER_FILE).read_bytes() for name in ("one", "two", "other"))

    assert one == two
    assert one != other


def test_training_can_go_on_from_a_tagger(encoder: Encoder, tmp_path: Path) -> None:
    finish(steps(tmp_path / "first", encoder, BRIEF))
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


def validated(running: Any) -> Progress:
    """Go on to the end of the next validation and return what was said of it."""
    while True:
        progress: Progress = next(running)
        if "held-out macro-F1" in dict(progress.values):
            return progress


def test_cancelling_before_anything_was_measured_leaves_nothing_behind(
    encoder: Encoder, tmp_path: Path
) -> None:
    (tmp_path / "taggers").mkdir()
    running = steps(tmp_path / "taggers" / "moods", encoder)
    while not next(running).note.startswith("measuring"):
        pass
    running.close()

    assert list((tmp_path / "taggers").iterdir()) == []


def test_cancelling_before_anything_was_measured_keeps_the_tagger_there_was(
    encoder: Encoder, tmp_path: Path
) -> None:
    folder = tmp_path / "moods"
    finish(steps(folder, encoder, BRIEF))
    before = (folder / ADAPTER_FILE).read_bytes()
    running = steps(folder, encoder, Settings(seed=9, epochs=1, token_budget=128))
    while next(running).step != "Training":
        pass
    running.close()

    assert (folder / ADAPTER_FILE).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if "moods" in path.name] == ["moods"]


def test_cancelling_keeps_the_best_so_far_and_what_is_known_of_it(encoder: Encoder, tmp_path: Path) -> None:
    folder = tmp_path / "moods"
    slow = replace(QUICK, learning_rate=2e-3, evaluations=8)
    running = steps(folder, encoder, slow, origin="a test")
    scores = [dict(validated(running).values)["held-out macro-F1"] for _ in range(3)]
    for _ in range(2):
        next(running)
    running.close()
    said = read_description(folder)
    info = tagger_info(folder)
    tagger = Tagger.open(folder)
    _, dev = hold_out([*GLAD, *SORRY], slow.seed)
    told = tagger.probabilities([example.text for example in dev]).argmax(1)

    best_at, batches = said["best_batch"]
    assert said["stopped"] == f"stopped early at batch {round(3 * batches / 8) + 2} of {batches}"
    assert info.origin == f"a test; {said['stopped']}"
    assert best_at in (round(n * batches / 8) for n in range(1, 4))
    assert info.report is not None
    assert info.report.macro_f1 == pytest.approx(max(scores), abs=1e-6)
    right = np.mean([tagger.labels[label] == example.label for label, example in zip(told, dev, strict=True)])
    assert info.report.accuracy == pytest.approx(right)  # the weights are those that were measured


def test_cancelling_while_the_whole_is_measured_keeps_it(encoder: Encoder, tmp_path: Path) -> None:
    finish(steps(tmp_path / "whole", encoder, BRIEF))
    running = steps(tmp_path / "cut", encoder, BRIEF)
    while next(running).step != "Measuring":
        pass
    running.close()

    assert (tmp_path / "cut" / ADAPTER_FILE).read_bytes() == (tmp_path / "whole" / ADAPTER_FILE).read_bytes()
    assert [path.name for path in tmp_path.iterdir() if "cut" in path.name] == ["cut"]


def test_training_again_replaces_the_tagger_and_keeps_its_card(encoder: Encoder, tmp_path: Path) -> None:
    folder = tmp_path / "moods"
    finish(steps(folder, encoder, BRIEF))
    (folder / "README.md").write_text("what it is")
    finish(steps(folder, encoder, BRIEF, origin="again"))

    assert read_description(folder)["origin"] == "again"
    assert (folder / "README.md").read_text() == "what it is"


def test_progress_counts_all_batches_and_brings_the_losses_and_scores(
    encoder: Encoder, tmp_path: Path
) -> None:
    seen = [progress for progress in steps(tmp_path / "moods", encoder) if progress.step == "Training"]
    points = [progress for progress in seen if not progress.note.startswith("measuring")]
    losses = [dict(progress.values)["loss"] for progress in points if progress.note.startswith("loss")]
    measured = [dict(progress.values) for progress in points if progress.note.startswith("held-out")]

    assert [progress.done for progress in seen] == sorted(progress.done for progress in seen)
    assert seen[-1].done == seen[-1].total  # so that the time left runs down to nothing
    assert len({progress.total for progress in seen}) == 1
    assert losses[0] == pytest.approx(0.693, abs=0.15)  # ln 2: it knows nothing yet
    assert losses[-1] < losses[0] / 2
    assert [set(values) for values in measured] == [
        {"held-out loss", "held-out macro-F1"}
    ] * QUICK.evaluations
    assert measured[-1]["held-out macro-F1"] == 1
    assert measured[-1]["held-out loss"] < 0.3


def test_training_stops_when_it_no_longer_gets_better(encoder: Encoder, tmp_path: Path) -> None:
    patient = Settings(seed=5, epochs=60, learning_rate=0.0, token_budget=128, evaluations=30, patience=2)
    notes = [p.note for p in steps(tmp_path / "moods", encoder, patient) if p.step == "Training"]

    scores = [note for note in notes if note.startswith("held-out")]
    assert len(scores) == 3  # the first score, and two that are no better
    assert notes[-1] == scores[-1]


def test_an_encoder_that_is_no_bert_is_refused(tmp_path: Path) -> None:
    encoder = Encoder.open(tiny_sbert(tmp_path / "base"), device="cpu")
    config = json.loads((tmp_path / "base" / "config.json").read_text())
    (tmp_path / "base" / "config.json").write_text(json.dumps(config | {"model_type": "mpnet"}))
    encoder.load = lambda: None  # type: ignore[method-assign]

    with pytest.raises(ModelError, match="of the kind “mpnet”"):
        finish(steps(tmp_path / "moods", encoder))


def test_every_text_is_in_one_batch_an_epoch_and_no_batch_is_over_budget() -> None:
    lengths = [3, 40, 7, 7, 12, 5, 30, 3, 9, 21]
    batches = list(fitting._schedule(lengths, Settings(seed=1, epochs=2, token_budget=45)))

    assert Counter(row for batch in batches for row in batch) == dict.fromkeys(range(10), 2)
    assert all(len(batch) * max(lengths[row] for row in batch) <= 45 for batch in batches)


def test_a_batch_has_no_more_texts_than_wished_for() -> None:
    batches = list(fitting._schedule([3] * 20, Settings(epochs=1, most_texts=6)))

    assert sorted(map(len, batches)) == [2, 6, 6, 6]


def test_few_texts_are_read_more_often_and_in_smaller_batches() -> None:
    few, some, many = (adapter_settings(texts, 3, seed=4) for texts in (20, 600, 5000))

    assert (few.epochs, few.most_texts) == (30, 16)
    assert (some.epochs, some.most_texts) == (5, 16)
    assert (many.epochs, many.most_texts, many.seed) == (3, 64, 4)


def test_half_an_epoch_sees_half_of_the_texts() -> None:
    batches = list(fitting._schedule([4] * 20, Settings(epochs=1.5, token_budget=16)))

    assert sum(map(len, batches)) == 30


def test_the_rate_rises_falls_and_never_ends() -> None:
    rates = [fitting._rate(share / 100, 0.1) for share in range(1, 101)]

    assert rates[0] == pytest.approx(0.1)
    assert max(rates) == rates[9] == pytest.approx(1)
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[-1] == pytest.approx(0.02)


def test_a_narrow_tagger_grows_into_a_wide_one_that_says_the_same(encoder: Encoder, tmp_path: Path) -> None:
    finish(steps(tmp_path / "narrow", encoder, BRIEF))
    still = replace(QUICK, rank=7, alpha=21, learning_rate=0.0, epochs=0.1, evaluations=1)
    train, dev = hold_out([*GLAD, *SORRY], 5)
    finish(
        train_tagger(
            tmp_path / "wide",
            encoder,
            train,
            dev,
            labels=("glad", "sorry"),
            settings=still,
            description={},
            start=tmp_path / "narrow",
        )
    )
    texts = ["water was good", "water was bad", "the storm was happy"]
    narrow = Tagger.open(tmp_path / "narrow").probabilities(texts)
    wide = Tagger.open(tmp_path / "wide").probabilities(texts)

    assert load_file(tmp_path / "wide" / ADAPTER_FILE)["base_model.model.classifier.weight"].shape[0] == 2
    assert any(tensor.shape[0] == 7 for tensor in load_file(tmp_path / "wide" / ADAPTER_FILE).values())
    assert wide == pytest.approx(narrow, abs=2e-3)  # float16 once more


def test_an_average_of_weights_is_the_weights_so_far_the_late_ones_counting_most() -> None:
    weight = torch.nn.Parameter(torch.zeros(1))
    average = fitting._Average([weight], 0.5)
    for value in (4.0, 8.0):
        weight.data.fill_(value)
        average.follow()
    # by hand: a decay of 1/11, then 2/12: 4 · 10/11 = 3.636…, then 3.636 · 2/12 + 8 · 10/12 = 7.2727…
    with average.in_place():
        assert weight.item() == pytest.approx(7.272727)
    assert weight.item() == 8


def learner(encoder: Encoder, multi_label: bool = False) -> fitting.Learner:
    encoder.load()
    return fitting.Learner(encoder.model, encoder.tokenizer, "cpu", encoder.max_tokens, dict, multi_label)


def test_pairs_are_told_apart_by_their_order(encoder: Encoder) -> None:
    """[CLS] text [SEP] second [SEP], the second half marked as such."""
    (ids, types), (_, shorter) = fitting.read_inputs(
        learner(encoder), [LabelledText("water was", "a", "good"), LabelledText("bad", "b", "a star")], 16
    )
    assert encoder.tokenizer.decode(ids) == "[CLS] water was [SEP] good [SEP]"
    assert types == [0, 0, 0, 0, 1, 1]
    assert shorter == [0, 0, 0, 1, 1, 1]


def test_several_labels_are_learned_each_for_itself(encoder: Encoder, tmp_path: Path) -> None:
    texts = [
        LabelledText(f"{who} was {mood} {speed}", labels[0] if labels else "", "", labels[1:])
        for who in SUBJECTS
        for mood, speed, labels in (
            ("good", "slow", ("glad", "slow")),
            ("good", "fast", ("glad",)),
            ("bad", "slow", ("slow",)),
            ("bad", "fast", ()),
        )
    ]
    train, dev = hold_out(texts, 1)
    settings = replace(QUICK, epochs=8, max_tokens=16)
    finish(
        train_tagger(
            tmp_path / "both",
            encoder,
            train,
            dev,
            labels=("glad", "slow"),
            settings=settings,
            description={},
            multi_label=True,
        )
    )
    info = tagger_info(tmp_path / "both")
    told = Tagger.open(tmp_path / "both").probabilities(
        [
            "the water was good slow",
            "the water was good fast",
            "the water was bad slow",
            "the water was bad fast",
        ]
    )

    assert info.multi_label
    assert ((told > 0.5) == [[1, 1], [1, 0], [0, 1], [0, 0]]).all()


def test_pairs_are_learned_and_tagged_as_pairs(encoder: Encoder, tmp_path: Path) -> None:
    words = ("good", "bad", "slow", "red")
    texts = [
        LabelledText(f"{who} was {one}", "same" if one == other else "other", f"it was {other}")
        for who in SUBJECTS[:20]
        for one in words
        for other in (one, words[words.index(one) - 1])
    ]
    train, dev = hold_out(texts, 1)
    settings = replace(QUICK, evaluations=1, epochs=0.5)
    finish(
        train_tagger(
            tmp_path / "pairs",
            encoder,
            train,
            dev,
            labels=("other", "same"),
            settings=settings,
            description={},
        )
    )
    info = tagger_info(tmp_path / "pairs")
    tagger = Tagger.open(tmp_path / "pairs")
    told = tagger.probabilities(["a bird was red"] * 2, ["it was red", "it was slow"])

    assert info.pair
    assert tagger.pair
    assert abs(told[0] - told[1]).max() > 1e-4  # it reads the second text


def test_texts_apart_from_those_that_chose_give_the_measures_and_a_temperature(
    encoder: Encoder, tmp_path: Path
) -> None:
    train, dev = hold_out([*GLAD, *SORRY], 5)
    for name, choosing, test in (("few", dev, ()), ("many", [*train[:120]], dev[:30])):
        finish(
            train_tagger(
                tmp_path / name,
                encoder,
                train,
                choosing,
                labels=("glad", "sorry"),
                settings=replace(QUICK, learning_rate=2e-3),
                description={},
                test=test,
            )
        )
    few, many = (read_description(tmp_path / name) for name in ("few", "many"))

    assert (few["temperature"], few["measured"]["held-out texts"]) == (1.0, 40)
    assert "The same texts chose" in few["report"]["caution"]
    assert many["temperature"] != 1.0
    assert many["measured"]["held-out texts"] == 30
    assert "The same texts chose" not in many["report"]["caution"]


def test_long_texts_are_counted_where_only_their_beginning_is_read(encoder: Encoder, tmp_path: Path) -> None:
    long = [LabelledText("the bread was good " * 20, "glad"), *GLAD[:9], *SORRY[:10]]
    brief = replace(QUICK, epochs=1, evaluations=1, max_tokens=20)
    finish(
        train_tagger(
            tmp_path / "long",
            encoder,
            long,
            SORRY[:5] + GLAD[:5],
            labels=("glad", "sorry"),
            settings=brief,
            description={"origin": "a test"},
        )
    )

    assert (
        tagger_info(tmp_path / "long").origin == "a test; of 1 long text only the beginning was learned from"
    )
