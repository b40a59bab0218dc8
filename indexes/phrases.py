"""Exact words: how a phrase in quotes is looked up in the keyword index, checked on a text, and marked in it.

Case, accents and the forms of quotes and dashes are folded; nothing is stemmed, and no word is too common. The index
knows the words in their order and which other signs a passage has; where that does not decide, the text does.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from indexes.analysis import MAX_WORD_BYTES, RUN, UNSPACED, folded, marks

_GAP = " \U00010900 "
"""A letter of no living script, put where another sign parts two unspaced runs: no phrase reaches over it."""

_TYPOGRAPHY = (
    dict.fromkeys("‘’‚‛ʼ′´`", "'")
    | dict.fromkeys("“”„‟«»″", '"')
    | dict.fromkeys("‐‑‒–—―−", "-")
    | {"ς": "σ"}
)
_LATIN = (range(0x80, 0x250), range(0x1E00, 0x1F00), range(0x2C60, 0x2C80), range(0xA720, 0xA800))
_ITEM = re.compile(
    f"(?P<letter>[{UNSPACED}])|(?P<word>(?:(?![{UNSPACED}])[^\\W_])+)|(?P<space>\\s+)|.", re.DOTALL
)
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 \n")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase as the index is asked for it: its `words` in order, and the other `signs` that it has.

    `checked`: the index alone finds too much, so `pattern`, for a text made `plain`, has to decide. `whole`: none of
    the words is too long for the index to know.
    """

    words: tuple[str, ...]
    signs: tuple[str, ...]
    pattern: re.Pattern[str]
    whole: bool

    @property
    def checked(self) -> bool:
        """Whether what the index finds has to be checked on the text."""
        return bool(self.signs) or not self.whole


def exact(text: str) -> str:
    """Return text as it is given to the analyser of exact words: forms folded, unspaced runs cut into characters."""
    if text.isascii():
        return text
    made = folded(text)
    return _parted_runs().sub(_characters, made) if RUN.search(made) else made


@cache
def analyser() -> Any:
    """Return tantivy's analyser for text made `exact`."""
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    words = TextAnalyzerBuilder(Tokenizer.simple())
    for step in (Filter.remove_long(MAX_WORD_BYTES + 1), Filter.lowercase(), Filter.ascii_fold()):
        words = words.filter(step)
    return words.build()


def signs(text: str) -> tuple[str, ...]:
    """Return what there is in a text besides words and white space, each sign once."""
    found = set(text) if text.isascii() else set(plain(" ".join(set(text))))
    return tuple(sorted(sign for sign in found - _PLAIN if not (sign.isalnum() or sign.isspace())))


def plain(text: str) -> str:
    """Return text as patterns know it: lower case, without accents, with plain quotes and dashes."""
    if text.isascii():
        return text.lower()
    pattern, letters = _plain_letters()
    return pattern.sub(lambda letter: letters[letter[0]], folded(text).lower())


@lru_cache(maxsize=256)
def phrase(words: str) -> Phrase | None:
    """Return how a phrase is looked for; None when there is nothing in it.

    Between two words with white space between them anything may stand that is no word: "to be or" is found in "to be,
    or". Other signs must be there as they are, white space around them or not where the phrase has some.
    """
    words = _UNSTORABLE.sub("\ufffd", words)
    items = _items(plain(words))
    if not items:
        return None
    known = tuple(analyser().analyze(exact(words)))
    whole = all(len(text.encode()) <= MAX_WORD_BYTES for _, text, _ in items)
    return Phrase(known, signs(words), re.compile(_pattern(items)), whole)


def is_word(text: str) -> bool:
    """Say whether a text is a single word of a script with spaces, which can have other forms."""
    return [kind for kind, _, _ in _items(plain(text))] == ["word"]


def phrase_spans(text: str, words: str) -> list[tuple[int, int]]:
    """Return the (start, end) characters of `text` where a phrase stands, rising, none overlapping."""
    sought = phrase(words)
    if sought is None or not sought.pattern.search(plain(text)):
        return []
    letters, places = _placed(text)
    found = (match.span() for match in sought.pattern.finditer(letters))
    return [
        (places[start], next(end for end in places[stop:] if end > places[stop - 1])) for start, stop in found
    ]


Item = tuple[str, str, bool]
"""A kind (letter of an unspaced script, word, or sign), its text, and whether white space stands before it."""


def _items(text: str) -> list[Item]:
    items: list[Item] = []
    spaced = False
    for found in _ITEM.finditer(text):
        if found.lastgroup == "space":
            spaced = True
        else:
            items.append((found.lastgroup or "sign", found[0], spaced))
            spaced = False
    return items


def _pattern(items: list[Item]) -> str:
    """Return the regular expression of a phrase; it begins with plain letters, which are found fastest."""
    letter = f"(?:(?![{UNSPACED}])[^\\W_]|[{marks()}])"
    pattern = before = ""
    for kind, text, spaced in items:
        if before:
            pattern += _between({before, kind}, spaced)
        pattern += re.escape(text)
        if kind == "word" and not before:
            pattern += f"(?<!{letter}{pattern})"
        before = kind
    return f"{pattern}(?!{letter})" if before == "word" else pattern


def _between(kinds: set[str], spaced: bool) -> str:
    if kinds == {"word"}:
        return r"[\W_]+"
    if "sign" in kinds:
        return r"\s*" if spaced else ""
    return r"\s*"


def _placed(text: str) -> tuple[str, list[int]]:
    """Return a text made `plain`, and where each of its characters came from; one place more for the end."""
    if text.isascii():
        return text.lower(), list(range(len(text) + 1))
    letters: list[str] = []
    places: list[int] = []
    for piece in _clusters().finditer(text):
        made = plain(piece[0])
        letters.append(made)
        one_by_one = len(made) == len(piece[0])
        places += range(*piece.span()) if one_by_one else [piece.start()] * len(made)
    return "".join(letters), [*places, len(text)]


@cache
def _clusters() -> re.Pattern[str]:
    """Match plain stretches, and one by one the characters beyond with the accents, voice marks and jamo they carry."""
    return re.compile(f"[\\0-\\x7f]+(?![^\\0-\\x7f])|.[{marks()}\uff9e\uff9f\u1160-\u11ff]*", re.DOTALL)


@cache
def _parted_runs() -> re.Pattern[str]:
    return re.compile(f"([^\\w\\s]|_)?({RUN.pattern})(?=([^\\w\\s]|_)?)")


def _characters(run: re.Match[str]) -> str:
    before, letters, after = run.groups()
    return f"{_GAP if before else ' '}{' '.join(letters)}{_GAP if after else ' '}"


@cache
def _plain_letters() -> tuple[re.Pattern[str], dict[str, str]]:
    """Return what to put for each letter as the analyser folds it and for the forms of quotes and dashes."""
    made = dict(_TYPOGRAPHY)
    for letter in (chr(place) for latin in _LATIN for place in latin):
        terms = analyser().analyze(letter)
        if terms and terms[0] != letter:
            made[letter] = terms[0]
    return re.compile(f"[{re.escape(''.join(made))}]"), made
