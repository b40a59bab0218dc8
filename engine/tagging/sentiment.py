"""How the sentiment tagger that comes with Asterism is made: `python -m engine.tagging.sentiment DATA [OUT]`.

DATA is the folder of the public data sets named in its model card; sentiment_texts.py says where each lies. Two
stages, the second going on from the first with other texts and smaller steps; about an hour and a half of one
processor core.
"""

import random
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from engine.commands.terminal import Terminal
from engine.encoding.encoder import Encoder
from engine.progress import Steps
from engine.tagging import sentiment_texts as texts
from engine.tagging.tagger import SENTIMENT, SENTIMENT_LABELS, Tagger, shipped_tagger
from engine.tagging.tagger_files import read_description, write_description
from engine.tagging.tagger_measures import LabelledText, evaluate
from engine.tagging.training import Settings, train_tagger

FIRST = Settings(
    epochs=1, learning_rate=1.2e-3, top_layers=4, max_tokens=100, token_budget=1400, evaluations=6, patience=6
)
SECOND = Settings(
    epochs=1,
    learning_rate=6e-4,
    top_layers=4,
    max_tokens=128,
    token_budget=1400,
    accumulate=4,
    evaluations=6,
    patience=6,
)


def main(data: Path, out: Path) -> None:
    """Train the tagger, measure it, and write both into its folder."""
    terminal = Terminal()
    terminal.follow(make(data, out))
    for name, value in read_description(out)["measured"].items():
        terminal.print(f"{name}: {value}")


def make(data: Path, out: Path) -> Steps[None]:
    """Train in two stages on everything but the dev splits, which choose, and record every measure."""
    with tempfile.TemporaryDirectory() as scratch:
        yield from first_stage(data, Path(scratch) / "first")
        yield from second_stage(data, Path(scratch) / "first", out)


def first_stage(data: Path, out: Path) -> Steps[None]:
    """Train on short texts above all."""
    examples = list(texts.first_texts(data, random.Random(FIRST.seed)))
    yield from train_tagger(
        out,
        Encoder.open(device="cpu"),
        examples,
        list(texts.dev_texts(data)),
        labels=SENTIMENT_LABELS,
        settings=FIRST,
        description={"name": SENTIMENT},
    )


def second_stage(data: Path, first: Path, out: Path) -> Steps[None]:
    """Go on from the first stage's tagger, and measure what comes of it."""
    examples = list(texts.second_texts(data, random.Random(SECOND.seed + 1)))
    yield from train_tagger(
        out,
        Encoder.open(device="cpu"),
        examples,
        list(texts.dev_texts(data)),
        labels=SENTIMENT_LABELS,
        settings=SECOND,
        description={
            "name": SENTIMENT,
            "origin": "comes with Asterism; see its README.md for the data sets and their terms",
            "first_stage": {
                "settings": asdict(FIRST),
                "texts": read_description(first)["texts"],
            },
        },
        start=first,
    )
    yield from record_measures(data, out)


def record_measures(data: Path, out: Path) -> Steps[None]:
    """Measure the written tagger on texts that it was not trained on, and note it in tagger.json."""
    tagger = Tagger.open(out)
    two = {label: label for label in texts.OF_TWO}
    sets: dict[str, tuple[list[LabelledText], dict[str, str] | None]] = {
        "SST-2 dev": (texts.polar_sentences(data), two),
        "TweetEval dev": (texts.tweets_of(data, "dev"), None),
        "GoEmotions dev": (texts.comments_of(data, "dev"), None),
        "IMDB held out": (texts.held_out_film_reviews(data, 1000), two),
        "Product reviews held out": (texts.held_out_product_reviews(data, 1000), two),
    }
    description = read_description(out)
    measured: dict[str, float] = dict(description["measured"])
    for name, (examples, meanings) in sets.items():
        found = yield from evaluate(tagger, examples, meanings)
        recalls = [value for key, value in found.items() if key.startswith("recall ")]
        measured[f"{name} accuracy"] = round(found["accuracy"], 4)
        measured[f"{name} macro-recall"] = round(sum(recalls) / len(recalls), 4)
        measured[f"{name} ECE"] = round(found["ECE"], 4)
    write_description(out, description | {"measured": measured})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else shipped_tagger())
