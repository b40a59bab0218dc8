"""A row of joined buttons of which one is down."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget


class Segments(QWidget):
    """Lets a person choose one of a few; `chosen` carries its key."""

    chosen = Signal(str)

    def __init__(self, names: Mapping[str, str], tips: Mapping[str, str], name: str) -> None:
        super().__init__()
        self.setObjectName("segments")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(name)
        self._keys = tuple(names)
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(0)
        for number, (key, text) in enumerate(names.items()):
            button = QToolButton(text=text, checkable=True, checked=number == 0)
            button.setProperty("segment", True)
            button.setToolTip(tips.get(key, text))
            button.setAccessibleName(f"{name}: {text}")
            self._group.addButton(button, number)
            row.addWidget(button)
        self._group.idClicked.connect(self._on_clicked)

    def choose(self, key: str) -> None:
        """Press a button without telling anybody."""
        self._group.button(self._keys.index(key)).setChecked(True)

    def _on_clicked(self, number: int) -> None:
        self.chosen.emit(self._keys[number])
