"""Filters: which passages are as conditions say, by their documents, the clusters of the map and the tags."""

import math
import os
import re
import sqlite3
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexes import maps, tags
from indexes.dates import asked_days, days_of
from indexes.details import Details
from indexes.errors import QueryError
from indexes.records import Condition, PassageTable

NOISE = "noise"
"""What the passages in no cluster are called in a condition."""

TYPES: dict[str, tuple[str, ...]] = {
    "word": ("docx", "doc", "odt", "rtf"),
    "markdown": ("md",),
    "text": ("txt",),
    "plain": ("txt",),
    "web": ("html",),
    "htm": ("html",),
    "restructuredtext": ("rst",),
    "excel": ("xlsx", "xls", "ods"),
    "spreadsheet": ("xlsx", "xls", "ods", "csv", "tsv"),
    "table": ("csv", "tsv", "jsonl", "json", "parquet", "xlsx", "xls", "ods"),
    "presentation": ("pptx", "ppt", "odp"),
    "powerpoint": ("pptx", "ppt", "odp"),
    "mail": ("eml", "msg", "mbox"),
    "email": ("eml", "msg", "mbox"),
    "ebook": ("epub",),
    "book": ("epub",),
    "ndjson": ("jsonl",),
    "tab": ("tsv",),
}
"""What people call formats, and the suffixes of files that are read as another one, → formats."""

_RANGE = re.compile(r"(>=|<=|>|<)\s*(.+)|(.*?)\.\.(.*)", re.DOTALL)
_ROOT = re.compile(r"[/\\]|~(?=[/\\]|$)|[A-Za-z]:[/\\]")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", re.IGNORECASE)

Mask = NDArray[np.bool_]
"""(n_passages,) one for each row of the passage table."""


def passage_ids_where(
    db: sqlite3.Connection, details: Details, table: PassageTable, conditions: Sequence[Condition]
) -> NDArray[np.int64]:
    """Return the ids, rising, of the passages that are as the conditions say; QueryError when one makes no sense."""
    kept = np.ones(len(table.passage_ids), np.bool_)
    wanted: dict[str, list[Mask]] = {}
    for condition in conditions:
        mask = _mask(db, details, table, condition.field.strip().casefold(), condition.value.strip())
        if condition.excluded:
            kept &= ~mask
        else:
            wanted.setdefault(condition.field.strip().casefold(), []).append(mask)
    for masks in wanted.values():
        kept &= reduce(np.logical_or, masks)
    return table.passage_ids[kept]


def _mask(db: sqlite3.Connection, details: Details, table: PassageTable, field: str, value: str) -> Mask:
    if field == "type":
        return _of_type(table, value)
    if field == "cluster":
        return _in_cluster(db, table, value)
    if field == "folder":
        return _of_documents(db, details, table, _in_folder(db, details, value))
    if field == "date":
        return _of_documents(db, details, table, _of_days(db, details, value))
    if field == "label":
        return _labelled(db, details, table, value)
    column = details.column(db, field)
    if column is None:
        raise QueryError(f"No document of this corpus has a field called “{field}”.")
    return _of_documents(db, details, table, column.where(_test(value)))


def _of_documents(db: sqlite3.Connection, details: Details, table: PassageTable, chosen: Mask) -> Mask:
    """Return the passages of chosen documents: (n_documents,) → (n_passages,)."""
    ids = details.ids(db)
    by_id = np.zeros(max([ids.max(initial=0), table.document_ids.max(initial=0)]) + 1, np.bool_)
    by_id[ids] = chosen
    return by_id[table.document_ids]


def _of_type(table: PassageTable, value: str) -> Mask:
    name = value.casefold().lstrip("*.")
    formats = {name, *TYPES.get(name, ()), *TYPES.get(name.removesuffix("s"), ())}
    chosen = np.array([known.casefold() in formats for known in table.formats], np.bool_)
    return chosen[table.format_ids] if len(chosen) else np.zeros(len(table.format_ids), np.bool_)


def _in_folder(db: sqlite3.Connection, details: Details, value: str) -> Mask:
    """Choose the documents of files that are in a folder of this name, or in these folders in a row.

    The folders of a source count from its own name on; a value that begins at a root is the beginning of a path.
    """
    from_root = _ROOT.match(value) is not None
    wanted = [_wildcards(part) for part in _parts(os.path.expanduser(value) if from_root else value)]
    if not wanted:
        raise QueryError("A folder needs a name: write folder:letters.")
    chosen = []
    known: dict[tuple[str, str], tuple[bool, bool]] = {}
    for number, place in details.places(db).items():
        folder, _, name = (place.path if from_root else place.key).replace("\\", "/").rpartition("/")
        where = "" if from_root else place.source, folder
        if where not in known:
            folders = [*_parts(where[0])[-1:], *_parts(folder)]
            known[where] = _fit(folders, wanted, from_root)
        inside, before = known[where]
        if inside or (before and wanted[-1].fullmatch(_said(name))):
            chosen.append(number)
    return np.isin(details.files(db), chosen)


