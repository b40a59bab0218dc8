"""A map as it is stored: found clusters with the user's merges and splits done to them, named, with exemplars."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.corpus import Corpus
from engine.map.choices import member_ids
from engine.map.clusters import find_exemplars
from engine.map.naming import Names, cluster_name, naming_rows, naming_steps
from engine.map.reach import with_reach
from engine.map.regrouping import Regrouped, regroup, same_groups
from engine.progress import Progress, Steps, beside
from indexes.map_edits import FoundClusters, MapEdit
from indexes.records import Branch, Cluster, Part, Projection

READ_TOGETHER = 500
"""Passages read between two reports."""

CANDIDATES = 400
"""Strong members of a cluster among which its exemplars are looked for."""

CONTRAST = 20
"""Passages that are read of a cluster whose name is known, to set others apart from it."""

Named = TypeVar("Named", Cluster, Branch, Part)


@dataclass(frozen=True, slots=True)
class Composed:
    """What there is to store, so far with the clusters' own names; `placeless` are edits that found no place."""

    projection: Projection
    clusters: tuple[Cluster, ...]
    found: FoundClusters | None
    placeless: tuple[MapEdit, ...]


def compose(
    corpus: Corpus,
    projection: Projection,
    edits: Sequence[MapEdit],
    exemplars: Sequence[tuple[int, ...]] | None = None,
    before: tuple[Projection, Sequence[Cluster]] | None = None,
) -> Steps[Composed]:
    """Do merges and splits to the clusters of `projection`, which are as they were found, and describe them.

    `exemplars` are passage ids by found cluster, as far as they are known. A cluster that has just the passages of
    one of `before` keeps its keywords, exemplars and stability.
    """
    members = member_ids(projection) >= 0
    found = found_of(projection)
    regrouped = yield from beside(
        "Grouping clusters", lambda: regroup(projection.passage_ids, projection.xy, found, members, edits)
    )
    grouped = _regrouped(projection, regrouped, members)
    ids = member_ids(grouped)
    clusters = _known(grouped, regrouped, ids, members, found, exemplars, before)
    clusters, branches, parts = yield from _named(corpus, grouped, ids, clusters, before)
    clusters = yield from _with_exemplars(corpus, grouped, ids, clusters)
    placeless = tuple(
        edit for edit in edits if edit.kind in ("merge", "split") and edit.id in regrouped.placeless
    )
    return Composed(
        replace(grouped, branches=branches, parts=parts),
        tuple(clusters),
        found if any(regrouped.made_by_user) else None,
        placeless,
    )


def found_of(projection: Projection) -> FoundClusters:
    """Return the clusters of a projection in which nobody has merged or split any."""
    nobody = np.full(len(projection.passage_ids), -1, np.int32)
    return FoundClusters(
        projection.nearest_ids if len(projection.nearest_ids) else projection.cluster_ids,
        projection.part_ids if len(projection.part_ids) else nobody,
        tuple((branch.parent, branch.clusters) for branch in projection.branches),
    )


def as_found(corpus: Corpus, projection: Projection) -> Projection:
    """Return the stored map as it was before any merge or split; branches and parts without names."""
    found = corpus.catalogue.found_clusters()
    if found is None:
        return projection
    members = member_ids(projection) >= 0
    return replace(
        projection,
        cluster_ids=np.where(members, found.nearest_ids, -1).astype(np.int32),
        nearest_ids=found.nearest_ids,
        part_ids=found.part_ids,
        branches=tuple(Branch(n, parent, 0, below) for n, (parent, below) in enumerate(found.branches)),
        parts=(),
    )


def reached(
    projection: Projection, clusters: Sequence[Cluster], reach: float
) -> tuple[Projection, list[Cluster]]:
    """Return a map whose clusters reach so far over the noise (reach.py), with the sizes that come of it."""
    ids = with_reach(projection.nearest_ids, projection.nearness, projection.strengths, reach)
    sizes = np.bincount(ids[ids >= 0], minlength=len(clusters)).tolist()
    return (
        replace(projection, cluster_ids=ids, parameters=projection.parameters | {"reach": reach}),
        [replace(cluster, size=sizes[cluster.id]) for cluster in clusters],
    )


def own_name(cluster_id: int, keywords: Sequence[str]) -> str:
    """Return what a cluster is called when the user does not say."""
    return cluster_name(keywords) or f"Cluster {cluster_id + 1}"


