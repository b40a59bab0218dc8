"""The tagger: a model with a classification head that gives a text a probability for each of its labels.

opening.py opens one out of a folder, head_tagger.py is one over the encoder's embeddings. Texts of any length are
read to their end, in windows of whole sentences.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.progress import Progress, Steps, finish
from engine.side_by_side import side_by_side
from engine.tagging.combining import PLAIN, Combiner
from engine.tagging.records import SENTIMENT as SENTIMENT
from engine.tagging.records import TaggerKind
from engine.tagging.windows import Window, WindowCutter
from indexes.errors import ModelError

if TYPE_CHECKING:
    from engine.encoding.encoder import Encoder
    from engine.tagging.packed_tagger import PackedTagger

SENTIMENT_LABELS = ("negative", "neutral", "positive")
TOKEN_BUDGET = 2048
"""Tokens in one batch, padding included."""
PACKED_BUDGET = 512
"""Tokens in one batch on one core: small enough to stay in its cache."""
MAX_BATCH = 64
MANY_WINDOWS = 256
"""From so many windows on the model is made in 8 bits, once, which takes about a second, and read with.

That is about what it saves of 256 passages, so these pay at once; short lines from the third time on
(tests/benchmarks/tagging_rate.py).
"""
CLOSE = 0.1
"""Where 8 bits leave the two likeliest labels closer together than this, the text is read again in full."""
UNSURE_BELOW = 0.5

Forward = Callable[[Sequence[list[int]], Sequence[list[int]] | None], Any]
"""A way to the logits (n, n_outputs) of texts' token ids, and of their segments where they are pairs."""


def shipped_tagger(name: str = SENTIMENT) -> Path:
    """Return the folder of a tagger that comes with Asterism: the sentiment tagger, or the one of that name."""
    return Path(__file__).parents[1] / "taggers" / name


@dataclass(frozen=True, slots=True)
class Manner:
    """How a tagger answers, beside its weights: tagger.json says so.

    `temperature` divides the logits, so that probabilities mean what they say (Guo et al. 2017,
    https://arxiv.org/abs/1706.04599). `multi_label`: each label is a chance of its own. `pair`: it reads two texts.
    Below the probability `unsure_below` its answer counts as unsure. `combiner` makes one answer of a text's windows.
    """

    temperature: float = 1.0
    multi_label: bool = False
    pair: bool = False
    unsure_below: float = UNSURE_BELOW
    combiner: Combiner = PLAIN


@dataclass(frozen=True, slots=True)
class Reading:
    """What a tagger read in texts: probabilities (n_texts, n_labels) float32, and those of each window.

    windows (n_windows, n_labels) float32 in the order of the texts; rows (n_windows,) says of which text each is;
    weights (n_windows,) are its tokens.
    """

    probabilities: NDArray[np.float32]
    windows: NDArray[np.float32]
    rows: NDArray[np.int64]
    weights: NDArray[np.float64]


