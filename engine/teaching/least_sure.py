"""Least sure: which passages to label next, so that a tagger learns most from each.

Of the passages that the tagger can tell least, one from each of some groups of like ones: near duplicates teach the
same twice. Before it can tag at all: one from each of the largest groups in the corpus that have none yet. After
Zhdanov (2019), https://arxiv.org/abs/1901.05954, and Hacohen et al. (2022), https://arxiv.org/abs/2202.02794.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexes.records import Tags

WIDER = 3
"""So many times the passages asked for are looked at, the least sure first."""
SAMPLE = 1000
"""Passages that are looked at before a tagger can tag."""
MOST_KNOWN = 3
"""At most so many times the passages asked for make groups that are passed over, for what is labelled already."""
ROUNDS = 8

Floats = NDArray[np.float32]


def margins(probabilities: Floats, multi_label: bool = False) -> Floats:
    """Return how far each of n texts is from doubt, (n,) float32 in [0, 1].

    Of one label: the gap between the two likeliest. Of several: 1 less the mean entropy in bits of the single chances.
    """
    if multi_label:
        p = np.clip(probabilities.astype(np.float64), 1e-7, 1 - 1e-7)
        entropy = -(p * np.log2(p) + (1 - p) * np.log2(1 - p))
        return np.asarray(1 - entropy.mean(1), np.float32)
    top = np.sort(probabilities, axis=1)[:, -2:]
    return np.asarray(top[:, -1] - top[:, 0], np.float32)


def candidates(tags: Tags, k: int) -> tuple[NDArray[np.int64], Floats]:
    """Return ids of tagged passages without a label of the user's, the least sure first, and their margins.

    Some times k of them; none before the tagger can tag.
    """
    waiting = tags.probabilities.any(1)
    if len(tags.given):
        waiting &= (tags.given < 0).all(1)
    ids, doubt = tags.passage_ids[waiting], margins(tags.probabilities[waiting], tags.multi_label)
    order = np.lexsort((ids, doubt))[: WIDER * k]
    return ids[order], doubt[order]


def sample(ids: NDArray[np.int64], seed: int = 0) -> NDArray[np.int64]:
    """Return passages to choose among before a tagger can tag, at random by the seed, rising."""
    return np.sort(np.random.default_rng(seed).permutation(ids)[:SAMPLE])


def spread(
    embeddings: NDArray[Any], k: int, weights: NDArray[Any], known: NDArray[Any] | None = None
) -> list[int]:
    """Return k rows of embeddings (n, dim), the middle one of each of k groups, the largest group first.

    `weights` (n,), above 0, say how much each row counts. A group that holds one of `known` (m, dim) comes last. The
    same arrays give the same rows.
    """
    vectors, n = embeddings.astype(np.float32), len(embeddings)
    more = min(len(known), MOST_KNOWN * k) if known is not None else 0
    if not 0 < k < n:
        heaviest: list[int] = np.argsort(-weights, kind="stable").tolist()
        return heaviest[: max(0, k)]
    numbers, middles = _groups(vectors, min(n, k + more), weights.astype(np.float32))
    sizes = np.bincount(numbers, weights, len(middles))
    if known is not None and len(known):
        sizes[np.unique((known.astype(np.float32) @ middles.T).argmax(1))] *= 1e-6
    rows = []
    for group in np.argsort(-sizes, kind="stable"):
        members = np.flatnonzero(numbers == group)
        if len(members):
            rows.append(int(members[(vectors[members] @ middles[group]).argmax()]))
    left = [row for row in np.argsort(-weights, kind="stable").tolist() if row not in rows]
    return [*rows, *left][:k]


def _groups(vectors: Floats, k: int, weights: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Return the group of each of n vectors and the (k, dim) middles: spherical k-means, begun by k-means++."""
    chance = np.random.default_rng(0)
    middles = np.zeros((k, vectors.shape[1]), np.float32)
    middles[0] = vectors[weights.argmax()]
    nearest = vectors @ middles[0]
    for number in range(1, k):
        far = np.maximum(1 - nearest, 1e-6).astype(np.float64) * weights
        middles[number] = vectors[chance.choice(len(vectors), p=far / far.sum())]
        nearest = np.maximum(nearest, vectors @ middles[number])
    for _ in range(ROUNDS):
        numbers = (vectors @ middles.T).argmax(1)
        for number in np.unique(numbers):
            members = numbers == number
            middle = weights[members] @ vectors[members]
            middles[number] = middle / max(float(np.linalg.norm(middle)), 1e-9)
    return (vectors @ middles.T).argmax(1), middles
