"""Tokens as chips in lines, special ones dashed; shaded by how much each counts for something."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from engine.inspecting.records import TokenView
from gui.reader.shading import shade
from gui.theme import Tones, tones

PAD = 6.0
GAP = 4.0
MOST = 600


class TokenChips(QWidget):
    """Draws tokens in reading order; the tool tip of a chip gives its id and its place in the text."""

    def __init__(self) -> None:
        super().__init__()
        self._tokens: tuple[TokenView, ...] = ()
        self._weights: tuple[float, ...] = ()
        self._said: tuple[str, ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setMinimumWidth(120)
        self.setAccessibleName("Tokens")

    def show_tokens(
        self, tokens: Sequence[TokenView], weights: Sequence[float] = (), said: Sequence[str] = ()
    ) -> None:
        """Show other tokens, at most the first 600.

        `weights` in [0, 1] shade them, the stronger the more; `said` is what the tool tip says of each beside the rest.
        """
        self._tokens = tuple(tokens[:MOST])
        self._weights, self._said = tuple(weights[:MOST]), tuple(said[:MOST])
        told = zip(self._tokens, self._said or [""] * len(self._tokens), strict=True)
        self.setAccessibleDescription(" ".join(f"{token.token} {more}".strip() for token, more in told))
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
        for number, place in enumerate(self._places(self.width())):
            token = self._tokens[number]
            line = Qt.PenStyle.DashLine if token.special else Qt.PenStyle.SolidLine
            painter.setPen(QPen(QColor(colours.control), 1, line))
            painter.setBrush(self._fill(number, colours))
            painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
            painter.setPen(QColor(colours.muted if token.special else colours.text))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, token.token)

    def _fill(self, number: int, colours: Tones) -> QColor:
        """Return what a chip is filled with: its weight, else whether it is special or of a second text."""
        if self._weights:
            return shade(self._weights[number], 1.0, colours)
        token = self._tokens[number]
        if token.special:
            return QColor(colours.surface)
        return QColor(colours.mark_soft if token.segment else colours.accent_soft)

    def event(self, event: QEvent) -> bool:
        """Tell a token's id and place."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            for number, place in enumerate(self._places(self.width())):
                if place.contains(event.pos()):
                    QToolTip.showText(event.globalPos(), self._tip(number), self)
                    return True
            QToolTip.hideText()
        return super().event(event)

    def _tip(self, number: int) -> str:
        token = self._tokens[number]
        where = "added by the model" if token.special else f"characters {token.start} to {token.end}"
        if token.segment and not token.special:
            where += " of the second text"
        lines = [
            f"{token.token}: id {token.id}, {where}",
            f"position {token.position}, segment {token.segment}",
        ]
        return "\n".join([*lines, *self._said[number : number + 1]])

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
