"""What the model does with a text, step by step: from tokens to the embedding that search compares, and to a label."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPlainTextEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.inspecting.records import Inspection, Trace
from engine.tagging.records import SENTIMENT, TaggerInfo
from gui.engine_link import EngineLink
from gui.flow import Flow
from gui.inspecting.answer_page import AnswerPage
from gui.inspecting.attention_page import AttentionPage
from gui.inspecting.flow_page import FlowPage
from gui.inspecting.layers_page import LayersPage
from gui.inspecting.page import Page
from gui.inspecting.poolings_page import PoolingsPage
from gui.inspecting.tokens_page import TokensPage
from gui.inspecting.why_page import WhyPage
from gui.panel import EmptyState, muted
from gui.segments import Segments
from gui.session import Session
from gui.theme import GAP
from indexes.records import Passage

PAUSE = 500
"""Milliseconds after the last key before the model is asked."""
EXAMPLE = "The service was slow, but the food made up for it."
SECOND = "This tagger reads two texts together: type the second one beside the first."
NOTHING = ("No text yet", "Type a text, or read a passage, to see what the model makes of it.")
ASKING = ("Asking the model …", "A tagger that is used for the first time is loaded first.")


class InspectDialog(QDialog):
    """A window beside the main one that takes a text, and a page for each step that can be walked through."""

    def __init__(
        self, link: EngineLink, text: str, parent: QWidget | None = None, session: Session | None = None
    ) -> None:
        super().__init__(parent)
        self._link = link
        self._session = session
        self._seen: Inspection | None = None
        self._open = True
        self._passage = (session.current, text) if session and session.current else (0, "")
        self.setWindowTitle("What the model sees")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(960, 780)
        self._pause = QTimer(self, interval=PAUSE, singleShot=True)
        self._pause.timeout.connect(self.ask)
        self._build(text)
        if session is not None:
            self._fill_taggers(session.taggers)
            session.taggers_changed.connect(self._on_taggers)
            session.current_changed.connect(self._on_current)
        else:
            link.call("taggers", on_done=self._fill_taggers)
        self.ask()

    @property
    def tagger(self) -> str:
        """Return the name of the tagger that is asked, "" for none."""
        return str(self.taggers.currentData() or "")

    def ask(self) -> None:
        """Ask what the models do with the text as it stands."""
        self._pause.stop()
        text = self.text.toPlainText().strip()
        if not text:
            self._say(*NOTHING)
            return
        if self._seen is None:
            self._say(*ASKING)
        named: dict[str, Any] = {} if self.tagger == SENTIMENT else {"tagger": self.tagger}
        if not self.second.isHidden():
            named["second"] = self.second.toPlainText().strip()
            if not named["second"]:
                self._on_error(SECOND)
                return
        self._link.call(
            "inspect", text, on_done=self._on_done, on_error=self._on_error, replaces="inspect", **named
        )

    def closeEvent(self, event: QCloseEvent) -> None:
        """Let nothing that was asked come to a window that is gone."""
        self._leave()
        super().closeEvent(event)

    def done(self, result: int) -> None:
        """Leave, also by Escape."""
        self._leave()
        super().done(result)

    # what it is made of

    def _build(self, text: str) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
        column.setSpacing(GAP)
        texts = QHBoxLayout()
        texts.setSpacing(GAP)
        self.text = _text_box("Text to inspect", text or EXAMPLE)
        self.second = _text_box("Second text", "")
        self.second.setPlaceholderText("The second text of the pair")
        for box in (self.text, self.second):
            box.textChanged.connect(self._pause.start)
            texts.addWidget(box, 1)
        self.second.hide()
        column.addLayout(texts)
        column.addWidget(self._make_choices())
        self.note = muted()
        self.note.hide()
        column.addWidget(self.note)
        self.state = EmptyState("inspect", *ASKING)
        self.states = QStackedWidget()
        self.states.addWidget(self.state)
        self.states.addWidget(self._make_walk())
        column.addWidget(self.states, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)

    def _make_choices(self) -> QWidget:
        self.taggers = QComboBox()
        self.taggers.setAccessibleName("Tagger")
        self.taggers.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.taggers.setMinimumContentsLength(16)
        self.taggers.addItem(SENTIMENT, SENTIMENT)
        self.taggers.currentIndexChanged.connect(self._on_tagger)
        self.models = Segments(
            {"encoder": "Encoder", "tagger": "Tagger"},
            {"encoder": "Look into the model of search and map", "tagger": "Look into the tagger's model"},
            "Model to look into",
        )
        self.model = "encoder"
        self.models.chosen.connect(self._on_model)
        self.follow = QCheckBox("Follow the passage I read")
        self.follow.setVisible(self._session is not None)
        self.follow.toggled.connect(self._on_current)
        choices = QWidget()
        line = Flow(choices, 2 * GAP)
        for name, widget in (("Look into", self.models), ("Ask", self.taggers), ("", self.follow)):
            line.addWidget(_named(name, widget) if name else widget)
        return choices

    def _make_walk(self) -> QWidget:
        self.tokens_page = TokensPage(self._link)
        self.flow_page = FlowPage()
        self.attention_page = AttentionPage()
        self.layers_page = LayersPage()
        self.answer_page = AnswerPage()
        self.why_page = WhyPage(self._link)
        self.poolings_page = PoolingsPage(self._link, self._session)
        self.pages: tuple[tuple[str, Page], ...] = (
            ("Tokens", self.tokens_page),
            ("Way through", self.flow_page),
            ("Attention", self.attention_page),
            ("[CLS] by layer", self.layers_page),
            ("Pooler and head", self.answer_page),
            ("Why", self.why_page),
            ("Poolings", self.poolings_page),
        )
        self.layers, self.pooling = self.flow_page.layers, self.flow_page.pooling
        self.logits, self.bars = self.answer_page.logits, self.answer_page.bars
        self.steps = QListWidget()
        self.steps.setAccessibleName("Steps")
        self.steps.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.stack = QStackedWidget()
        for number, (name, page) in enumerate(self.pages, start=1):
            self.steps.addItem(f"{number}  {name}")
            self.stack.addWidget(page)
        self.steps.setFixedWidth(self.steps.sizeHintForColumn(0) + 4 * GAP)
        self.steps.currentRowChanged.connect(self.stack.setCurrentIndex)
        self.steps.setCurrentRow(0)
        walk = QWidget()
        row = QHBoxLayout(walk)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(self.steps)
        row.addWidget(self.stack, 1)
        return walk

    # what is chosen

    def _on_taggers(self) -> None:
        if self._session is not None and self._open:
            self._fill_taggers(self._session.taggers)

    def _fill_taggers(self, infos: Sequence[TaggerInfo]) -> None:
        """Offer the taggers that can tag; what was chosen stays, at first that of the main window."""
        if not self._open:
            return
        first = not self.taggers.property("filled")
        wanted = self._session.tagger if first and self._session else self.tagger
        known = [info for info in infos if info.taught]
        self.taggers.blockSignals(True)
        if known:
            self.taggers.clear()
            for info in known:
                self.taggers.addItem(info.name, info.name)
                self.taggers.setItemData(self.taggers.count() - 1, info.pair, Qt.ItemDataRole.UserRole + 1)
            self.taggers.setProperty("filled", True)
        place = self.taggers.findData(wanted)
        self.taggers.setCurrentIndex(max(place, 0))
        self.taggers.blockSignals(False)
        if self.tagger != wanted or first:
            self._on_tagger(0)

    def _on_tagger(self, _place: int) -> None:
        pair = bool(self.taggers.currentData(Qt.ItemDataRole.UserRole + 1))
        self.second.setVisible(pair)
        if self._seen is not None or pair:
            self.ask()

    def _on_model(self, model: str) -> None:
        self.model = model
        self._show()

    def _on_current(self, *_: object) -> None:
        """Fetch the passage that is being read, while it is followed."""
        session = self._session
        if not self._open or session is None or not self.follow.isChecked() or not session.current:
            return
        self._link.call(
            "passages",
            session.corpus_name,
            [session.current],
            on_done=self._on_passages,
            replaces="inspected",
        )

    def _on_passages(self, passages: Sequence[Passage]) -> None:
        if self._open and passages:
            self._passage = (passages[0].id, passages[0].text)
            self.text.setPlainText(passages[0].text)
            self.ask()

    # what comes back

    def _on_error(self, sentence: str) -> None:
        if not self._open:
            return
        if self._seen is None:
            self._say("This could not be shown", sentence)
        else:
            self.note.setText(sentence)
            self.note.show()

    def _on_done(self, seen: Inspection) -> None:
        if self._open:
            self._seen = seen
            self.note.hide()
            self.states.setCurrentIndex(1)
            self._show()

    def _show(self) -> None:
        seen = self._seen
        if seen is None:
            return
        passage_id, text = self._passage
        self.poolings_page.passage_id = passage_id if text.strip() == seen.text.strip() else 0
        self.models.setEnabled(seen.tagger_trace is not None)
        trace = self._trace(seen)
        for _, page in self.pages:
            page.show_text(seen, trace)

    def _trace(self, seen: Inspection) -> Trace | None:
        """Return the way through the model that is looked into; a head has none of its own."""
        return (seen.tagger_trace if self.model == "tagger" else None) or seen.encoder_trace

    def _say(self, title: str, sentence: str) -> None:
        self.state.say(title, sentence)
        self.states.setCurrentIndex(0)
        self.note.hide()

    def _leave(self) -> None:
        if self._open:
            self._open = False
            self.why_page.asking.stop()
            self.poolings_page.asking.stop()


def _text_box(name: str, text: str) -> QPlainTextEdit:
    box = QPlainTextEdit(text)
    box.setTabChangesFocus(True)
    box.setObjectName("input")
    box.setAccessibleName(name)
    box.setFixedHeight(3 * box.fontMetrics().lineSpacing() + 3 * GAP)
    return box


def _named(name: str, widget: QWidget) -> QWidget:
    """Return a widget with a word before it."""
    both = QWidget()
    row = QHBoxLayout(both)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(GAP)
    label = QLabel(name)
    label.setBuddy(widget)
    row.addWidget(label)
    row.addWidget(widget)
    return both
