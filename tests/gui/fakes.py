"""An engine link that answers from canned records, and the records: a small made-up corpus."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from engine.inspecting.records import Inspection, TokenView
from engine.map.records import MapData
from engine.progress import Progress
from engine.records import (
    Attribution,
    CorpusInfo,
    DocumentHits,
    DocumentRow,
    DocumentView,
    Facets,
    FormatCount,
    Hit,
    IndexReport,
    Preview,
    SearchMeasures,
    SearchResult,
    Share,
    Snippet,
)
from engine.service import Request
from engine.tagging.records import TaggerInfo, TaggerKind, TextTag
from indexes.records import Cluster, Document, Locator, Passage, Skipped, Source, Tags

LABELS = ("negative", "neutral", "positive")
PAIR_LABELS = ("entailment", "neutral", "contradiction")


@dataclass(eq=False)
class FakeJob:
    """A job as the job bar and the commands see it."""

    title: str
    request: Request
    on_done: Callable[[Any], object] | None
    on_error: Callable[[str], object] | None
    progress: Progress = field(default_factory=lambda: Progress("Starting"))
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


class FakeLink(QObject):
    """Notes what is asked; answers at once from `answers`, or later by `answer` when `slow`."""

    state_changed = Signal(str)
    restarted = Signal()
    job_changed = Signal(object)
    job_progress = Signal(object)
    progressed = Signal(object, object)
    failed = Signal(str)
    crashed = Signal(str)

    def __init__(self, answers: dict[str, Any] | None = None) -> None:
        super().__init__()
        self.state = "ready"
        self.answers = canned() if answers is None else answers
        self.calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        self.jobs: list[FakeJob] = []

    def asked(self, method: str) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
        return [(args, kwargs) for name, args, kwargs in self.calls if name == method]

    def call(self, method, *args, on_done=None, on_error=None, replaces="", **kwargs) -> None:
        self.calls.append((method, args, kwargs))
        if method in self.answers and on_done:
            answer = self.answers[method]
            on_done(answer(*args, **kwargs) if callable(answer) else answer)

    def start(self, title, method, *args, on_done=None, on_error=None, **kwargs) -> FakeJob:
        self.calls.append((method, args, kwargs))
        job = FakeJob(title, Request(len(self.calls), method, args, kwargs), on_done, on_error)
        self.jobs.append(job)
        self.job_changed.emit(job)
        return job

    def advance(self, progress: Progress) -> None:
        self.jobs[-1].progress = progress
        self.progressed.emit(self.jobs[-1], progress)
        self.job_progress.emit(progress)

    def end(self, result: Any = None, error: str = "") -> None:
        job = self.jobs.pop()
        self.job_changed.emit(self.jobs[-1] if self.jobs else None)
        if error:
            (job.on_error or self.failed.emit)(error)
        elif job.on_done:
            job.on_done(result)


TEXTS = (
    ("Harbour notes.md", "md", "heading", "Ferries", "The first ferry leaves at six. On winter mornings the deck is "
     "icy and the crew spreads sand before anyone may board. Regulars stand by the funnel, where it is warm.", 2),
    ("Harbour notes.md", "md", "heading", "Storms", "When the wind turns to the north the harbour master closes the "
     "outer pier. Boats that are still out are called in by radio, one after the other.", 1),
    ("Bakery letters.docx", "docx", "", "", "The rye loaf was burnt again and nobody at the counter cared. I have "
     "bought my bread here for eleven years and I am truly disappointed.", 0),
    ("Bakery letters.docx", "docx", "", "", "What a lovely surprise: warm cinnamon rolls, a smile, and a cup of tea "
     "for my mother while she waited. Thank you, all of you!", 2),
    ("A very long title about the measuring of tides in small northern harbours, with tables and appendices.pdf",
     "pdf", "page", "14", "The tide gauge was read every ten minutes. Where the record has gaps, values were "
     "interpolated from the neighbouring stations, weighted by distance.", 1),
    ("Telescope club.txt", "txt", "", "", "We saw the rings of Saturn for the first time, and the children would not "
     "go to bed. The new eyepiece is worth every penny.", 2),
    ("reviews.csv", "csv", "row", "212", "Terrible service. The room smelled of damp and the window would not "
     "close.", 0),
    ("reviews.csv", "csv", "row", "97", "It was fine. Nothing special, nothing wrong.", 1),
)  # fmt: skip


def passages() -> list[Passage]:
    """Return eight passages of six documents, ids 1 to 8."""
    made, starts, documents = [], {}, {}
    for number, (title, fmt, kind, value, text, _) in enumerate(TEXTS, start=1):
        key = title if fmt != "csv" else f"{title}#{value}"
        document = documents.setdefault(key, len(documents) + 1)
        start = starts.get(key, 0)
        starts[key] = start + len(text) + 2
        path = f"/home/ada/Documents/town/{title}"
        made.append(
            Passage(
                number, document, key, title, path, fmt, start, start + len(text), Locator(kind, value), text
            )
        )
    return made


def document_view(document_id: int) -> DocumentView:
    own = [passage for passage in passages() if passage.document_id == document_id]
    first = own[0]
    text = "\n\n".join(passage.text for passage in own)
    return DocumentView(
        Document(first.document_key, first.title, text, first.format, first.path, {}, document_id), tuple(own)
    )


def document_rows() -> list[DocumentRow]:
    """Return the documents in the order of their ids, each with its number of passages."""
    rows: dict[int, DocumentRow] = {}
    for one in passages():
        number = rows[one.document_id].passages + 1 if one.document_id in rows else 1
        rows[one.document_id] = DocumentRow(
            one.document_id, one.document_key, one.title, one.path, one.format, number
        )
    return list(rows.values())


def result(query: str = "warm welcome", mode: str = "hybrid", note: str = "") -> SearchResult:
    """Return a result whose hits are the passages 4, 1, 2, 6, 5 in four documents."""
    by_id = {passage.id: passage for passage in passages()}
    rank = iter(range(1, 99))

    def hit(number: int, score: float, *marks: str) -> Hit:
        text = by_id[number].text
        spans = tuple((text.index(mark), text.index(mark) + len(mark)) for mark in marks)
        return Hit(next(rank), score, by_id[number], Snippet(text, spans))

    documents = (
        DocumentHits(1, 0.71, (hit(4, 0.71, "warm"),)),
        DocumentHits(2, 0.52, (hit(1, 0.52, "warm"), hit(2, 0.31))),
        DocumentHits(3, 0.44, (hit(6, 0.44),)),
        DocumentHits(4, 0.18, (hit(5, 0.18),)),
    )
    return SearchResult(query, mode, documents, 0.034, note)  # type: ignore[arg-type]


def calibrated(query: str = "warm welcome", above_chance: int = 3, **changes: Any) -> SearchResult:
    """Return the same result as an engine answers that knows chance, what is alike and how much more there is."""
    relevances = iter((0.97, 0.82, 0.61, 0.58, 0.21))
    documents = tuple(
        replace(
            document,
            hits=tuple(replace(hit, relevance=next(relevances)) for hit in document.hits),
            more=4 if document.rank == 2 else 0,
        )
        for document in result(query).documents
    )
    first = documents[0]
    alike = replace(first, hits=(replace(first.hits[0], alike=(3, 7)),))
    return replace(result(query), documents=(alike, *documents[1:]), above_chance=above_chance, **changes)


def facets() -> Facets:
    return Facets(
        (("md", 310), ("csv", 757), ("pdf", 96), ("docx", 41)),
        (("letters", 212), ("letters/grandmother to her many grandchildren", 88), ("harbour", 73), ("town hall", 31),
         ("scans", 12), ("scans/2019", 9), ("scans/2020", 3)),
        (("author", (("Ada Lovell", 120), ("Grace", 44))), ("rating", (("5", 61), ("1", 17)))),
        (("positive", 402), ("neutral", 390), ("negative", 112)),
        (("ferry, harbour, tide", 410), ("bread, bakery, counter", 233)),
        ("2019-02-11", "2024-11-30"),
    )  # fmt: skip


def explain(_name: str, _query: str, passage_ids: Sequence[int]) -> tuple[Attribution, ...]:
    """Explain passages: a cosine of 0.6, of which the model's own tokens have 0.05 and every third word takes away."""
    by_id = {passage.id: passage for passage in passages()}
    return tuple(attribution(by_id[one].text, one) for one in passage_ids if one in by_id)


