"""Tracing: one text goes through one model once, and everything on its way is kept."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.encoding.pooling import pooler_of
from engine.inspecting.records import FlowStep, ModelCard, TokenView, Trace, Weighed
from engine.inspecting.tokens import ReadText
from engine.inspecting.weighing import weigh

if TYPE_CHECKING:
    from torch import Tensor

LAST = "last token"


@dataclass(frozen=True, slots=True)
class Passed:
    """A text's way through a model: what every part of it gave, each a batch of one.

    `layers` (layers + 1) × (1, n, hidden), the embeddings' output first; `attention` (layers) × (1, heads, n, n), row i
    how token i attends; `pooler_output` (1, hidden) and `logits` (1, labels) of a model that has them.
    """

    layers: "tuple[Tensor, ...]"
    attention: "tuple[Tensor, ...]"
    pooler_output: "Tensor | None"
    logits: "Tensor | None"


def pass_through(model: Any, ids: Sequence[int], segments: Sequence[int] = ()) -> Passed:
    """Run a transformers model over one text, without padding."""
    import torch

    device = next(model.parameters()).device
    batch = {"input_ids": torch.tensor([list(ids)], device=device)}
    batch["attention_mask"] = torch.ones_like(batch["input_ids"])
    if any(
        segments
    ):  # models that know no segments take none; of the others 0 is what they take by themselves
        batch["token_type_ids"] = torch.tensor([list(segments)], device=device)
    with _attention_shown(model), _pooler_heard(model) as heard, torch.inference_mode():
        answer = model(**batch, output_hidden_states=True, output_attentions=True)
    return Passed(
        layers=tuple(answer.hidden_states),
        attention=tuple(weights for weights in answer.attentions or () if weights is not None),
        pooler_output=heard[0] if heard else None,
        logits=getattr(answer, "logits", None),
    )


def trace(model: Any, name: str, read: ReadText, passed: Passed, has_pooler: bool = True) -> Trace:
    """Return what became of a text in a model, and of the one token that stands for the whole text.

    That is [CLS], the first, where every token sees all others; where a token sees only those before it, the last.
    `has_pooler` False: the model's pooler was not in its file, so it is chance and not shown.
    """
    attention = _attention(passed)
    followed = len(read.ids) - 1 if _looks_back_only(attention) else 0
    first = read.tokens[0]
    states = np.concatenate([layer[:, followed].float().cpu().numpy() for layer in passed.layers])
    pooler = pooler_of(model.base_model) if has_pooler else None
    output = _numbers(passed.pooler_output) if pooler is not None else None
    weighed = weigh(model, passed.layers[-1])
    return Trace(
        card=card_of(model, name),
        tokens=read.tokens,
        flow=_flow(read.tokens, passed, followed, pooler is not None, weighed),
        followed=followed,
        followed_name=(first.token if first.special else "first token") if not followed else LAST,
        attention=np.ascontiguousarray(attention[:, :, followed], np.float32),
        states=np.asarray(states, np.float32),
        norms=tuple(np.linalg.norm(states, axis=1).tolist()),
        step_cosines=tuple(_cosine(one, two) for one, two in pairwise(states)),
        last_cosines=tuple(_cosine(state, states[-1]) for state in states),
        pooler_output=output,
        pooler_error=None if output is None else _pooler_error(pooler, states[-1], output),
        read_to=read.read_to,
        left_out=read.left_out,
        weighed=weighed,
    )


def card_of(model: Any, name: str) -> ModelCard:
    """Return how a transformers model is built, from its own configuration and weights."""
    config = model.config
    hidden = int(config.hidden_size)
    return ModelCard(
        name=name,
        kind=str(config.model_type),
        layers=int(config.num_hidden_layers),
        heads=int(config.num_attention_heads),
        hidden=hidden,
        inner=int(
            getattr(config, "intermediate_size", 0)
            or getattr(config, "hidden_dim", 0)  # DistilBERT's name for it
            or getattr(config, "n_inner", 0)
            or 4 * hidden  # what GPT-2 takes when n_inner says nothing
        ),
        vocabulary=int(config.vocab_size),
        positions=int(getattr(config, "max_position_embeddings", 0)),
        parameters=sum(parameter.numel() for parameter in model.parameters()),
    )


def by_hand(weight: NDArray[Any], bias: NDArray[Any], state: NDArray[Any]) -> NDArray[np.float64]:
    """Return tanh(W·h + b), BERT's pooler: weight (out, in), bias (out,), state (in,) → (out,) float64.

    Devlin et al., BERT (2018), https://arxiv.org/abs/1810.04805; the layer is in their published modeling.py.
    """
    summed = weight.astype(np.float64) @ state.astype(np.float64) + bias.astype(np.float64)
    return np.asarray(np.tanh(summed), np.float64)


@contextmanager
def _attention_shown(model: Any) -> Iterator[None]:
    """Have a model compute attention so that its weights can be seen; the fast ways never hold them."""
    body = model.base_model  # the part that attends; transformers does not take the word of a class of ours
    before = getattr(body.config, "_attn_implementation", None)
    if before == "eager" or not hasattr(body, "set_attn_implementation"):
        yield  # an older transformers does so by itself when it is asked for attentions
        return
    body.set_attn_implementation("eager")
    try:
        yield
    finally:
        body.set_attn_implementation(before)


@contextmanager
def _pooler_heard(model: Any) -> "Iterator[list[Tensor]]":
    """Give a list that gets the pooler's output when the model runs."""
    heard: list[Tensor] = []
    pooler = getattr(model.base_model, "pooler", None)
    if pooler is None:
        yield heard
        return
    hook = pooler.register_forward_hook(lambda _module, _given, output: heard.append(output))
    try:
        yield heard
    finally:
        hook.remove()


