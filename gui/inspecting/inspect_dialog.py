"""What the model does with a text, step by step: tokens, token embeddings, pooling, [CLS], logits, probabilities."""

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from engine.inspecting.records import Inspection
from gui.bars import ProbabilityBars
from gui.engine_link import EngineLink
from gui.inspecting.token_chips import TokenChips
from gui.panel import Heading, muted
from gui.strips import ValueStrip
from gui.theme import GAP
from gui.wording import count, signed

PAUSE = 500


class InspectDialog(QDialog):
    """Takes a text and shows how it becomes an embedding and a tag, with numbers to check by hand."""

    def __init__(self, link: EngineLink, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self.setWindowTitle("What the model sees")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(680, 780)
        self._pause = QTimer(self, interval=PAUSE, singleShot=True)
        self._pause.timeout.connect(self.ask)
        self._build(text)
        self.ask()

    def ask(self) -> None:
        """Ask what the model does with the text as it stands."""
        self._pause.stop()
        text = self.text.toPlainText().strip()
        if not text:
            self.note.setText("Type a text to see what the model makes of it.")
            self.note.show()
            self.steps.hide()
            return
        self.note.setText("Asking the model …")
        self.note.show()
        self._link.call("inspect", text, on_done=self._on_done, on_error=self._on_error, replaces="inspect")

    def _build(self, text: str) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
        column.setSpacing(GAP)
        self.text = QPlainTextEdit(text or "The service was slow, but the food made up for it.")
        self.text.setTabChangesFocus(True)
        self.text.setObjectName("input")
        self.text.setFixedHeight(76)
        self.text.setAccessibleName("Text to inspect")
        self.text.textChanged.connect(self._pause.start)
        column.addWidget(self.text)
        self.note = muted()
        column.addWidget(self.note)
        self.steps = QWidget()
        self.steps.setObjectName("panel")
        self.steps.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._fill(QVBoxLayout(self.steps))
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(self.steps)
        column.addWidget(scroll, 1)
        self.steps.hide()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)

    def _fill(self, column: QVBoxLayout) -> None:
        column.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
        column.setSpacing(6)
        self.chips = TokenChips()
        self.tokens = muted()
        self._section(column, "1  Tokens", self.tokens, self.chips)
        self.layers = muted()
        self._section(column, "2  Token embeddings", self.layers)
        self.pooling = muted()
        self.embedding = ValueStrip("Embedding")
        self._section(column, "3  Pooling: one embedding for the text", self.pooling, self.embedding)
        self.cls_said = muted()
        self.cls = ValueStrip("[CLS]")
        self.pooler = ValueStrip("Pooler output")
        self.head = QWidget()
        inner = QVBoxLayout(self.head)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(6)
        self._section(
            inner, "4  [CLS] and pooler: what the tagger reads", self.cls_said, self.cls, self.pooler
        )
        self.logits = muted()
        self.bars = ProbabilityBars()
        self._section(inner, "5  Logits and probabilities", self.logits, self.bars)
        column.addWidget(self.head)
        column.addStretch(1)

    def _section(self, column: QVBoxLayout, title: str, *widgets: QWidget) -> None:
        column.addWidget(Heading(title))
        for widget in widgets:
            column.addWidget(widget)
        column.addSpacing(2 * GAP)

    def _on_error(self, sentence: str) -> None:
        self.note.setText(sentence)

    def _on_done(self, seen: Inspection) -> None:
        self.note.hide()
        self.steps.show()
        n_tokens, dim = seen.token_embeddings_shape
        special = sum(token.special for token in seen.tokens)
        said = f"{count(len(seen.tokens), 'token')}, {special} of them the model's own marks (dashed)."
        if seen.truncated:
            said += " The text is longer than the model reads: what comes after the last token is not seen."
        self.tokens.setText(said)
        self.chips.show_tokens(seen.tokens)
        self.layers.setText(
            f"{seen.encoder} turns every token into {dim} numbers: its last hidden state is a table of "
            f"{n_tokens} × {dim}."
        )
        self.pooling.setText(
            f"Pooling “{seen.pooling}” makes one row of {dim} numbers of it, of length {seen.norm_before:.4f}; "
            f"divided by that, its length is {float(np.linalg.norm(seen.embedding)):.4f}. "
            "This is what search and map compare."
        )
        self.embedding.show_values(seen.embedding)
        self._show_head(seen)

    def _show_head(self, seen: Inspection) -> None:
        self.head.setVisible(bool(seen.labels))
        if not seen.labels:
            return
        self.cls_said.setText(
            f"The tagger “{seen.tagger}” reads the first row, [CLS]. Its pooler multiplies it by a matrix, adds a bias "
            "and takes tanh, so every number lies between −1 and 1."
        )
        self.cls.show_values(seen.cls)
        self.pooler.setVisible(seen.pooler_output is not None)
        if seen.pooler_output is not None:
            self.pooler.show_values(seen.pooler_output)
        pairs = ", ".join(
            f"{label} {signed(logit)}" for label, logit in zip(seen.labels, seen.logits, strict=True)
        )
        self.logits.setText(f"Logits: {pairs}. Softmax makes probabilities of them, which sum to 1.")
        self.bars.show_shares(seen.labels, seen.probabilities)
