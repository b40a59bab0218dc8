"""What a new tagger still needs: how many examples of each label it was given, more to read, and Learn."""

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.panel import muted
from gui.session import Session
from gui.taggers.example_count import ENOUGH, ExampleCount
from gui.taggers.lines import Lines
from gui.taggers.words import short_name
from gui.tagging.tag_commands import TagCommands
from gui.theme import GAP
from indexes.records import Tags

FEWEST = 2
"""Examples of a label, of two labels at least, before there is anything to learn."""

MOST_LINES = 3
"""Lines of labels that are shown at a time."""


class TeachingBar(QWidget):
    """Shown while the chosen tagger was made but not taught; what can tag already has its lessons elsewhere."""

    def __init__(self, session: Session, tag_commands: TagCommands) -> None:
        super().__init__()
        self._session = session
        self.counts: list[ExampleCount] = []
        self.setAccessibleName("Teaching")
        self.said = muted()
        self._lines = Lines(MOST_LINES)
        self.offer = QPushButton("Offer passages")
        self.offer.setToolTip("Select the passages whose labels would teach most, and read the first")
        self.offer.clicked.connect(tag_commands.show_least_sure)
        self.learn = QPushButton("Learn")
        self.learn.clicked.connect(tag_commands.learn)
        row = QHBoxLayout()
        row.setSpacing(GAP)
        row.addWidget(self.offer)
        row.addWidget(self.learn)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.said)
        column.addWidget(self._lines)
        column.addLayout(row)
        for changed in (
            session.taggers_changed,
            session.tagger_changed,
            session.tags_changed,
            session.corpus_changed,
        ):
            changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        info = self._session.tagger_info
        untaught = info is not None and not info.taught and bool(info.labels)
        self.setVisible(untaught)
        if info is None or not untaught:
            return
        given = given_counts(self._session.tags, info.labels)
        self._show_counts(info.labels, given)
        ready = can_learn(given)
        corpus = bool(self._session.corpus_name)
        self.said.setText(said(short_name(info.name), given, corpus))
        self.offer.setEnabled(corpus)
        self.learn.setEnabled(ready and corpus)
        self.learn.setToolTip(
            "Learn from these examples; takes about a second"
            if ready
            else f"Give at least {FEWEST} passages of two labels first"
        )
        done = min(given) >= ENOUGH
        for button, primary in ((self.offer, not done), (self.learn, done)):
            if button.property("primary") != primary:
                button.setProperty("primary", primary)
                button.style().unpolish(button)
                button.style().polish(button)

    def _show_counts(self, labels: tuple[str, ...], given: tuple[int, ...]) -> None:
        if tuple(count.label for count in self.counts) != labels:
            while self.counts:
                self._lines.remove(self.counts.pop())
            for number, label in enumerate(labels):
                self.counts.append(ExampleCount(label, number))
                self._lines.add(self.counts[-1])
        for count, number in zip(self.counts, given, strict=True):
            count.show_given(number)
        self._lines.fit()


def given_counts(tags: Tags | None, labels: tuple[str, ...]) -> tuple[int, ...]:
    """Return how many passages were given each of these labels."""
    if tags is None or not len(tags.given):
        return (0,) * len(labels)
    columns = {label: int((tags.given[:, place] == 1).sum()) for place, label in enumerate(tags.labels)}
    return tuple(columns.get(label, 0) for label in labels)


def can_learn(given: tuple[int, ...]) -> bool:
    """Return whether there is anything to learn from: a few examples of two labels."""
    return sum(number >= FEWEST for number in given) >= 2


def said(name: str, given: tuple[int, ...], corpus: bool) -> str:
    """Return what to do next to teach a tagger, in a sentence or two."""
    if not corpus:
        return f"“{name}” cannot tag yet. Open a corpus to give it examples."
    if not any(given):
        return (
            f"“{name}” cannot tag yet. Read passages, and give about {ENOUGH} of each label with the keys 1 … "
            f"{min(len(given), 9)}."
        )
    short = sum(number < ENOUGH for number in given)
    if short:
        what = "one label" if short == 1 else f"{short} labels"
        return f"“{name}” wants about {ENOUGH} examples of each label: {what} to go."
    return f"“{name}” has enough examples to learn from. More make it better."
