"""What the user does to the clusters of a map: merge, split, rename, colour, reach over the noise."""

import re
from collections.abc import Sequence

import numpy as np

from engine.corpus import Corpus
from engine.map.changes import Grouped, as_json, what_became
from engine.map.choices import holder, known_to, member_ids, members_of
from engine.map.composing import as_found, branch_name, compose, own_name, reached
from engine.map.records import ChangeKind, ClusterChange, MapData
from engine.map.regrouping import nearest_group, regroup
from engine.map.storing import edits_of, latest_map, load_map, store
from engine.progress import Steps
from indexes.errors import AsterismError, CorpusError
from indexes.map_edits import EditKind, MapEdit, MapNote
from indexes.records import Branch, Cluster, Projection

_COLOUR = re.compile("#[0-9a-fA-F]{6}")


def merge_clusters(corpus: Corpus, cluster_ids: Sequence[int]) -> Steps[MapData]:
    """Make one cluster of several, also on maps to come. CorpusError when they are not several clusters of the map."""
    stored, clusters = latest_map(corpus)
    chosen = [_cluster(clusters, number) for number in sorted(set(cluster_ids))]
    if len(chosen) < 2:
        raise CorpusError("There is nothing to merge: choose two clusters or more.")
    names = _listed([cluster.name for cluster in chosen])
    groups = tuple(members_of(stored, [cluster.id]) for cluster in chosen)
    edit = MapEdit("merge", groups, names, known_to(stored))
    return (yield from _edited(corpus, f"Merged {names}", edit))


def split_cluster(corpus: Corpus, cluster_id: int) -> Steps[MapData]:
    """Make the parts of a cluster clusters, also on maps to come; members in no part go to the nearest one.

    CorpusError when it has no parts.
    """
    stored, clusters = latest_map(corpus)
    cluster = _cluster(clusters, cluster_id)
    parts = [part.id for part in stored.parts if part.cluster == cluster_id]
    if len(parts) < 2:
        raise CorpusError(
            f"“{cluster.name}” has no parts that it could be split into: nothing in it stands out from the rest."
        )
    members = np.flatnonzero(member_ids(stored) == cluster_id)
    own = [members[stored.part_ids[members] == part] for part in parts]
    of_member = nearest_group(stored.xy, members, own)
    groups = tuple(stored.passage_ids[members[of_member == place]] for place in range(len(parts)))
    edit = MapEdit("split", groups, f"“{cluster.name}”", known_to(stored))
    return (yield from _edited(corpus, f"Split “{cluster.name}”", edit))


def undo_cluster_edit(corpus: Corpus) -> Steps[MapData]:
    """Take back the last merge or split that this map shows. CorpusError when there is none."""
    last = last_edit(corpus)
    if last is None:
        raise CorpusError("There is no merge and no split to undo on this map.")
    verb = "Merge" if last.kind == "merge" else "Split"
    return (yield from _edited(corpus, f"{verb} of {last.value} undone", undone=last.id))


def last_edit(corpus: Corpus) -> MapEdit | None:
    """Return the last merge or split that this map shows, None when there is none."""
    found = corpus.catalogue.found_clusters()
    if found is None:
        return None
    stored, _ = latest_map(corpus)
    edits = [edit for edit in corpus.catalogue.map_edits() if edit.kind in ("merge", "split")]
    members = member_ids(stored) >= 0
    done = regroup(stored.passage_ids, stored.xy, found, members, edits).done
    return next((edit for edit in reversed(edits) if edit.id in done), None)


def set_reach(corpus: Corpus, reach: float) -> MapData:
    """Let clusters take in the noise near them, or let go of weak members (reach.py); `reach` is cut to [-1, 1].

    Raises CorpusError when the map does not know how near its noise is.
    """
    reach = min(1.0, max(-1.0, float(reach)))
    stored, clusters = latest_map(corpus)
    if not len(stored.nearness) and len(stored.passage_ids):
        raise CorpusError(
            "This map was made by an older Asterism and does not know how near its noise is to clusters. "
            "Make the map anew first."
        )
    projection, sized = reached(stored, clusters, reach)
    changes = what_became(Grouped.of(stored, clusters), Grouped.of(projection, sized))
    note = MapNote(reason=_reach_in_words(reach), changes=tuple(as_json(changes)))
    with corpus.noting() as writable:
        writable.update_map(projection, sized, corpus.catalogue.found_clusters(), note)
    loaded = load_map(corpus)
    assert loaded is not None
    return loaded


