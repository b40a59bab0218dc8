"""What is known of each tagged passage: its label, how sure it is, and what the user said of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.tagging.records import TagState
from engine.tagging.states import STATES, SURE, states
from gui.wording import percent
from indexes.records import Tags

EVEN = 0.5
"""The chance from which a tagger that gives several labels gives one."""

SIGNS = {TagState.SURE: "", TagState.UNSURE: "?", TagState.MIXED: "±"}
"""Before a state's word, so that no state is told by a colour alone."""


@dataclass(frozen=True, eq=False)
class Tagged:
    """Tags with what follows from them: row i is passage `tags.passage_ids[i]`.

    best (n,) float32, what the tagger's likeliest label got, 0 where it has not tagged; sureness (n,) float32, the
    same, or of a tagger that gives several labels how decided the least decided one is; states (n,) int8 as in
    engine/tagging/states.py, sure wherever the user gave a label; mine (n,) bool, whether they did.
    """

    tags: Tags
    best: NDArray[np.float32]
    sureness: NDArray[np.float32]
    states: NDArray[np.int8]
    mine: NDArray[np.bool_]

    def rows_of(self, passage_ids: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the row of each passage, -1 for those without a tag."""
        known, wanted = self.tags.passage_ids, np.asarray(passage_ids, np.int64)
        if not len(known):
            return np.full(len(wanted), -1, np.int64)
        places = np.minimum(known.searchsorted(wanted), len(known) - 1)
        return np.where(known[places] == wanted, places, -1)

    def with_label(self, place: int, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which of some rows have the label at a place, perhaps beside others."""
        tags = self.tags
        if not tags.multi_label:
            return tags.label_ids[rows] == place
        having = tags.probabilities[rows, place] >= EVEN
        return np.where(self.mine[rows], tags.given[rows, place] == 1, having) if len(tags.given) else having

    def tag(self, row: int) -> "OneTag":
        """Return what is known of a row."""
        tags = self.tags
        chances = tags.probabilities[row]
        given = () if not self.mine[row] else given_labels(tags, row)
        told, best = bool(self.best[row] > 0), float(self.best[row])
        predicted = _likely(tags, chances) if told else ()
        return OneTag(
            told,
            given,
            predicted,
            best if predicted or not told else 1 - best,
            STATES[int(self.states[row])],
            int(tags.label_ids[row]),
            bool(self.mine[row]),
        )


@dataclass(frozen=True, slots=True)
class OneTag:
    """The tag of one passage: what the user gave (`mine`), what the tagger says if it has (`told`), and how surely.

    One that gives several labels may give none: then `predicted` is (), and `probability` the chance that the
    likeliest does not hold. `place` is that of the label that counts most.
    """

    told: bool
    given: tuple[str, ...]
    predicted: tuple[str, ...]
    probability: float
    state: TagState
    place: int
    mine: bool

    @property
    def names(self) -> tuple[str, ...]:
        """Return the labels that count: the user's, else the tagger's."""
        return self.given if self.mine else self.predicted

    @property
    def corrected(self) -> bool:
        """Return whether the user said something else than the tagger."""
        return self.mine and self.told and set(self.given) != set(self.predicted)

    def said(self) -> str:
        """Return the tag in a line: "negative, 62 %, unsure"; "negative, yours; the tagger: positive, 62 %"."""
        if not self.mine:
            state = "" if self.state is TagState.SURE else f", {self.state}"
            return f"{listed(self.predicted)}, {percent(self.probability)}{state}"
        if not self.told:
            return f"{listed(self.given)}, yours"
        return (
            f"{listed(self.given)}, yours; the tagger: {listed(self.predicted)}, {percent(self.probability)}"
        )

    def tip(self) -> str:
        """Return the same in a sentence: "You said negative; the tagger said positive, 62 %"."""
        tagger = f"{listed(self.predicted)}, {percent(self.probability)}"
        if not self.mine:
            why = {
                TagState.SURE: "",
                TagState.UNSURE: ": below the threshold, so not sure",
                TagState.MIXED: ": the text says both",
            }
            return f"The tagger said {tagger}{why[self.state]}"
        if not self.told:
            return f"You said {listed(self.given)}; the tagger has not tagged it"
        joint = "; the tagger said" if self.corrected else "; so did the tagger:"
        return f"You said {listed(self.given)}{joint} {tagger}"


def tagged(tags: Tags | None, unsure_below: float) -> Tagged | None:
    """Return tags with what follows from them and from a threshold; None for none."""
    if tags is None:
        return None
    best = tags.probabilities.max(1, initial=0.0) if len(tags.passage_ids) else np.zeros(0, np.float32)
    sureness = best
    if tags.multi_label and len(best):
        sureness = np.maximum(tags.probabilities, 1 - tags.probabilities).min(1)
    mine = (tags.given >= 0).any(1) if len(tags.given) else np.zeros(len(best), np.bool_)
    told = states(tags.probabilities, tags.labels, unsure_below, tags.multi_label)
    return Tagged(tags, best, sureness, np.where(mine, SURE, told).astype(np.int8), mine)


def tag_of(tags: Tags | None, passage_id: int, unsure_below: float) -> OneTag | None:
    """Return what is known of one passage, None when it has no tag; the others cost nothing."""
    if tags is None:
        return None
    row = int(tags.passage_ids.searchsorted(passage_id))
    if row == len(tags.passage_ids) or tags.passage_ids[row] != passage_id:
        return None
    only = slice(row, row + 1)
    one = tagged(
        replace(
            tags,
            passage_ids=tags.passage_ids[only],
            label_ids=tags.label_ids[only],
            probabilities=tags.probabilities[only],
            given=tags.given[only] if len(tags.given) else tags.given,
        ),
        unsure_below,
    )
    return one.tag(0) if one is not None else None


def given_labels(tags: Tags | None, row: int) -> tuple[str, ...]:
    """Return the labels that the user gave to a row, () when none."""
    if tags is None or not len(tags.given):
        return ()
    return tuple(label for label, mark in zip(tags.labels, tags.given[row], strict=True) if mark == 1)


def listed(labels: Sequence[str]) -> str:
    """Return labels in words; no label, of a tagger that gives several, is one of the answers too."""
    return " and ".join(labels) if labels else "none of its labels"


def _likely(tags: Tags, chances: NDArray[np.float32]) -> tuple[str, ...]:
    """Return the likeliest label; of a tagger that gives several all that are likelier than not, perhaps none."""
    order = np.argsort(-chances, kind="stable").tolist()
    most = [place for place in order if chances[place] >= EVEN] if tags.multi_label else order[:1]
    return tuple(tags.labels[place] for place in most)
