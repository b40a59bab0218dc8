"""What drives a label: its logit shared out among the tokens by integrated gradients.

Sundararajan, Taly and Yan, Axiomatic Attribution for Deep Networks (2017), https://arxiv.org/abs/1703.01365: the way
from a baseline x' to the text x is straight, x' + α(x − x') for α from 0 to 1, in the space of the word embeddings; a
token's share is its part of ∫ ∇F · (x − x') dα. Completeness: all shares together are F(x) − F(x'), which shows how far
a sum of finitely many gradients is off. An integral over the whole way is the sum of those over its stretches, so each
is taken by itself (by captum, Gauss-Legendre), and the worst one is halved until the error is small.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.inspecting.records import LabelAttribution
from engine.inspecting.tagger_reading import TaggerReading, head_of, own_span, read_by_tagger
from engine.inspecting.tokens import ReadText
from engine.progress import Progress, Steps, beside
from engine.tagging.tagger import Tagger
from indexes.errors import AsterismError, ModelError

if TYPE_CHECKING:
    from torch import Tensor

    from engine.tagging.head_tagger import HeadTagger

STRETCHES = 4
"""Into which the way is cut at first."""
NODES = 2
"""Gradients taken on a stretch."""
MOST = 200
"""Gradients taken in all, at most."""
TOLERANCE = 0.01
"""Of what the text adds to the logit: an error below that is small enough."""
LEAST = 0.002
"""An error of the logit below that is small enough in any case."""


def attribute_label(
    text: str, tagger: Tagger, label: str = "", second: str = "", window: int = 0
) -> Steps[LabelAttribution]:
    """Share out a label's logit among the tokens of a window of a text; without `label` that of the likeliest there.

    The baseline keeps [CLS], [SEP] and all positions, and puts [PAD] in place of every token of the text; a model that
    has no token for padding gets zeros there. A head over the embedding needs no integral: its logit is a sum over the
    tokens already. Raises AsterismError for a label that the tagger does not know, and as `read_by_tagger`.
    """
    reading = read_by_tagger(tagger, text, second, window)
    if label and label not in tagger.labels:
        raise AsterismError(
            f"The tagger “{tagger.name}” has no label “{label}”. It has: {', '.join(tagger.labels)}."
        )
    row = tagger.labels.index(label) if label else int(reading.probabilities.argmax())
    head = head_of(tagger)
    if head is not None:
        return _of_head(head, text, reading, row)
    yield from beside("Getting ready", _integrated_gradients)
    way = _Way.between(tagger, reading.read, tagger.columns[row])
    stretches = yield from _integrated(way)
    return _attribution(
        tagger,
        text,
        reading,
        row,
        shares=np.sum([stretch.shares for stretch in stretches], axis=0),
        logits=(stretches[-1].after, stretches[0].before),
        steps=len(stretches) * NODES,
        baseline=way.baseline_said,
    )


def _attribution(
    tagger: Tagger,
    text: str,
    reading: TaggerReading,
    row: int,
    *,
    shares: NDArray[np.float64],
    logits: tuple[float, float],
    steps: int,
    baseline: str,
) -> LabelAttribution:
    start, end = own_span(reading.read.tokens)
    return LabelAttribution(
        text=text,
        tagger=tagger.name,
        label=tagger.labels[row],
        tokens=reading.read.tokens,
        shares=shares,
        logit=logits[0],
        baseline_logit=logits[1],
        completeness_error=float(shares.sum()) - (logits[0] - logits[1]),
        steps=steps,
        baseline=baseline,
        probability=float(reading.probabilities[row]),
        start=start,
        end=end,
    )


def _of_head(tagger: "HeadTagger", text: str, reading: TaggerReading, row: int) -> LabelAttribution:
    """Share out w·e + b exactly: e is the mean of the token embeddings hᵢ at length 1, so hᵢ adds hᵢ·w / (n ‖mean‖)."""
    if tagger.encoder.pooling != "mean":
        raise ModelError(
            f"The tagger “{tagger.name}” reads embeddings by “{tagger.encoder.pooling}” pooling, which are no sum over "
            "the tokens of a text, so what each adds to a label cannot be told."
        )
    (embedded,) = tagger.encoder.token_embeddings([reading.embedded])
    states = embedded.vectors.astype(np.float64)
    length = float(np.linalg.norm(states.mean(axis=0))) * len(states)
    shares = states @ tagger.head.weights[row].astype(np.float64) / (length or 1.0)
    return _attribution(
        tagger,
        text,
        reading,
        row,
        shares=shares,
        logits=(float(reading.logits[row]), float(tagger.head.bias[row])),
        steps=0,
        baseline="no embedding",
    )


def _integrated(way: "_Way") -> "Steps[list[_Stretch]]":
    """Integrate along the whole way, in stretches of which the worst is halved until all are right."""
    bounds = np.linspace(0, 1, STRETCHES + 1).tolist()
    logits = way.logits(bounds)
    change = logits[-1] - logits[0]
    allowed = max(LEAST, TOLERANCE * abs(change))
    stretches: list[_Stretch] = []
    for low, high, before, after in zip(bounds, bounds[1:], logits, logits[1:], strict=False):
        stretches.append(way.stretch(low, high, before, after))
        yield _progress(stretches, change)
    while _error(stretches) > allowed and (len(stretches) + 1) * NODES <= MOST:
        worst = max(stretches, key=lambda stretch: abs(stretch.error))
        middle = (worst.low + worst.high) / 2
        (between,) = way.logits([middle])
        stretches.remove(worst)
        stretches.append(way.stretch(worst.low, middle, worst.before, between))
        stretches.append(way.stretch(middle, worst.high, between, worst.after))
        yield _progress(stretches, change)
    return sorted(stretches, key=lambda stretch: stretch.low)


@dataclass(frozen=True, eq=False)
class _Stretch:
    """A part of the way, from α `low` to `high`, where the logit is `before` and `after`; shares (n_tokens,)."""

    low: float
    high: float
    before: float
    after: float
    shares: NDArray[np.float64]

    @property
    def error(self) -> float:
        return float(self.shares.sum()) - (self.after - self.before)


@dataclass(frozen=True, eq=False)
class _Way:
    """The straight way from a baseline to a text: word embeddings (1, n_tokens, dim) at both ends."""

    model: Any
    start: "Tensor"
    end: "Tensor"
    segments: "Tensor | None"
    column: int
    baseline_said: str

    @classmethod
    def between(cls, tagger: Tagger, read: ReadText, column: int) -> "_Way":
        """Return the way from nothing to a text that a tagger has read, for one of its model's columns."""
        import torch

        words = tagger.model.get_input_embeddings()
        device = words.weight.device
        own = torch.tensor([not token.special for token in read.tokens], device=device)
        with torch.no_grad():
            end = words(torch.tensor([read.ids], device=device))
            nothing, said = _nothing(tagger.tokenizer, words)
            start = torch.where(own[None, :, None], nothing, end)
        segments = torch.tensor([read.segments], device=device) if any(read.segments) else None
        return cls(tagger.model, start, end, segments, column, said)

    def logits(self, places: Sequence[float]) -> list[float]:
        """Return the logit at each α."""
        import torch

        with torch.no_grad():
            return [float(self._forward(self._at(place))[0]) for place in places]

    def stretch(self, low: float, high: float, before: float, after: float) -> _Stretch:
        """Integrate from α = low to high."""
        taken = _integrated_gradients()(self._forward).attribute(
            self._at(high), baselines=self._at(low), n_steps=NODES, method="gausslegendre"
        )
        shares = taken[0].detach().double().sum(-1).cpu().numpy()
        return _Stretch(low, high, before, after, np.asarray(shares, np.float64))

    def _at(self, place: float) -> "Tensor":
        return self.start + place * (self.end - self.start)

    def _forward(self, embedded: "Tensor") -> "Tensor":
        """Return the label's logit (b,) of word embeddings (b, n_tokens, dim)."""
        import torch

        mask = torch.ones(embedded.shape[:2], dtype=torch.int64, device=embedded.device)
        kinds = {} if self.segments is None else {"token_type_ids": self.segments.expand(len(embedded), -1)}
        answer = self.model(inputs_embeds=embedded, attention_mask=mask, **kinds)
        return answer.logits[:, self.column]  # type: ignore[no-any-return]


def _nothing(tokenizer: Any, words: Any) -> "tuple[Tensor, str]":
    """Return what stands for no word, (dim,), and what it is called."""
    import torch

    padding = tokenizer.pad_token_id
    if padding is None or padding == tokenizer.eos_token_id:
        return torch.zeros_like(words.weight[0]), "zeros"
    return words.weight[padding], str(tokenizer.pad_token)


def _integrated_gradients() -> Any:
    """Return captum's class; the first time takes a second or two."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what captum imports, to draw pictures that nobody asks for here
        from captum.attr import IntegratedGradients
    return IntegratedGradients


def _error(stretches: Sequence[_Stretch]) -> float:
    """Return how far off the stretches are together, without letting one make good for another."""
    return sum(abs(stretch.error) for stretch in stretches)


def _progress(stretches: Sequence[_Stretch], change: float) -> Progress:
    off = _error(stretches) / abs(change) if change else 0.0
    done = len(stretches) * NODES
    return Progress("Integrating gradients", done, 0, "gradients", f"off by {off:.1%}")
