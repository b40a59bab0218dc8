"""One of a few ways, each with a sentence that says what it means."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QVBoxLayout, QWidget

from gui.theme import GAP, scaled, tones

PAD = 10
RING = 14
INDENT = PAD + RING + 10
"""Pixels before the words."""
WRAP = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop


class WayChoice(QWidget):
    """Cards of which the first is chosen; `ways` are (key, words, sentence)."""

    changed = Signal()

    def __init__(self, ways: Sequence[tuple[str, str, str]], name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._keys = tuple(key for key, _words, _sentence in ways)
        self._group = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP // 2)
        for number, (_key, words, sentence) in enumerate(ways):
            card = WayCard(words, sentence)
            card.setChecked(number == 0)
            self._group.addButton(card, number)
            column.addWidget(card)
        self._group.idToggled.connect(self._on_toggled)

    @property
    def key(self) -> str:
        """Return the chosen way."""
        return self._keys[self._group.checkedId()]

    def card(self, key: str) -> "WayCard":
        """Return the card of a way."""
        return self._group.button(self._keys.index(key))

    def choose(self, key: str) -> None:
        """Choose a way."""
        self.card(key).setChecked(True)

    def _on_toggled(self, _number: int, checked: bool) -> None:
        if checked:
            self.changed.emit()


class WayCard(QAbstractButton):
    """Words over a quieter sentence, in a frame; Space, a click or the arrow keys choose it."""

    def __init__(self, words: str, sentence: str) -> None:
        super().__init__()
        self._words, self._sentence = words, sentence
        self.setCheckable(True)
        self.setAccessibleName(words)
        self.setAccessibleDescription(sentence)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:
        """Return that the sentence takes more lines where there is less room."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of words and sentence at a width."""
        room = QRect(0, 0, max(width - INDENT - PAD, 40), 10_000)
        told = self.fontMetrics().boundingRect(room, WRAP, self._sentence).height() if self._sentence else 0
        return QFontMetrics(self._bold()).height() + told + 2 * GAP + (2 if told else 0)

    def sizeHint(self) -> QSize:
        """Return a comfortable width, and the height at it."""
        return QSize(380, self.heightForWidth(max(self.width(), 380)))

    def minimumSizeHint(self) -> QSize:
        """Return a small width, and the height at the present one."""
        return QSize(160, self.heightForWidth(max(self.width(), 160)))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw frame, ring, words and sentence."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        now = tones(self.palette())
        chosen, enabled = self.isChecked(), self.isEnabled()
        rim = now.accent if enabled and (chosen or self.hasFocus()) else now.border
        ground = now.accent_soft if chosen and enabled else now.hover if self._hot() else now.surface
        painter.setPen(QPen(QColor(rim), 2 if self.hasFocus() else 1))
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        height = QFontMetrics(self._bold()).height()
        self._paint_ring(painter, GAP + (height - RING) / 2)
        painter.setFont(self._bold())
        painter.setPen(QColor(now.text if enabled else now.muted))
        room = self.rect().adjusted(INDENT, GAP, -PAD, 0)
        painter.drawText(
            room,
            Qt.AlignmentFlag.AlignLeft,
            painter.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, room.width()),
        )
        painter.setFont(self.font())
        painter.setPen(QColor(now.muted))
        painter.drawText(room.adjusted(0, height + 2, 0, 0), WRAP, self._sentence)

    def _paint_ring(self, painter: QPainter, top: float) -> None:
        now = tones(self.palette())
        chosen = self.isChecked() and self.isEnabled()
        ring = QRectF(PAD, top, RING, RING)
        painter.setPen(QPen(QColor(now.accent if chosen else now.muted), 1.5))
        painter.setBrush(QColor(now.surface))
        painter.drawEllipse(ring.adjusted(1, 1, -1, -1))
        if self.isChecked():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(now.accent if chosen else now.muted))
            painter.drawEllipse(ring.adjusted(4, 4, -4, -4))

    def _hot(self) -> bool:
        return self.isEnabled() and self.underMouse()

    def _bold(self) -> QFont:
        return scaled(self.font(), 1.0, QFont.Weight.DemiBold)
