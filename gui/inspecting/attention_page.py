"""Step 3: what the token that stands for the text looks at."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QPushButton, QVBoxLayout

from engine.inspecting.records import Inspection, Trace
from gui.inspecting.head_grid import ALL, HeadGrid
from gui.inspecting.page import Page
from gui.inspecting.token_chips import TokenChips
from gui.panel import Heading, muted
from gui.signed_bars import SignedBars
from gui.theme import GAP

MOST = 8
"""Tokens listed, those that get most."""
LIST = 40
"""Letters of width that the list needs beside the heads."""


class AttentionPage(Page):
    """Shows the attention of [CLS] over the tokens: of one head, or the mean of all."""

    def __init__(self) -> None:
        super().__init__("Attention")
        self._trace: Trace | None = None
        self.grid = HeadGrid()
        self.grid.chosen.connect(self._show)
        self.all = QPushButton("All heads together")
        self.all.setProperty("link", True)
        self.all.setAutoDefault(False)
        self.all.clicked.connect(self._on_all)
        self.legend = muted("Rows are layers, columns heads. Strong: looks at few tokens; pale: at many.")
        self.which = Heading("")
        self.bars = SignedBars("Tokens that get most")
        self.chips = TokenChips()
        left = QVBoxLayout()
        left.setSpacing(GAP // 2)
        left.addWidget(self.grid)
        left.addWidget(self.all, 0, Qt.AlignmentFlag.AlignLeft)
        left.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(GAP)
        right.addWidget(self.which)
        right.addWidget(self.bars)
        right.addWidget(self.legend)
        right.addStretch(1)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._row.setSpacing(3 * GAP)
        self._row.addLayout(left)
        self._row.addLayout(right, 1)
        self.shaded = muted("The same over the text; the mouse on a token tells its number.")
        self.column.addSpacing(GAP)
        self.column.addLayout(self._row)
        self.column.addSpacing(2 * GAP)
        self.column.addWidget(self.shaded)
        self.column.addWidget(self.chips)
        self.column.addStretch(1)

    @property
    def weights(self) -> NDArray[np.float32]:
        """Return the attention on show, (n_tokens,), summing to 1; empty when there is none."""
        if self._trace is None or not self._trace.attention.size:
            return np.zeros(0, np.float32)
        layer, head = self.grid.choice
        attention = self._trace.attention
        return attention.mean(axis=(0, 1)) if self.grid.choice == ALL else attention[layer, head]

    def show_text(self, seen: Inspection, trace: Trace | None) -> None:
        """Show the attention in the model that is looked into."""
        self._trace = trace
        there = trace is not None and bool(trace.attention.size)
        for widget in (self.grid, self.all, self.legend, self.which, self.bars, self.shaded, self.chips):
            widget.setVisible(there)
        if trace is None or not there:
            self.said.setText("This model does not tell where its attention goes.")
            return
        self.said.setText(
            f"In every layer each head of {trace.followed_name} shares out an attention of 1 over the tokens, and "
            "takes over from each as much. A head is one way of looking; what it looks at is no proof of why."
        )
        self.grid.show_attention(trace.attention)
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the list below the heads where there is little room."""
        super().resizeEvent(event)
        narrow = self.width() < self.grid.sizeHint().width() + LIST * self.fontMetrics().averageCharWidth()
        way = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        self._row.setDirection(way)

    def _on_all(self) -> None:
        self.grid.choose(*ALL)

    def _show(self, *_: int) -> None:
        trace, weights = self._trace, self.weights
        if trace is None:
            return
        layer, head = self.grid.choice
        self.which.setText(
            "All heads of all layers, their mean" if layer < 0 else f"Layer {layer + 1}, head {head + 1}"
        )
        self.all.setEnabled(layer >= 0)
        order = np.argsort(-weights, kind="stable")[:MOST].tolist()
        self.bars.show_rows([(trace.tokens[row].token, float(weights[row])) for row in order])
        own = [row for row, token in enumerate(trace.tokens) if not token.special]
        # [SEP] often gets nearly all; held to the rest, the text stays to be seen
        most = float(weights[own].max()) if own else float(weights.max())
        self.chips.show_tokens(
            trace.tokens,
            np.minimum(weights / (most or 1.0), 1.0).tolist(),
            [f"gets {weight:.3f} of the attention" for weight in weights.tolist()],
        )
