"""What is asked for to train on neighbouring sentences."""

from PySide6.QtWidgets import QLabel

from gui.taggers.next_sentence_form import NextSentenceForm
from gui.taggers.training import TrainingRequest


def test_the_form_says_that_it_is_a_hint_and_where_it_is_used(qtbot):
    form = NextSentenceForm("Papers & more")
    qtbot.addWidget(form)
    said = " ".join(label.text() for label in form.findChildren(QLabel))
    assert "consecutive sentences of “Papers & more”" in said
    assert "a hint of coherence, nothing more" in said
    assert "“Compare two passages…”" in said
    assert form.tagger == "next sentence Papers more"


def test_it_asks_for_the_corpus_and_the_name(qtbot):
    form = NextSentenceForm("Papers")
    qtbot.addWidget(form)
    form.name.setText("  what  follows ")
    assert form.missing == ""
    assert form.request() == TrainingRequest(
        "what follows", "Training “what follows”", "train_next_sentence", ("Papers", "what follows"), {}
    )


def test_it_needs_a_name(qtbot):
    form = NextSentenceForm("Papers")
    qtbot.addWidget(form)
    with qtbot.waitSignal(form.changed):
        form.name.setText("  ")
    assert form.missing == "a name"
