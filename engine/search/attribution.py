"""Attributions: why a passage is near a query or a cluster, word by word, and what divides two clusters.

All of them are the one identity of word_shares.py with another direction: the query's embedding, a cluster's centre
(the mean of its passages' embeddings, scaled to unit length), the difference of two centres, or another passage.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.corpus import Corpus
from engine.encoding.encoder import Encoder
from engine.map.stop_words import FUNCTION_CHARACTERS, NOISE, STOP_WORDS
from engine.map.terms import is_cjk, main_language
from engine.progress import Progress, Steps
from engine.records import Attribution, Division, Share
from engine.search.query_embedding import QueryEmbedding
from engine.search.word_shares import WordShares, word_shares
from indexes.errors import CorpusError, ModelError
from indexes.records import Cluster, Passage, Projection

SAMPLED = 40
"""Passages of a cluster that are read to tell what divides it from another."""
DIVIDING_WORDS = 12
TOGETHER = 8
"""Passages that go through the model between two reports."""
READ = 64
"""Passages of a query's summand that are read to tell what it gives."""
BLOCK = 4096
"""Embeddings summed at a time."""


def explain_query(
    corpus: Corpus, encoder: Encoder, meaning: QueryEmbedding, passage_ids: Sequence[int]
) -> tuple[Attribution, ...]:
    """Say why passages are near a query's embedding, in the order asked; those that are gone are left out.

    Raises CorpusError when none is there any more or none is embedded yet, ModelError when the corpus was embedded by
    another encoder or pools otherwise than by the mean.
    """
    if meaning.vector is None or not len(passage_ids):
        return ()
    passages = _embedded(corpus, encoder, passage_ids)
    parts = meaning.directions if len(meaning.summands) > 1 else ()
    directions = np.stack([meaning.vector, *(direction for _, direction in parts)])
    shares = word_shares(encoder, [passage.text for passage in passages], directions)
    said = [said for said, _ in parts]
    return tuple(_attribution(passage, own, said) for passage, own in zip(passages, shares, strict=True))


def explain_cluster(
    corpus: Corpus, encoder: Encoder, passage_id: int, cluster_id: int, against: int | None = None
) -> Attribution:
    """Say why a passage is near a cluster's centre: the score is its cosine with it.

    With `against` the score is that cosine less the one with the centre of that other cluster, and `parts` are the two.
    Raises CorpusError when the passage or a cluster is gone or not embedded, ModelError as `explain_query`.
    """
    (passage,) = _embedded(corpus, encoder, [passage_id])
    projection, clusters = _map(corpus)
    names = [_cluster(clusters, cluster_id).name]
    directions = [_centre(corpus, encoder, projection, cluster_id)]
    if against is not None:
        names.append(_cluster(clusters, against).name)
        directions.append(-_centre(corpus, encoder, projection, against))
        directions.insert(0, np.add(*directions))
    (shares,) = word_shares(encoder, [passage.text], np.stack(directions))
    return _attribution(passage, shares, names if against is not None else ())


def divide_clusters(corpus: Corpus, encoder: Encoder, cluster_id: int, other: int) -> Steps[Division]:
    """Find the words that divide two clusters, at most 12 a side, by their shares in the difference of the centres.

    Exemplars and the strongest members of both are read, 40 each. A word's number is what it adds in an average passage
    of the one and of the other together; stop words and words of one passage only are left out. Raises as
    `explain_cluster`.
    """
    yield Progress("Comparing clusters")
    projection, clusters = _map(corpus)
    sides = [_typical(corpus, projection, _cluster(clusters, number)) for number in (cluster_id, other)]
    _check_encoder(corpus, encoder)
    one, two = (_centre(corpus, encoder, projection, number) for number in (cluster_id, other))
    read = [(passage.text, 1 / len(passages)) for passages in sides for passage in passages]
    stops = STOP_WORDS[main_language(text for text, _ in read)] | NOISE
    pulls: dict[str, list[float]] = {}
    for start in range(0, len(read), TOGETHER):
        some = read[start : start + TOGETHER]
        found = word_shares(encoder, [text for text, _ in some], (one - two)[None])
        for (text, weight), shares in zip(some, found, strict=True):
            for word, share in _summed_by_word(text, shares, stops).items():
                pulls.setdefault(word, []).append(weight * share)
        yield Progress("Comparing clusters", start + len(some), len(read), "passages")
    shared = [(word, sum(own)) for word, own in pulls.items() if len(own) > 1]
    return _strongest(shared, 1), _strongest(shared, -1)


def made_of(
    corpus: Corpus, encoder: Encoder, meaning: QueryEmbedding, passage_id: int
) -> tuple[Attribution, ...]:
    """Say what the passages that a query is made of give to the score of a hit: "like these, not these", by word.

    Each attribution is of one of these passages and its one part names the summand; the scores of a summand's passages
    add up to its part of the hit's score. Of a document of more than 64 passages the first are read. Raises as
    `explain_query`.
    """
    (hit,) = _embedded(corpus, encoder, [passage_id])
    index = corpus.vectors(encoder.id)
    direction = index.vectors([hit.id])
    found: list[Attribution] = []
    for summand in meaning.summands:
        if not summand.passage_ids:
            continue
        passages = _embedded(corpus, encoder, summand.passage_ids[:READ])
        length = float(np.linalg.norm(index.vectors(summand.passage_ids).sum(axis=0, dtype=np.float64)))
        shares = word_shares(encoder, [passage.text for passage in passages], direction)
        weight = summand.weight / meaning.norm / length
        for passage, own in zip(passages, shares, strict=True):
            scaled = _scaled(_attribution(passage, own), weight)
            found.append(replace(scaled, parts=((summand.said, scaled.score),)))
    return tuple(found)


