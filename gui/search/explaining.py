"""Why the hits in view are hits: asks the engine for their attributions while that is to be shown."""

from PySide6.QtCore import QObject, QTimer

from gui.engine_link import EngineLink
from gui.search.hit_list import HitList
from gui.session import Session

MOST = 20
"""Hits asked for at once; the rest when they come into view."""

PAUSE = 60
"""Milliseconds of rest in the list before it asks for what has come into view."""


class Explaining(QObject):
    """Keeps the shades of a list of hits: those of the hits in view, asked for a screenful at a time."""

    def __init__(self, link: EngineLink, session: Session, hits: HitList) -> None:
        super().__init__(hits)
        self._link = link
        self._session = session
        self._hits = hits
        self._pause = QTimer(self, interval=PAUSE, singleShot=True)
        self._pause.timeout.connect(self.ask)
        hits.viewed.connect(self.ask_soon)
        session.explaining_changed.connect(self._on_explaining)
        session.attributions_changed.connect(self._show)

    def ask(self) -> None:
        """Ask why the hits in view are near the query, as far as it is not known."""
        session = self._session
        result = session.result
        if not session.explaining or result is None or result.mode == "keyword":
            return
        unknown = [one for one in self._hits.in_view() if one not in session.attributions]
        if unknown:
            self._link.call(
                "explain",
                session.corpus_name,
                result.query,
                unknown[:MOST],
                on_done=session.add_attributions,
                replaces="explain",
            )

    def ask_soon(self) -> None:
        """Ask when the list has come to rest."""
        if self._session.explaining:
            self._pause.start()

    def _on_explaining(self) -> None:
        self._show()
        self.ask()

    def _show(self) -> None:
        self._hits.delegate.attributions = self._session.attributions if self._session.explaining else {}
        self._hits.viewport().update()
