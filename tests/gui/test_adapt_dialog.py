"""Adapting the encoder from the window: what is said before, how it goes, and what is said of what came of it."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from engine.encoding.adapting import AdaptSettings
from engine.encoding.records import AdaptReport
from engine.progress import Progress
from gui.corpus.adapt_dialog import BROKEN, AdaptDialog, proposed
from gui.corpus.adapt_report import AdaptReportView, Measure, measures
from tests.gui.fakes import FakeLink, corpus

FEW = "There are 12 passages to learn from, and adapting an encoder needs 200 or more. Load more documents first."
LIBRARY = Path("/data/asterism")
KEPT = AdaptReport(
    name="Town papers encoder",
    kept=True,
    folder=str(LIBRARY / "encoders" / "Town papers encoder"),
    passages=4512,
    held_out=480,
    word_loss=(3.412, 2.987),
    agreement=(0.712, 0.731),
    agreement_by="document",
    ndcg=None,
    queries=0,
    similarity=None,
    seconds=1130.0,
    said="The encoder “Town papers encoder” is kept: load a corpus with it by --encoder “Town papers encoder”.",
)
FELL = "The adapted encoder was thrown away: finding held-out texts (document) fell from 0.712 to 0.698."
THROWN = replace(KEPT, name="", kept=False, folder="", agreement=(0.712, 0.698), said=FELL)


@pytest.fixture
def link() -> FakeLink:
    link = FakeLink()
    link.answers["encoders"] = ("all-MiniLM-L6-v2",)
    return link


class Clock:
    """Tells the seconds that a test has set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def dialog(qtbot: QtBot, link: FakeLink, clock: Clock) -> AdaptDialog:
    dialog = AdaptDialog(link, "Town papers", clock=clock)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def report_view(dialog: AdaptDialog) -> AdaptReportView:
    return dialog.findChildren(AdaptReportView)[-1]


def words(widget) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def stop(link: FakeLink) -> None:
    """Let the engine say that the cancelled job has stopped."""
    link.jobs.pop()
    link.job_changed.emit(None)


# before


def test_it_says_what_happens_and_starts_nothing_by_itself(dialog, link):
    said = words(dialog)
    assert "Adapt the encoder to “Town papers”" in said
    assert f"up to {AdaptSettings().most:,} passages" in said
    assert "kept only if it finds no less than before" in said
    assert "this corpus is searched as before until it is embedded anew" in said
    assert "other corpora are left alone" in said
    assert link.jobs == []
    assert dialog.name.text() == "Town papers encoder"


def test_a_name_that_an_encoder_has_is_not_proposed(qtbot):
    names = ("all-MiniLM-L6-v2", "Town papers encoder", "Town papers encoder 2")
    dialog = AdaptDialog(FakeLink({"encoders": names}), "Town papers")
    qtbot.addWidget(dialog)
    assert dialog.name.text() == "Town papers encoder 3"


def test_a_name_that_was_typed_stays(dialog):
    dialog.name.setText("mine")
    dialog._on_encoders(("mine", "Town papers encoder"))
    assert dialog.name.text() == "mine"


def test_the_name_of_a_corpus_is_made_one_that_an_encoder_may_have():
    assert proposed("Papers (1990s), cleaned & sorted") == "Papers 1990s cleaned sorted encoder"
    long = "Letters of a grandmother to her many grandchildren, 1951 to 1987"
    assert proposed(long) == "Letters of a grandmother to her many encoder"
    assert proposed("a" * 90) == f"{'a' * 44} encoder"
    assert proposed("???") == "encoder"


def test_it_needs_a_name(dialog, link):
    dialog.name.setText("  ")
    assert not dialog.adapt.isEnabled()
    assert dialog.adapt.toolTip() == "It needs a name"
    dialog.start()
    assert link.asked("adapt") == []


# under way


def test_it_asks_for_the_corpus_and_the_name(dialog, link):
    dialog.name.setText(" town  words ")
    dialog.adapt.click()
    assert link.asked("adapt") == [(("Town papers", "town words"), {})]
    assert link.jobs[0].title == "Adapting the encoder to “Town papers”"
    assert not dialog.adapt.isVisible()
    dialog.start()
    assert len(link.jobs) == 1


def test_it_shows_how_far_it_is_and_how_long_still(dialog, link, clock):
    dialog.start()
    for number in range(11):
        clock.now = 3.0 * number
        link.advance(Progress("Adapting to the words", 10 * number, 200, "batches", "loss 3.412"))
    said = dialog.progress.said.text()
    assert said.startswith("Adapting to the words · 100 of 200 batches")
    assert "left" in said
    assert (dialog.progress.bar.value(), dialog.progress.bar.maximum()) == (100, 200)


def test_the_progress_of_other_jobs_is_not_shown(dialog, link):
    dialog.start()
    link.advance(Progress("Adapting to the words", 50, 100, "batches"))
    link.start("Tagging", "tag")
    link.advance(Progress("Tagging", 3, 9, "passages"))
    assert (dialog.progress.bar.value(), dialog.progress.bar.maximum()) == (50, 100)


