"""Texts tagged a second: `Tagger` against transformers' plain text classification pipeline with the same model.

Run it with `python -m tests.benchmarks.tagging_rate`; the ways take turns on the same texts, so that a change of the
machine's speed meets all of them. The last columns
say how many labels are not the pipeline's, and how far the probabilities are from its own on average.
"""

import copy
import sys
import time
from collections.abc import Callable, Sequence
from unittest.mock import patch

import numpy as np
import torch
from numpy.typing import NDArray

from engine.tagging.tagger import Tagger, shipped_tagger
from tests.benchmarks.report import median, print_table
from tests.benchmarks.texts import passages

ROUNDS = 3
KINDS = {
    "passages of 20–150 words": (256, (20, 150)),
    "comments of 5–60 words": (512, (5, 60)),
    "lines of 5–15 words": (768, (5, 15)),
}

Tag = Callable[[Sequence[str]], NDArray[np.float32]]


def main() -> None:
    tagger = Tagger.open(shipped_tagger())
    tagger.manner = type(tagger.manner)()  # as the pipeline: no temperature
    started = time.perf_counter()
    _ = tagger._quick
    print(f"Making the model in 8 bits, once: {time.perf_counter() - started:.1f} s")
    ways = {
        "pipeline": _pipeline(tagger, 1),
        "pipeline, 32 at once": _pipeline(tagger, 32),
        "Asterism in float32": _in_full(tagger.probabilities),
        "Asterism": tagger.probabilities,
    }
    rows = []
    for kind, (count, words) in KINDS.items():
        rounds = [_fitting(tagger, passages(count, words, seed=number)) for number in range(ROUNDS)]
        taken, others, apart = _in_turns(ways, rounds)
        rates = {way: len(rounds[0]) / median(seconds) for way, seconds in taken.items()}
        rows += [
            (
                kind if way == "pipeline" else "",
                way,
                f"{rate:.1f}",
                f"{rates['Asterism'] / rate:.2f}",
                f"{others[way]:.1%}",
                f"{apart[way]:.4f}",
            )
            for way, rate in rates.items()
        ]
    print_table(
        f"Tagging, median of {ROUNDS}; {torch.get_num_threads()} threads",
        ("texts", "way", "texts/s", "Asterism is faster by", "other labels", "apart"),
        rows,
    )


def _in_full(tag: Tag) -> Tag:
    """Return the way that single texts go, and all of them where there are no 8-bit products."""

    def in_full(texts: Sequence[str]) -> NDArray[np.float32]:
        with patch("engine.tagging.tagger.MANY_WINDOWS", sys.maxsize):
            return tag(texts)

    return in_full


def _pipeline(tagger: Tagger, batch_size: int) -> Tag:
    """Return the pipeline with a model of its own, whose weights lie in memory as transformers left them."""
    from transformers import pipeline

    model = copy.deepcopy(tagger.model)
    for parameter in model.parameters():
        parameter.data = parameter.data.contiguous()
    names = dict(enumerate(tagger.labels))
    model.config.id2label = names
    classify = pipeline(
        "text-classification", model=model, tokenizer=tagger.tokenizer, top_k=None, device="cpu"
    )

    def tag(texts: Sequence[str]) -> NDArray[np.float32]:
        answers = classify(list(texts), batch_size=batch_size)
        said = [{answer["label"]: answer["score"] for answer in text} for text in answers]
        return np.array([[scores[label] for label in tagger.labels] for scores in said], np.float32)

    return tag


def _fitting(tagger: Tagger, texts: Sequence[str]) -> list[str]:
    """Cut texts to one window each, as the pipeline knows no windows."""
    return [text[: window.end] for text in texts for window in tagger.windows([text])[:1]]


def _in_turns(
    ways: dict[str, Tag], rounds: Sequence[Sequence[str]]
) -> tuple[dict[str, list[float]], dict[str, float], dict[str, float]]:
    """Return the seconds that each way took for each round, after one round that does not count.

    And the share of its labels that are not the first way's, and how far its probabilities were from these on average.
    """
    taken: dict[str, list[float]] = {way: [] for way in ways}
    said: dict[str, list[NDArray[np.float32]]] = {way: [] for way in ways}
    for texts in [rounds[0], *rounds]:
        for way, tag in ways.items():
            started = time.perf_counter()
            said[way].append(tag(texts))
            taken[way].append(time.perf_counter() - started)
    all_said = {way: np.concatenate(parts) for way, parts in said.items()}
    first = all_said["pipeline"]
    others = {way: float((first.argmax(1) != each.argmax(1)).mean()) for way, each in all_said.items()}
    apart = {way: float(np.abs(first - each).mean()) for way, each in all_said.items()}
    assert max(others.values()) < 0.01, f"labels differ: {others}"
    return {way: seconds[1:] for way, seconds in taken.items()}, others, apart


if __name__ == "__main__":
    main()
