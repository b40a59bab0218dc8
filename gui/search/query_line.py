"""The query line: recalls earlier queries, completes conditions, and tells what is done with its keys."""

from PySide6.QtCore import QModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit

from engine.records import Facets, Piece
from engine.search.queries import with_condition
from gui.row_delegate import RowDelegate
from gui.search.facets import Choice, begun, completions
from gui.tables import RECORD_ROLE, Column, Records
from gui.theme import tones

MOST_RECALLED = 200


class QueryLine(QLineEdit):
    """One line to type a query into. Up recalls earlier ones, Down leaves for the hits, Esc takes a recall back."""

    typed = Signal()
    """A person changed the text: by typing, recalling, completing or a chip."""
    left_downwards = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.facets = Facets()
        self._history = History()
        self._writing = False
        self._choices: Records[Choice] = Records((Column("Value", _shown),), self)
        self._completer = QCompleter(self._choices, self)
        self._completer.setMaxVisibleItems(9)
        popup = self._completer.popup()
        popup.setItemDelegate(RowDelegate(popup, _documents))
        popup.setAccessibleName("Values to choose from")
        self._completer.setWidget(self)
        self._completer.activated[QModelIndex].connect(self._on_completed)
        self.textEdited.connect(self._on_edited)

    def remember(self, line: str) -> None:
        """Note a query that was worth asking, to be recalled."""
        self._history.add(line)

    def write(self, line: str) -> None:
        """Put another query in the place of the present one; Ctrl+Z brings that back."""
        self._writing = True
        self.selectAll()
        self.insert(line)
        self._writing = False

    def go_to(self, piece: Piece) -> None:
        """Select the characters of a piece."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.setSelection(piece.start, piece.end - piece.start)

    def completing(self) -> bool:
        """Say whether values to choose from are on show."""
        return self._completer.popup().isVisible()

    def unfinished(self) -> bool:
        """Say whether a value is only half typed: it is none of those to choose from."""
        word = begun(self.text()[: self.cursorPosition()])
        known = (choice.value.casefold() for choice in self._choices.rows)
        return self.completing() and word is not None and word.value.casefold() not in known

    def complete(self) -> None:
        """Offer the values of the field at the cursor, if there is one."""
        word = begun(self.text()[: self.cursorPosition()])
        found = completions(word, self.facets) if word else []
        if word is None or not found or [one.value for one in found] == [word.value]:
            self._completer.popup().hide()
            return
        self._choices.show(found)
        rim = tones(self.palette()).control
        self._completer.popup().setStyleSheet(f"QListView {{ border: 1px solid {rim}; }}")
        left = self.cursorRect().left() - self.fontMetrics().horizontalAdvance(word.value)
        room = min(max(220, self.width() - left), 360)
        self._completer.complete(QRect(max(0, left), 2, room, self.height()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk through earlier queries, leave for the hits; what is being completed has the keys first."""
        key = Qt.Key(event.key())
        if self.completing() and self._completer.popup().currentIndex().isValid():
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
                event.ignore()  # the completer takes what is chosen
                return
        elif key == Qt.Key.Key_Down and not self.completing():
            self.left_downwards.emit()
            return
        elif key == Qt.Key.Key_Up and not self.completing():
            if not event.isAutoRepeat():  # held down to get out of the hits, it stays in the line
                self._recall(self._history.older(self.text()))
            return
        elif key == Qt.Key.Key_Escape and self._history.walking:
            self._recall(self._history.draft())
            return
        super().keyPressEvent(event)

    def _recall(self, line: str | None) -> None:
        if line is not None and line != self.text():
            walking = self._history.place
            self.write(line)
            self._history.place = walking

    def _on_edited(self, _text: str) -> None:
        self._history.place = None
        self.typed.emit()
        if not self._writing:
            self.complete()

    def _on_completed(self, index: QModelIndex) -> None:
        choice: Choice = index.data(RECORD_ROLE)
        at = self.cursorPosition()
        word = begun(self.text()[:at])
        if word is None:
            return
        made = with_condition("", choice.condition(word.excluded)).strip()
        rest = self.text()[at:].lstrip('"')
        self.write(f"{self.text()[: word.start]}{made} {rest.lstrip()}")
        self.setCursorPosition(word.start + len(made) + 1)
        self._completer.popup().hide()


class History:
    """Earlier queries, the newest last; `place` is where a walk through them stands."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.place: int | None = None
        self._draft = ""

    @property
    def walking(self) -> bool:
        """Return whether an earlier query is being looked at."""
        return self.place is not None

    def add(self, line: str) -> None:
        """Note a query; one asked before moves to the end, but not while a walk passes it."""
        line = line.strip()
        if line and not (self.walking and line in self.lines):
            self.lines = [*(one for one in self.lines if one != line), line][-MOST_RECALLED:]

    def older(self, now: str) -> str | None:
        """Return the query before the one being looked at, None when there is none; `now` is kept as the draft."""
        if self.place is None:
            self._draft = now
        place = len(self.lines) if self.place is None else self.place
        if place and self.lines[place - 1] == now.strip():
            place -= 1
        if place == 0:
            return None
        self.place = place - 1
        return self.lines[self.place]

    def draft(self) -> str:
        """End the walk and return what stood in the line before it."""
        self.place = None
        return self._draft


def _shown(choice: Choice) -> str:
    return choice.shown


def _documents(choice: Choice) -> str:
    return f"{choice.documents:,}"
