"""What a Workspace has open: corpora, models and the map worker of one process."""

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from engine.corpus import Corpus
from engine.encoding.records import EncoderId
from engine.library import Library
from engine.tagging import known_taggers
from engine.tagging.tagger import SENTIMENT
from indexes.errors import ModelError

if TYPE_CHECKING:
    from engine.encoding.encoder import Encoder
    from engine.map.worker import MapWorker
    from engine.search.reranking import Reranker
    from engine.tagging.tagger import Tagger


class Opened:
    """Owns the open corpora, the models and the map worker; opens each at its first use."""

    def __init__(self, library: Path, device: str | None = None, encoder: str | None = None) -> None:
        self.library = Library.open(library)
        self._device = device
        self._encoder_name = encoder
        self._encoder: Encoder | None = None
        self._own_encoders: dict[str, Encoder] = {}
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

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def encoder(self) -> "Encoder":
        """Return the encoder; its model loads with the first text. Raises ModelError."""
        if self._encoder is None:
            self._encoder = self._open_encoder()
        return self._encoder

    def encoder_of(self, name: str) -> "Encoder":
        """Return the encoder that embedded a corpus, pooling as it did; `encoder` where that is another model.

        One of the library's own is found again by its name, unless another was asked for. Raises ModelError.
        """
        encoder_id = self._corpus(name).catalogue.latest_encoder()
        own = EncoderId.of(encoder_id).name
        encoder = self.encoder()
        if self._encoder_name is None and own in self.library.encoders():
            encoder = self._own_encoder(own)
        return encoder.as_in(encoder_id)

    def tagger(self, name: str = SENTIMENT) -> "Tagger":
        """Return a tagger by name or folder, loading it on first use. Raises ModelError."""
        if name not in self._taggers:
            from engine.encoding.encoder import choose_device
            from engine.tagging.tagger import Tagger

            folder = known_taggers.find_tagger(name, self.library.taggers_folder)
            self._taggers[name] = Tagger.open(folder, choose_device(self._device), self.encoder())
        return self._taggers[name]

    def _open_encoder(self) -> "Encoder":
        from engine.encoding.encoder import BUNDLED, Encoder

        named = self._encoder_name
        if named in self.library.encoders():
            return self._own_encoder(named)
        return Encoder.open(Path(named) if named and named != BUNDLED else None, self._device)

    def _encoder_called(self, name: str) -> "Encoder":
        """Return the encoder of this name, the bundled one or one of the library's; ModelError when there is none."""
        from engine.encoding.encoder import BUNDLED, Encoder

        own = self.library.encoders()
        if name in own:
            return self._own_encoder(name)
        if name != BUNDLED:
            raise ModelError(f"There is no encoder “{name}”. There are: {', '.join((BUNDLED, *own))}.")
        if self._encoder_name in (None, BUNDLED):
            return self.encoder()
        return Encoder.open(None, self._device)

    def _own_encoder(self, name: str) -> "Encoder":
        if name not in self._own_encoders:
            from engine.encoding.encoder import Encoder

            self._own_encoders[name] = Encoder.open(self.library.encoders()[name], self._device)
        return self._own_encoders[name]

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
