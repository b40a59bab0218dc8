"""What an adapted encoder is judged by: texts it did not learn from, the user's own judgements, graded pairs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np
from numpy.typing import NDArray

from engine.corpus import Corpus
from engine.encoding.encoder import Encoder
from engine.encoding.gold_sets import Collection, Pair, own_collection
from engine.encoding.pooling_measures import rank_by_best_passage, similarity
from engine.progress import Progress, Steps
from engine.search.judging import ENOUGH
from engine.search.search_measures import measure_rankings
from indexes.records import Passage

HELD_OUT = 0.1
FEWEST_HELD_OUT, MOST_HELD_OUT = 50, 500
MOST_LEARNED = 5000
"""Passages that are looked at; what is learned from is drawn from them."""
MOST_JUDGED = 4000
"""Passages that the user's judged queries are asked of."""
ENOUGH_TOGETHER = 0.3
"""The share of held-out passages that must belong with another one for it to be worth asking which is nearest."""


@dataclass(frozen=True, slots=True)
class Gold:
    """Texts to learn from and texts held out, of other documents; `groups` says which of those belong together.

    `agreement_by` names the groups: "document", "folder", or "halves" where each text is its own (and `groups` is
    empty). `own` are the user's judged queries, None when there are fewer than ten.
    """

    learned: tuple[str, ...]
    held_out: tuple[str, ...]
    groups: tuple[int, ...] = ()
    agreement_by: str = "halves"
    own: Collection | None = None
    pairs: Sequence[Pair] = ()

    @property
    def queries(self) -> int:
        """How many queries of the user's are asked."""
        return len(self.own.queries) if self.own else 0


@dataclass(frozen=True, slots=True)
class Measured:
    """How good an encoder is; None where there is nothing to measure on."""

    agreement: float
    ndcg: float | None
    similarity: float | None


def gold_of(corpus: Corpus, seed: int = 0, pairs: Sequence[Pair] = ()) -> Gold:
    """Return what to learn from a corpus and to measure on: a tenth of its passages, whole documents, is held out."""
    catalogue = corpus.catalogue
    table = catalogue.passage_table()
    chance = np.random.default_rng(seed)
    documents, owner = np.unique(table.document_ids, return_inverse=True)
    order = np.argsort(chance.permutation(len(documents))[owner], kind="stable")
    chosen = order[: MOST_HELD_OUT + MOST_LEARNED]
    wanted = min(MOST_HELD_OUT, max(FEWEST_HELD_OUT, round(HELD_OUT * len(chosen))))
    while wanted < len(chosen) and owner[chosen[wanted - 1]] == owner[chosen[wanted]]:
        wanted += 1
    held_out = catalogue.passages(table.passage_ids[chosen[:wanted]].tolist())
    learned = catalogue.passages(table.passage_ids[chosen[wanted:]].tolist())
    agreement_by, groups = _groups(held_out)
    own = own_collection(corpus, MOST_JUDGED)
    return Gold(
        tuple(passage.text for passage in learned),
        tuple(passage.text for passage in held_out),
        groups,
        agreement_by,
        own if own and len(own.queries) >= ENOUGH else None,
        pairs,
    )


def measure(encoder: Encoder, gold: Gold, step: str) -> Steps[Measured]:
    """Measure an encoder; `step` names that to the user."""
    agreement = (
        neighbour_agreement((yield from _embed(encoder, gold.held_out, step)), gold.groups)
        if gold.groups
        else (yield from _halves_found(encoder, gold.held_out, step))
    )
    ndcg = None
    if gold.own:
        passages = yield from _embed(encoder, gold.own.passages, step)
        asked = yield from _embed(encoder, [text for text, _ in gold.own.queries], step)
        rankings = dict(enumerate(rank_by_best_passage(passages, gold.own.documents, asked)))
        judged = dict(enumerate(grades for _, grades in gold.own.queries))
        ndcg = measure_rankings("dense", rankings, judged).ndcg
    alike = None
    if gold.pairs:
        firsts, seconds, grades = zip(*gold.pairs, strict=True)
        vectors = yield from _embed(encoder, [*firsts, *seconds], step)
        alike = similarity(vectors[: len(firsts)], vectors[len(firsts) :], grades)
    return Measured(agreement, ndcg, alike)


def neighbour_agreement(vectors: NDArray[np.float32], groups: Sequence[int]) -> float:
    """Return how often the nearest other one of (n, dim) vectors, unit length, is of the same group.

    Asked of those that have another one of their group; 0 when none has.
    """
    own = np.asarray(groups)
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -np.inf)
    sizes = Counter(groups)
    asked = np.array([sizes[group] > 1 for group in groups])
    if not asked.any():
        return 0.0
    return float((own[cosines.argmax(1)] == own)[asked].mean())


def in_halves(text: str) -> tuple[str, str]:
    """Return a text's two halves, cut at the white space next to its middle; a single word twice."""
    middle = len(text) // 2
    spaces = [
        place for place, character in enumerate(text) if character.isspace() and 0 < place < len(text) - 1
    ]
    if not spaces:
        return text, text
    cut = min(spaces, key=lambda place: abs(place - middle))
    return text[:cut], text[cut + 1 :]


def _halves_found(encoder: Encoder, texts: Sequence[str], step: str) -> Steps[float]:
    """Return how often the second half of a text is the nearest of all to its first half."""
    halves = [in_halves(text) for text in texts]
    first = yield from _embed(encoder, [one for one, _ in halves], step)
    second = yield from _embed(encoder, [two for _, two in halves], step)
    return float(((first @ second.T).argmax(1) == np.arange(len(texts))).mean()) if texts else 0.0


def _groups(passages: Sequence[Passage]) -> tuple[str, tuple[int, ...]]:
    """Return the groups of passages by document, else by folder, as far as enough of them are not alone in theirs."""
    named = {
        "document": [str(passage.document_id) for passage in passages],
        "folder": [str(PurePath(passage.path).parent) for passage in passages],
    }
    for name, keys in named.items():
        sizes = Counter(keys)
        together = sum(sizes[key] > 1 for key in keys)
        if len(sizes) > 1 and together >= ENOUGH_TOGETHER * len(keys):
            numbers = {key: number for number, key in enumerate(sizes)}
            return name, tuple(numbers[key] for key in keys)
    return "halves", ()


def _embed(encoder: Encoder, texts: Sequence[str], step: str) -> Steps[NDArray[np.float32]]:
    vectors = np.zeros((len(texts), encoder.dim), np.float32)
    done = 0
    for rows, batch in encoder.encode_batches(texts):
        vectors[rows] = batch
        done += len(rows)
        yield Progress(step, done, len(texts), "texts")
    return vectors
