"""Relevance: a cosine read against the corpus' own background, so that it means the same in every corpus.

A cosine of .4 says nothing by itself: it depends on the encoder, on how many passages there are and on their language.
So lines that hardly any corpus has an answer to are searched for, and a hit is as relevant as it is nearer than what
they find. This is the test normalisation of speaker verification (Auckenthaler, Carey and Lloyd-Thomas, 2000,
https://doi.org/10.1006/dspr.1999.0360): a score is judged by what a cohort of impostors gets in the same place.

- The best of n cosines follows Gumbel's distribution, exp(-exp(-(c - m) / spread)), whose upper tail falls as
  exp(-c / spread) (extreme values; for scores of the non-relevant: Manmatha, Rath and Feng, SIGIR 2001). So the odds
  that a hit is no chance find grow as exp(c / spread), and relevance is 1 / (1 + exp(-(c - line) / spread)).
- The spread is the encoder's: a share of the standard deviation of cosines between the lines. (Estimated from what they
  find in each corpus it varied by a fifth, and was no better.) The median is the corpus': taken from the lower quartile
  of what the lines find, ln 2 · spread below it, since some of them may well be at home there.
- From a sample of m passages the best of all n is ln(n / m) · tail higher, where tail is by how much the ten best
  exceed the eleventh in the mean (Hill's estimator; from 250 of 12,753 passages it was .006 off).
- The query's distance from the mean of the corpus is no part of it: in a corpus on one subject the mean is the subject,
  and whoever asks about it is near all passages. With it, AUC fell from 1.00 to .61 on Cranfield and .18 on CISI.

Words that are literally there speak for a passage too: BM25, as a share of what a passage with all of them would get,
as far as it exceeds what chance gives. Of n passages one holds words whose weights add up to ln n even if words were
strewn independently, since a word's weight is minus the logarithm of its frequency (the E-value of Karlin and Altschul,
PNAS 1990, https://doi.org/10.1073/pnas.87.6.2264).

On nine collections (tests/benchmarks/no_answer.py) 91 to 100 % of queries on other subjects are told that nothing is
near. Told so although a good document stood among the first ten are none to .7 % on six English collections, and, with
an encoder that hardly reads them, 9 % on a German and 0 and 4 % on two Chinese ones. Constants chosen on the other
eight collections do about as well on the ninth (2.5 and 94 % in the mean), but on the German one. A question on the
subject whose answer is missing is near all the same: nearness cannot tell that.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.encoding.encoder import Encoder
from engine.search.plain_lines import ENGLISH, OTHER_LANGUAGES
from indexes.vector_index import VectorIndex

FEWEST_PASSAGES = 50
SAMPLE = 4000
SEED = 0
TAIL = 10
CHANGED = 0.2
"""A corpus that grew or shrank by more than this share is measured again."""

SPREAD = 0.57
"""The spread as a share of that standard deviation."""
LINE = 2.75
"""From the median to the line, in spreads. This and what follows was chosen together on nine collections."""
WORDS = 16.0
"""What holding all of a query's words adds, in spreads."""
WORDLESS = 0.75
"""What holding none of them takes away: little, since a passage may say the same in others."""
CHANCE_SHARE = (0.15, 0.6)
"""The least and the most of a query's words that a passage holds by chance."""
NOT_AGAINST = 0.25
"""In a language that the encoder hardly knows, a small cosine speaks no more than this against a passage."""


