"""Which of the tagged passages are listed: those of one label, that are unsure or mixed, the user's own, or all."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal

from engine.tagging.states import MIXED, UNSURE
from gui.tagging.label_looks import looks
from gui.tagging.more_chips import MoreChips
from gui.tagging.tagged import Tagged
from gui.tagging.toggle_chip import ToggleChip

ALL, UNSURES, MIXEDS, MINE = "all", "unsure", "mixed", "mine"
FEW = 4
"""Labels that keep their order; of more the commonest stand first."""


class FilterChips(MoreChips):
    """Shows each filter with how many passages it leaves; `chosen` carries the key of one."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__("Show only", lines=2)
        self.key = ALL
        self._keys: list[str] = []
        self._labels: tuple[str, ...] = ()
        self.pressed.connect(self._on_pressed)

    def show_counts(self, tagged: Tagged | None, rows: NDArray[np.int64]) -> None:
        """Show how many of some rows each filter leaves."""
        if tagged is None:
            self.hide()
            return
        labels = tagged.tags.labels
        counts = {key: int(kept(tagged, rows, key).sum()) for key in (UNSURES, MIXEDS, MINE)}
        of_labels = label_counts(tagged, rows)
        counts |= {label_key(place): number for place, number in enumerate(of_labels)}
        counts[ALL] = len(rows)
        self._make(labels, of_labels)
        if self.key not in counts:
            self.key = ALL
        for key, chip in zip(self._keys, self.chips, strict=True):
            chip.show_count(f"{counts[key]:,}")
            chip.wanted = self.key != ALL if key == ALL else counts[key] > 0 or key == self.key
            chip.setChecked(key == self.key)
        self.show()
        self.fit()

    def _make(self, labels: tuple[str, ...], counts: Sequence[int]) -> None:
        """Make chips for labels, the commonest first where they are many."""
        order = list(range(len(labels)))
        if len(labels) > FEW:
            order.sort(key=lambda place: (-counts[place], place))
        keys = [ALL, *(label_key(place) for place in order), UNSURES, MIXEDS, MINE]
        if keys == self._keys and labels == self._labels:
            return
        self._keys, self._labels = keys, labels
        known = looks(labels)
        chips = [ToggleChip("all", "List all of them again")]
        chips += [
            ToggleChip(labels[place], f"List only those that are {labels[place]}", known[place])
            for place in order
        ]
        chips += [
            ToggleChip("? unsure", "List those that the tagger is not sure of"),
            ToggleChip("± mixed", "List those that say both"),
            ToggleChip("yours", "List those that you gave a label", icon="pen"),
        ]
        self.show_chips(chips, fixed=3)

    def _on_pressed(self, place: int) -> None:
        key = self._keys[place]
        self.key = ALL if key == self.key else key
        for one, chip in zip(self._keys, self.chips, strict=True):
            chip.setChecked(one == self.key)
        self.chips[0].wanted = self.key != ALL
        self.fit()
        self.chosen.emit(self.key)


def label_counts(tagged: Tagged, rows: NDArray[np.int64]) -> list[int]:
    """Return how many of some rows have each label."""
    if not tagged.tags.multi_label:
        return np.bincount(tagged.tags.label_ids[rows], minlength=len(tagged.tags.labels)).tolist()
    return [int(tagged.with_label(place, rows).sum()) for place in range(len(tagged.tags.labels))]


def label_key(place: int) -> str:
    """Return the key of the filter for the label at a place."""
    return f"label {place}"


def kept(tagged: Tagged, rows: NDArray[np.int64], key: str) -> NDArray[np.bool_]:
    """Return which of some rows a filter leaves."""
    if key == UNSURES:
        return tagged.states[rows] == UNSURE
    if key == MIXEDS:
        return tagged.states[rows] == MIXED
    if key == MINE:
        return tagged.mine[rows]
    if key.startswith("label "):
        return tagged.with_label(int(key.removeprefix("label ")), rows)
    return np.ones(len(rows), np.bool_)
