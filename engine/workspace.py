"""The Workspace: everything that can be done to data, for the command line, the tests and the window alike.

Long work is returned as Steps (progress.py). A corpus is named by its name in every call.
"""

import logging
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from engine import indexing
from engine.corpus import Corpus
from engine.library import Library
from engine.progress import Progress, Steps, beside
from engine.records import (
    MODES,
    Attribution,
    Condition,
    CorpusInfo,
    Division,
    DocumentRow,
    DocumentTag,
    DocumentView,
    Facets,
    Hit,
    IndexReport,
    Inspection,
    MapData,
    Mode,
    Preview,
    SearchMeasures,
    SearchResult,
    TaggerInfo,
    TextTag,
)
from engine.search import judging, ranking, searching
from engine.search.fusion import DENSE_WEIGHT
from engine.search.search_measures import DEPTH, measure_rankings
from engine.search.trec import read_judgements, read_queries
from engine.tagging import known_taggers
from indexes.catalogue import Catalogue
from indexes.errors import CorpusError, ModelError
from indexes.records import Cluster, Passage, Skipped, Source, Tags

if TYPE_CHECKING:
    from engine.encoder import Encoder
    from engine.map.worker import MapWorker
    from engine.search.reranking import Reranker
    from engine.tagging.tagger import Tagger

log = logging.getLogger(__name__)

SAMPLE = "Sample"
SENTIMENT = "sentiment"


