"""What a tagger reads first of a text, and what comes out of its model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from engine.inspecting.records import TokenView, WindowView
from engine.inspecting.tokens import ReadText, read_text, read_window
from engine.inspecting.tracing import Passed, pass_through
from engine.tagging.records import TaggerKind
from engine.tagging.tagger import Tagger
from engine.tagging.windows import Window
from indexes.errors import AsterismError

if TYPE_CHECKING:
    from engine.tagging.head_tagger import HeadTagger


@dataclass(frozen=True, slots=True)
class TaggerReading:
    """The windows of a text, and the way of one of them through a tagger.

    `logits` and `probabilities` (n_labels,) are as the labels are. `passed` is None for a head: it reads the embedding
    of `embedded`, that window's text, and no tokens.
    """

    windows: tuple[WindowView, ...]
    read: ReadText
    passed: Passed | None
    embedded: str
    logits: NDArray[np.float32]
    probabilities: NDArray[np.float32]


def read_by_tagger(tagger: Tagger, text: str, second: str = "", window: int = 0) -> TaggerReading:
    """Send a window of a text, counted from 0, through a tagger; of a pair tagger the first one of two texts.

    Raises ModelError when a pair tagger gets no second text, AsterismError when there is no such window.
    """
    seconds = [second] if tagger.pair and second else None
    windows = tagger.windows([text], seconds)
    if not 0 <= window < (1 if seconds else len(windows)):
        raise AsterismError(
            "Of two texts only what is read first can be shown."
            if seconds
            else f"The text has no window {window + 1}: “{tagger.name}” reads it in {len(windows)}."
        )
    here = windows[window]
    part = text[here.start : here.end]
    passed = None
    head = head_of(tagger)
    if head is not None:
        read = read_text(head.encoder.tokenizer, part, head.max_tokens).moved(here.start)
        logits = head.scores(head.encoder.encode([part]))[0]
    else:
        # windows hold every token once
        before_it = sum(one.weight for one in windows[:window])
        read = read_window(tagger.tokenizer, text, second if seconds else "", here, before_it)
        passed = pass_through(tagger.model, read.ids, read.segments)
        assert passed.logits is not None
        logits = passed.logits[0].float().cpu().numpy()[list(tagger.columns)]
    views = _views(windows)
    return TaggerReading(views, read, passed, part, logits, tagger.chances(logits[None])[0])


def head_of(tagger: Tagger) -> "HeadTagger | None":
    """Return a tagger that is a head over embeddings, None when it has a model of its own."""
    return cast("HeadTagger", tagger) if tagger.kind == TaggerKind.HEAD else None


def own_span(tokens: Sequence[TokenView]) -> tuple[int, int]:
    """Return the characters of a text, of a pair's first, that tokens cover: from the first one's to the last's."""
    own = [token for token in tokens if not token.special and not token.segment]
    return (own[0].start, own[-1].end) if own else (0, 0)


def _views(windows: Sequence[Window]) -> tuple[WindowView, ...]:
    return tuple(WindowView(window.start, window.end, len(window.ids)) for window in windows)
