"""A view of the map as an SVG drawing: points as shapes while they are few, names as text."""

import base64
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QFont, QImage, QPainterPath

from gui.map.drawing.geometry import View
from gui.map.drawing.raster import Layer, most_cover, opacity_of
from gui.map.drawing.stamps import CROSS, DISC, HALO, RING, SHAPED, SQUARE, TRIANGLE

MOST_SHAPES = 20_000
"""Points in view above which they are a picture inside the drawing."""
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
UNIT_SHAPES = {
    SQUARE: "M-.89-.89H.89V.89H-.89Z",
    TRIANGLE: "M0-1.32 1.14.66H-1.14Z",
    CROSS: "M-.4-1.15H.4V-.4H1.15V.4H.4V1.15H-.4V.4H-1.15V-.4H-.4Z",
}
"""The shapes of gui/map/drawing/stamps.py round the origin, for a radius of 1."""


@dataclass(frozen=True, slots=True)
class Text:
    """A name as lines, each with the place (x, y) of the middle of its baseline, in pixels."""

    lines: tuple[tuple[float, float, str], ...]
    font: QFont
    colour: str


def svg(view: View, ground: str, parts: Iterable[str], title: str = "") -> str:
    """Return a whole drawing of what `points`, `path`, `circle` and `text` made; `ground` "" is transparent."""
    width, height = f"{view.width:g}", f"{view.height:g}"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">'
    )
    paper = f'<rect width="{width}" height="{height}" fill="{ground}"/>' if ground else ""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', head, f"<title>{_text(title)}</title>", paper]
    return "\n".join([*lines, *parts, "</svg>", ""])


def points(layers: Sequence[Layer], view: View, radius: float) -> list[str] | None:
    """Return the points in view, a group for each layer, shape and colour; None when they are too many."""
    shown = [_in_view(layer, view, radius * layer.size) for layer in layers]
    if sum(len(ids) for _, ids in shown) > MOST_SHAPES:
        return None
    return [
        part
        for layer, (places, ids) in zip(layers, shown, strict=True)
        for part in _group(layer, places, ids, view, radius * layer.size)
    ]


def picture(image: QImage, view: View) -> str:
    """Return a picture that fills the view."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    code = base64.b64encode(bytes(buffer.data().data())).decode()
    return f'<image width="{view.width:g}" height="{view.height:g}" href="data:image/png;base64,{code}"/>'


def path(shape: QPainterPath, view: View, style: str) -> str:
    """Return an outline given in map units; `style` are its attributes."""
    steps = []
    for polygon in shape.toSubpathPolygons():
        corners = [view.to_window(corner.x(), corner.y()) for corner in polygon]
        steps.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners) + "Z")
    return f'<path d="{"".join(steps)}" fill-rule="evenodd" {style}/>'


def circle(x: float, y: float, radius: float, style: str) -> str:
    """Return a circle at a pixel; `style` are its attributes."""
    return f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{radius:.2f}" {style}/>'


def line(x: float, y: float, to_x: float, to_y: float, style: str) -> str:
    """Return a line between two pixels; `style` are its attributes."""
    return f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" {style}/>'


def diamond(x: float, y: float, radius: float, style: str) -> str:
    """Return a square on its corner at a pixel; `style` are its attributes."""
    sides = f"l{radius:g} {radius:g}l-{radius:g} {radius:g}l-{radius:g}-{radius:g}Z"
    return f'<path d="M{x:.1f} {y - radius:.1f}{sides}" {style}/>'


def text(name: Text, ground: str) -> str:
    """Return a name, with a halo in the ground's colour."""
    size = name.font.pixelSize() if name.font.pixelSize() > 0 else name.font.pointSizeF() * 96 / 72
    families = quoteattr(f"{name.font.family()}, sans-serif")
    font = f'font-family={families} font-size="{size:.1f}" font-weight="{name.font.weight().value}"'
    halo = f'fill="none" stroke="{ground}" stroke-width="5" stroke-opacity=".8" stroke-linejoin="round"'
    return "".join(
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" {font} {style}>{_text(line)}</text>'
        for style in (halo, f'fill="{name.colour}"')
        for x, y, line in name.lines
    )


def _in_view(layer: Layer, view: View, radius: float) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """Return the pixels (n, 2) and colours of a layer's points that touch the view."""
    left, bottom, right, top = view.bounds
    edge = radius / view.scale
    inside = layer.tiles.in_rectangle(left - edge, bottom - edge, right + edge, top + edge)
    places = np.stack([layer.tiles.xs[inside], layer.tiles.ys[inside]], axis=1)
    return view.all_to_window(places), layer.colour_ids[inside]


def _group(
    layer: Layer, places: NDArray[np.float64], ids: NDArray[np.uint8], view: View, radius: float
) -> Iterator[str]:
    alone = float(opacity_of(np.ones(1, dtype=np.float32), most_cover(layer, view, radius))[0])
    opacity = f"{alone * layer.opacity:.3g}"
    for colour_id in np.unique(ids).tolist():
        red, green, blue = np.rint(layer.colours[colour_id]).astype(int).tolist()
        colour = f"#{red:02x}{green:02x}{blue:02x}"
        shape = DISC if layer.shapes is None or radius < SHAPED else int(layer.shapes[colour_id])
        spots = places[ids == colour_id].tolist()
        if shape in UNIT_SHAPES:
            outline = f'<path d="{UNIT_SHAPES[shape]}" transform="translate(%.2f %.2f) scale({radius:.2f})"/>'
            style = f'fill="{colour}" fill-opacity="{opacity}"'
        elif shape in (RING, HALO):
            thick = max(0.9, (0.4 if shape == RING else 0.2) * radius)
            outline = f'<circle cx="%.2f" cy="%.2f" r="{radius - thick / 2:.2f}"/>'
            style = f'fill="none" stroke="{colour}" stroke-width="{thick:.2f}" stroke-opacity="{opacity}"'
        else:
            outline = f'<circle cx="%.2f" cy="%.2f" r="{max(radius, 1 / math.sqrt(math.pi)):.2f}"/>'
            style = f'fill="{colour}" fill-opacity="{opacity}"'
        yield f"<g {style}>"
        yield "\n".join(outline % (x, y) for x, y in spots)
        yield "</g>"


def _text(words: str) -> str:
    return escape(NOT_IN_XML.sub("", words))
