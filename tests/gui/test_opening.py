"""Opening an original: which program is started with what, and what is said; no process is started."""

import plistlib
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from gui.reader import opening
from gui.reader.default_program import default_program
from gui.reader.opening import (
    Desktop,
    Place,
    command,
    first_words,
    known,
    line_of,
    open_at,
    place_of,
    promise,
)
from indexes.errors import SourceError
from indexes.records import Locator, Passage


class Machine:
    """A machine on which every program is installed unless it is in `missing`; notes what is started and opened."""

    def __init__(self, handler: str = "", platform: str = "linux", missing: tuple[str, ...] = ()) -> None:
        self.started: list[list[str]] = []
        self.opened: list[str] = []
        self.asked: list[str] = []
        self.desktop = Desktop(
            platform,
            lambda kind: self.asked.append(kind) or handler,
            lambda name: None if name in missing else f"/usr/bin/{name}",
            lambda arguments: self.started.append(arguments) is None,
            lambda path: self.opened.append(path) is None,
        )


NOWHERE = Locator()


def passage(path: Path | str, locator: Locator = NOWHERE, text: str = "", start: int = 0) -> Passage:
    return Passage(1, 1, "key", "title", str(path), "", start, start + len(text), locator, text)


@pytest.fixture
def pdf(tmp_path: Path) -> Passage:
    path = tmp_path / "tides & storms.pdf"
    path.write_bytes(b"%PDF-")
    return passage(path, Locator("page", "14"))


@pytest.mark.parametrize(
    ("handler", "program", "arguments"),
    [
        ("org.gnome.Evince.desktop", "evince", ["--page-index=14", "{path}"]),
        ("evince.desktop", "evince", ["--page-index=14", "{path}"]),
        ("org.gnome.Papers.desktop", "papers", ["--page-index=14", "{path}"]),
        ("xreader.desktop", "xreader", ["--page-index=14", "{path}"]),
        ("org.kde.okular.desktop", "okular", ["--page", "14", "{path}"]),
        ("org.pwmt.zathura-pdf-mupdf.desktop", "zathura", ["--page=14", "{path}"]),
        ("mupdf.desktop", "mupdf", ["{path}", "14"]),
        ("qpdfview.desktop", "qpdfview", ["{path}#14"]),
        ("firefox_firefox.desktop", "firefox", ["{url}#page=14"]),
        ("org.mozilla.firefox.desktop", "firefox", ["{url}#page=14"]),
        ("google-chrome.desktop", "google-chrome", ["{url}#page=14"]),
        ("chromium-browser.desktop", "chromium", ["{url}#page=14"]),
    ],
)
def test_a_pdf_is_opened_at_its_page_in_the_desktops_own_program(pdf, handler, program, arguments):
    machine = Machine(handler)
    assert open_at(pdf, machine.desktop) == ""
    url = "file://" + pdf.path.replace(" ", "%20")
    filled = [one.replace("{path}", pdf.path).replace("{url}", url) for one in arguments]
    assert machine.started == [[f"/usr/bin/{program}", *filled]]
    assert machine.asked == ["application/pdf"]
    assert machine.opened == []


def test_a_program_that_cannot_be_told_opens_the_file_and_the_page_is_said(pdf):
    machine = Machine("org.someone.Viewer.desktop")
    assert open_at(pdf, machine.desktop) == "Its program cannot be told the page: go to page 14 there."
    assert machine.started == []
    assert machine.opened == [pdf.path]


def test_a_program_that_is_not_installed_where_it_can_be_found_opens_plainly(pdf):
    machine = Machine("org.kde.okular.desktop", missing=("okular", "org.kde.okular"))
    open_at(pdf, machine.desktop)
    assert machine.opened == [pdf.path]


def test_a_program_that_does_not_start_opens_plainly(pdf):
    machine = Machine("evince.desktop")
    open_at(pdf, replace(machine.desktop, start=lambda _arguments: False))
    assert machine.opened == [pdf.path]


def test_a_sandboxed_program_is_found_under_its_own_name(pdf):
    machine = Machine("org.gnome.Evince.desktop", missing=("evince",))
    assert command(place_of(pdf), machine.desktop)[0] == "/usr/bin/org.gnome.Evince"


@pytest.mark.parametrize(
    ("handler", "arguments"),
    [
        (r"C:\Program Files\SumatraPDF\SumatraPDF.exe", ["-page", "3", r"C:\My files\a b.pdf"]),
        (r"C:\Program Files\Adobe\Acrobat.exe", ["/A", "page=3", r"C:\My files\a b.pdf"]),
    ],
)
def test_on_windows_the_chosen_program_itself_is_started(handler: str, arguments: list[str]):
    machine = Machine(handler, "win32")
    assert command(Place(r"C:\My files\a b.pdf", page=3), machine.desktop) == [handler, *arguments]


def test_on_a_mac_skim_is_told_the_page_and_preview_is_not():
    place = Place("/Users/ada/a b.pdf", page=3)
    assert command(place, Machine("net.sourceforge.skim-app.skim", "darwin").desktop) == [
        "open",
        "skim:///Users/ada/a%20b.pdf#page=3",
    ]
    assert command(place, Machine("com.apple.preview", "darwin").desktop) == []
    about = passage("/Users/ada/a.pdf", Locator("page", "3"))
    assert "Preview cannot be told the page" in promise(about, "darwin")
    assert promise(about, "linux") == "Open the file in its own program, at page 3 where it can"


