"""Names of clusters: the terms that set each apart from the others, by c-TF-IDF over its passages."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.map.terms import is_cjk, language_of, main_language, terms
from engine.progress import Progress, Steps, finish

N_KEYWORDS = 8
NAME_KEYWORDS = 3

SAMPLE = 200
"""Passages of a cluster that are read for its name; the share that holds a term is then known to 0.035."""

EVERYWHERE = 0.6
"""A term is dropped when it is at home in more than this share of (at least five) clusters."""

REPEATED_LINE = 3
"""A line of at least MIN_LINE words that stands in so many passages is a signature or a header, no subject."""

MIN_LINE = 3

CANDIDATES = 60
PREFER_PHRASE = 0.5
"""A pair of words stands for its word when it makes up this share of the passages with the word."""


def cluster_name(keywords: Sequence[str]) -> str:
    """Return the text shown for a cluster with these keywords, "" when there are none."""
    return ", ".join(keywords[:NAME_KEYWORDS])


def naming_rows(cluster_ids: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return the rows (rising) whose texts are enough to name the clusters: evenly spread over each.

    Noise is read too, as one more group: what is common there is not special to any cluster.
    """
    order = np.argsort(cluster_ids, kind="stable")
    borders = np.flatnonzero(np.diff(cluster_ids[order])) + 1
    chosen = [
        rows[np.linspace(0, len(rows) - 1, min(SAMPLE, len(rows))).astype(np.int64)]
        for rows in np.split(order, borders)
        if len(rows)
    ]
    return np.sort(np.concatenate(chosen)).astype(np.int64) if chosen else np.zeros(0, dtype=np.int64)


def name_clusters(
    texts: Iterable[str], cluster_ids: NDArray[np.int32], n_keywords: int = N_KEYWORDS
) -> list[tuple[str, ...]]:
    """Return the keywords of clusters 0, 1, …, best first; see `naming_steps`."""
    return finish(naming_steps(texts, cluster_ids, n_keywords))


