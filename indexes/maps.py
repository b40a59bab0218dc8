"""Runs, maps and clusters, as rows; every function works inside the caller's transaction."""

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexes.map_edits import FoundClusters
from indexes.records import Branch, Cluster, Part, Projection, Run

KEPT = 3
"""How many maps are kept; older ones go."""

_ARRAYS = {
    "passage_ids": "<i8",
    "xy": "<f4",
    "cluster_ids": "<i4",
    "strengths": "<f4",
    "part_ids": "<i4",
    "nearest_ids": "<i4",
    "nearness": "<f4",
}
"""The arrays of a projection, each a column of numbers as they lie in memory."""

_NEWEST = "(SELECT max(id) FROM maps)"


def add_run(
    db: sqlite3.Connection,
    kind: str,
    model: str,
    parameters: dict[str, Any],
    seed: int | None,
    versions: dict[str, str],
    counts: dict[str, int],
) -> int:
    """Record an execution and return its id."""
    inserted = db.execute(
        "INSERT INTO runs (kind, model, parameters, seed, versions, counts) VALUES (?, ?, ?, ?, ?, ?)",
        (kind, model, json.dumps(parameters), seed, json.dumps(versions), json.dumps(counts)),
    )
    assert inserted.lastrowid is not None
    return inserted.lastrowid


def runs(db: sqlite3.Connection, kind: str) -> list[Run]:
    """Return the runs of a kind, newest first."""
    rows = db.execute(
        "SELECT id, kind, model, parameters, seed, versions, counts, made_at FROM runs WHERE kind = ? ORDER BY id DESC",
        (kind,),
    )
    return [
        Run(
            number,
            kind,
            model,
            json.loads(parameters),
            seed,
            json.loads(versions),
            json.loads(counts),
            made_at,
        )
        for number, kind, model, parameters, seed, versions, counts, made_at in rows
    ]


def save_map(
    db: sqlite3.Connection,
    projection: Projection,
    clusters: Sequence[Cluster],
    found: FoundClusters | None = None,
) -> None:
    """Store a map and its clusters; of older maps the newest few are kept."""
    map_id = db.execute(
        f"INSERT INTO maps (run_id, parameters, {', '.join(_ARRAYS)}) VALUES (?, ?{', ?' * len(_ARRAYS)})",
        (projection.run_id, json.dumps(projection.parameters), *_blobs(projection)),
    ).lastrowid
    assert map_id is not None
    _add_groups(db, map_id, projection, clusters, found)
    db.execute("DELETE FROM maps WHERE id NOT IN (SELECT id FROM maps ORDER BY id DESC LIMIT ?)", (KEPT,))


def update_map(
    db: sqlite3.Connection,
    projection: Projection,
    clusters: Sequence[Cluster],
    found: FoundClusters | None = None,
) -> bool:
    """Give the newest map other clusters; return False when it is not the projection's map, or has other passages."""
    map_id = _newest_id(db)
    if map_id is None:
        return False
    run_id, passage_ids = db.execute(
        "SELECT run_id, passage_ids FROM maps WHERE id = ?", (map_id,)
    ).fetchone()
    if run_id != projection.run_id or passage_ids != _blob("passage_ids", projection.passage_ids):
        return False
    db.execute(
        f"UPDATE maps SET parameters = ?, {' = ?, '.join(_ARRAYS)} = ? WHERE id = ?",
        (json.dumps(projection.parameters), *_blobs(projection), map_id),
    )
    for table in ("clusters", "branches", "parts", "found_clusters"):
        db.execute(f"DELETE FROM {table} WHERE map_id = ?", (map_id,))
    _add_groups(db, map_id, projection, clusters, found)
    return True


def extend_map(db: sqlite3.Connection, rows: Projection) -> bool:
    """Add passages to the newest map, its rows staying in rising order; those that are on it stay as they are.

    The parameters of `rows` are merged into the map's. The arrays of parts and nearness of a map that has none stay
    empty. Returns False when there is no map.
    """
    latest = latest_map(db)
    if latest is None:
        return False
    old, clusters = latest
    new = ~np.isin(rows.passage_ids, old.passage_ids)
    order = np.argsort(np.concatenate([old.passage_ids, rows.passage_ids[new]]), kind="stable")

    def joined(before: NDArray[Any], added: NDArray[Any]) -> NDArray[Any]:
        known = len(before) == len(old.passage_ids)
        return np.concatenate([before, added[new]])[order] if known else before

    arrays = {column: joined(getattr(old, column), getattr(rows, column)) for column in _ARRAYS}
    db.execute(
        f"UPDATE maps SET parameters = ?, {' = ?, '.join(_ARRAYS)} = ? WHERE id = {_NEWEST}",
        (
            json.dumps(old.parameters | rows.parameters),
            *(_blob(column, array) for column, array in arrays.items()),
        ),
    )
    found = found_clusters(db)
    if found is not None:
        nearest = _found_by_neighbours(old, found, rows)
        db.execute(
            f"UPDATE found_clusters SET nearest_ids = ?, part_ids = ? WHERE map_id = {_NEWEST}",
            (
                _blob("nearest_ids", joined(found.nearest_ids, nearest)),
                _blob("part_ids", joined(found.part_ids, np.full(len(nearest), -1, np.int32))),
            ),
        )
    for table, ids in (("clusters", arrays["cluster_ids"]), ("parts", arrays["part_ids"])):
        sizes = np.bincount(ids[ids >= 0], minlength=len(clusters)).tolist()
        db.executemany(
            f"UPDATE {table} SET size = ? WHERE id = ? AND map_id = {_NEWEST}",
            [(size, number) for number, size in enumerate(sizes)],
        )
    return True


