"""Small random classification models over tests/tiny_models.py's words: BERT-like, GPT-like and RoBERTa-like."""

import json
from pathlib import Path
from typing import Any

from tests.tiny_models import SIZES, WORDS, write_tokenizer

SHOUTED = ("POSITIVE", "NEGATIVE", "NEUTRAL")
"""Labels as many published models have them: in capitals and in an order of their own."""


def tiny_bert_classifier(
    folder: Path, labels: tuple[str, ...] = SHOUTED, *, window: int = 12, **config: Any
) -> Path:
    """Write a random two-layer BERT with a head of `labels` that reads `window` tokens at once."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    folder.mkdir(parents=True)
    write_tokenizer(folder)
    torch.manual_seed(3)
    settings = BertConfig(
        **SIZES,
        max_position_embeddings=window,
        id2label=dict(enumerate(labels)),
        initializer_range=0.5,  # so that the probabilities of different texts are far apart
        **config,
    )
    BertForSequenceClassification(settings).save_pretrained(folder)
    return folder


def tiny_roberta_classifier(folder: Path) -> Path:
    """Write a random RoBERTa, whose first two positions are kept for padding: 12 positions, 10 tokens."""
    import torch
    from transformers import RobertaConfig, RobertaForSequenceClassification

    folder.mkdir(parents=True)
    write_tokenizer(folder)
    torch.manual_seed(3)
    config = RobertaConfig(
        **SIZES,
        max_position_embeddings=12,
        pad_token_id=1,
        num_labels=2,
    )
    RobertaForSequenceClassification(config).save_pretrained(folder)
    return folder


def tiny_gpt_classifier(folder: Path, labels: tuple[str, ...] = ("no", "yes")) -> Path:
    """Write a random GPT-2 with a head, and a tokenizer that has an end of text but no padding token."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
    from transformers import GPT2Config, GPT2ForSequenceClassification

    folder.mkdir(parents=True)
    end = "<|endoftext|>"
    vocabulary = {word: number for number, word in enumerate((end, *WORDS))}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token=end))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.save(str(folder / "tokenizer.json"))
    names = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": end, "eos_token": end}
    (folder / "tokenizer_config.json").write_text(json.dumps(names))
    torch.manual_seed(3)
    config = GPT2Config(
        vocab_size=len(vocabulary),
        n_positions=10,
        n_embd=16,
        n_layer=2,
        n_head=2,
        id2label=dict(enumerate(labels)),
        initializer_range=0.5,
        bos_token_id=0,
        eos_token_id=0,
    )
    GPT2ForSequenceClassification(config).save_pretrained(folder)
    return folder