@dataclass(frozen=True, slots=True)
class Background:
    """What queries without an answer find in a corpus of `passages`.

    `level` is the median of their best cosines and `spread` the scale of its distribution. `languages` holds for each
    language the embeddings of its lines, (lines, dim) float32, and by how much higher they stand than English: where
    the encoder does not know a language, all its texts are near each other.
    """

    passages: int
    level: float
    spread: float
    languages: tuple[tuple[NDArray[np.float32], float], ...]

    @classmethod
    def measure(cls, index: VectorIndex, encoder: Encoder) -> "Background | None":
        """Search for the plain lines; None when there are too few passages to tell. It repeats exactly.

        It takes about a tenth of a second, and the first time with an encoder a second or two to embed the lines.
        """
        count = len(index)
        if count < FEWEST_PASSAGES:
            return None
        sample = index.sample(SAMPLE, SEED)
        lines = _embedded_lines(encoder)
        near = [_nearest(vectors, sample) for vectors in lines]
        between = (lines[0] @ lines[0].T)[np.triu_indices(len(lines[0]), 1)]
        spread = max(SPREAD * float(np.std(between)), 1e-4)
        tail = float(np.mean([np.mean(found[:, :-1] - found[:, -1:]) for found in near]))
        level = np.quantile(near[0][:, 0], 0.25) + np.log(2) * spread + tail * np.log(count / len(sample))
        medians = [float(np.median(found[:, 0])) for found in near]
        raised = [median - medians[0] if median - medians[0] > spread else 0.0 for median in medians]
        return cls(count, float(level), spread, tuple(zip(lines, raised, strict=True)))

    def fits(self, index: VectorIndex) -> bool:
        """Say whether the corpus is still about the size that was measured."""
        return abs(len(index) - self.passages) <= CHANGED * self.passages

    @property
    def line(self) -> float:
        """The cosine that is relevant by one half, words left aside."""
        return self.level + LINE * self.spread

    def relevance(
        self,
        vector: NDArray[np.float32],
        cosines: NDArray[np.float32],
        bm25: NDArray[np.float32] | None = None,
        whole: float = 0.0,
    ) -> NDArray[np.float32]:
        """Return the relevance (n,) float32 in [0, 1] of hits with these cosines, (n,) float32; 0.5 is at the line.

        vector (dim,) float32, unit length: the query's embedding. `bm25` (n,) float32 are the hits' scores by keyword,
        0 for none, and `whole` is that of a passage of middle length that holds each word of the query; left out where
        the query has no words. Where its language raises all cosines, words have to speak for a hit.
        """
        evidence = (np.asarray(cosines, np.float64) - self.level) / self.spread - LINE
        if bm25 is not None and whole > 0:
            evidence -= WORDLESS
            if raised := self._raised(vector) / self.spread:
                evidence = np.maximum(evidence - raised, np.minimum(evidence, -NOT_AGAINST))
            by_chance = np.clip(np.log(self.passages) / whole, *CHANCE_SHARE)
            evidence += WORDS * np.maximum(0, np.minimum(bm25 / whole, 1) - by_chance)
        relevance: NDArray[np.float32] = (1 / (1 + np.exp(-np.clip(evidence, -30, 30)))).astype(np.float32)
        return relevance

    def _raised(self, vector: NDArray[np.float32]) -> float:
        """Return by how much a query's language raises all cosines; its three nearest lines tell the language."""
        near = [float(np.sort(lines @ vector)[-3:].mean()) for lines, _ in self.languages]
        return self.languages[int(np.argmax(near))][1]


def prepare(encoder: Encoder) -> None:
    """Load the encoder and embed the plain lines, so that no search waits for it. Raises ModelError."""
    _embedded_lines(encoder)


def _nearest(lines: NDArray[np.float32], sample: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the TAIL + 1 highest cosines of each line, (lines, TAIL + 1) float32, best first."""
    found: NDArray[np.float32] = -np.partition(-(lines @ sample.T), range(TAIL + 1), axis=1)[:, : TAIL + 1]
    return found


@lru_cache(maxsize=2)
def _embedded_lines(encoder: Encoder) -> tuple[NDArray[np.float32], ...]:
    """Return the embeddings of the plain lines by language, English first."""
    languages: tuple[Any, ...] = (ENGLISH, *OTHER_LANGUAGES)
    vectors = encoder.encode([line for lines in languages for line in lines])
    ends = np.cumsum([len(lines) for lines in languages])[:-1]
    return tuple(np.split(vectors, ends))
