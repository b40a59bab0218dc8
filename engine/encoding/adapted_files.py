"""The files of an adapted encoder: a sentence-transformers folder whose weights also guess masked words."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine.encoding.encoder import BUNDLED, Encoder, own_pooling
from engine.encoding.records import AdaptReport
from indexes.errors import ModelError

REPORT_FILE = "adapted.json"
KEPT_AS_THEY_ARE = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
    "sentence_bert_config.json",
    "config_sentence_transformers.json",
)
_MODULES = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
]
_FLAGS = {
    "mean": "mean_tokens",
    "max": "max_tokens",
    "cls": "cls_token",
    "weighted mean": "weightedmean_tokens",
    "last token": "lasttoken",
}


def encoder_folder(name: str, encoders: Path) -> Path:
    """Return the folder of a new encoder of the user's own; ModelError when it cannot have that name."""
    if not re.fullmatch(r"[\w][\w .-]{0,60}", name) or name.endswith((".", " ")):
        raise ModelError(f"“{name}” cannot be an encoder's name: use letters, digits, spaces, “-” and “_”.")
    if name == BUNDLED or (encoders / name).exists():
        raise ModelError(f"There is already an encoder “{name}”. Choose another name.")
    return encoders / name


@contextmanager
def new_encoder(folder: Path) -> Iterator[Path]:
    """Give an empty folder to write an encoder into, which is gone after the block unless it was settled."""
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        yield part
    except OSError as error:
        raise ModelError(f"The encoder cannot be written to {folder}: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def settle(part: Path, folder: Path, report: AdaptReport) -> None:
    """Make a written folder the encoder in `folder`, with what was measured of it."""
    (part / REPORT_FILE).write_text(json.dumps(asdict(report), indent=2, ensure_ascii=False) + "\n", "utf-8")
    os.replace(part, folder)


def masked_word_model(folder: Path) -> Any:
    """Open a transformers model with a head that guesses words, a new one where it has none, in float32.

    Raises ModelError when its kind has no such head, or its tokenizer no [MASK].
    """
    from transformers import AutoModelForMaskedLM, AutoTokenizer

    try:
        model = AutoModelForMaskedLM.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False, use_safetensors=True
        )
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"The encoder in {folder} cannot be adapted: {error}") from error
    if tokenizer.mask_token_id is None or _head(model) is None:
        raise ModelError(
            f"The encoder in {folder} cannot be adapted: it has no [MASK] to guess words in place of."
        )
    return model.float()


def word_head(model: Any) -> Any:
    """Return what turns hidden states (n, dim) into scores of the vocabulary's tokens (n, size)."""
    head = _head(model)
    assert head is not None
    return head


def _head(model: Any) -> Any:
    return getattr(model, "cls", None) or getattr(model, "lm_head", None)


def write_encoder(part: Path, model: Any, encoder: Encoder) -> None:
    """Write a model that was trained from an encoder's: weights with the head for words, and with the old pooler.

    Its sentence-transformers folder pools as the encoder does, where that has a name there.
    """
    model.save_pretrained(part, safe_serialization=True)
    _add_pooler(part, encoder.folder, model.base_model_prefix)
    for name in KEPT_AS_THEY_ARE:
        if (encoder.folder / name).is_file():
            shutil.copyfile(encoder.folder / name, part / name)
    pooling = encoder.pooling if encoder.pooling in _FLAGS else own_pooling(encoder.folder)
    said: dict[str, Any] = {"word_embedding_dimension": encoder.dim}
    said |= {f"pooling_mode_{flag}": pooling == name for name, flag in _FLAGS.items()}
    for folder, name, content in (
        (part, "modules.json", _MODULES),
        (part / "1_Pooling", "config.json", said),
        (part, "sentence_bert_config.json", {"max_seq_length": encoder.max_tokens, "do_lower_case": False}),
    ):
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    (part / "2_Normalize").mkdir(exist_ok=True)


def _add_pooler(part: Path, base: Path, prefix: str) -> None:
    """Add the pooler of the encoder as it was, which a model that guesses words leaves out."""
    from safetensors import safe_open
    from safetensors.torch import load_file, save_file

    with safe_open(base / "model.safetensors", "pt") as weights:
        names = [name for name in weights.keys() if "pooler.dense." in name]  # noqa: SIM118 (not a dict)
        pooler = {
            f"{prefix}.pooler.dense.{name.rpartition('.')[2]}": weights.get_tensor(name).float()
            for name in names
        }
    if pooler:
        file = part / "model.safetensors"
        save_file(load_file(file) | pooler, file, metadata={"format": "pt"})
