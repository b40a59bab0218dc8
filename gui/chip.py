"""A chip: a short fact in a rounded frame, with a dot in its colour; one with a menu opens it."""

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy

from gui.icons import draw_icon
from gui.theme import GAP, tones

PAD = 7
DOT = 8
ARROW = 12


class Chip(QAbstractButton):
    """One that gives way to its neighbours ends in … where there is no room for all of them."""

    def __init__(self, gives_way: bool = False) -> None:
        super().__init__()
        self._gives_way = gives_way
        self._menu: QMenu | None = None
        self._colour = ""
        self.said = ""  # as text() an “&” in it would become a shortcut
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self.open_menu)

    def say(self, text: str, tip: str, colour: str = "", menu: QMenu | None = None) -> None:
        """Show a fact, before it a dot in a colour, and behind it an arrow to a menu."""
        self._colour, self._menu = colour, menu
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if menu else Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor if menu else Qt.CursorShape.ArrowCursor)
        self.said = text
        self.setToolTip(tip)
        self.setAccessibleName(tip)
        self.updateGeometry()
        self.update()

    def open_menu(self) -> None:
        """Open the menu below the chip, when there is one."""
        if self._menu:
            self._menu.popup(self.mapToGlobal(QPoint(0, self.height() + 2)))

    def sizeHint(self) -> QSize:
        """Return room for the whole text."""
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.said) + self._beside(), metrics.height() + 5)

    def minimumSizeHint(self) -> QSize:
        """Return room for a few letters, or all of them."""
        if not self._gives_way:
            return self.sizeHint()
        metrics = self.fontMetrics()
        least = min(metrics.horizontalAdvance(self.said), metrics.averageCharWidth() * 6)
        return QSize(least + self._beside(), metrics.height() + 5)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw frame, dot, text, and an arrow for the menu."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = tones(self.palette())
        hot = self._menu is not None and (self.underMouse() or self.isDown())
        painter.setPen(QPen(QColor(colours.accent), 1) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.border if hot else colours.hover))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        room = self.rect().adjusted(PAD, 0, -PAD, 0)
        if self._colour:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._colour))
            painter.drawEllipse(QRectF(room.left(), room.center().y() - DOT / 2 + 0.5, DOT, DOT))
            room.setLeft(room.left() + DOT + GAP // 2 + 1)
        if self._menu:
            place = QRectF(room.right() - ARROW + 3, room.center().y() - ARROW / 2 + 1, ARROW, ARROW)
            draw_icon(painter, "down", colours.muted, place)
            room.setRight(room.right() - ARROW)
        painter.setPen(QColor(colours.text))
        text = self.fontMetrics().elidedText(self.said, Qt.TextElideMode.ElideRight, room.width() + 1)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)

    def _beside(self) -> int:
        return 2 * PAD + (DOT + GAP // 2 + 1 if self._colour else 0) + (ARROW if self._menu else 0)
