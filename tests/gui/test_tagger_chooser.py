"""Choosing a tagger, making one, and teaching it: chooser, dialog, labels typed in, and what is still needed."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from engine.tagging.records import TaggerInfo, TaggerKind
from gui.notices import Notices
from gui.session import Session
from gui.taggers.chooser import TaggerChooser
from gui.taggers.label_entry import LabelEntry
from gui.taggers.maker_dialog import MakerDialog
from gui.taggers.teaching_bar import TeachingBar, can_learn, given_counts, said
from gui.taggers.words import kind_word, measure_name, short_name, suggested_name
from gui.tagging import tag_commands
from gui.tagging.tag_commands import TagCommands
from tests.gui.fakes import FakeLink, corpus
from tests.gui.tagger_samples import LABELS, given, nli, sentiment, tagger

UNTAUGHT = tagger(taught=False)


@pytest.fixture
def link() -> FakeLink:
    return FakeLink({})


@pytest.fixture
def session() -> Session:
    session = Session()
    session.set_corpus(corpus())
    session.set_taggers((sentiment(), nli(), UNTAUGHT, tagger("tone & voice")))
    return session


@pytest.fixture
def commands(qtbot: QtBot, link: FakeLink, session: Session) -> TagCommands:
    window = QWidget()
    qtbot.addWidget(window)
    return TagCommands(window, link, session, Notices(window))


@pytest.fixture
def chooser(qtbot: QtBot, session: Session, commands: TagCommands) -> TaggerChooser:
    chooser = TaggerChooser(session, commands)
    qtbot.addWidget(chooser)
    chooser.show()
    return chooser


@pytest.fixture
def bar(qtbot: QtBot, session: Session, commands: TagCommands) -> TeachingBar:
    bar = TeachingBar(session, commands)
    qtbot.addWidget(bar)
    bar.resize(360, 200)
    return bar


@pytest.fixture
def dialog(qtbot: QtBot, link: FakeLink) -> MakerDialog:
    dialog = MakerDialog(link)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def texts(chooser: TaggerChooser) -> list[str]:
    chooser.menu.aboutToShow.emit()
    return [action.text() for action in chooser.menu.actions() if not action.isSeparator()]


def action(chooser: TaggerChooser, start: str):
    chooser.menu.aboutToShow.emit()
    return next(one for one in chooser.menu.actions() if one.text().startswith(start))


# choosing


def test_the_chosen_tagger_is_shown_and_its_kind_in_the_tip(chooser, session):
    assert (chooser.said, "comes with Asterism" in chooser.toolTip()) == ("sentiment", True)
    session.set_tagger("genre")
    assert (chooser.said, "not taught yet" in chooser.toolTip()) == ("genre", True)
    session.set_tagger("tone & voice")
    assert (chooser.said, "head" in chooser.toolTip()) == ("tone & voice", True)


def test_a_tagger_that_nobody_described_is_shown_by_its_name(chooser, session):
    session.taggers = ()
    session.taggers_changed.emit()
    assert chooser.said == "sentiment"


def test_pair_taggers_are_not_offered_for_tagging(chooser):
    names = [text.split("\t")[0] for text in texts(chooser) if "\t" in text]
    assert names == ["sentiment", "genre", "tone && voice"]


def test_choosing_shows_the_tags_of_the_other_tagger(chooser, session, link):
    action(chooser, "genre").trigger()
    assert session.tagger == "genre"
    assert link.asked("tags") == [(("Town papers", "genre"), {})]
    assert action(chooser, "genre").isChecked()


def test_a_damaged_tagger_says_so_and_cannot_be_chosen(chooser, session):
    session.set_taggers(
        (sentiment(), TaggerInfo("torn", (), "", "damaged: it is cut off.", {}, taught=False))
    )
    torn = action(chooser, "torn")
    assert torn.text() == "torn\tdamaged"
    assert not torn.isEnabled()
    assert torn.toolTip() == "it is cut off."


def test_taggers_of_ones_own_can_be_removed_also_those_that_cannot_be_chosen(
    chooser, session, link, monkeypatch
):
    torn = TaggerInfo("torn", (), "", "damaged: it is cut off.", {}, taught=False)
    session.set_taggers((sentiment(), nli(), tagger("tone & voice"), replace(nli(), name="follows"), torn))
    offered = action(chooser, "Remove a tagger").menu().actions()
    names = [one.text() for one in offered]
    assert names == ["tone && voice…\thead", "follows…\tof pairs", "torn…\tdamaged"]
    monkeypatch.setattr(tag_commands, "confirm", lambda *_: True)
    offered[2].trigger()
    assert link.asked("remove_tagger") == [(("torn",), {})]


def test_nothing_is_there_to_remove_without_taggers_of_ones_own(chooser, session):
    session.set_taggers((sentiment(), tagger("/home/ada/model", kind=TaggerKind.MODEL)))
    session.set_tagger("/home/ada/model")
    assert chooser.said == "model"
    assert not [text for text in texts(chooser) if text.startswith("Remove")]


def test_only_a_model_folder_can_be_taken_off_the_list(qtbot, chooser, session):
    assert not [text for text in texts(chooser) if text.startswith("Take")]
    session.set_taggers((sentiment(), tagger("/home/ada/model", kind=TaggerKind.MODEL)))
    session.set_tagger("/home/ada/model")
    with qtbot.waitSignal(chooser.forget_asked):
        action(chooser, "Take “model” off this list").trigger()


def test_fine_tuning_is_offered_once_labels_were_given(chooser, session):
    assert not action(chooser, "Fine-tune").isEnabled()
    session.set_tagger("genre")
    session.set_tags(given((1, 0, 0)))
    assert action(chooser, "Fine-tune").isEnabled()


@pytest.mark.parametrize(
    ("start", "signal"),
    [
        ("Make", "make_asked"),
        ("Train", "train_asked"),
        ("Use a", "folder_asked"),
        ("About", "about_asked"),
        ("Compare", "compare_asked"),
    ],
)
def test_the_menu_asks_for_what_it_says(qtbot, chooser, start, signal):
    with qtbot.waitSignal(getattr(chooser, signal)):
        action(chooser, start).trigger()


def test_space_opens_the_menu(qtbot, chooser):
    qtbot.keyClick(chooser, Qt.Key.Key_Space)
    assert chooser.menu.isVisible()
    chooser.menu.close()


# words


def test_names_and_measures_are_said_as_a_person_says_them():
    assert short_name("/home/ada/models/roberta") == "roberta"
    assert short_name("tone/voice") == "tone/voice"
    assert kind_word(nli()) == "comes with Asterism"
    assert measure_name("dev_macro_f1") == "dev macro-F1"
    assert measure_name("accuracy") == "accuracy"


def test_a_suggested_name_holds_only_what_a_name_may():
    assert suggested_name("news (1990s), cleaned & sorted") == "news 1990s cleaned sorted"
    assert suggested_name("-.notes. ") == "notes"
    assert len(suggested_name("a" * 99)) == 60


# labels typed in


@pytest.fixture
def entry(qtbot: QtBot) -> LabelEntry:
    entry = LabelEntry()
    qtbot.addWidget(entry)
    entry.show()
    return entry


def test_enter_and_a_comma_end_a_label(qtbot, entry):
    qtbot.keyClicks(entry.line, " sad  songs ")
    qtbot.keyClick(entry.line, Qt.Key.Key_Return)
    assert entry.labels == ("sad songs",)
    qtbot.keyClicks(entry.line, "glad,angry")
    assert entry.labels == ("sad songs", "glad")
    assert entry.line.text() == "angry"


def test_a_pasted_list_becomes_labels_each_once(entry):
    entry.line.setText("calm, Angry; calm ,, angry\tcool")
    assert entry.labels == ("calm", "Angry", "cool")
    assert entry.line.text() == ""
    assert [chip.said for chip in entry.chips] == ["calm", "Angry", "cool"]


def test_backspace_takes_the_last_label_back_and_a_click_any(qtbot, entry):
    entry.add("a,b,c")
    qtbot.keyClick(entry.line, Qt.Key.Key_Backspace)
    assert entry.labels == ("a", "b")
    qtbot.mouseClick(entry.chips[0], Qt.MouseButton.LeftButton)
    assert entry.labels == ("b",)
    qtbot.keyClick(entry.chips[0], Qt.Key.Key_Delete)
    assert entry.labels == ()


# making


def test_a_tagger_needs_a_name_and_two_labels(qtbot, dialog, link):
    assert not dialog.make.isEnabled()
    dialog.name.setText("genre")
    dialog.labels.add("mystery")
    assert dialog.make.toolTip() == "It needs at least 2 labels"
    dialog.accept()
    assert link.asked("make_tagger") == []
    qtbot.keyClicks(dialog.labels.line, "romance")  # not yet a chip
    assert dialog.make.isEnabled()


def test_enter_in_the_labels_takes_a_label_and_makes_nothing(qtbot, dialog, link):
    dialog.name.setText("genre")
    dialog.labels.add("mystery, romance")
    qtbot.keyClicks(dialog.labels.line, "history")
    qtbot.keyClick(dialog.labels.line, Qt.Key.Key_Return)
    assert dialog.labels.labels == ("mystery", "romance", "history")
    assert link.asked("make_tagger") == []


def test_making_asks_with_the_label_that_is_being_typed_too(qtbot, dialog, link):
    link.answers["make_tagger"] = UNTAUGHT
    dialog.name.setText("  genre ")
    dialog.labels.add("mystery, history")
    qtbot.keyClicks(dialog.labels.line, "romance")
    dialog.ways.card("one").setFocus()
    QTest.keyClick(dialog.ways.card("one"), Qt.Key.Key_Down)
    QTest.keyClick(dialog.ways.card("several"), Qt.Key.Key_Space)
    with qtbot.waitSignal(dialog.made) as made:
        dialog.make.click()
    assert link.asked("make_tagger") == [(("genre", LABELS, True), {})]
    assert made.args == [UNTAUGHT]
    assert not dialog.isVisible()


def test_a_refusal_is_said_and_can_be_mended(qtbot, dialog, link):
    refusals = []
    link.call = lambda *_args, on_error, **_kwargs: refusals.append(on_error)
    dialog.name.setText("genre")
    dialog.labels.add("a,b")
    dialog.accept()
    assert not dialog.make.isEnabled()
    refusals[0]("There is a tagger “genre” already.")
    assert dialog.problem.text() == "There is a tagger “genre” already."
    assert dialog.make.isEnabled()
    dialog.name.setText("genre 2")
    assert not dialog.problem.isVisible()


def test_the_dialog_grows_with_its_labels_and_cuts_nothing(qtbot, dialog):
    before = dialog.height()
    dialog.labels.add(",".join(f"quite a long label {number}" for number in range(8)))
    qtbot.waitUntil(lambda: dialog.height() > before)
    qtbot.waitUntil(lambda: dialog._area.verticalScrollBar().maximum() == 0)


# teaching


def test_teaching_is_offered_to_untaught_taggers_only(bar, session):
    assert bar.isHidden()
    session.set_tagger("genre")
    assert not bar.isHidden()
    session.set_tagger("tone & voice")
    assert bar.isHidden()
    session.set_taggers((sentiment(), TaggerInfo("torn", (), "", "damaged: cut", {}, taught=False)))
    session.set_tagger("torn")
    assert bar.isHidden()


def test_it_counts_the_examples_of_each_label(bar, session):
    session.set_tagger("genre")
    session.set_tags(given((3, 8, 1)))
    assert [(one.label, one.said) for one in bar.counts] == [
        ("mystery", "3 of 8"),
        ("history", "8"),
        ("romance", "1 of 8"),
    ]
    assert bar.counts[0].accessibleName() == "mystery 3 of 8"
    assert bar.said.text() == "“genre” wants about 8 examples of each label: 2 labels to go."


def test_learning_waits_for_examples_of_two_labels(bar, session, link):
    session.set_tagger("genre")
    session.set_tags(given((9, 1, 0)))
    assert not bar.learn.isEnabled()
    session.set_tags(given((9, 2, 0)))
    assert bar.learn.isEnabled()
    bar.learn.click()
    assert link.asked("learn") == [(("Town papers", "genre"), {})]


def test_it_offers_passages_to_label(bar, session, link):
    link.answers["least_sure"] = (5, 2)
    session.set_tagger("genre")
    bar.offer.click()
    assert session.selection == {2, 5}
    assert session.current == 5


def test_without_a_corpus_it_says_that_one_is_needed(bar, session):
    session.set_tagger("genre")
    session.set_corpus(None)
    assert bar.said.text() == "“genre” cannot tag yet. Open a corpus to give it examples."
    assert not bar.offer.isEnabled()


def test_the_button_that_matters_next_stands_out(bar, session):
    session.set_tagger("genre")
    session.set_tags(given((8, 8, 7)))
    assert (bar.offer.property("primary"), bar.learn.property("primary")) == (True, False)
    session.set_tags(given((8, 8, 8)))
    assert (bar.offer.property("primary"), bar.learn.property("primary")) == (False, True)


def test_many_labels_scroll_and_lose_none(qtbot, bar, session):
    labels = tuple(f"label {number}" for number in range(30))
    session.set_taggers((sentiment(), tagger(labels=labels, taught=False)))
    session.set_tagger("genre")
    bar.show()
    assert len(bar.counts) == 30
    assert bar.counts[8].toolTip().endswith("key 9")
    assert "key" not in bar.counts[9].toolTip()
    line = bar.counts[0].sizeHint().height() + 4
    assert bar._lines.height() == 3 * line


def test_counts_follow_the_labels_of_the_tagger_not_their_place_in_the_tags():
    tags = given((2, 1), ("romance", "mystery"))
    assert given_counts(tags, LABELS) == (1, 0, 2)
    assert given_counts(None, LABELS) == (0, 0, 0)
    assert not can_learn((5, 1, 1))
    assert can_learn((2, 0, 2))
    assert said("genre", (8, 9, 8), True) == "“genre” has enough examples to learn from. More make it better."
    assert said("genre", (8, 9, 7), True).endswith("one label to go.")
