"""Runs, maps and clusters, as rows; every function works inside the caller's transaction."""

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

import numpy as np

from indexes.records import Cluster, Projection, Run

KEPT = 3
"""How many maps are kept; older ones go."""


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


def save_map(db: sqlite3.Connection, projection: Projection, clusters: Sequence[Cluster]) -> None:
    """Store a map and its clusters; of older maps the newest few are kept."""
    map_id = db.execute(
        "INSERT INTO maps (run_id, parameters, passage_ids, xy, cluster_ids, strengths) VALUES (?, ?, ?, ?, ?, ?)",
        (
            projection.run_id,
            json.dumps(projection.parameters),
            projection.passage_ids.astype("<i8").tobytes(),
            projection.xy.astype("<f4").tobytes(),
            projection.cluster_ids.astype("<i4").tobytes(),
            projection.strengths.astype("<f4").tobytes(),
        ),
    ).lastrowid
    db.executemany(
        "INSERT INTO clusters (map_id, id, size, keywords, name, user_name, exemplars) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (
                map_id,
                cluster.id,
                cluster.size,
                json.dumps(cluster.keywords),
                cluster.name,
                cluster.name if cluster.named_by_user else None,
                json.dumps([int(i) for i in cluster.exemplars]),
            )
            for cluster in clusters
        ),
    )
    db.execute("DELETE FROM maps WHERE id NOT IN (SELECT id FROM maps ORDER BY id DESC LIMIT ?)", (KEPT,))


def latest_map(db: sqlite3.Connection) -> tuple[Projection, list[Cluster]] | None:
    """Return the newest map and its clusters; its passages may be gone by now."""
    row = db.execute(
        "SELECT id, run_id, parameters, passage_ids, xy, cluster_ids, strengths FROM maps ORDER BY id DESC LIMIT 1"
    ).fetchone()
    if row is None:
        return None
    projection = Projection(
        run_id=row[1],
        passage_ids=np.frombuffer(row[3], "<i8").astype(np.int64, copy=False),
        xy=np.frombuffer(row[4], "<f4").astype(np.float32, copy=False).reshape(-1, 2),
        cluster_ids=np.frombuffer(row[5], "<i4").astype(np.int32, copy=False),
        strengths=np.frombuffer(row[6], "<f4").astype(np.float32, copy=False),
        parameters=json.loads(row[2]),
    )
    return projection, _clusters(db, row[0])


def has_map(db: sqlite3.Connection) -> bool:
    """Say whether there is a map, without reading it."""
    return db.execute("SELECT 1 FROM maps LIMIT 1").fetchone() is not None


def rename_cluster(db: sqlite3.Connection, cluster_id: int, name: str) -> bool:
    """Give a cluster of the newest map the user's name, or with "" its own back; return whether there is such a one."""
    return (
        db.execute(
            "UPDATE clusters SET user_name = ? WHERE id = ? AND map_id = (SELECT max(id) FROM maps)",
            (name.strip() or None, cluster_id),
        ).rowcount
        > 0
    )


def _clusters(db: sqlite3.Connection, map_id: int) -> list[Cluster]:
    rows = db.execute(
        "SELECT id, size, keywords, name, user_name, exemplars FROM clusters WHERE map_id = ? ORDER BY id",
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
        )
        for number, size, keywords, name, user_name, exemplars in rows
    ]
