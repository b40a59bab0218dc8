"""Step 6: the same text, coloured by what drives search and by what drives the label."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QEvent
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from engine.inspecting.records import Inspection, LabelAttribution, Trace
from engine.records import Attribution
from gui.engine_link import EngineLink, Job
from gui.inspecting.asking import Asking
from gui.inspecting.page import Page
from gui.panel import Heading, muted
from gui.reader.reading import Shade
from gui.reader.shading import largest, shade
from gui.signed_bars import SignedBars
from gui.tagging.shaded_text import ShadedText
from gui.theme import GAP, Tones, tones
from gui.wording import signed

WORDS = 10
"""Words listed, those that stand out."""
NARROW = 80
"""Letters of width below which the two stand below each other."""
MOST_LINES = 12
"""Lines of the text beside each other, before they scroll."""


class WhyPage(Page):
    """Shows what each word adds to the embedding, and asks what each adds to a label."""

    def __init__(self, link: EngineLink) -> None:
        super().__init__(
            "Why",
            "The same text twice. Blue words speak for it, orange ones against it, the stronger the more; the mouse on "
            "a word tells its number.",
        )
        self._link = link
        self._seen: Inspection | None = None
        self._found: LabelAttribution | None = None
        self.similarity = Side("What drives search")
        self.label = Side("What drives the label")
        self.labels = QComboBox()
        self.labels.setAccessibleName("Label to explain")
        self.labels.currentIndexChanged.connect(self._on_label)
        self.windows = QComboBox()
        self.windows.setAccessibleName("Window to explain")
        self.windows.setToolTip(
            "A long text is read in windows of whole sentences, and each can be explained"
        )
        self.windows.currentIndexChanged.connect(self._on_label)
        self.asking = Asking(
            link, "Explain", "Share out the label's logit among the words, by integrated gradients"
        )
        self.asking.asks(self._ask)
        row = QHBoxLayout()
        row.setSpacing(GAP)
        self.label_said = QLabel("Label")
        self.label_said.setBuddy(self.labels)
        row.addWidget(self.label_said)
        row.addWidget(self.labels)
        row.addWidget(self.windows)
        row.addWidget(self.asking, 1)
        self.column.addLayout(row)
        self.column.addSpacing(GAP)
        self._sides = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._sides.setSpacing(3 * GAP)
        self._sides.addWidget(self.similarity, 1)
        self._sides.addWidget(self.label, 1)
        self.column.addLayout(self._sides)
        self.column.addStretch(1)

    def show_text(self, seen: Inspection, trace: Trace | None) -> None:
        """Show why another text is what it is to search; what drives its label has to be asked for."""
        if seen is self._seen:
            return
        self.asking.stop()
        self._seen, self._found = seen, None
        self._show_similarity(seen)
        self.labels.blockSignals(True)
        self.labels.clear()
        self.labels.addItems(list(seen.labels))
        self.labels.setCurrentText(seen.label)
        self.labels.blockSignals(False)
        self.windows.blockSignals(True)
        self.windows.clear()
        self.windows.addItems([f"window {number}" for number in range(1, len(seen.windows) + 1)])
        self.windows.blockSignals(False)
        self.windows.setVisible(len(seen.windows) > 1 and not seen.second)
        for widget in (self.label_said, self.labels, self.asking):
            widget.setVisible(bool(seen.labels))
        if seen.labels:
            self._invite()
        else:
            self.label.say("Choose a tagger to see what drives its label.")

    def show_found(self, found: LabelAttribution) -> None:
        """Show what drives a label."""
        self._found = found
        text = found.text[found.start : found.end]
        words = _from(found.by_word(), found.start)
        colours = tones(self.palette())
        marked = shades(text, words, colours, f"to the logit of “{found.label}”")
        self.label.show_shares(text, words, marked, sentence(found))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and getattr(self, "_seen", None) is not None:
            self._show_similarity(self._seen)
            if self._found is not None:
                self.show_found(self._found)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the two below each other where there is little room."""
        super().resizeEvent(event)
        narrow = self.width() < NARROW * self.fontMetrics().averageCharWidth()
        way = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        self._sides.setDirection(way)

    def _show_similarity(self, seen: Inspection) -> None:
        if seen.similarity is None:
            self.similarity.say(
                "With this pooling an embedding is no sum of its words, so this cannot be told."
            )
            return
        read = seen.encoder_trace.read_to if seen.encoder_trace else len(seen.text)
        text = seen.text[:read]
        what = "its likeness to the other text" if seen.second else "the embedding"
        score = f"{seen.similarity.score:.3f}"
        said = (
            f"The embedding is the mean of the tokens, so what each word adds is exact: together, with "
            f"{signed(seen.similarity.special)} of [CLS] and [SEP], they make {score}"
            + (", the cosine of the two texts." if seen.second else ", its product with itself.")
        )
        marked = shades(text, seen.similarity, tones(self.palette()), f"to {what}")
        self.similarity.show_shares(text, seen.similarity, marked, said)

    def _invite(self) -> None:
        self.label.say(
            f"Explain shares out the logit of “{self.labels.currentText()}” among the words. It takes a few seconds."
        )

    def _on_label(self, _number: int) -> None:
        self.asking.stop()
        self._found = None
        self._invite()

    def _ask(self) -> Job | None:
        seen = self._seen
        if seen is None or not seen.labels:
            return None
        more: dict[str, Any] = {"second": seen.second} if seen.second else {}
        if self.windows.currentIndex() > 0:
            more["window"] = self.windows.currentIndex()
        return self._link.start(
            f"Explaining “{self.labels.currentText()}”",
            "attribute_label",
            seen.text,
            seen.tagger,
            self.labels.currentText(),
            on_done=self._on_done,
            on_error=self.label.say,
            **more,
        )

    def _on_done(self, found: LabelAttribution) -> None:
        seen = self._seen
        if seen is not None and (found.text, found.label) == (seen.text, self.labels.currentText()):
            self.show_found(found)