def attribution(text: str, passage_id: int = 1) -> Attribution:
    words = list(re.finditer(r"\w+", text))
    raw = [(-0.4 if number % 3 == 2 else 1.0) * len(word.group()) for number, word in enumerate(words)]
    scale = 0.55 / sum(raw)
    shares = tuple(Share(*word.span(), value * scale) for word, value in zip(words, raw, strict=True))
    return Attribution(passage_id, 0.6, shares, 0.05)


def made_of(_name: str, _query: str, _passage_id: int) -> tuple[Attribution, ...]:
    """Take what is like passage 3 and the marked hits 6 and 2 for what a query is made of."""
    by_id = {passage.id: passage for passage in passages()}
    scores = ((3, -0.2, "− like passage 3"), (6, 0.25, "hits marked good"), (2, 0.1, "hits marked good"))
    return tuple(
        replace(attribution(by_id[one].text, one), score=score, parts=((name, score),))
        for one, score, name in scores
    )


def measures() -> tuple[SearchMeasures, ...]:
    return (
        SearchMeasures("keyword", 7, 0.512, 0.601, 0.744),
        SearchMeasures("dense", 7, 0.588, 0.67, 0.81),
        SearchMeasures("hybrid", 7, 0.634, 0.722, 0.861),
    )


def corpus(name: str = "Town papers", **changes: Any) -> CorpusInfo:
    facts = {
        "sources": (
            Source("folder", "/home/ada/Documents/town", id=1),
            Source("table", "/home/ada/Downloads/reviews of hotels and guest houses 2019 to 2024.csv", id=2),
        ),
        "files": 412,
        "documents": 1204,
        "passages": 8311,
        "embedded": 8311,
        "skipped": (
            Skipped(
                "/home/ada/Documents/town/scan 4.pdf", "It has pages but no text: pictures of pages, perhaps."
            ),
            Skipped("/home/ada/Documents/town/old.doc", ".doc is not a format Asterism reads yet."),
        ),
        "encoder": "all-MiniLM-L6-v2",
        "has_map": True,
        "bytes_on_disk": 45_300_000,
        "formats": {"md": 310, "pdf": 96, "docx": 41, "csv": 757},
    }
    return CorpusInfo(name, **{**facts, **changes})


