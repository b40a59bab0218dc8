"""The texts that the combining of windows is fitted to."""

import random
from pathlib import Path

from engine.training.long_texts import MADE, long_texts
from engine.training.sentiment_texts import imdb, polar_sentences


def test_long_texts_are_none_that_the_tagger_was_trained_or_is_tested_on(shared_data: Path) -> None:
    trained_or_tested = {row["text"] for row in imdb(shared_data)[:19_000]}

    reviews, plain, turning = long_texts(shared_data, random.Random(0))

    assert len(reviews.examples) == 1000
    # a few reviews are in the data set twice
    assert sum(example.text in trained_or_tested for example in reviews.examples) <= 10
    assert (len(plain.examples), len(turning.examples)) == (MADE, MADE)


def test_a_text_that_turns_ends_with_what_its_label_says(shared_data: Path) -> None:
    moods = {}
    for example in polar_sentences(shared_data):
        moods.setdefault(example.label, []).append(example.text)

    _, plain, turning = long_texts(shared_data, random.Random(0))

    for before, after in zip(plain.examples, turning.examples, strict=True):
        assert after.text.startswith(f"{before.text} But ")
        assert {before.label, after.label} == {"negative", "positive"}
    assert {label: len(texts) for label, texts in moods.items()} == {"negative": 428, "positive": 444}
