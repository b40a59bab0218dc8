"""What a Workspace can be asked about the map and its clusters."""

from engine.map.records import MapData
from engine.opened import Opened
from engine.progress import Steps
from indexes.records import Cluster


class MapCalls(Opened):
    """Makes, keeps and changes the map."""

    def build_map(self, name: str, seed: int = 0, fast: bool = False) -> Steps[MapData]:
        """Make the map of what is embedded and store it; the same seed gives the same map."""
        from engine.map import making

        corpus = self._corpus(name)
        return (yield from making.build_map(corpus, self._map_worker(), seed=seed, fast=fast))

    def prepare_map(self) -> None:
        """Start what makes maps beside other work, so that the first map need not wait for it; returns at once."""
        self._map_worker().warm_up()

    def map(self, name: str) -> MapData | None:
        """Return the stored map, without the passages that are gone; None when there is none yet."""
        from engine.map import making

        return making.load_map(self._corpus(name))

    def rename_cluster(self, name: str, cluster_id: int, new_name: str) -> tuple[Cluster, ...]:
        """Give a cluster a name of the user's; an empty one brings the keywords back."""
        corpus = self._corpus(name)
        with corpus.writing() as catalogue:
            catalogue.rename_cluster(cluster_id, new_name.strip())
        latest = corpus.catalogue.latest_map()
        return tuple(latest[1]) if latest else ()
