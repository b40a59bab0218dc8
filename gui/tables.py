"""One read-only item model for any list of records, and the roles its views use."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QPixmap

Record = TypeVar("Record")
Index = QModelIndex | QPersistentModelIndex

RECORD_ROLE = int(Qt.ItemDataRole.UserRole)
"""The record of a row itself, whichever column is asked."""

SWATCH = 10

NOWHERE = QModelIndex()


@dataclass(frozen=True)
class Column(Generic[Record]):
    """A column of a table of records: its title, the text of a record, and how it is told and sorted."""

    title: str
    text: Callable[[Record], str]
    key: Callable[[Record], Any] | None = None
    tip: Callable[[Record], str] | None = None
    right: bool = False
    colour: Callable[[Record], str] | None = None


class Records(QAbstractTableModel, Generic[Record]):
    """Shows records as rows. `more` is asked with the present number of rows when a view nears the end."""

    def __init__(self, columns: Sequence[Column[Record]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self.rows: list[Record] = []
        self.more: Callable[[int], object] | None = None
        self._asked = -1

    def show(self, records: Sequence[Record]) -> None:
        """Show other records."""
        self.beginResetModel()
        self.rows = list(records)
        self._asked = -1
        self.endResetModel()

    def append(self, records: Sequence[Record]) -> None:
        """Show more records below the present ones."""
        if not records:
            return
        self.beginInsertRows(QModelIndex(), len(self.rows), len(self.rows) + len(records) - 1)
        self.rows.extend(records)
        self.endInsertRows()

    def expect_more(self) -> None:
        """Ask again for the records after the last one: there may be new ones."""
        self._asked = -1

    def rowCount(self, parent: Index = NOWHERE) -> int:
        """Return the number of records."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a view asks of a cell: text, tool tip, alignment, or the record."""
        if not index.isValid():
            return None
        record, column = self.rows[index.row()], self.columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(record)
        if role == Qt.ItemDataRole.ToolTipRole:
            return (column.tip or column.text)(record)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._side(index.column())
        if role == Qt.ItemDataRole.DecorationRole and column.colour is not None:
            return swatch(column.colour(record))
        if role == RECORD_ROLE:
            return record
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return a column's title."""
        if orientation == Qt.Orientation.Horizontal and 0 <= section < len(self.columns):
            if role == Qt.ItemDataRole.DisplayRole:
                return self.columns[section].title
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return self._side(section)
        return None

    def _side(self, column: int) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignRight if self.columns[column].right else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort the rows by a column's key, else its text; equal rows keep their order."""
        if not 0 <= column < len(self.columns):
            return
        key = self.columns[column].key or self.columns[column].text
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        kept = [self.rows[index.row()] for index in before]
        self.rows.sort(key=key, reverse=order == Qt.SortOrder.DescendingOrder)
        places = {id(record): row for row, record in enumerate(self.rows)}
        for index, record in zip(before, kept, strict=True):
            self.changePersistentIndex(index, self.index(places[id(record)], index.column()))
        self.layoutChanged.emit()

    def canFetchMore(self, parent: Index = NOWHERE) -> bool:
        """Return whether more records may be had."""
        return not parent.isValid() and self.more is not None and self._asked < len(self.rows)

    def fetchMore(self, parent: Index = NOWHERE) -> None:
        """Ask once for the records after the last one."""
        if self.more is not None and not parent.isValid():
            self._asked = len(self.rows)
            self.more(len(self.rows))


def swatch(colour: str) -> QPixmap:
    """Return a small square in a colour, to stand before a text."""
    picture = QPixmap(SWATCH, SWATCH)
    picture.fill(QColor(colour))
    return picture
