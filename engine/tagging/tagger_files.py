"""A tagger's folder: LoRA adapters, pooling and head over a base encoder, and tagger.json that describes them."""

import hashlib
import json
import os
import shutil
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from engine.encoding.encoder import BUNDLED, BUNDLED_SHA256, bundled_model
from engine.tagging.records import HeadPooling
from indexes.errors import ModelError

ADAPTER_FILE = "adapter.safetensors"
DESCRIPTION_FILE = "tagger.json"
CARD_FILE = "README.md"
LORA_TARGETS = ("query", "key", "value", "intermediate.dense", "output.dense")
"""The linear layers of a BERT block that get an adapter; "output.dense" is both attention's and feed-forward's."""
TRAINED_WHOLE = ("pooler", "pooling", "classifier")
"""What of a model is trained without adapters, where it has them: see `classification_model`."""


def read_description(folder: Path) -> dict[str, Any]:
    """Return tagger.json; ModelError when it is missing or damaged."""
    try:
        description = json.loads((folder / DESCRIPTION_FILE).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"The tagger in {folder} cannot be read: {error}.") from error
    if not isinstance(description, dict):
        raise ModelError(f"{folder / DESCRIPTION_FILE} is not as Asterism writes it. Train the tagger again.")
    return description


@contextmanager
def whole_or_nothing(folder: Path) -> Iterator[Path]:
    """Give an empty folder to write a tagger into; it becomes `folder` when the block ends well, else it goes.

    A model card that stood in `folder` stays. Raises ModelError when the disk does not let us.
    """
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        yield part
        _put_in_place(part, folder)
    except OSError as error:
        raise ModelError(f"The tagger cannot be written to {folder}: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def put_back(own: Path) -> None:
    """Put back each tagger in `own` that was set aside for a new one when the program ended in between."""
    for old in own.glob(".*.old"):
        folder = own / old.name.removeprefix(".").removesuffix(".old")
        if not folder.exists():
            with suppress(OSError):
                old.rename(folder)


def write_tensors(folder: Path, tensors: Mapping[str, Any]) -> None:
    """Write what was trained as float16, half the size; what is measured of a tagger is measured of this."""
    from safetensors.torch import save_file

    save_file({name: tensor.contiguous().half() for name, tensor in tensors.items()}, folder / ADAPTER_FILE)


def write_description(folder: Path, description: Mapping[str, Any]) -> None:
    """Write tagger.json, whole or not at all."""
    part = folder / f".{DESCRIPTION_FILE}.part"
    part.write_text(json.dumps(description, indent=2, ensure_ascii=False) + "\n", "utf-8")
    os.replace(part, folder / DESCRIPTION_FILE)


def find_base(name: str, sha256: str) -> Path:
    """Return the folder of the encoder a tagger stands on; ModelError when it is not that very model."""
    folder = bundled_model() if name == BUNDLED else Path(name)
    if name == BUNDLED and sha256 == BUNDLED_SHA256:
        return folder
    if not (folder / "model.safetensors").is_file():
        raise ModelError(f"The encoder {name}, which the tagger stands on, is not there.")
    if weights_digest(folder) != sha256:
        raise ModelError(f"The encoder in {folder} is not the one the tagger was trained on. Train it again.")
    return folder


def weights_digest(folder: Path) -> str:
    """Return the sha256 of a model folder's weights."""
    with (folder / "model.safetensors").open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def classification_model(
    base: Path, n_labels: int, pooling: HeadPooling = HeadPooling.CLS, **settings: Any
) -> Any:
    """Return the base encoder with a fresh classification head over its pooler: tanh(W·h_CLS + b) → logits.

    With another `pooling` it is a PooledClassifier, whose head reads all tokens; attention begins as the mean. float32.
    Raises ModelError for an encoder that is not a BERT: others have no such pooler, or other layers.
    """
    from transformers import AutoConfig, AutoModelForSequenceClassification
    from transformers.utils import logging

    kind = AutoConfig.from_pretrained(base, local_files_only=True, trust_remote_code=False).model_type
    if kind != "bert":
        raise ModelError(
            f"A tagger can be trained over a BERT encoder only, and {base.name} is of the kind “{kind}”. "
            "Train with the encoder that comes with Asterism."
        )
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    wanted = {"num_labels": n_labels, "local_files_only": True, "use_safetensors": True} | settings
    if pooling is HeadPooling.CLS:
        model = AutoModelForSequenceClassification.from_pretrained(base, trust_remote_code=False, **wanted)
        return model.float()
    from engine.tagging.pooled_classifier import AttentionPooling, PooledClassifier

    model = PooledClassifier.from_pretrained(base, pooling=pooling, **wanted)
    if isinstance(model.pooling, AttentionPooling):
        model.pooling.begin_as_mean()
    return model.float()


def load_tensors(model: Any, folder: Path) -> None:
    """Put the adapters, pooling and head of a tagger's folder into a model made by `with_adapters`.

    Raises ModelError when they are not there, are damaged, or belong to a model of another shape.
    """
    from peft import set_peft_model_state_dict
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        tensors = {name: tensor.float() for name, tensor in load_file(folder / ADAPTER_FILE).items()}
        outcome = set_peft_model_state_dict(model, tensors)
    except (OSError, SafetensorError, RuntimeError) as error:
        raise ModelError(f"The tagger in {folder} cannot be read: {error}") from error
    missing = [name for name in outcome.missing_keys if "lora_" in name or "modules_to_save" in name]
    if missing or outcome.unexpected_keys:
        raise ModelError(
            f"The weights in {folder} do not fit its {DESCRIPTION_FILE}. Train the tagger again."
        )


def with_adapters(model: Any, *, rank: int, alpha: int, top_layers: int | None = None) -> Any:
    """Return `model` with LoRA adapters in its topmost `top_layers` blocks (None: all), pooling and head trainable."""
    from peft import LoraConfig, get_peft_model

    depth = int(model.config.num_hidden_layers)
    layers = None if top_layers is None else list(range(depth - min(top_layers, depth), depth))
    config = LoraConfig(
        task_type="SEQ_CLS",
        r=rank,
        lora_alpha=alpha,
        lora_dropout=0.0,
        target_modules=list(LORA_TARGETS),
        modules_to_save=list(TRAINED_WHOLE),
        layers_to_transform=layers,
    )
    with warnings.catch_warnings():
        # peft asks transformers for an attribute by its old name; that is between the two of them
        warnings.filterwarnings("ignore", "`is_gradient_checkpointing`", FutureWarning)
        return get_peft_model(model, config)


def load_tokenizer(folder: Path) -> Any:
    """Return the tokenizer in a model's folder."""
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)


def _put_in_place(part: Path, folder: Path) -> None:
    """Let a finished folder take the place of an old one."""
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        if (folder / CARD_FILE).is_file():
            shutil.copy2(folder / CARD_FILE, part / CARD_FILE)
        folder.rename(old)
    part.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
