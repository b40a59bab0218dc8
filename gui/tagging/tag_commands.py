"""What a person can do with tags: tag, give labels, let the tagger learn from them, and write them to a file."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from engine.tagging.records import Lesson, TaggerInfo
from gui.engine_link import EngineLink, Job
from gui.notices import Notices, confirm
from gui.session import Session
from gui.tagging.tagged import given_labels
from gui.wording import count
from indexes.records import NONE, Tags

FORMATS = "Tables (*.csv *.parquet)"

Given = tuple[tuple[int, ...], tuple[str, ...]]
"""Passages and the labels they were given; (NONE,) said that none holds, () took that or a label back."""


class TagCommands(QObject):
    """Carries out what changes tags, for the tagger that is chosen, and keeps the session true to the engine."""

    tagging_started = Signal()
    learned = Signal(object)

    def __init__(self, window: QWidget, link: EngineLink, session: Session, notices: Notices) -> None:
        super().__init__(window)
        self._window = window
        self._link = link
        self._session = session
        self._notices = notices
        self._given: list[Given] = []
        self._jobs: list[Job] = []  # those that change tags
        session.corpus_changed.connect(self._on_corpus)
        session.tagger_changed.connect(self._on_corpus)
        link.restarted.connect(self._refresh)
        link.job_changed.connect(self._on_job)

    def refresh_taggers(self) -> None:
        """Ask which taggers there are."""
        self._link.call("taggers", on_done=self._on_taggers, replaces="taggers")

    def choose(self, tagger: str) -> None:
        """Show the tags of another tagger, and tag with it from now on."""
        self._session.set_tagger(tagger)

    def load(self) -> None:
        """Ask for the stored tags of the open corpus."""
        name, tagger = self._session.corpus_name, self._session.tagger
        if name:
            self._link.call(
                "tags", name, tagger, on_done=partial(self._on_tags, name, tagger), replaces="tags"
            )

    def tag_selection(self) -> None:
        """Tag the selected passages."""
        chosen = sorted(self._session.selection)
        self._tag(f"Tagging {count(len(chosen), 'passage')}", "tag_passages", chosen)

    def tag_corpus(self) -> None:
        """Tag every passage of the open corpus."""
        self._tag(f"Tagging “{self._session.corpus_name}”", "tag_all")

    def label(self, passage_ids: Sequence[int], labels: Sequence[str]) -> None:
        """Give passages labels, in place of what the tagger says; none takes those back that they were given."""
        before = self.given(passage_ids[0]) if len(passage_ids) == 1 else ()
        self._given.append((tuple(passage_ids), before))
        self._give(passage_ids, labels)

    def label_current(self, number: int) -> None:
        """Give the passage being read the label with this number, from 0; the same again takes it back."""
        current = self._session.current
        names = self.labels()
        if not current or number >= len(names):
            return
        label, given = names[number], self.given(current)
        if self.several:
            wanted = tuple(name for name in names if (name in given) != (name == label))
        else:
            wanted = () if given == (label,) else (label,)
        self.label([current], wanted)

    def label_current_none(self) -> None:
        """Say that none of the labels holds of the passage being read; again takes it back."""
        current = self._session.current
        if current and self.several:
            self.label([current], () if self.given(current) == (NONE,) else (NONE,))

    def label_selection(self, labels: Sequence[str]) -> None:
        """Give all selected passages the same labels; none takes those back that they were given."""
        self.label(sorted(self._session.selection), labels)

    def undo_label(self) -> None:
        """Take back the label that was given last."""
        if self._given:
            self._give(*self._given.pop())

    @property
    def several(self) -> bool:
        """Whether the chosen tagger may give a passage several labels, or none."""
        info, tags = self._session.tagger_info, self._session.tags
        return tags.multi_label if tags is not None else info is not None and info.multi_label

    def labels(self) -> tuple[str, ...]:
        """Return the labels of the chosen tagger."""
        info, tags = self._session.tagger_info, self._session.tags
        return info.labels if info else tags.labels if tags else ()

    def given(self, passage_id: int) -> tuple[str, ...]:
        """Return the labels that the user gave a passage, (NONE,) when they said that none holds, () when nothing."""
        tags = self._session.tags
        if tags is None:
            return ()
        row = int(tags.passage_ids.searchsorted(passage_id))
        if row == len(tags.passage_ids) or tags.passage_ids[row] != passage_id:
            return ()
        none = len(tags.given) > 0 and not tags.given[row].any()
        return (NONE,) if none else given_labels(tags, row)

    def learn(self) -> None:
        """Let the tagger learn from the labels that were given."""
        name, tagger = self._session.corpus_name, self._session.tagger
        self._start(
            f"“{tagger}” learns from your labels",
            "learn",
            name,
            tagger,
            on_done=partial(self._on_learned, name),
        )

    def unlearn(self) -> None:
        """Take back what the tagger learned last."""
        name, tagger = self._session.corpus_name, self._session.tagger
        self._start(
            f"“{tagger}” forgets its last lesson",
            "unlearn",
            name,
            tagger,
            on_done=partial(self._on_unlearned, name, tagger),
        )

    def show_least_sure(self) -> None:
        """Select the passages whose labels would teach the tagger most, and read the first."""
        name, tagger = self._session.corpus_name, self._session.tagger
        self._link.call(
            "least_sure", name, tagger, on_done=partial(self._on_least_sure, name), replaces="least_sure"
        )

    def save_tags(self) -> None:
        """Write the stored tags to a table."""
        name, tagger = self._session.corpus_name, self._session.tagger
        path, _ = QFileDialog.getSaveFileName(self._window, "Save tags", f"{name} {tagger}.csv", FORMATS)
        if path:
            self._link.call(
                "export_tags",
                name,
                path,
                tagger,
                self._session.unsure_below,
                on_done=partial(self._on_saved, path),
            )

    def remove_tagger(self, tagger: str) -> None:
        """Delete a tagger, one of the user's own."""
        if confirm(
            self._window,
            f"Remove the tagger “{tagger}”?",
            "What it learned is deleted, and it can tag no more. The labels you gave stay in their corpora.",
            "Remove",
        ):
            self._link.call("remove_tagger", tagger, on_done=lambda _nothing: self.refresh_taggers())

    def _tag(self, title: str, method: str, *arguments: list[int]) -> None:
        name, tagger = self._session.corpus_name, self._session.tagger
        self.tagging_started.emit()
        self._start(
            title, method, name, *arguments, tagger=tagger, on_done=partial(self._on_tags, name, tagger)
        )

    def _start(self, title: str, method: str, *arguments: object, **more: Any) -> None:
        job = self._link.start(title, method, *arguments, **more)
        self._jobs.append(job)

    def _on_job(self, _job: Job | None) -> None:
        """Show what was kept of a job that was stopped: it gives no answer."""
        gone = [job for job in self._jobs if job not in self._link.jobs]
        self._jobs = [job for job in self._jobs if job in self._link.jobs]
        if any(job.cancelled for job in gone):
            self._refresh()

    def _give(self, passage_ids: Sequence[int], labels: Sequence[str]) -> None:
        name, tagger = self._session.corpus_name, self._session.tagger
        self._link.call(
            "label_passages",
            name,
            list(passage_ids),
            tuple(labels),
            tagger,
            on_done=partial(self._on_given, name, tagger, passage_ids),
        )

    def _on_corpus(self) -> None:
        self._given.clear()
        self.load()

    def _refresh(self) -> None:
        self.refresh_taggers()
        self.load()

    def _on_taggers(self, taggers: list[TaggerInfo]) -> None:
        self._session.set_taggers(taggers)

    def _on_tags(self, name: str, tagger: str, tags: Tags | None) -> None:
        if (name, tagger) == (self._session.corpus_name, self._session.tagger):
            self._session.set_tags(tags)

    def _on_given(self, name: str, tagger: str, passage_ids: Sequence[int], now: Tags) -> None:
        """Put the tags of some passages, as they are now, in the place of what was known of them."""
        if (name, tagger) != (self._session.corpus_name, self._session.tagger):
            return
        before = self._session.tags
        if before is not None and before.is_like(now):
            self._session.set_tags(before.with_change(passage_ids, now))
        else:
            self.load()

    def _on_learned(self, name: str, lesson: Lesson) -> None:
        self.refresh_taggers()
        if name == self._session.corpus_name:
            self.load()
            self.learned.emit(lesson)

    def _on_unlearned(self, name: str, tagger: str, tags: Tags) -> None:
        self.refresh_taggers()  # it may know nothing now
        self._on_tags(name, tagger, tags)

    def _on_least_sure(self, name: str, passage_ids: Sequence[int]) -> None:
        if name != self._session.corpus_name:
            return
        if not passage_ids:
            self._notices.note("Every passage has a label of yours.")
            return
        self._session.set_selection(passage_ids, "least sure")
        self._session.set_current(int(passage_ids[0]))

    def _on_saved(self, path: str, rows: int) -> None:
        self._notices.note(f"{count(rows, 'tag')} written to {path}.")
