"""The training loop of every tagger that is fine-tuned: batches, steps, validation, and the best state kept."""

import math
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.progress import Progress, Steps
from engine.tagging.records import HeadPooling
from engine.tagging.tagger import sigmoid, softmax
from engine.tagging.tagger_measures import LabelledText, report
from engine.training.examples import gold

if TYPE_CHECKING:
    import torch

BUCKET = 4000
"""Texts sorted by length together: batches of one length, still in a random order."""
DEV_TOKEN_BUDGET = 2048
DEV_TEXTS = 64
READ_AT_ONCE = 200
"""Texts cut into tokens between two reports."""
POOLING_RATE = 10.0
"""Times the learning rate of all else: the weights of attention pooling begin all alike, and adapters would learn to do
without them."""
LAST_LOSSES = 50
"""Batches over which the loss that is shown is averaged."""

Input = tuple[list[int], list[int]]
"""The token ids of a text or of a pair of texts, and for each token which of the two it belongs to: 0 or 1."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train. `top_layers` blocks get adapters of `rank`, and over them a head that reads by `pooling`.

    A batch has `token_budget` tokens, or `most_texts`.

    The gradients of `accumulate` batches make one step: a batch holds texts of one length, so often of one kind,
    and steps along one kind at a time undo each other. With an `average` above 0 what is measured and kept is not
    the weights of the last step but their exponential moving average, which forgets the share 1 - average a step.
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
    pooling: HeadPooling = HeadPooling.CLS
    max_tokens: int = 128
    token_budget: int = 1400
    most_texts: int = 64
    accumulate: int = 1
    average: float = 0.0
    evaluations: int = 6
    patience: int = 3


@dataclass(frozen=True, slots=True)
class Learner:
    """A model with a classification head, made to be trained; `weights` returns the part of it that is kept."""

    model: Any
    tokenizer: Any
    device: str
    max_tokens: int
    weights: Callable[[Any], "dict[str, torch.Tensor]"]
    multi_label: bool = False


@dataclass(slots=True)
class Best:
    """The best state so far, reached with batch `at`; `done` of `batches` have been trained on.

    `logits` (n_dev, n_labels) float32 are what it said of the texts it was chosen by. Nothing is in it before the
    first validation. `cut` texts to train on filled all that the model reads at once: what they hold beyond it was not
    learned from.
    """

    weights: "dict[str, torch.Tensor]" = field(default_factory=dict)
    logits: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    score: float = -1.0
    loss: float = math.inf
    at: int = 0
    done: int = 0
    batches: int = 0
    cut: int = 0


def fit(
    learner: Learner,
    examples: Sequence[LabelledText],
    dev: Sequence[LabelledText],
    labels: Sequence[str],
    settings: Settings,
    best: Best,
) -> Steps[None]:
    """Train; what does best on `dev` by macro-F1, among equals by loss, is in `best` from the first validation on.

    Counts the batches of training and those of validation as one work. Closed early, it leaves `best` as it is.
    """
    import torch

    inputs = yield from _read_steps(learner, examples, settings.max_tokens)
    target = _target(examples, labels, learner)
    batches = list(_schedule([len(ids) for ids, _ in inputs], settings))
    dev_inputs = yield from _read_steps(learner, dev, settings.max_tokens)
    validation = _Validation(learner, dev, dev_inputs, labels)
    stops = {round(len(batches) * (n + 1) / settings.evaluations) for n in range(settings.evaluations)} - {0}
    total = len(batches) + len(stops) * len(validation.batches)
    work = 0
    best.batches = len(batches)
    best.cut = sum(len(ids) >= min(settings.max_tokens, learner.max_tokens) for ids, _ in inputs)
    trained = [parameter for parameter in learner.model.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW(_groups(learner.model), weight_decay=settings.weight_decay)
    average = _Average(trained, settings.average)
    losses: list[float] = []
    waited = 0
    for number, rows in enumerate(batches, start=1):
        for group in optimiser.param_groups:
            share = _rate(number / len(batches), settings.warm_up)
            group["lr"] = settings.learning_rate * share * group["rate"]
        learner.model.train()
        logits = logits_of(learner, [inputs[row] for row in rows])
        loss = _loss(logits, target[rows], settings.label_smoothing)
        (loss / settings.accumulate).backward()  # type: ignore[no-untyped-call]
        if number % settings.accumulate == 0 or number == len(batches):
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimiser.step()
            optimiser.zero_grad()
            average.follow()
        losses = [*losses[1 - LAST_LOSSES :], float(loss.detach())]
        best.done, work, mean = number, work + 1, float(np.mean(losses))
        yield Progress("Training", work, total, "batches", f"loss {mean:.3f}", (("loss", mean),))
        if number in stops:
            with average.in_place():
                for _ in validation.steps():
                    work += 1
                    yield Progress("Training", work, total, "batches", f"measuring on {len(dev):,} texts")
                waited = 0 if validation.improves(best) else waited + 1
            yield Progress("Training", work, total, "batches", validation.note, validation.values)
            if waited >= settings.patience:
                return


def _read_steps(learner: Learner, examples: Sequence[LabelledText], max_tokens: int) -> Steps[list[Input]]:
    """Like `read_inputs`, in steps."""
    inputs: list[Input] = []
    for start in range(0, len(examples), READ_AT_ONCE):
        inputs += read_inputs(learner, examples[start : start + READ_AT_ONCE], max_tokens)
        yield Progress("Reading texts", len(inputs), len(examples), "texts")
    return inputs


def read_inputs(learner: Learner, examples: Sequence[LabelledText], max_tokens: int) -> list[Input]:
    """Return what the model reads of each example: a BERT [CLS] text [SEP], or [CLS] text [SEP] second [SEP]."""
    pairs = any(example.second for example in examples)
    encoded = learner.tokenizer(
        [example.text for example in examples],
        [example.second for example in examples] if pairs else None,
        truncation=True,
        max_length=min(max_tokens, learner.max_tokens),
        return_token_type_ids=True,
    )
    filler = learner.tokenizer.pad_token_id  # of a text without any token
    return [
        (ids or [filler], types or [0])
        for ids, types in zip(encoded["input_ids"], encoded["token_type_ids"], strict=True)
    ]


def logits_of(learner: Learner, inputs: Sequence[Input]) -> "torch.Tensor":
    """Return the model's (n, n_labels) answers to one batch, before the softmax."""
    ids, types = zip(*inputs, strict=True)
    batch = learner.tokenizer.pad(
        {"input_ids": list(ids), "token_type_ids": list(types)}, return_tensors="pt", padding_side="right"
    ).to(learner.device)
    if getattr(learner.model.config, "type_vocab_size", 0) < 2:
        batch.pop("token_type_ids")  # a GPT-2 would take them for words
    return learner.model(**batch).logits  # type: ignore[no-any-return]


