"""Teaching: a tagger learns from the labels that the user gave to passages of a corpus, and may unlearn it again.

What a tagger of the user's own learns is its head, in the library; what any other learns is a lesson, in the corpus.
"""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.corpus import Corpus
from engine.encoding.records import EncoderId
from engine.progress import Progress, Steps
from engine.tagging.records import Lesson, TaggerInfo, TaggerKind, TagReport
from engine.tagging.tagger_files import read_description
from engine.tagging.tagger_measures import as_measures, report
from engine.teaching import heads
from engine.teaching.heads import Examples, Head
from engine.teaching.held_out import cross
from engine.teaching.lessons import Told, drawn, learn_lesson
from indexes.catalogue import Catalogue
from indexes.errors import ModelError, TooSmall
from indexes.given_labels import tagger_name
from indexes.lessons import StoredLesson
from indexes.records import NONE, Mark, Tags

if TYPE_CHECKING:
    from engine.encoding.encoder import Encoder

FEWEST = 2
"""Texts that a label needs to count, and labels that need as many."""
FEW = 8
"""Texts of a label below which a lesson comes with a caution."""


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """Passages with a label of the user's: ids (n,), embeddings (n, dim), targets (n, n_labels) int8 of 0 and 1."""

    ids: NDArray[np.int64]
    embeddings: NDArray[np.float16]
    targets: NDArray[np.int8]


def given_of(catalogue: Catalogue, name: str, info: TaggerInfo, encoder_id: str) -> Given:
    """Return what a tagger of this name can learn from in a corpus; TooSmall, saying why, when that is too little."""
    labels = known_labels(catalogue.given_labels(name), info)
    ids, embeddings = catalogue.embeddings_of(encoder_id, sorted(labels))
    if labels and not len(ids):
        raise TooSmall(
            f"None of the {len(labels):,} passages with a label of “{info.name}” has an embedding yet. "
            "Let indexing finish, then learn."
        )
    targets = np.array([[name in labels[i] for name in info.labels] for i in ids.tolist()], np.int8)
    check_enough(targets.reshape(len(ids), len(info.labels)), info)
    return Given(ids, embeddings, targets)


def known_labels(given: Mapping[int, tuple[str, ...]], info: TaggerInfo) -> dict[int, tuple[str, ...]]:
    """Return passage id → those of its given labels that are labels of the tagger now.

    Without the passages that are left with none, but for those of which that was said to a tagger that gives several.
    """
    kept = {
        passage_id: tuple(name for name in row if name in info.labels) for passage_id, row in given.items()
    }
    return {
        passage_id: row
        for passage_id, row in kept.items()
        if row or (info.multi_label and NONE in given[passage_id])
    }


def check_enough(targets: NDArray[np.int8], info: TaggerInfo) -> None:
    """Raise TooSmall unless two labels have two texts each."""
    counts = targets.sum(0).tolist()
    if sum(count >= FEWEST for count in counts) >= 2:
        return
    so_far = ", ".join(f"{label} {count}" for label, count in zip(info.labels, counts, strict=True) if count)
    raise TooSmall(
        f"“{info.name}” needs at least two labels with two passages each to learn from; "
        f"so far there is: {so_far or 'none'}. Give more passages a label."
    )


