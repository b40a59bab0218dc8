"""What stands over the points: an outline, lines, hits that light up, the query, the current passage, the lasso."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen, QPolygonF, QRadialGradient

from engine.map.records import QueryPlace
from gui import palette
from gui.map.drawing.colouring import Colouring
from gui.map.drawing.figure import Figure, Rows
from gui.map.drawing.geometry import View
from gui.map.drawing.hulls import hull_of
from gui.map.drawing.marks import Links, QueryMark
from gui.map.drawing.relief import Hull, rounded
from gui.theme import Tones

MOST_HITS = 400
"""Hits that get a light each."""
SCATTERED = 0.12
"""Share of the map's diagonal: a query whose neighbours lie farther apart has no place of its own."""
HULL_BLUR = 0.006
"""Share of the map's diagonal that the outline of a single point is round by."""


class Overlay:
    """Owns the marks that stand over the points of a figure."""

    def __init__(self, figure: Figure | None = None) -> None:
        self.figure = figure
        self.hits: Hits | None = None
        self.query: QueryMark | None = None
        self.links: Links | None = None
        self.hull: Hull | None = None
        self._hull_of: tuple[int, ...] = ()

    def light_hits(self, rows: Rows, scores: Sequence[float], colouring: Colouring, dark: bool) -> None:
        """Light up the best hits of a search by their scores."""
        self.hits = None
        if len(rows) and self.figure:
            best = np.argsort(scores)[::-1][:MOST_HITS]
            colours = colouring.table(dark)[colouring.ids[rows[best]]]
            values = np.asarray(scores, dtype=np.float64)[best]
            low, high = values.min(), values.max()
            bright = (values - low) / (high - low) if high > low else np.ones(len(values))
            names = ["#{:02x}{:02x}{:02x}".format(*colour) for colour in colours.astype(int).tolist()]
            self.hits = Hits(self.figure.data.xy[rows[best]], bright, names)

    def mark_query(self, place: QueryPlace | None) -> None:
        """Mark where a query would lie, or no longer."""
        self.query = None
        if place is not None and self.figure and np.isfinite((place.x, place.y)).all():
            near = self.figure.data.xy[self.figure.rows_of(place.neighbours)]
            sure = place.near and place.spread <= SCATTERED * self.figure.diagonal
            self.query = QueryMark(place.x, place.y, near, sure)

    def draw_links(self, row: int, rows: Rows) -> None:
        """Draw lines from a point to others, the nearest first; -1 for none."""
        self.links = None
        if row >= 0 and len(rows) and self.figure:
            self.links = Links(self.figure.data.xy[row], self.figure.data.xy[rows])

    def show_hull(self, cluster_ids: Sequence[int], colouring: Colouring | None) -> bool:
        """Draw an outline round clusters, in their colour when it is one; return whether it is another than before."""
        wanted = tuple(sorted(set(cluster_ids)))
        if wanted == self._hull_of:
            return False
        self._hull_of, self.hull = wanted, None
        if wanted and self.figure:
            rows = self.figure.rows_of_clusters(wanted)
            rings = hull_of(self.figure.data.xy[rows], HULL_BLUR * self.figure.diagonal)
            place = 0
            if colouring and colouring.kind == "cluster" and len(wanted) == 1 and len(rows):
                place = int(colouring.ids[rows[0]])
            colours = (
                (colouring.light[place - 1], colouring.dark[place - 1]) if colouring and place else ("", "")
            )
            self.hull = Hull(rounded(rings), *colours)
        return True

    def paint_below(self, painter: QPainter, view: View, radius: float, tones: Tones) -> None:
        """Paint what lies under the names."""
        if self.hull:
            self.hull.paint(painter, view, tones)
        if self.links:
            self.links.paint(painter, view, radius, tones)

    def paint_above(self, painter: QPainter, view: View, radius: float, tones: Tones) -> None:
        """Paint what lies over the names."""
        if self.hits:
            paint_hits(painter, view, self.hits, radius, palette.glow_colour(tones.dark), tones)
        if self.query:
            self.query.paint(painter, view, tones)


TOGETHER = 14.0
"""Pixels within which the lights of two hits run into one."""


