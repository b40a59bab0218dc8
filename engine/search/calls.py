"""What a Workspace can be asked about searching, and about why hits are hits."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from engine.opened import Opened
from engine.progress import Steps, beside
from engine.records import (
    MODES,
    Attribution,
    Condition,
    Division,
    Facets,
    Hit,
    Mode,
    SearchMeasures,
    SearchResult,
)
from engine.search import judging, ranking, searching
from engine.search.fusion import DENSE_WEIGHT
from engine.search.search_measures import DEPTH, measure_rankings
from engine.search.trec import read_judgements, read_queries
from indexes.catalogue import Catalogue
from indexes.errors import ModelError


class SearchCalls(Opened):
    """Answers queries, explains hits, keeps marks."""

    def search(
        self,
        name: str,
        query: str,
        k: int = 20,
        mode: Mode = "hybrid",
        conditions: Sequence[Condition] = (),
        inside: Sequence[int] = (),
        follow: bool = True,
    ) -> SearchResult:
        """Answer a query line (queries.py); by words only, and a note says so, while the encoder is still loading.

        `conditions` are added to those in the line; `inside`: only these passages; `follow`: let the marks given to
        hits of this line move its embedding.
        """
        corpus = self._corpus(name)
        if mode == "keyword":
            return searching.search(corpus, None, query, k, mode, conditions, inside)
        if self._loading:
            result = searching.search(corpus, None, query, k, "keyword", conditions, inside)
            return searching.with_note(
                result, "Only words are searched while the model for meaning is loading."
            )
        return searching.search(corpus, self.encoder_of(name), query, k, mode, conditions, inside, follow)

    def rank(self, name: str, queries: Sequence[tuple[str, str]], k: int, mode: Mode) -> Steps[ranking.Run]:
        """Rank documents for many queries, (id, text) each and taken as plain text, as in a TREC run."""
        encoder = self.encoder_of(name) if mode != "keyword" else None
        return (yield from ranking.rank_queries(self._corpus(name), encoder, queries, k, mode))

    def facets(self, name: str) -> Steps[Facets]:
        """Return what the documents of a corpus can be told apart by; of a million that takes seconds."""
        path = self._corpus(name).folder / "catalogue.db"

        def count() -> Facets:
            with Catalogue.open(path) as catalogue:
                return catalogue.facets()

        return (yield from beside("Counting", count))

    def explain(
        self, name: str, query: str, passage_ids: Sequence[int], follow: bool = True
    ) -> tuple[Attribution, ...]:
        """Say why passages are near a query line: what each of their words adds to the cosine."""
        from engine.search.attribution import explain_query

        corpus = self._corpus(name)
        meaning = searching.meaning_of(corpus, self.encoder_of(name), query, follow)
        return explain_query(corpus, self.encoder_of(name), meaning, passage_ids)

    def made_of(self, name: str, query: str, passage_id: int) -> tuple[Attribution, ...]:
        """Say what the passages that a query line is made of (like:, marks) give to a hit's score, word by word."""
        from engine.search.attribution import made_of

        corpus = self._corpus(name)
        return made_of(
            corpus,
            self.encoder_of(name),
            searching.meaning_of(corpus, self.encoder_of(name), query),
            passage_id,
        )

    def explain_cluster(
        self, name: str, passage_id: int, cluster_id: int, against: int | None = None
    ) -> Attribution:
        """Say why a passage is near a cluster's centre, or nearer to it than to that of the cluster `against`."""
        from engine.search.attribution import explain_cluster

        return explain_cluster(self._corpus(name), self.encoder_of(name), passage_id, cluster_id, against)

    def divide_clusters(self, name: str, cluster_id: int, other: int) -> Steps[Division]:
        """Say which words divide two clusters: those that pull towards the one, and towards the other."""
        from engine.search.attribution import divide_clusters

        return (yield from divide_clusters(self._corpus(name), self.encoder_of(name), cluster_id, other))

    def judge(self, name: str, query: str, passage_id: int, grade: int | None) -> dict[int, int]:
        """Mark a hit of a query line as good (1) or not (0), or take the mark back; return the line's marks."""
        with self._corpus(name).noting() as catalogue:
            catalogue.judge(query, passage_id, grade)
        return self.judgements(name, query)

    def judgements(self, name: str, query: str) -> dict[int, int]:
        """Return the marks of a query line: 1 good, 0 not, by passage."""
        return self._corpus(name).catalogue.judgements(query)

    def clear_judgements(self, name: str, query: str) -> None:
        """Take back all marks of a query line."""
        with self._corpus(name).noting() as catalogue:
            catalogue.clear_judgements(query)

    def judged_queries(self, name: str) -> list[tuple[str, int, int]]:
        """Return the query lines with marks, and how many of each are good and not."""
        return judging.judged_queries(self._corpus(name).catalogue)

    def evaluate_search(
        self, name: str, queries: Path | None = None, judgements: Path | None = None
    ) -> Steps[tuple[SearchMeasures, ...]]:
        """Measure keyword, dense and hybrid search on the user's marks, or on files of queries and judgements.

        Raises TooSmall when there is no mark yet, SourceError when a file cannot be read.
        """
        corpus, encoder = self._corpus(name), self.encoder_of(name)
        if queries is None or judgements is None:
            rank = partial(searching.rank_line, corpus, encoder)
            return (yield from judging.measure(corpus.catalogue, rank))
        asked, judged = read_queries(queries), read_judgements(judgements)
        asked = [(query_id, text) for query_id, text in asked if query_id in judged]
        measured = []
        for mode in MODES:
            run = yield from ranking.rank_queries(corpus, encoder, asked, DEPTH, mode)
            keys = {query_id: [key for key, _ in ranked] for query_id, ranked in run.items()}
            measured.append(measure_rankings(mode, keys, judged))
        return tuple(measured)

    def fit_search(self, name: str) -> Steps[str]:
        """Choose on the user's marks how much meaning and words count in a corpus, keep it, and say what it is."""
        corpus = self._corpus(name)
        rank = partial(searching.rank_line, corpus, self.encoder_of(name))
        choice = yield from judging.choose_weight(corpus.catalogue, rank, DENSE_WEIGHT)
        with corpus.noting() as catalogue:
            judging.keep(catalogue, choice)
        return choice.said

    def use_reranker(self, folder: str | None) -> str:
        """Remember a cross-encoder's folder for this library, None to forget it; return its name, "" for none.

        Raises ModelError when it is no cross-encoder.
        """
        from engine.search.reranking import check_folder

        if folder:
            check_folder(Path(folder))
        self.library.set_reranker(Path(folder) if folder else None)
        return self.reranker()

    def reranker(self) -> str:
        """Return the name of the cross-encoder that this library remembers, "" when there is none."""
        folder = self.library.reranker
        return folder.name if folder else ""

    def rerank(
        self, name: str, query: str, result: SearchResult, folder: str | None = None
    ) -> Steps[SearchResult]:
        """Re-order a shown result by a cross-encoder: the one in `folder`, else the one the library remembers."""
        from engine.encoding.encoder import choose_device
        from engine.search.reranking import Reranker, rerank_steps

        chosen = Path(folder) if folder else self.library.reranker
        if chosen is None:
            raise ModelError("No cross-encoder is chosen yet. Choose the folder of one first.")
        if self._reranker is None or self._reranker.folder != chosen:
            self._reranker = Reranker.open(chosen, choose_device(self._device))
        return (yield from rerank_steps(self._reranker, query, result))

    def neighbours(self, name: str, passage_id: int, k: int = 10) -> tuple[Hit, ...]:
        """Return the passages whose embeddings are nearest to a passage's."""
        corpus = self._corpus(name)
        return searching.neighbours(corpus, corpus.catalogue.latest_encoder(), passage_id, k)
