"""Whole models fine-tuned: BERT-like by [CLS], GPT-2-like by the last token; the folders open again as taggers."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from engine.progress import finish
from engine.tagging.known_taggers import tagger_info
from engine.tagging.records import TaggerKind
from engine.tagging.tagger import Tagger
from engine.tagging.tagger_measures import LabelledText
from engine.training import fitting
from engine.training.base_models import open_base
from engine.training.training import WHOLE_MODEL, train_model
from indexes.errors import ModelError
from tests.tiny_models import tiny_sbert
from tests.tiny_taggers import tiny_bert_classifier, tiny_gpt_classifier

Build = Callable[[Path], Path]
SUBJECTS = [
    f"{which} {noun}" for which in ("the", "a", "this") for noun in ("bread", "train", "school", "bird")
]
TEXTS = [
    LabelledText(f"{who} was {word}", label)
    for who in SUBJECTS
    for word, label in (("good", "glad"), ("bad", "sorry"))
]
QUICK = replace(WHOLE_MODEL, epochs=12, learning_rate=5e-3, token_budget=64, evaluations=2, max_tokens=10)


def base_bert(folder: Path) -> Path:
    """An encoder without a head."""
    return tiny_sbert(folder)


def left_padded_gpt(folder: Path) -> Path:
    """A GPT-2 whose tokenizer pads on the left, as many are saved."""
    tiny_gpt_classifier(folder, ("LABEL_0", "LABEL_1", "LABEL_2"))
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    (folder / "tokenizer_config.json").write_text(json.dumps(settings | {"padding_side": "left"}))
    return folder


@pytest.mark.parametrize("build", [base_bert, tiny_bert_classifier, left_padded_gpt])
def test_a_model_folder_is_trained_and_opens_again(tmp_path: Path, build: Build) -> None:
    base = build(tmp_path / "base")
    measured = finish(
        train_model(
            tmp_path / "moods",
            base,
            "cpu",
            TEXTS,
            TEXTS[-8:],
            labels=("glad", "sorry"),
            settings=QUICK,
            description={"name": "moods"},
        )
    )
    tagger = Tagger.open(tmp_path / "moods")
    assert tagger.max_tokens == QUICK.max_tokens  # it reads no longer windows than it learned from
    info = tagger_info(tmp_path / "moods")
    unseen = tagger.probabilities(["water was good", "one two three the storm was bad"])

    assert measured["held-out accuracy"] == 1
    assert [tagger.labels[row.argmax()] for row in unseen] == ["glad", "sorry"]
    assert (info.kind, info.labels, info.base) == (TaggerKind.MODEL, ("glad", "sorry"), "base")
    assert info.report is not None
    assert info.report.confusion == ((4, 0), (0, 4))


def test_what_is_written_is_a_transformers_folder_anyone_can_open(tmp_path: Path) -> None:
    folder = tmp_path / "moods"
    finish(
        train_model(
            folder,
            tiny_gpt_classifier(tmp_path / "base"),
            "cpu",
            TEXTS[:10],
            TEXTS[:4],
            labels=("glad", "sorry"),
            settings=replace(QUICK, epochs=1),
            description={},
        )
    )
    model = AutoModelForSequenceClassification.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    texts = ["a bird was good", "the school in the garden was bad"]
    batch = tokenizer(texts, return_tensors="pt", padding=True)
    with torch.no_grad():
        theirs = torch.softmax(model(batch["input_ids"], attention_mask=batch["attention_mask"]).logits, 1)

    assert (folder / "model.safetensors").is_file()
    assert model.config.id2label == {0: "glad", 1: "sorry"}
    assert model.config.pad_token_id == tokenizer.pad_token_id == tokenizer.eos_token_id
    np.testing.assert_allclose(Tagger.open(folder).probabilities(texts), theirs.numpy(), atol=1e-5)


def test_a_gpt_is_read_by_its_last_token_whatever_is_padded_beside_it(tmp_path: Path) -> None:
    opened = open_base(left_padded_gpt(tmp_path / "base"), ("a", "b"), pairs=False, multi_label=False)
    opened.model.eval()
    learner = fitting.Learner(opened.model, opened.tokenizer, "cpu", opened.max_tokens, dict)
    texts = [LabelledText("the bird", "a"), LabelledText("a star in the garden was slow", "b")]
    inputs = fitting.read_inputs(learner, texts, 10)
    with torch.no_grad():
        together = fitting.logits_of(learner, inputs)
        alone = torch.cat([fitting.logits_of(learner, [one]) for one in inputs])

    np.testing.assert_allclose(together.numpy(), alone.numpy(), atol=1e-5)


def test_an_interrupt_while_a_model_is_trained_keeps_its_best_state(tmp_path: Path) -> None:
    running = train_model(
        tmp_path / "moods",
        tiny_bert_classifier(tmp_path / "base", ("x", "y")),
        "cpu",
        TEXTS[:12],
        TEXTS[:6],
        labels=("glad", "sorry"),
        settings=QUICK,
        description={},
    )
    while "held-out loss" not in dict(next(running).values):
        pass
    with pytest.raises(KeyboardInterrupt):
        running.throw(KeyboardInterrupt)

    assert "stopped early at batch" in tagger_info(tmp_path / "moods").origin
    assert Tagger.open(tmp_path / "moods").labels == ("glad", "sorry")


def without_weights(folder: Path) -> Path:
    (tiny_bert_classifier(folder) / "model.safetensors").rename(folder / "pytorch_model.bin")
    return folder


def empty(folder: Path) -> Path:
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("build", "pairs", "said"),
    [
        (empty, False, "There is no model in"),
        (without_weights, False, r"no \.safetensors weights"),
        (tiny_gpt_classifier, True, "no token that separates two texts"),
    ],
)
def test_a_folder_that_cannot_be_trained_is_told(
    tmp_path: Path, build: Build, pairs: bool, said: str
) -> None:
    with pytest.raises(ModelError, match=said):
        open_base(build(tmp_path / "base"), ("a", "b"), pairs=pairs, multi_label=False)


def test_a_trained_model_keeps_every_weight(tmp_path: Path) -> None:
    """Also those that another name stands for, or that were never moved."""
    base = tiny_bert_classifier(tmp_path / "base", ("x", "y"))
    texts = [LabelledText("the bird", "x"), LabelledText("a star", "y")]
    still = replace(QUICK, epochs=1, learning_rate=0.0)
    finish(
        train_model(
            tmp_path / "still",
            base,
            "cpu",
            texts,
            texts,
            labels=("x", "y"),
            settings=still,
            description={},
        )
    )
    before, after = (load_file(folder / "model.safetensors") for folder in (base, tmp_path / "still"))

    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)
