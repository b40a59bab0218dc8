"""What can be done with the chosen rows of the outline, as a menu; the Map menu has the same."""

from collections.abc import Callable, Sequence

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from gui.clusters.outline import Entry


class OutlineMenu(QMenu):
    """Opens over chosen rows; `fit` decides what can be done with them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setToolTipsVisible(True)
        self.select = self._add("Select passages", "Make their passages the selection (Enter)")
        self.show_there = self._add("Show on the map", "Move the map there")
        self.exemplar = self._add("Read an exemplar", "Read its most typical passage; again, the next one")
        self.addSeparator()
        self.rename = self._add(
            "Rename…", "Give it a name of your own (F2); an empty one brings the automatic name back"
        )
        self.colour = self._add("Colour…", "Give it a colour of your own")
        self.merge = self._add("Merge", "Make one cluster of those that are chosen")
        self.split = self._add("Split into its parts", "Make a cluster of each of its parts")
        self.undo = self._add("Undo last merge or split", "Take the last merge or split back")
        self.addSeparator()
        self.divide = self._add("What divides them", "Choose two clusters to see which words tell them apart")
        self.contrast = self._add(
            "Contrast their tags", "Choose two clusters to see in which labels they differ"
        )
        self.stability = self._add(
            "Measure stability", "See how much of each cluster comes back when the map is made otherwise"
        )

    def fit(self, entries: Sequence[Entry], paired: bool, splittable: bool, tagged: bool = False) -> None:
        """Enable what can be done with some rows: two clusters are a pair, one that has parts can be split."""
        clusters = {cluster for entry in entries for cluster in entry.clusters}
        one = entries[0] if len(entries) == 1 else None
        parts = any(entry.kind == "part" for entry in entries)
        self.select.setEnabled(bool(entries))
        self.show_there.setEnabled(bool(entries))
        self.exemplar.setEnabled(bool(clusters))
        self.rename.setEnabled(one is not None and one.kind in ("cluster", "branch"))
        self.colour.setEnabled(bool(clusters) and not parts)
        self.merge.setEnabled(len(clusters) > 1 and not parts)
        self.merge.setText(f"Merge {len(clusters)} clusters" if len(clusters) > 1 else "Merge")
        self.split.setEnabled(splittable)
        self.divide.setEnabled(paired)
        self.contrast.setEnabled(paired and tagged)

    def connect_to(self, **does: Callable[[], object]) -> None:
        """Say what each of the menu's actions does, by its attribute's name."""
        for name, method in does.items():
            action: QAction = getattr(self, name)
            action.triggered.connect(method)

    def _add(self, text: str, tip: str) -> QAction:
        action = self.addAction(text)
        action.setToolTip(tip)
        return action