def rename_cluster(corpus: Corpus, cluster_id: int, name: str) -> tuple[Cluster, ...]:
    """Give a cluster a name of the user's, also on maps to come; an empty one brings its own back."""
    stored, clusters = latest_map(corpus)
    cluster = _cluster(clusters, cluster_id)
    name = " ".join(name.split())
    own = own_name(cluster_id, cluster.keywords)
    note = _chosen(corpus, stored, "rename", cluster_id, name, cluster.name, name or own)
    with corpus.noting() as writable:
        writable.rename_cluster(cluster_id, name, own)
        writable.note_map(note)
    return tuple(latest_map(corpus)[1])


def colour_cluster(corpus: Corpus, cluster_id: int, colour: str) -> tuple[Cluster, ...]:
    """Give a cluster a colour as #rrggbb, also on maps to come; "" brings the palette's back."""
    if colour and not _COLOUR.fullmatch(colour):
        raise AsterismError(f"“{colour}” is no colour. Write it as #rrggbb, for example #3366cc.")
    stored, clusters = latest_map(corpus)
    _cluster(clusters, cluster_id)
    note = _chosen(corpus, stored, "colour", cluster_id, colour.lower())
    with corpus.noting() as writable:
        writable.colour_cluster(cluster_id, colour.lower())
        writable.note_map(note)
    return tuple(latest_map(corpus)[1])


def rename_branch(corpus: Corpus, branch_id: int, name: str) -> tuple[Branch, ...]:
    """Give a branch a name of the user's, also on maps to come; an empty one brings its own back."""
    stored, _ = latest_map(corpus)
    branch = next((branch for branch in stored.branches if branch.id == branch_id), None)
    if branch is None:
        raise CorpusError(f"The map has no branch {branch_id} any more. Open the map again.")
    name = " ".join(name.split())
    own = branch_name(branch_id, branch.keywords)
    note = _chosen(corpus, stored, "rename branch", branch_id, name, branch.name, name or own)
    with corpus.noting() as writable:
        writable.rename_branch(branch_id, name, own)
        writable.note_map(note)
    return latest_map(corpus)[0].branches


def _edited(corpus: Corpus, reason: str, edit: MapEdit | None = None, undone: int = 0) -> Steps[MapData]:
    """Do all merges and splits to the found clusters, with one more or one less."""
    stored, clusters = latest_map(corpus)
    edits = [known for known in edits_of(corpus.catalogue) if not undone or known.id != undone]
    new = [edit] if edit else []
    composed = yield from compose(corpus, as_found(corpus, stored), [*edits, *new], before=(stored, clusters))
    return store(corpus, composed, reason, edits=new, undone=[undone] if undone else [])


def _chosen(
    corpus: Corpus,
    stored: Projection,
    kind: EditKind,
    number: int,
    value: str,
    before: str = "",
    after: str = "",
) -> MapNote:
    """Return what to note of a name or colour given, in place of earlier ones for the same cluster or branch."""
    known = [edit for edit in corpus.catalogue.map_edits() if edit.kind == kind]
    over = tuple(edit.id for edit in known if holder(stored, edit) == number)
    below = stored.branches[number].clusters if kind == "rename branch" else (number,)
    edit = MapEdit(kind, (members_of(stored, below),), value, known_to(stored))
    if before == after:
        return MapNote((edit,) if value else (), over)
    renamed: ChangeKind = "renamed"
    change = ClusterChange(renamed, (before,), (after,), len(edit.groups[0]))
    return MapNote((edit,) if value else (), over, f"“{before}” renamed", tuple(as_json([change])))


def _cluster(clusters: Sequence[Cluster], cluster_id: int) -> Cluster:
    found = next((cluster for cluster in clusters if cluster.id == cluster_id), None)
    if found is None:
        raise CorpusError(f"The map has no cluster {cluster_id} any more. Open the map again.")
    return found


def _listed(names: Sequence[str]) -> str:
    quoted = [f"“{name}”" for name in names]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]])


def _reach_in_words(reach: float) -> str:
    if not reach:
        return "Clusters as they were found, without the noise near them"
    if reach > 0:
        return f"Clusters take in the nearest {reach:.0%} of the noise"
    return f"Clusters let go of members weaker than {-reach:.2f}"
