"""A tagged passage as a row: what it is, as it is drawn, sorted and read out."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gui.tagging.tagged import OneTag, Tagged
from gui.two_lines import on_one_line, place_of
from indexes.records import Passage

Order = Literal["surest", "least sure", "text"]

ORDERS: dict[Order, tuple[str, str]] = {
    "surest": ("Surest first", "What the tagger is surest of first"),
    "least sure": (
        "Least sure first",
        "What the tagger is least sure of first: the labels that it needs most",
    ),
    "text": ("As in the texts", "In the order of the documents and their passages"),
}
"""What rows can be sorted by, as it is said, and what that means."""

SHOWN = 300
"""Characters of a passage that a row can show."""


@dataclass(frozen=True, slots=True)
class TagRow:
    """A passage with its tag, None while it has none."""

    passage: Passage
    tag: OneTag | None

    @property
    def text(self) -> str:
        """Return the passage on one line, without its title, unless that is all it says."""
        text = self.passage.text
        return (on_one_line(text, self.passage) or " ".join(text.split()))[:SHOWN]


def listed_ids(
    tagged: Tagged | None, selection: frozenset[int], rows: NDArray[np.int64], order: Order
) -> NDArray[np.int64]:
    """Return the passages to list: those of some rows in an order, then what is selected and has no tag."""
    ids = np.zeros(0, np.int64)
    if tagged is not None:
        ids = tagged.tags.passage_ids[rows[_order(tagged.sureness[rows], order)]]
    if not selection:
        return ids
    chosen = np.sort(np.fromiter(selection, np.int64, len(selection)))
    return np.concatenate([ids, chosen[untagged(tagged, chosen)]])


def untagged(tagged: Tagged | None, passage_ids: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which passages have no tag."""
    if tagged is None:
        return np.ones(len(passage_ids), np.bool_)
    return tagged.rows_of(passage_ids) < 0


def spoken(row: TagRow) -> str:
    """Return a row as a screen reader says it."""
    return f"{row.tag.said() if row.tag else 'not tagged'}: {row.text}"


def tip(row: TagRow) -> str:
    """Return what a row means, where it is from, and its text."""
    said = row.tag.tip() if row.tag else "Not tagged yet"
    return f"{said}\n{place_of(row.passage)}\n\n{row.passage.text[:600]}"


def _order(sureness: NDArray[np.float32], order: Order) -> NDArray[np.int64]:
    if order == "text":
        return np.arange(len(sureness))
    return np.argsort(sureness if order == "least sure" else -sureness, kind="stable")
