"""Sentences shaded by their labels: the label's colour under them, thinner where it is less likely, and its line.

The line is the second channel: it differs between labels whose colours an eye cannot tell apart. The colours are thin
enough that text on them keeps 4.5 : 1 (tests/gui/test_sentence_shading.py).
"""

from collections.abc import Sequence

from PySide6.QtGui import QColor

from engine.tagging.records import SentenceTag
from gui.reader.reading import Shade
from gui.tagging.label_looks import looks
from gui.wording import percent

STRONGEST, FAINTEST = 0.34, 0.10
"""How opaque the colour under a certain sentence is, and under one that is not sure."""


def sentence_shades(
    sentences: Sequence[SentenceTag], labels: Sequence[str], unsure_below: float, dark: bool, start: int = 0
) -> list[Shade]:
    """Return the shades of a text's sentences; `start` is where the text begins in its document."""
    known = dict(zip(labels, looks(labels), strict=True))
    shades = []
    for sentence in sentences:
        look = known.get(sentence.label)
        if look is None or sentence.end <= sentence.start:
            continue
        likely = max(sentence.probabilities)
        colour = QColor(look.colour(dark))
        sure = likely >= unsure_below
        colour.setAlphaF(FAINTEST + (STRONGEST - FAINTEST) * likely**2 if sure else FAINTEST)
        said = f"{sentence.label}, {percent(likely)}" + ("" if sure else ", unsure")
        place = start + sentence.start, start + sentence.end
        shades.append(Shade(*place, colour, said, look.line, look.colour(dark)))
    return shades
