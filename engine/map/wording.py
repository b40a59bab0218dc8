"""How keywords are worded: which two say the same, and how they are written in the texts."""

import re
from collections import Counter
from collections.abc import Sequence

from engine.map.terms import is_cjk


def holds(phrase: str, term: str) -> bool:
    """Say whether a longer phrase has all of a term in it."""
    if phrase == term:
        return False
    return term in phrase if is_cjk(phrase) else f" {term} " in f" {phrase} "


def alike(a: str, b: str) -> bool:
    """Say whether two terms share a word, in any form, or for CJK two characters in a row."""
    if is_cjk(a) or is_cjk(b):
        return any(a[start : start + 2] in b for start in range(len(a) - 1))
    return any(_same_word(x, y) for x in a.split() for y in b.split())


def as_written(keywords: Sequence[str], texts: Sequence[str]) -> list[str]:
    """Return keywords in the case that `texts` mostly give them, not counting the first words of sentences."""
    if not keywords:
        return []
    forms: dict[str, Counter[str]] = {keyword: Counter() for keyword in keywords}
    longest_first = sorted(keywords, key=len, reverse=True)
    alternatives = "|".join(r"\s+".join(map(re.escape, keyword.split())) for keyword in longest_first)
    pattern = re.compile(rf"(?<![^\W_])(?:{alternatives})(?![^\W_])", re.IGNORECASE)
    for text in texts:
        for match in pattern.finditer(text):
            form = " ".join(match.group().split())
            starts = _SENTENCE_START.search(text, max(0, match.start() - 8), match.start())
            if form.lower() in forms:
                forms[form.lower()][form] += 0 if starts and form[1:].islower() else 1
    return [_usual_form(keyword, forms[keyword]) for keyword in keywords]


_SENTENCE_START = re.compile(r"(?:^|[.!?:;\n\"“”«»()\[\]*>|-])\s*$")


def _same_word(a: str, b: str) -> bool:
    """Say whether two words are forms of one: the same but for their endings."""
    shorter, longer = sorted((a, b), key=len)
    if longer in (shorter, f"{shorter}s", f"{shorter}es"):
        return True
    common = next((i for i, (x, y) in enumerate(zip(shorter, longer, strict=False)) if x != y), len(shorter))
    if common == len(shorter) and common >= 4:
        return len(longer) - common <= 4
    return common >= 4 and len(longer) - common <= 4 and common >= 0.66 * len(longer)


def _usual_form(keyword: str, forms: Counter[str]) -> str:
    if not forms or not any(forms.values()):
        return keyword
    return max(forms, key=lambda form: (forms[form], form.lower() == form, form))
