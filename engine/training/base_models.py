"""The model in a folder of the user's, with a fresh classification head, ready to be trained as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.tagging.tagger import positions
from engine.tagging.tagger_files import load_tokenizer
from indexes.errors import ModelError

LARGEST = 3 << 30
"""Bytes of weights; training needs four times their memory."""


@dataclass(frozen=True, slots=True)
class BaseModel:
    """A model with a head, its tokenizer, and how many tokens it reads at once."""

    model: Any
    tokenizer: Any
    max_tokens: int


def open_base(folder: Path, labels: Sequence[str], *, pairs: bool, multi_label: bool) -> BaseModel:
    """Load a model folder, any of those that transformers puts a classification head on; float32, on the CPU.

    A BERT is read by [CLS]; a GPT-2 by its last token, so it is padded on the right, with its end of text where it
    has no padding of its own. Raises ModelError in a sentence when that cannot be.
    """
    _check(folder)
    from transformers import AutoModelForSequenceClassification
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    names = dict(enumerate(labels))
    try:
        tokenizer = load_tokenizer(folder)
        model = AutoModelForSequenceClassification.from_pretrained(
            folder,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            ignore_mismatched_sizes=True,
            num_labels=len(labels),
            id2label=names,
            label2id={label: number for number, label in names.items()},
            problem_type="multi_label_classification" if multi_label else "single_label_classification",
        ).float()
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise ModelError(f"The model in {folder} cannot be trained: {error}") from error
    if pairs and tokenizer.sep_token is None:
        raise ModelError(
            f"The model in {folder} has no token that separates two texts, so it cannot learn from pairs. "
            "Choose one like BERT, or train without it."
        )
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token
    if tokenizer.pad_token is None:
        raise ModelError(f"The tokenizer in {folder} has no token to fill up shorter texts with.")
    tokenizer.padding_side = tokenizer.truncation_side = "right"
    model.config.pad_token_id = tokenizer.pad_token_id
    return BaseModel(model, tokenizer, min(int(tokenizer.model_max_length), positions(model)))


def _check(folder: Path) -> None:
    if not (folder / "config.json").is_file():
        raise ModelError(
            f"There is no model in {folder}. Give a folder with config.json, a tokenizer and .safetensors weights."
        )
    weights = list(folder.glob("*.safetensors"))
    if not weights:
        raise ModelError(
            f"The model in {folder} has no .safetensors weights; for safety Asterism loads no other."
        )
    size = sum(file.stat().st_size for file in weights)
    if size > LARGEST:
        raise ModelError(
            f"The model in {folder} has {size / (1 << 30):.1f} GB of weights: too much to train on this machine. "
            "Choose a smaller one."
        )
