"""The true neighbours of the current passage: those nearest in meaning, wherever the map has put them, as lines."""

from functools import partial

from PySide6.QtCore import QObject

from engine.records import Hit
from gui.engine_link import EngineLink
from gui.map.drawing.surface import NO_ROWS
from gui.map.view import MapView
from gui.session import Session

SHOWN = 10


class TrueNeighbours(QObject):
    """While it is on, asks for the neighbours of each current passage and draws lines to them."""

    def __init__(self, link: EngineLink, session: Session, view: MapView) -> None:
        super().__init__(view)
        self._link = link
        self._session = session
        self._view = view
        self._on = False
        session.current_changed.connect(self._ask)
        session.neighbours_changed.connect(self.draw)

    def show(self, on: bool) -> None:
        """Draw lines to the neighbours, or no longer."""
        self._on = on
        if on:
            self._ask()
        self.draw()

    def draw(self) -> None:
        """Draw the lines anew."""
        figure = self._view.figure
        if figure is None:
            return
        here = figure.rows_of([self._session.current])
        if self._on and len(here):
            self._view.draw_links(int(here[0]), figure.rows_of(self._session.neighbours))
        else:
            self._view.draw_links(-1, NO_ROWS)

    def _ask(self) -> None:
        current, corpus = self._session.current, self._session.corpus_name
        if self._on and current and corpus:
            self._link.call(
                "neighbours",
                corpus,
                current,
                SHOWN,
                on_done=partial(self._on_neighbours, current),
                replaces="map_neighbours",
            )

    def _on_neighbours(self, passage_id: int, hits: tuple[Hit, ...]) -> None:
        if passage_id == self._session.current:
            self._session.set_neighbours(hit.passage.id for hit in hits)
