"""What a Workspace can be asked about the map and its clusters."""

from collections.abc import Sequence
from pathlib import Path

from engine.map.records import (
    ChangeLog,
    ClusterPreview,
    ColumnKind,
    MapColumn,
    MapData,
    MapTrust,
    MapView,
    QueryPlace,
)
from engine.opened import Opened
from engine.progress import Steps
from indexes.errors import CorpusError
from indexes.records import Branch, Cluster


class MapCalls(Opened):
    """Makes, keeps, changes and measures the map."""

    def prepare_map(self) -> None:
        """Start what makes maps beside other work, so that the first map need not wait for it; returns at once."""
        self._map_worker().warm_up()

    def build_map(
        self,
        name: str,
        seed: int = 0,
        fast: bool = False,
        min_cluster_size: int | None = None,
        aligned: bool = False,
    ) -> Steps[MapData]:
        """Make the map of what is embedded and store it; the same seed gives the same map.

        `aligned`: begin from the map there is, and turn the new one onto it, so that what stays stays where it was.
        """
        from engine.map import making

        return (
            yield from making.build_map(
                self._corpus(name),
                self._map_worker(),
                seed=seed,
                fast=fast,
                min_cluster_size=min_cluster_size,
                aligned=aligned,
            )
        )

    def map(self, name: str) -> MapData | None:
        """Return the stored map, without the passages that are gone; None when there is none yet."""
        from engine.map import making

        return making.load_map(self._corpus(name))

    def place_new(self, name: str) -> Steps[MapData | None]:
        """Put what was embedded since on the map; no point moves. Return the map, None when there is none."""
        from engine.map import making

        return (yield from making.place_new(self._corpus(name)))

    def place_query(self, name: str, query: str) -> QueryPlace | None:
        """Say where a query line would lie on the map; None when there is no map, or when it means nothing.

        None also on a map that was made from another encoder's embeddings.
        """
        from engine.map import placing
        from engine.search.searching import nearest_by_meaning

        corpus = self._corpus(name)
        latest = None if self._loading else corpus.catalogue.latest_map()
        encoder = self.encoder_of(name)
        if latest is None or placing.encoder_of(corpus.catalogue, latest[0]) != encoder.id:
            return None
        ids, cosines, near = nearest_by_meaning(corpus, encoder, query, placing.ASKED)
        return placing.place_query(latest[0], ids, cosines, near)

    def recluster(self, name: str, min_cluster_size: int | None = None) -> Steps[MapData]:
        """Find clusters on the map as it is, none smaller than a size; None: as the size of the corpus has it."""
        from engine.map import making

        return (yield from making.recluster(self._corpus(name), self._map_worker(), min_cluster_size))

    def preview_clusters(self, name: str) -> Steps[tuple[ClusterPreview, ...]]:
        """Say how many clusters and how much noise there would be with other smallest sizes."""
        from engine.map import making

        return (yield from making.preview_clusters(self._corpus(name), self._map_worker()))

    def merge_clusters(self, name: str, cluster_ids: Sequence[int]) -> Steps[MapData]:
        """Make one cluster of several, also on maps to come."""
        from engine.map import edits

        return (yield from edits.merge_clusters(self._corpus(name), cluster_ids))

    def split_cluster(self, name: str, cluster_id: int) -> Steps[MapData]:
        """Make clusters of the parts of one, also on maps to come."""
        from engine.map import edits

        return (yield from edits.split_cluster(self._corpus(name), cluster_id))

    def undo_cluster_edit(self, name: str) -> Steps[MapData]:
        """Take back the last merge or split that the map shows."""
        from engine.map import edits

        return (yield from edits.undo_cluster_edit(self._corpus(name)))

    def set_reach(self, name: str, reach: float) -> MapData:
        """Let clusters take in the noise near them, or let go of weak members; see reach.py."""
        from engine.map import edits

        return edits.set_reach(self._corpus(name), reach)

    def rename_cluster(self, name: str, cluster_id: int, new_name: str) -> tuple[Cluster, ...]:
        """Give a cluster a name of the user's, also on maps to come; an empty one brings the keywords back."""
        from engine.map import edits

        return edits.rename_cluster(self._corpus(name), cluster_id, new_name)

    def rename_branch(self, name: str, branch_id: int, new_name: str) -> tuple[Branch, ...]:
        """Give a branch a name of the user's, also on maps to come; an empty one brings its own back."""
        from engine.map import edits

        return edits.rename_branch(self._corpus(name), branch_id, new_name)

    def colour_cluster(self, name: str, cluster_id: int, colour: str) -> tuple[Cluster, ...]:
        """Give a cluster a colour as #rrggbb, also on maps to come; "" brings the palette's back."""
        from engine.map import edits

        return edits.colour_cluster(self._corpus(name), cluster_id, colour)

    def map_history(self, name: str) -> tuple[ChangeLog, ...]:
        """Return what became what whenever the clusters changed, newest first."""
        from engine.map import changes

        return changes.map_history(self._corpus(name))

    def measure_stability(self, name: str) -> Steps[MapData]:
        """Measure how much of each cluster survives another run, keep it, and return the map with it."""
        from engine.map.stability import stability_of

        corpus = self._corpus(name)
        before = corpus.catalogue.latest_map()
        measured = yield from stability_of(corpus, self._map_worker())
        with corpus.noting() as catalogue:
            now = catalogue.latest_map()
            assert before is not None
            assert now is not None
            if [cluster.keywords for cluster in now[1]] != [cluster.keywords for cluster in before[1]]:
                raise CorpusError("The clusters were changed while they were measured. Measure them again.")
            catalogue.set_stabilities(measured)
        return self._stored_map(name)

    def measure_trust(self, name: str, k: int = 15) -> Steps[MapTrust]:
        """Measure where the picture lies: neighbours on the map that are none by meaning, and the other way round."""
        from engine.map.trust import trust_of

        return (yield from trust_of(self._corpus(name), self._map_worker(), k))

    def map_columns(self, name: str) -> tuple[tuple[str, ColumnKind], ...]:
        """Return the columns that points can be coloured by, with their kinds."""
        from engine.map import columns

        return columns.map_columns(self._corpus(name).catalogue)

    def map_column(self, name: str, column: str) -> Steps[MapColumn]:
        """Return what every passage is in a column."""
        from engine.map import columns

        return (yield from columns.map_column(self._corpus(name).folder / "catalogue.db", column))

    def export_points(self, name: str, path: Path) -> None:
        """Write the points as .csv or .parquet; raises ExportError when the file cannot be written."""
        from engine.map import points

        corpus = self._corpus(name)
        points.write_points(Path(path), corpus.catalogue, self._stored_map(name))

    def export_page(self, name: str, path: Path, dark: bool | None = None) -> Steps[Path]:
        """Write the map as one self-contained .html file; `dark` None follows who looks at it."""
        from engine.map import page

        return (
            yield from page.export_page(self._corpus(name), self._stored_map(name), Path(path), dark=dark)
        )

    def map_views(self, name: str) -> tuple[MapView, ...]:
        """Return the views of the map that the user keeps."""
        return self._corpus(name).catalogue.map_views()

    def keep_map_view(self, name: str, view: MapView) -> tuple[MapView, ...]:
        """Keep a view, in place of one of the same name."""
        with self._corpus(name).noting() as catalogue:
            catalogue.keep_map_view(view)
        return self.map_views(name)

    def forget_map_view(self, name: str, view_name: str) -> tuple[MapView, ...]:
        """Keep a view no longer."""
        with self._corpus(name).noting() as catalogue:
            catalogue.forget_map_view(view_name)
        return self.map_views(name)

    def _stored_map(self, name: str) -> MapData:
        data = self.map(name)
        if data is None:
            raise CorpusError(f"“{name}” has no map yet. Make the map first.")
        return data
