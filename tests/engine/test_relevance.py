"""Relevance against values worked out by hand, on clustered vectors, and on the texts that come with the app."""

import math
import random

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.encoding.encoder import Encoder
from engine.search import relevance
from engine.search.plain_lines import ENGLISH, OTHER_LANGUAGES
from engine.search.relevance import LINE, NOT_AGAINST, WORDLESS, WORDS, Background
from tests.engine.test_sample import sample_texts

Vectors = NDArray[np.float32]
DIM = 64
ON_TOPIC = (
    "wading birds on the mudflats",
    "how do I renew a library book",
    "flood warning by the river",
    "late train complaint",
    "pumpkin",
)
ABSURD = (
    "quantum chromodynamics",
    "succession crisis in the Byzantine empire",
    "how to clone a mammoth",
    "kubernetes",
    "CRISPR gene editing in zebrafish",
)


class StillEncoder:
    """Gives every text a direction of its own; with `common` all of them lean towards one more axis."""

    def __init__(self, common: float = 0.0) -> None:
        self.common = common

    def encode(self, texts: list[str]) -> Vectors:
        return lean(np.stack([direction(text) for text in texts]), self.common)


class Drawn:
    """Stands for the vector index: all its vectors, and a sample of them."""

    def __init__(self, vectors: Vectors) -> None:
        self.vectors = vectors

    def __len__(self) -> int:
        return len(self.vectors)

    def sample(self, n: int, seed: int) -> Vectors:
        drawn = np.random.default_rng(seed).choice(len(self), min(n, len(self)), replace=False)
        return self.vectors[drawn]


def test_the_line_is_at_one_half_and_odds_grow_with_the_spread() -> None:
    background = by_hand(level=0.2, spread=0.05)
    line = 0.2 + LINE * 0.05

    found = background.relevance(axis(0), np.array([line, line + 0.05 * math.log(9)], np.float32))

    assert background.line == pytest.approx(line)
    assert found == pytest.approx([0.5, 0.9], abs=1e-5)


def test_relevance_rises_with_the_cosine_and_stays_between_0_and_1() -> None:
    background = by_hand(level=0.2, spread=0.05)

    found = background.relevance(axis(0), np.linspace(-1, 1, 201, dtype=np.float32))

    assert (np.diff(found) >= 0).all()
    assert 0 <= found[0] < 1e-5
    assert 1 - 1e-5 < found[-1] <= 1


def test_a_passage_that_holds_all_words_is_no_chance_find_however_low_its_cosine() -> None:
    background = by_hand(level=0.2, spread=0.05, passages=100)
    by_chance = math.log(100) / 10  # a share of .46: of 100 passages one holds words of weight 4.6 by chance
    evidence = -LINE - WORDLESS + WORDS * (1 - by_chance)

    found = background.relevance(
        axis(0), np.array([0.2, 0.2], np.float32), np.array([10.0, 4.6], np.float32), 10
    )

    assert found == pytest.approx(
        [1 / (1 + math.exp(-evidence)), 1 / (1 + math.exp(LINE + WORDLESS))], abs=1e-5
    )
    assert found[0] > 0.95


def test_a_single_rare_word_that_is_there_is_enough() -> None:
    background = by_hand(level=0.2, spread=0.05, passages=1000)
    weight = math.log1p(999.5 / 1.5)

    found = background.relevance(axis(0), np.array([0.1], np.float32), np.array([weight], np.float32), weight)

    assert found[0] > 0.5


def test_words_that_are_not_there_hardly_speak_against_a_hit() -> None:
    background = by_hand(level=0.2, spread=0.05)
    cosine = np.array([background.line + WORDLESS * 0.05], np.float32)

    assert background.relevance(axis(0), cosine, np.zeros(1, np.float32), 10.0) == pytest.approx(
        [0.5], abs=1e-5
    )


def test_in_a_language_that_raises_all_cosines_words_decide() -> None:
    background = Background(1000, 0.2, 0.05, ((axis(0)[None], 0.0), (axis(1)[None], 0.3)))
    cosines, without, with_words = (
        np.full(2, 0.5, np.float32),
        np.zeros(2, np.float32),
        np.full(2, 20, np.float32),
    )

    known = background.relevance(axis(0), cosines, without, 20.0)
    unknown = background.relevance(axis(1), cosines, without, 20.0)
    held = background.relevance(axis(1), cosines, with_words, 20.0)

    assert known[0] == pytest.approx(1 / (1 + math.exp(-(6 - LINE - WORDLESS))), abs=1e-5)
    assert unknown[0] == pytest.approx(1 / (1 + math.exp(NOT_AGAINST)), abs=1e-5)
    assert held[0] > 0.99


