"""The box in which one chooses what colours the points: clusters, facts of the documents, or the picture's trust."""

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox

COLUMN = "column:"
"""Before the name of a column, in what was chosen."""
ALWAYS = (
    ("cluster", "By cluster", "The cluster that HDBSCAN found for a passage"),
    ("label", "By tag", "The label that the chosen tagger, or you, gave a passage"),
    ("format", "By type", "The type of a passage's document"),
)
TRUST = (
    ("false", "By false neighbours", "How many of a point's neighbours on the map are none by meaning"),
    (
        "missing",
        "By missing neighbours",
        "How many of a passage's neighbours by meaning are far away on the map",
    ),
)
FIRST_COLUMNS = ("folder", "date", "label")
TOLD_OTHERWISE = ("type",)
"""Columns for which there is an entry of its own. The column “label” is what documents bring, not a tagger's."""
WIDTH = 112
SHORT, LONG = 9, 16
"""Characters that have room."""


class ColourBox(QComboBox):
    """Offers what can colour the points; `kind_changed` when something else was chosen."""

    kind_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Colour by")
        self.setToolTip(
            "Colour the points by their cluster, or by something that is known of their documents"
        )
        self.setMinimumWidth(WIDTH)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.set_roomy(False)
        self._columns: tuple[str, ...] = ()
        self._fill("cluster")
        self.currentIndexChanged.connect(self.kind_changed)

    @property
    def kind(self) -> str:
        """Return "cluster", "label", "format", "column:" with a column's name, "false" or "missing"."""
        return str(self.currentData())

    @property
    def column(self) -> str:
        """Return the column that colours the points, "" when none does."""
        return self.kind.removeprefix(COLUMN) if self.kind.startswith(COLUMN) else ""

    def choose(self, kind: str) -> None:
        """Colour the points by something else; by cluster when it is not offered."""
        self.setCurrentIndex(max(self.findData(kind), 0))

    def set_roomy(self, roomy: bool) -> None:
        """Be as wide as the longest of the usual entries, or only as wide as the short ones."""
        self.setMinimumContentsLength(LONG if roomy else SHORT)

    def offer(self, columns: Iterable[str]) -> None:
        """Offer the columns of a corpus; what was chosen stays where it is still there."""
        names = [name for name in columns if name not in TOLD_OTHERWISE]
        ordered = (*(name for name in FIRST_COLUMNS if name in names), *sorted(set(names) - {*FIRST_COLUMNS}))
        if ordered != self._columns:
            self._columns = ordered
            before = self.kind
            self.blockSignals(True)
            self._fill(before)
            self.blockSignals(False)
            if self.kind != before:
                self.kind_changed.emit()

    def _fill(self, kind: str) -> None:
        self.clear()
        for key, text, tip in ALWAYS:
            self._add(key, text, tip)
        for name in self._columns:
            self._add(COLUMN + name, f"By {name}", f"The {name} of a passage's document")
        self.insertSeparator(self.count())
        for key, text, tip in TRUST:
            self._add(key, text, tip)
        self.choose(kind)

    def _add(self, kind: str, text: str, tip: str) -> None:
        self.addItem(text, kind)
        self.setItemData(self.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self.view().setMinimumWidth(
            max(self.view().minimumWidth(), self.fontMetrics().horizontalAdvance(text) + 48)
        )
