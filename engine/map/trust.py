"""Trust: where the map lies about the embeddings, for every point and every cluster."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.corpus import Corpus
from engine.map.layout import Report
from engine.map.mapped import read_mapped
from engine.map.mapping import find_copies
from engine.map.neighbours import BLOCK, Vectors, blocks, find_neighbours
from engine.map.records import MapTrust
from engine.map.worker import THREADS, MapWorker
from engine.progress import Progress, Steps

K = 15
NEAR = 5
"""A neighbour on one side is one on the other as long as it is among that many times as many there: which of two
passages is the 15th and which the 20th says nothing, and no layout in two dimensions keeps it."""

SHARE = 10
"""One of so many points at most is a neighbour: on a small map everything would be near everything."""

FEWEST = 4
"""With fewer different passages there is nothing to lie about."""

PAIRS = 200_000_000
"""Pairs whose distances are compared to count ranks: of some 14,000 different passages all, of 100,000 those of 2,000.

Measured on 7,500 real passages, 2,000 of them tell both measures to .0015, and those of clusters to .006 (root mean
square), 400 to .0035 and .012."""

ROWS_OF_CLUSTER = 12
"""Of a sample, each cluster has so many passages at least."""

ROUNDING = 5e-7
"""Cosines of float32 that differ by less are equal."""


@dataclass(frozen=True, slots=True)
class Trust:
    """What `measure_trust` found; row i is row i of the vectors.

    false and missing (n,) float32 in [0, 1], trustworthiness and continuity as in MapTrust; `by_cluster` holds both of
    cluster 0, 1, …, NaN of one without passages. `ranked` passages have had their ranks counted, of `distinct`.
    """

    k: int
    false: NDArray[np.float32]
    missing: NDArray[np.float32]
    trustworthiness: float
    continuity: float
    by_cluster: tuple[tuple[float, float], ...]
    ranked: int
    distinct: int


def trust_of(corpus: Corpus, worker: MapWorker, k: int = K) -> Steps[MapTrust]:
    """Measure the newest map against the embeddings that it was made from; TooSmall when there is no map.

    Passages of the map that are gone, or have no embedding any more, are left out.
    """
    yield Progress("Reading embeddings")
    mapped = read_mapped(corpus)
    trust = yield from worker.run(
        measure_trust,
        mapped.vectors,
        mapped.projection.xy[mapped.rows],
        mapped.projection.cluster_ids[mapped.rows],
        k=k,
        threads=THREADS,
    )
    unknown = ((math.nan, math.nan),) * (mapped.n_clusters - len(trust.by_cluster))
    return MapTrust(
        trust.k,
        mapped.passage_ids,
        trust.false,
        trust.missing,
        trust.trustworthiness,
        trust.continuity,
        trust.by_cluster + unknown,
    )


def measure_trust(
    vectors: Vectors,
    xy: NDArray[np.float32],
    cluster_ids: NDArray[np.int32],
    *,
    k: int = K,
    seed: int = 0,
    threads: int = 1,
    report: Report = lambda progress: None,
) -> Trust:
    """Compare neighbours by meaning, in `vectors` (n, dim) of unit length, with those on the map, xy (n, 2).

    A point's false neighbours are those of its k nearest on the map that are not among its 5 k nearest by meaning; its
    missing ones are those of its k nearest by meaning that are not among its 5 k nearest on the map. Equally near
    counts as among them.

    Trustworthiness and continuity are those of Venna & Kaski 2001, "Neighborhood preservation in nonlinear projection
    methods: an experimental study" (ICANN):

        T = 1 - 2 / (n k (2n - 3k - 1)) · Σ_i Σ_{j ∈ U_i} (r(i, j) - k)
        C = 1 - 2 / (n k (2n - 3k - 1)) · Σ_i Σ_{j ∈ V_i} (s(i, j) - k)

    U_i: the k nearest on the map that are not among the k nearest by meaning; V_i: the other way round; r and s: j's
    rank among the neighbours of i by meaning, and on the map. Of a cluster, the mean over its members, whose
    neighbours may be any point. Ranks are counted exactly, among all points; for all points up to 14,000, beyond for a
    seeded sample of each cluster. Beyond 30,000 the k nearest by meaning are those that lists find (neighbours.py):
    measured on 20,000 real passages, continuity is .005 higher than with the true ones, and false neighbours .01 fewer.

    Copies of a text are one point here: they lie on one place, and each has what is found for it. On small maps k is
    at most a tenth of the points.
    """
    first_rows, copy_of = find_copies(vectors)
    n = len(first_rows)
    if n < FEWEST:
        nothing = np.zeros(len(vectors), np.float32)
        of_clusters = ((1.0, 1.0),) * (int(cluster_ids.max(initial=-1)) + 1)
        return Trust(0, nothing, nothing, 1.0, 1.0, of_clusters, n, n)
    if n < len(vectors):
        vectors, xy, cluster_ids = vectors[first_rows], xy[first_rows], cluster_ids[first_rows]
    k = max(1, min(k, (n - 1) // SHARE))
    pairs = _Pairs.find(vectors, xy, k, threads, seed, report)
    rows = _sample(cluster_ids, seed)
    lies = pairs.far_by_meaning(rows, vectors, report), pairs.far_on_map(rows, threads, report)
    scores = np.stack([1.0 - 2.0 * lie / (k * (2 * n - 3 * k - 1)) for lie in lies], axis=1)
    by_group = _means(scores, cluster_ids[rows] + 1, int(cluster_ids.max()) + 2)
    sizes = np.bincount(cluster_ids + 1, minlength=len(by_group))
    whole = sizes[sizes > 0] @ by_group[sizes > 0] / n
    return Trust(
        k=k,
        false=pairs.false[copy_of],
        missing=pairs.missing[copy_of],
        trustworthiness=float(whole[0]),
        continuity=float(whole[1]),
        by_cluster=tuple((float(t), float(c)) for t, c in by_group[1:]),
        ranked=len(rows),
        distinct=n,
    )


@dataclass(frozen=True, slots=True)
class _Pairs:
    """The k nearest of each point, on the map and by meaning, and how near each is on the other side.

    on_map and by_meaning (n, k) int32; cosines (n, k) float32 of those on the map; distances (n, k) float64 on the map
    of those by meaning; kth (n,) float64, the distance of the k-th on the map. false, missing (n,) float32.
    """

    xy: NDArray[np.float64]
    on_map: NDArray[np.int32]
    cosines: NDArray[np.float32]
    distances: NDArray[np.float64]
    kth: NDArray[np.float64]
    false: NDArray[np.float32]
    missing: NDArray[np.float32]

    @classmethod
    def find(
        cls, vectors: Vectors, xy: NDArray[np.float32], k: int, threads: int, seed: int, report: Report
    ) -> "_Pairs":
        """Find them, and what share of each lies farther away on the other side than the 5 k-th there."""
        n = len(vectors)
        near = min(NEAR * k, (n - 1) // 2)
        found = find_neighbours(
            vectors, near + 1, threads=threads, seed=seed, report=_teller("Finding neighbours", report)
        )
        by_meaning = found.ids[:, 1 : k + 1].copy()
        last_near = found.ids[:, near].copy()
        del found
        places = xy.astype(np.float64)
        on_map, kth, near_on_map = _nearest_on_map(places, k, near, threads)
        tell = _teller("Comparing neighbours", report)
        cosines = np.empty((n, k), np.float32)
        near_by_meaning = np.empty(n, np.float32)
        for start, own in blocks(vectors, 1024):
            block = slice(start, start + len(own))
            # Both from the same dot product: what two ways of adding round differently must not decide.
            both = np.concatenate([on_map[block], last_near[block, None]], axis=1)
            others = np.asarray(vectors[both.ravel()], dtype=np.float32).reshape(*both.shape, -1)
            found_cosines = np.einsum("nd,nkd->nk", own, others)
            cosines[block], near_by_meaning[block] = found_cosines[:, :k], found_cosines[:, k]
            tell(block.stop, n)
        distances = np.linalg.norm(places[by_meaning] - places[:, None, :], axis=2)
        false = (cosines < near_by_meaning[:, None] - ROUNDING).mean(axis=1, dtype=np.float32)
        missing = (distances > near_on_map[:, None] * (1.0 + 1e-12)).mean(axis=1, dtype=np.float32)
        return cls(places, on_map, cosines, distances, kth, false, missing)

    def far_by_meaning(self, rows: NDArray[np.intp], vectors: Vectors, report: Report) -> NDArray[np.float64]:
        """Return (len(rows),) by how many ranks by meaning the k nearest on the map lie beyond k, summed."""
        tell = _teller("Counting ranks", report)
        k = self.cosines.shape[1]
        own = np.asarray(vectors[rows], dtype=np.float32)
        nearer_than = self.cosines[rows] + np.float32(ROUNDING)
        itself = np.einsum("nd,nd->n", own, own)[:, None] > nearer_than
        ranks = 1 - itself.astype(np.int64)
        for start, others in blocks(vectors, BLOCK):
            for first in range(0, len(rows), BLOCK):
                some = slice(first, first + BLOCK)
                found = own[some] @ others.T
                for place in range(k):
                    ranks[some, place] += np.count_nonzero(found > nearer_than[some, place, None], axis=1)
            tell(start + len(others), len(vectors))
        beyond: NDArray[np.float64] = np.maximum(ranks - k, 0).sum(axis=1, dtype=np.float64)
        return beyond

    def far_on_map(self, rows: NDArray[np.intp], threads: int, report: Report) -> NDArray[np.float64]:
        """Return (len(rows),) by how many ranks on the map the k nearest by meaning lie beyond k, summed."""
        from scipy.spatial import cKDTree

        tell = _teller("Counting ranks on the map", report)
        tree = cKDTree(self.xy)
        k = self.distances.shape[1]
        beyond = np.zeros(len(rows), np.float64)
        for start in range(0, len(rows), 256):
            some = rows[start : start + 256]
            # Nearer than the k-th, a rank is at most k.
            points, places = np.nonzero(self.distances[some] > self.kth[some, None])
            radii = self.distances[some[points], places] * (1.0 - 1e-12)
            ranks = tree.query_ball_point(
                self.xy[some[points]], radii, return_length=True, workers=threads
            )  # the point itself stands for the 1 that ranks begin with
            beyond[start : start + len(some)] = np.bincount(
                points, weights=np.maximum(ranks - k, 0), minlength=len(some)
            )
            tell(start + len(some), len(rows))
        return beyond


def _nearest_on_map(
    xy: NDArray[np.float64], k: int, near: int, threads: int
) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]:
    """Return the k nearest of each point (n, k), and the distances (n,) of the k-th and of the `near`-th."""
    from scipy.spatial import cKDTree

    distances, ids = cKDTree(xy).query(xy, [*range(1, k + 2), near + 1], workers=threads)
    ids = ids[:, : k + 1]
    # On a place that many share the point itself may be missing: then the last goes.
    others = ids != np.arange(len(xy))[:, None]
    others[others.all(axis=1), -1] = False
    return ids[others].reshape(-1, k).astype(np.int32), distances[:, k], distances[:, k + 1]


def _sample(cluster_ids: NDArray[np.int32], seed: int) -> NDArray[np.intp]:
    """Return rows, rising: all when that is affordable, else a part of each cluster and of the noise, by chance."""
    n = len(cluster_ids)
    if n * n <= PAIRS:
        return np.arange(n)
    groups = cluster_ids + 1
    sizes = np.bincount(groups)
    wanted = np.maximum(np.ceil(sizes * (PAIRS / n / n)), ROWS_OF_CLUSTER).astype(np.int64)
    order = np.lexsort((np.random.default_rng(seed).random(n), groups))
    place = np.arange(n) - (np.cumsum(sizes) - sizes)[groups[order]]
    return np.sort(order[place < wanted[groups[order]]])


def _means(scores: NDArray[np.float64], groups: NDArray[np.int32], count: int) -> NDArray[np.float64]:
    """Return the means (count, 2) of scores (n, 2) in each group, NaN in an empty one."""
    sizes = np.bincount(groups, minlength=count)
    sums = np.stack([np.bincount(groups, weights=column, minlength=count) for column in scores.T], axis=1)
    return np.where(sizes[:, None] > 0, sums / np.maximum(sizes, 1)[:, None], np.nan)


def _teller(step: str, report: Report) -> Callable[[int, int], None]:
    report(Progress(step))
    return lambda done, total: report(Progress(step, done, total, "passages"))
