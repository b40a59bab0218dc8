"""Small random models with a tiny vocabulary, built on the spot: real architectures, no download."""

import json
from pathlib import Path

WORDS = (
    "the a of and to in is it was for on that with as at by this we you they river bird train bread star music "
    "water garden school doctor storm happy sad good bad slow fast red blue one two three"
).split()


def write_tokenizer(folder: Path) -> None:
    """Write a WordPiece tokenizer that knows WORDS and every ASCII letter."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    tokens = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        *letters,
        *(f"##{c}" for c in letters),
        ".",
        ",",
        *WORDS,
    ]
    vocabulary = {token: number for number, token in enumerate(dict.fromkeys(tokens))}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.BertProcessing(
        ("[SEP]", vocabulary["[SEP]"]), ("[CLS]", vocabulary["[CLS]"])
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    settings = {
        "tokenizer_class": "BertTokenizerFast",
        "mask_token": "[MASK]",
        "do_lower_case": True,
    } | special
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))


def tiny_sbert(folder: Path, max_tokens: int = 32, pooling: str = "pooling_mode_mean_tokens") -> Path:
    """Write a random two-layer BERT of 16 dimensions as a sentence-transformers folder and return the folder."""
    import torch
    from transformers import BertConfig, BertModel

    folder.mkdir(parents=True, exist_ok=True)
    write_tokenizer(folder)
    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=len(WORDS) + 64,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
    )
    BertModel(config).save_pretrained(folder, safe_serialization=True)
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": max_tokens}))
    (folder / "1_Pooling").mkdir(exist_ok=True)
    (folder / "1_Pooling" / "config.json").write_text(
        json.dumps({"word_embedding_dimension": 16, pooling: True})
    )
    return folder
