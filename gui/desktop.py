"""Whether a window can be shown here; asked before Qt is imported, answered in a sentence."""

import ctypes
import importlib.util
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

COMMAND_LINE = (
    "The command line works without a display: "
    "try “asterism --help” or “asterism index FOLDER --corpus NAME”."
)

LIBRARIES: dict[str, tuple[str, str, str]] = {
    "libGL.so.1": ("libgl1", "mesa-libGL", "libglvnd"),
    "libEGL.so.1": ("libegl1", "mesa-libEGL", "libglvnd"),
    "libglib-2.0.so.0": ("libglib2.0-0", "glib2", "glib2"),
    "libfontconfig.so.1": ("libfontconfig1", "fontconfig", "fontconfig"),
    "libfreetype.so.6": ("libfreetype6", "freetype", "freetype2"),
    "libdbus-1.so.3": ("libdbus-1-3", "dbus-libs", "dbus"),
    "libxkbcommon.so.0": ("libxkbcommon0", "libxkbcommon", "libxkbcommon"),
}
"""What every Qt window loads: shared library → its package for apt, dnf and pacman."""

X11_LIBRARIES: dict[str, tuple[str, str, str]] = {
    "libX11.so.6": ("libx11-6", "libX11", "libx11"),
    "libX11-xcb.so.1": ("libx11-xcb1", "libX11-xcb", "libx11"),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0", "libxkbcommon-x11", "libxkbcommon-x11"),
    "libxcb.so.1": ("libxcb1", "libxcb", "libxcb"),
    "libxcb-cursor.so.0": ("libxcb-cursor0", "xcb-util-cursor", "xcb-util-cursor"),
    "libxcb-icccm.so.4": ("libxcb-icccm4", "xcb-util-wm", "xcb-util-wm"),
    "libxcb-image.so.0": ("libxcb-image0", "xcb-util-image", "xcb-util-image"),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1", "xcb-util-keysyms", "xcb-util-keysyms"),
    "libxcb-randr.so.0": ("libxcb-randr0", "libxcb", "libxcb"),
    "libxcb-render.so.0": ("libxcb-render0", "libxcb", "libxcb"),
    "libxcb-render-util.so.0": ("libxcb-render-util0", "xcb-util-renderutil", "xcb-util-renderutil"),
    "libxcb-shape.so.0": ("libxcb-shape0", "libxcb", "libxcb"),
    "libxcb-shm.so.0": ("libxcb-shm0", "libxcb", "libxcb"),
    "libxcb-sync.so.1": ("libxcb-sync1", "libxcb", "libxcb"),
    "libxcb-xfixes.so.0": ("libxcb-xfixes0", "libxcb", "libxcb"),
    "libxcb-xkb.so.1": ("libxcb-xkb1", "libxcb", "libxcb"),
}
"""What Qt's X11 plugin loads besides."""

INSTALLERS = {
    "apt": "sudo apt install",
    "dnf": "sudo dnf install",
    "pacman": "sudo pacman -S",
}


def obstacle(
    platform: str = sys.platform,
    environment: Mapping[str, str] = os.environ,
    load: Callable[[str], object] = ctypes.CDLL,
    os_release: Path = Path("/etc/os-release"),
) -> str:
    """Say why no window can be shown and what to type, or "" when nothing is in the way."""
    if importlib.util.find_spec("PySide6") is None:
        return f"PySide6, which draws the window, is not installed. Type: python -m pip install .  {COMMAND_LINE}"
    if not platform.startswith("linux"):
        return ""
    chosen = environment.get("QT_QPA_PLATFORM", "")
    display = environment.get("DISPLAY", "") or environment.get("WAYLAND_DISPLAY", "")
    if not chosen and not display:
        return (
            "There is no display to open a window on (neither DISPLAY nor WAYLAND_DISPLAY is set). "
            f"Start Asterism from a desktop session, or connect with “ssh -X”. {COMMAND_LINE}"
        )
    needed = dict(LIBRARIES)
    if chosen.startswith("xcb") or (not chosen and environment.get("DISPLAY", "")):
        needed |= X11_LIBRARIES
    missing = [name for name in needed if not _loads(name, load)]
    return _missing_sentence(missing, needed, os_release) if missing else ""


def _loads(name: str, load: Callable[[str], object]) -> bool:
    try:
        load(name)
    except OSError:
        return False
    return True


def _missing_sentence(missing: list[str], needed: dict[str, tuple[str, str, str]], os_release: Path) -> str:
    installer = package_manager(os_release)
    column = list(INSTALLERS).index(installer)
    packages = sorted({needed[name][column] for name in missing})
    word = (
        "a library that the window needs is" if len(missing) == 1 else "libraries that the window needs are"
    )
    return (
        f"The window cannot open: {word} missing ({', '.join(missing)}). "
        f"Type: {INSTALLERS[installer]} {' '.join(packages)}\n{COMMAND_LINE}"
    )


def package_manager(os_release: Path) -> str:
    """Return "apt", "dnf" or "pacman" for this distribution; "apt" when it does not say."""
    try:
        text = os_release.read_text(encoding="utf-8")
    except OSError:
        return "apt"
    fields = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    family = f"{fields.get('ID', '')} {fields.get('ID_LIKE', '')}".replace('"', "").lower().split()
    if {"fedora", "rhel", "centos"} & set(family):
        return "dnf"
    if {"arch", "manjaro"} & set(family):
        return "pacman"
    return "apt"
