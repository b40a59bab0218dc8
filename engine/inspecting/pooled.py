"""Poolings side by side: which passages are near a text under each of them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.corpus import Corpus
from engine.encoding.encoder import Encoder
from engine.inspecting.records import PoolingNeighbours
from engine.progress import Progress, Steps
from engine.records import Hit
from engine.search.snippets import make_snippet
from indexes.errors import CorpusError, ModelError
from indexes.records import Passage

NEAREST = 60
"""Passages, the nearest by the corpus' own embeddings, that each pooling puts in an order of its own."""


def compare_poolings(
    corpus: Corpus, encoder: Encoder, text: str, passage_id: int = 0, k: int = 5
) -> Steps[tuple[PoolingNeighbours, ...]]:
    """Return the k nearest passages of a text under each pooling, of the 60 nearest by the corpus' own embeddings.

    Those are embedded anew under each pooling, so that a corpus need not be built for each; what a pooling would find
    beyond them it cannot show. With `passage_id` that passage is the text, and none of its own neighbours. Raises
    CorpusError when it is gone or nothing is embedded, ModelError when the corpus was embedded by another encoder.
    """
    yield Progress("Comparing poolings")
    if passage_id:
        passages = corpus.catalogue.passages([passage_id])
        if not passages:
            raise CorpusError("This passage is no longer in the corpus.")
        text = passages[0].text
    candidates = _near(corpus, encoder, text, passage_id)
    texts = [text, *(passage.text for passage in candidates)]
    vectors = yield from encoder.encode_poolings(texts, encoder.poolings)
    ranked = [
        PoolingNeighbours(name, _nearest(candidates, rows[1:] @ rows[0], k), 0)
        for name, rows in zip(encoder.poolings, vectors, strict=True)
    ]
    first = {hit.passage.id for hit in ranked[0].hits}
    return tuple(replace(one, shared=sum(hit.passage.id in first for hit in one.hits)) for one in ranked)


def _near(corpus: Corpus, encoder: Encoder, text: str, passage_id: int) -> list[Passage]:
    embedded_by = corpus.catalogue.latest_encoder()
    if embedded_by and not corpus.catalogue.embedding_dim(encoder.id):
        raise ModelError(
            f"This corpus was embedded by “{embedded_by}”, and the encoder in use is “{encoder.id}”. Start Asterism "
            "with the encoder of then, or load the corpus again."
        )
    found, _ = corpus.vectors(encoder.id).search(encoder.encode([text]), NEAREST + 1)
    near = [int(one) for one in found[0] if one >= 0 and one != passage_id][:NEAREST]
    if not near:
        raise CorpusError(
            "No other passage of this corpus is embedded, so there are no neighbours to compare."
        )
    return corpus.catalogue.passages(near)


def _nearest(passages: Sequence[Passage], cosines: NDArray[np.float32], k: int) -> tuple[Hit, ...]:
    order = np.argsort(-cosines, kind="stable")[:k]
    return tuple(
        Hit(rank, float(cosines[row]), passages[row], make_snippet(passages[row].text, ()))
        for rank, row in enumerate(order.tolist(), start=1)
    )
