"""Two texts compared: how near they are in meaning, and what a tagger that reads pairs says of them."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.tagging.records import Comparison, TaggerInfo, TextTag
from gui.bars import ProbabilityBars
from gui.engine_link import EngineLink
from gui.panel import EmptyState, Heading, muted
from gui.scrolled import scrolled_panel
from gui.session import Session
from gui.taggers.words import short_name
from gui.theme import GAP
from gui.wording import percent
from indexes.records import Passage

PAUSE = 500
"""Milliseconds after the last key before the engine is asked."""

NARROW = 560
"""Pixels below which the texts, and the two directions, stand below each other."""

NOTHING = ("Two texts, please", "Type or paste a text into both boxes, or take the passage being read.")
ASKING = ("Comparing …", "A tagger that is used for the first time is loaded first.")

MEANINGS = {
    "entailment": "If {a} is true, {b} is true too.",
    "contradiction": "If {a} is true, {b} is not.",
    "neutral": "{a} neither says that {b} is true nor that it is not.",
}
"""What the labels of natural language inference say, in plain words."""


class CompareDialog(QDialog):
    """Asks anew when a text or the tagger changes. The first two passages are fetched by their ids."""

    about_asked = Signal(object)
    """The TaggerInfo of the pair tagger."""

    def __init__(
        self,
        link: EngineLink,
        session: Session,
        passage_ids: tuple[int, ...] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._link = link
        self._session = session
        self.setWindowTitle("Compare two passages")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(760, 640)
        self._pause = QTimer(self, interval=PAUSE, singleShot=True)
        self._pause.timeout.connect(self.ask)
        self._build()
        session.taggers_changed.connect(self._fill_taggers)
        session.current_changed.connect(self._on_current)
        self._fill_taggers()
        self._on_current()
        for side, passage_id in zip(self.sides, passage_ids, strict=False):
            self._fetch(side, passage_id)
        self.ask()

    @property
    def tagger(self) -> str:
        """Return the name of the chosen pair tagger, "" when there is none."""
        return str(self.taggers.currentData() or "")

    def ask(self) -> None:
        """Ask what the texts are to each other."""
        self._pause.stop()
        first, second = (side.text for side in self.sides)
        if not first or not second:
            self._say(*NOTHING)
            return
        if self.pages.currentWidget() is self.state:
            self._say(*ASKING)
        self._link.call(
            "compare_texts",
            first,
            second,
            self.tagger,
            on_done=self._on_done,
            on_error=self._on_error,
            replaces="compare_texts",
        )

    def swap(self) -> None:
        """Exchange the texts."""
        first, second = (side.text for side in self.sides)
        self.sides[0].show_text(second)
        self.sides[1].show_text(first)
        self.ask()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put things below each other where they have no room side by side."""
        super().resizeEvent(event)
        narrow = self.width() < NARROW * self.fontMetrics().averageCharWidth() / 7
        way = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        self._directions.setDirection(way)

    # parts

    def _build(self) -> None:
        self.sides = (TextSide("A"), TextSide("B"))
        texts = QHBoxLayout()
        texts.setSpacing(GAP)
        self.exchange = QPushButton("⇄")
        self.exchange.setToolTip("Swap the two texts")
        self.exchange.setAccessibleName("Swap the two texts")
        self.exchange.setAutoDefault(False)
        self.exchange.clicked.connect(self.swap)
        texts.addWidget(self.sides[0], 1)
        texts.addWidget(self.exchange, 0, Qt.AlignmentFlag.AlignVCenter)
        texts.addWidget(self.sides[1], 1)
        for side in self.sides:
            side.edited.connect(self._pause.start)
            side.take.clicked.connect(self._on_take)
        self.state = EmptyState("why", *NOTHING)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.state)
        self.pages.addWidget(self._make_answer())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
        column.setSpacing(GAP)
        column.addLayout(texts)
        column.addLayout(self._make_chooser())
        column.addWidget(self.pages, 1)
        column.addWidget(buttons)

    def _make_chooser(self) -> QHBoxLayout:
        self.taggers = QComboBox()
        self.taggers.setAccessibleName("Tagger that reads pairs")
        self.taggers.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.taggers.setMinimumContentsLength(18)
        self.taggers.currentIndexChanged.connect(self._on_tagger)
        self.about = QPushButton("About this tagger")
        self.about.setProperty("link", True)
        self.about.setAutoDefault(False)
        self.about.clicked.connect(self._on_about)
        self._asked_with = QLabel("Ask")
        self._asked_with.setBuddy(self.taggers)
        row = QHBoxLayout()
        row.setSpacing(GAP)
        row.addWidget(self._asked_with)
        row.addWidget(self.taggers)
        row.addWidget(self.about)
        row.addStretch(1)
        return row

    def _make_answer(self) -> QScrollArea:
        inside = QWidget()
        self.cosine = Heading("")
        self.meant = muted(
            "How near the two are in meaning, as search measures it: 1 is the same, about 0 nothing in common. "
            "It does not tell whether they agree."
        )
        self.forward, self.backward = Direction("A → B"), Direction("B → A")
        self._directions = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._directions.setSpacing(4 * GAP)
        self._directions.addWidget(self.forward, 1)
        self._directions.addWidget(self.backward, 1)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.cosine)
        column.addWidget(self.meant)
        column.addSpacing(2 * GAP)
        column.addLayout(self._directions)
        return scrolled_panel(inside)

    # what there is to choose from

    def _pair_taggers(self) -> tuple[TaggerInfo, ...]:
        return tuple(info for info in self._session.taggers if info.pair and info.taught)

    def _fill_taggers(self) -> None:
        """Offer the taggers that read pairs; what was chosen stays."""
        before = self.tagger
        self.taggers.blockSignals(True)
        self.taggers.clear()
        for info in self._pair_taggers():
            self.taggers.addItem(short_name(info.name), info.name)
            self.taggers.setItemData(
                self.taggers.count() - 1, ", ".join(info.labels), Qt.ItemDataRole.ToolTipRole
            )
        self.taggers.setCurrentIndex(max(self.taggers.findData(before), 0))
        self.taggers.blockSignals(False)
        some = self.taggers.count() > 0
        for widget in (self._asked_with, self.taggers, self.about):
            widget.setVisible(some)
        if self.tagger != before:
            self.ask()

    def _on_current(self) -> None:
        for side in self.sides:
            side.take.setEnabled(bool(self._session.current))

    def _fetch(self, side: "TextSide", passage_id: int) -> None:
        self._link.call("passages", self._session.corpus_name, [passage_id], on_done=side.show_passages)

    def _on_take(self) -> None:
        side = next(side for side in self.sides if side.take is self.sender())
        self._fetch(side, self._session.current)

    def _on_tagger(self, _place: int) -> None:
        self.ask()

    def _on_about(self) -> None:
        for info in self._pair_taggers():
            if info.name == self.tagger:
                self.about_asked.emit(info)

    # what comes back

    def _on_done(self, compared: Comparison) -> None:
        self.cosine.setText(f"Cosine {compared.cosine:.2f}".replace("-", "−"))
        for part, tag in ((self.forward, compared.forward), (self.backward, compared.backward)):
            part.show_tag(tag)
        self.pages.setCurrentIndex(1)

    def _on_error(self, sentence: str) -> None:
        self._say("That could not be compared", sentence)

    def _say(self, title: str, text: str) -> None:
        self.state.say(title, text)
        self.pages.setCurrentWidget(self.state)


