"""The stored map together with the embeddings that it was made from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.corpus import Corpus
from indexes.errors import TooSmall
from indexes.records import Projection


@dataclass(frozen=True, slots=True)
class Mapped:
    """A map and vectors (m, dim) float16 of those of its rows (m,) that still have an embedding."""

    projection: Projection
    n_clusters: int
    rows: NDArray[np.intp]
    vectors: NDArray[np.float16]

    @property
    def passage_ids(self) -> NDArray[np.int64]:
        """Return the passages that the vectors are of, rising."""
        return self.projection.passage_ids[self.rows]


def read_mapped(corpus: Corpus) -> Mapped:
    """Read the newest map with its embeddings; TooSmall when there is no map."""
    catalogue = corpus.catalogue
    latest = catalogue.latest_map()
    if latest is None:
        raise TooSmall(f"“{catalogue.name}” has no map yet. Make the map first.")
    projection, clusters = latest
    encoders = {run.id: run.model for run in catalogue.runs("map")}
    passage_ids, vectors = catalogue.embeddings(encoders.get(projection.run_id) or catalogue.latest_encoder())
    _, rows, places = np.intersect1d(
        projection.passage_ids, passage_ids, assume_unique=True, return_indices=True
    )
    if len(places) < len(vectors):
        vectors = vectors[places]
    return Mapped(projection, len(clusters), rows, vectors)
