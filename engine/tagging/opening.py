"""Opening a tagger out of its folder: adapters over an encoder, a head over its embeddings, or a model of its own.

A folder with tagger.json is Asterism's own; any other transformers sequence classification model with safetensors
weights opens as well, BERT-like ([CLS] through the pooler) or GPT-like (last token). LoRA: Hu et al. (2021),
https://arxiv.org/abs/2106.09685.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.tagging.combining import Combiner
from engine.tagging.records import HeadPooling, TaggerKind
from engine.tagging.tagger import SENTIMENT_LABELS, UNSURE_BELOW, Manner, Tagger, positions
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

if TYPE_CHECKING:
    from engine.encoding.encoder import Encoder


def open_tagger(folder: Path, device: str = "cpu", encoder: "Encoder | None" = None) -> Tagger:
    """Load the tagger in `folder`; ModelError says in a sentence what is wrong with it."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # no threads beside ours; it warns otherwise
    if not (folder / DESCRIPTION_FILE).is_file():
        return _open_model(folder, device, {})
    description = read_description(folder)
    kind = str(description.get("kind", TaggerKind.ADAPTER))
    if kind == TaggerKind.MODEL:
        return _open_model(folder, device, description)
    if kind == TaggerKind.HEAD:
        return _open_head(folder, device, description, encoder)
    if kind == TaggerKind.ADAPTER:
        return _open_adapter(folder, device, description)
    raise ModelError(f"The tagger in {folder} is of the kind “{kind}”, which this Asterism does not know.")


def _open_adapter(folder: Path, device: str, description: Mapping[str, Any]) -> Tagger:
    labels = _labels(folder, description)
    try:
        base = find_base(str(description["base"]), str(description["base_sha256"]))
        rank, alpha = int(description["rank"]), int(description["alpha"])
        top_layers = int(description["top_layers"])
        max_tokens = int(description["max_tokens"])
        pooling = HeadPooling(description.get("pooling", HeadPooling.CLS))
    except (KeyError, TypeError, ValueError) as error:
        raise _not_as_written(folder, error) from error
    model = with_adapters(
        classification_model(base, len(labels), pooling), rank=rank, alpha=alpha, top_layers=top_layers
    )
    load_tensors(model, folder)
    merged = model.merge_and_unload().eval().requires_grad_(False).to(device)
    return Tagger(
        _name(folder, description),
        labels,
        str(description["base"]),
        max_tokens,
        load_tokenizer(base),
        merged,
        device,
        manner=_manner(folder, description),
    )


def _open_head(
    folder: Path, device: str, description: Mapping[str, Any], encoder: "Encoder | None"
) -> Tagger:
    """Open a head with the encoder whose embeddings it was fitted on; the one given if it is that."""
    from engine.encoding.encoder import Encoder
    from engine.tagging.head_tagger import HeadTagger
    from engine.teaching.heads import read_head

    labels = _labels(folder, description)
    name, wanted = _name(folder, description), str(description.get("encoder", ""))
    head = read_head(folder)
    if encoder is None or encoder.as_in(wanted).id != wanted:
        base = find_base(str(description.get("base", "")), str(description.get("base_sha256", "")))
        encoder = Encoder.open(base, device)
    encoder = encoder.as_in(wanted)
    if encoder.id != wanted:
        raise ModelError(
            f"The tagger “{name}” was taught on embeddings of {wanted}, and {encoder.id} is here. Teach it again."
        )
    if head.weights.shape != (len(labels), encoder.dim):
        raise ModelError(
            f"The weights in {folder} do not fit its {DESCRIPTION_FILE}. Teach the tagger again."
        )
    return HeadTagger(name, labels, head, encoder, _manner(folder, description))


def _open_model(folder: Path, device: str, description: Mapping[str, Any]) -> Tagger:
    """Open any sequence classification model; its labels come from config.json, sentiment ones put in our order."""
    if not list(folder.glob("*.safetensors")):
        raise ModelError(
            f"The model in {folder} has no .safetensors weights; for safety Asterism loads no other."
        )
    from safetensors import SafetensorError
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
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        raise ModelError(f"The tagger in {folder} cannot be loaded: {error}") from error
    if report["missing_keys"]:
        raise ModelError(f"The model in {folder} has no classification head, so it cannot tag.")
    if model.config.num_labels < 2:
        raise ModelError(f"The model in {folder} gives a score and no labels, so it cannot tag.")
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token
    model.config.pad_token_id = tokenizer.pad_token_id
    labels = tuple(str(model.config.id2label[number]) for number in range(model.config.num_labels))
    if description and _labels(folder, description) != labels:
        raise ModelError(f"The labels in {folder / DESCRIPTION_FILE} are not those of the model beside it.")
    labels, columns = _sentiment_order(labels)
    # weights stored as float16 would run as float16, which a CPU is slow and coarse with
    model = model.float().eval().requires_grad_(False).to(device)
    several = model.config.problem_type == "multi_label_classification"
    most = min(int(tokenizer.model_max_length), positions(model))
    trained_on = description.get("max_tokens")  # longer windows than it learned from would be new to it
    tagger = Tagger(
        _name(folder, description),
        labels,
        str(description.get("base") or folder.name),
        min(most, trained_on) if isinstance(trained_on, int) and trained_on > 2 else most,
        tokenizer,
        model,
        device,
        columns,
        _manner(folder, {"multi_label": several, **description}),
    )
    tagger.kind = TaggerKind.MODEL
    return tagger


def _labels(folder: Path, description: Mapping[str, Any]) -> tuple[str, ...]:
    labels = description.get("labels")
    if not isinstance(labels, list):
        raise _not_as_written(folder, "labels")
    if len(labels) < 2 or len(set(labels)) < len(labels):
        raise ModelError(
            f"The tagger in {folder} needs two labels or more, all different; its {DESCRIPTION_FILE} names "
            f"{', '.join(map(str, labels)) or 'none'}."
        )
    return tuple(str(label) for label in labels)


def _name(folder: Path, description: Mapping[str, Any]) -> str:
    return str(description.get("name") or folder.name)


def _manner(folder: Path, description: Mapping[str, Any]) -> Manner:
    """Return how the tagger answers; what is not said is as in the first Asterism."""
    try:
        temperature = float(description.get("temperature", 1.0))
        if not temperature > 0:
            raise ValueError(f"temperature {temperature}")
        return Manner(
            temperature=temperature,
            multi_label=bool(description.get("multi_label", False)),
            pair=bool(description.get("pair", False)),
            unsure_below=float(description.get("unsure_below", UNSURE_BELOW)),
            combiner=Combiner(**description.get("combine", {})),
        )
    except (TypeError, ValueError) as error:
        raise _not_as_written(folder, error) from error


def _not_as_written(folder: Path, what: object) -> ModelError:
    return ModelError(
        f"{folder / DESCRIPTION_FILE} is not as Asterism writes it ({what}). Train the tagger again."
    )


def _sentiment_order(labels: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return (labels, the model's column of each): negative, neutral, positive if these are they, else as they are."""
    lowered = [label.lower() for label in labels]
    known = tuple(label for label in SENTIMENT_LABELS if label in lowered)
    if len(known) == len(labels):
        return known, tuple(lowered.index(label) for label in known)
    return labels, tuple(range(len(labels)))
