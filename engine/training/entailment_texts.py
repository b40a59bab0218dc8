"""The pairs that the entailment tagger is trained on, chosen and measured by, out of a folder of public data sets.

The folder holds `pairs/nli` and `pairs/sick`; neither is part of Asterism. Pairs with one premise stay together.
"""

import gzip
import json
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from engine.tagging.tagger_measures import LabelledText

LABELS = ("entailment", "neutral", "contradiction")
ENTAILED, NEUTRAL, CONTRADICTED = LABELS
SETS = ("snli_dev", "mnli_dev")
CHOOSING = 500
"""Pairs of each set that choose among checkpoints and fit the temperature."""
TESTING = 1000
"""Pairs of each set that only measure."""
SECOND_EACH = 4200
"""Pairs of each label in the second stage."""

Split = tuple[list[LabelledText], list[LabelledText], list[LabelledText]]

OPPOSITES = (
    "open closed, hot cold, rose fell, won lost, before after, inside outside, empty full, alive dead, asleep awake, "
    "young old, happy sad, indoors outdoors, good bad, more less, increased decreased, buy sell, early late, "
    "big small, strong weak, first last, day night, above below, accept reject, always never, easy difficult, "
    "cheap expensive, love hate, near far, rich poor, wet dry, clean dirty, same different, sitting standing, "
    "male female"
)
NUMBERS = ("two", "three", "four", "five", "six", "seven", "ten")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
EVENTS = (
    "meeting",
    "concert",
    "exam",
    "match",
    "lecture",
    "trial",
    "delivery",
    "wedding",
    "hearing",
    "launch",
)
GROUPS = (
    "shops",
    "windows",
    "students",
    "trains",
    "tickets",
    "houses",
    "guests",
    "letters",
    "roads",
    "players",
)
STATES = ("late", "closed", "ready", "new", "empty", "tired", "lost", "cheap", "broken", "visible")
THINGS = ("car", "house", "bicycle", "piano", "boat", "farm", "camera", "company", "ring", "dog")
PEOPLE = ("She", "Tom", "The teacher", "My neighbour", "Anna", "The old man", "Our cousin", "The farmer")
_VERB = re.compile(r"\b(is|are|was|were|can|will|could|would|should|has been|have been)\b(?! not|n't)")


def pairs_of(data: Path, name: str) -> list[LabelledText]:
    """Return the pairs of a set: premise, hypothesis and the label most people gave."""
    return [
        LabelledText(row["premise"], row["label"], row["hypothesis"]) for row in _rows(data, f"nli/{name}")
    ]


def sick(data: Path) -> list[LabelledText]:
    """Return SICK's trial pairs, whose licence lets us measure on them and not train."""
    return [
        LabelledText(row["s1"], row["entailment"].lower(), row["s2"]) for row in _rows(data, "sick/trial")
    ]


def split(pairs: Sequence[LabelledText], chance: random.Random) -> Split:
    """Split pairs into (train, choosing, testing); no premise is on two sides."""
    premises = sorted({pair.text for pair in pairs})
    chance.shuffle(premises)
    place = {premise: row for row, premise in enumerate(premises)}
    ordered = sorted(pairs, key=lambda pair: place[pair.text])
    first = _whole_premises(ordered, TESTING)
    second = _whole_premises(ordered, TESTING + CHOOSING)
    return ordered[second:], ordered[first:second], ordered[:first]


def made_pairs(train: Sequence[LabelledText], chance: random.Random) -> Iterator[LabelledText]:
    """Yield pairs that turn on one word, made out of the pairs to train on and of patterns.

    Without them “not” and days and numbers are read past: people seldom wrote pairs that differ in one word alone.
    """
    pairs = list(train)
    chance.shuffle(pairs)
    yield from _denied(pairs)
    yield from _swapped(pairs)
    for _ in range(400):
        yield from _of_patterns(chance)


def second_texts(train: Sequence[LabelledText], chance: random.Random) -> list[LabelledText]:
    """Return the pairs of the second stage: all made ones, and others of the training set, a third of each label."""
    made = list(made_pairs(train, chance))
    chosen = list(train)
    chance.shuffle(chosen)
    for label in LABELS:
        wanted = SECOND_EACH - sum(pair.label == label for pair in made)
        made += [pair for pair in chosen if pair.label == label][:wanted]
    return made


