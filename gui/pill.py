"""A round button with a few words in it: a piece of a query, a switch, a way to more."""

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from gui.icons import draw_icon
from gui.theme import GAP, Tones, scaled, tones

SIGN = 14
WIDEST = 260


class Pill(QAbstractButton):
    """Draws itself as wide as its words, and cuts them where there is no room. `sign` is an icon before them."""

    def __init__(self, said: str, sign: str = "") -> None:
        super().__init__()
        self.said = said  # as text() an “&” in it would become a shortcut
        self.sign = sign
        self.brief = False
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def say(self, said: str) -> None:
        """Change the words."""
        self.said = said
        self.setAccessibleName(said)
        self.updateGeometry()
        self.update()

    def be_brief(self, brief: bool) -> None:
        """Show the icon alone, or the words too."""
        if brief != self.brief:
            self.brief = brief
            self.updateGeometry()
            self.update()

    def words_width(self) -> int:
        """Return the pixels that the words take."""
        return QFontMetrics(self.small()).horizontalAdvance(self.said)

    def sizeHint(self) -> QSize:
        """Return room for the words, within reason."""
        height = QFontMetrics(self.small()).height() + 8
        before = SIGN + GAP // 2 if self._shown_sign() else 0
        wide = before + self.room_after() + 2 * GAP + 4 + (-GAP // 2 if self.brief else self.words_width())
        return QSize(min(wide, WIDEST), height)

    def room_after(self) -> int:
        """Return the pixels that something after the words needs."""
        return 0

    def colours(self, now: Tones) -> tuple[str, str]:
        """Return ground and rim."""
        if self.isChecked():
            return now.accent_soft, now.accent
        return (now.hover if self.underMouse() and self.isEnabled() else now.surface), now.control

    def small(self) -> QFont:
        """Return the font of the words."""
        return scaled(self.font(), 0.92)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Enter press it as Space does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEvent) -> None:
        """Show that it can be pressed."""
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Show it as before."""
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw ground, rim, icon and words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        now = tones(self.palette())
        ground, rim = self.colours(now)
        painter.setPen(QPen(QColor(now.accent if self.hasFocus() else rim), 1))
        painter.setBrush(QColor(ground))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        room = QRectF(self.rect()).adjusted(GAP + 2, 0, -GAP - 2 - self.room_after(), 0)
        ink = now.text if self.isEnabled() else now.control
        if self._shown_sign():
            place = QRectF(room.left() - 1, (self.height() - SIGN) / 2, SIGN, SIGN)
            draw_icon(painter, self._shown_sign(), now.accent if self.isChecked() else ink, place)
            room.setLeft(room.left() + SIGN + GAP // 2)
        if self.brief:
            return
        painter.setFont(self.small())
        painter.setPen(QColor(ink))
        said = painter.fontMetrics().elidedText(
            self.said, Qt.TextElideMode.ElideMiddle, int(room.width()) + 1
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, said)

    def _shown_sign(self) -> str:
        return "check" if self.isChecked() else self.sign


class ActionPill(Pill):
    """A pill that stands for an action: its short text, tip, enabling, checking and effect."""

    def __init__(self, action: QAction, sign: str = "") -> None:
        super().__init__(action.iconText(), sign)
        self._action = action
        self.setCheckable(action.isCheckable())
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        self.say(self._action.iconText())
        self.setToolTip(self._action.toolTip())
        self.setEnabled(self._action.isEnabled())
        self.setChecked(self._action.isChecked())
