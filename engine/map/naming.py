"""Names of clusters, of the branches that hold them and of the parts in them: terms that set each apart."""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.map.boilerplate import without_boilerplate
from engine.map.terms import is_cjk, language_of, main_language, stands_alone, terms
from engine.map.wording import alike, as_written, holds
from engine.progress import Progress, Steps
from indexes.records import Branch, Part

N_KEYWORDS = 8
NAME_KEYWORDS = 3

SAMPLE = 200
"""Passages of a cluster that are read for its name; the share that holds a term is then known to 0.035."""

PART_SAMPLE = 40
PARTS_SAMPLE = 20_000
"""Passages that are read of a part, and of all parts together; at least LEAST_SAMPLE of each part."""

LEAST_SAMPLE = 10

READ = 3000
"""Characters of a passage that are read; none is much longer, but one that is would hold the others up."""

MANY = 30
"""Among so many passages a term must be in three: two are often one story told twice."""

COMMON = 0.1
"""Every term counts as being this much at home elsewhere, lest what a few passages share alone outdo a subject."""

LANGUAGE = 0.3
"""A cluster of which a smaller share of passages is language (the rest is encoded) is not named by those few."""

EVERYWHERE = 0.6
"""A term is dropped when it is at home in more than this share of (at least five) clusters."""

CANDIDATES = 60
PREFER_PHRASE = (0.5, 0.67)
"""A phrase of two words, of three, stands for its word when it makes up this share of the passages with the word."""

RELEVANCE = 0.9
"""What a term says of the cluster counts so much, that it says what no term before it did counts the rest."""


