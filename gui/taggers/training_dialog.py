"""Training a tagger: first what to train on, then how it goes, then what came of it."""

from typing import Protocol

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.tagging.records import BY_COSINE
from gui.growing_dialog import GrowingDialog
from gui.panel import Heading, muted
from gui.problem import Problem
from gui.scrolled import scrolled_panel
from gui.taggers.report_view import ReportView
from gui.taggers.training import FAILED, STOPPED, Training, TrainingRequest
from gui.taggers.training_view import TrainingView
from gui.theme import GAP
from gui.wording import percent

WIDTH, HEIGHT = 660, 560

NO_REPORT = "There were too few texts to hold some out, so nothing was measured."


class Form(Protocol):
    """What asks for a training: a widget that says what is missing, and what is wanted when nothing is."""

    changed: SignalInstance
    problem: str

    @property
    def tagger(self) -> str:
        """Return the name of the tagger to be."""

    @property
    def missing(self) -> str:
        """Return what is still needed, "" when a training can start."""

    def request(self) -> TrainingRequest:
        """Return the training that is wanted."""


class TrainingDialog(GrowingDialog):
    """Stays out of the way: it can be closed while a tagger is trained, and opened again."""

    use_asked = Signal(object)
    """The TaggerInfo of what was trained: tag, or compare, with it."""

    def __init__(self, training: Training, form: Form, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._training = training
        self.form = form
        self.setWindowTitle("Train a tagger")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._build(title)
        self.resize(WIDTH, HEIGHT)
        form.changed.connect(self._on_form)
        training.changed.connect(self._on_training)
        training.ended.connect(self._on_ended)
        self._on_form()
        if training.running:
            self._show_page(self.view)

    def start(self) -> None:
        """Begin to train."""
        if self.form.missing or self._training.running:
            return
        self._training.start(self.form.request())

    def _build(self, title: str) -> None:
        self.problem = Problem()
        self.replaced = muted()
        self.replaced.hide()
        self._asking = QWidget()
        inside = QVBoxLayout(self._asking)
        inside.setContentsMargins(0, 0, GAP, 0)
        inside.setSpacing(GAP)
        heading = Heading(title)
        heading.setWordWrap(True)
        inside.addWidget(heading)
        inside.addSpacing(GAP)
        inside.addWidget(self.form)
        inside.addStretch(1)
        self.view = TrainingView(self._training)
        self._ended = QWidget()
        self._came = QVBoxLayout(self._ended)
        self._came.setContentsMargins(0, 0, 0, 0)
        self._came.setSpacing(GAP)
        self.stack = QStackedWidget()
        self._form_page = self.grow_with(self._asking)
        for page in (self._form_page, self.view, self._ended):
            self.stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GAP, 3 * GAP, 3 * GAP, 2 * GAP)
        column.setSpacing(2 * GAP)
        column.addWidget(self.stack, 1)
        column.addWidget(self.replaced)
        column.addWidget(self.problem)
        column.addWidget(self._make_buttons())

    def _make_buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.shut = buttons.button(QDialogButtonBox.StandardButton.Close)
        self.train = buttons.addButton("Train", QDialogButtonBox.ButtonRole.ActionRole)
        self.train.setProperty("primary", True)
        self.train.setDefault(True)
        self.train.clicked.connect(self.start)
        self.use = buttons.addButton("Tag with it", QDialogButtonBox.ButtonRole.ActionRole)
        self.use.setProperty("primary", True)
        self.use.clicked.connect(self._on_use)
        self.use.hide()
        self.again = buttons.addButton("Train another", QDialogButtonBox.ButtonRole.ActionRole)
        self.again.clicked.connect(self._on_again)
        self.again.hide()
        buttons.rejected.connect(self.reject)
        return buttons

    def _show_page(self, page: QWidget) -> None:
        self.stack.setCurrentWidget(page)
        self.train.setVisible(page is self._form_page)
        self._show_replaced()
        ended = page is self._ended
        self.again.setVisible(ended)
        if page is not self._form_page:
            self.problem.clear()
        if page is self.view:
            self.shut.setFocus()  # else Stop would have it, one key away from who has just pressed Train
        self.use.setVisible(ended and self._training.info is not None)

    def _on_form(self) -> None:
        missing = self.form.missing
        self.train.setEnabled(not missing)
        self.train.setToolTip(f"It needs {missing}" if missing else "")
        self.problem.say(self.form.problem)
        self.replaced.setText(
            f"You have a tagger “{self.form.tagger}” already: this one will take its place."
        )
        self._show_replaced()

    def _show_replaced(self) -> None:
        asking = self.stack.currentWidget() is self._form_page
        self.replaced.setVisible(asking and self._training.replaces(self.form.tagger))

    def _on_training(self) -> None:
        if self._training.running and self.stack.currentWidget() is not self.view:
            self._show_page(self.view)

    def _on_ended(self) -> None:
        if self._training.state == FAILED:
            self.problem.say(self._training.problem)
            self._show_page(self._form_page)
            return
        self._fill_ended()
        self._show_page(self._ended)

    def _fill_ended(self) -> None:
        while self._came.count():
            self._came.takeAt(0).widget().deleteLater()
        info = self._training.info
        heading = Heading(ended(self._training))
        heading.setWordWrap(True)
        self._came.addWidget(heading)
        if info is None:
            self._came.addWidget(muted(""), 1)
            return
        self.use.setText("Compare with it" if info.pair else "Tag with it")
        report = ReportView(info.report) if info.report is not None else muted(NO_REPORT)
        self._came.addWidget(scrolled_panel(report), 1)
        cosine = info.measured.get(BY_COSINE)
        if cosine is not None:
            self._came.addWidget(muted(f"The cosine of the two texts alone is right for {percent(cosine)}."))

    def _on_use(self) -> None:
        self.use_asked.emit(self._training.info)
        self.accept()

    def _on_again(self) -> None:
        self._show_page(self._form_page)


def ended(training: Training) -> str:
    """Return what came of a training, in a sentence."""
    if training.state == STOPPED:
        if training.info is None:
            return f"Stopped before there was anything of “{training.tagger}” worth keeping."
        return f"Stopped. The best so far was kept as “{training.tagger}”."
    return f"“{training.tagger}” is trained."
