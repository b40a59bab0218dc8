"""How a map grows: what placing new passages costs, how good their places are, and how little a new map moves.

Run it with `python -m tests.benchmarks.map_growth [LIBRARY [CORPUS ...]]`. The first table is of corpora made up on the
spot: everything from the moment that new passages are embedded until they are stored on the map. The others are of the
corpora of LIBRARY whose documents have a metadata column `label`, at most 8,000 passages of each: a tenth of the
documents is held out of a map and placed on it, and compared with a map that was made with them. The peers are the
weighted mean of the neighbours and UMAP's transform, which starts there and goes on by descent.
"""

import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.corpus import Corpus
from engine.map import alignment, placing
from engine.map.drift import NEAREST, Growth
from engine.map.layout import MIN_DIST, keep_compiled
from engine.map.mapping import MapResult, make_map
from engine.progress import finish
from indexes.catalogue import Catalogue
from indexes.records import Cluster, Document, Locator, Projection, Source, SourceFile, Span
from tests.benchmarks.report import print_table

DIM = 384
CLUSTERS = 50
MOST = 8_000
HELD_OUT = 0.1
MISSING = 8
"""One label of so many is kept from the map, to come later."""

Floats = NDArray[np.float32]


def main(library: str = "", *corpora: str) -> None:
    keep_compiled()
    print_table(
        "New passages on a map: seconds from embedded to stored (the first time a map also learns what is usual on it)",
        ("passages on the map", "one changed file (3 passages), first", "then", "1,000 new passages"),
        [_time(n) for n in (10_000, 100_000)],
    )
    if not library:
        return
    folder = Path(library) / "corpora"
    sets = [_load(folder / name) for name in corpora or sorted(path.name for path in folder.iterdir())]
    results = [_grow(found) for found in sets if found.known]
    print_table(
        "A tenth held out of a map and placed on it: share of the 15 points around a place that are true neighbours",
        ("corpus", "placed", "mean", "transform", "a map made with them"),
        [(found.name, *(f"{share:.3f}" for share in shares)) for found, shares, _, _, _ in results],
    )
    print_table(
        "... and the clusters they are put into (AMI with those of a map made with them; AMI with labels; noise)",
        (
            "corpus",
            "agreement",
            "another seed's",
            "labels",
            "labels, map made with them",
            "noise",
            "noise, made with",
        ),
        [(found.name, *(f"{value:.2f}" for value in agreed)) for found, _, agreed, _, _ in results],
    )
    print_table(
        "Strangers among the placed: held out at random, or all passages of an eighth of the labels",
        ("corpus", "more of the same", "new topics"),
        [(found.name, *(f"{value:.2f}" for value in strange)) for found, _, _, strange, _ in results],
    )
    print_table(
        "A map made anew with a tenth more, turned onto the old: median way of a point (the map's radius is 1)",
        (
            "corpus",
            "way, from scratch",
            "from the old",
            "true neighbours, from scratch",
            "from the old",
            "AMI with labels, from scratch",
            "from the old",
        ),
        [(found.name, *(f"{value:.3f}" for value in moved)) for found, _, _, _, moved in results],
    )


# Time


def _time(n: int) -> tuple[str, ...]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Catalogue.create(folder / "catalogue.db", "Growth") as catalogue:
            _add(catalogue, "mapped", n, seed=0)
            _map(catalogue)
        with Corpus.open(folder) as corpus:
            corpus.vectors("e")
            taken = [_time_placing(corpus, count, seed) for seed, count in enumerate((3, 3, 1_000), 1)]
    return f"{n:,}", *(f"{seconds:.2f}" for seconds in taken)


def _time_placing(corpus: Corpus, count: int, seed: int) -> float:
    with corpus.writing() as catalogue:
        _add(catalogue, f"file {seed}", count, seed)
    started = time.perf_counter()
    assert finish(placing.place_new(corpus)) == count
    return time.perf_counter() - started


