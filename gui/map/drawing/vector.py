"""The present view of the map as an SVG drawing: shaded ground, points, and the marks over them."""

from collections.abc import Callable, Sequence

from PySide6.QtGui import QImage

from gui import palette
from gui.map.drawing import svg
from gui.map.drawing.geometry import View
from gui.map.drawing.marks import DIAMOND, MOST_LINES, Links, QueryMark
from gui.map.drawing.overlay import Hits
from gui.map.drawing.raster import Layer
from gui.map.drawing.relief import LINE, SHADE_DARK, SHADE_LIGHT, Hull, Relief
from gui.theme import Tones


def ground(relief: Relief, view: View, tones: Tones) -> list[str]:
    """Return the contours of density."""
    shade = f'fill="{tones.text}" fill-opacity="{SHADE_DARK if tones.dark else SHADE_LIGHT}"'
    line = f'stroke="{tones.text}" stroke-opacity="{LINE}"'
    return [svg.path(path, view, f"{shade} {line}") for path in relief.paths]


def points(layers: Sequence[Layer], view: View, radius: float, drawn: Callable[[], QImage]) -> list[str]:
    """Return the points as shapes; when they are too many, as the picture that `drawn` makes of them."""
    shapes = svg.points(layers, view, radius)
    return [svg.picture(drawn(), view)] if shapes is None else shapes


def hits(shown: Hits, view: View, radius: float, tones: Tones) -> list[str]:
    """Return the hits of a search, the best last and brightest."""
    radius, glow = max(radius, 3.0), palette.glow_colour(tones.dark)
    spots = zip(
        view.all_to_window(shown.places).tolist(), shown.brightness.tolist(), shown.colours, strict=True
    )
    parts = []
    for (x, y), bright, colour in sorted(spots, key=lambda spot: spot[1]):
        light = f'fill="{glow}" fill-opacity="{0.3 + 0.4 * bright:.2f}"'
        parts.append(svg.circle(x, y, radius + 5 + 7 * bright, light))
        parts.append(
            svg.circle(x, y, radius + 1, f'fill="{colour}" stroke="{tones.text}" stroke-width="1.5"')
        )
    return parts


def outline(hull: Hull, view: View, tones: Tones) -> list[str]:
    """Return the outline of the clusters that are pointed at."""
    colour = hull.colour(tones)
    return [
        svg.path(hull.path, view, f'fill="{colour}" fill-opacity="0.09" stroke="{colour}" stroke-width="1.8"')
    ]


def query(mark: QueryMark, view: View, tones: Tones) -> list[str]:
    """Return the mark of a query with its lines, dashed where nothing is near."""
    x, y = view.to_window(mark.x, mark.y)
    dashes = "" if mark.sure else ' stroke-dasharray="4 3"'
    ends = view.all_to_window(mark.neighbours[:MOST_LINES]).tolist()
    lines = [svg.line(x, y, *end, f'stroke="{tones.text}" stroke-width="1.1"{dashes}') for end in ends]
    fill = tones.mark if mark.sure else tones.surface
    return [
        *lines,
        svg.diamond(x, y, DIAMOND, f'fill="{fill}" stroke="{tones.text}" stroke-width="2"{dashes}'),
    ]


def links(shown: Links, view: View, tones: Tones) -> list[str]:
    """Return the lines to true neighbours; those outside the window run out of it."""
    start = view.to_window(*shown.start.tolist())
    style = f'stroke="{tones.accent}" stroke-width="1.4"'
    return [svg.line(*start, *end, style) for end in view.all_to_window(shown.ends).tolist()]