def _attribution(passage: Passage, shares: WordShares, said: Sequence[str] = ()) -> Attribution:
    """Take the first direction's shares by word, and of those after it the products, one for each thing said."""
    return Attribution(
        passage_id=passage.id,
        score=float(shares.products[0]),
        shares=tuple(
            Share(start, end, share)
            for (start, end), share in zip(shares.spans.tolist(), shares.shares[:, 0].tolist(), strict=True)
        ),
        special=float(shares.special[0]),
        parts=tuple(zip(said, shares.products[1:].tolist(), strict=True)) if said else (),
    )


def _scaled(attribution: Attribution, weight: float) -> Attribution:
    return replace(
        attribution,
        score=weight * attribution.score,
        shares=tuple(replace(share, share=weight * share.share) for share in attribution.shares),
        special=weight * attribution.special,
    )


def _embedded(corpus: Corpus, encoder: Encoder, passage_ids: Sequence[int]) -> list[Passage]:
    """Return those of the passages that are there and embedded, at least one, in the order asked."""
    passages = corpus.catalogue.passages(passage_ids)
    if not passages:
        raise CorpusError("This passage is no longer in the corpus. Search again to see what is there now.")
    _check_encoder(corpus, encoder)
    index = corpus.vectors(encoder.id)
    embedded = [passage for passage in passages if passage.id in index]
    if not embedded:
        raise CorpusError(
            "This passage is not embedded yet, so there is nothing to explain. Wait until the corpus is loaded, or "
            "load it again."
        )
    return embedded


def _check_encoder(corpus: Corpus, encoder: Encoder) -> None:
    embedded_by = corpus.catalogue.latest_encoder()
    if embedded_by and not corpus.catalogue.embedding_dim(encoder.id):
        raise ModelError(
            f"This corpus was embedded by “{embedded_by}”, and the encoder in use is “{encoder.id}”, which cannot "
            "explain the other's scores. Start Asterism with the encoder of then, or load the corpus again."
        )
    if encoder.pooling != "mean":
        raise ModelError(
            f"This corpus is embedded by “{encoder.pooling}” pooling, where an embedding is no mean of its words, so "
            "what each adds to a score cannot be told. Load the corpus with mean pooling to see it."
        )


def _map(corpus: Corpus) -> tuple[Projection, list[Cluster]]:
    latest = corpus.catalogue.latest_map()
    if latest is None:
        raise CorpusError(
            f"“{corpus.catalogue.name}” has no map yet, so it has no clusters. Make the map first."
        )
    return latest


def _cluster(clusters: Sequence[Cluster], cluster_id: int) -> Cluster:
    found = next((cluster for cluster in clusters if cluster.id == cluster_id), None)
    if found is None:
        raise CorpusError(f"The map has no cluster {cluster_id} any more. Open the map again.")
    return found


def _centre(corpus: Corpus, encoder: Encoder, projection: Projection, cluster_id: int) -> NDArray[np.float64]:
    """Return the mean of the embeddings of a cluster's passages, scaled to unit length: (dim,) float64."""
    members = projection.passage_ids[projection.cluster_ids == cluster_id]
    index = corpus.vectors(encoder.id)
    blocks = (index.vectors(members[start : start + BLOCK]) for start in range(0, len(members), BLOCK))
    centre = np.add.reduce([block.sum(axis=0, dtype=np.float64) for block in blocks])
    length = float(np.linalg.norm(centre))
    if not length:
        raise CorpusError(
            "None of this cluster's passages is in the corpus any more. Make the map again to see what is there now."
        )
    return np.asarray(centre / length, np.float64)


def _typical(corpus: Corpus, projection: Projection, cluster: Cluster) -> list[Passage]:
    """Return a cluster's exemplars and then its strongest members, 40 passages at most."""
    rows = np.flatnonzero(projection.cluster_ids == cluster.id)
    rows = rows[np.argsort(-projection.strengths[rows], kind="stable")]
    ids = dict.fromkeys([*cluster.exemplars, *projection.passage_ids[rows[:SAMPLED]].tolist()])
    return corpus.catalogue.passages(list(ids)[:SAMPLED])


def _summed_by_word(text: str, shares: WordShares, stops: frozenset[str]) -> dict[str, float]:
    """Return what each word of a text that says something adds to the first direction, in lower case."""
    sums: dict[str, float] = {}
    for (start, end), share in zip(shares.spans.tolist(), shares.shares[:, 0].tolist(), strict=True):
        word = text[start:end].casefold().replace("’", "'").removesuffix("'s")
        if _says_something(word, stops):
            sums[word] = sums.get(word, 0.0) + share
    return sums


def _says_something(word: str, stops: frozenset[str]) -> bool:
    if word in stops or not any(character.isalpha() for character in word):
        return False
    return len(word) > 1 or (is_cjk(word) and word not in FUNCTION_CHARACTERS)


def _strongest(pulls: Sequence[tuple[str, float]], sign: int) -> tuple[tuple[str, float], ...]:
    """Return the words that pull one way, the strongest first, each with how much as a positive number."""
    towards = [(word, sign * pull) for word, pull in pulls if sign * pull > 0]
    return tuple(sorted(towards, key=lambda pair: (-pair[1], pair[0]))[:DIVIDING_WORDS])