def test_a_query_in_a_cluster_is_above_the_line_and_one_in_none_below() -> None:
    vectors, centres = clustered()
    background = measured(vectors)

    near = [best(background, vectors, lean(centre[None])[0]) for centre in centres]
    far = [best(background, vectors, direction(f"nowhere {number}")) for number in range(100)]

    assert min(near) > 0.9
    assert np.mean(np.array(far) < 0.5) >= 0.95


def test_an_encoder_that_puts_all_texts_close_together_gives_the_same_relevance() -> None:
    vectors, centres = clustered()
    cosines = np.linspace(0, 1, 11, dtype=np.float32)
    plain = measured(vectors).relevance(centres[0], cosines)

    close = Background.measure(Drawn(lean(vectors, 0.7)), StillEncoder(0.7))

    assert close is not None
    assert close.relevance(lean(centres[:1], 0.7)[0], 0.7 + 0.3 * cosines) == pytest.approx(plain, abs=1e-3)


def test_lines_that_are_at_home_in_the_corpus_do_not_move_the_line_far() -> None:
    vectors, _ = clustered()
    at_home = np.stack([direction(line) for line in ENGLISH[::5]])

    plain, moved = measured(vectors), measured(np.concatenate([vectors, at_home]))

    assert 0 <= moved.line - plain.line < plain.spread


def test_a_sample_tells_what_the_best_of_all_passages_is_like(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, _ = clustered(each=200, noise=0.3)
    whole = measured(vectors)
    monkeypatch.setattr(relevance, "SAMPLE", 500)

    drawn = measured(vectors)

    assert drawn.passages == whole.passages == 8000
    assert drawn.level == pytest.approx(whole.level, abs=whole.spread / 2)


def test_too_few_passages_have_no_background() -> None:
    vectors, _ = clustered()

    assert Background.measure(Drawn(vectors[:49]), StillEncoder()) is None
    assert Background.measure(Drawn(vectors[:50]), StillEncoder()) is not None


def test_measuring_repeats_exactly() -> None:
    vectors, _ = clustered()
    first, second = measured(vectors), measured(vectors)

    assert (first.level, first.spread) == (second.level, second.spread)
    assert [raised for _, raised in first.languages] == [raised for _, raised in second.languages]


def test_a_corpus_that_changed_by_more_than_a_fifth_is_measured_again() -> None:
    vectors, _ = clustered()
    background = measured(vectors[:1000])

    assert [background.fits(Drawn(vectors[:count])) for count in (800, 1200)] == [True, True]
    assert [background.fits(Drawn(vectors[:count])) for count in (799, 1201)] == [False, False]


def test_no_plain_line_stands_there_twice() -> None:
    lines = [line for language in (ENGLISH, *OTHER_LANGUAGES) for line in language]

    assert len(lines) == len(set(lines)) > 250
    assert all(line == line.strip() and line for line in lines)


def test_the_bundled_encoder_tells_what_the_sample_corpus_has_an_answer_to() -> None:
    encoder = Encoder.open(device="cpu")
    vectors = encoder.encode([sample.text[:300] for sample in sample_texts()])
    background = Background.measure(Drawn(vectors), encoder)
    assert background is not None

    found = {query: best(background, vectors, encoder.encode([query])[0]) for query in (*ON_TOPIC, *ABSURD)}

    assert [query for query in ON_TOPIC if found[query] < 0.5] == []
    assert [query for query in ABSURD if found[query] >= 0.5] == []


def by_hand(level: float, spread: float, passages: int = 1000) -> Background:
    return Background(passages, level, spread, ((axis(0)[None], 0.0),))


def measured(vectors: Vectors) -> Background:
    background = Background.measure(Drawn(vectors), StillEncoder())
    assert background is not None
    return background


def best(background: Background, vectors: Vectors, query: Vectors) -> float:
    return float(background.relevance(query, vectors @ query).max())


def clustered(each: int = 50, noise: float = 0.1) -> tuple[Vectors, Vectors]:
    """Return 40 clusters of `each` unit vectors, and their centres."""
    chance = np.random.default_rng(7)
    centres = chance.standard_normal((40, DIM))
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    vectors = np.repeat(centres, each, axis=0) + noise * chance.standard_normal((40 * each, DIM))
    return lean(vectors), lean(centres)


def lean(vectors: NDArray[np.floating], common: float = 0.0) -> Vectors:
    """Return unit vectors with one more axis, which gives any two of them `common` as a part of their cosine."""
    own = vectors[:, :DIM] / np.linalg.norm(vectors[:, :DIM], axis=1, keepdims=True)
    shared = np.full((len(own), 1), math.sqrt(common))
    return np.hstack([math.sqrt(1 - common) * own, shared]).astype(np.float32)


def direction(text: str) -> Vectors:
    seed = random.Random(text).getrandbits(32)
    return lean(np.random.default_rng(seed).standard_normal((1, DIM)))[0]


def axis(number: int) -> Vectors:
    return np.eye(DIM + 1, dtype=np.float32)[number]
