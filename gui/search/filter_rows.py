"""The rows of the filter menu: headings, values with their counts, and whether the query asks for them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from engine.records import Condition, Facets
from gui.icons import draw_icon
from gui.row_delegate import Index, RowDelegate
from gui.search.facets import Choice, groups
from gui.tables import RECORD_ROLE
from gui.theme import GAP, scaled, tones

FEW = 5
"""Values of a group that are shown before all are asked for."""

MOST = 200
"""Values of a group that are ever shown; the rest is found by typing."""

SIGN = 14

State = Literal["", "wanted", "excluded"]


@dataclass(frozen=True, slots=True)
class FilterRow:
    """A heading, a value, or the line that shows the rest of a group; `state` says how the query asks for a value."""

    kind: Literal["heading", "choice", "rest"]
    heading: str
    text: str
    choice: Choice | None = None
    state: State = ""


def filter_rows(
    facets: Facets, words: Sequence[str], opened: Collection[str], conditions: Sequence[Condition]
) -> list[FilterRow]:
    """Return what fits the typed words, or without any the commonest values of each group that is not `opened`."""
    rows: list[FilterRow] = []
    for heading, choices in groups(facets):
        fitting = [one for one in choices if all(word in _haystack(heading, one) for word in words)]
        if fitting:
            rows += _group(heading, fitting, MOST if words or heading in opened else FEW, conditions)
    return rows


def _group(
    heading: str, choices: Sequence[Choice], most: int, conditions: Sequence[Condition]
) -> Iterator[FilterRow]:
    if len(choices) == most + 1:
        most += 1  # a line that says “1 more” is no shorter than that one
    yield FilterRow("heading", heading, heading)
    for choice in choices[:most]:
        yield FilterRow("choice", heading, choice.shown, choice, _state(choice, conditions))
    if len(choices) > most:
        yield FilterRow("rest", heading, f"{len(choices) - most:,} more")


def _state(choice: Choice, conditions: Sequence[Condition]) -> State:
    for one in conditions:
        if one.field == choice.field and one.value.casefold() == choice.value.casefold():
            return "excluded" if one.excluded else "wanted"
    return ""


def _haystack(heading: str, choice: Choice) -> str:
    return f"{heading} {choice.shown} {choice.value}".casefold()


class FilterDelegate(RowDelegate):
    """Draws headings, values with their counts, and before a value whether the query asks for it."""

    indent = 2 * GAP + SIGN

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent, _aside)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a row; a heading is no place for the mouse."""
        row: FilterRow = index.data(RECORD_ROLE)
        if row.kind != "heading":
            super().paint(painter, option, index)
            return
        painter.save()
        painter.setFont(scaled(option.font, 0.9, QFont.Weight.DemiBold))
        painter.setPen(QColor(tones(option.palette).muted))
        rect = QRect(option.rect).adjusted(GAP, 6, -GAP, 0)
        painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, row.text)
        painter.restore()

    def paint_sign(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a tick before what is wanted, a minus before what is left out."""
        row: FilterRow = index.data(RECORD_ROLE)
        colours = tones(option.palette)
        signs = {"wanted": ("check", colours.accent), "excluded": ("minus", colours.danger)}
        if row.state:
            name, colour = signs[row.state]
            place = QRectF(option.rect.left() + GAP, option.rect.center().y() - SIGN / 2 + 1, SIGN, SIGN)
            draw_icon(painter, name, colour, place)

    def is_quiet(self, index: Index) -> bool:
        """Say that “12 more” is quieter than a value."""
        return index.data(RECORD_ROLE).kind == "rest"


def _aside(row: FilterRow) -> str:
    return f"{row.choice.documents:,}" if row.choice else ""
