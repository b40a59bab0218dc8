"""Making the map of a corpus, and finding its clusters again."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.corpus import Corpus
from engine.map import alignment, placing
from engine.map import clusters as clustering
from engine.map.composing import compose
from engine.map.mapping import MapResult
from engine.map.records import ClusterPreview, MapData
from engine.map.regrouping import rows_of
from engine.map.storing import edits_of, latest_map, store
from engine.map.storing import load_map as load_map
from engine.map.worker import MapWorker
from engine.progress import Progress, Steps
from indexes.errors import TooSmall
from indexes.records import Projection


def build_map(
    corpus: Corpus,
    worker: MapWorker,
    *,
    seed: int = 0,
    fast: bool = False,
    min_cluster_size: int | None = None,
    aligned: bool = False,
) -> Steps[MapData]:
    """Make the map of all embedded passages, store it, and return it.

    What the user did to clusters is done again where most of the same passages are. `aligned`: it goes on from the
    map there is, so that what stays the same stays where it is. Raises TooSmall when nothing is embedded yet,
    ModelError when embeddings are no numbers, CorpusBusy when another process writes; the old map is then kept.
    """
    catalogue = corpus.catalogue
    with corpus.writing():
        pass  # better now than after the work that another process is writing
    if aligned:
        yield from placing.place_new(corpus)  # where new passages shall begin
    yield Progress("Reading embeddings")
    encoder_id = catalogue.latest_encoder()
    passage_ids, vectors = catalogue.embeddings(encoder_id)
    if not len(passage_ids):
        raise TooSmall(f"“{catalogue.name}” has no embedded passages yet. Load documents into it first.")
    older = catalogue.latest_map() if aligned else None
    start = alignment.start_from(older[0], passage_ids, seed) if older else None
    result = yield from worker.make(vectors, seed, fast, min_cluster_size, start)
    projection = _as_projection(passage_ids, result)
    exemplars = [tuple(passage_ids[list(rows)].tolist()) for rows in result.exemplars]
    composed = yield from compose(corpus, projection, edits_of(catalogue), exemplars)
    run = {
        "kind": "map",
        "model": encoder_id,
        "parameters": result.parameters,
        "seed": seed,
        "versions": result.parameters.get("versions", {}),
        "counts": {"passages": len(passage_ids), "clusters": len(composed.clusters)},
    }
    return store(corpus, composed, "Map made anew" if catalogue.has_map else "Map made", run=run)


def recluster(corpus: Corpus, worker: MapWorker, min_cluster_size: int | None = None) -> Steps[MapData]:
    """Find the clusters of the stored map again, none smaller than a size; no point moves.

    Raises CorpusError when there is no map.
    """
    stored, clusters = latest_map(corpus)
    there = rows_of(stored.passage_ids, corpus.catalogue.passage_table().passage_ids)
    found = yield from worker.run(clustering.recluster, stored.xy[there], min_cluster_size)

    def spread(values: NDArray[Any], nothing: float) -> NDArray[Any]:
        """Passages that are gone keep their row, so that rows stay what they are, and are in nothing."""
        rows = np.full(len(stored.passage_ids), nothing, values.dtype)
        rows[there] = values
        return rows

    projection = replace(
        stored,
        cluster_ids=spread(found.cluster_ids, -1),
        strengths=spread(found.strengths, 0),
        part_ids=spread(found.part_ids, -1),
        nearest_ids=spread(found.nearest_ids, -1),
        nearness=spread(found.nearness, 0),
        branches=found.branches,
        parts=found.parts,
        parameters=stored.parameters | {"hdbscan": found.parameters, "note": found.note},
    )
    composed = yield from compose(corpus, projection, edits_of(corpus.catalogue), before=(stored, clusters))
    size = found.parameters.get("min_cluster_size")
    return store(corpus, composed, "Clusters found again" + (f", none smaller than {size}" if size else ""))


def preview_clusters(corpus: Corpus, worker: MapWorker) -> Steps[tuple[ClusterPreview, ...]]:
    """Say how many clusters and how much noise there would be with other smallest sizes, for `recluster`."""
    stored, _ = latest_map(corpus)
    there = rows_of(stored.passage_ids, corpus.catalogue.passage_table().passage_ids)
    return (yield from worker.run(clustering.preview, stored.xy[there]))


def place_new(corpus: Corpus) -> Steps[MapData | None]:
    """Put the passages that were embedded since on the newest map, and return it; None when there is no map."""
    yield from placing.place_new(corpus)
    return load_map(corpus)


def _as_projection(passage_ids: NDArray[np.int64], result: MapResult) -> Projection:
    return Projection(
        run_id=0,
        passage_ids=passage_ids,
        xy=result.xy,
        cluster_ids=result.cluster_ids,
        strengths=result.strengths,
        parameters=result.parameters | {"note": result.note, "last_passage": int(passage_ids[-1])},
        part_ids=result.part_ids,
        nearest_ids=result.nearest_ids,
        nearness=result.nearness,
        branches=result.branches,
        parts=result.parts,
    )
