"""A result as rows: their order, what their bars mean, and how a snippet follows its passage."""

from dataclasses import replace

import pytest
from PySide6.QtGui import QFont

from engine.records import Snippet
from gui.search.hit_rows import ResultRow, rows_of
from gui.search.hit_snippet import in_snippet, lay_out
from gui.theme import LIGHT
from tests.gui import fakes


def test_hits_are_rows_in_the_order_of_their_documents():
    rows = rows_of(fakes.result())
    assert [row.hit.passage.id for row in rows] == [4, 1, 2, 6, 5]
    assert [row.first for row in rows] == [True, True, False, True, True]


def test_the_bar_of_a_keyword_score_is_relative_to_the_best():
    by_words = replace(fakes.result(), mode="keyword")
    assert [row.share for row in rows_of(by_words)][:2] == [1.0, 0.52 / 0.71]
    assert [row.number for row in rows_of(by_words)][:2] == ["0.7", "0.5"]


def test_the_bar_is_the_cosine_until_chance_is_known_then_the_relevance():
    assert [(row.share, row.number) for row in rows_of(fakes.result())][:2] == [
        (0.71, "0.71"),
        (0.52, "0.52"),
    ]
    hits = [row for row in rows_of(fakes.calibrated()) if row.kind == "hit"]
    assert [(row.share, row.number) for row in hits][:2] == [(0.97, "97 %"), (0.82, "82 %")]
    assert "Cosine with the query: 0.710" in hits[0].tip


@pytest.mark.parametrize("above", [1, 2, 3])
def test_the_line_of_chance_stands_after_the_documents_that_are_above_it(above: int):
    rows = rows_of(fakes.calibrated(above_chance=above))
    line = [row.kind for row in rows].index("chance")
    assert sum(row.first for row in rows[:line]) == above
    assert not any(row.faint for row in rows[:line])
    assert all(row.faint for row in rows[line + 1 :])


def test_of_many_documents_below_chance_a_few_are_shown_and_the_rest_on_request():
    first, *others = fakes.calibrated().documents
    many = replace(fakes.calibrated(), documents=(first, *others * 4), above_chance=1)  # twelve below
    rows = rows_of(many)
    assert sum(row.first for row in rows if row.faint) == 5
    assert (rows[-1].kind, rows[-1].text, rows[-1].folded) == ("nearest", "Show 7 more", True)
    rows = rows_of(many, nearest=True)
    assert sum(row.first for row in rows if row.faint) == 12
    assert (rows[-1].text, rows[-1].folded) == ("Show fewer", False)
    seven = replace(many, documents=many.documents[:7])
    assert sum(row.first for row in rows_of(seven) if row.faint) == 6
    assert rows_of(seven)[-1].kind == "hit"


def test_when_nothing_is_near_even_a_single_hit_is_folded_away():
    alone = replace(fakes.calibrated(above_chance=0), documents=fakes.calibrated().documents[-1:])
    assert [row.kind for row in rows_of(alone)] == ["nothing", "nearest"]
    assert [row.kind for row in rows_of(alone, nearest=True)] == ["nothing", "nearest", "hit"]


def test_there_is_no_line_when_all_are_above_chance_or_chance_is_unknown():
    assert "chance" not in [row.kind for row in rows_of(fakes.calibrated(above_chance=4))]
    assert "chance" not in [row.kind for row in rows_of(fakes.result())]


def test_a_heading_that_is_the_title_is_not_said_twice():
    hit = fakes.result().documents[1].hits[0]
    same = replace(hit, passage=replace(hit.passage, title="Ferries"))
    assert ResultRow("hit", 1, hit=hit, first=True).where == "§ Ferries  ·  Markdown"
    assert ResultRow("hit", 1, hit=same, first=True).where == "Harbour notes.md"


def test_a_row_says_to_a_screen_reader_what_it_shows():
    rows = rows_of(fakes.calibrated(), grades={4: 1, 5: 0})
    assert rows[0].said.startswith(
        "Bakery letters.docx, Word, relevance 97 %, marked as good, What a lovely surprise"
    )
    assert "page 14" in rows[-1].said
    assert "relevance 21 %, no better than chance, marked as not good" in rows[-1].said


def test_characters_of_the_passage_are_found_in_its_snippet_and_never_in_its_ellipses():
    text = "The first ferry leaves at six."
    snippet = Snippet(
        "… ferry leaves …", (), offset=8
    )  # “ferry” is at 10 of the passage, at 2 of the snippet
    assert text[10:15] == snippet.text[2:7] == "ferry"
    assert in_snippet(snippet, 10, 15) == (2, 7)
    assert in_snippet(snippet, 4, 15) == (2, 7)
    start, end = in_snippet(snippet, 16, 30)
    assert snippet.text[start:end] == "leaves"
    start, end = in_snippet(snippet, 0, 3)
    assert start >= end


def test_shades_lie_on_the_words_they_belong_to_and_the_marks_ground_gives_way(qapp):
    hit = fakes.result().documents[0].hits[0]
    attribution = fakes.attribution(hit.passage.text, 4)
    formats = lay_out(hit.snippet, QFont(), 900, LIGHT, attribution).formats()
    shaded = {
        hit.snippet.text[one.start : one.start + one.length]: one.format.background().color()
        for one in formats
        if one.format.background().color().alpha() and one.format.background().style()
    }
    assert shaded["surprise"].blue() > shaded["surprise"].red()
    assert shaded["lovely"].red() > shaded["lovely"].blue()
    assert shaded["surprise"].alpha() > shaded["lovely"].alpha()
    plain = lay_out(hit.snippet, QFont(), 900, LIGHT).formats()
    assert [hit.snippet.text[one.start : one.start + one.length] for one in plain] == ["warm"]


def test_a_snippet_is_as_high_with_shades_as_without(qapp):
    hit = fakes.result().documents[1].hits[0]
    plain = lay_out(hit.snippet, QFont(), 220, LIGHT)
    shaded = lay_out(hit.snippet, QFont(), 220, LIGHT, fakes.attribution(hit.passage.text))
    assert plain.boundingRect().height() == shaded.boundingRect().height()
    assert plain.text() == shaded.text()
