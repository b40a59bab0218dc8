"""What the rows of the outline are sorted by: a button that says it, over a menu to sort otherwise, fold and unfold."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton

from gui.clusters.outline_model import ORDER_TIPS, ORDERS


class OrderButton(QToolButton):
    """Shows the present order; `chosen` carries the wanted one."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__(popupMode=QToolButton.ToolButtonPopupMode.InstantPopup, autoRaise=True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        group = QActionGroup(self)
        self.by_order: dict[str, QAction] = {}
        for order, name in ORDERS.items():
            action = menu.addAction(name)
            action.setCheckable(True)
            action.setToolTip(f"{ORDER_TIPS[order]}; again, the other way round")
            action.setData(order)
            group.addAction(action)
            self.by_order[order] = action
        menu.addSeparator()
        self.unfold_all = menu.addAction("Unfold all")
        self.fold_all = menu.addAction("Fold all")
        self.setMenu(menu)
        group.triggered.connect(self._on_triggered)

    def show_order(self, order: str, backwards: bool) -> None:
        """Say what the rows are sorted by."""
        self.by_order[order].setChecked(True)
        self.setText(f"{ORDERS[order]} {'▴' if backwards else '▾'}")
        said = f"{ORDERS[order]}, turned round" if backwards else ORDERS[order]
        self.setAccessibleName(f"Sort by: {said}")
        self.setToolTip(f"Sorted by: {said}")

    def _on_triggered(self, action: QAction) -> None:
        self.chosen.emit(action.data())
