"""The files that a load skipped, and why."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHeaderView, QTableView, QVBoxLayout, QWidget

from engine.records import CorpusInfo
from gui.panel import muted
from gui.tables import Column, Records
from gui.theme import GAP
from gui.wording import count, place
from indexes.records import Skipped


class SkippedDialog(QDialog):
    """Lists skipped files with their reasons; the list can be copied."""

    def __init__(self, corpus: CorpusInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._skipped = corpus.skipped
        self.setWindowTitle(f"Skipped files of “{corpus.name}”")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(720, 440)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
        column.setSpacing(GAP)
        column.addWidget(
            muted(
                f"{count(len(self._skipped), 'file')} could not be read; everything else is in the corpus. "
                "A file that has changed is tried again at the next update."
            )
        )
        self.rows: Records[Skipped] = Records(_COLUMNS, self)
        self.rows.show(self._skipped)
        table = QTableView()
        table.setModel(self.rows)
        table.setShowGrid(False)
        table.setSortingEnabled(True)
        table.sortByColumn(1, Qt.SortOrder.AscendingOrder)
        table.verticalHeader().hide()
        table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        table.setTabKeyNavigation(False)
        table.setAccessibleName("Skipped files")
        table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        table.setColumnWidth(0, 240)
        column.addWidget(table, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton("Copy list", QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(self.copy)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)

    def copy(self) -> None:
        """Copy the list, a line a file: path, tab, reason."""
        text = "\n".join(f"{one.path}\t{one.reason}" for one in self.rows.rows)
        QGuiApplication.clipboard().setText(text)


_COLUMNS = (
    Column[Skipped](
        "File", lambda one: place(one.path), lambda one: one.path.lower(), tip=lambda one: one.path
    ),
    Column[Skipped]("Why", lambda one: one.reason),
)
