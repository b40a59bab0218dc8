"""The outline as a tree for Qt: sorted within each branch, filtered by words."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from gui.clusters.outline import Entry, EntryKind, Outline
from gui.clusters.outline_words import spoken, tip
from gui.tables import RECORD_ROLE

Index = QModelIndex | QPersistentModelIndex
Key = tuple[EntryKind, int]

COLOUR_ROLE = RECORD_ROLE + 1
NOWHERE = QModelIndex()
TOP = -1
CHOOSABLE = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
EDITABLE = CHOOSABLE | Qt.ItemFlag.ItemIsEditable
"""Put together once: a view asks for the flags of every row it lays out."""

ORDERS = {
    "size": "Size",
    "name": "Name",
    "sentiment": "Tags",
    "stability": "Stability",
    "new": "New passages",
}
"""What rows can be sorted by, as it is said."""

ORDER_TIPS = {
    "size": "The largest first",
    "name": "By the alphabet",
    "sentiment": "The most negative first, or the most of a tagger's first label; what is not tagged last",
    "stability": "The steadiest first; what is not measured last",
    "new": "The largest share of passages placed since the map was made first",
}


class OutlineModel(QAbstractItemModel):
    """Rows of an Outline. A new name is asked for, not set: the catalogue has it."""

    rename_asked = Signal(str, int, str)
    """What ("cluster" or "branch"), its id, and the name."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.outline = Outline()
        self.order = "size"
        self.backwards = False
        self.words = ""
        self._colours: tuple[str, ...] = ()
        self._children: dict[int, list[int]] = {}
        self._rows: list[int] = []
        self._places: dict[Key, int] = {}

    def is_like(self, outline: Outline) -> bool:
        """Say whether an outline has the same rows as the present one, whatever they say."""
        ours, others = self.outline.entries, outline.entries
        return [(one.key, one.above) for one in ours] == [(one.key, one.above) for one in others]

    def show(self, outline: Outline, colours: Sequence[str] = ()) -> None:
        """Show other rows; `colours` is the colour of each cluster as #rrggbb."""
        self.beginResetModel()
        self.outline, self._colours = outline, tuple(colours)
        self._places = {entry.key: place for place, entry in enumerate(outline.entries)}
        self._place_rows(self._arranged())
        self.endResetModel()

    def update(self, outline: Outline, colours: Sequence[str] = (), sort: bool = True) -> None:
        """Show the same rows with other facts: they stay chosen and unfolded, without `sort` also in their order."""
        self.outline, self._colours = outline, tuple(colours)
        if sort:
            self._move_rows()
        self.dataChanged.emit(
            self.index(0, 0), self.index(self.rowCount() - 1, 0)
        )  # a view draws all rows again

    def sort_by(self, order: str, backwards: bool = False) -> None:
        """Sort the rows within each branch; the noise stays last."""
        self.order, self.backwards = order, backwards
        self._move_rows()

    def filter_by(self, words: str) -> None:
        """Show only rows whose name or keywords hold all words, with what they lie in and what they hold."""
        self.beginResetModel()
        self.words = " ".join(words.casefold().split())
        self._place_rows(self._arranged())
        self.endResetModel()

    def entry(self, index: Index) -> Entry:
        """Return what a row shows."""
        return self.outline.entries[index.internalId()]

    def index_of(self, key: Key) -> QModelIndex:
        """Return the row of an entry, an invalid index when it is not on show."""
        return self._index(self._places.get(key, TOP))

    def holding(self) -> list[QModelIndex]:
        """Return the rows on show that hold others."""
        return [self._index(place) for place in self._children if place != TOP]

    def in_order(self, entries: Iterable[Entry]) -> list[Entry]:
        """Return entries from top to bottom, as they are on show when all is unfolded."""
        places: dict[Key, int] = {}
        waiting = list(reversed(self._children.get(TOP, ())))
        while waiting:
            place = waiting.pop()
            places[self.outline.entries[place].key] = len(places)
            waiting += reversed(self._children.get(place, ()))
        return sorted(entries, key=lambda entry: places.get(entry.key, -1))

    def rowCount(self, parent: Index = NOWHERE) -> int:
        """Return how many rows lie in a row."""
        return len(self._children.get(_place(parent), ()))

    def columnCount(self, _parent: Index = NOWHERE) -> int:
        """Return the one column: a delegate draws all that a row shows."""
        return 1

    def hasChildren(self, parent: Index = NOWHERE) -> bool:
        """Say whether a row holds others."""
        return _place(parent) in self._children

    def index(self, row: int, column: int, parent: Index = NOWHERE) -> QModelIndex:
        """Return a row's index; it carries the place of its entry."""
        below = self._children.get(_place(parent), ())
        if column != 0 or not 0 <= row < len(below):
            return QModelIndex()
        return self.createIndex(row, 0, below[row])

    def parent(self, index: Index = NOWHERE) -> Any:
        """Return what a row lies in."""
        return self._index(self.entry(index).above) if index.isValid() else QModelIndex()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return name, words for a screen reader, tool tip, the entry, or its colour."""
        if not index.isValid():
            return None
        entry = self.entry(index)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return entry.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken(entry, self.outline.labels, self.rowCount(index))
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(entry, self.outline.labels)
        if role == RECORD_ROLE:
            return entry
        if role == COLOUR_ROLE:
            return self._colour(entry)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Clusters and branches can be renamed, parts and the noise cannot."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return EDITABLE if self.entry(index).kind in ("cluster", "branch") else CHOOSABLE

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Ask for a new name; an empty one asks for the automatic name in place of the user's."""
        name = " ".join(str(value).split())
        if not index.isValid() or role != Qt.ItemDataRole.EditRole:
            return False
        entry = self.entry(index)
        if not name and not entry.named:
            return False
        if name != entry.name:
            self.rename_asked.emit(entry.kind, entry.id, name)
        return True

    def _index(self, place: int) -> QModelIndex:
        if place == TOP or self._rows[place] < 0:
            return QModelIndex()
        return self.createIndex(self._rows[place], 0, place)

    def _colour(self, entry: Entry) -> str:
        """Return the colour of a cluster or part, "" for branches and noise."""
        if entry.kind not in ("cluster", "part") or entry.clusters[0] >= len(self._colours):
            return ""
        return self._colours[entry.clusters[0]]

    def _move_rows(self) -> None:
        """Sort anew; what is chosen and unfolded stays so. Where nothing moves, no view has to lay out its rows."""
        arranged = self._arranged()
        if arranged == self._children:
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        places = [index.internalId() for index in before]
        self._place_rows(arranged)
        for index, place in zip(before, places, strict=True):
            self.changePersistentIndex(index, self._index(place))
        self.layoutChanged.emit()

    def _arranged(self) -> dict[int, list[int]]:
        """Return which rows are on show under which, in order."""
        shown = self._matching()
        found: dict[int, list[int]] = {}
        for place, entry in enumerate(self.outline.entries):
            if place in shown:
                found.setdefault(entry.above, []).append(place)
        for below in found.values():
            self._sort(below)
        return found

    def _sort(self, places: list[int]) -> None:
        """Put rows of one branch in order, in place: the noise last, before it those of which nothing is known."""
        entries, value = self.outline.entries, VALUES[self.order]
        worth = {place: value(entries[place], self.outline.labels) for place in places}
        noise = [place for place in places if entries[place].kind == "noise"]
        by_size = sorted(set(places) - set(noise), key=lambda place: (-entries[place].tally.size, place))
        known = [place for place in by_size if worth[place] is not None]
        known.sort(key=worth.__getitem__, reverse=self.backwards)
        places[:] = [*known, *(place for place in by_size if worth[place] is None), *noise]

    def _place_rows(self, arranged: dict[int, list[int]]) -> None:
        self._children = arranged
        self._rows = [-1] * len(self.outline.entries)
        for below in arranged.values():
            for row, place in enumerate(below):
                self._rows[place] = row

    def _matching(self) -> set[int]:
        """Return the places of the rows that the words leave: those that match, what holds them, what they hold."""
        entries = self.outline.entries
        wanted = self.words.split()
        if not wanted:
            return set(range(len(entries)))
        shown: set[int] = set()
        matching: set[int] = set()
        for place, entry in enumerate(entries):
            text = " ".join((entry.name, *entry.keywords)).casefold()
            if entry.above in matching or all(word in text for word in wanted):
                matching.add(place)
                shown.add(place)
                above = entry.above
                while above != TOP and above not in shown:
                    shown.add(above)
                    above = entries[above].above
        return shown


def _place(index: Index) -> int:
    return index.internalId() if index.isValid() else TOP


def _mood(entry: Entry, labels: tuple[str, ...]) -> float | None:
    """Return positive minus negative shares, of other labels the share of the first, negated; None without tags."""
    shares = dict(zip((label.lower() for label in labels), entry.tally.labels, strict=False))
    if not entry.tally.tagged:
        return None
    if not {"negative", "positive"} & shares.keys():
        return -entry.tally.labels[0] / entry.tally.tagged
    return (shares.get("positive", 0) - shares.get("negative", 0)) / entry.tally.tagged


VALUES: dict[str, Callable[[Entry, tuple[str, ...]], Any]] = {
    "size": lambda entry, _: -entry.tally.size,
    "name": lambda entry, _: entry.name.casefold(),
    "sentiment": _mood,
    "stability": lambda entry, _: None if entry.stability is None else -entry.stability,
    "new": lambda entry, _: -entry.tally.new / entry.tally.size if entry.tally.size else None,
}
"""What a row is sorted by, the least first; None goes to the end, the larger one first."""