def _add(catalogue: Catalogue, key: str, count: int, seed: int) -> None:
    """Store a file of `count` one-passage documents, and embeddings around CLUSTERS centres."""
    source = catalogue.add_source(Source("folder", "/made up"))
    hashes = [f"{seed:4} {number:11}".encode() for number in range(count)]
    documents = [
        (Document(f"{key}/{number}", "", "x", "txt"), [Span(0, 1, Locator("page", "1"), text_hash)])
        for number, text_hash in enumerate(hashes)
    ]
    catalogue.replace_file(SourceFile(source.id, key, f"/made up/{key}", "txt", 1, seed, b"x"), documents)
    centres = np.random.default_rng(0).normal(size=(CLUSTERS, DIM))
    rng = np.random.default_rng(seed)
    for first in range(0, count, 10_000):
        some = hashes[first : first + 10_000]
        vectors = centres[rng.integers(CLUSTERS, size=len(some))] + rng.normal(size=(len(some), DIM))
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        catalogue.add_embeddings("e", some, vectors.astype(np.float32))


def _map(catalogue: Catalogue) -> None:
    """Store a map that has the arrays of a real one; where its points lie does not change what placing costs."""
    ids, vectors = catalogue.embeddings("e")
    labels = (np.arange(len(ids)) % CLUSTERS).astype(np.int32)
    xy = np.ascontiguousarray(vectors[:, :2], np.float32) + labels[:, None]
    whole = np.ones(len(ids), np.float32)
    run_id = catalogue.add_run("map", "e", {}, 0, {}, {})
    parameters = {"last_passage": int(ids[-1])}
    catalogue.save_map(
        Projection(run_id, ids, xy, labels, whole, parameters, labels, labels, whole),
        [Cluster(number, 1, (), str(number), ()) for number in range(CLUSTERS)],
    )


# Quality