def naming_steps(
    texts: Iterable[str], cluster_ids: NDArray[np.int32], n_keywords: int = N_KEYWORDS
) -> Steps[list[tuple[str, ...]]]:
    """Return the keywords of clusters 0, 1, …, best first; `texts` are the passages of `cluster_ids` (n,).

    Of a large corpus only the texts of `naming_rows` are needed, with their cluster ids. A cluster without any
    usable term gets ().
    """
    groups = _without_boilerplate(_sample(texts, cluster_ids))
    everything = [text for group in groups.values() for text in group]
    language = main_language(everything[:: max(1, len(everything) // 300)])
    shares: dict[int, dict[str, float]] = {}
    for cluster, group in groups.items():
        progress = Progress("Naming clusters", len(shares), len(groups), "clusters")
        shares[cluster] = yield from _shares(group, language, progress)
    scores = _c_tf_idf(shares)
    names = []
    for cluster in range(int(cluster_ids.max(initial=-1)) + 1):
        chosen = _choose(scores.get(cluster, {}), shares.get(cluster, {}), n_keywords)
        names.append(tuple(_as_written(chosen, groups.get(cluster, []))))
        yield Progress("Naming clusters", len(groups), len(groups), "clusters")
    return names


def _sample(texts: Iterable[str], cluster_ids: NDArray[np.int32]) -> dict[int, list[str]]:
    wanted = np.zeros(len(cluster_ids), dtype=np.bool_)
    wanted[naming_rows(cluster_ids)] = True
    groups: dict[int, list[str]] = {}
    for text, cluster, is_wanted in zip(texts, cluster_ids.tolist(), wanted.tolist(), strict=True):
        if is_wanted:
            groups.setdefault(cluster, []).append(text)
    return groups


def _without_boilerplate(groups: dict[int, list[str]]) -> dict[int, list[str]]:
    """Take lines that come back word for word out of passages of several lines, and copies of passages away."""
    distinct = {cluster: list(dict.fromkeys(group)) for cluster, group in groups.items()}
    counts: Counter[str] = Counter()
    for group in distinct.values():
        for text in group:
            counts.update({line for line in _lines(text) if len(line.split()) >= MIN_LINE})
    repeated = {line for line, count in counts.items() if count >= REPEATED_LINE}
    return {
        cluster: ["\n".join(line for line in _lines(text) if line not in repeated) or text for text in group]
        for cluster, group in distinct.items()
    }


def _lines(text: str) -> list[str]:
    """Return the lines of a passage of several lines, else the text as one."""
    return [line.strip() for line in text.splitlines()] if "\n" in text else [text]


def _shares(group: Sequence[str], language: str, progress: Progress) -> Steps[dict[str, float]]:
    """Return for each term the share of passages that hold it; terms of one passage in many are chance."""
    counts: Counter[str] = Counter()
    for number, text in enumerate(group):
        counts.update(terms(text, language_of(text, language)))
        if number % 20 == 0:
            yield progress
    least = 1 if len(group) < 3 else 2
    return {term: count / len(group) for term, count in counts.items() if count >= least}


def _c_tf_idf(shares: dict[int, dict[str, float]]) -> dict[int, dict[str, float]]:
    """Score every term of every cluster: its share there times log(1 + 1 / its shares in all clusters).

    Class-based TF-IDF (Grootendorst 2022, arXiv:2203.05794) on shares of passages instead of counts of words,
    so that one long passage that repeats a word cannot name a cluster.
    """
    total: defaultdict[str, float] = defaultdict(float)
    most: dict[str, float] = {}
    for cluster in shares.values():
        for term, share in cluster.items():
            total[term] += share
            most[term] = max(share, most.get(term, 0.0))
    at_home: Counter[str] = Counter()
    for cluster in shares.values():
        at_home.update(term for term, share in cluster.items() if share * 2 > most[term])
    crowd = max(EVERYWHERE * len(shares), 3)
    return {
        number: {
            term: share * math.log(1 + 1 / total[term])
            for term, share in cluster.items()
            if at_home[term] <= crowd
        }
        for number, cluster in shares.items()
    }


def _choose(scores: dict[str, float], shares: dict[str, float], n_keywords: int) -> list[str]:
    """Choose the best terms, each adding something to those before it."""
    ranked = sorted(scores, key=lambda term: (-scores[term], term))[:CANDIDATES]
    phrases = [term for term in ranked if " " in term or (is_cjk(term) and len(term) > 2)]
    chosen: list[str] = []
    for term in ranked:
        fuller = [
            phrase
            for phrase in phrases
            if _holds(phrase, term) and shares[phrase] >= PREFER_PHRASE * shares[term]
        ]
        best = max(
            fuller, key=lambda phrase: (len(phrase) if is_cjk(phrase) else 0, scores[phrase]), default=term
        )
        fresh = [option for option in (best, term) if not any(_alike(option, other) for other in chosen)]
        chosen += fresh[:1]
        if len(chosen) == n_keywords:
            break
    return chosen


def _holds(phrase: str, term: str) -> bool:
    if is_cjk(phrase):
        return term in phrase and term != phrase
    return " " not in term and term in phrase.split()


def _alike(a: str, b: str) -> bool:
    """Say whether two terms share a word, in any form, or for CJK two characters in a row."""
    if is_cjk(a) or is_cjk(b):
        return any(a[start : start + 2] in b for start in range(len(a) - 1))
    return any(_same_word(x, y) for x in a.split() for y in b.split())


def _same_word(a: str, b: str) -> bool:
    """Say whether two words are forms of one: the same but for their endings."""
    shorter, longer = sorted((a, b), key=len)
    if longer in (shorter, f"{shorter}s", f"{shorter}es"):
        return True
    common = next((i for i, (x, y) in enumerate(zip(shorter, longer, strict=False)) if x != y), len(shorter))
    if common == len(shorter) and common >= 4:
        return len(longer) - common <= 4
    return common >= 4 and len(longer) - common <= 4 and common >= 0.66 * len(longer)


_SENTENCE_START = re.compile(r"(?:^|[.!?:;\n\"“”«»()\[\]*>|-])\s*$")


def _as_written(keywords: Sequence[str], group: Sequence[str]) -> list[str]:
    """Return the keywords in the case that `group` mostly gives them, not counting the first words of sentences."""
    if not keywords:
        return []
    forms: dict[str, Counter[str]] = {keyword: Counter() for keyword in keywords}
    alternatives = "|".join(r"\s+".join(map(re.escape, keyword.split())) for keyword in keywords)
    pattern = re.compile(rf"(?<![^\W_])(?:{alternatives})(?![^\W_])", re.IGNORECASE)
    for text in group:
        for match in pattern.finditer(text):
            form = " ".join(match.group().split())
            starts = _SENTENCE_START.search(text, max(0, match.start() - 8), match.start())
            if form.lower() in forms:
                forms[form.lower()][form] += 0 if starts and form[1:].islower() else 1
    return [_usual_form(keyword, forms[keyword]) for keyword in keywords]


def _usual_form(keyword: str, forms: Counter[str]) -> str:
    if not forms or not any(forms.values()):
        return keyword
    return max(forms, key=lambda form: (forms[form], form.lower() == form, form))
