"""Shares of a score as colours: apart for every eye, readable under text, and true to the numbers."""

import numpy as np
import pytest
from PySide6.QtGui import QColor

from engine.records import Attribution, Share
from gui.reader import shading
from gui.theme import DARK, LIGHT, Tones
from tests.gui.test_palette import VISION, contrast, smallest_distance

BOTH = pytest.mark.parametrize("tones", [LIGHT, DARK], ids=["light", "dark"])


def over(colour: QColor, ground: str) -> str:
    """Lay a see-through colour over a ground, by hand."""
    below = QColor(ground)
    alpha = colour.alphaF()
    mixed = [
        round(alpha * above + (1 - alpha) * under)
        for above, under in zip(colour.getRgb()[:3], below.getRgb()[:3], strict=True)
    ]
    return "#{:02x}{:02x}{:02x}".format(*mixed)


@BOTH
def test_the_opacity_of_a_share_is_in_proportion_to_the_largest(tones: Tones):
    assert shading.shade(0.2, 0.2, tones).alphaF() == pytest.approx(shading.STRONGEST, abs=0.005)
    assert shading.shade(0.1, 0.2, tones).alphaF() == pytest.approx(shading.STRONGEST / 2, abs=0.005)
    assert shading.shade(-0.1, 0.2, tones).alphaF() == pytest.approx(shading.STRONGEST / 2, abs=0.005)
    assert shading.shade(0.001, 0.2, tones).alpha() == 0
    assert shading.shade(0.0, 0.0, tones).alpha() == 0


@BOTH
def test_text_on_the_strongest_shades_keeps_its_contrast_on_every_ground(tones: Tones):
    for share in (1.0, -1.0):
        for ground in (tones.surface, tones.accent_soft, tones.hover, tones.window):
            assert contrast(over(shading.shade(share, 1.0, tones), ground), tones.text) >= 4.5, (
                share,
                ground,
            )


@BOTH
@pytest.mark.parametrize("vision", list(VISION))
def test_for_and_against_are_told_apart_by_every_kind_of_eye(tones: Tones, vision: str):
    laid = tuple(over(shading.shade(share, 1.0, tones), tones.surface) for share in (1.0, -1.0))
    assert smallest_distance((*laid, tones.surface), vision) >= 0.08


def test_what_adds_nothing_and_the_models_own_tokens_stay_uncoloured():
    attribution = Attribution(
        7, 0.5, (Share(0, 4, 0.4), Share(5, 9, 0.001), Share(10, 14, -0.2), Share(0, 0, 0.9)), 0.9
    )
    assert [(start, end) for start, end, _ in shading.shades(attribution, LIGHT)] == [(0, 4), (10, 14)]
    np.testing.assert_allclose(
        [colour.alphaF() for _, _, colour in shading.shades(attribution, LIGHT)],
        [shading.STRONGEST, shading.STRONGEST / 2],
        atol=0.005,
    )


def test_the_words_that_stand_out_come_by_their_strongest_place_with_the_sum_of_all():
    text = "Sea, the wind the, sea."
    shares = (
        Share(0, 4, 0.1), Share(5, 8, 0.09), Share(9, 13, -0.15), Share(14, 18, 0.09), Share(19, 23, 0.02),
        Share(3, 4, 0.5),
    )  # fmt: skip
    attribution = Attribution(1, 0.7, shares, 0.05)
    found = attribution.strongest(text)
    assert [word for word, _ in found] == ["wind", "sea", "the"]
    assert [share for _, share in found] == pytest.approx([-0.15, 0.12, 0.18])
    assert attribution.strongest(text, most=1) == [("wind", -0.15)]
    assert shading.in_words(attribution, text).splitlines() == [
        "Stands out: wind −0.150, sea +0.120, the +0.180",
        "All words +0.650, the model’s own tokens +0.050: together 0.700",
    ]


def test_what_a_query_was_made_of_is_told_with_its_signs():
    attribution = Attribution(1, 0.3, (), 0.3, (("storm", 0.4), ("sea", -0.1)))
    assert shading.in_words(attribution, "").splitlines()[0] == "By what was asked: storm +0.400, sea −0.100"