def latest_map(db: sqlite3.Connection) -> tuple[Projection, list[Cluster]] | None:
    """Return the newest map and its clusters; its passages may be gone by now."""
    row = db.execute(
        f"SELECT id, run_id, parameters, {', '.join(_ARRAYS)} FROM maps ORDER BY id DESC LIMIT 1"
    ).fetchone()
    if row is None:
        return None
    map_id, run_id, parameters, *blobs = row
    arrays = {
        name: _array(name, blob).reshape((-1, 2) if name == "xy" else -1)
        for name, blob in zip(_ARRAYS, blobs, strict=True)
    }
    projection = Projection(
        run_id=run_id,
        parameters=json.loads(parameters),
        branches=_branches(db, map_id),
        parts=_parts(db, map_id),
        **arrays,
    )
    return projection, _clusters(db, map_id)


def found_clusters(db: sqlite3.Connection) -> FoundClusters | None:
    """Return the clusters of the newest map as they were found; None when nobody has merged or split any."""
    row = db.execute(
        f"SELECT nearest_ids, part_ids, branches FROM found_clusters WHERE map_id = {_NEWEST}"
    ).fetchone()
    if row is None:
        return None
    branches = tuple((int(parent), tuple(below)) for parent, below in json.loads(row[2]))
    return FoundClusters(_array("nearest_ids", row[0]), _array("part_ids", row[1]), branches)


def has_map(db: sqlite3.Connection) -> bool:
    """Say whether there is a map, without reading it."""
    return db.execute("SELECT 1 FROM maps LIMIT 1").fetchone() is not None


def rename_cluster(db: sqlite3.Connection, cluster_id: int, name: str, own_name: str | None = None) -> bool:
    """Give a cluster of the newest map the user's name, or with "" its own back; return whether there is such a one."""
    return _rename(db, "clusters", cluster_id, name, own_name)


def rename_branch(db: sqlite3.Connection, branch_id: int, name: str, own_name: str | None = None) -> bool:
    """Give a branch of the newest map the user's name, or with "" its own back; return whether there is such a one."""
    return _rename(db, "branches", branch_id, name, own_name)


def colour_cluster(db: sqlite3.Connection, cluster_id: int, colour: str) -> bool:
    """Give a cluster of the newest map a colour, "" for the palette's; return whether there is such a one."""
    return (
        db.execute(
            f"UPDATE clusters SET colour = ? WHERE id = ? AND map_id = {_NEWEST}", (colour, cluster_id)
        ).rowcount
        > 0
    )


def set_stabilities(db: sqlite3.Connection, stabilities: Sequence[float | None]) -> None:
    """Store how stable the clusters 0, 1, … of the newest map are."""
    db.executemany(
        f"UPDATE clusters SET stability = ? WHERE id = ? AND map_id = {_NEWEST}",
        [(None if value is None else float(value), number) for number, value in enumerate(stabilities)],
    )


def _rename(db: sqlite3.Connection, table: str, number: int, name: str, own_name: str | None) -> bool:
    return (
        db.execute(
            f"UPDATE {table} SET user_name = ?, name = COALESCE(?, name) WHERE id = ? AND map_id = {_NEWEST}",
            (name.strip() or None, own_name, number),
        ).rowcount
        > 0
    )


def _newest_id(db: sqlite3.Connection) -> int | None:
    found = db.execute("SELECT max(id) FROM maps").fetchone()[0]
    return None if found is None else int(found)


def _blob(column: str, array: NDArray[Any]) -> bytes:
    return array.astype(_ARRAYS[column]).tobytes()


def _blobs(projection: Projection) -> list[bytes]:
    return [_blob(column, getattr(projection, column)) for column in _ARRAYS]


