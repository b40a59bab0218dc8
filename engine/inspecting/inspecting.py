"""Inspecting: what the encoder and a tagger do with one text, in numbers that can be checked by hand."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.encoding.encoder import Encoder
from engine.encoding.pooling import pool, pooler_of
from engine.inspecting.records import FlowStep, Inspection, Trace
from engine.inspecting.tagger_reading import read_by_tagger
from engine.inspecting.tokens import ReadText, read_text
from engine.inspecting.tracing import Passed, pass_through, trace
from engine.records import Attribution, Share
from engine.search.word_shares import word_shares
from engine.tagging.tagger import Tagger

MAX_CHARACTERS = 20_000
"""Of a longer text the beginning is inspected: the model reads a few hundred tokens at once anyway."""
POOLED = "mean over all tokens, special ones included, then scaled to length 1"


def inspect(text: str, encoder: Encoder, tagger: Tagger | None, second: str = "") -> Inspection:
    """Return tokens, shapes, attention, pooling and [CLS] of a text, and with a tagger its logits and probabilities.

    The encoder's part shows its first `max_tokens` tokens, as it would read a query; the tagger's shows the first of
    the windows that it reads, whose verdict on a longer text combines all of them. `second` is another text: what a
    pair tagger reads beside this one, and what the words' shares are held against in place of the text itself.
    """
    encoder.load()
    text = text[:MAX_CHARACTERS]
    read = read_text(encoder.tokenizer, text, encoder.max_tokens)
    passed = pass_through(encoder.model, read.ids, read.segments)
    vectors = _pooled(encoder, passed)
    vector = vectors[encoder.poolings.index(encoder.pooling)]
    norm = float(np.linalg.norm(vector))
    embedding = np.asarray(vector / (norm or 1.0), np.float32)
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    hidden = passed.layers[-1]
    seen = Inspection(
        text=text,
        encoder=encoder.id,
        tokens=read.tokens,
        truncated=read.left_out > 0,
        token_embeddings_shape=(hidden.shape[1], hidden.shape[2]),
        pooling=POOLED if encoder.pooling == "mean" else f"{encoder.pooling}, then scaled to length 1",
        embedding=embedding,
        norm_before=norm,
        cls=np.asarray(hidden[0, 0].float().cpu().numpy(), np.float32),
        second=second,
        encoder_trace=_encoder_trace(encoder, read, passed),
        similarity=_similarity(encoder, text, second, embedding),
        poolings=encoder.poolings,
        pooling_cosines=np.clip(unit @ unit.T, -1, 1),
    )
    return _with_tagger(seen, tagger) if tagger else seen


def _pooled(encoder: Encoder, passed: Passed) -> NDArray[np.float32]:
    """Return what each of the encoder's poolings makes of a text, (poolings, dim), not scaled."""
    import torch

    mask = torch.ones(passed.layers[-1].shape[:2], dtype=torch.int64, device=passed.layers[-1].device)
    dense = pooler_of(encoder.model)
    with torch.inference_mode():
        made = [pool(name, passed.layers, mask, dense)[0].float() for name in encoder.poolings]
    return np.asarray(torch.stack(made).cpu().numpy(), np.float32)


def _encoder_trace(encoder: Encoder, read: ReadText, passed: Passed) -> Trace:
    """Trace the encoder: what it is used for is the pooled vector, [CLS] and pooler stand beside that."""
    traced = trace(encoder.model, encoder.name, read, passed, "pooler" in encoder.poolings)
    dim = traced.states.shape[1]
    ways = "Of all tokens" if encoder.pooling not in ("cls", "pooler", "last token") else "Of one token"
    main = (
        FlowStep("pooled", (1, dim), f"{ways}: {encoder.pooling}."),
        FlowStep("embedding", (1, dim), "The same at length 1, so that a product is a cosine."),
    )
    used = [step for step in traced.flow if not step.beside]
    beside = [step for step in traced.flow if step.beside]
    return replace(traced, flow=(*used, *main, *beside))


def _similarity(
    encoder: Encoder, text: str, second: str, embedding: NDArray[np.float32]
) -> Attribution | None:
    """Say what each word adds to the embedding's product with itself, or with another text's; exact for the mean."""
    if encoder.pooling != "mean":
        return None
    direction = encoder.encode([second])[0] if second else embedding
    (shares,) = word_shares(encoder, [text], direction[None])
    return Attribution(
        passage_id=0,
        score=float(shares.products[0]),
        shares=tuple(
            Share(start, end, share)
            for (start, end), share in zip(shares.spans.tolist(), shares.shares[:, 0].tolist(), strict=True)
        ),
        special=float(shares.special[0]),
    )


def _with_tagger(seen: Inspection, tagger: Tagger) -> Inspection:
    """Add what the tagger makes of the text's first window."""
    reading = read_by_tagger(tagger, seen.text, seen.second)
    said = replace(
        seen,
        tagger=tagger.name,
        labels=tagger.labels,
        logits=tuple(reading.logits.tolist()),
        probabilities=tuple(reading.probabilities.tolist()),
        temperature=tagger.manner.temperature,
        multi_label=tagger.multi_label,
        windows=reading.windows,
    )
    if reading.passed is None:
        return said
    traced = trace(tagger.model, tagger.name, reading.read, reading.passed)
    flow = (*traced.flow, FlowStep("probabilities", (1, len(tagger.labels)), _answered(tagger)))
    return replace(said, pooler_output=traced.pooler_output, tagger_trace=replace(traced, flow=flow))


def _answered(tagger: Tagger) -> str:
    temperature = tagger.manner.temperature
    first = f"Divided by the temperature {temperature:.2f}; then the " if temperature != 1 else "The "
    if tagger.multi_label:
        return f"{first}sigmoid of each: a chance of its own between 0 and 1."
    return f"{first}softmax of all: each between 0 and 1, and 1 together."
