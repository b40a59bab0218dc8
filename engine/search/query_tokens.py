"""The tokens of a query line: words, exact words, exclusions, conditions and signs, each with its characters.

Nothing is refused: what is malformed is read as plain words, and a sentence says why.
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from indexes.dates import asked_days

FIELDS = ("folder", "type", "date", "cluster", "label", "like")
LONGEST = 4096
"""Characters of a line that are read: several times what an encoder takes in."""

QUOTES = {
    '"': '"',
    "＂": "＂",
    "“": "”“",
    "”": "”",
    "„": "“”",
    "«": "»",
    "»": "«»",
    "「": "」",
    "『": "』",
}
"""What opens a quotation, with all that may close it: the forms of English, German, French, Swedish and Chinese."""
MINUS = "-−－"
SIGNS = {"+": 1, "＋": 1, "-": -1, "−": -1, "－": -1}
"""What adds or subtracts between spaces. Longer dashes part titles and are text."""

UNCLOSED = "A quotation is opened and never closed, so the quote is read as plain text."
NO_WORD = "There is no word between the quotes, so they are read as plain text."
TOO_LONG = f"The query is too long: only its first {LONGEST:,} characters are searched."

TokenKind = Literal["word", "phrase", "without", "without_phrase", "like", "condition", "sign"]

_LEFT_OUT = frozenset("\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
"""Marks of writing direction and of nothing at all, which come along when text is copied."""
_CJK = "\u2e80-\U0003ffff"
_FIELD = re.compile(r'([-−－]?)(?:"([^"]+)"|([^\s:："“”„«»「」『』＂]+))[:：]')
_CLOSING = {opening: re.compile(f"[{closing}](?=\\Z|[\\W_{_CJK}])") for opening, closing in QUOTES.items()}
_BEFORE_QUOTE = re.compile(f"[\\s(\\[{{—–{_CJK}]")
_RUN = re.compile(r"\S+")
_ONE_WORD = re.compile(f"(?:(?![{_CJK}])[^\\W_])+")


@dataclass(frozen=True, slots=True)
class Token:
    """Characters `start` to `end` of a line, and the `text` they mean; `spaced`: white space stands before them."""

    kind: TokenKind
    start: int
    end: int
    text: str
    spaced: bool = True
    field: str = ""
    excluded: bool = False


def tokenize(line: str, columns: Collection[str] = ()) -> tuple[list[Token], list[str]]:
    """Return the tokens of a line, in order and apart from each other, and a sentence for each thing malformed."""
    reader = _Reader(line, columns)
    reader.read()
    return reader.tokens, list(dict.fromkeys(reader.problems))


class _Reader:
    """Reads a line from left to right; `text` is the line without what is left out, `places` where it came from."""

    def __init__(self, line: str, columns: Collection[str]) -> None:
        self.problems: list[str] = [TOO_LONG] if len(line) > LONGEST else []
        self.text, self.places = clean(line)
        self.tokens: list[Token] = []
        self.fields = {name.casefold(): name for name in (*columns, *FIELDS)}
        self._never_closed: set[str] = set()

    def read(self) -> None:
        """Fill `tokens`."""
        place = 0
        while place < len(self.text):
            place = place + 1 if self.text[place].isspace() else self._token(place)

    def _token(self, place: int) -> int:
        """Read the token that begins here and return where it ends."""
        if not place or self.text[place - 1].isspace():
            end = self._sign(place) or self._condition(place) or self._exclusion(place)
            if end:
                return end
        return self._quotation(place, place, "phrase") or self._word(place)

    def _sign(self, place: int) -> int:
        if self.text[place] not in SIGNS or self.text[place + 1 : place + 2].strip():
            return 0
        return self._add("sign", place, place + 1, self.text[place])

    def _condition(self, place: int) -> int:
        found = _FIELD.match(self.text, place)
        name = self.fields.get((found[2] or found[3]).casefold()) if found else None
        if found is None or name is None:
            return 0
        start = found.end()
        run = _RUN.match(self.text, start)
        closing = self._closing(start)
        if closing:
            value, end = self.text[start + 1 : closing], closing + 1
        else:
            value, end = (run[0].rstrip(",;"), run.end()) if run else ("", start)
        value = value.strip()
        problem = _value_problem(name, value, quoted=bool(closing))
        if problem:
            self.problems.append(problem)
            return 0
        kind: TokenKind = "like" if name == "like" else "condition"
        return self._add(kind, place, end, value, name, bool(found[1]))

    def _exclusion(self, place: int) -> int:
        if self.text[place] not in MINUS or place + 1 == len(self.text):
            return 0
        if self.text[place + 1] in QUOTES:
            return self._quotation(place + 1, place, "without_phrase")
        run = _RUN.match(self.text, place)
        if run is None or not self.text[place + 1].isalpha():
            return 0  # -5 degrees, --flag
        word = run[0][1:].rstrip('.,;:!?…)]}"”»“。，、！？')
        kind: TokenKind = "without" if _ONE_WORD.fullmatch(word) else "without_phrase"
        return self._add(kind, place, run.end(), word)

    def _quotation(self, place: int, start: int, kind: TokenKind) -> int:
        closing = self._closing(place) if self._may_open(place, start) else 0
        if not closing:
            return 0
        text = " ".join(self.text[place + 1 : closing].split())
        if any(character.isalnum() for character in text):
            return self._add(kind, start, closing + 1, text)
        self.problems.append(NO_WORD)
        return self._add("word", start, closing + 1, text)

    def _word(self, place: int) -> int:
        """Read a plain word: up to white space or a quotation."""
        end = place + 1
        while end < len(self.text) and not self.text[end].isspace():
            if self._may_open(end, end) and self._closing(end):
                break
            end += 1
        return self._add("word", place, end, self.text[place:end])

    def _may_open(self, place: int, start: int) -> bool:
        """Whether a quotation may begin here: not inside a word, where a quote means inches or an apostrophe."""
        if self.text[place] not in QUOTES:
            return False
        return not start or place > start or bool(_BEFORE_QUOTE.match(self.text[place - 1]))

    def _closing(self, place: int) -> int:
        """Return where the quotation closes that opens here, 0 when none does."""
        opening = self.text[place : place + 1]
        if opening not in QUOTES or opening in self._never_closed:
            return 0
        found = _CLOSING[opening].search(self.text, place + 1)
        if found:
            return found.start()
        self._never_closed.add(opening)
        self.problems.append(UNCLOSED)
        return 0

    def _add(
        self, kind: TokenKind, start: int, end: int, text: str, field: str = "", excluded: bool = False
    ) -> int:
        spaced = not start or self.text[start - 1].isspace()
        first, last = self.places[start], self.places[end - 1] + 1
        self.tokens.append(Token(kind, first, last, text, spaced, field, excluded))
        return end


def clean(line: str) -> tuple[str, list[int]]:
    """Return a line's readable characters, at most LONGEST, and where each stands; controls become spaces."""
    line = line[:LONGEST] if len(line) <= LONGEST or line[LONGEST].isspace() else _cut(line)
    if line.isprintable():
        return line, list(range(len(line)))
    kept = [(place, letter) for place, letter in enumerate(line) if letter not in _LEFT_OUT]
    text = "".join(" " if unicodedata.category(letter) in ("Cc", "Cs") else letter for _, letter in kept)
    return text, [place for place, _ in kept]


def _cut(line: str) -> str:
    """Return the first LONGEST characters, without the word that is cut in two."""
    head = line[:LONGEST]
    return head[: head.rfind(" ") + 1] or head


def _value_problem(field: str, value: str, quoted: bool) -> str:
    if not value:
        example = _EXAMPLES.get(field, f"{field}:value")
        return f"Nothing stands right behind “{field}:”, so it is read as plain text. Write {example}."
    if field == "date" and asked_days(value) is None:
        return (
            f"“{value}” is no date, so it is read as plain text. "
            "Write date:2021, date:2020..2022-06 or date:>2021."
        )
    if value.startswith("(") and not quoted and not value.endswith(")"):
        return (
            f"“{field}:” takes one value, so “{value}” is read as plain text. "
            f"Write {field}:one {field}:other for either."
        )
    return ""


_EXAMPLES = {
    "folder": "folder:letters",
    "type": "type:pdf",
    "date": "date:2021",
    "cluster": 'cluster:3 or cluster:"space, orbit"',
    "label": "label:positive",
    "like": 'like:"Harbour notes.md"',
}
