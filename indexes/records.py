"""What is stored, as frozen records. Every id is an int that the catalogue gave."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

SourceKind = Literal["folder", "file", "table"]
LocatorKind = Literal["", "page", "heading", "row"]


@dataclass(frozen=True, slots=True)
class Locator:
    """Where in its document a passage stands: `page` 3, `heading` Results, `row` 17, or nothing known."""

    kind: LocatorKind = ""
    value: str = ""

    def __str__(self) -> str:
        """Return the locator as a reader would say it, "" when nothing is known."""
        if self.kind == "heading":
            return f"§ {self.value}"
        return f"{self.kind} {self.value}" if self.kind else ""


@dataclass(frozen=True, slots=True)
class TableColumns:
    """Which columns of a table hold what; None is recognised by its usual name.

    `second` is the second text of pairs, for taggers that read two; documents have none.
    """

    id: str | None = None
    title: str | None = None
    text: str | None = None
    label: str | None = None
    second: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A folder, file or table that a corpus follows. `path` is absolute; `id` is 0 until stored."""

    kind: SourceKind
    path: str
    columns: TableColumns = TableColumns()
    id: int = 0


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file under a source as last seen. `key` is its path relative to the source, with forward slashes."""

    source_id: int
    key: str
    path: str
    format: str
    size: int
    mtime_ns: int
    content_hash: bytes = b""
    skipped: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` of a document's text that become one passage."""

    start: int
    end: int
    locator: Locator
    text_hash: bytes


@dataclass(frozen=True, slots=True)
class Document:
    """One text as loaded. `key` is the id column's value, else the row number, else the path in the source."""

    key: str
    title: str
    text: str
    format: str
    path: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    id: int = 0


@dataclass(frozen=True, slots=True)
class Passage:
    """A contiguous span of a document, embedded and retrieved as one, with what a list needs to show it."""

    id: int
    document_id: int
    document_key: str
    title: str
    path: str
    format: str
    start: int
    end: int
    locator: Locator
    text: str


