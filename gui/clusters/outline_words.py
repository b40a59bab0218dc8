"""What a row of the outline says in words: to a screen reader, and in its tool tip."""

from operator import itemgetter

from engine.map.verdicts import stability_said
from gui.clusters.outline import Entry
from gui.wording import count, percent

MOST = 5
"""Labels that are told."""


def spoken(entry: Entry, labels: tuple[str, ...], inside: int) -> str:
    """Return a row's name and all that its signs show; `inside` counts the rows it holds."""
    said = [entry.name]
    if entry.kind == "branch":
        said.append(f"branch of {count(len(entry.clusters), 'cluster')}")
    elif entry.kind == "part":
        said.append("part")
    said.append(count(entry.tally.size, "passage"))
    if entry.kind == "cluster" and inside:
        said.append(count(inside, "part"))
    if entry.tally.tagged:
        said.append(tags_said(entry, labels))
    if entry.stability is not None:
        said.append(f"stability {percent(entry.stability)}")
    if entry.tally.new:
        said.append(f"{entry.tally.new:,} new")
    return ", ".join(said)


def tip(entry: Entry, labels: tuple[str, ...]) -> str:
    """Return the lines of a row's tool tip: keywords, then what each sign means."""
    if entry.kind == "noise":
        said = ["Passages that belong to no cluster"]
    else:
        said = [entry.name]
        words = ", ".join(entry.keywords)
        if words and words != entry.name:
            said.append(words)
    tally = entry.tally
    if tally.tagged:
        untagged = "" if tally.tagged == tally.size else f" (of {tally.tagged:,} tagged)"
        said.append(f"Tags: {tags_said(entry, labels)}{untagged}")
    if entry.stability is not None:
        said.append(stability_said(entry.stability))
    if tally.new:
        said.append(f"{count(tally.new, 'passage')} placed since the map was made")
    return "\n".join(said)


def tags_said(entry: Entry, labels: tuple[str, ...]) -> str:
    """Return "negative 20 %, positive 80 %", without labels that nothing has; of many only the commonest."""
    tagged = entry.tally.tagged
    having = [(part, label) for label, part in zip(labels, entry.tally.labels, strict=True) if part]
    told = having if len(having) <= MOST else sorted(having, key=itemgetter(0), reverse=True)[:MOST]
    said = [f"{label} {percent(part / tagged)}" for part, label in told]
    return ", ".join([*said, f"{len(having) - MOST} more"] if len(having) > MOST else said)
