"""The tags of groups of passages as a table: a row a group, its shares as a bar and as numbers."""

from collections.abc import Sequence
from functools import partial

from engine.tagging.records import TagTotal, TagTotals
from gui.tables import Column
from gui.tagging.shares_bar import in_words
from gui.wording import count, percent

OWN_COLUMN = 4
"""Labels that have a column each."""
COMMONEST = 3
"""Of more, how many have one."""

UNKNOWN = "(not known)"


def columns(totals: TagTotals) -> tuple[Column[TagTotal], ...]:
    """Return the columns of a table of totals; the bar is the third."""
    labels = totals.labels
    told = told_places(totals)
    return (
        Column[TagTotal](heading(totals.by), name, key=None, tip=partial(tip, labels)),
        Column[TagTotal]("Tagged", _tagged, key=_number, tip=partial(tip, labels), right=True),
        Column[TagTotal](
            "Shares", _nothing, key=partial(share, told[0] if told else 0), tip=partial(tip, labels)
        ),
        *(
            Column[TagTotal](
                labels[place], partial(_share_said, place), key=partial(share, place), right=True,
                tip=partial(tip, labels),
            )
            for place in told
        ),
        Column[TagTotal]("Unsure", _unsure_said, key=unsure, right=True, tip=partial(tip, labels)),
    )  # fmt: skip


def told_places(totals: TagTotals) -> list[int]:
    """Return which labels have a column: all, or of many the commonest, in the tagger's order."""
    counts = totals.whole.counts
    if len(counts) <= OWN_COLUMN:
        return list(range(len(counts)))
    return sorted(sorted(range(len(counts)), key=lambda place: (-counts[place], place))[:COMMONEST])


def heading(by: str) -> str:
    """Return what the groups are, as a heading."""
    return by[:1].upper() + by[1:]


def name(total: TagTotal) -> str:
    """Return a group's name."""
    return total.group or UNKNOWN


def share(place: int, total: TagTotal) -> float:
    """Return the share of a label in a group, in [0, 1]; 0 where nothing is tagged."""
    return total.counts[place] / total.tagged if total.tagged else 0.0


def unsure(total: TagTotal) -> float:
    """Return the share of a group's tags that are unsure."""
    return total.unsure / total.tagged if total.tagged else 0.0


def tip(labels: Sequence[str], total: TagTotal) -> str:
    """Return all that is known of a group, in lines."""
    said = [name(total), f"{count(total.tagged, 'passage')} tagged", *in_words(labels, total.counts)]
    if total.unsure:
        said.append(f"unsure {total.unsure:,} · {percent(unsure(total))}")
    return "\n".join(said)


def _tagged(total: TagTotal) -> str:
    return f"{total.tagged:,}"


def _number(total: TagTotal) -> int:
    return total.tagged


def _nothing(_total: TagTotal) -> str:
    return ""


def _share_said(place: int, total: TagTotal) -> str:
    return percent(share(place, total)) if total.tagged else "–"


def _unsure_said(total: TagTotal) -> str:
    return percent(unsure(total)) if total.tagged else "–"
