"""What can be done with taggers from the window, and two texts compared."""

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from engine.tagging.records import Comparison, TextTag
from gui.notices import Notices
from gui.session import Session
from gui.taggers.about_dialog import TaggerDialog
from gui.taggers.chooser import NO_CORPUS, TaggerChooser
from gui.taggers.commands import TRIAL, TaggerCommands
from gui.taggers.compare_dialog import CompareDialog
from gui.taggers.labels_form import LabelsForm
from gui.taggers.maker_dialog import MakerDialog
from gui.taggers.next_sentence_form import NextSentenceForm
from gui.taggers.training_dialog import TrainingDialog
from gui.taggers.used_folders import remembered
from gui.tagging.tag_commands import TagCommands
from tests.gui.fakes import FakeLink, corpus, passages
from tests.gui.tagger_samples import given, nli, report, sentiment, tagger

NLI = ("entailment", "neutral", "contradiction")
FEW = "The corpus has too few sentences that another one follows (12) to learn what follows what; some 100 are needed."


def compared(first: str, second: str, name: str) -> Comparison:
    if not name:
        return Comparison(first, second, -0.04)
    forward, backward = (
        TextTag("entailment", NLI, (0.91, 0.07, 0.02)),
        TextTag("neutral", NLI, (0.2, 0.7, 0.1)),
    )
    return Comparison(first, second, 0.62, name, forward, backward)


@pytest.fixture
def link() -> FakeLink:
    by_id = {passage.id: passage for passage in passages()}
    return FakeLink({"passages": lambda _name, ids: [by_id[one] for one in ids], "compare_texts": compared})


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


def fresh(window: QWidget, notices: Notices, link: FakeLink) -> TaggerCommands:
    """Return the commands of another run."""
    session = Session()
    return TaggerCommands(window, link, session, notices, TagCommands(window, link, session, notices))


def entry(chooser: TaggerChooser):
    chooser.menu.aboutToShow.emit()
    return next(one for one in chooser.menu.actions() if one.text().startswith("Train on neighbouring"))


def opened(window: QWidget) -> TrainingDialog:
    return window.findChild(TrainingDialog)


def said(notices: Notices) -> str:
    return notices.sentence


def test_a_made_tagger_is_chosen_and_the_next_step_is_said(commands, window, session, link, notices):
    made = tagger(taught=False)
    link.answers |= {"make_tagger": made, "taggers": [sentiment(), nli(), made]}
    commands.make_tagger()
    dialog = window.findChild(MakerDialog)
    dialog.name.setText("genre")
    dialog.labels.add("mystery, history, romance")
    dialog.accept()
    assert session.tagger == "genre"
    assert session.tagger_info == made
    assert said(notices) == (
        "“genre” is chosen. Read passages, and give about 8 of each label with the keys 1 … 3; then let it learn."
    )


def test_the_menu_of_the_chooser_leads_here(qtbot, commands, session, window, link):
    chooser = TaggerChooser(session, commands._tags)
    qtbot.addWidget(chooser)
    commands.attend(chooser)
    chooser.about_asked.emit()
    assert window.findChild(TaggerDialog).info == sentiment()
    chooser.train_asked.emit()
    assert window.findChild(TrainingDialog).isVisible()
    window.findChild(TrainingDialog).close()


def test_training_opens_one_dialog_only(commands, window):
    commands.train_tagger()
    commands.train_tagger()
    assert len(window.findChildren(TrainingDialog)) == 1
    window.findChild(TrainingDialog).close()


def test_what_was_trained_while_the_dialog_was_closed_is_said(commands, window, link, session, notices):
    info = tagger("stars", report=report())
    link.answers["taggers"] = [sentiment(), nli(), info]
    session.set_tags(given((3, 2, 0)))
    session.set_taggers((sentiment(), tagger()))
    session.set_tagger("genre")
    session.set_tags(given((3, 2, 0)))
    commands.fine_tune()
    dialog = window.findChild(TrainingDialog)
    assert isinstance(dialog.form, LabelsForm)
    dialog.start()
    dialog.close()
    link.end(info)
    assert said(notices) == "“stars” is trained: right for 80 % of 100 held-out texts."
    assert info in session.taggers


def test_what_was_trained_can_be_used_from_the_dialog(commands, window, link, session):
    info = tagger("stars", report=report())
    link.answers["taggers"] = [sentiment(), nli(), info]
    commands.train_tagger()
    dialog = window.findChild(TrainingDialog)
    dialog.form = LabelsForm("Town papers", "sentiment", (("positive", 9),))
    dialog.start()
    link.end(info)
    dialog.use.click()
    assert session.tagger == "stars"