class Side(QWidget):
    """A text in its shades, how it adds up, and its words with their numbers."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.text = ShadedText(title, MOST_LINES)
        self.sum = muted()
        self.bars = SignedBars(f"{title}: words")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(GAP)
        for widget in (Heading(title), self.text, self.sum, self.bars):
            self.column.addWidget(widget)
        self.column.addStretch(1)

    def say(self, sentence: str) -> None:
        """Say why there is nothing to show."""
        self.text.hide()
        self.bars.hide()
        self.sum.setText(sentence)

    def show_shares(self, text: str, words: Attribution, marked: Sequence[Shade], said: str) -> None:
        """Show a text with its words' shares."""
        self.text.setVisible(bool(text))
        self.bars.setVisible(bool(words.shares))
        self.text.show_text(text, marked)
        self.sum.setText(said)
        self.bars.show_rows(words.strongest(text, WORDS))


def _from(words: Attribution, start: int) -> Attribution:
    """Return shares with their places counted from a character of the text."""
    moved = tuple(replace(share, start=share.start - start, end=share.end - start) for share in words.shares)
    return replace(words, shares=moved)


def shades(text: str, words: Attribution, colours: Tones, what: str) -> list[Shade]:
    """Return the words of a text with their colours and what to say of them, those that have one."""
    most = largest(words.shares)
    return [
        Shade(
            one.start,
            one.end,
            shade(one.share, most, colours),
            f"{text[one.start : one.end]}: adds {signed(one.share)} {what}",
        )
        for one in words.shares
        if one.start < one.end <= len(text)
    ]


def sentence(found: LabelAttribution) -> str:
    """Return how a label's logit adds up, and how far off that is."""
    start = f"Without the text ({found.baseline} in its place) the logit is {signed(found.baseline_logit)}"
    end = f"with it {signed(found.logit)}"
    if not found.steps:
        return f"{start}, {end}. The head reads a mean of the tokens, so the shares are exact."
    off = abs(found.completeness_error / found.change) if found.change else 0.0
    return (
        f"{start}, {end}; the shares should add up to {signed(found.change)} and are off by "
        f"{signed(found.completeness_error)} ({off:.1%}), after {found.steps} gradients."
    )