def tags() -> Tags:
    ids = np.arange(1, 9, dtype=np.int64)
    labels = np.array([row[5] for row in TEXTS], np.int32)
    probabilities = np.full((8, 3), 0.05, np.float32)
    probabilities[np.arange(8), labels] = 0.9
    probabilities[1] = (0.3, 0.45, 0.25)
    return Tags("sentiment", LABELS, ids, labels, probabilities)


def map_data(n: int = 1500) -> MapData:
    rng = np.random.default_rng(0)
    names = (
        "ferry, harbour, tide",
        "bread, bakery, counter",
        "telescope, Saturn, rings",
        "hotel, room, service",
        "garden, seeds, frost",
    )
    centres = rng.uniform(-8, 8, (5, 2))
    cluster_ids = np.sort(rng.choice([0, 0, 0, 1, 1, 2, 2, 3, 4, -1], n)).astype(np.int32)
    xy = centres[cluster_ids] + rng.normal(0, 0.9, (n, 2))
    noise = cluster_ids < 0
    xy[noise] = rng.uniform(-9, 9, (int(noise.sum()), 2))
    order = rng.permutation(n)
    clusters = tuple(
        Cluster(number, int((cluster_ids == number).sum()), tuple(name.split(", ")), name, (1,))
        for number, name in enumerate(names)
    )
    return MapData(
        np.arange(1, n + 1, dtype=np.int64),
        np.arange(1, n + 1, dtype=np.int64),
        xy[order].astype(np.float32),
        cluster_ids[order],
        rng.uniform(0.3, 1, n).astype(np.float32),
        rng.integers(0, 3, n).astype(np.int32),
        ("md", "pdf", "csv"),
        clusters,
        0,
        {"seed": 0},
    )


