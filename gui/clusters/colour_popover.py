"""A few colours that stay apart for every kind of colour vision, to choose a cluster's from."""

from PySide6.QtCore import QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QGridLayout, QPushButton, QVBoxLayout, QWidget

from gui.palette import CLUSTERS_LIGHT, cluster_colours
from gui.panel import muted
from gui.popover import Popover
from gui.theme import GAP, tones

NAMES = ("rose", "brown", "mustard", "green", "teal", "sky blue", "indigo", "violet")
"""What the cluster colours are called, in their order."""
ACROSS = 4


class ColourPopover(Popover):
    """Offers the cluster colours, and the automatic one."""

    chosen = Signal(str)
    """#rrggbb as on a light ground, "" for the automatic colour."""

    def __init__(self, parent: QWidget, title: str, present: str = "") -> None:
        super().__init__(parent, "Colour")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP + 4, GAP + 4, GAP + 4, GAP + 4)
        column.setSpacing(GAP)
        column.addWidget(muted(title))
        grid = QGridLayout()
        grid.setSpacing(4)
        self.swatches: list[Swatch] = []
        self._group = QButtonGroup(self)
        shown = cluster_colours(tones(self.palette()).dark)
        for place, (colour, name) in enumerate(zip(shown, NAMES, strict=True)):
            swatch = Swatch(colour, name, CLUSTERS_LIGHT[place] == present)
            self._group.addButton(swatch, place)
            grid.addWidget(swatch, place // ACROSS, place % ACROSS)
            self.swatches.append(swatch)
        column.addLayout(grid)
        self.automatic = QPushButton("Automatic")
        self.automatic.setToolTip("Let the map choose, so that neighbours differ")
        self.automatic.clicked.connect(self._on_automatic)
        column.addWidget(self.automatic)
        self._group.idClicked.connect(self._on_swatch)
        self.swatches[0].setFocus()

    def open_at(self, corner: QPoint) -> None:
        """Open with the upper left corner at a point of the screen, or as near as there is room."""
        self.adjustSize()
        room = self.screen().availableGeometry().adjusted(GAP, GAP, -GAP, -GAP)
        left = max(room.left(), min(corner.x(), room.right() - self.width()))
        self.move(left, max(room.top(), min(corner.y(), room.bottom() - self.height())))
        self.show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk over the colours with the arrow keys, choose by Enter."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -ACROSS, Qt.Key.Key_Down: ACROSS}
        here = next((place for place, swatch in enumerate(self.swatches) if swatch.hasFocus()), -1)
        step = steps.get(Qt.Key(event.key()))
        if step is not None and 0 <= here + step < len(self.swatches):
            self.swatches[here + step].setFocus(Qt.FocusReason.TabFocusReason)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and here >= 0:
            self.swatches[here].click()
        else:
            super().keyPressEvent(event)

    def _on_swatch(self, place: int) -> None:
        self.chosen.emit(CLUSTERS_LIGHT[place])
        self.close()

    def _on_automatic(self) -> None:
        self.chosen.emit("")
        self.close()


class Swatch(QAbstractButton):
    """A round button in a colour."""

    def __init__(self, colour: str, name: str, present: bool) -> None:
        super().__init__()
        self._colour, self._present = colour, present
        self.setAccessibleName(name.capitalize())
        self.setToolTip(name.capitalize())
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        """Return room for a disc that a finger can hit."""
        return QSize(34, 34)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the disc, with a ring when it is the present colour, under the hand or has the focus."""
        colours = tones(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        centre = QPointF(self.width() / 2, self.height() / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._colour))
        painter.drawEllipse(centre, 10, 10)
        if self._present or self.underMouse() or self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            ring = colours.accent if self.hasFocus() else colours.text if self._present else colours.control
            painter.setPen(QPen(QColor(ring), 2))
            painter.drawEllipse(centre, 14, 14)
