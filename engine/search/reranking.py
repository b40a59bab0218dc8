"""Reranking: a cross-encoder of the user's reads query and passage together, and puts shown hits in its own order.

Nogueira and Cho, Passage Re-ranking with BERT (2019), https://arxiv.org/abs/1901.04085: the model reads
[CLS] query [SEP] passage [SEP] and its head gives one score.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.progress import Progress, Steps
from engine.records import DocumentHits, SearchResult
from engine.tagging.tagger import positions, softmax
from engine.tagging.tagger_files import load_tokenizer
from indexes.errors import ModelError

TOKEN_BUDGET = 1024
"""Tokens in one batch, padding included: as few as let a search be answered in between."""
MAX_BATCH = 32


class Reranker:
    """A cross-encoder on one device: any sequence classification model with one logit, or two (not, relevant)."""

    def __init__(self, folder: Path, device: str = "cpu") -> None:
        self.folder = folder
        self.name = folder.name
        self.device = device
        self.max_tokens = 0
        self.tokenizer: Any = None
        self.model: Any = None

    @classmethod
    def open(cls, folder: Path, device: str = "cpu") -> "Reranker":
        """Check a folder; its model loads with the first passages. ModelError says in a sentence what is wrong."""
        check_folder(folder)
        return cls(folder, device)

    def load(self) -> None:
        """Load tokenizer and model, which takes seconds; a second call does nothing. Raises ModelError."""
        if self.model is not None:
            return
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # no threads beside ours; it warns otherwise
        from safetensors import SafetensorError
        from transformers import AutoModelForSequenceClassification
        from transformers.utils import logging

        logging.set_verbosity_error()
        logging.disable_progress_bar()
        try:
            tokenizer = load_tokenizer(self.folder)
            model, report = AutoModelForSequenceClassification.from_pretrained(
                self.folder,
                local_files_only=True,
                trust_remote_code=False,
                use_safetensors=True,
                output_loading_info=True,
            )
        except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
            raise ModelError(f"The reranker in {self.folder} cannot be loaded: {error}") from error
        if report["missing_keys"]:
            raise ModelError(f"The model in {self.folder} has no classification head, so it cannot rerank.")
        if tokenizer.pad_token_id is None:
            tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token
        model.config.pad_token_id = tokenizer.pad_token_id
        self.max_tokens = min(int(tokenizer.model_max_length), positions(model))
        self.tokenizer = tokenizer
        # weights stored as float16 would run as float16, which a CPU is slow and coarse with
        self.model = model.float().eval().requires_grad_(False).to(self.device)

    def score_steps(self, query: str, texts: Sequence[str]) -> Steps[NDArray[np.float32]]:
        """Return (n_texts,) float32, higher is better: the one logit, or the probability of the last of two.

        A passage that is too long is cut; so is a query, to half of what the model reads. Yields after each batch.
        """
        if self.model is None:
            yield Progress("Loading the reranker")
            self.load()
        scores = np.zeros(len(texts), np.float32)
        done = 0
        for rows in self._batches(pairs := self._pairs(query, texts)):
            scores[rows] = self._score([pairs[row] for row in rows])
            done += len(rows)
            yield Progress("Reranking", done, len(texts), "passages")
        return scores

    def _pairs(self, query: str, texts: Sequence[str]) -> list[dict[str, list[int]]]:
        """Return what the model takes for each passage: token ids, attention and, where it has them, token types."""
        if not texts:
            return []
        query = self._cut(query)
        encoded = self.tokenizer(
            [query] * len(texts), list(texts), truncation="only_second", max_length=self.max_tokens
        )
        taken = signature(
            self.model.forward
        ).parameters  # some tokenizers give token types that their model has not
        return [{name: encoded[name][row] for name in encoded if name in taken} for row in range(len(texts))]

    def _cut(self, query: str) -> str:
        """Return as much of a query as leaves half of the model's tokens to the passage."""
        encoded = self.tokenizer(query, add_special_tokens=False, return_offsets_mapping=True)
        ends = [end for _, end in encoded["offset_mapping"]]
        return query[: ends[self.max_tokens // 2 - 1]] if len(ends) > self.max_tokens // 2 else query

    def _batches(self, pairs: Sequence[dict[str, list[int]]]) -> Iterator[list[int]]:
        """Yield rows of like length, longest first, so that padding is small and memory runs out early or never."""
        order = sorted(range(len(pairs)), key=lambda row: -len(pairs[row]["input_ids"]))
        start = 0
        while start < len(order):
            size = min(MAX_BATCH, max(1, TOKEN_BUDGET // len(pairs[order[start]]["input_ids"])))
            yield order[start : start + size]
            start += size

    def _score(self, pairs: Sequence[dict[str, list[int]]]) -> NDArray[np.float32]:
        import torch

        columns = {name: [pair[name] for pair in pairs] for name in pairs[0]}
        batch = self.tokenizer.pad(columns, return_tensors="pt", padding_side="right").to(self.device)
        with torch.inference_mode():
            logits: NDArray[np.float32] = self.model(**batch).logits.float().cpu().numpy()
        return logits[:, 0] if logits.shape[1] == 1 else softmax(logits)[:, 1].astype(np.float32)


def check_folder(folder: Path) -> None:
    """Raise ModelError, with the reason, when a folder cannot hold a reranker."""
    if not folder.is_dir():
        raise ModelError(f"There is no folder {folder}. Choose the folder of a cross-encoder.")
    if not (folder / "config.json").is_file():
        raise ModelError(
            f"{folder} has no config.json, so it is no model. Choose the folder of a cross-encoder."
        )
    if not any(folder.glob("*.safetensors")):
        raise ModelError(
            f"The model in {folder} has no .safetensors weights; for safety Asterism loads no other."
        )
    if not any((folder / name).is_file() for name in ("tokenizer.json", "vocab.txt")):
        raise ModelError(f"{folder} has no tokenizer.json, so the model there cannot read text.")
    labels = _label_count(folder / "config.json")
    if labels > 2:
        raise ModelError(
            f"The model in {folder} tells {labels} labels apart; a reranker gives one score, or yes and no."
        )


def rerank_steps(reranker: Reranker, query: str, result: SearchResult) -> Steps[SearchResult]:
    """Put a shown result in the order of a reranker, by the words of the query line; the note says so."""
    words = result.asked.words if result.asked.line else query
    if not words.strip():
        return _noted(result, "There are no words in this query to rerank by.")
    hits = [hit for document in result.documents for hit in document.hits]
    scores = yield from reranker.score_steps(words, [hit.passage.text for hit in hits])
    by_passage = {hit.passage.id: score for hit, score in zip(hits, scores.tolist(), strict=True)}
    return rerank(result, by_passage, reranker.name)


def rerank(result: SearchResult, scores: Mapping[int, float], name: str) -> SearchResult:
    """Order a result by (passage id → score): documents by their best passage, passages within; equal ones stay.

    Hits keep their cosine and relevance, which can be explained; documents get the new score. Where the line
    "no better than chance" ran, it stays only when the same documents are above it.
    """
    documents = [_reordered(document, scores) for document in result.documents]
    documents.sort(key=lambda document: -document.score)
    ranked = []
    rank = 0
    for place, document in enumerate(documents, start=1):
        hits = tuple(replace(hit, rank=rank + number) for number, hit in enumerate(document.hits, start=1))
        rank += len(hits)
        ranked.append(replace(document, rank=place, hits=hits))
    line = result.above_chance
    kept = line is not None and _keys(ranked[:line]) == _keys(result.documents[:line])
    reranked = replace(result, documents=tuple(ranked), above_chance=line if kept else None)
    return _noted(reranked, f"Reranked by “{name}”.")


def _reordered(document: DocumentHits, scores: Mapping[int, float]) -> DocumentHits:
    hits = sorted(document.hits, key=lambda hit: -scores[hit.passage.id])
    return replace(document, score=scores[hits[0].passage.id], hits=tuple(hits))


def _keys(documents: Sequence[DocumentHits]) -> set[int]:
    return {document.hits[0].passage.document_id for document in documents}


def _noted(result: SearchResult, sentence: str) -> SearchResult:
    return replace(result, note=f"{result.note} {sentence}".strip())


def _label_count(config: Path) -> int:
    """Return how many labels a model's config.json names; it is silent about the usual two."""
    try:
        loaded = json.loads(config.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{config} cannot be read: {error}.") from error
    if not isinstance(loaded, dict):
        raise ModelError(f"{config} is not the description of a model.")
    return len(loaded.get("id2label") or ()) or int(loaded.get("num_labels") or 2)