def taggers() -> list[TaggerInfo]:
    """The shipped taggers, one that was taught, and one that has only labels yet."""
    base = "all-MiniLM-L6-v2"
    return [
        TaggerInfo("sentiment", LABELS, base, "comes with Asterism", {"held-out accuracy": 0.9}),
        TaggerInfo("nli", PAIR_LABELS, base, "comes with Asterism", {}, pair=True),
        TaggerInfo("genre", ("comedy", "mystery"), base, "taught by you", {}, kind=TaggerKind.HEAD),
        TaggerInfo("urgency", ("later", "now"), base, "yours", {}, kind=TaggerKind.HEAD, taught=False),
    ]


def inspection(text: str = "I loved it.") -> Inspection:
    rng = np.random.default_rng(1)
    pieces = (("[CLS]", 0, 0), ("i", 0, 1), ("loved", 2, 7), ("it", 8, 10), (".", 10, 11), ("[SEP]", 0, 0))
    tokens = tuple(
        TokenView(piece, 100 + number, start, end, start == end)
        for number, (piece, start, end) in enumerate(pieces)
    )
    vector = rng.normal(0, 1, 384).astype(np.float32)
    unit = vector / np.linalg.norm(vector)
    return Inspection(
        text, "all-MiniLM-L6-v2", tokens, False, (6, 384), "mean", unit, 1.2345, vector, "sentiment", LABELS,
        np.tanh(vector), (-2.1, 0.2, 2.9), (0.006, 0.063, 0.931),
    )  # fmt: skip


def preview() -> Preview:
    return Preview(
        (FormatCount("md", 310, 4_200_000), FormatCount("pdf", 96, 88_000_000), FormatCount("docx", 41, 9_100_000)),
        (FormatCount(".doc", 12, 3_000_000), FormatCount(".jpg", 203, 410_000_000)),
        0, 8311, 140.0, 46_000_000,
    )  # fmt: skip


def report(**changes: Any) -> IndexReport:
    facts = {
        "files_read": 3, "files_unchanged": 0, "files_removed": 0, "documents": 3, "passages": 9, "embedded": 9,
        "reused": 0, "skipped": (), "seconds": 1.0,
    }  # fmt: skip
    return IndexReport(**{**facts, **changes})


def neighbours(_name: str, passage_id: int, k: int = 8) -> tuple[Hit, ...]:
    others = [passage for passage in passages() if passage.id != passage_id]
    return tuple(
        Hit(rank, 0.9 - rank / 10, passage, Snippet(passage.text, ()))
        for rank, passage in enumerate(others[:k], start=1)
    )


def canned() -> dict[str, Any]:
    by_id = {passage.id: passage for passage in passages()}
    return {
        "corpora": [corpus(), corpus("Letters of a grandmother to her many grandchildren, 1951 to 1987")],
        "corpus": lambda name: corpus(name),
        "create": lambda name: corpus(
            name, documents=0, passages=0, embedded=0, files=0, skipped=(), sources=()
        ),
        "search": lambda _name, query, k, mode, **_: result(query, mode),
        "facets": facets(),
        "explain": explain,
        "made_of": made_of,
        "judge": lambda _name, _query, passage_id, grade: {} if grade is None else {passage_id: grade},
        "clear_judgements": None,
        "reranker": "",
        "passages": lambda _name, ids: [by_id[one] for one in ids if one in by_id],
        "document": lambda _name, document_id: document_view(document_id),
        "documents": lambda _name, offset, limit: document_rows()[offset : offset + limit],
        "neighbours": neighbours,
        "map": map_data(),
        "tags": tags(),
        "taggers": taggers(),
        "tag_text": TextTag("positive", LABELS, (0.03, 0.11, 0.86)),
        "inspect": inspection,
        "remove": None,
    }