class Tagger:
    """A sequence classification model on one device.

    `labels` are in the order of the probabilities (negative, neutral, positive for sentiment); `base` names the
    model the head stands on; `max_tokens` counts special tokens; `columns` says which of the model's logits is which
    label.
    """

    kind = TaggerKind.ADAPTER

    def __init__(
        self,
        name: str,
        labels: tuple[str, ...],
        base: str,
        max_tokens: int,
        tokenizer: Any,
        model: Any,
        device: str = "cpu",
        columns: tuple[int, ...] | None = None,
        manner: Manner | None = None,
    ) -> None:
        self.name = name
        self.labels = labels
        self.base = base
        self.max_tokens = max_tokens
        self.tokenizer = tokenizer
        self.model = model
        self.device = device
        self.columns = columns or tuple(range(len(labels)))
        self.manner = manner or Manner()
        self._cutter = WindowCutter(tokenizer, max_tokens)
        self._packed = _packed(model) if device == "cpu" else None

    @classmethod
    def open(cls, folder: Path, device: str = "cpu", encoder: "Encoder | None" = None) -> "Tagger":
        """Load the tagger in `folder`; ModelError says in a sentence what is wrong with it.

        `encoder`, where it is the one that a head stands on, is used and not opened again.
        """
        from engine.tagging.opening import open_tagger

        return open_tagger(folder, device, encoder)

    @property
    def multi_label(self) -> bool:
        """Say whether each label is a chance of its own."""
        return self.manner.multi_label

    @property
    def pair(self) -> bool:
        """Say whether it reads two texts."""
        return self.manner.pair

    @property
    def unsure_below(self) -> float:
        """Return the probability below which its answer counts as unsure."""
        return self.manner.unsure_below

    def probabilities(
        self, texts: Sequence[str], seconds: Sequence[str] | None = None
    ) -> NDArray[np.float32]:
        """Return (n, n_labels) float32 in the order of `texts` and `labels`; of a pair tagger with its `seconds`.

        Rows sum to 1, unless the tagger gives several labels. A text longer than `max_tokens` is read in windows,
        and these are combined.
        """
        return finish(self.tag_steps(texts, seconds))

    def tag_steps(
        self, texts: Sequence[str], seconds: Sequence[str] | None = None
    ) -> Steps[NDArray[np.float32]]:
        """Like `probabilities`, yielding after each batch; counts texts by the share of their windows done."""
        reading = yield from self.read_steps(texts, seconds)
        return reading.probabilities

    def read_steps(self, texts: Sequence[str], seconds: Sequence[str] | None = None) -> Steps[Reading]:
        """Like `tag_steps`, and return what each window said as well.

        Many windows are read in 8 bits where that is quicker; texts whose label that may leave open, once more in full.
        """
        windows = self.windows(texts, seconds)
        rows = np.array([window.text for window in windows], np.int64)
        weights = np.array([window.weight for window in windows], np.float64)
        said = np.zeros((len(windows), len(self.labels)), np.float32)
        waiting = np.bincount(rows, minlength=len(texts))
        quick = self._quick if len(windows) >= MANY_WINDOWS else None
        for numbers, logits in self._answers(texts, windows, np.arange(len(windows)), quick):
            said[numbers] = self.chances(logits)
            np.subtract.at(waiting, rows[numbers], 1)
            yield Progress("Tagging", int((waiting == 0).sum()), len(texts), "texts")
        combined = self.manner.combiner(said, weights, rows, len(texts), self.multi_label)
        if quick:
            close = np.flatnonzero(self._is_close(combined)[rows])
            for numbers, logits in self._answers(texts, windows, close):
                said[numbers] = self.chances(logits)
                yield Progress("Tagging", len(texts), len(texts), "texts", "reading close ones again")
            combined = self.manner.combiner(said, weights, rows, len(texts), self.multi_label)
        return Reading(combined, said, rows, weights)

    def windows(self, texts: Sequence[str], seconds: Sequence[str] | None = None) -> list[Window]:
        """Cut texts into windows of at most `max_tokens` tokens; together they hold every token of every text.

        Raises ModelError when a pair tagger gets no second texts, or another one does.
        """
        if self.pair and seconds is None:
            raise ModelError(f"The tagger “{self.name}” reads two texts together. Give it a second one.")
        if not self.pair and seconds is not None:
            raise ModelError(f"The tagger “{self.name}” reads one text, not two.")
        if not texts:
            return []
        if seconds is None:
            return self._cutter.windows(texts)
        return self._cutter.pair_windows(texts, seconds)

    def logits(
        self, token_ids: Sequence[list[int]], segments: Sequence[list[int] | None] | None = None
    ) -> NDArray[np.float32]:
        """Return the head's (n, n_labels) float32 answers to one batch of token id lists, as the model gives them.

        That is before the temperature and the softmax. `segments` are those of windows of pairs.
        """
        return self._answer(self._packed or self._padded, token_ids, segments or ())

    def chances(self, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the probabilities (n, n_labels) float32 of logits, by the tagger's temperature."""
        scaled = logits / np.float32(self.manner.temperature)
        return (sigmoid(scaled) if self.multi_label else softmax(scaled)).astype(np.float32)

    def _answers(
        self,
        texts: Sequence[str],
        windows: Sequence[Window],
        numbers: NDArray[np.int64],
        forward: Forward | None = None,
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Yield (some of the `numbers` of windows, their logits) in batches of like length: little is padded."""
        import torch

        budget = PACKED_BUDGET if self._packed else TOKEN_BUDGET
        batches = list(_batches([len(windows[number].ids) for number in numbers], budget))

        def read(batch: NDArray[np.int64]) -> NDArray[np.float32]:
            chosen = [windows[number] for number in numbers[batch]]
            ids, segments = [window.ids for window in chosen], [window.segments for window in chosen]
            return self._answer(forward or self._packed or self._padded, ids, segments)

        # a model that is not packed shares its own work out among the cores
        answers = side_by_side(read, batches, torch.get_num_threads()) if self._packed else map(read, batches)
        for batch, logits in zip(batches, answers, strict=True):
            yield numbers[batch], logits

    def _answer(
        self,
        forward: Forward,
        token_ids: Sequence[list[int]],
        segments: Sequence[list[int] | None],
    ) -> NDArray[np.float32]:
        import torch

        kinds = [kind for kind in segments if kind is not None]
        with torch.inference_mode():
            answer = forward(token_ids, kinds or None)
        return answer.float().cpu().numpy()[:, self.columns]  # type: ignore[no-any-return]

    @cached_property
    def _quick(self) -> "PackedTagger | None":
        """The model in 8 bits; None where it cannot be or would be no quicker. Made when there is much to read."""
        from engine.tagging.eight_bit import SENTENCES, in_eight_bits

        if self._packed is None or self.pair or self.model.config.hidden_act != "gelu":
            return None  # of pairs 6 in 1,000 would get another label
        return in_eight_bits(self._packed, [window.ids for window in self._cutter.windows(SENTENCES)])

    def _is_close(self, chances: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Say of which texts (n,) 8 bits may not have found the label that the model gives."""
        if self.multi_label or chances.shape[1] < 2:
            return (np.abs(chances - 0.5) < CLOSE / 2).any(axis=1)  # type: ignore[no-any-return]
        second, first = np.partition(chances, -2, axis=1)[:, -2:].T
        return first - second < CLOSE  # type: ignore[no-any-return]

    def _padded(self, token_ids: Sequence[list[int]], segments: Sequence[list[int]] | None) -> Any:
        """Return the logits of a padded batch; one that is too much for the GPU's memory is taken in halves."""
        import torch

        inputs = {"input_ids": list(token_ids)} | ({"token_type_ids": list(segments)} if segments else {})
        batch = self.tokenizer.pad(inputs, return_tensors="pt", padding_side="right")
        try:
            return self.model(**{name: tensor.to(self.device) for name, tensor in batch.items()}).logits
        except torch.OutOfMemoryError:
            if len(token_ids) == 1:
                raise
            torch.cuda.empty_cache()
        half = len(token_ids) // 2
        first, second = (segments[:half], segments[half:]) if segments else (None, None)
        parts = [(token_ids[:half], first), (token_ids[half:], second)]
        return torch.cat([self._padded(*part) for part in parts])


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return exp(logits) scaled so that each row sums to 1; float64, safe for large logits."""
    shifted = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)  # type: ignore[no-any-return]


def sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return 1 / (1 + exp(-logits)); float64, safe for large logits."""
    return 0.5 + 0.5 * np.tanh(0.5 * logits.astype(np.float64))


def positions(model: Any) -> int:
    """Return how many tokens the model has positions for; RoBERTa's kind leaves the first ones to padding."""
    known = int(getattr(model.config, "max_position_embeddings", 512))
    embeddings = getattr(getattr(model.base_model, "embeddings", None), "position_embeddings", None)
    padding = getattr(embeddings, "padding_idx", None)
    return known if padding is None else known - padding - 1


def _packed(model: Any) -> "PackedTagger | None":
    from engine.tagging.packed_tagger import PackedTagger

    return PackedTagger.of(model)


def _batches(lengths: Sequence[int], budget: int) -> Iterator[NDArray[np.int64]]:
    """Yield the rows of each batch, longest first, so that memory runs out early or never."""
    order = np.argsort(-np.array(lengths, np.int64), kind="stable")
    start = 0
    while start < len(order):
        size = min(MAX_BATCH, max(1, budget // max(1, lengths[order[start]])))
        yield order[start : start + size]
        start += size
