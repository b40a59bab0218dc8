"""What a catalogue holds of maps: runs, the maps and their clusters, the user's edits, the history, kept views."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexes import map_edits, maps
from indexes.database import Database
from indexes.errors import CorpusError
from indexes.map_edits import NOTHING, FoundClusters, MapEdit, MapNote
from indexes.records import Cluster, MapView, Projection, Run


class CatalogueMaps:
    """The part of a Catalogue that is about maps; each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_run(
        self,
        kind: str,
        model: str,
        parameters: dict[str, Any],
        seed: int | None,
        versions: dict[str, str],
        counts: dict[str, int],
    ) -> int:
        """Record an execution and return its id."""
        with self._database.writing() as db:
            return maps.add_run(db, kind, model, parameters, seed, versions, counts)

    def runs(self, kind: str) -> list[Run]:
        """Return the runs of a kind, newest first."""
        with self._database.reading() as db:
            return maps.runs(db, kind)

    def save_map(
        self,
        projection: Projection,
        clusters: Sequence[Cluster],
        found: FoundClusters | None = None,
        note: MapNote = NOTHING,
    ) -> None:
        """Store a map under its run; the newest three are kept. `found`: its clusters before any edit."""
        with self._database.writing() as db:
            maps.save_map(db, projection, clusters, found)
            map_edits.take_note(db, note)

    def update_map(
        self,
        projection: Projection,
        clusters: Sequence[Cluster],
        found: FoundClusters | None = None,
        note: MapNote = NOTHING,
    ) -> None:
        """Give the newest map other clusters, in one transaction; CorpusError when it is another map by now."""
        with self._database.writing() as db:
            if not maps.update_map(db, projection, clusters, found):
                raise CorpusError("The map was changed meanwhile. Open it again, then try once more.")
            map_edits.take_note(db, note)

    def extend_map(
        self,
        passage_ids: NDArray[np.int64],
        xy: NDArray[np.float32],
        cluster_ids: NDArray[np.int32],
        strengths: NDArray[np.float32],
        part_ids: NDArray[np.int32],
        nearest_ids: NDArray[np.int32],
        nearness: NDArray[np.float32],
        parameters: dict[str, Any],
    ) -> None:
        """Add passages to the newest map, arrays as in Projection; its own rows and clusters stay as they are.

        `parameters` are merged into the map's. CorpusError when there is no map.
        """
        rows = Projection(
            0, passage_ids, xy, cluster_ids, strengths, parameters, part_ids, nearest_ids, nearness
        )
        with self._database.writing() as db:
            if not maps.extend_map(db, rows):
                raise CorpusError("There is no map yet to put passages on. Make the map first.")

    def latest_map(self) -> tuple[Projection, list[Cluster]] | None:
        """Return the newest map and its clusters, None when there is none; its passages may be gone by now."""
        with self._database.reading() as db:
            return maps.latest_map(db)

    def found_clusters(self) -> FoundClusters | None:
        """Return the newest map's clusters as they were found; None when the user has merged or split none."""
        with self._database.reading() as db:
            return maps.found_clusters(db)

    @property
    def has_map(self) -> bool:
        """Whether there is a map."""
        with self._database.reading() as db:
            return maps.has_map(db)

    def rename_cluster(self, cluster_id: int, name: str, own_name: str | None = None) -> None:
        """Give a cluster of the newest map the user's name; "" brings its own back. CorpusError when there is none.

        `own_name` replaces the name that is its own.
        """
        with self._database.writing() as db:
            if not maps.rename_cluster(db, cluster_id, name, own_name):
                raise CorpusError(f"The map has no cluster {cluster_id} any more. Open the map again.")

    def colour_cluster(self, cluster_id: int, colour: str) -> None:
        """Give a cluster of the newest map a colour, #rrggbb, "" for the palette's; CorpusError when there is none."""
        with self._database.writing() as db:
            if not maps.colour_cluster(db, cluster_id, colour):
                raise CorpusError(f"The map has no cluster {cluster_id} any more. Open the map again.")

    def rename_branch(self, branch_id: int, name: str, own_name: str | None = None) -> None:
        """Give a branch of the newest map the user's name; see rename_cluster."""
        with self._database.writing() as db:
            if not maps.rename_branch(db, branch_id, name, own_name):
                raise CorpusError(f"The map has no branch {branch_id} any more. Open the map again.")

    def set_stabilities(self, stabilities: Sequence[float | None]) -> None:
        """Store how stable the clusters 0, 1, … of the newest map are, each in [0, 1] or None."""
        with self._database.writing() as db:
            maps.set_stabilities(db, stabilities)

    def map_edits(self) -> list[MapEdit]:
        """Return what the user did to clusters, oldest first."""
        with self._database.reading() as db:
            return map_edits.edits(db)

    def note_map(self, note: MapNote) -> None:
        """Store what the user did to clusters and what came of it, for the maps to come; the map stays as it is."""
        with self._database.writing() as db:
            map_edits.take_note(db, note)

    def map_changes(self) -> list[tuple[str, str, list[Any]]]:
        """Return (when, why, what) of the map's history, newest first."""
        with self._database.reading() as db:
            return map_edits.changes(db)

    def map_views(self) -> tuple[MapView, ...]:
        """Return the kept views of the map, oldest first."""
        with self._database.reading() as db:
            return map_edits.views(db)

    def keep_map_view(self, view: MapView) -> None:
        """Keep a view of the map in place of one of the same name."""
        with self._database.writing() as db:
            map_edits.keep_view(db, view)

    def forget_map_view(self, name: str) -> None:
        """Forget the view of this name, if there is one."""
        with self._database.writing() as db:
            map_edits.forget_view(db, name)
