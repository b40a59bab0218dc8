"""Training on neighbouring sentences from the window: where it is offered, what is asked for, and what came of it."""

import pytest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from gui.notices import Notices
from gui.session import Session
from gui.taggers.chooser import NO_CORPUS, TaggerChooser
from gui.taggers.commands import TaggerCommands
from gui.taggers.compare_dialog import CompareDialog
from gui.taggers.next_sentence_form import NextSentenceForm
from gui.taggers.training import TrainingRequest
from gui.taggers.training_dialog import TrainingDialog
from gui.tagging.tag_commands import TagCommands
from tests.gui.fakes import FakeLink, corpus
from tests.gui.tagger_samples import nli, report, sentiment, tagger

FEW = "The corpus has too few sentences that another one follows (12) to learn what follows what; some 100 are needed."


@pytest.fixture
def link() -> FakeLink:
    return FakeLink({})


@pytest.fixture
def session() -> Session:
    session = Session()
    session.set_corpus(corpus())
    session.set_taggers((sentiment(), nli()))
    return session


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def notices(window: QWidget) -> Notices:
    return Notices(window)


@pytest.fixture
def commands(window, link, session, notices) -> TaggerCommands:
    return TaggerCommands(window, link, session, notices, TagCommands(window, link, session, notices))


@pytest.fixture
def chooser(qtbot: QtBot, session: Session, commands: TaggerCommands) -> TaggerChooser:
    chooser = TaggerChooser(session, commands._tags)
    qtbot.addWidget(chooser)
    commands.attend(chooser)
    return chooser


def entry(chooser: TaggerChooser):
    chooser.menu.aboutToShow.emit()
    return next(one for one in chooser.menu.actions() if one.text().startswith("Train on neighbouring"))


def opened(window: QWidget) -> TrainingDialog:
    return window.findChild(TrainingDialog)


def test_the_menu_opens_a_form_with_a_name_for_the_tagger(chooser, window):
    entry(chooser).trigger()
    form = opened(window).form
    assert isinstance(form, NextSentenceForm)
    assert form.tagger == "next sentence Town papers"
    assert opened(window).train.isEnabled()
    opened(window).close()


def test_without_a_corpus_the_menu_says_why_it_is_not_offered(chooser, commands, session, window, notices):
    assert entry(chooser).isEnabled()
    session.set_corpus(None)
    assert not entry(chooser).isEnabled()
    assert entry(chooser).toolTip() == NO_CORPUS
    commands.train_next_sentence()
    assert opened(window) is None
    assert notices.sentence == "Open a corpus first; then a tagger can be trained on its sentences."


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


def test_a_corpus_with_too_few_sentences_is_said_in_the_dialog(commands, window, link):
    commands.train_next_sentence()
    opened(window).start()
    assert link.asked("train_next_sentence") == [(("Town papers", "next sentence Town papers"), {})]
    link.end(error=FEW)
    assert opened(window).problem.text() == FEW
    assert opened(window).train.isVisible()
    opened(window).close()


def test_what_was_trained_is_compared_with(commands, window, link, session):
    made = tagger("next sentence Town papers", labels=("next", "not next"), pair=True, report=report())
    link.answers["taggers"] = [sentiment(), nli(), made]
    commands.train_next_sentence()
    dialog = opened(window)
    dialog.start()
    link.end(made)
    assert dialog.use.text() == "Compare with it"
    dialog.use.click()
    compare = window.findChild(CompareDialog)
    offered = [compare.taggers.itemData(row) for row in range(compare.taggers.count())]
    assert offered == ["nli", "next sentence Town papers"]
    assert compare.tagger == "next sentence Town papers"
    assert session.tagger == "sentiment"
    compare.close()