@dataclass(frozen=True, slots=True)
class PassageTable:
    """All passages as columns: passage i is of document `document_ids[i]` and format `formats[format_ids[i]]`.

    passage_ids (n,) int64 rising; document_ids (n,) int64; format_ids (n,) int32; formats sorted.
    """

    passage_ids: NDArray[np.int64]
    document_ids: NDArray[np.int64]
    format_ids: NDArray[np.int32]
    formats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a catalogue is, for the indexes derived from it; every number only rises.

    `text` counts the changes of passages and `removed` the passages that ever went; `last_passage` and
    `last_embedding` are the highest ids given so far.
    """

    text: int = 0
    removed: int = 0
    last_passage: int = 0
    last_embedding: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """One recorded execution: what ran, with which model, parameters, seed and versions, and how much it did."""

    id: int
    kind: str
    model: str
    parameters: dict[str, Any]
    seed: int | None
    versions: dict[str, str]
    counts: dict[str, int]
    made_at: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that could not be read, and why, in words a person understands."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """An HDBSCAN group. `id` counts from 0 by falling size; `name` is the user's, else made from `keywords`.

    `branch` is the branch it lies in, -1 for none; `colour` the user's as #rrggbb, "" for the palette's; `stability`
    in [0, 1] how much of it survives when the map is made otherwise, None until measured; `made_by_user` when it was
    merged or split by hand.
    """

    id: int
    size: int
    keywords: tuple[str, ...]
    name: str
    exemplars: tuple[int, ...]
    named_by_user: bool = False
    branch: int = -1
    colour: str = ""
    stability: float | None = None
    made_by_user: bool = False


@dataclass(frozen=True, slots=True)
class Branch:
    """Clusters that HDBSCAN's tree holds together when it is cut higher up. `parent` is a branch, -1 at the top.

    `clusters` are the ids of all clusters below it, also those of the branches it holds; `size` counts their passages.
    """

    id: int
    parent: int
    size: int
    clusters: tuple[int, ...]
    keywords: tuple[str, ...] = ()
    name: str = ""
    named_by_user: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A denser group inside the cluster `cluster`: HDBSCAN's tree cut lower down. `id` is its place among all parts."""

    id: int
    cluster: int
    size: int
    keywords: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Projection:
    """A stored map: row i of every array is passage `passage_ids[i]`.

    passage_ids (n,) int64 rising; xy (n, 2) float32; cluster_ids (n,) int32, -1 is noise; strengths (n,) float32
    in [0, 1]. part_ids (n,) int32, -1 in no part; nearest_ids (n,) int32, the own cluster or for noise the nearest
    (-1 when there is none); nearness (n,) float32 in [0, 1], how near noise is to that cluster, 1 for its members:
    all three are empty in a map that knows nothing of them. `parameters` holds seed, parameters and versions as JSON
    types.
    """

    run_id: int
    passage_ids: NDArray[np.int64]
    xy: NDArray[np.float32]
    cluster_ids: NDArray[np.int32]
    strengths: NDArray[np.float32]
    parameters: dict[str, Any]
    part_ids: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    nearest_ids: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    nearness: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    branches: tuple[Branch, ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class MapView:
    """A place on the map that the user wants to come back to: the middle in map units, and pixels to a unit."""

    name: str
    x: float
    y: float
    scale: float


NONE = ""
"""Given in place of labels: none of the tagger's holds, which only one that gives several can be told."""


@dataclass(frozen=True, slots=True)
class Tags:
    """Stored tags of one tagger, and the labels that the user gave: passage i has `labels[label_ids[i]]`.

    passage_ids (n,) int64 rising; label_ids (n,) int32, the user's label where there is one, else the likeliest;
    probabilities (n, n_labels) float32, what the tagger said: rows sum to 1, unless it gives several labels
    (`multi_label`), or are zeros where it has not tagged yet. given (n, n_labels) int8: 1 where the user gave this
    label, 0 where another one or NONE, -1 where nothing was given; or (0, 0) when no passage was given any. `lesson`:
    what the tagger learned from given labels is in the probabilities.
    """

    tagger: str
    labels: tuple[str, ...]
    passage_ids: NDArray[np.int64]
    label_ids: NDArray[np.int32]
    probabilities: NDArray[np.float32]
    given: NDArray[np.int8] = field(default_factory=lambda: np.zeros((0, 0), np.int8))
    multi_label: bool = False
    lesson: bool = False

    def is_like(self, other: "Tags") -> bool:
        """Say whether both are of one tagger that has learned alike, so that rows of one can stand in the other."""
        return (self.tagger, self.labels, self.multi_label, self.lesson) == (
            other.tagger,
            other.labels,
            other.multi_label,
            other.lesson,
        )

    def with_change(self, passage_ids: Sequence[int], now: "Tags") -> "Tags":
        """Return the tags with those of `passage_ids` as they are `now`, which has no others and is like these."""
        kept = ~np.isin(self.passage_ids, np.array([*passage_ids], np.int64))
        ids = np.concatenate([self.passage_ids[kept], now.passage_ids])
        order = np.argsort(ids, kind="stable")
        nothing = np.full((len(self.passage_ids), len(self.labels)), -1, np.int8)
        older = self.given if len(self.given) else nothing
        newer = now.given if len(now.given) else np.full(now.probabilities.shape, -1, np.int8)
        given = np.concatenate([older[kept], newer])[order]
        return replace(
            self,
            passage_ids=ids[order],
            label_ids=np.concatenate([self.label_ids[kept], now.label_ids])[order],
            probabilities=np.concatenate([self.probabilities[kept], now.probabilities])[order],
            given=given if (given >= 0).any() else np.zeros((0, 0), np.int8),
        )


@dataclass(frozen=True, slots=True)
class Condition:
    """What a hit must be: `field` is folder, type, date, cluster, label, or the name of a metadata column.

    Values of one field are alternatives, different fields must all hold; `excluded`: what a hit must not be.
    """

    field: str
    value: str
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Facets:
    """What the documents of a corpus can be told apart by: each value with how many documents have it, most first.

    `columns` are metadata columns with their commonest values; `dates` the earliest and latest day as YYYY-MM-DD, ""
    when unknown; `labels` are labels of tags and of a label column.
    """

    formats: tuple[tuple[str, int], ...] = ()
    folders: tuple[tuple[str, int], ...] = ()
    columns: tuple[tuple[str, tuple[tuple[str, int], ...]], ...] = ()
    labels: tuple[tuple[str, int], ...] = ()
    clusters: tuple[tuple[str, int], ...] = ()
    dates: tuple[str, str] = ("", "")