@dataclass(frozen=True, eq=False)
class Hits:
    """Hits on the map: places (n, 2) float32 in map units, brightness (n,) in [0, 1], a colour each."""

    places: NDArray[np.float32]
    brightness: NDArray[np.float64]
    colours: Sequence[str]


def paint_hits(painter: QPainter, view: View, hits: Hits, radius: float, glow: str, tones: Tones) -> None:
    """Light up hits, the best last and brightest; where many lie together they share the light of one."""
    places = view.all_to_window(hits.places)
    spots = [
        (bright, QPointF(x, y), colour, together)
        for bright, (x, y), colour, together in zip(
            hits.brightness.tolist(), places.tolist(), hits.colours, crowds(places), strict=True
        )
        if -60 < x < view.width + 60 and -60 < y < view.height + 60
    ]
    spots.sort(key=lambda spot: spot[0])
    painter.setPen(Qt.PenStyle.NoPen)
    for bright, spot, _colour, together in spots:
        reach = radius + 9 + 15 * bright
        light = QRadialGradient(spot, reach)
        for stop, strength in ((0.0, 0.30 + 0.5 * bright), (0.45, 0.14 + 0.24 * bright), (1.0, 0.0)):
            shade = QColor(glow)
            shade.setAlphaF(1 - (1 - strength) ** (1 / together))
            light.setColorAt(stop, shade)
        painter.setBrush(QBrush(light))
        painter.drawEllipse(spot, reach, reach)
    disc = max(radius, 3.0)
    for bright, spot, colour, _together in spots:
        painter.setPen(QPen(QColor(tones.surface), 3.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(spot, disc + 1 + bright, disc + 1 + bright)
        painter.setPen(QPen(QColor(tones.text), 1.2 + 0.5 * bright))
        painter.setBrush(QColor(colour))
        painter.drawEllipse(spot, disc + 1 + bright, disc + 1 + bright)


def crowds(places: NDArray[np.float64]) -> list[int]:
    """Return how many of the places (n, 2), in pixels, lie within TOGETHER of each, itself included."""
    across, down = places[:, 0], places[:, 1]
    away = np.hypot(across[:, None] - across, down[:, None] - down)
    return np.count_nonzero(away < TOGETHER, axis=1).tolist()


def paint_current(painter: QPainter, spot: QPointF, radius: float, tones: Tones) -> None:
    """Mark the passage that is being read: a ring with four ticks, seen on any colour."""
    ring = max(radius, 3.0) + 5
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((tones.surface, 5.0), (tones.accent, 2.2)):
        painter.setPen(QPen(QColor(colour), width))
        painter.drawEllipse(spot, ring, ring)
        for across, down in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            start = QPointF(spot.x() + across * ring, spot.y() + down * ring)
            end = QPointF(spot.x() + across * (ring + 5), spot.y() + down * (ring + 5))
            painter.drawLine(start, end)


def paint_hovered(painter: QPainter, spot: QPointF, radius: float, tones: Tones) -> None:
    """Mark the point under the hand."""
    painter.setPen(QColor(tones.text))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(spot, max(radius, 3) + 2, max(radius, 3) + 2)


def paint_marquee(painter: QPainter, corners: Sequence[QPointF], lasso: bool, tones: Tones) -> None:
    """Draw the lasso or rectangle that the hand is drawing."""
    if len(corners) < 2:
        return
    shape = QPolygonF(list(corners)) if lasso else QPolygonF(QRectF(corners[0], corners[-1]).normalized())
    inside = QColor(tones.accent)
    inside.setAlphaF(0.12)
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    path.addPolygon(shape)
    path.closeSubpath()
    painter.fillPath(path, inside)
    painter.strokePath(path, QPen(QColor(tones.surface), 3.5))
    painter.strokePath(path, QPen(QColor(tones.accent), 1.6))


def paint_focus(painter: QPainter, width: float, height: float, tones: Tones) -> None:
    """Show that keys go to the map."""
    colour = QColor(tones.accent)
    painter.setPen(QPen(colour, 1.5))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(QRectF(0.75, 0.75, width - 1.5, height - 1.5))
