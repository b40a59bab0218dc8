"""What a query is made of: the parts of a score as bars, and the passages behind those that have some."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine.records import Attribution, Part, Piece, Query
from gui.search.score_parts import ScoreParts, of_passages, own_of
from gui.session import Session
from tests.gui import fakes

PARTS = (("harbour", 0.45), ("− like passage 3", -0.2), ("hits marked good", 0.35))
ASKED = Query("harbour - like:3", (Part(1.0, "harbour"), Part(-1.0, like="3")))
TEXTS = {passage.id: passage.text for passage in fakes.passages()}


@pytest.fixture
def session() -> Session:
    session = Session()
    session.set_corpus(fakes.corpus())
    session.set_result(replace(fakes.result(ASKED.line), asked=ASKED, judged=((6, 1), (2, 1), (5, 0))))
    return session


@pytest.fixture
def parts(qtbot, link, session) -> ScoreParts:
    """The parts of passage 4's score: a word, what it shall not be like, and two hits marked good."""
    widget = ScoreParts(link, session)
    qtbot.addWidget(widget)
    widget.resize(320, 200)
    widget.show()
    widget.show_attribution(Attribution(4, 0.6, (), 0.0, PARTS), of_query=True)
    return widget


def click(row) -> None:
    QTest.mouseClick(row, Qt.MouseButton.LeftButton)


def scored(*pairs: tuple[int, float]) -> list[Attribution]:
    return [Attribution(one, score, (), 0.0) for one, score in pairs]


def ids(dealt: list[list[Attribution]]) -> list[list[int]]:
    return [[one.passage_id for one in own] for own in dealt]


def test_only_what_is_made_of_passages_opens_and_nothing_is_asked_before(parts, link):
    assert [row.isCheckable() for row in parts.rows] == [False, True, True]
    assert parts.accessibleDescription() == "harbour 0.45, − like passage 3 −0.20, hits marked good 0.35"
    click(parts.rows[0])
    assert link.asked("made_of") == []


def test_a_click_lists_the_passages_and_the_words_that_pull_most(parts, link):
    click(parts.rows[2])
    assert link.asked("made_of") == [(("Town papers", "harbour - like:3", 4), {})]
    assert link.asked("passages") == [(("Town papers", [6, 2]), {})]
    assert [(title, share) for title, _, share in parts.listed.lines] == [
        ("Telescope club.txt", 0.25),
        ("Harbour notes.md", 0.1),
    ]
    assert parts.listed.lines[0][1] == "children, penny, rings"  # 8, 5 and 5 letters that add


def test_another_click_closes_it_and_a_click_on_another_opens_that(parts, link):
    click(parts.rows[2])
    click(parts.rows[1])
    assert [row.isChecked() for row in parts.rows] == [False, True, False]
    assert [title for title, _, _ in parts.listed.lines] == ["Bakery letters.docx"]
    click(parts.rows[1])
    assert parts.listed is None
    assert len(link.asked("made_of")) == 2


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_it_opens_by_the_keyboard(parts, key):
    parts.rows[1].setFocus()
    QTest.keyClick(parts.rows[1], key)
    assert parts.listed is not None
    assert parts.rows[0].focusPolicy() == Qt.FocusPolicy.NoFocus


def test_a_late_answer_is_dropped(parts, link):
    link.answers.pop("made_of")
    row = parts.rows[1]
    click(row)
    parts.show_attribution(Attribution(1, 0.5, (), 0.0, PARTS), of_query=True)
    parts._on_made_of(row, fakes.made_of("", "", 4))
    parts._on_passages(row, fakes.made_of("", "", 4), fakes.passages())
    assert parts.listed is None
    assert link.asked("passages") == []


def test_the_same_score_shown_again_stays_open(parts):
    click(parts.rows[1])
    parts.show_attribution(parts._attribution, of_query=True)
    assert parts.rows[1].isChecked()
    assert parts.listed is not None


def test_what_cannot_be_told_says_why(parts, link):
    link.answers.pop("made_of")
    click(parts.rows[1])
    parts._say(parts.rows[1], "This passage is no longer in the corpus.")
    assert parts.listed.text() == "This passage is no longer in the corpus."


def test_of_many_passages_the_first_four_are_listed(parts, link, session):
    many = [1, 2, 3, 4, 5, 6, 7, 8]
    session.set_result(replace(session.result, judged=()))
    link.answers["made_of"] = [
        replace(one, parts=(("− like passage 3", one.score),))
        for one in scored(*((one, 0.01 * one) for one in many))
    ]
    click(parts.rows[1])
    assert [share for _, _, share in parts.listed.lines] == [0.08, 0.07, 0.06, 0.05]
    assert parts.listed.accessibleDescription().endswith("; and 4 more")


def test_a_query_that_is_only_like_something_has_one_part(parts, session):
    asked = Query("like:3", (Part(1.0, like="3"),), pieces=(Piece("like", 0, 6, "like Bakery letters"),))
    session.set_result(replace(fakes.result("like:3"), asked=asked))
    parts.show_attribution(Attribution(4, 0.6, (), 0.0), of_query=True)
    assert [(row.name, row.value, row.isCheckable()) for row in parts.rows] == [
        ("like Bakery letters", 0.6, True)
    ]


def test_clusters_are_parts_that_do_not_open(parts):
    parts.show_attribution(Attribution(4, 0.1, (), 0.0, (("like", 0.3), ("bread", -0.2))), of_query=False)
    assert [row.isCheckable() for row in parts.rows] == [False, False]


def test_a_text_that_begins_with_like_is_no_passage():
    asked = Query("", (Part(1.0, "like a storm"), Part(1.0, like="3")))
    assert not of_passages("like a storm", asked)
    assert of_passages("like passage 3", asked)
    assert of_passages("− like passage 3", asked)
    assert not of_passages("like a rolling stone", Query("", (Part(1.0, "like"), Part(1.0, "x"))))


def test_each_part_gets_its_own_passages():
    found = [
        replace(one, parts=((name, one.score),))
        for one, name in zip(
            scored((11, 0.1), (12, 0.05), (13, -0.2), (6, 0.25)),
            ("like a", "like a", "− like b", "hits marked good"),
            strict=True,
        )
    ]
    names = ["like a", "− like b", "hits marked good"]

    assert [ids([own_of(found, names, name)])[0] for name in names] == [[11, 12], [13], [6]]
    assert ids([own_of(found[:2], ["like Bakery letters"], "like Bakery letters")]) == [[11, 12]]
    assert own_of([], names, "like a") == []
