"""Whether a window can be shown, said before Qt is loaded."""

from pathlib import Path

import pytest

from gui.desktop import obstacle, package_manager

DISPLAY = {"DISPLAY": ":0"}


def loads_all_but(*missing: str):
    def load(name: str) -> object:
        if name in missing:
            raise OSError(f"{name}: cannot open shared object file")
        return object()

    return load


def release(folder: Path, text: str) -> Path:
    file = folder / "os-release"
    file.write_text(text, encoding="utf-8")
    return file


def test_no_display_is_said_with_the_command_line_as_the_way_without():
    said = obstacle("linux", {}, loads_all_but())
    assert "no display" in said
    assert "asterism --help" in said


def test_a_missing_library_is_named_with_what_to_type(tmp_path):
    system = release(tmp_path, 'ID=ubuntu\nID_LIKE="debian"\n')
    said = obstacle("linux", DISPLAY, loads_all_but("libxcb-cursor.so.0"), system)
    assert "libxcb-cursor.so.0" in said
    assert "sudo apt install libxcb-cursor0" in said
    assert "asterism --help" in said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ID=fedora\n", "sudo dnf install libxkbcommon-x11 xcb-util-cursor"),
        ("ID=manjaro\nID_LIKE=arch\n", "sudo pacman -S libxkbcommon-x11 xcb-util-cursor"),
    ],
)
def test_packages_are_called_as_the_distribution_calls_them(tmp_path, text, words):
    load = loads_all_but("libxcb-cursor.so.0", "libxkbcommon-x11.so.0")
    assert words in obstacle("linux", DISPLAY, load, release(tmp_path, text))


def test_nothing_is_in_the_way_on_a_complete_desktop():
    assert obstacle("linux", DISPLAY, loads_all_but()) == ""
    assert obstacle("darwin", {}, loads_all_but("libxcb-cursor.so.0")) == ""


def test_wayland_and_offscreen_do_not_need_the_libraries_of_x11():
    load = loads_all_but("libxcb-cursor.so.0")
    assert obstacle("linux", {"WAYLAND_DISPLAY": "wayland-0"}, load) == ""
    assert obstacle("linux", {"QT_QPA_PLATFORM": "offscreen"}, load) == ""


def test_a_system_that_does_not_say_what_it_is_gets_apt(tmp_path):
    assert package_manager(tmp_path / "none") == "apt"


def test_asking_does_not_load_qt():
    import subprocess
    import sys

    code = "import sys, gui.desktop; gui.desktop.obstacle(); print('PySide6.QtCore' in sys.modules)"
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert done.stdout.strip() == "False"