@pytest.mark.parametrize(
    ("handler", "arguments"),
    [
        ("code.desktop", ["--goto", "{path}:3"]),
        ("code_code.desktop", ["--goto", "{path}:3"]),
        ("org.gnome.gedit.desktop", ["+3", "{path}"]),
        ("org.kde.kate.desktop", ["--line", "3", "{path}"]),
        ("sublime_text.desktop", ["{path}:3"]),
    ],
)
def test_a_text_is_opened_at_its_line(tmp_path: Path, handler: str, arguments: list[str]):
    path = tmp_path / "notes.txt"
    path.write_text("one\n\nthree and more\nfour\n", encoding="utf-8")
    machine = Machine(handler)
    open_at(passage(path, text="three and more\nfour"), machine.desktop)
    assert machine.started[0][1:] == [one.replace("{path}", str(path)) for one in arguments]


def test_markdown_without_a_program_of_its_own_goes_where_plain_text_goes(tmp_path: Path):
    path = tmp_path / "notes.md"
    path.write_text("# Storms\n\nThe wind turns.\n", encoding="utf-8")
    machine = Machine()
    desktop = replace(machine.desktop, handler=lambda kind: "code.desktop" if kind == "text/plain" else "")
    open_at(passage(path, Locator("heading", "Storms"), "The wind turns."), desktop)
    assert machine.started == [["/usr/bin/code", "--goto", f"{path}:3"]]


def test_a_web_page_is_opened_where_its_words_stand(tmp_path: Path):
    path = tmp_path / "page.html"
    path.write_text("<p>x</p>", encoding="utf-8")
    text = "Results\nThe half-time gauge, read at six & seven, stood still for hours"
    machine = Machine("firefox.desktop")
    open_at(passage(path, Locator("heading", "Results"), text), machine.desktop)
    words = "The%20half%2Dtime%20gauge%2C%20read%20at%20six%20%26%20seven%2C"
    assert machine.started == [["/usr/bin/firefox", f"file://{path}#:~:text={words}"]]


def test_a_format_without_places_is_opened_plainly_and_nothing_is_said(tmp_path: Path):
    path = tmp_path / "letter.docx"
    path.write_bytes(b"PK")
    machine = Machine("libreoffice-writer.desktop")
    assert open_at(passage(path, Locator("heading", "Storms")), machine.desktop) == ""
    assert machine.opened == [str(path)]
    assert machine.asked == []


def test_a_file_that_has_gone_is_said_to_have_gone():
    with pytest.raises(SourceError, match=r"The file /nowhere/a\.pdf is no longer there"):
        open_at(passage("/nowhere/a.pdf"), Machine().desktop)


def test_a_file_that_nothing_opens_is_said_to_have_no_program(pdf):
    desktop = replace(Machine().desktop, open_plainly=lambda _path: False)
    with pytest.raises(SourceError, match="No program is set to open"):
        open_at(pdf, desktop)


def test_the_line_is_the_occurrence_nearest_to_the_passage(tmp_path: Path):
    path = tmp_path / "log.txt"
    path.write_text("wind\n" * 100, encoding="utf-8")
    assert line_of(path, "wind", 0) == 1
    assert line_of(path, "wind", 250) == 51
    assert line_of(path, "rain", 0) == 0
    assert line_of(tmp_path / "gone.txt", "wind", 0) == 0


def test_a_large_file_is_not_looked_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(opening, "LARGEST", 10)
    path = tmp_path / "log.txt"
    path.write_text("twelve bytes", encoding="utf-8")
    assert line_of(path, "twelve", 0) == 0


def test_words_to_find_a_passage_by_come_from_a_line_that_has_enough_of_them():
    assert first_words("Short\n1 2 3 4 5 6 7 8 9 10") == "1 2 3 4 5 6 7 8"
    assert first_words("Only this") == "Only this"
    assert first_words("\n \n") == ""


def test_unknown_programs_are_in_no_table():
    assert known("", opening.AT_PAGE) == ""
    assert known("codex.desktop", opening.AT_LINE) == ""
    assert known("code-oss.desktop", opening.AT_LINE) == "code"


def test_linux_is_asked_by_xdg_mime_and_may_have_none(monkeypatch: pytest.MonkeyPatch):
    asked = []

    def run(arguments, **_options):
        asked.append(arguments)
        return subprocess.CompletedProcess(arguments, 0, "org.gnome.Evince.desktop\n", "")

    monkeypatch.setattr(subprocess, "run", run)
    assert default_program("application/pdf", "linux") == "org.gnome.Evince.desktop"
    assert asked == [["xdg-mime", "query", "default", "application/pdf"]]

    def missing(*_arguments, **_options):
        raise FileNotFoundError("xdg-mime")

    monkeypatch.setattr(subprocess, "run", missing)
    assert default_program("application/pdf", "linux") == ""


def test_a_mac_keeps_the_choice_in_a_property_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert default_program("application/pdf", "darwin") == ""
    folder = tmp_path / "Library/Preferences/com.apple.LaunchServices"
    folder.mkdir(parents=True)
    chosen = {"LSHandlerContentType": "com.adobe.pdf", "LSHandlerRoleAll": "net.sourceforge.skim-app.skim"}
    (folder / "com.apple.launchservices.secure.plist").write_bytes(
        plistlib.dumps({"LSHandlers": [{"LSHandlerURLScheme": "http"}, chosen]})
    )
    assert default_program("application/pdf", "darwin") == "net.sourceforge.skim-app.skim"
    assert default_program("text/plain", "darwin") == ""
    (folder / "com.apple.launchservices.secure.plist").write_bytes(b"bplist00 damaged")
    assert default_program("application/pdf", "darwin") == ""
