"""The layout: UMAP coordinates from a given neighbour graph and a start along the principal axes."""

import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.map.neighbours import Neighbours, Vectors, blocks
from engine.progress import Progress

N_EPOCHS = 200
MIN_DIST = 0.05
"""Small, because clusters are found on the map itself, so that what is coloured is what is seen.

Measured on 20 Newsgroups (AMI): .52 on two dimensions, .52 on three, .52 on five."""

Report = Callable[[Progress], None]


def lay_out(
    vectors: Vectors,
    neighbours: Neighbours,
    *,
    n_components: int = 2,
    seed: int = 0,
    fast: bool = False,
    n_epochs: int = N_EPOCHS,
    min_dist: float = MIN_DIST,
    report: Report = lambda progress: None,
) -> NDArray[np.float32]:
    """Return UMAP coordinates (n, n_components) float32, centred on 0, from the given neighbours."""
    _tame_progress_bar()
    start = _start(vectors, n_components, seed)
    report(Progress("Laying out the map", 0, n_epochs, "epochs"))
    reducer = _umap().UMAP(
        n_neighbors=neighbours.ids.shape[1],
        n_components=n_components,
        metric="cosine",
        min_dist=min_dist,
        n_epochs=n_epochs,
        init=start,
        random_state=None if fast else seed,
        n_jobs=-1 if fast else 1,
        precomputed_knn=(neighbours.ids.copy(), neighbours.distances.copy()),
        tqdm_kwds={
            "disable": False,
            "file": _EpochStream(report),
            "bar_format": "{n}/{total}",
            "mininterval": 0.1,
            "miniters": 1,
        },
    )
    # Given the neighbours and the start, UMAP needs no more of its data than the number of rows, yet it copies
    # them several times: so it gets the small start instead of the vectors.
    with _as_intended():
        xy = reducer.fit_transform(start)
    return np.asarray(xy - xy.mean(axis=0), dtype=np.float32)


def parameters(neighbours: Neighbours) -> dict[str, Any]:
    """Return how the layout is made, as JSON types."""
    return {
        "n_neighbors": neighbours.ids.shape[1],
        "metric": "cosine",
        "min_dist": MIN_DIST,
        "n_epochs": N_EPOCHS,
        "init": "principal axes",
    }


def keep_compiled() -> None:
    """Let numba store in NUMBA_CACHE_DIR what UMAP leaves uncached: seconds of compiling in every process.

    Measured: a first small layout in a fresh process takes 5.8 CPU seconds, from the cache 0.1.
    """
    _umap()
    from umap import layouts, umap_

    for module, name in (
        (layouts, "clip"),
        (layouts, "_nb_optimize_layout_euclidean_single_epoch"),
        (layouts, "_nb_optimize_layout_euclidean_single_epoch_parallel"),
        (umap_, "smooth_knn_dist"),
        (umap_, "compute_membership_strengths"),
    ):
        # Another version of UMAP may name them otherwise, and a frozen one has no files to cache beside: then
        # they compile each time, as they would without us.
        with suppress(AttributeError, RuntimeError):
            getattr(module, name).enable_caching()


def principal_coordinates(vectors: Vectors, n_components: int) -> NDArray[np.float32]:
    """Return (n, n_components) float32: coordinates along the axes of largest variance; 0 where there is none.

    The sign of an axis is arbitrary; here its largest weight is positive, so that it is the same everywhere.
    """
    n, dim = vectors.shape
    total, products = np.zeros(dim), np.zeros((dim, dim))
    for _, rows in blocks(vectors):
        total += rows.sum(axis=0, dtype=np.float64)
        products += rows.T @ rows
    mean = total / max(n, 1)
    _, axes = np.linalg.eigh(products / max(n, 1) - np.outer(mean, mean))
    axes = axes[:, ::-1][:, :n_components]
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    coordinates = np.zeros((n, n_components), dtype=np.float32)
    for first, rows in blocks(vectors):
        coordinates[first : first + len(rows), : axes.shape[1]] = (rows - mean) @ axes
    return coordinates


def _start(vectors: Vectors, n_components: int, seed: int) -> NDArray[np.float32]:
    """Return the principal coordinates scaled to 10, with a little noise so that no two rows are equal."""
    start = principal_coordinates(vectors, n_components)
    noise = np.random.default_rng(seed).normal(scale=1e-4, size=start.shape)
    return np.asarray(10.0 * start / np.abs(start).max() + noise, dtype=np.float32)


def _umap() -> Any:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Tensorflow not installed", category=ImportWarning)
        import umap
    return umap


def _tame_progress_bar() -> None:
    """Keep tqdm from starting a thread and from making a semaphore, which a killed process would leave behind."""
    from tqdm.auto import tqdm  # type: ignore[import-untyped]

    tqdm.monitor_interval = 0
    tqdm.set_lock(threading.RLock())


class _EpochStream:
    """The "terminal" of UMAP's progress bar: turns what the bar writes ("17/200") into Progress."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def write(self, text: str) -> None:
        """Report the epochs that `text` tells of, if it does."""
        done, slash, total = text.strip().partition("/")
        if slash and done.isdigit() and total.isdigit():
            self._report(Progress("Laying out the map", int(done), int(total), "epochs"))

    def flush(self) -> None:
        """Do nothing: nothing is held back."""


@contextmanager
def _as_intended() -> Iterator[None]:
    """Silence the warning that new points could not be added; never let UMAP drop the given neighbours."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"precomputed_knn\[2\]", category=UserWarning)
        warnings.filterwarnings("error", message="precomputed_knn has ", category=UserWarning)
        yield
