"""Word shares: what each word of a text adds to the cosine of the text's embedding with a direction, exactly.

With token embeddings h₁ … hₙ and their mean m, the embedding is m / ‖m‖; so for any v its product with v is
Σᵢ hᵢ·v / (n ‖m‖): a sum with one summand a token, special tokens included, and nothing approximated. Each hᵢ has
seen the whole text through attention, so a share says what stands in that place, not what the word is worth alone.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.encoding.encoder import Encoder, TokenEmbeddings
from engine.map.terms import HAN_KANA

WORD = re.compile(
    rf"[^\W{HAN_KANA}]+(?:(?:[-‐‑'’]|(?<=\d)[.,:](?=\d))[^\W{HAN_KANA}]+)*"  # state-of-the-art, don't, 1,000.5
)


@dataclass(frozen=True, slots=True)
class WordShares:
    """A text's words and what each adds to the product of its embedding with k directions.

    spans (n_words, 2) int64, characters `start` to `end`; shares (n_words, k) float64; special (k,) float64, what the
    model's own tokens ([CLS], [SEP]) add. Per direction all of them add up to the product.
    """

    spans: NDArray[np.int64]
    shares: NDArray[np.float64]
    special: NDArray[np.float64]

    @property
    def products(self) -> NDArray[np.float64]:
        """Return the (k,) products of the text's embedding with the directions: of unit vectors the cosines."""
        sums: NDArray[np.float64] = self.shares.sum(axis=0) + self.special
        return sums


def word_shares(
    encoder: Encoder, texts: Sequence[str], directions: NDArray[np.float32] | NDArray[np.float64]
) -> list[WordShares]:
    """Return the shares of each text's words in its products with directions, (k, dim); a few dozen texts at most."""
    return [
        _by_word(text, tokens, _token_shares(tokens.vectors, directions))
        for text, tokens in zip(texts, encoder.token_embeddings(texts), strict=True)
    ]


def _token_shares(
    vectors: NDArray[np.float32], directions: NDArray[np.float32] | NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return (n_tokens, k): hᵢ·v / (n ‖m‖)."""
    states = vectors.astype(np.float64)
    length = float(np.linalg.norm(states.mean(axis=0))) * len(states)
    shares: NDArray[np.float64] = states @ directions.astype(np.float64).T / (length or 1.0)
    return shares


def _by_word(text: str, tokens: TokenEmbeddings, shares: NDArray[np.float64]) -> WordShares:
    """Sum the shares of the tokens of each word."""
    spans: list[list[int]] = []
    sums: list[NDArray[np.float64]] = []
    special = np.zeros(shares.shape[1])
    previous: tuple[str, int] | None = None
    for row, (start, end, word) in enumerate(_places(text, tokens)):
        if word is None:
            special = special + shares[row]
        elif word == previous:
            spans[-1][1] = max(spans[-1][1], end)
            sums[-1] = sums[-1] + shares[row]
        else:
            spans.append([start, end])
            sums.append(shares[row])
            previous = word
    return WordShares(
        np.array(spans, np.int64).reshape(-1, 2),
        np.array(sums, np.float64).reshape(-1, shares.shape[1]),
        special,
    )


def _places(text: str, tokens: TokenEmbeddings) -> Iterator[tuple[int, int, tuple[str, int] | None]]:
    """Yield (start, end, word) of each token without white space at its ends; no word: one of the model's own.

    A word as people read it ("state-of-the-art") may be several of the tokenizer's; elsewhere, in Chinese or among
    punctuation, the tokenizer's are taken.
    """
    words = [match.span() for match in WORD.finditer(text)]
    number = 0
    for (start, end), word in zip(tokens.spans.tolist(), tokens.words.tolist(), strict=True):
        while start < end and text[start].isspace():
            start += 1
        while number < len(words) and words[number][1] <= start:
            number += 1
        if start == end or word < 0:
            yield start, end, None
        elif number < len(words) and words[number][0] <= start:
            yield start, end, ("read", number)
        else:
            yield start, end, ("cut", word)
