"""What the sentiment tagger learns from: treebank texts put together again, windows, and dev splits kept apart."""

import random
from pathlib import Path

import pytest

from engine.tagging import sentiment_texts as texts


@pytest.mark.parametrize(
    ("apart", "together"),
    [
        ("I ca n't say it 's bad .", "I can't say it's bad."),
        ("A `` quiet '' place , is n't it ?", "A “quiet” place, isn't it?"),
        ("They -LRB- all of them -RRB- left .", "They (all of them) left."),
        ("nothing to do", "nothing to do"),
    ],
)
def test_a_text_taken_apart_is_put_together_as_people_write_it(apart: str, together: str) -> None:
    assert texts.joined(apart) == together


def test_windows_are_stretches_of_a_long_text_from_its_start_end_and_middle() -> None:
    words = [f"word{number}" for number in range(200)]
    chance = random.Random(0)
    starts = set()
    for _ in range(60):
        cut = texts.window(" ".join(words), chance).split()
        starts.add(words.index(cut[0]))
        assert cut == words[words.index(cut[0]) :][: texts.WINDOW_WORDS]

    assert {0, 200 - texts.WINDOW_WORDS} < starts


def test_a_short_text_is_its_own_window() -> None:
    assert texts.window("as it\nis", random.Random(0)) == "as it\nis"


def test_no_held_out_text_is_trained_on(shared_data: Path) -> None:
    for stage in (texts.first_texts, texts.second_texts):
        trained = [example.text for example in stage(shared_data, random.Random(0))]
        long = {text for text in trained if len(text.split()) >= texts.WINDOW_WORDS}
        sentences = {example.text for example in texts.polar_sentences(shared_data)}

        assert len(trained) > 50_000
        assert not sentences & set(trained)
        for review in texts.held_out_film_reviews(shared_data, 40):
            assert not any(window in " ".join(review.text.split()) for window in long)
