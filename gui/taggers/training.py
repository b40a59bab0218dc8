"""A training under way: its numbers as they come, how it is stopped, and what came of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from engine.pace import Pace
from engine.progress import Progress
from engine.tagging.records import TaggerInfo
from gui.engine_link import EngineLink, Job
from gui.job_bar import said
from gui.session import Session
from gui.taggers.training_curve import TrainingCurve
from gui.taggers.words import own

IDLE, RUNNING, STOPPING, DONE, STOPPED, FAILED = "idle", "running", "stopping", "done", "stopped", "failed"

BROKEN = "Training broke off. Nothing was kept of it."


@dataclass(frozen=True, slots=True)
class TrainingRequest:
    """What to ask the engine for: the name of the tagger to be, the job's title, the method and its arguments."""

    tagger: str
    title: str
    method: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


class Training(QObject):
    """Lives as long as the window, so that a dialog may be closed and opened again while a tagger is trained.

    `state` is one of the words above; `tagger` the name of what is trained; `info` what came of it (when stopped,
    what was best so far, None when there was nothing worth keeping); `problem` a sentence when it failed.
    """

    changed = Signal()
    """There are other numbers or other words."""
    ended = Signal()

    def __init__(
        self,
        link: EngineLink,
        session: Session,
        parent: QObject | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._link = link
        self._session = session
        self._clock = clock
        self._job: Job | None = None
        self._seen: Progress | None = None
        self._before: TaggerInfo | None = None
        self._pace = Pace()
        self.state = IDLE
        self.tagger = ""
        self.said = ""
        self.problem = ""
        self.info: TaggerInfo | None = None
        self.curve = TrainingCurve()
        self._unanswered = QTimer(self, interval=0, singleShot=True)
        self._unanswered.timeout.connect(self._give_up)
        link.progressed.connect(self._on_progress)
        link.job_changed.connect(self._on_job)

    @property
    def done(self) -> int:
        """Return how far the step under way is, of `total`."""
        return self._seen.done if self._seen else 0

    @property
    def total(self) -> int:
        """Return how far the step under way goes, 0 when that is not known."""
        return self._seen.total if self._seen else 0

    @property
    def running(self) -> bool:
        """Return whether a tagger is being trained."""
        return self.state in (RUNNING, STOPPING)

    def replaces(self, tagger: str) -> bool:
        """Return whether a training of this name takes the place of a tagger that the user has."""
        return any(info.name == tagger and own(info) for info in self._session.taggers)

    def start(self, request: TrainingRequest) -> None:
        """Start to train a tagger; one at a time."""
        self.tagger = request.tagger
        self.state, self.problem, self.said, self.info = RUNNING, "", "Starting …", None
        self.curve, self._pace, self._seen = TrainingCurve(), Pace(), None
        self._before = self._known()
        self._job = self._link.start(
            request.title,
            request.method,
            *request.args,
            on_done=self._on_done,
            on_error=self._on_error,
            **request.kwargs,
        )
        self.changed.emit()

    def cancel(self) -> None:
        """Stop; the best so far is kept."""
        if self._job is not None and self.state == RUNNING:
            self._job.cancel()
            self._stop()

    def _known(self, taggers: tuple[TaggerInfo, ...] | list[TaggerInfo] | None = None) -> TaggerInfo | None:
        known = self._session.taggers if taggers is None else taggers
        return next((info for info in known if info.name == self.tagger), None)

    def _on_progress(self, job: Job, progress: Progress) -> None:
        """Note how far the training is; other jobs run beside it."""
        if job is not self._job:
            return
        self._seen = progress
        self.curve.add(progress)
        self._pace.add(progress.step, progress.done, progress.total, self._clock())
        if self.state == RUNNING:
            self.said = said(progress, self._pace)
        self.changed.emit()

    def _on_job(self, _job: Job | None) -> None:
        if self._job is None:
            return
        if self._job.cancelled:  # by whichever button
            self._stop()
        if self._job not in self._link.jobs:
            if self._job.cancelled:
                self._job = None
                self._link.call("taggers", on_done=self._on_taggers, on_error=self._on_error)
            else:
                self._unanswered.start()

    def _stop(self) -> None:
        self.state = STOPPING
        self.said = "Stopping; the best so far is kept …"
        self.changed.emit()

    def _on_taggers(self, taggers: list[TaggerInfo]) -> None:
        """See whether stopping left a tagger."""
        found = self._known(taggers)
        self._end(STOPPED, found if found != self._before else None)

    def _on_done(self, info: TaggerInfo) -> None:
        self._end(DONE, info)

    def _on_error(self, sentence: str) -> None:
        self._end(FAILED, None, sentence)

    def _give_up(self) -> None:
        """The job is gone, and neither a result nor a sentence came: it was a bug of ours, confessed elsewhere."""
        if self._job is not None:
            self._end(FAILED, None, BROKEN)

    def _end(self, state: str, info: TaggerInfo | None, problem: str = "") -> None:
        self._job = None
        self.state, self.info, self.problem, self.said = state, info, problem, ""
        self.changed.emit()
        self.ended.emit()
