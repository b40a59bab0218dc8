"""Storing and loading the map of a corpus."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.corpus import Corpus
from engine.map.changes import Grouped, as_json, what_became
from engine.map.choices import in_words, unnoted_names, with_choices
from engine.map.composing import Composed, reached
from engine.map.drift import drift
from engine.map.records import MapData
from engine.map.regrouping import rows_of
from indexes.catalogue import Catalogue
from indexes.errors import CorpusError
from indexes.map_edits import MapEdit, MapNote
from indexes.records import Branch, Cluster, Part, Projection


def load_map(corpus: Corpus) -> MapData | None:
    """Return the newest stored map, without passages that are gone; None when there is none."""
    latest = corpus.catalogue.latest_map()
    if latest is None:
        return None
    projection, clusters = latest
    table = corpus.catalogue.passage_table()
    rows = np.minimum(
        np.searchsorted(table.passage_ids, projection.passage_ids), max(0, len(table.passage_ids) - 1)
    )
    there = np.zeros(len(rows), np.bool_)
    if len(table.passage_ids):
        there = table.passage_ids[rows] == projection.passage_ids
    rows, kept = rows[there], _only(projection, there)
    is_new = kept.passage_ids > kept.parameters.get("last_passage", np.iinfo(np.int64).max)
    placed, gone = int(is_new.sum()), len(there) - len(rows)
    counted, branches, parts = _counted(kept, clusters)
    return MapData(
        passage_ids=kept.passage_ids,
        document_ids=table.document_ids[rows],
        xy=kept.xy,
        cluster_ids=kept.cluster_ids,
        strengths=kept.strengths,
        format_ids=table.format_ids[rows],
        formats=table.formats,
        clusters=counted,
        unmapped=len(table.passage_ids) - len(rows),
        parameters=kept.parameters,
        note=str(kept.parameters.get("note", "")),
        part_ids=kept.part_ids,
        nearest_ids=kept.nearest_ids,
        nearness=kept.nearness,
        is_new=is_new if placed else np.zeros(0, np.bool_),
        branches=branches,
        parts=parts,
        drift=drift(kept.parameters, placed, gone, len(rows) - placed),
    )


def store(
    corpus: Corpus,
    composed: Composed,
    reason: str,
    *,
    run: dict[str, Any] | None = None,
    edits: Sequence[MapEdit] = (),
    undone: Sequence[int] = (),
) -> MapData:
    """Store other clusters of the newest map, or with a `run` a new map, with an entry of the history; return it.

    Names, colours and reach are taken as they are at this moment: the user may have changed them meanwhile.
    """
    with corpus.writing() as writable:
        latest = writable.latest_map()
        known = edits_of(writable)
        choices = [edit for edit in [*known, *edits] if edit.id not in undone]
        projection, reach = composed.projection, 0.0
        if latest is not None:
            reach = float(latest[0].parameters.get("reach", 0.0))
        projection, clusters = reached(projection, composed.clusters, reach)
        clusters, branches, placeless = with_choices(projection, clusters, choices)
        projection = replace(projection, branches=branches)
        before = Grouped.of(*latest) if latest else None
        changes = what_became(before, Grouped.of(projection, clusters)) if before else ()
        lost = [in_words(edit) for edit in [*composed.placeless, *placeless]]
        if lost and not edits and not undone:  # told when it comes about, not with every edit after
            reason += ". Kept for a later map, for nothing on this one is like it: " + ", ".join(lost)
        note = MapNote(
            edits=tuple(edit for edit in [*known, *edits] if not edit.id),
            undone=tuple(undone),
            reason=reason,
            changes=tuple(as_json(changes)),
        )
        if run is None:
            writable.update_map(projection, clusters, composed.found, note)
        else:
            projection = replace(projection, run_id=writable.add_run(**run))
            writable.save_map(projection, clusters, composed.found, note)
    stored = load_map(corpus)
    assert stored is not None
    return stored


def latest_map(corpus: Corpus) -> tuple[Projection, list[Cluster]]:
    """Return the newest map as it is stored; CorpusError when there is none."""
    latest = corpus.catalogue.latest_map()
    if latest is None:
        raise CorpusError(f"“{corpus.catalogue.name}” has no map yet. Make the map first.")
    return latest


def edits_of(catalogue: Catalogue) -> list[MapEdit]:
    """Return what the user did to clusters, also the names of a map from before that was noted."""
    edits, latest = catalogue.map_edits(), catalogue.latest_map()
    return [*edits, *(unnoted_names(*latest, edits) if latest else [])]


def _only(projection: Projection, there: NDArray[np.bool_]) -> Projection:
    """Return some rows of a map."""
    return replace(
        projection,
        passage_ids=projection.passage_ids[there],
        xy=projection.xy[there],
        cluster_ids=projection.cluster_ids[there],
        strengths=projection.strengths[there],
        part_ids=projection.part_ids[there] if len(projection.part_ids) else projection.part_ids,
        nearest_ids=projection.nearest_ids[there] if len(projection.nearest_ids) else projection.nearest_ids,
        nearness=projection.nearness[there] if len(projection.nearness) else projection.nearness,
    )


def _counted(
    projection: Projection, clusters: Sequence[Cluster]
) -> tuple[tuple[Cluster, ...], tuple[Branch, ...], tuple[Part, ...]]:
    """Return clusters, branches and parts with the sizes that they have on these rows.

    Exemplars that are gone, or that the cluster does not reach now, give way to the strongest member.
    """
    ids, parts = projection.cluster_ids, projection.part_ids
    sizes = np.bincount(ids[ids >= 0], minlength=len(clusters)).tolist()
    part_sizes = np.bincount(parts[parts >= 0], minlength=len(projection.parts)).tolist()
    counted = []
    for cluster in clusters:
        rows = rows_of(projection.passage_ids, np.array(cluster.exemplars, np.int64))
        exemplars = tuple(projection.passage_ids[rows[ids[rows] == cluster.id]].tolist())
        if not exemplars and sizes[cluster.id]:
            members = np.flatnonzero(ids == cluster.id)
            exemplars = (int(projection.passage_ids[members[projection.strengths[members].argmax()]]),)
        counted.append(replace(cluster, size=sizes[cluster.id], exemplars=exemplars))
    return (
        tuple(counted),
        tuple(
            replace(branch, size=sum(sizes[cluster] for cluster in branch.clusters))
            for branch in projection.branches
        ),
        tuple(replace(part, size=part_sizes[part.id]) for part in projection.parts),
    )
