"""What the window has to say: the bar for errors and notes, and the only dialogs that ask or confess."""

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QMessageBox,
    QPushButton,
    QToolButton,
    QWidget,
)

from gui.icons import icon, pixmap
from gui.theme import GAP, tones


class Notices(QFrame):
    """A bar over the panels with one sentence; the newest replaces the older."""

    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self.setAccessibleName("Messages")
        self._kind = ""
        self._sign = QLabel()
        self._sentence = QLabel()
        self._sentence.setWordWrap(True)
        self._sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._sentence.setTextFormat(Qt.TextFormat.PlainText)
        self._button = QPushButton()
        self._action: QAction | None = None
        self._close = QToolButton()
        self._close.setIconSize(QSize(14, 14))
        self._close.setToolTip("Dismiss")
        self._close.setAccessibleName("Dismiss the message")
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GAP, GAP, GAP, GAP)
        row.setSpacing(GAP)
        row.addWidget(self._sign)
        row.addWidget(self._sentence, 1)
        row.addWidget(self._button)
        row.addWidget(self._close)
        self._close.clicked.connect(self.dismiss)
        self._button.clicked.connect(self._on_button)
        self.hide()

    @property
    def sentence(self) -> str:
        """Return what is being said, "" when nothing is."""
        return "" if self.isHidden() else self._sentence.text()

    def error(self, sentence: str) -> None:
        """Say that something went wrong, in the sentence of an AsterismError."""
        self._say("error", sentence, None)

    def note(self, sentence: str, action: QAction | None = None) -> None:
        """Say something worth knowing; `action` is the one thing to do about it."""
        self._say("note", sentence, action)

    def dismiss(self) -> None:
        """Take the message away."""
        self.hide()
        self.dismissed.emit()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._kind:
            self._dress()

    def _say(self, kind: str, sentence: str, action: QAction | None) -> None:
        self._kind = kind
        self.setProperty("kind", kind)
        self.style().unpolish(self)
        self.style().polish(self)
        self._dress()
        self._sentence.setText(sentence)
        self._action = action
        self._button.setVisible(action is not None)
        if action is not None:
            self._button.setText(action.text().rstrip("…"))
        self.show()

    def _dress(self) -> None:
        colours = tones(self.palette())
        sign, ink = ("warning", colours.danger) if self._kind == "error" else ("info", colours.accent)
        self._sign.setPixmap(pixmap(sign, ink, 18, self.devicePixelRatioF()))
        self._close.setIcon(icon("close", colours))

    def _on_button(self) -> None:
        self.hide()
        if self._action is not None:
            self._action.trigger()


def confirm(parent: QWidget, title: str, question: str, verb: str) -> bool:
    """Ask before something is lost; `verb` stands on the button that does it, Cancel is the default."""
    box = QMessageBox(QMessageBox.Icon.NoIcon, title, title, parent=parent)
    box.setInformativeText(question)
    do = box.addButton(verb, QMessageBox.ButtonRole.DestructiveRole)
    cancel = box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(cancel)
    box.setEscapeButton(cancel)
    box.exec()
    return box.clickedButton() is do


def ask_name(parent: QWidget, title: str, label: str, suggestion: str = "") -> str:
    """Ask for a name; "" when the user thought better of it."""
    name, accepted = QInputDialog.getText(parent, title, label, text=suggestion)
    return name.strip() if accepted else ""


def confess(parent: QWidget | None, details: str) -> None:
    """Own up to a bug of ours, with the details to copy into a report."""
    box = QMessageBox(
        QMessageBox.Icon.NoIcon, "Something went wrong", "Something went wrong in Asterism.", parent=parent
    )
    box.setInformativeText(
        "This is a bug of ours, not yours. What was saved is safe, and you can go on working. "
        "The details help us to mend it; they hold no text of your documents beyond what is shown."
    )
    box.setDetailedText(details)
    copy = box.addButton("Copy details", QMessageBox.ButtonRole.ActionRole)
    box.addButton(QMessageBox.StandardButton.Close)
    box.exec()
    if box.clickedButton() is copy:
        QGuiApplication.clipboard().setText(details)
