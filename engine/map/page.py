"""The map as one self-contained page: a file that opens offline and can be panned, zoomed, searched and hovered."""

import base64
import html
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.corpus import Corpus
from engine.exporting import ExportError
from engine.map.colours import cluster_places
from engine.map.records import MapData
from engine.map.regrouping import rows_of
from engine.progress import Progress, Steps

LARGEST = 65_535
"""Places are whole numbers from 0 to this; a step is less than a pixel until the map is 30 screens wide."""

BLOCK = 1000
"""Passages read and written between two reports."""

SNIPPETS = ((50_000, 160), (300_000, 80), (2_000_000_000, 40))
"""(passages at most, characters of a snippet): larger maps get shorter snippets, lest no browser opens the page."""

LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True)
class PageColours:
    """Colours as #rrggbb, each for a light and for a dark ground: those that clusters share, and that of noise."""

    clusters: tuple[tuple[str, ...], tuple[str, ...]] = (
        ("#ef7078", "#7e5f1d", "#cab20e", "#549900", "#137295", "#18b7f4", "#4f34b7", "#a058e7"),
        ("#f4b89c", "#a86001", "#cef035", "#8cac04", "#0c96a3", "#4febfb", "#8a4acd", "#ce8cff"),
    )
    noise: tuple[str, str] = ("#a9aeb6", "#636b76")


def export_page(
    corpus: Corpus, data: MapData, path: Path, *, dark: bool | None = None, colours: PageColours | None = None
) -> Steps[Path]:
    """Write the map of a corpus as a page with the beginnings of its passages; see `write_page`."""

    def texts() -> Iterator[list[tuple[str, str]]]:
        for start in range(0, len(data.passage_ids), BLOCK):
            ids = data.passage_ids[start : start + BLOCK].tolist()
            found = {passage.id: (passage.title, passage.text) for passage in corpus.catalogue.passages(ids)}
            yield [found.get(passage_id, ("", "")) for passage_id in ids]

    title = corpus.catalogue.name
    return (yield from write_page(path, data, texts(), title=title, dark=dark, colours=colours))


