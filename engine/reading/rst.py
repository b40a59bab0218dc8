"""reStructuredText: read by way of HTML; what only Sphinx knows is read for its text."""

import re
from pathlib import Path
from typing import Any

from engine.reading.html import html_prose
from engine.reading.readers import RawDocument, file_title, read_string

_DIRECTIVE = re.compile(r"^[ \t]*\.\.[ \t]+(?:\|[^|\n]+\|[ \t]+)?([\w:+.-]+?)::(?:[ \t]|$)", re.MULTILINE)
_ROLE = re.compile(r":([\w:+.-]+):`|`:([\w:+.-]+):")
_TARGET = re.compile(r"^(.*?)\s*<[^<>]*>$", re.DOTALL)
_WITHOUT_TEXT = frozenset(
    "toctree index currentmodule module highlight literalinclude automodule autoclass autofunction tabularcolumns "
    "default-domain sectionauthor codeauthor".split()
)
_SETTINGS = {
    "file_insertion_enabled": False,  # a document must not pull other files of the machine into the corpus
    "raw_enabled": False,
    "report_level": 5,
    "halt_level": 5,
    "warning_stream": "",
    "_disable_config": True,
    "embed_stylesheet": False,
    "stylesheet_path": "",
    "stylesheet_dirs": [],
    "math_output": "LaTeX",
    "syntax_highlight": "none",
    "smart_quotes": False,
    "line_length_limit": 1_000_000,
}


def read_rst(path: Path) -> RawDocument:
    """Return a reStructuredText file's text with a mark a heading; as plain text when its markup is broken."""
    text, metadata = read_string(path)
    html = _html(text)
    if not html:
        return RawDocument("", file_title(path), text.strip("\n"), "rst", metadata)
    prose, found = html_prose(html)
    title = prose.title or file_title(path)
    found.pop("title", None)
    return RawDocument("", title, prose.text, "rst", metadata | found, prose.marks)


def _html(text: str) -> str:
    """Return the text as HTML, "" when its markup is too broken."""
    from docutils.core import publish_string
    from docutils.utils import SystemMessage

    _learn_directives(text)
    _learn_roles(text)
    try:
        return str(
            publish_string(
                text, writer="html5", settings_overrides=_SETTINGS | {"output_encoding": "unicode"}
            )
        )
    except (SystemMessage, AttributeError, ValueError, TypeError, LookupError, AssertionError):
        return ""


def _learn_directives(text: str) -> None:
    """Make docutils take every directive it does not know for a container of text, instead of an error."""
    from docutils import nodes
    from docutils.parsers.rst import Directive, directives
    from docutils.parsers.rst.directives import unchanged
    from docutils.parsers.rst.languages import en

    class AnyOptions(dict[str, Any]):
        def __bool__(self) -> bool:
            return True

        def __getitem__(self, name: str) -> Any:
            return unchanged

    class Container(Directive):  # type: ignore[misc]  # docutils has no types
        """Reads its content; its argument is a line above it."""

        has_content = True
        optional_arguments = 1
        final_argument_whitespace = True
        option_spec = AnyOptions()

        def run(self) -> list[Any]:
            if self.name.lower() in _WITHOUT_TEXT:
                return []
            found: list[Any] = []
            if self.arguments and not self.arguments[0].startswith(":"):
                inline, messages = self.state.inline_text(self.arguments[0], self.lineno)
                found += [nodes.paragraph("", "", *inline), *messages]
            container = nodes.container()
            self.state.nested_parse(self.content, self.content_offset, container)
            return [*found, container]

    class Code(Container):
        """Keeps code as it is; docutils' own directive gives up over the options that Sphinx adds."""

        def run(self) -> list[Any]:
            code = "\n".join(self.content)
            return [nodes.literal_block(code, code)]

    for name in ("code", "code-block", "sourcecode"):
        directives.register_directive(name, Code)
    for name in {match.lower() for match in _DIRECTIVE.findall(text)}:
        if name not in en.directives and name not in directives._directives:
            directives.register_directive(name, Container)


def _learn_roles(text: str) -> None:
    """Make docutils take every role it does not know for its text, without the target behind it in angle brackets."""
    from docutils import nodes
    from docutils.parsers.rst import roles
    from docutils.parsers.rst.languages import en
    from docutils.utils import unescape

    def shown(
        name: str,
        rawtext: str,
        text: str,
        lineno: int,
        inliner: Any,
        options: Any = None,
        content: Any = None,
    ) -> tuple[list[Any], list[Any]]:
        text = unescape(text)
        match = _TARGET.match(text)
        return [nodes.Text(match[1] if match and match[1] else text.lstrip("~!"))], []

    for name in {(before or after).lower() for before, after in _ROLE.findall(text)}:
        if name not in en.roles and name not in roles._roles:
            roles.register_local_role(name, shown)
