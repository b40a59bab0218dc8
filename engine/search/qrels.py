"""Judgements from a table ("qrels"): which documents are good answers to which queries, as collections publish them."""

import gzip
from pathlib import Path

from indexes.errors import SourceError

Judged = dict[str, dict[str, int]]
"""For each query id the grades of documents by key: good from 1."""


def read_judgements(path: Path) -> Judged:
    """Read lines of query id, document id and grade (BEIR), or with an iteration before the document id (TREC).

    Fields stand between tabs, or between other white space where there is no tab; the first line may be a header,
    and the file may end in .gz. Raises SourceError, naming the line, when one is neither.
    """
    judged: Judged = {}
    try:
        with (
            gzip.open(path, "rt", encoding="utf-8-sig")
            if path.suffix == ".gz"
            else path.open(encoding="utf-8-sig") as file
        ):
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


def _fields(line: str, place: str) -> tuple[str, str, str]:
    fields = [field.strip() for field in line.split("\t")] if "\t" in line else line.split()
    if len(fields) not in (3, 4):
        raise SourceError(f"{place}: a judgement is a query id, a document id and a grade.")
    return fields[0], fields[-2], fields[-1]


def _is_whole(grade: str) -> bool:
    return grade.removeprefix("-").isdecimal()
