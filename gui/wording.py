"""Counts, sizes and places as a person says them."""

from pathlib import Path, PurePath

MODE_NAMES = {"hybrid": "Both", "dense": "Meaning", "keyword": "Words"}

FORMAT_NAMES = {
    "txt": "Plain text",
    "md": "Markdown",
    "rst": "reStructuredText",
    "html": "Web pages",
    "pdf": "PDF",
    "docx": "Word",
    "csv": "CSV tables",
    "tsv": "TSV tables",
    "jsonl": "JSON lines",
    "parquet": "Parquet tables",
}


def count(number: int, noun: str, plural: str = "") -> str:
    """Return "1 passage", "1,204 passages"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def size(n_bytes: int) -> str:
    """Return a size on disk: "312 KB", "4.1 MB"."""
    if n_bytes < 1000:
        return count(n_bytes, "byte")
    value = float(n_bytes)
    for unit in ("KB", "MB", "GB", "TB"):
        value /= 1000
        if value < 1000 or unit == "TB":
            break
    return f"{value:.1f} {unit}" if value < 10 and unit != "KB" else f"{value:.0f} {unit}"


def percent(share: float) -> str:
    """Return a share as a percentage that says 100 % only when nothing is missing, 0 % only when nothing is there."""
    rounded = round(share * 100)
    if rounded == 100 and share < 1:
        rounded = 99
    if rounded == 0 and share > 0:
        return "< 1 %"
    return f"{rounded} %"


def format_name(name: str) -> str:
    """Return a format as shown in lists."""
    return FORMAT_NAMES.get(name, name.upper() if name else "Other")


def place(path: str) -> str:
    """Return the last part of a path, which is what a person calls it by."""
    return PurePath(path).name or path


def from_home(path: str) -> str:
    """Return a path as a person writes it: with “~” for the home folder."""
    home = str(Path.home())
    return f"~{path[len(home) :]}" if len(home) > 1 and path.startswith(home) else path


def signed(value: float) -> str:
    """Return a number with its sign and three places, with a true minus."""
    return f"{value:+.3f}".replace("-", "−")
