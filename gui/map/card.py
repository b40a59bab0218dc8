"""The hover card: what a point says, beside it."""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from gui.theme import GAP, scaled, tones

WIDTH = 330
MOST_CHARACTERS = 260
"""Of a passage's text; more is read in the reader."""


class HoverCard(QWidget):
    """A small sheet over the map; it never takes the mouse."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName("Passage under the pointer")
        self._colour = ""
        self.title, self.place, self.text, self.cluster = (_label() for _ in range(4))
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GAP - 4, GAP + 2, 2 * GAP - 4, GAP + 4)
        column.setSpacing(3)
        column.addWidget(self.title)
        column.addWidget(self.place)
        column.addSpacing(3)
        column.addWidget(self.text)
        column.addSpacing(3)
        column.addWidget(self.cluster)
        self.cluster.setContentsMargins(16, 0, 0, 0)
        self.hide()

    def show_at(
        self, spot: QPointF, radius: float, title: str, place: str, text: str, cluster: str, colour: str
    ) -> None:
        """Show a passage beside a place in the parent, inside the parent, never over the place itself."""
        self._colour = colour
        self.title.setText(_cut(title, 90) or "Untitled")
        self.place.setText(_cut(place, 90))
        self.place.setVisible(bool(place))
        self.text.setText(_cut(" ".join(text.split()), MOST_CHARACTERS))
        self.cluster.setText(_cut(cluster, 60))
        self._dress()
        room = self.parentWidget().rect()
        self.setFixedWidth(min(WIDTH, max(room.width() - 2 * GAP, 80)))
        self.setFixedHeight(self.layout().heightForWidth(self.width()))
        off = radius + 14
        left = spot.x() + off
        if left + self.width() > room.width() - GAP:
            left = spot.x() - off - self.width()
        left = min(max(left, GAP), max(room.width() - self.width() - GAP, 0))
        top = min(max(spot.y() - 18, GAP), max(room.height() - self.height() - GAP, 0))
        if left < spot.x() < left + self.width():  # no room at the side: above or below
            below = spot.y() + off + self.height() < room.height()
            top = spot.y() + off if below else max(0, spot.y() - off - self.height())
        self.move(round(left), round(top))
        self.show()
        self.raise_()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the sheet and the cluster's colour."""
        colours = tones(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours.control), 1))
        painter.setBrush(QColor(colours.surface))
        painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        chip = self.cluster.geometry()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._colour))
        painter.drawEllipse(QPointF(chip.left() + 5, chip.center().y() + 0.5), 4.5, 4.5)

    def _dress(self) -> None:
        muted = tones(self.palette()).muted
        self.title.setFont(scaled(self.font(), 1.0, QFont.Weight.DemiBold))
        for label in (self.place, self.cluster):
            label.setFont(scaled(self.font(), 0.92))
            shades = label.palette()
            shades.setColor(label.foregroundRole(), QColor(muted))
            label.setPalette(shades)


def _label() -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
