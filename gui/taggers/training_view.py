"""A training under way on the screen: its chart, how far it is, how long still, and Stop."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.panel import Heading, muted
from gui.progress_view import ProgressView
from gui.taggers.training import RUNNING, Training
from gui.taggers.training_chart import TrainingChart
from gui.theme import GAP

GO_ON = "You can go on working, and close this window: training goes on. What is best on the held-out texts is kept."


class TrainingView(QWidget):
    """Follows a training while it runs."""

    def __init__(self, training: Training) -> None:
        super().__init__()
        self._training = training
        self.title = Heading("")
        self.title.setWordWrap(True)
        self.chart = TrainingChart()
        self.progress = ProgressView("Stop training, and keep the best so far")
        self.progress.stop_asked.connect(training.cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.title)
        column.addWidget(self.chart, 1)
        column.addWidget(self.progress)
        column.addWidget(muted(GO_ON))
        training.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        training = self._training
        if not training.running:
            return
        self.title.setText(f"Training “{training.tagger}”")
        self.chart.show_curve(training.curve)
        self.progress.tell(training.said, training.done, training.total)
        self.progress.stop.setEnabled(training.state == RUNNING)
