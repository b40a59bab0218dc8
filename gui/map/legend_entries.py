"""What the legend says of a colouring: its names, colours, shapes and counts, and what is new; a click selects."""

import numpy as np
from PySide6.QtCore import QObject

from engine.map.records import MapTrust
from gui.map.drawing.colouring import Colouring
from gui.map.drawing.figure import Figure
from gui.map.drawing.stamps import DISC, HALO, RING
from gui.map.legend import Entry, Legend
from gui.map.selecting import Selecting
from gui.palette import new_colour
from gui.theme import tones
from gui.wording import format_name

NEW = "New on this map"
HOLLOW = "Unsure or mixed"
UNKNOWN = {
    "label": "Not tagged",
    "category": "Other or unknown",
    "false": "Not measured",
    "missing": "Not measured",
}


class LegendEntries(QObject):
    """Fills a legend, and selects what is clicked in it."""

    def __init__(self, legend: Legend, selecting: Selecting) -> None:
        super().__init__(legend)
        self._legend = legend
        self._selecting = selecting
        self._colouring: Colouring | None = None
        self._chosen: list[int] = []
        """What each entry stands for: an id of the colouring, -1 for what is new, or -2 for what is hollow."""
        legend.entry_chosen.connect(self._on_chosen)

    def show(
        self, figure: Figure | None, colouring: Colouring | None, column: str, trust: MapTrust | None
    ) -> None:
        """Show what the colours of a figure mean; `column` is the one they come from, "" for none."""
        self._colouring = colouring
        self._chosen = []
        entries: list[Entry] = []
        if figure is None or colouring is None:
            self._legend.show_entries(entries)
            return
        dark = tones(self._legend.palette()).dark
        counts = colouring.counts()
        if colouring.scale is None and colouring.kind != "cluster":
            for place, (name, colour) in enumerate(
                zip(_names(colouring), colouring.colours(dark), strict=True)
            ):
                shape = colouring.shapes[place] if colouring.shapes else DISC
                entries.append(Entry(name, counts[place], colour, shape))
                self._chosen.append(place + 1)
        unknown = int(np.count_nonzero(colouring.ids == 0))
        if colouring.kind not in ("cluster", "format") and unknown:
            entries.append(
                Entry(UNKNOWN.get(colouring.kind, "Unknown"), unknown, colouring.none_colour(dark))
            )
            self._chosen.append(0)
        hollow = int(np.count_nonzero(colouring.hollow)) if colouring.kind == "label" else 0
        if hollow:
            entries.append(Entry(HOLLOW, hollow, tones(self._legend.palette()).muted, RING))
            self._chosen.append(-2)
        new = int(np.count_nonzero(figure.data.is_new))
        if new:
            entries.append(Entry(NEW, new, new_colour(dark), HALO))
            self._chosen.append(-1)
        scale = (colouring.scale, colouring.colours(dark)) if colouring.scale is not None else None
        self._legend.show_entries(entries, _title(colouring, column, trust), scale)

    def _on_chosen(self, place: int) -> None:
        wanted = self._chosen[place]
        if wanted == -1 or self._colouring is None:
            self._selecting.new()
            return
        told = self._colouring.hollow if wanted == -2 else self._colouring.ids == wanted
        rows = np.flatnonzero(told).astype(np.int32)
        self._selecting.select(rows, self._legend.entries[place].text())


def _names(colouring: Colouring) -> list[str]:
    if colouring.kind == "format":
        return [format_name(name) for name in colouring.names]
    return [name.capitalize() if colouring.kind == "label" else name or "(empty)" for name in colouring.names]


def _title(colouring: Colouring, column: str, trust: MapTrust | None) -> str:
    """Return what the colours stand for, where the entries do not say it themselves."""
    if colouring.kind == "false" and trust is not None:
        return (
            f"False neighbours: how many of the {trust.k} points nearest on the map are not near in meaning. "
            f"Trustworthiness {trust.trustworthiness:.2f} of 1."
        )
    if colouring.kind == "missing" and trust is not None:
        return (
            f"Missing neighbours: how many of the {trust.k} passages nearest in meaning lie far away on the map. "
            f"Continuity {trust.continuity:.2f} of 1."
        )
    return column[:1].upper() + column[1:]
