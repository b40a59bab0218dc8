"""Word documents (docx): read by way of HTML, so that headings, lists and tables are kept."""

import zipfile
import zlib
from pathlib import Path
from typing import IO, Any
from xml.etree import ElementTree
from xml.parsers.expat import ExpatError

from engine.reading.decoding import clean
from engine.reading.html import html_prose
from engine.reading.readers import RawDocument, Unreadable, file_title

_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
r[style-name='Strong'] => strong
"""

_DAMAGE = (LookupError, ValueError, TypeError, AttributeError, AssertionError)
"""What mammoth raises when a part or an attribute it needs is missing or strange."""

_OLD_WORD = b"\xd0\xcf\x11\xe0"
_LARGEST_PART = 200 << 20
"""Bytes of unpacked XML; a larger part is no letter but a bomb."""

_CORE = "{http://schemas.openxmlformats.org/package/2006/metadata/core-properties}"
_DUBLIN = "{http://purl.org/dc/elements/1.1/}"
_TERMS = "{http://purl.org/dc/terms/}"


def read_docx(path: Path) -> RawDocument:
    """Return a Word document's text with a mark a heading; raises Unreadable when it is encrypted or damaged."""
    with open(path, "rb") as file:
        metadata, title = _checked(file)
        file.seek(0)
        prose, _ = html_prose(_html(file))
    if not prose.text.strip():
        raise Unreadable("has no text in it")
    return RawDocument(
        "", title or prose.title or file_title(path), prose.text, "docx", metadata, prose.marks
    )


def _checked(file: IO[bytes]) -> tuple[dict[str, Any], str]:
    """Return metadata and title of a file that looks like a Word document; raises Unreadable when it does not."""
    start = file.read(4)
    file.seek(0)
    if start == _OLD_WORD:
        encrypted = "EncryptedPackage".encode("utf-16-le") in file.read()
        raise Unreadable("is protected by a password" if encrypted else "is an old Word file, not a docx")
    try:
        with zipfile.ZipFile(file) as archive:
            if any(part.file_size > _LARGEST_PART for part in archive.infolist()):
                raise Unreadable("unpacks to more than any document holds: it is probably harmful")
            if any(part.flag_bits & 1 for part in archive.infolist()):
                raise Unreadable("is protected by a password")
            return _core(archive)
    except (zipfile.BadZipFile, EOFError, ValueError) as error:
        raise Unreadable("is not a valid docx, or is damaged") from error


def _core(archive: zipfile.ZipFile) -> tuple[dict[str, Any], str]:
    """Return what docProps/core.xml says: author, date, and the title."""
    try:
        root = ElementTree.fromstring(archive.read("docProps/core.xml"))
    except (KeyError, ElementTree.ParseError, zipfile.BadZipFile, NotImplementedError):
        return {}, ""  # NotImplementedError: zipfile's word for a compression that it does not know
    metadata = {
        name: text
        for name, tag in (("author", f"{_DUBLIN}creator"), ("date", f"{_TERMS}created"))
        if (text := " ".join(clean(root.findtext(tag) or "").split()))
    }
    return metadata, " ".join(clean(root.findtext(f"{_DUBLIN}title") or "").split())


def _html(file: IO[bytes]) -> str:
    import mammoth

    try:
        result = mammoth.convert_to_html(
            file,
            style_map=_STYLES,
            convert_image=mammoth.images.img_element(lambda image: {}),
            external_file_access=False,
        )
    except (zipfile.BadZipFile, zlib.error, ExpatError, OSError, *_DAMAGE) as error:
        raise Unreadable("is not a valid docx, or is damaged") from error
    return str(result.value)
