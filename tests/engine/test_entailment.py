"""The entailment tagger: its pairs kept apart by premise, its files, and its answers to plain pairs."""

import json
import random
from pathlib import Path

import pytest

from engine.progress import finish
from engine.tagging.records import NLI
from engine.tagging.tagger import Tagger, shipped_tagger
from engine.tagging.tagger_files import ADAPTER_FILE, DESCRIPTION_FILE
from engine.tagging.tagger_measures import LabelledText, evaluate
from engine.training import entailment_texts as texts
from engine.training.entailment import sides

MEGABYTES = 1_000_000
PREMISE = "A man in a blue shirt is playing a guitar on a small stage."


@pytest.fixture(scope="module")
def shipped() -> Tagger:
    return Tagger.open(shipped_tagger(NLI))


def test_no_premise_is_on_two_sides_and_no_pair_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(texts, "TESTING", 20)
    monkeypatch.setattr(texts, "CHOOSING", 10)
    pairs = [LabelledText(f"premise {n // 3}", "neutral", f"hypothesis {n}") for n in range(90)]

    train, choosing, testing = texts.split(pairs, random.Random(0))

    assert sorted([*train, *choosing, *testing], key=lambda pair: pair.second) == sorted(
        pairs, key=lambda pair: pair.second
    )
    # whole premises of three: the first multiple of 3 from 20 on, and from 30 on
    assert (len(testing), len(choosing), len(train)) == (21, 9, 60)
    premises = [{pair.text for pair in side} for side in (train, choosing, testing)]
    assert sum(map(len, premises)) == len(set.union(*premises)) == 30


@pytest.mark.parametrize(
    ("said", "denied"),
    [
        ("A man is outside.", "A man is not outside."),
        ("It has been raining.", "It has not been raining."),
        ("They could see it.", "They could not see it."),
        ("Birds sing.", None),
        ("It is not late.", None),
    ],
)
def test_not_goes_behind_the_first_verb_that_takes_it(said: str, denied: str | None) -> None:
    assert texts.negated(said) == denied


def test_made_pairs_turn_on_one_word() -> None:
    train = [
        LabelledText("A man sings.", "entailment", "A man is singing."),
        LabelledText("A man sings.", "neutral", "The man is famous."),
        LabelledText("A man sings.", "contradiction", "Two men are silent."),
        LabelledText("It was hot.", "entailment", "The day was hot."),
    ]
    made = {(pair.text, pair.label, pair.second) for pair in texts.made_pairs(train, random.Random(0))}

    assert ("A man sings.", "contradiction", "A man is not singing.") in made
    assert ("A man sings.", "neutral", "The man is not famous.") in made
    assert ("Two men are silent.", "contradiction", "three men are silent.") in made
    assert {label for _, label, _ in made} == set(texts.LABELS)


def test_the_entailment_tagger_is_small_and_holds_no_pickle() -> None:
    files = [path for path in shipped_tagger(NLI).iterdir() if path.is_file()]

    assert {path.name for path in files} == {
        ADAPTER_FILE,
        DESCRIPTION_FILE,
        "README.md",
    }
    assert sum(path.stat().st_size for path in files) <= 5 * MEGABYTES


def test_the_entailment_tagger_says_what_it_is() -> None:
    said = json.loads((shipped_tagger(NLI) / DESCRIPTION_FILE).read_text("utf-8"))

    assert tuple(said["labels"]) == texts.LABELS
    assert said["pair"] is True
    assert said["multi_label"] is False
    assert said["base"] == "all-MiniLM-L6-v2"
    assert said["measured"]["SNLI held out accuracy"] >= 0.7


@pytest.mark.parametrize(
    ("label", "second"),
    [
        ("entailment", "A man is playing an instrument."),
        ("contradiction", "The stage is empty and nobody is playing."),
        ("neutral", "The man is famous."),
    ],
)
def test_the_entailment_tagger_sees_what_anybody_would(shipped: Tagger, label: str, second: str) -> None:
    assert shipped.labels[int(shipped.probabilities([PREMISE], [second])[0].argmax())] == label


def test_what_entails_is_not_entailed_in_turn(shipped: Tagger) -> None:
    general = "A man is playing an instrument."
    there, back = shipped.probabilities([PREMISE, general], [general, PREMISE])

    assert there[0] > 0.6 > 0.5 > back[0]


def test_the_entailment_tagger_reaches_its_mark_on_pairs_it_has_not_seen(
    shipped: Tagger, shared_data: Path
) -> None:
    testing = [testing[:200] for _, _, testing in sides(shared_data).values()]

    measured = finish(evaluate(shipped, [pair for side in testing for pair in side]))

    assert measured.texts == 400
    assert measured.accuracy >= 0.68
