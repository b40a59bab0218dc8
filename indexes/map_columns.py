"""Columns to colour a map by: what every passage is in one of them, by its document."""

import json
import math
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from indexes.dates import day_of_file, days_of
from indexes.details import DATE_COLUMNS, ROWS, Details, Place
from indexes.errors import QueryError
from indexes.facets import FEW, LONG, said
from indexes.files import loaded_path
from indexes.records import PassageTable

Kind = Literal["category", "number", "date"]

SAMPLE = 500
"""Documents that tell which columns there are; few enough to be read while a person waits."""
NAMES = 40
"""Values of a category that are told apart; beyond, the rarest are one."""
OTHER = "other"
FOLDERS = 12
"""Folders are told apart a level further down only as long as they are no more than this."""
NEARLY_ALL = 0.9
"""A column is of numbers, or of dates, when this share of its values are."""
OWN = ("folder", "type", "date", "label")
"""Columns that every corpus may have; of metadata columns so called only `date` and `label` are meant."""

_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class PassageColumn:
    """What every passage is in one column; row i is row i of the passage table.

    A category: ids (n,) int32 into `names`, the commonest first and "other" last, -1 unknown. A number or a date:
    values (n,) float64, NaN unknown; a date in days since 1970-01-01. What does not apply is empty.
    """

    kind: Kind
    ids: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    names: tuple[str, ...] = ()
    values: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0, np.float64))


def map_columns(db: sqlite3.Connection) -> tuple[tuple[str, Kind], ...]:
    """Return the columns that tell documents apart, with their kinds; some documents from all over the corpus decide.

    Folder, type, date and label come first, then metadata by name. Texts, columns where nearly every document has a
    value of its own, and columns with one value for all are left out.
    """
    sample = _sample(db)
    found: list[tuple[str, Kind]] = []
    if len(_folders([place for place, _, _ in sample])[1]) > 1:
        found.append(("folder", "category"))
    if len({format for _, format, _ in sample}) > 1:
        found.append(("type", "category"))
    if len({_day(place, metadata) for place, _, metadata in sample} - {None}) > 1:
        found.append(("date", "date"))
    spelt, values = _values(metadata for _, _, metadata in sample)
    kinds = {name: _kind(name, of_name) for name, of_name in values.items()}
    if kinds.pop("label", None):
        found.append(("label", "category"))
    dating = [name for name in DATE_COLUMNS if name in kinds][:1]  # shown as the date already
    rest = sorted((spelt[name], kind) for name, kind in kinds.items() if kind and name not in (*OWN, *dating))
    return (*found, *rest)


def map_column(db: sqlite3.Connection, details: Details, table: PassageTable, name: str) -> PassageColumn:
    """Return what every passage is in a column; QueryError when no document has a column of this name.

    Of a list the first element counts, of a date that is only a month or a year its first day.
    """
    if name == "type":
        return PassageColumn("category", *_ranked(table.format_ids, table.formats))
    # Of every passage the row of its document.
    rows = np.searchsorted(details.ids(db), table.document_ids)
    if name == "folder":
        files, file_of = np.unique(details.files(db), return_inverse=True)
        places = details.places(db)
        codes, folders = _folders([places[number] for number in files.tolist()])
        return PassageColumn("category", *_ranked(codes[file_of][rows], folders))
    if name == "date":
        days = details.days(db)[:, 0]
        return PassageColumn("date", values=np.where(days > 0, days - float(_EPOCH), np.nan)[rows])
    column = details.column(db, name)
    if column is None:
        raise QueryError(f"No document of this corpus has a column called “{name}”.")
    firsts = [several[0] if several else None for several in column.values]
    counts = np.bincount(column.codes + 1, minlength=len(firsts) + 1)[1:]
    kind = "category" if name.casefold() == "label" else _measured(name, firsts, counts) or "category"
    codes = column.codes[rows]
    if kind == "category":
        return PassageColumn(
            kind, *_ranked(codes, ["" if value is None else said(value) for value in firsts])
        )
    of_value = _number if kind == "number" else _day_number
    return PassageColumn(kind, values=np.array([*map(of_value, firsts), np.nan])[codes])


def _sample(db: sqlite3.Connection) -> list[tuple[Place, str, dict[str, Any]]]:
    """Return the file, format and metadata of some documents, evenly from all."""
    first, last = db.execute("SELECT COALESCE(min(id), 0), COALESCE(max(id), 0) FROM documents").fetchone()
    ids = np.unique(np.linspace(first, last, SAMPLE).astype(np.int64)).tolist()
    rows = db.execute(
        "SELECT s.path, f.key, f.path, f.format, f.mtime_ns, d.format, d.metadata FROM documents d "
        "JOIN files f ON f.id = d.file_id JOIN sources s ON s.id = f.source_id "
        "WHERE d.id IN (SELECT (SELECT min(id) FROM documents WHERE id >= e.value) FROM json_each(?) e)",
        (json.dumps(ids),),
    )
    return [
        (
            Place(loaded_path(source), loaded_path(key), loaded_path(path), of_file, mtime_ns),
            of_document,
            json.loads(metadata),
        )
        for source, key, path, of_file, mtime_ns, of_document, metadata in rows
    ]


