"""A blend of two taggers: its weights are theirs, averaged, and at its ends it is one of them."""

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.tagging.tagger import Tagger
from engine.tagging.tagger_files import (
    classification_model,
    load_tensors,
    read_description,
    weights_digest,
    with_adapters,
    write_description,
    write_tensors,
)
from engine.training.blending import blend
from tests.tiny_models import tiny_sbert

TEXTS = ["the bread was good", "a storm"]


def tagger(folder: Path, base: Path, rank: int, alpha: int, seed: int) -> Path:
    """Write a tagger with random adapters and head."""
    from peft import get_peft_model_state_dict

    torch.manual_seed(seed)
    model = with_adapters(classification_model(base, 2), rank=rank, alpha=alpha, top_layers=1)
    state = {name: torch.randn_like(tensor) for name, tensor in get_peft_model_state_dict(model).items()}
    folder.mkdir()
    write_tensors(folder, state)
    write_description(
        folder,
        {
            "labels": ["no", "yes"],
            "base": str(base),
            "base_sha256": weights_digest(base),
            "rank": rank,
            "alpha": alpha,
            "top_layers": 1,
            "max_tokens": 16,
        },
    )
    return folder


def merged(folder: Path) -> dict[str, torch.Tensor]:
    """Return all weights of a tagger, its adapters added to the encoder's."""
    said = read_description(folder)
    model = classification_model(Path(said["base"]), 2)
    model = with_adapters(model, rank=said["rank"], alpha=said["alpha"], top_layers=1)
    load_tensors(model, folder)
    weights: dict[str, torch.Tensor] = model.merge_and_unload().state_dict()
    return weights


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    base = tiny_sbert(tmp_path / "base")
    return tagger(tmp_path / "one", base, 2, 4, 1), tagger(tmp_path / "other", base, 3, 9, 2)


def test_a_blend_has_the_average_of_both_taggers_weights(two: tuple[Path, Path], tmp_path: Path) -> None:
    blend(*two, 0.25, tmp_path / "blend", note="a test")
    one, other, made = merged(two[0]), merged(two[1]), merged(tmp_path / "blend")

    assert read_description(tmp_path / "blend")["rank"] == 5
    assert read_description(tmp_path / "blend")["note"] == "a test"
    assert made.keys() == one.keys()
    for name, weight in made.items():
        expected = 0.75 * one[name] + 0.25 * other[name]
        torch.testing.assert_close(weight, expected, rtol=0, atol=5e-3)  # float16 factors
    assert any((one[name] - other[name]).abs().max() > 1 for name in one)


def test_a_blend_without_the_other_is_the_one(two: tuple[Path, Path], tmp_path: Path) -> None:
    blend(*two, 0.0, tmp_path / "blend")

    np.testing.assert_allclose(
        Tagger.open(tmp_path / "blend").probabilities(TEXTS),
        Tagger.open(two[0]).probabilities(TEXTS),
        atol=5e-3,
    )
