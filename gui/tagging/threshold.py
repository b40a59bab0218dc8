"""The threshold: below which probability a tag counts as unsure, and what that leaves, live beside it."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from engine.tagging.states import SURE
from gui.panel import muted
from gui.session import Session
from gui.tagging.tagged import Tagged
from gui.theme import GAP
from gui.wording import percent

HIGHEST = 99
TIP = (
    "Tags with a smaller probability count as unsure. The farther to the right, the fewer passages have a sure tag, "
    "and the more of those are right."
)


class Threshold(QWidget):
    """A slider over `Session.unsure_below`, with how many passages are sure, and how often such tags were right."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setAccessibleName("Threshold")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, HIGHEST)
        self.slider.setPageStep(5)
        self.slider.setMinimumWidth(50)
        self.slider.setAccessibleName("Unsure below")
        self.slider.setToolTip(TIP)
        self.name = QLabel("Unsure below")
        self.name.setToolTip(TIP)
        self.number = QLabel()
        self.number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.said = muted()
        row = QHBoxLayout()
        row.setSpacing(GAP)
        row.addWidget(self.name)
        row.addWidget(self.slider, 1)
        row.addWidget(self.number)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.said)
        self.slider.valueChanged.connect(self._on_value)
        session.unsure_below_changed.connect(self._follow)
        self._follow()

    def show_tagged(self, tagged: Tagged | None) -> None:
        """Say how many passages have a sure tag at this threshold."""
        info = self._session.tagger_info
        coverage = info.report.coverage if info is not None and info.report is not None else ()
        self.said.setText(sure_said(tagged, coverage))
        self.slider.setAccessibleDescription(f"{self.number.text()}. {self.said.text()}")

    def _follow(self) -> None:
        value = round(100 * self._session.unsure_below)
        self.slider.blockSignals(True)
        self.slider.setValue(value)
        self.slider.blockSignals(False)
        self.number.setMinimumWidth(self.number.fontMetrics().horizontalAdvance("99 %"))
        self.number.setText(percent(value / 100))

    def _on_value(self, value: int) -> None:
        self._session.set_unsure_below(value / 100)


def sure_said(tagged: Tagged | None, coverage: Sequence[tuple[float, float]]) -> str:
    """Return how many of the tags that a tagger gave are sure, and how often such ones were right when measured."""
    if tagged is None or not (tagged.best > 0).any():
        return ""
    asked = (tagged.best > 0) & ~tagged.mine
    if not asked.any():
        return "Every tag here is your own."
    share = float((tagged.states[asked] == SURE).mean())
    accuracy = accuracy_at(coverage, share)
    said = f"Sure: {percent(share)} of passages"
    return said if accuracy is None else f"{said}; measured accuracy there {percent(accuracy)}"


def accuracy_at(coverage: Sequence[tuple[float, float]], share: float) -> float | None:
    """Return the accuracy that was measured when this share of texts was tagged; None where nothing was.

    Between two measured shares it lies on the line through them.
    """
    if not coverage or share <= 0:
        return None
    shares, accuracies = np.array(sorted(coverage), np.float64).T
    return float(np.interp(share, shares, accuracies))
