"""What the engine says of tags and taggers; plain records that the window reads too."""

from dataclasses import dataclass
from enum import StrEnum

SENTIMENT, NLI = "sentiment", "nli"
"""The taggers that come with Asterism: of moods, and of what a text means for another."""
BY_COSINE = "held-out accuracy by cosine alone"
"""Among the measures of a tagger of pairs: how often the cosine of the two embeddings would have been right."""


class TaggerKind(StrEnum):
    """How a tagger is kept: adapters over the encoder, a head on stored embeddings, or a model folder of its own."""

    ADAPTER = "adapter"
    HEAD = "head"
    MODEL = "model"


class HeadPooling(StrEnum):
    """What the head of an adapter tagger reads: [CLS] through BERT's pooler, the mean, or tokens by their weights."""

    CLS = "cls"
    MEAN = "mean"
    ATTENTION = "attention"


class TagState(StrEnum):
    """How far a tag can be relied on: plainly, not at all, or because a text says both."""

    SURE = "sure"
    UNSURE = "unsure"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class TagReport:
    """How a tagger did on texts that it was not trained on.

    `confusion[i][j]` counts texts of label i that were tagged as label j; of a tagger that gives several labels it is
    empty. `majority` is the accuracy of always saying the commonest label. `coverage` are (share of texts tagged,
    accuracy on them), as less and less sure tags are left out, from 1 downwards. `caution` is a sentence when there
    are too few texts to trust the numbers, else "". All but the counts in [0, 1].
    """

    labels: tuple[str, ...]
    texts: int
    accuracy: float
    macro_f1: float
    majority: float
    calibration_error: float
    recalls: tuple[float, ...]
    confusion: tuple[tuple[int, ...], ...] = ()
    coverage: tuple[tuple[float, float], ...] = ()
    caution: str = ""


@dataclass(frozen=True, slots=True)
class TaggerInfo:
    """A tagger that can be used: where from, what it knows, how good it measured.

    Below the probability `unsure_below` its tags count as unsure. `pair`: it reads two texts. `taught`: it can tag;
    a tagger that was only named and given labels cannot yet. `pooling` is what the head of an adapter tagger reads.
    """

    name: str
    labels: tuple[str, ...]
    base: str
    origin: str
    measured: dict[str, float]
    card: str = ""
    kind: TaggerKind = TaggerKind.ADAPTER
    multi_label: bool = False
    pair: bool = False
    unsure_below: float = 0.5
    taught: bool = True
    report: TagReport | None = None
    pooling: HeadPooling = HeadPooling.CLS


@dataclass(frozen=True, slots=True)
class SentenceTag:
    """What a tagger says of one sentence of a text; `start`, `end` are characters of the text."""

    start: int
    end: int
    label: str
    probabilities: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class TextTag:
    """What a tagger says of one text; `probabilities` in the order of `labels`.

    They sum to 1, unless the tagger gives several labels: then each is a chance of its own, and `label` the likeliest.
    `sentences` are told apart only where they were asked for.
    """

    label: str
    labels: tuple[str, ...]
    probabilities: tuple[float, ...]
    state: TagState = TagState.SURE
    sentences: tuple[SentenceTag, ...] = ()

    @property
    def probability(self) -> float:
        """Return the probability of the label."""
        return max(self.probabilities)


@dataclass(frozen=True, slots=True)
class DocumentTag:
    """What a tagger says of a whole document: its windows combined."""

    document_key: str
    title: str
    tag: TextTag


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a tagger learned from the labels that the user gave to passages of a corpus.

    `before` and `after` are measured on the same given labels, each left out of what it was tagged by (before: the
    tagger without the lesson; None when it could not tag yet). `changed` passages get another label now.
    """

    tagger: str
    given: int
    before: TagReport | None
    after: TagReport
    changed: int
    seconds: float


@dataclass(frozen=True, slots=True)
class TagTotal:
    """The tags of one group of passages: `counts[i]` got `labels[i]`; `mean[i]` is the mean probability.

    `passages` have a tag, 0 for as many as `counts` say: where several labels may hold, one counts more than once.
    """

    group: str
    counts: tuple[int, ...]
    mean: tuple[float, ...]
    unsure: int = 0
    cluster_id: int | None = None
    passages: int = 0

    @property
    def tagged(self) -> int:
        """Return how many passages of the group have a tag."""
        return self.passages or sum(self.counts)


@dataclass(frozen=True, slots=True)
class TagTotals:
    """Tags by cluster, folder, month or a column: the groups in their own order, and all of them together."""

    tagger: str
    by: str
    labels: tuple[str, ...]
    groups: tuple[TagTotal, ...]
    whole: TagTotal


@dataclass(frozen=True, slots=True)
class TagContrast:
    """How two clusters differ in their tags.

    `difference[i]` is the share of label i in the first minus that in the second, `low[i]` … `high[i]` its 95 %
    interval (Newcombe 1998, method 10). `first_examples`, `second_examples`: for each label the passage ids that are
    the surest of it.
    """

    labels: tuple[str, ...]
    first: TagTotal
    second: TagTotal
    difference: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    first_examples: tuple[tuple[int, ...], ...]
    second_examples: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two texts are to each other: their cosine, and what a pair tagger says, in both orders."""

    first: str
    second: str
    cosine: float
    tagger: str = ""
    forward: TextTag | None = None
    backward: TextTag | None = None
