"""Inspecting: what the encoder and a tagger do with one text, in numbers that can be checked by hand."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.encoding.encoder import Encoder, mean_pool
from engine.records import Inspection, TokenView
from engine.tagging.tagger import Tagger, softmax

MAX_CHARACTERS = 20_000
"""Of a longer text the beginning is inspected: the model reads a few hundred tokens at once anyway."""


def inspect(text: str, encoder: Encoder, tagger: Tagger | None) -> Inspection:
    """Return tokens, shapes, pooling and [CLS] of a text, and with a tagger its logits and probabilities.

    The encoder's part shows its first `max_tokens` tokens, as it would read a query; so does the tagger's, whose
    verdict on a longer text combines several such windows.
    """
    import torch

    encoder.load()
    text = text[:MAX_CHARACTERS]
    encoded = encoder.tokenizer(
        text,
        truncation=True,
        max_length=encoder.max_tokens,
        return_offsets_mapping=True,
        return_special_tokens_mask=True,
    )
    ids = encoded["input_ids"]
    whole = encoder.tokenizer(text, truncation=False, verbose=False)["input_ids"]
    batch = torch.tensor([ids], device=encoder.device)
    with torch.inference_mode():
        hidden = encoder.model(input_ids=batch, attention_mask=torch.ones_like(batch)).last_hidden_state
        mean = mean_pool(hidden, torch.ones_like(batch))[0].float().cpu().numpy()
    norm = float(np.linalg.norm(mean))
    seen = Inspection(
        text=text,
        encoder=encoder.id,
        tokens=_tokens(encoder.tokenizer, encoded),
        truncated=len(whole) > len(ids),
        token_embeddings_shape=(hidden.shape[1], hidden.shape[2]),
        pooling="mean over all tokens, special ones included, then scaled to length 1",
        embedding=np.asarray(mean / (norm or 1.0), np.float32),
        norm_before=norm,
        cls=hidden[0, 0].float().cpu().numpy(),
    )
    return _with_tagger(seen, tagger) if tagger else seen


def _tokens(tokenizer: Any, encoded: Any) -> tuple[TokenView, ...]:
    names = tokenizer.convert_ids_to_tokens(encoded["input_ids"])
    return tuple(
        TokenView(name, int(token_id), int(start), int(end), bool(special))
        for name, token_id, (start, end), special in zip(
            names,
            encoded["input_ids"],
            encoded["offset_mapping"],
            encoded["special_tokens_mask"],
            strict=True,
        )
    )


def _with_tagger(seen: Inspection, tagger: Tagger) -> Inspection:
    """Add what the tagger makes of the text's first window."""
    ids = tagger.windows([seen.text])[0].ids
    logits = tagger.logits([ids])
    return replace(
        seen,
        tagger=tagger.name,
        labels=tagger.labels,
        pooler_output=_pooler_output(tagger, ids),
        logits=tuple(logits[0].tolist()),
        probabilities=tuple(softmax(logits)[0].tolist()),
    )


def _pooler_output(tagger: Tagger, ids: list[int]) -> NDArray[np.float32] | None:
    """Return tanh(W·h_CLS + b) of a BERT-like tagger, None for a model without a pooler."""
    import torch

    body: Any = getattr(tagger.model, tagger.model.base_model_prefix, None)
    if getattr(body, "pooler", None) is None:
        return None
    batch = torch.tensor([ids], device=tagger.device)
    with torch.inference_mode():
        output = body(input_ids=batch, attention_mask=torch.ones_like(batch)).pooler_output
    return np.asarray(output[0].float().cpu().numpy(), np.float32)
