"""What a catalogue holds of tags: what taggers said, the labels that the user gave, the lessons learned from them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexes import given_labels, lessons, tags
from indexes.database import Database
from indexes.errors import CorpusError
from indexes.lessons import StoredLesson
from indexes.records import Tags


class CatalogueTags:
    """The part of a Catalogue that is about tags; each method is one transaction."""

    _database: Database

    def add_tags(
        self,
        tagger: str,
        labels: Sequence[str],
        passage_ids: NDArray[np.int64],
        label_ids: NDArray[np.int32],
        probabilities: NDArray[np.float32],
        *,
        multi_label: bool = False,
    ) -> None:
        """Store one tag a passage: label_ids (n,) into `labels`, probabilities (n, n_labels); replaces older ones.

        Tags of the same tagger with other weights (the same name before the last @) go.
        """
        with self._database.writing() as db:
            tags.add(db, tagger, labels, passage_ids, label_ids, probabilities, multi_label=multi_label)

    def tags(
        self,
        tagger: str,
        labels: Sequence[str] = (),
        *,
        multi_label: bool = False,
        passage_ids: Sequence[int] | None = None,
    ) -> Tags:
        """Return the tags of a tagger, and the labels that the user gave for its name; empty when never used.

        All of them, or those of `passage_ids`. `labels` and `multi_label` say what the tagger is like if it has
        tagged nothing here yet.
        """
        with self._database.reading() as db:
            return tags.tags(db, tagger, labels, multi_label=multi_label, passage_ids=passage_ids)

    def told_tags(self, tagger: str) -> Tags:
        """Return all tags of a tagger as it told them itself: without any lesson, and without labels of the user's."""
        with self._database.reading() as db:
            return tags.told(db, tagger)

    def taggers_used(self) -> list[str]:
        """Return the names of taggers that have tags, sorted."""
        with self._database.reading() as db:
            return tags.taggers_used(db)

    def remove_tags(self, name: str) -> None:
        """Remove the tags and lessons of a tagger's name, whatever its weights; the labels given for it stay."""
        with self._database.writing() as db:
            tags.remove(db, name)

    def give_labels(self, tagger: str, passage_ids: Sequence[int], labels: Sequence[str]) -> None:
        """Note what the user calls passages, for a tagger's name, in place of what was noted; () takes that back.

        All or nothing: CorpusError when one of the passages is gone.
        """
        with self._database.writing() as db:
            asked = len({int(passage_id) for passage_id in passage_ids})
            gone = asked - given_labels.give(db, tagger, passage_ids, labels)
            if gone:
                what = "This passage is" if asked == 1 else f"{gone:,} of these {asked:,} passages are"
                raise CorpusError(f"{what} no longer in the corpus. Search again to see what is there now.")

    def given_labels(self, tagger: str) -> dict[int, tuple[str, ...]]:
        """Return the labels given for a tagger's name by passage id, oldest first; those that are gone are left out."""
        with self._database.reading() as db:
            return given_labels.given_labels(db, tagger)

    def rename_given_label(self, tagger: str, label: str, new: str) -> None:
        """Call a label another name wherever it was given for a tagger's name."""
        with self._database.writing() as db:
            given_labels.rename(db, tagger, label, new)

    def add_lesson(self, lesson: StoredLesson) -> None:
        """Store what a tagger learned and put it on its tags, those to come included."""
        with self._database.writing() as db:
            lessons.add(db, lesson)

    def lesson(self, tagger: str) -> StoredLesson | None:
        """Return the lesson that is on a tagger's tags, None without one."""
        with self._database.reading() as db:
            return lessons.newest(db, tagger)

    def take_off_lesson(self, tagger: str) -> bool:
        """Take the newest lesson off a tagger's tags, so that the one before holds again; False without one."""
        with self._database.writing() as db:
            return lessons.take_off(db, tagger)
