"""Training on neighbouring sentences of a corpus: what comes of it, and a name."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from gui.panel import muted
from gui.taggers.training import TrainingRequest
from gui.taggers.words import LONGEST, suggested_name
from gui.theme import GAP

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


class NextSentenceForm(QWidget):
    """Asks for the name of a tagger that tells the next sentence of a corpus from another one."""

    changed = Signal()

    def __init__(self, corpus: str) -> None:
        super().__init__()
        self.problem = ""
        self._corpus = corpus
        self.name = QLineEdit(suggested_name(f"next sentence {corpus}"))
        self.name.setMaxLength(LONGEST)
        self.name.setAccessibleName("Name of the tagger")
        self.name.textChanged.connect(self.changed)
        label = QLabel("Name")
        label.setBuddy(self.name)
        row = QHBoxLayout()
        row.setSpacing(2 * GAP)
        row.addWidget(label)
        row.addWidget(self.name, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        for sentence in (LEARNS.format(corpus=corpus), GIVES, COSTS):
            column.addWidget(muted(sentence))
        column.addSpacing(GAP)
        column.addLayout(row)

    @property
    def tagger(self) -> str:
        """Return the name of the tagger to be."""
        return " ".join(self.name.text().split())

    @property
    def missing(self) -> str:
        """Return what is still needed, "" when a training can start."""
        return "" if self.tagger else "a name"

    def request(self) -> TrainingRequest:
        """Return the training that is wanted."""
        name = self.tagger
        return TrainingRequest(name, f"Training “{name}”", "train_next_sentence", (self._corpus, name), {})
