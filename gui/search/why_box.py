"""Why: the score of the passage being read, taken apart into its words; for the query, or for its cluster."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from engine.records import Attribution, SearchResult
from gui.engine_link import EngineLink
from gui.icons import icon
from gui.panel import muted
from gui.reader.reading import Shade
from gui.reader.shading import largest, shade
from gui.search.score_parts import ScoreParts
from gui.session import Session
from gui.signed_bars import hundredths
from gui.theme import GAP, Tones, scaled, tones
from gui.wording import signed
from indexes.records import Cluster, Passage

HOW = (
    "The cosine is a sum over the words of the passage. Blue words bring it nearer, orange ones take it away; "
    "the mouse on a word tells its share. [CLS] and [SEP] are tokens that the model adds to every text."
)
BY_WORDS = "Only words rank here: the marked ones are why."
SPACE = "\N{NO-BREAK SPACE}"
NAME = 32
"""Characters of a cluster's name."""

PATIENCE = 150
"""Milliseconds after which it is said that an answer is awaited."""

About = tuple[Cluster, Cluster | None]
"""A cluster, and the one that it is held against."""

Question = tuple[Passage | None, About | None, SearchResult | None]
"""What an answer is for; when one of them is another by then, nobody waits for it any more."""


class WhyBox(QWidget):
    """Asks why, says it in a line or two, and leaves the shading to the text; hidden while nothing is asked."""

    changed = Signal()
    """`attribution` is another, or none."""

    def __init__(self, link: EngineLink, session: Session) -> None:
        super().__init__()
        self._link = link
        self._session = session
        self._passage: Passage | None = None
        self._about: About | None = None
        self.attribution: Attribution | None = None
        self._patience = QTimer(self, interval=PATIENCE, singleShot=True)
        self._patience.timeout.connect(self._on_slow)
        self._build()
        session.map_changed.connect(self.close_cluster)
        session.explaining_changed.connect(self.ask)
        session.result_changed.connect(self.ask)
        session.attributions_changed.connect(self._on_attributions)
        link.state_changed.connect(self._on_state)
        self.ask()

    def show_passage(self, passage: Passage | None) -> None:
        """Ask about another passage; what was asked of the last one's cluster is done with."""
        if passage is None or self._passage is None or passage.id != self._passage.id:
            self._about = None
        self._passage = passage
        self.ask()

    def explain_cluster(self, cluster: Cluster, against: Cluster | None = None) -> None:
        """Say why the passage is near the centre of a cluster, or nearer than to that of another."""
        self._about = (cluster, against)
        self.ask()

    def close_cluster(self) -> bool:
        """Go back from a cluster to the query; say whether there was a cluster to go back from."""
        was_open = self._about is not None
        self._about = None
        if was_open:
            self.ask()
        return was_open

    def ask(self) -> None:
        """Ask for what is to be shown now, unless it is known."""
        passage, result = self._passage, self._session.result
        if passage is None or (self._about is None and not (self._session.explaining and result)):
            self._forget()
            self.hide()
        elif self._about is not None:
            cluster, against = self._about
            other = {"against": against.id} if against else {}
            self._call("explain_cluster", passage.id, cluster.id, **other)
        elif passage.id in self._session.attributions:
            self._show(self._session.attributions[passage.id])
        elif result is not None and result.mode == "keyword":
            self.say(BY_WORDS)
        elif result is not None:
            self._call("explain", result.query, [passage.id])

    def say(self, sentence: str) -> None:
        """Say in place of an explanation why there is none."""
        self._forget()
        self.caption.setText(sentence)
        self.caption.show()
        self.sum.hide()
        self.parts.hide()
        self.show()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "close_button"):
            self._dress()
            self.changed.emit()

    def _build(self) -> None:
        self.caption = QLabel()
        self.caption.setWordWrap(True)
        self.caption.setTextFormat(Qt.TextFormat.PlainText)
        self.sum = muted()
        self.sum.setToolTip(HOW)
        self.sum.setFont(scaled(self.font(), 0.92))
        self.parts = ScoreParts(self._link, self._session)
        self.close_button = QToolButton()
        self.close_button.setIconSize(QSize(12, 12))
        self.close_button.setAccessibleName("Explain no longer")
        self.close_button.setToolTip("Explain no longer (Esc in the text)")
        self.close_button.clicked.connect(self._on_close)
        said = QVBoxLayout()
        said.setSpacing(2)
        said.addWidget(self.caption)
        said.addWidget(self.sum)
        row = QHBoxLayout()
        row.setSpacing(2)
        row.addLayout(said, 1)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GAP, 0, GAP, GAP)
        column.setSpacing(GAP // 2)
        column.addLayout(row)
        column.addWidget(self.parts)
        self.setAccessibleName("Why")
        self._dress()

    def _dress(self) -> None:
        self.close_button.setIcon(icon("close", tones(self.palette())))

    def _question(self) -> Question:
        return self._passage, self._about, self._session.result

    def _call(self, method: str, *arguments: object, **named: object) -> None:
        self._forget()
        self._patience.start()
        self._link.call(
            method,
            self._session.corpus_name,
            *arguments,
            on_done=partial(self._on_answer, self._question()),
            on_error=self.say,
            replaces="why",
            **named,
        )

    def _on_slow(self) -> None:
        """Say that an answer is awaited, when that takes longer than a wink."""
        self.say("Asking the model …")

    def _on_answer(self, asked: Question, answer: Attribution | Sequence[Attribution]) -> None:
        if any(was is not now for was, now in zip(asked, self._question(), strict=True)):
            return
        if isinstance(answer, Attribution):
            self._show(answer)
        elif self._passage and self._passage.id in {one.passage_id for one in answer}:
            self._session.add_attributions(answer)
        else:
            self.say("This passage has no embedding yet. Update the corpus to have it made.")

    def _on_attributions(self) -> None:
        known = self._passage is not None and self._passage.id in self._session.attributions
        if known and self._session.explaining and self._about is None:
            self.ask()

    def _on_state(self, state: str) -> None:
        if state == "ready" and self.attribution is None and not self.isHidden():
            self.ask()

    def _on_close(self) -> None:
        if not self.close_cluster() and self._session.explaining:
            self._session.toggle_explaining()

    def _forget(self) -> None:
        """Take the shading away; what is said stays until something else is."""
        self._patience.stop()
        if self.attribution is not None:
            self.attribution = None
            self.changed.emit()

    def _show(self, attribution: Attribution) -> None:
        self._patience.stop()
        self.attribution = attribution
        self.caption.setText(_caption(self._about, attribution.score))
        self.caption.setVisible(self._about is not None)
        self.sum.setText(sum_of(attribution, bare=self._about is not None))
        self.sum.show()
        self.parts.show_attribution(attribution, of_query=self._about is None)
        self.parts.setVisible(bool(self.parts.rows))
        self.setAccessibleDescription(f"{self.caption.text()} {self.sum.text()}".strip())
        self.show()
        self.changed.emit()


def sum_of(attribution: Attribution, bare: bool = False) -> str:
    """Return a score as the sum of its words and the model's own tokens; the rounded numbers add up as well."""
    special = round(attribution.special, 2)
    words = round(attribution.score, 2) - special
    sign = "−" if special < 0 else "+"
    said = f"words{SPACE}{hundredths(words)} {sign} model’s own tokens{SPACE}{hundredths(abs(special))}"
    return f"= {said}" if bare else f"{hundredths(attribution.score)} = {said}"


def shades(attribution: Attribution, passage: Passage, colours: Tones) -> list[Shade]:
    """Return the words of a passage in its document, each with its colour and share."""
    most = largest(attribution.shares)
    score = hundredths(attribution.score)
    return [
        Shade(
            passage.start + one.start,
            passage.start + one.end,
            shade(one.share, most, colours),
            f"{passage.text[one.start : one.end]}: {signed(one.share)} of {score}",
        )
        for one in attribution.shares
        if one.end > one.start
    ]


def _caption(about: About | None, score: float) -> str:
    if about is None:
        return ""
    cluster, against = about
    if against is None:
        return f"Near the centre of “{short(cluster.name)}”: {hundredths(score)}"
    nearer, other = (cluster, against) if score >= 0 else (against, cluster)
    return f"Nearer to “{short(nearer.name)}” than to “{short(other.name)}” by {hundredths(abs(score))}"


def short(name: str, most: int = NAME) -> str:
    """Return a cluster's name, cut where it is long."""
    return name if len(name) <= most else name[: most - 1].rstrip(" ,") + "…"
