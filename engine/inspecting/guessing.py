"""Guessing words: what a masked language model would put in place of [MASK].

Devlin et al., BERT (2018), https://arxiv.org/abs/1810.04805, section 3.1: a head over each token's last hidden state
gives a probability to every token of the vocabulary.
"""

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine.inspecting.records import WordGuess
from indexes.errors import AsterismError, ModelError

GUESSES = 8
"""Words given for each [MASK]."""
HEADS = ("cls.predictions.", "lm_head.", "vocab_transform.")
"""What the names of such a head's weights begin with: in a BERT, a RoBERTa, a DistilBERT."""


def guess_words(text: str, folder: Path, max_tokens: int, most: int = GUESSES) -> tuple[WordGuess, ...]:
    """Return what may stand in place of each [MASK] of a text, by the model in a folder.

    Raises ModelError when the model was saved without a head that guesses words, AsterismError when the text has no
    [MASK] among its first `max_tokens` tokens.
    """
    import torch

    if not can_guess(folder):
        raise ModelError(
            "The encoder was saved without the head that guesses words. Adapt it to a corpus, which keeps such a head, "
            "or use a folder of a masked language model."
        )
    tokenizer, model = _opened(folder, (folder / "model.safetensors").stat().st_mtime_ns)
    mask = tokenizer.mask_token
    encoded = tokenizer(
        text, truncation=True, max_length=max_tokens, return_offsets_mapping=True, return_tensors="pt"
    )
    ids = encoded["input_ids"]
    rows = (ids[0] == tokenizer.mask_token_id).nonzero().flatten().tolist()
    if not rows:
        raise AsterismError(f"Put {mask} in place of the word that is to be guessed.")
    with torch.inference_mode():
        answer = model(input_ids=ids, attention_mask=encoded["attention_mask"]).logits[0, rows]
        best = answer.float().softmax(-1).topk(most)
    guesses = []
    for row, chances, words in zip(rows, best.values.tolist(), best.indices.tolist(), strict=True):
        start, end = encoded["offset_mapping"][0, row].tolist()
        named = tuple(zip(tokenizer.convert_ids_to_tokens(words), chances, strict=True))
        guesses.append(WordGuess(start, end, named))
    return tuple(guesses)


def can_guess(folder: Path) -> bool:
    """Say whether the weights in a folder hold a head that guesses words; transformers would make one up by chance."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(folder / "model.safetensors", "np") as weights:
            return any(name.startswith(HEADS) for name in weights.keys())  # noqa: SIM118 (not a dict)
    except (SafetensorError, OSError):
        return False


@lru_cache(maxsize=1)
def _opened(folder: Path, _saved_at: int) -> tuple[Any, Any]:
    """Return tokenizer and model; the last one stays open."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # no threads beside ours; it warns otherwise
    from transformers import AutoModelForMaskedLM, AutoTokenizer
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        model = AutoModelForMaskedLM.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False, use_safetensors=True
        )
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"The model in {folder} cannot be loaded: {error}") from error
    if tokenizer.mask_token_id is None:
        raise ModelError(f"The tokenizer in {folder} has no token for a masked word.")
    return tokenizer, model.float().eval().requires_grad_(False)
