"""Sentences made from patterns: every slot is filled, none stands twice, and figures go the way they are labelled."""

import random
from collections import Counter

import pytest

from engine.training import made_sentences
from engine.training.made_sentences import PATTERNS, SLOTS, filled


def test_every_slot_of_every_pattern_is_known() -> None:
    words = [
        *(pattern for patterns in PATTERNS.values() for pattern in patterns),
        *sum(SLOTS.values(), ()),
    ]

    for text in words:
        made = filled(text, random.Random(1)) if text else ""
        assert not set("{}") & set(made), text


def test_each_subject_gives_as_many_sentences_of_each_label_and_none_twice() -> None:
    made = list(made_sentences.made_sentences(random.Random(0), 50))

    assert Counter(example.label for example in made) == {
        "negative": 100,
        "neutral": 100,
        "positive": 100,
    }
    assert len({example.text for example in made}) == 300


def test_the_same_seed_makes_the_same_sentences() -> None:
    first = list(made_sentences.made_sentences(random.Random(4), 20))

    assert first == list(made_sentences.made_sentences(random.Random(4), 20))


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("no slots  here .", "No slots here."),
        (
            "{day}",
            (
                "Monday",
                "3 May",
                "Thursday",
                "The end of the month",
                "1 January 2010",
                "Friday",
                "June 15",
                "29 October",
            ),
        ),
    ],
)
def test_a_filled_pattern_has_a_capital_and_single_spaces(pattern: str, text: str | tuple[str, ...]) -> None:
    made = filled(pattern, random.Random(0))

    assert made == text or made in text
