"""What the map shows beside its points: each is switched by an action of the menu, and remembered."""

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtGui import QAction

from gui.actions import Actions

SHOWN_AT_FIRST = {
    "map_names": True,
    "map_density": False,
    "map_shapes": False,
    "map_overview": True,
    "map_timeline": True,
    "map_neighbours": False,
}
"""The actions that switch something, in the order of the menu."""


class Switches(QObject):
    """Owns what is shown; `changed` carries an action's id and whether it is on."""

    changed = Signal(str, bool)

    def __init__(self, actions: Actions, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.actions: dict[str, QAction] = {name: actions[name] for name in SHOWN_AT_FIRST}
        self._shown = dict(SHOWN_AT_FIRST)
        for name, shown in self._shown.items():
            self.actions[name].setChecked(shown)

    def shown(self, name: str) -> bool:
        """Return whether something is on."""
        return self._shown[name]

    def apply(self) -> None:
        """Show what is ticked."""
        for name, action in self.actions.items():
            if action.isChecked() != self._shown[name]:
                self._shown[name] = action.isChecked()
                self.changed.emit(name, action.isChecked())

    def save(self, settings: QSettings) -> None:
        """Remember what is shown."""
        for name, shown in self._shown.items():
            settings.setValue(f"shown/{name}", shown)

    def restore(self, settings: QSettings) -> None:
        """Show what was remembered."""
        for name, action in self.actions.items():
            action.setChecked(bool(settings.value(f"shown/{name}", SHOWN_AT_FIRST[name], type=bool)))
        self.apply()
