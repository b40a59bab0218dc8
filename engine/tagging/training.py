"""Training: a tagger fine-tuned on labelled texts, as LoRA adapters, a pooler and a head over the encoder's [CLS].

LoRA: Hu et al. (2021), https://arxiv.org/abs/2106.09685. One base encoder serves every tagger; only what was trained
is kept.
"""

import math
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.encoding.encoder import Encoder
from engine.progress import Progress, Steps
from engine.reading.process import Reader
from engine.reading.readers import Unreadable
from engine.tagging.tagger import SENTIMENT_LABELS, Tagger
from engine.tagging.tagger_files import (
    classification_model,
    load_tensors,
    weights_digest,
    whole_or_nothing,
    with_adapters,
    write_description,
    write_tensors,
)
from engine.tagging.tagger_measures import LabelledText, measure
from indexes.errors import ModelError, SourceError, TooSmall
from indexes.records import Source

if TYPE_CHECKING:
    import torch

LARGEST_DEV = 2000
DEV_SHARE = 0.1
BUCKET = 4000
"""Texts sorted by length together: batches of one length, still in a random order."""
MAX_BATCH = 64


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train. `top_layers` blocks get adapters of `rank`; `token_budget` counts tokens in a batch.

    The gradients of `accumulate` batches make one step: a batch holds texts of one length, so often of one kind,
    and steps along one kind at a time undo each other.
    """

    seed: int = 0
    epochs: float = 3
    learning_rate: float = 1e-3
    warm_up: float = 0.04
    weight_decay: float = 0.01
    label_smoothing: float = 0.05
    rank: int = 16
    alpha: int = 32
    top_layers: int = 6
    max_tokens: int = 128
    token_budget: int = 1400
    accumulate: int = 1
    evaluations: int = 6
    patience: int = 3


def train_tagger(
    folder: Path,
    encoder: Encoder,
    examples: Sequence[LabelledText],
    dev: Sequence[LabelledText],
    *,
    labels: Sequence[str],
    settings: Settings,
    description: dict[str, Any],
    start: Path | None = None,
) -> Steps[dict[str, float]]:
    """Train on `examples`, keep what does best on `dev`, write the tagger into `folder` and return its measures.

    The same examples, settings and versions give the same weights on one machine. Cancelling leaves nothing behind.
    `description` is added to tagger.json: name, origin, what it was trained on. `start` is the folder of a tagger of
    the same shape to go on from.
    """
    import torch

    yield Progress("Loading the model")
    encoder.load()
    torch.manual_seed(settings.seed)
    model = classification_model(encoder.folder, len(labels), attention_probs_dropout_prob=0.0)
    model = with_adapters(model, rank=settings.rank, alpha=settings.alpha, top_layers=settings.top_layers).to(
        encoder.device
    )
    if start:
        load_tensors(model, start)
    best = yield from _fit(model, encoder, examples, dev, list(labels), settings)
    from importlib.metadata import version

    written = {
        "format": 1,
        "labels": list(labels),
        "base": encoder.name if encoder.name == "all-MiniLM-L6-v2" else str(encoder.folder),
        "base_sha256": weights_digest(encoder.folder),
        "rank": settings.rank,
        "alpha": settings.alpha,
        "top_layers": settings.top_layers,
        "max_tokens": min(settings.max_tokens, encoder.max_tokens),
        "settings": asdict(settings),
        "texts": dict(Counter(example.label for example in examples)),
        "versions": {name: version(name) for name in ("torch", "transformers", "peft")},
    } | description
    with whole_or_nothing(folder) as part:
        write_tensors(part, best)
        write_description(part, written)
        measured = yield from _measure_written(part, dev, labels)
        write_description(part, written | {"measured": measured})
    return measured


def read_examples(source: Source) -> Steps[list[LabelledText]]:
    """Read the labelled texts of a table; SourceError when it cannot be read or no row has a label."""
    examples: list[LabelledText] = []
    with Reader() as reader:
        try:
            for batch in reader.read(source.path, _format(source), source.columns):
                for raw in batch:
                    label = raw.metadata.get(source.columns.label or "label")
                    if label is not None:
                        examples.append(LabelledText(raw.text, str(label)))
                yield Progress("Reading texts", len(examples), 0, "texts")
        except Unreadable as error:
            raise SourceError(f"{source.path} {error.reason}.") from error
    if not examples:
        raise SourceError(f"No row of {source.path} has a label. Name its column with --label-column.")
    return examples


def hold_out(examples: Sequence[LabelledText], seed: int) -> tuple[list[LabelledText], list[LabelledText]]:
    """Split off a tenth of each label's texts, at most 2,000 in all, to measure on: (train, dev).

    Raises TooSmall when there are fewer than two labels, or a label has fewer than five texts.
    """
    counts = Counter(example.label for example in examples)
    rare = [label for label, count in counts.items() if count < 5]
    if len(counts) < 2 or rare:
        raise TooSmall(
            "To train a tagger every label needs at least five texts, and there must be two labels or more. "
            + (f"Too few texts for: {', '.join(rare)}." if rare else f"Found: {', '.join(counts)}.")
        )
    share = min(DEV_SHARE, LARGEST_DEV / len(examples))
    order = list(range(len(examples)))
    random.Random(seed).shuffle(order)
    wanted = {label: max(1, round(share * count)) for label, count in counts.items()}
    dev_rows = set()
    for row in order:
        if wanted[examples[row].label] > 0:
            wanted[examples[row].label] -= 1
            dev_rows.add(row)
    train = [example for row, example in enumerate(examples) if row not in dev_rows]
    return train, [examples[row] for row in sorted(dev_rows)]


def label_order(examples: Sequence[LabelledText]) -> tuple[str, ...]:
    """Return the labels in the order of their columns: sentiment as we say it, numbers by size, else by name."""
    labels = {example.label for example in examples}
    if labels <= set(SENTIMENT_LABELS):
        return tuple(label for label in SENTIMENT_LABELS if label in labels)
    if all(label.lstrip("-").isdecimal() for label in labels):
        return tuple(sorted(labels, key=int))
    return tuple(sorted(labels))


def _fit(
    model: Any,
    encoder: Encoder,
    examples: Sequence[LabelledText],
    dev: Sequence[LabelledText],
    labels: list[str],
    settings: Settings,
) -> Steps[dict[str, "torch.Tensor"]]:
    """Run the training loop and return the state that did best on `dev` by macro-F1."""
    import torch
    from peft import get_peft_model_state_dict

    ids = _token_ids(encoder, examples, settings.max_tokens)
    gold = [labels.index(example.label) for example in examples]
    batches = list(_schedule([len(tokens) for tokens in ids], settings))
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW(trained, lr=settings.learning_rate, weight_decay=settings.weight_decay)
    best: dict[str, torch.Tensor] = {}
    losses: list[float] = []
    best_score, waited = -1.0, 0
    stops = {round(len(batches) * (n + 1) / settings.evaluations) for n in range(settings.evaluations)}
    for number, rows in enumerate(batches, start=1):
        for group in optimiser.param_groups:
            group["lr"] = settings.learning_rate * _rate(number / len(batches), settings.warm_up)
        model.train()
        loss = torch.nn.functional.cross_entropy(
            _logits(model, encoder, [ids[row] for row in rows]),
            torch.tensor([gold[row] for row in rows], device=encoder.device),
            label_smoothing=settings.label_smoothing,
        )
        (loss / settings.accumulate).backward()  # type: ignore[no-untyped-call]
        if number % settings.accumulate == 0 or number == len(batches):
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimiser.step()
            optimiser.zero_grad()
        losses = [*losses[-49:], float(loss.detach())]
        yield Progress("Training", number, len(batches), "batches", f"loss {np.mean(losses):.3f}")
        if number in stops:
            score = yield from _score(model, encoder, dev, labels, settings.max_tokens)
            waited += 1
            if score > best_score:
                best_score, waited = score, 0
                best = {
                    name: tensor.detach().cpu().clone()
                    for name, tensor in get_peft_model_state_dict(model).items()
                }
            elif waited >= settings.patience:
                break
    return best


def _schedule(lengths: Sequence[int], settings: Settings) -> Iterator[list[int]]:
    """Yield the batches of all epochs, rows of like length together, in a random order fixed by the seed."""
    chance = random.Random(settings.seed)
    remaining = settings.epochs
    while remaining > 0:
        order = list(range(len(lengths)))
        chance.shuffle(order)
        order = order[: math.ceil(min(1.0, remaining) * len(order))]
        for start in range(0, len(order), BUCKET):
            bucket = sorted(order[start : start + BUCKET], key=lambda row: lengths[row])
            batches = list(_cut(bucket, lengths, settings.token_budget))
            chance.shuffle(batches)
            yield from batches
        remaining -= 1


def _cut(rows: Sequence[int], lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Cut rows, shortest first, into batches whose padded size stays within the budget."""
    batch: list[int] = []
    for row in rows:
        if batch and (len(batch) == MAX_BATCH or (len(batch) + 1) * lengths[row] > budget):
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def _rate(share: float, warm_up: float) -> float:
    """Return the learning rate's share: rising in a line over `warm_up`, then a half cosine down to 2 %."""
    if share < warm_up:
        return share / warm_up
    return 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * (share - warm_up) / (1 - warm_up)))


