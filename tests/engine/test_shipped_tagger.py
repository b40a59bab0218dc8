"""The sentiment tagger that comes with Asterism: its files, plain sentences, and its marks on held-out texts."""

import gzip
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.progress import finish
from engine.tagging.tagger import SENTIMENT_LABELS, Tagger, shipped_tagger
from engine.tagging.tagger_files import ADAPTER_FILE, DESCRIPTION_FILE
from engine.tagging.tagger_measures import LabelledText, evaluate
from engine.training import sentiment_texts
from tests.own_sentences import AIRLINES, BUSINESS, REMARKS

MEGABYTES = 1_000_000


@pytest.fixture(scope="module")
def shipped() -> Tagger:
    return Tagger.open(shipped_tagger())


def test_the_shipped_tagger_is_small_and_holds_no_pickle() -> None:
    files = [path for path in shipped_tagger().iterdir() if path.is_file()]

    assert {path.name for path in files} == {
        ADAPTER_FILE,
        DESCRIPTION_FILE,
        "README.md",
    }
    assert sum(path.stat().st_size for path in files) <= 5 * MEGABYTES


def test_the_shipped_tagger_says_what_it_is() -> None:
    said = json.loads((shipped_tagger() / DESCRIPTION_FILE).read_text("utf-8"))

    assert tuple(said["labels"]) == SENTIMENT_LABELS
    assert said["base"] == "all-MiniLM-L6-v2"
    assert said["measured"]["SST-2 dev accuracy"] >= 0.89
    assert said["measured"]["IMDB held out accuracy"] >= 0.91
    assert said["settings"]["seed"] == 0
    assert 0.5 < said["temperature"] < 2


@pytest.mark.parametrize(
    ("label", "text"),
    [
        (
            "positive",
            "What a wonderful evening, I have not laughed like that in years.",
        ),
        (
            "positive",
            "The staff were friendly and the soup was the best I have ever had.",
        ),
        ("positive", "Thank you so much, this fixed my problem at once!"),
        (
            "negative",
            "The worst hotel I have ever stayed in: dirty, loud and far too dear.",
        ),
        ("negative", "I am so disappointed, it broke on the second day."),
        ("negative", "A dull, endless film with nothing to say."),
        ("neutral", "The committee meets on Tuesday at three in room 12."),
        ("neutral", "The bus to the station leaves every twenty minutes."),
        ("neutral", "Chapter four describes the structure of the data."),
        ("positive", "It was dull at first, but the last hour is deeply moving."),
        (
            "negative",
            "The acting is splendid, but the story makes no sense and bored me to tears.",
        ),
        (
            "positive",
            "Net income more than doubled, well ahead of what analysts had expected.",
        ),
        (
            "negative",
            "Quarterly profit dropped sharply and the firm expects another weak year.",
        ),
        ("neutral", "The firm, founded in 1962, sells garden tools through 40 shops."),
        (
            "positive",
            "Shout out to the crew on tonight's flight, you made my kid's day.",
        ),
        (
            "negative",
            "My suitcase never turned up and nobody at the desk could say where it was.",
        ),
        ("neutral", "Which terminal does the evening flight to Oslo leave from?"),
    ],
)
def test_the_shipped_tagger_sees_what_anybody_would(shipped: Tagger, label: str, text: str) -> None:
    assert shipped.labels[int(shipped.probabilities([text])[0].argmax())] == label


def test_the_shipped_tagger_is_not_upset_by_odd_texts(shipped: Tagger) -> None:
    probabilities = shipped.probabilities(["", " \n\t", "🙂", "日本語のテキスト", "x" * 5000])

    assert np.isfinite(probabilities).all()
    np.testing.assert_allclose(probabilities.sum(1), 1, atol=1e-5)


def test_the_shipped_tagger_reaches_its_mark_on_sst_2(shipped: Tagger, shared_data: Path) -> None:
    with gzip.open(shared_data / "sentiment/sst/sst2_dev.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    gold: NDArray[np.int64] = np.array([row["label"] for row in rows])
    probabilities = shipped.probabilities([row["text"] for row in rows])
    by_hand = ((probabilities[:, 2] > probabilities[:, 0]) == gold).mean()

    measured = finish(
        evaluate(
            shipped,
            [LabelledText(row["text"], str(row["label"])) for row in rows],
            {"0": "negative", "1": "positive"},
        )
    )

    assert len(rows) == 872
    assert by_hand >= 0.885
    assert measured.accuracy == pytest.approx(by_hand)
    assert measured.calibration_error <= 0.04


def test_the_shipped_tagger_reaches_its_mark_on_tweets(shipped: Tagger, shared_data: Path) -> None:
    tweets = sentiment_texts.tweets_of(shared_data, "dev")[:600]

    measured = finish(evaluate(shipped, tweets))

    assert sum(measured.recalls) / 3 >= 0.66


def test_the_shipped_tagger_reaches_its_mark_on_whole_film_reviews(
    shipped: Tagger, shared_data: Path
) -> None:
    reviews = sentiment_texts.held_out_film_reviews(shared_data, 100)

    measured = finish(evaluate(shipped, reviews, {"negative": "negative", "positive": "positive"}))

    assert measured.texts == 100
    assert measured.accuracy >= 0.87


def test_a_copy_of_the_shipped_tagger_opens_anywhere(shipped: Tagger, tmp_path: Path) -> None:
    copy = shutil.copytree(shipped_tagger(), tmp_path / "elsewhere")

    np.testing.assert_array_equal(
        Tagger.open(copy).probabilities(["The bread was good."]),
        shipped.probabilities(["The bread was good."]),
    )


@pytest.mark.parametrize(
    ("sentences", "at_least"),
    [(BUSINESS, 0.74), (AIRLINES, 0.82), (REMARKS, 0.57)],
    ids=["business", "airlines", "remarks"],
)
def test_it_is_right_for_most_sentences_of_other_kinds(
    shipped: Tagger, sentences: tuple[tuple[str, str], ...], at_least: float
) -> None:
    told = shipped.probabilities([text for _, text in sentences]).argmax(1)
    right = [SENTIMENT_LABELS[said] == label for said, (label, _) in zip(told, sentences, strict=True)]

    assert sum(right) / len(right) >= at_least
