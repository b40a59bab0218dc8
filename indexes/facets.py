"""Facets: what the documents of a corpus can be told apart by, each value with how many documents have it."""

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from indexes import documents, maps, tags
from indexes.details import DATE_COLUMNS, Details, elements
from indexes.records import Facets, PassageTable

VALUES = 20
"""Values of a column that are offered."""
FOLDERS = 200
SAMPLE = 2000
"""Documents that tell which columns are worth counting."""
FEW = 20
"""A column with so few values is never too varied to offer."""
LONG = 60
"""Values of more characters on the average are texts."""

Counts = tuple[tuple[str, int], ...]


def facets(db: sqlite3.Connection, details: Details, table: PassageTable) -> Facets:
    """Return the facets; what only the documents decide is kept until they change."""
    kept = details.facets
    if kept is None:
        kept = details.facets = Facets(
            formats=_ranked(Counter(documents.format_counts(db))),
            folders=_folders(db, details),
            columns=_columns(db, details),
            dates=_dates(details.days(db)),
        )
    return Facets(
        formats=kept.formats,
        folders=kept.folders,
        columns=kept.columns,
        labels=_ranked(_labels(db, details, table)),
        clusters=_clusters(db, table),
        dates=kept.dates,
    )


def _ranked(counts: Counter[str], limit: int | None = None) -> Counts:
    """Return the values, most first, equal ones by name; those that differ in case count as the commonest of them."""
    spelt: dict[str, str] = {}
    merged: Counter[str] = Counter()
    for value, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        merged[spelt.setdefault(value.casefold(), value)] += count
    return tuple(sorted(merged.items(), key=lambda item: (-item[1], item[0]))[:limit])


def _folders(db: sqlite3.Connection, details: Details) -> Counts:
    """Count the documents in the top two levels of folders under each source; of several sources also by source."""
    places = details.places(db)
    several = len({place.source for place in places.values()}) > 1
    counts: Counter[str] = Counter()
    for number, count in db.execute("SELECT file_id, count(*) FROM documents GROUP BY file_id"):
        place = places[number]
        if place.path != place.source:  # not a file that is a source itself
            for name in _levels(place.source if several else "", place.key.rpartition("/")[0]):
                counts[name] += count
    return _ranked(counts, FOLDERS)


@lru_cache(maxsize=1 << 14)
def _levels(source: str, folder: str) -> frozenset[str]:
    """Return the names that a folder of a source counts for; a source without a path does not count itself."""
    parts = [part for part in folder.split("/") if part]
    name = re.split(r"[/\\]+", source.rstrip("/\\"))[-1]
    return frozenset({name, "/".join(parts[:1]), "/".join(parts[:2])}) - {""}


def _columns(db: sqlite3.Connection, details: Details) -> tuple[tuple[str, Counts], ...]:
    """Return the columns with their commonest values; with none where nearly every document has its own."""
    own = {"label", *DATE_COLUMNS[:1]}
    names = [name for name in details.names(db) if name.casefold() not in own]
    counts: dict[str, Counter[str]] = {name.casefold(): Counter() for name in names}
    rows = db.execute(
        "SELECT e.key, e.type, e.value, count(*) FROM documents d, json_each(d.metadata) e "
        "WHERE e.key IN (SELECT value FROM json_each(?)) GROUP BY 1, 2, 3",
        (json.dumps(_telling(db, names)),),
    )
    for name, kind, value, count in rows:
        if kind != "object":
            for element in set(map(said, elements(kind, value))):
                counts[name.casefold()][element] += count
    spelt = {name.casefold(): name for name in names}  # of Year and year, the latter
    return tuple((name, _ranked(counts[folded], VALUES)) for folded, name in spelt.items())


def _telling(db: sqlite3.Connection, names: Iterable[str]) -> list[str]:
    """Return the columns whose values come back among some documents from all over the corpus, and are no texts."""
    last = db.execute("SELECT COALESCE(max(id), 0) FROM documents").fetchone()[0]
    rows = db.execute(
        "SELECT e.key, count(*), count(DISTINCT e.value), avg(length(e.value)) "
        "FROM documents d, json_each(d.metadata) e WHERE d.id % ? = 0 AND e.type <> 'null' GROUP BY e.key",
        (max(1, last // SAMPLE),),
    )
    varied = {
        name for name, n, distinct, long in rows if long > LONG or (distinct > FEW and 2 * distinct > n)
    }
    return [name for name in names if name not in varied]


def _labels(db: sqlite3.Connection, details: Details, table: PassageTable) -> Counter[str]:
    """Count the documents with a passage that has this tag, or with this in a label column."""
    counts: Counter[str] = Counter()
    for label, passage_ids in tags.labelled(db, lambda _: True):
        rows = np.searchsorted(table.passage_ids, passage_ids)
        counts[label] += len(np.unique(table.document_ids[rows]))
    column = details.column(db, "label")
    if column is not None:
        of_value = np.bincount(column.codes[column.codes >= 0], minlength=len(column.values))
        for value, count in zip(column.values, of_value.tolist(), strict=True):
            for element in set(map(said, value)):
                counts[element] += count
    return +counts


def _clusters(db: sqlite3.Connection, table: PassageTable) -> Counts:
    """Count the documents with a passage in each cluster of the newest map, in the order of the clusters."""
    latest = maps.latest_map(db)
    if latest is None or not len(table.passage_ids):
        return ()
    projection, clusters = latest
    rows = np.minimum(np.searchsorted(table.passage_ids, projection.passage_ids), len(table.passage_ids) - 1)
    counted = (table.passage_ids[rows] == projection.passage_ids) & (projection.cluster_ids >= 0)
    # A cluster and a document in one number: unique on pairs sorts far longer.
    span = int(table.document_ids.max()) + 1
    pairs = np.unique(projection.cluster_ids[counted] * np.int64(span) + table.document_ids[rows[counted]])
    counts = np.bincount(pairs // span, minlength=len(clusters)).tolist()
    return tuple((cluster.name, counts[cluster.id]) for cluster in clusters)


def _dates(days: NDArray[np.int32]) -> tuple[str, str]:
    known = days[days[:, 0] > 0]
    if not len(known):
        return "", ""
    first, last = int(known[:, 0].min()), int(known[:, 1].max())
    return date.fromordinal(first).isoformat(), date.fromordinal(last).isoformat()


def said(value: object) -> str:
    """Return a metadata value as a person reads it, on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(str(value).split())