def _fit(folders: Sequence[str], wanted: Sequence[re.Pattern[str]], from_root: bool) -> tuple[bool, bool]:
    """Say whether the wanted folders are among these, and whether all but the last are their end."""
    count = len(wanted)
    starts = range(1) if from_root else range(len(folders) - count + 1)
    inside = any(_matches(folders[start : start + count], wanted) for start in starts)
    end = len(folders) - (count - 1)
    return inside, end >= 0 and (end == 0 or not from_root) and _matches(folders[end:], wanted[:-1])


def _of_days(db: sqlite3.Connection, details: Details, value: str) -> Mask:
    asked = asked_days(value)
    if asked is None:
        raise QueryError(
            f"“{value}” is no date. Write a year, a month as 2021-06, a day as 2021-06-03, or 2020..2022."
        )
    days = details.days(db)
    return (days[:, 0] > 0) & (days[:, 0] <= asked[1]) & (days[:, 1] >= asked[0])


def _in_cluster(db: sqlite3.Connection, table: PassageTable, value: str) -> Mask:
    found = maps.latest_map(db)
    if found is None:
        raise QueryError("There is no map yet, so there are no clusters. Build the map first.")
    projection, clusters = found
    chosen = _clusters_called(value, {cluster.id: cluster.name for cluster in clusters})
    if not chosen:
        raise QueryError(f"The map has no cluster called “{value}”.")
    return np.isin(table.passage_ids, projection.passage_ids[np.isin(projection.cluster_ids, chosen)])


def _clusters_called(value: str, names: dict[int, str]) -> list[int]:
    """Return the clusters of a number, else of a name, else with this in their names."""
    if value.lstrip("-").isdecimal() and int(value) in (-1, *names):
        return [int(value)]
    wanted = " ".join(value.casefold().split())
    folded = {number: " ".join(name.casefold().split()) for number, name in names.items()} | {-1: NOISE}
    return [n for n, name in folded.items() if name == wanted] or [
        n for n, name in folded.items() if n >= 0 and wanted and wanted in name
    ]


def _labelled(db: sqlite3.Connection, details: Details, table: PassageTable, value: str) -> Mask:
    """Choose the passages with a tag of this label by any tagger, and those of documents with it in a label column."""
    test = _test(value)
    tagged = [passage_ids for _, passage_ids in tags.labelled(db, test)]
    mask = np.isin(table.passage_ids, np.concatenate([np.empty(0, np.int64), *tagged]))
    column = details.column(db, "label")
    return mask if column is None else mask | _of_documents(db, details, table, column.where(test))


def _test(value: str) -> Callable[[Any], bool]:
    """Return what tells whether an element of a column is as asked: a range, a pattern with *, or the same text."""
    if _RANGE.fullmatch(value) and (within := _within(value)):
        return within
    if "*" in value:
        pattern = _wildcards(value)
        return lambda element: pattern.fullmatch(_said(element)) is not None
    number, said = _number(value), _said(value)
    return lambda element: _said(element) == said or (number is not None and _number(element) == number)


def _within(value: str) -> Callable[[Any], bool] | None:
    """Return what tells whether a number, or else a date, is in a range; None when the range is of neither."""
    numbers, days = _asked_numbers(value), asked_days(value)
    if numbers is None and days is None:
        return None

    def test(element: Any) -> bool:
        number = _number(element)
        if number is not None and numbers is not None:
            return numbers[0] <= number <= numbers[1]
        written = days_of(element) if days else None
        return bool(written and days and written[0] <= days[1] and written[1] >= days[0])

    return test


def _asked_numbers(value: str) -> tuple[float, float] | None:
    """Return the least and the greatest number that a range asks for."""
    found = _RANGE.fullmatch(value)
    sign, than, begin, end = found.groups() if found else ("", "", "", "")
    if sign:
        number = _number(than)
        if number is None:
            return None
        after, before = math.nextafter(number, math.inf), math.nextafter(number, -math.inf)
        ranges = {">": (after, math.inf), ">=": (number, math.inf), "<": (-math.inf, before)}
        return ranges.get(sign, (-math.inf, number))
    low = -math.inf if not begin.strip() else _number(begin)
    high = math.inf if not end.strip() else _number(end)
    if low is None or high is None or (low, high) == (-math.inf, math.inf):
        return None
    return low, high


def _number(value: Any) -> float | None:
    if isinstance(value, str):
        return float(value) if _NUMBER.fullmatch(value.strip()) else None
    return None if isinstance(value, bool) or not isinstance(value, int | float) else float(value)


def _said(value: Any) -> str:
    return " ".join(str(value).casefold().split())


def _wildcards(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, _said(text).split("*"))), re.DOTALL)


def _parts(path: str) -> list[str]:
    return [_said(part) for part in re.split(r"[/\\]+", path) if part and part != "."]


def _matches(parts: Sequence[str], wanted: Sequence[re.Pattern[str]]) -> bool:
    return len(parts) == len(wanted) and all(
        pattern.fullmatch(part) for pattern, part in zip(wanted, parts, strict=True)
    )