@dataclass(frozen=True, slots=True)
class Labelled:
    """Passages of a corpus with the document and the label of each, -1 unknown."""

    name: str
    vectors: Floats
    documents: NDArray[np.int64]
    labels: NDArray[np.int64]

    @property
    def known(self) -> bool:
        return bool((self.labels >= 0).any())

    def of(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> "Labelled":
        return Labelled(self.name, self.vectors[rows], self.documents[rows], self.labels[rows])


Result = tuple[Labelled, Sequence[float], Sequence[float], Sequence[float], Sequence[float]]


def _load(folder: Path) -> Labelled:
    with Corpus.open(folder) as corpus:
        catalogue = corpus.catalogue
        ids, halves = catalogue.embeddings(catalogue.latest_encoder())
        table = catalogue.passage_table()
        documents = table.document_ids[np.searchsorted(table.passage_ids, ids)]
        label_of = {
            row.id: str(row.metadata.get("label", ""))
            for row in catalogue.documents(np.unique(documents).tolist(), with_text=False)
        }
    _, first = np.unique(halves, axis=0, return_index=True)
    rows = np.random.default_rng(0).permutation(np.sort(first))[:MOST]
    names = sorted({label for label in label_of.values() if label not in ("", "oos", "out_of_scope")})
    number = {name: place for place, name in enumerate(names)}
    labels = np.array([number.get(label_of[document], -1) for document in documents[rows].tolist()])
    return Labelled(folder.name, halves[rows].astype(np.float32), documents[rows], labels)


def _grow(found: Labelled) -> Result:
    rng = np.random.default_rng(1)
    held = np.isin(found.documents, [d for d in np.unique(found.documents) if rng.random() < HELD_OUT])
    found = found.of(np.argsort(held, kind="stable"))
    old, n = found.of(np.arange(int((~held).sum()))), int((~held).sum())
    new = found.of(np.arange(n, len(held)))
    before, after, other = make_map(old.vectors), make_map(found.vectors), make_map(found.vectors, seed=1)
    ground = _projection(before)
    rows, distances = _nearest(new, old)
    weights = placing.memberships(distances)
    placed = placing.place(ground, rows, distances, placing.grain_of(ground.xy))
    mean = np.einsum("mk,mkd->md", weights, ground.xy[rows]) / weights.sum(axis=1, keepdims=True)
    places = (placed.xy, mean, _descend(mean, ground.xy, rows, weights))
    shares = [_true_share(xy, ground.xy, rows) for xy in places]
    shares.append(_true_share(after.xy[n:], after.xy[:n], rows))
    agreed = (
        _ami(after.cluster_ids[n:], placed.cluster_ids),
        _ami(after.cluster_ids[n:], other.cluster_ids[n:]),
        _ami(new.labels, placed.cluster_ids),
        _ami(new.labels, after.cluster_ids[n:]),
        float(np.mean(placed.cluster_ids < 0)),
        float(np.mean(after.cluster_ids[n:] < 0)),
    )
    start = np.vstack([ground.xy, placed.xy])
    return found, shares, agreed, _strangers(old, new), _moved(found, before, after, start)


def _strangers(old: Labelled, new: Labelled) -> tuple[float, float]:
    """Return the shares of strangers of `new`, and of an eighth of the labels when `old` is without them."""
    same = _share_of_strangers(old, new)
    chosen = np.random.default_rng(2).permutation(np.unique(old.labels[old.labels >= 0]))
    missing = np.isin(old.labels, chosen[: max(1, len(chosen) // MISSING)])
    return same, _share_of_strangers(old.of(~missing), old.of(missing))


def _share_of_strangers(old: Labelled, new: Labelled) -> float:
    some = old.of(np.arange(0, len(old.labels), max(1, len(old.labels) // placing.SAMPLE)))
    grown = Growth.begin(_nearest(some, old, NEAREST)[1]).grown(_nearest(new, old, NEAREST)[1])
    return grown.strangers / grown.placed


def _moved(found: Labelled, before: MapResult, after: MapResult, start: Floats) -> tuple[float, ...]:
    n = len(before.xy)
    again = make_map(found.vectors, start=start)
    rows, _ = _nearest(found, found)
    radius = float(np.sqrt(((before.xy - before.xy.mean(axis=0)) ** 2).sum(axis=1).mean()))
    ways, shares, amis = [], [], []
    for result in (after, again):
        moved = alignment.align(result.xy[:n], before.xy).moved(result.xy)
        ways.append(float(np.median(np.linalg.norm(moved[:n] - before.xy, axis=1))) / radius)
        shares.append(_true_share(result.xy, result.xy, rows, itself=1))
        amis.append(_ami(found.labels, result.cluster_ids))
    return *ways, *shares, *amis


def _projection(result: MapResult) -> Projection:
    return Projection(
        0,
        np.arange(len(result.xy)),
        result.xy,
        result.cluster_ids,
        result.strengths,
        {},
        result.part_ids,
        result.nearest_ids,
        result.nearness,
    )


def _nearest(
    asked: Labelled, among: Labelled, k: int = placing.NEIGHBOURS
) -> tuple[NDArray[np.intp], Floats]:
    """Return the rows (m, k) of the nearest passages of other documents, and their distances, rising."""
    rows, distances = [], []
    for first in range(0, len(asked.labels), 1_000):
        some = slice(first, first + 1_000)
        cosines = asked.vectors[some] @ among.vectors.T
        cosines[asked.documents[some, None] == among.documents] = -np.inf
        best = np.argsort(-cosines, axis=1)[:, :k]
        rows.append(best)
        distances.append(np.maximum(1.0 - np.take_along_axis(cosines, best, axis=1), 0.0))
    return np.vstack(rows), np.vstack(distances)


def _true_share(places: Floats, xy: Floats, rows: NDArray[np.intp], itself: int = 0) -> float:
    from scipy.spatial import cKDTree

    k = rows.shape[1]
    around = cKDTree(xy).query(places, k + itself)[1][:, itself:]
    return float((around[:, :, None] == rows[:, None, :]).any(axis=2).mean())


def _descend(places: Floats, xy: Floats, rows: NDArray[np.intp], weights: NDArray[np.float64]) -> Floats:
    """Go on from `places` as UMAP's transform does, for 100 epochs; the old points stay."""
    from umap.layouts import optimize_layout_euclidean
    from umap.umap_ import find_ab_params, make_epochs_per_sample

    epochs = 100
    a, b = find_ab_params(1.0, MIN_DIST)
    m, k = rows.shape
    state = np.random.default_rng(0).integers(-(2**31) + 1, 2**31 - 1, 3)
    moved: Floats = optimize_layout_euclidean(
        places.astype(np.float32),
        xy.copy(),
        np.repeat(np.arange(m), k).astype(np.int32),
        rows.ravel().astype(np.int32),
        epochs,
        len(xy),
        make_epochs_per_sample(weights.ravel(), epochs),
        a,
        b,
        state,
        initial_alpha=0.25,
        move_other=False,
    )
    return moved


def _ami(labels: NDArray[np.integer], found: NDArray[np.integer]) -> float:
    from sklearn.metrics import adjusted_mutual_info_score

    known = labels >= 0 if (labels < 0).mean() < 0.05 else np.ones(len(labels), bool)
    return float(adjusted_mutual_info_score(labels[known], found[known]))


if __name__ == "__main__":
    main(*sys.argv[1:])
