"""What the sentiment tagger learns from: treebank texts put together again, windows, and dev splits kept apart."""

import gzip
import json
import random
from pathlib import Path

import pytest

from engine.training import sentiment_texts as texts


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
    for stage in (texts.first_texts, texts.second_texts, texts.third_texts):
        trained = [example.text for example in stage(shared_data, random.Random(0))]
        long = {text for text in trained if len(text.split()) >= texts.WINDOW_WORDS}
        sentences = {example.text for example in texts.polar_sentences(shared_data)}

        assert len(trained) > 50_000
        assert not sentences & set(trained)
        for review in texts.held_out_film_reviews(shared_data, 12):
            assert not any(window in " ".join(review.text.split()) for window in long)


def test_what_calibrates_is_not_trained_on(shared_data: Path) -> None:
    trained = {" ".join(example.text.split()) for example in texts.third_texts(shared_data, random.Random(0))}
    kinds = list(texts.calibration_texts(shared_data))
    windows = [" ".join(example.text.split()) for examples, _ in kinds[3:] for example in examples]

    assert [len(examples) for examples, _ in kinds] == [texts.CALIBRATING] * 5
    assert len(set(windows) & trained) <= 8  # some film reviews stand twice in the set


def test_halves_of_opposite_mood_are_labelled_by_the_one_that_counts(tmp_path: Path) -> None:
    rows = [{"text": "a dull and empty film .", "label": 0}, {"text": "the songs are a joy .", "label": 4}]
    folder = tmp_path / "sentiment" / "sst"
    folder.mkdir(parents=True)
    with gzip.open(folder / "sst5_train.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)

    made = list(texts.of_two_minds(tmp_path, random.Random(0), 200))

    assert len({example.text for example in made}) == 2 * len(texts.CONCESSIONS)
    for example in made:
        dull_first = example.text.index("dull") < example.text.index("songs")
        first_counts = ", although" in example.text or ", even though" in example.text
        assert (example.label == "negative") == (dull_first == first_counts)
