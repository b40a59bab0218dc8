"""The query on the map: where it would lie among the passages, asked for each result and marked when it is known."""

from functools import partial

from PySide6.QtCore import QObject

from engine.map.records import QueryPlace
from engine.records import SearchResult
from gui.engine_link import EngineLink
from gui.map.view import MapView
from gui.session import Session


class QueryMarker(QObject):
    """Asks for the place of the query of the result on show; a query of words alone has none."""

    def __init__(self, link: EngineLink, session: Session, view: MapView) -> None:
        super().__init__(view)
        self._link = link
        self._session = session
        self._view = view
        session.result_changed.connect(self._ask)
        session.map_changed.connect(self._on_map)
        session.query_place_changed.connect(self.show)

    def show(self) -> None:
        """Mark the place that is known, or none."""
        self._view.mark_query(self._session.query_place)

    def _on_map(self) -> None:
        if self._session.query_place is None:
            self._ask()

    def _ask(self) -> None:
        result, data = self._session.result, self._session.map
        if result is None or result.mode == "keyword" or not result.query.strip():
            return
        if data is not None and len(data.passage_ids):
            self._link.call(
                "place_query",
                self._session.corpus_name,
                result.query,
                on_done=partial(self._on_place, result),
                replaces="place_query",
            )

    def _on_place(self, result: SearchResult, place: QueryPlace | None) -> None:
        if result is self._session.result:
            self._session.set_query_place(place)
