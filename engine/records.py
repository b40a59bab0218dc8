"""What the engine answers, as frozen records; light to import, so the window uses them too."""

from dataclasses import dataclass, field
from typing import Literal

from indexes.records import Condition as Condition
from indexes.records import Document, Passage, Skipped, Source
from indexes.records import Facets as Facets

Mode = Literal["hybrid", "dense", "keyword"]
MODES: tuple[Mode, ...] = ("keyword", "dense", "hybrid")


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
class Part:
    """A summand of what a query means: `weight` times the embedding of `text`, or of what `like` names.

    `like` is a passage's id, or the key, title or path (or its end) of a document; "" for a text.
    """

    weight: float
    text: str = ""
    like: str = ""


PieceKind = Literal["text", "phrase", "without", "like", "condition"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters `start` to `end` of a query line, and in `said` how they were understood, for a chip to show."""

    kind: PieceKind
    start: int
    end: int
    said: str


@dataclass(frozen=True, slots=True)
class Query:
    """A query line as understood. `problem` is a sentence when part of it was malformed and taken as plain text.

    `phrases` must all stand in a passage, word for word; none of `without` (words, in any form) and
    `without_phrases` (word for word) may.
    """

    line: str
    parts: tuple[Part, ...] = ()
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    without_phrases: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    pieces: tuple[Piece, ...] = ()
    problem: str = ""

    @property
    def words(self) -> str:
        """Return the words that speak for a passage, those of phrases too: for keyword search and for marks."""
        return " ".join(part.text for part in self.parts if part.text and part.weight > 0)


@dataclass(frozen=True, slots=True)
class Snippet:
    """The part of a passage shown in a list; `marks` are (start, end) characters of query words in `text`.

    Character i of `text` is character `offset` + i of the passage, except in the ellipses at the ends.
    """

    text: str
    marks: tuple[tuple[int, int], ...]
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """One retrieved passage. `score` is its cosine with the query (dense, hybrid) or its BM25 (keyword).

    `relevance` in [0, 1] is the score calibrated against the corpus' own background: 0.5 is as near as the best of a
    query that has no answer here. `alike` are passages that say nearly the same and are not shown for it.
    """

    rank: int
    score: float
    passage: Passage
    snippet: Snippet
    relevance: float = 1.0
    alike: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentHits:
    """The hits of one document, best first; documents are ranked by their best hit. `more` counts further passages."""

    rank: int
    score: float
    hits: tuple[Hit, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The answer to a query; `note` is a sentence when something needs saying ("half the corpus is ...").

    The first `above_chance` documents are nearer than chance; None where that cannot be told. `judged` holds the
    grades of passages that the user marked for this query: 1 good, 0 not; `followed` says whether the query's
    embedding was moved by them.
    """

    query: str
    mode: Mode
    documents: tuple[DocumentHits, ...]
    seconds: float
    note: str = ""
    asked: Query = Query("")
    above_chance: int | None = None
    judged: tuple[tuple[int, int], ...] = ()
    followed: bool = False


EDGES = ' \t\n.,;:!?…()[]{}"“”„«»'
"""What may be written at the edges of a word and does not make it another one."""


@dataclass(frozen=True, slots=True)
class Share:
    """What characters `start` to `end` of a passage add to a score; both 0 for the model's own tokens."""

    start: int
    end: int
    share: float


@dataclass(frozen=True, slots=True)
class Attribution:
    """Why a passage is near something: `shares` by word, and `special`, that of [CLS] and [SEP], add up to `score`.

    `score` is the cosine with a query or centroid, or the difference of two cosines. `parts` splits the same score by
    what the query was made of: (what, share), adding up to it as well; empty when it was made of one thing.
    """

    passage_id: int
    score: float
    shares: tuple[Share, ...]
    special: float
    parts: tuple[tuple[str, float], ...] = ()

    def strongest(self, text: str, most: int = 5) -> list[tuple[str, float]]:
        """Return the words of the passage's text that stand out, with what they add or take away in all their places.

        They are ordered by their strongest place, else words that are merely frequent would come first.
        """
        sums: dict[str, float] = {}
        peaks: dict[str, float] = {}
        for share in self.shares:
            word = text[share.start : share.end].strip(EDGES).casefold()
            if any(map(str.isalnum, word)):
                sums[word] = sums.get(word, 0.0) + share.share
                peaks[word] = max(peaks.get(word, 0.0), abs(share.share))
        return [(word, sums[word]) for word in sorted(sums, key=lambda word: (-peaks[word], word))[:most]]


Division = tuple[tuple[tuple[str, float], ...], tuple[tuple[str, float], ...]]
"""Words with their shares: those that pull towards the one cluster, and those towards the other, strongest first."""


@dataclass(frozen=True, slots=True)
class SearchMeasures:
    """How good searching is on the queries that the user judged: means over queries, each in [0, 1]."""

    mode: Mode
    queries: int
    ndcg: float
    mrr: float
    recall: float


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
