"""The list of tagged passages: a row that is chosen is read; its menu labels it, or all that is selected."""

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractItemView, QListView, QMenu

from gui.tables import Column, Records
from gui.tagging.label_looks import Look
from gui.tagging.tag_delegate import TagDelegate
from gui.tagging.tag_rows import TagRow, spoken, tip


class TagList(QListView):
    """Shows rows that come a page at a time; `wanted` asks for those after so many."""

    chosen = Signal(int)
    """A passage to read."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: Records[TagRow] = Records((Column("Passage", spoken, tip=tip),), self)
        self.delegate = TagDelegate(self)
        self.setModel(self.rows)
        self.setItemDelegate(self.delegate)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setAccessibleName("Tagged passages")
        self.setAccessibleDescription(
            "Keys 1 to 9 give a label, X says that none holds, 0 takes it back, U undoes"
        )
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.menu = QMenu(self)
        self.customContextMenuRequested.connect(self._open_menu)
        self.selectionModel().currentChanged.connect(self._on_current)

    def show_looks(self, looks: Sequence[Look]) -> None:
        """Draw labels as these."""
        self.delegate.looks = tuple(looks)
        self.viewport().update()

    def show_rows(self, rows: Sequence[TagRow], keep: bool = False) -> None:
        """Show other rows from the top; with `keep` what is in view stays there."""
        scrolled = self.verticalScrollBar().value()
        self.rows.show(rows)
        self.doItemsLayout()
        self.verticalScrollBar().setValue(scrolled if keep else 0)

    def show_current(self, passage_id: int) -> None:
        """Make the row of a passage the current one without choosing it again; none, when it is not listed."""
        rows = self.rows.rows
        number = next((place for place, row in enumerate(rows) if row.passage.id == passage_id), -1)
        if number == self.currentIndex().row():
            return
        index = self.rows.index(number, 0) if number >= 0 else QModelIndex()
        model = self.selectionModel()
        model.blockSignals(True)
        model.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        model.blockSignals(False)
        if number >= 0:
            self.scrollTo(index)
        self.viewport().update()

    def after_current(self) -> int:
        """Return the passage below the current one, else the one above; 0 when there is no other."""
        rows, here = self.rows.rows, self.currentIndex().row()
        beside = rows[here + 1 : here + 2] or (rows[here - 1 : here] if here > 0 else [])
        return beside[0].passage.id if beside and here >= 0 else 0

    def add_to_menu(self, actions: Sequence[QAction]) -> None:
        """Offer actions in the menu of the list."""
        self.menu.addActions(list(actions))

    def _on_current(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(self.rows.rows[index.row()].passage.id)

    def _open_menu(self, at: QPoint) -> None:
        self.menu.popup(self.viewport().mapToGlobal(at))
