"""A chip that can be down: a key before it, a mark in a label's shape and colour, a text, and a count behind it."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from gui.icons import draw_icon
from gui.map.drawing.shapes import paint_shape
from gui.tagging.label_looks import Look, draw_underline
from gui.theme import tones

PAD = 6
MARK = 9
SIGN = 11
WIDEST = 190
"""Pixels that a text may take; a longer one ends in ….."""


class ToggleChip(QAbstractButton):
    """One that is down has a filled ground and a rim, so that it stands out without its colour."""

    def __init__(
        self,
        text: str,
        tip: str,
        look: Look | None = None,
        key: str = "",
        icon: str = "",
        checkable: bool = True,
    ) -> None:
        super().__init__()
        self.said = text  # as text() an “&” in it would become a shortcut
        self.count = ""
        self.look = look
        self.key = key
        self.underlined = False
        self.wanted = True  # where chips have no room, an unwanted one is not even in the menu
        self._icon = icon
        self.setCheckable(checkable)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setToolTip(tip)
        self._name()

    def say(self, text: str, tip: str = "") -> None:
        """Show another text."""
        self.said = text
        self.setToolTip(tip or self.toolTip())
        self._name()

    def show_count(self, count: str) -> None:
        """Show a count behind the text."""
        self.count = count
        self._name()

    def underline(self, underlined: bool) -> None:
        """Draw the label's line under its name, as it stands under the sentences of a text."""
        self.underlined = underlined
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for all of it, within reason."""
        metrics = self.fontMetrics()
        wide = min(metrics.horizontalAdvance(self.said), WIDEST) + self._before() + self._after() + 2
        return QSize(wide, metrics.height() + 6)

    def minimumSizeHint(self) -> QSize:
        """Return room for a few letters."""
        return QSize(
            self._before() + self._after() + 4 * self.fontMetrics().averageCharWidth(),
            self.sizeHint().height(),
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw ground, key, mark, text and count."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = tones(self.palette())
        self._paint_ground(painter)
        middle = Qt.AlignmentFlag.AlignVCenter
        room = QRectF(self.rect()).adjusted(PAD, 0, -PAD, 0)
        if self.key:
            painter.setPen(QColor(colours.muted))
            painter.drawText(room, middle, self.key)
            room.setLeft(room.left() + self._advance(self.key) + 4)
        if self.look:
            spot = QPointF(room.left() + MARK / 2, room.center().y())
            paint_shape(painter, self.look.shape, spot, MARK / 2, QColor(self.look.colour(colours.dark)))
            room.setLeft(room.left() + MARK + 5)
        if self._icon:
            place = QRectF(room.left(), room.center().y() - SIGN / 2, SIGN, SIGN)
            draw_icon(painter, self._icon, colours.text if self.isChecked() else colours.muted, place)
            room.setLeft(room.left() + SIGN + 4)
        if self.count:
            painter.setPen(QColor(colours.muted))
            painter.drawText(room, middle | Qt.AlignmentFlag.AlignRight, self.count)
            room.setRight(room.right() - self._advance(self.count) - 5)
        painter.setPen(QColor(colours.text if self.isEnabled() else colours.muted))
        shown = self.fontMetrics().elidedText(self.said, Qt.TextElideMode.ElideRight, round(room.width()) + 1)
        painter.drawText(room.adjusted(0, 0, 2, 0), middle, shown)
        if self.underlined and self.look:
            below = room.center().y() + self.fontMetrics().height() / 2 - 0.5
            wide = min(room.width(), self._advance(shown))
            draw_underline(painter, self.look, room.left(), below, wide, colours.dark)

    def _paint_ground(self, painter: QPainter) -> None:
        colours = tones(self.palette())
        ground = colours.accent_soft if self.isChecked() else colours.hover
        if self.isEnabled() and (self.underMouse() or self.isDown()):
            ground = colours.border
        rim = self.isChecked() or self.hasFocus()
        painter.setPen(QPen(QColor(colours.accent), 1) if rim else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def _before(self) -> int:
        key = self._advance(self.key) + 4 if self.key else 0
        return PAD + key + (MARK + 5 if self.look else 0) + (SIGN + 4 if self._icon else 0)

    def _after(self) -> int:
        return PAD + (self._advance(self.count) + 5 if self.count else 0)

    def _advance(self, text: str) -> int:
        return self.fontMetrics().horizontalAdvance(text)

    def _name(self) -> None:
        parts = (self.key, self.said, self.count)
        self.setAccessibleName(" ".join(part for part in parts if part))
        self.setAccessibleDescription(self.toolTip() if self.toolTip() != self.said else "")
        self.updateGeometry()
        self.update()
