"""Training on neighbouring sentences of a corpus: what comes of it, and a name."""

from gui.taggers.named_form import NamedForm
from gui.taggers.training import TrainingRequest

LEARNS = (
    "Learns whether one sentence follows another: from consecutive sentences of “{corpus}”, against random ones of "
    "the same document and of others."
)
GIVES = (
    "What comes of it is a tagger of pairs, which “Compare two passages…” then offers beside the others. What it says "
    "is a hint of coherence, nothing more."
)
COSTS = (
    "It is small, takes minutes to train, and is used nowhere unless you choose it there. On little text the cosine of "
    "the two alone may tell more: “About this tagger” says how often each was right."
)


class NextSentenceForm(NamedForm):
    """Asks for the name of a tagger that tells the next sentence of a corpus from another one."""

    def __init__(self, corpus: str) -> None:
        super().__init__((LEARNS.format(corpus=corpus), GIVES, COSTS), f"next sentence {corpus}")
        self._corpus = corpus

    def request(self) -> TrainingRequest:
        """Return the training that is wanted."""
        name = self.tagger
        return TrainingRequest(name, f"Training “{name}”", "train_next_sentence", (self._corpus, name), {})
