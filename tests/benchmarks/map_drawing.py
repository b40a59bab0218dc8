"""What the map costs: our raster against QPainter.drawPoints, and the window's frames; 1200 × 800 pixels, no GPU.

Run from the checkout: python -m tests.benchmarks.map_drawing [points ...]
"""

import os
import platform
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QApplication

from engine.map.records import MapData
from gui.map.drawing.colouring import by_cluster
from gui.map.drawing.figure import Figure
from gui.map.drawing.geometry import View
from gui.map.drawing.hulls import hull_of
from gui.map.drawing.morph import Morph
from gui.map.drawing.names import Names
from gui.map.drawing.picture import Drawing
from gui.map.drawing.surface import MapSurface
from gui.theme import LIGHT
from indexes.records import Cluster

WIDTH, HEIGHT = 1200, 800
N_CLUSTERS = 40
ZOOM = 4
ROUNDS = 7


def main(sizes: list[int]) -> None:
    """Print a table: CPU milliseconds, the median of several rounds."""
    application = QApplication.instance() or QApplication([])
    print(f"{WIDTH} × {HEIGHT} pixels; CPU ms, median of {ROUNDS}; {machine()}")
    heads = (
        "points",
        "prepare",
        "full",
        f"zoomed ×{ZOOM}",
        "sampled",
        "moved",
        "lasso",
        "peer",
        "ratio",
        "peer 1 px",
        "MB",
    )
    print(" ".join(f"{head:>12}" for head in heads))
    for size in sizes:
        cells = measured(size)
        print(" ".join(f"{cell:>12}" for cell in cells))
    print("\nThe window, at rest and under the hand; CPU ms, and megabytes of the whole process")
    print(" ".join(f"{head:>12}" for head in WINDOW_HEADS))
    for size in sizes:
        cells = window_measured(size)
        print(" ".join(f"{cell:>12}" for cell in cells))
    del application


def measured(n: int) -> list[str]:
    """Return a row of the table."""
    data = some_map(n)
    prepare = cost(lambda: Figure.of(data), rounds=1)
    tracemalloc.start()
    figure = Figure.of(data)
    megabytes = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    fitted = figure.fitted(WIDTH, HEIGHT)
    x, y = data.xy[data.cluster_ids == 0].mean(axis=0).tolist()
    zoomed = replace(fitted, x=x, y=y, scale=fitted.scale * ZOOM)
    drawing = Drawing()
    drawing.show(figure, by_cluster(figure), dark=False)

    def draw(view: View, moving: bool = False) -> Callable[[], None]:
        def one_frame() -> None:
            drawing.aim(view, fitted.scale, 1.0, moving)
            drawing.finish()

        return one_frame

    full, near, moving = cost(draw(fitted)), cost(draw(zoomed)), cost(draw(fitted, moving=True))
    draw(fitted)()
    moved = cost(lambda: paint(drawing, fitted.panned(37, 11)))
    lasso = cost(lambda: figure.rows_in_polygon(fitted.all_to_map(a_lasso())))
    peer, pixels = (
        cost(draw_points(data, fitted, drawing.radius(fitted))),
        cost(draw_points(data, fitted, 0.5)),
    )
    figures = [prepare, full, near, moving, moved, lasso, peer]
    ratio = f"{peer / full:.1f}×"
    return [f"{n:,}", *(f"{value:.1f}" for value in figures), ratio, f"{pixels:.1f}", f"{megabytes:.0f}"]


WINDOW_HEADS = (
    "points",
    "shown",
    "frame",
    "zoom frame",
    "shaded frame",
    "morph frame",
    "names",
    "hull",
    "nearest",
    "what is here",
    "time brush",
    "MB",
)


