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
        ({"labels": []}, "names none"),
        ({"labels": ["good", "good", "bad"]}, "all different"),
        ({"temperature": 0}, "not as Asterism"),
        ({"kind": "oracle"}, "of the kind “oracle”"),
        ({"combine": {"weather": 1}}, "not as Asterism"),
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


def test_a_head_that_gives_a_score_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="a score and no labels"):
        Tagger.open(tiny_bert_classifier(tmp_path / "score", ("stars",)))


def test_a_model_of_several_labels_gives_each_a_chance_of_its_own(tmp_path: Path) -> None:
    tagger = Tagger.open(
        tiny_bert_classifier(tmp_path / "several", problem_type="multi_label_classification")
    )
    logits = tagger.logits([tagger.tokenizer(SHORT)["input_ids"]])

    assert tagger.multi_label
    np.testing.assert_allclose(tagger.probabilities([SHORT]), 1 / (1 + np.exp(-logits)), atol=1e-6)


def test_the_temperature_divides_the_logits(tmp_path: Path) -> None:
    _, folder = own_tagger(tmp_path)
    plain = Tagger.open(folder)
    write_description(folder, read_description(folder) | {"temperature": 2.5})
    powers = np.exp(plain.logits([plain.tokenizer(SHORT)["input_ids"]])[0].astype(np.float64) / 2.5)

    np.testing.assert_allclose(
        Tagger.open(folder).probabilities([SHORT])[0], powers / powers.sum(), atol=1e-6
    )


def test_a_model_folder_with_a_description_beside_it_opens_by_both(tmp_path: Path) -> None:
    folder = tiny_bert_classifier(tmp_path / "moods", ("Zorn", "Angst", "Freude"))
    said = {"kind": "model", "name": "Laune", "labels": ["Zorn", "Angst", "Freude"], "unsure_below": 0.6}
    write_description(folder, said)

    tagger = Tagger.open(folder)

    assert (tagger.name, tagger.kind, tagger.labels) == ("Laune", "model", ("Zorn", "Angst", "Freude"))
    assert tagger.unsure_below == 0.6


def pair_tagger(folder: Path, window: int = 12) -> Tagger:
    tiny_bert_classifier(folder, ("no", "yes"), window=window)
    write_description(folder, {"kind": "model", "labels": ["no", "yes"], "pair": True})
    return Tagger.open(folder)


def test_a_pair_is_read_as_cls_a_sep_b_sep_with_segments(tmp_path: Path) -> None:
    tagger = pair_tagger(tmp_path / "pair")
    first, second = (
        tagger.tokenizer(text, add_special_tokens=False)["input_ids"] for text in ("the bird", "a good star")
    )
    ids = [2, *first, 3, *second, 3]
    segments = [0] * (len(first) + 2) + [1] * (len(second) + 1)
    with torch.no_grad():
        expected = tagger.model(
            input_ids=torch.tensor([ids]), token_type_ids=torch.tensor([segments])
        ).logits.softmax(1)

    told = tagger.probabilities(["the bird", "river"], ["a good star", ""])

    np.testing.assert_allclose(told[0], expected[0].numpy(), atol=1e-6)
    assert not np.allclose(told[0], tagger.probabilities(["a good star"], ["the bird"])[0], atol=1e-3)


def test_a_long_pair_is_read_to_its_end_the_short_text_with_every_window_of_the_long_one(
    tmp_path: Path,
) -> None:
    tagger = pair_tagger(tmp_path / "pair")
    long = "the river was slow and the bird was fast in the garden"  # 12 tokens

    windows = tagger.windows(["a star"], [long])

    assert all(len(window.ids) <= 12 for window in windows)
    assert all(window.ids[1:3] == windows[0].ids[1:3] for window in windows)  # “a star” in each
    seconds = [token for window in windows for token in window.ids[4:-1]]
    assert seconds == tagger.tokenizer(long, add_special_tokens=False)["input_ids"]
    rows = [softmax(tagger.logits([window.ids], [window.segments]))[0] for window in windows]
    weights = [len(window.ids) - 3 for window in windows]
    np.testing.assert_allclose(
        tagger.probabilities(["a star"], [long])[0], np.average(rows, 0, weights), atol=1e-6
    )


def test_of_two_long_texts_each_window_meets_each_other(tmp_path: Path) -> None:
    tagger = pair_tagger(tmp_path / "pair")
    windows = tagger.windows(["one two three red blue"], ["the bird the river the water"])

    split = [window.ids.index(3) for window in windows]
    firsts = [tuple(window.ids[1:at]) for window, at in zip(windows, split, strict=True)]
    seconds = [tuple(window.ids[at + 1 : -1]) for window, at in zip(windows, split, strict=True)]
    assert [len(first) for first in firsts] == [4, 4, 1, 1]
    assert [len(second) for second in seconds] == [5, 1, 5, 1]  # of 12 tokens 3 are special


def test_one_text_too_few_or_too_many_is_told_in_a_sentence(tmp_path: Path, bert: Tagger) -> None:
    with pytest.raises(ModelError, match="Give it a second one"):
        pair_tagger(tmp_path / "pair").probabilities([SHORT])
    with pytest.raises(ModelError, match="reads one text, not two"):
        bert.probabilities([SHORT], [SHORT])


@pytest.mark.parametrize("budget", [40, 100_000])
def test_many_texts_of_many_lengths_get_what_transformers_gives_them(
    bert: Tagger, monkeypatch: pytest.MonkeyPatch, budget: int
) -> None:
    monkeypatch.setattr("engine.tagging.tagger.PACKED_BUDGET", budget)
    texts = [" ".join(SHORT.split()[: 1 + number % 4] + ["river"] * (number % 5)) for number in range(60)]
    expected = []
    for text in texts:
        with torch.no_grad():
            logits = bert.model(input_ids=torch.tensor([bert.tokenizer(text)["input_ids"]])).logits
        expected.append(softmax(logits.numpy()[:, bert.columns])[0])

    np.testing.assert_allclose(bert.probabilities(texts), expected, atol=1e-5)


def test_a_long_text_is_cut_between_sentences_and_only_a_longer_one_inside(bert: Tagger) -> None:
    text = "we was happy. the bird was slow. it was a bad day for the red star and the blue river by us. sad."

    windows = bert.windows([text])

    assert [text[window.start : window.end] for window in windows] == [
        "we was happy. the bird was slow.",  # 4 + 5 tokens of 10
        "it was a bad day for the red",  # “day” takes three
        "star and the blue river by us.",  # “us” two, so 9 in all
        "sad.",
    ]


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
