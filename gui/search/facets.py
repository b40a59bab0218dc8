"""What documents can be told apart by, as choices to pick from: for the filter menu and for completing the line."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from engine.records import Condition, Facets
from gui.wording import FORMAT_NAMES

HEADINGS = {"type": "Type", "folder": "Folder", "label": "Label", "cluster": "Cluster"}

_WORD = re.compile(r'(?:^|(?<=\s))(-?)(?:"([^"]+)"|([^\s:"-][^\s:"]*)):(?:"([^"]*)|([^\s"]*))$')
"""At the end of what is before the cursor: field and colon, then a value that may have been begun with a quote."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that documents have, and how many have it; `shown` is what a person calls it."""

    field: str
    value: str
    shown: str
    documents: int

    def condition(self, excluded: bool = False) -> Condition:
        """Return the condition that asks for it, or for what is not so."""
        return Condition(self.field, self.value, excluded)


@dataclass(frozen=True, slots=True)
class Begun:
    """A condition being typed: characters `start` to the cursor of the line, and what stands there so far."""

    start: int
    field: str
    value: str
    excluded: bool


def groups(facets: Facets) -> list[tuple[str, tuple[Choice, ...]]]:
    """Return the choices under their headings; what there is nothing to choose from is left out."""
    found: list[tuple[str, str, Iterable[tuple[str, int]]]] = [
        (HEADINGS["type"], "type", facets.formats),
        (HEADINGS["folder"], "folder", facets.folders),
        (HEADINGS["label"], "label", facets.labels),
        (HEADINGS["cluster"], "cluster", facets.clusters),
        *((column, column, values) for column, values in facets.columns),
    ]
    made = [
        (heading, tuple(Choice(field, value, _shown(field, value), number) for value, number in values))
        for heading, field, values in found
    ]
    return [(heading, choices) for heading, choices in made if choices]


def columns(facets: Facets) -> tuple[str, ...]:
    """Return the names of the metadata columns."""
    return tuple(column for column, _ in facets.columns)


def begun(before: str) -> Begun | None:
    """Return the condition that the text before the cursor ends in, None when it ends in something else."""
    found = _WORD.search(before)
    if found is None:
        return None
    minus, long_field, field, quoted, plain = found.groups()
    return Begun(found.start(1), long_field or field, quoted if quoted is not None else plain, bool(minus))


def completions(word: Begun, facets: Facets) -> list[Choice]:
    """Return the choices that a condition being typed may mean: those that begin so, then those that hold it."""
    wanted, field = word.value.casefold(), word.field.casefold()
    choices = [choice for _, group in groups(facets) for choice in group if choice.field.casefold() == field]
    fitting = [
        choice for choice in choices if wanted in choice.value.casefold() or wanted in choice.shown.casefold()
    ]
    return sorted(fitting, key=lambda choice: not choice.value.casefold().startswith(wanted))


def _shown(field: str, value: str) -> str:
    return f"{FORMAT_NAMES[value]} ({value})" if field == "type" and value in FORMAT_NAMES else value
