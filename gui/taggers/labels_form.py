"""Fine-tuning on the labels that were given to passages of a corpus: what there is, and a name."""

from engine.tagging.records import TaggerKind
from engine.training.routes import ROUTES
from gui.taggers.named_form import NamedForm
from gui.taggers.training import TrainingRequest
from gui.taggers.words import short_name


class LabelsForm(NamedForm):
    """Asks for the name of a tagger that is fine-tuned on the labels given to passages of a corpus."""

    def __init__(self, corpus: str, tagger: str, counts: tuple[tuple[str, int], ...]) -> None:
        said = ", ".join(f"{label} {number:,}" for label, number in counts)
        learns = f"Learns from the labels that you gave in “{corpus}”: {said}."
        super().__init__((learns, ROUTES[TaggerKind.ADAPTER]), f"{short_name(tagger)} fine-tuned")
        self._corpus, self._teacher = corpus, tagger

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