def _token_ids(encoder: Encoder, examples: Sequence[LabelledText], max_tokens: int) -> list[list[int]]:
    texts = [example.text for example in examples]
    limit = min(max_tokens, encoder.max_tokens)
    return list(encoder.tokenizer(texts, truncation=True, max_length=limit)["input_ids"])


def _logits(model: Any, encoder: Encoder, token_ids: list[list[int]]) -> "torch.Tensor":
    batch = encoder.tokenizer.pad({"input_ids": token_ids}, return_tensors="pt").to(encoder.device)
    return model(**batch).logits  # type: ignore[no-any-return]


def _score(
    model: Any, encoder: Encoder, dev: Sequence[LabelledText], labels: list[str], max_tokens: int
) -> Steps[float]:
    """Return the macro-F1 on `dev`."""
    import torch

    model.eval()
    ids = _token_ids(encoder, dev, max_tokens)
    order = sorted(range(len(ids)), key=lambda row: len(ids[row]))
    probabilities = np.zeros((len(ids), len(labels)), np.float32)
    with torch.inference_mode():
        for rows in _cut(order, [len(tokens) for tokens in ids], 2048):
            logits = _logits(model, encoder, [ids[row] for row in rows])
            probabilities[rows] = torch.softmax(logits, 1).cpu().numpy()
            yield Progress("Measuring")
    return measure(probabilities, _gold(dev, labels), labels)["macro-F1"]


def _measure_written(
    folder: Path, dev: Sequence[LabelledText], labels: Sequence[str]
) -> Steps[dict[str, float]]:
    """Measure the tagger as it was written, which is what its users get."""
    tagger = Tagger.open(folder)
    probabilities = yield from tagger.tag_steps([example.text for example in dev])
    measured = measure(probabilities, _gold(dev, labels), labels)
    return {f"held-out {name}": round(value, 4) for name, value in measured.items()}


def _gold(examples: Sequence[LabelledText], labels: Sequence[str]) -> NDArray[np.int64]:
    return np.array([labels.index(example.label) for example in examples], np.int64)


def _format(source: Source) -> str:
    from engine.reading.sources import TABLES, format_of

    name = format_of(Path(source.path).name)
    if name not in TABLES:
        raise ModelError(
            f"{source.path} is not a table. Labelled texts come from csv, tsv, jsonl or parquet."
        )
    return name
