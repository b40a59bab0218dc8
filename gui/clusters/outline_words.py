"""What a row of the outline says in words: to a screen reader, and in its tool tip."""

from engine.map.verdicts import stability_said
from gui.clusters.outline import Entry
from gui.wording import count, percent


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
        said.append(sentiment_said(entry, labels))
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
        said.append(f"Sentiment: {sentiment_said(entry, labels)}{untagged}")
    if entry.stability is not None:
        said.append(stability_said(entry.stability))
    if tally.new:
        said.append(f"{count(tally.new, 'passage')} placed since the map was made")
    return "\n".join(said)


def sentiment_said(entry: Entry, labels: tuple[str, ...]) -> str:
    """Return "negative 20 %, positive 80 %", without labels that nothing has."""
    tagged = entry.tally.tagged
    return ", ".join(
        f"{label} {percent(part / tagged)}"
        for label, part in zip(labels, entry.tally.labels, strict=True)
        if part
    )
