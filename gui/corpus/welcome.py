"""The first thing a newcomer sees: what Asterism does, and two ways to begin."""

from itertools import pairwise

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gui.actions import Actions
from gui.palette import cluster_colours
from gui.panel import ActionButton
from gui.theme import GAP, scaled, tones

STARS = ((0.12, 0.62, 3), (0.24, 0.30, 4), (0.40, 0.52, 6), (0.56, 0.20, 4), (0.70, 0.58, 5), (0.86, 0.34, 3))


class Welcome(QWidget):
    """Shown while the library is empty."""

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self.setAccessibleName("Welcome")
        self._sign = QLabel(alignment=Qt.AlignmentFlag.AlignHCenter)
        self._title = QLabel("Asterism", alignment=Qt.AlignmentFlag.AlignHCenter)
        self._what = QLabel(
            "Search your own documents by meaning, see them as a map of named clusters,\n"
            "and find the mood of what you select.",
            alignment=Qt.AlignmentFlag.AlignHCenter,
        )
        how = QLabel("Or drop folders, files and tables anywhere on this window.")
        where = QLabel("Nothing leaves this machine: no account, no upload.")
        column = QVBoxLayout(self)
        column.setSpacing(GAP)
        column.addStretch(2)
        column.addWidget(self._sign)
        column.addWidget(self._title)
        column.addWidget(self._what)
        column.addSpacing(2 * GAP)
        row = QHBoxLayout()
        row.setSpacing(GAP)
        row.addStretch(1)
        self.sample = ActionButton(actions["load_sample"], primary=True)
        self.folder = ActionButton(actions["add_folder"])
        row.addWidget(self.sample)
        row.addWidget(self.folder)
        row.addStretch(1)
        column.addLayout(row)
        column.addSpacing(GAP)
        for label in (how, where):
            label.setProperty("role", "muted")
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(label)
        column.addStretch(3)
        self._dress()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.ApplicationFontChange):
            self._dress()

    def _dress(self) -> None:
        self._title.setFont(scaled(self.font(), 2.2, QFont.Weight.DemiBold))
        self._what.setFont(scaled(self.font(), 1.15))
        self._sign.setPixmap(emblem(220, 84, self.devicePixelRatioF(), tones(self.palette()).dark))


def emblem(width: int, height: int, ratio: float, dark: bool) -> QPixmap:
    """Return a small asterism: stars in the clusters' colours, joined by a line."""
    picture = QPixmap(round(width * ratio), round(height * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    faint = QColor("#6b7480" if dark else "#b6bac1")
    points = [(x * width, y * height, radius) for x, y, radius in STARS]
    painter.setPen(faint)
    for (x, y, _), (to_x, to_y, _) in pairwise(points):
        painter.drawLine(round(x), round(y), round(to_x), round(to_y))
    painter.setPen(Qt.PenStyle.NoPen)
    for (x, y, radius), colour in zip(points, cluster_colours(dark), strict=False):
        painter.setBrush(QColor(colour))
        painter.drawEllipse(round(x - radius), round(y - radius), 2 * radius, 2 * radius)
    painter.end()
    return picture


class DropHint(QWidget):
    """Lies over the window while something is dragged above it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def appear(self) -> None:
        """Cover the window."""
        self.setGeometry(self.parentWidget().rect())
        self.raise_()
        self.show()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw a frame and a sentence."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = tones(self.palette())
        ground = QColor(colours.window)
        ground.setAlphaF(0.92)
        painter.fillRect(self.rect(), ground)
        pen = painter.pen()
        pen.setColor(QColor(colours.accent))
        pen.setWidthF(2)
        pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawRoundedRect(self.rect().adjusted(24, 24, -24, -24), 12, 12)
        painter.setPen(QColor(colours.text))
        painter.setFont(scaled(self.font(), 1.4, QFont.Weight.DemiBold))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Drop to add to a corpus")
