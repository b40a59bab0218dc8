"""Gold sets to measure embeddings on: graded pairs of texts, retrieval collections, and the user's own judgements."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.corpus import Corpus
from engine.encoding.encoder import Encoder
from engine.progress import Progress, Steps
from engine.reading.passages import Splitter
from engine.reading.process import Reader
from engine.reading.readers import Unreadable
from engine.reading.sources import format_of
from engine.search.judging import document_grades
from engine.search.queries import parse
from engine.search.trec import read_judgements, read_queries
from engine.training.tables import read_examples
from indexes.errors import SourceError
from indexes.records import Source, TableColumns

Pair = tuple[str, str, float]
"""Two texts and how alike people find them; higher is more."""

MOST_PASSAGES = 20_000
"""Passages of a corpus that are embedded anew to measure on it; of a larger one a sample beside the judged ones."""
SEED = 0


@dataclass(frozen=True, slots=True)
class Collection:
    """Passages, each of the document of that number, and queries with the grades of documents by number, good from 1.

    Documents are numbered in the order of their passages.
    """

    passages: tuple[str, ...]
    documents: tuple[int, ...]
    queries: tuple[tuple[str, Mapping[int, int]], ...]


def read_pairs(path: Path) -> Steps[list[Pair]]:
    """Read a table of pairs of texts, s1 and s2 or another usual pair of names, with a column `score`, as STS-B has it.

    Raises SourceError when it is none.
    """
    columns = TableColumns(label="score")
    examples = yield from read_examples(Source("table", str(path.absolute()), columns))
    pairs = []
    for example in examples:
        try:
            pairs.append((example.text, example.second, float(example.label)))
        except ValueError:
            raise SourceError(f"{path}: the score “{example.label}” is not a number.") from None
    if not all(second for _, second, _ in pairs):
        raise SourceError(f"{path} has no pairs of texts. Name its columns “s1” and “s2”.")
    return pairs


def read_collection(folder: Path, encoder: Encoder) -> Steps[Collection]:
    """Read a folder in the layout of BEIR, its documents cut into passages that fit the encoder.

    That is corpus.jsonl, queries.jsonl (both perhaps .gz) and qrels_*.tsv or qrels/*.tsv, of several the test split.
    Raises SourceError when a part is missing or damaged.
    """
    corpus = _only(folder, "corpus.jsonl", "corpus.jsonl.gz", "corpus.parquet")
    judged = read_judgements(
        _only(folder, "qrels*test*", "qrels*dev*", "qrels*", "qrels/test.tsv", "qrels/*.tsv")
    )
    asked = read_queries(_only(folder, "queries.jsonl", "queries.jsonl.gz"))
    splitter = Splitter(encoder.tokenizer_file, encoder.max_tokens)
    keys: dict[str, int] = {}
    passages: list[str] = []
    documents: list[int] = []
    try:
        with Reader() as reader:
            for batch in reader.read(corpus, format_of(corpus.name)):
                for raw in batch:
                    number = keys.setdefault(raw.key, len(keys))
                    spans = splitter.split(raw)
                    passages += [raw.text[span.start : span.end] for span in spans]
                    documents += [number] * len(spans)
                yield Progress("Reading documents", len(keys), 0, "documents")
    except Unreadable as error:
        raise SourceError(f"{corpus} {error.reason}.") from error
    queries = [
        (text, {keys[key]: grade for key, grade in judged[query_id].items() if key in keys})
        for query_id, text in asked
        if query_id in judged
    ]
    return Collection(tuple(passages), tuple(documents), tuple(queries))


def own_collection(corpus: Corpus, most: int = MOST_PASSAGES) -> Collection | None:
    """Return a corpus with the queries that the user judged; None when none has a good hit.

    A query's signs (like:, -, conditions) are left out: only its words are asked. Of a corpus of more than `most`
    passages only a sample stands beside those that were judged.
    """
    catalogue = corpus.catalogue
    grades = document_grades(catalogue)
    if not grades:
        return None
    judged = {document_id for of_query in grades.values() for document_id in of_query}
    table = catalogue.passage_table()
    ids = _sample(table.passage_ids.tolist(), table.document_ids.tolist(), judged, most)
    passages = catalogue.passages(ids)
    owner = catalogue.document_ids_of(ids)
    numbers = {document_id: number for number, document_id in enumerate(sorted(set(owner.values())))}
    ordered = sorted(passages, key=lambda passage: owner[passage.id])
    fields = catalogue.known_fields()
    return Collection(
        tuple(passage.text for passage in ordered),
        tuple(numbers[owner[passage.id]] for passage in ordered),
        tuple(
            (parse(line, fields).words, {numbers[i]: grade for i, grade in of_query.items() if i in numbers})
            for line, of_query in grades.items()
        ),
    )


def _sample(ids: Sequence[int], owners: Sequence[int], judged: set[int], most: int) -> list[int]:
    """Return all passages of judged documents, and of the others as many as there is room for."""
    if len(ids) <= most:
        return list(ids)
    kept = [i for i, owner in zip(ids, owners, strict=True) if owner in judged]
    others = [i for i, owner in zip(ids, owners, strict=True) if owner not in judged]
    room = min(len(others), max(0, most - len(kept)))
    return sorted(kept + random.Random(SEED).sample(others, room))


def _only(folder: Path, *patterns: str) -> Path:
    for pattern in patterns:
        if found := sorted(path for path in folder.glob(pattern) if path.is_file()):
            return found[0]
    raise SourceError(f"{folder} has no {patterns[0].replace('*', '…')}, so it is no retrieval collection.")
