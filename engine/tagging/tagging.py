"""Tagging: a tagger over stored passages, a commit a batch, and over documents, files and single texts.

What a document is called is combined from its passages as a text's is from its windows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.corpus import Corpus
from engine.progress import Progress, Steps, finish
from engine.reading.process import Reader
from engine.reading.readers import RawDocument, Unreadable
from engine.reading.sources import document_key, find_files
from engine.tagging.head_tagger import HeadTagger
from engine.tagging.records import DocumentTag, SentenceTag, TagState, TextTag
from engine.tagging.sentences import sentences
from engine.tagging.states import MIXED, STATES, says_both, states
from engine.tagging.tagger import MANY_WINDOWS, Reading, Tagger
from indexes.catalogue import Catalogue
from indexes.errors import ModelError, SourceError
from indexes.records import Passage, Skipped, Source, Tags

R = TypeVar("R")

BATCH = MANY_WINDOWS
"""Passages in one commit, and texts of files read together: enough to be read the quick way."""
CHARACTERS = 1_000_000
"""Of files' texts that are read together."""
STORED_BATCH = 4096
"""Passages in one commit, of a head that reads stored embeddings."""
MANY_SENTENCES = 120
"""Sentences up to which a text's are told apart one by one."""


def tag_text(tagger: Tagger, text: str, second: str = "") -> TextTag:
    """Tag one text, or two for a pair tagger, a long one in windows; with its sentences, unless they are very many.

    A text of sentiment that says both is mixed: in different sentences, or a long one in different windows.
    """
    reading = finish(tagger.read_steps([text], [second] if second else None))
    told = () if tagger.pair else sentence_tags(tagger, text)
    if len(told) < 2 or len(reading.windows) > 1:
        return _text_tag(tagger, reading.probabilities[0], reading.windows, reading.weights, told)
    parts = np.array([sentence.probabilities for sentence in told], np.float32)
    lengths = np.array([sentence.end - sentence.start for sentence in told], np.float64)
    return _text_tag(tagger, reading.probabilities[0], parts, lengths, told)


def sentence_tags(tagger: Tagger, text: str) -> tuple[SentenceTag, ...]:
    """Tag each sentence of a text, read alone; none when they are more than MANY_SENTENCES.

    `start`, `end` are characters of the text. Raises ModelError for a pair tagger.
    """
    spans = sentences(text)
    if len(spans) > MANY_SENTENCES:
        return ()
    probabilities = tagger.probabilities([text[start:end] for start, end in spans])
    return tuple(
        SentenceTag(start, end, tagger.labels[int(row.argmax())], tuple(row.tolist()))
        for (start, end), row in zip(spans, probabilities, strict=True)
    )


def tag_passages(corpus: Corpus, tagger: Tagger, tagger_id: str, passage_ids: Sequence[int]) -> Steps[Tags]:
    """Tag passages and store it; those that this tagger tagged before are not tagged again.

    A head reads the embeddings that are stored. Returns all stored tags of the tagger. Closed early, it keeps what is
    committed. Raises CorpusBusy when another process writes the corpus, ModelError for a pair tagger.
    """
    if tagger.pair:
        raise ModelError(
            f"The tagger “{tagger.name}” compares two texts. Tag single passages with another one."
        )
    with corpus.writing() as catalogue:
        known = _tagged(catalogue.tags(tagger_id))
        waiting = [passage_id for passage_id in dict.fromkeys(passage_ids) if passage_id not in known]
        yield Progress("Tagging", 0, len(waiting), "passages")
        size = STORED_BATCH if isinstance(tagger, HeadTagger) else BATCH
        for start in range(0, len(waiting), size):
            batch = waiting[start : start + size]
            ids, probabilities = yield from _read(catalogue, tagger, batch, start, len(waiting))
            if len(ids):
                labels = probabilities.argmax(1).astype(np.int32)
                catalogue.add_tags(
                    tagger_id, tagger.labels, ids, labels, probabilities, multi_label=tagger.multi_label
                )
            yield Progress("Tagging", start + len(batch), len(waiting), "passages")
        return catalogue.tags(tagger_id, tagger.labels, multi_label=tagger.multi_label)


def tag_documents(
    corpus: Corpus, tagger: Tagger, tagger_id: str, document_ids: Sequence[int]
) -> Steps[list[DocumentTag]]:
    """Tag whole documents: their passages, combined as the tagger combines windows."""
    documents = [_Passages(*_spans(corpus, document_id)) for document_id in document_ids]
    ids = [int(passage_id) for document in documents for passage_id in document.ids]
    tags = yield from tag_passages(corpus, tagger, tagger_id, ids)
    row_of = {int(passage_id): row for row, passage_id in enumerate(tags.passage_ids)}
    tagged = []
    for document in documents:
        there = [number for number, passage_id in enumerate(document.ids) if int(passage_id) in row_of]
        if there:
            parts = tags.probabilities[[row_of[int(document.ids[number])] for number in there]]
            lengths = document.lengths[there]
            whole = tagger.manner.combiner(
                parts, lengths, np.zeros(len(there), np.int64), 1, tagger.multi_label
            )
            tag = _text_tag(tagger, whole[0], parts, lengths)
            tagged.append(DocumentTag(document.key, document.title, tag))
    return tagged


