"""One open corpus: its catalogue and the two indexes derived from it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from indexes.catalogue import Catalogue
from indexes.keyword_index import KeywordIndex
from indexes.lock import write_lock
from indexes.vector_index import VectorIndex


class Corpus:
    """Owns a corpus folder while it is open. Reading is shared; `writing()` is one process at a time."""

    def __init__(self, folder: Path, catalogue: Catalogue) -> None:
        self.folder = folder
        self.catalogue = catalogue
        self._vectors: dict[str, VectorIndex] = {}
        self._keywords: KeywordIndex | None = None

    @classmethod
    def open(cls, folder: Path) -> "Corpus":
        """Open a corpus for reading; CorpusError when it is damaged or of a newer Asterism."""
        return cls(folder, Catalogue.open(folder / "catalogue.db"))

    def close(self) -> None:
        """Let go of the files."""
        self.catalogue.close()
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

    def vectors(self, encoder_id: str) -> VectorIndex:
        """Return the vector index of an encoder's embeddings, up to date with the catalogue."""
        if encoder_id not in self._vectors:
            self._vectors[encoder_id] = VectorIndex.open(self.folder, self.catalogue, encoder_id)
        else:
            self._vectors[encoder_id].update(self.catalogue)
        return self._vectors[encoder_id]

    def keywords(self) -> KeywordIndex:
        """Return the keyword index, up to date with the catalogue."""
        if self._keywords is None:
            self._keywords = KeywordIndex.open(self.folder, self.catalogue)
        else:
            self._keywords.update(self.catalogue)
        return self._keywords
