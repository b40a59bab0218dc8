"""How the shipped sentiment tagger learned to combine windows: `python -m engine.training.long_texts DATA [FOLDER]`.

DATA is the folder of the public data sets that sentiment_texts.py reads. The combiner is fitted to whole film reviews
that the tagger was not trained on, and, counting less, to texts made of film sentences of one mood, or of one mood
until their last two sentences say the opposite. It is written into the tagger's tagger.json.
"""

import random
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.commands.terminal import Terminal
from engine.progress import Steps
from engine.tagging.combining import PLAIN, Combiner, fit_combiner
from engine.tagging.tagger import Reading, Tagger, shipped_tagger
from engine.tagging.tagger_files import read_description, write_description
from engine.tagging.tagger_measures import LabelledText
from engine.training import sentiment_texts as texts

REVIEWS = slice(19_000, 20_000)
"""Film reviews that no stage of training reads."""
MADE = 200
SENTENCES = (6, 12)
"""How many sentences of one mood a made text begins with."""
MADE_COUNT = 0.02
"""How much all made texts of a kind count, of all film reviews' 1."""


@dataclass(frozen=True, slots=True)
class LongTexts:
    """Texts of one kind, and how much each counts in fitting."""

    name: str
    examples: list[LabelledText]
    count: float


def main(data: Path, folder: Path) -> None:
    """Fit the combiner, write it down, and print what it gains."""
    terminal = Terminal()
    tagger = Tagger.open(folder)
    kinds = long_texts(data, random.Random(0))
    readings = [terminal.follow(_read(tagger, kind)) for kind in kinds]
    gold = [[tagger.labels.index(example.label) for example in kind.examples] for kind in kinds]
    combiner = _fit(kinds, readings, gold)
    for kind, reading, truth in zip(kinds, readings, gold, strict=True):
        before, after = (_accuracy(way, reading, truth, tagger) for way in (PLAIN, combiner))
        terminal.print(f"{kind.name}: {len(truth)} texts, {before:.3f} by the mean, {after:.3f} combined")
    write_description(folder, read_description(folder) | {"combine": asdict(combiner)})


def long_texts(data: Path, chance: random.Random) -> list[LongTexts]:
    """Return the film reviews, texts of one mood, and texts whose end turns."""
    reviews = [LabelledText(row["text"], texts.OF_TWO[row["label"]]) for row in texts.imdb(data)[REVIEWS]]
    plain, turning = [], []
    by_mood = {
        mood: [texts.joined(one.text) for one in texts.polar_sentences(data) if one.label == mood]
        for mood in texts.OF_TWO
    }
    for number in range(MADE):
        mood, opposite = texts.OF_TWO if number % 2 else texts.OF_TWO[::-1]
        body = " ".join(chance.choices(by_mood[mood], k=chance.randint(*SENTENCES)))
        end = " ".join(chance.choices(by_mood[opposite], k=2))
        plain.append(LabelledText(body, mood))
        turning.append(LabelledText(f"{body} But {end}", opposite))
    return [
        LongTexts("film reviews", reviews, 1 / len(reviews)),
        LongTexts("texts of one mood", plain, MADE_COUNT / MADE),
        LongTexts("texts whose end turns", turning, MADE_COUNT / MADE),
    ]


def _read(tagger: Tagger, kind: LongTexts) -> Steps[Reading]:
    return (yield from tagger.read_steps([example.text for example in kind.examples]))


def _fit(kinds: list[LongTexts], readings: list[Reading], gold: list[list[int]]) -> Combiner:
    before = np.cumsum([0, *(len(truth) for truth in gold)])
    return fit_combiner(
        np.concatenate([reading.windows for reading in readings]),
        np.concatenate([reading.weights for reading in readings]),
        np.concatenate([reading.rows + start for reading, start in zip(readings, before, strict=False)]),
        [label for truth in gold for label in truth],
        [kind.count for kind in kinds for _ in kind.examples],
    )


def _accuracy(combiner: Combiner, reading: Reading, gold: list[int], tagger: Tagger) -> float:
    """Return the accuracy of positive against negative."""
    whole: NDArray[np.float32] = combiner(reading.windows, reading.weights, reading.rows, len(gold))
    poles = [tagger.labels.index(mood) for mood in texts.OF_TWO]
    said = np.array(poles)[whole[:, poles].argmax(1)]
    return float((said == np.array(gold)).mean())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else shipped_tagger())