def negated(sentence: str) -> str | None:
    """Return the sentence with “not” behind its first “is”, “can” or the like; None when it has none."""
    found = _VERB.search(sentence)
    if not found:
        return None
    at = found.start() + found.group().find(" ") if " " in found.group() else found.end()
    return f"{sentence[:at]} not{sentence[at:]}"


def _denied(pairs: Sequence[LabelledText]) -> Iterator[LabelledText]:
    """Yield pairs with a “not” put in: against what was entailed, against itself, and beside it to no effect."""
    left = {ENTAILED: 900, NEUTRAL: 500, CONTRADICTED: 600}
    for pair in pairs:
        said = pair.second
        denied = negated(said)
        if denied is None or not left[pair.label]:
            continue
        left[pair.label] -= 1
        if pair.label == ENTAILED:
            yield LabelledText(pair.text, CONTRADICTED, denied)
        elif pair.label == NEUTRAL:
            yield LabelledText(pair.text, NEUTRAL, denied)
        else:
            row = left[CONTRADICTED] % 4
            first, second = ((said, denied), (denied, said), (denied, denied), (said, said))[row]
            yield LabelledText(first, CONTRADICTED if row < 2 else ENTAILED, second)


def _swapped(pairs: Sequence[LabelledText]) -> Iterator[LabelledText]:
    """Yield sentences against themselves with one word turned to its opposite or another number."""
    other: dict[str, str] = {}
    for couple in OPPOSITES.split(","):
        one, two = couple.split()
        other |= {one: two, two: one}
    other |= dict(zip(NUMBERS, (*NUMBERS[1:], NUMBERS[0]), strict=True))
    left = 700
    for pair in pairs:
        words = pair.second.split()
        places = [row for row, word in enumerate(words) if word.lower().strip(".,") in other]
        if len(places) != 1 or pair.label == NEUTRAL:
            continue
        word = words[places[0]]
        bare = word.lower().strip(".,")
        turned = " ".join(
            [*words[: places[0]], word.lower().replace(bare, other[bare]), *words[places[0] + 1 :]]
        )
        yield LabelledText(pair.second, CONTRADICTED, turned)
        left -= 1
        if not left:
            return


def _of_patterns(chance: random.Random) -> Iterator[LabelledText]:
    """Yield a few pairs about days, all and some, and having and not having."""
    (day, other), event = chance.sample(DAYS, 2), chance.choice(EVENTS)
    group, state = chance.choice(GROUPS), chance.choice(STATES)
    who, thing = chance.choice(PEOPLE), chance.choice(THINGS)
    patterns = (
        (f"The {event} was moved from {day} to {other}.", f"The {event} is on {other}.", ENTAILED),
        (f"The {event} was moved from {day} to {other}.", f"The {event} is on {day}.", CONTRADICTED),
        (f"The {event} is on {day}.", f"The {event} is on {other}.", CONTRADICTED),
        (f"The {event} is on {day}.", f"Many people will come to the {event}.", NEUTRAL),
        (f"All of the {group} were {state}.", f"Some of the {group} were {state}.", ENTAILED),
        (f"All of the {group} were {state}.", f"Some of the {group} were not {state}.", CONTRADICTED),
        (f"Some of the {group} were {state}.", f"All of the {group} were {state}.", NEUTRAL),
        (f"None of the {group} were {state}.", f"Some of the {group} were {state}.", CONTRADICTED),
        (f"None of the {group} were {state}.", f"The {group} were not {state}.", ENTAILED),
        (f"{who} sold the {thing} last year.", f"{who} no longer has the {thing}.", ENTAILED),
        (f"{who} sold the {thing} last year.", f"{who} still has the {thing}.", CONTRADICTED),
        (f"{who} sold the {thing} last year.", f"{who} needed the money.", NEUTRAL),
        (f"{who} has never had a {thing}.", f"{who} owns a {thing}.", CONTRADICTED),
    )
    yield from (LabelledText(first, label, second) for first, second, label in chance.sample(patterns, 2))


def _whole_premises(ordered: Sequence[LabelledText], count: int) -> int:
    """Return the first row from `count` on that begins a new premise."""
    while 0 < count < len(ordered) and ordered[count].text == ordered[count - 1].text:
        count += 1
    return count


def _rows(data: Path, name: str) -> Iterator[dict[str, Any]]:
    with gzip.open(data / "pairs" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