def test_fine_tuning_needs_labels_that_were_given(commands, window, notices):
    commands.fine_tune()
    assert window.findChild(TrainingDialog) is None
    assert said(notices).startswith("Give some passages labels first")


def test_a_model_folder_is_tried_and_chosen(commands, link, session, notices, monkeypatch, tmp_path):
    folder = str(tmp_path / "roberta")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: folder)
    link.answers["tag_text"] = TextTag("LABEL_1", ("LABEL_0", "LABEL_1"), (0.2, 0.8))
    commands.use_folder()
    assert link.asked("tag_text") == [((TRIAL, folder), {})]
    assert session.tagger == folder
    assert session.tagger_info.labels == ("LABEL_0", "LABEL_1")
    assert not session.tagger_info.multi_label
    assert said(notices) == "“roberta” is chosen; it knows 2 labels."


def test_a_model_folder_stays_known_when_the_engine_lists_its_taggers(
    commands, link, session, monkeypatch, tmp_path
):
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: str(tmp_path))
    link.answers["tag_text"] = TextTag("a", ("a", "b"), (0.9, 0.8))
    commands.use_folder()
    assert session.tagger_info.multi_label
    link.answers["taggers"] = [sentiment(), nli()]
    commands._tags.refresh_taggers()
    assert session.tagger == str(tmp_path)
    assert [info.name for info in session.taggers] == ["sentiment", "nli", str(tmp_path)]


def test_model_folders_that_are_still_there_are_listed_at_the_next_start(
    window, notices, link, settings, monkeypatch, tmp_path
):
    first, second, gone = (tmp_path / name for name in ("one, of “two”", "zwei ü", "gone"))
    commands = fresh(window, notices, link)
    for folder, chances in ((first, (0.2, 0.8)), (gone, (0.2, 0.8)), (second, (0.9, 0.8))):
        folder.mkdir()
        monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args, to=folder: str(to))
        link.answers["tag_text"] = TextTag("b", ("a; %", "ß"), chances)
        commands.use_folder()
    commands.save(settings)
    settings.sync()
    gone.rmdir()
    again = fresh(window, notices, link)
    again.restore(QSettings(settings.fileName(), QSettings.Format.IniFormat))
    again._session.set_taggers([sentiment(), nli()])
    known = [(info.name, info.labels, info.multi_label) for info in again._session.taggers[2:]]
    assert known == [(str(first), ("a; %", "ß"), False), (str(second), ("a; %", "ß"), True)]
    assert [link.asked("tag_text")[-1], len(link.asked("tag_text"))] == [((TRIAL, str(second)), {}), 3]
    assert again._session.tagger == "sentiment"


@pytest.mark.parametrize("damaged", ["[", "{}", "[3]", '[{"folder": "/"}]', '[{"folder": "/", "labels": 3}]'])
def test_damaged_settings_list_no_folder(settings, damaged):
    settings.setValue("taggers/folders", damaged)
    assert remembered(settings) == {}


def test_a_folder_is_taken_off_the_list_and_sentiment_tags_again(
    commands, link, session, settings, notices, monkeypatch, tmp_path
):
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: str(tmp_path))
    link.answers["tag_text"] = TextTag("a", ("a", "b"), (0.9, 0.1))
    commands.use_folder()
    commands.forget_folder()
    assert [info.name for info in session.taggers] == ["sentiment", "nli"]
    assert session.tagger == "sentiment"
    assert said(notices) == f"“{tmp_path.name}” is off the list; the folder stays where it is."
    assert tmp_path.is_dir()
    commands.save(settings)
    assert remembered(settings) == {}
    commands.forget_folder()
    assert session.tagger == "sentiment", "one that the engine lists is left alone"


def test_no_folder_asks_for_nothing(commands, link, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: "")
    commands.use_folder()
    assert link.asked("tag_text") == []


# two texts


@pytest.fixture
def dialog(qtbot, link, session) -> CompareDialog:
    dialog = CompareDialog(link, session, (1, 4))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_two_passages_are_compared_in_both_directions(dialog, link):
    texts = {passage.id: passage.text for passage in passages()}
    assert link.asked("compare_texts") == [((texts[1], texts[4], "nli"), {})]
    assert dialog.cosine.text() == "Cosine 0.62"
    assert dialog.forward.head.text() == "A → B: entailment 91 %"
    assert dialog.forward.meant.text() == "If A is true, B is true too."
    assert dialog.backward.head.text() == "B → A: neutral 70 %"
    assert dialog.backward.meant.text() == "B neither says that A is true nor that it is not."