class _Validation:
    """Measures a model again and again on the same held-out texts."""

    def __init__(
        self,
        learner: Learner,
        dev: Sequence[LabelledText],
        inputs: Sequence[Input],
        labels: Sequence[str],
    ) -> None:
        self._learner = learner
        self._labels = labels
        self._inputs = inputs
        self._gold = gold(dev, labels, multi_label=learner.multi_label)
        self._target = _target(dev, labels, learner)
        self._logits = np.zeros((len(dev), len(labels)), np.float32)
        lengths = [len(ids) for ids, _ in self._inputs]
        order = sorted(range(len(lengths)), key=lambda row: lengths[row])
        self.batches = list(_cut(order, lengths, DEV_TOKEN_BUDGET, DEV_TEXTS))
        self.note = ""
        self.values: tuple[tuple[str, float], ...] = ()

    def steps(self) -> Iterator[None]:
        """Have the model read the texts, yielding after each batch."""
        import torch

        self._learner.model.eval()
        for rows in self.batches:
            with torch.inference_mode():
                answer = logits_of(self._learner, [self._inputs[row] for row in rows])
            self._logits[rows] = answer.float().cpu().numpy()
            yield

    def improves(self, best: Best) -> bool:
        """Say whether what was read last is better than `best`, and if so put the model's state there."""
        import torch

        several = self._learner.multi_label
        told = chances(self._logits, multi_label=several)
        score = report(told, self._gold, self._labels, multi_label=several).macro_f1
        logits = torch.from_numpy(self._logits)
        loss = float(_loss(logits, self._target.cpu(), 0.0))
        self.note = f"held-out macro-F1 {score:.3f}, loss {loss:.3f}"
        self.values = (("held-out loss", loss), ("held-out macro-F1", score))
        if (score, -loss) <= (best.score, -best.loss):
            return False
        best.score, best.loss, best.at = score, loss, best.done
        best.logits = self._logits.copy()
        best.weights = {
            name: tensor.detach().cpu().clone()
            for name, tensor in self._learner.weights(self._learner.model).items()
        }
        return True


