"""The stages of the shipped taggers' recipes: each goes on from the one before, and tagger.json tells of all."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine.progress import finish
from engine.tagging.tagger import Tagger
from engine.tagging.tagger_files import read_description
from engine.tagging.tagger_measures import LabelledText
from engine.training.fitting import Settings
from engine.training.recipes import ORIGIN, measured_on, train_stage

TEXTS = [
    LabelledText("a fine warm film", "good"),
    LabelledText("a cold dull film", "bad"),
    LabelledText("warm and funny", "good"),
    LabelledText("dull and long", "bad"),
]
FIRST = Settings(epochs=1, rank=2, alpha=4, top_layers=1, evaluations=1)
LATER = Settings(epochs=1, rank=3, alpha=6, top_layers=1, evaluations=1)


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return the folders of three stages."""
    folders = [tmp_path_factory.mktemp("stages") / name for name in ("first", "second", "third")]
    for number, folder in enumerate(folders):
        start = folders[number - 1] if number else None
        settings = LATER if number else FIRST
        finish(
            train_stage(
                folder, "mood", ("bad", "good"), TEXTS[: 2 + number], TEXTS, settings, start=start, test=TEXTS
            )
        )
    return folders


def test_each_stage_tells_of_those_before_it(stages: list[Path]) -> None:
    told = [read_description(folder) for folder in stages]

    assert [one["origin"] for one in told] == [ORIGIN] * 3
    assert "first_stage" not in told[0]
    assert told[1]["first_stage"]["settings"]["rank"] == 2
    assert "second_stage" not in told[1]
    assert told[2]["first_stage"] == told[1]["first_stage"]
    assert told[2]["second_stage"] == {"settings": told[1]["settings"], "texts": {"good": 2, "bad": 1}}


def test_a_set_is_measured_with_the_temperature_and_without(stages: list[Path]) -> None:
    tagger = Tagger.open(stages[2])
    manner = tagger.manner = replace(tagger.manner, temperature=3.0)

    told = finish(measured_on(tagger, TEXTS))

    assert tagger.manner is manner
    assert told["ECE"] != told["ECE without temperature"]
