"""What a Workspace can be asked about teaching: taggers of the user's own, labels given to passages, lessons."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.progress import Progress, Steps
from engine.tagging import known_taggers
from engine.tagging.calls import TaggingCalls
from engine.tagging.records import Lesson, TaggerInfo, TaggerKind
from engine.tagging.tagger import SENTIMENT
from indexes.errors import ModelError, TooSmall
from indexes.given_labels import tagger_name
from indexes.records import NONE, Tags

MOST_LABELS = 200
LONGEST_LABEL = 60


class TeachingCalls(TaggingCalls):
    """Makes taggers of the user's own, keeps the labels that the user gives, lets taggers learn from them."""

    def make_tagger(self, tagger: str, labels: Sequence[str], multi_label: bool = False) -> TaggerInfo:
        """Make a tagger of the user's own that has learned nothing yet.

        Raises ModelError for a name or labels of no use.
        """
        from engine.tagging.tagger_files import whole_or_nothing, write_description

        folder = known_taggers.new_folder(tagger.strip(), self.library.taggers_folder)
        if folder.exists():
            raise ModelError(
                f"There is a tagger “{folder.name}” already. Choose another name, or remove it first."
            )
        said: dict[str, Any] = {
            "format": 2,
            "name": folder.name,
            "kind": TaggerKind.HEAD.value,
            "labels": list(checked_labels(labels)),
            "multi_label": multi_label,
            "origin": "taught by you",
        }
        with whole_or_nothing(folder) as part:
            write_description(part, said)
        return known_taggers.tagger_info(folder)

    def remove_tagger(self, tagger: str) -> None:
        """Remove a tagger of the user's own, its tags in the open corpora too; labels given for it stay there.

        Raises ModelError for one that comes with Asterism, or is not there.
        """
        known_taggers.remove_folder(tagger, self.library.taggers_folder)
        self._taggers.pop(tagger, None)
        for corpus in self._corpora.values():
            with corpus.noting() as catalogue:
                catalogue.remove_tags(tagger)

    def label_passages(
        self, name: str, passage_ids: Sequence[int], labels: Sequence[str], tagger: str = SENTIMENT
    ) -> Tags:
        """Note what the user calls passages, in place of what was noted; () takes it back. Returns their tags.

        (NONE,) says that none of the labels holds, to a tagger that gives several. Raises ModelError for a label that
        the tagger does not know, or several or none where it gives one; CorpusError when a passage is gone, and then
        none is labelled.
        """
        folder, info = self._teachable(tagger)
        known = {label.casefold(): label for label in info.labels}
        asked = dict.fromkeys(known.get(label.strip().casefold(), label.strip()) for label in labels)
        strange = [label for label in asked if label not in (*info.labels, NONE)]
        if strange:
            raise ModelError(
                f"“{info.name}” has no label “{strange[0]}”. Its labels are: {', '.join(info.labels)}."
            )
        if len(asked) > 1 and not info.multi_label:
            raise ModelError(f"“{info.name}” gives a passage one label, not {len(asked)}. Choose one.")
        if NONE in asked and (len(asked) > 1 or not info.multi_label):
            why = "beside a label" if len(asked) > 1 else "to a tagger that always gives one"
            raise ModelError(
                f"“None of these” cannot be said {why}. Choose one of: {', '.join(info.labels)}."
            )
        ordered = [label for label in (*info.labels, NONE) if label in asked]
        corpus = self._corpus(name)
        with corpus.noting() as catalogue:
            catalogue.give_labels(folder.name, passage_ids, ordered)
        return self.tags(name, tagger, passage_ids)

    def given_labels(self, name: str, tagger: str = SENTIMENT) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """Return (passage id, labels) of the labels given for a tagger, oldest first; () where none of them holds."""
        given = self._corpus(name).catalogue.given_labels(tagger_name(self._tagger_id(tagger)))
        return tuple((passage_id, () if NONE in row else row) for passage_id, row in given.items())

    def learn(self, name: str, tagger: str = SENTIMENT) -> Steps[Lesson]:
        """Let a tagger learn from the labels given in a corpus, and tag that anew; see teaching.py.

        Raises TooSmall when there are too few labels, ModelError when it cannot learn here.
        """
        from engine.teaching import teaching

        yield Progress("Learning")
        folder, info = self._teachable(tagger)
        corpus = self._corpus(name)
        if info.kind is TaggerKind.HEAD:
            self._own(folder, info)
            try:
                return (yield from teaching.learn_head(corpus, info, folder, self.encoder_of(name)))
            finally:
                self._taggers.pop(tagger, None)
        tagger_id = known_taggers.tagger_id(folder)
        teaching.given_of(corpus.catalogue, folder.name, info, corpus.catalogue.latest_encoder())
        yield from self._tag_given(name, tagger, tagger_id)
        return (yield from teaching.learn_correction(corpus, info, tagger_id))

    def unlearn(self, name: str, tagger: str = SENTIMENT) -> Steps[Tags]:
        """Take the newest lesson off, so that the one before holds; the labels stay. Raises ModelError without one.

        An own tagger tags the corpus anew by what it was before; closed meanwhile, the tags that are missing come when
        the corpus is tagged. Returns all its tags.
        """
        yield Progress("Taking the lesson back")
        folder, info = self._teachable(tagger)
        corpus = self._corpus(name)
        if info.kind is not TaggerKind.HEAD:
            with corpus.noting() as catalogue:
                if not catalogue.take_off_lesson(known_taggers.tagger_id(folder)):
                    raise ModelError(
                        f"“{info.name}” has learned nothing in “{name}” that could be taken back."
                    )
            return self.tags(name, tagger)
        from engine.teaching import heads, teaching

        self._own(folder, info)
        with corpus.writing() as catalogue:
            if not heads.take_back(folder):
                raise ModelError(f"What “{info.name}” was before it learned last is not known any more.")
            self._taggers.pop(tagger, None)
            if (folder / heads.HEAD_FILE).is_file():
                head = heads.read_head(folder)
                yield from teaching.tag_by_head(corpus, catalogue, head, known_taggers.tagger_id(folder))
            else:
                catalogue.remove_tags(folder.name)
        return self.tags(name, tagger)

    def least_sure(self, name: str, tagger: str = SENTIMENT, k: int = 20) -> tuple[int, ...]:
        """Return k passages to label next, those first that the tagger learns most from; fewer when there are fewer.

        Raises TooSmall when the corpus has no embeddings yet.
        """
        from engine.teaching import least_sure

        self._teachable(tagger)
        catalogue = self._corpus(name).catalogue
        encoder_id = catalogue.latest_encoder()
        if not encoder_id:
            raise TooSmall(f"“{name}” has no embeddings yet. Let indexing finish first.")
        tags = self.tags(name, tagger)
        ids, doubt = least_sure.candidates(tags, k)
        known = None
        if not len(ids) and not tags.probabilities.any():
            ids = least_sure.sample(np.setdiff1d(catalogue.passage_ids(), tags.passage_ids))
            doubt = np.zeros(len(ids), np.float32)
            known = catalogue.embeddings_of(encoder_id, tags.passage_ids.tolist())[1]
        weight = dict(zip(ids.tolist(), (1 - doubt + 1e-3).tolist(), strict=True))
        ids, embeddings = catalogue.embeddings_of(encoder_id, ids.tolist())
        weights = np.array([weight[int(passage_id)] for passage_id in ids])
        rows = least_sure.spread(embeddings, max(0, k), weights, known)
        return tuple(int(ids[row]) for row in rows)

    def add_label(self, tagger: str, label: str) -> TaggerInfo:
        """Add a label to a tagger of the user's own; it tags with it once it has learned from passages given it."""
        from engine.teaching import heads

        folder, info = self._teachable(tagger)
        self._own(folder, info)
        labels = checked_labels((*info.labels, label))
        heads.relabel(folder, labels, (*info.labels, None))
        self._taggers.pop(tagger, None)
        return known_taggers.tagger_info(folder)

    def rename_label(self, tagger: str, label: str, new: str) -> TaggerInfo:
        """Rename a label of a tagger of the user's own, also where it was given to passages, in every corpus."""
        from engine.teaching import heads

        folder, info = self._teachable(tagger)
        self._own(folder, info)
        if label not in info.labels:
            raise ModelError(
                f"“{info.name}” has no label “{label}”. Its labels are: {', '.join(info.labels)}."
            )
        labels = checked_labels([new if one == label else one for one in info.labels])
        renamed = labels[info.labels.index(label)]
        for corpus in self.library.corpora():
            with self._corpus(corpus).noting() as catalogue:
                catalogue.rename_given_label(folder.name, label, renamed)
                catalogue.remove_tags(folder.name)
        heads.relabel(folder, labels, info.labels)
        self._taggers.pop(tagger, None)
        return known_taggers.tagger_info(folder)

    def _teachable(self, tagger: str) -> tuple[Path, TaggerInfo]:
        """Return a tagger's folder and what it says of itself; ModelError when passages cannot teach it."""
        folder = known_taggers.find_tagger(tagger, self.library.taggers_folder)
        info = known_taggers.tagger_info(folder)
        if info.pair:
            raise ModelError(
                f"“{info.name}” reads pairs of texts, and passages are single ones. Train it from a table."
            )
        return folder, info

    def _own(self, folder: Path, info: TaggerInfo) -> None:
        if info.kind is not TaggerKind.HEAD or folder.parent != self.library.taggers_folder:
            raise ModelError(f"“{info.name}” is not a tagger that was made here, so it stays as it is.")

    def _tag_given(self, name: str, tagger: str, tagger_id: str) -> Steps[None]:
        """Tag the passages that were given a label and were never tagged: a lesson needs both."""
        catalogue = self._corpus(name).catalogue
        given = catalogue.given_labels(tagger_name(tagger_id))
        waiting = np.setdiff1d(np.fromiter(given, np.int64), catalogue.told_tags(tagger_id).passage_ids)
        if len(waiting):
            from engine.tagging import tagging

            yield Progress("Loading the tagger")
            chosen = self.tagger(tagger)
            yield from tagging.tag_passages(self._corpus(name), chosen, tagger_id, waiting.tolist())


def checked_labels(labels: Sequence[str]) -> tuple[str, ...]:
    """Return labels without needless white space; ModelError, saying which and why, when they are of no use."""
    names = tuple(" ".join(str(label).split()) for label in labels)
    if len(names) < 2:
        raise ModelError("A tagger needs two labels or more, else there is nothing to tell apart.")
    if len(names) > MOST_LABELS:
        raise ModelError(f"A tagger can have at most {MOST_LABELS} labels, not {len(names):,}.")
    seen: dict[str, str] = {}
    for name in names:
        if not name or not name.isprintable():
            raise ModelError("A label needs a name that can be read: give each a word or two.")
        if len(name) > LONGEST_LABEL:
            raise ModelError(f"The label “{name[:20]}…” is too long: use at most {LONGEST_LABEL} characters.")
        if name.casefold() in seen:
            raise ModelError(
                f"The labels “{seen[name.casefold()]}” and “{name}” are the same. Name each once."
            )
        seen[name.casefold()] = name
    return names