def branch_name(branch_id: int, keywords: Sequence[str]) -> str:
    """Return what a branch is called when the user does not say."""
    return cluster_name(keywords) or f"Branch {branch_id + 1}"


def _regrouped(projection: Projection, regrouped: Regrouped, members: NDArray[np.bool_]) -> Projection:
    nearness = projection.nearness if len(projection.nearness) else members.astype(np.float32)
    return replace(
        projection,
        cluster_ids=np.where(members, regrouped.nearest_ids, -1).astype(np.int32),
        nearest_ids=regrouped.nearest_ids,
        nearness=nearness,
        part_ids=regrouped.part_ids,
        branches=regrouped.branches,
        parts=regrouped.parts,
    )


def _known(
    projection: Projection,
    regrouped: Regrouped,
    ids: NDArray[np.int32],
    members: NDArray[np.bool_],
    found: FoundClusters,
    exemplars: Sequence[tuple[int, ...]] | None,
    before: tuple[Projection, Sequence[Cluster]] | None,
) -> list[Cluster]:
    """Return the clusters with what is known of them from before or from where they were found; else nameless."""
    n = len(regrouped.made_by_user)
    sizes = np.bincount(ids[ids >= 0], minlength=n).tolist()
    clusters = [
        Cluster(number, sizes[number], (), "", (), branch=branch, made_by_user=by_user)
        for number, (branch, by_user) in enumerate(
            zip(regrouped.branch_of, regrouped.made_by_user, strict=True)
        )
    ]
    if exemplars is not None:
        origins = same_groups(np.where(members, found.nearest_ids, -1).astype(np.int32), ids, n)
        clusters = [
            replace(cluster, exemplars=exemplars[origin]) if origin >= 0 else cluster
            for cluster, origin in zip(clusters, origins, strict=True)
        ]
    if before is None:
        return clusters
    older = {cluster.id: cluster for cluster in before[1]}
    same = same_groups(member_ids(before[0]), ids, n)
    return [
        cluster
        if old not in older
        else replace(
            cluster,
            keywords=older[old].keywords,
            name=own_name(cluster.id, older[old].keywords),
            exemplars=older[old].exemplars,
            stability=older[old].stability,
        )
        for cluster, old in zip(clusters, same, strict=True)
    ]


def _named(
    corpus: Corpus,
    projection: Projection,
    ids: NDArray[np.int32],
    clusters: Sequence[Cluster],
    before: tuple[Projection, Sequence[Cluster]] | None,
) -> Steps[tuple[list[Cluster], tuple[Branch, ...], tuple[Part, ...]]]:
    """Name what has no name yet by the words of a sample of its passages."""
    branches, parts = _known_levels(projection, ids, before)
    names = [*(c.name for c in clusters), *(b.name for b in branches), *(p.name for p in parts)]
    if all(names):
        return list(clusters), branches, parts
    asked = {one.id for one in clusters if not one.name} | {one.cluster for one in parts if not one.name}
    words = yield from _keywords(corpus, projection, ids, asked)
    return (
        [_called(one, words.clusters[one.id], own_name(one.id, words.clusters[one.id])) for one in clusters],
        tuple(
            _called(one, words.branches[one.id], branch_name(one.id, words.branches[one.id]))
            for one in branches
        ),
        tuple(
            _called(one, words.parts[one.id], cluster_name(words.parts[one.id]) or f"Part {one.id + 1}")
            for one in parts
        ),
    )


def _called(one: Named, keywords: tuple[str, ...], name: str) -> Named:
    return one if one.name else replace(one, keywords=keywords, name=name)


