"""Queries: what a line means, and how a line is changed by the same grammar; light to import, so the window uses it.

Plain words are one operand. ` + ` and ` - ` between spaces part several, whose meanings are added and subtracted; a
number up to 10 before an operand is its weight. Exact words, exclusions and conditions hold for the whole line,
wherever they stand. A spaced long dash, a number after a minus (-5) and syntax of search engines are plain text.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from engine.records import Condition, Part, Piece, PieceKind, Query
from engine.search.query_tokens import FIELDS, QUOTES, SIGNS, Token, clean, tokenize

GRAMMAR: tuple[tuple[str, str], ...] = (
    ("keeping bees in winter", "finds passages that mean this, or have these words"),
    ('"smoke test"', "these exact words must be there"),
    ("-honey", "no form of this word may be there"),
    ('-"terms of use"', "these exact words may not be there"),
    ("storm + harbour", "adds two meanings"),
    ("1.5 storm - 0.5 sea", "adds and subtracts meanings, each with a weight up to 10"),
    ("like:123", "near a passage, by its number"),
    ('like:"Harbour notes.md"', "near a document, by its key, title or path"),
    ("folder:letters", "only in folders of this name"),
    ("type:pdf type:docx", "only these types of file; values of one field are alternatives"),
    ("date:2021", "only of this year; date:2021-06 and date:2021-06-30 too"),
    ("date:2020..2022-06", "only from this time; either end may be left open"),
    ("date:>2021", "only after; date:<2021 only before"),
    ('cluster:"space, orbit"', "only in this cluster of the map, by name or number"),
    ("label:positive", "only with this label"),
    ("author:Ada", "only with this value in a column of your tables or a field of your files"),
    ("-type:pdf", "not these; every condition can be turned round"),
)
"""Rows of help: an example, and what it does."""

HEAVIEST = 10
"""A higher number before an operand is no weight but text: 2016 election - 2020 election."""

NOTHING_WANTED = "The query only says what to leave out. Add words for what you want to find."

_CONTENT = ("word", "phrase", "like")
_NUMBER = re.compile(r"\d*\.?\d+")
_BARE = re.compile(r"[\w./\\#&@%<>=~][\w./\\+#&@%<>=~-]*")


@dataclass(frozen=True, slots=True)
class _Operand:
    """Tokens between two signs. `operator` is the sign before them, `weighted` the number that is their weight."""

    tokens: tuple[Token, ...]
    operator: Token | None = None
    sign: int = 1
    weighted: Token | None = None

    @property
    def content(self) -> list[Token]:
        """The tokens that have a meaning to embed."""
        return [token for token in self.tokens if token.kind in _CONTENT and token is not self.weighted]

    @property
    def weight(self) -> float:
        """How often the operand counts, below 0 when it is subtracted."""
        return self.sign * (float(self.weighted.text) if self.weighted else 1.0)


def parse(line: str, columns: Collection[str] = ()) -> Query:
    """Return what a line means; `columns` are names of metadata columns, understood as conditions.

    Never raises. The conditions and the pieces of that kind are in the same order. The texts of phrases are also in
    the parts, for their meaning; in a subtracted operand a quotation only holds words together.
    """
    tokens, problems = tokenize(line, columns)
    operands = _operands(tokens)
    wanted = [token for operand in operands if operand.sign > 0 for token in operand.content]
    parts = tuple(part for operand in operands for part in _parts(operand))
    conditions = tuple(_condition(token) for token in tokens if token.kind == "condition")
    excludes = any(token.kind in ("without", "without_phrase") for token in tokens)
    if (parts or excludes) and not conditions and not any(part.weight > 0 for part in parts):
        problems.append(NOTHING_WANTED)
    return Query(
        line=line,
        parts=parts,
        phrases=_texts(wanted, "phrase"),
        without=_texts(tokens, "without"),
        without_phrases=_texts(tokens, "without_phrase"),
        conditions=conditions,
        pieces=tuple(sorted(_pieces(operands), key=lambda piece: piece.start)),
        problem=" ".join(problems[:2]),
    )


def without_piece(line: str, piece: Piece, columns: Collection[str] = ()) -> str:
    """Return the line without a piece of it, nor the signs, weights and spaces that then stand for nothing."""
    tokens, _ = tokenize(line, columns)
    operands = _operands(tokens)
    filled = [
        place
        for place, operand in enumerate(operands)
        if any(not _within(token, piece) for token in operand.content)
    ]
    staying = frozenset(filled if len(filled) > 1 else ())
    gone = [(piece.start, piece.end)]
    for place, operand in enumerate(operands):
        idle = place not in staying
        if operand.weighted and idle:
            gone.append((operand.weighted.start, operand.weighted.end))
        if operand.operator and (idle or (place == filled[0] and SIGNS[operand.operator.text] > 0)):
            gone.append((operand.operator.start, operand.operator.end))
    return _cut_out(line, gone)


def with_condition(line: str, condition: Condition) -> str:
    """Return the line with one more condition, or as it is when that is there already."""
    value = clean(condition.value)[0].strip()
    name = condition.field.casefold() if condition.field.casefold() in FIELDS else condition.field
    field = name if _BARE.fullmatch(name) else f'"{name}"'
    columns = (name,)
    before = parse(line, columns)
    condition = replace(condition, field=name, value=value)
    if not value or condition in before.conditions:
        return line
    word = f"{'-' if condition.excluded else ''}{field}:{quote(value)}"
    behind = f"{line.rstrip()} {word}".strip()
    if parse(behind, columns).conditions == (*before.conditions, condition):
        return behind
    return f"{word} {line.lstrip()}"  # a quotation that is still open would swallow it


def quote(value: str) -> str:
    """Return a value as it is written behind a colon: in quotes that are not in it, where it needs any."""
    if _BARE.fullmatch(value):
        return value
    for opening, closing in ('""', "“”", "«»", "「」"):
        if not any(mark in value for mark in (opening, *QUOTES[opening])):
            return f"{opening}{value}{closing}"
    return f'"{value.replace(chr(34), chr(39))}"'


def _operands(tokens: Sequence[Token]) -> list[_Operand]:
    """Part the tokens at their signs. Signs between numbers only are text, and so is a sign with nothing beside it."""
    operands = list(_parted(tokens))
    filled = [operand for operand in operands if operand.content]
    if len(filled) < 2:
        return [replace(operand, sign=1, weighted=None) for operand in operands]
    if not any(_means_something(token) for operand in filled for token in operand.content):
        plain = (replace(token, kind="word") if token.kind == "sign" else token for token in tokens)
        return [_Operand(tuple(plain))]
    operands = [replace(operand, weighted=_weight(operand)) for operand in operands]
    if all(operand.sign < 0 for operand in filled):  # a list with dashes
        first = next(place for place, operand in enumerate(operands) if operand.content)
        operands[first] = replace(operands[first], sign=1)
    return operands


def _parted(tokens: Sequence[Token]) -> Iterator[_Operand]:
    operator: Token | None = None
    some: list[Token] = []
    for token in tokens:
        if token.kind == "sign":
            yield _Operand(tuple(some), operator, SIGNS[operator.text] if operator else 1)
            operator, some = token, []
        else:
            some.append(token)
    yield _Operand(tuple(some), operator, SIGNS[operator.text] if operator else 1)


def _means_something(token: Token) -> bool:
    return token.kind == "like" or any(character.isalpha() for character in token.text)


def _weight(operand: _Operand) -> Token | None:
    """Return the number that an operand begins with, when it is its weight."""
    if len(operand.content) < 2 or operand.content[0].kind != "word":
        return None
    first = operand.content[0]
    fits = _NUMBER.fullmatch(first.text) and first.text.isascii() and 0 < float(first.text) <= HEAVIEST
    return first if fits and operand.content[1].spaced else None


def _parts(operand: _Operand) -> Iterator[Part]:
    """Yield the operand's text, the quotations in it included, and each thing that it shall be like."""
    text = _joined([token for token in operand.content if token.kind != "like"])
    if text:
        yield Part(operand.weight, text)
    for token in operand.content:
        if token.kind == "like":
            yield Part(_like_weight(token, operand), like=token.text)


