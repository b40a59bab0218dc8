"""What measures of the map mean, as sentences to a person; light to import, so the window uses them too."""

HIGHLY, STABLE, PATTERN = 0.85, 0.75, 0.6
"""Where Hennig 2007 draws the lines between highly stable, valid and stable, a pattern, and not to be trusted.

Measured on six labelled sets with 264 clusters: with the label most like them those of each kind have a Jaccard index
of .71, .50, .41 and .27 on the average. Pure they all are, from .77 to .83: what is not stable is a fragment, or one
of several ways to divide something."""


def stability_said(stability: float) -> str:
    """Return what a cluster's stability in [0, 1] means, as a sentence to a person."""
    share = f"{100 * stability:.0f} %"
    if stability >= HIGHLY:
        return f"Highly stable: {share} of it comes back when the map is made from other passages."
    if stability >= STABLE:
        return f"Stable: {share} of it comes back when the map is made from other passages."
    if stability >= PATTERN:
        return f"A pattern, but its edges are uncertain: {share} of it comes back when the map is made otherwise."
    return f"Do not rely on it: made otherwise, the map shows only {share} of this cluster again."
