"""Opening an original: in the program that the desktop has for it, at the passage's page, line or words where it can.

What a program is told follows its own manual. One that is not in the tables below, or not the desktop's choice for
the file, gets the file alone: a page in an unwanted program would be worse than the first page in the wanted one.
"""

import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from urllib.parse import quote

from PySide6.QtCore import QProcess, QUrl
from PySide6.QtGui import QDesktopServices

from gui.reader.default_program import KINDS, default_program
from indexes.errors import SourceError
from indexes.records import Passage

BROWSERS = (
    "firefox", "librewolf", "chromium", "chrome", "google-chrome", "brave", "vivaldi", "microsoft-edge", "msedge",
)  # fmt: skip

AT_PAGE: dict[str, tuple[str, ...]] = {
    "evince": ("--page-index={page}", "{path}"),
    "papers": ("--page-index={page}", "{path}"),
    "atril": ("--page-index={page}", "{path}"),
    "xreader": ("--page-index={page}", "{path}"),
    "okular": ("--page", "{page}", "{path}"),
    "zathura": ("--page={page}", "{path}"),
    "mupdf": ("{path}", "{page}"),
    "qpdfview": ("{path}#{page}",),
    "sumatrapdf": ("-page", "{page}", "{path}"),
    "acrobat": ("/A", "page={page}", "{path}"),
    "acrord32": ("/A", "page={page}", "{path}"),
    "skim": ("skim://{quoted}#page={page}",),
    **dict.fromkeys(BROWSERS, ("{url}#page={page}",)),
}

AT_LINE: dict[str, tuple[str, ...]] = {
    "code": ("--goto", "{path}:{line}"),
    "codium": ("--goto", "{path}:{line}"),
    "vscode": ("vscode://file{quoted}:{line}",),
    "gedit": ("+{line}", "{path}"),
    "xed": ("+{line}", "{path}"),
    "pluma": ("+{line}", "{path}"),
    "geany": ("+{line}", "{path}"),
    "emacs": ("+{line}", "{path}"),
    "gvim": ("+{line}", "{path}"),
    "kate": ("--line", "{line}", "{path}"),
    "kwrite": ("--line", "{line}", "{path}"),
    "notepadqq": ("--line", "{line}", "{path}"),
    "sublime_text": ("{path}:{line}",),
    "notepad++": ("-n{line}", "{path}"),
}

AT_WORDS: dict[str, tuple[str, ...]] = dict.fromkeys(BROWSERS, ("{url}#:~:text={words}",))
"""Browsers find the words and scroll there: https://wicg.github.io/scroll-to-text-fragment/"""

EXECUTABLES = {"sublime_text": "subl"}
"""Programs that are called otherwise than their desktop entry."""

LARGEST = 8 << 20
"""Bytes of a text file in which the passage's line is looked for."""

WORDS = 8
"""Words of a passage by which a browser finds it; rarely would so many stand in two places."""


@dataclass(frozen=True, slots=True)
class Place:
    """A file, and where in it a passage stands: page and line from 1, its first words; 0 and "" for not known."""

    path: str
    page: int = 0
    line: int = 0
    words: str = ""

    def fill(self, pattern: str) -> str:
        """Return an argument for a program; what stands in a URL is quoted."""
        path = self.path if self.path.startswith("/") else "/" + self.path.replace("\\", "/")
        return pattern.format(
            path=self.path,
            page=self.page,
            line=self.line,
            quoted=quote(path, safe="/:"),
            url=QUrl.fromLocalFile(self.path).toString(QUrl.ComponentFormattingOption.FullyEncoded),
            words=quote(self.words, safe="").replace("-", "%2D"),
        )


@dataclass(frozen=True, slots=True)
class Desktop:
    """What opening asks of the machine. `handler` names the program for a MIME type, "" when it cannot be told."""

    platform: str
    handler: Callable[[str], str]
    which: Callable[[str], str | None]
    start: Callable[[list[str]], bool]
    open_plainly: Callable[[str], bool]


def this_desktop() -> Desktop:
    """Return the machine we are on."""
    return Desktop(sys.platform, default_program, shutil.which, _start, _open_plainly)