def learn_correction(corpus: Corpus, info: TaggerInfo, tagger_id: str) -> Steps[Lesson]:
    """Learn a lesson over what a tagger said of the passages, and put it on all its tags in this corpus.

    Every passage that was given a label must be tagged. Closed early, it leaves things as they were.
    """
    begun = time.monotonic()
    yield Progress("Learning")
    catalogue = corpus.catalogue
    encoder_id = catalogue.latest_encoder()
    name = tagger_name(tagger_id)
    given = given_of(catalogue, name, info, encoder_id)
    told = catalogue.told_tags(tagger_id)
    rows = np.searchsorted(told.passage_ids, given.ids)
    free = np.flatnonzero(~np.isin(told.passage_ids, list(catalogue.given_labels(name))))
    chosen = told.passage_ids[free[drawn(len(free))]]
    other_ids, other_embeddings = catalogue.embeddings_of(encoder_id, chosen.tolist())
    others = told.probabilities[np.searchsorted(told.passage_ids, other_ids)]
    learned = yield from learn_lesson(
        Told(told.probabilities[rows], given.embeddings),
        given.targets,
        Told(others, other_embeddings),
        told.labels,
        told.multi_label,
    )
    before = catalogue.tags(tagger_id)
    with corpus.noting() as writable:
        if learned.fitted is not None:
            matrix = np.hstack([learned.fitted.weights, learned.fitted.bias[:, None]])
            writable.add_lesson(
                StoredLesson(
                    tagger_id,
                    encoder_id,
                    len(given.ids),
                    learned.fitted.scale,
                    matrix.astype(np.float32),
                    {"ridge": asdict(learned.ridge)},
                    {"before": as_measures(learned.before), "after": as_measures(learned.after)},
                )
            )
        elif writable.lesson(tagger_id):
            writable.add_lesson(_nothing(tagger_id, encoder_id, given, told))
    return Lesson(
        info.name,
        len(given.ids),
        learned.before,
        _with_caution(learned.after, given.targets, info),
        changed(before, catalogue.tags(tagger_id)),
        time.monotonic() - begun,
    )


def learn_head(corpus: Corpus, info: TaggerInfo, folder: Path, encoder: "Encoder") -> Steps[Lesson]:
    """Fit a tagger of the user's own to the labels given here and to what it learned elsewhere; tag the corpus anew.

    `encoder` is the corpus' own. Closed before the head is written, it leaves things as they were; afterwards the
    tags that are missing come when the corpus is tagged. Raises ModelError when the head reads another encoder's
    embeddings, CorpusBusy when another process writes the corpus.
    """
    begun = time.monotonic()
    yield Progress("Learning")
    encoder_id = encoder_of_head(folder, corpus.catalogue)
    with corpus.writing() as catalogue:
        given = given_of(catalogue, folder.name, info, encoder_id)
        earlier = heads.read_examples(folder)
        fits = earlier is not None and earlier.targets.shape[1] == len(info.labels)
        here = Examples.of(given.embeddings, given.targets, catalogue.uid)
        known = earlier.without(catalogue.uid) if earlier is not None and fits else None
        examples = known.with_more(here) if known is not None else here
        before, after, head = yield from _fit(
            examples, len(given.ids), info, encoder_id, earlier if info.taught and fits else None
        )
        after = _with_caution(after, given.targets, info)
        yield Progress("Writing")
        heads.write_head(folder, head, examples, _description(folder, head, after, encoder))
        from engine.tagging.known_taggers import tagger_id

        old = catalogue.tags(_used_id(catalogue, folder.name), info.labels)
        tags = yield from tag_by_head(corpus, catalogue, head, tagger_id(folder))
    return Lesson(info.name, len(given.ids), before, after, changed(old, tags), time.monotonic() - begun)


def tag_by_head(corpus: Corpus, catalogue: Catalogue, head: Head, tagger_id: str) -> Steps[Tags]:
    """Tag all embedded passages by a head from their stored embeddings; a commit a batch. `catalogue` may write.

    Returns all tags of the tagger.
    """
    total, done = catalogue.passages_count, 0
    for ids, embeddings in corpus.catalogue.embeddings_since(head.encoder, Mark()):
        probabilities = head.probabilities(embeddings)
        label_ids = probabilities.argmax(1).astype(np.int32)
        catalogue.add_tags(
            tagger_id, head.labels, ids, label_ids, probabilities, multi_label=head.multi_label
        )
        done += len(ids)
        yield Progress("Tagging", done, max(done, total), "passages")
    return catalogue.tags(tagger_id, head.labels, multi_label=head.multi_label)


def encoder_of_head(folder: Path, catalogue: Catalogue) -> str:
    """Return the id of the encoder whose embeddings a tagger reads here; ModelError when the corpus has none of it."""
    wanted = str(read_description(folder).get("encoder", ""))
    there = catalogue.latest_encoder()
    if not there:
        raise TooSmall(f"“{catalogue.name}” has no embeddings yet. Let indexing finish, then learn.")
    if wanted and not catalogue.embedding_dim(wanted):
        raise ModelError(
            f"“{folder.name}” was taught on embeddings of {wanted}, and “{catalogue.name}” was embedded by {there}. "
            "Make another tagger for this corpus."
        )
    return wanted or there


