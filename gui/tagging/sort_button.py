"""In which order tagged passages are listed: a button that says it, over a menu of the others."""

from typing import cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton

from gui.tagging.tag_rows import ORDERS, Order


class SortButton(QToolButton):
    """Keeps the order; `chosen` carries it when it is another."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__(popupMode=QToolButton.ToolButtonPopupMode.InstantPopup, autoRaise=True)
        self.order: Order = "surest"
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        group = QActionGroup(self)
        self.by_order: dict[Order, QAction] = {}
        for order, (name, tip) in ORDERS.items():
            action = menu.addAction(name)
            action.setCheckable(True)
            action.setToolTip(tip)
            action.setData(order)
            group.addAction(action)
            self.by_order[order] = action
        self.setMenu(menu)
        group.triggered.connect(self._on_triggered)
        self._say()

    def use(self, order: Order) -> None:
        """Sort otherwise without telling anybody."""
        self.order = order
        self._say()

    def _on_triggered(self, action: QAction) -> None:
        self.use(cast(Order, action.data()))
        self.chosen.emit(self.order)

    def _say(self) -> None:
        name, tip = ORDERS[self.order]
        self.by_order[self.order].setChecked(True)
        self.setText(f"{name} ▾")
        self.setFixedHeight(self.fontMetrics().height() + 6)
        self.setToolTip(tip)
        self.setAccessibleName(f"Sorted: {name}")
