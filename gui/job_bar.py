"""The job bar: what runs, how far it is, how fast, how long still, and Cancel."""

import time
from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from engine.pace import Pace, time_left
from engine.progress import Progress
from gui.engine_link import EngineLink, Job
from gui.panel import Elided
from gui.theme import GAP

DELAY = 300
"""Milliseconds before a job is shown: what is over sooner needs no bar."""

WHOLE = ("adapt", "build_map")
"""Jobs of which there is nothing to keep before they are done."""


class JobBar(QFrame):
    """Shows the newest running job. `clock` gives seconds, for the rate and the time left."""

    def __init__(
        self,
        link: EngineLink,
        cancel: QAction,
        parent: QWidget | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("jobs")
        self.setAccessibleName("Running job")
        self._link = link
        self._clock = clock
        self._pace = Pace()
        self._job: Job | None = None
        self._title = QLabel()
        self._text = Elided()
        self._text.muted = True
        self._bar = QProgressBar(textVisible=False)
        self._bar.setFixedWidth(180)
        self._cancel = QPushButton("Cancel")
        self._cancel.setToolTip(cancel.toolTip())
        self._cancel.clicked.connect(self._on_cancel)
        cancel.triggered.connect(self._say_stopping)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GAP, GAP // 2, GAP, GAP // 2)
        row.setSpacing(2 * GAP)
        row.addWidget(self._title)
        row.addWidget(self._bar)
        row.addWidget(self._text, 1)
        row.addWidget(self._cancel)
        self._delay = QTimer(self, interval=DELAY, singleShot=True)
        self._delay.timeout.connect(self._appear)
        link.job_changed.connect(self._on_job)
        link.job_progress.connect(self._on_progress)
        self.hide()

    @property
    def text(self) -> str:
        """Return what the bar says of the progress."""
        return self._text.text()

    def _on_job(self, job: Job | None) -> None:
        if job is self._job:
            return
        self._job = job
        if job is None:
            self._delay.stop()
            self.hide()
            return
        self._pace = Pace()
        self._title.setText(job.title)
        self._cancel.setEnabled(not job.cancelled)
        self._on_progress(job.progress)
        if self.isHidden():
            self._delay.start()

    def _appear(self) -> None:
        if self._job is not None:
            self.show()

    def _on_progress(self, progress: Progress) -> None:
        if self._job is None:
            return
        self._pace.add(progress.step, progress.done, progress.total, self._clock())
        self._bar.setMaximum(progress.total)
        self._bar.setValue(progress.done)
        if self._job.cancelled:
            self._say_stopping()
        else:
            self._text.setText(said(progress, self._pace))

    def _on_cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._say_stopping()

    def _say_stopping(self) -> None:
        self._cancel.setEnabled(False)
        whole = self._job is not None and self._job.request.method in WHOLE
        self._text.setText(
            "Stopping; nothing is changed." if whole else "Stopping; what is done so far is kept."
        )


def said(progress: Progress, pace: Pace) -> str:
    """Return progress as a line: step, count, rate, time left; only what is known."""
    parts = [progress.step]
    unit = f" {progress.unit}" if progress.unit else ""
    if progress.total:
        parts.append(f"{progress.done:,} of {progress.total:,}{unit}")
    elif progress.done:
        parts.append(f"{progress.done:,}{unit}")
    if pace.rate > 0:
        rate = f"{pace.rate:,.0f}" if pace.rate >= 10 else f"{pace.rate:.1f}"
        parts.append(f"{rate} a second")
    if pace.seconds_left is not None:
        parts.append(time_left(pace.seconds_left))
    if progress.note:
        parts.append(progress.note)
    return "  ·  ".join(parts)
