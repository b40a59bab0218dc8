"""The filter menu: folders, types, labels, clusters and columns with their counts, and dates, to narrow a search by."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QFont, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QVBoxLayout,
    QWidget,
)

from engine.records import Condition, Facets
from engine.search.queries import parse
from gui.panel import line, muted
from gui.popover import Popover
from gui.search.filter_rows import FilterDelegate, FilterRow, filter_rows
from gui.tables import Column, Records
from gui.theme import GAP, scaled
from gui.wording import count

LEAST, TALLEST = 300, 340
"""Pixels: of the menu's width, of its list's height."""

HINT = "Enter or a click adds a filter, with Shift it leaves out."
NO_MATCH = "Nothing of that name."
NO_FACETS = "These documents cannot be told apart by anything yet."


class FilterMenu(Popover):
    """Pops up under its button and stays while several filters are chosen."""

    toggled = Signal(object)
    """A condition to put into the query, or to take out of it when it is there."""
    dated = Signal(str)
    """What follows “date:”, "" for no date."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "Filters")
        self._facets = Facets()
        self._conditions: tuple[Condition, ...] = ()
        self._opened: set[str] = set()
        self.line = QLineEdit(placeholderText="Find a folder, type, label …")
        self.line.setAccessibleName("Find a filter")
        self.line.setClearButtonEnabled(True)
        self.line.textChanged.connect(self._fill)
        self.line.installEventFilter(self)
        self.rows: Records[FilterRow] = Records((Column("Filter", _text, tip=_tip),), self)
        self.list = QListView()
        self.list.setModel(self.rows)
        self.list.setItemDelegate(FilterDelegate(self.list))
        self.list.setMouseTracking(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName("Filters found")
        self.list.clicked.connect(self._on_clicked)
        self.none = muted(NO_MATCH)
        self.none.setContentsMargins(2 * GAP, GAP, 2 * GAP, GAP)
        self.hint = muted(HINT)
        self.hint.setFont(scaled(self.hint.font(), 0.9))
        self.hint.setContentsMargins(GAP, 0, GAP, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP, GAP, GAP, GAP)
        column.setSpacing(GAP)
        column.addWidget(self.line)
        column.addWidget(self.list, 1)
        column.addWidget(self.none)
        column.addWidget(self._make_dates())
        column.addWidget(line())
        column.addWidget(self.hint)

    def open_at(self, anchor: QWidget, width: int) -> None:
        """Pop up under a button, as wide as there is room, and inside the screen."""
        self.line.clear()
        self._fill()
        height = sum(self.list.sizeHintForRow(number) for number in range(len(self.rows.rows)))
        self.list.setMinimumHeight(min(height + 4, TALLEST))
        self.open_below(anchor, max(width, LEAST), self.sizeHint().height())
        self.line.setFocus()

    def show_facets(self, facets: Facets) -> None:
        """Offer other choices."""
        self._facets = facets
        self._opened.clear()
        self.first.setPlaceholderText(facets.dates[0] or "from")
        self.last.setPlaceholderText(facets.dates[1] or "to")
        self._fill()

    def show_conditions(self, conditions: Sequence[Condition]) -> None:
        """Mark what the query asks for now."""
        self._conditions = tuple(conditions)
        dates = next((one.value for one in conditions if one.field == "date" and not one.excluded), "")
        if not (self.first.hasFocus() or self.last.hasFocus()):
            first, last = _both(dates)
            self.first.setText(first)
            self.last.setText(last)
        self._fill()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Up and Down walk the list while the cursor stays in the line; Enter chooses."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key = Qt.Key(event.key())
            by = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(key, 0)
            if by:
                self._walk(by)
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._choose(
                    self.list.currentIndex(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                )
                return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keep Enter in the date fields from closing the menu."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)

    def _make_dates(self) -> QWidget:
        self.dates = QWidget()
        self.first = QLineEdit()
        self.last = QLineEdit()
        column = QVBoxLayout(self.dates)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(line())
        row = QHBoxLayout()
        row.setContentsMargins(GAP, 0, GAP, 0)
        column.addLayout(row)
        row.setSpacing(GAP)
        heading = QLabel("Date")
        heading.setFont(scaled(heading.font(), 0.9, QFont.Weight.DemiBold))
        row.addWidget(heading)
        for field, name in ((self.first, "From date"), (self.last, "To date")):
            field.setAccessibleName(name)
            field.setToolTip("A year, a month or a day: 2021, 2021-06 or 2021-06-30")
            field.setMaxLength(10)
            field.editingFinished.connect(self._on_dates)
        row.addWidget(self.first, 1)
        row.addWidget(QLabel("to"))
        row.addWidget(self.last, 1)
        return self.dates

    def _fill(self) -> None:
        """Show what fits the typed words; what is in view stays there."""
        chosen, scrolled = self.list.currentIndex().row(), self.list.verticalScrollBar().value()
        words = self.line.text().casefold().split()
        rows = filter_rows(self._facets, words, self._opened, self._conditions)
        self.rows.show(rows)
        self.list.setVisible(bool(rows))
        self.none.setVisible(not rows)
        self.none.setText(NO_MATCH if words else NO_FACETS)
        self.dates.setVisible(any(self._facets.dates))
        if rows and words:
            self.list.setCurrentIndex(self.rows.index(1, 0))
        elif 0 <= chosen < len(rows):
            self.list.setCurrentIndex(self.rows.index(chosen, 0))
        self.list.doItemsLayout()
        self.list.verticalScrollBar().setValue(scrolled)

    def _walk(self, by: int) -> None:
        number = self.list.currentIndex().row()
        steps = range(number + by, len(self.rows.rows)) if by > 0 else range(number - 1, -1, -1)
        target = next((step for step in steps if step >= 0 and self.rows.rows[step].kind != "heading"), -1)
        if target >= 0:
            self.list.setCurrentIndex(self.rows.index(target, 0))

    def _on_clicked(self, index: QModelIndex) -> None:
        modifiers = QGuiApplication.keyboardModifiers()
        self._choose(index, bool(modifiers & Qt.KeyboardModifier.ShiftModifier))

    def _choose(self, index: QModelIndex, excluded: bool) -> None:
        row = self.rows.rows[index.row()] if index.isValid() else None
        if row is None or row.kind == "heading":
            return
        if row.choice is None:
            self._opened.add(row.heading)
            self._fill()
        elif row.state:
            self.toggled.emit(row.choice.condition(row.state == "excluded"))
        else:
            self.toggled.emit(row.choice.condition(excluded))

    def _on_dates(self) -> None:
        """Put the dates into the query once both are dates, the earlier one first, or nothing."""
        first, last = self.first.text().strip(), self.last.text().strip()
        wrong = next((one for one in (first, last) if one and not _is_day(one)), "")
        self.hint.setText(f"“{wrong}” is no date; write 2021, 2021-06 or 2021-06-30." if wrong else HINT)
        if last and first[: len(last)] > last[: len(first)]:
            first, last = last, first
        if not wrong:
            self.dated.emit(first if first == last else f"{first}..{last}")


def _both(value: str) -> tuple[str, str]:
    """Return the ends of a range of dates as written in a query, "" for both of what fits no two fields."""
    if value[:1] in "<>":
        return "", ""
    first, dots, last = value.partition("..")
    return first, last if dots else first


def _is_day(text: str) -> bool:
    """Say whether the query line takes a text for a day, month or year."""
    return text[0].isdigit() and ".." not in text and bool(parse(f"date:{text}").conditions)


def _text(row: FilterRow) -> str:
    return row.text


def _tip(row: FilterRow) -> str:
    return f"{row.text}: {count(row.choice.documents, 'document')}" if row.choice else row.text
