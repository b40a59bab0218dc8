"""The map: from embeddings to points and clusters, over one neighbour graph."""

from dataclasses import dataclass
from hashlib import blake2b
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.map import clusters, layout
from engine.map.layout import Report
from engine.map.neighbours import Neighbours, Vectors, find_neighbours
from engine.progress import Progress

MIN_PASSAGES = 15
"""With fewer different passages no density can be told from chance: they are laid out, not clustered."""

N_NEIGHBOURS = 15


@dataclass(frozen=True, slots=True)
class MapResult:
    """Where every passage lies and to which cluster it belongs; row i is row i of the vectors.

    xy (n, 2) float32; cluster_ids (n,) int32 counted from 0 by falling size, -1 noise; strengths (n,) float32
    in [0, 1], 0 for noise; `exemplars` has for each cluster the rows most typical of it, best first.
    `parameters` holds JSON types only: the seed, all that was chosen, and the versions of what computed it.
    `note` is a sentence when there are no clusters, saying why.
    """

    xy: NDArray[np.float32]
    cluster_ids: NDArray[np.int32]
    strengths: NDArray[np.float32]
    exemplars: tuple[tuple[int, ...], ...]
    parameters: dict[str, Any]
    note: str = ""

    @property
    def n_clusters(self) -> int:
        """Return the number of clusters, noise not counted."""
        return len(self.exemplars)


def make_map(
    vectors: Vectors,
    seed: int = 0,
    fast: bool = False,
    min_cluster_size: int | None = None,
    *,
    threads: int = 1,
    report: Report = lambda progress: None,
) -> MapResult:
    """Lay out and cluster `vectors`, (n, dim) float32 or float16 of unit length, n >= 0.

    The same vectors, seed and machine give the same result to the bit; with `fast` the layout runs on all
    threads at once, which it cannot do in a repeatable order. `threads` is for the neighbour search, which is
    repeatable with any number. Holds the interpreter for long times and cannot be entered twice at once: call
    it through a MapWorker.
    """
    first_rows, copy_of = find_copies(vectors)
    chosen: dict[str, Any] = _provenance() | {
        "seed": seed,
        "fast": fast,
        "passages": len(vectors),
        "distinct": len(first_rows),
    }
    if len(first_rows) < MIN_PASSAGES:
        return _unclustered(vectors, len(first_rows), chosen)
    distinct = vectors if len(first_rows) == len(vectors) else vectors[first_rows]
    neighbours = _neighbours(distinct, threads, seed, report)
    xy = layout.lay_out(distinct, neighbours, seed=seed, fast=fast, report=report)
    report(Progress("Finding clusters"))
    size = min_cluster_size or clusters.default_min_cluster_size(len(vectors))
    labels, strengths = clusters.find_clusters(xy, size)
    cluster_ids, strengths = clusters.spread_to_copies(labels, strengths, copy_of, size)
    exemplars = clusters.find_exemplars(vectors, cluster_ids, strengths)
    chosen |= {
        "neighbours": neighbours.parameters,
        "umap": layout.parameters(neighbours),
        "hdbscan": clusters.parameters(size),
    }
    note = "" if exemplars else "No clusters: the passages are spread too evenly for groups to stand out."
    return MapResult(xy[copy_of], cluster_ids, strengths, exemplars, chosen, note)


def find_copies(vectors: Vectors) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (rows that differ from all before them, for every row its place among those).

    Many copies of one text are each other's only neighbours, which tears the graph into pieces and copies
    apart; so the distinct rows are laid out, and copies lie where their original does.
    """
    places: dict[bytes, int] = {}
    first_rows: list[int] = []
    copy_of = np.empty(len(vectors), dtype=np.int64)
    for row, vector in enumerate(vectors):
        digest = blake2b(vector.tobytes(), digest_size=16).digest()
        if digest not in places:
            places[digest] = len(first_rows)
            first_rows.append(row)
        copy_of[row] = places[digest]
    return np.array(first_rows, dtype=np.int64), copy_of


def _neighbours(vectors: Vectors, threads: int, seed: int, report: Report) -> Neighbours:
    def tell(done: int, total: int) -> None:
        report(Progress("Finding neighbours", done, total, "passages"))

    tell(0, len(vectors))
    k = min(N_NEIGHBOURS, len(vectors) - 1)
    return find_neighbours(vectors, k, threads=threads, seed=seed, report=tell)


def _unclustered(vectors: Vectors, distinct: int, chosen: dict[str, Any]) -> MapResult:
    n = len(vectors)
    copies = f", of which only {distinct} differ" if distinct < n else ""
    return MapResult(
        layout.principal_coordinates(vectors, 2),
        np.full(n, -1, dtype=np.int32),
        np.zeros(n, dtype=np.float32),
        (),
        chosen | {"layout": "pca"},
        f"Too few passages for clusters: {n} {'passage' if n == 1 else 'passages'}{copies}, "
        f"and at least {MIN_PASSAGES} different ones are needed.",
    )


def _provenance() -> dict[str, Any]:
    packages = ("umap-learn", "hdbscan", "faiss-cpu", "numpy")
    return {"versions": {package: version(package) for package in packages}}