def _like_weight(token: Token, operand: _Operand) -> float:
    return -abs(operand.weight) if token.excluded else operand.weight


def _pieces(operands: Sequence[_Operand]) -> Iterator[Piece]:
    """Yield what is no plain text, and where there are several operands also each run of their words."""
    several = sum(bool(operand.content) for operand in operands) > 1
    for operand in operands:
        for run in _runs(operand):
            if run[0].kind != "word" or several:
                yield Piece(
                    _piece_kind(run[0], operand), _start(run[0], operand), run[-1].end, _said(run, operand)
                )


def _runs(operand: _Operand) -> Iterator[tuple[Token, ...]]:
    """Yield the words between two tokens of another kind together, and each of those alone."""
    words: list[Token] = []
    for token in operand.tokens:
        if token.kind == "word" and token is not operand.weighted:
            words.append(token)
            continue
        if words:
            yield tuple(words)
            words = []
        if token is not operand.weighted:
            yield (token,)
    if words:
        yield tuple(words)


def _piece_kind(token: Token, operand: _Operand) -> PieceKind:
    if token.kind == "condition" or token.kind == "like":
        return token.kind
    if token.kind in ("without", "without_phrase"):
        return "without"
    return "phrase" if token.kind == "phrase" and operand.sign > 0 else "text"


def _start(token: Token, operand: _Operand) -> int:
    """Return where a piece begins: with the weight of its operand when that stands right before it."""
    if operand.weighted is None:
        return token.start
    behind = operand.tokens[operand.tokens.index(operand.weighted) + 1]
    return operand.weighted.start if behind is token else token.start


def _said(run: Sequence[Token], operand: _Operand) -> str:
    first = run[0]
    if first.kind == "condition":
        return f"{'not ' if first.excluded else ''}{first.field}: {first.text}"
    if first.kind == "without":
        return first.text
    if first.kind == "without_phrase":
        return f"“{first.text}”"
    said = {"phrase": f"“{first.text}”", "like": f"like {first.text}"}.get(first.kind) or _joined(run)
    weight = _like_weight(first, operand)
    factor = f"{abs(weight):g} × " if operand.weighted else ""
    return f"{'− ' if weight < 0 else ''}{factor}{said}"


def _joined(tokens: Sequence[Token]) -> str:
    """Return the texts of tokens, apart where there is white space between them in the line."""
    return "".join(f" {token.text}" if token.spaced else token.text for token in tokens).strip()


def _condition(token: Token) -> Condition:
    return Condition(token.field, token.text, token.excluded)


def _texts(tokens: Sequence[Token], kind: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(token.text for token in tokens if token.kind == kind))


def _within(token: Token, piece: Piece) -> bool:
    return piece.start <= token.start and token.end <= piece.end


def _cut_out(line: str, spans: Sequence[tuple[int, int]]) -> str:
    """Return a line without some of its characters, one space where they stood."""
    rest, place = [], 0
    for start, end in (*sorted(spans), (len(line), len(line))):
        rest.append(line[place:start].strip())
        place = max(place, end)
    return " ".join(filter(None, rest))
