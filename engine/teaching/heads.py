"""Heads: taggers that are nothing but logistic regression on the encoder's embeddings, which a corpus has stored.

A head's folder holds tagger.json and head.safetensors; in `taught/` lie the texts it was fitted to, as embeddings and
labels, so that it goes on learning in another corpus; in `previous/` what it was before, for one undo.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.progress import Steps
from engine.tagging.records import TagReport
from engine.tagging.tagger_files import (
    DESCRIPTION_FILE,
    read_description,
    whole_or_nothing,
    write_description,
)
from engine.tagging.tagger_measures import report
from engine.teaching.held_out import Crossed, chosen, cross
from engine.teaching.logistic import Ridge, Texts, fit
from indexes.errors import ModelError
from indexes.lessons import probabilities_of

HEAD_FILE = "head.safetensors"
EXAMPLES_FILE = "taught/examples.safetensors"
PREVIOUS = "previous"
RIDGES = tuple(Ridge(strength) for strength in (10.0, 1.0, 0.3, 0.1, 0.03))
"""What the strength of a head is chosen from, the simplest first."""
LOPSIDED = 3
"""When one label has more than so many times the texts of another, texts of rare labels count more."""
LARGEST = 200_000
"""Texts times labels that are left out in turn; of more, that many are drawn."""
NEVER = -20.0
"""The bias of a label that has no texts yet."""


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """A fitted head: weights (n_labels, dim) and bias (n_labels,) float32, over embeddings of the encoder's id."""

    labels: tuple[str, ...]
    encoder: str
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    multi_label: bool = False

    def probabilities(self, embeddings: NDArray[Any]) -> NDArray[np.float32]:
        """Return (n, n_labels) float32 of embeddings (n, dim), unit length."""
        logits = embeddings.astype(np.float32) @ self.weights.T + self.bias
        return probabilities_of(logits.astype(np.float64), self.multi_label)


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """What a head is fitted to: embeddings (n, dim) float16, targets (n, n_labels) int8 of 0 and 1.

    sources (n,) int32 say where from: a number in `names`, which are the uids of corpora, "" for a table.
    """

    embeddings: NDArray[np.float16]
    targets: NDArray[np.int8]
    sources: NDArray[np.int32]
    names: tuple[str, ...] = ("",)

    @classmethod
    def of(cls, embeddings: NDArray[Any], targets: NDArray[Any], name: str = "") -> "Examples":
        """Return examples that are all from one place."""
        return cls(
            embeddings.astype(np.float16), targets.astype(np.int8), np.zeros(len(targets), np.int32), (name,)
        )

    def without(self, name: str) -> "Examples":
        """Return those that are from elsewhere."""
        kept = np.array([self.names[number] != name for number in self.sources], bool)
        return Examples(self.embeddings[kept], self.targets[kept], self.sources[kept], self.names)

    def with_more(self, others: "Examples") -> "Examples":
        """Return these and others after them."""
        return Examples(
            np.concatenate([self.embeddings, others.embeddings]),
            np.concatenate([self.targets, others.targets]),
            np.concatenate([self.sources, others.sources + len(self.names)]),
            (*self.names, *others.names),
        )


def fit_head(
    embeddings: NDArray[Any],
    targets: NDArray[Any],
    labels: Sequence[str],
    encoder: str,
    multi_label: bool = False,
) -> Steps[tuple[Head, TagReport]]:
    """Fit a head to embeddings (n, dim) and targets (n, n_labels) of 0 and 1; measured on each text left out."""
    texts = texts_of(embeddings, targets, multi_label)
    sample = drawn(len(targets), targets.shape[1])
    crossed = yield from cross(texts.rows(sample), RIDGES, repeats(len(targets)))
    return fitted_head(texts, crossed, labels, encoder), report_of(crossed, targets[sample], labels)


def texts_of(embeddings: NDArray[Any], targets: NDArray[Any], multi_label: bool) -> Texts:
    """Return what to fit to, texts of rare labels counting more when the labels are lopsided."""
    counts = targets.sum(0).astype(np.float64)
    weights = np.ones(len(targets))
    present = counts[counts > 0]
    if not multi_label and len(present) > 1 and present.max() > LOPSIDED * present.min():
        of_label = np.sqrt(counts.sum() / np.maximum(counts, 1))
        weights = (targets * of_label).sum(1)
        weights *= len(weights) / weights.sum()
    return Texts(embeddings.astype(np.float64), targets.astype(np.float64), weights, multi_label)


def fitted_head(texts: Texts, crossed: Crossed, labels: Sequence[str], encoder: str) -> Head:
    """Return the head of the ridge that told texts best which were left out."""
    fitted = fit(texts, RIDGES[chosen(crossed.losses())])
    bias = np.where(texts.targets.any(0), fitted.bias, NEVER)
    return Head(
        tuple(labels), encoder, fitted.weights.astype(np.float32), bias.astype(np.float32), texts.multi_label
    )


def report_of(crossed: Crossed, targets: NDArray[Any], labels: Sequence[str]) -> TagReport:
    """Return how texts were told that were left out."""
    gold = targets if crossed.texts.multi_label else targets.argmax(1)
    return report(
        crossed.probabilities(), gold.astype(np.int64), labels, multi_label=crossed.texts.multi_label
    )


def repeats(texts: int) -> int:
    """Return how often so many texts are left out in turn: the fewer they are, the more it depends on the folds."""
    return 3 if texts <= 60 else 2 if texts <= 200 else 1


