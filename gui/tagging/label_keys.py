"""Labels by one key: 1 … 9 give the passage being read a label, X none, 0 or Backspace takes it back, U undoes."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from gui.session import Session
from gui.tagging.label_chips import N_KEYS, labels_of
from gui.tagging.tag_commands import TagCommands
from gui.tagging.tag_list import TagList
from indexes.records import NONE

TAKE_BACK = (Qt.Key.Key_0, Qt.Key.Key_Backspace)


class LabelKeys(QObject):
    """Makes the keys work in widgets that show passages; where a person types a text they stay letters."""

    def __init__(self, session: Session, commands: TagCommands, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._commands = commands

    def work_in(self, widget: QWidget) -> None:
        """Let the keys label the current passage while a widget has the focus."""
        for place in range(N_KEYS):
            self._add(widget, QKeySequence(str(place + 1)), partial(self._label, widget, place))
        for key in TAKE_BACK:
            self._add(widget, QKeySequence(key), self._take_back)
        self._add(widget, QKeySequence(Qt.Key.Key_X), partial(self._label_none, widget))
        self._add(widget, QKeySequence(Qt.Key.Key_U), self._commands.undo_label)

    def _add(self, widget: QWidget, keys: QKeySequence, does: Callable[[], object]) -> None:
        shortcut = QShortcut(keys, widget)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(does)

    def _label(self, widget: QWidget, place: int) -> None:
        """Give the label; a list of tagged passages goes on to the next, once something was given."""
        labels = labels_of(self._session)
        if self._session.current and place < len(labels):
            give = partial(self._commands.label_current, place)
            self._go_on(widget, labels[place], give, stay=self._commands.several)

    def _label_none(self, widget: QWidget) -> None:
        """Say that none of several labels holds, and go on as from a label."""
        if self._session.current and self._commands.several:
            self._go_on(widget, NONE, self._commands.label_current_none, stay=False)

    def _go_on(self, widget: QWidget, label: str, give: Callable[[], object], stay: bool) -> None:
        following = widget.after_current() if isinstance(widget, TagList) else 0
        taken_back = self._commands.given(self._session.current) == (label,)
        give()
        if following and not taken_back and not stay:
            self._session.set_current(following)

    def _take_back(self) -> None:
        current = self._session.current
        if current and self._commands.given(current):
            self._commands.label([current], ())
