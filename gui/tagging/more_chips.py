"""Chips in a few lines: those that have no room are in a menu behind the last one."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from gui.tagging.toggle_chip import ToggleChip

SPACE = 4
NARROW = 280
"""Pixels of width below which there is a line more."""
FEW = 4
"""Chips that may be as wide as they like; of more, two go into a line at least."""


class MoreChips(QWidget):
    """Lays chips out in lines; `pressed` tells the place of one that was clicked, or chosen in the menu.

    The chips from `fixed` on are always on show, after the menu: what they stand for is asked for too often to hide.
    """

    pressed = Signal(int)

    def __init__(self, name: str, lines: int = 2) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.lines = lines
        self.chips: list[ToggleChip] = []
        self._fixed = 0
        self.menu = QMenu(self)
        self.menu.setToolTipsVisible(True)
        self.menu.aboutToShow.connect(self._fill)
        self.more = ToggleChip("more", "Those that have no room here")
        self.more.setParent(self)
        self.more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.more.clicked.connect(self._open)
        self.more.hide()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_chips(self, chips: Sequence[ToggleChip], fixed: int = 0) -> None:
        """Show other chips; the last `fixed` of them never give way."""
        for old in self.chips:
            old.hide()
            old.deleteLater()
        self.chips, self._fixed = list(chips), fixed
        before: QWidget = self
        for place, chip in enumerate(self.chips):
            chip.setParent(self)
            chip.clicked.connect(partial(self._on_clicked, place))
            if place == len(self.chips) - fixed:
                QWidget.setTabOrder(before, self.more)
                before = self.more
            QWidget.setTabOrder(before, chip)
            before = chip
        self.fit()

    def fit(self) -> None:
        """Lay the chips out anew: texts or counts have changed."""
        self._place(self.width(), move=True)
        self.updateGeometry()

    def hasHeightForWidth(self) -> bool:
        """Return that fewer lines will do where there is more room."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height at a width."""
        return self._place(width, move=False)

    def sizeHint(self) -> QSize:
        """Return the size at the present width."""
        return QSize(200, self._place(max(self.width(), 80), move=False))

    def minimumSizeHint(self) -> QSize:
        """Return the same at a small width."""
        return QSize(60, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the chips out in the new width."""
        super().resizeEvent(event)
        self._place(self.width(), move=True)
        if self.heightForWidth(self.width()) != self.height():
            self.updateGeometry()

    def changeEvent(self, event: QEvent) -> None:
        """Lay them out anew in another font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "more"):
            self.fit()

    def _place(self, width: int, move: bool) -> int:
        """Return the height of the lines; with `move` put the chips there."""
        last = len(self.chips) - self._fixed
        wanted = [chip for chip in self.chips[:last] if chip.wanted]
        always = [chip for chip in self.chips[last:] if chip.wanted]
        number = self._fitting(width, wanted, always)
        if move:
            for chip in self.chips:
                chip.setVisible(chip in wanted[:number] or chip in always)
            self._say_more(wanted[number:])
        line = self._row(wanted, always, number)
        top = left = 0
        height = self.more.sizeHint().height()
        for chip in line:
            wide = self._wide(chip, width)
            if left and left + wide > width:
                left, top = 0, top + height + SPACE
            if move:
                chip.setGeometry(left, top, wide, height)
            left += wide + SPACE
        return top + height if line else 0

    def _say_more(self, hidden: Sequence[ToggleChip]) -> None:
        """Say how many have no room; one of them that is down is named."""
        down = next((chip for chip in hidden if chip.isChecked()), None)
        self.more.say(f"{down.said} ▾" if down else f"{len(hidden)} more ▾")
        self.more.setChecked(down is not None)
        self.more.setVisible(bool(hidden))

    def _fitting(self, width: int, wanted: Sequence[ToggleChip], always: Sequence[ToggleChip]) -> int:
        """Return how many of the wanted chips have room, beside those that always have, in the lines there are."""
        for number in range(len(wanted), 0, -1):
            if self._lines_of(width, self._row(wanted, always, number)) <= self.lines + (width < NARROW):
                return number
        return 0

    def _wide(self, chip: ToggleChip, width: int) -> int:
        most = width if len(self.chips) - self._fixed <= FEW else (width - SPACE) // 2
        return min(chip.sizeHint().width(), most)

    def _row(
        self, wanted: Sequence[ToggleChip], always: Sequence[ToggleChip], number: int
    ) -> list[ToggleChip]:
        more = [self.more] if number < len(wanted) else []
        return [*wanted[:number], *more, *always]

    def _lines_of(self, width: int, chips: Sequence[ToggleChip]) -> int:
        lines, left = 1, 0
        for chip in chips:
            wide = self._wide(chip, width)
            if left and left + wide > width:
                lines, left = lines + 1, 0
            left += wide + SPACE
        return lines

    def _fill(self) -> None:
        self.menu.clear()
        for place, chip in enumerate(self.chips):
            if chip.isHidden() and chip.wanted:
                text = "  ".join(part for part in (chip.key, chip.said.replace("&", "&&")) if part)
                action = self.menu.addAction(f"{text}\t{chip.count}" if chip.count else text)
                action.setToolTip(chip.toolTip())
                action.setCheckable(chip.isCheckable())
                action.setChecked(chip.isChecked())
                action.triggered.connect(partial(self._on_clicked, place))

    def _open(self) -> None:
        self.fit()  # a click has put the chip down
        self.menu.popup(self.more.mapToGlobal(QPoint(0, self.more.height() + 2)))

    def _on_clicked(self, place: int, _checked: bool = False) -> None:
        self.pressed.emit(place)