def drawn(texts: int, labels: int, kept: int = 0) -> NDArray[np.bool_]:
    """Return which of the texts to leave out in turn (n,): all, or a sample with the last `kept` of them."""
    size = max(LARGEST // labels, 500, kept)
    mask = np.ones(texts, bool)
    if texts > size:
        mask[: texts - kept] = False
        mask[np.random.default_rng(0).permutation(texts - kept)[: size - kept]] = True
    return mask


def read_head(folder: Path) -> Head:
    """Return the head in a folder; ModelError when it is not there or damaged."""
    from safetensors import SafetensorError, safe_open

    path = folder / HEAD_FILE
    if not path.is_file():
        raise ModelError(
            f"The tagger “{folder.name}” has learned nothing yet. Give some passages its labels, then let it learn."
        )
    try:
        with safe_open(path, framework="numpy") as file:
            said = file.metadata() or {}
            weights, bias = file.get_tensor("weight"), file.get_tensor("bias")
            labels = tuple(map(str, json.loads(said["labels"])))
            head = Head(
                labels,
                said["encoder"],
                weights.astype(np.float32),
                bias.astype(np.float32),
                said.get("multi_label") == "true",
            )
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise ModelError(f"The tagger in {folder} cannot be read ({error}). Teach it again.") from error
    if head.weights.ndim != 2 or not head.weights.shape[0] == len(head.bias) == len(labels):
        raise ModelError(f"The weights in {path} do not fit each other. Teach the tagger again.")
    return head


def read_examples(folder: Path) -> Examples | None:
    """Return the texts that a head was fitted to; None when it keeps none, or none that can be read."""
    from safetensors import SafetensorError, safe_open

    if not (folder / EXAMPLES_FILE).is_file():
        return None
    try:
        with safe_open(folder / EXAMPLES_FILE, framework="numpy") as file:
            names = tuple(map(str, json.loads((file.metadata() or {})["names"])))
            found = Examples(
                file.get_tensor("embeddings"), file.get_tensor("targets"), file.get_tensor("sources"), names
            )
    except (OSError, SafetensorError, KeyError, ValueError):
        return None
    fits = len(found.embeddings) == len(found.targets) == len(found.sources)
    return found if fits and found.sources.max(initial=-1) < len(names) else None


def write_head(folder: Path, head: Head, examples: Examples | None, description: Mapping[str, Any]) -> None:
    """Make this the head in a folder, whole or not at all; what stood there before is kept for `take_back`."""
    with whole_or_nothing(folder) as part:
        _write(part, head, examples)
        write_description(part, description)
        if (folder / DESCRIPTION_FILE).is_file():
            _copy(folder, part / PREVIOUS)


def take_back(folder: Path) -> bool:
    """Make a head what it was before it learned last; return whether that is known. It is done once only."""
    previous = folder / PREVIOUS
    if not (previous / DESCRIPTION_FILE).is_file():
        return False
    with whole_or_nothing(folder) as part:
        _copy(previous, part)
    return True


def relabel(folder: Path, labels: Sequence[str], earlier: Sequence[str | None]) -> None:
    """Give a head's folder other labels, whole or not at all: label i was `earlier[i]`, None for a new one.

    What it was before cannot be taken back to any more: it knew other labels.
    """
    said = read_description(folder)
    old = [str(label) for label in said.get("labels", ())]
    columns = [None if label is None else old.index(label) for label in earlier]
    head = read_head(folder) if (folder / HEAD_FILE).is_file() else None
    examples = read_examples(folder)
    with whole_or_nothing(folder) as part:
        if head is not None:
            weights = np.zeros((len(labels), head.weights.shape[1]), np.float32)
            bias = np.full(len(labels), NEVER, np.float32)
            for number, column in enumerate(columns):
                if column is not None:
                    weights[number], bias[number] = head.weights[column], head.bias[column]
            _write(part, Head(tuple(labels), head.encoder, weights, bias, head.multi_label), None)
        if examples is not None:
            targets = np.zeros((len(examples.targets), len(labels)), np.int8)
            for number, column in enumerate(columns):
                if column is not None:
                    targets[:, number] = examples.targets[:, column]
            kept = Examples(examples.embeddings, targets, examples.sources, examples.names)
            _write_examples(part, kept)
        write_description(part, {**said, "labels": list(labels)})


def _write(folder: Path, head: Head, examples: Examples | None) -> None:
    from safetensors.numpy import save_file

    said = {
        "labels": json.dumps(head.labels),
        "encoder": head.encoder,
        "multi_label": json.dumps(head.multi_label),
    }
    tensors: dict[str, NDArray[Any]] = {
        "weight": np.ascontiguousarray(head.weights),
        "bias": np.ascontiguousarray(head.bias),
    }
    save_file(tensors, folder / HEAD_FILE, metadata=said)
    if examples is not None:
        _write_examples(folder, examples)


def _write_examples(folder: Path, examples: Examples) -> None:
    from safetensors.numpy import save_file

    (folder / EXAMPLES_FILE).parent.mkdir(exist_ok=True)
    tensors: dict[str, NDArray[Any]] = {
        "embeddings": np.ascontiguousarray(examples.embeddings),
        "targets": np.ascontiguousarray(examples.targets),
        "sources": np.ascontiguousarray(examples.sources),
    }
    save_file(tensors, folder / EXAMPLES_FILE, metadata={"names": json.dumps(examples.names)})


def _copy(source: Path, target: Path) -> None:
    for name in (DESCRIPTION_FILE, HEAD_FILE, EXAMPLES_FILE):
        if (source / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, target / name)
