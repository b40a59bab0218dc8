"""A transformer and its tokenizer as they lie in a folder, loaded when first needed, on one device."""

import copy
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.encoding.pooling import LAYERS, pooler_of
from indexes.errors import ModelError

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Linear

    from engine.encoding.packed import PackedBert


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


class Transformer:
    """Turns token ids into hidden states. Encoders that pool differently share one, so it is in memory once.

    `device` is "" until it is loaded, unless one was asked for; `fast_tokenizer` cuts at `max_tokens` and pads nothing.
    """

    def __init__(self, folder: Path, max_tokens: int, device: str | None = None) -> None:
        self.folder = folder
        self.max_tokens = max_tokens
        self.device = device or ""
        self.tokenizer: Any = None
        self.model: Any = None
        self.fast_tokenizer: Any = None
        self.packed: PackedBert | None = None
        self._lock = threading.Lock()

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
        self.fast_tokenizer = copy.deepcopy(tokenizer.backend_tokenizer)  # whose truncation others change
        self.fast_tokenizer.enable_truncation(self.max_tokens, direction=tokenizer.truncation_side)
        self.fast_tokenizer.no_padding()
        self.model = model.eval().requires_grad_(False)
        self.move_to(self.device)

    def move_to(self, device: str) -> None:
        """Go on on another device."""
        from engine.encoding.packed import PackedBert, can_pack

        self.device = device
        self.model.to(device)
        if device == "cpu":
            self.model.float()  # a CPU is slow and coarse with weights stored as float16
        self.packed = PackedBert.of(self.model) if can_pack(self.model) else None

    def encodings(self, texts: Sequence[str]) -> list[Any]:
        """Return the tokens of each text, cut at `max_tokens`, as the fast tokenizer gives them."""
        self.load()
        return list(self.fast_tokenizer.encode_batch(list(texts)))

    @property
    def dense(self) -> "Linear | None":
        """The model's own layer over [CLS]; None when it has none."""
        return pooler_of(self.model)

    def states(self, token_ids: list[list[int]]) -> "tuple[Tensor, ...]":
        """Return the last hidden state of each text, (n_tokens, dim)."""
        import torch

        if self.packed:
            return torch.split(self.packed(token_ids), [len(ids) for ids in token_ids])
        (hidden,), mask = self._padded(token_ids, 1)
        return tuple(states[real.bool()] for states, real in zip(hidden, mask, strict=True))

    def layers(self, token_ids: list[list[int]], earlier: bool) -> "tuple[Sequence[Tensor], Tensor]":
        """Return hidden states as `pool` takes them, each (b, t, dim), and the mask (b, t).

        The last one alone, or with the `earlier` ones that “last four layers” looks at.
        """
        count = (
            LAYERS + 1 if earlier else 1
        )  # one more: where there are few layers the first are the embeddings
        if not self.packed:
            return self._padded(token_ids, count)
        import torch
        from torch.nn.utils.rnn import pad_sequence

        lengths = [len(ids) for ids in token_ids]
        mask = torch.arange(max(lengths))[None] < torch.tensor(lengths)[:, None]
        layers = self.packed.layers(token_ids, count)
        return [pad_sequence(list(torch.split(states, lengths)), batch_first=True) for states in layers], mask

    def _padded(self, token_ids: list[list[int]], count: int) -> "tuple[Sequence[Tensor], Tensor]":
        """Return the last `count` hidden states (b, t, dim) of a padded batch and its attention mask (b, t)."""
        batch = self.tokenizer.pad({"input_ids": token_ids}, return_tensors="pt").to(self.device)
        mask = batch["attention_mask"]
        earlier = count > 1
        output = self.model(input_ids=batch["input_ids"], attention_mask=mask, output_hidden_states=earlier)
        return (output.hidden_states[-count:] if earlier else [output.last_hidden_state]), mask
