"""Taggers as a person says them: their names, kinds, where they are from, and what their numbers mean."""

import re
from pathlib import Path

from engine.tagging.records import NLI, SENTIMENT, HeadPooling, TaggerInfo, TaggerKind
from gui.wording import from_home, place

SHIPPED = (SENTIMENT, NLI)
"""The taggers that come with Asterism; all others are the user's own, or folders."""

LONGEST = 60
"""Characters of a tagger's name."""

KINDS = {
    TaggerKind.HEAD: (
        "head",
        "A head on the embeddings that the corpus stores: it learns in about a second.",
    ),
    TaggerKind.ADAPTER: (
        "fine-tuned",
        "LoRA adapters and a head over the encoder: it learned to read for its labels.",
    ),
    TaggerKind.MODEL: ("model", "A whole classification model in a folder of its own."),
}
"""A short word, and a sentence."""

READS = {
    HeadPooling.CLS: "The head reads [CLS], through a pooler.",
    HeadPooling.MEAN: "The head reads the mean of all tokens.",
    HeadPooling.ATTENTION: "The head reads all tokens, each by a weight that it learned to give.",
}

SAID_MEASURES = {
    "accuracy": "accuracy",
    "macro_f1": "macro-F1",
    "macro_recall": "macro-recall",
    "ece": "calibration error",
    "majority": "majority baseline",
}


def shipped(info: TaggerInfo) -> bool:
    """Return whether a tagger comes with Asterism."""
    return info.name in SHIPPED


def is_folder(name: str) -> bool:
    """Return whether a tagger is named by its folder."""
    return Path(name).is_absolute()


def own(info: TaggerInfo) -> bool:
    """Return whether a tagger is the user's own and can be removed; a folder is not Asterism's to remove."""
    return not shipped(info) and not is_folder(info.name)


def damaged(info: TaggerInfo) -> bool:
    """Return whether a tagger cannot be read: it has no labels, and its origin says why."""
    return not info.taught and not info.labels


def short_name(name: str) -> str:
    """Return a tagger's name; the last part of it, when it is a folder."""
    return place(name) if is_folder(name) else name


def kind_word(info: TaggerInfo) -> str:
    """Return what a tagger is in a word or three: "comes with Asterism", "not taught yet", "head" …"""
    if damaged(info):
        return "damaged"
    if not info.taught:
        return "not taught yet"
    return "comes with Asterism" if shipped(info) else KINDS[info.kind][0]


def kind_sentence(info: TaggerInfo) -> str:
    """Return how a tagger works, in a sentence."""
    if damaged(info):
        return info.origin.removeprefix("damaged: ")
    if not info.taught:
        return "It has a name and labels, but cannot tag yet: it needs examples."
    how = KINDS[info.kind][1]
    return f"{how} {READS[info.pooling]}" if info.kind is TaggerKind.ADAPTER else how


def origin(info: TaggerInfo) -> str:
    """Return where a tagger is from."""
    if is_folder(info.name):
        return from_home(info.name)
    if damaged(info):
        return ""
    return "comes with Asterism" if shipped(info) else from_home(info.origin)


def suggested_name(text: str) -> str:
    """Return a name for a tagger made of other words: only what a name may hold, and not too long."""
    kept = " ".join(re.sub(r"[^\w .-]+", " ", text).split())
    return kept.lstrip(" .-")[:LONGEST].rstrip(" .")


def measure_name(key: str) -> str:
    """Return the name of a measured number: "dev_macro_f1" is "dev macro-F1"."""
    for known, said in SAID_MEASURES.items():
        if key == known or key.endswith(f"_{known}"):
            return f"{key.removesuffix(known).replace('_', ' ')}{said}"
    return key.replace("_", " ")
