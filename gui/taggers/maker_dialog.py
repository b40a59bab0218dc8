"""Making a tagger: its name, its labels, and whether a passage may have several of them."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from engine.tagging.records import TaggerInfo
from gui.engine_link import EngineLink
from gui.growing_dialog import GrowingDialog
from gui.panel import Heading, muted
from gui.problem import Problem
from gui.taggers.example_count import ENOUGH
from gui.taggers.label_entry import LabelEntry
from gui.taggers.way_choice import WayChoice
from gui.taggers.words import LONGEST
from gui.theme import GAP

FEWEST = 2
"""Labels that a tagger has at least."""

ONE, SEVERAL = "one", "several"
WAYS = (
    (ONE, "One label for each passage", "A passage is this or that: a mystery, a romance or a history."),
    (SEVERAL, "Several labels at once", "A passage may be both funny and sad, or neither."),
)

NEXT = (
    f"Then give about {ENOUGH} passages of each label: read one, and press the number of its label. "
    "Learning from them takes about a second, and you can go on giving labels and learn again."
)


class MakerDialog(GrowingDialog):
    """Asks the engine to make a tagger; `made` carries what it is then."""

    made = Signal(object)
    """The TaggerInfo."""

    def __init__(self, link: EngineLink, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._asking = False
        self.setWindowTitle("Make a tagger")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(460)
        self._build()
        self._show()
        self.name.setFocus()

    def accept(self) -> None:
        """Ask for the tagger to be made."""
        self.labels.flush()
        if not self.make.isEnabled():
            return
        self._asking = True
        self.problem.clear()
        self._show()
        self._link.call(
            "make_tagger",
            self._name(),
            self.labels.labels,
            self.ways.key == SEVERAL,
            on_done=self._on_made,
            on_error=self._on_error,
            replaces="make_tagger",
        )

    def _build(self) -> None:
        self.name = QLineEdit(placeholderText="genre")
        self.name.setMaxLength(LONGEST)
        self.name.setAccessibleName("Name of the tagger")
        self.name.textChanged.connect(self._on_changed)
        self.labels = LabelEntry()
        self.labels.changed.connect(self._on_changed)
        self.labels.line.textChanged.connect(self._on_changed)
        self.ways = WayChoice(WAYS, "How many labels")
        self.problem = Problem()
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GAP, 3 * GAP, 3 * GAP, 2 * GAP)
        column.setSpacing(GAP)
        column.addWidget(self.grow_with(self._make_form()), 1)
        column.addWidget(self.problem)
        column.addSpacing(GAP)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.make = buttons.addButton("Make tagger", QDialogButtonBox.ButtonRole.AcceptRole)
        self.make.setProperty("primary", True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)

    def _make_form(self) -> QWidget:
        form = QWidget()
        column = QVBoxLayout(form)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        title = Heading("Teach labels of your own with a few examples")
        title.setWordWrap(True)
        column.addWidget(title)
        column.addSpacing(GAP)
        for text, field in (("Name", self.name), ("Labels", self.labels.line)):
            label = QLabel(text)
            label.setBuddy(field)
            column.addWidget(label)
            column.addWidget(field if field is self.name else self.labels)
            column.addSpacing(GAP)
        column.addWidget(self.ways)
        column.addWidget(muted(NEXT))
        column.addStretch(1)
        return form

    def _name(self) -> str:
        return " ".join(self.name.text().split())

    def _show(self) -> None:
        """Let the tagger be made when it has a name and labels enough, what is being typed included."""
        typing = bool(self.labels.line.text().strip())
        enough = len(self.labels.labels) + typing >= FEWEST
        self.make.setEnabled(bool(self._name()) and enough and not self._asking)
        missing = "a name" if not self._name() else f"at least {FEWEST} labels" if not enough else ""
        self.make.setToolTip(f"It needs {missing}" if missing else "")

    def _on_changed(self) -> None:
        self.problem.clear()
        self._show()

    def _on_made(self, info: TaggerInfo) -> None:
        self.made.emit(info)
        super().accept()

    def _on_error(self, sentence: str) -> None:
        self._asking = False
        self.problem.say(sentence)
        self._show()
