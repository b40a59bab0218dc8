"""The tagger: a model with a classification head that gives a text a probability for each of its labels.

Two kinds of folder open: Asterism's own (LoRA adapters, pooler and head over a base encoder, tagger.json beside
them) and any transformers sequence classification model with safetensors weights, BERT-like ([CLS] through the
pooler) or GPT-like (last token). LoRA: Hu et al. (2021), https://arxiv.org/abs/2106.09685.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.progress import Progress, Steps, finish
from engine.tagging.tagger_files import (
    DESCRIPTION_FILE,
    classification_model,
    find_base,
    load_tensors,
    load_tokenizer,
    read_description,
    with_adapters,
)
from indexes.errors import ModelError

SENTIMENT = "sentiment"
SENTIMENT_LABELS = ("negative", "neutral", "positive")
TOKEN_BUDGET = 2048
"""Tokens in one batch, padding included."""
MAX_BATCH = 64


def shipped_tagger() -> Path:
    """Return the folder of the sentiment tagger that comes with Asterism."""
    return Path(__file__).parents[1] / "taggers" / SENTIMENT


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a text that the model reads at once: token ids with special tokens, and its weight.

    `text` is the row of the text; `weight` counts the tokens that are not special, at least 1.
    """

    text: int
    ids: list[int]
    weight: int


