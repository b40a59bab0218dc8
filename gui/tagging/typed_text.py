"""A line for a text of one's own, and what the tagger says of it, sentence by sentence where it has several."""

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from engine.tagging.records import TagState, TextTag
from gui.bars import ProbabilityBars
from gui.engine_link import EngineLink
from gui.panel import muted
from gui.session import Session
from gui.tagging.sentence_shading import sentence_shades
from gui.tagging.shaded_text import ShadedText
from gui.tagging.tagged import SIGNS
from gui.theme import tones
from gui.wording import percent

PAUSE = 400
MOST_BARS = 5
"""Labels whose probabilities are shown, the likeliest."""

TIP = "What the tagger says of a text you type; nothing is stored"
ASKING = "Asking the tagger …"


class TypedText(QWidget):
    """Asks for the tag of what is typed after a pause, again when another tagger is chosen."""

    changed = Signal()
    """There is an answer to show, or none any more."""

    def __init__(self, link: EngineLink, session: Session) -> None:
        super().__init__()
        self._link = link
        self._session = session
        self._tag: TextTag | None = None
        self._asked = ""
        self._pause = QTimer(self, interval=PAUSE, singleShot=True)
        self._pause.timeout.connect(self.ask)
        self._build()
        session.tagger_changed.connect(self.ask)
        session.unsure_below_changed.connect(self._show)

    @property
    def answering(self) -> bool:
        """Return whether an answer stands there, or is awaited."""
        return not self.answer.isHidden()

    def ask(self) -> None:
        """Ask what the tagger says of the text as it stands."""
        self._pause.stop()
        self._asked, self._tag = self.line.text().strip(), None
        self.answer.setVisible(bool(self._asked))
        self._show()
        if self._asked:
            self._say(ASKING)
            self._link.call(
                "tag_text",
                self._asked,
                self._session.tagger,
                on_done=self._on_tag,
                on_error=self._say,
                replaces="tag_text",
            )
        self.changed.emit()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "verdict"):
            self._show()

    def _build(self) -> None:
        self.line = QLineEdit(placeholderText="Try a sentence of your own")
        self.line.setClearButtonEnabled(True)
        self.line.setAccessibleName("Text to tag")
        self.line.setToolTip(TIP)
        self.line.textChanged.connect(self._on_typed)
        self.line.returnPressed.connect(self.ask)
        self.answer = QWidget()
        inside = QVBoxLayout(self.answer)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(4)
        self.sentences = ShadedText("What was typed, by sentences")
        self.bars = ProbabilityBars()
        self.verdict = muted()
        for part in (self.sentences, self.bars, self.verdict):
            inside.addWidget(part)
        self.answer.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.line)
        column.addWidget(self.answer)
        self.setFocusProxy(self.line)
        self._show()

    def _on_typed(self, text: str) -> None:
        if text.strip():
            self._pause.start()
        else:
            self.ask()

    def _on_tag(self, tag: TextTag) -> None:
        self._tag = tag
        self._show()
        self.changed.emit()

    def _say(self, sentence: str) -> None:
        self.verdict.setText(sentence)
        self.verdict.setVisible(bool(sentence))

    def _show(self) -> None:
        """Show the answer there is."""
        tag = self._tag
        several = tag is not None and len(tag.sentences) > 1
        self.sentences.setVisible(several)
        self.bars.setVisible(tag is not None)
        if tag is None:
            self._say("")
            return
        unsure_below = self._session.unsure_below
        likeliest = sorted(range(len(tag.labels)), key=lambda place: -tag.probabilities[place])[:MOST_BARS]
        if len(tag.labels) <= MOST_BARS:
            likeliest.sort()
        shown = [(tag.labels[place], tag.probabilities[place]) for place in likeliest]
        self.bars.show_shares(*zip(*shown, strict=True), of=tag.labels)
        if several:
            dark = tones(self.palette()).dark
            self.sentences.show_text(
                self._asked, sentence_shades(tag.sentences, tag.labels, unsure_below, dark)
            )
        self._say(verdict(tag, unsure_below))


def verdict(tag: TextTag, unsure_below: float) -> str:
    """Return how far a tag can be relied on, in a sentence; "" when it can."""
    if tag.state is TagState.MIXED:
        return f"{SIGNS[TagState.MIXED]} Mixed: the text says both."
    if tag.probability < unsure_below:
        return f"{SIGNS[TagState.UNSURE]} Unsure: even “{tag.label}” is below {percent(unsure_below)}."
    return ""
