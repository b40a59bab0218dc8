"""What a model would put in place of [MASK]; shown only where a text has one."""

from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.inspecting.records import WordGuess
from gui.engine_link import EngineLink
from gui.panel import Heading, muted
from gui.signed_bars import SignedBars
from gui.theme import GAP

MASK = "[MASK]"
MOST = 3
"""Masks whose guesses are shown."""


class Guesses(QWidget):
    """Asks for guesses when there is something to guess."""

    def __init__(self, link: EngineLink) -> None:
        super().__init__()
        self._link = link
        self._text = ""
        self.said = muted()
        self.bars = [SignedBars(f"Guesses for {MASK} {number}") for number in range(1, MOST + 1)]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        for widget in (Heading(f"Guesses for {MASK}"), self.said, *self.bars):
            column.addWidget(widget)
        self.hide()

    def show_text(self, text: str) -> None:
        """Ask about another text, if it has a word masked."""
        if text == self._text:
            return
        self._text = text
        self.setVisible(MASK in text)
        if MASK in text:
            self._say("Asking the model …")
            self._link.call(
                "guess_words",
                text,
                on_done=partial(self._on_done, text),
                on_error=self._say,
                replaces="guess",
            )

    def _say(self, sentence: str) -> None:
        self.said.setText(sentence)
        for bars in self.bars:
            bars.hide()

    def _on_done(self, text: str, guesses: tuple[WordGuess, ...]) -> None:
        if text != self._text:
            return
        self._say("From the words around it, the model finds these the likeliest.")
        for bars, guess in zip(self.bars, guesses, strict=False):
            bars.show_rows(guess.words, full=1.0)
            bars.show()
