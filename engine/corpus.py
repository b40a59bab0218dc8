"""One open corpus: its catalogue and the two indexes derived from it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from engine.progress import Progress, Steps
from indexes.catalogue import Catalogue
from indexes.keyword_index import KeywordIndex
from indexes.lock import write_lock
from indexes.vector_index import VectorIndex

if TYPE_CHECKING:
    from engine.encoding.encoder import Encoder
    from engine.search.relevance import Background


class Corpus:
    """Owns a corpus folder while it is open. Reading is shared; `writing()` is one process at a time."""

    def __init__(self, folder: Path, catalogue: Catalogue) -> None:
        self.folder = folder
        self.catalogue = catalogue
        self._vectors: dict[str, VectorIndex] = {}
        self._keywords: KeywordIndex | None = None
        self._backgrounds: dict[str, Background] = {}

    @classmethod
    def open(cls, folder: Path) -> "Corpus":
        """Open a corpus for reading; CorpusError when it is damaged or of a newer Asterism."""
        return cls(folder, Catalogue.open(folder / "catalogue.db"))

    def close(self) -> None:
        """Let go of the files."""
        self.catalogue.close()
        for vectors in self._vectors.values():
            vectors.close()
        if self._keywords:
            self._keywords.close()

    def __enter__(self) -> "Corpus":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def writing(self) -> Iterator[Catalogue]:
        """Hold the corpus for writing and give a catalogue that may write; CorpusBusy when another does."""
        with write_lock(self.folder), Catalogue.open(self.folder / "catalogue.db", write=True) as catalogue:
            yield catalogue

    @contextmanager
    def noting(self) -> Iterator[Catalogue]:
        """Give a catalogue for a small note of the user's, also while a job of this or another process is writing."""
        with Catalogue.open(self.folder / "catalogue.db", write=True) as catalogue:
            yield catalogue

    def vectors(self, encoder_id: str) -> VectorIndex:
        """Return the vector index of an encoder's embeddings, up to date with the catalogue."""
        if encoder_id not in self._vectors:
            self._vectors[encoder_id] = VectorIndex.open(self.folder, self.catalogue, encoder_id)
        else:
            self._vectors[encoder_id].update(self.catalogue)
        return self._vectors[encoder_id]

    def vectors_steps(self, encoder_id: str) -> Steps[None]:
        """Bring the vector index up to date and save it, with progress: made anew it may take long."""
        if encoder_id not in self._vectors:
            self._vectors[encoder_id] = VectorIndex.load(self.folder, self.catalogue, encoder_id)
        for done, total in self._vectors[encoder_id].update_steps(self.catalogue):
            yield Progress("Indexing", done, total, "passages")
        self._vectors[encoder_id].save()

    def background(self, encoder: "Encoder") -> "Background | None":
        """Return what queries without an answer find here, measured anew when the corpus has changed much."""
        from engine.search.relevance import Background

        index = self.vectors(encoder.id)
        known = self._backgrounds.get(encoder.id)
        if known is None or not known.fits(index):
            known = Background.measure(index, encoder)
            if known is not None:
                self._backgrounds[encoder.id] = known
        return known

    def keywords(self) -> KeywordIndex:
        """Return the keyword index, up to date with the catalogue."""
        if self._keywords is None:
            self._keywords = KeywordIndex.open(self.folder, self.catalogue)
        else:
            self._keywords.update(self.catalogue)
        return self._keywords
