"""Adapting the encoder to a corpus: first what it means, then how far it is, then what came of it."""

import time
from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.encoding.records import AdaptReport
from engine.pace import Pace
from engine.progress import Progress
from gui.corpus.adapt_report import AdaptReportView
from gui.engine_link import EngineLink, Job
from gui.growing_dialog import GrowingDialog
from gui.job_bar import said
from gui.panel import Heading, muted
from gui.problem import Problem
from gui.progress_view import ProgressView
from gui.scrolled import scrolled
from gui.taggers.words import LONGEST, suggested_name
from gui.theme import GAP

WIDTH, HEIGHT = 680, 440

SHORT = 44
"""Characters of the corpus' name in that of an encoder that is proposed."""

MEANS = (
    (
        "What happens",
        "The encoder goes on learning on up to 2,000 passages of this corpus: it guesses masked words, which spoils it "
        "for comparing texts, and then learns again which texts are alike.",
    ),
    (
        "What it costs",
        "Minutes on a fast machine, half an hour or more on a slow one. You can go on working; answers come more "
        "slowly.",
    ),
    (
        "What is kept",
        "It is measured on documents that it did not learn from, and on the hits that you marked where there are "
        "enough. It is kept only if it finds no less than before; otherwise it is thrown away.",
    ),
    (
        "What changes",
        "Nothing by itself: this corpus is searched as before until it is embedded anew with what was kept, and other "
        "corpora are left alone.",
    ),
)
GO_ON = (
    "You can go on working, and close this window: it opens again when adapting is done. Stopping keeps nothing, and "
    "changes nothing."
)
STOPPING = "Stopping …"
STOPPED = "Stopped. Nothing was kept, and nothing has changed."
BROKEN = "Adapting broke off. Nothing was kept of it."