def write_page(
    path: Path,
    data: MapData,
    texts: Iterable[Sequence[tuple[str, str]]],
    *,
    title: str,
    dark: bool | None = None,
    colours: PageColours | None = None,
) -> Steps[Path]:
    """Write a map as one .html file that asks nothing of any network, and return its path.

    `texts` are blocks of (title, text) of the passages, in the order of the points; what the file holds of each text
    is its beginning. `dark`: the page's ground, None for what the reader's system says. An old file is replaced only
    by a whole new one. Raises ExportError when the map is empty or the file cannot be written.
    """
    if path.suffix.lower() not in (".html", ".htm"):
        raise ExportError(f"{path.name}: the page is written as .html; give it this suffix.")
    if not len(data.passage_ids):
        raise ExportError("The map has no points to put on a page. Load documents and make the map first.")
    temporary = path.with_name(f".{path.name}.part")
    try:
        with temporary.open("w", encoding="utf-8", errors="replace", newline="\n") as file:
            for piece in _pieces(data, texts, title, dark, colours or PageColours()):
                if isinstance(piece, str):
                    file.write(piece)
                else:
                    yield piece
        os.replace(temporary, path)
    except OSError as error:
        raise ExportError(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        temporary.unlink(missing_ok=True)
    return path


def snippet_length(n_passages: int) -> int:
    """Return how many characters of each passage a page of so many holds."""
    return next(length for most, length in SNIPPETS if n_passages <= most)


def _pieces(
    data: MapData,
    texts: Iterable[Sequence[tuple[str, str]]],
    title: str,
    dark: bool | None,
    colours: PageColours,
) -> Iterator[str | Progress]:
    """Yield the file piece by piece, with a report after each block of passages."""
    n = len(data.passage_ids)
    length = snippet_length(n)
    shortened = f" Snippets are cut to {length} characters, for there are so many." if length < 160 else ""
    footer = (
        f"Made with Asterism on {date.today().isoformat()}. This file holds the titles and the first {length} "
        f"characters of {n:,} passages: give it only to people who may read them. It works offline and sends "
        f"nothing anywhere.{shortened}"
    )
    told = f"{n:,} passages, {len(data.clusters):,} clusters"
    scheme = "auto" if dark is None else "dark" if dark else "light"
    head = _described(data, colours) | {"scheme": scheme, "told": told}
    before, after = _asset("page.html").split("{{data}}")
    fields = {"title": html.escape(_plain(title)), "scheme": scheme, "footer": html.escape(footer)}
    yield _filled(before, fields | {"css": _asset("page.css")})
    yield f'<script type="application/json" id="data">{as_script(head)}</script>\n'
    done = 0
    last = None
    for block in texts:
        yield Progress("Writing the page", done, n, "passages")
        flat: list[str | int] = []
        for name, text in block:
            shown = shorten(name, LONGEST_TITLE)
            flat += [0 if shown == last else shown, shorten(text, length)]
            last = shown
        yield f'<script type="application/json" class="texts">{as_script(flat)}</script>\n'
        done += len(block)
    yield Progress("Writing the page", done, n, "passages")
    yield _filled(after, {"js": _asset("page.js")})


def as_script(value: Any) -> str:
    """Return JSON that may stand inside a script element: nothing in it ends the element or begins a comment."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def shorten(text: str, length: int) -> str:
    """Return the beginning of a text on one line, with an ellipsis where it was cut."""
    line = " ".join(_plain(text[: 8 * length + 200]).split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def _plain(text: str) -> str:
    """Return a text without what cannot be shown: control characters and halves of characters."""
    return _NOT_SHOWN.sub(" ", text)


_NOT_SHOWN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def _described(data: MapData, colours: PageColours) -> dict[str, Any]:
    """Return what the page knows of points, clusters, branches and parts, in map units of its own."""
    places = _places(data.xy)
    clusters = np.where(data.cluster_ids < 0, 0, data.cluster_ids + 1)
    dyes = cluster_places(data).tolist()
    members = _members(data.cluster_ids, len(data.clusters))
    of_parts = _members(data.part_ids, len(data.parts)) if len(data.part_ids) else []
    return {
        "x": _packed(places[:, 0]),
        "y": _packed(places[:, 1]),
        "cluster": _packed(clusters),
        "noise": colours.noise,
        "clusters": [
            {
                "name": cluster.name,
                "size": cluster.size,
                "branch": cluster.branch,
                "colours": [cluster.colour or ground[dye % len(ground)] for ground in colours.clusters],
                "exemplars": rows_of(data.passage_ids, np.array(cluster.exemplars, np.int64)).tolist(),
            }
            | _extent(places[members[cluster.id]])
            for cluster, dye in zip(data.clusters, dyes, strict=True)
        ],
        "branches": [
            {
                "name": branch.name,
                "size": branch.size,
                "parent": branch.parent,
                "clusters": branch.clusters,
            }
            | _extent(places[np.isin(data.cluster_ids, branch.clusters)])
            for branch in data.branches
        ],
        "parts": [
            {"name": part.name, "size": part.size, "cluster": part.cluster} | _extent(places[rows])
            for part, rows in zip(data.parts, of_parts, strict=False)
        ],
    }


def _members(ids: NDArray[np.int32], n: int) -> list[NDArray[np.intp]]:
    """Return the rows of each of n groups."""
    order = np.argsort(ids, kind="stable")
    borders = np.searchsorted(ids[order], np.arange(n + 1))
    return [order[borders[group] : borders[group + 1]] for group in range(n)]


def _places(xy: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return places (n, 2) as whole numbers from 0 to LARGEST, both axes on one scale."""
    least = xy.min(axis=0).astype(np.float64)
    span = float((xy.max(axis=0) - least).max())
    places = np.rint((xy - least) * (LARGEST / span if span > 0 else 0.0))
    return np.asarray(places, np.int64)


def _extent(places: NDArray[np.int64]) -> dict[str, int]:
    """Return the middle of some places and how far from it half of them lie."""
    if not len(places):
        return {"x": 0, "y": 0, "r": 0}
    middle = np.median(places, axis=0)
    radius = np.median(np.hypot(*(places - middle).T))
    return {"x": int(middle[0]), "y": int(middle[1]), "r": int(radius)}


def _packed(values: NDArray[Any]) -> str:
    return base64.b64encode(values.astype("<u2").tobytes()).decode("ascii")


def _asset(name: str) -> str:
    return files("engine.map").joinpath(name).read_text(encoding="utf-8")


def _filled(template: str, fields: dict[str, str]) -> str:
    """Fill in the fields of a template, each once over: what is filled in may hold what looks like a field."""
    pieces = template.split("{{")
    filled = [pieces[0]]
    for piece in pieces[1:]:
        name, _, rest = piece.partition("}}")
        filled.append(fields[name] + rest)
    return "".join(filled)
