"""Step 2: the way through the model, with the shape of what comes out of every part."""

from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from engine.inspecting.records import Inspection, ModelCard, Trace
from gui.inspecting.flow_diagram import FlowDiagram
from gui.inspecting.page import Page
from gui.panel import muted
from gui.theme import GAP


class FlowPage(Page):
    """Shows how the model is built, and its stages with their shapes."""

    def __init__(self) -> None:
        super().__init__(
            "The way through the model",
            "Every part turns a table of numbers into another. A shape says how many texts, how many tokens, and how "
            "many numbers each.",
        )
        self.card = Card()
        self.diagram = FlowDiagram()
        self.layers = muted()
        self.pooling = muted()
        for widget in (self.card, self.diagram, self.layers, self.pooling):
            self.column.addWidget(widget)
            self.column.addSpacing(GAP)
        self.column.addStretch(1)

    def show_text(self, seen: Inspection, trace: Trace | None) -> None:
        """Show the stages of the model that is looked into."""
        self.card.setVisible(trace is not None)
        self.diagram.setVisible(trace is not None)
        if trace is not None:
            self.card.show_card(trace.card)
            self.diagram.show_steps(trace.flow)
        n_tokens, dim = seen.token_embeddings_shape
        self.layers.setText(
            f"For search, {seen.encoder} turns every token into {dim} numbers: its last hidden state is a table of "
            f"{n_tokens} × {dim}."
        )
        length = float((seen.embedding**2).sum() ** 0.5)
        self.pooling.setText(
            f"Pooling “{seen.pooling}” makes one row of {dim} numbers of it, of length {seen.norm_before:.4f}; divided "
            f"by that, its length is {length:.4f}. This is what search and map compare."
        )


class Card(QWidget):
    """How a model is built, in a small grid of names and numbers."""

    COLUMNS = 4

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("How the model is built")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(3 * GAP)
        self._grid.setVerticalSpacing(2)
        self._numbers: list[QLabel] = []
        for place, name in enumerate(_facts(None)):
            number = QLabel()
            self._numbers.append(number)
            row, column = divmod(place, self.COLUMNS)
            said = muted(name)
            said.setContentsMargins(0, GAP if row else 0, 0, 0)
            self._grid.addWidget(said, 2 * row, column)
            self._grid.addWidget(number, 2 * row + 1, column)
        self._grid.setColumnStretch(self.COLUMNS - 1, 1)

    def show_card(self, card: ModelCard) -> None:
        """Show another model."""
        facts = _facts(card)
        for number, said in zip(self._numbers, facts.values(), strict=True):
            number.setText(said)
        self.setAccessibleDescription(", ".join(f"{name} {said}" for name, said in facts.items()))


def _facts(card: ModelCard | None) -> dict[str, str]:
    card = card or ModelCard("", "", 0, 0, 0, 0, 0, 0, 0)
    return {
        "Kind": card.kind,
        "Layers": str(card.layers),
        "Heads a layer": str(card.heads),
        "Parameters": f"{card.parameters / 1e6:.1f} million",
        "Hidden size": str(card.hidden),
        "Inner size": str(card.inner),
        "Positions": f"{card.positions:,}",
        "Vocabulary": f"{card.vocabulary:,}",
    }
