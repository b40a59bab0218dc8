"""What a person can do with taggers: make, train, try a folder, read about them, compare two texts."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings
from PySide6.QtWidgets import QFileDialog, QWidget

from engine.tagging.records import TaggerInfo, TextTag
from gui.engine_link import EngineLink
from gui.notices import Notices
from gui.session import Session
from gui.taggers.example_count import ENOUGH, KEYS
from gui.taggers.training import DONE, Training
from gui.taggers.used_folders import folder_tagger, remember, remembered
from gui.tagging.tag_commands import TagCommands
from gui.wording import count, percent, place

if TYPE_CHECKING:
    from gui.taggers.chooser import TaggerChooser
    from gui.taggers.training_dialog import Form, TrainingDialog

TRIAL = "A text to try the model with."
SUM = 0.01
"""How far from 1 the probabilities of a tagger that gives one label may add up to."""


class TaggerCommands(QObject):
    """Opens the dialogs about taggers, and owns the training, which outlives its dialog."""

    def __init__(
        self,
        window: QWidget,
        link: EngineLink,
        session: Session,
        notices: Notices,
        tag_commands: TagCommands,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._link = link
        self._session = session
        self._notices = notices
        self._tags = tag_commands
        self._folders: dict[str, TaggerInfo] = {}  # those that were used, by path
        self._dialog: TrainingDialog | None = None
        self.training = Training(link, session, self)
        self.training.ended.connect(self._on_trained)
        session.taggers_changed.connect(self._keep_folders)

    def attend(self, chooser: "TaggerChooser") -> None:
        """Do what is asked for in the menu of a chooser."""
        chooser.make_asked.connect(self.make_tagger)
        chooser.train_asked.connect(self.train_tagger)
        chooser.fine_tune_asked.connect(self.fine_tune)
        chooser.next_sentence_asked.connect(self.train_next_sentence)
        chooser.folder_asked.connect(self.use_folder)
        chooser.forget_asked.connect(self.forget_folder)
        chooser.about_asked.connect(self.about_tagger)
        chooser.compare_asked.connect(self.compare_passages)

    def save(self, settings: QSettings) -> None:
        """Remember the folders that were used."""
        remember(settings, self._folders.values())

    def restore(self, settings: QSettings) -> None:
        """List the folders that were remembered beside the taggers that the engine will name."""
        self._folders |= remembered(settings)

    def make_tagger(self) -> None:
        """Make a tagger that is then taught with a few examples."""
        from gui.taggers.maker_dialog import MakerDialog

        dialog = MakerDialog(self._link, self._window)
        dialog.made.connect(self._on_made)
        dialog.open()

    def train_tagger(self) -> None:
        """Train a tagger from a table, or show the training that is under way."""
        from gui.taggers.table_form import TableForm

        self._open_training(TableForm(), "Train from a table of texts with labels")

    def fine_tune(self) -> None:
        """Fine-tune a tagger on the labels that were given in the open corpus."""
        from gui.taggers.labels_form import LabelsForm
        from gui.taggers.teaching_bar import given_counts

        labels = self._tags.labels()
        given = given_counts(self._session.tags, labels)
        counts = tuple((label, number) for label, number in zip(labels, given, strict=True) if number)
        if not counts:
            self._notices.note("Give some passages labels first; then a tagger can be fine-tuned on them.")
            return
        form = LabelsForm(self._session.corpus_name, self._session.tagger, counts)
        self._open_training(form, "Fine-tune on your labels")

    def train_next_sentence(self) -> None:
        """Train a tagger that tells the next sentence from another, on the sentences of the open corpus."""
        from gui.taggers.next_sentence_form import NextSentenceForm

        if not self._session.corpus_name:
            self._notices.note("Open a corpus first; then a tagger can be trained on its sentences.")
            return
        self._open_training(
            NextSentenceForm(self._session.corpus_name), "Train on neighbouring sentences of this corpus"
        )

    def use_folder(self) -> None:
        """Tag with a classification model in a folder, once it proved to open."""
        folder = QFileDialog.getExistingDirectory(self._window, "Choose the folder of a classification model")
        if folder:
            self._notices.note(f"Opening the model in “{place(folder)}” …")
            self._link.call(
                "tag_text", TRIAL, folder, on_done=partial(self._on_folder, folder), replaces="use_folder"
            )

    def forget_folder(self) -> None:
        """Take the chosen folder off the list; the folder itself, and the tags it gave, stay."""
        folder = self._session.tagger
        if self._folders.pop(folder, None) is not None:
            self._session.set_taggers([info for info in self._session.taggers if info.name != folder])
            self._notices.note(f"“{place(folder)}” is off the list; the folder stays where it is.")

    def about_tagger(self) -> None:
        """Show what is known of the chosen tagger."""
        if self._session.tagger_info is not None:
            self._show_about(self._session.tagger_info)

    def compare_passages(self, tagger: str = "") -> None:
        """Compare two selected passages, or the one being read with another text; `tagger` is asked first."""
        from gui.taggers.compare_dialog import CompareDialog

        session = self._session
        chosen = tuple(sorted(session.selection)) if len(session.selection) == 2 else ()
        if session.current in chosen:  # the one being read first
            chosen = (session.current, *(one for one in chosen if one != session.current))
        dialog = CompareDialog(
            self._link, session, chosen or ((session.current,) if session.current else ()), self._window
        )
        dialog.about_asked.connect(self._show_about)
        dialog.taggers.setCurrentIndex(max(dialog.taggers.findData(tagger), 0))
        dialog.show()

    def _show_about(self, info: TaggerInfo) -> None:
        from gui.taggers.about_dialog import TaggerDialog

        TaggerDialog(info, self._window).show()

    def _open_training(self, form: "Form", title: str) -> None:
        from gui.taggers.training_dialog import TrainingDialog

        if self._dialog is None:
            self._dialog = TrainingDialog(self.training, form, title, self._window)
            self._dialog.use_asked.connect(self._on_use)
            self._dialog.finished.connect(self._on_closed)
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()

    # what came of it

    def _on_made(self, info: TaggerInfo) -> None:
        others = [known for known in self._session.taggers if known.name != info.name]
        self._session.set_taggers((*others, info))
        self._tags.choose(info.name)
        self._tags.refresh_taggers()
        keys = f"the keys 1 … {min(len(info.labels), KEYS)}"
        self._notices.note(
            f"“{info.name}” is chosen. Read passages, and give about {ENOUGH} of each label with {keys}; "
            "then let it learn."
        )

    def _on_folder(self, folder: str, tag: TextTag) -> None:
        several = abs(sum(tag.probabilities) - 1) > SUM
        self._folders[folder] = folder_tagger(folder, tag.labels, several)
        self._keep_folders()
        self._tags.choose(folder)
        self._notices.note(f"“{place(folder)}” is chosen; it knows {count(len(tag.labels), 'label')}.")

    def _keep_folders(self) -> None:
        """Know the folders that were used, which the engine does not list."""
        known = {info.name for info in self._session.taggers}
        missing = [info for name, info in self._folders.items() if name not in known]
        if missing:
            self._session.set_taggers((*self._session.taggers, *missing))

    def _on_trained(self) -> None:
        self._tags.refresh_taggers()
        if self._dialog is not None:
            return
        training, info = self.training, self.training.info
        if training.problem:
            self._notices.error(training.problem)
        elif info is not None:
            what = "is trained" if training.state == DONE else "was stopped, and the best so far kept"
            right = (
                f": right for {percent(info.report.accuracy)} of {count(info.report.texts, 'held-out text')}"
                if info.report
                else ""
            )
            self._notices.note(f"“{info.name}” {what}{right}.")

    def _on_use(self, info: TaggerInfo) -> None:
        if info.pair:
            self.compare_passages(info.name)
        else:
            self._tags.choose(info.name)

    def _on_closed(self, _code: int) -> None:
        self._dialog = None
