"""Labelled texts from a table: one label a text or several, single texts or pairs of texts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.progress import Progress, Steps
from engine.reading.process import Reader
from engine.reading.readers import RawDocument, Unreadable
from engine.reading.sources import TABLES, format_of
from engine.tagging.tagger_measures import LabelledText
from indexes.errors import ModelError, SourceError
from indexes.records import Source

PAIR_NAMES = {
    "premise": ("hypothesis",),
    "question": ("answer", "text", "passage", "context"),
    "sentence1": ("sentence2",),
    "sentence_a": ("sentence_b",),
    "text1": ("text2",),
    "text_a": ("text_b",),
    "s1": ("s2",),
}
"""The names by which two columns are recognised as pairs of texts, in any case: a first one, and its partners."""

LABEL_NAMES = (
    "label",
    "labels",
    "gold_label",
    "class",
    "category",
    "categories",
    "sentiment",
    "emotion",
    "tags",
)
"""The names by which a label column is recognised, in any case; the first that a table has."""

SEPARATORS = ";|"
"""What stands between the labels of a text that has several, where one cell holds them all."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A row with a text: `column` is the text's where that is known; `cells` are the others, by lower-case name."""

    text: str
    column: str
    cells: Mapping[str, Any]


def read_examples(
    source: Source, *, multi_label: bool = False, pairs: bool = True
) -> Steps[list[LabelledText]]:
    """Read the labelled texts of a table; rows without a text or a label are left out.

    `multi_label`: a text may have several labels, as a list or in one cell with “;” or “|” between them; an empty
    list is a text that no label fits. A table with a second column of texts (named, or where no text column is named,
    by the usual names of pairs) gives pairs, unless `pairs` is False. Raises SourceError when the table cannot be
    read, lacks a named column, or no row has a label.
    """
    rows: list[_Row] = []
    with Reader() as reader:
        try:
            for batch in _read(reader, source, pairs):
                rows += batch
                yield Progress("Reading texts", len(rows), 0, "texts")
        except Unreadable as error:
            raise SourceError(f"{source.path} {error.reason}.") from error
    there = list(dict.fromkeys(name for row in rows for name in row.cells))
    names = _pair(rows[0].column if rows else "", there, source) if pairs else None
    label = _label_column(there, source, names)
    examples = []
    for row in rows:
        cell = row.cells.get(label)
        text, partner = (_cell(row, name) for name in names) if names else (row.text, "")
        if cell is not None and text and (partner or not names):
            examples.append(_example(text, partner, cell, multi_label, source))
    if not examples:
        raise SourceError(
            f"No row of {source.path} has a label: its column “{source.columns.label or label}” is empty. "
            "Name another with --label-column."
        )
    return examples


def _read(reader: Reader, source: Source, pairs: bool) -> Iterator[list[_Row]]:
    """Yield the rows of a table; one without a usual text column is read by the first column of pairs that it has."""
    format = _format(source)
    tries = [(source.columns.text or "", source.columns)]
    if pairs and not source.columns.text:
        # its own title: else a title column would be put before the text
        tries += [(name, replace(source.columns, text=name, title=name)) for name in _usual_firsts()]
    refused: Unreadable | None = None
    for name, columns in tries:
        found = False
        try:
            for batch in reader.read(source.path, format, columns):
                found = found or bool(batch)
                yield [_row(raw, name) for raw in batch]
            return
        except Unreadable as error:
            if found:
                raise
            refused = refused or error
    assert refused is not None
    raise refused


def _format(source: Source) -> str:
    name = format_of(Path(source.path).name)
    if name not in TABLES:
        raise ModelError(
            f"{source.path} is not a table. Labelled texts come from csv, tsv, jsonl or parquet."
        )
    return name


def _usual_firsts() -> Iterator[str]:
    for name in PAIR_NAMES:
        yield name
        yield name.capitalize()


def _row(raw: RawDocument, column: str) -> _Row:
    cells = {name.strip().casefold(): value for name, value in raw.metadata.items()}
    return _Row(raw.text, column.strip().casefold(), cells)


def _pair(column: str, there: Sequence[str], source: Source) -> tuple[str, str] | None:
    """Return the columns of the first and the second texts, "" for the text's own `column`; None for single texts."""
    named = (source.columns.second or "").strip()
    if named and named.casefold() not in there:
        raise SourceError(
            f"{source.path} has no column named {named} beside its texts: it has {_listed(there)}."
        )
    if named:
        return "", named.casefold()
    if source.columns.text:
        return None
    for first, partners in PAIR_NAMES.items():
        if first in (column, *there):
            for partner in partners:
                if partner in there:
                    return ("" if first == column else first), partner
            if first in there and not column and set(partners) & {"text", "passage"}:
                return first, ""  # the partner is the column that was read as the text
    return None


def _label_column(there: Sequence[str], source: Source, pair: tuple[str, str] | None) -> str:
    """Return the name that the label's cells have; SourceError, saying which columns there are, when there is none."""
    if source.columns.label:
        return "label"  # as the reader calls it
    for name in LABEL_NAMES:
        if name in there and name not in (pair or ()):
            return name
    raise SourceError(
        f"No row of {source.path} has a label: besides its texts it has {_listed(there)}. "
        "Name the label's column with --label-column."
    )


def _listed(names: Sequence[str]) -> str:
    if not names:
        return "no other column with anything in it"
    shown = ", ".join(names[:20])
    return f"the columns {shown} and {len(names) - 20} more" if len(names) > 20 else f"the columns {shown}"


def _cell(row: _Row, name: str) -> str:
    if not name:
        return row.text
    value = row.cells.get(name)
    return "" if value is None else _written(value)


def _example(text: str, second: str, cell: Any, multi_label: bool, source: Source) -> LabelledText:
    labels = _labels(cell, multi_label)
    if multi_label:
        return LabelledText(text, labels[0] if labels else "", second, labels[1:])
    if len(labels) != 1:
        shown = ", ".join(labels) or "an empty list"
        raise SourceError(
            f"Texts of {source.path} have several labels or none ({shown}, for one). "
            "Train a tagger that gives several labels (--multi-label)."
        )
    return LabelledText(text, labels[0], second)


def _labels(cell: Any, several: bool) -> tuple[str, ...]:
    """Return the labels that a cell holds, each once, in its order."""
    if isinstance(cell, list):
        parts = [_written(item) for item in cell if item is not None]
    elif several:
        text = _written(cell)
        for separator in SEPARATORS[1:]:
            text = text.replace(separator, SEPARATORS[0])
        parts = text.split(SEPARATORS[0])
    else:
        parts = [_written(cell)]
    return tuple(dict.fromkeys(filter(None, (part.strip() for part in parts))))


def _written(value: Any) -> str:
    """Return a cell as text: numbers as a person writes them (1, not 1.0)."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()