def chances(logits: NDArray[np.float32], *, multi_label: bool) -> NDArray[np.float32]:
    """Return (n, n_labels) probabilities: of a text's one label, or of each of several that may hold."""
    return (sigmoid(logits) if multi_label else softmax(logits)).astype(np.float32)


def _target(examples: Sequence[LabelledText], labels: Sequence[str], learner: Learner) -> "torch.Tensor":
    """Return what is to be said: (n,) int64 label numbers, or (n, n_labels) float32 of 0 and 1."""
    import torch

    truth = torch.from_numpy(gold(examples, labels, multi_label=learner.multi_label))
    return (truth.float() if learner.multi_label else truth).to(learner.device)


def _loss(logits: "torch.Tensor", target: "torch.Tensor", smoothing: float) -> "torch.Tensor":
    """Return the cross-entropy of the label, or the mean over labels of each one's own."""
    import torch

    if target.is_floating_point():
        smoothed = target * (1 - smoothing) + smoothing / 2
        return torch.nn.functional.binary_cross_entropy_with_logits(logits, smoothed)
    return torch.nn.functional.cross_entropy(logits, target, label_smoothing=smoothing)


class _Average:
    """An exponential moving average of weights, each step's share of the old ones at most `decay`, less at first.

    A decay of 0 keeps nothing: the average is the weights themselves.
    """

    def __init__(self, weights: Sequence["torch.Tensor"], decay: float) -> None:
        self.weights = weights
        self.decay = decay
        self.steps = 0
        self.kept = [weight.detach().clone() for weight in weights] if decay else []

    def follow(self) -> None:
        """Take in the weights as they are after a step."""
        self.steps += 1
        decay = min(self.decay, self.steps / (self.steps + 10))
        for kept, weight in zip(self.kept, self.weights, strict=bool(self.kept)):
            kept.lerp_(weight.detach(), 1 - decay)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Put the average in the place of the weights; when the block ends they come back."""
        self._swap()
        try:
            yield
        finally:
            self._swap()

    def _swap(self) -> None:
        for row, weight in enumerate(self.weights if self.kept else ()):
            self.kept[row], weight.data = weight.data, self.kept[row]


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
            batches = list(_cut(bucket, lengths, settings.token_budget, settings.most_texts))
            chance.shuffle(batches)
            yield from batches
        remaining -= 1


def _cut(rows: Sequence[int], lengths: Sequence[int], budget: int, most: int) -> Iterator[list[int]]:
    """Cut rows, shortest first, into batches of at most so many tokens, padding included, and so many texts."""
    batch: list[int] = []
    for row in rows:
        if batch and (len(batch) == most or (len(batch) + 1) * lengths[row] > budget):
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def _groups(model: Any) -> list[dict[str, Any]]:
    """Return what is trained, and how many times the learning rate it has: attention pooling more than the rest."""
    kinds: dict[bool, list[torch.Tensor]] = {False: [], True: []}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            kinds["pooling" in name.split(".")].append(parameter)
    rates = {False: 1.0, True: POOLING_RATE}
    return [{"params": found, "rate": rates[kind]} for kind, found in kinds.items() if found]


def _rate(share: float, warm_up: float) -> float:
    """Return the learning rate's share: rising in a line over `warm_up`, then a half cosine down to 2 %."""
    if share < warm_up:
        return share / warm_up
    return 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * (share - warm_up) / (1 - warm_up)))
