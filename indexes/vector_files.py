"""The files of a vector index: a header that vouches for how much of the others counts.

For a header of token T and c coded rows there are
- T.rows: float16 rows;
- T.log: int64 entries: the passage of the next row, or ~row when a row died;
- T-c.codes: the quantiser with its codes, as FAISS writes it.

Rows and log only grow. What stands behind the part that the header vouches for was never finished, and is written over.
Nothing that another process may have open is ever replaced, but the header, and that is read in one go.
"""

import json
import os
import zlib
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from indexes.records import Mark

FORMAT = 2
"""Raised whenever the files change: those of another format are made anew."""
HEADER = "header.json"


@dataclass(frozen=True, slots=True)
class Header:
    """What an index was made from, and of each file how much of it counts, with its CRC-32."""

    uid: str
    encoder_id: str
    mark: Mark
    token: str
    dim: int
    rows: int
    rows_crc32: int
    log: int = 0
    log_crc32: int = 0
    coded: int = 0
    codes_bytes: int = 0
    codes_crc32: int = 0
    trained_on: int = 0
    format: int = FORMAT


def read_header(folder: Path) -> Header | None:
    """Return what is vouched for; None when nothing is, or the header is damaged or of another format."""
    try:
        stored = json.loads((folder / HEADER).read_bytes())
        fields = stored["header"]
        if stored["crc32"] != _header_crc32(fields) or fields["format"] != FORMAT:
            return None
        return Header(**{**fields, "mark": Mark(**fields["mark"])})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_header(folder: Path, header: Header) -> None:
    """Write the header whole under its name, or not at all."""
    fields = asdict(header)
    part = folder / f"{os.getpid()}.part"
    try:
        part.write_text(json.dumps({"header": fields, "crc32": _header_crc32(fields)}))
        os.replace(part, folder / HEADER)
    finally:
        part.unlink(missing_ok=True)


def rows_path(folder: Path, token: str) -> Path:
    """Return where the rows are."""
    return folder / f"{token}.rows"


def log_path(folder: Path, token: str) -> Path:
    """Return where it is said which row is which passage."""
    return folder / f"{token}.log"


def codes_path(folder: Path, token: str, coded: int) -> Path:
    """Return where the codes of so many rows are."""
    return folder / f"{token}-{coded}.codes"


def read_checked(path: Path, size: int, crc32: int) -> bytes:
    """Return the first `size` bytes of a file; ValueError when they are not what was written."""
    with path.open("rb") as file:
        data = file.read(size)
    if len(data) != size or zlib.crc32(data) != crc32:
        raise ValueError(f"{path} is damaged")
    return data


def append(path: Path, start: int, data: bytes | memoryview, crc32: int) -> int:
    """Write `data` from byte `start` on; return the CRC-32 of all up to its end, given that of what stands before.

    OSError when it does not get there; what counts in the file is as before.
    """
    with path.open("r+b" if start else "w+b") as file:
        try:
            file.seek(start)
            file.write(data)
            file.flush()
        except OSError:
            _shorten(file, start)
            raise
    return zlib.crc32(data, crc32)


def tidy(folder: Path, header: Header) -> None:
    """Remove what no header speaks of any more; on Windows a file that someone has mapped stays until the next time."""
    ours = {
        HEADER,
        "lock",
        rows_path(folder, header.token).name,
        log_path(folder, header.token).name,
        codes_path(folder, header.token, header.coded).name,
    }
    of_format_1 = [folder.parent / "vectors.faiss", folder.parent / "vectors.json"]
    for path in [*of_format_1, *folder.iterdir()]:
        if path.name not in ours:
            with suppress(OSError):
                path.unlink(missing_ok=True)


def _header_crc32(fields: dict[str, object]) -> int:
    return zlib.crc32(json.dumps(fields, sort_keys=True).encode())


def _shorten(file: BinaryIO, size: int) -> None:
    """Give back the room that a failed write took: the disk may be full. Windows cannot while the file is mapped."""
    with suppress(OSError):
        file.truncate(size)
