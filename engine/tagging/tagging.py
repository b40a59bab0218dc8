"""Tagging: a tagger over stored passages, a commit a batch; a document's tag is the mean of its passages'."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.corpus import Corpus
from engine.progress import Progress, Steps
from engine.reading.process import Reader
from engine.reading.readers import Unreadable
from engine.reading.sources import document_key, find_files
from engine.records import DocumentTag, TextTag
from engine.tagging.tagger import Tagger
from indexes.records import Skipped, Source, Tags

BATCH = 64
"""Passages in one commit."""


def tag_passages(corpus: Corpus, tagger: Tagger, tagger_id: str, passage_ids: Sequence[int]) -> Steps[Tags]:
    """Tag passages and store it; those that this tagger tagged before are not tagged again.

    Returns all stored tags of the tagger. Raises CorpusBusy when another process writes the corpus.
    """
    with corpus.writing() as catalogue:
        known = set(catalogue.tags(tagger_id).passage_ids.tolist())
        waiting = [passage_id for passage_id in dict.fromkeys(passage_ids) if passage_id not in known]
        yield Progress("Tagging", 0, len(waiting), "passages")
        for start in range(0, len(waiting), BATCH):
            passages = catalogue.passages(waiting[start : start + BATCH])
            probabilities = tagger.probabilities([passage.text for passage in passages])
            ids = np.array([passage.id for passage in passages], np.int64)
            labels = probabilities.argmax(1).astype(np.int32) if len(ids) else np.zeros(0, np.int32)
            catalogue.add_tags(tagger_id, tagger.labels, ids, labels, probabilities)
            yield Progress("Tagging", min(start + BATCH, len(waiting)), len(waiting), "passages")
        return catalogue.tags(tagger_id)


def tag_documents(
    corpus: Corpus, tagger: Tagger, tagger_id: str, document_ids: Sequence[int]
) -> Steps[list[DocumentTag]]:
    """Tag whole documents: their passages, combined by a mean weighted with the passages' lengths."""
    documents = [_Passages(*_spans(corpus, document_id)) for document_id in document_ids]
    ids = [int(passage_id) for document in documents for passage_id in document.ids]
    tags = yield from tag_passages(corpus, tagger, tagger_id, ids)
    row_of = {int(passage_id): row for row, passage_id in enumerate(tags.passage_ids)}
    tagged = []
    for document in documents:
        rows = [row_of[int(passage_id)] for passage_id in document.ids if int(passage_id) in row_of]
        if rows:
            mean = combine(tags.probabilities[rows], document.lengths)
            tagged.append(DocumentTag(document.key, document.title, text_tag(tags.labels, mean)))
    return tagged


def tag_source(tagger: Tagger, source: Source) -> Steps[tuple[list[DocumentTag], tuple[Skipped, ...]]]:
    """Tag every document of a source that is in no corpus; files that cannot be read are reported."""
    tagged: list[DocumentTag] = []
    skipped: list[Skipped] = []
    with Reader() as reader:
        for file in find_files(source):
            if file.skipped:
                skipped.append(Skipped(file.path, file.skipped))
                continue
            try:
                for batch in reader.read(file.path, file.format, source.columns):
                    probabilities = yield from tagger.tag_steps([raw.text for raw in batch])
                    tagged += [
                        DocumentTag(
                            document_key(source, file, raw.key), raw.title, text_tag(tagger.labels, row)
                        )
                        for raw, row in zip(batch, probabilities, strict=True)
                    ]
            except Unreadable as error:
                skipped.append(Skipped(file.path, error.reason))
    return tagged, tuple(skipped)


def combine(probabilities: NDArray[np.float32], weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the weighted mean of rows of probabilities: (n, labels) float32 and (n,) → (labels,), sum 1."""
    mean = (probabilities * weights[:, None]).sum(0) / weights.sum()
    return np.asarray(mean / mean.sum(), np.float32)


def text_tag(labels: Sequence[str], probabilities: NDArray[np.float32]) -> TextTag:
    """Return the record of one text's probabilities, (n_labels,) float."""
    return TextTag(labels[int(probabilities.argmax())], tuple(labels), tuple(probabilities.tolist()))


@dataclass(frozen=True, slots=True)
class _Passages:
    key: str
    title: str
    ids: NDArray[np.int64]
    lengths: NDArray[np.float32]


def _spans(corpus: Corpus, document_id: int) -> tuple[str, str, NDArray[np.int64], NDArray[np.float32]]:
    passages = corpus.catalogue.passages_of(document_id)
    ids = np.array([passage.id for passage in passages], np.int64)
    lengths = np.array([max(1, passage.end - passage.start) for passage in passages], np.float32)
    first = passages[0] if passages else None
    return (first.document_key if first else "", first.title if first else "", ids, lengths)
