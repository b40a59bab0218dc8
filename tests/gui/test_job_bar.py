"""The job bar: what it says, when it appears, and Cancel."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction

from engine.progress import Progress
from gui.job_bar import JobBar
from tests.gui.fakes import FakeLink


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bar(qtbot, clock) -> JobBar:
    link = FakeLink()
    bar = JobBar(link, QAction("Cancel"), clock=clock)
    bar.link = link
    qtbot.addWidget(bar)
    return bar


def test_a_job_that_is_over_at_once_is_never_shown(qtbot, bar):
    bar.link.start("Loading", "index", "Town")
    assert bar.isHidden()
    bar.link.end(None)
    qtbot.wait(350)
    assert bar.isHidden()


def test_a_job_that_goes_on_appears(qtbot, bar):
    bar.link.start("Loading", "index", "Town")
    qtbot.waitUntil(bar.isVisible)


def test_rate_and_time_left_are_said_after_a_few_seconds_and_not_before(bar, clock):
    bar.link.start("Loading", "index", "Town")
    for clock.now, done in ((0.0, 0), (1.0, 100), (2.0, 200)):
        bar.link.advance(Progress("Embedding", done, 1000, "passages"))
    assert bar.text == "Embedding · 200 of 1,000 passages"
    for clock.now, done in ((3.0, 300), (4.0, 400)):
        bar.link.advance(Progress("Embedding", done, 1000, "passages"))
    assert bar.text == "Embedding · 400 of 1,000 passages · 100 a second · about 5 seconds left"


def test_cancel_asks_the_job_to_stop_and_says_so(qtbot, bar):
    job = bar.link.start("Loading", "index", "Town")
    bar.show()
    qtbot.mouseClick(bar._cancel, Qt.MouseButton.LeftButton)
    assert job.cancelled
    assert not bar._cancel.isEnabled()
    bar.link.advance(Progress("Embedding", 3, 9, "passages"))
    assert bar.text == "Stopping; what is done so far is kept."


def test_of_a_job_that_is_whole_or_nothing_nothing_is_said_to_be_changed(bar):
    job = bar.link.start("Adapting", "adapt", "Town")
    job.cancel()
    bar.link.advance(Progress("Restoring similarity", 3, 9, "batches"))
    assert bar.text == "Stopping; nothing is changed."


def test_the_bar_goes_with_its_job(qtbot, bar):
    bar.link.start("Loading", "index", "Town")
    qtbot.waitUntil(bar.isVisible)
    bar.link.end(None)
    assert bar.isHidden()
