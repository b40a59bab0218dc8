"""What became of clusters whenever they were found anew, in plain words that can be copied."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QTextBlockFormat, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextEdit, QVBoxLayout, QWidget

from engine.map.records import ChangeLog, ClusterChange
from gui.panel import EmptyState
from gui.theme import GAP, tones
from gui.wording import count

NOTHING = "When clusters are found anew, merged or split, it is noted here what became what."


class HistoryDialog(QDialog):
    """Shows the entries of a map's history, the newest first."""

    def __init__(self, history: Sequence[ChangeLog], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("What became of clusters")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(560, 480)
        self._history = tuple(history)
        self.text = QTextEdit(objectName="reading", readOnly=True)
        self.text.setAccessibleName("History of the clusters")
        flags = Qt.TextInteractionFlag.TextSelectableByKeyboard | Qt.TextInteractionFlag.TextSelectableByMouse
        self.text.setTextInteractionFlags(flags)
        self.text.document().setDocumentMargin(1.5 * GAP)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
        column.setSpacing(GAP)
        column.addWidget(self.text if history else EmptyState("map", "Nothing has changed yet", NOTHING), 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        if history:
            self.copy = buttons.addButton("Copy", QDialogButtonBox.ButtonRole.ActionRole)
            self.copy.setToolTip("Copy the whole history as text")
            self.copy.clicked.connect(self._on_copy)
            self._write()
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)

    def _write(self) -> None:
        """Write each entry: when and why, and below it what became what."""
        cursor = self.text.textCursor()
        colours = tones(self.palette())
        plain, quiet, strong = QTextCharFormat(), QTextCharFormat(), QTextCharFormat()
        quiet.setForeground(QColor(colours.muted))
        strong.setFontWeight(QFont.Weight.DemiBold)
        for number, entry in enumerate(self._history):
            head, item = QTextBlockFormat(), QTextBlockFormat()
            head.setTopMargin(2 * GAP if number else 0)
            item.setTopMargin(4)
            item.setLeftMargin(2 * GAP)
            _start(cursor, head, first=number == 0)
            cursor.insertText(sentence(entry.reason), strong)
            cursor.insertText(f"  {when(entry.made_at)}", quiet)
            for text in changes_said(entry.changes):
                _start(cursor, item)
                cursor.insertText(text, plain)
        cursor.movePosition(QTextCursor.MoveOperation.Start)
        self.text.setTextCursor(cursor)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(written(self._history))


def written(history: Sequence[ChangeLog]) -> str:
    """Return a history as plain text."""
    return "\n\n".join(
        "\n".join(
            [f"{when(entry.made_at)}: {entry.reason}", *(f"– {text}" for text in changes_said(entry.changes))]
        )
        for entry in history
    )


def changes_said(changes: Sequence[ClusterChange]) -> list[str]:
    """Return what became what, a sentence each; what stayed as it was is only counted, at the end."""
    told = [change_said(change) for change in changes if change.kind != "kept"]
    kept = sum(max(len(change.after), 1) for change in changes if change.kind == "kept")
    if kept:
        told.append(f"{count(kept, 'cluster')} stayed as {'it was' if kept == 1 else 'they were'}.")
    return told or ["Nothing changed."]


def change_said(change: ClusterChange) -> str:
    """Return one change: "“Tide” and “Harbour” became “Sea”: 120 passages shared."."""
    before, after = _names(change.before), _names(change.after)
    shared = f": {count(change.shared, 'passage')} shared"
    if change.kind == "new" or not change.before:
        return f"{after} is new."
    if change.kind == "gone" or not change.after:
        return f"{before} is gone."
    if change.kind == "renamed":
        return f"{before} is now called {after}."
    if change.kind in ("grew", "shrank") and change.before == change.after:
        return f"{after} {change.kind}{shared}."
    return f"{before} became {after}{shared}."


def when(made_at: str) -> str:
    """Return an ISO time in words and in the time of this place; what is none as it is."""
    try:
        time = datetime.fromisoformat(made_at)
    except ValueError:
        return made_at
    local = time.astimezone() if time.tzinfo else time
    return f"{local.day} {local:%B %Y, %H:%M}"


def sentence(reason: str) -> str:
    """Return a reason beginning with a capital."""
    return reason[:1].upper() + reason[1:]


def _names(names: Sequence[str]) -> str:
    """Return "“one”, “two” and “three”"."""
    quoted = [f"“{name}”" for name in names]
    return " and ".join(filter(None, (", ".join(quoted[:-1]), *quoted[-1:])))


def _start(cursor: QTextCursor, block: QTextBlockFormat, first: bool = False) -> None:
    """Begin a paragraph; the first is there already."""
    if first:
        cursor.setBlockFormat(block)
    else:
        cursor.insertBlock(block)