class AdaptDialog(GrowingDialog):
    """Owns the job: closed while it runs it only hides, and it shows itself again when there is something to tell."""

    embed_asked = Signal(str, str)
    """The corpus, and the kept encoder that is to embed it anew."""

    def __init__(
        self,
        link: EngineLink,
        corpus: str,
        parent: QWidget | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._link = link
        self._corpus = corpus
        self._clock = clock
        self._job: Job | None = None
        self._pace = Pace()
        self._kept = ""
        self.setWindowTitle("Adapt the encoder")
        self._suggested = proposed(corpus)
        self._build()
        room = self.screen().availableGeometry().width() - 8 * GAP
        larger = max(1.0, self.fontMetrics().averageCharWidth() / 7)  # letters than usual
        self.resize(min(round(WIDTH * larger), room), HEIGHT)
        self._unanswered = QTimer(self, interval=0, singleShot=True)
        self._unanswered.timeout.connect(self._give_up)
        link.progressed.connect(self._on_progress)
        link.job_changed.connect(self._on_job)
        link.call("encoders", on_done=self._on_encoders, replaces="encoders")
        self._show_page(self._asking)

    @property
    def running(self) -> bool:
        """Return whether an encoder is being adapted."""
        return self._job is not None

    @property
    def encoder(self) -> str:
        """Return the name of the encoder to be."""
        return " ".join(self.name.text().split())

    def start(self) -> None:
        """Begin to adapt."""
        if self.running or not self.encoder:
            return
        self.problem.clear()
        self._pace = Pace()
        self.progress.tell("Starting …", 0, 0)
        self.progress.stop.setEnabled(True)
        self._job = self._link.start(
            f"Adapting the encoder to “{self._corpus}”",
            "adapt",
            self._corpus,
            self.encoder,
            on_done=self._on_done,
            on_error=self._on_error,
        )
        self._show_page(self._under_way)

    def cancel(self) -> None:
        """Stop; nothing is kept."""
        if self._job is not None:
            self._job.cancel()
            self._say_stopping()

    # parts

    def _build(self) -> None:
        self.problem = Problem()
        self.stack = QStackedWidget()
        self._asking = self.grow_with(self._make_form())
        self._under_way = self._make_progress()
        self._came = QWidget()
        for page in (self._asking, self._under_way, self._came):
            self.stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GAP, 3 * GAP, 3 * GAP, 2 * GAP)
        column.setSpacing(2 * GAP)
        column.addWidget(self.stack, 1)
        column.addWidget(self.problem)
        column.addWidget(self._make_buttons())

    def _make_form(self) -> QWidget:
        form = QWidget()
        column = QVBoxLayout(form)
        column.setContentsMargins(0, 0, GAP, 0)
        column.setSpacing(2 * GAP)
        column.addWidget(self._make_heading(f"Adapt the encoder to “{self._corpus}”"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GAP)
        grid.setVerticalSpacing(GAP)
        grid.setColumnStretch(1, 1)
        for row, (label, sentence) in enumerate(MEANS):
            grid.addWidget(QLabel(label), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(muted(sentence), row, 1)
        self.name = QLineEdit(self._suggested)
        self.name.setMaxLength(LONGEST)
        self.name.setAccessibleName("Name of the encoder")
        self.name.textChanged.connect(self._on_name)
        label = QLabel("Name")
        label.setBuddy(self.name)
        grid.setRowMinimumHeight(len(MEANS), GAP)
        grid.addWidget(label, len(MEANS) + 1, 0)
        grid.addWidget(self.name, len(MEANS) + 1, 1)
        column.addLayout(grid)
        self.stopped = muted(STOPPED)
        self.stopped.hide()
        column.addWidget(self.stopped)
        column.addStretch(1)
        return form

    def _make_progress(self) -> QWidget:
        self.progress = ProgressView("Stop adapting; nothing is kept")
        self.progress.stop_asked.connect(self.cancel)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self._make_heading(f"Adapting the encoder to “{self._corpus}”"))
        column.addSpacing(GAP)
        column.addWidget(self.progress)
        column.addSpacing(GAP)
        column.addWidget(muted(GO_ON))
        column.addStretch(1)
        return page

    def _make_heading(self, text: str) -> Heading:
        heading = Heading(text)
        heading.setWordWrap(True)
        return heading

    def _make_buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.shut = buttons.button(QDialogButtonBox.StandardButton.Close)
        self.adapt = buttons.addButton("Adapt", QDialogButtonBox.ButtonRole.ActionRole)
        self.adapt.setProperty("primary", True)
        self.adapt.setDefault(True)
        self.adapt.clicked.connect(self.start)
        self.embed = buttons.addButton("Embed anew with it", QDialogButtonBox.ButtonRole.ActionRole)
        self.embed.setProperty("primary", True)
        self.embed.setAutoDefault(False)
        self.embed.hide()
        self.embed.clicked.connect(self._on_embed)
        buttons.rejected.connect(self.reject)
        return buttons

    def _show_page(self, page: QWidget) -> None:
        self.stack.setCurrentWidget(page)
        self.adapt.setVisible(page is self._asking)
        self.embed.setVisible(page is self._came and bool(self._kept))
        if page is not self._asking:
            self.stopped.hide()
            self.shut.setFocus()  # else Stop would have it, one key away from who has just pressed Adapt

    # what the engine says

    def _on_encoders(self, names: tuple[str, ...]) -> None:
        """Propose a name that no encoder has yet, unless another was typed meanwhile."""
        if self.name.text() != self._suggested:
            return
        free, number = self._suggested, 1
        while free in names:
            number += 1
            free = f"{self._suggested} {number}"
        self.name.setText(free)

    def _on_name(self) -> None:
        self.problem.clear()
        self.adapt.setEnabled(bool(self.encoder))
        self.adapt.setToolTip("" if self.encoder else "It needs a name")

    def _on_progress(self, job: Job, progress: Progress) -> None:
        """Say how far it is; other jobs run beside it."""
        if job is not self._job or job.cancelled:
            return
        self._pace.add(progress.step, progress.done, progress.total, self._clock())
        self.progress.tell(said(progress, self._pace), progress.done, progress.total)

    def _on_job(self, _job: Job | None) -> None:
        if self._job is None:
            return
        if self._job in self._link.jobs:
            if self._job.cancelled:  # by the job bar's button
                self._say_stopping()
        elif self._job.cancelled:
            self._job = None
            self.stopped.show()
            self._tell(self._asking)
        else:
            self._unanswered.start()

    def _say_stopping(self) -> None:
        self.progress.stop.setEnabled(False)
        self.progress.said.setText(STOPPING)

    def _on_done(self, report: AdaptReport) -> None:
        self._job = None
        self._kept = report.name if report.kept else ""
        self.stack.removeWidget(self._came)
        self._came.deleteLater()
        self._came = scrolled(AdaptReportView(self._corpus, report))
        self.stack.addWidget(self._came)
        self._tell(self._came)

    def _on_embed(self) -> None:
        self.embed_asked.emit(self._corpus, self._kept)
        self.accept()

    def _on_error(self, sentence: str) -> None:
        self._job = None
        self.problem.say(sentence)
        self._tell(self._asking)

    def _give_up(self) -> None:
        """The job is gone, and neither a result nor a sentence came: it was a bug of ours, confessed elsewhere."""
        if self._job is not None:
            self._on_error(BROKEN)

    def _tell(self, page: QWidget) -> None:
        """Show what came of it, in front of the window but without taking the keyboard from who is typing there."""
        self._show_page(page)
        if not self.isVisible():
            self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
            self.show()
            self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating, False)


def proposed(corpus: str) -> str:
    """Return a name for the encoder of a corpus; of a long name the words that fit."""
    name = suggested_name(corpus)
    if len(name) > SHORT:
        name = name[: SHORT + 1].rpartition(" ")[0] or name[:SHORT]
    return f"{name.rstrip(' .')} encoder".lstrip()
