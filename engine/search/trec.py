"""Queries from a file, and TREC runs to one: how rankings are exchanged with evaluation programs."""

import gzip
import json
import os
from pathlib import Path

from engine.exporting import ExportError
from engine.search.ranking import Run
from indexes.errors import SourceError


def read_queries(path: Path) -> list[tuple[str, str]]:
    """Return (id, text) of each query in a .jsonl or .jsonl.gz file with `_id` or `id`, and `text` or `query`.

    Raises SourceError, naming the line, when one is not such an object.
    """
    queries = []
    try:
        with (
            gzip.open(path, "rt", encoding="utf-8")
            if path.suffix == ".gz"
            else path.open(encoding="utf-8") as file
        ):
            for number, line in enumerate(file, start=1):
                if line.strip():
                    queries.append(_query(line, f"{path}, line {number}"))
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise SourceError(f"The queries in {path} cannot be read: {error}.") from error
    return queries


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
