"""Boilerplate: lines that are no language or say nothing of a subject, taken out before clusters are named."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise

from engine.map.terms import MARKUP
from engine.progress import Progress, Steps

REPEATED_LINE = 3
"""A line of at least MIN_LINE words that stands in so many passages is a signature or a header, no subject."""

MIN_LINE = 3

ENCODED_LINE = 24
"""Characters from which on a line is looked at as perhaps encoded; shorter ones may be a heading or a formula."""

LANGUAGE = 0.5
"""A line with a smaller share of its characters in words is encoded, or a table of numbers."""

_HEADER = re.compile(
    r"\s*(?:[>|:]\s*)*(?:from|to|cc|bcc|sender|organi[sz]ation|lines|distribution|reply-to|followup-to|references|"
    r"message-id|nntp-posting-host|newsgroups|path|xref|date|sent|received|return-path|mime-version|news-software|"
    r"content-[a-z-]+|x-[a-z-]+|article-i\.d\.|expires|approved|originator|status|importance|priority)\s*:(?!//)",
    re.IGNORECASE,
)
_SUBJECT = re.compile(r"\s*(?:subject|betreff|objet)\s*:\s*", re.IGNORECASE)
_REPLY = re.compile(r"^(?:(?:re|fwd?|aw|wg)\s*:\s*)+", re.IGNORECASE)
_ATTRIBUTION = re.compile(
    r"(?:\bin (?:article|message)\b.{0,200}|^.{0,120})\b(?:writes|wrote|schrieb|écrit|said)\s*:\s*$",
    re.IGNORECASE,
)
_MAIL = re.compile(
    r"^\s*(?:from|subject|organi[sz]ation|message-id|newsgroups)\s*:", re.IGNORECASE | re.MULTILINE
)
_PLAIN_WORD = re.compile(r"(?<![^\s\"'“‘(\[-])[^\W\d_]{2,}(?:['’-][^\W\d_]+)*(?![^\s\"'”’).,;:!?\]-])")
_VOWEL = re.compile("[aeiouyàâäåæèéêëìíîïòóôöøùúûü]", re.IGNORECASE)
_LATIN = re.compile("[a-z]", re.IGNORECASE)


def without_boilerplate(
    groups: Mapping[int, Iterable[str]], progress: Progress
) -> Steps[dict[int, list[str]]]:
    """Return the passages of each group without headers, encoded lines and lines that are often repeated.

    A passage of which nothing is left is "": it still counts as one that does not hold a term.
    """
    said: dict[int, list[str]] = {}
    for group, texts in groups.items():
        said[group] = []
        for number, text in enumerate(texts):
            said[group].append(_said(text))
            if number % 20 == 0:
                yield progress
    repeated = _repeated(text for texts in said.values() for text in texts)
    return {
        group: [
            "\n".join(line for line in text.splitlines() if line not in repeated) or text for text in texts
        ]
        for group, texts in said.items()
    }


def is_language(line: str) -> bool:
    """Say whether a line is written for people: most of its characters are in words that can be spoken."""
    line = MARKUP.sub(" ", line).lstrip(" >|:")
    signs = len(line.replace(" ", ""))
    if signs < ENCODED_LINE:
        return True
    if not line.isascii() and not _LATIN.search(line):
        return any(sign.isalpha() for sign in line)
    spoken = sum(
        len(word)
        for word in _PLAIN_WORD.findall(line)
        if (_VOWEL.search(word) and not _jumbled(word)) or not _LATIN.search(word)
    )
    return spoken >= LANGUAGE * signs


def _jumbled(word: str) -> bool:
    """Say whether capitals stand inside the word in a way that no writing has: neither iPhone nor USA nor Usa."""
    if word.islower() or word.istitle() or len(word) <= 3:
        return False
    return sum(a.islower() and b.isupper() for a, b in pairwise(word)) > 1


def _said(text: str) -> str:
    """Return what a passage says itself, line by line: no headers of mail, and nothing encoded."""
    is_mail = _MAIL.search(text) is not None
    lines = []
    for line in text.splitlines():
        if is_mail and _HEADER.match(line):
            continue
        line = _REPLY.sub("", _SUBJECT.sub("", line, count=1) if is_mail else line)
        if line.strip() and not _ATTRIBUTION.search(line) and is_language(line):
            lines.append(line.strip())
    return "\n".join(lines)


def _repeated(texts: Iterable[str]) -> set[str]:
    """Return the lines that passages of several lines have word for word in common."""
    counts: Counter[str] = Counter()
    for text in texts:
        if "\n" in text:
            counts.update({line for line in text.splitlines() if len(line.split()) >= MIN_LINE})
    return {line for line, count in counts.items() if count >= REPEATED_LINE}
