"""Two texts beside each other: how near they are by meaning, and what a pair tagger says of them."""

from typing import TYPE_CHECKING

import numpy as np

from engine.encoding.encoder import Encoder
from engine.tagging.records import Comparison
from engine.tagging.tagging import tag_text
from indexes.errors import ModelError

if TYPE_CHECKING:
    from engine.tagging.tagger import Tagger


def compare_texts(encoder: Encoder, tagger: "Tagger | None", first: str, second: str) -> Comparison:
    """Return the cosine of two texts, and the labels of a pair tagger in both orders; without a tagger the cosine.

    Raises ModelError when the tagger does not read pairs.
    """
    if tagger is not None and not tagger.pair:
        raise ModelError(f"The tagger “{tagger.name}” reads one text. Compare two with one that reads pairs.")
    one, other = encoder.encode([first, second]).astype(np.float64)
    cosine = float(one @ other)
    if tagger is None:
        return Comparison(first, second, cosine)
    return Comparison(
        first, second, cosine, tagger.name, tag_text(tagger, first, second), tag_text(tagger, second, first)
    )
