"""Making and loading the map of a corpus: what the worker computes, named, and stored in the catalogue."""

import numpy as np
from numpy.typing import NDArray

from engine.corpus import Corpus
from engine.map.mapping import MapResult
from engine.map.naming import cluster_name, naming_rows, naming_steps
from engine.map.records import MapData
from engine.map.worker import MapWorker
from engine.progress import Progress, Steps
from indexes.errors import TooSmall
from indexes.records import Cluster, Projection

READ_TOGETHER = 500
"""Passages read between two reports."""


def build_map(corpus: Corpus, worker: MapWorker, *, seed: int, fast: bool) -> Steps[MapData]:
    """Make the map of all embedded passages, store it, and return it.

    Names that the user gave to clusters are carried over to those that hold most of the same passages. Raises
    TooSmall when nothing is embedded yet, CorpusBusy when another process writes the corpus.
    """
    yield Progress("Reading embeddings")
    catalogue = corpus.catalogue
    encoder_id = catalogue.latest_encoder()
    passage_ids, vectors = catalogue.embeddings(encoder_id)
    if not len(passage_ids):
        raise TooSmall(f"“{catalogue.name}” has no embedded passages yet. Load documents into it first.")
    result = yield from worker.make(vectors, seed=seed, fast=fast)
    keywords = yield from _name(corpus, passage_ids, result)
    with corpus.writing() as writable:
        named_before = _user_names(corpus)
        run_id = writable.add_run(
            kind="map",
            model=encoder_id,
            parameters=result.parameters,
            seed=seed,
            versions=result.parameters.get("versions", {}),
            counts={"passages": len(passage_ids), "clusters": result.n_clusters},
        )
        clusters = _clusters(passage_ids, result, keywords, named_before)
        projection = Projection(
            run_id,
            passage_ids,
            result.xy,
            result.cluster_ids,
            result.strengths,
            result.parameters | {"note": result.note},
        )
        writable.save_map(projection, clusters)
    stored = load_map(corpus)
    assert stored is not None
    return stored


def load_map(corpus: Corpus) -> MapData | None:
    """Return the newest stored map, without passages that are gone; None when there is none."""
    latest = corpus.catalogue.latest_map()
    if latest is None:
        return None
    projection, clusters = latest
    table = corpus.catalogue.passage_table()
    rows = np.searchsorted(table.passage_ids, projection.passage_ids)
    rows = np.minimum(rows, max(0, len(table.passage_ids) - 1))
    there = (
        table.passage_ids[rows] == projection.passage_ids
        if len(table.passage_ids)
        else np.zeros(len(rows), np.bool_)
    )
    rows = rows[there]
    return MapData(
        passage_ids=projection.passage_ids[there],
        document_ids=table.document_ids[rows],
        xy=projection.xy[there],
        cluster_ids=projection.cluster_ids[there],
        strengths=projection.strengths[there],
        format_ids=table.format_ids[rows],
        formats=table.formats,
        clusters=tuple(clusters),
        unmapped=len(table.passage_ids) - int(there.sum()),
        parameters=projection.parameters,
        note=str(projection.parameters.get("note", "")),
    )


def _name(corpus: Corpus, passage_ids: NDArray[np.int64], result: MapResult) -> Steps[list[tuple[str, ...]]]:
    """Name the clusters by the words of a sample of their passages."""
    rows = naming_rows(result.cluster_ids)
    texts: list[str] = []
    kept: list[int] = []
    for start in range(0, len(rows), READ_TOGETHER):
        yield Progress("Naming clusters", start, len(rows), "passages")
        some = rows[start : start + READ_TOGETHER]
        row_of = dict(zip(passage_ids[some].tolist(), some.tolist(), strict=True))
        for passage in corpus.catalogue.passages(list(row_of)):  # one may have been deleted meanwhile
            texts.append(passage.text)
            kept.append(row_of[passage.id])
    return (yield from naming_steps(texts, result.cluster_ids[kept]))


def _clusters(
    passage_ids: NDArray[np.int64],
    result: MapResult,
    keywords: list[tuple[str, ...]],
    named_before: list[tuple[str, NDArray[np.int64]]],
) -> list[Cluster]:
    clusters = []
    for cluster_id in range(result.n_clusters):
        members = passage_ids[result.cluster_ids == cluster_id]
        own = _inherited_name(members, named_before)
        clusters.append(
            Cluster(
                id=cluster_id,
                size=len(members),
                keywords=keywords[cluster_id],
                name=own or cluster_name(keywords[cluster_id]) or f"Cluster {cluster_id + 1}",
                exemplars=tuple(int(passage_ids[row]) for row in result.exemplars[cluster_id]),
                named_by_user=bool(own),
            )
        )
    return clusters


def _user_names(corpus: Corpus) -> list[tuple[str, NDArray[np.int64]]]:
    """Return the user's names in the newest map, each with the passages it was given to."""
    latest = corpus.catalogue.latest_map()
    if latest is None:
        return []
    projection, clusters = latest
    return [
        (cluster.name, projection.passage_ids[projection.cluster_ids == cluster.id])
        for cluster in clusters
        if cluster.named_by_user
    ]


def _inherited_name(members: NDArray[np.int64], named: list[tuple[str, NDArray[np.int64]]]) -> str:
    """Return the user's name whose cluster shares most with `members`, "" when none shares half of the union."""
    for name, before in named:
        shared = len(np.intersect1d(members, before))
        if 2 * shared > len(members) + len(before) - shared:
            return name
    return ""