def open_at(passage: Passage, desktop: Desktop | None = None) -> str:
    """Open the file of a passage at its place; return what is to be said when the place could not be told, or "".

    Raises SourceError when the file has gone or no program opens it.
    """
    desktop = desktop or this_desktop()
    if not passage.path or not Path(passage.path).exists():
        raise SourceError(
            f"The file {passage.path} is no longer there. Update the corpus to take note of it."
        )
    place = place_of(passage)
    asked = command(place, desktop)
    if asked and desktop.start(asked):
        return ""
    if not desktop.open_plainly(passage.path):
        raise SourceError(
            f"No program is set to open {passage.path}. Choose one in the settings of your desktop."
        )
    return f"Its program cannot be told the page: go to page {place.page} there." if place.page else ""


def promise(passage: Passage, platform: str = sys.platform) -> str:
    """Return what opening the original will do, for a tool tip."""
    suffix = Path(passage.path).suffix.lower()
    if suffix != ".pdf" or passage.locator.kind != "page":
        return "Open the file in its own program"
    if platform == "darwin":
        return f"Open the file; Preview cannot be told the page, which is {passage.locator.value} (Skim can)"
    return f"Open the file in its own program, at page {passage.locator.value} where it can"


def place_of(passage: Passage) -> Place:
    """Return where a passage stands in its file, as far as its format tells; a text file is looked into."""
    kind = KINDS.get(Path(passage.path).suffix.lower(), "")
    if kind == "application/pdf":
        page = passage.locator.value if passage.locator.kind == "page" else ""
        return Place(passage.path, page=int(page) if page.isdecimal() else 0)
    if "html" in kind:
        return Place(passage.path, words=first_words(passage.text))
    if kind:
        return Place(passage.path, line=line_of(Path(passage.path), passage.text, passage.start))
    return Place(passage.path)


def command(place: Place, desktop: Desktop) -> list[str]:
    """Return the program for a place and its arguments, none of them for a shell; nothing when none is known."""
    table = AT_PAGE if place.page else AT_LINE if place.line else AT_WORDS if place.words else {}
    if not table:
        return []
    kind = KINDS.get(Path(place.path).suffix.lower(), "")
    handler = desktop.handler(kind)
    if not handler and kind.startswith("text/") and kind != "text/html":
        handler = desktop.handler("text/plain")
    name = known(handler, table)
    if not name:
        return []
    program = "open" if desktop.platform == "darwin" else _executable(handler, name, desktop)
    return [program, *(place.fill(pattern) for pattern in table[name])] if program else []


def known(handler: str, table: dict[str, tuple[str, ...]]) -> str:
    r"""Return which program of a table a handler is, "" for none.

    A handler is a desktop entry (org.gnome.Evince.desktop, firefox_firefox.desktop), a bundle
    (net.sourceforge.skim-app.skim) or an executable (C:\…\SumatraPDF.exe).
    """
    last = PureWindowsPath(handler).name.lower().removesuffix(".desktop").removesuffix(".exe")
    names = (last, last.split("_")[0], *(part for part in reversed(last.split("."))))
    for name in names:
        found = [key for key in table if name == key or name.startswith(f"{key}-")]
        if found:
            return max(found, key=len)
    return ""


def first_words(text: str) -> str:
    """Return the first words of the first line of a passage that has enough of them, else of its first line."""
    lines = [line.split() for line in text.splitlines() if line.strip()]
    chosen = next((line for line in lines if len(line) >= WORDS), lines[0] if lines else [])
    return " ".join(chosen[:WORDS])


def line_of(path: Path, text: str, near: int) -> int:
    """Return the line of a file, from 1, where a passage begins; 0 when it cannot be found.

    Of several places the one nearest to character `near` is taken; the file may hold more than the text, as marks do.
    """
    try:
        if path.stat().st_size > LARGEST:
            return 0
        content = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0
    for line in text.splitlines():
        sought = line.strip()[:80]
        if sought:
            places = [found.start() for found in re.finditer(re.escape(sought), content)]
            if places:
                return content.count("\n", 0, min(places, key=lambda place: abs(place - near))) + 1
    return 0


def _executable(handler: str, name: str, desktop: Desktop) -> str:
    """Return what to start for a handler: itself on Windows, elsewhere what the path knows it as."""
    if desktop.platform == "win32":
        return handler
    entry = PurePosixPath(handler).name.removesuffix(".desktop")
    candidates = (EXECUTABLES.get(name, name), entry, entry.split("_")[0], entry.lower())
    return next((found for one in candidates if (found := desktop.which(one))), "")


def _start(arguments: list[str]) -> bool:
    started = QProcess.startDetached(arguments[0], arguments[1:])
    return bool(started[0] if isinstance(started, tuple) else started)


def _open_plainly(path: str) -> bool:
    return QDesktopServices.openUrl(QUrl.fromLocalFile(path))