class Workspace:
    """Owns the open corpora, the models and the map worker of one process."""

    def __init__(self, library: Path, device: str | None = None, encoder: str | None = None) -> None:
        self.library = Library.open(library)
        self._device = device
        self._encoder_name = encoder
        self._encoder: Encoder | None = None
        self._loading = False
        self._corpora: dict[str, Corpus] = {}
        self._taggers: dict[str, Tagger] = {}
        self._reranker: Reranker | None = None
        self._worker: MapWorker | None = None

    def close(self) -> None:
        """Let go of files and end child processes."""
        for corpus in self._corpora.values():
            corpus.close()
        self._corpora.clear()
        if self._worker:
            self._worker.close()
            self._worker = None

    def __enter__(self) -> "Workspace":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def warm_up(self) -> Steps[None]:
        """Load the encoder beside other work, so that stored things are served meanwhile.

        Raises ModelError when it cannot be loaded.
        """
        from engine.search.relevance import prepare

        encoder = self.encoder()
        self._loading = True
        try:
            yield from beside("Loading the models", lambda: prepare(encoder))
        finally:
            self._loading = False

    def corpora(self) -> list[CorpusInfo]:
        """Return all corpora of the library, by name; damaged ones are left out."""
        found = []
        for name in self.library.corpora():
            try:
                found.append(self.corpus(name))
            except CorpusError as error:
                log.warning("%s", error)
        return found

    def corpus(self, name: str) -> CorpusInfo:
        """Return a corpus at a glance."""
        corpus = self._corpus(name)
        catalogue = corpus.catalogue
        encoder_id = catalogue.latest_encoder()
        sources = tuple(catalogue.sources())
        return CorpusInfo(
            name=name,
            sources=sources,
            files=catalogue.files_count,
            documents=catalogue.documents_count,
            passages=catalogue.passages_count,
            embedded=catalogue.passages_count - catalogue.count_missing_passages(encoder_id),
            skipped=tuple(Skipped(file.path, file.skipped) for file in catalogue.skipped_files()),
            encoder=encoder_id,
            has_map=catalogue.has_map,
            bytes_on_disk=sum(file.stat().st_size for file in corpus.folder.rglob("*") if file.is_file()),
            formats=catalogue.format_counts(),
        )

    def create(self, name: str) -> CorpusInfo:
        """Make an empty corpus."""
        self.library.create(name)
        return self.corpus(name.strip())

    def remove(self, name: str) -> None:
        """Remove a corpus with everything derived from its sources; the sources themselves stay."""
        self._forget(name)
        self.library.remove(name)

    def remove_source(self, name: str, source_id: int) -> CorpusInfo:
        """Stop following a source and drop what was read from it."""
        corpus = self._corpus(name)
        with corpus.writing() as catalogue:
            catalogue.remove_source(source_id)
        return self.corpus(name)

    def preview(self, name: str, sources: Sequence[Source]) -> Steps[Preview]:
        """Say what loading `sources` into a corpus, perhaps one yet to be made, would mean, from a sample of them."""
        corpus = self._corpus(name) if name in self.library.corpora() else None
        return (yield from indexing.preview_sources(corpus, self.encoder(), sources))

    def index(self, name: str, sources: Sequence[Source] = ()) -> Steps[IndexReport]:
        """Add sources to a corpus, made if need be, and bring all its sources up to date."""
        if name not in self.library.corpora():
            self.library.create(name)
        return (yield from indexing.index_corpus(self._corpus(name), self.encoder(), sources))

    def load_sample(self) -> Steps[IndexReport]:
        """Make the corpus “Sample” from the texts that come with Asterism, or bring it up to date."""
        folder = Path(__file__).with_name("sample")
        return (yield from self.index(SAMPLE, [Source("folder", str(folder))]))

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
        return searching.search(corpus, self.encoder(), query, k, mode, conditions, inside, follow)

    def rank(self, name: str, queries: Sequence[tuple[str, str]], k: int, mode: Mode) -> Steps[ranking.Run]:
        """Rank documents for many queries, (id, text) each and taken as plain text, as in a TREC run."""
        encoder = self.encoder() if mode != "keyword" else None
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
        meaning = searching.meaning_of(corpus, self.encoder(), query, follow)
        return explain_query(corpus, self.encoder(), meaning, passage_ids)

    def made_of(self, name: str, query: str, passage_id: int) -> tuple[Attribution, ...]:
        """Say what the passages that a query line is made of (like:, marks) give to a hit's score, word by word."""
        from engine.search.attribution import made_of

        corpus = self._corpus(name)
        return made_of(
            corpus, self.encoder(), searching.meaning_of(corpus, self.encoder(), query), passage_id
        )

    def explain_cluster(
        self, name: str, passage_id: int, cluster_id: int, against: int | None = None
    ) -> Attribution:
        """Say why a passage is near a cluster's centre, or nearer to it than to that of the cluster `against`."""
        from engine.search.attribution import explain_cluster

        return explain_cluster(self._corpus(name), self.encoder(), passage_id, cluster_id, against)

    def divide_clusters(self, name: str, cluster_id: int, other: int) -> Steps[Division]:
        """Say which words divide two clusters: those that pull towards the one, and towards the other."""
        from engine.search.attribution import divide_clusters

        return (yield from divide_clusters(self._corpus(name), self.encoder(), cluster_id, other))

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
        corpus, encoder = self._corpus(name), self.encoder()
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
        rank = partial(searching.rank_line, corpus, self.encoder())
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
        from engine.encoder import choose_device
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

    def passages(self, name: str, ids: Sequence[int]) -> list[Passage]:
        """Return passages in the order asked; those that are gone are left out."""
        return self._corpus(name).catalogue.passages(ids)

    def documents(self, name: str, offset: int = 0, limit: int = 200) -> list[DocumentRow]:
        """Return a stretch of the list of documents, in the order they were loaded."""
        catalogue = self._corpus(name).catalogue
        ids = [int(document_id) for document_id in catalogue.document_ids()[offset : offset + limit]]
        return [
            DocumentRow(document.id, document.key, document.title, document.path, document.format, passages)
            for document, passages in zip(
                catalogue.documents(ids, with_text=False), catalogue.passage_counts(ids), strict=True
            )
        ]

    def document(self, name: str, document_id: int) -> DocumentView:
        """Return a document for reading."""
        catalogue = self._corpus(name).catalogue
        return DocumentView(catalogue.document(document_id), tuple(catalogue.passages_of(document_id)))

    def document_ids(self, name: str) -> list[int]:
        """Return the ids of all documents, rising."""
        return [int(document_id) for document_id in self._corpus(name).catalogue.document_ids()]

    def document_keys(self, name: str, ids: Sequence[int]) -> list[str]:
        """Return the keys of documents in the order asked; "" for one that is gone."""
        keys = self._corpus(name).catalogue.document_keys(set(ids))
        return [keys.get(document_id, "") for document_id in ids]

    def build_map(self, name: str, seed: int = 0, fast: bool = False) -> Steps[MapData]:
        """Make the map of what is embedded and store it; the same seed gives the same map."""
        from engine.map import making

        corpus = self._corpus(name)
        return (yield from making.build_map(corpus, self._map_worker(), seed=seed, fast=fast))

    def prepare_map(self) -> None:
        """Start what makes maps beside other work, so that the first map need not wait for it; returns at once."""
        self._map_worker().warm_up()

    def map(self, name: str) -> MapData | None:
        """Return the stored map, without the passages that are gone; None when there is none yet."""
        from engine.map import making

        return making.load_map(self._corpus(name))

    def rename_cluster(self, name: str, cluster_id: int, new_name: str) -> tuple[Cluster, ...]:
        """Give a cluster a name of the user's; an empty one brings the keywords back."""
        corpus = self._corpus(name)
        with corpus.writing() as catalogue:
            catalogue.rename_cluster(cluster_id, new_name.strip())
        latest = corpus.catalogue.latest_map()
        return tuple(latest[1]) if latest else ()

    def taggers(self) -> list[TaggerInfo]:
        """Return the taggers there are: the one that comes with Asterism, then the user's own."""
        folders = known_taggers.tagger_folders(self.library.taggers_folder)
        return [known_taggers.tagger_info(folder) for folder in folders.values()]

    def tag_text(self, text: str, tagger: str = SENTIMENT) -> TextTag:
        """Tag one text; a long one in windows, combined."""
        from engine.tagging.tagging import text_tag

        chosen = self.tagger(tagger)
        return text_tag(chosen.labels, chosen.probabilities([text])[0])

    def tag_passages(self, name: str, passage_ids: Sequence[int], tagger: str = SENTIMENT) -> Steps[Tags]:
        """Tag passages, store the tags, and return all stored tags of that tagger."""
        from engine.tagging import tagging

        yield Progress("Loading the tagger")
        return (
            yield from tagging.tag_passages(
                self._corpus(name), self.tagger(tagger), self._tagger_id(tagger), passage_ids
            )
        )

    def tag_all(self, name: str, tagger: str = SENTIMENT) -> Steps[Tags]:
        """Tag every passage of a corpus."""
        ids = self._corpus(name).catalogue.passage_table().passage_ids
        return (yield from self.tag_passages(name, ids.tolist(), tagger))

    def tag_documents(
        self, name: str, document_ids: Sequence[int], tagger: str = SENTIMENT
    ) -> Steps[list[DocumentTag]]:
        """Tag whole documents and store their passages' tags."""
        from engine.tagging import tagging

        yield Progress("Loading the tagger")
        return (
            yield from tagging.tag_documents(
                self._corpus(name), self.tagger(tagger), self._tagger_id(tagger), document_ids
            )
        )

    def tag_file(
        self, source: Source, tagger: str = SENTIMENT
    ) -> Steps[tuple[list[DocumentTag], tuple[Skipped, ...]]]:
        """Tag the documents of a file or folder without loading them into a corpus."""
        from engine.tagging import tagging

        yield Progress("Loading the tagger")
        return (yield from tagging.tag_source(self.tagger(tagger), source))

    def tags(self, name: str, tagger: str = SENTIMENT) -> Tags:
        """Return the stored tags of a tagger; loads no model."""
        return self._corpus(name).catalogue.tags(self._tagger_id(tagger))

    def train(
        self, source: Source, name: str, dev: Source | None = None, epochs: float = 3, seed: int = 0
    ) -> Steps[TaggerInfo]:
        """Fine-tune a tagger of the user's own on a labelled table and keep it in the library.

        Without `dev` a tenth is held out to measure on. Raises ModelError when the name is taken or unusable,
        TooSmall when there are too few texts.
        """
        from engine.tagging import training

        folder = known_taggers.new_folder(name, self.library.taggers_folder)
        examples = yield from training.read_examples(source)
        if dev is None:
            examples, held_out = training.hold_out(examples, seed)
        else:
            held_out = yield from training.read_examples(dev)
        labels = training.label_order(examples)
        description = {"name": name, "origin": f"trained on {Path(source.path).name}"}
        settings = training.Settings(epochs=epochs, seed=seed)
        yield from training.train_tagger(
            folder,
            self.encoder(),
            examples,
            held_out,
            labels=labels,
            settings=settings,
            description=description,
        )
        self._taggers.pop(name, None)
        return known_taggers.tagger_info(folder)

    def evaluate_tagger(
        self, source: Source, tagger: str = SENTIMENT, meanings: Mapping[str, str] | None = None
    ) -> Steps[dict[str, float]]:
        """Measure a tagger on a labelled table; `meanings` maps the table's labels to the tagger's."""
        from engine.tagging import tagger_measures, training

        examples = yield from training.read_examples(source)
        return (yield from tagger_measures.evaluate(self.tagger(tagger), examples, meanings))

    def inspect(self, text: str, tagger: str = SENTIMENT) -> Inspection:
        """Say what the encoder, and a tagger if named, do with a text."""
        from engine.tagging.inspecting import inspect

        return inspect(text, self.encoder(), self.tagger(tagger) if tagger else None)

    def encoder(self) -> "Encoder":
        """Return the encoder; its model loads with the first text. Raises ModelError."""
        if self._encoder is None:
            self._encoder = self._open_encoder()
        return self._encoder

    def tagger(self, name: str = SENTIMENT) -> "Tagger":
        """Return a tagger by name or folder, loading it on first use. Raises ModelError."""
        if name not in self._taggers:
            from engine.encoder import choose_device
            from engine.tagging.tagger import Tagger

            folder = known_taggers.find_tagger(name, self.library.taggers_folder)
            self._taggers[name] = Tagger.open(folder, choose_device(self._device))
        return self._taggers[name]

    def _open_encoder(self) -> "Encoder":
        from engine.encoder import BUNDLED, Encoder

        named = self._encoder_name
        return Encoder.open(Path(named) if named and named != BUNDLED else None, self._device)

    def _tagger_id(self, name: str) -> str:
        return known_taggers.tagger_id(known_taggers.find_tagger(name, self.library.taggers_folder))

    def _corpus(self, name: str) -> Corpus:
        if name not in self._corpora:
            self._corpora[name] = Corpus.open(self.library.folder_of(name))
        return self._corpora[name]

    def _forget(self, name: str) -> None:
        corpus = self._corpora.pop(name, None)
        if corpus:
            corpus.close()

    def _map_worker(self) -> "MapWorker":
        if self._worker is None:
            from engine.map.worker import MapWorker

            self._worker = MapWorker(self.library.numba_cache)
        return self._worker
