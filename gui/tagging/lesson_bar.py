"""What the tagger can learn, and learned, from the user's labels: how many there are, Learn, before and after, Undo."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from engine.tagging.records import Lesson
from gui.engine_link import EngineLink
from gui.flow import Flow
from gui.panel import muted
from gui.session import Session
from gui.tagging.tag_commands import TagCommands
from gui.theme import GAP
from gui.wording import count, percent
from indexes.records import Tags

LEARN, UNLEARN = "learn", "unlearn"
"""The method that makes a lesson."""


class LessonBar(QWidget):
    """Hidden until a label was given to a passage of this corpus, or a lesson was learned."""

    def __init__(self, link: EngineLink, session: Session, commands: TagCommands) -> None:
        super().__init__()
        self._link = link
        self._session = session
        self._commands = commands
        self.lesson: Lesson | None = None
        self.setAccessibleName("Learning")
        self._build()
        commands.learned.connect(self._on_learned)
        link.job_changed.connect(self._show)
        for changed in (session.tags_changed, session.taggers_changed):
            changed.connect(self._show)
        for gone in (session.tagger_changed, session.corpus_changed):
            gone.connect(self._forget)
        self._show()

    def _build(self) -> None:
        self.given = muted()
        self.given.setWordWrap(False)
        self.given.setToolTip("Labels that you gave to passages of this corpus")
        self.learn = _link("Learn", "Let the tagger learn from your labels; takes about a second")
        self.offer = _link(
            "Offer least sure", "Select the passages whose labels would teach most, and read the first"
        )
        self.undo = _link("Undo", "Take back what the tagger learned last")
        self.said = muted()
        self.learn.clicked.connect(self._commands.learn)
        self.offer.clicked.connect(self._commands.show_least_sure)
        self.undo.clicked.connect(self._on_undo)
        words = QWidget()
        flow = Flow(words, gap=GAP)
        for part in (self.given, self.learn, self.offer, self.undo):
            flow.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(words)
        column.addWidget(self.said)

    def _show(self, _job: object = None) -> None:
        session = self._session
        tags, info = session.tags, session.tagger_info
        number, lesson = labels_given(tags), tags is not None and tags.lesson
        under_way = {job.request.method for job in self._link.jobs}
        learning, still = LEARN in under_way, not under_way & {LEARN, UNLEARN}
        taught = info is None or info.taught  # what cannot tag yet has a bar of its own
        self.setVisible(taught and (number > 0 or lesson or self.lesson is not None))
        self.given.setText(count(number, "label") if number else "No labels")
        self.learn.setText("Learning …" if learning else "Learn again" if lesson else "Learn")
        self.learn.setEnabled(number > 0 and still)
        self.undo.setVisible(lesson or self.lesson is not None)
        self.undo.setEnabled(still)
        self.said.setText(lesson_said(self.lesson) if self.lesson else "")
        self.said.setVisible(self.lesson is not None)

    def _on_learned(self, lesson: Lesson) -> None:
        self.lesson = lesson if lesson.tagger == self._session.tagger else None
        self._show()

    def _on_undo(self) -> None:
        self.lesson = None
        self._commands.unlearn()
        self._show()

    def _forget(self) -> None:
        self.lesson = None
        self._show()


def labels_given(tags: Tags | None) -> int:
    """Return how many passages the user gave a label."""
    return int((tags.given >= 0).any(1).sum()) if tags is not None and len(tags.given) else 0


def lesson_said(lesson: Lesson) -> str:
    """Return what a lesson brought: the measures before and after, how many tags changed, and a caution."""
    before, after = lesson.before, lesson.after
    if before is None:
        said = f"Learned: accuracy {percent(after.accuracy)}, macro-F1 {after.macro_f1:.2f}"
    else:
        said = (
            f"Accuracy {percent(before.accuracy)} → {percent(after.accuracy)}, "
            f"macro-F1 {before.macro_f1:.2f} → {after.macro_f1:.2f}"
        )
    changed = f"{count(lesson.changed, 'passage')} changed" if lesson.changed else "No passage changed"
    said += f", on your labels, held out. {changed}."
    return f"{said} {after.caution}".strip()


def _link(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("link", True)
    button.setToolTip(tip)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
