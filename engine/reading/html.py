"""HTML: the text of a page as a person would read it, without scripts, menus and markup."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.reading.decoding import clean, decode, encoding_of
from engine.reading.prose import Prose, joined_lines
from engine.reading.readers import RawDocument, Unreadable, file_title, read_bytes

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_DROPPED = frozenset(
    "script style noscript template head nav svg math iframe object canvas audio video map "
    "button select input textarea datalist dialog".split()
)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_BLOCKS = frozenset(
    "p div section article main aside header footer address blockquote figure figcaption center form fieldset "
    "ul ol li dl dt dd table caption thead tbody tfoot tr td th pre hr details summary legend body html".split()
)
_TIGHT = frozenset(("li", "dt", "dd", "tr"))
"""Blocks that follow each other line by line, without a blank line between two."""

_LONGEST_CELL = 300
_BREAK = "\x00"
"""Stands for a <br> while a line is put together; a clean page has none."""

_PARAGRAPH = re.compile(r"\n{3,}")
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_DATES = ("article:published_time", "date", "dc.date", "dcterms.created", "dc.date.issued", "pubdate")
_SMALLEST_MAIN = 200
_SMALLEST_MENU = 8


def read_html(path: Path) -> RawDocument:
    """Return an HTML file's text with a mark a heading; raises Unreadable when it is no text."""
    content = read_bytes(path)
    declared = _CHARSET.search(content[:4096])
    encoding = encoding_of(content, declared[1].decode("ascii") if declared else "")
    if not encoding:
        raise Unreadable("looks like a binary file, not HTML, or its encoding is unknown")
    metadata = {} if encoding == "utf-8" else {"encoding": encoding}
    prose, found = html_prose(decode(content, encoding), without_menus=True)
    title = found.pop("title", "") or prose.title or file_title(path)
    return RawDocument("", title, prose.text, "html", metadata | found, prose.marks)


def html_prose(html: str, without_menus: bool = False) -> tuple[Prose, dict[str, Any]]:
    """Return the text of a page, and what its head says: "title", "author", "date", where it does.

    With `without_menus`, long lists of nothing but links are left out.
    """
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(clean(html))
    prose = Prose()
    if tree.body is not None:
        _Walk(prose, without_menus).walk(_main_part(tree.body))
    if without_menus and not prose.text:  # a page of nothing but links
        return html_prose(html)
    return prose, _head(tree)


def _head(tree: "LexborHTMLParser") -> dict[str, Any]:
    found: dict[str, Any] = {}
    title = tree.css_first("head > title") or tree.css_first("title")
    if title is not None and (text := joined_lines(title.text())):
        found["title"] = text
    for node in tree.css("meta[content]"):
        attributes = node.attributes
        name = (attributes.get("name") or attributes.get("property") or "").lower()
        content = joined_lines(attributes.get("content") or "")
        if not content:
            continue
        if name in ("author", "dc.creator", "article:author") and "://" not in content:
            found.setdefault("author", content)
        elif name in _DATES:
            found.setdefault("date", content)
    return found


def _main_part(body: "LexborNode") -> "LexborNode":
    """Return the part that a page itself calls its main one, if it is there once and holds text; else all."""
    main = body.css("main, [role=main]")
    if len(main) == 1 and len(main[0].text().strip()) >= _SMALLEST_MAIN:
        return main[0]
    return body


