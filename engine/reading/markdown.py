"""Markdown: read by way of HTML, so that wrapped lines become paragraphs and headings, lists and code are kept."""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.reading.decoding import clean
from engine.reading.html import html_prose
from engine.reading.readers import RawDocument, file_title, read_string

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_FRONT_MATTER = re.compile(
    r"\A(---|\+\+\+)[ \t]*\n(.*?)^(?:\1|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE
)
_FIELD = re.compile(r"^([A-Za-z_][\w-]*):[ \t]+(\S.*)$", re.MULTILINE)
_KEPT_FIELDS = {
    "author": "author",
    "authors": "author",
    "date": "date",
    "tags": "tags",
    "description": "description",
}
_HEADING_ID = re.compile(r"^( {0,3}#{1,6} .*?)[ \t]*\{#[^{}\n]*\}[ \t]*$", re.MULTILINE)
_CONTAINER = re.compile(r"^ {0,3}:::+[ \t]*[\w-]*[ \t]*(.*)$", re.MULTILINE)
"""`::: tip Title` and its closing `:::`, which many documentation programs know and CommonMark does not."""


def read_markdown(path: Path) -> RawDocument:
    """Return a Markdown file's text with a mark a heading; its front matter becomes title and metadata."""
    text, metadata = read_string(path)
    found, body = front_matter(text)
    prose, _ = html_prose(_html(body))
    title = str(found.pop("title", "")) or prose.title or file_title(path)
    return RawDocument("", title, prose.text, "md", metadata | found, prose.marks)


def front_matter(text: str) -> tuple[dict[str, Any], str]:
    """Divide a file into what its front matter (YAML's or TOML's simple fields) says and the text below it."""
    match = _FRONT_MATTER.match(text)
    if not match:
        return {}, text
    fields: dict[str, Any] = {}
    if match[1] == "---":
        fields = {name: value.strip().strip("\"'") for name, value in _FIELD.findall(match[2])}
    else:
        try:
            fields = tomllib.loads(match[2])
        except tomllib.TOMLDecodeError:
            return {}, text
    found: dict[str, Any] = {"title": str(fields["title"])} if fields.get("title") else {}
    for name, value in fields.items():
        if name.lower() in _KEPT_FIELDS and value:
            found[_KEPT_FIELDS[name.lower()]] = clean(str(value))
    return found, text[match.end() :]


def _html(text: str) -> str:
    return str(_parser().render(_HEADING_ID.sub(r"\1", _CONTAINER.sub(r"\1", text))))


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererHTML
    from markdown_it.token import Token
    from markdown_it.utils import EnvType, OptionsDict
    from selectolax.lexbor import LexborHTMLParser

    class Renderer(RendererHTML):
        """Lets HTML inside Markdown end where it must: an unclosed <script> would swallow all that follows."""

        def html_block(self, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType) -> str:
            body = LexborHTMLParser(tokens[place].content).body
            return (body.html or "") if body is not None else ""

        def html_inline(self, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType) -> str:
            return "<br>" if tokens[place].content.lower().startswith("<br") else ""

    return MarkdownIt("commonmark", renderer_cls=Renderer).enable(["table", "strikethrough"])
