"""Masking: which words of a text a model has to guess when it is trained as a masked language model."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CHOSEN = 0.15
"""The share of a text's tokens that have to be guessed."""
MASKED, OTHER = 0.8, 0.1
"""Of those, the shares that are replaced by [MASK] and by any other token; the rest stay as they are."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What masking needs to know of a tokenizer: the numbers of [MASK] and of all special tokens, how many it has."""

    mask: int
    special: frozenset[int]
    size: int


def mask_tokens(
    token_ids: NDArray[np.int64], vocabulary: Vocabulary, chance: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return a text as it is shown to the model, and where it has to guess; both (n_tokens,).

    15 % of the tokens, at least one, are chosen: of them [MASK] replaces 80 %, a token drawn at random 10 %, and 10 %
    stay, so that a model cannot trust what it sees (Devlin et al. 2018, https://arxiv.org/abs/1810.04805, section 3.1
    and A.1). Special tokens are neither chosen nor drawn; a text of nothing else comes back as it was.
    """
    plain = np.flatnonzero(~np.isin(token_ids, list(vocabulary.special)))
    wanted = min(len(plain), max(1, round(CHOSEN * len(plain))))
    chosen = chance.permutation(plain)[:wanted]
    fate = chance.random(wanted)
    drawable = np.setdiff1d(np.arange(vocabulary.size), list(vocabulary.special))
    shown = token_ids.copy()
    shown[chosen[fate < MASKED]] = vocabulary.mask
    replaced = chosen[(fate >= MASKED) & (fate < MASKED + OTHER)]
    shown[replaced] = chance.choice(drawable, len(replaced))
    guessed = np.zeros(len(token_ids), bool)
    guessed[chosen] = True
    return shown, guessed
