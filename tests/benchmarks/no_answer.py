"""Does searching say "nothing here is near your query" when that is so, and only then?

Run it with `python -m tests.benchmarks.no_answer DATA LIBRARY`. DATA holds a folder a collection with queries.jsonl.gz
and qrels_*.tsv; LIBRARY has the collections indexed as corpora of the same names. Absent ones are skipped. Queries
that a corpus has no answer to are those of collections on other subjects. A query counts as wrongly refused when it is
told so although a document judged good for it is among the first ten. Signs are left out of queries, so that none of
them is understood as more than text. The peer is the plain way: one cosine for all corpora, the one that is right most
often here.
"""

import argparse
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.search.trec import read_judgements, read_queries
from engine.workspace import Workspace
from tests.benchmarks.report import print_table

SUBJECTS = {
    "cranfield": "aerodynamics",
    "cisi": "information science",
    "nfcorpus_preprocessed": "medicine",
    "scifact": "medicine",
    "pubmedqa": "medicine",
    "xquad_en": "encyclopaedia",
    "xquad_de": "encyclopaedia",
    "xquad_zh": "encyclopaedia",
    "cmrc2018_zh": "Chinese encyclopaedia",
}
OWN = 150
FOREIGN = 20
"""Queries of a collection put to its own corpus, and to each of another subject."""
TOP = 10


@dataclass(frozen=True, slots=True)
class Collection:
    """Queries with their answers: the keys of documents judged good."""

    queries: tuple[tuple[str, frozenset[str]], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The best relevance and cosine of a query, and each document's relevance with whether it was judged good."""

    relevance: float
    cosine: float
    documents: tuple[tuple[float, bool], ...]

    @property
    def answered(self) -> bool:
        return any(good for _, good in self.documents)


def main(data: Path, library: Path) -> None:
    with Workspace(library) as workspace:
        present = {info.name for info in workspace.corpora()}
        collections = {
            name: _collection(data / name)
            for name in SUBJECTS
            if (data / name / "queries.jsonl.gz").is_file() and name in present
        }
        own, foreign = {}, {}
        for name in collections:
            own[name] = [_ask(workspace, name, *query) for query in collections[name].queries[:OWN]]
            foreign[name] = [
                _ask(workspace, name, *query)
                for other, collection in collections.items()
                if SUBJECTS[other] != SUBJECTS[name]
                for query in collection.queries[:FOREIGN]
            ]
    if not collections:
        print(f"There is no collection of {data} in {library}.")
        return
    fixed = _best_cosine(list(own.values()), list(foreign.values()))
    print_table(
        f"Queries told that nothing is near, % (peer: the best cosine is below {fixed:.2f})",
        (
            "corpus",
            "own queries",
            "wrongly refused",
            "foreign queries refused",
            "AUC",
            "peer: wrongly",
            "peer: foreign",
            "peer: AUC",
            "good among hits above / below the line",
        ),
        [_row(name, own[name], foreign[name], fixed) for name in collections],
    )


def _collection(folder: Path) -> Collection:
    judged = read_judgements(next(folder.glob("qrels_*.tsv")))
    queries = [
        (
            re.sub(r"[^\w\s.,?]", " ", text),
            frozenset(key for key, grade in judged[query_id].items() if grade > 0),
        )
        for query_id, text in read_queries(folder / "queries.jsonl.gz")
        if query_id in judged
    ]
    random.Random(0).shuffle(queries)
    return Collection(tuple(queries))


def _ask(workspace: Workspace, name: str, text: str, good: frozenset[str]) -> Answer:
    result = workspace.search(name, text, k=TOP)
    keys = workspace.document_keys(
        name, [document.hits[0].passage.document_id for document in result.documents]
    )
    hits = [hit for document in result.documents for hit in document.hits]
    return Answer(
        max((hit.relevance for hit in hits), default=0.0),
        max((hit.score for hit in hits), default=0.0),
        tuple(
            (max(hit.relevance for hit in document.hits), key in good)
            for document, key in zip(result.documents, keys, strict=True)
        ),
    )


def _row(name: str, own: Sequence[Answer], foreign: Sequence[Answer], fixed: float) -> tuple[str, ...]:
    relevance, cosine = (
        [[getattr(a, kind) for a in of] for of in (own, foreign)] for kind in ("relevance", "cosine")
    )
    above = [good for answer in own for value, good in answer.documents if value >= 0.5]
    below = [good for answer in own for value, good in answer.documents if value < 0.5]
    return (
        name,
        str(len(own)),
        _percent([a.answered and a.relevance < 0.5 for a in own]),
        _percent([a.relevance < 0.5 for a in foreign]),
        f"{_auc(*map(np.array, relevance)):.3f}",
        _percent([a.answered and a.cosine < fixed for a in own]),
        _percent([a.cosine < fixed for a in foreign]),
        f"{_auc(*map(np.array, cosine)):.3f}",
        f"{_percent(above)} / {_percent(below)}",
    )


def _best_cosine(own: Sequence[Sequence[Answer]], foreign: Sequence[Sequence[Answer]]) -> float:
    """Return the cosine that refuses the most foreign queries and the fewest answered ones, corpora counting alike."""

    def rightness(line: float) -> float:
        refused = np.mean([np.mean([a.cosine < line for a in of]) for of in foreign if of] or [0.0])
        wrongly = np.mean([np.mean([a.answered and a.cosine < line for a in of]) for of in own])
        return float(refused - wrongly)

    return max((line / 100 for line in range(100)), key=rightness)


def _auc(high: NDArray[np.float64], low: NDArray[np.float64]) -> float:
    """Return how often one of `high` is above one of `low`; equal ones count by half."""
    above = (high[:, None] > low).mean() if high.size and low.size else np.nan
    return float(above + (high[:, None] == low).mean() / 2)


def _percent(values: Sequence[bool]) -> str:
    return f"{100 * np.mean(values):.1f}" if values else "–"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("library", type=Path)
    given = parser.parse_args()
    main(given.data, given.library)
