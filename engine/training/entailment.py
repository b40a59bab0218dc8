"""How the entailment tagger that comes with Asterism is made: `python -m engine.training.entailment DATA [OUT]`.

Of a pair of texts it says whether the first one entails the second, contradicts it, or neither. DATA is the folder of
the public data sets named in its model card; some forty minutes of one processor core.
"""

import random
import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path

from engine.commands.terminal import Terminal
from engine.progress import Steps
from engine.tagging.records import NLI
from engine.tagging.tagger import Tagger, shipped_tagger
from engine.tagging.tagger_files import read_description, write_description
from engine.tagging.tagger_measures import evaluate
from engine.training import entailment_texts as texts
from engine.training.fitting import Settings
from engine.training.recipes import measured_on, train_stage

FIRST = Settings(
    epochs=5,
    learning_rate=7e-4,
    rank=48,
    alpha=96,
    top_layers=6,
    max_tokens=128,
    token_budget=1400,
    average=0.998,
    evaluations=10,
    patience=10,
)
SECOND = replace(FIRST, epochs=1, learning_rate=2.5e-4, average=0.99, evaluations=3, patience=3)
MEASURES = ("accuracy", "macro-F1", "ECE", "ECE without temperature")


def main(data: Path, out: Path) -> None:
    """Train the tagger, measure it, and write both into its folder."""
    terminal = Terminal()
    terminal.follow(make(data, out))
    for name, value in read_description(out)["measured"].items():
        terminal.print(f"{name}: {value}")


def make(data: Path, out: Path) -> Steps[None]:
    """Train in two stages on most pairs of both sets, choose and calibrate by some, and measure on the others."""
    train, choosing, testing = zip(*sides(data).values(), strict=True)
    pairs = [pair for side in train for pair in side]
    dev = [pair for side in choosing for pair in side]
    with tempfile.TemporaryDirectory() as scratch:
        first = Path(scratch) / "first"
        yield from train_stage(first, NLI, texts.LABELS, pairs, dev, FIRST)
        yield from train_stage(
            out,
            NLI,
            texts.LABELS,
            texts.second_texts(pairs, random.Random(FIRST.seed + 1)),
            dev,
            SECOND,
            start=first,
            test=[pair for side in testing for pair in side],
        )
    yield from record_measures(data, out)


def sides(data: Path) -> dict[str, texts.Split]:
    """Return each set's pairs to train on, to choose by and to test on."""
    chance = random.Random(FIRST.seed)
    return {name: texts.split(texts.pairs_of(data, name), chance) for name in texts.SETS}


def record_measures(data: Path, out: Path) -> Steps[None]:
    """Measure the written tagger on each set's own held-out pairs, and on SICK, which it was not trained on."""
    held = {name: testing for name, (_, _, testing) in sides(data).items()}
    sets = {
        "SNLI held out": held["snli_dev"],
        "MNLI held out": held["mnli_dev"],
        "SICK trial": texts.sick(data),
    }
    tagger = Tagger.open(out)
    description = read_description(out)
    measured: dict[str, float] = dict(description["measured"])
    for name, pairs in sets.items():
        found = yield from measured_on(tagger, pairs)
        measured |= {f"{name} {key}": round(found[key], 4) for key in MEASURES}
    report = yield from evaluate(tagger, [*held["snli_dev"], *held["mnli_dev"]])
    write_description(out, description | {"measured": measured, "report": asdict(report)})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else shipped_tagger(NLI))
