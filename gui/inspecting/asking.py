"""A long question about a text: a button that asks it, how far it is, and a way to stop."""

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from engine.progress import Progress
from gui.engine_link import EngineLink, Job
from gui.panel import muted
from gui.theme import GAP


class Asking(QWidget):
    """Runs one job at a time; the button says Stop meanwhile. Closing its window stops it."""

    def __init__(self, link: EngineLink, text: str, tip: str) -> None:
        super().__init__()
        self._link = link
        self._text = text
        self._job: Job | None = None
        self._asked: Callable[[], Job | None] = lambda: None
        self.button = QPushButton(text)
        self.button.setToolTip(tip)
        self.button.setAutoDefault(False)
        self.button.clicked.connect(self._on_clicked)
        self.said = muted()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * GAP)
        row.addWidget(self.button)
        row.addWidget(self.said, 1)
        link.job_changed.connect(self._on_job)
        link.job_progress.connect(self._on_progress)

    def asks(self, question: Callable[[], Job | None]) -> None:
        """Have the button call this, which starts a job, or returns None when there is nothing to ask."""
        self._asked = question

    def say(self, sentence: str) -> None:
        """Say something beside the button."""
        self.said.setText(sentence)

    def stop(self) -> None:
        """Stop what is asked; nothing comes of it any more."""
        job, self._job = self._job, None
        if job is not None:
            job.cancel()
        self.button.setText(self._text)
        self.said.setText("")

    def ours(self, job: Any) -> bool:
        """Say whether a job is the one that is waited for."""
        return self._job is not None and job is self._job

    def _on_clicked(self) -> None:
        if self._job is not None:
            self.stop()
            return
        self._job = self._asked()
        if self._job is not None:
            self.button.setText("Stop")
            self.said.setText("Starting …")

    def _on_job(self, _shown: object) -> None:
        if self._job is not None and self._job not in self._link.jobs:
            self._job = None
            self.button.setText(self._text)
            self.said.setText("")

    def _on_progress(self, progress: Progress) -> None:
        if self._job is None or not self._link.jobs or self._link.jobs[-1] is not self._job:
            return
        counted = f"{progress.done:,} of {progress.total:,}" if progress.total else f"{progress.done:,}"
        number = f"{counted} {progress.unit}" if progress.unit else ""
        self.said.setText(" · ".join(part for part in (progress.step, number, progress.note) if part))
