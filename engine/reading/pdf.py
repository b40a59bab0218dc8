"""PDF: the text layer page by page, as PDFium finds it, put back into paragraphs."""

import re
from itertools import dropwhile, takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.reading.decoding import clean
from engine.reading.page_layout import Line, paragraphs, without_repeated_lines
from engine.reading.prose import Prose
from engine.reading.readers import RawDocument, Unreadable, file_title
from indexes.records import Locator

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfTextPage

_NO_TITLE = re.compile(r"untitled.*|title|slide 1|.*\.(tmp|dvi|indd|qxd|eps)|[\W\d_]*", re.IGNORECASE)
_FILE_ENDING = re.compile(r"\.(pdf|docx?|rtf|odt|pages|tex|xlsx?|pptx?)$", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]{2}")
_HYPHEN = "\ufffe"
"""What PDFium writes for a hyphen and the line's end behind it."""

_PRINTED_LINE = re.compile(rf"([^\r\n{_HYPHEN}]*)({_HYPHEN}|\r\n|[\r\n]|$)")
_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)?(\d\d)?")


def read_pdf(path: Path) -> RawDocument:
    """Return a PDF's text with a mark a page; raises Unreadable when it is encrypted, damaged or only pictures."""
    document = _open(path)
    try:
        pages, failed = _pages(document)
        metadata, title = _metadata(document)
        count = len(document)
        pictures = not any(pages) and _has_pictures(document)
    finally:
        document.close()
    if failed == count:
        raise Unreadable("has no page that can be read: it is probably damaged")
    prose = Prose()
    for number, lines in enumerate(without_repeated_lines(pages), 1):
        _add_page(prose, paragraphs(lines), number)
    if not prose.text.strip():
        scan = ": it is probably a scan; text recognition is not part of Asterism yet" if pictures else ""
        raise Unreadable(f"has {count} page{'s' * (count > 1)} but no text{scan}")
    if failed:
        metadata["unreadable_pages"] = failed
    title = title or _printed_title(pages[0]) or file_title(path)
    return RawDocument("", title, prose.text, "pdf", metadata, prose.marks)


def _open(path: Path) -> "PdfDocument":
    import pypdfium2
    from pypdfium2 import raw

    try:
        return pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        code = getattr(error, "err_code", None)
        if code == raw.FPDF_ERR_PASSWORD:
            raise Unreadable("is protected by a password") from error
        if code == raw.FPDF_ERR_SECURITY:
            raise Unreadable("is encrypted in a way that cannot be opened") from error
        raise Unreadable("is not a valid PDF, or is damaged") from error


def _pages(document: "PdfDocument") -> tuple[list[list[Line]], int]:
    """Return the lines of every page, none for a page that cannot be read, and how many those are."""
    from pypdfium2 import PdfiumError

    pages: list[list[Line]] = []
    failed = 0
    for number in range(len(document)):
        try:
            page = document[number]
            text_page = page.get_textpage()
        except PdfiumError:
            pages.append([])
            failed += 1
            continue
        pages.append(_lines(text_page))
        text_page.close()
        page.close()
    return pages, failed


def _lines(page: "PdfTextPage") -> list[Line]:
    """Return a page's lines in the order of the file, which is mostly that of reading."""
    lines: list[Line] = []
    offset = 0  # in UTF-16 units, as PDFium counts
    for match in _PRINTED_LINE.finditer(page.get_text_range()):
        raw, end = match[1], match[2]
        text = clean(raw.replace("\t", " ")).strip()
        if text:
            first = offset + len(raw) - len(raw.lstrip())
            last = offset + _units(raw.rstrip()) - 1
            lines.append(_placed(page, text, first, last, end == _HYPHEN, len(lines)))
        offset += _units(raw) + len(end)
    return lines


def _units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _placed(page: "PdfTextPage", text: str, first: int, last: int, hyphenated: bool, number: int) -> Line:
    """Return a line with its place from the boxes of its first and last character, else a place under the others."""
    from pypdfium2 import PdfiumError, raw

    try:
        left, bottom, _, top = page.get_charbox(
            raw.FPDFText_GetCharIndexFromTextIndex(page, first), loose=True
        )
        _, last_bottom, right, _ = page.get_charbox(
            raw.FPDFText_GetCharIndexFromTextIndex(page, last), loose=True
        )
    except PdfiumError:
        return Line(text, 0.0, 6.0 * len(text), -12.0 * number, -12.0 * number, 12.0, hyphenated)
    return Line(text, left, right, bottom, last_bottom, max(1.0, top - bottom), hyphenated)


def _add_page(prose: Prose, text: str, number: int) -> None:
    """Append a page; a paragraph that goes on from the page before is joined to its beginning."""
    if not text:
        return
    gap = " " if _goes_on(prose.text[-1:], text) else "\n\n"
    prose.mark(Locator("page", str(number)), gap)
    prose.add(text, gap)


def _goes_on(last: str, text: str) -> bool:
    return text[0].islower() and (last.isalnum() or last in ",-–")


def _has_pictures(document: "PdfDocument") -> bool:
    from pypdfium2 import PdfiumError, raw

    for number in range(min(len(document), 20)):
        try:
            page = document[number]
            if next(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3), None) is not None:
                return True
        except PdfiumError:
            continue
    return False


def _metadata(document: "PdfDocument") -> tuple[dict[str, Any], str]:
    found = {
        name: " ".join(clean(document.get_metadata_value(name)).split())
        for name in ("Title", "Author", "CreationDate")
    }
    metadata: dict[str, Any] = {}
    if found["Author"]:
        metadata["author"] = found["Author"]
    if date := _DATE.match(found["CreationDate"]):
        metadata["date"] = "-".join(filter(None, date.groups()))
    title = _FILE_ENDING.sub("", found["Title"].removeprefix("Microsoft Word - "))
    return metadata, "" if _NO_TITLE.fullmatch(title) else title


def _printed_title(lines: list[Line]) -> str:
    """Return the first lines of a page that are clearly larger than its others; "" when there are none."""
    if len(lines) < 4:
        return ""
    usual = sorted(line.size for line in lines)[len(lines) // 2]
    large = dropwhile(lambda line: line.size < 1.2 * usual or not _LETTERS.search(line.text), lines[:12])
    first = next(large, None)
    if first is None:
        return ""
    rest = takewhile(lambda line: 0.95 < line.size / first.size < 1.05, large)
    title = " ".join(line.text for line in (first, *rest))
    return title if len(title) <= 200 else ""
