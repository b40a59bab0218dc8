"""Writing tags to a file: a row a passage, with where it stands, what it is called, and its cluster."""

from pathlib import Path
from typing import Any

import numpy as np

from engine.exporting import write_table
from engine.tagging.states import STATES, SURE, states
from engine.tagging.totals import by_user, labelled
from indexes.catalogue import Catalogue
from indexes.records import Tags

BATCH = 2000
BETWEEN = "; "
"""Between the labels of a passage that has several."""
NO_LABEL = "none of these"
"""Given, where the user said that none of several labels holds."""


def export_tags(path: Path, catalogue: Catalogue, tags: Tags, unsure_below: float) -> int:
    """Write tags as .csv or .parquet and return how many rows there are; raises ExportError.

    Columns: document_id, passage_id, title, locator, start and end (characters of the document), label, probability
    of the likeliest, state, given (what the user called it), the probability of each label under its name, cluster_id
    and cluster_name. A label with the name of another column gets “probability of ” before it.
    """
    columns: dict[str, list[Any]] = {
        name: [] for name in ("document_id", "passage_id", "title", "locator", "start", "end")
    }
    for first in range(0, len(tags.passage_ids), BATCH):
        for passage in catalogue.passages(tags.passage_ids[first : first + BATCH].tolist()):
            columns["document_id"].append(passage.document_key)
            columns["passage_id"].append(passage.id)
            columns["title"].append(passage.title)
            columns["locator"].append(str(passage.locator))
            columns["start"].append(passage.start)
            columns["end"].append(passage.end)
    ids = np.array(columns["passage_id"], np.int64)
    rows = np.searchsorted(tags.passage_ids, ids)
    _add_tags(columns, tags, rows, unsure_below)
    _add_clusters(columns, catalogue, ids)
    write_table(path, columns)
    return len(ids)


def _add_tags(columns: dict[str, list[Any]], tags: Tags, rows: Any, unsure_below: float) -> None:
    probabilities, having = tags.probabilities[rows], labelled(tags)[rows]
    found = states(probabilities, tags.labels, unsure_below, tags.multi_label)
    given = tags.given[rows] if len(tags.given) else np.full(probabilities.shape, -1, np.int8)
    names = np.array(tags.labels, object)
    columns["label"] = [BETWEEN.join(names[row]) for row in having]
    columns["probability"] = probabilities.max(1).tolist() if tags.labels else []
    columns["state"] = [str(STATES[state]) for state in np.where(by_user(tags)[rows], SURE, found).tolist()]
    columns["given"] = [
        BETWEEN.join(names[row == 1]) or (NO_LABEL if (row == 0).all() else "") for row in given
    ]
    for place, label in enumerate(tags.labels):
        name = label if label not in (*columns, "cluster_id", "cluster_name") else f"probability of {label}"
        columns[name] = probabilities[:, place].tolist()


def _add_clusters(columns: dict[str, list[Any]], catalogue: Catalogue, ids: Any) -> None:
    """Add cluster_id, -1 in no cluster, and cluster_name; both empty for passages that are not on the map."""
    latest = catalogue.latest_map()
    cluster_of: dict[int, int] = {}
    names = {-1: ""}
    if latest:
        projection, clusters = latest
        cluster_of = dict(zip(projection.passage_ids.tolist(), projection.cluster_ids.tolist(), strict=True))
        names |= {cluster.id: cluster.name for cluster in clusters}
    numbers = [cluster_of.get(passage_id) for passage_id in ids.tolist()]
    columns["cluster_id"] = numbers
    columns["cluster_name"] = ["" if number is None else names.get(number, "") for number in numbers]
