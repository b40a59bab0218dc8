"""What the options of the command line mean, where more than one command has them."""

import argparse
from collections.abc import Iterable, Iterator

from engine.records import Condition
from indexes.errors import AsterismError
from indexes.records import TableColumns


def columns(options: argparse.Namespace) -> TableColumns:
    """Return which columns of a table were named."""
    return TableColumns(
        options.id_column,
        options.title_column,
        options.text_column,
        options.label_column,
        getattr(options, "second_column", None),
    )


def conditions(options: argparse.Namespace) -> tuple[Condition, ...]:
    """Return what --format, --path and --where ask of a hit."""
    return (
        *(Condition("type", value) for value in options.format or ()),
        *(Condition("folder", value) for value in (options.path,) if value),
        *(Condition(*pair) for pair in pairs(options.where or ())),
    )


def pairs(texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Split each NAME=VALUE; a text without “=” is a mistake worth a sentence."""
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise AsterismError(f"“{text}” should be NAME=VALUE.")
        yield name.strip(), value.strip()