class TextSide(QWidget):
    """One of the two texts, with a way to take the passage being read."""

    edited = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.box = QPlainTextEdit()
        self.box.setObjectName("input")
        self.box.setTabChangesFocus(True)
        self.box.setAccessibleName(f"Text {name}")
        self.box.setPlaceholderText(f"Text {name}")
        self.box.setMinimumHeight(96)
        self.box.textChanged.connect(self.edited)
        self.take = QPushButton("Take the passage being read")
        self.take.setProperty("link", True)
        self.take.setAutoDefault(False)
        self.take.setAccessibleName(f"Take the passage being read as text {name}")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(Heading(name))
        column.addWidget(self.box, 1)
        column.addWidget(self.take, 0, Qt.AlignmentFlag.AlignLeft)

    @property
    def text(self) -> str:
        """Return the text."""
        return self.box.toPlainText().strip()

    def show_text(self, text: str) -> None:
        """Put another text here."""
        self.box.setPlainText(text)

    def show_passages(self, passages: list[Passage]) -> None:
        """Put a passage here, when there is one."""
        if passages:
            self.show_text(passages[0].text)


class Direction(QWidget):
    """What the tagger says when it reads the one text before the other."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._first, self._second = title.split(" → ")
        self._title = title
        self.head = Heading(title)
        self.head.setWordWrap(True)
        self.bars = ProbabilityBars()
        self.meant = muted()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.head)
        column.addWidget(self.meant)
        column.addWidget(self.bars)
        column.addStretch(1)

    def show_tag(self, tag: TextTag | None) -> None:
        """Show a tag, or nothing when no tagger was asked."""
        self.setVisible(tag is not None)
        if tag is None:
            return
        self.head.setText(f"{self._title}: {tag.label} {percent(tag.probability)}")
        meaning = MEANINGS.get(tag.label.lower(), "") if set(tag.labels) <= set(MEANINGS) else ""
        self.meant.setText(meaning.format(a=self._first, b=self._second))
        self.meant.setVisible(bool(meaning))
        self.bars.show_shares(tag.labels, tag.probabilities)
