"""What all panels are made of: a header, a body, an empty state that says what to do next, elided lines."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QFont, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.icons import pixmap
from gui.theme import GAP, scaled, tones

HEADER_HEIGHT = 40


class Panel(QWidget):
    """A titled part of the window. Fill `content`; `show_empty` puts an empty state in its place."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(title)
        self.title = Heading(title)
        self._tools = QHBoxLayout()
        self._tools.setSpacing(2)
        header = QWidget()
        header.setFixedHeight(HEADER_HEIGHT)
        row = QHBoxLayout(header)
        row.setContentsMargins(2 * GAP, 0, GAP, 0)
        row.addWidget(self.title, 1)
        row.addLayout(self._tools)
        inside = QWidget()
        self.content = QVBoxLayout(inside)
        self.content.setContentsMargins(0, 0, 0, 0)
        self.content.setSpacing(0)
        self._inside = inside
        self._stack = QStackedLayout()
        self._stack.addWidget(inside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(header)
        column.addLayout(self._stack, 1)

    def add_tool(self, action: QAction) -> QToolButton:
        """Put an action's button into the header."""
        button = tool_button(action)
        self._tools.addWidget(button)
        return button

    def add_head(self, widget: QWidget) -> None:
        """Put a widget of the panel's own into the header."""
        self._tools.addWidget(widget)

    def add_state(self, state: QWidget) -> None:
        """Make an empty state (or any other whole body) available to `show_state`."""
        self._stack.addWidget(state)

    def show_state(self, state: QWidget | None) -> None:
        """Show a state in place of the content, or the content again."""
        self._stack.setCurrentWidget(state or self._inside)

    @property
    def state(self) -> QWidget | None:
        """Return the state on show, None when it is the content."""
        shown = self._stack.currentWidget()
        return None if shown is self._inside else shown


class EmptyState(QWidget):
    """Says why a panel is empty and offers the one thing to do about it."""

    def __init__(
        self, sign: str, title: str, text: str, actions: Sequence[QAction] = (), primary: bool = False
    ) -> None:
        super().__init__()
        self._sign_name = sign
        self._sign = QLabel()
        self._sign.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.title = QLabel(title)
        self.title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.title.setWordWrap(True)
        self.text = QLabel(text)
        self.text.setProperty("role", "muted")
        self.text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.text.setWordWrap(True)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 4 * GAP)
        column.setSpacing(GAP)
        column.addStretch(2)
        column.addWidget(self._sign)
        column.addWidget(self.title)
        column.addWidget(self.text)
        column.addSpacing(GAP)
        for number, action in enumerate(actions):
            button = ActionButton(action, primary=primary and number == 0)
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        self._dress()

    def say(self, title: str, text: str) -> None:
        """Change the words."""
        self.title.setText(title)
        self.text.setText(text)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._dress()

    def _dress(self) -> None:
        self._sign.setPixmap(
            pixmap(self._sign_name, tones(self.palette()).muted, 28, self.devicePixelRatioF())
        )
        self.title.setFont(scaled(self.font(), 1.05, QFont.Weight.DemiBold))


class ActionButton(QPushButton):
    """A push button that stands for an action: its text (or the `short` one), tip, enabling and effect."""

    def __init__(
        self, action: QAction, primary: bool = False, link: bool = False, short: bool = False
    ) -> None:
        super().__init__()
        self.action = action
        self._short = short
        self.setProperty("primary", primary)
        self.setProperty("link", link)
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        self.setText(self.action.iconText() if self._short else self.action.text())
        self.setToolTip(self.action.toolTip())
        self.setEnabled(self.action.isEnabled())
        self.setAccessibleName(self.action.text().rstrip("…"))


class Heading(QLabel):
    """A small heading in the interface's own voice."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._dress()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the application's font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange:
            self._dress()

    def _dress(self) -> None:
        self.setFont(scaled(self.font(), 1.0, QFont.Weight.DemiBold))


class Elided(QWidget):
    """One line of text that ends in … where there is no room, with the whole in its tool tip."""

    def __init__(self, text: str = "", mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
        super().__init__()
        self._text = text
        self._mode = mode
        self.muted = False
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setText(text)

    def text(self) -> str:
        """Return the whole text."""
        return self._text

    def setText(self, text: str) -> None:
        """Show another text; line breaks become spaces."""
        self._text = " ".join(text.split())
        self.setAccessibleName(self._text)
        self._tell()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size of the whole line."""
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self._text) + 2, metrics.height() + 2)

    def minimumSizeHint(self) -> QSize:
        """Return one line's height and no width: it gives way."""
        return QSize(0, self.fontMetrics().height() + 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Decide anew whether a tool tip is needed."""
        super().resizeEvent(event)
        self._tell()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the line."""
        painter = QPainter(self)
        if self.muted:
            painter.setPen(tones(self.palette()).muted)
        shown = self.fontMetrics().elidedText(self._text, self._mode, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)

    def _tell(self) -> None:
        cut = self.fontMetrics().horizontalAdvance(self._text) > self.width()
        self.setToolTip(self._text if cut else "")


def tool_button(action: QAction) -> QToolButton:
    """Return a flat button with an action's icon."""
    button = QToolButton()
    button.setDefaultAction(action)
    button.setIconSize(QSize(18, 18))
    button.setAutoRaise(True)
    button.setAccessibleName(action.text().rstrip("…"))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def line() -> QFrame:
    """Return a hairline between two parts of a panel."""
    frame = QFrame()
    frame.setObjectName("line")
    return frame


def muted(text: str = "") -> QLabel:
    """Return a label in the quieter colour that wraps."""
    label = QLabel(text)
    label.setProperty("role", "muted")
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
