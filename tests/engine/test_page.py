"""The map as one page: what the file holds, that nothing in it can do harm, and what its script works out."""

import base64
import json
import math
import re
from collections.abc import Callable
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from engine.exporting import ExportError
from engine.map.page import LARGEST, PageColours, as_script, export_page, shorten, snippet_length, write_page
from engine.map.records import MapData
from engine.progress import Progress, finish
from indexes.records import Branch, Cluster, Part

Script = Callable[[str], Any]
"""Runs an expression of the page's script and returns its value."""

NASTY = (
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "\"double\" 'single' \\ back {{js}} {{data}}",
    "line\u2028and\u2029paragraph\x00nul\x9f",
    "emoji 👩‍🚀 and 中文",
    "שלום עולם ‮ right to left",
    "<img src=x onerror=alert(1)>",
    "half \ud83d of a character",
    "&lt;b&gt; &amp;",
    "",
)


class Page(HTMLParser):
    """Reads a page as a browser does: its elements, and the contents of its scripts."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.heading = ""
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts[-1] += data
        if self._inside == "h1":
            self.heading += data

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.scripts[0])
        return found

    @property
    def blocks(self) -> list[list[Any]]:
        return [json.loads(script) for script in self.scripts[1:-1]]


def a_map(n: int = 10, names: tuple[str, str] = ("tides", "kites"), colour: str = "") -> MapData:
    xy = np.stack([np.arange(n), np.arange(n) % 3], axis=1).astype(np.float32)
    ids = np.array([-1 if row % 5 == 4 else row % 2 for row in range(n)], np.int32)
    clusters = tuple(
        Cluster(
            number, int((ids == number).sum()), ("word",), name, (100 + number, 999), branch=0, colour=colour
        )
        for number, name in enumerate(names)
    )
    return MapData(
        passage_ids=np.arange(100, 100 + n),
        document_ids=np.arange(n),
        xy=xy,
        cluster_ids=ids,
        strengths=np.ones(n, np.float32),
        format_ids=np.zeros(n, np.int32),
        formats=("txt",),
        clusters=clusters,
        unmapped=0,
        parameters={},
        part_ids=np.where(ids == 0, 0, -1).astype(np.int32),
        branches=(Branch(0, -1, n, (0, 1), name="sea"),),
        parts=(Part(0, 0, 3, name="ebb"),),
    )


def written(
    folder: Path, data: MapData, texts: list[tuple[str, str]], title: str = "Letters", **how: Any
) -> Page:
    path = finish(write_page(folder / "map.html", data, [texts], title=title, **how))
    return Page(path.read_text(encoding="utf-8"))


TEXTS = [(f"Letter {row // 2}", f"Text {row} of the sea") for row in range(10)]


def test_a_page_holds_points_names_and_snippets(tmp_path: Path) -> None:
    page = written(tmp_path, a_map(), TEXTS)
    data = page.data
    assert page.heading == "Letters"
    assert [cluster["name"] for cluster in data["clusters"]] == ["tides", "kites"]
    assert [cluster["exemplars"] for cluster in data["clusters"]] == [[0], [1]]
    assert data["branches"][0]["name"] == "sea"
    assert data["parts"][0]["name"] == "ebb"
    (block,) = page.blocks
    assert block[:6] == [
        "Letter 0",
        "Text 0 of the sea",
        0,
        "Text 1 of the sea",
        "Letter 1",
        "Text 2 of the sea",
    ]
    assert "10 passages" in data["told"]


def test_a_page_asks_nothing_of_any_network(tmp_path: Path) -> None:
    written(tmp_path, a_map(), TEXTS)
    text = (tmp_path / "map.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in text
    assert not re.search(
        r"https?:|//\w+\.\w|url\(|@import|\bsrc=|<link|\bhref=|fetch\(|XMLHttp|WebSocket|sendBeacon", text
    )


def test_no_text_can_break_out_of_the_page(tmp_path: Path) -> None:
    plain = written(tmp_path, a_map(), TEXTS)
    texts = [(text, text) for text in NASTY]
    page = written(tmp_path, a_map(names=(NASTY[0], NASTY[6])), texts, title=NASTY[0])
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in plain.tags]
    assert page.scripts[-1] == plain.scripts[-1]
    assert page.heading == NASTY[0]
    assert page.data["clusters"][0]["name"] == NASTY[0]
    (block,) = page.blocks
    assert block[0] == block[1] == NASTY[0]
    assert block[3] == "<!--<script>"
    assert block[7] == "line and paragraph nul"
    assert block[9] == "emoji 👩‍🚀 and 中文"
    assert block[15] == "half of a character"


def test_json_in_a_script_has_no_sign_that_means_something_to_a_browser() -> None:
    text = as_script(list(NASTY[:7]))
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == list(NASTY[:7])


def test_the_users_colour_wins_and_others_are_the_palettes(tmp_path: Path) -> None:
    own = written(tmp_path, a_map(colour="#123456"), TEXTS).data
    assert [cluster["colours"] for cluster in own["clusters"]] == [["#123456", "#123456"]] * 2
    colours = PageColours(
        clusters=(("#000001", "#000002"), ("#000003", "#000004")), noise=("#aaaaaa", "#bbbbbb")
    )
    given = written(tmp_path, a_map(), TEXTS, colours=colours).data
    assert [cluster["colours"] for cluster in given["clusters"]] == [
        ["#000001", "#000003"],
        ["#000002", "#000004"],
    ]
    assert given["noise"] == ["#aaaaaa", "#bbbbbb"]


@pytest.mark.parametrize(("dark", "scheme"), [(None, "auto"), (True, "dark"), (False, "light")])
def test_the_ground_is_what_was_asked_for(tmp_path: Path, dark: bool | None, scheme: str) -> None:
    page = written(tmp_path, a_map(), TEXTS, dark=dark)
    assert page.data["scheme"] == scheme
    assert page.tags[0] == ("html", {"lang": "en", "data-scheme": scheme})


def test_the_page_says_what_it_gives_away(tmp_path: Path) -> None:
    written(tmp_path, a_map(), TEXTS)
    text = (tmp_path / "map.html").read_text(encoding="utf-8")
    assert (
        "the titles and the first 160 characters of 10 passages: give it only to people who may read them"
        in text
    )


def test_large_maps_get_shorter_snippets() -> None:
    assert [snippet_length(n) for n in (1, 50_000, 50_001, 100_000, 300_001)] == [160, 160, 80, 80, 40]


def test_a_snippet_is_one_line_of_at_most_its_length() -> None:
    assert shorten("a\n\n b\tc", 10) == "a b c"
    assert shorten("0123456789", 10) == "0123456789"
    assert shorten("0123456789a", 10) == "012345678…"
    assert shorten("   \n" * 1000 + "x", 10) == ""


def test_one_point_and_points_in_one_place_make_a_page(tmp_path: Path) -> None:
    one = a_map(1, names=("tides", "kites"))
    assert written(tmp_path, one, TEXTS[:1]).data["x"] == "AAA="
    data = a_map()
    data.xy[:] = 3.5
    assert written(tmp_path, data, TEXTS).data["clusters"][0]["r"] == 0


def test_closed_early_it_leaves_nothing_and_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "map.html"
    path.write_text("old")
    steps = write_page(path, a_map(), [TEXTS[:5], TEXTS[5:]], title="Letters")
    assert next(steps) == Progress("Writing the page", 0, 10, "passages")
    assert next(steps) == Progress("Writing the page", 5, 10, "passages")
    steps.close()
    assert [file.name for file in tmp_path.iterdir()] == ["map.html"]
    assert path.read_text() == "old"


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="cannot be written"):
        finish(write_page(tmp_path / "nowhere" / "map.html", a_map(), [TEXTS], title=""))
    with pytest.raises(ExportError, match=r"\.html"):
        finish(write_page(tmp_path / "map.pdf", a_map(), [TEXTS], title=""))
    with pytest.raises(ExportError, match="no points"):
        finish(write_page(tmp_path / "map.html", a_map(0), [], title=""))
    assert list(tmp_path.iterdir()) == []


def test_passages_that_are_gone_leave_an_empty_snippet(tmp_path: Path) -> None:
    def passages(ids: list[int]) -> list[SimpleNamespace]:
        return [SimpleNamespace(id=i, title=f"T{i}", text=f"text {i}") for i in ids if i != 101]

    corpus: Any = SimpleNamespace(catalogue=SimpleNamespace(name="Sea & sky", passages=passages))
    page = Page(finish(export_page(corpus, a_map(3), tmp_path / "m.html")).read_text(encoding="utf-8"))
    assert page.heading == "Sea & sky"
    assert page.blocks == [["T100", "text 100", "", "", "T102", "text 102"]]


# What the script works out, run by Qt's JavaScript engine.


@pytest.fixture(scope="module")
def script(request: pytest.FixtureRequest) -> Script:
    qml = pytest.importorskip("PySide6.QtQml")
    request.getfixturevalue("qapp")
    engine = qml.QJSEngine()
    loaded = engine.evaluate(files("engine.map").joinpath("page.js").read_text(encoding="utf-8"))
    assert not loaded.isError(), f"{loaded.toString()}, line {loaded.property('lineNumber').toInt()}"

    def run(expression: str) -> Any:
        value = engine.evaluate(f"JSON.stringify({expression})")
        assert not value.isError(), value.toString()
        return json.loads(value.toString())

    return run


def test_places_come_back_as_they_were_packed(tmp_path: Path, script: Script) -> None:
    data = written(tmp_path, a_map(), TEXTS).data
    span = 9.0  # x runs from 0 to 9, and y is on the same scale
    assert script(f"Array.from(numbers({data['x']!r}))") == [round(row * LARGEST / span) for row in range(10)]
    assert script(f"Array.from(numbers({data['y']!r}))") == [
        round(row % 3 * LARGEST / span) for row in range(10)
    ]
    assert script(f"Array.from(numbers({data['cluster']!r}))") == [1, 2, 1, 2, 0, 2, 1, 2, 1, 0]


@pytest.mark.parametrize("text", [b"", b"a", b"ab", b"abc", bytes(range(256))])
def test_base64_is_decoded(script: Script, text: bytes) -> None:
    assert script(f"Array.from(decode('{base64.b64encode(text).decode()}'))") == list(text)


def test_a_title_goes_on_until_another_comes(script: Script) -> None:
    texts = script("readTexts([['One', 'a', 0, 'b'], [0, 'c', '', 'd']])")
    assert texts == [["One", "a"], ["One", "b"], ["One", "c"], ["", "d"]]


def test_search_wants_every_word_in_any_case_and_without_accents(script: Script) -> None:
    folded = "['Der Zürcher See', 'zurich lake', 'Sée ZURCH'].map(fold)"
    assert script(f"search({folded}, 'see ZÜRCH')") == [0, 2]
    assert script(f"search({folded}, '  ')") == []
    assert script(f"search({folded}, '.*')") == []


def test_zooming_keeps_the_place_under_the_pointer(script: Script) -> None:
    x, y = script("toMap({x: 100, y: 50, scale: 0.5}, 800, 600, 700, 100)")
    assert (x, y) == (700, 450)
    closer = script("zoomAt({x: 100, y: 50, scale: 0.5}, 800, 600, 700, 100, 2)")
    assert closer["scale"] == 1
    assert script(f"toScreen({json.dumps(closer)}, 800, 600, {x}, {y})") == pytest.approx([700, 100])


def test_the_fitting_view_shows_all_of_a_box(script: Script) -> None:
    view = script("fit([0, 100, 1000, 300], 800, 600)")
    assert view == {"x": 500, "y": 200, "scale": pytest.approx(0.86 * 0.8)}
    assert script("fit([5, 5, 5, 5], 800, 600)")["x"] == 5


def test_the_nearest_point_is_the_one_a_slow_search_finds(script: Script) -> None:
    rng = np.random.default_rng(3)
    places = rng.integers(0, LARGEST + 1, (400, 2))
    xs, ys = places[:, 0].tolist(), places[:, 1].tolist()
    for px, py in rng.integers(0, LARGEST + 1, (20, 2)).tolist():
        away = [math.hypot(x - px, y - py) for x, y in zip(xs, ys, strict=True)]
        near = min(away)
        call = (
            f"(() => {{ const x = {xs}, y = {ys}; return nearest(makeGrid(x, y), x, y, {px}, {py}, %s); }})()"
        )
        assert away[script(call % "Infinity")] == near
        assert script(call % (near * 0.999)) == -1


def test_labels_do_not_lie_over_each_other(script: Script) -> None:
    labels = [
        {"level": "cluster", "name": "tides, ebb, flood", "x": 100, "y": 100, "r": 50},
        {"level": "cluster", "name": "kites", "x": 104, "y": 100, "r": 50},
        {"level": "cluster", "name": "sails", "x": 400, "y": 300, "r": 50},
        {"level": "part", "name": "jib", "x": 300, "y": 400, "r": 50},
        {"level": "cluster", "name": "", "x": 10, "y": 10, "r": 50},
    ]
    call = "chooseLabels(%s, {x: 250, y: 250, scale: %s}, 500, 500, (line, size) => line.length * size * 0.6)"
    names = [one["label"]["name"] for one in script(call % (json.dumps(labels), 1))]
    assert names == ["tides, ebb, flood", "sails"]
    closer = [one["label"]["name"] for one in script(call % (json.dumps(labels), 1.5))]
    assert closer == ["tides, ebb, flood", "sails", "jib"]
    assert script(call % (json.dumps(labels), 0.1)) == []


def test_names_are_broken_between_words(script: Script) -> None:
    assert script("inLines('orbit, NASA, rocket')") == ["orbit, NASA, rocket"]
    assert script("inLines('law lords, terror suspects, human rights')") == [
        "law lords,",
        "terror suspects,",
        "human rights",
    ]
    assert script("inLines('')") == [""]


def test_a_disc_is_drawn_where_its_point_lies(script: Script) -> None:
    pixels = script(
        "(() => { const p = new Uint8ClampedArray(4 * 25).fill(255);"
        " const points = {x: [1], y: [1], cluster: [1]}, colours = [[0, 0, 0], [10, 20, 30]];"
        " raster(p, 5, 5, {x: 0, y: 0, scale: 1}, points, colours, 0.5, [0], () => 1);"
        " return Array.from(p); })()"
    )
    picture = np.array(pixels).reshape(5, 5, 4)
    # The middle of a picture 5 wide is 2.5: x = 1 rounds to column 4 (3.5), y = 1 upwards to row 2 (1.5).
    assert picture[2, 4].tolist() == [10, 20, 30, 255]
    assert (picture[:, :3] == 255).all()


def test_the_script_can_be_read_by_the_page(tmp_path: Path, script: Script) -> None:
    page = written(tmp_path, a_map(), TEXTS)
    assert (
        page.scripts[-1].strip()
        == files("engine.map").joinpath("page.js").read_text(encoding="utf-8").strip()
    )
    assert script("typeof start") == "function"
