"""A tagger that is only a head: logistic regression over the encoder's embeddings, which a corpus has stored."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.encoding.encoder import Encoder
from engine.tagging.records import TaggerKind
from engine.tagging.tagger import Forward, Manner, Tagger
from engine.tagging.windows import Window, WindowCutter
from engine.teaching.heads import Head
from indexes.errors import ModelError


class HeadTagger(Tagger):
    """A head and the encoder whose embeddings it reads; `encoder_id` names them in a catalogue."""

    kind = TaggerKind.HEAD

    def __init__(
        self, name: str, labels: tuple[str, ...], head: Head, encoder: Encoder, manner: Manner
    ) -> None:
        self.name = name
        self.labels = labels
        self.base = encoder.name
        self.max_tokens = encoder.max_tokens
        self.device = encoder.device
        self.model = None
        self.columns = tuple(range(len(labels)))
        self.manner = manner
        self.head = head
        self.encoder = encoder
        self._packed = None
        self._ready: WindowCutter | None = None

    @property
    def _cutter(self) -> WindowCutter:  # type: ignore[override]
        if self._ready is None:
            self.encoder.load()
            self._ready = WindowCutter(self.encoder.tokenizer, self.max_tokens)
        return self._ready

    @property
    def encoder_id(self) -> str:
        """Return what names the encoder and its pooling."""
        return self.encoder.id

    def probabilities_of_embeddings(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (n, n_labels) float32 of stored embeddings (n, dim), unit length."""
        return self.chances(self.scores(embeddings))

    def logits(
        self, token_ids: Sequence[list[int]], segments: Sequence[list[int] | None] | None = None
    ) -> NDArray[np.float32]:
        """Not there: a head reads embeddings and no tokens; `scores` gives its logits."""
        raise ModelError(f"The tagger “{self.name}” reads a text's embedding, not its tokens.")

    def scores(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the head's (n, n_labels) float32 logits of embeddings (n, dim): W·e + b."""
        return (embeddings.astype(np.float32) @ self.head.weights.T + self.head.bias).astype(np.float32)

    def _answers(
        self,
        texts: Sequence[str],
        windows: Sequence[Window],
        numbers: NDArray[np.int64],
        forward: Forward | None = None,
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        chosen = [windows[number] for number in numbers]
        parts = [texts[window.text][window.start : window.end] for window in chosen]
        for batch, embeddings in self.encoder.encode_batches(parts):
            yield numbers[batch], self.scores(embeddings)
