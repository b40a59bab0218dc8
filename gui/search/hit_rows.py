"""A search result as rows of a list: hits by document, what is alike or more of it, and where chance begins."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from engine.records import DocumentHits, Hit, SearchResult
from gui.wording import format_name, percent, place
from indexes.records import Passage

RowKind = Literal["hit", "more", "alike", "like", "chance", "nothing", "nearest"]

GRADES = {1: "marked as good", 0: "marked as not good"}


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One row of the list of hits.

    "hit"; below a hit "alike" (folds the passages like it) and each "like" it; below a document "more"; "chance", the
    line below which nothing is nearer than chance; "nothing" and "nearest" (folds the hits) when that is all.
    `passage_id` is what the row leads to, 0 for nothing. `share` in [0, 1] fills the bar, `number` stands beside it.
    """

    kind: RowKind
    passage_id: int = 0
    text: str = ""
    hit: Hit | None = None
    first: bool = False
    faint: bool = False
    share: float = 0.0
    number: str = ""
    tip: str = ""
    grade: int | None = None
    folded: bool = True

    @property
    def where(self) -> str:
        """Return the locator of a hit and, for a document's first one, its file."""
        if self.hit is None:
            return ""
        passage = self.hit.passage
        parts = [str(passage.locator)] if passage.locator.value != passage.title else []
        if self.first:
            name = place(passage.path) if passage.path else ""
            parts.append(name if name and name != passage.title else format_name(passage.format))
        return "  ·  ".join(part for part in parts if part) or "further on"

    @property
    def said(self) -> str:
        """Return the row as a screen reader says it."""
        if self.hit is None:
            return self.text
        title = title_of(self.hit.passage) if self.first else ""
        grade = GRADES[self.grade] if self.grade is not None else ""
        number = f"relevance {self.number}" if self.number.endswith("%") else f"score {self.number}"
        chance = "no better than chance" if self.faint else ""
        parts = (title, self.where, number, chance, grade, self.hit.snippet.text)
        return ", ".join(part for part in parts if part)


def rows_of(
    result: SearchResult | None,
    grades: Mapping[int, int] | None = None,
    unfolded: Mapping[int, Sequence[Passage]] | None = None,
    nearest: bool = False,
) -> list[ResultRow]:
    """Return a result as rows, documents in their order.

    `grades` are the marks by passage id, `unfolded` the passages alike by the id of the hit under which they are to be
    shown, and `nearest` says whether all hits below chance are shown: else a few, or none where there are no others.
    """
    if result is None or not result.documents:
        return []
    rows = list(_hit_rows(result, grades or {}, unfolded or {}))
    above = len(result.documents) if result.above_chance is None else result.above_chance
    below = len(result.documents) - above
    few = 0 if above == 0 else below if below <= FEW + 1 else FEW
    shown = [row for number, row in rows if number < above + (below if nearest else few)]
    if above == 0:
        fold = "Hide the nearest" if nearest else "Show the nearest anyway"
        return [
            ResultRow("nothing", text=NOTHING),
            ResultRow("nearest", text=fold, folded=not nearest),
            *shown,
        ]
    if below:
        shown.insert(sum(number < above for number, _ in rows), ResultRow("chance", text=CHANCE))
    if below > few:
        fold = "Show fewer" if nearest else f"Show {below - few:,} more"
        shown.append(ResultRow("nearest", text=fold, folded=not nearest))
    return shown


FEW = 5
"""Documents shown below the line of chance, unless all are asked for."""

CHANCE = "Below this, no better than chance"
NOTHING = "Nothing here is near your query"
HALF = "50 % is as near as the best hit of a query that has no answer here"


def title_of(passage: Passage) -> str:
    """Return what a list calls the document of a passage."""
    return passage.title or passage.document_key


def _hit_rows(
    result: SearchResult, grades: Mapping[int, int], unfolded: Mapping[int, Sequence[Passage]]
) -> Iterator[tuple[int, ResultRow]]:
    """Yield every row with the number of its document, from 0."""
    best = max((hit.score for document in result.documents for hit in document.hits), default=0.0)
    for number, document in enumerate(result.documents):
        faint = result.above_chance is not None and number >= result.above_chance
        for place_in_document, hit in enumerate(document.hits):
            share, said, tip = _measure(result, hit, best)
            yield (
                number,
                ResultRow(
                    "hit",
                    hit.passage.id,
                    hit=hit,
                    first=place_in_document == 0,
                    faint=faint,
                    share=share,
                    number=said,
                    tip=tip,
                    grade=grades.get(hit.passage.id),
                ),
            )
            yield from ((number, row) for row in _alike_rows(hit, faint, unfolded.get(hit.passage.id)))
        if document.more and document.hits:
            yield number, _more_row(document, faint)


def _measure(result: SearchResult, hit: Hit, best: float) -> tuple[float, str, str]:
    """Return how full the bar of a hit is, the number beside it, and what both mean.

    By words there is only BM25, which says how a hit compares with the best one, nothing else.
    """
    if result.mode == "keyword":
        tip = f"BM25 score {hit.score:.2f}; the bar compares it with the best hit"
        return (hit.score / best if best > 0 else 0.0), f"{hit.score:.1f}", tip
    cosine = f"Cosine with the query: {hit.score:.3f}".replace("-", "−")
    if result.above_chance is None:
        return hit.score, f"{hit.score:.2f}".replace("-", "−"), cosine
    relevance = f"Relevance {percent(hit.relevance)}; {HALF}"
    return hit.relevance, percent(hit.relevance), f"{relevance}\n{cosine}"


def _alike_rows(hit: Hit, faint: bool, shown: Sequence[Passage] | None) -> Iterator[ResultRow]:
    if not hit.alike:
        return
    text = f"and {len(hit.alike):,} like it"
    tip = "Passages that say nearly the same"
    yield ResultRow("alike", hit.passage.id, text, hit=None, faint=faint, tip=tip, folded=shown is None)
    for passage in shown or ():
        where = str(passage.locator)
        said = f"{title_of(passage)}  ·  {where}" if where else title_of(passage)
        yield ResultRow(
            "like", passage.id, said, faint=faint, tip=f"{passage.path}\n{passage.text[:400]}".strip()
        )


def _more_row(document: DocumentHits, faint: bool) -> ResultRow:
    text = f"and {document.more:,} more in this document"
    tip = "Read the document at its best passage"
    return ResultRow("more", document.hits[0].passage.id, text, faint=faint, tip=tip)
