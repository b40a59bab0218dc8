"""Names on the map: of branches from afar, of clusters, and of their parts from near, none touching another."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPixmap

from gui.map.drawing.figure import Figure
from gui.map.drawing.geometry import View
from gui.map.drawing.labels import Box, choose_names, lines_of, place_labels, pushed_inside, touches
from gui.map.drawing.svg import Text
from gui.theme import Tones, scaled

ROOM_FOR_NAMES = 0.3
"""Share of the map that names may cover."""
ROOM_FOR_PARTS = 0.35
"""Share of a cluster's disc that its parts' names may cover; while they need more, they are not shown."""
HALO = 3.0
LEADING = 0.95
FARTHEST = 60.0
"""Pixels that a name may stand from its anchor to clear the points."""
BORDER = 5.0
"""Pixels kept free between a name and the border of the window."""
MOST_PICTURES = 250

BRANCH, CLUSTER, PART = range(3)


@dataclass(frozen=True, slots=True)
class Name:
    """What is named: `level` BRANCH, CLUSTER or PART, its id there, and how many points it has."""

    level: int
    id: int
    text: str
    size: int


@dataclass(eq=False)
class Names:
    """Owns the names of a figure as small pictures, and where they stand at a zoom."""

    figure: Figure
    font: QFont
    tones: Tones
    ratio: float
    _names: list[Name] = field(default_factory=list)
    _sizes: dict[int, tuple[float, float]] = field(default_factory=dict)
    _anchors: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 2), np.float32))
    _spreads: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    _shown: list[tuple[int, float, float]] = field(default_factory=list)
    _pictures: dict[int, QPixmap] = field(default_factory=dict)
    _metrics: dict[tuple[int, float], tuple[QFont, QFontMetricsF]] = field(default_factory=dict)
    _scale: float = 0.0

    def place(self, view: View, fitted_scale: float) -> None:
        """Choose which names are shown at this zoom, and where from their anchors."""
        if self._scale == view.scale:
            return
        self._scale = view.scale
        if not self._names:
            self._collect()

        def boxes_of(numbers: Sequence[int]) -> list[Box | None]:
            chosen = list(numbers)
            reaches = np.minimum(self._spreads[chosen] * view.scale, FARTHEST).tolist()
            anchors = view.all_to_window(self._anchors[chosen])
            return place_labels(anchors, [self._size(number) for number in chosen], reaches)

        roots, below = self.figure.branch_tree
        room = ROOM_FOR_NAMES * view.width * view.height * (view.scale / fitted_scale) ** 2
        numbers = choose_names(roots, below, [name.size for name in self._names], boxes_of)
        areas = np.cumsum([self._area(number) for number in numbers])
        numbers = numbers[: max(1, int(np.searchsorted(areas, room, side="right")))]
        numbers = [*numbers, *self._parts_with_room(numbers, view.scale)]
        anchors = view.all_to_window(self._anchors[numbers]).tolist()
        self._shown = [
            (number, box[0] - x, box[1] - y)
            for number, box, (x, y) in zip(numbers, boxes_of(numbers), anchors, strict=True)
            if box is not None
        ]

    def boxes(self, view: View) -> list[tuple[Name, Box]]:
        """Return the names that stand in the window, each with its box there, after `place`."""
        return [(self._names[number], box) for number, box in self._in_window(view)]

    def paint(self, painter: QPainter, view: View, most_new: int = MOST_PICTURES) -> bool:
        """Paint the names over the map; return whether all are there, as no more than `most_new` are drawn anew."""
        shown = self._in_window(view)
        if len(self._pictures) > MOST_PICTURES:
            self._pictures.clear()
        for number, (left, top, _right, _bottom) in shown:
            if number not in self._pictures and most_new > 0:
                most_new -= 1
                self._pictures[number] = self._picture(number)
            if number in self._pictures:
                painter.drawPixmap(QPointF(left, top), self._pictures[number])
        return all(number in self._pictures for number, _ in shown)

    def prepare(self, view: View) -> None:
        """Draw the pictures of the names in the window, for a picture that has to be whole at once."""
        for number, _ in self._in_window(view):
            if number not in self._pictures:
                self._pictures[number] = self._picture(number)

    def texts(self, view: View) -> list[Text]:
        """Return the names in the window as lines with their places, for a drawing."""
        texts = []
        for number, (left, top, right, _bottom) in self._in_window(view):
            name = self._names[number]
            font, metrics = self._written(name)
            first = top + HALO + metrics.ascent()
            lines = tuple(
                ((left + right) / 2, first + place * metrics.height() * LEADING, line)
                for place, line in enumerate(self.lines(name))
            )
            texts.append(Text(lines, font, self.colour_of(name)))
        return texts

    def lines(self, name: Name) -> list[str]:
        """Return the lines in which a name is written."""
        return lines_of(name.text)

    def font_of(self, name: Name) -> QFont:
        """Return the font of a name: each level has its own weight, larger clusters a larger size."""
        return self._written(name)[0]

    def colour_of(self, name: Name) -> str:
        """Return the colour of a name: parts step back behind clusters."""
        return self.tones.muted if name.level == PART else self.tones.text

    def _collect(self) -> None:
        """List what has a name: clusters, branches, parts, at the numbers that `Figure.branch_tree` uses."""
        data = self.figure.data
        self._names = [Name(CLUSTER, cluster.id, cluster.name, cluster.size) for cluster in data.clusters]
        self._names += [Name(BRANCH, branch.id, branch.name, branch.size) for branch in data.branches]
        self._names += [Name(PART, part.id, part.name, part.size) for part in data.parts]
        branch_centres, branch_spreads = self.figure.branch_places
        n_parts = len(data.parts)
        self._anchors = np.concatenate(
            [self.figure.centres, branch_centres, np.full((n_parts, 2), np.nan, np.float32)]
        )
        self._spreads = np.concatenate([self.figure.spreads, branch_spreads, np.zeros(n_parts)])

    def _parts_with_room(self, shown: Sequence[int], scale: float) -> list[int]:
        """Return the parts, the largest first, of those shown clusters in which their names have room."""
        data = self.figure.data
        first = len(data.clusters) + len(data.branches)
        parts_of: dict[int, list[int]] = {}
        for place, part in enumerate(data.parts):
            if part.name:
                parts_of.setdefault(part.cluster, []).append(first + place)
        roomy: list[int] = []
        for number in shown:
            parts = parts_of.get(number, []) if number < len(data.clusters) else []
            room = ROOM_FOR_PARTS * np.pi * (self._spreads[number] * scale) ** 2
            if len(parts) < 2 or room < len(parts) * self._area(
                number
            ):  # without measuring thousands of names
                continue
            if sum(self._area(part) for part in (number, *parts)) <= room:
                roomy += parts
        if roomy and not self._spreads[first:].any():
            self._anchors[first:], self._spreads[first:] = self.figure.part_places
        return sorted(roomy, key=lambda number: -self._names[number].size)

    def _in_window(self, view: View) -> list[tuple[int, Box]]:
        """Return the numbers of the names of what is in the window; those at its border are pushed inside."""
        if not self._shown:
            return []
        kept: list[tuple[int, Box]] = []
        pushed: list[tuple[int, Box]] = []
        for number, aside, down in self._shown:
            width, height = self._size(number)
            alone = self._only_cluster_seen(number, view)
            if alone >= 0:
                number, (width, height) = alone, self._size(alone)
                aside, down = -width / 2, -height / 2
            x, y = view.to_window(*self._anchors[number].tolist())
            reach = 0.5 * float(self._spreads[number]) * view.scale
            if not (-reach < x < view.width + reach and -reach < y < view.height + reach):
                continue
            box = x + aside, y + down, x + aside + width, y + down + height
            inside = pushed_inside(box, view.width, view.height, BORDER)
            (kept if inside == box and alone < 0 else pushed).append((number, inside))
        for number, box in pushed:
            if not touches(box, np.array([other for _, other in kept]).reshape(-1, 4)):
                kept.append((number, box))
        return kept

    def _only_cluster_seen(self, number: int, view: View) -> int:
        """Return the one cluster of a branch that is in the window, -1 when there are more or none."""
        name = self._names[number]
        if name.level != BRANCH:
            return -1
        clusters = np.array(self.figure.data.branches[name.id].clusters)
        across, down = view.all_to_window(self.figure.centres[clusters]).T
        seen = clusters[(across >= 0) & (across <= view.width) & (down >= 0) & (down <= view.height)]
        return int(seen[0]) if len(seen) == 1 else -1

    def _written(self, name: Name) -> tuple[QFont, QFontMetricsF]:
        factor, weight = 0.88, QFont.Weight.Normal
        if name.level == BRANCH:
            factor, weight = 1.16, QFont.Weight.Bold
        elif name.level == CLUSTER:
            share = name.size / max(self.figure.data.clusters[0].size, 1)
            factor, weight = 1.06 if share > 0.5 else 0.96 if share > 0.15 else 0.88, QFont.Weight.DemiBold
        if (name.level, factor) not in self._metrics:
            font = scaled(self.font, factor, weight)
            if name.level == BRANCH:
                font.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 103)
            self._metrics[name.level, factor] = font, QFontMetricsF(font)
        return self._metrics[name.level, factor]

    def _area(self, number: int) -> float:
        width, height = self._size(number)
        return width * height

    def _size(self, number: int) -> tuple[float, float]:
        """Return the width and height of a name in pixels."""
        if number not in self._sizes:
            self._sizes[number] = self._measured(self._names[number])
        return self._sizes[number]

    def _measured(self, name: Name) -> tuple[float, float]:
        _font, metrics = self._written(name)
        lines = self.lines(name)
        width = max(metrics.horizontalAdvance(line) for line in lines)
        return width + 2 * HALO + 2, metrics.height() * (1 + LEADING * (len(lines) - 1)) + 2 * HALO

    def _picture(self, number: int) -> QPixmap:
        name, (width, height) = self._names[number], self._size(number)
        size = QSizeF(width, height) * self.ratio
        picture = QPixmap(size.toSize().expandedTo(QSizeF(1, 1).toSize()))
        picture.setDevicePixelRatio(self.ratio)
        picture.fill(Qt.GlobalColor.transparent)
        font, metrics = self._written(name)
        path = QPainterPath()
        for place, text in enumerate(self.lines(name)):
            left = (width - metrics.horizontalAdvance(text)) / 2
            path.addText(
                QPointF(left, HALO + metrics.ascent() + place * metrics.height() * LEADING), font, text
            )
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        halo = QColor(self.tones.surface)
        halo.setAlphaF(0.8)
        pen = QPen(halo, 2 * HALO)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.strokePath(path, pen)
        painter.fillPath(path, QColor(self.colour_of(name)))
        painter.end()
        return picture
