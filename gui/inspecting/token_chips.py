"""Tokens as chips in lines, special ones dashed."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from engine.inspecting.records import TokenView
from gui.theme import tones

PAD = 6.0
GAP = 4.0
MOST = 600


class TokenChips(QWidget):
    """Draws tokens in reading order; the tool tip of a chip gives its id and its place in the text."""

    def __init__(self) -> None:
        super().__init__()
        self._tokens: tuple[TokenView, ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setMinimumWidth(120)
        self.setAccessibleName("Tokens")

    def show_tokens(self, tokens: Sequence[TokenView]) -> None:
        """Show other tokens, at most the first 600."""
        self._tokens = tuple(tokens[:MOST])
        self.setAccessibleDescription(" ".join(token.token for token in self._tokens))
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        """Return that the lines depend on the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of all lines at a width."""
        places = self._places(width)
        return round(places[-1].bottom()) + 2 if places else 0

    def sizeHint(self) -> QSize:
        """Return the size at the present width."""
        return QSize(300, self.heightForWidth(max(self.width(), 120)))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the chips."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._mono())
        colours = tones(self.palette())
        for token, place in zip(self._tokens, self._places(self.width()), strict=True):
            pen = QPen(
                QColor(colours.control), 1, Qt.PenStyle.DashLine if token.special else Qt.PenStyle.SolidLine
            )
            painter.setPen(pen)
            painter.setBrush(QColor(colours.surface if token.special else colours.accent_soft))
            painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
            painter.setPen(QColor(colours.muted if token.special else colours.text))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, token.token)

    def event(self, event: QEvent) -> bool:
        """Tell a token's id and place."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            for token, place in zip(self._tokens, self._places(self.width()), strict=True):
                if place.contains(event.pos()):
                    where = (
                        "added by the model" if token.special else f"characters {token.start} to {token.end}"
                    )
                    QToolTip.showText(event.globalPos(), f"{token.token}: id {token.id}, {where}", self)
                    return True
            QToolTip.hideText()
        return super().event(event)

    def _mono(self) -> QFont:
        font = QFont(self.font())
        font.setFamilies(["DejaVu Sans Mono", "Menlo", "Consolas", "monospace"])
        font.setStyleHint(QFont.StyleHint.Monospace)
        font.setPointSizeF(self.font().pointSizeF() * 0.92)
        return font

    def _places(self, width: int) -> list[QRectF]:
        metrics = QFontMetricsF(self._mono())
        height = metrics.height() + 6
        places: list[QRectF] = []
        left = top = 0.0
        for token in self._tokens:
            wide = metrics.horizontalAdvance(token.token) + 2 * PAD
            if left and left + wide > width:
                left, top = 0.0, top + height + GAP
            places.append(QRectF(left, top, min(wide, width), height))
            left += wide + GAP
        return places