def window_measured(n: int) -> list[str]:
    """Return a row of the second table: what the hand waits for in a window that shows `n` points."""
    data = some_map(n)
    figure = Figure.of(data)
    surface = MapSurface()
    surface.resize(WIDTH, HEIGHT)
    window = QPixmap(WIDTH, HEIGHT)
    shown = cost(lambda: (surface.show_figure(figure), surface.render(window)), rounds=1)
    surface.finish_drawing()

    def pushed() -> None:
        surface.pan(7, 3)
        surface.render(window)

    def zoomed() -> None:
        surface.zoom(1.05)
        surface.render(window)

    frame, zoom = cost(pushed, 15), cost(zoomed, 15)
    surface.fit()
    surface.show_density(True)
    surface.finish_drawing()
    surface.render(window)
    shaded = cost(pushed, 15)
    surface.show_density(False)
    random = np.random.default_rng(5)
    later = replace(data, xy=(data.xy + random.normal(0, 0.5, data.xy.shape)).astype(np.float32))
    view, fitted = surface.view, figure.fitted(WIDTH, HEIGHT).scale
    morph = Morph(figure, view, Figure.of(later), by_cluster(figure), dark=False)
    moved = cost(lambda: morph.frame(0.5, view, fitted))
    names = cost(lambda: Names(figure, surface.font(), LIGHT, 1.0).place(view, fitted))
    largest = figure.rows_of_clusters([0])
    hull = cost(lambda: hull_of(data.xy[largest], 0.01))
    places = data.xy[random.choice(n, 50)].tolist()
    nearest = cost(lambda: [figure.nearest(x, y, 8 / view.scale) for x, y in places]) / len(places)
    here = cost(lambda: [figure.rows_at(x, y, 4 / view.scale) for x, y in places]) / len(places)
    brushed = random.choice(n, n // 3, replace=False).astype(np.int32)
    brush = cost(lambda: surface.show_only(brushed))
    figures = [shown, frame, zoom, shaded, moved, names, hull, nearest, here, brush]
    return [
        f"{n:,}",
        *(f"{value:.2f}" if value < 1 else f"{value:.1f}" for value in figures),
        f"{resident():.0f}",
    ]


def resident() -> float:
    """Return the megabytes this process holds in memory now; NaN where the system does not tell so."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return float("nan")
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def paint(drawing: Drawing, view: View) -> None:
    """Paint the last picture elsewhere, as every event of a moving hand does."""
    window = QImage(WIDTH, HEIGHT, QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(window)
    painter.fillRect(window.rect(), QColor("white"))
    drawing.paint(painter, view, 1.0)
    painter.end()


def draw_points(data: MapData, view: View, radius: float) -> Callable[[], None]:
    """Return the plain peer: one QPainter.drawPoints a cluster, its polygons made beforehand.

    Discs of `radius` with soft edges, as ours; from 0.5 down bare pixels, the cheapest thing Qt can draw.
    """
    pixels = view.all_to_window(data.xy)
    polygons = [
        QPolygonF([QPointF(x, y) for x, y in pixels[data.cluster_ids == cluster].tolist()])
        for cluster in range(-1, N_CLUSTERS)
    ]
    window = QImage(WIDTH, HEIGHT, QImage.Format.Format_ARGB32_Premultiplied)

    def one_frame() -> None:
        painter = QPainter(window)
        painter.fillRect(window.rect(), QColor("white"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, radius > 0.5)
        for number, polygon in enumerate(polygons):
            pen = QPen(QColor.fromHsv(number * 8 % 360, 180, 200), 2 * radius)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap if radius > 0.5 else Qt.PenCapStyle.SquareCap)
            painter.setPen(pen)
            painter.drawPoints(polygon)
        painter.end()

    return one_frame


def some_map(n: int, seed: int = 3) -> MapData:
    """Return a made-up map: clusters of many sizes, a quarter of the points noise."""
    random = np.random.default_rng(seed)
    centres = random.uniform(-10, 10, (N_CLUSTERS, 2))
    ids = random.choice(N_CLUSTERS, n, p=random.dirichlet(np.full(N_CLUSTERS, 2.0))).astype(np.int32)
    xy = centres[ids] + random.normal(0, 0.6, (n, 2))
    noise = random.random(n) < 0.25
    xy[noise] += random.normal(0, 2, (int(noise.sum()), 2))
    ids[noise] = -1
    clusters = tuple(
        Cluster(number, int((ids == number).sum()), (), f"{number}", ()) for number in range(N_CLUSTERS)
    )
    rows = np.arange(n, dtype=np.int64)
    zeros = np.zeros(n, dtype=np.int32)
    return MapData(
        rows + 1, rows, xy.astype(np.float32), ids, np.ones(n, np.float32), zeros, ("txt",), clusters, 0, {}
    )


def a_lasso() -> np.ndarray:
    """Return a hand-drawn line of 200 corners round the middle third of the window."""
    turn = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    reach = HEIGHT / 3 * (1 + 0.2 * np.sin(5 * turn))
    return np.stack([WIDTH / 2 + reach * np.cos(turn), HEIGHT / 2 + reach * np.sin(turn)], axis=1)


def cost(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the median CPU milliseconds of some rounds, after one to warm up."""
    if rounds > 1:
        work()
    spent = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return float(np.median(spent)) * 1000


def machine() -> str:
    """Return what it ran on."""
    import PySide6

    processor = platform.processor() or platform.machine()
    versions = f"numpy {np.__version__}, PySide6 {PySide6.__version__}"
    return f"{platform.system()} {processor}, {os.cpu_count()} cores, {versions}"


if __name__ == "__main__":
    main([int(size.replace(",", "")) for size in sys.argv[1:]] or [10_000, 100_000, 1_000_000])
