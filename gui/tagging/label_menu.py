"""A menu with the tagger's labels: to give one to the passage being read, or to all that are selected."""

from collections.abc import Callable
from functools import partial
from typing import Literal

from PySide6.QtWidgets import QMenu, QWidget

from gui.session import Session
from gui.tagging.label_chips import N_KEYS, labels_of
from gui.tagging.tag_commands import TagCommands
from gui.wording import count
from indexes.records import NONE

Target = Literal["current", "selection"]


class LabelMenu(QMenu):
    """Filled anew whenever it opens; its own action says how many passages it is about."""

    def __init__(self, session: Session, commands: TagCommands, target: Target, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._commands = commands
        self._target = target
        self.aboutToShow.connect(self._fill)
        for changed in (session.selection_changed, session.current_changed, session.taggers_changed):
            changed.connect(self._name)
        session.tags_changed.connect(self._name)
        session.tagger_changed.connect(self._name)
        self._name()

    def _name(self) -> None:
        number = len(self._session.selection)
        labels = labels_of(self._session)
        if self._target == "current":
            self.setTitle("Label this passage as")
            self.menuAction().setEnabled(bool(labels) and bool(self._session.current))
        else:
            self.setTitle(f"Label {count(number, 'selected passage')} as" if number else "Label selection as")
            self.menuAction().setEnabled(bool(labels) and number > 0)

    def _fill(self) -> None:
        self.clear()
        current = self._target == "current"
        give: Callable[[int], object] = self._commands.label_current if current else self._label_selection
        given = self._commands.given(self._session.current) if current else ()
        for place, label in enumerate(labels_of(self._session)):
            key = f"\t{place + 1}" if current and place < N_KEYS else ""
            action = self.addAction(f"{label.replace('&', '&&')}{key}")
            action.setCheckable(current)
            action.setChecked(label in given)
            action.triggered.connect(partial(_give, give, place))
        if self._commands.several:
            none = self.addAction("None of these\tX" if current else "None of these")
            none.setCheckable(current)
            none.setChecked(NONE in given)
            none.triggered.connect(self._give_none)
        self.addSeparator()
        back = self.addAction("Take labels back" if not current else "Take label back\t0")
        back.setEnabled(not current or bool(given))
        back.triggered.connect(self._take_back)

    def _label_selection(self, place: int) -> None:
        self._commands.label_selection([labels_of(self._session)[place]])

    def _give_none(self) -> None:
        if self._target == "selection":
            self._commands.label_selection([NONE])
        else:
            self._commands.label_current_none()

    def _take_back(self) -> None:
        if self._target == "selection":
            self._commands.label_selection(())
        else:
            self._commands.label([self._session.current], ())


def _give(give: Callable[[int], object], place: int, _checked: bool = False) -> None:
    give(place)
