"""Next sentences: pairs made from a corpus' own text, whether a sentence follows another one.

Devlin et al. (2019), https://arxiv.org/abs/1810.04805, trained BERT on such pairs beside masked words; half of ours
that do not follow come from the same document, so that its subject alone does not tell.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.encoding.encoder import Encoder
from engine.progress import Progress, Steps
from engine.tagging.sentences import sentences
from engine.tagging.tagger_measures import LabelledText
from indexes.catalogue import Catalogue
from indexes.errors import TooSmall

NEXT, NOT_NEXT = "next", "not next"
LONGEST = 400
"""Characters of a sentence, so that two of them fit into what a model reads at once."""
SHORTEST = 20
MOST_PAIRS = 4000
FEWEST_PAIRS = 100
STRETCH = 40
"""Sentences of one document that stay together on one side, where there are few documents."""
FAR = 5
"""Sentences between two that are said not to follow each other."""
HELD_SHARE = 0.15
MANY_DOCUMENTS = 8
"""From so many on whole documents are held out."""
LEARNED_FROM = 1000
"""Pairs that the threshold over the cosine is chosen on."""
TRIES = 20
_BATCH = 200


@dataclass(frozen=True, slots=True)
class NextSentences:
    """Pairs to train on and pairs from elsewhere to measure on; as many that follow as that do not."""

    train: list[LabelledText]
    held: list[LabelledText]


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Some sentences of a document as they stand there."""

    document_id: int
    sentences: list[str]

    @property
    def followed(self) -> list[int]:
        """Return which sentences are followed by another one, both of a length to learn from."""
        fit = [SHORTEST <= len(sentence) <= LONGEST for sentence in self.sentences]
        return [place for place in range(len(fit) - 1) if fit[place] and fit[place + 1]]


def pairs(catalogue: Catalogue, seed: int) -> Steps[NextSentences]:
    """Make pairs of the sentences of a corpus, at most 4,000 to train on; TooSmall when there are too few."""
    chance = random.Random(seed)
    ids = [int(document_id) for document_id in catalogue.document_ids()]
    chance.shuffle(ids)
    stretches: list[_Stretch] = []
    enough = MOST_PAIRS / 2 / (1 - HELD_SHARE)
    for start in range(0, len(ids), _BATCH):
        for document in catalogue.documents(ids[start : start + _BATCH]):
            stretches += _stretches(document.id, document.text)
        yield Progress("Reading sentences", min(start + _BATCH, len(ids)), len(ids), "documents")
        if sum(len(stretch.followed) for stretch in stretches) >= enough:
            break
    kept, held = _apart(stretches)
    made = NextSentences(_pairs(kept, chance), _pairs(held, chance))
    if len(made.train) < FEWEST_PAIRS or not made.held:
        followed = sum(len(stretch.followed) for stretch in stretches)
        raise TooSmall(
            f"The corpus has too few sentences that another one follows ({followed:,}) to learn what follows what; "
            f"some {FEWEST_PAIRS} are needed."
        )
    return made


def told_by_cosine(made: NextSentences, encoder: Encoder) -> Steps[float]:
    """Return the accuracy on the held-out pairs of a threshold over the cosine, the best one on those to train on."""
    learned = made.train[:LEARNED_FROM]
    texts = [text for pair in [*learned, *made.held] for text in (pair.text, pair.second)]
    embeddings = yield from encoder.encode_steps(texts)
    cosines = (embeddings[0::2] * embeddings[1::2]).sum(1)
    follow = np.array([pair.label == NEXT for pair in [*learned, *made.held]])
    known, truth = cosines[: len(learned)], follow[: len(learned)]
    threshold = max(known.tolist(), key=lambda border: int(((known >= border) == truth).sum()))
    return float(((cosines[len(learned) :] >= threshold) == follow[len(learned) :]).mean())


def _stretches(document_id: int, text: str) -> list[_Stretch]:
    whole = [text[start:end] for start, end in sentences(text)]
    cut = [_Stretch(document_id, whole[first : first + STRETCH]) for first in range(0, len(whole), STRETCH)]
    return [stretch for stretch in cut if stretch.followed]


def _apart(stretches: Sequence[_Stretch]) -> tuple[list[_Stretch], list[_Stretch]]:
    """Return (to train on, to measure on): whole documents where there are enough of them, else stretches."""
    documents = list(dict.fromkeys(stretch.document_id for stretch in stretches))
    if len(documents) >= MANY_DOCUMENTS:
        counted = sum(len(stretch.followed) for stretch in stretches)
        held_documents: set[int] = set()
        held = 0
        for document_id in reversed(documents):
            if held >= HELD_SHARE * counted:
                break
            held_documents.add(document_id)
            held += sum(len(s.followed) for s in stretches if s.document_id == document_id)
        return (
            [stretch for stretch in stretches if stretch.document_id not in held_documents],
            [stretch for stretch in stretches if stretch.document_id in held_documents],
        )
    every = round(1 / HELD_SHARE)
    return (
        [stretch for place, stretch in enumerate(stretches) if place % every != every - 1],
        [stretch for place, stretch in enumerate(stretches) if place % every == every - 1],
    )


def _pairs(stretches: Sequence[_Stretch], chance: random.Random) -> list[LabelledText]:
    """Return pairs, each first sentence once with the one that follows and once with another one."""
    firsts = [(number, place) for number, stretch in enumerate(stretches) for place in stretch.followed]
    chance.shuffle(firsts)
    made: list[LabelledText] = []
    for turn, (number, place) in enumerate(firsts[: MOST_PAIRS // 2]):
        stretch = stretches[number]
        other = _far(stretch, place, chance) if turn % 2 else None
        other = other or _elsewhere(stretches, number, chance) or _far(stretch, place, chance)
        if other is not None:
            made.append(LabelledText(stretch.sentences[place], NEXT, stretch.sentences[place + 1]))
            made.append(LabelledText(stretch.sentences[place], NOT_NEXT, other))
    return made


def _far(stretch: _Stretch, place: int, chance: random.Random) -> str | None:
    """Return a sentence of the same stretch that stands far from the one at `place`."""
    far = [other + 1 for other in stretch.followed if abs(other + 1 - place) >= FAR]
    return stretch.sentences[chance.choice(far)] if far else None


def _elsewhere(stretches: Sequence[_Stretch], number: int, chance: random.Random) -> str | None:
    """Return a sentence of another document; None when a few tries find none."""
    for _ in range(TRIES):
        other = stretches[chance.randrange(len(stretches))]
        if other.document_id != stretches[number].document_id:
            return other.sentences[chance.choice(other.followed) + 1]
    return None
