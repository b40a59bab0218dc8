"""Fine-tuning on the labels that were given to passages of a corpus: what there is, and a name."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from engine.tagging.records import TaggerKind
from engine.training.routes import ROUTES
from gui.panel import muted
from gui.taggers.training import TrainingRequest
from gui.taggers.words import LONGEST, short_name, suggested_name
from gui.theme import GAP


class LabelsForm(QWidget):
    """Asks for the name of a tagger that is fine-tuned on the labels given to passages of a corpus."""

    changed = Signal()

    def __init__(self, corpus: str, tagger: str, counts: tuple[tuple[str, int], ...]) -> None:
        super().__init__()
        self.problem = ""
        self._corpus, self._teacher = corpus, tagger
        said = ", ".join(f"{label} {number:,}" for label, number in counts)
        self.name = QLineEdit(suggested_name(f"{short_name(tagger)} fine-tuned"))
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
        column.addWidget(muted(f"Learns from the labels that you gave in “{corpus}”: {said}."))
        column.addWidget(muted(ROUTES[TaggerKind.ADAPTER]))
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
        return TrainingRequest(
            name,
            f"Training “{name}”",
            "train_on_given",
            (self._corpus, self._teacher, name),
            {"route": str(TaggerKind.ADAPTER)},
        )
