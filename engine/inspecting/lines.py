"""An inspection as lines of text, for a terminal."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from engine.inspecting.records import Inspection, LabelAttribution, Trace

NAME = 18
"""Characters before what is said."""
FIRST = 6
"""Numbers of a vector that are written out."""
LOOKED_AT = 5
"""Tokens named that [CLS] attends to most."""


def inspection_lines(seen: Inspection) -> list[str]:
    """Return what the models do with a text, in the order in which it happens."""
    lines = [_line("encoder", seen.encoder), *_read(seen)]
    if seen.encoder_trace:
        lines += _trace(seen.encoder_trace)
    lines += [
        _line("token embeddings", " × ".join(map(str, seen.token_embeddings_shape))),
        _line("pooling", f"{seen.pooling}, length before scaling {seen.norm_before:.4f}"),
        _line("embedding", _first(seen.embedding)),
        _line("[CLS]", _first(seen.cls)),
    ]
    if seen.pooling_cosines is not None:
        lines.append(_line("poolings", "cosines of what each makes of the text"))
        rows = zip(seen.poolings, seen.pooling_cosines.tolist(), strict=True)
        lines += _table([name, *(f"{cosine:+.2f}" for cosine in row)] for name, row in rows)
    if seen.similarity:
        against = "the other text" if seen.second else "itself"
        words = ", ".join(f"{word} {share:+.3f}" for word, share in seen.similarity.strongest(seen.text))
        lines.append(_line("similarity", f"{seen.similarity.score:.4f} with {against}: {words}"))
    return lines + (_tagged(seen) if seen.labels else [])


def attribution_lines(found: LabelAttribution) -> list[str]:
    """Return what each token adds to a label's logit, and how far off that is."""
    steps = f"{found.steps} gradients" if found.steps else "exact"
    said = f"{found.logit:+.3f}, without the text {found.baseline_logit:+.3f} ({found.baseline})"
    return [
        _line(f"why “{found.label}”", f"logit {said}"),
        _line("", f"{steps}, completeness error {found.completeness_error:+.4f}"),
        *_table(
            (token.token, f"{share:+.3f}")
            for token, share in zip(found.tokens, found.shares.tolist(), strict=True)
        ),
    ]


def _read(seen: Inspection) -> list[str]:
    trace = seen.encoder_trace
    cut = ""
    if seen.truncated and trace:
        cut = f"  (cut after character {trace.read_to}: {trace.left_out} more tokens are not read)"
    rows = (
        (
            token.position,
            token.id,
            token.token,
            "special" if token.special else f"{token.start}–{token.end}",
            f"segment {token.segment}",
        )
        for token in seen.tokens
    )
    return [_line("tokens", f"{len(seen.tokens)}{cut}"), *_table(rows)]


def _trace(trace: Trace) -> list[str]:
    card = trace.card
    lines = [
        _line(
            "model",
            f"{card.kind}: {card.layers} layers, {card.heads} heads, hidden {card.hidden}, inner {card.inner}, "
            f"vocabulary {card.vocabulary:,}, positions {card.positions}, parameters {card.parameters:,}",
        ),
        _line("flow", ""),
        *_table(
            (("beside: " if step.beside else "") + step.name, "×".join(map(str, step.shape)), step.how)
            for step in trace.flow
        ),
    ]
    if trace.attention.size:
        mean = trace.attention.mean(axis=(0, 1))
        most = np.argsort(-mean, kind="stable")[:LOOKED_AT]
        words = ", ".join(f"{trace.tokens[row].token} {mean[row]:.2f}" for row in most.tolist())
        lines.append(_line("attention", f"of {trace.followed_name}, mean of all heads: {words}"))
    lengths = " ".join(f"{norm:.2f}" for norm in trace.norms)
    lines.append(_line("", f"{trace.followed_name} by layer, length: {lengths}"))
    cosines = " ".join(f"{cosine:+.2f}" for cosine in trace.last_cosines)
    lines.append(_line("", f"{trace.followed_name} by layer, cosine with the last: {cosines}"))
    if trace.weighed:
        weights = trace.weighed.weights
        most = np.argsort(-weights, kind="stable")[:LOOKED_AT]
        words = ", ".join(f"{trace.tokens[row].token} {weights[row]:.2f}" for row in most.tolist())
        lines.append(_line("the head reads", words))
        lines.append(_line("pooled", _first(trace.weighed.pooled)))
        lines.append(_line("", f"the weighted sum by hand is off by {trace.weighed.error:.1e} at most"))
    if trace.pooler_output is not None:
        lines.append(_line("pooler output", _first(trace.pooler_output)))
        lines.append(_line("", f"tanh(W·h + b) by hand is off by {trace.pooler_error:.1e} at most"))
    return lines


def _tagged(seen: Inspection) -> list[str]:
    lines = [_line("tagger", seen.tagger)]
    if len(seen.windows) > 1:
        spans = ", ".join(f"{window.start}–{window.end}" for window in seen.windows)
        lines.append(_line("windows", f"{len(seen.windows)}, of characters {spans}; below is the first"))
    if seen.tagger_trace:
        lines += _trace(seen.tagger_trace)
    else:
        lines.append(_line("", "a head over the embedding: it reads no [CLS]"))
    if seen.temperature != 1:
        lines.append(_line("temperature", f"{seen.temperature:.3f}"))
    return lines + _table(
        (label, f"logit {logit:+.3f}", f"probability {probability:.3f}")
        for label, logit, probability in zip(seen.labels, seen.logits, seen.probabilities, strict=True)
    )


def _line(name: str, said: str) -> str:
    return f"{name:<{NAME}}{said}".rstrip()


def _table(rows: Iterable[Sequence[Any]]) -> list[str]:
    """Return rows with their columns aligned, a little to the right."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))] if cells else []
    return [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]


def _first(vector: Any) -> str:
    return f"{len(vector)} numbers: " + " ".join(f"{value:+.4f}" for value in vector[:FIRST]) + " …"
