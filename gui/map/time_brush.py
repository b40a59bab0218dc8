"""Time on the map: asks when the passages were written, and shows only those of the range that is chosen."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from engine.map.records import ColumnKind, MapColumn
from gui.engine_link import EngineLink
from gui.map.drawing.figure import Figure
from gui.map.selecting import Selecting
from gui.map.timeline import Timeline
from gui.map.view import MapView
from gui.session import Session

NO_DAYS = np.zeros(0, np.float64)


class TimeBrush(QObject):
    """Keeps the timeline below a map true to the map, and the map true to the timeline."""

    def __init__(
        self, link: EngineLink, session: Session, view: MapView, timeline: Timeline, selecting: Selecting
    ) -> None:
        super().__init__(timeline)
        self._link = link
        self._session = session
        self._view = view
        self._timeline = timeline
        self._selecting = selecting
        self._on = True
        timeline.range_changed.connect(self._on_range)
        timeline.select_wanted.connect(self._on_select)
        timeline.hide()

    def show(self, on: bool) -> None:
        """Show the timeline when there are dates, or never."""
        self._on = on
        if not on:
            self._timeline.strip.clear()
        self._appear()

    def forget(self) -> None:
        """Forget the dates of a map that has gone."""
        self._timeline.show_days(NO_DAYS)
        self._appear()

    def ask(self, columns: Sequence[tuple[str, ColumnKind]]) -> None:
        """Ask for the dates of the passages, when one of the corpus' columns has them."""
        dated = [name for name, kind in columns if kind == "date"]
        if dated:
            column = "date" if "date" in dated else dated[0]
            name = self._session.corpus_name
            self._link.call(
                "map_column", name, column, on_done=partial(self._on_dates, name), replaces="map_dates"
            )

    def _on_dates(self, corpus: str, column: MapColumn) -> None:
        if corpus == self._session.corpus_name and self._view.figure is not None:
            self._timeline.show_days(days_of(self._view.figure, column))
            self._appear()

    def _appear(self) -> None:
        self._timeline.setVisible(self._on and self._timeline.has_dates)

    def _on_range(self) -> None:
        self._view.show_only(self._timeline.rows())

    def _on_select(self) -> None:
        rows = self._timeline.rows()
        if rows is not None:
            self._selecting.select(rows, self._timeline.said())


def days_of(figure: Figure, column: MapColumn) -> NDArray[np.float64]:
    """Return the day (n,) of each row of a map, NaN for those that have none."""
    known = figure.data.passage_ids
    days = np.full(len(known), np.nan)
    if len(known) and column.kind == "date":
        rows = np.minimum(np.searchsorted(known, column.passage_ids), len(known) - 1)
        here = known[rows] == column.passage_ids
        days[rows[here]] = column.values[here]
    return days
