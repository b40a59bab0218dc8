"""Columns to colour the map by, read beside other work."""

from pathlib import Path

from engine.map.records import ColumnKind, MapColumn
from engine.progress import Steps, beside
from indexes.catalogue import Catalogue


def map_columns(catalogue: Catalogue) -> tuple[tuple[str, ColumnKind], ...]:
    """Return the columns that tell the documents of a corpus apart, with their kinds."""
    return catalogue.map_columns()


def map_column(catalogue_path: Path, column: str) -> Steps[MapColumn]:
    """Read what every passage is in a column; QueryError when no document has one of this name.

    It works in a thread with a catalogue of its own, as a million passages take seconds.
    """

    def read() -> MapColumn:
        with Catalogue.open(catalogue_path) as catalogue, catalogue.snapshot():
            found = catalogue.map_column(column)
            passage_ids = catalogue.passage_table().passage_ids
        return MapColumn(column, found.kind, passage_ids, found.ids, found.names, found.values)

    return (yield from beside("Reading the column", read))
