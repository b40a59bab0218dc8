"""How good a tagger is: measured on texts that it did not learn from, in bars, tables and plain words."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from engine.tagging.records import TagReport
from gui.bars import ProbabilityBars
from gui.icons import pixmap
from gui.panel import Heading, muted
from gui.taggers.confusion_matrix import ConfusionMatrix
from gui.taggers.coverage_curve import CoverageCurve
from gui.taggers.coverage_curve import said as coverage_said
from gui.taggers.measure_bars import MeasureBars
from gui.theme import GAP, tones
from gui.wording import count, percent

MATRIX_HEIGHT = 420
"""Pixels of a large matrix that are shown at a time."""

SIGN = 16


class ReportView(QWidget):
    """Shows a report from the caution, where there is one, to the curve of coverage."""

    def __init__(self, report: TagReport) -> None:
        super().__init__()
        self.report = report
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        if report.caution:
            column.addWidget(_caution(report.caution))
            column.addSpacing(GAP)
        column.addWidget(
            MeasureBars(
                (
                    ("Accuracy", report.accuracy),
                    ("Macro-F1", report.macro_f1),
                    ("Majority baseline", report.majority),
                )
            )
        )
        column.addWidget(muted(verdict(report)))
        column.addSpacing(2 * GAP)
        if report.confusion:
            column.addWidget(_heading("What was tagged as what"))
            column.addWidget(muted("Rows are the labels that the texts have, columns what the tagger said."))
            column.addWidget(_scrolled(ConfusionMatrix(report)))
        elif report.recalls:
            column.addWidget(_heading("How much of each label was found"))
            found = ProbabilityBars()
            found.show_shares(report.labels, report.recalls)
            column.addWidget(found)
        column.addSpacing(2 * GAP)
        column.addWidget(_heading("How far its probabilities can be trusted"))
        column.addWidget(muted(calibration(report.calibration_error)))
        if len(report.coverage) > 1:
            column.addSpacing(2 * GAP)
            column.addWidget(_heading("When it may leave out what it is not sure of"))
            column.addWidget(muted(coverage_said(report.coverage)))
            column.addWidget(CoverageCurve(report.coverage))
        column.addStretch(1)


def verdict(report: TagReport) -> str:
    """Return what was measured on, and how that compares to knowing nothing, in two sentences."""
    first = f"Measured on {count(report.texts, 'text')} that it did not learn from."
    gain = report.accuracy - report.majority
    always = f"always saying the commonest label would be right for {percent(report.majority)}"
    if gain <= 0.005:
        return f"{first} That is no better than knowing nothing: {always}."
    return f"{first} It is right for {percent(report.accuracy)}; {always}."


def calibration(error: float) -> str:
    """Return what a calibration error means for whoever reads a probability."""
    off = f"on average they are off by {percent(error)} (expected calibration error {error:.3f})"
    if error <= 0.02:
        return f"They can be taken at their word: {off}."
    if error <= 0.05:
        return f"They are nearly right: {off}."
    if error <= 0.1:
        return f"They are right within limits: {off}."
    return f"Take them as an order from less to more sure, not as chances: {off}."


def _heading(text: str) -> Heading:
    heading = Heading(text)
    heading.setWordWrap(True)
    return heading


def _caution(sentence: str) -> QFrame:
    """Return a sentence that has to be read first."""
    frame = QFrame()
    now = tones(frame.palette())
    frame.setObjectName("notice")
    sign = QLabel()
    sign.setPixmap(pixmap("warning", now.danger, SIGN, frame.devicePixelRatioF()))
    said = QLabel(sentence)
    said.setWordWrap(True)
    said.setTextFormat(Qt.TextFormat.PlainText)
    said.setAccessibleName(f"Caution: {sentence}")
    row = QHBoxLayout(frame)
    row.setContentsMargins(GAP, GAP, GAP, GAP)
    row.setSpacing(GAP)
    row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(said, 1)
    return frame


def _scrolled(matrix: ConfusionMatrix) -> QScrollArea:
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidget(matrix)
    matrix.setAutoFillBackground(False)
    area.viewport().setAutoFillBackground(False)
    area.setCornerWidget(QWidget())
    for bar in (area.horizontalScrollBar(), area.verticalScrollBar()):
        bar.valueChanged.connect(matrix.refresh)
    size = matrix.sizeHint()
    room = area.horizontalScrollBar().sizeHint().height()
    area.setFixedHeight(min(size.height() + room, MATRIX_HEIGHT))
    area.setAccessibleName("Confusion matrix")
    return area
