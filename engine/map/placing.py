"""Placing: new passages and queries on a map as it is, without moving a point.

What is new lies where its neighbours lie densest, not at their mean, which between two islands is in empty water.
Measured on a tenth of five sets held out (tests/benchmarks/map_growth.py): of the 15 points around such a place .39
are true neighbours, as many as around points of a map made with them; UMAP's own transform, the mean and then 100
epochs of descent, finds .36, the bare mean .29.

Its cluster is the one that most of its neighbours' weight is in, noise being one of them: that agrees with the
clusters of a map made with them as well as HDBSCAN's approximate prediction at the same place, or up to .03 AMI
better, and needs no tree.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from engine.corpus import Corpus
from engine.map.drift import NEAREST, Growth
from engine.map.reach import with_reach
from engine.map.records import QueryPlace
from engine.progress import Progress, Steps
from indexes.catalogue import Catalogue
from indexes.records import Projection
from indexes.vector_index import VectorIndex

NEIGHBOURS = 15
"""As many as the map itself is made from."""

ASKED = 32
"""Passages nearest to a query that are looked up: some may not be on the map."""

SAME = 2e-4
"""Two embeddings no farther apart are of one text: halves round a cosine of 1 by up to 1.5e-4."""

PLACED_TOGETHER = 64
STORED_TOGETHER = 8_192
"""Placed passages that wait to be stored; storing writes the whole map."""

SAMPLE = 400
"""The map's own passages that tell what is usual: 0.95 of them is known to a hundredth or so."""

SIBLINGS = 48
"""Neighbours of a sampled passage that may be of its own document; a new document brings its siblings along."""

GRAIN_SAMPLE = 5_000
GRAIN_QUERIES = 500
"""Points of a map that tell its grain, which need not be known to more than a tenth or so."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where new passages (m,) lie and to which cluster they belong; arrays as in Projection, those it lacks empty."""

    xy: NDArray[np.float32]
    cluster_ids: NDArray[np.int32]
    strengths: NDArray[np.float32]
    part_ids: NDArray[np.int32]
    nearest_ids: NDArray[np.int32]
    nearness: NDArray[np.float32]


def place(ground: Projection, rows: NDArray[np.intp], distances: NDArray[np.float32], grain: float) -> Placed:
    """Place what has the neighbours `rows` (m, k), rows of `ground`, at `distances` (m, k), 1 - cosine, rising.

    Where there are fewer than k, the row is -1 and the distance inf; the first is always there. `grain` is the map's
    own, see `grain_of`. The same neighbours give the same place, whatever else was placed before.
    """
    weights = memberships(distances)
    labels = _own_clusters(ground)[rows]
    winners = _vote(labels, weights)
    theirs = weights * (labels == winners[:, None])
    corners = ground.xy[rows].astype(np.float64)
    around = _around_densest(corners, theirs, grain)
    heard = theirs * around
    xy = _mean(corners, heard)
    in_cluster = winners >= 0
    strengths = np.where(
        in_cluster, _mean((labels == winners[:, None]) * ground.strengths[rows], weights * around), 0
    )
    parts = _vote(ground.part_ids[rows], heard) if len(ground.part_ids) else np.zeros(0, np.int32)
    placed = Placed(
        xy.astype(np.float32),
        winners,
        np.clip(strengths, 0, 1).astype(np.float32),
        np.where(in_cluster, parts, -1).astype(np.int32) if len(parts) else parts,
        *_nearest(ground, rows, heard, winners),
    )
    return _reached(placed, float(ground.parameters.get("reach", 0.0)))


