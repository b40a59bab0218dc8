"""What is open, once for all panels: the corpus, the search result, the map, the selection, the current passage."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from engine.map.records import MapColumn, MapData, MapTrust, MapView, QueryPlace
from engine.records import Attribution, CorpusInfo, SearchResult
from engine.tagging.records import SENTIMENT, TaggerInfo
from indexes.records import Tags

UNSURE_BELOW = 0.5
"""Tags with a smaller probability count as unsure, until the user moves the threshold."""


class Session(QObject):
    """Owns the facts that two panels show. Each has a setter and one signal, sent when the fact changed."""

    corpora_changed = Signal()
    corpus_changed = Signal()
    corpus_info_changed = Signal()
    result_changed = Signal()
    map_changed = Signal()
    selection_changed = Signal()
    current_changed = Signal()
    tags_changed = Signal()
    explaining_changed = Signal()
    attributions_changed = Signal()
    column_changed = Signal()
    trust_changed = Signal()
    query_place_changed = Signal()
    neighbours_changed = Signal()
    hovered_cluster_changed = Signal()
    map_views_changed = Signal()
    taggers_changed = Signal()
    tagger_changed = Signal()
    unsure_below_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.corpora: tuple[CorpusInfo, ...] = ()
        self.corpus: CorpusInfo | None = None
        self.result: SearchResult | None = None
        self.hit_scores: dict[int, float] = {}
        self.map: MapData | None = None
        self.selection: frozenset[int] = frozenset()
        self.selection_origin: str = ""
        self.current: int = 0
        self.tags: Tags | None = None
        self.explaining: bool = False
        self.attributions: dict[int, Attribution] = {}
        self.column: MapColumn | None = None
        self.trust: MapTrust | None = None
        self.query_place: QueryPlace | None = None
        self.neighbours: tuple[int, ...] = ()
        self.hovered_cluster: int = -1
        self.map_views: tuple[MapView, ...] = ()
        self.taggers: tuple[TaggerInfo, ...] = ()
        self.tagger: str = SENTIMENT
        self.unsure_below: float = UNSURE_BELOW

    @property
    def corpus_name(self) -> str:
        """Return the open corpus' name, "" when none is open."""
        return self.corpus.name if self.corpus else ""

    def set_corpora(self, corpora: Iterable[CorpusInfo]) -> None:
        """Say which corpora the library holds."""
        self.corpora = tuple(corpora)
        self.corpora_changed.emit()

    def set_corpus(self, corpus: CorpusInfo | None) -> None:
        """Open another corpus: nothing of the old one stays. The same one with new counts keeps the rest."""
        same = corpus is not None and corpus.name == self.corpus_name
        self.corpus = corpus
        if same:
            self.corpus_info_changed.emit()
            return
        self.set_current(0)
        self.set_selection((), "")
        self.set_result(None)
        self.set_tags(None)
        self.set_column(None)
        self.set_map_views(())
        self.set_map(None)
        self.corpus_changed.emit()

    def set_result(self, result: SearchResult | None) -> None:
        """Show the answer to a search; its hits light up on the map, those that are no better than chance do not."""
        self.result = result
        near = result.documents[: result.above_chance] if result else ()
        self.hit_scores = {hit.passage.id: hit.score for document in near for hit in document.hits}
        if self.attributions:
            self.attributions = {}
            self.attributions_changed.emit()
        self.set_query_place(None)
        self.result_changed.emit()

    def set_map(self, map_data: MapData | None) -> None:
        """Show a map, or none. Measures and places of another layout go."""
        same = map_data is not None and self.map is not None and map_data.xy is self.map.xy
        self.map = map_data
        self.set_hovered_cluster(-1)
        if not same:
            self.set_trust(None)
            self.set_query_place(None)
        self.map_changed.emit()

    def set_selection(self, passage_ids: Iterable[int], origin: str) -> None:
        """Select passages; `origin` says in words how they were chosen ("lasso", "cluster Space")."""
        selection = frozenset(passage_ids)
        if selection == self.selection and origin == self.selection_origin:
            return
        self.selection, self.selection_origin = selection, origin if selection else ""
        self.selection_changed.emit()

    def set_current(self, passage_id: int) -> None:
        """Choose the passage being read; 0 for none."""
        if passage_id != self.current:
            self.current = passage_id
            self.set_neighbours(())
            self.current_changed.emit()

    def set_tags(self, tags: Tags | None) -> None:
        """Show the stored tags of the corpus, or none."""
        self.tags = tags
        self.tags_changed.emit()

    def toggle_explaining(self) -> None:
        """Show why hits are hits, or no longer."""
        self.explaining = not self.explaining
        self.explaining_changed.emit()

    def add_attributions(self, attributions: Iterable[Attribution]) -> None:
        """Note why passages are near the query of the result on show; another result forgets it."""
        self.attributions |= {attribution.passage_id: attribution for attribution in attributions}
        self.attributions_changed.emit()

    def set_column(self, column: MapColumn | None) -> None:
        """Know what every passage is in one column, for colours and for the time brush."""
        self.column = column
        self.column_changed.emit()

    def set_trust(self, trust: MapTrust | None) -> None:
        """Know where the map's picture lies."""
        if trust is not self.trust:
            self.trust = trust
            self.trust_changed.emit()

    def set_query_place(self, place: QueryPlace | None) -> None:
        """Know where the query of the result on show would lie on the map."""
        if place is not self.query_place:
            self.query_place = place
            self.query_place_changed.emit()

    def set_neighbours(self, passage_ids: Iterable[int]) -> None:
        """Know the nearest passages, by meaning, of the current one, the nearest first."""
        neighbours = tuple(passage_ids)
        if neighbours != self.neighbours:
            self.neighbours = neighbours
            self.neighbours_changed.emit()

    def set_hovered_cluster(self, cluster_id: int) -> None:
        """Point at a cluster, on the map or in the outline; -1 for none."""
        if cluster_id != self.hovered_cluster:
            self.hovered_cluster = cluster_id
            self.hovered_cluster_changed.emit()

    def set_map_views(self, views: Iterable[MapView]) -> None:
        """Know the views of the map that the user keeps."""
        self.map_views = tuple(views)
        self.map_views_changed.emit()

    @property
    def tagger_info(self) -> TaggerInfo | None:
        """Return what is known of the chosen tagger; None before the engine has said."""
        return next((info for info in self.taggers if info.name == self.tagger), None)

    def set_taggers(self, taggers: Iterable[TaggerInfo]) -> None:
        """Know the taggers there are; when the chosen one is gone, sentiment is chosen."""
        self.taggers = tuple(taggers)
        self.taggers_changed.emit()
        if self.taggers and self.tagger_info is None:
            self.set_tagger(SENTIMENT)

    def set_tagger(self, name: str) -> None:
        """Choose the tagger whose tags are shown and which tags next; the tags of another one go."""
        if name == self.tagger:
            return
        self.tagger = name
        self.set_tags(None)
        info = self.tagger_info
        if info is not None:
            self.set_unsure_below(info.unsure_below)
        self.tagger_changed.emit()

    def set_unsure_below(self, threshold: float) -> None:
        """Choose the probability below which tags count as unsure, in [0, 1]."""
        if threshold != self.unsure_below:
            self.unsure_below = threshold
            self.unsure_below_changed.emit()