def _array(column: str, blob: bytes) -> NDArray[Any]:
    """Return the array of a blob in the machine's own order of bytes; read-only."""
    stored = np.dtype(_ARRAYS[column])
    return np.frombuffer(blob, stored).astype(stored.newbyteorder("="), copy=False)


def _add_groups(
    db: sqlite3.Connection,
    map_id: int,
    projection: Projection,
    clusters: Sequence[Cluster],
    found: FoundClusters | None,
) -> None:
    db.executemany(
        f"INSERT INTO clusters VALUES ({', '.join('?' * 11)})",
        [
            (
                map_id,
                cluster.id,
                cluster.size,
                json.dumps(cluster.keywords),
                cluster.name,
                cluster.name if cluster.named_by_user else None,
                json.dumps([int(i) for i in cluster.exemplars]),
                cluster.branch,
                cluster.colour,
                cluster.stability,
                cluster.made_by_user,
            )
            for cluster in clusters
        ],
    )
    db.executemany(
        "INSERT INTO branches VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                map_id,
                branch.id,
                branch.parent,
                branch.size,
                json.dumps([int(i) for i in branch.clusters]),
                json.dumps(branch.keywords),
                branch.name,
                branch.name if branch.named_by_user else None,
            )
            for branch in projection.branches
        ],
    )
    db.executemany(
        "INSERT INTO parts VALUES (?, ?, ?, ?, ?, ?)",
        [
            (map_id, part.id, part.cluster, part.size, json.dumps(part.keywords), part.name)
            for part in projection.parts
        ],
    )
    if found is not None:
        db.execute(
            "INSERT INTO found_clusters VALUES (?, ?, ?, ?)",
            (
                map_id,
                _blob("nearest_ids", found.nearest_ids),
                _blob("part_ids", found.part_ids),
                json.dumps([[parent, [int(i) for i in below]] for parent, below in found.branches]),
            ),
        )


def _found_by_neighbours(old: Projection, found: FoundClusters, rows: Projection) -> NDArray[np.int32]:
    """Return the found cluster of new rows (n,): the commonest one among the old rows of the cluster they are near."""
    near_old, near_new = (of.nearest_ids if len(of.nearest_ids) else of.cluster_ids for of in (old, rows))
    of_new, of_found = (
        int(ids.max(initial=-1)) + 2 for ids in (np.append(near_old, near_new), found.nearest_ids)
    )
    known = (near_old >= 0) & (found.nearest_ids >= 0)
    pairs = near_old[known].astype(np.int64) * of_found + found.nearest_ids[known]
    counts = np.bincount(pairs, minlength=of_new * of_found).reshape(of_new, of_found)
    commonest = np.where(counts.any(axis=1), counts.argmax(axis=1), -1)
    return np.asarray(commonest[near_new], np.int32)  # noise, -1, finds the last, which has nobody


def _clusters(db: sqlite3.Connection, map_id: int) -> list[Cluster]:
    rows = db.execute(
        "SELECT id, size, keywords, name, user_name, exemplars, branch, colour, stability, made_by_user "
        "FROM clusters WHERE map_id = ? ORDER BY id",
        (map_id,),
    )
    return [
        Cluster(
            id=number,
            size=size,
            keywords=tuple(json.loads(keywords)),
            name=name if user_name is None else user_name,
            exemplars=tuple(json.loads(exemplars)),
            named_by_user=user_name is not None,
            branch=branch,
            colour=colour,
            stability=stability,
            made_by_user=bool(made_by_user),
        )
        for (
            number,
            size,
            keywords,
            name,
            user_name,
            exemplars,
            branch,
            colour,
            stability,
            made_by_user,
        ) in rows
    ]


def _branches(db: sqlite3.Connection, map_id: int) -> tuple[Branch, ...]:
    rows = db.execute(
        "SELECT id, parent, size, clusters, keywords, name, user_name FROM branches WHERE map_id = ? ORDER BY id",
        (map_id,),
    )
    return tuple(
        Branch(
            id=number,
            parent=parent,
            size=size,
            clusters=tuple(json.loads(clusters)),
            keywords=tuple(json.loads(keywords)),
            name=name if user_name is None else user_name,
            named_by_user=user_name is not None,
        )
        for number, parent, size, clusters, keywords, name, user_name in rows
    )


def _parts(db: sqlite3.Connection, map_id: int) -> tuple[Part, ...]:
    rows = db.execute(
        "SELECT id, cluster, size, keywords, name FROM parts WHERE map_id = ? ORDER BY id", (map_id,)
    )
    return tuple(
        Part(number, cluster, size, tuple(json.loads(keywords)), name)
        for number, cluster, size, keywords, name in rows
    )
