"""What the recipes of the shipped taggers share: a stage of training, and how good a tagger is on a set."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from engine.encoding.encoder import Encoder
from engine.progress import Steps
from engine.tagging.tagger import Tagger
from engine.tagging.tagger_files import read_description
from engine.tagging.tagger_measures import LabelledText, as_measures, evaluate
from engine.training.fitting import Settings
from engine.training.training import train_tagger

ORIGIN = "comes with Asterism; see its README.md for the data sets and their terms"
STAGES = ("first_stage", "second_stage")
"""What tagger.json calls the stages before the last."""


def train_stage(
    out: Path,
    name: str,
    labels: Sequence[str],
    examples: Sequence[LabelledText],
    dev: Sequence[LabelledText],
    settings: Settings,
    *,
    start: Path | None = None,
    test: Sequence[LabelledText] = (),
) -> Steps[None]:
    """Train a tagger into `out` as `train_tagger` does; it tells of the stages that made the one in `start`."""
    stages = _stages(start) if start else {}
    yield from train_tagger(
        out,
        Encoder.open(device="cpu"),
        examples,
        dev,
        labels=labels,
        settings=settings,
        description={"name": name, "origin": ORIGIN, **stages},
        start=start,
        test=test,
    )


def measured_on(
    tagger: Tagger, examples: Sequence[LabelledText], meanings: Mapping[str, str] | None = None
) -> Steps[dict[str, float]]:
    """Return all measures of the tagger on a set, the calibration error as well without its temperature."""
    manner = tagger.manner
    tagger.manner = replace(manner, temperature=1.0)
    bare = as_measures((yield from evaluate(tagger, examples, meanings)))
    tagger.manner = manner
    found = as_measures((yield from evaluate(tagger, examples, meanings)))
    return found | {"ECE without temperature": bare["ECE"]}


def _stages(folder: Path) -> dict[str, object]:
    """Return what is known of the stages that a tagger was made in, its own the last."""
    known = read_description(folder)
    before = {stage: known[stage] for stage in STAGES if stage in known}
    return before | {STAGES[len(before)]: {"settings": known["settings"], "texts": known["texts"]}}
