"""A BERT classifier whose head reads all tokens of a text, weighed, where BERT's own reads [CLS] through the pooler.

The weights are equal (the mean), or learned with the head: attention pooling, softmaxₜ(v · tanh(W hₜ + b)) over the
last hidden states h₁ … hₙ (Lin et al. 2017, A structured self-attentive sentence embedding,
https://arxiv.org/abs/1703.03130; Yang et al. 2016, Hierarchical attention networks,
https://aclanthology.org/N16-1174).
"""

from typing import Any

import torch
from torch import Tensor, nn
from transformers import BertForSequenceClassification
from transformers.modeling_outputs import SequenceClassifierOutput

from engine.tagging.records import HeadPooling

HIDDEN = 64
"""The width of tanh(W hₜ + b)."""


class MeanPooling(nn.Module):
    """Gives each of a text's tokens the same weight."""

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """Return the weights (b, t) of states (b, t, dim); mask (b, t) is 1 for real tokens, which have 1 together."""
        real = mask.to(states.dtype)
        return real / real.sum(1, keepdim=True).clamp(min=1)


class AttentionPooling(nn.Module):
    """Gives each of a text's tokens a weight by its state: v · tanh(W h + b), and the softmax over the tokens."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.project = nn.Linear(dim, HIDDEN)
        self.direction = nn.Linear(HIDDEN, 1, bias=False)

    def begin_as_mean(self) -> None:
        """Forget what was learned: with v = 0 all weights are equal."""
        nn.init.zeros_(self.direction.weight)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """Return the weights, as MeanPooling does."""
        scores = self.direction(torch.tanh(self.project(states))).squeeze(-1)
        weights: Tensor = scores.masked_fill(mask == 0, float("-inf")).softmax(1)
        return weights


class PooledClassifier(BertForSequenceClassification):  # type: ignore[misc]
    """Logits = W·Σ wₜhₜ + b, with the weights w of `pooling`; there is no pooler."""

    def __init__(self, config: Any, pooling: HeadPooling) -> None:
        super().__init__(config)
        self.bert.pooler = None
        self.pooling = (
            AttentionPooling(config.hidden_size) if pooling is HeadPooling.ATTENTION else MeanPooling()
        )

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        *,
        labels: None = None,
        return_dict: bool | None = None,
        **asked: Any,
    ) -> SequenceClassifierOutput:
        """Return logits (b, n_labels), and what else is `asked` for by transformers' names; always a record."""
        outputs = self.bert(
            input_ids,
            attention_mask=attention_mask,
            token_type_ids=token_type_ids,
            inputs_embeds=inputs_embeds,
            **asked,
        )
        states = outputs.last_hidden_state
        mask = states.new_ones(states.shape[:2]) if attention_mask is None else attention_mask
        pooled = weighted(states, self.pooling(states, mask))
        return SequenceClassifierOutput(
            logits=self.classifier(self.dropout(pooled)),
            hidden_states=outputs.hidden_states,
            attentions=outputs.attentions,
        )


def weighted(states: Tensor, weights: Tensor) -> Tensor:
    """Return Σ wₜhₜ, (b, dim), of states (b, t, dim) and weights (b, t)."""
    return (weights.unsqueeze(1) @ states).squeeze(1)