def memberships(distances: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return how much each neighbour counts, (m, k) in [0, 1]; 0 where the distance is inf.

    UMAP's fuzzy memberships (McInnes, Healy & Melville 2018, section 3.1): 1 for the nearest, then falling so that
    the sum is log2 of the number of neighbours. Of copies of a text only the original counts.
    """
    there = np.isfinite(distances)
    beyond = np.where(there, distances - distances[:, :1], 0.0).astype(np.float64)
    wanted = np.log2(np.maximum(there.sum(axis=1), 2))
    low, high = np.zeros(len(beyond)), np.full(len(beyond), 4.0)
    for _ in range(32):
        scale = (low + high) / 2
        too_wide = (np.exp(-beyond / scale[:, None]) * there).sum(axis=1) > wanted
        low, high = np.where(too_wide, low, scale), np.where(too_wide, scale, high)
    scale = np.maximum(high, 1e-3 * np.where(there, distances, 0.0).mean(axis=1) + 1e-9)
    weights = np.exp(-beyond / scale[:, None]) * there
    weights[distances[:, 0] <= SAME, 1:] = 0.0
    return np.asarray(weights)


def grain_of(xy: NDArray[np.float32]) -> float:
    """Return how far the 15th point of a map xy (n, 2) lies from a point, in the median: what counts as near on it."""
    from scipy.spatial import cKDTree

    thinned = max(1, len(xy) // GRAIN_SAMPLE)
    some = np.unique(xy[::thinned], axis=0)
    if len(some) < 2:
        return 1.0
    asked = some[:: max(1, len(some) // GRAIN_QUERIES)]
    distances, _ = cKDTree(some).query(asked, min(NEIGHBOURS, len(some) - 1) + 1)
    return float(np.median(distances[:, -1]) / np.sqrt(thinned))


def place_query(
    ground: Projection, passage_ids: NDArray[np.int64], cosines: NDArray[np.float32], near: bool
) -> QueryPlace | None:
    """Return where a query lies among the passages (k,) nearest to it, cosines (k,) falling.

    Those that are not on the map do not count; None when none of them is. `near`: whether they are near at all.
    """
    rows = _rows_of(ground, passage_ids)
    known = np.flatnonzero(rows >= 0)[:NEIGHBOURS]
    if not len(known):
        return None
    rows, distances = rows[None, known], np.maximum(1.0 - cosines[None, known], 0.0)
    x, y = place(ground, rows, distances, grain_of(ground.xy)).xy[0].tolist()
    away = np.linalg.norm(ground.xy[rows[0]].astype(np.float64) - (x, y), axis=1)
    spread = float(_mean(away[None], memberships(distances))[0])
    return QueryPlace(x, y, near, spread, tuple(passage_ids[known].tolist()))


def place_new(corpus: Corpus) -> Steps[int]:
    """Put on the newest map the passages that were embedded since, store them there, and return how many.

    They get their place from the passages the map was made from, which do not move. Closing it keeps what is stored;
    the rest is placed the next time. Nothing to do without a map. Raises CorpusBusy when another process writes.
    """
    if not corpus.catalogue.has_map:
        return 0
    with corpus.writing() as catalogue:
        latest = catalogue.latest_map()
        assert latest is not None
        ground = latest[0]
        encoder_id = encoder_of(catalogue, ground)
        yield from corpus.vectors_steps(encoder_id)
        index = corpus.vectors(encoder_id)
        new = np.setdiff1d(index.ids, ground.passage_ids)
        last = int(ground.parameters.get("last_passage", ground.passage_ids.max(initial=-1)))
        anchors = ground.passage_ids[ground.passage_ids <= last]
        anchors = anchors[index.has(anchors)]
        if not len(new) or not len(anchors):
            return 0
        growth = Growth.of(ground.parameters)
        if growth is None:
            growth = Growth.begin((yield from _usual_distances(catalogue, index, anchors)))
        grain = grain_of(ground.xy)
        for first in range(0, len(new), STORED_TOGETHER):
            some = new[first : first + STORED_TOGETHER]
            blocks: list[Placed] = []
            for ids, cosines in _nearest_steps(index, some, anchors):
                yield Progress(
                    "Placing new passages", first + PLACED_TOGETHER * len(blocks), len(new), "passages"
                )
                distances = _as_distances(cosines)
                growth = growth.grown(distances)
                blocks.append(place(ground, _rows_of(ground, ids), distances, grain))
            placed = _joined(blocks)
            catalogue.extend_map(
                some,
                placed.xy,
                placed.cluster_ids,
                placed.strengths,
                placed.part_ids,
                placed.nearest_ids,
                placed.nearness,
                {"last_passage": last} | growth.as_parameters(),
            )
    return len(new)


def _own_clusters(ground: Projection) -> NDArray[np.int32]:
    """Return the cluster every row is a member of, (n,), -1 noise, however far clusters reach just now."""
    if not len(ground.nearest_ids):
        return ground.cluster_ids
    return np.where(ground.nearness >= 1.0, ground.nearest_ids, -1).astype(np.int32)


def _vote(labels: NDArray[np.int32], weights: NDArray[np.float64]) -> NDArray[np.int32]:
    """Return of each row of labels (m, k) the one that has most weight, the earlier one among equals."""
    same = labels[:, :, None] == labels[:, None, :]
    best = np.einsum("mij,mj->mi", same, weights).argmax(axis=1)
    return np.asarray(labels[np.arange(len(labels)), best], np.int32)


def _around_densest(
    corners: NDArray[np.float64], weights: NDArray[np.float64], grain: float
) -> NDArray[np.float64]:
    """Return how near (m, k), in [0, 1], corners (m, k, 2) are to the one of them with most weight around it."""
    apart = (corners[:, :, None, 0] - corners[:, None, :, 0]) ** 2
    apart += (corners[:, :, None, 1] - corners[:, None, :, 1]) ** 2
    close = np.exp(-apart / (2 * grain**2))
    density = np.where(weights > 0, np.einsum("mij,mj->mi", close, weights), -1.0)
    return np.asarray(close[np.arange(len(close)), density.argmax(axis=1)])


def _nearest(
    ground: Projection, rows: NDArray[np.intp], weights: NDArray[np.float64], winners: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return (nearest_ids, nearness) (m,): the own cluster and 1, for noise what the noise around it has."""
    if not len(ground.nearest_ids):
        return np.zeros(0, np.int32), np.zeros(0, np.float32)
    theirs = ground.nearest_ids[rows]
    nearest = np.where(winners >= 0, winners, _vote(theirs, weights)).astype(np.int32)
    nearness = _mean(ground.nearness[rows].astype(np.float64), weights * (theirs == nearest[:, None]))
    return nearest, np.where(winners >= 0, 1.0, np.minimum(nearness, 1.0 - 1e-6)).astype(np.float32)


def _reached(placed: Placed, reach: float) -> Placed:
    """Return the placed with the clusters they are in when clusters reach beyond their members or not up to them."""
    if not len(placed.nearest_ids):
        return placed
    return replace(
        placed, cluster_ids=with_reach(placed.nearest_ids, placed.nearness, placed.strengths, reach)
    )


def _mean(values: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weighted mean over the second axis of values (m, k) or (m, k, d); 0 where all weights are."""
    total = weights.sum(axis=1)
    total[total == 0] = 1.0
    return np.asarray((np.einsum("mk...,mk->m...", values, weights).T / total).T)


def encoder_of(catalogue: Catalogue, ground: Projection) -> str:
    """Return the encoder whose embeddings the map was made from; another may have embedded since."""
    models = {run.id: run.model for run in catalogue.runs("map")}
    return models.get(ground.run_id) or catalogue.latest_encoder()


def _usual_distances(
    catalogue: Catalogue, index: VectorIndex, anchors: NDArray[np.int64]
) -> Steps[NDArray[np.float32]]:
    """Return the distances (m, k), rising, of some of the map's own passages to the nearest of other documents."""
    chosen = np.sort(np.random.default_rng(0).permutation(anchors)[:SAMPLE])
    table = catalogue.passage_table()
    found: list[NDArray[np.float32]] = []
    for ids, cosines in _nearest_steps(index, chosen, anchors, NEAREST + SIBLINGS):
        yield Progress("Placing new passages")
        own = chosen[PLACED_TOGETHER * len(found) :][: len(ids)]
        documents, of_own = (table.document_ids[np.searchsorted(table.passage_ids, i)] for i in (ids, own))
        siblings = documents == of_own[:, None]
        found.append(np.sort(np.where(siblings, np.inf, _as_distances(cosines)), axis=1)[:, :NEAREST])
    return np.concatenate(found)


def _nearest_steps(
    index: VectorIndex, passage_ids: NDArray[np.int64], anchors: NDArray[np.int64], k: int = NEIGHBOURS
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    """Yield the nearest anchors of passages and their cosines, (b, k) each, a block of passages at a time."""
    for first in range(0, len(passage_ids), PLACED_TOGETHER):
        yield index.search(index.vectors(passage_ids[first : first + PLACED_TOGETHER]), k, anchors)


def _as_distances(cosines: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(np.maximum(1.0 - cosines, 0.0), np.float32)


def _rows_of(ground: Projection, passage_ids: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return the rows of passages on the map, -1 where one is not on it; any shape."""
    rows = np.minimum(np.searchsorted(ground.passage_ids, passage_ids), len(ground.passage_ids) - 1)
    return np.where(ground.passage_ids[rows] == passage_ids, rows, -1)


def _joined(blocks: list[Placed]) -> Placed:
    """Return blocks, at least one, as one."""
    return Placed(*(np.concatenate([getattr(block, of.name) for block in blocks]) for of in fields(Placed)))
