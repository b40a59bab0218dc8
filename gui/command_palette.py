"""The command palette: every action by a few letters of its name."""

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QDialog, QHeaderView, QLineEdit, QTableView, QVBoxLayout, QWidget

from gui.actions import Actions
from gui.tables import Column, Records
from gui.theme import GAP


class CommandPalette(QDialog):
    """Finds and triggers an action; those that cannot be done now are left out."""

    def __init__(self, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName("All commands")
        self.resize(min(560, parent.width() - 80), 380)
        self._actions = [action for action in actions.all() if action.isEnabled()]
        self.line = QLineEdit(placeholderText="Type a command")
        self.line.setAccessibleName("Command")
        self.line.installEventFilter(self)
        self.line.textChanged.connect(self._filter)
        self.line.returnPressed.connect(self._run)
        self.rows: Records[QAction] = Records(_COLUMNS, self)
        self.list = QTableView()
        self.list.setModel(self.rows)
        self.list.setShowGrid(False)
        self.list.verticalHeader().hide()
        self.list.horizontalHeader().hide()
        self.list.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.list.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.list.setAccessibleName("Commands found")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        header = self.list.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.clicked.connect(self._on_clicked)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP, GAP, GAP, GAP)
        column.addWidget(self.line)
        column.addWidget(self.list)
        self._filter("")
        self.line.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Up and Down walk the list while the cursor stays in the line."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            by = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
            if by and self.rows.rows:
                self.list.selectRow((self.list.currentIndex().row() + by) % len(self.rows.rows))
                return True
        return super().eventFilter(watched, event)

    def _filter(self, text: str) -> None:
        words = text.lower().split()
        found = [action for action in self._actions if all(word in _haystack(action) for word in words)]
        found.sort(key=lambda action: not action.text().lower().startswith(text.lower()))
        self.rows.show(found)
        if found:
            self.list.selectRow(0)

    def _run(self) -> None:
        index = self.list.currentIndex()
        if index.isValid():
            action = self.rows.rows[index.row()]
            self.accept()
            action.trigger()

    def _on_clicked(self, _index: QModelIndex) -> None:
        self._run()


def _haystack(action: QAction) -> str:
    return f"{action.text()} {action.statusTip()}".lower()


def _keys(action: QAction) -> str:
    return action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)


_COLUMNS = (
    Column[QAction]("Command", lambda action: action.text(), tip=lambda action: action.statusTip()),
    Column[QAction]("Menu", lambda action: action.data().menu),
    Column[QAction]("Shortcut", _keys, right=True),
)
