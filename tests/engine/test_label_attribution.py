"""What drives a label: shares that add up, equal to captum's own over the layer of word embeddings."""

import warnings
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.encoding.encoder import Encoder
from engine.inspecting.label_attribution import LEAST, MOST, TOLERANCE, attribute_label
from engine.inspecting.lines import attribution_lines
from engine.progress import finish
from engine.tagging.head_tagger import HeadTagger
from engine.tagging.tagger import Manner, Tagger
from engine.teaching.heads import Head
from indexes.errors import AsterismError
from tests.tiny_models import tiny_sbert
from tests.tiny_taggers import tiny_bert_classifier, tiny_gpt_classifier

TEXT = "the river was slow"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_bert_classifier(tmp_path_factory.mktemp("classifier") / "bert")


@pytest.fixture
def tagger(folder: Path) -> Tagger:
    return Tagger.open(folder)


def test_the_shares_add_up_to_what_the_text_adds_to_the_logit(tagger: Tagger) -> None:
    found = finish(attribute_label(TEXT, tagger, "neutral"))
    ids = [token.id for token in found.tokens]
    without = [ids[0], *[tagger.tokenizer.pad_token_id] * 4, ids[-1]]
    with torch.no_grad():
        whole, nothing = (
            tagger.model(input_ids=torch.tensor([row]), attention_mask=torch.ones(1, 6)).logits[0, 2].item()
            for row in (ids, without)
        )

    assert found.logit == pytest.approx(whole, abs=1e-5)
    assert found.baseline_logit == pytest.approx(nothing, abs=1e-5)
    assert found.change == pytest.approx(whole - nothing, abs=1e-5)
    assert found.completeness_error == pytest.approx(found.shares.sum() - found.change)
    assert abs(found.completeness_error) <= max(LEAST, TOLERANCE * abs(found.change))
    assert 0 < found.steps <= MOST
    assert (found.label, found.baseline) == ("neutral", "[PAD]")
    assert (found.start, found.end) == (0, len(TEXT))
    assert found.shares[0] == found.shares[-1] == 0