def test_swapping_exchanges_the_texts_and_asks_again(dialog, link):
    first, second = (side.text for side in dialog.sides)
    dialog.exchange.click()
    assert link.asked("compare_texts")[-1] == ((second, first, "nli"), {})


def test_typing_asks_after_a_pause(qtbot, dialog, link):
    dialog.sides[1].box.setPlainText("The crew sweeps the deck.")
    qtbot.waitUntil(lambda: len(link.asked("compare_texts")) == 2)
    assert link.asked("compare_texts")[-1][0][1] == "The crew sweeps the deck."


def test_one_text_alone_is_not_compared(qtbot, link, session):
    session.set_current(3)
    dialog = CompareDialog(link, session)
    qtbot.addWidget(dialog)
    assert dialog.pages.currentWidget() is dialog.state
    assert link.asked("compare_texts") == []
    dialog.sides[0].take.click()
    assert dialog.sides[0].text.startswith("The rye loaf was burnt")


def test_without_a_pair_tagger_only_the_cosine_is_shown(qtbot, link, session):
    session.set_taggers((sentiment(),))
    dialog = CompareDialog(link, session, (1, 4))
    qtbot.addWidget(dialog)
    assert dialog.taggers.isHidden()
    dialog.ask()
    assert dialog.cosine.text() == "Cosine −0.04"
    assert dialog.forward.isHidden()


def test_own_pair_taggers_are_offered_and_said_without_a_meaning(dialog, session, link):
    own = tagger("answers", pair=True, labels=("no", "yes"))
    session.set_taggers((sentiment(), nli(), own, tagger("raw", pair=True, taught=False)))
    assert [dialog.taggers.itemText(place) for place in range(dialog.taggers.count())] == ["nli", "answers"]
    assert dialog.tagger == "nli"
    link.answers["compare_texts"] = lambda *_args: Comparison(
        "", "", 0.5, "answers", TextTag("yes", ("no", "yes"), (0.1, 0.9)), None
    )
    dialog.taggers.setCurrentIndex(1)
    assert link.asked("compare_texts")[-1][0][2] == "answers"
    assert dialog.forward.head.text() == "A → B: yes 90 %"
    assert dialog.forward.meant.isHidden()
    assert dialog.backward.isHidden()


def test_a_refusal_takes_the_answer_away(dialog, link):
    refusals = []
    link.call = lambda *_args, on_error, **_kwargs: refusals.append(on_error)
    dialog.ask()
    refusals[0]("The tagger “nli” is damaged.")
    assert dialog.pages.currentWidget() is dialog.state
    assert dialog.state.text.text() == "The tagger “nli” is damaged."


def test_two_selected_passages_are_compared_the_one_being_read_first(commands, window, session, link):
    session.set_selection((2, 5), "lasso")
    session.set_current(5)
    commands.compare_passages()
    opened = window.findChild(CompareDialog)
    texts = {passage.id: passage.text for passage in passages()}
    assert [side.text for side in opened.sides] == [texts[5], texts[2]]
    opened.close()


def test_the_pair_tagger_can_be_read_about(commands, window, session):
    commands.compare_passages()
    window.findChild(CompareDialog).about.click()
    assert window.findChild(TaggerDialog).info == nli()


def test_the_menu_opens_a_form_to_train_on_neighbouring_sentences(chooser, window):
    entry(chooser).trigger()
    form = opened(window).form
    assert isinstance(form, NextSentenceForm)
    assert form.tagger == "next sentence Town papers"
    assert opened(window).train.isEnabled()
    opened(window).close()


def test_without_a_corpus_neighbouring_sentences_are_not_offered_and_it_says_why(
    chooser, commands, session, window, notices
):
    assert entry(chooser).isEnabled()
    session.set_corpus(None)
    assert not entry(chooser).isEnabled()
    assert entry(chooser).toolTip() == NO_CORPUS
    commands.train_next_sentence()
    assert opened(window) is None
    assert notices.sentence == "Open a corpus first; then a tagger can be trained on its sentences."


def test_a_corpus_with_too_few_sentences_is_said_in_the_dialog(commands, window, link):
    commands.train_next_sentence()
    opened(window).start()
    assert link.asked("train_next_sentence") == [(("Town papers", "next sentence Town papers"), {})]
    link.end(error=FEW)
    assert opened(window).problem.text() == FEW
    assert opened(window).train.isVisible()
    opened(window).close()


def test_what_neighbouring_sentences_taught_is_compared_with(commands, window, link, session):
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