def _keywords(
    corpus: Corpus, projection: Projection, ids: NDArray[np.int32], asked: set[int]
) -> Steps[Names]:
    """Return the keywords of clusters, branches and parts, each as many as there are.

    Of clusters that nobody asks for only so much is read that the others can be set apart from them.
    """
    rows = naming_rows(ids, projection.part_ids)
    rows = rows[np.isin(ids[rows], list(asked)) | _thinned(ids[rows])]
    texts: list[str] = []
    kept: list[int] = []
    for start in range(0, len(rows), READ_TOGETHER):
        yield Progress("Naming clusters", start, len(rows), "passages")
        some = rows[start : start + READ_TOGETHER]
        row_of = dict(zip(projection.passage_ids[some].tolist(), some.tolist(), strict=True))
        for passage in corpus.catalogue.passages(list(row_of)):  # one may have been deleted meanwhile
            texts.append(passage.text)
            kept.append(row_of[passage.id])
    part_ids = projection.part_ids[kept]
    words = yield from naming_steps(texts, ids[kept], part_ids, projection.branches, projection.parts)
    missing = int(ids.max(initial=-1)) + 1 - len(words.clusters)  # nobody of the last clusters is left
    return replace(words, clusters=words.clusters + [()] * missing)


def _thinned(ids: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Choose from rows (n,) in clusters, or noise, a few of each, evenly spread: (n,) bool."""
    order = np.argsort(ids, kind="stable")
    _, first, sizes = np.unique(ids[order], return_index=True, return_counts=True)
    place, size = np.arange(len(ids)) - np.repeat(first, sizes), np.repeat(sizes, sizes)
    chosen = np.zeros(len(ids), np.bool_)
    chosen[order] = (place + 1) * CONTRAST // size > place * CONTRAST // size
    return chosen


def _known_levels(
    projection: Projection, ids: NDArray[np.int32], before: tuple[Projection, Sequence[Cluster]] | None
) -> tuple[tuple[Branch, ...], tuple[Part, ...]]:
    """Return branches and parts, those of just the same passages as one of `before` with its keywords and name."""
    branches, parts = projection.branches, projection.parts
    if before is None:
        return branches, parts
    older, clusters = before
    same = same_groups(member_ids(older), ids, int(ids.max(initial=-1)) + 1)
    by_clusters = {frozenset(branch.clusters): branch for branch in older.branches}
    known = [by_clusters.get(frozenset(same[cluster] for cluster in branch.clusters)) for branch in branches]
    branches = tuple(
        branch
        if old is None
        else replace(branch, keywords=old.keywords, name=branch_name(branch.id, old.keywords))
        for branch, old in zip(branches, known, strict=True)
    )
    if len(older.part_ids):
        # A cluster that was merged is a part now, and a part that was split off a cluster.
        of_parts = same_groups(older.part_ids, projection.part_ids, len(parts))
        of_clusters = same_groups(member_ids(older), projection.part_ids, len(parts))
        sources: list[Part | Cluster | None] = [
            older.parts[part] if part >= 0 else clusters[cluster] if cluster >= 0 else None
            for part, cluster in zip(of_parts, of_clusters, strict=True)
        ]
        parts = tuple(
            part if old is None else replace(part, keywords=old.keywords, name=old.name)
            for part, old in zip(parts, sources, strict=True)
        )
    return branches, parts


def _with_exemplars(
    corpus: Corpus, projection: Projection, ids: NDArray[np.int32], clusters: Sequence[Cluster]
) -> Steps[list[Cluster]]:
    """Find exemplars for the clusters that have none, among members that are strong."""
    encoder_id = corpus.catalogue.latest_encoder()
    order = np.argsort(ids, kind="stable")
    borders = np.searchsorted(ids[order], np.arange(len(clusters) + 1))
    described = []
    for cluster in clusters:
        if not cluster.exemplars:
            yield Progress("Finding exemplars", cluster.id, len(clusters), "clusters")
            rows = order[borders[cluster.id] : borders[cluster.id + 1]]
            strong = rows[projection.strengths[rows] >= np.median(projection.strengths[rows])]
            some = strong[np.linspace(0, len(strong) - 1, min(CANDIDATES, len(strong))).astype(np.int64)]
            passage_ids, vectors = corpus.catalogue.embeddings_of(
                encoder_id, projection.passage_ids[some].tolist()
            )
            chosen = _typical(passage_ids, vectors)
            cluster = replace(cluster, exemplars=chosen or tuple(projection.passage_ids[some[:1]].tolist()))
        described.append(cluster)
    return described


def _typical(passage_ids: NDArray[np.int64], vectors: NDArray[np.float16]) -> tuple[int, ...]:
    if not len(passage_ids):
        return ()
    one, equal = np.zeros(len(passage_ids), np.int32), np.ones(len(passage_ids), np.float32)
    return tuple(passage_ids[list(find_exemplars(vectors, one, equal)[0])].tolist())
