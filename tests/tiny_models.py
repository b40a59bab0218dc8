"""Small random models with a tiny vocabulary, built on the spot: real architectures, no download."""

import json
from pathlib import Path

WORDS = (
    "the a of and to in is it was for on that with as at by this we you they river bird train bread star music "
    "water garden school doctor storm happy sad good bad slow fast red blue one two three"
).split()

SIZES = {
    "vocab_size": len(WORDS) + 64,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
}
"""What all these BERTs share."""


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
    BertModel(BertConfig(**SIZES, max_position_embeddings=64)).save_pretrained(
        folder, safe_serialization=True
    )
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": max_tokens}))
    (folder / "1_Pooling").mkdir(exist_ok=True)
    (folder / "1_Pooling" / "config.json").write_text(
        json.dumps({"word_embedding_dimension": 16, pooling: True})
    )
    return folder


def tiny_cross_encoder(folder: Path, labels: int = 1, window: int = 24) -> Path:
    """Write a random two-layer BERT with a head of one logit (or more) that reads `window` tokens at once."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    folder.mkdir(parents=True)
    write_tokenizer(folder)
    torch.manual_seed(11)
    far_apart = 0.5  # the scores of different texts
    config = BertConfig(
        **SIZES, max_position_embeddings=window, num_labels=labels, initializer_range=far_apart
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


def counting_cross_encoder(folder: Path, word: str, labels: int = 1) -> Path:
    """Write a BERT made by hand whose score rises with the share of `word` among the tokens it reads.

    The word's embedding is a, every other token's b, at right angles and of mean 0. [CLS] attends to all alike, so
    its sum with their mean is share·a + (2 - share)·b, and the head reads a from that. Of two logits the first is 0.
    """
    import torch
    from transformers import AutoTokenizer, BertForSequenceClassification

    model = BertForSequenceClassification.from_pretrained(tiny_cross_encoder(folder, labels, window=64))
    number = AutoTokenizer.from_pretrained(folder).convert_tokens_to_ids(word)
    a = torch.tensor([1.0, -1.0] * 8)
    b = torch.tensor([1.0, 1.0, -1.0, -1.0] * 4)
    model.bert.encoder.layer = model.bert.encoder.layer[:1]
    model.config.num_hidden_layers = 1
    attention = model.bert.encoder.layer[0].attention
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.fill_(1.0 if name.endswith("LayerNorm.weight") else 0.0)
        model.bert.embeddings.word_embeddings.weight[:] = b
        model.bert.embeddings.word_embeddings.weight[number] = a
        for linear in (attention.self.value, attention.output.dense, model.bert.pooler.dense):
            linear.weight.copy_(torch.eye(16))
        model.classifier.weight[labels - 1] = a
    model.save_pretrained(folder)
    return folder