def test_stopping_says_that_nothing_was_kept_and_it_can_be_started_again(dialog, link):
    dialog.start()
    dialog.progress.stop.click()
    assert link.jobs[0].cancelled
    assert (dialog.progress.said.text(), dialog.progress.stop.isEnabled()) == ("Stopping …", False)
    stop(link)
    assert not dialog.running
    assert "Stopped. Nothing was kept, and nothing has changed." in words(dialog)
    dialog.adapt.click()
    assert dialog.running
    assert dialog.progress.stop.isEnabled()


def test_stopping_by_the_job_bar_is_seen_too(dialog, link):
    dialog.start()
    link.jobs[0].cancel()
    link.job_changed.emit(link.jobs[0])
    assert dialog.progress.said.text() == "Stopping …"
    stop(link)
    assert dialog.adapt.isVisible()


def test_closed_it_goes_on_and_comes_back_when_there_is_something_to_tell(qtbot, dialog, link):
    dialog.start()
    dialog.close()
    assert dialog.running
    assert not dialog.isVisible()
    link.end(KEPT)
    assert dialog.isVisible()
    assert report_view(dialog).isVisible()


# after


def test_a_kept_encoder_can_embed_the_corpus_anew(qtbot, dialog, link):
    dialog.start()
    link.end(KEPT)
    said = words(dialog)
    assert "“Town papers encoder” is kept" in said
    assert "It finds no less than the encoder as it was." in said
    assert (
        "Measured on 480 passages of other documents than it learned from. It took about 19 minutes." in said
    )
    assert "Nothing uses it yet." in said
    assert dialog.embed.isVisible()
    with qtbot.waitSignal(dialog.embed_asked) as asked:
        dialog.embed.click()
    assert asked.args == ["Town papers", "Town papers encoder"]
    assert not dialog.isVisible()


def test_an_encoder_that_was_thrown_away_says_why_and_offers_nothing(dialog, link):
    dialog.start()
    link.end(THROWN)
    said = words(dialog)
    assert "Adapting did not help" in said
    assert FELL in said
    assert "“Town papers” is searched as before." in said
    assert not dialog.embed.isVisible()


def test_the_table_has_what_was_measured_and_leaves_out_what_was_not(dialog, link):
    dialog.start()
    link.end(KEPT)
    model = report_view(dialog).rows
    shown = [
        [model.data(model.index(row, column)) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]
    assert shown == [
        ["Loss at masked words (less is better)", "3.412", "2.987"],
        ["Nearest text is of the same document", "0.712", "0.731"],
    ]
    full = replace(KEPT, agreement_by="halves", ndcg=(0.5, 0.6), queries=14, similarity=(0.867, 0.866))
    assert measures(full)[1:] == (
        Measure("Nearest to half a text is its other half", 0.712, 0.731),
        Measure("nDCG@10 on your marks", 0.5, 0.6),
        Measure("Graded pairs, rank correlation", 0.867, 0.866),
    )


def test_marks_that_were_measured_on_are_counted(dialog, link):
    dialog.start()
    link.end(replace(KEPT, ndcg=(0.5, 0.6), queries=14))
    assert "than it learned from, and on 14 queries with marks of yours." in words(dialog)


def test_a_refusal_is_said_where_the_name_is_and_goes_when_that_changes(dialog, link):
    dialog.start()
    link.end(error=FEW)
    assert not dialog.running
    assert dialog.problem.text() == FEW
    assert dialog.adapt.isVisible()
    dialog.name.setText("another")
    assert not dialog.problem.isVisible()


def test_a_job_that_is_gone_without_a_word_is_owned_up_to(qtbot, dialog, link):
    dialog.start()
    stop(link)
    qtbot.waitUntil(lambda: not dialog.running)
    assert dialog.problem.text() == BROKEN


# in the window


def test_the_corpus_menu_opens_it_once_and_shows_what_is_under_way(window, link):
    action = window.actions_table["adapt_encoder"]
    action.trigger()
    first = window.findChild(AdaptDialog)
    assert first.isVisible()
    first.start()
    first.close()
    window.session.set_corpus(corpus("Letters"))
    action.trigger()
    assert window.corpus_panel._adapting is first
    assert first.isVisible()
    link.end(KEPT)
    first.close()
    action.trigger()
    second = window.corpus_panel._adapting
    assert second.name.text() == "Letters encoder"
    second.close()


def test_without_documents_there_is_nothing_to_adapt_to(window):
    action = window.actions_table["adapt_encoder"]
    assert action.isEnabled()
    window.session.set_corpus(corpus("Empty", passages=0, documents=0, embedded=0))
    assert not action.isEnabled()
    window.session.set_corpus(None)
    assert not action.isEnabled()


def test_enter_in_the_name_adapts(qtbot, dialog, link):
    dialog.name.setFocus()
    qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    assert len(link.asked("adapt")) == 1
