"""The shares of a score as colours and in words: what speaks for it is blue, what speaks against it orange.

The more a share counts, the stronger. Blue and orange stay apart for every kind of colour vision, and the colours are
thin enough that text on them keeps 4.5 : 1 on every ground of the window (tests/gui/test_shading.py checks both).
"""

from collections.abc import Iterable

from PySide6.QtGui import QColor

from engine.records import Attribution, Share
from gui.theme import Tones
from gui.wording import signed

FOR_LIGHT, FOR_DARK = "#1d6fb8", "#4aa8ff"
AGAINST_LIGHT, AGAINST_DARK = "#e0701a", "#ff9a5c"
STRONGEST = 0.42
"""How opaque the colour of the largest share is."""

FAINTEST = 0.2
"""Of the largest share: what is below stays uncoloured, or every “the” would be tinted and nothing stand out."""


def shade(share: float, largest: float, tones: Tones) -> QColor:
    """Return the colour for a share of a score, to lie under text: see-through, fully so for next to nothing.

    `largest` is the largest absolute share that is shown beside it.
    """
    weight = min(1.0, abs(share) / largest) if largest > 0 else 0.0
    colour = QColor(for_colour(tones) if share > 0 else against_colour(tones))
    colour.setAlphaF(STRONGEST * weight if weight >= FAINTEST else 0.0)
    return colour


def largest(shares: Iterable[Share]) -> float:
    """Return the largest absolute share of a word, to which the others are held; 0 for none."""
    return max((abs(share.share) for share in shares if share.end > share.start), default=0.0)


def shades(attribution: Attribution, tones: Tones) -> list[tuple[int, int, QColor]]:
    """Return (start, end, colour) of the characters of a passage that are to be coloured.

    Each passage is held to its own largest share: in a long one every word adds little, and still some add most.
    """
    most = largest(attribution.shares)
    coloured = (
        (share.start, share.end, shade(share.share, most, tones))
        for share in attribution.shares
        if share.end > share.start
    )
    return [(start, end, colour) for start, end, colour in coloured if colour.alpha()]


def for_colour(tones: Tones) -> str:
    """Return the colour of what speaks for a score, as #rrggbb."""
    return FOR_DARK if tones.dark else FOR_LIGHT


def against_colour(tones: Tones) -> str:
    """Return the colour of what speaks against a score, as #rrggbb."""
    return AGAINST_DARK if tones.dark else AGAINST_LIGHT


def in_words(attribution: Attribution, text: str) -> str:
    """Return why a passage is near, in lines: the words that stand out, what it is near to, and how it all adds up."""
    words = ", ".join(f"{word} {signed(share)}" for word, share in attribution.strongest(text))
    parts = ", ".join(f"{part} {signed(share)}" for part, share in attribution.parts)
    added = signed(attribution.score - attribution.special)
    special, score = signed(attribution.special), signed(attribution.score).removeprefix("+")
    lines = (
        f"Stands out: {words}" if words else "",
        f"By what was asked: {parts}" if parts else "",
        f"All words {added}, the model’s own tokens {special}: together {score}",
    )
    return "\n".join(line for line in lines if line)