def test_the_shares_are_those_of_captum_over_the_layer_of_word_embeddings(tagger: Tagger) -> None:
    found = finish(attribute_label(TEXT, tagger, "positive"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from captum.attr import LayerIntegratedGradients

    ids = torch.tensor([[token.id for token in found.tokens]])
    nothing = ids.clone()
    nothing[0, 1:-1] = tagger.tokenizer.pad_token_id

    def logit(given: torch.Tensor) -> torch.Tensor:
        return tagger.model(input_ids=given, attention_mask=torch.ones_like(given)).logits[:, 0]

    layer = LayerIntegratedGradients(logit, tagger.model.bert.embeddings.word_embeddings)
    theirs = layer.attribute(ids, baselines=nothing, n_steps=300)[0].sum(-1).detach().numpy()

    np.testing.assert_allclose(found.shares, theirs, atol=0.02 * abs(found.change) + LEAST)


def test_without_a_label_the_likeliest_is_explained(tagger: Tagger) -> None:
    found = finish(attribute_label(TEXT, tagger))
    probabilities = tagger.probabilities([TEXT])[0]

    assert found.label == tagger.labels[int(probabilities.argmax())]
    assert found.probability == pytest.approx(float(probabilities.max()), abs=1e-5)


def test_an_unknown_label_is_refused_with_those_there_are(tagger: Tagger) -> None:
    with pytest.raises(AsterismError, match="negative, neutral, positive"):
        finish(attribute_label(TEXT, tagger, "funny"))


def test_an_empty_text_adds_nothing(tagger: Tagger) -> None:
    found = finish(attribute_label("", tagger))

    assert found.change == 0
    assert found.shares.tolist() == [0, 0]


def test_it_reports_gradient_by_gradient_and_can_be_stopped(tagger: Tagger) -> None:
    steps = attribute_label(TEXT, tagger)
    done = next(progress.done for progress in steps if progress.unit == "gradients")
    steps.close()

    assert 0 < done <= MOST
    assert all(parameter.grad is None for parameter in tagger.model.parameters())


@pytest.mark.parametrize(("window", "span"), [(0, (0, 39)), (1, (40, 80))])
def test_of_a_long_text_a_window_is_explained(tagger: Tagger, window: int, span: tuple[int, int]) -> None:
    text = "The river was slow. The train was fast. The bird was happy and the star was red."
    found = finish(attribute_label(text, tagger, "neutral", window=window))
    ids = torch.tensor([tagger.windows([text])[window].ids])
    with torch.no_grad():
        logit = tagger.model(input_ids=ids).logits[0, 2].item()

    assert (found.start, found.end) == span
    assert found.logit == pytest.approx(logit, abs=1e-5)
    words = [text[token.start : token.end].lower() for token in found.tokens[1:-1]]
    assert words == [token.token for token in found.tokens[1:-1]]
    with pytest.raises(AsterismError, match="no window 3: “bert” reads it in 2"):
        finish(attribute_label(text, tagger, window=2))


def test_a_pair_is_explained_with_the_second_text_in_its_place(tagger: Tagger) -> None:
    tagger.manner = Manner(pair=True)
    found = finish(attribute_label("the slow train", tagger, "neutral", second="a bird"))
    ids = torch.tensor([[token.id for token in found.tokens]])
    kinds = torch.tensor([[0] * 5 + [1] * 3])
    with torch.no_grad():
        logit = tagger.model(input_ids=ids, token_type_ids=kinds).logits[0, 2].item()

    assert found.logit == pytest.approx(logit, abs=1e-5)
    assert abs(found.completeness_error) <= max(LEAST, TOLERANCE * abs(found.change))


def test_a_model_without_a_token_for_padding_is_held_against_zeros(tmp_path: Path) -> None:
    tagger = Tagger.open(tiny_gpt_classifier(tmp_path / "gpt"))
    found = finish(attribute_label(TEXT, tagger, "yes"))
    ids = torch.tensor([[token.id for token in found.tokens]])
    with torch.no_grad():
        logit = tagger.model(input_ids=ids).logits[0, 1].item()
        nothing = tagger.model(inputs_embeds=torch.zeros(1, 4, 16)).logits[0, 1].item()

    assert found.baseline == "zeros"
    assert found.logit == pytest.approx(logit, abs=1e-4)
    assert found.baseline_logit == pytest.approx(nothing, abs=1e-4)
    assert abs(found.completeness_error) <= max(LEAST, TOLERANCE * abs(found.change))


def test_of_a_head_over_the_embedding_the_shares_are_exact(tmp_path: Path) -> None:
    encoder = Encoder.open(tiny_sbert(tmp_path / "sbert"), device="cpu")
    weights = np.arange(32, dtype=np.float32).reshape(2, 16) / 10
    head = Head(("no", "yes"), encoder.id, weights, np.array([0.5, -0.25], np.float32))
    found = finish(attribute_label(TEXT, HeadTagger("mine", ("no", "yes"), head, encoder, Manner()), "yes"))

    assert found.steps == 0
    assert found.baseline_logit == -0.25
    assert found.logit == pytest.approx(float(weights[1] @ encoder.encode([TEXT])[0]) - 0.25, abs=1e-4)
    assert abs(found.completeness_error) < 1e-4
    assert len(found.shares) == len(found.tokens) == 6


def test_shares_of_the_pieces_of_a_word_are_one_share(tagger: Tagger) -> None:
    found = finish(attribute_label("The zoo was slow.", tagger))
    words = found.by_word()

    assert [token.token for token in found.tokens] == [
        "[CLS]", "the", "z", "##o", "##o", "was", "slow", ".", "[SEP]",
    ]  # fmt: skip
    assert [(share.start, share.end) for share in words.shares] == [
        (0, 3),
        (4, 7),
        (8, 11),
        (12, 16),
        (16, 17),
    ]
    assert words.shares[1].share == pytest.approx(found.shares[2:5].sum())
    assert words.special == 0
    assert words.score == pytest.approx(found.shares.sum())


def test_an_attribution_can_be_printed(tagger: Tagger) -> None:
    found = finish(attribute_label(TEXT, tagger, "neutral"))
    lines = attribution_lines(found)

    assert lines[0] == (
        f"why “neutral”     logit {found.logit:+.3f}, without the text {found.baseline_logit:+.3f} ([PAD])"
    )
    assert lines[3] == f"  the    {found.shares[1]:+.3f}"
