"""The files of retrieval collections: queries and judgements ("qrels") that are read, and runs that are written."""

import gzip
import json
import os
from pathlib import Path
from typing import IO

from engine.exporting import ExportError
from engine.search.ranking import Run
from indexes.errors import SourceError

Judged = dict[str, dict[str, int]]
"""For each query id the grades of documents by key: good from 1."""


def read_queries(path: Path) -> list[tuple[str, str]]:
    """Return (id, text) of each query in a .jsonl or .jsonl.gz file with `_id` or `id`, and `text` or `query`.

    Raises SourceError, naming the line, when one is not such an object.
    """
    queries = []
    try:
        with _open(path) as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    queries.append(_query(line, f"{path}, line {number}"))
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise SourceError(f"The queries in {path} cannot be read: {error}.") from error
    return queries


def read_judgements(path: Path) -> Judged:
    """Read lines of query id, document id and grade (BEIR), or with an iteration before the document id (TREC).

    Fields stand between tabs, or between other white space where there is no tab; the first line may be a header,
    and the file may end in .gz. Raises SourceError, naming the line, when one is neither.
    """
    judged: Judged = {}
    try:
        with _open(path) as file:
            for number, line in enumerate(file, start=1):
                if not line.strip():
                    continue
                query, key, grade = _fields(line, f"{path}, line {number}")
                if _is_whole(grade):
                    judged.setdefault(query, {})[key] = int(grade)
                elif number > 1:
                    raise SourceError(f"{path}, line {number}: the grade “{grade}” is not a whole number.")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise SourceError(f"The judgements in {path} cannot be read: {error}.") from error
    return judged


def write_run(path: Path, run: Run, tag: str) -> None:
    """Write a run: query id, Q0, document id, rank, score, tag. White space in an id becomes “_”."""
    lines = [
        f"{_token(query_id)} Q0 {_token(key)} {rank} {score:.6f} {tag}\n"
        for query_id, ranking in run.items()
        for rank, (key, score) in enumerate(ranking, start=1)
    ]
    temporary = path.with_name(f".{path.name}.part")
    try:
        temporary.write_text("".join(lines), "utf-8")
        os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise ExportError(f"{path} cannot be written: {error.strerror or error}.") from error


def _open(path: Path) -> IO[str]:
    """Open a text file, packed when its name ends in .gz; a byte order mark is no part of it."""
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig")
    return path.open(encoding="utf-8-sig")


def _query(line: str, place: str) -> tuple[str, str]:
    try:
        record = json.loads(line)
    except ValueError as error:
        raise SourceError(f"{place}: not a JSON object ({error}).") from error
    if not isinstance(record, dict):
        raise SourceError(f"{place}: not a JSON object.")
    query_id = record.get("_id", record.get("id"))
    text = record.get("text", record.get("query"))
    if query_id is None or not isinstance(text, str):
        raise SourceError(f"{place}: a query needs “_id” and “text”.")
    return str(query_id), text


def _token(text: str) -> str:
    return "_".join(text.split())


def _fields(line: str, place: str) -> tuple[str, str, str]:
    fields = [field.strip() for field in line.split("\t")] if "\t" in line else line.split()
    if len(fields) not in (3, 4):
        raise SourceError(f"{place}: a judgement is a query id, a document id and a grade.")
    return fields[0], fields[-2], fields[-1]


def _is_whole(grade: str) -> bool:
    return grade.removeprefix("-").isdecimal()