def _attention(passed: Passed) -> NDArray[np.float32]:
    """Return (layers, heads, n, n) float32; no layers when the model does not tell."""
    if not passed.attention:
        return np.zeros((0, 0, passed.layers[0].shape[1], passed.layers[0].shape[1]), np.float32)
    return np.concatenate([weights.float().cpu().numpy() for weights in passed.attention])


def _looks_back_only(attention: NDArray[np.float32]) -> bool:
    """Say whether the first token attends to none after it, as in a GPT."""
    return attention.shape[-1] > 1 and bool(attention.size) and not attention[:, :, 0, 1:].any()


def _flow(
    tokens: Sequence[TokenView],
    passed: Passed,
    followed: int,
    has_pooler: bool,
    weighed: Weighed | None,
) -> tuple[FlowStep, ...]:
    """Return the stages with their shapes; without a head what is made of the one token stands beside the way."""
    last, beside = len(passed.layers) - 1, passed.logits is None
    dim = int(passed.layers[-1].shape[2])
    steps = [
        FlowStep("ids", (1, len(tokens)), "The tokenizer's number for each token, special ones added."),
        FlowStep(
            "embeddings",
            tuple(passed.layers[0].shape),
            "For each id its row in the table of words, plus one for its position and one for its segment.",
        ),
    ]
    for number, layer in enumerate(passed.layers[1:], start=1):
        heads = passed.attention[number - 1].shape[1] if len(passed.attention) >= number else 0
        said = f"Attention in {heads} heads" if heads else "Attention"
        steps.append(
            FlowStep(
                f"layer {number}" if number < last else f"layer {number}: last_hidden_state",
                tuple(layer.shape),
                f"{said}, then a small network for each token.",
            )
        )
    if weighed:
        steps.append(FlowStep("weights", (1, len(tokens)), weighed.how))
        steps.append(FlowStep("pooled", (1, dim), "The sum of all tokens' rows, each by its weight."))
    else:
        steps.append(
            FlowStep(
                f"last_hidden_state[:, {followed}]",
                (1, dim),
                f"The row of “{tokens[followed].token}”, which stands for the whole text.",
                beside,
            )
        )
    if has_pooler and passed.pooler_output is not None:
        shape = tuple(passed.pooler_output.shape)
        steps.append(FlowStep("pooler_output", shape, "tanh(W·h + b) of that row.", beside))
    if passed.logits is not None:
        steps.append(FlowStep("logits", tuple(passed.logits.shape), "One number a label: W·x + b."))
    return tuple(steps)


def _pooler_error(dense: Any, state: NDArray[np.float32], pooled: NDArray[np.float32]) -> float:
    weight, bias = (tensor.detach().float().cpu().numpy() for tensor in (dense.weight, dense.bias))
    return float(np.abs(by_hand(weight, bias, state) - pooled).max())


def _numbers(tensor: "Tensor | None") -> NDArray[np.float32] | None:
    return None if tensor is None else np.asarray(tensor[0].float().cpu().numpy(), np.float32)


def _cosine(one: NDArray[np.float32], two: NDArray[np.float32]) -> float:
    lengths = float(np.linalg.norm(one) * np.linalg.norm(two))
    return float(one @ two) / lengths if lengths else 0.0
