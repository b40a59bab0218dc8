"""When a tag is unsure, and when a text says both."""

import subprocess
import sys

import numpy as np

from engine.tagging.states import MIXED, SURE, UNSURE, says_both, states

LABELS = ("negative", "neutral", "positive")


def test_a_tag_is_unsure_below_the_threshold() -> None:
    probabilities = np.array([[0.7, 0.2, 0.1], [0.1, 0.69, 0.21]], np.float32)

    assert states(probabilities, LABELS, 0.7).tolist() == [SURE, UNSURE]
    assert states(probabilities, LABELS, 0.5).tolist() == [SURE, SURE]


def test_both_poles_without_neutral_are_mixed_and_only_of_sentiment() -> None:
    probabilities = np.array([[0.45, 0.1, 0.45], [0.3, 0.4, 0.3]], np.float32)

    assert states(probabilities, LABELS, 0.5).tolist() == [MIXED, UNSURE]
    assert states(probabilities, ("red", "green", "blue"), 0.5).tolist() == [UNSURE, UNSURE]


def test_of_several_labels_the_least_decided_one_says_how_sure_a_tag_is() -> None:
    probabilities = np.array([[0.95, 0.9, 0.02], [0.95, 0.6, 0.02]], np.float32)

    assert states(probabilities, LABELS, 0.8, multi_label=True).tolist() == [SURE, UNSURE]


def test_no_tags_have_no_states() -> None:
    assert states(np.zeros((0, 0), np.float32), (), 0.5).shape == (0,)


def test_opposite_parts_make_a_text_mixed_unless_one_is_a_small_share() -> None:
    down, up, flat = (0.9, 0.05, 0.05), (0.05, 0.05, 0.9), (0.1, 0.8, 0.1)
    parts = np.array([down, up, flat], np.float32)

    assert says_both(parts, np.array([50.0, 50.0, 10.0]), LABELS)
    assert not says_both(parts, np.array([500.0, 20.0, 10.0]), LABELS)
    assert not says_both(np.array([down, flat, down], np.float32), np.ones(3), LABELS)
    assert not says_both(parts, np.array([50.0, 50.0, 10.0]), ("red", "green", "blue"))


def test_states_are_had_without_torch() -> None:
    program = "import sys, engine.tagging.states; sys.exit('torch' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