def changed(before: Tags, after: Tags) -> int:
    """Return how many passages that had a label have another one now."""
    _, rows, now = np.intersect1d(before.passage_ids, after.passage_ids, return_indices=True)
    old = np.array([before.labels[number] for number in before.label_ids[rows]], object)
    new = np.array([after.labels[number] for number in after.label_ids[now]], object)
    said = before.probabilities[rows].any(1)
    return int((said & (old != new)).sum())


def _fit(
    examples: Examples, given: int, info: TaggerInfo, encoder_id: str, earlier: Examples | None
) -> Steps[tuple[TagReport | None, TagReport, Head]]:
    """Fit a head, the last `given` examples being those of this corpus; measure these, left out, before and after.

    Before: fitted to those that it knew already.
    """
    targets = examples.targets
    texts = heads.texts_of(examples.embeddings, targets, info.multi_label)
    sample = heads.drawn(len(targets), targets.shape[1], given)
    left = texts.rows(sample)
    crossed = yield from cross(left, heads.RIDGES, heads.repeats(len(targets)))
    gold = targets[-given:] if info.multi_label else targets[-given:].argmax(1)

    def measured(told: NDArray[np.float32]) -> TagReport:
        return report(told[-given:], gold.astype(np.int64), info.labels, multi_label=info.multi_label)

    before = None
    if earlier is not None:
        known = _among(examples.embeddings[sample], earlier.embeddings)
        if known.any():
            without = yield from cross(
                left, heads.RIDGES, heads.repeats(len(targets)), only=known, step="Measuring"
            )
            before = measured(without.probabilities())
    head = heads.fitted_head(texts, crossed, info.labels, encoder_id)
    return before, measured(crossed.probabilities()), head


def _among(embeddings: NDArray[np.float16], others: NDArray[np.float16]) -> NDArray[np.bool_]:
    """Return which embeddings (n,) are among others: the same text has the same."""
    seen = {row.tobytes() for row in np.ascontiguousarray(others)}
    return np.array([row.tobytes() in seen for row in np.ascontiguousarray(embeddings)], bool)


def _used_id(catalogue: Catalogue, name: str) -> str:
    """Return under which weights a tagger has tags here, else its name."""
    return next((used for used in catalogue.taggers_used() if tagger_name(used) == name), name)


def _description(folder: Path, head: Head, made: TagReport, encoder: "Encoder") -> dict[str, Any]:
    from engine.encoding.encoder import BUNDLED, BUNDLED_SHA256
    from engine.tagging.tagger_files import weights_digest

    said = read_description(folder)
    described: dict[str, Any] = {"kind": TaggerKind.HEAD.value, "format": 2, "encoder": head.encoder}
    described |= {"base": EncoderId.of(head.encoder).name, "base_sha256": ""}
    if encoder.id == head.encoder:
        bundled = encoder.name == BUNDLED
        described |= {
            "base": BUNDLED if bundled else str(encoder.folder),
            "base_sha256": BUNDLED_SHA256 if bundled else weights_digest(encoder.folder),
            "max_tokens": encoder.max_tokens,
        }
    measured = {f"held-out {name}": round(value, 4) for name, value in as_measures(made).items()}
    return said | described | {"report": asdict(made), "measured": measured}


def _nothing(tagger_id: str, encoder_id: str, given: Given, told: Tags) -> StoredLesson:
    """Return a lesson that changes nothing, in place of one that is no longer borne out."""
    width = given.embeddings.shape[1] + 1
    return StoredLesson(
        tagger_id, encoder_id, len(given.ids), 1.0, np.zeros((len(told.labels), width), np.float32)
    )


def _with_caution(made: TagReport, targets: NDArray[np.int8], info: TaggerInfo) -> TagReport:
    """Return a report that says which labels have few texts, or none."""
    counts = targets.sum(0).tolist()
    few = [f"{label} ({count})" for label, count in zip(info.labels, counts, strict=True) if count < FEW]
    if not few or made.caution:
        return made
    return replace(
        made, caution=f"Fewer than {FEW} texts of: {', '.join(few[:6])}{' …' if len(few) > 6 else ''}."
    )
