"""Step 4: what becomes of the one token, layer by layer."""

from engine.inspecting.records import Inspection, Trace
from gui.inspecting.layer_chart import LayerChart
from gui.inspecting.page import Page
from gui.theme import GAP


class LayersPage(Page):
    """Shows how [CLS] turns from a word of the table into a summary of the text."""

    def __init__(self) -> None:
        super().__init__("[CLS] through the layers")
        self.lengths = LayerChart("Length")
        self.steps = LayerChart("Cosine with the layer before")
        self.last = LayerChart("Cosine with the last layer")
        for chart in (self.last, self.steps, self.lengths):
            self.column.addSpacing(GAP)
            self.column.addWidget(chart)
        self.column.addStretch(1)

    def show_text(self, seen: Inspection, trace: Trace | None) -> None:
        """Show the states of the token in the model that is looked into."""
        for chart in (self.lengths, self.steps, self.last):
            chart.setVisible(trace is not None)
        if trace is None:
            self.said.setText("This model does not show its layers.")
            return
        name = trace.followed_name
        self.heading.setText(f"{name[0].upper()}{name[1:]} through the layers")
        self.said.setText(
            f"At first {name} is the same for every text, but for its place. Each layer adds to it what attention "
            "brought and what a small network made of that; how much it turns shows where the text comes in."
        )
        places = ["embedding", *(str(number) for number in range(1, len(trace.norms)))]
        self.lengths.show_values(places, trace.norms)
        self.steps.show_values(places, trace.step_cosines)
        self.last.show_values(places, trace.last_cosines)
