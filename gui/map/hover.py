"""What is under the pointer, in words: passages and clusters are asked for, remembered, and shown on their cards."""

from collections import OrderedDict
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from gui.engine_link import EngineLink
from gui.map.drawing.names import CLUSTER, Name
from gui.map.here import FIRST, HereList, text_of
from gui.map.named import clusters_of, exemplars_of, facts_of, keywords_of
from gui.map.sheet import cut
from gui.map.view import MapView
from gui.palette import cluster_colours, noise_colour
from gui.session import Session
from gui.theme import tones
from gui.wording import format_name
from indexes.records import Passage

REMEMBERED = 300
"""Passages kept for the cards."""
TOLD = 160
"""Characters of a passage that are read out when keys come to its point."""


class Hover(QObject):
    """Fills the cards of a map, and the list of what lies at a place."""

    def __init__(self, link: EngineLink, session: Session, view: MapView) -> None:
        super().__init__(view)
        self._link = link
        self._session = session
        self._view = view
        self._passages: OrderedDict[int, Passage] = OrderedDict()
        self.here = HereList(view)
        view.hover_wanted.connect(self._on_point)
        view.name_hovered.connect(self._on_name)
        view.name_card_wanted.connect(self._on_card)
        view.here_wanted.connect(self._on_here)
        self.here.chosen.connect(session.set_current)
        session.corpus_changed.connect(self._forget)
        session.hovered_cluster_changed.connect(self._on_hovered_cluster)

    # a point

    def _on_point(self, row: int) -> None:
        if self._view.figure is None or row < 0:
            return
        passage_id = int(self._view.figure.data.passage_ids[row])
        if passage_id in self._passages:
            self._show_passage(self._passages[passage_id])
        else:
            self._ask([passage_id], "hover", self._on_passages)

    def _on_passages(self, passages: list[Passage]) -> None:
        self._remember(passages)
        for passage in passages:
            self._show_passage(passage)

    def _show_passage(self, passage: Passage) -> None:
        figure = self._view.figure
        rows = figure.rows_of([passage.id]) if figure else ()
        if figure is None or not len(rows):
            return
        row, cluster = int(rows[0]), figure.cluster_of(int(rows[0]))
        score = self._session.hit_scores.get(passage.id)
        said = "" if score is None else f"score {score:.2f}"
        place = " · ".join(filter(None, (format_name(passage.format), str(passage.locator), said)))
        name = cluster.name if cluster else "Noise" if figure.data.clusters else ""
        title = passage.title or passage.document_key
        colour = self._colour(cluster.id if cluster else -1)
        self._view.show_card(row, title, place, passage.text, name, colour)
        self._view.announce(row, ". ".join(filter(None, (title, name, cut(passage.text, TOLD)))))

    # a name

    def _on_name(self, name: Name | None) -> None:
        """Point at a cluster for all panels; a branch's clusters are outlined here only."""
        data = self._session.map
        if name is None or data is None:
            self._session.set_hovered_cluster(-1)
            self._view.show_hull(())
        else:
            self._session.set_hovered_cluster(name.id if name.level == CLUSTER else -1)
            self._view.show_hull(clusters_of(data, name))

    def _on_card(self, name: Name) -> None:
        data = self._session.map
        if data is None:
            return
        unknown = [one for one in exemplars_of(data, name) if one not in self._passages]
        if unknown:
            self._ask(unknown, "exemplars", partial(self._on_exemplars, name))
        else:
            self._show_name(name)

    def _on_exemplars(self, name: Name, passages: list[Passage]) -> None:
        self._remember(passages)
        self._show_name(name)

    def _show_name(self, name: Name) -> None:
        data = self._session.map
        if data is None:
            return
        known = [self._passages[one] for one in exemplars_of(data, name) if one in self._passages]
        texts = [text_of(passage) for passage in known]
        colour = self._colour(name.id) if name.level == CLUSTER else ""
        self._view.show_name_card(name, facts_of(data, name), keywords_of(data, name), texts, colour)

    def _on_hovered_cluster(self) -> None:
        """Outline the cluster that the outline points at."""
        hovered = self._session.hovered_cluster
        self._view.show_hull([hovered] if hovered >= 0 else [])

    # a place with several points

    def _on_here(self, rows: list[int]) -> None:
        if self._view.figure is not None:
            ids = self._view.figure.data.passage_ids[rows[:FIRST]].tolist()
            self._ask(ids, "here", partial(self._on_found, rows))

    def _on_found(self, rows: list[int], passages: list[Passage]) -> None:
        if passages and self._view.figure is not None:
            self._remember(passages)
            corner = self._view.mapToGlobal(self._view.spot(rows[0]).toPoint())
            self.here.open_at(corner, passages, len(rows), self._session.current)

    def _ask(self, ids: list[int], why: str, on_done: Callable[[list[Passage]], object]) -> None:
        self._link.call("passages", self._session.corpus_name, ids, on_done=on_done, replaces=why)

    def _forget(self) -> None:
        self._passages.clear()

    def _remember(self, passages: list[Passage]) -> None:
        for passage in passages:
            self._passages[passage.id] = passage
            while len(self._passages) > REMEMBERED:
                self._passages.popitem(last=False)

    def _colour(self, cluster_id: int) -> str:
        dark, figure = tones(self._view.palette()).dark, self._view.figure
        if figure is None or not 0 <= cluster_id < len(figure.data.clusters):
            return noise_colour(dark)
        own = figure.data.clusters[cluster_id].colour
        return own or cluster_colours(dark)[figure.cluster_places[cluster_id]]