class Tagger:
    """A sequence classification model on one device.

    `labels` are in the order of the probabilities (negative, neutral, positive for sentiment); `base` names the
    model the head stands on; `max_tokens` counts special tokens; `columns` says which of the model's logits is which
    label.
    """

    def __init__(
        self,
        name: str,
        labels: tuple[str, ...],
        base: str,
        max_tokens: int,
        tokenizer: Any,
        model: Any,
        device: str = "cpu",
        columns: tuple[int, ...] | None = None,
    ) -> None:
        self.name = name
        self.labels = labels
        self.base = base
        self.max_tokens = max_tokens
        self.tokenizer = tokenizer
        self.model = model
        self.device = device
        self.columns = columns or tuple(range(len(labels)))

    @classmethod
    def open(cls, folder: Path, device: str = "cpu") -> "Tagger":
        """Load the tagger in `folder`; ModelError says in a sentence what is wrong with it."""
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # no threads beside ours; it warns otherwise
        if (folder / DESCRIPTION_FILE).is_file():
            return _open_own(cls, folder, device)
        return _open_transformers(cls, folder, device)

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return (n, n_labels) float32, rows summing to 1, in the order of `texts` and `labels`.

        A text longer than `max_tokens` is read in windows whose probabilities are averaged, each weighted by its
        number of tokens.
        """
        return finish(self.tag_steps(texts))

    def tag_steps(self, texts: Sequence[str]) -> Steps[NDArray[np.float32]]:
        """Like `probabilities`, yielding after each batch; counts texts by the share of their windows done."""
        windows = self.windows(texts)
        sums = np.zeros((len(texts), len(self.labels)), np.float64)
        weights = np.zeros(len(texts), np.float64)
        waiting = np.bincount([window.text for window in windows], minlength=len(texts))
        for batch in _batches(windows):
            rows = np.array([window.text for window in batch])
            tokens = np.array([window.weight for window in batch], np.float64)
            np.add.at(sums, rows, softmax(self.logits([w.ids for w in batch])) * tokens[:, None])
            np.add.at(weights, rows, tokens)
            np.subtract.at(waiting, rows, 1)
            yield Progress("Tagging", int((waiting == 0).sum()), len(texts), "texts")
        return (sums / weights[:, None]).astype(np.float32)

    def windows(self, texts: Sequence[str]) -> list[Window]:
        """Cut texts into windows of at most `max_tokens` tokens; together they hold every token of every text."""
        if not texts:
            return []
        encoded = self.tokenizer(
            list(texts),
            truncation=True,
            max_length=self.max_tokens,
            return_overflowing_tokens=True,
            return_special_tokens_mask=True,
        )
        windows = []
        for row, ids, special in zip(
            encoded["overflow_to_sample_mapping"],
            encoded["input_ids"],
            encoded["special_tokens_mask"],
            strict=True,
        ):
            windows.append(Window(row, ids or [self._filler()], max(1, len(ids) - sum(special))))
        return windows

    def logits(self, token_ids: Sequence[list[int]]) -> NDArray[np.float32]:
        """Return the head's (n, n_labels) float32 answers to one batch of token id lists, before the softmax."""
        import torch

        batch = self.tokenizer.pad({"input_ids": list(token_ids)}, return_tensors="pt", padding_side="right")
        with torch.inference_mode():
            answer = self.model(
                input_ids=batch["input_ids"].to(self.device),
                attention_mask=batch["attention_mask"].to(self.device),
            ).logits
        return answer.float().cpu().numpy()[:, self.columns]  # type: ignore[no-any-return]

    def _filler(self) -> int:
        """Return the token that stands for an empty text in a model without special tokens around a text."""
        candidates = (self.tokenizer.bos_token_id, self.tokenizer.eos_token_id, self.tokenizer.pad_token_id)
        return next((token for token in candidates if token is not None), 0)


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return exp(logits) scaled so that each row sums to 1; float64, safe for large logits."""
    shifted = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)  # type: ignore[no-any-return]


def _batches(windows: list[Window]) -> Iterator[list[Window]]:
    """Group windows of like length, longest first, so that padding is small and memory runs out early or never."""
    ordered = sorted(windows, key=lambda window: -len(window.ids))
    start = 0
    while start < len(ordered):
        size = min(MAX_BATCH, max(1, TOKEN_BUDGET // len(ordered[start].ids)))
        yield ordered[start : start + size]
        start += size


def _open_own(kind: type[Tagger], folder: Path, device: str) -> Tagger:
    description = read_description(folder)
    try:
        labels = tuple(str(label) for label in description["labels"])
        base = find_base(str(description["base"]), str(description["base_sha256"]))
        rank, alpha = int(description["rank"]), int(description["alpha"])
        top_layers = int(description["top_layers"])
        max_tokens = int(description["max_tokens"])
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"{folder / DESCRIPTION_FILE} is not as Asterism writes it ({error}). Train the tagger again."
        ) from error
    model = with_adapters(
        classification_model(base, len(labels)), rank=rank, alpha=alpha, top_layers=top_layers
    )
    load_tensors(model, folder)
    merged = model.merge_and_unload().eval().requires_grad_(False).to(device)
    name = str(description.get("name") or folder.name)
    tokenizer = load_tokenizer(base)
    return kind(name, labels, str(description["base"]), max_tokens, tokenizer, merged, device)


def _open_transformers(kind: type[Tagger], folder: Path, device: str) -> Tagger:
    """Open any sequence classification model; its labels come from config.json, sentiment ones put in our order."""
    if not list(folder.glob("*.safetensors")):
        raise ModelError(
            f"The model in {folder} has no .safetensors weights; for safety Asterism loads no other."
        )
    from transformers import AutoModelForSequenceClassification
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        tokenizer = load_tokenizer(folder)
        model, report = AutoModelForSequenceClassification.from_pretrained(
            folder,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            output_loading_info=True,
        )
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"The tagger in {folder} cannot be loaded: {error}") from error
    if report["missing_keys"]:
        raise ModelError(f"The model in {folder} has no classification head, so it cannot tag.")
    _check_one_of_several(folder, model)
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token
    model.config.pad_token_id = tokenizer.pad_token_id
    labels, columns = _sentiment_order(
        tuple(model.config.id2label[n] for n in range(model.config.num_labels))
    )
    # weights stored as float16 would run as float16, which a CPU is slow and coarse with
    model = model.float().eval().requires_grad_(False).to(device)
    max_tokens = min(int(tokenizer.model_max_length), positions(model))
    return kind(folder.name, labels, folder.name, max_tokens, tokenizer, model, device, columns)


def _check_one_of_several(folder: Path, model: Any) -> None:
    """Refuse a head whose labels are not alternatives: a score, or labels of which several may hold at once."""
    if model.config.num_labels < 2:
        raise ModelError(f"The model in {folder} gives a score and no labels, so it cannot tag.")
    if model.config.problem_type == "multi_label_classification":
        raise ModelError(
            f"The model in {folder} gives a text several labels at once. Asterism's taggers give one."
        )


def positions(model: Any) -> int:
    """Return how many tokens the model has positions for; RoBERTa's kind leaves the first ones to padding."""
    known = int(getattr(model.config, "max_position_embeddings", 512))
    embeddings = getattr(getattr(model.base_model, "embeddings", None), "position_embeddings", None)
    padding = getattr(embeddings, "padding_idx", None)
    return known if padding is None else known - padding - 1


def _sentiment_order(labels: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return (labels, the model's column of each): negative, neutral, positive if these are they, else as they are."""
    lowered = [label.lower() for label in labels]
    known = tuple(label for label in SENTIMENT_LABELS if label in lowered)
    if len(known) == len(labels):
        return known, tuple(lowered.index(label) for label in known)
    return labels, tuple(range(len(labels)))