@dataclass(frozen=True, slots=True)
class Names:
    """Keywords of clusters 0, 1, …, of branches and of parts in the order given, each best first, () without any."""

    clusters: list[tuple[str, ...]]
    branches: list[tuple[str, ...]]
    parts: list[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of a cluster: its passages, and for each term those that hold it as bits of a number.

    `whole` has a bit for every passage, `parts` for each part the bits of its passages.
    """

    texts: list[str]
    places: dict[str, int] = field(default_factory=dict)
    parts: dict[int, int] = field(default_factory=dict)

    @property
    def whole(self) -> int:
        """Return the bits of all passages."""
        return (1 << len(self.texts)) - 1

    @property
    def is_language(self) -> bool:
        """Say whether enough of the passages are written for people."""
        return sum(map(bool, self.texts)) >= LANGUAGE * len(self.texts)

    def shares(self, passages: int) -> dict[str, float]:
        """Return for each term the share of some passages that hold it; terms of one passage in many are chance."""
        n = passages.bit_count()
        least = 1 if n < 3 else 2 if n < MANY else 3
        counts = ((term, (places & passages).bit_count()) for term, places in self.places.items())
        return {term: count / n for term, count in counts if count >= least}


def cluster_name(keywords: Sequence[str]) -> str:
    """Return the text shown for a cluster with these keywords, "" when there are none."""
    return ", ".join(keywords[:NAME_KEYWORDS])


def naming_rows(
    cluster_ids: NDArray[np.int32], part_ids: NDArray[np.int32] | None = None
) -> NDArray[np.int64]:
    """Return the rows (rising) whose texts are enough to name clusters and parts: evenly spread over each.

    Noise is read too, as one more group: what is common there is not special to any cluster.
    """
    chosen = _spread(cluster_ids, SAMPLE)
    if part_ids is not None and len(part_ids):
        n_parts = max(1, int(part_ids.max(initial=-1)) + 1)
        inside = np.flatnonzero(part_ids >= 0)
        of_each = min(PART_SAMPLE, max(LEAST_SAMPLE, PARTS_SAMPLE // n_parts))
        chosen = np.union1d(chosen, inside[_spread(part_ids[inside], of_each)])
    return chosen.astype(np.int64)


def naming_steps(
    texts: Iterable[str],
    cluster_ids: NDArray[np.int32],
    part_ids: NDArray[np.int32] | None = None,
    branches: Sequence[Branch] = (),
    parts: Sequence[Part] = (),
) -> Steps[Names]:
    """Name clusters, branches and parts; `texts` are the passages of `cluster_ids` (n,) and `part_ids` (n,).

    Of a large corpus only the texts of `naming_rows` are needed, with their ids. A cluster is named against all
    others, a part against the other parts of its cluster, a branch by what its clusters share and others do not. No
    two clusters or branches get the same `cluster_name`, nor two parts of one cluster.
    """
    if part_ids is None or not len(part_ids):
        part_ids = np.full(len(cluster_ids), -1, np.int32)
    read = yield from _read_all(_sample(texts, cluster_ids, part_ids))
    done = Progress("Naming clusters", len(read), len(read), "clusters")
    shares: dict[int, dict[str, float]] = {}
    for cluster, one in read.items():
        yield done
        shares[cluster] = one.shares(one.whole) if one.is_language else {}
    total = _total(shares)
    taken: set[frozenset[str]] = set()
    of_clusters: list[tuple[str, ...]] = [()] * (int(cluster_ids.max(initial=-1)) + 1)
    for cluster, scores in _c_tf_idf(shares, total).items():
        yield done
        if cluster >= 0:
            of_clusters[cluster] = _keywords(
                scores, shares[cluster], read[cluster].places, read[cluster].texts
            )
    of_clusters = [_its_own(keywords, taken) for keywords in of_clusters]
    of_branches = []
    for branch in branches:
        yield done
        of_branches.append(_its_own(_name_branch(branch, read, shares, total), taken))
    of_parts: list[tuple[str, ...]] = [()] * len(parts)
    for cluster, one in read.items():
        yield done
        also_taken = {_shown(of_clusters[cluster])} if cluster >= 0 else set()
        for part, keywords in (yield from _name_parts(one, total, done)).items():
            if part < len(parts):
                of_parts[part] = _its_own(keywords, also_taken)
    return Names(of_clusters, of_branches, of_parts)


def _spread(ids: NDArray[np.int32], of_each: int) -> NDArray[np.int64]:
    """Return at most so many rows of each id, rising, evenly spread over its rows."""
    order = np.argsort(ids, kind="stable")
    borders = np.flatnonzero(np.diff(ids[order])) + 1
    chosen = [
        rows[np.linspace(0, len(rows) - 1, min(of_each, len(rows))).astype(np.int64)]
        for rows in np.split(order, borders)
        if len(rows)
    ]
    return np.sort(np.concatenate(chosen)).astype(np.int64) if chosen else np.zeros(0, dtype=np.int64)


def _sample(
    texts: Iterable[str], cluster_ids: NDArray[np.int32], part_ids: NDArray[np.int32]
) -> dict[int, dict[str, int]]:
    """Return for each cluster the distinct passages to read, with the part that each is in."""
    wanted = np.zeros(len(cluster_ids), dtype=np.bool_)
    wanted[naming_rows(cluster_ids, part_ids)] = True
    groups: dict[int, dict[str, int]] = {}
    for text, cluster, part, is_wanted in zip(
        texts, cluster_ids.tolist(), part_ids.tolist(), wanted.tolist(), strict=True
    ):
        if is_wanted:
            groups.setdefault(cluster, {}).setdefault(text[:READ], part)
    return groups


def _read_all(sampled: Mapping[int, Mapping[str, int]]) -> Steps[dict[int, _Read]]:
    """Find the terms of the passages of all clusters, in the language of each."""
    n = len(sampled)
    cleaned = yield from without_boilerplate(sampled, Progress("Naming clusters", 0, n, "clusters"))
    everything = [text for group in cleaned.values() for text in group]
    language = main_language(everything[:: max(1, len(everything) // 300)])
    read: dict[int, _Read] = {}
    for cluster, group in cleaned.items():
        progress = Progress("Naming clusters", len(read), n, "clusters")
        read[cluster] = yield from _read(group, list(sampled[cluster].values()), language, progress)
    return read


def _read(texts: list[str], of_parts: Sequence[int], language: str, progress: Progress) -> Steps[_Read]:
    """Find the terms of the passages of a cluster; what only one in many holds is not kept."""
    read = _Read(texts)
    for number, (text, part) in enumerate(zip(texts, of_parts, strict=True)):
        if part >= 0:
            read.parts[part] = read.parts.get(part, 0) | 1 << number
        for term in terms(text, language_of(text, language)):
            read.places[term] = read.places.get(term, 0) | 1 << number
        if number % 20 == 0:
            yield progress
    if len(texts) >= 3:
        rare = [term for term, places in read.places.items() if places.bit_count() < 2]
        for term in rare:
            del read.places[term]
    return read


def _total(shares: Mapping[int, Mapping[str, float]]) -> dict[str, float]:
    """Return for each term the sum of its shares in all groups."""
    total: defaultdict[str, float] = defaultdict(float)
    for group in shares.values():
        for term, share in group.items():
            total[term] += share
    return total


def _c_tf_idf(
    shares: Mapping[int, Mapping[str, float]], total: Mapping[str, float]
) -> dict[int, dict[str, float]]:
    """Score every term of every group: its share there times log(1 + 1 / its shares in all groups), smoothed.

    Class-based TF-IDF (Grootendorst 2022, arXiv:2203.05794) on shares of passages instead of counts of words,
    so that one long passage that repeats a word cannot name a cluster.
    """
    most: dict[str, float] = {}
    for group in shares.values():
        for term, share in group.items():
            most[term] = max(share, most.get(term, 0.0))
    at_home: Counter[str] = Counter()
    for group in shares.values():
        at_home.update(term for term, share in group.items() if share * 2 > most[term])
    crowd = max(EVERYWHERE * len(shares), 3)
    everywhere = {term for term, homes in at_home.items() if homes > crowd}
    return {
        number: {
            term: share * math.log(1 + 1 / (COMMON + total[term]))
            for term, share in group.items()
            if everywhere.isdisjoint((term, *term.split()))
        }
        for number, group in shares.items()
    }


def _name_branch(
    branch: Branch,
    read: Mapping[int, _Read],
    shares: Mapping[int, Mapping[str, float]],
    total: Mapping[str, float],
) -> tuple[str, ...]:
    """Return keywords of a branch: terms that many of its clusters share, and few clusters outside.

    The shares in its clusters are averaged as square roots: what two hold counts more than what one holds twice as
    often. All other clusters together weigh as if they were groups of as many clusters as the branch has; how much of a
    term lies inside counts twice, for large branches share the words that everyone uses.
    """
    inside = [cluster for cluster in branch.clusters if cluster in read]
    if not inside:
        return ()
    roots: defaultdict[str, float] = defaultdict(float)
    held: Counter[str] = Counter()
    sums: defaultdict[str, float] = defaultdict(float)
    for cluster in inside:
        for term, share in shares[cluster].items():
            roots[term] += math.sqrt(share)
            sums[term] += share
            held[term] += 1
    common = {term: (root / len(inside)) ** 2 for term, root in roots.items() if held[term] > 1}
    scores = {}
    for term, share in common.items():
        outside = (total[term] - sums[term]) / len(inside)
        scores[term] = share * share / (share + outside) * math.log(1 + 1 / (COMMON + share + outside))
    places: dict[str, int] = {}
    start = 0
    likely = sorted(scores, key=lambda term: (-scores[term], term))[: 4 * CANDIDATES]
    for cluster in inside:
        for term in likely:
            places[term] = places.get(term, 0) | read[cluster].places.get(term, 0) << start
        start += len(read[cluster].texts)
    texts = [text for cluster in inside for text in read[cluster].texts[: max(20, SAMPLE // len(inside))]]
    return _keywords({term: scores[term] for term in likely}, common, places, texts)


def _name_parts(
    read: _Read, total: Mapping[str, float], progress: Progress
) -> Steps[dict[int, tuple[str, ...]]]:
    """Return keywords of each part of a cluster, against its other parts and what is in none of them."""
    if not read.parts or not read.is_language:
        return {}
    groups = dict(read.parts)
    rest = read.whole
    for passages in groups.values():
        rest &= ~passages
    if rest.bit_count() >= LEAST_SAMPLE:
        groups[-1] = rest
    shares = {part: read.shares(passages) for part, passages in groups.items()}
    names = {}
    for part, scores in _c_tf_idf(shares, _total(shares)).items():
        if part >= 0:
            # What sets a part apart may still be a word of all clusters; its rarity there counts by half.
            rarer = {
                term: score * math.sqrt(math.log(1 + 1 / total[term]))
                for term, score in scores.items()
                if term in total
            }
            inside = groups[part]
            texts = [text for number, text in enumerate(read.texts) if inside >> number & 1]
            places = {term: read.places[term] & inside for term in rarer}
            names[part] = _keywords(rarer, shares[part], places, texts)
        yield progress
    return names


def _keywords(
    scores: Mapping[str, float], shares: Mapping[str, float], places: Mapping[str, int], texts: Sequence[str]
) -> tuple[str, ...]:
    return tuple(as_written(_choose(scores, shares, places, texts), texts))


def _choose(
    scores: Mapping[str, float], shares: Mapping[str, float], places: Mapping[str, int], texts: Sequence[str]
) -> list[str]:
    """Choose the best terms, each adding something to those before it.

    Maximal marginal relevance (Carbonell & Goldstein 1998), two terms being as similar as the passages that hold
    them: the cosine of their occurrences.
    """
    options = _options(scores, shares, texts)
    best = max((scores[term] for term in options), default=1.0)
    chosen: list[str] = []
    nearest = dict.fromkeys(options, 0.0)
    while options and len(chosen) < N_KEYWORDS:
        term = max(
            options, key=lambda term: RELEVANCE * scores[term] / best - (1 - RELEVANCE) * nearest[term]
        )
        chosen.append(options[term])
        left = {}
        for other, worded in options.items():
            fresh = [option for option in (worded, other) if not alike(option, chosen[-1])]
            if fresh:
                left[other] = fresh[0]
                nearest[other] = max(nearest[other], _together(places[other], places[term]))
        options = left
    return chosen


def _options(
    scores: Mapping[str, float], shares: Mapping[str, float], texts: Sequence[str]
) -> dict[str, str]:
    """Return the best terms, the best first, each with how to word it: a word mostly in a phrase by that phrase."""
    ranked: list[str] = []
    for term in sorted(scores, key=lambda term: (-scores[term], -len(term), term)):
        if not is_cjk(term) or stands_alone(term, texts):
            ranked.append(term)
        if len(ranked) == CANDIDATES:
            break
    phrases = [term for term in ranked if " " in term or (is_cjk(term) and len(term) > 2)]
    return {term: _fullest(term, phrases, scores, shares) for term in ranked}


def _fullest(
    term: str, phrases: Collection[str], scores: Mapping[str, float], shares: Mapping[str, float]
) -> str:
    """Return the longest phrase that a term mostly stands in, else the term."""
    fuller = [
        phrase
        for phrase in phrases
        if holds(phrase, term) and shares[phrase] >= PREFER_PHRASE[phrase.count(" ") > 1] * shares[term]
    ]
    return max(
        fuller, key=lambda phrase: (len(phrase) if is_cjk(phrase) else 0, scores[phrase]), default=term
    )


def _together(a: int, b: int) -> float:
    """Return the cosine of two sets of passages."""
    both = (a & b).bit_count()
    return both / math.sqrt(a.bit_count() * b.bit_count()) if both else 0.0


def _shown(keywords: Sequence[str]) -> frozenset[str]:
    """Return what a reader takes for the name: its words, in whatever order or case."""
    return frozenset(keyword.lower() for keyword in keywords[:NAME_KEYWORDS])


def _its_own(keywords: tuple[str, ...], taken: set[frozenset[str]]) -> tuple[str, ...]:
    """Return the keywords so that no name before has the same first ones, and note them as taken."""
    if not keywords:
        return ()
    options = [keywords]
    last = min(NAME_KEYWORDS, len(keywords)) - 1
    options += [
        (*keywords[:last], later, *(word for word in keywords[last:] if word != later))
        for later in keywords[NAME_KEYWORDS:]
    ]
    options += [(f"{keywords[0]} ({number})", *keywords[1:]) for number in range(2, len(taken) + 3)]
    own = next(option for option in options if _shown(option) not in taken)
    taken.add(_shown(own))
    return own
