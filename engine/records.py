"""What the engine answers, as frozen records; light to import, so the window uses them too."""

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from indexes.records import Cluster, Document, Passage, Skipped, Source

Mode = Literal["hybrid", "dense", "keyword"]


@dataclass(frozen=True, slots=True)
class FormatCount:
    """How many files of one format a preview found, and their bytes."""

    format: str
    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What a load would mean, before it starts: counts, and estimates from a sample."""

    formats: tuple[FormatCount, ...]
    unsupported: tuple[FormatCount, ...]
    unchanged_files: int
    passages: int
    seconds: float
    disk_bytes: int


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a load did. `embedded` counts passages that went through the encoder, `reused` those that did not."""

    files_read: int
    files_unchanged: int
    files_removed: int
    documents: int
    passages: int
    embedded: int
    reused: int
    skipped: tuple[Skipped, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class CorpusInfo:
    """A corpus at a glance. `coverage` is the share of passages that are embedded, in [0, 1]."""

    name: str
    sources: tuple[Source, ...]
    files: int
    documents: int
    passages: int
    embedded: int
    skipped: tuple[Skipped, ...]
    encoder: str
    has_map: bool
    bytes_on_disk: int
    formats: dict[str, int] = field(default_factory=dict)

    @property
    def coverage(self) -> float:
        """Return the share of passages that are embedded; 1 for an empty corpus."""
        return self.embedded / self.passages if self.passages else 1.0


@dataclass(frozen=True, slots=True)
class Filters:
    """Which documents a search is for: of one of `formats`, with `path` in their path, with this metadata."""

    formats: tuple[str, ...] = ()
    path: str = ""
    where: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Snippet:
    """The part of a passage shown in a list; `marks` are (start, end) characters of query words in `text`."""

    text: str
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """One retrieved passage. `score` is its cosine with the query (dense, hybrid) or its BM25 (keyword)."""

    rank: int
    score: float
    passage: Passage
    snippet: Snippet


@dataclass(frozen=True, slots=True)
class DocumentHits:
    """The hits of one document, best first; documents are ranked by their best hit."""

    rank: int
    score: float
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The answer to a query; `note` is a sentence when something needs saying ("half the corpus is ...")."""

    query: str
    mode: Mode
    documents: tuple[DocumentHits, ...]
    seconds: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class MapData:
    """A map ready to draw. Row i of every array is one passage (a point).

    passage_ids (n,) int64 rising; document_ids (n,) int64; xy (n, 2) float32; cluster_ids (n,) int32, -1 noise;
    strengths (n,) float32 in [0, 1]; format_ids (n,) int32 into `formats`. `unmapped` counts passages of the
    corpus that were added after the map was made.
    """

    passage_ids: NDArray[np.int64]
    document_ids: NDArray[np.int64]
    xy: NDArray[np.float32]
    cluster_ids: NDArray[np.int32]
    strengths: NDArray[np.float32]
    format_ids: NDArray[np.int32]
    formats: tuple[str, ...]
    clusters: tuple[Cluster, ...]
    unmapped: int
    parameters: dict[str, Any]
    note: str = ""


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document in the list of documents; `passages` counts them."""

    id: int
    key: str
    title: str
    path: str
    format: str
    passages: int


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document for reading: its text and the spans of its passages, in order."""

    document: Document
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class TaggerInfo:
    """A tagger that can be used: where from, what it knows, how good it measured."""

    name: str
    labels: tuple[str, ...]
    base: str
    origin: str
    measured: dict[str, float]
    card: str = ""


@dataclass(frozen=True, slots=True)
class TextTag:
    """What a tagger says of one text; `probabilities` in the order of `labels`, summing to 1."""

    label: str
    labels: tuple[str, ...]
    probabilities: tuple[float, ...]

    @property
    def probability(self) -> float:
        """Return the probability of the label."""
        return max(self.probabilities)


@dataclass(frozen=True, slots=True)
class DocumentTag:
    """What a tagger says of a whole document: its windows combined by token-weighted mean."""

    document_key: str
    title: str
    tag: TextTag


@dataclass(frozen=True, slots=True)
class TokenView:
    """One token as the model saw it; `start`, `end` characters of the text, equal for special tokens."""

    token: str
    id: int
    start: int
    end: int
    special: bool


@dataclass(frozen=True, slots=True)
class Inspection:
    """What the model does with a text, with shapes and numbers a learner can check by hand."""

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
