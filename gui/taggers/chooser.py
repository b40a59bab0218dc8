"""The tagger that tags, and a menu of the others and of what can be done with them."""

from functools import partial

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from engine.tagging.records import TaggerInfo
from gui.chip import Chip
from gui.session import Session
from gui.taggers.words import damaged, is_folder, kind_sentence, kind_word, own, short_name
from gui.tagging.tag_commands import TagCommands

LONGEST = 36
"""Characters of a name in the menu."""

MANY = 12
"""Labels in a tool tip."""

NO_CORPUS = "Open a corpus first"
NO_LABELS = "Give some passages labels first"


class TaggerChooser(Chip):
    """Shows the chosen tagger, whose kind stands in the tip; pair taggers read two texts and are not offered here."""

    make_asked = Signal()
    train_asked = Signal()
    fine_tune_asked = Signal()
    next_sentence_asked = Signal()
    folder_asked = Signal()
    forget_asked = Signal()
    about_asked = Signal()
    compare_asked = Signal()

    def __init__(self, session: Session, tag_commands: TagCommands, parent: QWidget | None = None) -> None:
        super().__init__(gives_way=True)
        self.setParent(parent)
        self._session = session
        self._commands = tag_commands
        self.menu = QMenu(self)
        self.menu.setToolTipsVisible(True)
        self.menu.aboutToShow.connect(self._fill)
        for changed in (session.taggers_changed, session.tagger_changed):
            changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        info, name = self._session.tagger_info, short_name(self._session.tagger)
        if info is None:
            self.say(name, f"Tagger: {name}", menu=self.menu)
        else:
            self.say(
                name,
                f"Tagger: {name}, {kind_word(info)}. {kind_sentence(info)}",
                menu=self.menu,
            )

    def _fill(self) -> None:
        """Make the menu anew, as things are when it opens."""
        self.menu.clear()
        group = QActionGroup(self.menu)
        for info in self._session.taggers:
            if not info.pair:
                group.addAction(self._tagger(info))
        self.menu.addSeparator()
        self._add("Make a tagger…", "Teach labels of your own with a few examples", self.make_asked)
        self._add("Train from a table…", "Learn from texts that have labels already", self.train_asked)
        self._add_fine_tune()
        self._add_next_sentence()
        self._add("Use a model folder…", "Tag with a classification model that you have", self.folder_asked)
        self.menu.addSeparator()
        name = _fitting(short_name(self._session.tagger))
        about = self._add(f"About “{name}”…", "Labels, base, where from, how good", self.about_asked)
        about.setEnabled(self._session.tagger_info is not None)
        self._add("Compare two passages…", "Their cosine, and what one says of the other", self.compare_asked)
        self.menu.addSeparator()
        self._add_removing()
        info = self._session.tagger_info
        if info is not None and is_folder(info.name):
            self._add(
                f"Take “{name}” off this list", "The model's folder stays where it is", self.forget_asked
            )

    def _add_removing(self) -> None:
        """Offer to remove each tagger of the user's own: also those that cannot be chosen here."""
        mine = [info for info in self._session.taggers if own(info)]
        if not mine:
            return
        menu = self.menu.addMenu("Remove a tagger")
        menu.setToolTipsVisible(True)
        for info in mine:
            kind = "of pairs" if info.pair else kind_word(info)
            remove = menu.addAction(f"{_fitting(info.name)}…\t{kind}")
            remove.setToolTip("Delete this tagger of yours")
            remove.triggered.connect(partial(self._commands.remove_tagger, info.name))

    def _tagger(self, info: TaggerInfo) -> QAction:
        action = self.menu.addAction(f"{_fitting(short_name(info.name))}\t{kind_word(info)}")
        action.setCheckable(True)
        action.setChecked(info.name == self._session.tagger)
        action.setEnabled(not damaged(info))
        labels = ", ".join(info.labels[:MANY]) + (" …" if len(info.labels) > MANY else "")
        action.setToolTip("\n".join(line for line in (labels, kind_sentence(info)) if line))
        action.setData(info.name)
        action.triggered.connect(partial(self._commands.choose, info.name))
        return action

    def _add_fine_tune(self) -> None:
        """Offer to fine-tune on the labels that were given, once there are some."""
        tags = self._session.tags
        action = self._add(
            "Fine-tune on my labels…", "Learn more deeply from all the labels you gave", self.fine_tune_asked
        )
        if not self._session.corpus_name:
            action.setToolTip(NO_CORPUS)
        elif tags is None or not (tags.given == 1).any():
            action.setToolTip(NO_LABELS)
        action.setEnabled(bool(self._session.corpus_name and tags is not None and (tags.given == 1).any()))

    def _add_next_sentence(self) -> None:
        """Offer to learn what follows what from the sentences of the open corpus."""
        action = self._add(
            "Train on neighbouring sentences of this corpus…",
            "Learn whether one sentence follows another, for comparing two passages",
            self.next_sentence_asked,
        )
        if not self._session.corpus_name:
            action.setToolTip(NO_CORPUS)
        action.setEnabled(bool(self._session.corpus_name))

    def _add(self, text: str, tip: str, asked: SignalInstance) -> QAction:
        action = self.menu.addAction(text)
        action.triggered.connect(asked)
        action.setToolTip(tip)
        return action


def _fitting(name: str) -> str:
    """Return a name as a menu can hold it; an “&” in it is no shortcut."""
    shown = name if len(name) <= LONGEST else f"{name[: LONGEST - 1].rstrip()}…"
    return shown.replace("&", "&&")
