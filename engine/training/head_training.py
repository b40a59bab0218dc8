"""A head from labelled texts: they are embedded once, then a logistic regression is fitted in seconds."""

import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.encoding.encoder import Encoder
from engine.progress import Steps
from engine.tagging.records import TaggerKind
from engine.tagging.tagger_files import DESCRIPTION_FILE, read_description, weights_digest
from engine.tagging.tagger_measures import LabelledText, report
from engine.teaching.heads import PREVIOUS, Examples, fit_head, write_head
from engine.training.examples import gold
from engine.training.training import FORMAT, measures


def train_head(
    folder: Path,
    encoder: Encoder,
    examples: Sequence[LabelledText],
    held: Sequence[LabelledText] = (),
    *,
    labels: Sequence[str],
    description: dict[str, Any],
    multi_label: bool = False,
) -> Steps[dict[str, float]]:
    """Fit a head to the embeddings of `examples`, write the tagger into `folder` and return its measures.

    Measured on `held`; without any, each text is told by heads that were fitted without it. Closed early, it leaves
    things as they were. `description` is added to tagger.json.
    """
    embeddings = yield from _embed(encoder, examples)
    targets = _targets(examples, labels, multi_label)
    head, made = yield from fit_head(embeddings, targets, labels, encoder.id, multi_label)
    if held:
        told = head.probabilities((yield from _embed(encoder, held)))
        made = report(told, gold(held, labels, multi_label=multi_label), labels, multi_label=multi_label)
    said = {
        "format": FORMAT,
        "kind": TaggerKind.HEAD.value,
        "labels": list(labels),
        "encoder": encoder.id,
        "base": encoder.name if encoder.name == "all-MiniLM-L6-v2" else str(encoder.folder),
        "base_sha256": weights_digest(encoder.folder),
        "max_tokens": encoder.max_tokens,
        "temperature": 1.0,
        "multi_label": multi_label,
        "pair": False,
        "unsure_below": 0.5,
        "texts": dict(Counter(label for example in examples for label in example.labels)),
    } | description
    of_another_kind = not _is_head(folder)
    write_head(folder, head, Examples.of(embeddings, targets), said | measures(made, said))
    if of_another_kind:  # whose weights no head goes back to
        shutil.rmtree(folder / PREVIOUS, ignore_errors=True)
    return dict(measures(made, said)["measured"])


def _embed(encoder: Encoder, examples: Sequence[LabelledText]) -> Steps[NDArray[np.float32]]:
    embedding = encoder.encode_steps([example.text for example in examples])
    while True:
        try:
            progress = next(embedding)
        except StopIteration as stop:
            return np.asarray(stop.value, np.float32)
        yield replace(progress, unit="texts")


def _targets(examples: Sequence[LabelledText], labels: Sequence[str], multi_label: bool) -> NDArray[np.int8]:
    """Return (n, n_labels) int8, 1 for each label that holds."""
    truth = gold(examples, labels, multi_label=multi_label)
    held = truth if multi_label else np.eye(len(labels), dtype=np.int64)[truth]
    return held.astype(np.int8)


def _is_head(folder: Path) -> bool:
    if not (folder / DESCRIPTION_FILE).is_file():
        return False
    return bool(read_description(folder).get("kind") == TaggerKind.HEAD.value)
