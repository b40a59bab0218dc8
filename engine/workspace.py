"""The Workspace: everything that can be done to data, for the command line, the tests and the window alike.

Long work is returned as Steps (progress.py). A corpus is named by its name in every call.
"""

import logging
from collections.abc import Sequence
from pathlib import Path

from engine import indexing
from engine.encoding.calls import EncodingCalls
from engine.inspecting.calls import InspectingCalls
from engine.map.calls import MapCalls
from engine.progress import Steps, beside
from engine.records import (
    CorpusInfo,
    DocumentRow,
    DocumentView,
    IndexReport,
    Preview,
)
from engine.search.calls import SearchCalls
from engine.teaching.calls import TeachingCalls
from engine.training.calls import TrainingCalls
from indexes.errors import CorpusError
from indexes.records import Passage, Skipped, Source

log = logging.getLogger(__name__)

SAMPLE = "Sample"


class Workspace(SearchCalls, MapCalls, TeachingCalls, TrainingCalls, InspectingCalls, EncodingCalls):
    """Owns the open corpora, the models and the map worker of one process."""

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
        """Stop following a source and drop what was read from it, embeddings of its texts included."""
        corpus = self._corpus(name)
        with corpus.writing() as catalogue:
            catalogue.remove_source(source_id)
            catalogue.drop_unused_embeddings()
        return self.corpus(name)

    def preview(self, name: str, sources: Sequence[Source]) -> Steps[Preview]:
        """Say what loading `sources` into a corpus, perhaps one yet to be made, would mean, from a sample of them."""
        if name not in self.library.corpora():
            return (yield from indexing.preview_sources(None, self.encoder(), sources))
        return (yield from indexing.preview_sources(self._corpus(name), self.encoder_of(name), sources))

    def index(
        self, name: str, sources: Sequence[Source] = (), pooling: str = "", encoder: str = ""
    ) -> Steps[IndexReport]:
        """Add sources to a corpus, made if need be, and bring all its sources up to date, its map too.

        `pooling` is how its passages are embedded from now on, all of them, and `encoder` is one of `encoders()` that
        embeds them; "" leaves it as it is, and a new corpus pools as its encoder does. Raises ModelError for an encoder
        that there is not, or a pooling that it does not have.
        """
        asked = self._encoder_called(encoder) if encoder else None
        if pooling:
            (asked or self.encoder()).with_pooling(pooling)  # or a mistake would leave an empty corpus behind
        if name not in self.library.corpora():
            self.library.create(name)
        chosen = asked or self.encoder_of(name)
        if pooling:
            chosen = chosen.with_pooling(pooling)
        report = yield from indexing.index_corpus(self._corpus(name), chosen, sources)
        if report.files_read:
            yield from self.place_new(name)
        return report

    def load_sample(self) -> Steps[IndexReport]:
        """Make the corpus “Sample” from the texts that come with Asterism, or bring it up to date."""
        folder = Path(__file__).with_name("sample")
        return (yield from self.index(SAMPLE, [Source("folder", str(folder))]))

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