class _Walk:
    """Goes through a page's nodes in order, without recursion (pages may nest deeply), and fills a Prose."""

    def __init__(self, prose: Prose, without_menus: bool) -> None:
        self._prose = prose
        self._without_menus = without_menus
        self._line: list[str] = []
        self._gap = "\n\n"
        self._prefix = ""
        self._numbers: list[int | None] = []  # of the lists around: the last item's number, None with bullets

    def walk(self, root: "LexborNode") -> None:
        """Add the text under `root`."""
        node, depth = root, 0
        while True:
            inside = self._enter(node)
            child = node.child if inside else None
            if child is not None:
                node, depth = child, depth + 1
                continue
            if inside:
                self._leave(node.tag or "")
            while depth and node.next is None:
                parent = node.parent
                assert parent is not None
                node, depth = parent, depth - 1
                self._leave(node.tag or "")
            following = node.next
            if not depth or following is None:
                break
            node = following
        self._flush()

    def _enter(self, node: "LexborNode") -> bool:
        """Take what stands at a node; return whether to go into it."""
        tag = node.tag or ""
        if tag == "-text":
            self._line.append(node.text_content or "")
        elif tag == "br":
            self._line.append(_BREAK)
        elif tag == "img":
            self._line.append(f" {node.attributes.get('alt') or ''} ")
        elif tag in _HEADINGS:
            self._flush()
            self._prose.add_heading(joined_lines(node.text()))
            self._gap = "\n\n"
        elif tag == "pre":
            self._flush()
            self._prose.add(node.text().rstrip().expandtabs(4))
        elif tag == "tr" and (row := _row(node)):
            self._flush()
            self._prose.add(row, "\n" if _follows_row(node) else "\n\n")
            self._gap = "\n\n"
        elif not self._is_left_out(node, tag):
            if tag in _BLOCKS:
                self._flush()
                self._open(node, tag)
            return True
        return False

    def _is_left_out(self, node: "LexborNode", tag: str) -> bool:
        if tag in _DROPPED or tag.startswith(("-", "!")) or _is_hidden(node):
            return True
        return self._without_menus and tag in ("ul", "ol") and not self._numbers and _is_menu(node)

    def _open(self, node: "LexborNode", tag: str) -> None:
        if tag in ("ul", "ol"):
            if self._numbers:
                self._gap = "\n"
            start = node.attributes.get("start") or ""
            first = int(start) if start.isdecimal() and len(start) < 9 else 1
            self._numbers.append(first - 1 if tag == "ol" else None)
        elif tag == "li":
            number = self._numbers[-1] if self._numbers else None
            if number is not None:
                self._numbers[-1] = number = number + 1
            self._prefix = "  " * (len(self._numbers) - 1) + ("• " if number is None else f"{number}. ")

    def _leave(self, tag: str) -> None:
        if tag not in _BLOCKS:
            return
        self._flush()
        if tag in ("ul", "ol") and self._numbers:
            self._numbers.pop()
        self._gap = "\n" if tag in _TIGHT or self._numbers else "\n\n"

    def _flush(self) -> None:
        """Add the text since the last border as a block; a run of white space is one blank, a <br> ends a line."""
        whole = "".join(self._line)
        self._line.clear()
        text = "\n".join(joined_lines(line) for line in whole.split(_BREAK)).strip("\n")
        if text:
            self._prose.add(self._prefix + _PARAGRAPH.sub("\n\n", text), self._gap)
            self._prefix = ""
            self._gap = "\n\n"


def _row(row: "LexborNode") -> str:
    """Return a table's row on one line, its cells divided by bars; "" when it is there for the page's layout."""
    if (
        row.css_first("table, h1, h2, h3, h4, h5, h6, ul, ol, pre, td p + p, td div + div, br + br")
        is not None
    ):
        return ""
    cells = [joined_lines(_cell_text(cell)) for cell in row.css("td, th")]
    if max(map(len, cells), default=0) > _LONGEST_CELL:
        return ""
    while cells and not cells[-1]:
        cells.pop()
    return " | ".join(cells) if any(cells) else ""


def _cell_text(cell: "LexborNode") -> str:
    return cell.text(separator=" " if cell.css_first("p, div, br") is not None else "")


def _follows_row(row: "LexborNode") -> bool:
    """Say whether there is a row of the same table above, be it that of its head."""
    before, parent = _element_before(row), row.parent
    if before is not None or parent is None or parent.tag == "table":
        return before is not None and before.tag == "tr"
    before = _element_before(parent)
    return before is not None and before.tag in ("thead", "tbody", "tfoot")


def _element_before(node: "LexborNode") -> "LexborNode | None":
    before = node.prev
    while before is not None and (before.tag or "-").startswith(("-", "!")):
        before = before.prev
    return before


def _is_menu(node: "LexborNode") -> bool:
    """Say whether a list is many short links and hardly anything else."""
    links = node.css("a")
    if len(links) < _SMALLEST_MENU:
        return False
    linked = sum(len(joined_lines(link.text())) for link in links)
    return linked < 30 * len(links) and linked > 0.9 * len(joined_lines(node.text()).replace(" ", ""))


def _is_hidden(node: "LexborNode") -> bool:
    attributes = node.attributes
    style = (attributes.get("style") or "").replace(" ", "").lower()
    return (
        "hidden" in attributes
        or attributes.get("role") in ("navigation", "search")
        or "display:none" in style
        or (
            attributes.get("aria-hidden") == "true"
            and node.tag not in ("body", "main", "article", "div", "p")
        )
    )
