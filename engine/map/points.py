"""The points of a map as a table: one row a passage."""

from pathlib import Path
from typing import Any

from engine.exporting import write_table
from engine.map.records import MapData
from indexes.catalogue import Catalogue


def write_points(path: Path, catalogue: Catalogue, data: MapData) -> None:
    """Write the points to a .csv or .parquet file; raises ExportError when it cannot be written."""
    write_table(path, point_columns(catalogue, data))


def point_columns(catalogue: Catalogue, data: MapData) -> dict[str, Any]:
    """Return the points as columns: document_id (its key), passage_id, x, y, cluster_id, strength, cluster_name."""
    keys = catalogue.document_keys(set(data.document_ids.tolist()))
    names = {cluster.id: cluster.name for cluster in data.clusters}
    return {
        "document_id": [keys.get(document_id, "") for document_id in data.document_ids.tolist()],
        "passage_id": data.passage_ids,
        "x": data.xy[:, 0],
        "y": data.xy[:, 1],
        "cluster_id": data.cluster_ids,
        "strength": data.strengths,
        "cluster_name": [names.get(cluster_id, "noise") for cluster_id in data.cluster_ids.tolist()],
    }
