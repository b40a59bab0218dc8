"""Terms of a text: the words, pairs of words and CJK character groups that a cluster may be named by."""

import re
from collections.abc import Iterable, Iterator

from engine.map.stop_words import FUNCTION_CHARACTERS, NOISE, STOP_WORDS

MARKUP = re.compile(r"https?://\S+|www\.\S+|\S+@\S+\.\w+|<[^<>\n]{1,200}>|&#?\w{1,8};|\S*[/\\_]\S*[/\\_]\S*")
"""Addresses, tags, entities, paths: all that is not language."""

HAN_KANA = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff々〆ー"
WORD = re.compile(
    rf"[{HAN_KANA}]+|[^\W\d_{HAN_KANA}][^\W_{HAN_KANA}]*(?:['’-][^\W_{HAN_KANA}]+)*(?:\+\+|#(?!\w))?"
)
_CJK_RUN = re.compile(rf"[{HAN_KANA}]+")
_HIRAGANA = re.compile("[\u3040-\u309f]")
_KATAKANA = re.compile("[\u30a0-\u30ffー]+")
_POSSESSIVE = re.compile(r"['’]s$")

_CONTRACTED = {"t", "re", "ve", "ll", "m", "d"}

MAX_WORD = 30
LONGEST_GROUP = 4
"""CJK characters in a term at most; most words have two, names and technical terms up to four."""


def terms(text: str, language: str) -> set[str]:
    """Return the terms of `text` in lower case, each once; `language` chooses the stop words left out."""
    found: set[str] = set()
    stops = STOP_WORDS.get(language, frozenset())
    for clause in _clauses(text):
        previous = ""
        for word in clause:
            if is_cjk(word):
                found.update(_character_groups(word))
                previous = ""
                continue
            term = _usable(word, stops)
            if term:
                found.add(term)
                if previous:
                    found.add(f"{previous} {term}")
            previous = term
    return found


def main_language(texts: Iterable[str]) -> str:
    """Return the language that most of `texts` are in, "en" when none can be told."""
    votes: dict[str, int] = {}
    for text in texts:
        language = language_of(text, "")
        if language:
            votes[language] = votes.get(language, 0) + 1
    return max(votes, key=lambda language: votes[language], default="en")


def language_of(text: str, otherwise: str) -> str:
    """Return the language whose stop words stand most often in `text`, `otherwise` when that is a draw."""
    words = [match.group().lower().replace("’", "'") for match in WORD.finditer(text[:2000])]
    hits = sorted(
        ((sum(word in stops for word in words), name) for name, stops in STOP_WORDS.items()), reverse=True
    )
    return hits[0][1] if hits[0][0] > hits[1][0] else otherwise


def is_cjk(term: str) -> bool:
    """Say whether a term is of Han or kana characters, written without spaces."""
    return _CJK_RUN.fullmatch(term) is not None


def _clauses(text: str) -> Iterator[list[str]]:
    """Yield runs of words that only spaces part, on one line: only inside such a run do two words make a pair."""
    text = MARKUP.sub(" . ", text)
    clause: list[str] = []
    end = 0
    for match in WORD.finditer(text):
        if clause and text[end : match.start()].strip(" \t"):
            yield clause
            clause = []
        clause.append(match.group())
        end = match.end()
    if clause:
        yield clause


def _usable(word: str, stops: frozenset[str]) -> str:
    """Return the word as a term, "" when it says nothing: a stop word, a number, a piece of code."""
    term = _POSSESSIVE.sub("", word).lower().replace("’", "'")
    if term in stops or term in NOISE or ("'" in term and term.rpartition("'")[2] in _CONTRACTED):
        return ""
    if len(term) > MAX_WORD or len(term) == 1 or (len(term) == 2 and not word.isupper() and term[-1] != "#"):
        return ""
    if len(set(term)) == 1 or sum(character.isdigit() for character in term) * 2 > len(term):
        return ""
    return term


def _character_groups(run: str) -> Iterator[str]:
    """Yield what may be words in a run of Han and kana: katakana whole, Han in groups of 2 to 4."""
    yield from (word for word in _KATAKANA.findall(run) if len(word) > 2)
    for size in range(2, LONGEST_GROUP + 1):
        for start in range(len(run) - size + 1):
            group = run[start : start + size]
            if not (
                FUNCTION_CHARACTERS.intersection(group) or _HIRAGANA.search(group) or _KATAKANA.search(group)
            ):
                yield group
