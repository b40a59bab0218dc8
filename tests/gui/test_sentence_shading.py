"""Sentences shaded by label: in the reader, and in a text that was typed."""

from PySide6.QtGui import QColor, QTextCharFormat

from engine.tagging.records import SentenceTag
from gui.palette import label_colours
from gui.tagging.label_looks import looks
from gui.tagging.sentence_shading import FAINTEST, STRONGEST, sentence_shades
from gui.theme import DARK, LIGHT
from tests.gui import fakes
from tests.gui.test_palette import contrast
from tests.gui.test_shading import over

BAKERY = fakes.TEXTS[2][4]
MIDDLE, END = BAKERY.index(" I have bought"), len(BAKERY)
SENTENCES = (
    SentenceTag(0, MIDDLE, "negative", (0.9, 0.07, 0.03)),
    SentenceTag(MIDDLE + 1, END, "neutral", (0.3, 0.4, 0.3)),
)
INKS = {look.light for look in looks(fakes.LABELS)}


def answered(link) -> None:
    link.answers["sentence_tags"] = SENTENCES


def switch(window) -> None:
    window.actions_table["shade_sentences"].trigger()


def shaded(window) -> list[tuple[str, str, QTextCharFormat.UnderlineStyle]]:
    """Return the sentences under shades: their text, the ink and the style of their line."""
    return [
        (one.cursor.selectedText(), one.format.underlineColor().name(), one.format.underlineStyle())
        for one in window.reader_panel.text.extraSelections()
        if one.format.underlineColor().name() in INKS
    ]


def test_sentences_have_the_colour_and_the_line_of_their_label(window, link):
    answered(link)
    window.session.set_current(3)
    assert shaded(window) == []
    switch(window)
    assert link.asked("sentence_tags") == [(("Town papers", 3, "sentiment"), {})]
    negative, neutral, _ = looks(fakes.LABELS)
    assert shaded(window) == [
        (BAKERY[:MIDDLE], negative.light, negative.line),
        (BAKERY[MIDDLE + 1 :], neutral.light, neutral.line),
    ]
    reading = window.reader_panel.text
    assert reading.tip_at(5) == "negative, 90 %"
    assert reading.tip_at(MIDDLE + 5) == "neutral, 40 %, unsure"
    switch(window)
    assert shaded(window) == []


def test_the_second_passage_of_a_document_is_shaded_where_it_stands(window, link):
    link.answers["sentence_tags"] = (SentenceTag(0, 24, "positive", (0.1, 0.1, 0.8)),)
    window.session.set_current(4)
    switch(window)
    assert [text for text, _, _ in shaded(window)] == [fakes.TEXTS[3][4][:24]]


def test_another_passage_and_another_tagger_are_asked_for(window, link):
    answered(link)
    window.session.set_current(3)
    switch(window)
    window.session.set_current(4)
    window.tag_commands.choose("themes")
    asked = [args[1:] for args, _ in link.asked("sentence_tags")]
    assert (4, "sentiment") in asked
    assert asked[-1] == (4, "themes")


def test_an_explanation_and_sentences_shade_one_at_a_time(window, link):
    answered(link)
    window.session.set_result(fakes.result())
    window.session.set_current(4)
    switch(window)
    window.actions_table["explain"].trigger()
    assert window.reader_panel.why.attribution is not None
    assert shaded(window) == []
    assert not window.actions_table["shade_sentences"].isChecked()
    switch(window)
    assert not window.session.explaining
    assert len(shaded(window)) == 2


def test_what_goes_wrong_is_said_under_the_chips(window, link):
    window.session.set_current(3)
    link.call = lambda method, *args, on_error=None, **named: on_error and on_error("The tagger is gone.")
    switch(window)
    assert window.reader_panel.sentences.said.text() == "The tagger is gone."
    assert window.reader_panel.sentences.said.isVisible()


def test_the_less_likely_a_label_the_thinner_its_colour_and_thinnest_when_unsure():
    sentences = [
        SentenceTag(0, 4, "positive", (0.0, 0.0, 1.0)),
        SentenceTag(5, 9, "positive", (0.2, 0.2, 0.6)),
        SentenceTag(10, 14, "positive", (0.3, 0.3, 0.4)),
        SentenceTag(14, 14, "positive", (0.0, 0.0, 1.0)),
        SentenceTag(15, 19, "of another tagger", (0.0, 0.0, 1.0)),
    ]
    shades = sentence_shades(sentences, fakes.LABELS, 0.5, dark=False, start=100)
    assert [(one.start, one.end) for one in shades] == [(100, 104), (105, 109), (110, 114)]
    alphas = [one.colour.alphaF() for one in shades]
    assert abs(alphas[0] - STRONGEST) < 0.01
    assert FAINTEST < alphas[1] < STRONGEST
    assert abs(alphas[2] - FAINTEST) < 0.01


def test_text_on_shaded_sentences_keeps_its_contrast():
    for colours in (LIGHT, DARK):
        names = [*fakes.LABELS], [f"label {number}" for number in range(8)]
        for labels in names:
            for ink in label_colours(labels, colours.dark):
                ground = QColor(ink)
                ground.setAlphaF(STRONGEST)
                assert contrast(colours.text, over(ground, colours.surface)) >= 4.5, (ink, colours.dark)
