"""What is open, once for all panels: the corpus, the search result, the map, the selection, the current passage."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from engine.records import Attribution, CorpusInfo, MapData, SearchResult
from indexes.records import Tags


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
        self.result_changed.emit()

    def set_map(self, map_data: MapData | None) -> None:
        """Show a map, or none."""
        self.map = map_data
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
