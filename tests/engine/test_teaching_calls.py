"""Teaching: labels given to passages, own taggers and lessons over others, learned and taken back."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.progress import finish
from engine.teaching import heads
from engine.teaching.calls import TeachingCalls
from indexes.catalogue import Catalogue
from indexes.errors import CorpusBusy, CorpusError, ModelError, TooSmall
from indexes.lock import write_lock
from indexes.records import NONE
from tests.indexes.making import put_texts, text_hash

ENCODER = "tiny@000000000001/mean"
DIM = 8
WORDS = ("sea", "air", "land")
"""A text with one of these words points along one axis, with noise."""


def texts_of(count: int) -> list[str]:
    return [f"Text {number} of the {WORDS[number % 3]}." for number in range(count)]


def vectors(texts: Sequence[str], seed: int = 0) -> NDArray[np.float32]:
    noise = np.random.default_rng(seed).normal(0, 0.05, (len(texts), DIM))
    axes = np.array([next((i for i, word in enumerate(WORDS) if word in text), 3) for text in texts])
    rows = np.eye(DIM)[axes] + noise
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def fill(catalogue: Catalogue, texts: Sequence[str], encoder: str = ENCODER) -> None:
    put_texts(catalogue, **{f"t{number}": text for number, text in enumerate(texts)})
    catalogue.add_embeddings(encoder, [text_hash(text) for text in texts], vectors(texts))


@pytest.fixture
def calls(tmp_path: Path) -> Iterator[TeachingCalls]:
    """A library with the corpus Notes: passage n (from 1) is of the sea, the air or the land in turn."""
    with TeachingCalls(tmp_path) as opened:
        opened.library.create("Notes")
        with opened._corpus("Notes").writing() as catalogue:
            fill(catalogue, texts_of(30))
        yield opened


def teach(calls: TeachingCalls, name: str, each: int = 3, corpus: str = "Notes") -> None:
    """Give the first passages of each word its label."""
    for number, word in enumerate(WORDS):
        calls.label_passages(corpus, [1 + number + 3 * i for i in range(each)], [word], name)


def labels(calls: TeachingCalls, name: str) -> list[str]:
    tags = calls.tags("Notes", name)
    return [tags.labels[number] for number in tags.label_ids]


def test_a_tagger_is_made_labelled_and_learns_to_tell_the_rest(calls: TeachingCalls) -> None:
    made = calls.make_tagger("places", WORDS)
    assert (made.labels, made.taught, made.kind) == (WORDS, False, "head")
    teach(calls, "places")
    assert len(calls.tags("Notes", "places").passage_ids) == 9
    lesson = finish(calls.learn("Notes", "places"))
    assert (lesson.tagger, lesson.given, lesson.before, lesson.changed) == ("places", 9, None, 0)
    assert (lesson.after.texts, lesson.after.accuracy) == (9, 1.0)
    assert "9 texts" in lesson.after.caution
    assert labels(calls, "places") == [WORDS[number % 3] for number in range(30)]
    assert calls.tagger_info("places").taught if hasattr(calls, "tagger_info") else True


def test_labels_are_given_in_any_case_replaced_and_taken_back(calls: TeachingCalls) -> None:
    calls.make_tagger("places", WORDS)
    calls.label_passages("Notes", [4, 2], [" Sea "], "places")
    calls.label_passages("Notes", [2], ["air"], "places")
    assert calls.given_labels("Notes", "places") == ((4, ("sea",)), (2, ("air",)))
    assert calls.label_passages("Notes", [2], (), "places").passage_ids.tolist() == []
    tags = calls.tags("Notes", "places")
    assert (tags.passage_ids.tolist(), tags.label_ids.tolist()) == ([4], [0])
    assert tags.labels == WORDS


def test_labelling_returns_the_tags_of_these_passages_and_the_rest_stays_as_it_was(
    calls: TeachingCalls,
) -> None:
    calls.make_tagger("places", WORDS)
    teach(calls, "places")
    finish(calls.learn("Notes", "places"))
    before = calls.tags("Notes", "places")
    for asked, given in (([30, 2], ["land"]), ([2], []), ([4, 5], ["sea"])):
        now = calls.label_passages("Notes", asked, given, "places")
        assert now.passage_ids.tolist() == sorted(asked)
        assert now.is_like(before)
        before = before.with_change(asked, now)
        whole = calls.tags("Notes", "places")
        for name in ("passage_ids", "label_ids", "probabilities", "given"):
            np.testing.assert_array_equal(getattr(before, name), getattr(whole, name), name)


def test_a_label_for_sentiment_counts_before_anything_is_tagged(calls: TeachingCalls) -> None:
    tags = calls.label_passages("Notes", [3], ["positive"])
    assert tags.labels == ("negative", "neutral", "positive")
    assert (tags.label_ids.tolist(), tags.given.tolist()) == ([2], [[0, 0, 1]])


def test_labels_of_no_use_are_refused_with_a_sentence(calls: TeachingCalls) -> None:
    calls.make_tagger("places", WORDS)
    for asked, sentence in (
        (["fire"], "no label “fire”. Its labels are: sea, air, land"),
        (["sea", "air"], "one label, not 2"),
    ):
        with pytest.raises(ModelError, match=sentence):
            calls.label_passages("Notes", [1], asked, "places")
    with pytest.raises(CorpusError, match="no longer in the corpus"):
        calls.label_passages("Notes", [1, 999], ["sea"], "places")
    with pytest.raises(ModelError, match="There is no tagger “nobody”"):
        calls.label_passages("Notes", [1], ["sea"], "nobody")
    assert calls.given_labels("Notes", "places") == ()


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ([], "two labels or more"),
        (["one"], "two labels or more"),
        (["Sea", "sea "], "“Sea” and “sea” are the same"),
        (["sea", " "], "needs a name"),
        (["sea", "a\0b"], "needs a name"),
        (["sea", "x" * 61], "too long"),
        ([str(n) for n in range(201)], "at most 200 labels, not 201"),
    ],
)
def test_sets_of_labels_of_no_use_are_refused(calls: TeachingCalls, asked: list[str], sentence: str) -> None:
    with pytest.raises(ModelError, match=sentence):
        calls.make_tagger("places", asked)
    assert not (calls.library.taggers_folder / "places").exists()


@pytest.mark.parametrize("name", ["", "  ", "a/b", "..", "sentiment", "SENTIMENT", "x" * 80])
def test_names_of_no_use_are_refused(calls: TeachingCalls, name: str) -> None:
    with pytest.raises(ModelError):
        calls.make_tagger(name, WORDS)


def test_a_name_that_is_taken_is_not_made_again(calls: TeachingCalls) -> None:
    calls.make_tagger("places", WORDS)
    with pytest.raises(ModelError, match="already"):
        calls.make_tagger("places", ("x", "y"))
    assert calls.label_passages("Notes", [], ["sea"], "places").labels == WORDS


def test_too_few_labels_teach_nothing(calls: TeachingCalls) -> None:
    calls.make_tagger("places", WORDS)
    with pytest.raises(TooSmall, match="so far there is: none"):
        finish(calls.learn("Notes", "places"))
    calls.label_passages("Notes", [1, 4, 7, 10], ["sea"], "places")
    calls.label_passages("Notes", [2], ["air"], "places")
    with pytest.raises(TooSmall, match="so far there is: sea 4, air 1"):
        finish(calls.learn("Notes", "places"))
    assert labels(calls, "places") == ["sea", "air", "sea", "sea", "sea"]
    calls.label_passages("Notes", [5], ["air"], "places")
    lesson = finish(calls.learn("Notes", "places"))
    assert lesson.given == 6
    assert "land" not in labels(calls, "places")


def test_the_second_lesson_is_measured_against_the_first(calls: TeachingCalls) -> None:
    calls.make_tagger("places", WORDS)
    calls.label_passages("Notes", [1, 4, 7], ["sea"], "places")
    calls.label_passages("Notes", [2, 5, 8], ["air"], "places")
    finish(calls.learn("Notes", "places"))
    calls.label_passages("Notes", [3, 6, 9], ["land"], "places")
    lesson = finish(calls.learn("Notes", "places"))
    assert lesson.before is not None
    assert lesson.before.accuracy == pytest.approx(6 / 9), "it knew no land"
    assert lesson.after.accuracy == 1.0
    assert lesson.changed == 7, "the land that was given no label, called sea or air until now"


def test_a_lesson_of_an_own_tagger_is_taken_back_once(calls: TeachingCalls) -> None:
    calls.make_tagger("places", WORDS)
    teach(calls, "places")
    finish(calls.learn("Notes", "places"))
    calls.label_passages("Notes", [10, 13, 16], ["land"], "places")
    finish(calls.learn("Notes", "places"))
    tags = finish(calls.unlearn("Notes", "places"))
    assert tags.label_ids[[9, 12, 15]].tolist() == [2, 2, 2], "the labels given stay"
    assert tags.label_ids[18] == 0
    with pytest.raises(ModelError, match="not known any more"):
        finish(calls.unlearn("Notes", "places"))


def test_taking_back_the_first_lesson_leaves_a_tagger_that_knows_nothing(calls: TeachingCalls) -> None:
    calls.make_tagger("places", WORDS)
    teach(calls, "places")
    finish(calls.learn("Notes", "places"))
    tags = finish(calls.unlearn("Notes", "places"))
    assert len(tags.passage_ids) == 9
    assert not tags.probabilities.any()
    assert not (calls.library.taggers_folder / "places" / heads.HEAD_FILE).exists()
    assert finish(calls.learn("Notes", "places")).after.accuracy == 1


def test_what_was_learned_in_one_corpus_is_known_in_another(calls: TeachingCalls) -> None:
    calls.make_tagger("places", WORDS)
    teach(calls, "places")
    finish(calls.learn("Notes", "places"))
    calls.library.create("More")
    with calls._corpus("More").writing() as catalogue:
        fill(catalogue, [f"Another {word} {n}." for n in range(4) for word in WORDS])
    calls.label_passages("More", [1, 4], ["sea"], "places")
    calls.label_passages("More", [2, 5], ["air"], "places")
    lesson = finish(calls.learn("More", "places"))
    assert lesson.given == 4
    assert calls.tags("More", "places").label_ids.tolist() == [0, 1, 2] * 4, "land was taught elsewhere"
    examples = heads.read_examples(calls.library.taggers_folder / "places")
    assert examples is not None
    assert len(examples.targets) == 13


def test_learning_again_in_a_corpus_replaces_its_own_examples(calls: TeachingCalls) -> None:
    calls.make_tagger("places", WORDS)
    teach(calls, "places")
    for _ in range(3):
        finish(calls.learn("Notes", "places"))
    examples = heads.read_examples(calls.library.taggers_folder / "places")
    assert examples is not None
    assert len(examples.targets) == 9


def test_the_same_labels_give_the_same_head(calls: TeachingCalls) -> None:
    for name in ("one", "two"):
        calls.make_tagger(name, WORDS)
        teach(calls, name)
        finish(calls.learn("Notes", name))
    one, two = (heads.read_head(calls.library.taggers_folder / name) for name in ("one", "two"))
    np.testing.assert_array_equal(one.weights, two.weights)
    np.testing.assert_array_equal(one.bias, two.bias)


def test_a_tagger_of_several_labels_learns_each_on_its_own(calls: TeachingCalls) -> None:
    calls.make_tagger("topics", ("wet", "high", "hard"), multi_label=True)
    for number, given in enumerate((["wet", "high"], ["high"], ["hard"])):
        calls.label_passages("Notes", [1 + number + 3 * i for i in range(4)], given, "topics")
    lesson = finish(calls.learn("Notes", "topics"))
    assert lesson.after.accuracy == 1, "exactly the right labels"
    tags = calls.tags("Notes", "topics")
    assert tags.multi_label
    assert (tags.probabilities[27:] >= 0.5).tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 1]]


def test_passages_with_none_of_the_labels_teach_a_tagger_of_several_where_none_holds(
    calls: TeachingCalls,
) -> None:
    for name in ("sure", "unsure"):
        calls.make_tagger(name, ("wet", "high"), multi_label=True)
        calls.label_passages("Notes", [1, 4, 7, 10], ["wet"], name)
        calls.label_passages("Notes", [2, 5, 8, 11], ["high"], name)
    calls.label_passages("Notes", [3, 6, 9, 12], [NONE], "sure")
    tags = calls.tags("Notes", "sure")
    assert tags.given[[0, 1, 2]].tolist() == [[1, 0], [0, 1], [0, 0]]
    assert calls.given_labels("Notes", "sure")[-1] == (12, ())
    lesson = finish(calls.learn("Notes", "sure"))
    assert (lesson.given, lesson.after.texts, lesson.after.accuracy) == (12, 12, 1)
    told = calls.tags("Notes", "sure").probabilities
    assert (told[27:] >= 0.5).tolist() == [[1, 0], [0, 1], [0, 0]]
    assert finish(calls.learn("Notes", "unsure")).given == 8
    assert (calls.tags("Notes", "unsure").probabilities[29] > told[29]).all(), "it was never shown the land"


def test_none_can_be_said_alone_and_only_to_a_tagger_that_gives_several(calls: TeachingCalls) -> None:
    calls.make_tagger("topics", ("wet", "high"), multi_label=True)
    with pytest.raises(ModelError, match="cannot be said beside a label"):
        calls.label_passages("Notes", [1], ["wet", NONE], "topics")
    with pytest.raises(ModelError, match="to a tagger that always gives one"):
        calls.label_passages("Notes", [1], [" "])
    assert calls.given_labels("Notes", "topics") == calls.given_labels("Notes") == ()
    calls.label_passages("Notes", [1], [" "], "topics")
    assert calls.given_labels("Notes", "topics") == ((1, ()),)
    calls.label_passages("Notes", [1], ["high"], "topics")
    assert calls.given_labels("Notes", "topics") == ((1, ("high",)),)


def test_a_tagger_that_gives_one_label_learns_nothing_from_none(calls: TeachingCalls) -> None:
    calls.make_tagger("places", WORDS)
    teach(calls, "places")
    with calls._corpus("Notes").noting() as catalogue:
        catalogue.give_labels("places", [10], [NONE])
    assert finish(calls.learn("Notes", "places")).given == 9


def test_a_cancelled_lesson_leaves_everything_as_it_was(calls: TeachingCalls) -> None:
    calls.make_tagger("places", WORDS)
    teach(calls, "places")
    steps = calls.learn("Notes", "places")
    for progress in steps:
        if progress.step == "Writing":
            break
    steps.close()
    folder = calls.library.taggers_folder / "places"
    assert [path.name for path in folder.iterdir()] == ["tagger.json"]
    assert not calls.tags("Notes", "places").probabilities.any()
    assert finish(calls.learn("Notes", "places")).after.accuracy == 1


def test_no_head_is_written_while_another_process_writes_the_corpus(calls: TeachingCalls) -> None:
    calls.make_tagger("places", WORDS)
    with write_lock(calls.library.folder_of("Notes")):
        teach(calls, "places")
        with pytest.raises(CorpusBusy):
            finish(calls.learn("Notes", "places"))
    assert not (calls.library.taggers_folder / "places" / heads.HEAD_FILE).exists()


def test_passages_that_are_not_embedded_yet_are_waited_for(calls: TeachingCalls) -> None:
    calls.library.create("Half")
    with calls._corpus("Half").writing() as catalogue:
        put_texts(catalogue, **{f"t{n}": text for n, text in enumerate(texts_of(12))})
    calls.make_tagger("places", WORDS)
    teach(calls, "places", corpus="Half")
    with pytest.raises(TooSmall, match="no embeddings yet"):
        finish(calls.learn("Half", "places"))
    with pytest.raises(TooSmall, match="no embeddings yet"):
        calls.least_sure("Half", "places")
    with calls._corpus("Half").writing() as catalogue:
        catalogue.add_embeddings(ENCODER, [text_hash("elsewhere")], vectors(["sea"]))
    with pytest.raises(TooSmall, match="None of the 9 passages"):
        finish(calls.learn("Half", "places"))
    with calls._corpus("Half").writing() as catalogue:
        some = texts_of(12)[:6]
        catalogue.add_embeddings(ENCODER, [text_hash(text) for text in some], vectors(some))
    assert finish(calls.learn("Half", "places")).given == 6
    tags = calls.tags("Half", "places")
    assert tags.probabilities.any(1).tolist() == [True] * 6 + [False] * 3


def test_a_head_of_another_encoder_says_so(calls: TeachingCalls) -> None:
    calls.make_tagger("places", WORDS)
    teach(calls, "places")
    finish(calls.learn("Notes", "places"))
    calls.library.create("Other")
    with calls._corpus("Other").writing() as catalogue:
        fill(catalogue, texts_of(12), "other@000000000002/mean")
    teach(calls, "places", corpus="Other")
    with pytest.raises(ModelError, match=r"taught on embeddings of tiny@.*“Other” was embedded by other@"):
        finish(calls.learn("Other", "places"))


def test_labels_given_to_passages_that_went_are_not_learned_from(calls: TeachingCalls) -> None:
    calls.make_tagger("places", WORDS)
    teach(calls, "places")
    with calls._corpus("Notes").writing() as catalogue:
        put_texts(catalogue, t0="Something else.", t1="Something else.")
    assert len(calls.given_labels("Notes", "places")) == 7
    assert finish(calls.learn("Notes", "places")).given == 7


def test_fifty_labels_are_learned(calls: TeachingCalls) -> None:
    names = [f"label {number}" for number in range(50)]
    calls.make_tagger("many", names)
    for number in range(30):
        calls.label_passages("Notes", [number + 1], [names[number % 15]], "many")
    lesson = finish(calls.learn("Notes", "many"))
    assert lesson.given == 30
    assert set(labels(calls, "many")) <= set(names[:15])


def test_a_removed_tagger_is_gone_with_its_tags_and_its_given_labels_wait(calls: TeachingCalls) -> None:
    calls.make_tagger("places", WORDS)
    teach(calls, "places")
    finish(calls.learn("Notes", "places"))
    calls.remove_tagger("places")
    assert calls._corpus("Notes").catalogue.taggers_used() == []
    with pytest.raises(ModelError, match="There is no tagger “places”"):
        calls.given_labels("Notes", "places")
    with pytest.raises(ModelError):
        calls.remove_tagger("places")
    with pytest.raises(ModelError, match="comes with Asterism"):
        calls.remove_tagger("sentiment")
    calls.make_tagger("places", WORDS)
    assert len(calls.given_labels("Notes", "places")) == 9


def test_a_label_is_added_and_another_renamed(calls: TeachingCalls) -> None:
    calls.make_tagger("places", ("sea", "air"))
    calls.label_passages("Notes", [1, 4, 7], ["sea"], "places")
    calls.label_passages("Notes", [2, 5, 8], ["air"], "places")
    finish(calls.learn("Notes", "places"))
    assert calls.add_label("places", "land").labels == WORDS
    assert calls.rename_label("places", "sea", "Ocean").labels == ("Ocean", "air", "land")
    assert calls.given_labels("Notes", "places")[0] == (1, ("Ocean",))
    calls.label_passages("Notes", [3, 6, 9], ["land"], "places")
    lesson = finish(calls.learn("Notes", "places"))
    assert lesson.before is not None
    assert lesson.before.accuracy == pytest.approx(6 / 9)
    assert labels(calls, "places") == ["Ocean", "air", "land"] * 10
    with pytest.raises(ModelError, match="the same"):
        calls.rename_label("places", "air", "ocean")
    with pytest.raises(ModelError, match="not a tagger that was made here"):
        calls.add_label("sentiment", "mixed")


def test_a_damaged_head_says_so(calls: TeachingCalls) -> None:
    calls.make_tagger("places", WORDS)
    teach(calls, "places")
    finish(calls.learn("Notes", "places"))
    folder = calls.library.taggers_folder / "places"
    (folder / heads.HEAD_FILE).write_bytes(b"nothing")
    with pytest.raises(ModelError, match="cannot be read"):
        heads.read_head(folder)
    (folder / heads.EXAMPLES_FILE).write_bytes(b"nothing")
    assert heads.read_examples(folder) is None
    assert finish(calls.learn("Notes", "places")).after.accuracy == 1, "learning again mends it"


# Lessons over a tagger that can tag already


def tag(calls: TeachingCalls, rows: NDArray[np.float32], tagger: str = "sentiment") -> None:
    """Store what the shipped tagger might have said of the passages 1, 2, …"""
    with calls._corpus("Notes").writing() as catalogue:
        ids = np.arange(1, len(rows) + 1)
        catalogue.add_tags(
            calls._tagger_id(tagger),
            ("negative", "neutral", "positive"),
            ids,
            rows.argmax(1).astype(np.int32),
            rows,
        )


SAID = np.tile(np.array([0.2, 0.5, 0.3], np.float32), (30, 1))
"""Neutral throughout."""


def correct(calls: TeachingCalls) -> None:
    """The sea is positive, the land negative, the air neutral indeed: 8, 8 and 8 of the 30."""
    for number, label in enumerate(("positive", "neutral", "negative")):
        calls.label_passages("Notes", [1 + number + 3 * i for i in range(8)], [label])


def test_corrections_teach_a_lesson_that_is_measured_and_taken_off(calls: TeachingCalls) -> None:
    tag(calls, SAID)
    correct(calls)
    lesson = finish(calls.learn("Notes"))
    assert lesson.given == 24
    assert lesson.before is not None
    assert lesson.before.accuracy == pytest.approx(8 / 24)
    assert lesson.after.accuracy == 1
    assert lesson.changed == 4, "the sea and the land among the last six"
    tags = calls.tags("Notes", "sentiment")
    assert tags.lesson
    assert tags.label_ids.tolist() == [2, 1, 0] * 10
    tags = finish(calls.unlearn("Notes"))
    assert not tags.lesson
    assert tags.label_ids[24:].tolist() == [1] * 6
    np.testing.assert_array_equal(tags.probabilities, SAID)
    with pytest.raises(ModelError, match="nothing in “Notes” that could be taken back"):
        finish(calls.unlearn("Notes"))


def test_labels_at_random_teach_nothing(calls: TeachingCalls) -> None:
    chance = np.random.default_rng(3)
    tag(calls, chance.dirichlet((1, 1, 1), 30).astype(np.float32))
    for number, label in enumerate(chance.permutation([0, 1, 2] * 8).tolist()):
        calls.label_passages("Notes", [number + 1], [("negative", "neutral", "positive")[label]])
    lesson = finish(calls.learn("Notes"))
    assert lesson.before is not None
    assert (lesson.changed, lesson.after.accuracy) == (0, lesson.before.accuracy)
    assert "stay as they are" in lesson.after.caution
    assert not calls.tags("Notes", "sentiment").lesson


def test_corrections_only_come_with_a_caution(calls: TeachingCalls) -> None:
    tag(calls, SAID)
    for number, label in ((0, "positive"), (2, "negative")):
        calls.label_passages("Notes", [1 + number + 3 * i for i in range(8)], [label])
    lesson = finish(calls.learn("Notes"))
    assert lesson.before is not None
    assert lesson.before.accuracy == 0
    assert "confirm some right tags" in lesson.after.caution


def test_one_class_only_teaches_nothing(calls: TeachingCalls) -> None:
    tag(calls, SAID)
    calls.label_passages("Notes", range(1, 20), ["positive"])
    with pytest.raises(TooSmall, match="positive 19"):
        finish(calls.learn("Notes"))


def test_a_cancelled_correction_changes_no_tag(calls: TeachingCalls) -> None:
    tag(calls, SAID)
    correct(calls)
    steps = calls.learn("Notes")
    for _ in range(6):
        next(steps)
    steps.close()
    assert not calls.tags("Notes", "sentiment").lesson


def test_a_correction_is_learned_while_another_process_writes_the_corpus(calls: TeachingCalls) -> None:
    tag(calls, SAID)
    correct(calls)
    with write_lock(calls.library.folder_of("Notes")):
        assert finish(calls.learn("Notes")).after.accuracy == 1


# What to label next


def test_the_least_sure_passages_come_first_and_labelled_ones_not(calls: TeachingCalls) -> None:
    said = np.tile(np.array([0.98, 0.01, 0.01], np.float32), (30, 1))
    said[[5, 7, 12]] = [0.4, 0.2, 0.4]
    tag(calls, said)
    calls.label_passages("Notes", [8], ["positive"])
    assert set(calls.least_sure("Notes", k=2)) <= set(range(1, 31)) - {8}
    assert 6 in calls.least_sure("Notes", k=20)
    assert len(calls.least_sure("Notes", k=100)) == 29


def test_before_a_tagger_can_tag_the_offer_is_spread_out(calls: TeachingCalls) -> None:
    calls.make_tagger("places", WORDS)
    offered = calls.least_sure("Notes", "places", k=3)
    assert sorted((passage_id - 1) % 3 for passage_id in offered) == [0, 1, 2], "one of each word"
    assert offered == calls.least_sure("Notes", "places", k=3)
    calls.label_passages("Notes", [offered[0]], ["sea"], "places")
    assert offered[0] not in calls.least_sure("Notes", "places", k=29)
    assert calls.least_sure("Notes", "places", k=0) == ()


def test_a_corpus_of_one_passage_offers_that_one(calls: TeachingCalls) -> None:
    calls.library.create("One")
    with calls._corpus("One").writing() as catalogue:
        fill(catalogue, texts_of(1))
    calls.make_tagger("places", WORDS)
    assert calls.least_sure("One", "places") == (1,)
    calls.label_passages("One", [1], ["sea"], "places")
    assert calls.least_sure("One", "places") == ()
    with pytest.raises(TooSmall, match="sea 1"):
        finish(calls.learn("One", "places"))