def _folders(places: Sequence[Place]) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Return for each file (n,) the folder that tells it apart as a code, and the names.

    The folders of a source count from its own name on. What all have in common tells nothing: the first level below it
    does, and further ones as long as they are few. A file above that level is in the last folder it is in.
    """
    paths = [(*_parts(place.source)[-1:], *_parts(place.key)[:-1]) for place in places]
    shortest, deepest = min(map(len, paths), default=0), max(map(len, paths), default=0)
    common = 0
    while common < shortest and len({path[common] for path in paths}) == 1:
        common += 1
    depth = common + 1
    while depth < deepest and len({path[: depth + 1] for path in paths}) <= FOLDERS:
        depth += 1
    names = ["/".join(path[common:depth]) or "".join(path[-1:]) or "/" for path in paths]
    code_of = {name: code for code, name in enumerate(sorted(set(names)))}
    return np.array([code_of[name] for name in names], np.int32), tuple(code_of)


def _parts(path: str) -> tuple[str, ...]:
    return tuple(part for part in path.replace("\\", "/").split("/") if part and part != ".")


def _day(place: Place, metadata: dict[str, Any]) -> int | None:
    """Return the first day that a document may be of, as `Details.days` finds it; None without one."""
    spelt = {name.casefold(): name for name in metadata}
    for name in DATE_COLUMNS:
        if several := _elements(metadata.get(spelt.get(name, ""))):
            return next((days[0] for days in map(days_of, several) if days), None)
    days = None if place.format in ROWS else day_of_file(place.mtime_ns)
    return days[0] if days else None


def _values(of_documents: Iterable[dict[str, Any]]) -> tuple[dict[str, str], dict[str, list[Any]]]:
    """Return by name in lower case how each column is written, and a value of each document that has one."""
    spelt: dict[str, str] = {}
    values: dict[str, list[Any]] = {}
    for metadata in of_documents:
        for name, value in metadata.items():
            if not isinstance(value, dict) and (several := _elements(value)):
                folded = name.casefold()
                spelt[folded] = max(name, spelt.get(folded, ""))
                values.setdefault(folded, []).append(several[0])
    return spelt, values


def _kind(name: str, values: Sequence[Any]) -> Kind | None:
    """Return the kind of a column by some of its values, one a document; None when it tells nothing apart."""
    distinct = {said(value) for value in values}
    if len(distinct) < 2:
        return None
    if name != "label" and (kind := _measured(name, values, np.ones(len(values), np.int64))):
        return kind
    long = sum(len(str(value)) for value in values) > LONG * len(values)
    varied = len(distinct) > FEW and 2 * len(distinct) > len(values)
    return None if long or varied else "category"


def _measured(name: str, values: Sequence[Any], counts: NDArray[np.int64]) -> Kind | None:
    """Say whether nearly all of these values, so often each, are numbers, more than two different ones, or dates.

    A mere number is a date only in a column whose name says so.
    """
    enough = NEARLY_ALL * counts.sum()
    dated = name.casefold() in DATE_COLUMNS
    numbers = [_number(value) for value in values]
    is_number = ~np.isnan(numbers)
    if not dated and counts[is_number].sum() >= enough:
        return "number" if len({number for number in numbers if not math.isnan(number)}) > 2 else None
    may_date = zip(values, is_number, strict=True)
    days = [math.nan if number and not dated else _day_number(value) for value, number in may_date]
    return "date" if counts[~np.isnan(days)].sum() >= max(enough, 1) else None


def _number(value: Any) -> float:
    """Return a value as a finite number, NaN when it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return math.nan
    try:
        number = float(value)
    except (OverflowError, ValueError):
        return math.nan
    return number if math.isfinite(number) else math.nan


def _day_number(value: Any) -> float:
    """Return the first day that a value may mean, in days since 1970-01-01; NaN when it is no date."""
    days = days_of(value)
    return math.nan if days is None else float(days[0] - _EPOCH)


def _elements(value: Any) -> list[Any]:
    """Return what a value of metadata holds: the elements of a list, else the one thing; of null nothing."""
    several = value if isinstance(value, list) else [value]
    return [element for element in several if element is not None]


def _ranked(codes: NDArray[np.int32], names: Sequence[str]) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Return codes (n,) into other names: the commonest first, and the rarest together as "other".

    Names that differ only in case are one, written as the commonest of them. -1 stays, and so becomes "".
    """
    counts = np.bincount(codes[codes >= 0], minlength=len(names)).tolist()
    spelt: dict[str, str] = {}
    merged: Counter[str] = Counter()
    for count, name in sorted(zip(counts, names, strict=True), key=lambda pair: (-pair[0], pair[1])):
        if count and name:
            merged[spelt.setdefault(name.casefold(), name)] += count
    ranked = sorted(merged, key=lambda name: (-merged[name], name))
    place_of = {name.casefold(): min(place, NAMES - 1) for place, name in enumerate(ranked)}
    places = [place_of.get(name.casefold(), -1) for name in names]
    kept = ranked if len(ranked) <= NAMES else [*ranked[: NAMES - 1], OTHER]
    return np.array([*places, -1], np.int32)[codes], tuple(kept)
