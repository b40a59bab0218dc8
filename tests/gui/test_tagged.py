"""What follows from tags: states, the user's own labels, filters, orders and words."""

from dataclasses import replace

import numpy as np
import pytest

from engine.tagging.records import TagState
from gui.map.drawing.stamps import CROSS, DISC, SQUARE, TRIANGLE
from gui.tagging.filter_chips import MINE, MIXEDS, UNSURES, kept, label_counts, label_key
from gui.tagging.label_looks import looks
from gui.tagging.shares_bar import in_words
from gui.tagging.tag_rows import listed_ids
from gui.tagging.tagged import tag_of, tagged
from gui.tagging.threshold import accuracy_at, sure_said
from indexes.records import Tags

LABELS = ("negative", "neutral", "positive")


def tags() -> Tags:
    """Five passages: sure, unsure, mixed, sure but corrected, and labelled without a tag of the tagger's."""
    probabilities = np.array(
        [[0.9, 0.06, 0.04], [0.3, 0.45, 0.25], [0.42, 0.08, 0.5], [0.05, 0.15, 0.8], [0, 0, 0]], np.float32
    )
    given = np.full((5, 3), -1, np.int8)
    given[3] = (1, 0, 0)
    given[4] = (0, 1, 0)
    return Tags(
        "sentiment",
        LABELS,
        np.array([10, 20, 30, 40, 50]),
        np.array([0, 1, 2, 0, 1], np.int32),
        probabilities,
        given,
    )


def several() -> Tags:
    """Three passages of a tagger that gives several labels; the last was given none of them."""
    probabilities = np.array([[0.9, 0.7, 0.1], [0.2, 0.3, 0.1], [0.95, 0.1, 0.05]], np.float32)
    given = np.array([[-1, -1, -1], [-1, -1, -1], [0, 0, 0]], np.int8)
    return Tags(
        "themes", ("food", "room", "staff"), np.array([1, 2, 3]), np.array([0, 1, 0], np.int32), probabilities,
        given, multi_label=True,
    )  # fmt: skip


def test_states_follow_the_threshold_but_what_the_user_gave_is_sure():
    def states(threshold: float) -> list[TagState]:
        known = tagged(tags(), threshold)
        return [known.tag(row).state for row in range(5)]

    sure, unsure, mixed = TagState.SURE, TagState.UNSURE, TagState.MIXED
    assert states(0.5) == [sure, unsure, mixed, sure, sure]
    assert states(0.4) == [sure, sure, mixed, sure, sure]
    assert states(0.95) == [unsure, unsure, mixed, sure, sure]


def test_a_tag_says_what_the_tagger_and_what_the_user_said():
    known = tagged(tags(), 0.5)
    assert [known.tag(row).tip() for row in range(5)] == [
        "The tagger said negative, 90 %",
        "The tagger said neutral, 45 %: below the threshold, so not sure",
        "The tagger said positive, 50 %: the text says both",
        "You said negative; the tagger said positive, 80 %",
        "You said neutral; the tagger has not tagged it",
    ]
    assert [known.tag(row).corrected for row in range(5)] == [False, False, False, True, False]
    assert known.tag(3).said() == "negative, yours; the tagger: positive, 80 %"


def test_one_passage_is_told_without_the_others():
    assert tag_of(tags(), 40, 0.5) == tagged(tags(), 0.5).tag(3)
    assert tag_of(tags(), 41, 0.5) is None
    assert tag_of(tags(), 51, 0.5) is None
    assert tag_of(None, 10, 0.5) is None
    assert tag_of(replace(tags(), given=np.zeros((0, 0), np.int8)), 40, 0.5).names == ("positive",)


def test_filters_leave_what_they_say():
    known, rows = tagged(tags(), 0.5), np.arange(5)

    def left(key: str) -> list[int]:
        return known.tags.passage_ids[rows[kept(known, rows, key)]].tolist()

    assert left("all") == [10, 20, 30, 40, 50]
    assert left(label_key(0)) == [10, 40]
    assert left(UNSURES) == [20]
    assert left(MIXEDS) == [30]
    assert left(MINE) == [40, 50]
    assert label_counts(known, rows) == [2, 2, 1]


def test_of_several_labels_a_passage_has_all_that_are_likelier_than_not_or_none():
    known, rows = tagged(several(), 0.6), np.arange(3)
    assert known.tag(0).names == ("food", "room")
    assert known.tag(1).names == ()
    assert known.tag(1).tip() == "The tagger said none of its labels, 70 %"
    assert known.tag(2).names == ()
    assert known.tag(2).tip() == "You said none of its labels; the tagger said food, 95 %"
    assert label_counts(known, rows) == [1, 1, 0]
    assert np.allclose(known.sureness, [0.7, 0.7, 0.9])


def test_the_list_begins_with_the_surest_or_the_least_sure_and_ends_with_what_has_no_tag():
    known, rows, nothing = tagged(tags(), 0.5), np.arange(5), frozenset[int]()
    assert listed_ids(known, nothing, rows, "surest").tolist() == [10, 40, 30, 20, 50]
    assert listed_ids(known, nothing, rows, "least sure").tolist() == [50, 20, 30, 40, 10]
    assert listed_ids(known, frozenset({20, 40, 35, 7}), np.array([1, 3]), "text").tolist() == [20, 40, 7, 35]
    assert listed_ids(None, frozenset({5, 3}), np.zeros(0, np.int64), "surest").tolist() == [3, 5]
    assert listed_ids(None, nothing, np.zeros(0, np.int64), "surest").tolist() == []


def test_the_threshold_says_how_many_are_sure_and_how_often_such_tags_were_right():
    known = tagged(tags(), 0.5)  # of the three that only the tagger tagged one is sure
    assert sure_said(known, ()) == "Sure: 33 % of passages"
    coverage = ((1.0, 0.8), (0.5, 0.9), (0.25, 1.0))
    assert sure_said(known, coverage) == "Sure: 33 % of passages; measured accuracy there 97 %"
    assert sure_said(tagged(tags(), 0.99), coverage) == "Sure: 0 % of passages"
    assert sure_said(None, coverage) == ""


@pytest.mark.parametrize(
    ("share", "accuracy"), [(1.0, 0.8), (0.75, 0.85), (0.5, 0.9), (0.1, 1.0), (0.0, None)]
)
def test_between_two_measured_shares_accuracy_lies_on_the_line_through_them(share, accuracy):
    found = accuracy_at(((1.0, 0.8), (0.5, 0.9), (0.25, 1.0)), share)
    assert found is None if accuracy is None else found == pytest.approx(accuracy)


def test_no_two_of_thirty_labels_look_alike_and_none_of_the_first_four_by_colour_alone():
    known = looks([f"label {number}" for number in range(30)])
    assert len({(look.light, look.shape) for look in known}) == 30
    assert len({(look.dark, look.line) for look in known}) == 30
    assert [look.shape for look in known[:4]] == [DISC, SQUARE, TRIANGLE, CROSS]
    assert len({look.line for look in known[:4]}) == 4


def test_shares_are_told_the_commonest_first_and_of_many_only_some():
    assert in_words(LABELS, (1, 0, 3)) == ["positive 3 · 75 %", "negative 1 · 25 %"]
    many = [f"label {number}" for number in range(15)]
    assert in_words(many, [1] * 15)[-1] == "and 3 more"
