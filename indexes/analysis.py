"""How text becomes the terms of the keyword index: folded, stemmed, and unspaced scripts cut into characters and pairs.

The same analysis serves indexing, queries and marks, so that what is found can also be shown. Words as they are
written, for phrases in quotes, have their own: phrases.py.
"""

import re
import unicodedata
from collections.abc import Container, Mapping
from functools import cache, lru_cache
from typing import Any

MAX_WORD_BYTES = 255
MAX_TERMS = 64
"""A query has no more terms than this: of a longer one the rarest count."""

# Thai to Lao, Myanmar, Khmer, kana, Han: written without spaces. Hangul: with endings that hide the word.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u3096\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
_ASCII_WORD = re.compile("[A-Za-z0-9]+")
RUN = re.compile(f"[{UNSPACED}]+")
# Soft hyphens, joiners and variation selectors stand inside words and mean nothing to a search.
_INVISIBLE = "\u00ad\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff"

# The words that carry a question and not its subject. A query made only of them is searched as it stands.
STOP_WORDS = frozenset(
    "a about all also am an and any are as at be been being but by can could did do does doing for from had has have "
    "having he her him his how i if in into is it its me my no nor not of on or our she should so some such than that "
    "the their them then there these they this those to us very was we were what when where which who whom why will "
    "with would you your".split()
)


def searchable(text: str) -> str:
    """Return text as it is given to the analyser: forms folded, loose accents gone, unspaced runs cut up."""
    if text.isascii():
        return text
    return RUN.sub(lambda run: f" {' '.join([*run[0], *_pairs(run[0])])} ", folded(text))


@cache
def analyser() -> Any:
    """Return tantivy's analyser for text made `searchable`."""
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    words = TextAnalyzerBuilder(Tokenizer.simple())
    filters = (
        Filter.remove_long(MAX_WORD_BYTES + 1),
        Filter.lowercase(),
        Filter.ascii_fold(),
        Filter.stemmer("english"),
    )
    for step in filters:
        words = words.filter(step)
    return words.build()


@lru_cache(maxsize=64)
def query_terms(query: str) -> Mapping[str, int]:
    """Return a query's terms, in order, with how often each stands in it; stop words only when there is nothing else.

    A run of an unspaced script gives its pairs of characters, a single character itself.
    """
    terms: dict[str, int] = {}
    stops: dict[str, int] = {}
    for start, end in _words(query):
        for term in _query_terms(query[start:end]):
            kept = stops if term in _stop_terms() else terms
            kept[term] = kept.get(term, 0) + 1
    return terms or stops


def match_spans(text: str, query: str) -> list[tuple[int, int]]:
    """Return the (start, end) characters of `text` that match a term of the query, rising, none overlapping."""
    wanted = query_terms(query)
    spans: list[tuple[int, int]] = []
    if text.isascii():  # which forms there are is soon told, and most texts have none that is wanted
        forms = {
            form for form in set(_ASCII_WORD.findall(text)) if not wanted.keys().isdisjoint(_terms(form))
        }
        return [word.span() for word in _ASCII_WORD.finditer(text) if word[0] in forms] if forms else []
    for start, end in _words(text) if wanted else ():
        if RUN.match(text, start):
            spans += _matches_in_run(text, start, end, wanted)
        elif any(term in wanted for term in _terms(text[start:end])):
            spans.append((start, end))
    return spans


def folded(text: str) -> str:
    """Return text with its forms folded (NFKC), without loose accents and invisible characters."""
    return _left_out().sub("", unicodedata.normalize("NFKC", text))


def merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join spans that touch."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


@cache
def marks() -> str:
    """Return all accents and vowel signs, as the inside of a character class."""
    places = [c for c in range(0x300, 0x10000) if unicodedata.category(chr(c)).startswith("M")]
    firsts = [c for c, before in zip(places, [0, *places], strict=False) if c != before + 1]
    lasts = [c for c, after in zip(places, [*places[1:], 0], strict=True) if c != after - 1]
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in zip(firsts, lasts, strict=True))


def _words(text: str) -> list[tuple[int, int]]:
    return [word.span() for word in _word_pattern().finditer(text)]


@cache
def _left_out() -> re.Pattern[str]:
    """Match what is left out of words: invisible characters, and accents that no letter takes in.

    The rare ones beyond the first plane stand apart: a class of all is not looked up but gone through.
    """
    accents = [c for c in map(chr, range(0x300, 0x1F000)) if unicodedata.combining(c)]
    common, rare = ("".join(c for c in accents if (c > "\uffff") is beyond) for beyond in (False, True))
    return re.compile(f"[{_INVISIBLE}{common}]|(?=[\U00010000-\U0010ffff])[{rare}]")


@cache
def _word_pattern() -> re.Pattern[str]:
    """Match what the analyser takes for a word, in text as written: with its marks and invisible characters."""
    inside = f"{marks()}{_INVISIBLE}"
    return re.compile(f"[{UNSPACED}]+|(?:(?![{UNSPACED}])[^\\W_])(?:(?![{UNSPACED}])[^\\W_]|[{inside}])*")


@lru_cache(maxsize=1 << 16)
def _terms(word: str) -> tuple[str, ...]:
    return tuple(analyser().analyze(searchable(word)))


def _query_terms(word: str) -> tuple[str, ...]:
    if not RUN.match(word):
        return _terms(word)
    run = folded(word)
    return tuple(_pairs(run)) if len(run) > 1 else tuple(run)


@cache
def _stop_terms() -> frozenset[str]:
    return frozenset(analyser().analyze(" ".join(STOP_WORDS))) | STOP_WORDS


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)]


def _matches_in_run(text: str, start: int, end: int, wanted: Container[str]) -> list[tuple[int, int]]:
    """Return the stretches of a run whose characters, or pairs of them, are wanted."""
    letters = [(letter, i) for i in range(start, end) for letter in folded(text[i])]
    edges = [
        *(i for _, i in letters),
        end,
    ]  # a letter reaches to the next one, over accents that are left out
    run = "".join(letter for letter, _ in letters)
    spans = [(edges[n], edges[n + 1]) for n in range(len(run)) if run[n] in wanted]
    spans += [(edges[n], edges[n + 2]) for n in range(len(run) - 1) if run[n : n + 2] in wanted]
    return merged(spans)
