"""What a Workspace can be asked about encoders: how good their poolings are, and one adapted to a corpus."""

from pathlib import Path

from engine.encoding.pooling import POOLINGS
from engine.encoding.records import AdaptReport, PoolingMeasures
from engine.opened import Opened
from engine.progress import Steps
from indexes.errors import TooSmall


class EncodingCalls(Opened):
    """Measures poolings, adapts encoders."""

    def encoders(self) -> tuple[str, ...]:
        """Return the names of the encoders there are: the bundled one, then the library's own."""
        from engine.encoding.encoder import BUNDLED

        return BUNDLED, *self.library.encoders()

    def poolings(self) -> tuple[str, ...]:
        """Return the names of the poolings, the usual one first."""
        return POOLINGS

    def evaluate_poolings(
        self, stsb: Path | None = None, retrieval: Path | None = None, corpus: str = ""
    ) -> Steps[tuple[PoolingMeasures, ...]]:
        """Measure each pooling on a table of graded pairs, on a retrieval folder, and on a corpus' judgements.

        Raises TooSmall when there is nothing to measure on, SourceError when a file cannot be read.
        """
        from engine.encoding import gold_sets
        from engine.encoding.pooling_measures import measure_poolings

        encoder = self.encoder_of(corpus) if corpus else self.encoder()
        own = gold_sets.own_collection(self._corpus(corpus)) if corpus else None
        if stsb is None and retrieval is None and own is None:
            raise TooSmall(
                "There is nothing to measure poolings on. Give a table of pairs with scores or a retrieval folder, or "
                "search in a corpus and mark hits as good or not."
            )
        pairs = (yield from gold_sets.read_pairs(stsb)) if stsb else []
        collection = (yield from gold_sets.read_collection(retrieval, encoder)) if retrieval else None
        return (yield from measure_poolings(encoder, pairs, collection, own))

    def adapt(self, name: str, new_name: str = "", epochs: int = 1, seed: int = 0) -> Steps[AdaptReport]:
        """Adapt the encoder of a corpus to its words, and keep it in the library if searching does not get worse.

        It is named `new_name`, else after the corpus. Nothing uses it until a corpus is loaded with it. Raises
        TooSmall when the corpus is, ModelError when the name cannot be used or the encoder not adapted.
        """
        from engine.encoding.adapted_files import encoder_folder
        from engine.encoding.adapting import AdaptSettings, adapt
        from engine.encoding.adapting_measures import gold_of

        encoder = self.encoder_of(name)
        folder = encoder_folder(new_name or f"{name} encoder", self.library.encoders_folder)
        gold = gold_of(self._corpus(name), seed)
        return (yield from adapt(encoder, folder, gold, AdaptSettings(epochs=epochs, seed=seed)))
