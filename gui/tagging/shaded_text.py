"""A short text, read-only, with its sentences shaded; as many lines as it needs, up to a few."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QHelpEvent, QResizeEvent, QTextCursor
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextEdit, QToolTip

from gui.reader.reading import Shade, shaded
from gui.text_offsets import qt_offset, shown

MOST_LINES = 5
"""Lines up to which it grows, unless another number is asked for."""


class ShadedText(QTextEdit):
    """Shows a text with shades under parts of it; the mouse on a part says what the shade means."""

    def __init__(self, name: str, most_lines: int = MOST_LINES) -> None:
        super().__init__()
        self._most_lines = most_lines
        self._text = ""
        self._shades: tuple[Shade, ...] = ()
        self.setReadOnly(True)
        self.setObjectName("reading")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setAccessibleName(name)
        self.document().setDocumentMargin(0)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_text(self, text: str, shades: Sequence[Shade]) -> None:
        """Show a text; the shades' places are its characters."""
        self._text, self._shades = text, tuple(shades)
        self.setPlainText(shown(text))
        self.setExtraSelections([shaded(self._cursor(one), one) for one in self._shades])
        told = (f"{text[one.start : one.end].strip()}: {one.tip}" for one in self._shades)
        self.setAccessibleDescription("; ".join(told))
        self._fit()

    def tip_at(self, position: int) -> str:
        """Return what the shade at a position, as Qt counts it, means; "" for none."""
        places = ((one, self._cursor(one)) for one in self._shades)
        told = (one.tip for one, at in places if at.selectionStart() <= position <= at.selectionEnd())
        return next(told, "")

    def sizeHint(self) -> QSize:
        """Return a comfortable width and the lines the text needs."""
        return QSize(200, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Need more lines where there is less room."""
        super().resizeEvent(event)
        self._fit()

    def viewportEvent(self, event: QEvent) -> bool:
        """Say what a shade means, when the mouse rests on it."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            tip = self.tip_at(self.cursorForPosition(event.pos()).position())
            QToolTip.showText(event.globalPos(), tip, self.viewport())
            return True
        return super().viewportEvent(event)

    def _cursor(self, shade: Shade) -> QTextCursor:
        cursor = QTextCursor(self.document())
        cursor.setPosition(qt_offset(self._text, shade.start))
        cursor.setPosition(qt_offset(self._text, shade.end), QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def _fit(self) -> None:
        line = self.fontMetrics().lineSpacing()
        needed = self.document().size().height() + 2
        self.setFixedHeight(round(min(needed, self._most_lines * line + 4)))
