"""What the engine says of what a model does with a text; plain records that the window reads too."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.records import Attribution, Hit, Share


@dataclass(frozen=True, slots=True)
class TokenView:
    """One token as the model saw it; `start`, `end` characters of the text, equal for special tokens.

    `position` counts from 0, `segment` is 0, or 1 for what comes of the second text of a pair: then `start` and `end`
    are characters of that one. `word` is which of the text's words it is a piece of, -1 for special tokens.
    """

    token: str
    id: int
    start: int
    end: int
    special: bool
    position: int = 0
    segment: int = 0
    word: int = -1


@dataclass(frozen=True, slots=True)
class ModelCard:
    """How a model is built; `heads` attend in each layer, `inner` is the width between them, `positions` tokens fit.

    `parameters` counts every number that was learned, a head's included.
    """

    name: str
    kind: str
    layers: int
    heads: int
    hidden: int
    inner: int
    vocabulary: int
    positions: int
    parameters: int


@dataclass(frozen=True, slots=True)
class FlowStep:
    """A stage of the way of a text through a model: what comes out of it, with its shape, and how it is made.

    `beside`: it is there, but what the model is used for does not go through it.
    """

    name: str
    shape: tuple[int, ...]
    how: str
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a head reads that weighs all tokens: `weights` (n_tokens,) float32, together 1, and how they come about.

    `pooled` (hidden,) float32 is the sum of the tokens' last hidden states by these weights; computed by hand from the
    model's own parameters it comes out different by `error` at most.
    """

    weights: NDArray[np.float32]
    pooled: NDArray[np.float32]
    error: float
    how: str


@dataclass(frozen=True, slots=True)
class Trace:
    """What one model did with one text, layer by layer.

    `followed` is the row of the token that the rest is about: [CLS], or the last token of a model that reads from left
    to right; `followed_name` what it is called. `attention` (layers, heads, n_tokens) float32: how that token's
    attention is spread over all tokens, each row summing to 1. `states` (layers + 1, hidden) float32: what becomes of
    it, the embeddings' output first; `norms` are their lengths, `step_cosines` (layers,) the cosines of neighbouring
    ones, `last_cosines` those with the last. `pooler_output` is the model's own, None where it has no pooler, and
    `pooler_error` the largest difference of any of its numbers from tanh(W·h + b) computed by hand. `left_out` tokens
    of the text come after character `read_to`, where the model stops reading. `weighed` is there where the head reads
    all tokens, and no pooler.
    """

    card: ModelCard
    tokens: tuple[TokenView, ...]
    flow: tuple[FlowStep, ...]
    followed: int
    followed_name: str
    attention: NDArray[np.float32]
    states: NDArray[np.float32]
    norms: tuple[float, ...]
    step_cosines: tuple[float, ...]
    last_cosines: tuple[float, ...]
    pooler_output: NDArray[np.float32] | None
    pooler_error: float | None
    read_to: int
    left_out: int
    weighed: Weighed | None = None


@dataclass(frozen=True, slots=True)
class WindowView:
    """A stretch of a text that a tagger reads at once: characters `start` to `end`, and its number of tokens."""

    start: int
    end: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Inspection:
    """What the models do with a text, with shapes and numbers a learner can check by hand.

    `cls` is the encoder's last hidden state of [CLS]; `pooler_output`, `logits` and `probabilities` are the tagger's,
    of the first of its `windows`, and what it makes them from is in `tagger_trace` (None for a tagger that is a head on
    the embedding). `probabilities` are the softmax of logits / `temperature`, or with `multi_label` the sigmoid.
    `similarity` says word by word what the embedding is made of: what each adds to its product with itself, or with
    the embedding of `second`. `pooling_cosines` (p, p) float32 compares the vectors that `poolings` would make.
    """

    text: str
    encoder: str
    tokens: tuple[TokenView, ...]
    truncated: bool
    token_embeddings_shape: tuple[int, int]
    pooling: str
    embedding: NDArray[np.float32]
    norm_before: float
    cls: NDArray[np.float32]
    tagger: str = ""
    labels: tuple[str, ...] = ()
    pooler_output: NDArray[np.float32] | None = None
    logits: tuple[float, ...] = ()
    probabilities: tuple[float, ...] = ()
    second: str = ""
    temperature: float = 1.0
    multi_label: bool = False
    encoder_trace: Trace | None = None
    tagger_trace: Trace | None = None
    windows: tuple[WindowView, ...] = ()
    similarity: Attribution | None = None
    poolings: tuple[str, ...] = ()
    pooling_cosines: NDArray[np.float32] | None = None

    @property
    def label(self) -> str:
        """Return the likeliest label, "" without a tagger."""
        return self.labels[int(np.argmax(self.probabilities))] if self.labels else ""


@dataclass(frozen=True, slots=True)
class LabelAttribution:
    """What drives a label: `shares` (n_tokens,) float64, what each token adds to the label's logit.

    They add up to `logit` - `baseline_logit`, the logit of the same text with every token of its own replaced by
    nothing (`baseline` says what stands for that), but for `completeness_error`, their sum less that difference.
    `steps` gradients were taken; 0: the shares are exact. Characters before `start` and after `end` were not read.
    """

    text: str
    tagger: str
    label: str
    tokens: tuple[TokenView, ...]
    shares: NDArray[np.float64]
    logit: float
    baseline_logit: float
    completeness_error: float
    steps: int
    baseline: str
    probability: float
    start: int
    end: int

    @property
    def change(self) -> float:
        """Return what the text adds to the logit: what the shares add up to, but for the error."""
        return self.logit - self.baseline_logit

    def by_word(self) -> Attribution:
        """Return the shares of the text's words; what its own tokens and a second text add is `special`."""
        places: dict[int, tuple[int, int]] = {}
        sums: dict[int, float] = {}
        special = 0.0
        for row, (token, share) in enumerate(zip(self.tokens, self.shares.tolist(), strict=True)):
            if token.special or token.segment:
                special += share
                continue
            word = token.word if token.word >= 0 else -row
            start, end = places.get(word, (token.start, token.end))
            places[word] = min(start, token.start), max(end, token.end)
            sums[word] = sums.get(word, 0.0) + share
        shares = tuple(Share(*places[word], share) for word, share in sums.items())
        return Attribution(0, sum(sums.values()) + special, shares, special)


@dataclass(frozen=True, slots=True)
class PoolingNeighbours:
    """The nearest passages of a text under one pooling, best first, and how many of the first pooling's they are."""

    pooling: str
    hits: tuple[Hit, ...]
    shared: int


@dataclass(frozen=True, slots=True)
class WordGuess:
    """What may stand in place of a [MASK] at characters `start` to `end`: words with probabilities, best first."""

    start: int
    end: int
    words: tuple[tuple[str, float], ...]
