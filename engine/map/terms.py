"""Terms of a text: the words, phrases and CJK character groups that a cluster may be named by."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache

from engine.map.stop_words import CONNECTORS, FUNCTION_CHARACTERS, NOISE, OPENERS, STOP_WORDS

MARKUP = re.compile(r"https?://\S+|www\.\S+|\S+@\S+\.\w+|<[^<>\n]{1,200}>|&#?\w{1,8};|\S*[/\\_]\S*[/\\_]\S*")
"""Addresses, tags, entities, paths: all that is not language."""

HAN_KANA = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff々〆ー"
WORD = re.compile(
    rf"[{HAN_KANA}]+|[^\W\d_{HAN_KANA}][^\W_{HAN_KANA}]*(?:['’-][^\W_{HAN_KANA}]+)*(?:\+\+|#(?!\w))?"
)
_CJK_RUN = re.compile(rf"[{HAN_KANA}]+")
_CJK_AMOUNT = re.compile("[\\d.,%]+[年月日号時时分点秒元円万亿億个倍]*")
_HIRAGANA = re.compile("[\u3040-\u309f]")
_KATAKANA = re.compile("[\u30a0-\u30ffー]+")
_POSSESSIVE = re.compile(r"['’]s$")

_CONTRACTED = {"t", "re", "ve", "ll", "m", "d"}

MAX_WORD = 30
LONGEST_GROUP = 4
"""CJK characters in a term at most; most words have two, names and technical terms up to four."""

_LANGUAGES_OF: dict[str, list[str]] = {}
for _name, _stops in STOP_WORDS.items():
    for _stop in _stops:
        _LANGUAGES_OF.setdefault(_stop, []).append(_name)


def terms(text: str, language: str) -> set[str]:
    """Return the terms of `text` in lower case, each once; `language` chooses the stop words left out.

    A term is a word, or two or three in a row; the middle one of three may be a connector ("bill of rights").
    """
    found: set[str] = set()
    for clause in _clauses(text):
        before, last = "", ""  # what may stand before a word in a phrase: "" when nothing may
        for word, following in zip(clause, [*clause[1:], ""], strict=True):
            if is_cjk(word):
                found.update(_character_groups(word))
                before, last = "", ""
                continue
            term = _usable(word, language)
            if term:
                found.add(term)
                if last and last not in CONNECTORS:
                    found.add(f"{last} {term}")
                if before and last:
                    found.add(f"{before} {last} {term}")
                before, last = last, term
            elif word in OPENERS and following[:1].isupper():
                before, last = "", word.lower()
            elif word in CONNECTORS and last and last not in CONNECTORS:
                before, last = last, word
            else:
                before, last = "", ""
            if before in CONNECTORS:
                before = ""
    return found


def main_language(texts: Iterable[str]) -> str:
    """Return the language that most of `texts` are in, "en" when none can be told."""
    votes = Counter(language for text in texts if (language := language_of(text, "")))
    return max(votes, key=lambda language: votes[language], default="en")


def language_of(text: str, otherwise: str) -> str:
    """Return the language whose stop words stand most often in `text`, `otherwise` when that is a draw."""
    words = Counter(match.group().lower().replace("’", "'") for match in WORD.finditer(text[:1000]))
    hits: Counter[str] = Counter()
    for word, count in words.items():
        for language in _LANGUAGES_OF.get(word, ()):
            hits[language] += count
    best = hits.most_common(2)
    return best[0][0] if best and (len(best) == 1 or best[0][1] > best[1][1]) else otherwise


def is_cjk(term: str) -> bool:
    """Say whether a term is of Han or kana characters, written without spaces."""
    return term >= "\u3005" and _CJK_RUN.fullmatch(term) is not None


def stands_alone(term: str, texts: Iterable[str]) -> bool:
    """Say whether a CJK term is a word and no piece of one: what stands before and after it varies.

    Accessor variety (Feng, Chen, Deng and Zheng 2004, Computational Linguistics 30(1)): when one character follows
    (or precedes) most of its places, the word goes on there.
    """
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    places = 0
    for text in texts:
        at = text.find(term)
        while at >= 0:
            places += 1
            end = at + len(term)
            if at and is_cjk(text[at - 1]) and text[at - 1] not in FUNCTION_CHARACTERS:
                before[text[at - 1]] += 1
            if end < len(text) and is_cjk(text[end]) and text[end] not in FUNCTION_CHARACTERS:
                after[text[end]] += 1
            at = text.find(term, end)
    most = max([*before.values(), *after.values()], default=0)
    return most <= 1 or most <= CONTINUES * places


CONTINUES = 0.6
"""A CJK term that one character continues in more than this share of its places is a piece of a longer word."""


def _clauses(text: str) -> Iterator[list[str]]:
    """Yield runs of words that only spaces part, on one line: only inside such a run do two words make a pair."""
    text = MARKUP.sub(" . ", text)
    if _CJK_RUN.search(text):
        text = _CJK_AMOUNT.sub(" . ", text)
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


@lru_cache(maxsize=50_000)
def _usable(word: str, language: str) -> str:
    """Return the word as a term, "" when it says nothing: a stop word, a number, a piece of code."""
    term = _POSSESSIVE.sub("", word).lower().replace("’", "'")
    stops = STOP_WORDS.get(language, frozenset())
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
