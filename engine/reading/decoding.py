"""Decoding: from bytes of an unknown encoding to clean text."""

import codecs
import re
import warnings
from collections.abc import Iterable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_ESCAPES = (
    (b"\x1b$)C", "iso2022_kr"),
    (b"\x1b$B", "iso2022_jp_2"),
    (b"\x1b$@", "iso2022_jp_2"),
)
"""Sequences by which encodings of seven bits, which look like ASCII, switch to their own letters."""

_SAMPLE = 100_000
"""Bytes that are enough to guess an encoding from; guessing costs about 10 µs a byte."""

_DAMAGE = 0.02
"""The share of broken sequences among the non-ASCII ones up to which a text is still taken for UTF-8."""

_BINARY = 0.05
"""The share of control characters from which on something is no text."""

_CONTROLS = "".join(chr(code) for code in range(32) if chr(code) not in "\t\n\r\f\x1b") + "\x7f"

_CONTROL_BYTES = _CONTROLS.encode()

_UNWANTED = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufeff\ufffe\uffff\ud800-\udfff]")
"""Control characters, byte order marks, non-characters and lone surrogates: SQLite refuses some."""

_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028]")
_PARAGRAPH_ENDS = re.compile("\u2029")


def clean(text: str) -> str:
    """Return text with \\n for every line end, without what is no text, such as control characters."""
    text = _PARAGRAPH_ENDS.sub("\n\n", _LINE_ENDS.sub("\n", text))
    return _UNWANTED.sub("", text)


def decode(content: bytes, encoding: str) -> str:
    """Decode bytes; what the encoding does not know becomes U+FFFD, so that damage stays visible."""
    return content.decode(encoding, errors="replace")


def encoding_of(content: bytes, declared: str = "") -> str:
    """Return the encoding of bytes, "" when they are no text.

    In this order: a byte order mark, UTF-16 by its zero bytes, UTF-8 when it fits, the encoding that the file
    declares of itself, and the most likely one by the letters it would give.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return encoding
    wide = _wide_encoding(content[:_SAMPLE])
    if wide:
        return wide
    for escape, encoding in _ESCAPES:
        if escape in content[:_SAMPLE] and b"\0" not in content[:_SAMPLE]:
            return encoding
    if looks_binary(content[:_SAMPLE]):
        return ""
    if is_utf8([content]):
        return "utf-8"
    return _known(declared) or guess_encoding(content)


def is_utf8(blocks: Iterable[bytes]) -> bool:
    """Say whether bytes, given in blocks, are UTF-8, but for a little damage."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    good = bad = 0
    for block in blocks:
        if block.isascii() and not decoder.getstate()[0]:
            continue
        text = decoder.decode(block)
        broken = text.count("\ufffd")
        bad += broken
        good += sum(map(len, re.findall(r"[^\x00-\x7f]+", text))) - broken
    bad += decoder.decode(b"", final=True).count("\ufffd")
    return bad <= _DAMAGE * good


def looks_binary(sample: bytes) -> bool:
    """Say whether bytes that are not UTF-16 or UTF-32 are something else than text."""
    if not sample:
        return False
    if sample.startswith((b"%PDF-", b"PK\x03\x04", b"\x89PNG", b"\xd0\xcf\x11\xe0", b"\x7fELF", b"\x1f\x8b")):
        return True
    controls = len(sample) - len(sample.translate(None, _CONTROL_BYTES))
    return sample.count(0) > 0.001 * len(sample) + 1 or controls > _BINARY * len(sample)


def guess_encoding(content: bytes) -> str:
    """Return the most likely encoding of bytes that are not UTF-8; "" when none gives sensible text."""
    from charset_normalizer import from_bytes

    sample = _telling_part(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        matches = list(from_bytes(sample))
    if not matches:
        return ""
    best = matches[0]
    for match in matches:
        near = match.chaos <= best.chaos + 0.02 and match.coherence >= 0.9 * best.coherence
        if near and not _USUAL.isdisjoint(match.could_be_from_charset):
            return next(
                name
                for name in ("cp1252", *match.could_be_from_charset)
                if name in match.could_be_from_charset
            )
    return best.encoding


_USUAL = frozenset(
    "cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 iso8859_2 iso8859_5 iso8859_7 koi8_r cp866 tis_620 "
    "gb18030 big5 big5hkscs euc_jp shift_jis cp932 euc_kr cp949".split()
)
"""Encodings in which most old files are; many others, such as those of DOS, fit a short text of these by chance."""


def _telling_part(content: bytes) -> bytes:
    """Return a sample around the first bytes that are not ASCII, which alone tell encodings apart."""
    if len(content) <= _SAMPLE:
        return content
    first = re.search(rb"[^\x00-\x7f]", content)
    start = max(0, first.start() - 1000) if first else 0
    return content[start : start + _SAMPLE]


def _wide_encoding(sample: bytes) -> str:
    """Return UTF-16 or UTF-32 when zero bytes stand where they put them and all of it is letters; "" otherwise."""
    sample = sample[: len(sample) // 4 * 4]
    if len(sample) < 8 or not sample.count(0):
        return ""
    zeros = [sample[place::4].count(0) * 4 / len(sample) for place in range(4)]
    if min(zeros[2:]) > 0.9:
        candidates = ["utf-32-le"]
    elif min(zeros[:2]) > 0.9:
        candidates = ["utf-32-be"]
    elif min(zeros[1::2]) > max(zeros[::2]):
        candidates = ["utf-16-le"]
    else:
        candidates = ["utf-16-be"] if min(zeros[::2]) > max(zeros[1::2]) else ["utf-16-le", "utf-16-be"]
    return next((encoding for encoding in candidates if _is_text_in(sample, encoding)), "")


def _is_text_in(sample: bytes, encoding: str) -> bool:
    text = sample.decode(encoding, errors="replace")
    odd = sum(not (character.isprintable() or character in "\t\n\r\f") for character in text)
    spaces = text.count(" ") + text.count("\n") + text.count("\u3000")
    return odd + text.count("\ufffd") <= 0.01 * len(text) + 1 and spaces > 0


def _known(declared: str) -> str:
    try:
        name = codecs.lookup(declared.strip()).name if declared.strip() else ""
    except LookupError:
        return ""
    # Every page that says Latin-1 means Windows' superset of it (WHATWG Encoding Standard, section 4.2).
    return "cp1252" if name in ("iso8859-1", "ascii") else name
