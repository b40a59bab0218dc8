"""What is known of encoders, as frozen records; light to import, so the window uses them too."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class EncoderId:
    """What embeddings are stored under, written `name@weights/pooling`: `weights` is the start of their SHA-256."""

    name: str
    weights: str
    pooling: str

    @classmethod
    def of(cls, written: str) -> Self:
        """Return the parts of a written id; what it does not tell is ""."""
        model, slash, pooling = written.rpartition("/")
        model, pooling = (model, pooling) if slash else (pooling, "")
        name, at, weights = model.rpartition("@")
        return cls(name, weights, pooling) if at else cls(weights, "", pooling)

    def __str__(self) -> str:
        return f"{self.name}@{self.weights}/{self.pooling}"


@dataclass(frozen=True, slots=True)
class PoolingMeasures:
    """How good embeddings by one pooling are; None where there was nothing to measure on.

    `similarity` is the Spearman correlation of cosines with people's grades over `pairs` of texts, in [-1, 1]. `ndcg`
    and `mrr` are means over `queries` of a retrieval collection, `own_ndcg` and `own_mrr` over the `own_queries` that
    the user judged, all by the first ten documents, by meaning alone, in [0, 1].
    """

    pooling: str
    similarity: float | None = None
    pairs: int = 0
    ndcg: float | None = None
    mrr: float | None = None
    queries: int = 0
    own_ndcg: float | None = None
    own_mrr: float | None = None
    own_queries: int = 0


BeforeAfter = tuple[float, float]
"""A measure of the encoder as it was, and of the adapted one."""


@dataclass(frozen=True, slots=True)
class AdaptReport:
    """What adapting an encoder to a corpus did, and whether it was worth keeping; `said` puts it in a sentence.

    `kept` says whether there is an encoder `name` now, in `folder`. `passages` were learned from, the `held_out` ones
    only measured on. `word_loss` is the cross-entropy of masked words, in nats. `agreement` in [0, 1] is how often a
    held-out text is found where it belongs; `agreement_by` says what that is: "document", "folder" or "halves".
    `ndcg` is that of the user's own judged queries, `similarity` the Spearman correlation on graded pairs; None where
    there were none.
    """

    name: str
    kept: bool
    folder: str
    passages: int
    held_out: int
    word_loss: BeforeAfter
    agreement: BeforeAfter
    agreement_by: str
    ndcg: BeforeAfter | None
    queries: int
    similarity: BeforeAfter | None
    seconds: float
    said: str
