"""The tagger against computations by hand, in padded batches and in windows, and what it refuses."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.tagging.tagger import SENTIMENT_LABELS, Tagger, softmax
from engine.tagging.tagger_files import (
    ADAPTER_FILE,
    classification_model,
    read_description,
    weights_digest,
    whole_or_nothing,
    with_adapters,
    write_description,
    write_tensors,
)
from indexes.errors import ModelError
from tests.tiny_models import tiny_sbert
from tests.tiny_taggers import tiny_bert_classifier, tiny_gpt_classifier, tiny_roberta_classifier

SHORT = "the bread was good"
OTHERS = ["a happy star and a sad storm", "river", "we was in the school by the blue water", ""]
LONG = "the bread was good and the train was slow by the river " * 4


@pytest.fixture
def bert(tmp_path: Path) -> Tagger:
    return Tagger.open(tiny_bert_classifier(tmp_path / "bert"))


@pytest.fixture
def gpt(tmp_path: Path) -> Tagger:
    return Tagger.open(tiny_gpt_classifier(tmp_path / "gpt"))


def own_tagger(folder: Path, max_tokens: int = 12) -> tuple[Any, Path]:
    """Write a tagger of our own format with random adapters; return the model before merging, and the folder."""
    from peft import get_peft_model_state_dict

    base = tiny_sbert(folder / "base")
    torch.manual_seed(11)
    model = with_adapters(classification_model(base, 3), rank=4, alpha=8, top_layers=1)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.copy_(parameter.normal_(std=0.5).half())  # so that storing as float16 loses nothing
    out = folder / "own"
    with whole_or_nothing(out) as part:
        write_tensors(part, get_peft_model_state_dict(model))
        write_description(
            part,
            {
                "labels": list(SENTIMENT_LABELS),
                "base": str(base),
                "base_sha256": weights_digest(base),
                "rank": 4,
                "alpha": 8,
                "top_layers": 1,
                "max_tokens": max_tokens,
            },
        )
    return model.eval(), out


def test_cls_goes_through_the_tanh_pooler_the_head_and_a_softmax(bert: Tagger) -> None:
    ids = bert.tokenizer(SHORT)["input_ids"]
    with torch.no_grad():
        hidden = bert.model.bert(input_ids=torch.tensor([ids])).last_hidden_state[0].numpy()
    weights = {name: tensor.numpy() for name, tensor in bert.model.state_dict().items()}
    pooled = np.tanh(weights["bert.pooler.dense.weight"] @ hidden[0] + weights["bert.pooler.dense.bias"])
    logits = weights["classifier.weight"] @ pooled + weights["classifier.bias"]
    powers = [np.exp(float(logit)) for logit in logits]
    positive, negative, neutral = (power / sum(powers) for power in powers)  # the order in the model

    assert bert.labels == ("negative", "neutral", "positive")
    np.testing.assert_allclose(bert.probabilities([SHORT])[0], [negative, neutral, positive], atol=1e-6)


@pytest.mark.parametrize("kind", ["bert", "gpt"])
def test_a_text_gets_the_same_probabilities_alone_and_in_a_padded_batch(
    kind: str, request: pytest.FixtureRequest
) -> None:
    tagger: Tagger = request.getfixturevalue(kind)
    together = tagger.probabilities([*OTHERS, SHORT, LONG])

    for row, text in enumerate([*OTHERS, SHORT, LONG]):
        np.testing.assert_allclose(together[row], tagger.probabilities([text])[0], atol=1e-6)
    np.testing.assert_allclose(together.sum(1), 1, atol=1e-6)


def test_a_gpt_answers_from_the_last_token_that_is_not_padding(gpt: Tagger) -> None:
    ids = gpt.tokenizer(SHORT)["input_ids"]
    with torch.no_grad():
        hidden = gpt.model.transformer(input_ids=torch.tensor([ids])).last_hidden_state[0].numpy()
    logits = gpt.model.score.weight.numpy() @ hidden[-1]
    powers = np.exp(logits.astype(np.float64))

    beside_a_longer_one = gpt.probabilities([SHORT, "the water and the garden in the storm"])[0]

    assert gpt.labels == ("no", "yes")
    np.testing.assert_allclose(beside_a_longer_one, powers / powers.sum(), atol=1e-6)


@pytest.mark.parametrize(("kind", "inside"), [("bert", 10), ("gpt", 10)])
def test_windows_of_a_long_text_are_averaged_by_their_number_of_tokens(
    kind: str, inside: int, request: pytest.FixtureRequest
) -> None:
    tagger: Tagger = request.getfixturevalue(kind)
    tokens = tagger.tokenizer(LONG, add_special_tokens=False, verbose=False)["input_ids"]
    pieces = [tokens[start : start + inside] for start in range(0, len(tokens), inside)]
    assert len(pieces) == 5
    assert [len(piece) for piece in pieces] == [10, 10, 10, 10, 8]
    rows = []
    for piece in pieces:
        whole = [2, *piece, 3] if kind == "bert" else piece  # [CLS] … [SEP]
        with torch.no_grad():
            logits = tagger.model(input_ids=torch.tensor([whole])).logits.numpy()
        rows.append(softmax(logits[:, tagger.columns])[0])
    expected = (10 * (rows[0] + rows[1] + rows[2] + rows[3]) + 8 * rows[4]) / 48

    np.testing.assert_allclose(tagger.probabilities([SHORT, LONG])[1], expected, atol=1e-6)


def test_every_token_of_a_long_text_is_in_exactly_one_window(bert: Tagger) -> None:
    windows = bert.windows([LONG, SHORT])

    of_long = [token for window in windows if window.text == 0 for token in window.ids[1:-1]]
    assert of_long == bert.tokenizer(LONG, add_special_tokens=False, verbose=False)["input_ids"]
    assert all(len(window.ids) <= bert.max_tokens for window in windows)


def test_progress_counts_texts_and_ends_at_all_of_them(bert: Tagger) -> None:
    seen = list(bert.tag_steps([SHORT, LONG, *OTHERS]))

    assert [progress.done for progress in seen] == sorted(progress.done for progress in seen)
    assert (seen[-1].done, seen[-1].total, seen[-1].unit) == (6, 6, "texts")


def test_no_texts_give_no_rows(bert: Tagger) -> None:
    assert bert.probabilities([]).shape == (0, 3)


def test_softmax_survives_large_logits() -> None:
    np.testing.assert_allclose(
        softmax(np.array([[1000.0, 1000.0], [0.0, np.log(3.0)]], np.float32)),
        [[0.5, 0.5], [0.25, 0.75]],
        atol=1e-7,
    )


def test_merged_adapters_answer_as_unmerged_ones(tmp_path: Path) -> None:
    unmerged, folder = own_tagger(tmp_path)
    tagger = Tagger.open(folder)
    ids = tagger.tokenizer(SHORT)["input_ids"]
    with torch.no_grad():
        before = unmerged(input_ids=torch.tensor([ids])).logits.numpy()

    assert not any("lora" in name for name, _ in tagger.model.named_parameters())
    np.testing.assert_allclose(tagger.logits([ids]), before, atol=1e-5)


def test_an_adapter_adds_alpha_over_rank_times_b_a_to_its_layer(tmp_path: Path) -> None:
    unmerged, folder = own_tagger(tmp_path)
    kept = {name: tensor.numpy() for name, tensor in unmerged.state_dict().items()}
    layer = "bert.encoder.layer.1.output.dense"
    before = kept[f"base_model.model.{layer}.base_layer.weight"]
    a = kept[f"base_model.model.{layer}.lora_A.default.weight"]
    b = kept[f"base_model.model.{layer}.lora_B.default.weight"]

    merged = Tagger.open(folder).model.state_dict()

    np.testing.assert_allclose(merged[f"{layer}.weight"].numpy(), before + 8 / 4 * (b @ a), atol=1e-5)


def test_a_tagger_over_another_base_is_refused(tmp_path: Path) -> None:
    _, folder = own_tagger(tmp_path)
    base = Path(read_description(folder)["base"])
    weights = base / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-4] + b"\x00\x00\x80\x3f")

    with pytest.raises(ModelError, match="not the one the tagger was trained on"):
        Tagger.open(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rank": 8}, "cannot be read"),
        ({"top_layers": 2}, "do not fit"),
        ({"labels": None}, "not as Asterism"),
    ],
)
def test_a_description_that_does_not_fit_is_told_in_a_sentence(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    _, folder = own_tagger(tmp_path)
    write_description(folder, read_description(folder) | change)

    with pytest.raises(ModelError, match=message):
        Tagger.open(folder)


def test_damaged_weights_are_told_in_a_sentence(tmp_path: Path) -> None:
    _, folder = own_tagger(tmp_path)
    (folder / ADAPTER_FILE).write_bytes(b"not safetensors")

    with pytest.raises(ModelError, match="cannot be read"):
        Tagger.open(folder)


def test_weights_in_pickles_are_refused(tmp_path: Path) -> None:
    folder = tiny_bert_classifier(tmp_path / "bert")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")

    with pytest.raises(ModelError, match=r"no \.safetensors weights"):
        Tagger.open(folder)


def test_an_encoder_without_a_head_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no classification head"):
        Tagger.open(tiny_sbert(tmp_path / "headless"))


def test_heads_whose_labels_are_no_alternatives_are_refused(tmp_path: Path) -> None:
    several = tiny_bert_classifier(tmp_path / "several", problem_type="multi_label_classification")
    score = tiny_bert_classifier(tmp_path / "score", ("stars",))

    with pytest.raises(ModelError, match="several labels at once"):
        Tagger.open(several)
    with pytest.raises(ModelError, match="a score and no labels"):
        Tagger.open(score)


def test_other_labels_keep_their_names_and_order(tmp_path: Path) -> None:
    tagger = Tagger.open(tiny_bert_classifier(tmp_path / "moods", ("Zorn", "Angst", "Freude")))

    assert tagger.labels == ("Zorn", "Angst", "Freude")


def test_a_roberta_reads_no_further_than_its_positions(tmp_path: Path) -> None:
    tagger = Tagger.open(tiny_roberta_classifier(tmp_path / "roberta"))

    assert tagger.max_tokens == 10
    np.testing.assert_allclose(tagger.probabilities([LONG]).sum(1), 1, atol=1e-6)


def test_a_tagger_stored_in_half_precision_computes_in_single(tmp_path: Path) -> None:
    from transformers import AutoModelForSequenceClassification

    folder = tiny_bert_classifier(tmp_path / "half")
    AutoModelForSequenceClassification.from_pretrained(folder).half().save_pretrained(folder)

    assert {parameter.dtype for parameter in Tagger.open(folder).model.parameters()} == {torch.float32}
