"""The noise slider: how far clusters reach for the passages that are in none, or let go of their weak members."""

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QSlider, QVBoxLayout, QWidget

from engine.map.records import MapData
from gui.clusters.outline import NOISE
from gui.panel import ActionButton, Elided, muted
from gui.theme import GAP, tones
from gui.wording import count, percent

STEPS = 100
"""Steps of the slider from its middle to an end."""
CLOSE = 4
"""Steps within which the hand is taken to mean the middle."""
FRAME = 30
"""Milliseconds between two previews while the slider moves."""
WIDE = 420
"""Pixels from which words and slider stand side by side."""
PAUSE = 600
"""Milliseconds after the last key before the place of the slider is kept."""

TIP = (
    "Passages in no cluster. To the left there is less noise: clusters take in what is nearest to them. To the right "
    "there is more: they let go of their weak members. Nothing is computed anew; a double click goes back."
)


class ReachSlider(QWidget):
    """Shows the share of noise; `moved` says where the slider is while it moves, `settled` where it stays."""

    moved = Signal(float)
    settled = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.said = Elided()
        self.note = muted()
        self.back = QAction("Back", self)
        self.back.setToolTip("Show noise and clusters as they were found")
        self.slider = MiddleSlider()
        self._showing = False
        self._kept = 0
        self._frame = QTimer(self, interval=FRAME, singleShot=True)
        self._pause = QTimer(self, interval=PAUSE, singleShot=True)
        self.back_button = ActionButton(self.back, link=True)
        self._row = QHBoxLayout()
        self._row.addWidget(self.said, 1)
        self._row.addWidget(self.back_button)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(2 * GAP, GAP, 2 * GAP, GAP)
        self._column.setSpacing(2)
        self._column.addLayout(self._row)
        self._column.addWidget(self.slider)
        self._column.addWidget(self.note)
        self.back.triggered.connect(self.go_back)
        self._frame.timeout.connect(self._preview)
        self._pause.timeout.connect(self._settle)
        self.slider.valueChanged.connect(self._on_value)
        self.slider.sliderReleased.connect(self._settle)
        self.slider.double_clicked.connect(self.go_back)

    @property
    def reach(self) -> float:
        """Return how far clusters reach, in [-1, 1]: the less noise, the farther."""
        return -self.slider.value() / STEPS or 0.0

    def show_map(self, data: MapData) -> None:
        """Say how much noise a map shows; the slider follows it, unless it is being moved."""
        if not self.is_moving:
            self._showing = True
            self.slider.setValue(-round(float(data.parameters.get("reach", 0.0)) * STEPS))
            self._showing = False
            self._kept = self.slider.value()
        noise = data.cluster_ids == NOISE
        share = percent(float(np.count_nonzero(noise)) / max(len(noise), 1))
        self.said.setText(f"Noise: {share} of passages")
        self.note.setText(by_choice(data))
        self.note.setVisible(bool(self.note.text()))
        self.back_button.setVisible(self.slider.value() != 0)
        self.slider.setAccessibleDescription(" ".join(filter(None, (self.said.text(), self.note.text()))))

    def go_back(self) -> None:
        """Show noise and clusters as they were found."""
        if self.slider.value() or self.is_moving:
            self.slider.setSliderDown(False)
            self.slider.setValue(0)
            self._settle()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stand in one line where there is room: beside the map there is little width, below it little height."""
        super().resizeEvent(event)
        wide = self.width() >= WIDE
        if wide != (self._row.indexOf(self.slider) >= 0):
            (self._column if wide else self._row).removeWidget(self.slider)
            if wide:
                self._row.insertWidget(1, self.slider, 1)
            else:
                self._column.insertWidget(1, self.slider)

    @property
    def is_moving(self) -> bool:
        """Say whether the slider is in the hand, or under keys that have not come to rest."""
        return self.slider.isSliderDown() or self._frame.isActive() or self._pause.isActive()

    def _on_value(self, _value: int) -> None:
        if self._showing:
            return
        if not self._frame.isActive():
            self._frame.start()
        if not self.slider.isSliderDown():
            self._pause.start()

    def _preview(self) -> None:
        self.moved.emit(self.reach)

    def _settle(self) -> None:
        self._pause.stop()
        self._frame.stop()
        self.moved.emit(self.reach)
        if self.slider.value() != self._kept:
            self._kept = self.slider.value()
            self.settled.emit(self.reach)


class MiddleSlider(QSlider):
    """A slider from a middle that means something: marked by a tick, easy to hit, filled from there."""

    double_clicked = Signal()

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setRange(-STEPS, STEPS)
        self.setPageStep(STEPS // 10)
        self.setAccessibleName("Noise")
        self.setToolTip(TIP)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Return a comfortable width and one line."""
        return QSize(160, 24)

    def minimumSizeHint(self) -> QSize:
        """Return the same at a small width."""
        return QSize(80, 24)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the slider where the hand is."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._go_to(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the hand."""
        if self.isSliderDown():
            self._go_to(event.position().x())

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Let go."""
        if self.isSliderDown():
            self.setSliderDown(False)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Say that it was clicked twice."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.double_clicked.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw groove, tick, what lies between the tick and the handle, and the handle."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = tones(self.palette())
        middle, handle, height = self._x(0), self._x(self.value()), self.height() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.border))
        painter.drawRoundedRect(
            QRectF(self._x(-STEPS), height - 2, self._x(STEPS) - self._x(-STEPS), 4), 2, 2
        )
        painter.setBrush(QColor(colours.accent))
        painter.drawRect(QRectF(min(middle, handle), height - 2, abs(handle - middle), 4))
        painter.setBrush(QColor(colours.muted))
        painter.drawRoundedRect(QRectF(middle - 1, height - 7, 2, 14), 1, 1)
        focused = self.hasFocus()
        painter.setPen(QPen(QColor(colours.accent if focused or self.value() else colours.muted), 1.5))
        painter.setBrush(QColor(colours.accent_soft if focused else colours.surface))
        painter.drawEllipse(QRectF(handle - 6, height - 6, 12, 12))

    def _x(self, value: int) -> float:
        return GAP + (value + STEPS) / (2 * STEPS) * (self.width() - 2 * GAP)

    def _go_to(self, x: float) -> None:
        value = round((x - GAP) / max(self.width() - 2 * GAP, 1) * 2 * STEPS) - STEPS
        self.setValue(0 if abs(value) <= CLOSE else value)


def by_choice(data: MapData) -> str:
    """Return a sentence on what the slider changed, "" when all is as it was found."""
    if not len(data.nearness):
        return ""
    member, inside = data.nearness >= 1, data.cluster_ids != NOISE
    taken, left = int(np.count_nonzero(inside & ~member)), int(np.count_nonzero(member & ~inside))
    if taken:
        is_are = "is" if taken == 1 else "are"
        return (
            f"{count(taken, 'passage')} of the noise {is_are} shown with the nearest cluster, by your choice."
        )
    if left:
        is_are = "is" if left == 1 else "are"
        return f"{count(left, 'weak member')} of clusters {is_are} shown as noise, by your choice."
    return ""
