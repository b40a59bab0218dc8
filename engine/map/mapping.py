"""The map: from embeddings to points and clusters, over one neighbour graph."""

from dataclasses import dataclass
from hashlib import blake2b
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.map import clusters, layout
from engine.map.alignment import align
from engine.map.layout import Report
from engine.map.neighbours import Neighbours, Vectors, blocks, find_neighbours
from engine.progress import Progress
from indexes.errors import ModelError
from indexes.records import Branch, Part

N_NEIGHBOURS = 15


@dataclass(frozen=True, slots=True)
class MapResult:
    """Where every passage lies and to which cluster it belongs; row i is row i of the vectors.

    xy (n, 2) float32; cluster_ids (n,) int32 counted from 0 by falling size, -1 noise; strengths (n,) float32
    in [0, 1], 0 for noise; nearest_ids, nearness and part_ids (n,) as in Projection; `exemplars` has for each cluster
    the rows most typical of it, best first; `branches` and `parts` have no names yet. `parameters` holds JSON types
    only: the seed, all that was chosen, and the versions of what computed it. `note` is a sentence when there are no
    clusters, saying why.
    """

    xy: NDArray[np.float32]
    cluster_ids: NDArray[np.int32]
    strengths: NDArray[np.float32]
    nearest_ids: NDArray[np.int32]
    nearness: NDArray[np.float32]
    part_ids: NDArray[np.int32]
    exemplars: tuple[tuple[int, ...], ...]
    branches: tuple[Branch, ...]
    parts: tuple[Part, ...]
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
    start: NDArray[np.float32] | None = None,
    threads: int = 1,
    report: Report = lambda progress: None,
) -> MapResult:
    """Lay out and cluster `vectors`, (n, dim) float32 or float16 of unit length, n >= 0.

    The same vectors, seed, start and machine give the same result to the bit; with `fast` the layout runs on all
    threads at once, which it cannot do in a repeatable order. From `start` (n, 2), finite coordinates, the layout goes
    on instead of beginning anew, and is turned back onto it: points stay near where they were. `threads` is for the
    neighbour search, which is repeatable with any number. Raises ModelError when vectors hold NaN or infinity. Holds
    the interpreter for long times and cannot be entered twice at once: call it through a MapWorker.
    """
    _check(vectors)
    first_rows, copy_of = find_copies(vectors)
    chosen: dict[str, Any] = _provenance() | {
        "seed": seed,
        "fast": fast,
        "aligned": start is not None,
        "passages": len(vectors),
        "distinct": len(first_rows),
    }
    if len(first_rows) < clusters.MIN_PASSAGES:
        xy = layout.principal_coordinates(vectors, 2)
        chosen |= {"layout": "pca"}
    else:
        distinct = vectors if len(first_rows) == len(vectors) else vectors[first_rows]
        neighbours = _neighbours(distinct, threads, seed, report)
        begin = None if start is None else start[first_rows]
        xy = layout.lay_out(distinct, neighbours, seed=seed, fast=fast, start=begin, report=report)[copy_of]
        chosen |= {"neighbours": neighbours.parameters, "umap": layout.parameters(neighbours)}
    if start is not None:
        xy = align(xy, start).moved(xy)
    found = clusters.recluster(xy, min_cluster_size, report=report)
    if found.parameters:
        chosen |= {"hdbscan": found.parameters}
    exemplars = clusters.find_exemplars(vectors, found.cluster_ids, found.strengths)
    return MapResult(
        xy=xy,
        cluster_ids=found.cluster_ids,
        strengths=found.strengths,
        nearest_ids=found.nearest_ids,
        nearness=found.nearness,
        part_ids=found.part_ids,
        exemplars=exemplars,
        branches=found.branches,
        parts=found.parts,
        parameters=chosen,
        note=found.note,
    )


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


def _check(vectors: Vectors) -> None:
    broken = sum(int((~np.isfinite(rows)).any(axis=1).sum()) for _, rows in blocks(vectors))
    if broken:
        raise ModelError(
            f"The map could not be made: {broken} of {len(vectors)} embeddings are no numbers (NaN or infinity). "
            "The encoder is broken, or does not fit this machine. Embed the corpus anew with another."
        )


def _neighbours(vectors: Vectors, threads: int, seed: int, report: Report) -> Neighbours:
    def tell(done: int, total: int) -> None:
        report(Progress("Finding neighbours", done, total, "passages"))

    tell(0, len(vectors))
    k = min(N_NEIGHBOURS, len(vectors) - 1)
    return find_neighbours(vectors, k, threads=threads, seed=seed, report=tell)


def _provenance() -> dict[str, Any]:
    packages = ("umap-learn", "hdbscan", "faiss-cpu", "numpy")
    return {"versions": {package: version(package) for package in packages}}
