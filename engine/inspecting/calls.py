"""What a Workspace can be asked about what its models do."""

from pathlib import Path

from engine.inspecting.records import Inspection, LabelAttribution, PoolingNeighbours, WordGuess
from engine.opened import Opened
from engine.progress import Progress, Steps
from engine.tagging.records import SENTIMENT


class InspectingCalls(Opened):
    """Shows what the encoder and the taggers make of a text, from their own tensors."""

    def inspect(self, text: str, tagger: str = SENTIMENT, second: str = "") -> Inspection:
        """Say what the encoder, and a tagger if named, do with a text; `second` is a pair tagger's other text.

        Raises ModelError when there is no such tagger, or a pair tagger gets no second text.
        """
        from engine.inspecting.inspecting import inspect

        return inspect(text, self.encoder(), self.tagger(tagger) if tagger else None, second)

    def attribute_label(
        self, text: str, tagger: str = SENTIMENT, label: str = "", second: str = "", window: int = 0
    ) -> Steps[LabelAttribution]:
        """Say what each token of a text adds to a label's logit, of the likeliest label when none is named.

        Of a text that the tagger reads in several windows, of that window, counted from 0.
        """
        from engine.inspecting.label_attribution import attribute_label

        yield Progress("Loading the tagger")
        return (yield from attribute_label(text, self.tagger(tagger), label, second, window))

    def compare_poolings(
        self, name: str, text: str, passage_id: int = 0, k: int = 5
    ) -> Steps[tuple[PoolingNeighbours, ...]]:
        """Say which passages of a corpus are near a text, or one of its passages, under each pooling."""
        from engine.inspecting.pooled import compare_poolings

        corpus, encoder = self._corpus(name), self.encoder_of(name)
        return (yield from compare_poolings(corpus, encoder, text, passage_id, k))

    def guess_words(self, text: str, model: str = "") -> tuple[WordGuess, ...]:
        """Say what may stand in place of each [MASK], by one of the library's own encoders or a model's folder.

        Without `model` by the encoder in use, or where that cannot, by the first of the library's own that can. Raises
        ModelError when it was saved without the head for that, as the bundled encoder was.
        """
        from engine.encoding.encoder import check_folder
        from engine.inspecting.guessing import can_guess, guess_words

        own = self.library.encoders()
        folder = own.get(model) or (Path(model) if model else self.encoder().folder)
        if not model and not can_guess(folder):
            folder = next((other for other in own.values() if can_guess(other)), folder)
        max_tokens, _ = check_folder(folder)
        return guess_words(text, folder, max_tokens)
