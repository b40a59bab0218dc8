"""Which program the desktop has for a kind of file: its entry, bundle or executable, as the platform names it."""

import re
import subprocess
import sys
from pathlib import Path

KINDS = {
    ".pdf": "application/pdf",
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".txt": "text/plain",
    ".text": "text/plain",
    ".rst": "text/x-rst",
}
"""Kinds of files in which a place can be told, by suffix."""

MAC_KINDS = {
    "application/pdf": "com.adobe.pdf",
    "text/markdown": "net.daringfireball.markdown",
    "text/plain": "public.plain-text",
}


def default_program(kind: str, platform: str = sys.platform) -> str:
    """Return the program for a MIME type, "" when it cannot be told; takes some milliseconds."""
    if platform == "win32":
        return _on_windows(kind)
    return _on_mac(kind) if platform == "darwin" else _on_linux(kind)


def _on_linux(kind: str) -> str:
    """Ask the desktop for the entry of its program; https://portland.freedesktop.org/doc/xdg-mime.html"""
    try:
        asked = subprocess.run(
            ["xdg-mime", "query", "default", kind], capture_output=True, text=True, timeout=2, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return asked.stdout.strip()


def _on_windows(kind: str) -> str:
    """Return the executable that the user chose for a suffix, from the registry."""
    import winreg

    suffix = next(suffix for suffix, one in KINDS.items() if one == kind)
    choice = rf"Software\Microsoft\Windows\CurrentVersion\Explorer\FileExts\{suffix}\UserChoice"
    try:
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, choice) as key:
            program = winreg.QueryValueEx(key, "ProgId")[0]
        with winreg.OpenKey(winreg.HKEY_CLASSES_ROOT, rf"{program}\shell\open\command") as key:
            line = winreg.QueryValueEx(key, "")[0]
    except OSError:
        return ""
    found = re.match(r'"([^"]+)"|(\S+)', line)
    return (found[1] or found[2]) if found else ""


def _on_mac(kind: str) -> str:
    """Return the bundle that the user chose for a kind, from Launch Services; "" while it is Apple's own."""
    import plistlib

    place = "Library/Preferences/com.apple.LaunchServices/com.apple.launchservices.secure.plist"
    try:
        handlers = plistlib.loads((Path.home() / place).read_bytes()).get("LSHandlers", [])
    except (OSError, ValueError, plistlib.InvalidFileException):
        return ""
    wanted = MAC_KINDS.get(kind, "")
    chosen = [
        one.get("LSHandlerRoleAll", "") for one in handlers if one.get("LSHandlerContentType") == wanted
    ]
    return chosen[0] if chosen and wanted else ""
