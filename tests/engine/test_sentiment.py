"""The recipe of the sentiment tagger: what a fourth stage is told of a text."""

from pathlib import Path

import numpy as np
import pytest

from engine.tagging.tagger import Tagger, shipped_tagger
from engine.tagging.tagger_measures import LabelledText
from engine.training.sentiment import TOLD_BEFORE, TOLD_BY_SPECIALIST, _polar, _taught, write_polar


def test_the_specialist_begins_with_what_the_tagger_knows(tmp_path: Path) -> None:
    shipped = Tagger.open(shipped_tagger())
    write_polar(shipped, tmp_path)
    polar = Tagger.open(tmp_path)
    ids = [window.ids for window in shipped.windows(["A dull film.", "The songs are a joy, all of them."])]

    assert polar.labels == ("negative", "positive")
    np.testing.assert_allclose(polar.logits(ids), shipped.logits(ids)[:, [0, 2]], atol=1e-5)


def test_of_a_graded_text_the_specialist_hears_only_negative_or_positive() -> None:
    polar = _polar(LabelledText("so so", "negative", chances=(0.6, 0.2, 0.2)))

    assert (polar.label, polar.chances) == ("negative", pytest.approx((0.75, 0.25)))
    assert _polar(LabelledText("good", "positive", chances=(0.1, 0.0, 0.9))).label == "positive"


def test_graded_texts_are_told_by_the_specialist_and_others_partly_as_before() -> None:
    graded = LabelledText("so so", "negative", chances=(0.6, 0.2, 0.2))
    certain = LabelledText("a tweet", "positive")
    first, second, third = _taught(
        [graded, certain, graded], iter([[0.5, 0.5], [1.0, 0.0]]), iter([[0.25, 0.25, 0.5]])
    )
    share = 0.25 + TOLD_BY_SPECIALIST * (0.5 - 0.25)
    left = 0.25 - TOLD_BY_SPECIALIST * 0.25

    assert first.chances == pytest.approx((0.8 * (1 - share), 0.2, 0.8 * share))
    assert third.chances == pytest.approx((0.8 * (1 - left), 0.2, 0.8 * left))
    some = 0.25 * TOLD_BEFORE
    assert second.chances == pytest.approx((some, some, 1 - TOLD_BEFORE * 0.5))
    assert (first.label, second.label, second.text) == ("negative", "positive", "a tweet")