def tag_source(tagger: Tagger, source: Source) -> Steps[tuple[list[DocumentTag], tuple[Skipped, ...]]]:
    """Tag every document of a source that is in no corpus; files that cannot be read are reported.

    A pair tagger takes the second texts from the column that `source.columns.second` names; SourceError without it.
    """
    if tagger.pair and not source.columns.second:
        raise SourceError(
            f"The tagger “{tagger.name}” compares two texts. Name the column of the second one."
        )
    tagged: list[DocumentTag] = []
    skipped: list[Skipped] = []
    waiting: list[tuple[str, RawDocument]] = []  # small files are tagged together
    with Reader() as reader:
        for file in find_files(source):
            if file.skipped:
                skipped.append(Skipped(file.path, file.skipped))
                continue
            try:
                for batch in reader.read(file.path, file.format, source.columns):
                    waiting += [(document_key(source, file, raw.key), raw) for raw in batch]
                    yield Progress("Tagging", len(tagged), 0, "texts")
                    if len(waiting) >= BATCH or sum(len(raw.text) for _, raw in waiting) >= CHARACTERS:
                        tagged += yield from _tag_read(tagger, source, waiting, len(tagged))
                        waiting = []
            except Unreadable as error:
                skipped.append(Skipped(file.path, error.reason))
        if waiting:
            tagged += yield from _tag_read(tagger, source, waiting, len(tagged))
    return tagged, tuple(skipped)


def _tag_read(
    tagger: Tagger, source: Source, documents: Sequence[tuple[str, RawDocument]], before: int
) -> Steps[list[DocumentTag]]:
    """Tag documents, each with its key, that are in no corpus; counts on from `before`."""
    read = [raw for _, raw in documents]
    steps = tagger.read_steps([raw.text for raw in read], _seconds(read, source) if tagger.pair else None)
    tags = _text_tags(tagger, (yield from _counted_on(steps, before, 0, "texts")))
    return [DocumentTag(key, raw.title, tag) for (key, raw), tag in zip(documents, tags, strict=True)]


def _read(
    catalogue: Catalogue, tagger: Tagger, batch: Sequence[int], before: int, total: int
) -> Steps[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    """Return (ids, probabilities) of some passages; ids that are gone are left out. Counts on from `before`."""
    told: list[tuple[NDArray[np.int64], NDArray[np.float32]]] = []
    if isinstance(tagger, HeadTagger):
        ids, vectors = catalogue.embeddings_of(tagger.encoder_id, batch)
        told.append((ids, tagger.probabilities_of_embeddings(vectors.astype(np.float32))))
        embedded = set(ids.tolist())
        batch = [passage_id for passage_id in batch if passage_id not in embedded]
        before += len(embedded)
    passages: list[Passage] = catalogue.passages(batch) if batch else []
    if passages:
        steps = tagger.tag_steps([passage.text for passage in passages])
        probabilities = yield from _counted_on(steps, before, total, "passages")
        told.append((np.array([passage.id for passage in passages], np.int64), probabilities))
    if not told:
        return np.zeros(0, np.int64), np.zeros((0, len(tagger.labels)), np.float32)
    return np.concatenate([ids for ids, _ in told]), np.concatenate([chances for _, chances in told])


def _counted_on(steps: Steps[R], before: int, total: int, unit: str) -> Steps[R]:
    """Do a part of a job, whose progress counts on from what was done `before`; `total` 0 where it is not known."""
    try:
        while True:
            yield Progress("Tagging", before + next(steps).done, total, unit)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]
    finally:
        steps.close()


def _tagged(tags: Tags) -> set[int]:
    """Return the passages that the tagger has tagged: others are there for a label that the user gave."""
    return set(tags.passage_ids[tags.probabilities.any(1)].tolist())


def _text_tags(tagger: Tagger, reading: Reading) -> list[TextTag]:
    order = np.searchsorted(reading.rows, np.arange(len(reading.probabilities) + 1))
    return [
        _text_tag(tagger, row, reading.windows[left:right], reading.weights[left:right])
        for row, left, right in zip(reading.probabilities, order[:-1], order[1:], strict=True)
    ]


def _text_tag(
    tagger: Tagger,
    probabilities: NDArray[np.float32],
    parts: NDArray[np.float32],
    weights: NDArray[np.float64],
    told: tuple[SentenceTag, ...] = (),
) -> TextTag:
    """Return the record of one text: its probabilities (n_labels,), and how far to rely on them given its parts."""
    state = STATES[
        int(states(probabilities[None], tagger.labels, tagger.unsure_below, tagger.multi_label)[0])
    ]
    if says_both(parts, weights, tagger.labels, tagger.multi_label):
        state = TagState(STATES[MIXED])
    label = tagger.labels[int(probabilities.argmax())]
    return TextTag(label, tagger.labels, tuple(probabilities.tolist()), state, told)


def _seconds(batch: Sequence[RawDocument], source: Source) -> list[str]:
    """Return the second text of each row; "" where a row has none."""
    name = str(source.columns.second)
    return [str(raw.metadata.get(name) or "") for raw in batch]


@dataclass(frozen=True, slots=True)
class _Passages:
    key: str
    title: str
    ids: NDArray[np.int64]
    lengths: NDArray[np.float64]


def _spans(corpus: Corpus, document_id: int) -> tuple[str, str, NDArray[np.int64], NDArray[np.float64]]:
    passages = corpus.catalogue.passages_of(document_id)
    ids = np.array([passage.id for passage in passages], np.int64)
    lengths = np.array([max(1, passage.end - passage.start) for passage in passages], np.float64)
    first = passages[0] if passages else None
    return (first.document_key if first else "", first.title if first else "", ids, lengths)
