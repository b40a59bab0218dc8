"""A BERT classifier without padding, that computes of its last block only what the head reads.

That is mostly [CLS]: the mixing and the feed-forward part of all other tokens are never made there; of six blocks that
saves an eighth. The logits are those of `BertForSequenceClassification`, or of PooledClassifier, in evaluation, to
rounding.
"""

from collections.abc import Sequence
from typing import Any, Self

import torch
from torch import Tensor
from torch.nn import functional

from engine.encoding.packed import PackedBert, _runs, can_pack
from engine.tagging.pooled_classifier import weighted

PACKED = ("BertForSequenceClassification", "PooledClassifier")
"""The models that can be packed."""


class PackedTagger:
    """A classifier's forward pass over lists of token ids; it shares the model's weights.

    `pooler` is the dense layer over [CLS], or `pooling` weighs the tokens.
    """

    def __init__(self, bert: "PackedCls", pooler: Any, pooling: Any, head: Any) -> None:
        self.bert = bert
        self.pooler = pooler
        self.pooling = pooling
        self.head = head

    @classmethod
    def of(cls, model: Any) -> "Self | None":
        """Pack a model; None when it is not a plain float32 BERT on the CPU, read by [CLS] or by weighing tokens."""
        if type(model).__name__ not in PACKED or not can_pack(model.bert):
            return None
        pooling = getattr(model, "pooling", None)
        pooler = None if pooling else model.bert.pooler.dense
        return cls(PackedCls.packed(model.bert), pooler, pooling, model.classifier)

    def over(self, bert: "PackedCls") -> "Self":
        """Return the same head over another forward pass of its BERT."""
        return type(self)(bert, self.pooler, self.pooling, self.head)

    def __call__(
        self, token_ids: Sequence[Sequence[int]], segments: Sequence[Sequence[int]] | None = None
    ) -> Tensor:
        """Return the logits (n_texts, n_labels) float32; `segments` are 0 or 1 a token, where texts are pairs."""
        if self.pooling is None:
            pooled = torch.tanh(self.pooler(self.bert.cls(token_ids, segments)))
        else:
            pooled = self._weighed(self.bert.tokens(token_ids, segments), [len(ids) for ids in token_ids])
        return self.head(pooled)  # type: ignore[no-any-return]

    def _weighed(self, states: Tensor, lengths: Sequence[int]) -> Tensor:
        """Return the weighted sum of each text's tokens: states (n_tokens, dim), texts end to end → (n_texts, dim)."""
        pooled, start = [], 0
        for count, length in _runs(lengths):
            rows = states[start : start + count * length].view(count, length, -1)
            weights = self.pooling(rows, rows.new_ones(count, length))
            pooled.append(weighted(rows, weights))
            start += count * length
        return torch.cat(pooled)


class PackedCls(PackedBert):
    """PackedBert that can give the first token of each text alone, and knows two segments."""

    _second: Tensor
    """What a token of the second segment has more than one of the first, (dim,)."""

    @classmethod
    def packed(cls, model: Any) -> Self:
        """Pack a BertModel that `can_pack` accepts."""
        made = cls.of(model)
        assert isinstance(made, cls)
        kinds = model.embeddings.token_type_embeddings.weight.detach()
        made._second = kinds[-1] - kinds[0]
        return made

    @classmethod
    def like(cls, other: "PackedCls") -> Self:
        """Return one of this class with the weights of another."""
        made = cls(other._words, other._positions, other._norm, other._layers, other._heads)
        made._second = other._second
        return made

    def cls(self, token_ids: Sequence[Sequence[int]], segments: Sequence[Sequence[int]] | None) -> Tensor:
        """Return the last hidden state of each text's first token, (n_texts, dim) float32."""
        lengths = [len(ids) for ids in token_ids]
        runs = _runs(lengths)
        last = len(self._layers) - 1
        states = self._through(last, self._embedded(token_ids, lengths, segments), runs)
        dim = states.shape[1]
        starts = torch.tensor([0, *lengths[:-1]]).cumsum(0)
        projected = self._product(last, "attend", states)
        attended = self._first_attention(projected[starts, :dim], projected[:, dim:], runs)
        return self._after_attention(last, attended, states[starts])

    def tokens(self, token_ids: Sequence[Sequence[int]], segments: Sequence[Sequence[int]] | None) -> Tensor:
        """Return the last hidden state of every token, texts end to end, (n_tokens, dim) float32."""
        lengths = [len(ids) for ids in token_ids]
        states = self._embedded(token_ids, lengths, segments)
        return self._through(len(self._layers), states, _runs(lengths))

    def _through(self, blocks: int, states: Tensor, runs: Sequence[tuple[int, int]]) -> Tensor:
        """Return what the first `blocks` make of the embeddings (n_tokens, dim)."""
        for number in range(blocks):
            attended = self._attention(self._product(number, "attend", states), runs)
            states = self._after_attention(number, attended, states)
        return states

    def _embedded(
        self,
        token_ids: Sequence[Sequence[int]],
        lengths: Sequence[int],
        segments: Sequence[Sequence[int]] | None,
    ) -> Tensor:
        words = torch.tensor([token for ids in token_ids for token in ids], dtype=torch.int64)
        states = functional.embedding(words, self._words)
        states += torch.cat([self._positions[:length] for length in lengths])
        if segments is not None:
            second = torch.tensor([kind for kinds in segments for kind in kinds], dtype=states.dtype)
            states += second[:, None] * self._second
        return self._norm(states)

    def _first_attention(self, query: Tensor, others: Tensor, runs: Sequence[tuple[int, int]]) -> Tensor:
        """Let the first token of each text attend: query (n_texts, dim), keys and values (n_tokens, 2 · dim)."""
        dim = query.shape[1]
        attended, text, start = [], 0, 0
        for count, length in runs:
            rows = others[start : start + count * length]
            key, value = rows.view(count, length, 2, self._heads, dim // self._heads).permute(2, 0, 3, 1, 4)
            asking = query[text : text + count].view(count, self._heads, 1, dim // self._heads)
            attended.append(functional.scaled_dot_product_attention(asking, key, value).reshape(count, dim))
            text += count
            start += count * length
        return torch.cat(attended)
