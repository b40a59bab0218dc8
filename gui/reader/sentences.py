"""The sentences of the passage being read, each with its own tag: asked for while the switch is on."""

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from engine.tagging.records import SentenceTag
from gui.engine_link import EngineLink
from gui.panel import muted
from gui.reader.reading import Shade
from gui.session import Session
from gui.tagging.label_chips import labels_of
from gui.tagging.sentence_shading import sentence_shades
from indexes.records import Passage

PATIENCE = 150
"""Milliseconds after which it is said that an answer is awaited."""
ASKING = "Asking the tagger …"
ONE = "One sentence: it has the passage's tag."
NONE = "This passage has no sentences to tag."

Question = tuple[str, int, str]
"""The corpus, the passage and the tagger that sentences are of."""


class Sentences(QObject):
    """Keeps the sentences and tells their shades; `said` is a line for what it waits for."""

    changed = Signal()
    """There are other sentences to shade, or none."""

    def __init__(self, link: EngineLink, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._link = link
        self._session = session
        self._passage: Passage | None = None
        self._sentences: tuple[SentenceTag, ...] = ()
        self._asked: Question | None = None
        self.on = False
        self.said = muted()
        self.said.hide()
        self._patience = QTimer(self, interval=PATIENCE, singleShot=True)
        self._patience.timeout.connect(partial(self._say, ASKING))
        session.tagger_changed.connect(self._ask)
        session.tags_changed.connect(self._on_tags)
        session.unsure_below_changed.connect(self.changed)

    def switch(self, on: bool) -> None:
        """Shade sentences, or no longer."""
        if on != self.on:
            self.on = on
            self._ask()

    def show_passage(self, passage: Passage | None) -> None:
        """Be about another passage."""
        if passage is None or self._passage is None or passage.id != self._passage.id:
            self._passage = passage
            self._ask()
        self._passage = passage

    def shades(self, dark: bool) -> list[Shade]:
        """Return the shades of the sentences in their document; none while they are switched off or not known."""
        if not self.on or self._passage is None:
            return []
        labels = labels_of(self._session)
        return sentence_shades(self._sentences, labels, self._session.unsure_below, dark, self._passage.start)

    def _on_tags(self) -> None:
        """A lesson changes what the tagger says; a label that was given does not, but who can tell them apart."""
        if self.on:
            self._ask()

    def _ask(self) -> None:
        """Ask for the sentences of this passage, or forget those there are."""
        self._patience.stop()
        self._say("")
        passage, tagger = self._passage, self._session.tagger
        if not self.on or passage is None:
            self._asked, self._sentences = None, ()
            self.changed.emit()
            return
        asked = (self._session.corpus_name, passage.id, tagger)
        if asked != self._asked:
            self._sentences = ()
            self.changed.emit()
        self._asked = asked
        self._patience.start()
        self._link.call(
            "sentence_tags",
            *asked,
            on_done=partial(self._on_sentences, asked),
            on_error=self._on_error,
            replaces="sentence_tags",
        )

    def _on_sentences(self, asked: Question, sentences: tuple[SentenceTag, ...]) -> None:
        if asked != self._asked:
            return
        self._patience.stop()
        self._sentences = tuple(sentences)
        self._say(NONE if not sentences else ONE if len(sentences) == 1 else "")
        self.changed.emit()

    def _on_error(self, sentence: str) -> None:
        self._patience.stop()
        self._say(sentence)

    def _say(self, sentence: str) -> None:
        self.said.setText(sentence)
        self.said.setVisible(bool(sentence))
